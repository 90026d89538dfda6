//! Names of states.

use crate::actions::content::{Manifest, manifest};
use crate::rules::committee::{Committee, CommitteeState};
use crate::rules::round::{Phase, Round};
use crate::store::outcome::Fate;
use platform::Outcome;
use platform::journal::Recorded;
use platform::web::T;
use platform::web::parts::{Tag, Tone};
use rooms::pages::word;

/// Where a committee stands, as a label.
pub(super) fn committee_tags(t: T, committee: &Committee) -> Vec<Tag> {
    let tone = match committee.state {
        CommitteeState::Ready => Tone::Pine,
        CommitteeState::Void => Tone::Cinnabar,
        CommitteeState::Retired => Tone::Plain,
        _ => Tone::Indigo,
    };
    let mut tags = vec![Tag::new(tone, t.msg(format!("committee-state-{}", committee.state.code())))];
    if committee.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

/// Where a round stands, as a label.
pub(super) fn round_tags(t: T, round: &Round, phase: Phase) -> Vec<Tag> {
    let tone = match phase {
        Phase::Opened => Tone::Pine,
        Phase::Void => Tone::Cinnabar,
        Phase::Sharing | Phase::Opening => Tone::Gold,
        _ => Tone::Indigo,
    };
    let mut tags = vec![Tag::new(tone, t.msg(format!("round-phase-{}", phase.code())))];
    if round.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

/// What became of an envelope, as a label.
pub(super) fn fate_tag(t: T, fate: Option<&Fate>) -> Tag {
    match fate {
        None => Tag::new(Tone::Plain, t.msg("envelope-fate-sealed")),
        Some(Fate { reason: Some(_), .. }) => Tag::new(Tone::Cinnabar, t.msg("envelope-fate-unopenable")),
        Some(_) => Tag::new(Tone::Pine, t.msg("envelope-fate-opened")),
    }
}

/// An entry of a history in words: one about a seat says which.
pub(super) fn said(t: T, key: &str, entry: &Recorded) -> String {
    match entry.data["seat"].as_i64() {
        Some(seat) => t.n(key, seat),
        None => word(t, key),
    }
}

/// Why an envelope cannot be opened, in words.
pub(super) fn reason(t: T, code: &str) -> String {
    let key = format!("envelope-reason-{code}");
    if t.texts.has(&key) { word(t, key) } else { code.to_owned() }
}

/// What an envelope says is in it.
pub(super) fn content(fate: Option<&Fate>) -> Outcome<Option<Manifest>> {
    fate.map_or(Ok(None), manifest)
}

/// Bytes as people read them.
pub(super) fn bytes(t: T, count: i64) -> String {
    match count {
        ..1_024 => format!("{} B", t.num(count)),
        1_024..1_048_576 => format!("{} KiB", t.num(count / 1_024)),
        _ => format!("{} MiB", t.num(count / 1_048_576)),
    }
}
