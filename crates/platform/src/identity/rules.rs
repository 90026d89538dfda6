//! What identity decides without I/O: what a login, a password, a token may look like, how long things last, and when
//! somebody who keeps guessing has to wait.

use super::store::account::Grant;
use crate::ctx::Role;
use crate::policy::SCOPES;
use kernel::limits::TITLE_CHARS_MAX;
use kernel::{Instant, Locale, Refusal, RefusalKind};

/// Characters of a login name.
pub const LOGIN_CHARS: std::ops::RangeInclusive<usize> = 3..=32;
/// Characters of a password. Long ones are welcome; the upper end only bounds the work of hashing.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=128;
/// Characters of an e-mail address (RFC 5321 §4.5.3.1.3).
pub const EMAIL_CHARS_MAX: usize = 254;
/// A session that is not used ends after this.
pub const SESSION_IDLE_MS: i64 = 3 * DAY_MS;
/// A session ends after this however much it is used.
pub const SESSION_LIFE_MS: i64 = 30 * DAY_MS;
/// The last use of a session or token is written down at most this often.
pub const TOUCH_MS: i64 = 5 * MINUTE_MS;
/// One-time links for the first administrator.
pub const FIRST_LINK_MS: i64 = DAY_MS;
/// One-time links for invited people.
pub const INVITE_MS: i64 = 7 * DAY_MS;
/// One-time links for a new password, handed on by an administrator.
pub const RESET_MS: i64 = DAY_MS;
/// One-time links for a new password, mailed to whoever asks.
pub const RESET_MAIL_MS: i64 = 60 * MINUTE_MS;
/// Days a token may live.
pub const TOKEN_DAYS: std::ops::RangeInclusive<i64> = 1..=365;
/// Good tokens one account may have.
pub const TOKENS_MAX: usize = 20;
/// Characters kept of what a browser calls itself.
pub const USER_AGENT_CHARS_MAX: usize = 200;
/// How long an account stays known from an address.
pub const PLACE_MS: i64 = 90 * DAY_MS;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A login name in its stored form: lower-case letters, digits, `.`, `_`, `-`, beginning with a letter or digit.
///
/// # Errors
/// `login-shape`.
pub fn login(typed: &str) -> Result<String, Refusal> {
    let login = typed.trim().to_ascii_lowercase();
    let fits = LOGIN_CHARS.contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        && login.as_bytes()[0].is_ascii_alphanumeric();
    if fits { Ok(login) } else { Err(login_shape()) }
}

fn login_shape() -> Refusal {
    Refusal::invalid(
        "login-shape",
        "登录名须为 3 至 32 个字符，只用小写字母、数字、点、下划线和连字符，并以字母或数字开头。",
        "A login name has 3 to 32 characters: lower-case letters, digits, dot, underscore and hyphen, beginning with a letter or digit.",
    )
    .at("login")
}

/// An e-mail address in its stored form; empty means none. Only the shape is checked: one `@`, a dotted domain.
///
/// # Errors
/// `email-shape`.
pub fn email(typed: &str) -> Result<Option<String>, Refusal> {
    let email = typed.trim().to_lowercase();
    if email.is_empty() {
        return Ok(None);
    }
    let parts = email.split_once('@').filter(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
    });
    let plain = email.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if parts.is_some() && plain && email.chars().count() <= EMAIL_CHARS_MAX {
        return Ok(Some(email));
    }
    Err(Refusal::invalid(
        "email-shape",
        "邮箱地址不完整。请按 name@example.com 的样式填写，或留空。",
        "The e-mail address is not complete. Write it like name@example.com, or leave it empty.",
    )
    .at("email"))
}

/// A name as shown to others.
///
/// # Errors
/// `name-empty`, `name-long`.
pub fn name(typed: &str) -> Result<String, Refusal> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Refusal::invalid("name-empty", "请填写姓名或账号名称。", "Write a name.").at("name"));
    }
    if name.chars().count() > TITLE_CHARS_MAX {
        let refusal = Refusal::invalid(
            "name-long",
            format!("名称不能超过 {TITLE_CHARS_MAX} 个字。"),
            format!("A name has at most {TITLE_CHARS_MAX} characters."),
        );
        return Err(refusal.at("name"));
    }
    Ok(name)
}

/// Passwords that guessers try first and that are long enough otherwise.
const COMMON: [&str; 12] = [
    "1234567890",
    "0123456789",
    "12345678910",
    "1q2w3e4r5t",
    "qwertyuiop",
    "password123",
    "password1234",
    "passw0rd123",
    "administrator",
    "woaini1314",
    "abcdefghij",
    "1234567890a",
];

/// Whether a new password is good enough: length counts, not a mix of signs (NIST SP 800-63B §5.1.1).
///
/// # Errors
/// `password-short`, `password-long`, `password-common`.
pub fn password(typed: &str, login: &str) -> Result<(), Refusal> {
    let chars = typed.chars().count();
    if chars < *PASSWORD_CHARS.start() {
        return Err(Refusal::invalid(
            "password-short",
            format!("密码至少 {} 个字符。可以用几个词连成一句，好记又安全。", PASSWORD_CHARS.start()),
            format!(
                "A password has at least {} characters. A few words in a row are easy to remember and safe.",
                PASSWORD_CHARS.start()
            ),
        )
        .at("password"));
    }
    if chars > *PASSWORD_CHARS.end() {
        return Err(Refusal::invalid(
            "password-long",
            format!("密码不能超过 {} 个字符。", PASSWORD_CHARS.end()),
            format!("A password has at most {} characters.", PASSWORD_CHARS.end()),
        )
        .at("password"));
    }
    let lower = typed.to_lowercase();
    let same = typed.chars().all(|c| typed.starts_with(c));
    if same
        || COMMON.contains(&lower.as_str())
        || (!login.is_empty() && lower.trim_matches(|c: char| c.is_ascii_digit()) == login)
    {
        return Err(Refusal::invalid(
            "password-common",
            "这个密码太容易猜到。请换一个不含登录名、不是常见组合的密码。",
            "This password is too easy to guess. Choose one that is neither common nor your login name.",
        )
        .at("password"));
    }
    Ok(())
}

/// The scopes of a new token, in order and without doubles.
///
/// # Errors
/// `token-scopes` for none or an unknown one; `token-scope-admin` for `admin` without the role.
pub fn scopes(asked: &[String], administrator: bool) -> Result<Vec<String>, Refusal> {
    let known = asked.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    if asked.is_empty() || !known {
        return Err(Refusal::invalid(
            "token-scopes",
            format!("请至少选择一个权限范围：{}。", SCOPES.join("、")),
            format!("Choose at least one scope: {}.", SCOPES.join(", ")),
        )
        .at("scopes"));
    }
    if asked.iter().any(|scope| scope == "admin") && !administrator {
        return Err(Refusal::invalid(
            "token-scope-admin",
            "只有系统管理员的令牌可以带 admin 范围。请取消该项。",
            "Only an administrator's token may have the scope admin. Leave it out.",
        )
        .at("scopes"));
    }
    Ok(SCOPES.iter().filter(|scope| asked.iter().any(|a| a == *scope)).map(|scope| (*scope).to_owned()).collect())
}

/// When a new token ends.
///
/// # Errors
/// `token-days`.
pub fn token_expires(days: i64, now: Instant) -> Result<Instant, Refusal> {
    if TOKEN_DAYS.contains(&days) {
        return Ok(now.plus_days(days));
    }
    Err(Refusal::invalid(
        "token-days",
        format!("有效天数须为 {} 至 {} 的整数。", TOKEN_DAYS.start(), TOKEN_DAYS.end()),
        format!("The days are a whole number from {} to {}.", TOKEN_DAYS.start(), TOKEN_DAYS.end()),
    )
    .at("days"))
}

/// Whether a role may be given, and with a city where it needs one.
///
/// # Errors
/// `role-system`, `role-city`.
pub fn grantable(grant: &Grant) -> Result<(), Refusal> {
    match (grant.role, grant.city) {
        (Role::System, _) => Err(Refusal::invalid(
            "role-system",
            "“系统”不是可以授予账号的角色。请选择其他角色。",
            "System is not a role an account can have. Choose another.",
        )
        .at("role")),
        (Role::CityOfficer, None) => Err(Refusal::invalid(
            "role-city",
            "请填写该人员所在城市主管部门的行政区划代码，例如 310117。",
            "Give the division code of the city whose office it is, such as 310117.",
        )
        .at("city")),
        (Role::CityOfficer, Some(_)) | (_, None) => Ok(()),
        (_, Some(_)) => Err(Refusal::invalid(
            "role-city",
            "只有城市主管部门的角色带城市。请清空城市一栏。",
            "Only the role of a city officer has a city. Leave the city empty.",
        )
        .at("city")),
    }
}

/// When a session ends that is used now: later with each use, but not for ever.
pub fn session_expires(created: Instant, now: Instant) -> Instant {
    now.plus_ms(SESSION_IDLE_MS).min(created.plus_ms(SESSION_LIFE_MS))
}

/// Attempts counted under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Attempts since `since_ms` that have not succeeded.
    pub count: i64,
    /// When counting began.
    pub since_ms: i64,
    /// No further attempt before this.
    pub until_ms: i64,
}

/// How many attempts are let through before a pause, and how the pause grows.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Attempts before the first pause.
    pub tries: i64,
    /// A count older than this starts again.
    pub window_ms: i64,
    /// The first pause; it doubles with each further attempt.
    pub pause_ms: i64,
    /// The longest pause.
    pub pause_max_ms: i64,
}

/// One address guessing at one account: soon slow.
pub const PATIENCE_PAIR: Patience =
    Patience { tries: 5, window_ms: 60 * MINUTE_MS, pause_ms: MINUTE_MS, pause_max_ms: 30 * MINUTE_MS };
/// One address guessing at many accounts; an office behind one address signs in within it.
pub const PATIENCE_PLACE: Patience =
    Patience { tries: 60, window_ms: 15 * MINUTE_MS, pause_ms: MINUTE_MS, pause_max_ms: 15 * MINUTE_MS };
/// Many addresses guessing at one account. It holds for addresses the account is not known from, so that nobody can
/// lock the owner out.
pub const PATIENCE_STRANGERS: Patience =
    Patience { tries: 30, window_ms: 60 * MINUTE_MS, pause_ms: MINUTE_MS, pause_max_ms: 15 * MINUTE_MS };

/// Counts one more attempt, before its password is looked at: so that many at once are counted too.
///
/// # Errors
/// Milliseconds to wait when it may not be made now.
pub fn attempt(tally: Option<Tally>, patience: &Patience, now: Instant) -> Result<Tally, i64> {
    let now_ms = now.ms();
    let fresh = Tally { count: 0, since_ms: now_ms, until_ms: 0 };
    let tally =
        tally.filter(|tally| now_ms < tally.since_ms + patience.window_ms || now_ms < tally.until_ms).unwrap_or(fresh);
    // A pause beyond the longest one is left over from a clock that was stepped back.
    let wait_ms = tally.until_ms - now_ms;
    if (1..=patience.pause_max_ms).contains(&wait_ms) {
        return Err(wait_ms);
    }
    let count = tally.count + 1;
    let beyond = count - patience.tries;
    let until_ms =
        if beyond < 0 { 0 } else { now_ms + (patience.pause_ms << beyond.min(16)).min(patience.pause_max_ms) };
    Ok(Tally { count, until_ms, ..tally })
}

/// What somebody who keeps guessing is told.
pub fn wait(wait_ms: i64) -> Refusal {
    let minutes = (wait_ms + MINUTE_MS - 1) / MINUTE_MS;
    Refusal::new(
        RefusalKind::TooMany,
        "sign-in-wait",
        format!("登录尝试次数过多，请 {minutes} 分钟后再试。如果忘记密码，可在登录页申请重设，或联系管理员。"),
        format!(
            "Too many attempts to sign in. Try again in {minutes} min. If the password is forgotten, ask for a new one on the page where you sign in, or ask an administrator."
        ),
    )
}

/// The same for an unknown name and a wrong password, so that nobody learns which names exist.
pub fn wrong_sign_in() -> Refusal {
    Refusal::invalid(
        "sign-in-wrong",
        "登录名或密码不正确。请检查大小写后重试；忘记密码可申请重设，或联系管理员。",
        "The login name or the password is wrong. Check capitals and try again; if it is forgotten, ask for a new one or ask an administrator.",
    )
    .at("password")
}

/// Told only to who knows the password.
pub fn disabled() -> Refusal {
    Refusal::new(
        RefusalKind::Forbidden,
        "account-disabled",
        "该账号已停用。如有疑问，请联系系统管理员。",
        "This account is disabled. Ask an administrator if that is a mistake.",
    )
}

/// A role with its city as typed; none when no role was chosen.
///
/// # Errors
/// `role-unknown`, `adcode-shape`.
pub fn grant_of(role: &str, city: &str) -> Result<Option<Grant>, Refusal> {
    let Some(role) = Role::parse(role) else {
        return if role.is_empty() { Ok(None) } else { Err(role_unknown()) };
    };
    let city = city.trim();
    if city.is_empty() {
        return Ok(Some(Grant { role, city: None }));
    }
    let city = kernel::Adcode::parse(city).map_err(|_| adcode_shape())?;
    Ok(Some(Grant { role, city: Some(city) }))
}

/// For a role that does not exist.
pub fn role_unknown() -> Refusal {
    Refusal::invalid("role-unknown", "没有这个角色。请从列表中选择。", "There is no such role. Choose one of the list.")
        .at("role")
}

fn adcode_shape() -> Refusal {
    Refusal::invalid(
        "adcode-shape",
        "行政区划代码是六位数字，例如 310117。",
        "A division code has six digits, such as 310117.",
    )
    .at("city")
}

/// The language of a tag, as typed.
///
/// # Errors
/// `language` for one the house does not speak.
pub fn language(tag: &str) -> Result<Locale, Refusal> {
    Locale::from_tag(tag)
        .ok_or_else(|| Refusal::invalid("language", "请选择中文或英文。", "Choose Chinese or English.").at("lang"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Adcode;

    #[test]
    fn logins_have_one_stored_form() {
        assert_eq!(login("  Li.Wei_1 "), Ok("li.wei_1".to_owned()));
        for wrong in ["", "ab", "-abc", "a b c", "李伟李伟", "a@b.c", &"x".repeat(33)] {
            assert_eq!(login(wrong).unwrap_err().code, "login-shape", "{wrong}");
        }
    }

    #[test]
    fn an_email_is_optional_but_whole() {
        assert_eq!(email(" "), Ok(None));
        assert_eq!(email("Name@Example.COM"), Ok(Some("name@example.com".to_owned())));
        for wrong in ["name", "name@", "@example.com", "name@example", "a@b@c.d", "a b@c.d", "a@.b", "a@b."] {
            assert_eq!(email(wrong).unwrap_err().code, "email-shape", "{wrong}");
        }
    }

    #[test]
    fn passwords_are_judged_by_length_and_guessability() {
        for (typed, code) in [
            ("short", Some("password-short")),
            ("九个字符的密码呀！", Some("password-short")),
            ("十个字符的密码就够了", None),
            ("1234567890", Some("password-common")),
            ("aaaaaaaaaaaa", Some("password-common")),
            ("Li.wei-office2026", Some("password-common")),
            ("correct horse battery", None),
        ] {
            assert_eq!(password(typed, "li.wei-office").err().map(|r| r.code), code, "{typed}");
        }
        assert_eq!(password(&"长句子".repeat(50), "x").unwrap_err().code, "password-long");
    }

    #[test]
    fn scopes_are_known_and_admin_needs_the_role() {
        let asked = |scopes: &[&str]| scopes.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(scopes(&asked(&["write", "read", "read"]), false), Ok(asked(&["read", "write"])));
        assert_eq!(scopes(&[], true).unwrap_err().code, "token-scopes");
        assert_eq!(scopes(&asked(&["never"]), true).unwrap_err().code, "token-scopes");
        assert_eq!(scopes(&asked(&["admin"]), false).unwrap_err().code, "token-scope-admin");
        assert!(scopes(&asked(&["admin"]), true).is_ok());
    }

    #[test]
    fn an_officer_has_a_city_and_nobody_else() {
        let grant = |role, city: Option<&str>| Grant { role, city: city.map(|c| Adcode::parse(c).unwrap()) };
        assert_eq!(grantable(&grant(Role::CityOfficer, Some("310117"))), Ok(()));
        assert_eq!(grantable(&grant(Role::CityOfficer, None)).unwrap_err().code, "role-city");
        assert_eq!(grantable(&grant(Role::Administrator, Some("310117"))).unwrap_err().code, "role-city");
        assert_eq!(grantable(&grant(Role::System, None)).unwrap_err().code, "role-system");
    }

    #[test]
    fn a_session_slides_but_ends() {
        let start = Instant::from_ms(0);
        assert_eq!(session_expires(start, start), Instant::from_ms(SESSION_IDLE_MS));
        let late = start.plus_ms(SESSION_LIFE_MS - 1);
        assert_eq!(session_expires(start, late), start.plus_ms(SESSION_LIFE_MS));
    }

    #[test]
    fn guessing_gets_slower_and_forgotten() {
        let at = |ms| Instant::from_ms(1_000_000 + ms);
        let mut tally = None;
        for _ in 0..PATIENCE_PAIR.tries {
            tally = Some(attempt(tally, &PATIENCE_PAIR, at(0)).unwrap());
        }
        assert_eq!(attempt(tally, &PATIENCE_PAIR, at(0)), Err(MINUTE_MS));
        assert_eq!(attempt(tally, &PATIENCE_PAIR, at(MINUTE_MS - 1)), Err(1));
        let next = attempt(tally, &PATIENCE_PAIR, at(MINUTE_MS)).unwrap();
        assert_eq!(attempt(Some(next), &PATIENCE_PAIR, at(MINUTE_MS)), Err(2 * MINUTE_MS));
        let mut grown = next;
        while let Ok(more) = attempt(Some(grown), &PATIENCE_PAIR, Instant::from_ms(grown.until_ms)) {
            if more.count == 1 {
                break;
            }
            assert!(more.until_ms - grown.until_ms <= PATIENCE_PAIR.pause_max_ms, "the pause has an end");
            grown = more;
        }
        assert!(grown.count > PATIENCE_PAIR.tries + 3, "pauses doubled until the window was over: {grown:?}");
        let later = Instant::from_ms(grown.since_ms).plus_ms(PATIENCE_PAIR.window_ms + PATIENCE_PAIR.pause_max_ms);
        assert_eq!(attempt(Some(grown), &PATIENCE_PAIR, later).unwrap().count, 1);
    }
}
