corridor-menu-cities = Cities
corridor-menu-facts = Figures
