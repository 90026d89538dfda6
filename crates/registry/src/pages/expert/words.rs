//! Words and labels that pages of experts share.

use crate::corridor::Corridor;
use crate::pages::organisation::words::{city_name, segment_name};
use crate::rules::expert::{Availability, Expert};
use platform::web::T;
use platform::web::parts::{Choice, Tag, Tone};

/// Segments named in a row.
const SEGMENTS_SHOWN: usize = 4;

/// An expert's name in the reader's language, or that it is not open.
pub(crate) fn name(t: T, expert: &Expert) -> String {
    if expert.name.is_empty() {
        return t.msg(if expert.academician { "expert-unnamed-academician" } else { "expert-unnamed" }).into_owned();
    }
    t.pick(&expert.name, &expert.name_en).to_owned()
}

/// The name in the other language; empty when there is none.
pub(crate) fn other_name(t: T, expert: &Expert) -> String {
    let other = if t.zh() { &expert.name_en } else { &expert.name };
    if *other == name(t, expert) { String::new() } else { other.clone() }
}

/// Fields in the reader's language.
pub(crate) fn fields(t: T, expert: &Expert) -> String {
    t.pick(&expert.fields, &expert.fields_en).to_owned()
}

/// How much time there is, in words.
pub(crate) fn availability_name(t: T, availability: Availability) -> String {
    t.msg(format!("expert-availability-{}", availability.code())).into_owned()
}

/// Every availability.
pub(crate) fn availability_choices(t: T) -> Vec<Choice> {
    Availability::ALL.iter().map(|one| Choice::new(one.code(), availability_name(t, *one))).collect()
}

/// A body in words; an unknown code stays as it is.
pub(crate) fn body_name(t: T, code: &str) -> String {
    match code {
        "committee" | "academy" => t.msg(format!("expert-body-{code}")).into_owned(),
        other => other.to_owned(),
    }
}

/// The labels below an expert's name.
pub(crate) fn tags(t: T, expert: &Expert) -> Vec<Tag> {
    let mut tags = Vec::new();
    if expert.demo {
        tags.push(Tag::demo(t));
    }
    if expert.committee_ms.is_some() {
        tags.push(Tag::new(Tone::Gold, body_name(t, "committee")));
    }
    if expert.academician {
        tags.push(Tag::new(Tone::Gold, body_name(t, "academy")));
    }
    let tone = match expert.availability {
        Availability::Open => Tone::Pine,
        Availability::Limited => Tone::Indigo,
        Availability::Closed => Tone::Plain,
    };
    tags.push(Tag::new(tone, availability_name(t, expert.availability)));
    tags
}

/// An expert in a list.
pub(crate) struct Row {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) city: String,
    pub(crate) about: String,
    pub(crate) fields: String,
    pub(crate) segments: String,
    pub(crate) tags: Vec<Tag>,
}

/// Title and institution in one line.
pub(crate) fn about(t: T, expert: &Expert) -> String {
    if expert.title.is_empty() {
        return expert.institution.clone();
    }
    t.with2("expert-about", "institution", &expert.institution, "title", &expert.title)
}

/// An expert as a row.
pub(crate) fn row(t: T, corridor: &Corridor, expert: &Expert) -> Row {
    let segments = expert.segments.iter().take(SEGMENTS_SHOWN).map(|id| segment_name(t, corridor, id));
    Row {
        href: format!("/experts/{}", expert.id),
        name: name(t, expert),
        city: expert.city.map_or(String::new(), |city| city_name(t, corridor, Some(city))),
        about: about(t, expert),
        fields: fields(t, expert),
        segments: segments.collect::<Vec<_>>().join(&t.msg("organisation-list-separator")),
        tags: tags(t, expert),
    }
}
