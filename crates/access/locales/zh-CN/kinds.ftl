# 日志条目的名称
entry-access-changed = 修改登录要求
entry-factor-begun = 开始设置第二步验证
entry-factor-confirmed = 启用第二步验证
entry-factor-removed = 停用第二步验证
entry-factor-lifted = 管理员解除第二步验证
entry-factor-codes-made = 生成恢复码
entry-factor-code-spent = 使用恢复码
entry-proof-given = 重新验证身份
entry-reset-asked = 申请重设密码
entry-passkey-asked = 询问通行密钥
entry-passkey-added = 添加通行密钥
entry-passkey-removed = 移除通行密钥
entry-passkey-doubted = 通行密钥可能被复制
entry-provider-asked = 前往其他单位登录
entry-identity-linked = 关联其他单位的身份
entry-identity-removed = 解除关联的身份
