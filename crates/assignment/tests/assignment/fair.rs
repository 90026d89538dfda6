//! The max–min mode: the best minimum of all, or a true bound.

use crate::brute::{all, problems, problems_with_quotas, sums};
use assignment::{Problem, SCORE_UNIT, Terms, solve, solve_max_min};
use proptest::prelude::*;

fn best(problem: &Problem) -> Option<i64> {
    all(problem.terms()).iter().filter_map(|one| sums(problem, one).into_iter().min()).max()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_minimum_is_the_best_of_all(problem in problems()) {
        let Ok(found) = solve_max_min(&problem) else { return Ok(()) };
        prop_assert_eq!(Some(found.assignment.minimum), best(&problem));
        prop_assert!(found.optimal && found.upper == found.assignment.minimum);
        prop_assert!(all(problem.terms()).contains(&found.assignment.reviewers));
    }

    #[test]
    fn with_quotas_the_bound_is_true(problem in problems_with_quotas()) {
        let Ok(found) = solve_max_min(&problem) else { return Ok(()) };
        let best = best(&problem);
        prop_assert!(Some(found.assignment.minimum) <= best && best <= Some(found.upper));
        prop_assert_eq!(found.optimal, found.assignment.minimum == found.upper);
        prop_assert!(all(problem.terms()).contains(&found.assignment.reviewers));
    }
}

#[test]
fn the_worst_off_gets_more_than_by_the_sum() {
    // By the sum the first proposal takes both good reviewers.
    let scores = [1.0, 0.9, 0.1, 0.5, 0.4, 0.1];
    let problem = Problem::from_f64(Terms::plain(2, 3, 1, 1).without(1, 1), &scores).unwrap();
    assert_eq!(solve(&problem).unwrap().minimum, SCORE_UNIT / 2);
    let scores = [1.0, 0.3, 0.2, 0.6, 0.0, 0.1];
    let problem = Problem::from_f64(Terms::plain(2, 3, 1, 1), &scores).unwrap();
    assert_eq!(solve(&problem).unwrap().minimum, SCORE_UNIT / 10);
    let fair = solve_max_min(&problem).unwrap();
    assert_eq!((fair.assignment.minimum, fair.optimal), (3 * SCORE_UNIT / 10, true));
    assert_eq!(fair.assignment.reviewers, [[1], [0]]);
}

#[test]
fn sixty_proposals_are_proven() {
    // Tight: 180 reviews of 60 proposals by 20 reviewers with 9 each, scores of twelve decimals from a small generator.
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 24).unwrap() % SCORE_UNIT
    };
    let scores: Vec<i64> = (0..1_200).map(|_| next()).collect();
    let problem = Problem::new(Terms::plain(60, 20, 3, 9), scores).unwrap();
    let fair = solve_max_min(&problem).unwrap();
    assert!(fair.optimal);
    assert!(fair.assignment.minimum > solve(&problem).unwrap().minimum);
    assert_eq!(fair, solve_max_min(&problem).unwrap(), "the same again");
}
