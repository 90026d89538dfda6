//! The randomised mode: probabilities are the best under their cap, and draws have exactly these.

use crate::brute::{all, problems, problems_with_quotas, quotas_hold};
use assignment::{Problem, Quota, SCORE_UNIT, Terms, matrix, solve, solve_randomised};
use proptest::prelude::*;

/// Three quarters: four parts, of which a pair has three at most.
const CAP: i64 = 3 * SCORE_UNIT / 4;

/// The best expected sum in parts, by trying every way to give out parts.
fn best(problem: &Problem, unit: u32, cap: u32) -> Option<i128> {
    let terms = problem.terms();
    let loads: Vec<u32> = terms.load_max.iter().map(|load| load * unit).collect();
    descend(problem, unit, cap, &loads, 0, terms.per_proposal[0] * unit)
}

fn descend(problem: &Problem, unit: u32, cap: u32, loads: &[u32], cell: usize, needs: u32) -> Option<i128> {
    let terms = problem.terms();
    let (proposal, reviewer) = (cell / terms.reviewers, cell % terms.reviewers);
    let most = if terms.may(proposal, reviewer) { cap.min(needs).min(loads[reviewer]) } else { 0 };
    let mut best = None;
    for parts in 0..=most {
        let mut left = loads.to_vec();
        left[reviewer] -= parts;
        let rest = if reviewer + 1 < terms.reviewers {
            descend(problem, unit, cap, &left, cell + 1, needs - parts)
        } else if parts < needs {
            None
        } else if proposal + 1 < terms.proposals {
            descend(problem, unit, cap, &left, cell + 1, terms.per_proposal[proposal + 1] * unit)
        } else {
            (0..terms.reviewers).all(|r| terms.load_max[r] * unit - left[r] >= terms.load_min[r] * unit).then_some(0)
        };
        let own = i128::from(problem.score(proposal, reviewer)) * i128::from(parts);
        best = best.max(rest.map(|rest| rest + own));
    }
    best
}

fn holds(problem: &Problem, seed: &[u8]) -> Result<(), TestCaseError> {
    let terms = problem.terms();
    let Ok(found) = solve_randomised(problem, CAP, seed) else { return Ok(()) };
    prop_assert_eq!(found.parts, 4);
    let mut loads = vec![0; terms.reviewers];
    for (proposal, own) in found.probabilities.iter().enumerate() {
        prop_assert_eq!(own.iter().map(|(_, parts)| parts).sum::<i64>(), i64::from(terms.per_proposal[proposal]) * 4);
        for (reviewer, parts) in own {
            prop_assert!((1..=3).contains(parts) && terms.may(proposal, *reviewer));
            loads[*reviewer] += parts;
        }
        for reviewer in &found.drawn.reviewers[proposal] {
            prop_assert!(own.iter().any(|(one, _)| one == reviewer), "drawn with probability 0");
        }
    }
    let bounds = terms.load_min.iter().zip(&terms.load_max);
    prop_assert!(
        loads.iter().zip(bounds).all(|(load, (low, high))| (i64::from(low * 4)..=i64::from(high * 4)).contains(load))
    );
    prop_assert!(all(terms).contains(&found.drawn.reviewers), "not allowed: {:?}", found.drawn);
    Ok(())
}

proptest! {
    #[test]
    fn a_draw_is_allowed_and_probabilities_hold(problem in problems_with_quotas(), seed: [u8; 4]) {
        holds(&problem, &seed)?;
    }

    #[test]
    fn with_a_cap_of_one_it_is_the_best_sum(problem in problems(), seed: [u8; 4]) {
        let (sure, random) = (solve(&problem), solve_randomised(&problem, SCORE_UNIT, &seed));
        prop_assert_eq!(sure.is_ok(), random.is_ok());
        if let (Ok(sure), Ok(random)) = (sure, random) {
            prop_assert_eq!((random.expected, random.parts, random.drawn.sum), (sure.sum, 1, sure.sum));
        }
    }

    #[test]
    fn the_expected_sum_is_the_best_of_all(
        scores in prop::collection::vec(0..=SCORE_UNIT, 6),
        (demand, load, low) in (1..=2_u32, 1..=2_u32, 0..=1_u32),
        conflict in prop::option::of((0..2_usize, 0..3_usize)),
    ) {
        let mut terms = Terms::plain(2, 3, demand, load);
        terms.load_min = vec![low; 3];
        if let Some((proposal, reviewer)) = conflict {
            terms = terms.without(proposal, reviewer);
        }
        let problem = Problem::new(terms, scores).unwrap();
        let found = solve_randomised(&problem, CAP, b"seed").ok().map(|found| found.expected);
        prop_assert_eq!(found, best(&problem, 4, 3));
    }
}

#[test]
fn draws_have_the_probabilities() {
    let group = vec![0, 0, 1, 1, 2];
    let terms = Terms::plain(4, 5, 2, 2).without(0, 0).with(Quota::PerGroup { group, max: 1 });
    let scores: Vec<i64> = (0..20).map(|at| (at * 7 % 11) * SCORE_UNIT / 10).collect();
    let problem = Problem::new(terms, scores).unwrap();
    let cap = matrix::decimal("0.7").unwrap();
    let draws = 4_000_u32;
    let mut counts = vec![0_u32; 20];
    let mut probabilities = Vec::new();
    for seed in 0..draws {
        let found = solve_randomised(&problem, cap, &seed.to_be_bytes()).unwrap();
        for (proposal, own) in found.drawn.reviewers.iter().enumerate() {
            assert!(quotas_hold(problem.terms(), proposal, own));
            own.iter().for_each(|reviewer| counts[proposal * 5 + reviewer] += 1);
        }
        probabilities = found.probabilities;
        assert_eq!(found.parts, 10);
    }
    let mut chances = vec![0.0; 20];
    for (proposal, own) in probabilities.iter().enumerate() {
        own.iter().for_each(|(reviewer, parts)| chances[proposal * 5 + reviewer] = *parts as f64 / 10.0);
    }
    for (count, chance) in counts.iter().zip(&chances) {
        // Four standard deviations and more; the seeds are fixed, so that it holds always or never.
        assert!((f64::from(*count) / f64::from(draws) - chance).abs() < 0.035, "{counts:?} for {chances:?}");
    }
}

#[test]
fn a_seed_gives_the_same_again_and_another_something_else() {
    let problem =
        Problem::new(Terms::plain(6, 8, 2, 2), (0..48).map(|at| at * 37 % 48 * SCORE_UNIT / 48).collect()).unwrap();
    let cap = SCORE_UNIT / 3;
    let one = solve_randomised(&problem, cap, b"one").unwrap();
    assert_eq!(one, solve_randomised(&problem, cap, b"one").unwrap());
    let others =
        (0..10_u8).filter(|seed| solve_randomised(&problem, cap, &[*seed]).unwrap().drawn != one.drawn).count();
    assert!(others > 5);
}

#[test]
fn a_cap_that_cannot_be_is_refused() {
    let problem = Problem::new(Terms::plain(2, 3, 2, 2), vec![SCORE_UNIT; 6]).unwrap();
    for cap in [0, -1, SCORE_UNIT + 1] {
        assert_eq!(solve_randomised(&problem, cap, b"").unwrap_err().code, "pair-cap");
    }
    let refusal = solve_randomised(&problem, SCORE_UNIT / 2, b"").unwrap_err();
    assert_eq!(refusal.code, "assignment-places");
    assert!(refusal.en.contains("under the cap"), "{refusal}");
}
