//! What is read out of an envelope, and what is not in order about it.

use super::{call, money};
use calls::rules::answer::{Content, Fault, Lead, MEMBERS_MAX, Paper, STAGES_MAX, UnreadCode, faults, read};
use calls::rules::call::{Call, Patch, revise};
use kernel::Fen;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn good() -> BTreeMap<String, String> {
    [
        ("title", "方案"),
        ("summary", "摘要"),
        ("plan", "计划"),
        ("total_yuan", "900,000"),
        ("member_1_name", "甲"),
        ("member_1_share", "66.67"),
        ("member_1_city", "990100"),
        ("member_3_name", "乙"),
        ("member_3_share", "33.33%"),
        ("member_3_uscc", "91440300708461136T"),
        ("stage_1_title", "样片"),
        ("stage_1_indicators", "可测"),
        ("stage_1_months", "6"),
        ("stage_1_yuan", "300000.50"),
        ("stage_2_title", "定型"),
        ("stage_2_indicators", "可测"),
        ("stage_2_months", "18"),
        ("stage_2_yuan", "599999.5"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

fn with(changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut fields = good();
    for (name, text) in changes {
        fields.insert((*name).to_owned(), (*text).to_owned());
    }
    fields
}

fn posed() -> Call {
    let patch = Patch { money: Some(money()), ..Patch::default() };
    revise(&call(), &patch, &|_| true, super::by()).expect("the money is in order")
}

fn sender() -> Lead {
    Lead { organisation: "org-a".into(), uscc: String::new() }
}

#[test]
fn a_good_answer_is_read_to_the_fen_and_the_basis_point() {
    let paper = Paper { name: "f".into(), media_type: "text/plain".into(), bytes: 1, sha256: "00".into() };
    let content = read(&good(), vec![paper.clone()]).expect("it is read");
    assert_eq!(content.total.get(), 90_000_000);
    let shares: Vec<i64> = content.members.iter().map(|member| member.share_bp).collect();
    assert_eq!(shares, [6_667, 3_333], "an empty row between them is none");
    assert_eq!(content.members[0].city.map(|city| city.to_string()).as_deref(), Some("990100"));
    assert_eq!(content.stages.iter().map(|stage| stage.amount.get()).sum::<i64>(), 90_000_000);
    assert_eq!((content.papers, content.extra), (vec![paper], false));
}

#[test]
fn what_cannot_be_read_says_which_part_it_is() {
    for (changes, code, place) in [
        (&[("title", " ")][..], UnreadCode::Title, None),
        (&[("summary", "")], UnreadCode::Summary, None),
        (&[("plan", "")], UnreadCode::Plan, None),
        (&[("total_yuan", "much")], UnreadCode::Total, None),
        (&[("total_yuan", "0")], UnreadCode::Total, None),
        (&[("total_yuan", "1.001")], UnreadCode::Total, None),
        (&[("member_3_name", "")], UnreadCode::MemberName, Some(3)),
        (&[("member_3_uscc", "91440300708461136A")], UnreadCode::MemberUscc, Some(3)),
        (&[("member_1_city", "Town A")], UnreadCode::MemberCity, Some(1)),
        (&[("member_1_share", "two thirds")], UnreadCode::MemberShare, Some(1)),
        (&[("member_1_share", "0")], UnreadCode::MemberShare, Some(1)),
        (&[("member_1_share", "100.01")], UnreadCode::MemberShare, Some(1)),
        (&[("member_1_share", "-10")], UnreadCode::MemberShare, Some(1)),
        (&[("member_1_share", "33.333")], UnreadCode::MemberShare, Some(1)),
        (&[("stage_2_title", "")], UnreadCode::StageTitle, Some(2)),
        (&[("stage_2_indicators", "")], UnreadCode::StageIndicators, Some(2)),
        (&[("stage_2_months", "0")], UnreadCode::StageMonths, Some(2)),
        (&[("stage_2_months", "six")], UnreadCode::StageMonths, Some(2)),
        (&[("stage_2_yuan", "")], UnreadCode::StageAmount, Some(2)),
    ] {
        let unread = read(&with(changes), Vec::new()).expect_err("it cannot be read");
        assert_eq!((unread.code, unread.place), (code, place), "{changes:?}");
    }
    let long = "长".repeat(501);
    let unread = read(&with(&[("member_1_task", &long)]), Vec::new()).unwrap_err();
    assert_eq!(unread.to_string(), "member-task:1", "as it is kept");
    let mut bare = good();
    bare.retain(|name, _| !name.starts_with("member"));
    assert_eq!(read(&bare, Vec::new()).unwrap_err().code, UnreadCode::Members);
    let mut bare = good();
    bare.retain(|name, _| !name.starts_with("stage"));
    assert_eq!(read(&bare, Vec::new()).unwrap_err().to_string(), "stages");
}

fn found(fields: &BTreeMap<String, String>, sender: &Lead, link: impl Fn(&mut Content)) -> Vec<Fault> {
    let mut content = read(fields, Vec::new()).expect("it is read");
    link(&mut content);
    faults(&content, sender, &posed())
}

#[test]
fn what_is_read_and_not_in_order_is_told() {
    let plain = |fields: &BTreeMap<String, String>| found(fields, &sender(), |_| ());
    assert_eq!(plain(&good()), []);
    assert_eq!(plain(&with(&[("member_3_share", "33.32")])), [Fault::Shares]);
    assert_eq!(plain(&with(&[("stage_1_yuan", "1")])), [Fault::Stages]);
    assert_eq!(plain(&with(&[("total_yuan", "1000000.01"), ("stage_1_yuan", "400000.51")])), [Fault::Budget]);
    let code = "91440300708461136T";
    assert_eq!(plain(&with(&[("member_1_uscc", code)])), [Fault::Twice]);
    for extra in ["note", "member_7_name", "stage_0_title", "member_01_name", "member_1_email", "total"] {
        assert_eq!(plain(&with(&[(extra, "x")])), [Fault::Extra], "{extra}");
        assert_eq!(plain(&with(&[(extra, " ")])), [], "an empty one is nothing");
    }
    // Who leads.
    let known = Lead { organisation: "org-a".into(), uscc: code.into() };
    let other = with(&[("member_1_uscc", code), ("member_3_uscc", "")]);
    assert_eq!(found(&other, &known, |_| ()), [], "the very code of the sender");
    assert_eq!(found(&other, &sender(), |_| ()), [], "nothing contradicts it");
    let foreign = Lead { uscc: "91330400MA29000010".into(), ..known.clone() };
    assert_eq!(found(&other, &foreign, |_| ()), [Fault::Lead]);
    let linked = |content: &mut Content| content.members[0].organisation = Some("org-b".into());
    assert_eq!(found(&good(), &sender(), linked), [Fault::Lead]);
    // The owner.
    let own = |content: &mut Content| content.members[1].organisation = Some("owner".into());
    assert_eq!(found(&good(), &sender(), own), [Fault::Own]);
    let owner = Lead { organisation: "owner".into(), uscc: String::new() };
    assert_eq!(found(&good(), &owner, |_| ()), [Fault::Own]);
    let hard: Vec<Fault> = Fault::ALL.iter().copied().filter(|fault| fault.is_hard()).collect();
    assert_eq!(hard, [Fault::Shares, Fault::Lead, Fault::Own, Fault::Twice]);
}

proptest! {
    #[test]
    fn any_envelope_is_read_or_told_why_not(fields in prop::collection::btree_map("[a-z_0-9]{1,20}", ".{0,40}", 0..12)) {
        let mut all = good();
        all.extend(fields);
        if let Ok(content) = read(&all, Vec::new()) {
            prop_assert!(content.total > Fen::ZERO);
            prop_assert!((1..=MEMBERS_MAX).contains(&content.members.len()));
            prop_assert!((1..=STAGES_MAX).contains(&content.stages.len()));
            let _ = faults(&content, &sender(), &posed());
        }
    }

    #[test]
    fn shares_come_to_a_whole_or_are_told(bp in 1_i64..10_000) {
        let text = |bp: i64| format!("{}.{:02}", bp / 100, bp % 100);
        let fields = with(&[("member_1_share", &text(bp)), ("member_3_share", &text(10_000 - bp))]);
        let content = read(&fields, Vec::new()).expect("both are percentages");
        prop_assert_eq!(content.members.iter().map(|member| member.share_bp).sum::<i64>(), 10_000);
        prop_assert_eq!(faults(&content, &sender(), &posed()), []);
    }
}
