//! Amendments, agreements and questions: what each refuses.

use super::{by, call, money, problem, review};
use calls::rules::By;
use calls::rules::amendment::{AmendDraft, amend};
use calls::rules::call::{Call, CallState, Patch, revise};
use calls::rules::nda::{agreement_sha256, holds, sign};
use calls::rules::question::{ASKED_MAX, Before, QuestionState, Voice, WAITING_MAX, answer, ask, dismiss};
use kernel::Refusal;

fn open() -> Call {
    let patch = Patch { problem: Some(problem()), money: Some(money()), review: Some(review()), ..Patch::default() };
    let call = revise(&call(), &patch, &|_| true, by()).expect("it is in order");
    let closes_ms = Some(by().now.plus_days(20).ms());
    Call { state: CallState::Open, closes_ms, round: Some("r".into()), committee: Some("k".into()), ..call }
}

fn draft() -> AmendDraft {
    AmendDraft { notice: "放宽指标。".into(), summary: Some("万分之三。".into()), ..AmendDraft::default() }
}

fn opens_by(call: &Call) -> i64 {
    call.closes_ms.unwrap_or(0) + 1_000
}

#[test]
fn an_amendment_says_what_has_changed_and_nothing_protected() {
    let call = open();
    let amended = amend(&call, &draft(), opens_by(&call), by()).expect("it is amended");
    let change = &amended.changes[0];
    assert_eq!((change.field.as_str(), change.new.as_str()), ("summary", "万分之三。"));
    assert_eq!(change.old, call.summary);
    assert_eq!(amended.opens_by_ms - amended.closes_ms, 1_000, "as long after closing as before");
    let details = AmendDraft { details: Some("新版图。".into()), summary: None, ..draft() };
    let amended = amend(&call, &details, opens_by(&call), by()).unwrap();
    let told = serde_json::to_string(&amended.changes).unwrap();
    assert!(told.contains("details") && !told.contains("版图"), "{told}");
    assert_eq!(amended.call.details, "新版图。");
}

#[test]
fn what_an_amendment_refuses() {
    let call = open();
    let days = |days: i64| Some(by().now.plus_days(days).ms());
    for (draft, expected) in [
        (AmendDraft { notice: " ".into(), ..draft() }, "needed"),
        (AmendDraft { summary: Some(call.summary.clone()), ..draft() }, "amendment-nothing"),
        (AmendDraft { summary: None, ..draft() }, "amendment-nothing"),
        (AmendDraft { summary: Some(String::new()), ..draft() }, "needed"),
        (AmendDraft { ip: Some(" ".into()), ..draft() }, "needed"),
        (AmendDraft { nda: Some(String::new()), ..draft() }, "nda-needed"),
        (AmendDraft { closes_ms: days(4), ..draft() }, "amendment-deadline"),
        (AmendDraft { closes_ms: Some(by().now.plus_days(5).ms() - 1), ..draft() }, "amendment-deadline"),
    ] {
        assert_eq!(amend(&call, &draft, opens_by(&call), by()).unwrap_err().code, expected, "{draft:?}");
    }
    amend(&call, &AmendDraft { closes_ms: days(5), ..draft() }, opens_by(&call), by()).expect("just in time");
    let soon = Call { closes_ms: days(2), ..call.clone() };
    let unmoved = amend(&soon, &draft(), opens_by(&soon), by()).unwrap_err().code;
    assert_eq!(unmoved, "amendment-deadline", "everybody has to seal again, so the old deadline is too near");
    let late = By { now: by().now.plus_days(20), ..by() };
    assert_eq!(amend(&call, &draft(), opens_by(&call), late).unwrap_err().code, "amendment-closed");
}

#[test]
fn a_signature_holds_for_the_very_texts() {
    let call = open();
    let seen = agreement_sha256(&call);
    let one = sign("s", &call, "org-a", &seen, &[], by()).expect("it is signed");
    assert!(holds(&call, &one));
    for changed in [
        Call { nda: "十年。".into(), ..call.clone() },
        Call { details: "另一份。".into(), ..call.clone() },
        Call { id: "other".into(), ..call.clone() },
    ] {
        assert!(!holds(&changed, &one));
    }
    let code = |outcome: Result<_, Refusal>| outcome.map(|_: calls::rules::nda::Signature| ()).unwrap_err().code;
    assert_eq!(code(sign("t", &call, "org-a", &seen, std::slice::from_ref(&one), by())), "nda-signed");
    assert_eq!(code(sign("t", &call, "owner", &seen, &[], by())), "nda-owner");
    assert_eq!(code(sign("t", &call, "org-b", "00", &[], by())), "nda-changed");
    let bare = Call { details: String::new(), ..call.clone() };
    assert_eq!(code(sign("t", &bare, "org-b", &seen, &[], by())), "nda-none");
    let closed = By { now: by().now.plus_days(20), ..by() };
    assert_eq!(code(sign("t", &call, "org-b", &seen, &[], closed)), "nda-closed");
}

#[test]
fn questions_have_limits_and_one_reply() {
    let call = open();
    let asked = |organisation: &str, before: Before| ask("q", &call, organisation, "指标在哪测？", before, by());
    let code = |outcome: Result<calls::rules::question::Question, Refusal>| outcome.unwrap_err().code;
    assert_eq!(code(asked("owner", Before::default())), "question-owner");
    assert_eq!(code(asked("org-a", Before { all: 9, own: 5, waiting: WAITING_MAX })), "question-waiting");
    assert_eq!(code(asked("org-a", Before { all: 90, own: ASKED_MAX, waiting: 0 })), "question-many");
    assert_eq!(code(ask("q", &call, "org-a", " ", Before::default(), by())), "needed");
    let late = By { now: by().now.plus_days(20), ..by() };
    assert_eq!(code(ask("q", &call, "org-a", "x", Before::default(), late)), "question-closed");
    let question = asked("org-a", Before { all: 6, own: 0, waiting: 0 }).expect("it is asked");
    assert_eq!(question.number, 7);
    let told = answer(&call, &question, "在第三方实验室。", Voice::Owner, late).expect("also after the closing");
    assert_eq!((told.state, told.voice), (QuestionState::Answered, Some(Voice::Owner)));
    assert_eq!(code(answer(&call, &told, "x", Voice::Office, by())), "question-over");
    assert_eq!(code(dismiss(&call, &told, "x", by())), "question-over");
    assert_eq!(code(dismiss(&call, &question, " ", by())), "needed");
    let review = Call { state: CallState::Review, ..call };
    assert_eq!(code(answer(&review, &question, "x", Voice::Owner, by())), "question-closed");
}
