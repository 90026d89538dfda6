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
