//! A message in words: what happened, to what, by whom, what is expected and until when.

use crate::rules::message::text_key;
use crate::store::notice::Notice;
use kernel::Locale;
use platform::web::{Arg, T};

/// A message as one reader reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What happened, to what.
    pub text: String,
    /// By whom; empty for the house itself.
    pub by: String,
    /// What is expected and until when; empty for nothing.
    pub expects: String,
}

impl Words {
    /// The words in the reader's language.
    pub fn of(t: T, notice: &Notice) -> Words {
        let title = title(t.locale, notice);
        let number = i64::try_from(notice.hits.len()).unwrap_or(i64::MAX);
        let values = [("title", Arg::Word(title)), ("n", Arg::Number(number))];
        Words { text: t.args(text_key(&notice.kind), &values), by: by(t, notice), expects: expects(t, notice) }
    }
}

/// The title in the reader's language, or the only one there is.
pub fn title(locale: Locale, notice: &Notice) -> String {
    match locale {
        Locale::En if !notice.title_en.is_empty() => notice.title_en.clone(),
        _ => notice.title.clone(),
    }
}

fn by(t: T, notice: &Notice) -> String {
    if notice.who.is_empty() { String::new() } else { t.with("notice-by", "who", notice.who.as_str()) }
}

fn expects(t: T, notice: &Notice) -> String {
    let Some(code) = &notice.expects else { return String::new() };
    let what = t.msg(format!("notice-expect-{code}")).into_owned();
    match notice.due_ms {
        Some(due) => t.with2("notice-until", "what", what, "date", platform::web::format::date(due)),
        None => what,
    }
}
