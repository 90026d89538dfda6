use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// What kind of "no" it is; the HTTP status follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum RefusalKind {
    /// The input breaks a rule (422).
    Invalid,
    /// It does not exist, or the actor may not know that it does (404).
    NotFound,
    /// The actor must sign in first (401).
    SignIn,
    /// The actor may see it but not do this (403).
    Forbidden,
    /// The state has moved on, or another holds the place (409).
    Conflict,
    /// More bytes than the limit allows (413).
    TooLarge,
    /// Too often; wait (429).
    TooMany,
    /// The house cannot do it just now (503).
    Unavailable,
}

impl RefusalKind {
    /// The HTTP status of this kind.
    pub fn status(self) -> u16 {
        match self {
            RefusalKind::Invalid => 422,
            RefusalKind::NotFound => 404,
            RefusalKind::SignIn => 401,
            RefusalKind::Forbidden => 403,
            RefusalKind::Conflict => 409,
            RefusalKind::TooLarge => 413,
            RefusalKind::TooMany => 429,
            RefusalKind::Unavailable => 503,
        }
    }
}

/// A clear "no": a stable code, a sentence in both languages that says what to
/// do next, and the field or rule it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which kind of no.
    pub kind: RefusalKind,
    /// Stable and documented, such as `uscc-check`.
    pub code: &'static str,
    /// The form field or rule, if one is to blame.
    pub field: Option<Cow<'static, str>>,
    /// What to do, in Chinese.
    pub zh: Cow<'static, str>,
    /// What to do, in English.
    pub en: Cow<'static, str>,
}

impl Refusal {
    /// A refusal of some kind; the sentences say what to do next.
    pub fn new(
        kind: RefusalKind,
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Refusal {
        Refusal { kind, code, field: None, zh: zh.into(), en: en.into() }
    }

    /// Input that breaks a rule.
    pub fn invalid(code: &'static str, zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::new(RefusalKind::Invalid, code, zh, en)
    }

    /// A state that has moved on.
    pub fn conflict(code: &'static str, zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::new(RefusalKind::Conflict, code, zh, en)
    }

    /// The same answer for "is not there" and "not for you to know".
    pub fn not_found() -> Refusal {
        Refusal::new(
            RefusalKind::NotFound,
            "not-found",
            "没有找到。请检查地址，或从搜索重新查找。",
            "Not found. Check the address, or look for it by search.",
        )
    }

    /// Nobody is signed in.
    pub fn sign_in() -> Refusal {
        Refusal::new(RefusalKind::SignIn, "sign-in", "请先登录，再继续办理。", "Please sign in first, then go on.")
    }

    /// Known to the actor, but not his to do.
    pub fn forbidden() -> Refusal {
        Refusal::new(
            RefusalKind::Forbidden,
            "forbidden",
            "您的身份不能办理此事。请由有权限的成员办理，或联系本单位管理员。",
            "Your role may not do this. Ask a member who may, or your organisation's administrator.",
        )
    }

    /// Names the field the refusal belongs to.
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Refusal {
        self.field = Some(field.into());
        self
    }

    /// The sentence in one language.
    pub fn sentence(&self, locale: crate::Locale) -> &str {
        match locale {
            crate::Locale::ZhCn => &self.zh,
            crate::Locale::En => &self.en,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.en)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_client_or_server_status() {
        assert_eq!(Refusal::not_found().kind.status(), 404);
        assert_eq!(Refusal::sign_in().kind.status(), 401);
        assert_eq!(Refusal::invalid("x", "甲", "a").at("name").field.as_deref(), Some("name"));
    }
}
