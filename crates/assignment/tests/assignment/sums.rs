//! The best sum is the best of all.

use crate::brute::{all, problems, problems_with_quotas, sums};
use assignment::{Infeasible, Problem, SCORE_UNIT, Terms, solve};
use proptest::prelude::*;

fn is_best(problem: &Problem) -> Result<(), TestCaseError> {
    let every = all(problem.terms());
    let best = every.iter().map(|one| sums(problem, one).iter().map(|sum| i128::from(*sum)).sum::<i128>()).max();
    match solve(problem) {
        Ok(found) => {
            prop_assert!(every.contains(&found.reviewers), "not allowed: {found:?}");
            prop_assert_eq!(Some(found.sum), best);
            prop_assert_eq!(Some(found.minimum), sums(problem, &found.reviewers).into_iter().min());
        }
        Err(why) => prop_assert_eq!(best, None, "{}", why),
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_sum_is_the_best_of_all(problem in problems()) {
        is_best(&problem)?;
    }

    #[test]
    fn the_sum_is_the_best_of_all_with_quotas(problem in problems_with_quotas()) {
        is_best(&problem)?;
    }
}

#[test]
fn the_twelfth_decimal_decides() {
    // Truncated to two decimals, or to eleven, the first and the second column would be alike.
    let scores = [0.500_000_000_001, 0.5, 0.5, 0.500_000_000_002];
    let problem = Problem::from_f64(Terms::plain(2, 2, 1, 1), &scores).unwrap();
    let found = solve(&problem).unwrap();
    assert_eq!(found.reviewers, [[0], [1]]);
    assert_eq!(found.sum, i128::from(SCORE_UNIT) + 3);
    let scores = [0.5, 0.500_000_000_001, 0.500_000_000_001, 0.500_000_000_001];
    let problem = Problem::from_f64(Terms::plain(2, 2, 1, 1), &scores).unwrap();
    assert_eq!(solve(&problem).unwrap().reviewers, [[1], [0]]);
}

#[test]
fn a_least_load_is_given_even_to_whom_nobody_wants() {
    let mut terms = Terms::plain(3, 3, 1, 3);
    terms.load_min = vec![0, 0, 1];
    let problem = Problem::from_f64(terms, &[1.0, 0.5, 0.2, 1.0, 0.5, 0.1, 1.0, 0.5, 0.0]).unwrap();
    let found = solve(&problem).unwrap();
    assert_eq!(found.reviewers, [[2], [0], [0]]);
    assert_eq!(found.minimum, SCORE_UNIT / 5);
}

#[test]
fn the_largest_scores_do_not_overflow() {
    let (proposals, reviewers) = (40, 50);
    // A staircase: what is best for one is almost as good for the next, so that paths are long.
    let score = |at: usize| 100.0 - ((at / reviewers) * (at % reviewers)) as f64 / 20.0;
    let scores: Vec<f64> = (0..proposals * reviewers).map(score).map(|score| score.max(0.0)).collect();
    let problem = Problem::from_f64(Terms::plain(proposals, reviewers, 5, 4), &scores).unwrap();
    let found = solve(&problem).unwrap();
    assert_eq!(found.reviewers.iter().map(Vec::len).sum::<usize>(), 200);
    assert_eq!(found, solve(&problem).unwrap(), "the same again");
}

#[test]
fn one_place_too_few_is_found_among_many() {
    let problem = Problem::from_f64(Terms::plain(200, 100, 3, 5), &vec![0.5; 20_000]).unwrap();
    let Err(Infeasible::Places { proposals, needed, free, .. }) = solve(&problem) else {
        panic!("100 places are lacking")
    };
    assert_eq!((proposals.len(), needed, free), (167, 501, 500));
}
