//! Names of states, funders and amounts.

use super::word;
use crate::actions::call::Names;
use crate::rules::JOINT;
use crate::rules::call::{Call, CallState, Mode};
use crate::rules::pledge::{Condition, FunderKind, Pledge, PledgeState};
use kernel::{Adcode, Instant};
use platform::web::T;
use platform::web::parts::{Share, ShareBar, Tag, Tone};
use registry::corridor::Corridor;

/// A text key's end for a code: `no_award` becomes `no-award`.
pub(super) fn dashed(code: &str) -> String {
    code.replace('_', "-")
}

/// A title in the reader's language.
pub(super) fn title(t: T, call: &Call) -> String {
    t.pick(&call.title, &call.title_en).to_owned()
}

/// A city by the code a filter or an office names.
pub(super) fn city_of_code(t: T, corridor: &Corridor, code: &str) -> String {
    if code == JOINT {
        return word(t, "call-office-joint");
    }
    Adcode::parse(code).map_or_else(|_| code.to_owned(), |code| corridor.place_name(code, t.locale))
}

/// What a state is called.
pub(super) fn state_name(t: T, code: &str) -> String {
    word(t, format!("call-state-{}", dashed(code)))
}

/// Where a call stands, as a label.
pub(super) fn state_tag(t: T, state: CallState) -> Tag {
    let tone = match state {
        CallState::Open => Tone::Pine,
        CallState::Notice | CallState::Selection | CallState::Interview => Tone::Gold,
        CallState::Withdrawn | CallState::NoAward => Tone::Cinnabar,
        CallState::Draft | CallState::Finished => Tone::Plain,
        _ => Tone::Indigo,
    };
    Tag::new(tone, state_name(t, state.code()))
}

/// The labels of a call: its state, how many are awarded, its segments, the demo.
pub(super) fn tags(t: T, corridor: &Corridor, call: &Call, state: CallState, segments: usize) -> Vec<Tag> {
    let mut tags = vec![state_tag(t, state)];
    if call.mode != Mode::One {
        tags.push(Tag::new(Tone::Plain, t.n(format!("call-mode-{}-n", call.mode.code()), call.winners_max)));
    }
    let chain = call.segments.iter().take(segments);
    tags.extend(chain.map(|id| Tag::new(Tone::Indigo, corridor.segment_name(id, t.locale))));
    if call.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

/// What a funder is called; the challenge owner has a name only where the reader may know it.
pub(super) fn funder(t: T, corridor: &Corridor, names: &Names, pledge: &Pledge) -> String {
    let known = names.get(&pledge.code).map(|(zh, en)| t.pick(zh, en).to_owned());
    match pledge.kind {
        FunderKind::Owner => {
            known.map_or_else(|| word(t, "call-owner"), |name| t.with("call-owner-named", "name", name))
        }
        FunderKind::City => city_of_code(t, corridor, &pledge.code),
        FunderKind::Joint => word(t, "call-office-joint"),
        FunderKind::Outer => t.pick(&pledge.name, &pledge.name_en).to_owned(),
        FunderKind::Organisation => known.unwrap_or_else(|| word(t, "pledge-kind-organisation")),
    }
}

/// On which condition a pledge is given.
pub(super) fn condition(t: T, pledge: &Pledge) -> String {
    match pledge.condition {
        Condition::Matched => t.with("pledge-matched", "ratio", ratio(pledge.ratio_hundredths)),
        condition => word(t, format!("pledge-condition-{}", condition.code())),
    }
}

/// Hundredths as people write them: 150 is `1.5`.
pub(super) fn ratio(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where a pledge stands, as a label.
pub(super) fn pledge_tag(t: T, state: PledgeState) -> Tag {
    let tone = match state {
        PledgeState::Asked => Tone::Gold,
        PledgeState::Given => Tone::Pine,
        PledgeState::Declined | PledgeState::Withdrawn => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("pledge-state-{}", state.code())))
}

/// A call's money and who gives it; nothing to draw before anybody has pledged.
pub(super) fn money(t: T, corridor: &Corridor, names: &Names, call: &Call, given: &[&Pledge]) -> ShareBar {
    let share = |pledge: &&Pledge| Share {
        label: funder(t, corridor, names, pledge),
        amount: pledge.cap.get(),
        text: t.fen_short(pledge.cap),
    };
    ShareBar {
        lead: t.with("call-money-lead", "amount", t.fen_short(call.budget)),
        shares: given.iter().map(share).collect(),
    }
}

/// How long it still takes answers: the day, the hour, and working days left.
pub(super) fn closing(t: T, corridor: &Corridor, closes_ms: i64, now: Instant) -> (String, bool) {
    let closes = Instant::from_ms(closes_ms);
    let when = t.datetime(closes_ms);
    if now.ms() >= closes_ms {
        return (t.with("call-closed-at", "when", when), false);
    }
    let left = i64::from(corridor.calendar.between(now.date(), closes.date()));
    let numbers = [("when", when), ("left", left.to_string())];
    (t.args("call-closes-at", &numbers), left <= SOON_WORKDAYS)
}

/// Working days before closing from which a list says that time is running.
const SOON_WORKDAYS: i64 = 5;
