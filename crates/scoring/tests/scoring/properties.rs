//! What must not matter: the level of scores, the names of things, the order in which reviews come.

use proptest::prelude::*;
use scoring::{Adjusted, Effect, Estimate, Review, adjust_as};

use crate::{Plan, near};

fn plans() -> impl Strategy<Value = (Vec<Review>, Effect)> {
    let effects = prop::sample::select(vec![Effect::Fixed, Effect::Random]);
    (3..12_usize, 3..9_usize, 2..4_usize, 0..3_usize, any::<u64>(), effects).prop_map(
        |(proposals, reviewers, each, kind, seed, effect)| {
            let (merit, habit, error) = [(600.0, 500.0, 300.0), (0.0, 900.0, 100.0), (900.0, 0.0, 400.0)][kind];
            let proposals = proposals.max(reviewers * usize::from(each == 2));
            let each = each.min(reviewers);
            let enough = proposals * each >= proposals + reviewers;
            let each = if enough { each } else { reviewers };
            (Plan { proposals, reviewers, each, merit, habit, error }.panel(seed).reviews, effect)
        },
    )
}

fn same(found: &[Estimate], expected: impl Iterator<Item = (f64, f64)>) {
    for (estimate, (value, error)) in found.iter().zip(expected) {
        near(estimate.value, value, 1e-3);
        near(estimate.standard_error, error, 1e-3);
    }
}

fn pairs(estimates: &[Estimate]) -> Vec<(f64, f64)> {
    estimates.iter().map(|estimate| (estimate.value, estimate.standard_error)).collect()
}

fn adjusted(reviews: &[Review], effect: Effect) -> Adjusted {
    let adjusted = adjust_as(reviews, effect).unwrap();
    assert!(adjusted.converged, "{:?} {}", adjusted.variances, adjusted.iterations);
    adjusted
}

proptest! {
    #[test]
    fn a_shift_of_all_scores_shifts_all_estimates((reviews, effect) in plans(), wanted in -10_000..10_000_i64) {
        let (low, high) = reviews.iter().fold((10_000, 0), |(low, high), r| (low.min(r.score), high.max(r.score)));
        let shift = wanted.clamp(-low, 10_000 - high);
        let shifted: Vec<Review> = reviews.iter().map(|r| Review { score: r.score + shift, ..*r }).collect();
        let (before, after) = (adjusted(&reviews, effect), adjusted(&shifted, effect));
        same(&after.proposals, pairs(&before.proposals).into_iter().map(|(value, error)| (value + shift as f64, error)));
        prop_assert_eq!(pairs(&after.reviewers), pairs(&before.reviewers));
        prop_assert_eq!(after.variances, before.variances);
    }

    #[test]
    fn turning_the_scale_round_turns_the_estimates((reviews, effect) in plans()) {
        let turned: Vec<Review> = reviews.iter().map(|r| Review { score: 10_000 - r.score, ..*r }).collect();
        let (before, after) = (adjusted(&reviews, effect), adjusted(&turned, effect));
        same(&after.proposals, pairs(&before.proposals).into_iter().map(|(value, error)| (10_000.0 - value, error)));
    }

    #[test]
    fn other_names_and_another_order_change_nothing_else((reviews, effect) in plans(), key in any::<u32>()) {
        // An odd factor permutes the numbers of 32 bits.
        let name = |number: u32| number.wrapping_mul(key | 1);
        let mut renamed: Vec<Review> = reviews
            .iter()
            .map(|r| Review { proposal: name(r.proposal), reviewer: name(r.reviewer), ..*r })
            .collect();
        renamed.rotate_left(reviews.len() / 3);
        let (before, after) = (adjusted(&reviews, effect), adjusted(&renamed, effect));
        let renamed = |estimates: &[Estimate]| {
            let mut all: Vec<Estimate> = estimates.iter().map(|e| Estimate { number: name(e.number), ..*e }).collect();
            all.sort_by_key(|estimate| estimate.number);
            pairs(&all)
        };
        same(&after.proposals, renamed(&before.proposals).into_iter());
        same(&after.reviewers, renamed(&before.reviewers).into_iter());
    }

    #[test]
    fn any_reviews_are_answered(raw in prop::collection::vec((0..6_u32, 0..6_u32, -1..10_002_i64), 0..30), random in any::<bool>()) {
        let reviews: Vec<Review> =
            raw.into_iter().map(|(proposal, reviewer, score)| Review { proposal, reviewer, score }).collect();
        let effect = if random { Effect::Random } else { Effect::Fixed };
        match adjust_as(&reviews, effect) {
            Ok(adjusted) => {
                prop_assert!(adjusted.converged, "{:?} {}", adjusted.variances, adjusted.iterations);
                prop_assert!(adjusted.proposals.iter().all(|e| e.value.is_finite() && e.standard_error.is_finite()));
            }
            Err(why) => prop_assert!(!why.refusal().en.is_empty()),
        }
    }

    #[test]
    fn small_whole_scores_are_answered(raw in prop::collection::btree_map((0..5_u32, 0..5_u32), 0..3_i64, 8..25), random in any::<bool>()) {
        let reviews: Vec<Review> =
            raw.into_iter().map(|((proposal, reviewer), score)| Review { proposal, reviewer, score: 5_000 * score }).collect();
        let effect = if random { Effect::Random } else { Effect::Fixed };
        if let Ok(adjusted) = adjust_as(&reviews, effect) {
            prop_assert!(adjusted.converged, "{:?} {}", adjusted.variances, adjusted.iterations);
        }
    }
}
