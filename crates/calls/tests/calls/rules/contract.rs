//! Contracts and milestones: shapes, signatures, and who confirms what.

use super::by;
use calls::rules::By;
use calls::rules::award::{Award, AwardState};
use calls::rules::contract::{Contract, ContractDraft, RightDraft, Side, registration, sign, words, write};
use calls::rules::milestone::{
    Milestone, MilestoneState, OpinionDraft, ReportDraft, confirm, judge, months_after, report, send_back,
};
use kernel::{Date, Fen, Refusal};

fn fen(amount: i64) -> Fen {
    Fen::new(amount).expect("an amount")
}

fn award() -> Award {
    Award {
        id: "a".into(),
        call: "c".into(),
        ord: 1,
        answer: "x".into(),
        organisation: "lead".into(),
        city: None,
        amount: fen(1_000),
        account: "org:lead".into(),
        state: AwardState::Named,
        reason: String::new(),
        decided_by: "someone".into(),
        decided_ms: 0,
        demo: false,
        updated_ms: 0,
    }
}

fn right(party: &str, share: &str, note: &str) -> RightDraft {
    RightDraft { party: party.into(), share: share.into(), note: note.into() }
}

fn draft(rights: Vec<RightDraft>) -> ContractDraft {
    ContractDraft { number: "HT-1".into(), summary: "研制样片。".into(), rights, registration: String::new() }
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.unwrap_err().code
}

#[test]
fn rights_come_to_a_whole_or_are_told_in_words() {
    let written = |rights| write(None, &award(), &draft(rights), by());
    assert_eq!(
        written(vec![right("甲", "33.33", ""), right("乙", "66.67%", ""), right("", "", "")]).unwrap().rights.len(),
        2
    );
    assert!(written(vec![right("甲", "", "背景归甲"), right("乙", "", "前景共有")]).is_ok());
    for rights in [
        vec![],
        vec![right("甲", "50", "")],
        vec![right("甲", "50", ""), right("乙", "50.01", "")],
        vec![right("甲", "", "")],
    ] {
        assert_eq!(code(written(rights)), "ip-split");
    }
    for share in ["101", "1.234", "-1", "半"] {
        let refusal = written(vec![right("甲", share, "")]).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("share-shape", Some("share_1")), "{share}");
    }
}

#[test]
fn a_registration_is_checked_by_its_shape() {
    for good in ["", "2026330400123456", " 2026-jx-00012 "] {
        assert!(registration(good).is_ok(), "{good}");
    }
    for wrong in ["1234567", "登记号20260001", "ABCDEFGHIJ", "2026 0001 22", &"1".repeat(33)] {
        assert_eq!(code(registration(wrong)), "registration-shape", "{wrong}");
    }
}

#[test]
fn both_sides_sign_the_same_words_by_different_hands() {
    let contract = write(None, &award(), &draft(vec![right("甲", "100", "")]), by()).unwrap();
    let contract = Contract { hash: "h1".into(), ..contract };
    assert_eq!(code(sign(&contract, &[], Side::Owner, "h0", by())), "contract-changed");
    let first = sign(&contract, &[], Side::Owner, "h1", by()).unwrap();
    let given = [first];
    assert_eq!(code(sign(&contract, &given, Side::Owner, "h1", by())), "contract-signed");
    assert_eq!(code(sign(&contract, &given, Side::Lead, "h1", by())), "contract-same-hand");
    let other = By { account: "another", ..by() };
    assert!(sign(&contract, &given, Side::Lead, "h1", other).is_ok());
    let changed = write(Some(&contract), &award(), &draft(vec![right("乙", "100", "")]), by()).unwrap();
    assert_eq!((changed.version, changed.hash.as_str()), (2, ""), "what was signed is signed anew");
    let signed = Contract { signed_ms: Some(1), ..contract.clone() };
    assert_eq!(code(write(Some(&signed), &award(), &draft(vec![right("乙", "100", "")]), by())), "contract-signed");
    let text = words(&contract, &award(), &[open()]);
    assert_ne!(text, words(&changed, &award(), &[open()]));
    assert!(text.contains("amount_fen 1000") && text.contains("milestone 1 6 1000 样片"));
}

fn open() -> Milestone {
    Milestone {
        award: "a".into(),
        ord: 1,
        call: "c".into(),
        title: "样片".into(),
        indicators: "漂移\n不超过千分之一".into(),
        months: 6,
        amount: fen(1_000),
        due_ms: Some(0),
        state: MilestoneState::Open,
        report: None,
        reported_by: String::new(),
        reported_ms: None,
        opinion: None,
        confirmed_by: String::new(),
        refused: 0,
        updated_ms: 0,
    }
}

fn reported() -> Milestone {
    let draft = ReportDraft {
        text: "已达到。".into(),
        files: format!("{}  报告.pdf\n{} *数据.csv", "A1".repeat(32), "b2".repeat(32)),
        ..ReportDraft::default()
    };
    report(&open(), &draft, by()).unwrap()
}

fn opinion(judgement: &str, amount: &str, due: &str) -> OpinionDraft {
    OpinionDraft {
        judgement: judgement.into(), amount_yuan: amount.into(), reason: "对照指标".into(), due: due.into()
    }
}

#[test]
fn a_report_names_its_evidence() {
    let files = &reported().report.unwrap().files;
    assert_eq!((files[0].name.as_str(), files[1].name.as_str()), ("报告.pdf", "数据.csv"));
    assert_eq!(files[0].sha256, "a1".repeat(32));
    let with = |text: &str, links: &str, files: &str| {
        report(
            &open(),
            &ReportDraft { text: text.into(), links: links.into(), files: files.into(), test: String::new() },
            by(),
        )
    };
    assert_eq!(code(with("已达到", "", "")), "evidence-needed");
    assert_eq!(code(with("", "https://example.org", "")), "needed");
    for wrong in
        ["abc  x", &"a".repeat(64), &format!("{}  ", "a".repeat(64)), &format!("{} x\n", "a".repeat(64)).repeat(21)]
    {
        assert_eq!(code(with("已达到", "", wrong)), "file-hash", "{wrong}");
    }
    assert_eq!(code(report(&reported(), &ReportDraft::default(), by())), "milestone-step");
}

#[test]
fn money_moves_only_when_another_person_confirms_for_the_owner() {
    let other = By { account: "another", ..by() };
    for (word, amount, due, state, paid) in [
        ("accept", "", "", MilestoneState::Accepted, Some(1_000)),
        ("part", "3.33", "", MilestoneState::Partly, Some(333)),
        ("refuse", "", "2026-05-01", MilestoneState::Open, None),
    ] {
        let judged = judge(&reported(), &opinion(word, amount, due), by()).unwrap();
        assert_eq!(code(confirm(&judged, by())), "milestone-same-hand");
        let (next, pays) = confirm(&judged, other).unwrap();
        assert_eq!((next.state, pays.map(Fen::get)), (state, paid), "{word}");
        assert_eq!(next.refused, i64::from(word == "refuse"));
        assert_eq!(code(confirm(&next, other)), "milestone-step");
    }
    for (word, amount, due, code, field) in [
        ("", "", "", "judgement", "judgement"),
        ("part", "", "", "part-amount", "amount_yuan"),
        ("part", "0", "", "part-amount", "amount_yuan"),
        ("part", "10", "", "part-amount", "amount_yuan"),
        ("refuse", "", "", "date-shape", "due"),
        ("refuse", "", "2026-03-15", "due-past", "due"),
    ] {
        let refusal = judge(&reported(), &opinion(word, amount, due), by()).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    let judged = judge(&reported(), &opinion("accept", "", ""), by()).unwrap();
    assert_eq!(send_back(&judged, "不同意", by()).unwrap().0.state, MilestoneState::Reported);
    assert_eq!(code(send_back(&judged, "", by())), "needed");
    assert_eq!(code(judge(&open(), &opinion("accept", "", ""), by())), "milestone-step");
}

#[test]
fn months_are_counted_to_a_day_that_exists() {
    let after = |day: &str, months| months_after(Date::parse(day).unwrap(), months).date().to_string();
    assert_eq!(after("2026-01-31", 1), "2026-02-28");
    assert_eq!(after("2024-01-31", 1), "2024-02-29");
    assert_eq!(after("2026-03-16", 6), "2026-09-16");
    assert_eq!(after("2026-12-01", 12), "2027-12-01");
    assert_eq!(after("2026-11-30", 3), "2027-02-28");
    assert_eq!(after("2026-05-05", 0), "2026-05-05");
}
