use super::*;
use crate::rules::organisation::Kind;
use kernel::{Date, DayKind, Instant, WorkCalendar};
use proptest::prelude::*;

fn organisation(state: State, claimed_ms: Option<i64>) -> Organisation {
    Organisation {
        id: "o1".into(),
        pack_key: None,
        kind: Kind::Enterprise,
        state,
        city: None,
        area: None,
        uscc: None,
        website: None,
        founded: None,
        name: "某机构".into(),
        name_en: None,
        source: "own".into(),
        note: String::new(),
        claimed_ms,
        verified_ms: None,
        registered_by: Some("u1".into()),
        edited_ms: None,
        demo: false,
        batch: None,
        created_ms: 0,
        updated_ms: 0,
    }
}

const CLAIMANT: Claimant<'static> =
    Claimant { account: "u1", name: "甲", demo: false, member: false, open: 0, open_here: false };
const EVIDENCE: &str = "我是该公司办公室主任，可致电总机核实。";

fn made(organisation: &Organisation, evidence: &str, claimant: Claimant<'_>) -> Result<Claim, Refusal> {
    make("c1", organisation, evidence, claimant, 100, Clock { due_ms: 900, provisional: false })
}

fn decided(
    claim: &Claim,
    organisation: &Organisation,
    decision: &str,
    reason: &str,
    remark: &str,
) -> Result<Claim, Refusal> {
    let command = DecisionCommand { decision: decision.into(), reason: reason.into(), remark: remark.into() };
    decide(claim, organisation, &command, "officer", false, 200)
}

#[test]
fn who_may_not_claim_is_told_why() {
    let listed = organisation(State::Listed, None);
    for (organisation, evidence, claimant, code) in [
        (listed.clone(), EVIDENCE, Claimant { member: true, ..CLAIMANT }, "claim-member"),
        (listed.clone(), EVIDENCE, Claimant { open_here: true, ..CLAIMANT }, "claim-open"),
        (listed.clone(), EVIDENCE, Claimant { open: 10, ..CLAIMANT }, "claim-many"),
        (listed.clone(), EVIDENCE, Claimant { demo: true, ..CLAIMANT }, "claim-demo"),
        (organisation(State::Listed, Some(1)), EVIDENCE, CLAIMANT, "claim-claimed"),
        (listed.clone(), "我是主任", CLAIMANT, "claim-evidence"),
        (listed.clone(), &"长".repeat(4_001), CLAIMANT, "text-too-long"),
    ] {
        assert_eq!(made(&organisation, evidence, claimant).unwrap_err().code, code);
    }
    assert_eq!(made(&listed, EVIDENCE, CLAIMANT).unwrap().kind, ClaimKind::Takeover);
    let own_draft = Claimant { member: true, ..CLAIMANT };
    assert_eq!(made(&organisation(State::Refused, None), EVIDENCE, own_draft).unwrap().kind, ClaimKind::Registration);
}

#[test]
fn a_decision_needs_four_eyes_a_choice_and_a_reason() {
    let listed = organisation(State::Listed, None);
    let claim = made(&listed, EVIDENCE, CLAIMANT).unwrap();
    let yes = DecisionCommand { decision: "approve".into(), ..DecisionCommand::default() };
    assert_eq!(decide(&claim, &listed, &yes, "u1", false, 200).unwrap_err().code, "four-eyes");
    assert_eq!(decide(&claim, &listed, &yes, "officer", true, 200).unwrap_err().code, "four-eyes");
    for (decision, reason, remark, code, field) in [
        ("", "", "", "decision-unknown", "decision"),
        ("refuse", "", "", "reason-needed", "reason"),
        ("refuse", "because", "", "reason-needed", "reason"),
        ("refuse", "data-wrong", " ", "remark-needed", "remark"),
    ] {
        let refusal = decided(&claim, &listed, decision, reason, remark).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
    }
    let taken = organisation(State::Listed, Some(5));
    assert_eq!(decided(&claim, &taken, "approve", "", "").unwrap_err().code, "claim-claimed");
    let refused = decided(&claim, &taken, "refuse", "already-claimed", "").unwrap();
    assert_eq!(
        (refused.state, refused.reason, refused.decided_ms),
        (ClaimState::Refused, Some(Reason::Claimed), Some(200))
    );
}

#[test]
fn a_settled_claim_stays_as_it_is() {
    let listed = organisation(State::Listed, None);
    let claim = made(&listed, EVIDENCE, CLAIMANT).unwrap();
    let approved = decided(&claim, &listed, "approve", "", "").unwrap();
    let withdrawn = withdraw(&claim, 300).unwrap();
    for settled in [approved, withdrawn] {
        assert_eq!(decided(&settled, &listed, "refuse", "duplicate", "").unwrap_err().code, "claim-decided");
        assert_eq!(withdraw(&settled, 400).unwrap_err().code, "claim-decided");
    }
}

#[test]
fn the_clock_counts_working_days_to_the_end_of_the_last() {
    let day = |text: &str| Date::parse(text).unwrap();
    let calendar = WorkCalendar::new([2026], [(day("2026-10-01"), DayKind::Holiday)]);
    let clock = clock(&calendar, day("2026-09-29").start(), 2);
    assert_eq!(Instant::from_ms(clock.due_ms).to_minute(), "2026-10-02 23:59");
    assert!(!clock.provisional);
    assert!(super::clock(&calendar, day("2026-12-31").start(), 5).provisional);
}

proptest! {
    /// Goal: a claim changes its state once at most. Method: any order of decisions and withdrawals.
    #[test]
    fn only_the_first_word_counts(steps in proptest::collection::vec(0u8..3, 1..8)) {
        let listed = organisation(State::Listed, None);
        let mut claim = made(&listed, EVIDENCE, CLAIMANT).unwrap();
        let mut changes = 0;
        for step in steps {
            let next = match step {
                0 => decided(&claim, &listed, "approve", "", ""),
                1 => decided(&claim, &listed, "refuse", "duplicate", ""),
                _ => withdraw(&claim, 300),
            };
            if let Ok(next) = next {
                changes += 1;
                claim = next;
            }
        }
        prop_assert_eq!(changes, 1);
    }
}
