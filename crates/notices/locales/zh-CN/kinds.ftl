# 日志条目的名称
entry-delivery-failed = 回调未能送达
entry-delivery-replayed = 重发一次通知
entry-follow-created = 开始关注
entry-follow-removed = 取消关注
entry-inbox-read = 全部标为已读
entry-notice-read = 读取消息
entry-notice-settings-changed = 修改通知设置
entry-notice-unsubscribed = 退订邮件
entry-notices-key-made = 生成通知签名密钥
entry-mail-address-asked = 登记邮箱待确认
entry-mail-address-confirmed = 确认邮箱
entry-mail-address-removed = 移除邮箱
entry-saved-search-created = 保存搜索
entry-saved-search-removed = 移除保存的搜索
entry-webhook-created = 新建回调
entry-webhook-removed = 移除回调
