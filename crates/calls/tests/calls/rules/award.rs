//! Awards: choosing within the shortlist, and splits that are exact to the fen whatever the numbers are.

use super::{by, call};
use calls::rules::accounts::{Flow, back, claw_back, left, second, stop};
use calls::rules::accounts::{PairState, StopKind};
use calls::rules::answer::{Answer, AnswerState, Member, Stage};
use calls::rules::award::{
    ChoiceDraft, Ending, Selection, Shortage, choose, end_id, hold_id, scaled, shortages, tranches,
};
use calls::rules::call::{Call, Mode};
use calls::rules::milestone::paid;
use kernel::{Fen, Refusal};
use proptest::prelude::*;

fn fen(amount: i64) -> Fen {
    Fen::new(amount).expect("an amount")
}

pub fn answer(number: i64, total: i64, state: AnswerState) -> Answer {
    let stage = |amount: i64| Stage {
        title: "样片".into(),
        indicators: "漂移不超过千分之一".into(),
        months: 6,
        amount: fen(amount),
    };
    Answer {
        id: format!("a{number}"),
        call: "c".into(),
        number,
        round: "r".into(),
        envelope: format!("e{number}"),
        content_sha256: None,
        organisation: format!("o{number}"),
        title: format!("方案{number}"),
        summary: String::new(),
        plan: String::new(),
        total: fen(total),
        members: vec![Member {
            name: "某".into(),
            uscc: String::new(),
            organisation: Some(format!("o{number}")),
            city: None,
            share_bp: 10_000,
            task: String::new(),
        }],
        stages: vec![stage(total / 3), stage(total - total / 3)],
        papers: Vec::new(),
        faults: Vec::new(),
        state,
        reason: String::new(),
        demo: false,
        opened_ms: 0,
        updated_ms: 0,
    }
}

fn at_selection(winners_max: i64, mode: Mode) -> Call {
    Call { mode, winners_max, budget: fen(100_000_000), ..call() }
}

fn chosen(call: &Call, amounts: &[(&str, &str)], reason: &str) -> Result<Selection, Refusal> {
    let answers = [
        answer(1, 60_000_000, AnswerState::Shortlisted),
        answer(2, 60_000_000, AnswerState::Shortlisted),
        answer(3, 60_000_000, AnswerState::Passed),
    ];
    let draft = |(answer, amount): &(&str, &str)| ChoiceDraft {
        answer: (*answer).to_owned(),
        amount_yuan: (*amount).to_owned(),
    };
    choose(call, &answers, &amounts.iter().map(draft).collect::<Vec<_>>(), reason, by())
}

#[test]
fn a_choice_lies_within_the_shortlist_what_was_asked_and_the_budget() {
    let (one, two) = (at_selection(1, Mode::One), at_selection(2, Mode::Several));
    let good = chosen(&two, &[("a2", "400,000.00"), ("a1", "600000"), ("a3", "")], "互补").unwrap();
    let amounts: Vec<(&str, i64)> = good.choices.iter().map(|c| (c.answer.as_str(), c.amount.get())).collect();
    assert_eq!(amounts, [("a1", 60_000_000), ("a2", 40_000_000)].map(|(a, n)| (a, n)), "in the order of the answers");
    for (call, amounts, reason, code, field) in [
        (&two, vec![], "x", "award-none", None),
        (&one, vec![("a1", "1"), ("a2", "1")], "x", "award-many", None),
        (&two, vec![("a3", "1")], "x", "award-answer", Some("answer")),
        (&two, vec![("nobody", "1")], "x", "award-answer", Some("answer")),
        (&two, vec![("a1", "1"), ("a1", "1")], "x", "award-twice", Some("amount_1")),
        (&two, vec![("a1", "0")], "x", "award-amount", Some("amount_1")),
        (&two, vec![("a1", "一百")], "x", "amount-shape", Some("amount_1")),
        (&two, vec![("a2", "600000.01")], "x", "award-over-asked", Some("amount_2")),
        (&two, vec![("a1", "500000"), ("a2", "500000.01")], "x", "award-over-budget", None),
        (&two, vec![("a1", "1")], " ", "needed", Some("reason")),
    ] {
        let refusal = chosen(call, &amounts, reason).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, field), "{amounts:?}");
        assert!(!refusal.zh.is_empty() && !refusal.en.is_empty());
    }
}

#[test]
fn the_missing_money_is_told_source_by_source() {
    let shares = vec![vec![fen(5), fen(7)], vec![fen(5), fen(0)]];
    assert_eq!(shortages(&shares, &[10, 7]), []);
    assert_eq!(shortages(&shares, &[8, 7]), [Shortage { source: 0, missing: fen(2) }]);
    assert_eq!(shortages(&shares, &[i64::MAX, -3]), [Shortage { source: 1, missing: fen(7) }]);
}

#[test]
fn ids_of_transfers_follow_from_what_they_are_for() {
    let hold = hold_id("0123456789abcdefghjkmnpqrs", 12, 3, 4);
    assert_eq!(hold, "call:0123456789abcdef:12:3:4");
    let ends = [Ending::Post, Ending::Void, Ending::Back].map(|ending| end_id(&hold, ending));
    assert_eq!(ends, [format!("{hold}:p"), format!("{hold}:v"), format!("{hold}:r")]);
    let longest = end_id(&hold_id("0123456789abcdefghjkmnpqrs", i64::MAX, 999, 20), Ending::Back);
    assert!(longest.len() <= 64, "{longest}");
}

#[test]
fn milestones_that_hold_less_than_the_award_are_refused() {
    let stages = answer(1, 900, AnswerState::Shortlisted).stages;
    assert_eq!(scaled(fen(901), &stages).unwrap_err().code, "award-stages");
    assert_eq!(scaled(fen(1), &[]).unwrap_err().code, "award-stages");
    assert_eq!(scaled(fen(10), &stages).unwrap().iter().map(|fen| fen.get()).sum::<i64>(), 10);
    assert_eq!(tranches(&[fen(3)], &[fen(1), fen(1)]).unwrap_err().code, "award-stages", "sums that differ");
}

#[test]
fn two_people_confirm_what_ends_an_award_or_brings_money_back() {
    let proposed = stop("s", "a", "c", "race", "落后", by()).unwrap();
    assert_eq!((proposed.kind, proposed.state), (StopKind::Race, PairState::Proposed));
    assert_eq!(stop("s", "a", "c", "boredom", "x", by()).unwrap_err().code, "stop-kind");
    assert_eq!(stop("s", "a", "c", "loss", "", by()).unwrap_err().code, "needed");
    let other = calls::rules::By { account: "another", ..by() };
    assert_eq!(second(PairState::Proposed, "someone", "confirm", other), Ok(true));
    assert_eq!(second(PairState::Proposed, "someone", "refuse", other), Ok(false));
    for (state, word, by, code) in [
        (PairState::Proposed, "confirm", by(), "pair-same-hand"),
        (PairState::Confirmed, "confirm", other, "pair-over"),
        (PairState::Owed, "confirm", other, "pair-over"),
        (PairState::Proposed, "", other, "pair-word"),
    ] {
        assert_eq!(second(state, "someone", word, by).unwrap_err().code, code);
    }
    for amount in ["", "0", "10.01"] {
        let refusal = claw_back("b", ("a", "c"), fen(1_000), amount, "x", by()).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("claw-back-amount", Some("amount_yuan")));
    }
    assert_eq!(claw_back("b", ("a", "c"), fen(1_000), "10", "挪用", by()).unwrap().amount, fen(1_000));
}

fn sum(amounts: &[Fen]) -> i64 {
    amounts.iter().map(|fen| fen.get()).sum()
}

/// Weights that come to a given sum.
fn divided(total: i64, cuts: &[u32]) -> Vec<Fen> {
    let all: i64 = cuts.iter().map(|cut| i64::from(*cut) + 1).sum();
    let mut parts: Vec<i64> = cuts.iter().map(|cut| total / all * (i64::from(*cut) + 1)).collect();
    let rest = total - parts.iter().sum::<i64>();
    if let Some(first) = parts.first_mut() {
        *first += rest;
    }
    parts.into_iter().map(fen).collect()
}

proptest! {
    /// Goal: a table of tranches is exact by row and by column, and nobody is asked for less than nothing. Method: any
    /// award divided in two unrelated ways.
    #[test]
    fn tranches_are_exact_by_milestone_and_by_source(
        total in 1_i64..=2_000_000_000_000,
        stages in prop::collection::vec(0_u32..1_000, 1..12),
        sources in prop::collection::vec(0_u32..1_000, 1..12),
    ) {
        let (milestones, shares) = (divided(total, &stages), divided(total, &sources));
        let table = tranches(&milestones, &shares).unwrap();
        for (row, milestone) in table.iter().zip(&milestones) {
            prop_assert_eq!(sum(row), milestone.get());
            prop_assert!(row.iter().all(|fen| *fen >= Fen::ZERO));
        }
        for (at, share) in shares.iter().enumerate() {
            prop_assert_eq!(table.iter().map(|row| row[at].get()).sum::<i64>(), share.get());
        }
    }

    /// Goal: a tranche is its proportional part, to within a fen for each milestone before it.
    #[test]
    fn tranches_are_proportional(
        total in 1_000_i64..=2_000_000_000,
        stages in prop::collection::vec(0_u32..100, 1..8),
        sources in prop::collection::vec(0_u32..100, 1..8),
    ) {
        let (milestones, shares) = (divided(total, &stages), divided(total, &sources));
        let table = tranches(&milestones, &shares).unwrap();
        for (row, milestone) in table.iter().zip(&milestones) {
            for (part, share) in row.iter().zip(&shares) {
                let fair = i128::from(milestone.get()) * i128::from(share.get());
                let off = (i128::from(part.get()) * i128::from(total) - fair).abs();
                prop_assert!(off <= i128::from(total) * 8, "{part} of {milestone} and {share}");
            }
        }
    }

    /// Goal: milestones scaled to an award come to it exactly, none to more than was asked for it.
    #[test]
    fn scaled_milestones_come_to_the_award(
        asked in prop::collection::vec(0_i64..1_000_000_000, 1..12),
        part in 0_i64..=1_000,
    ) {
        let stages: Vec<Stage> = asked
            .iter()
            .map(|amount| Stage { title: String::new(), indicators: String::new(), months: 1, amount: fen(*amount) })
            .collect();
        let total: i64 = asked.iter().sum();
        let award = i64::try_from(i128::from(total) * i128::from(part) / 1_000).unwrap();
        let amounts = scaled(fen(award), &stages).unwrap();
        prop_assert_eq!(sum(&amounts), award);
        prop_assert!(amounts.iter().zip(&asked).all(|(given, asked)| given.get() <= *asked));
    }

    /// Goal: partial payment and claw-back are exact, and no source pays or gets more than it had. Method: pay a part of
    /// any tranches, then take a part of that back.
    #[test]
    fn parts_are_paid_and_come_back_exactly(
        held in prop::collection::vec(1_i64..1_000_000_000, 1..12),
        pays in 0_i64..=1_000,
        takes in 0_i64..=1_000,
    ) {
        let tranches: Vec<Fen> = held.iter().map(|amount| fen(*amount)).collect();
        let of = |whole: i64, thousandths: i64| i64::try_from(i128::from(whole) * i128::from(thousandths) / 1_000).unwrap();
        let amount = of(sum(&tranches), pays);
        let payments = paid(fen(amount), &tranches).unwrap();
        prop_assert_eq!(sum(&payments), amount);
        prop_assert!(payments.iter().zip(&tranches).all(|(paid, held)| paid <= held));
        let claimed = of(amount, takes);
        let returned = back(fen(claimed), &payments).unwrap();
        prop_assert_eq!(sum(&returned), claimed);
        prop_assert!(returned.iter().zip(&payments).all(|(back, paid)| back <= paid));
        prop_assert!(back(fen(amount + 1), &payments).is_err());
    }

    /// Goal: what is left of a pledge is what was neither held nor paid, and what came back.
    #[test]
    fn what_is_left_adds_up(pledged in 0_i64..1_000_000, held in 0_i64..1_000, paid in 0_i64..1_000, clawed in 0_i64..1_000) {
        let clawed = clawed.min(paid);
        let flow = Flow { awarded: held + paid + 7, held, paid, returned: 7, clawed };
        prop_assert!(flow.holds());
        prop_assert_eq!(left(fen(pledged), flow) + held + paid - clawed, pledged);
        let both = Flow::sum([&flow, &flow]);
        prop_assert!(both.holds() && both.awarded == 2 * flow.awarded);
    }
}
