//! What a need or an offer says, and what may be said: limits while it is a draft, completeness before review.

use super::words::{ContactBy, Kind, Side};
pub use kernel::input::{clean_text, text_fits};
use kernel::{Date, Fen, Instant, Refusal, limits};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Segments of one listing.
pub const SEGMENTS_MAX: usize = 8;
/// Keywords of one listing.
pub const KEYWORDS_MAX: usize = 20;
/// Characters of one keyword.
pub const KEYWORD_CHARS_MAX: usize = 40;
/// Characters of a segment's id.
pub const SEGMENT_ID_CHARS_MAX: usize = 120;
/// Characters a title needs before it can be reviewed.
pub const TITLE_CHARS_MIN: usize = 4;
/// Characters an abstract needs before it can be reviewed.
pub const ABSTRACT_CHARS_MIN: usize = 20;
/// Technology readiness levels, as ISO 16290:2013 and GB/T 22900-2022 count them.
pub const MATURITY_RANGE: RangeInclusive<i64> = 1..=9;
/// Days a listing stays published when it names no last day of its own.
pub const PUBLISHED_DAYS_DEFAULT: i64 = 180;
/// Days a listing stays published at most; then it must be renewed.
pub const PUBLISHED_DAYS_MAX: i64 = 365;

/// Everything a listing says. A published version keeps it unchanged for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// What is offered; for needs, the kind of offer looked for, or none for any.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// One line, Chinese or whatever the organisation writes in.
    pub title: String,
    /// The same in English; may be empty.
    pub title_en: String,
    /// What everybody may read.
    #[serde(rename = "abstract")]
    pub summary: String,
    /// The same in English; may be empty.
    #[serde(rename = "abstract_en")]
    pub summary_en: String,
    /// The protected part: opens for an asking organisation after consent only.
    pub detail: String,
    /// Maturity of an achievement, see [`MATURITY_RANGE`].
    pub maturity: Option<i64>,
    /// Ids of industry-chain segments.
    pub segments: Vec<String>,
    /// Lower end of budget or price, in fen.
    pub price_from_fen: Option<i64>,
    /// Upper end of budget or price, in fen.
    pub price_to_fen: Option<i64>,
    /// Last day it is wanted or valid.
    pub until: Option<Date>,
    /// Free words for search.
    pub keywords: Vec<String>,
    /// How the owner wants to be approached.
    pub contact: ContactBy,
}

/// Changes to a [`Content`]; what is `None` stays as it is. The inner `None` clears a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch {
    /// See [`Content::kind`].
    pub kind: Option<Option<Kind>>,
    /// See [`Content::title`].
    pub title: Option<String>,
    /// See [`Content::title_en`].
    pub title_en: Option<String>,
    /// See [`Content::summary`].
    pub summary: Option<String>,
    /// See [`Content::summary_en`].
    pub summary_en: Option<String>,
    /// See [`Content::detail`].
    pub detail: Option<String>,
    /// See [`Content::maturity`].
    pub maturity: Option<Option<i64>>,
    /// See [`Content::segments`].
    pub segments: Option<Vec<String>>,
    /// See [`Content::price_from_fen`].
    pub price_from_fen: Option<Option<i64>>,
    /// See [`Content::price_to_fen`].
    pub price_to_fen: Option<Option<i64>>,
    /// See [`Content::until`].
    pub until: Option<Option<Date>>,
    /// See [`Content::keywords`].
    pub keywords: Option<Vec<String>>,
    /// See [`Content::contact`].
    pub contact: Option<ContactBy>,
}

impl Content {
    /// The content after a patch, cleaned: line ends unified, blanks trimmed, repeats dropped.
    ///
    /// # Errors
    /// Every field that breaks a limit, in the order of the form. A draft may still be incomplete.
    pub fn apply(&self, patch: Patch, side: Side) -> Result<Content, Vec<Refusal>> {
        let mut next = self.clone();
        set(&mut next.kind, patch.kind);
        set(&mut next.title, patch.title.as_deref().map(clean_line));
        set(&mut next.title_en, patch.title_en.as_deref().map(clean_line));
        set(&mut next.summary, patch.summary.as_deref().map(clean_text));
        set(&mut next.summary_en, patch.summary_en.as_deref().map(clean_text));
        set(&mut next.detail, patch.detail.as_deref().map(clean_text));
        set(&mut next.maturity, patch.maturity);
        set(&mut next.segments, patch.segments.map(distinct));
        set(&mut next.price_from_fen, patch.price_from_fen);
        set(&mut next.price_to_fen, patch.price_to_fen);
        set(&mut next.until, patch.until);
        set(&mut next.keywords, patch.keywords.map(distinct));
        set(&mut next.contact, patch.contact);
        if side == Side::Offer && next.kind != Some(Kind::Achievement) {
            // Only a result has a maturity; changing the kind drops it.
            next.maturity = None;
        }
        let wrong = next.over_limits(side);
        if wrong.is_empty() { Ok(next) } else { Err(wrong) }
    }

    /// What breaks a limit, field by field.
    fn over_limits(&self, side: Side) -> Vec<Refusal> {
        let texts = [
            ("title", &self.title, limits::TITLE_CHARS_MAX),
            ("title_en", &self.title_en, limits::TITLE_CHARS_MAX),
            ("abstract", &self.summary, limits::ABSTRACT_CHARS_MAX),
            ("abstract_en", &self.summary_en, limits::ABSTRACT_CHARS_MAX),
            ("detail", &self.detail, limits::DETAIL_CHARS_MAX),
        ];
        let mut wrong: Vec<Refusal> =
            texts.into_iter().filter_map(|(field, text, max)| text_fits(field, text, max).err()).collect();
        if let Some(level) = self.maturity.filter(|level| side == Side::Need || !MATURITY_RANGE.contains(level)) {
            wrong.push(maturity_wrong(side, level));
        }
        if self.segments.len() > SEGMENTS_MAX || self.segments.iter().any(|s| s.chars().count() > SEGMENT_ID_CHARS_MAX)
        {
            wrong.push(segments_too_many());
        }
        wrong.extend(self.price_wrong());
        let long = |word: &String| word.chars().count() > KEYWORD_CHARS_MAX || word.chars().any(char::is_control);
        if self.keywords.len() > KEYWORDS_MAX || self.keywords.iter().any(long) {
            wrong.push(keywords_wrong());
        }
        wrong
    }

    fn price_wrong(&self) -> Option<Refusal> {
        let outside = |fen: &i64| *fen < 0 || Fen::new(*fen).is_err();
        if self.price_from_fen.as_ref().is_some_and(outside) {
            return Some(price_outside().at("price_from"));
        }
        if self.price_to_fen.as_ref().is_some_and(outside) {
            return Some(price_outside().at("price_to"));
        }
        match (self.price_from_fen, self.price_to_fen) {
            (Some(from), Some(to)) if from > to => Some(price_order()),
            _ => None,
        }
    }

    /// What is missing before the office can review it, in the order of the form; empty when it is ready.
    pub fn missing(&self, side: Side, today: Date) -> Vec<Refusal> {
        let mut missing = Vec::new();
        if side == Side::Offer && self.kind.is_none() {
            missing.push(
                Refusal::invalid("listing-type", "请选择供给的类型。", "Choose what kind of offer it is.").at("type"),
            );
        }
        if side == Side::Offer && self.kind == Some(Kind::Achievement) && self.maturity.is_none() {
            missing.push(
                Refusal::invalid(
                    "listing-maturity",
                    "请选择成果的成熟度（TRL 1–9）。",
                    "Choose the maturity of the result (TRL 1–9).",
                )
                .at("maturity"),
            );
        }
        if self.title.chars().count() < TITLE_CHARS_MIN {
            missing.push(
                Refusal::invalid(
                    "listing-title",
                    "请用一句话写明标题，至少 4 个字。",
                    "Write a title of at least 4 characters.",
                )
                .at("title"),
            );
        }
        if self.summary.chars().count() < ABSTRACT_CHARS_MIN {
            missing.push(
                Refusal::invalid(
                    "listing-abstract",
                    "请写公开摘要，至少 20 个字，让不相识的人也能判断是否合适。",
                    "Write a public abstract of at least 20 characters, so that a stranger can tell whether it fits.",
                )
                .at("abstract"),
            );
        }
        if self.segments.is_empty() {
            missing.push(
                Refusal::invalid(
                    "listing-segments",
                    "请至少选择一个产业链环节。",
                    "Choose at least one industry-chain segment.",
                )
                .at("segments"),
            );
        }
        if self.until.is_some_and(|until| until < today) {
            missing.push(until_passed());
        }
        missing
    }

    /// When a publication made now ends: the end of its own last day, but not later than the longest term.
    ///
    /// # Errors
    /// Its own last day has passed.
    pub fn expires(&self, now: Instant) -> Result<Instant, Refusal> {
        let today = now.date();
        match self.until {
            Some(until) if until < today => Err(until_passed()),
            Some(until) => Ok(until.min(today.plus_days(PUBLISHED_DAYS_MAX)).plus_days(1).start()),
            None => Ok(today.plus_days(PUBLISHED_DAYS_DEFAULT + 1).start()),
        }
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// One line: every run of blanks, line ends included, becomes one blank.
fn clean_line(text: &str) -> String {
    text.split(char::is_whitespace).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Trimmed, without empties and repeats, in the order given.
fn distinct(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let word = clean_line(&word);
        if !word.is_empty() && !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// Words typed in one line, separated as people separate them.
pub fn keywords_split(typed: &str) -> Vec<String> {
    distinct(typed.split([',', '，', '、', ';', '；', '\n']).map(str::to_owned).collect())
}

fn maturity_wrong(side: Side, level: i64) -> Refusal {
    let refusal = match side {
        Side::Need => Refusal::invalid(
            "listing-maturity",
            "需求没有成熟度。请删去这一项。",
            "A need has no maturity. Leave it out.",
        ),
        Side::Offer => Refusal::invalid(
            "listing-maturity",
            format!("成熟度是 1 到 9 的整数，不能是 {level}。"),
            format!("Maturity is a whole number from 1 to 9, not {level}."),
        ),
    };
    refusal.at("maturity")
}

fn segments_too_many() -> Refusal {
    Refusal::invalid(
        "listing-segments",
        "最多选择 8 个产业链环节。请只留下最贴切的。",
        "Choose at most 8 industry-chain segments. Keep those that fit best.",
    )
    .at("segments")
}

fn keywords_wrong() -> Refusal {
    Refusal::invalid(
        "listing-keywords",
        "关键词最多 20 个，每个不超过 40 个字，用逗号或顿号分开。",
        "At most 20 keywords of at most 40 characters each, separated by commas.",
    )
    .at("keywords")
}

fn price_outside() -> Refusal {
    Refusal::invalid(
        "listing-price",
        "金额要不小于 0，且不超过 90 万亿元。",
        "An amount is at least 0 and at most CNY 90 trillion.",
    )
}

fn price_order() -> Refusal {
    Refusal::invalid(
        "listing-price",
        "下限不能高于上限。请核对两个金额。",
        "The lower end is above the upper end. Check both amounts.",
    )
    .at("price_from")
}

fn until_passed() -> Refusal {
    Refusal::invalid(
        "listing-until",
        "截止日期已过。请改成今天或以后的日期。",
        "The last day has passed. Choose today or a later day.",
    )
    .at("until")
}
