//! Objections: who may do what when, and that a panel always comes to the outcome that its majority goes to.

use super::by;
use calls::rules::By;
use calls::rules::objection::{
    Objection, ObjectionDraft, ObjectionState, Panelist, Standing, Verdict, admit, decided, file, links, outcome,
    panel, vote, withdraw,
};
use kernel::{Date, DayKind, Refusal, WorkCalendar};
use proptest::prelude::*;

fn calendar() -> WorkCalendar {
    let rest = Date::parse("2026-03-18").unwrap();
    WorkCalendar::new([2026], [(rest, DayKind::Holiday)])
}

fn draft(text: &str) -> ObjectionDraft {
    ObjectionDraft {
        text: text.into(),
        links: "https://example.org/a\n\nhttp://example.org/b".into(),
        ..ObjectionDraft::default()
    }
}

fn filed() -> Objection {
    file("o", "c", 1, &draft("评分与公布的办法不符。"), &calendar(), by()).unwrap()
}

fn admitted() -> Objection {
    admit(&filed(), "admit", "事实清楚", &calendar(), by()).unwrap()
}

fn able() -> Standing {
    Standing { known: true, reviewed: false, conflicted: false }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.unwrap_err().code
}

#[test]
fn each_step_has_its_clock_in_working_days() {
    let day = |one: &Objection| kernel::Instant::from_ms(one.due_ms.unwrap()).date().to_string();
    assert_eq!(day(&filed()), "2026-03-24", "five working days after a Monday, one of them a holiday");
    assert!(!filed().due_provisional);
    assert_eq!(day(&admitted()), "2026-03-24");
    let judged = panel(&admitted(), 0, &[able(); 3], &calendar(), by()).unwrap();
    assert_eq!((day(&judged).as_str(), judged.state), ("2026-03-31", ObjectionState::Judged));
    assert!(file("o", "c", 1, &draft("x"), &WorkCalendar::default(), by()).unwrap().due_provisional);
}

#[test]
fn what_is_wrong_with_an_objection_is_said_at_its_field() {
    assert_eq!(filed().links, ["https://example.org/a", "http://example.org/b"]);
    assert_eq!(code(file("o", "c", 1, &draft(" "), &calendar(), by())), "needed");
    for (text, code) in [
        ("ftp://example.org", "link-shape"),
        ("https://exa mple.org", "link-shape"),
        ("javascript:alert(1)", "link-shape"),
        (&"https://example.org/a\n".repeat(11), "links-many"),
        (&format!("https://example.org/{}", "a".repeat(300)), "link-shape"),
    ] {
        let refusal = links(text, "links").unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some("links")));
    }
}

#[test]
fn steps_happen_in_their_order() {
    let calendar = calendar();
    assert_eq!(code(admit(&filed(), "perhaps", "x", &calendar, by())), "objection-admission");
    assert_eq!(code(admit(&filed(), "admit", "", &calendar, by())), "needed");
    let refused = admit(&filed(), "refuse", "没有依据", &calendar, by()).unwrap();
    assert_eq!((refused.state, refused.due_ms), (ObjectionState::Refused, None));
    assert_eq!(code(admit(&refused, "admit", "x", &calendar, by())), "objection-step");
    assert_eq!(code(panel(&filed(), 0, &[able(); 3], &calendar, by())), "objection-step");
    assert_eq!(withdraw(&admitted(), &calendar, by()).unwrap().state, ObjectionState::Withdrawn);
    assert_eq!(code(withdraw(&refused, &calendar, by())), "objection-step");
    for count in [0, 1, 2, 4, 10, 11] {
        assert_eq!(code(panel(&admitted(), 0, &vec![able(); count], &calendar, by())), "panel-size", "{count}");
    }
    for unfit in [Standing::default(), Standing { reviewed: true, ..able() }, Standing { conflicted: true, ..able() }] {
        let refusal = panel(&admitted(), 0, &[able(), able(), unfit], &calendar, by()).unwrap_err();
        assert_eq!(refusal.code, "panel-expert", "one answer for every reason");
    }
    let judged = panel(&admitted(), 0, &[able(); 3], &calendar, by()).unwrap();
    assert_eq!(code(panel(&judged, 2, &[able()], &calendar, by())), "objection-step", "its time is not over");
    let late = By { now: by().now.plus_days(40), ..by() };
    assert!(panel(&judged, 2, &[able()], &calendar, late).is_ok(), "who has not voted can be replaced then");
}

fn seat(verdict: Option<Verdict>) -> Panelist {
    Panelist {
        objection: "o".into(),
        expert: "e".into(),
        account: "x".into(),
        named_by: "y".into(),
        vote: verdict,
        reason: String::new(),
        voted_ms: None,
    }
}

#[test]
fn a_member_votes_once_with_a_reason() {
    let judged = panel(&admitted(), 0, &[able(); 3], &calendar(), by()).unwrap();
    let voted = vote(&judged, &seat(None), "reselect", "评分有误", by()).unwrap();
    assert_eq!(voted.vote, Some(Verdict::Reselect));
    assert_eq!(code(vote(&judged, &voted, "dismiss", "x", by())), "panel-voted");
    assert_eq!(code(vote(&judged, &seat(None), "maybe", "x", by())), "panel-vote");
    assert_eq!(code(vote(&judged, &seat(None), "dismiss", "", by())), "needed");
    let done = decided(&judged, Verdict::Dismiss, &calendar(), by());
    assert_eq!(code(vote(&done, &seat(None), "dismiss", "x", by())), "objection-step");
}

#[test]
fn outcomes() {
    use Verdict::{Dismiss as D, NoAward as N, Rereview as V, Reselect as S};
    for (votes, told) in [
        (vec![Some(D), Some(D), None], Some(D)),
        (vec![Some(D), None, None], None),
        (vec![Some(D), Some(S), None], None),
        (vec![Some(D), Some(S), Some(N)], Some(S)),
        (vec![Some(D), Some(V), Some(N)], Some(V)),
        (vec![Some(S), Some(V), Some(N), Some(D), Some(D)], Some(S)),
        (vec![Some(N), Some(N), Some(N), None, None], Some(N)),
        (vec![], None),
    ] {
        let panel: Vec<Panelist> = votes.iter().map(|vote| seat(*vote)).collect();
        assert_eq!(outcome(&panel), told, "{votes:?}");
    }
}

proptest! {
    /// Goal: a full panel always decides; more than half go at least as far, and more than half no further. Method: any
    /// votes of an odd panel.
    #[test]
    fn a_full_panel_decides_what_its_majority_goes_to(half in 1_usize..=4, draws in prop::collection::vec(0_usize..4, 9)) {
        let votes: Vec<Verdict> = draws.iter().take(2 * half + 1).map(|at| Verdict::ALL[*at]).collect();
        let panel: Vec<Panelist> = votes.iter().map(|vote| seat(Some(*vote))).collect();
        let told = outcome(&panel).unwrap();
        prop_assert!(votes.iter().filter(|vote| **vote >= told).count() * 2 > votes.len());
        prop_assert!(votes.iter().filter(|vote| **vote <= told).count() * 2 > votes.len());
    }
}
