//! Joint acts: what is refused where, and the moment in which one comes into force.

use accords::rules::accord::{
    Accord, AccordState, Assent, Consent, HeadDraft, MoneyDraft, OUTER_MAX, OuterDraft, PartiesDraft, Patch,
    SayCommand, TextDraft, ValidityDraft, Word, begin, circulate, end, lapse, revise, say, settle, supersede,
    take_back,
};
use kernel::{Adcode, By, Date, Fen, Instant, Refusal};
use proptest::prelude::*;
use std::collections::BTreeMap;

const A: &str = "990100";
const B: &str = "990200";

fn now() -> Instant {
    Date::parse("2026-03-16").unwrap().start().plus_ms(9 * 3_600_000)
}

fn by(account: &'static str) -> By<'static> {
    By { account, name: account, demo: false, now: now() }
}

fn member(city: Adcode) -> bool {
    [A, B].contains(&city.to_string().as_str())
}

fn head() -> HeadDraft {
    HeadDraft {
        kind: "agreement".into(),
        number: "甲乙〔2026〕1号".into(),
        title: "共建协议".into(),
        assent: "everybody".into(),
        ..HeadDraft::default()
    }
}

fn parties() -> PartiesDraft {
    let outer = OuterDraft { name: "某省".into(), level: "province".into(), ..OuterDraft::default() };
    PartiesDraft { cities: vec![A.into(), B.into()], joint: true, outer: vec![outer] }
}

fn money(total: &str, shares: &[(&str, &str)]) -> MoneyDraft {
    let shares = shares.iter().map(|(code, yuan)| ((*code).to_owned(), (*yuan).to_owned())).collect();
    MoneyDraft { total_yuan: total.into(), shares }
}

fn whole() -> Patch {
    Patch {
        text: Some(TextDraft { text: "第一条".into(), ..TextDraft::default() }),
        parties: Some(parties()),
        ..Patch::default()
    }
}

fn drafted_whole() -> Accord {
    revise(&begin("a", &head(), by("o")).unwrap(), &whole(), &member, by("o")).unwrap()
}

fn circulated() -> Accord {
    circulate(&drafted_whole(), "2026-03-20", now()).unwrap()
}

fn says(party: &str, word: &str) -> SayCommand {
    SayCommand {
        party: party.into(),
        version: 1,
        word: word.into(),
        text: if word == "agrees" { String::new() } else { "理由".into() },
        letter: "函 1 号".into(),
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> (&'static str, Option<String>) {
    let refusal = result.unwrap_err();
    (refusal.code, refusal.field.map(|field| field.into_owned()))
}

fn at(code: &'static str, field: &str) -> (&'static str, Option<String>) {
    (code, Some(field.to_owned()))
}

#[test]
fn a_draft_is_refused_at_the_field_that_is_wrong() {
    for (change, expected) in [
        (HeadDraft { title: " ".into(), ..head() }, at("needed", "title")),
        (HeadDraft { kind: "treaty".into(), ..head() }, at("choice-needed", "kind")),
        (HeadDraft { assent: String::new(), ..head() }, at("choice-needed", "assent")),
        (HeadDraft { number: "x".repeat(61), ..head() }, at("text-too-long", "number")),
    ] {
        assert_eq!(code(begin("a", &change, by("o"))), expected);
    }
    let demo = By { demo: true, ..by("o") };
    assert_eq!(code(begin("a", &head(), demo)), at("demo-name", "title"));
    let cities = |cities: &[&str]| PartiesDraft {
        cities: cities.iter().map(|code| (*code).to_owned()).collect(),
        ..PartiesDraft::default()
    };
    let outer = |level: &str| PartiesDraft {
        outer: vec![OuterDraft { name: "某部".into(), level: level.into(), ..OuterDraft::default() }],
        ..cities(&[A])
    };
    let many = PartiesDraft { outer: vec![outer("ministry").outer[0].clone(); OUTER_MAX + 1], ..cities(&[A]) };
    for (draft, expected) in [
        (cities(&[]), at("parties-few", "cities")),
        (cities(&[A]), at("parties-few", "cities")),
        (cities(&[A, A]), at("parties-few", "cities")),
        (cities(&[A, "310117"]), at("city-not-member", "cities")),
        (outer("town"), at("outer-level", "outer_level_1")),
        (many, at("outer-many", "outer_name_1")),
    ] {
        let patch = Patch { parties: Some(draft), ..Patch::default() };
        assert_eq!(code(revise(&drafted_whole(), &patch, &member, by("o"))), expected);
    }
    let validity = ValidityDraft { valid_from: "2026-05-01".into(), valid_until: "2026-04-30".into() };
    let patch = Patch { validity: Some(validity), ..Patch::default() };
    assert_eq!(code(revise(&drafted_whole(), &patch, &member, by("o"))), at("validity-period", "valid_until"));
}

#[test]
fn shares_come_to_the_total_or_are_refused() {
    let with = |money: MoneyDraft| {
        revise(&drafted_whole(), &Patch { money: Some(money), ..Patch::default() }, &member, by("o"))
    };
    for (typed, expected) in [
        (money("100", &[(A, "60"), (B, "30")]), at("money-shares", "total_yuan")),
        (money("", &[(A, "60")]), at("money-total", "total_yuan")),
        (money("ten", &[]), at("amount-shape", "total_yuan")),
        (money("100", &[(A, "6,0.001")]), at("amount-shape", "share_990100")),
    ] {
        assert_eq!(code(with(typed)), expected);
    }
    assert_eq!(code(with(money("100", &[("310117", "100")]))).0, "share-party");
    let good = with(money("100", &[(A, "60.5"), (B, "39.50")])).unwrap();
    assert_eq!(good.shares_sum().map(Fen::get), Ok(10_000));
    assert_eq!(with(money("100", &[])).unwrap().total.map(Fen::get), Some(10_000), "a total may stand alone");
    // Whoever is no party any more takes the share along: the rest does not come to the total, which is noticed.
    let patch = Patch {
        parties: Some(PartiesDraft { cities: vec![A.into()], joint: true, outer: Vec::new() }),
        ..Patch::default()
    };
    let fewer = revise(&good, &patch, &member, by("o")).unwrap();
    assert_eq!(code(circulate(&fewer, "2026-03-20", now())), at("money-shares", "total_yuan"));
}

#[test]
fn only_a_whole_draft_with_a_deadline_ahead_is_circulated() {
    let begun = begin("a", &HeadDraft { number: String::new(), ..head() }, by("o")).unwrap();
    let refusal = circulate(&begun, "2026-03-20", now()).unwrap_err();
    assert_eq!(refusal.code, "accord-incomplete");
    assert!(refusal.zh.contains("文号、正文、签署各方"), "{}", refusal.zh);
    let whole = drafted_whole();
    assert_eq!(code(circulate(&whole, "2026-03-16", now())), at("deadline-past", "deadline"));
    assert_eq!(code(circulate(&whole, "soon", now())), at("date-shape", "deadline"));
    let over = Accord { valid_until: Some(now().date()), ..whole.clone() };
    assert_eq!(code(circulate(&over, "2026-03-20", now())), at("validity-over", "valid_until"));
    let sent = circulate(&whole, "2026-03-20", now()).unwrap();
    assert_eq!((sent.version, sent.state), (1, AccordState::Circulated));
    assert_eq!(code(circulate(&sent, "2026-03-20", now())).0, "accord-not-draft");
    assert_eq!(code(revise(&sent, &whole_again(), &member, by("o"))).0, "accord-not-draft", "the text stands");
}

fn whole_again() -> Patch {
    whole()
}

#[test]
fn what_may_not_be_said_is_refused() {
    let sent = circulated();
    let speak = |command: SayCommand| say("c", &sent, &[], &command, by("u"));
    for (command, expected) in [
        (SayCommand { word: "perhaps".into(), ..says(A, "agrees") }, at("consent-word", "word")),
        (SayCommand { text: " ".into(), ..says(A, "reserves") }, at("reservation-needed", "text")),
        (SayCommand { text: String::new(), ..says(A, "declines") }, at("reason-needed", "text")),
        (SayCommand { letter: String::new(), ..says("x1", "agrees") }, at("letter-needed", "letter")),
    ] {
        assert_eq!(code(speak(command)), expected);
    }
    assert_eq!(code(speak(says("310117", "agrees"))).0, "not-found", "no party");
    assert_eq!(code(speak(SayCommand { version: 2, ..says(A, "agrees") })).0, "accord-version");
    assert_eq!(code(speak(says(A, "withdraws"))).0, "consent-none");
    let first = speak(says(A, "agrees")).unwrap();
    assert_eq!((first.text.as_str(), first.letter.as_str()), ("", ""), "a city needs neither");
    let again = say("d", &sent, std::slice::from_ref(&first), &says(A, "agrees"), by("u"));
    assert_eq!(code(again).0, "consent-same");
    let late = By { now: Instant::from_ms(sent.deadline_ms.unwrap() + 1), ..by("u") };
    assert_eq!(code(say("d", &sent, &[], &says(A, "agrees"), late)).0, "consent-late");
    let last = By { now: Instant::from_ms(sent.deadline_ms.unwrap()), ..by("u") };
    assert!(say("d", &sent, &[], &says(A, "agrees"), last).is_ok(), "the whole of the last day counts");
    for accord in [drafted_whole(), lapse(&sent, late.now).unwrap()] {
        let command = SayCommand { version: accord.version, ..says(A, "agrees") };
        assert_eq!(code(say("d", &accord, &[], &command, by("u"))).0, "accord-not-circulated");
    }
}

#[test]
fn the_clock_fails_and_ends_what_nobody_has_ended() {
    let sent = circulated();
    assert_eq!(lapse(&sent, now()), None);
    let after = now().plus_days(5);
    let failed = lapse(&sent, after).unwrap();
    assert_eq!((failed.state, sent.state_at(after)), (AccordState::Failed, AccordState::Failed));
    assert_eq!(lapse(&failed, after), None);
    let again = take_back(&failed, after).unwrap();
    assert_eq!(circulate(&again, "2026-04-01", after).unwrap().version, 2);
    let holds = Accord {
        state: AccordState::InForce,
        valid_from: Date::parse("2026-04-01").ok(),
        valid_until: Date::parse("2026-04-30").ok(),
        ..sent
    };
    let day = |text: &str| Date::parse(text).unwrap().start();
    for (when, holds_then, state) in [
        ("2026-03-31", false, AccordState::InForce),
        ("2026-04-01", true, AccordState::InForce),
        ("2026-04-30", true, AccordState::InForce),
        ("2026-05-01", false, AccordState::Expired),
    ] {
        assert_eq!((holds.holds_at(day(when)), holds.state_at(day(when))), (holds_then, state), "{when}");
    }
    assert_eq!(code(end(&holds, "", now())), at("needed", "reason"));
    assert_eq!(end(&holds, "目标已完成", now()).unwrap().state, AccordState::Ended);
    assert_eq!(code(end(&holds, "目标已完成", day("2026-05-01"))).0, "accord-not-in-force");
    assert_eq!(code(take_back(&holds, now())).0, "accord-settled");
    assert!(supersede(&holds, now()).is_some() && supersede(&holds, day("2026-05-01")).is_none());
}

/// A step of a negotiation.
#[derive(Debug, Clone)]
enum Step {
    Says(usize, Word),
    NewVersion,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let word = prop_oneof![
        4 => Just(Word::Agrees),
        2 => Just(Word::Reserves),
        1 => Just(Word::Declines),
        1 => Just(Word::Withdraws),
    ];
    let step = prop_oneof![
        12 => (0..4_usize, word).prop_map(|(party, word)| Step::Says(party, word)),
        1 => Just(Step::NewVersion),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    /// Whatever is said in whatever order, the act comes into force exactly when the last party whose consent it takes has
    /// consented to the present version, and at no other moment.
    #[test]
    fn in_force_with_the_last_consent_and_never_before(steps in steps(), members_only in any::<bool>()) {
        let assent = if members_only { Assent::Members } else { Assent::Everybody };
        let mut accord = Accord { assent, ..circulated() };
        let codes: Vec<String> = accord.parties.iter().map(|party| party.code.clone()).collect();
        let needed: Vec<String> =
            accord.parties.iter().filter(|party| accord.takes(party)).map(|party| party.code.clone()).collect();
        let mut said: Vec<Consent> = Vec::new();
        let mut model: BTreeMap<String, Word> = BTreeMap::new();
        for (index, step) in steps.into_iter().enumerate() {
            match step {
                Step::NewVersion => {
                    let draft = take_back(&accord, now()).unwrap();
                    prop_assert!(settle(&draft, &said, now()).is_none(), "a draft never comes into force");
                    accord = circulate(&draft, "2026-03-20", now()).unwrap();
                    model.clear();
                    prop_assert!(settle(&accord, &said, now()).is_none(), "a new version asks everybody again");
                }
                Step::Says(party, word) => {
                    let code = &codes[party];
                    let command = SayCommand {
                        version: accord.version,
                        text: format!("意见 {index}"),
                        ..says(code, word.code())
                    };
                    match say("c", &accord, &said, &command, by("u")) {
                        Ok(consent) => {
                            said.push(consent);
                            if word == Word::Withdraws { model.remove(code); } else { model.insert(code.clone(), word); }
                        }
                        Err(refusal) => prop_assert!(["consent-none", "consent-same"].contains(&refusal.code)),
                    }
                }
            }
            let all = needed.iter().all(|code| model.get(code).is_some_and(|word| word.consents()));
            let reached = settle(&accord, &said, now());
            prop_assert_eq!(reached.is_some(), all);
            if let Some(reached) = reached {
                prop_assert_eq!(reached.state, AccordState::InForce);
                prop_assert_eq!(reached.version, accord.version);
                prop_assert!(reached.holds_at(now()));
                break;
            }
        }
        let after = Instant::from_ms(accord.deadline_ms.unwrap() + 1);
        prop_assert!(settle(&accord, &said, after).is_none(), "nothing comes into force after the deadline");
    }
}
