//! Every no of this capability, in both languages.

use kernel::{Refusal, RefusalKind};

/// The code is wrong.
pub fn code_wrong() -> Refusal {
    Refusal::invalid(
        "code-wrong",
        "验证码不正确。请核对手机时间后输入当前的六位数字，或输入一个恢复码。",
        "The code is wrong. Check the clock of your device and type the six digits it shows now, or a recovery code.",
    )
    .at("code")
}

/// The code was right and has been used.
pub fn code_used() -> Refusal {
    Refusal::invalid(
        "code-used",
        "这个验证码已经用过。请等待约半分钟，输入下一个。",
        "This code was used already. Wait half a minute and type the next one.",
    )
    .at("code")
}

/// The way from the password to the code took too long, or too many codes were wrong.
pub fn step_over() -> Refusal {
    Refusal::new(
        RefusalKind::NotFound,
        "step-over",
        "登录已超时或尝试次数过多。请重新输入登录名和密码。",
        "Signing in took too long, or too many codes were wrong. Begin again with login name and password.",
    )
}

/// There is a second factor already.
pub fn factor_there() -> Refusal {
    Refusal::conflict(
        "factor-there",
        "您已启用第二重验证。要换手机，请先停用再重新启用。",
        "You have a second factor already. To change the device, remove it first.",
    )
}

/// There is none.
pub fn factor_none() -> Refusal {
    Refusal::conflict(
        "factor-none",
        "该账号没有启用第二重验证，或启用尚未完成。请刷新页面查看。",
        "This account has no second factor, or it is not confirmed yet. Refresh the page.",
    )
}

/// The password typed to remove or to prove is wrong.
pub fn password_wrong() -> Refusal {
    Refusal::invalid("password-wrong", "密码不正确。请重新输入。", "The password is wrong. Type it again.")
        .at("password")
}

/// A password alone is not enough for somebody with a second factor.
pub fn proof_code() -> Refusal {
    Refusal::invalid(
        "proof-code",
        "您已启用第二重验证，请输入验证码或恢复码。",
        "You have a second factor: give a code of it, or a recovery code.",
    )
    .at("code")
}

/// The house cannot ask of others what its administrator does not have.
pub fn own_factor_first() -> Refusal {
    Refusal::conflict(
        "own-factor-first",
        "请先为您自己的账号启用第二重验证，再要求各管理部门账号启用，否则您将立即失去管理权限。",
        "Set up a second factor for your own account first; otherwise you would lose your office at once.",
    )
}

/// What may be asked for.
pub fn requirement_unknown() -> Refusal {
    Refusal::invalid("second-factor-word", "请选择 offered（自愿）或 required（必须）。", "Choose offered or required.")
        .at("second_factor")
}

/// A reset needs a name.
pub fn login_missing() -> Refusal {
    Refusal::invalid("login-missing", "请填写登录名或邮箱。", "Write your login name or e-mail address.").at("login")
}

/// Nobody is called that, or may not sign in.
pub fn why_account() -> Refusal {
    Refusal::invalid(
        "why-account",
        "没有这个账号，或账号已停用。请填写登录名、邮箱或账号编号。",
        "There is no such account, or it is disabled. Give a login name, an e-mail address or an id.",
    )
}

/// An action that cannot be asked about without a request.
pub fn why_action() -> Refusal {
    Refusal::invalid(
        "why-action",
        "没有这个操作，或它针对的对象须在实际请求中才能确定。请从列表中选择；其他操作请按请求编号或账号查找。",
        "There is no such action, or its thing is only known in a request. Choose one of the list; look others up by request number or account.",
    )
    .at("action")
}
