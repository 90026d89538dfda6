//! Every no about signing in by another house.

use kernel::{Refusal, RefusalKind};

/// There is no such provider here.
pub fn unknown() -> Refusal {
    Refusal::new(
        RefusalKind::NotFound,
        "provider-unknown",
        "本站没有配置这种登录方式。请在登录页选择其他方式。",
        "This way to sign in is not set up here. Choose another on the sign-in page.",
    )
}

/// It does not answer.
pub fn away() -> Refusal {
    Refusal::new(
        RefusalKind::Unavailable,
        "provider-away",
        "对方的登录服务暂时没有回应。请用密码登录，或过几分钟再试。",
        "The other house's sign-in service does not answer. Sign in by password, or try again in a few minutes.",
    )
}

/// What it says cannot be relied on.
pub fn untrue() -> Refusal {
    Refusal::invalid(
        "provider-untrue",
        "对方登录服务给出的凭据不符合要求，未予接受。请重新登录一次；如仍不行，请用密码登录并告知本站管理员。",
        "What the other house's sign-in service said does not hold and was not taken. Try once more; if that does not help, sign in by password and tell this site's administrator.",
    )
}

/// It says no.
pub fn denied() -> Refusal {
    Refusal::invalid(
        "provider-denied",
        "对方没有同意这次登录，或您在对方页面上取消了。请重试，或用密码登录。",
        "The other house did not agree, or you ended it there. Try again, or sign in by password.",
    )
}

/// The way there and back took too long, was gone before, or began in another browser.
pub fn trip_over() -> Refusal {
    Refusal::invalid(
        "trip-over",
        "这次登录已超时、已用过，或不是从这个浏览器开始的。请回到登录页重新开始。",
        "This sign-in is too old, was used before, or began in another browser. Begin again on the sign-in page.",
    )
}

/// Nobody has linked this identity.
pub fn identity_unknown() -> Refusal {
    Refusal::invalid(
        "identity-unknown",
        "这个身份还没有关联本站账号。请先用密码登录，再到“我的账号 › 关联的身份”中关联；没有账号，请向管理员索取邀请。",
        "No account here is linked to this identity. Sign in by password first and link it under My account › Linked identities; without an account, ask an administrator for an invitation.",
    )
}

/// Somebody has linked it already.
pub fn identity_taken() -> Refusal {
    Refusal::conflict(
        "identity-taken",
        "这个身份已关联一个账号。请先在那个账号中解除关联。",
        "This identity is linked to an account already. Remove it there first.",
    )
}

/// There are too many.
pub fn identities_many() -> Refusal {
    Refusal::conflict(
        "identities-many",
        "关联的身份已达 10 个上限。请先解除不再使用的。",
        "You have 10 linked identities, which is the most. Remove one that you no longer use.",
    )
}
