# 存证日志：公开页面
journal-title = 存证日志
journal-about = 每项业务留下一个条目，条目按先后写入一棵哈希树；检查点由本系统签名。任何人都可以核对条目在不在、日志改没改。
journal-find = 条目编号，如回执上的编号
journal-find-go = 查验
journal-find-none = 没有这个编号的条目。请核对回执上的编号，只填数字。
journal-checkpoint = 最新检查点
journal-size = 条目数
journal-signed-at = 签名时间
journal-origin = 日志名称
journal-witnessed = 见证
journal-witnesses = { $n ->
    [0] 尚无见证方联署
   *[other] 由 { $n } 个见证方联署：
}
journal-key = 验证公钥
journal-note = 检查点原文
journal-unsigned = 还没有签名的检查点，请稍候几秒再看。
journal-check = 怎样核对
journal-check-keep = 保存一份检查点；以后的日志必须延续它。
journal-check-entry = 用条目页上的哈希，从叶子算到根，与检查点比对。
journal-check-whole = 取得整份日志文件，在没有本系统数据库的机器上核对：
journal-newest = 最新公开条目
journal-proven = 已证明
journal-proven-about = 该条目在已签名的日志中，下面是证明。
journal-pending = 待证明
journal-pending-about = 条目已保存，正等待写入下一个检查点，通常在十秒以内。刷新本页即可看到证明。
journal-before = 早于日志
journal-before-about = 该条目产生于启用哈希树之前，没有证明。
journal-protected = 这是受保护的条目：日志中只有一个承诺值，看不出事项、对象与办理人。有权查看的人可在相应业务页面看到内容。
journal-leaf = 叶子
journal-leaf-about = 下面一行文字的哈希就是树中的叶子（RFC 6962：先加一个零字节）。人名等字段只以加盐承诺出现。
journal-leaf-hash = 叶子哈希
journal-index = 在日志中的位置
journal-path = 包含证明
journal-path-about = 从叶子一侧到根的哈希，依次合并即得检查点中的根。
journal-promise = 收录承诺
journal-promise-about = 本系统签名承诺：条目将在所写时间前进入日志。请保存；如到时没有，即可凭此追责。
journal-erase = 删除个人信息
journal-erase-about = 应本人请求删除：内容与其盐值一并删除，承诺值保留，日志仍可证明；删除本身也会成为一个条目，不可撤销。
journal-field = 删除哪一项
journal-field-actor = 办理账号
journal-field-actor_name = 办理人姓名
journal-field-data = 条目内容（仅受保护的条目）
journal-reason = 删除依据
journal-reason-hint = 例如请求的日期与文号；不要写入要删除的内容。
