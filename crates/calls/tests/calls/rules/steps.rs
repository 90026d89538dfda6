//! The table of steps, line by line: what may happen, and that nothing else may.

use super::{by, call};
use calls::rules::call::steps::{state_en, state_zh};
use calls::rules::call::{Call, CallState, STEPS, Step, may_step, step};
use kernel::{Date, DayKind, Instant, WorkCalendar};

/// What may happen, written down a second time: step, from where, to where.
const MAY: &[(&str, &[&str], &str)] = &[
    ("pose", &["draft"], "posed"),
    ("send_back", &["posed"], "draft"),
    ("vet", &["posed"], "vetted"),
    ("circulate", &["vetted"], "releasing"),
    ("take_back", &["releasing"], "vetted"),
    ("open", &["releasing"], "open"),
    ("amend", &["open"], "open"),
    ("close", &["open"], "closed"),
    ("unseal", &["closed"], "checking"),
    ("miss", &["open", "closed"], "vetted"),
    ("check", &["checking"], "review"),
    ("hear", &["review"], "interview"),
    ("shortlist", &["review"], "selection"),
    ("heard", &["interview"], "selection"),
    ("select", &["selection"], "notice"),
    ("decline", &["checking", "review", "interview", "selection", "notice"], "no_award"),
    ("confirm", &["notice"], "contracting"),
    ("reselect", &["notice", "contracting"], "selection"),
    ("rereview", &["notice"], "review"),
    ("start", &["contracting"], "running"),
    ("finish", &["running"], "finished"),
    (
        "withdraw",
        &["draft", "posed", "vetted", "releasing", "open", "closed", "checking", "review", "interview", "selection"],
        "withdrawn",
    ),
    ("rerelease", &["withdrawn", "no_award"], "draft"),
];

fn at(state: CallState) -> Call {
    Call { state, closes_ms: Some(by().now.plus_days(3).ms()), ..call() }
}

#[test]
fn every_step_from_every_state() {
    assert_eq!(MAY.len(), Step::ALL.len(), "every step has its line");
    assert_eq!(STEPS.len(), Step::ALL.len());
    let calendar = WorkCalendar::new([2026], []);
    for which in Step::ALL.iter().copied() {
        let (_, from, to) = MAY.iter().find(|(code, ..)| *code == which.code()).expect("the step has a line");
        assert_eq!(STEPS.iter().filter(|rule| rule.step == which).count(), 1, "{which:?}");
        for state in CallState::ALL.iter().copied() {
            let call = at(state);
            let allowed = from.contains(&state.code());
            assert_eq!(may_step(&call, which, by()), allowed, "{which:?} from {state:?}");
            match step(&call, which, &calendar, by()) {
                Ok(next) => {
                    assert!(allowed, "{which:?} from {state:?}");
                    assert_eq!((next.state.code(), next.updated_ms), (*to, by().now.ms()));
                }
                Err(refusal) => {
                    assert!(!allowed, "{which:?} from {state:?}: {refusal:?}");
                    assert_eq!((refusal.code, refusal.kind.status()), ("call-step", 409));
                }
            }
        }
    }
}

#[test]
fn the_clock_closes_a_call_before_anybody_writes_it_down() {
    let closes = by().now;
    let open = Call { state: CallState::Open, closes_ms: Some(closes.ms()), ..call() };
    assert_eq!(open.state_at(closes.plus_ms(-1)), CallState::Open);
    assert_eq!(open.state_at(closes), CallState::Closed);
    let calendar = WorkCalendar::new([2026], []);
    assert_eq!(step(&open, Step::Amend, &calendar, by()).unwrap_err().code, "call-step");
    assert_eq!(step(&open, Step::Unseal, &calendar, by()).unwrap().state, CallState::Checking);
}

#[test]
fn the_next_hand_has_working_days() {
    let holiday = Date::new(2026, 3, 18).unwrap();
    let calendar = WorkCalendar::new([2026], [(holiday, DayKind::Holiday)]);
    let posed = step(&at(CallState::Draft), Step::Pose, &calendar, by()).unwrap();
    let due = Instant::from_ms(posed.due_ms.expect("the office has a clock")).date();
    assert_eq!(due, calendar.after(by().now.date(), 10).date);
    assert!(!posed.due_provisional);
    let unknown = step(&at(CallState::Draft), Step::Pose, &WorkCalendar::new([2025], []), by()).unwrap();
    assert!(unknown.due_provisional, "a year without a published calendar");
    let back = step(&posed, Step::SendBack, &calendar, by()).unwrap();
    assert_eq!((back.due_ms, back.due_provisional), (None, false));
}

#[test]
fn everybody_reads_what_has_been_released_and_every_state_has_its_names() {
    for state in CallState::ALL.iter().copied() {
        let hidden = ["draft", "posed", "vetted", "releasing", "withdrawn"].contains(&state.code());
        assert_eq!(state.is_open(), !hidden, "{state:?}");
        assert!(!state_zh(state).is_empty() && !state_en(state).is_empty());
    }
}
