//! Reasons are true and minimal.

use crate::brute::{all, each, problems, problems_with_quotas};
use assignment::{Infeasible, Problem, Quota, Terms, solve};
use proptest::prelude::*;

fn possible(terms: &Terms, proposals: &[usize], lows: &[bool]) -> bool {
    let mut any = false;
    each(terms, proposals, lows, &mut |_| any = true);
    any
}

/// The most places that these proposals can have together, quotas left out.
fn places(terms: &Terms, proposals: &[usize]) -> u64 {
    let Some((first, rest)) = proposals.split_first() else { return 0 };
    let mut most = 0;
    for bits in 0_u32..1 << terms.reviewers {
        let own: Vec<usize> = (0..terms.reviewers).filter(|reviewer| bits & 1 << reviewer != 0).collect();
        let fits = own.iter().all(|reviewer| terms.may(*first, *reviewer) && terms.load_max[*reviewer] > 0);
        if fits && own.len() <= terms.per_proposal[*first] as usize {
            let mut left = terms.clone();
            own.iter().for_each(|reviewer| left.load_max[*reviewer] -= 1);
            most = most.max(own.len() as u64 + places(&left, rest));
        }
    }
    most
}

fn is_minimal(problem: &Problem) -> Result<(), TestCaseError> {
    let terms = problem.terms();
    let Err(why) = solve(problem) else { return Ok(()) };
    prop_assert!(all(terms).is_empty());
    let refusal = why.refusal();
    prop_assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{}", refusal);
    match why {
        Infeasible::Places { proposals, needed, free, by_quotas, by_cap } => {
            let nobody = vec![false; terms.reviewers];
            prop_assert!(!possible(terms, &proposals, &nobody), "{:?} can be done", proposals);
            for without in &proposals {
                let rest: Vec<usize> = proposals.iter().copied().filter(|one| one != without).collect();
                prop_assert!(possible(terms, &rest, &nobody), "{:?} is not minimal", proposals);
            }
            prop_assert!(free < needed && !by_cap);
            if terms.quotas.is_empty() {
                prop_assert_eq!(free, places(terms, &proposals));
            }
            let bare = Terms { quotas: Vec::new(), ..terms.clone() };
            prop_assert_eq!(by_quotas, possible(&bare, &proposals, &nobody));
        }
        Infeasible::Loads { reviewers, needed, possible: given } => {
            let proposals: Vec<usize> = (0..terms.proposals).collect();
            let lows = |of: &[usize]| (0..terms.reviewers).map(|one| of.contains(&one)).collect::<Vec<bool>>();
            prop_assert!(!possible(terms, &proposals, &lows(&reviewers)), "{:?} can be done", reviewers);
            for without in &reviewers {
                let rest: Vec<usize> = reviewers.iter().copied().filter(|one| one != without).collect();
                prop_assert!(possible(terms, &proposals, &lows(&rest)), "{:?} is not minimal", reviewers);
            }
            prop_assert!(given < needed);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_reason_is_true_and_minimal(problem in problems()) {
        is_minimal(&problem)?;
    }

    #[test]
    fn a_reason_is_true_and_minimal_with_quotas(problem in problems_with_quotas()) {
        is_minimal(&problem)?;
    }
}

#[test]
fn seven_proposals_share_twelve_places() {
    // Nine experts; proposals 3 to 9 may be given to the last three only, who take four each.
    let mut terms = Terms::plain(10, 9, 2, 4);
    for proposal in 3..10 {
        for reviewer in 0..6 {
            terms = terms.without(proposal, reviewer);
        }
    }
    let problem = Problem::new(terms, vec![1; 90]).unwrap();
    let why = solve(&problem).unwrap_err();
    let Infeasible::Places { proposals, needed, free, by_quotas, by_cap } = &why else { panic!("{why}") };
    assert_eq!((proposals.as_slice(), *needed, *free), ([3, 4, 5, 6, 7, 8, 9].as_slice(), 14, 12));
    assert!(!by_quotas && !by_cap);
    let refusal = why.refusal();
    assert_eq!(refusal.code, "assignment-places");
    assert!(
        refusal.en.starts_with("These 7 proposals (3, 4, 5, 6, 7, 8, 9) share only 12 free places and need 14."),
        "{refusal}"
    );
    assert!(
        refusal.zh.starts_with("这 7 份揭榜方案（3, 4, 5, 6, 7, 8, 9）一共只有 12 个可用名额，需要 14 个。"),
        "{refusal}"
    );
}

#[test]
fn a_quota_that_nobody_meets_is_named() {
    let elsewhere = Quota::Elsewhere { proposal: vec![1, 2], reviewer: vec![1, 1, 1], min: 1 };
    let problem = Problem::new(Terms::plain(2, 3, 2, 2).with(elsewhere), vec![1; 6]).unwrap();
    let why = solve(&problem).unwrap_err();
    let expected = Infeasible::Places { proposals: vec![0], needed: 2, free: 1, by_quotas: true, by_cap: false };
    assert_eq!(why, expected);
    assert!(why.to_string().contains("under the quotas"), "{why}");
}

#[test]
fn least_loads_that_cannot_be_met_are_named() {
    let mut terms = Terms::plain(4, 3, 1, 4).without(1, 2).without(2, 2).without(3, 2);
    terms.load_min = vec![1, 1, 2];
    let why = solve(&Problem::new(terms, vec![1; 12]).unwrap()).unwrap_err();
    assert_eq!(why, Infeasible::Loads { reviewers: vec![2], needed: 2, possible: 1 });
    assert_eq!(why.refusal().code, "assignment-loads");
    let mut terms = Terms::plain(2, 3, 1, 2);
    terms.load_min = vec![1, 1, 1];
    let why = solve(&Problem::new(terms, vec![1; 6]).unwrap()).unwrap_err();
    assert_eq!(why, Infeasible::Loads { reviewers: vec![0, 1, 2], needed: 3, possible: 2 });
}
