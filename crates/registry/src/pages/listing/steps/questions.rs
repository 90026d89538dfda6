//! The questions, in order: what each shows, reads and needs.

use super::super::words::{comma, kind_name, question, segment_name};
use crate::corridor::Corridor;
use crate::rules::listing::{ContactBy, Content, Kind, MATURITY_RANGE, Patch, SEGMENTS_MAX, Side, keywords_split};
use kernel::{Date, Fen, Refusal, limits};
use platform::web::T;
use platform::web::parts::{Choice, Field, FieldKind};
use platform::{Actor, Mandate};
use rooms::pages::typed::{Typed, half_width};

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Title,
    Kind,
    Maturity,
    Abstract,
    Segments,
    Detail,
    Terms,
    English,
}

impl Step {
    /// The questions of one side, as far as its answers call for them.
    pub(super) fn all(side: Side, content: &Content) -> Vec<Step> {
        let mut all = vec![Step::Title, Step::Kind];
        if side == Side::Offer && content.kind == Some(Kind::Achievement) {
            all.push(Step::Maturity);
        }
        all.extend([Step::Abstract, Step::Segments, Step::Detail, Step::Terms, Step::English]);
        all
    }

    /// Its name in addresses.
    pub(super) fn code(self) -> &'static str {
        match self {
            Step::Title => "title",
            Step::Kind => "type",
            Step::Maturity => "maturity",
            Step::Abstract => "abstract",
            Step::Segments => "segments",
            Step::Detail => "detail",
            Step::Terms => "terms",
            Step::English => "english",
        }
    }

    /// Reads a name.
    pub(super) fn parse(code: &str) -> Option<Step> {
        let all = [
            Step::Title,
            Step::Kind,
            Step::Maturity,
            Step::Abstract,
            Step::Segments,
            Step::Detail,
            Step::Terms,
            Step::English,
        ];
        all.into_iter().find(|step| step.code() == code)
    }

    /// What it asks, filled in with what has been answered.
    pub(super) fn fields(self, t: T, corridor: &Corridor, side: Side, content: &Content) -> Vec<Field> {
        match self {
            Step::Title => vec![
                Field::line(t, "title", question(t, side, "title"))
                    .hint(question(t, side, "title-hint"))
                    .chars_max(limits::TITLE_CHARS_MAX)
                    .value(&content.title)
                    .heading(),
            ],
            Step::Kind => vec![kind(t, side, content)],
            Step::Maturity => vec![maturity(t, content)],
            Step::Abstract => vec![
                Field::lines(t, "abstract", question(t, side, "abstract"), 8)
                    .hint(question(t, side, "abstract-hint"))
                    .chars_max(limits::ABSTRACT_CHARS_MAX)
                    .value(&content.summary)
                    .heading(),
            ],
            Step::Segments => segments(t, corridor, content),
            Step::Detail => vec![
                Field::lines(t, "detail", t.msg("listing-q-detail"), 10)
                    .hint(t.msg("listing-q-detail-hint"))
                    .chars_max(limits::DETAIL_CHARS_MAX)
                    .value(&content.detail)
                    .optional()
                    .heading(),
            ],
            Step::Terms => terms(t, side, content),
            Step::English => english(t, content),
        }
    }

    /// What was typed, as changes.
    ///
    /// # Errors
    /// An amount, a day or a code that cannot be read.
    pub(super) fn read(self, typed: &Typed) -> Result<Patch, Refusal> {
        let text = |name: &str| typed.raw(name).map(str::to_owned);
        let none = Patch::default();
        Ok(match self {
            Step::Title => Patch { title: text("title"), ..none },
            Step::Kind => Patch { kind: Some(Kind::parse(typed.get("type"))), ..none },
            Step::Maturity => Patch { maturity: Some(typed.get("maturity").parse().ok()), ..none },
            Step::Abstract => Patch { summary: text("abstract"), ..none },
            Step::Segments => Patch { segments: Some(typed.all("segments")), ..none },
            Step::Detail => Patch { detail: text("detail"), ..none },
            Step::English => Patch { title_en: text("title_en"), summary_en: text("abstract_en"), ..none },
            Step::Terms => Patch {
                price_from_fen: Some(amount("price_from", typed)?),
                price_to_fen: Some(amount("price_to", typed)?),
                until: Some(day(typed.get("until"))?),
                keywords: Some(keywords_split(typed.get("keywords"))),
                contact: Some(ContactBy::parse(typed.get("contact")).unwrap_or_default()),
                ..none
            },
        })
    }

    /// Whether this question has been answered well enough to go on.
    ///
    /// # Errors
    /// What is missing here; what other questions lack is left for them.
    pub(super) fn complete(self, side: Side, content: &Content) -> Result<(), Vec<Refusal>> {
        // Days are looked at when it is sent; a draft may lie for a while.
        let long_ago = Date::from_epoch_day(0);
        let mine = |refusal: &Refusal| refusal.field.as_deref() == Some(self.code());
        let missing: Vec<Refusal> = content.missing(side, long_ago).into_iter().filter(mine).collect();
        if missing.is_empty() { Ok(()) } else { Err(missing) }
    }
}

/// The first sentence of a text as a title, and the whole text as an abstract if it says more.
pub(super) fn first_line(text: &str) -> (String, String) {
    let text = text.trim();
    let end = text.find(['\n', '。', '；', '！', '？']).unwrap_or(text.len());
    let title: String = text[..end].trim().chars().take(limits::TITLE_CHARS_MAX).collect();
    let summary = if title.chars().count() < text.chars().count() { text.to_owned() } else { String::new() };
    (title, summary)
}

/// Which organisation one acts for; no question where there is only one.
pub(super) fn organisation(t: T, actor: &Actor, chosen: &str) -> Option<Field> {
    let may: Vec<_> = actor.memberships.iter().filter(|m| m.mandates.contains(&Mandate::Publish)).collect();
    if actor.memberships.len() <= 1 {
        return None;
    }
    let choices = may.iter().map(|m| Choice::new(&m.organisation, &m.name)).collect();
    let field = Field::new(t, FieldKind::Radio(choices), "organisation", t.msg("listing-q-organisation"));
    let only = if let [one] = may.as_slice() { one.organisation.as_str() } else { chosen };
    Some(if only.is_empty() { field } else { field.value(only) })
}

fn kind(t: T, side: Side, content: &Content) -> Field {
    let choice = |kind: Kind| {
        Choice::new(kind.code(), kind_name(t, Some(kind))).hint(t.msg(format!("listing-type-{}-hint", kind.code())))
    };
    let mut choices: Vec<Choice> = Kind::ALL.into_iter().map(choice).collect();
    let chosen = content.kind.map_or("", Kind::code);
    match side {
        Side::Need => {
            choices.push(Choice::new("any", kind_name(t, None)));
            let chosen = if chosen.is_empty() { "any" } else { chosen };
            let hint = t.msg("listing-q-need-type-hint");
            Field::new(t, FieldKind::Radio(choices), "type", t.msg("listing-q-need-type"))
                .hint(hint)
                .value(chosen)
                .heading()
        }
        Side::Offer => {
            Field::new(t, FieldKind::Radio(choices), "type", t.msg("listing-q-type")).value(chosen).heading()
        }
    }
}

fn maturity(t: T, content: &Content) -> Field {
    let choices = MATURITY_RANGE.map(|n| Choice::new(n.to_string(), t.msg(format!("listing-maturity-{n}")))).collect();
    let field = Field::new(t, FieldKind::Radio(choices), "maturity", t.msg("listing-q-maturity"))
        .hint(t.msg("listing-q-maturity-hint"));
    let chosen = content.maturity.map(|n| n.to_string()).unwrap_or_default();
    field.value(chosen).heading()
}

/// Segments whose name or alias stands in the text, longest word first.
fn suggested(corridor: &Corridor, content: &Content) -> Vec<String> {
    let text = format!("{}\n{}\n{}", content.title, content.summary, content.keywords.join("\n")).to_lowercase();
    let longest = |segment: &pack::Segment| {
        let words = segment.aliases.iter().chain([&segment.name_zh, &segment.name_en]);
        let found = words
            .map(|word| word.to_lowercase())
            .filter(|word| word.chars().count() > 1 && text.contains(word.as_str()));
        found.map(|word| word.chars().count()).max()
    };
    let mut found: Vec<(usize, &str)> =
        corridor.segments.iter().filter_map(|s| longest(s).map(|n| (n, s.id.as_str()))).collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    found.into_iter().take(SEGMENTS_MAX).map(|(_, id)| id.to_owned()).collect()
}

/// What was chosen and what the text suggests first, then every chain with its segments.
fn segments(t: T, corridor: &Corridor, content: &Content) -> Vec<Field> {
    let mut first = content.segments.clone();
    let hints = suggested(corridor, content);
    first.extend(hints.iter().filter(|id| !content.segments.contains(id)).cloned());
    let hint = if hints.is_empty() {
        t.msg("listing-q-segments-hint").into_owned()
    } else {
        format!("{}{}", t.msg("listing-q-segments-hint"), t.msg("listing-q-segments-suggested"))
    };
    let mut named = Vec::new();
    let full = |id: &String| Choice::new(id, segment_name(t, corridor, id));
    named.push(
        chosen(
            Field::new(t, FieldKind::Check(first.iter().map(full).collect()), "segments", t.msg("listing-q-segments")),
            content,
        )
        .hint(hint)
        .heading(),
    );
    for chain in corridor.segments_below(None) {
        let below =
            corridor.segments.iter().filter(|s| corridor.segment_within(&s.id, &chain.id) && !first.contains(&s.id));
        let choices: Vec<Choice> = below.map(|s| Choice::new(&s.id, corridor.segment_name(&s.id, t.locale))).collect();
        if choices.is_empty() {
            continue;
        }
        let label = t.with("listing-q-segments-more", "chain", corridor.segment_name(&chain.id, t.locale));
        let name = format!("segments-{}", chain.id.replace('/', "-"));
        named.push(chosen(Field::new(t, FieldKind::Check(choices), name, label), content).optional());
    }
    named
}

fn chosen(field: Field, content: &Content) -> Field {
    content.segments.iter().fold(field, |field, id| field.value(id))
}

fn terms(t: T, side: Side, content: &Content) -> Vec<Field> {
    let number = |name: &str, fen: Option<i64>| {
        let label = question(t, side, &name.replace('_', "-"));
        let field = Field::new(t, FieldKind::Number, name, label).unit(t.msg("listing-unit-yuan")).optional();
        field.value(fen.map(yuan).unwrap_or_default())
    };
    let contact = ContactBy::ALL.map(|by| Choice::new(by.code(), t.msg(format!("listing-contact-{}", by.code()))));
    vec![
        number("price_from", content.price_from_fen).hint(t.msg("listing-q-price-hint")),
        number("price_to", content.price_to_fen),
        Field::new(t, FieldKind::Line("date"), "until", question(t, side, "until"))
            .hint(t.msg("listing-q-until-hint"))
            .value(content.until.map(|day| day.to_string()).unwrap_or_default())
            .optional(),
        Field::line(t, "keywords", t.msg("listing-q-keywords"))
            .hint(t.msg("listing-q-keywords-hint"))
            .value(content.keywords.join(comma(t)))
            .optional(),
        Field::new(t, FieldKind::Radio(contact.to_vec()), "contact", t.msg("listing-q-contact"))
            .value(content.contact.code()),
    ]
}

/// Yuan as they are typed: no decimals where there are none.
fn yuan(fen: i64) -> String {
    let text = Fen::new(fen).map(|fen| fen.to_string()).unwrap_or_default();
    text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
}

fn english(t: T, content: &Content) -> Vec<Field> {
    vec![
        Field::line(t, "title_en", t.msg("listing-q-title-en"))
            .chars_max(limits::TITLE_CHARS_MAX)
            .value(&content.title_en)
            .optional(),
        Field::lines(t, "abstract_en", t.msg("listing-q-abstract-en"), 8)
            .chars_max(limits::ABSTRACT_CHARS_MAX)
            .value(&content.summary_en)
            .optional(),
    ]
}

fn amount(field: &'static str, typed: &Typed) -> Result<Option<i64>, Refusal> {
    let text = half_width(typed.get(field)).replace(['元', ' '], "");
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        Refusal::invalid(
            "amount",
            "金额写成数字，单位为元，最多两位小数，例如 500000 或 1,200.50。",
            "Write an amount in yuan with at most two decimals, such as 500000 or 1,200.50.",
        )
        .at(field)
    };
    Fen::parse_yuan(&text).map(|fen| Some(fen.get())).map_err(|_| wrong())
}

fn day(typed: &str) -> Result<Option<Date>, Refusal> {
    let text = half_width(typed).replace(['/', '.', '年', '月'], "-").replace('日', "");
    if text.is_empty() { Ok(None) } else { crate::api::listing::date(&text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_long_text_becomes_title_and_abstract() {
        assert_eq!(first_line("需要硅片"), ("需要硅片".into(), String::new()));
        let text = "需要 300 毫米抛光硅片。月供 5 万片。";
        assert_eq!(first_line(text), ("需要 300 毫米抛光硅片".into(), text.into()));
        assert_eq!(first_line("  "), (String::new(), String::new()));
        assert_eq!(first_line(&"字".repeat(300)).0.chars().count(), limits::TITLE_CHARS_MAX);
    }

    #[test]
    fn amounts_and_days_are_read_as_people_type_them() {
        let read = |pairs: &[(&str, &str)]| Step::Terms.read(&typed(pairs));
        let patch =
            read(&[("price_from", "１，２００．５元"), ("until", "2027/06/30"), ("keywords", "硅片、抛光")]).unwrap();
        assert_eq!((patch.price_from_fen, patch.price_to_fen), (Some(Some(120_050)), Some(None)));
        assert_eq!(patch.until.flatten().map(|d| d.to_string()), Some("2027-06-30".into()));
        assert_eq!(patch.keywords.unwrap(), ["硅片", "抛光"]);
        assert_eq!(read(&[("price_to", "面议")]).unwrap_err().field.as_deref(), Some("price_to"));
        assert_eq!(read(&[("until", "明年")]).unwrap_err().field.as_deref(), Some("until"));
    }

    #[test]
    fn only_a_result_is_asked_for_its_maturity() {
        let steps = |side, kind| Step::all(side, &Content { kind, ..Content::default() });
        assert!(steps(Side::Offer, Some(Kind::Achievement)).contains(&Step::Maturity));
        assert!(!steps(Side::Offer, Some(Kind::Service)).contains(&Step::Maturity));
        assert!(!steps(Side::Need, Some(Kind::Achievement)).contains(&Step::Maturity));
        assert!(steps(Side::Need, None).iter().all(|step| Step::parse(step.code()) == Some(*step)));
    }

    #[test]
    fn a_step_asks_only_for_its_own_answer() {
        let empty = Content::default();
        assert_eq!(Step::Title.complete(Side::Offer, &empty).unwrap_err()[0].code, "listing-title");
        assert!(Step::Detail.complete(Side::Offer, &empty).is_ok());
        assert_eq!(Step::Segments.complete(Side::Need, &empty).unwrap_err()[0].field.as_deref(), Some("segments"));
    }

    #[test]
    fn amounts_are_shown_as_typed() {
        assert_eq!((yuan(120_050), yuan(50_000_000)), ("1200.50".into(), "500000".into()));
    }
}
