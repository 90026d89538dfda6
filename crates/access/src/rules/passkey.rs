//! What passkeys may be called, and every no about them.

use kernel::Refusal;

/// Passkeys one account may have.
pub const PASSKEYS_MAX: usize = 20;
/// Characters of a passkey's name.
pub const NAME_CHARS_MAX: usize = 40;

/// Why an answer is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It cannot be read.
    Form,
    /// It is for another page or site, or another kind of question.
    Origin,
    /// The device has not looked who holds it.
    Unverified,
    /// A kind of key that is not known here.
    Algorithm,
}

/// A passkey's name as it is kept.
///
/// # Errors
/// `passkey-name`.
pub fn name(typed: &str) -> Result<String, Refusal> {
    let name = typed.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "passkey-name",
            "请为通行密钥起一个 1 至 40 字的名称，例如“办公电脑”。",
            "Give the passkey a name of 1 to 40 characters, such as: office computer.",
        )
        .at("name"));
    }
    Ok(name.to_owned())
}

/// The site's address has no passkeys.
pub fn place() -> Refusal {
    Refusal::conflict(
        "passkey-place",
        "此网址不能使用通行密钥。请用以域名开头的 https 网址访问；如仍不行，请联系本站管理员设置 public-url。",
        "This address has no passkeys. Open the site by its name over https; if that does not help, ask its administrator to set public-url.",
    )
}

/// The answer of the device cannot be taken.
pub fn doubt(doubt: Doubt) -> Refusal {
    match doubt {
        Doubt::Form => Refusal::invalid(
            "passkey-form",
            "无法读取设备返回的内容。请重试；如仍不行，请换一个浏览器或设备。",
            "What the device gave back cannot be read. Try again; if that does not help, use another browser or device.",
        ),
        Doubt::Origin => Refusal::invalid(
            "passkey-origin",
            "这个通行密钥的回答来自另一个网址。请核对地址栏，在本站页面上重试。",
            "This answer was made for another address. Check the address bar and try again on this site's own page.",
        ),
        Doubt::Unverified => Refusal::invalid(
            "passkey-unverified",
            "设备没有确认是您本人。请在设备上设置指纹、面容或 PIN 码后重试。",
            "The device has not checked that it is you. Set up a fingerprint, face or PIN on it and try again.",
        ),
        Doubt::Algorithm => Refusal::invalid(
            "passkey-algorithm",
            "本站不支持这种通行密钥的算法。请换一个设备或密码管理器重试。",
            "This site does not know this passkey's kind of key. Use another device or password manager.",
        ),
    }
    .at("credential")
}

/// The question was answered before, too late, or was another browser's.
pub fn question_over() -> Refusal {
    Refusal::invalid(
        "passkey-over",
        "这次询问已超时、已用过，或属于另一个浏览器。请从头再试一次。",
        "This question is too old, was answered before, or was another browser's. Begin again.",
    )
    .at("credential")
}

/// Nobody's passkey, or its signature is wrong.
pub fn wrong() -> Refusal {
    Refusal::invalid(
        "passkey-wrong",
        "本站不认识这个通行密钥，它可能已被移除。请换一个，或用密码登录。",
        "This site does not know this passkey; it may have been removed. Use another one, or your password.",
    )
    .at("credential")
}

/// It has signed less often than before: there may be two of it.
pub fn counted_back() -> Refusal {
    Refusal::invalid(
        "passkey-counted-back",
        "这个通行密钥的使用次数倒退了，可能被复制，因此未予接受，并已通知账号所有者。请用密码登录后移除它，再重新添加。",
        "This passkey counts fewer uses than before and may have been copied; it was not taken, and the owner was told. Sign in by password, remove it and add a new one.",
    )
    .at("credential")
}

/// The device is there already.
pub fn there() -> Refusal {
    Refusal::conflict(
        "passkey-there",
        "这个通行密钥已经添加过。请在列表中查看，或换一个设备添加。",
        "This passkey was added before. Look at the list, or add another device.",
    )
}

/// There are too many.
pub fn many() -> Refusal {
    Refusal::conflict(
        "passkeys-many",
        "通行密钥已达 20 个上限。请先移除不再使用的。",
        "You have 20 passkeys, which is the most. Remove one that you no longer use.",
    )
}

/// There is none to prove by.
pub fn none() -> Refusal {
    Refusal::conflict(
        "passkey-none",
        "您还没有通行密钥。请用密码或验证码确认。",
        "You have no passkey. Prove by password or code instead.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_readable() {
        assert_eq!(name("  办公电脑 "), Ok("办公电脑".into()));
        for bad in ["", "  ", "a\u{7}b", &"长".repeat(41)] {
            assert_eq!(name(bad).unwrap_err().code, "passkey-name", "{bad:?}");
        }
    }
}
