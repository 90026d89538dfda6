# 日志条目的名称
entry-committee-drafted = 设立开启委员会
entry-committee-registered = 席位登记密钥
entry-committee-planned = 席位全部登记
entry-committee-dealt = 席位分发份额
entry-committee-accepted = 席位确认
entry-committee-complained = 席位投诉成立
entry-committee-ready = 开启委员会就绪
entry-committee-voided = 开启委员会作废
entry-committee-retired = 开启委员会停用
entry-round-begun = 密封轮次开始
entry-round-listed = 写入信封清单
entry-round-closed = 密封轮次截止
entry-round-shared = 席位交出开启份额
entry-round-told = 公布开启结果
entry-round-opened = 密封轮次开启
entry-round-voided = 密封轮次作废
entry-envelope-sent = 提交信封
