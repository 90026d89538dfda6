desk-title = 我的工作台
desk-greeting = { $name }，您好
desk-acting-for = 代表：{ $names }
desk-mine = 等我办理
desk-mine-empty = 没有等您办理的事
desk-mine-empty-text = 需要您办理的事会按期限先后列在这里。
desk-sent = 我提交的
desk-sent-empty = 还没有提交过
desk-sent-empty-text = 您提交的需求、供给和联系，办理到哪一步会列在这里。
desk-review = 审核需求和供给
desk-refused = 按审核意见修改
desk-expiring = 即将到期，请续期
desk-contact = 答复联系请求
desk-question = 回复对方的提问
desk-since = { $date } 起
desk-due-days = { $n ->
    [0] 今天到期
   *[other] 余 { $n } 个工作日
 }
desk-due-late = 已超期
desk-start-need = 发布需求
desk-start-offer = 发布供给
desk-start-reviews = 待审核列表
desk-start-contacts = 联系
desk-start-search = 找供给
desk-start-claim = 认领本单位
desk-start-admin = 管理账号与数据
desk-start-claims = 认领申请
desk-start-imports = 批量导入
