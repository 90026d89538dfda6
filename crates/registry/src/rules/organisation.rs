//! Organisations: what they are, and the rules for registering, editing and describing them.

mod command;
mod words;

pub use command::{By, Draft, Known, edit, register, uscc, uscc_warning};
pub(crate) use command::{city, line, segment_ids, website};
pub(crate) use words::codes;
pub use words::{Kind, NameKind, StatusCode};

use kernel::Adcode;

/// Characters of a website's address.
pub const WEBSITE_CHARS_MAX: usize = 300;
/// Names of one organisation.
pub const NAMES_MAX: usize = 40;
/// Segments one organisation may work in.
pub const SEGMENTS_MAX: usize = 40;
/// Statements one organisation may make of itself.
pub const STATEMENTS_MAX: usize = 200;
/// Source code of everything an organisation says of itself.
pub const SOURCE_OWN: &str = "own";

/// Where an organisation's record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Registered by a user; only its members and the city office see it.
    Draft,
    /// Open to everybody.
    Listed,
    /// The city office has refused the registration; its members may correct it and send it again.
    Refused,
}

impl State {
    /// The code in the database, policies and the API.
    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Listed => "listed",
            State::Refused => "refused",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<State> {
        [State::Draft, State::Listed, State::Refused].into_iter().find(|state| state.code() == code)
    }
}

/// An organisation's head record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Opaque id.
    pub id: String,
    /// Key of the pack row it came from, such as `g60-e001`.
    pub pack_key: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// Its city; may be no member of the corridor, or unknown.
    pub city: Option<Adcode>,
    /// Area it acts for when that is no single division, such as `g60`.
    pub area: Option<String>,
    /// Unified social credit code.
    pub uscc: Option<String>,
    /// Web address.
    pub website: Option<String>,
    /// Year, month or day of foundation.
    pub founded: Option<String>,
    /// The name shown first.
    pub name: String,
    /// The English name, if it has one.
    pub name_en: Option<String>,
    /// Source of the record; [`SOURCE_OWN`] for what the organisation says itself.
    pub source: String,
    /// A remark of the source.
    pub note: String,
    /// When its own people took it over; none is shown as 未认领.
    pub claimed_ms: Option<i64>,
    /// When the city office confirmed it; none is shown as 未核验.
    pub verified_ms: Option<i64>,
    /// The account that registered it.
    pub registered_by: Option<String>,
    /// When a person last changed it; a newer pack then only proposes.
    pub edited_ms: Option<i64>,
    /// Invented for the demonstration.
    pub demo: bool,
    /// The import it arrived with.
    pub batch: Option<String>,
    /// When the record was made.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

/// One name of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub name: String,
    /// `zh` or `en`.
    pub lang: String,
    /// Which sort of name.
    pub kind: NameKind,
    /// Doubtful: found by search and always shown with its note.
    pub flagged: bool,
    /// Why it is doubtful, or another remark.
    pub note: String,
    /// Where it comes from.
    pub source: String,
}

/// An organisation's place in an industry chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentPlace {
    /// Segment id.
    pub segment: String,
    /// How it is known: `text`, `industry`, `name` or `own`.
    pub basis: String,
    /// Where it comes from.
    pub source: String,
}

/// Something said about an organisation, dated and with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Opaque id.
    pub id: String,
    /// What is stated: `role`, `product`, `achievement`, `industry`, `listing`, `customer`, `honour`, `capability`, `profile`.
    pub field: String,
    /// Chinese wording.
    pub value_zh: String,
    /// English wording.
    pub value_en: String,
    /// Year, month or day for which it holds.
    pub as_of: String,
    /// How that date is known.
    pub as_of_basis: String,
    /// Where it comes from.
    pub source: String,
    /// When the city office confirmed it; none is shown as 未核验.
    pub verified_ms: Option<i64>,
    /// When a person last changed it; a newer pack then only proposes.
    pub edited_ms: Option<i64>,
}

/// A record as it is about to be stored, with everything that hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    /// The head record.
    pub organisation: Organisation,
    /// All names, the one shown first at the front.
    pub names: Vec<Name>,
    /// Places in industry chains.
    pub segments: Vec<SegmentPlace>,
    /// Statements.
    pub statements: Vec<Statement>,
    /// Recognised statuses.
    pub statuses: Vec<super::status::Status>,
}

/// The form of a name that lists are ordered by: lower case, half-width, without blanks and punctuation.
pub fn fold(name: &str) -> String {
    name.chars().map(half_width).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn half_width(character: char) -> char {
    let code = character as u32;
    if (0xFF01..=0xFF5E).contains(&code) { char::from_u32(code - 0xFEE0).unwrap_or(character) } else { character }
}

/// The name to show first: the first Chinese one, or the first at all.
pub fn name_shown(names: &[Name]) -> &str {
    let chinese = names.iter().find(|name| name.lang == "zh" && !name.flagged);
    chinese.or_else(|| names.first()).map_or("", |name| name.name.as_str())
}

/// The English name to show: registered, in use, or a translation, in this order; never a doubtful one.
pub fn name_english(names: &[Name]) -> Option<&str> {
    let english = names.iter().filter(|name| name.lang == "en" && !name.flagged);
    english.min_by_key(|name| name.kind.english_rank()).map(|name| name.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str, lang: &str, kind: NameKind, flagged: bool) -> Name {
        Name { name: name.into(), lang: lang.into(), kind, flagged, note: String::new(), source: "own".into() }
    }

    #[test]
    fn order_does_not_depend_on_case_width_or_blanks() {
        assert_eq!(fold("Ｓhanghai  Chaogui（超硅）"), "shanghaichaogui超硅");
        assert_eq!(fold("・—"), "");
    }

    #[test]
    fn a_doubtful_name_is_never_the_one_shown() {
        let names = [
            name("恒信卫星", "zh", NameKind::SourceForm, true),
            name("Yuanxin", "en", NameKind::Romanised, false),
            name("垣信", "zh", NameKind::Official, false),
            name("Genesat", "en", NameKind::Trade, false),
        ];
        assert_eq!(name_shown(&names), "垣信");
        assert_eq!(name_english(&names), Some("Genesat"));
        assert_eq!(name_shown(&names[..1]), "恒信卫星", "better than none");
        assert_eq!(name_english(&names[..1]), None);
    }
}
