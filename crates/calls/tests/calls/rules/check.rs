//! The formal check: deciding, asking again, and its end.

use super::by;
use calls::rules::By;
use calls::rules::answer::check::{CheckDraft, Look, Open, again_until, ask_again, decide, decide_again, finish};
use calls::rules::answer::{Answer, AnswerState, Fault};
use kernel::{Fen, Instant, WorkCalendar};

fn answer(faults: Vec<Fault>) -> Answer {
    Answer {
        id: "a".into(),
        call: "c".into(),
        number: 1,
        round: "r".into(),
        envelope: "e".into(),
        content_sha256: None,
        organisation: "org-a".into(),
        title: "方案".into(),
        summary: String::new(),
        plan: String::new(),
        total: Fen::ZERO,
        members: Vec::new(),
        stages: Vec::new(),
        papers: Vec::new(),
        faults,
        state: AnswerState::Received,
        reason: String::new(),
        demo: false,
        opened_ms: 0,
        updated_ms: 0,
    }
}

fn says(word: &str, code: &str, words: &str) -> CheckDraft {
    CheckDraft { word: word.into(), code: code.into(), words: words.into() }
}

fn at(now: Instant) -> By<'static> {
    By { now, ..by() }
}

fn refused() -> (Answer, Look) {
    decide(&answer(vec![]), &says("refuse", "papers", "缺附件"), by()).expect("it is refused")
}

#[test]
fn an_answer_is_admitted_or_refused_with_a_reason() {
    for (faults, draft, expected) in [
        (vec![], says("admit", "", ""), Ok(AnswerState::Admitted)),
        (vec![Fault::Stages, Fault::Budget, Fault::Extra], says("admit", "", ""), Ok(AnswerState::Admitted)),
        (vec![Fault::Shares], says("admit", "", ""), Err("answer-shares")),
        (vec![Fault::Own], says("admit", "", ""), Err("answer-inadmissible")),
        (vec![Fault::Lead], says("admit", "", ""), Err("answer-inadmissible")),
        (vec![Fault::Shares], says("refuse", "shares", "合计 90%"), Ok(AnswerState::Refused)),
        (vec![], says("refuse", "", "x"), Err("check-reason")),
        (vec![], says("refuse", "mood", "x"), Err("check-reason")),
        (vec![], says("refuse", "other", " "), Err("needed")),
        (vec![], says("perhaps", "", ""), Err("check-word")),
    ] {
        let outcome = decide(&answer(faults), &draft, by()).map(|(next, _)| next.state).map_err(|no| no.code);
        assert_eq!(outcome, expected, "{draft:?}");
    }
    let (next, look) = refused();
    assert_eq!((next.reason.as_str(), look.ord, look.admitted), ("papers", 1, false));
    for state in [AnswerState::Refused, AnswerState::Admitted, AnswerState::Unreadable, AnswerState::Awarded] {
        let decided = Answer { state, ..answer(vec![]) };
        assert_eq!(decide(&decided, &says("admit", "", ""), by()).unwrap_err().code, "answer-decided");
    }
}

#[test]
fn another_look_is_asked_for_once_and_in_time() {
    let calendar = WorkCalendar::new([2026], []);
    let (answer, look) = refused();
    // 2026-03-16 is a Monday: three working days end with Thursday.
    let last = again_until(&look, &calendar);
    assert_eq!(last.to_minute(), "2026-03-19 23:59");
    let looks = std::slice::from_ref(&look);
    let asked = ask_again(&answer, looks, None, "附件在第三页", &calendar, at(last)).expect("in time");
    let code =
        |outcome: Result<_, kernel::Refusal>| outcome.map(|_: calls::rules::answer::check::Again| ()).unwrap_err().code;
    assert_eq!(code(ask_again(&answer, looks, None, "x", &calendar, at(last.plus_ms(1)))), "answer-again-late");
    assert_eq!(code(ask_again(&answer, looks, None, " ", &calendar, by())), "needed");
    assert_eq!(code(ask_again(&answer, looks, Some(&asked), "x", &calendar, by())), "answer-again-asked");
    let admitted = Answer { state: AnswerState::Admitted, ..answer.clone() };
    assert_eq!(code(ask_again(&admitted, looks, None, "x", &calendar, by())), "answer-not-refused");
    let nobody = decide_again(&answer, looks, None, &says("admit", "", ""), by());
    assert_eq!(nobody.unwrap_err().code, "answer-again-none");
    let (next, second) = decide_again(&answer, looks, Some(&asked), &says("admit", "", ""), by()).unwrap();
    assert_eq!((next.state, next.reason.as_str(), second.ord), (AnswerState::Admitted, "", 2));
    let both = [look, second];
    let third = decide_again(&answer, &both, Some(&asked), &says("admit", "", ""), by());
    assert_eq!(third.unwrap_err().code, "answer-decided");
}

#[test]
fn the_check_ends_when_nothing_is_open() {
    let calendar = WorkCalendar::new([2026], []);
    let now = by().now;
    let open = |asked, again| Open { refused_ms: now.ms(), asked, again };
    let later = now.plus_days(10);
    for (received, admitted, refused, when, expected) in [
        (0, 1, vec![], now, Ok(())),
        (1, 1, vec![], now, Err("check-open")),
        (0, 1, vec![open(true, false)], later, Err("check-open")),
        (0, 1, vec![open(false, false)], now, Err("check-again-open")),
        (0, 1, vec![open(false, false)], later, Ok(())),
        (0, 1, vec![open(true, true)], now, Ok(())),
        (0, 0, vec![open(true, true)], later, Err("check-none")),
        (0, 0, vec![], now, Err("check-none")),
    ] {
        let outcome = finish(received, admitted, &refused, &calendar, when).map_err(|refusal| refusal.code);
        assert_eq!(outcome, expected, "{received} {admitted} {refused:?}");
    }
}
