//! Words and labels that pages of organisations share.

use crate::corridor::Corridor;
use crate::rules::organisation::{Kind, Name, Organisation, SOURCE_OWN, Statement, StatusCode};
use crate::rules::status::{Standing, Status};
use kernel::{Adcode, Date};
use platform::web::T;
use platform::web::parts::{Choice, Source, Tag, Tone, encode};

/// An organisation's name in the reader's language.
pub(crate) fn name(t: T, organisation: &Organisation) -> String {
    t.pick(&organisation.name, organisation.name_en.as_deref().unwrap_or_default()).to_owned()
}

/// Its name in the other language; empty when there is none.
pub(crate) fn other_name(t: T, organisation: &Organisation) -> String {
    let english = organisation.name_en.clone().unwrap_or_default();
    let other = if t.zh() { english } else { organisation.name.clone() };
    if other == name(t, organisation) { String::new() } else { other }
}

/// A kind in words.
pub(crate) fn kind_name(t: T, kind: &str) -> String {
    match Kind::parse(kind) {
        Some(kind) => t.msg(format!("organisation-kind-{}", kind.code())).into_owned(),
        None => kind.to_owned(),
    }
}

/// A status in words; a pack's own code stays as it is.
pub(crate) fn status_name(t: T, status: &str) -> String {
    match StatusCode::parse(status) {
        Some(status) => t.msg(format!("organisation-status-{}", status.code())).into_owned(),
        None => status.to_owned(),
    }
}

/// A status as a label that says whether it holds today and whether anybody in charge has confirmed it.
pub(crate) fn status_tag(t: T, status: &Status, today: Date) -> Tag {
    let name = status_name(t, &status.status);
    let unverified = status.verified_ms.is_none();
    let (tone, text) = match status.standing(today) {
        Standing::Valid if unverified => (Tone::Plain, t.with("organisation-status-unverified", "name", &name)),
        Standing::Valid => (Tone::Gold, name),
        Standing::Future => (Tone::Plain, t.with("organisation-status-future", "name", &name)),
        Standing::Expired => (Tone::Plain, t.with("organisation-status-expired", "name", &name)),
    };
    Tag::new(tone, text).note(period(t, status))
}

/// From when to when a status holds, in words; empty when nobody said so.
pub(crate) fn period(t: T, status: &Status) -> String {
    match (status.valid_from.as_str(), status.valid_to.as_str()) {
        ("", "") => String::new(),
        (from, "") => t.with("organisation-period-from", "from", from),
        ("", to) => t.with("organisation-period-to", "to", to),
        (from, to) => t.with2("organisation-period", "from", from, "to", to),
    }
}

/// The labels that belong below an organisation's name: demo, claimed or not, statuses.
pub(crate) fn tags(t: T, organisation: &Organisation, statuses: &[Status], today: Date) -> Vec<Tag> {
    let mut tags = Vec::new();
    if organisation.demo {
        tags.push(Tag::demo(t));
    }
    tags.push(Tag::new(Tone::Indigo, kind_name(t, organisation.kind.code())));
    if organisation.claimed_ms.is_none() {
        tags.push(Tag::unclaimed(t));
    }
    tags.extend(statuses.iter().map(|status| status_tag(t, status, today)));
    tags
}

/// A city in words; says so when it is not known.
pub(crate) fn city_name(t: T, corridor: &Corridor, city: Option<Adcode>) -> String {
    match city {
        Some(city) => corridor.place_name(city, t.locale),
        None => t.msg("organisation-city-unknown").into_owned(),
    }
}

/// A segment with the chain it belongs to, such as 集成电路 / 大硅片.
pub(crate) fn segment_name(t: T, corridor: &Corridor, id: &str) -> String {
    let path = corridor.segment_path(id);
    if path.is_empty() {
        return id.to_owned();
    }
    let names: Vec<&str> = path.iter().map(|segment| t.pick(&segment.name_zh, &segment.name_en)).collect();
    names.join(" / ")
}

/// Where something comes from, in words.
pub(crate) fn source_title(t: T, corridor: &Corridor, source: &str) -> String {
    if source == SOURCE_OWN {
        t.msg("organisation-source-own").into_owned()
    } else {
        corridor.source_title(source, t.locale)
    }
}

/// The page that explains a source; empty for what the organisation says itself.
pub(crate) fn source_href(source: &str) -> String {
    if source == SOURCE_OWN { String::new() } else { format!("/sources#{}", encode(source)) }
}

/// The source line of a statement.
pub(crate) fn statement_source(t: T, corridor: &Corridor, statement: &Statement) -> Source {
    let basis = statement.as_of_basis.as_str();
    let key = format!("organisation-basis-{basis}");
    Source {
        t,
        area: String::new(),
        as_of: statement.as_of.clone(),
        basis: if t.texts.has(&key) { t.msg(key).into_owned() } else { String::new() },
        title: source_title(t, corridor, &statement.source),
        href: source_href(&statement.source),
        unverified: statement.verified_ms.is_none(),
    }
}

/// A name with what is to be known of it.
pub(crate) struct NameLine {
    /// The name.
    pub(crate) name: String,
    /// Its language tag.
    pub(crate) lang: &'static str,
    /// Sort and source.
    pub(crate) about: String,
    /// Why it is doubtful; empty when it is not.
    pub(crate) doubt: String,
}

/// A name as the page lists it.
pub(crate) fn name_line(t: T, corridor: &Corridor, name: &Name) -> NameLine {
    let kind = t.msg(format!("organisation-name-{}", name.kind.code()));
    let source = source_title(t, corridor, &name.source);
    let doubt = if name.flagged { t.with("organisation-name-doubtful", "note", &name.note) } else { String::new() };
    NameLine {
        name: name.name.clone(),
        lang: if name.lang == "zh" { "zh-CN" } else { "en" },
        about: t.with2("organisation-name-about", "kind", kind, "source", source),
        doubt,
    }
}

/// Every place an organisation may name, members first.
pub(crate) fn city_choices(t: T, corridor: &Corridor) -> Vec<Choice> {
    let member = corridor.cities().map(|place| place.adcode);
    let others = corridor.jurisdictions.iter().filter(|place| !place.member).map(|place| place.adcode);
    member.chain(others).map(|code| Choice::new(code.to_string(), corridor.place_name(code, t.locale))).collect()
}

/// Every segment, chain by chain.
pub(crate) fn segment_choices(t: T, corridor: &Corridor) -> Vec<Choice> {
    corridor.segments.iter().map(|segment| Choice::new(&segment.id, segment_name(t, corridor, &segment.id))).collect()
}

/// Every kind.
pub(crate) fn kind_choices(t: T) -> Vec<Choice> {
    Kind::ALL.iter().map(|kind| Choice::new(kind.code(), kind_name(t, kind.code()))).collect()
}
