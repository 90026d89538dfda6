//! Names of states, parties and cities.

use crate::rules::accord::{Accord, AccordState, JOINT, Party, PartyKind, Word};
use crate::rules::item::{ActionItem, ItemState};
use crate::rules::supervision::{Supervision, SupervisionState};
use kernel::{Adcode, Date, Instant};
use platform::web::T;
use platform::web::parts::{Choice, Tag, Tone};
use registry::corridor::Corridor;

/// A city as people say it.
pub(super) fn city(t: T, corridor: &Corridor, city: Adcode) -> String {
    corridor.place_name(city, t.locale)
}

/// A city by the code a filter or an attendance names.
pub(super) fn city_of_code(t: T, corridor: &Corridor, code: &str) -> String {
    if code == JOINT {
        return t.msg("accord-party-joint").into_owned();
    }
    Adcode::parse(code).map_or_else(|_| code.to_owned(), |code| city(t, corridor, code))
}

/// Several cities in one line.
pub(super) fn cities(t: T, corridor: &Corridor, all: &[Adcode]) -> String {
    let names: Vec<String> = all.iter().map(|code| city(t, corridor, *code)).collect();
    names.join(&t.msg("accord-separator"))
}

/// The member cities to choose from.
pub(super) fn city_choices(t: T, corridor: &Corridor) -> Vec<Choice> {
    corridor.cities().map(|place| Choice::new(place.adcode.to_string(), city(t, corridor, place.adcode))).collect()
}

/// A party's name.
pub(super) fn party_name(t: T, corridor: &Corridor, party: &Party) -> String {
    match (party.kind, party.city) {
        (PartyKind::Member, Some(code)) => city(t, corridor, code),
        (PartyKind::Joint, _) => t.msg("accord-party-joint").into_owned(),
        _ => t.pick(&party.name, &party.name_en).to_owned(),
    }
}

/// A title in the reader's language.
pub(super) fn title(t: T, accord: &Accord) -> String {
    t.pick(&accord.title, &accord.title_en).to_owned()
}

/// Where an act stands, as a label.
pub(super) fn accord_tag(t: T, state: AccordState) -> Tag {
    let tone = match state {
        AccordState::InForce => Tone::Pine,
        AccordState::Circulated => Tone::Indigo,
        AccordState::Failed => Tone::Cinnabar,
        _ => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("accord-state-{}", state.code().replace('_', "-"))))
}

/// What a party said, as a label; one that has said nothing waits.
pub(super) fn word_tag(t: T, word: Option<Word>) -> Tag {
    let tone = match word {
        Some(Word::Agrees) => Tone::Pine,
        Some(Word::Reserves) => Tone::Gold,
        Some(Word::Declines) => Tone::Cinnabar,
        _ => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("accord-word-{}", word.map_or("none", Word::code))))
}

/// Where an item stands, as a label.
pub(super) fn item_tag(t: T, item: &ActionItem, today: Date) -> Tag {
    let (tone, code) = match item.state {
        ItemState::Open if item.late_at(today) => (Tone::Cinnabar, "late"),
        ItemState::Open => (Tone::Indigo, "open"),
        ItemState::Done => (Tone::Pine, "done"),
        ItemState::Dropped => (Tone::Plain, "dropped"),
    };
    Tag::new(tone, t.msg(format!("item-state-{code}")))
}

/// Where a round of supervision stands, as labels.
pub(super) fn supervision_tags(t: T, round: &Supervision, now: Instant) -> Vec<Tag> {
    let tone = match round.state {
        SupervisionState::Issued => Tone::Indigo,
        SupervisionState::Answered => Tone::Gold,
        SupervisionState::Closed => Tone::Pine,
        SupervisionState::Repeated => Tone::Plain,
    };
    let mut tags = vec![Tag::new(tone, t.msg(format!("supervision-state-{}", round.state.code())))];
    if round.late_at(now) {
        tags.push(Tag::new(Tone::Cinnabar, t.msg("supervision-late")));
    }
    tags
}
