corridor-menu-cities = 城市
corridor-menu-facts = 数据
