//! The head of a call's page: where it stands, what happens now and until when, and what the reader can do.

use crate::actions::call::View;
use crate::pages::words::{city_of_code, closing, dashed, funder, state_name, tags, title};
use crate::pages::{other_side, proof, word};
use crate::rules::call::{CallState, Step};
use accords::AccordState;
use kernel::Instant;
use platform::web::T;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Phase, Phases, Tag, Tone};
use registry::corridor::Corridor;

/// The phases of a call that its page shows, and the states that belong to each.
const PHASES: [(&str, &[CallState]); 9] = [
    ("pose", &[CallState::Draft]),
    ("vet", &[CallState::Posed]),
    ("release", &[CallState::Vetted, CallState::Releasing]),
    ("answer", &[CallState::Open]),
    ("review", &[CallState::Closed, CallState::Checking, CallState::Review, CallState::Interview]),
    ("select", &[CallState::Selection, CallState::Notice]),
    ("contract", &[CallState::Contracting]),
    ("run", &[CallState::Running]),
    ("finish", &[CallState::Finished]),
];

pub(super) fn frame(t: T, corridor: &Corridor, view: &View, now: Instant, acts: Vec<Action>) -> DetailFrame {
    let call = &view.call;
    let heading = title(t, call);
    DetailFrame {
        crumbs: Crumbs::new(t, &heading).over("/calls", t.msg("call-list-title")),
        other_name: other_side(t, &call.title, &call.title_en).to_owned(),
        tags: tags(t, corridor, call, view.state, call.segments.len()),
        lede: String::new(),
        phases: Some(phases(t, view)),
        facts: vec![facts(t, corridor, view, now)],
        actions: acts,
        source: None,
        proof: proof(t, &view.history),
        heading,
    }
}

/// What is going on, and until when.
pub(super) fn notice(t: T, corridor: &Corridor, view: &View, now: Instant) -> String {
    let call = &view.call;
    let key = match (view.state, view.act) {
        (CallState::Releasing, Some(AccordState::InForce)) => "call-now-releasing-agreed".to_owned(),
        (CallState::Releasing, Some(AccordState::Failed)) => "call-now-releasing-failed".to_owned(),
        (CallState::Draft, _) if !call.reason.is_empty() => "call-now-sent-back".to_owned(),
        (state, _) => format!("call-now-{}", dashed(state.code())),
    };
    let until = match (view.state, call.closes_ms) {
        (CallState::Open, Some(closes)) => closing(t, corridor, closes, now).0,
        _ => due(t, view),
    };
    t.args(&key, &[("until", until), ("reason", call.reason.clone())])
}

fn due(t: T, view: &View) -> String {
    match view.call.due_ms {
        Some(due) if view.call.due_provisional => t.with("call-until-provisional", "date", t.date(due)),
        Some(due) => t.with("call-until", "date", t.date(due)),
        None => String::new(),
    }
}

/// The index of the phase that a state belongs to.
fn phase_of(state: CallState) -> Option<usize> {
    PHASES.iter().position(|(_, states)| states.contains(&state))
}

fn phases(t: T, view: &View) -> Phases {
    // Since the last time it began anew.
    let cycle = view.steps.iter().rposition(|taken| taken.step == Step::Rerelease).unwrap_or(0);
    let steps = view.steps.get(cycle..).unwrap_or_default();
    let since = |states: &[CallState]| steps.iter().rev().find(|taken| states.contains(&taken.to)).map(|one| one.at_ms);
    let note = |(_, states): &(&str, &[CallState])| match since(states) {
        Some(at) => t.date(at),
        None if states.contains(&CallState::Draft) => t.date(view.call.created_ms),
        None => String::new(),
    };
    let phase = |one: &(&str, &[CallState])| Phase { label: word(t, format!("call-phase-{}", one.0)), note: note(one) };
    let mut all: Vec<Phase> = PHASES.iter().map(phase).collect();
    let present = match phase_of(view.state) {
        Some(_) if view.state == CallState::Finished => all.len(),
        Some(at) => at,
        // Ended before its end: the phases it came through, and how it ended.
        None => {
            let last = steps.iter().filter_map(|taken| phase_of(taken.from)).max().unwrap_or(0);
            all.truncate(last + 1);
            all.push(Phase { label: state_name(t, view.state.code()), note: t.date(view.call.updated_ms) });
            last + 1
        }
    };
    if let (Some(due), Some(now)) = (view.call.due_ms, all.get_mut(present)) {
        now.note = t.with("call-phase-until", "date", t.date(due));
    }
    Phases { t, phases: all, present }
}

fn facts(t: T, corridor: &Corridor, view: &View, now: Instant) -> Facts {
    let call = &view.call;
    let label = |key: &str| word(t, format!("call-fact-{key}"));
    let mut facts = Vec::new();
    if !call.number.is_empty() {
        facts.push(Fact::new(label("number"), &call.number));
    }
    facts.push(Fact::new(label("budget"), t.fen(call.budget)));
    facts.push(Fact::new(label("mode"), t.n(format!("call-mode-{}-n", call.mode.code()), call.winners_max)));
    if let Some(closes) = call.closes_ms {
        let (text, soon) = closing(t, corridor, closes, now);
        let fact = Fact::new(label("closes"), text);
        facts.push(if soon { fact.tag(Tag::new(Tone::Cinnabar, t.msg("call-soon"))) } else { fact });
    }
    if let Some(due) = call.due_ms {
        let fact = Fact::new(label("due"), t.date(due));
        facts.push(match call.due_provisional {
            true => fact.tag(Tag::new(Tone::Gold, t.msg("call-provisional")).note(t.msg("call-provisional-note"))),
            false => fact,
        });
    }
    facts.push(owner(t, view));
    facts.push(Fact::new(label("office"), city_of_code(t, corridor, &call.office)));
    if call.version > 1 {
        facts.push(Fact::new(label("version"), t.n("call-version-n", call.version)));
    }
    if let (Some(accord), true) = (&call.accord, view.inside || view.state.is_open()) {
        facts.push(Fact::new(label("accord"), t.msg("call-accord-look")).link(format!("/accords/{accord}")));
    }
    if let Some(round) = &call.round {
        facts.push(Fact::new(label("round"), t.msg("call-round-look")).link(format!("/rounds/{round}")));
    }
    if view.inside && !call.choke_point.is_empty() {
        facts.push(Fact::new(label("choke-point"), &call.choke_point));
    }
    Facts { title: word(t, "side-facts"), facts }
}

/// Who poses: by name, or that he stays unnamed and until when.
fn owner(t: T, view: &View) -> Fact {
    let label = word(t, "call-fact-owner");
    match &view.owner {
        None => Fact::new(label, t.msg("call-unnamed")),
        Some((zh, en)) => {
            let fact = Fact::new(label, t.pick(zh, en)).link(format!("/organisations/{}", view.call.owner));
            match view.call.owner_open() {
                Some(_) => fact,
                None => fact.tag(Tag::new(Tone::Gold, t.msg("call-unnamed-tag")).note(t.msg("call-unnamed-note"))),
            }
        }
    }
}

/// What the reader can do now, the main thing first.
pub(super) fn acts(t: T, corridor: &Corridor, view: &View) -> Vec<Action> {
    let (may, id) = (&view.may, &view.call.id);
    let act = |path: &str, key: &str| Action::new(format!("/calls/{id}/{path}"), t.msg(key));
    let mut acts = Vec::new();
    if may.edit {
        acts.push(act("steps/check", "call-check-open"));
    }
    if may.vet || may.send_back {
        acts.push(act("vetting", "call-vet-open"));
    }
    if may.open {
        acts.push(act("opening", "call-open-open"));
    }
    for pledge in view.pledges.iter().filter(|pledge| view.may_pledge.contains(&pledge.id)) {
        let label = t.with("pledge-open", "funder", funder(t, corridor, &view.names, pledge));
        acts.push(Action::new(format!("/calls/{id}/pledges/{}", pledge.id), label));
    }
    if may.invite || may.circulate || may.take_back {
        acts.push(act("release", "call-release-open"));
    }
    acts
}
