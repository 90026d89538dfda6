//! Effects that we planted ourselves: what is true is known, so that rankings can be held against it.

use scoring::{Effect, Review, Trim, adjust, adjust_as, raw_ranking};

use crate::{Panel, Plan, scores};

/// Kendall's tau: pairs in the same order less pairs in the other order, over all pairs.
fn tau(truth: &[f64], found: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..truth.len() {
        for j in 0..i {
            let (true_order, order) = (truth[i] - truth[j], found[i] - found[j]);
            sum += if order == 0.0 { 0.0 } else { true_order.signum() * order.signum() };
        }
    }
    sum / (truth.len() * (truth.len() - 1) / 2) as f64
}

fn raw(reviews: &[Review], count: usize) -> Vec<f64> {
    let mean = |proposal: usize| {
        let own: Vec<i64> = reviews.iter().filter(|r| r.proposal as usize == proposal + 1).map(|r| r.score).collect();
        own.iter().sum::<i64>() as f64 / own.len() as f64
    };
    (0..count).map(mean).collect()
}

/// For fifty panels: how often the adjusted ranking is nearer to the truth than the raw one, how often farther; mean taus.
fn contest(plan: Plan, effect: Effect) -> (usize, usize, f64, f64) {
    let (mut nearer, mut farther, mut raw_sum, mut adjusted_sum) = (0, 0, 0.0, 0.0);
    for seed in 0..50 {
        let Panel { truth, reviews } = plan.panel(seed);
        let adjusted = adjust_as(&reviews, effect).unwrap();
        assert!(adjusted.converged, "seed {seed}");
        let (before, after) = (tau(&truth, &raw(&reviews, truth.len())), tau(&truth, &scores(&adjusted)));
        nearer += usize::from(after > before);
        farther += usize::from(after < before);
        raw_sum += before;
        adjusted_sum += after;
    }
    (nearer, farther, raw_sum / 50.0, adjusted_sum / 50.0)
}

const STRICT_AND_MILD: Plan = Plan { proposals: 30, reviewers: 12, each: 3, merit: 800.0, habit: 800.0, error: 400.0 };

#[test]
fn adjusting_finds_the_true_order_better_than_raw_means_do() {
    for effect in [Effect::Fixed, Effect::Random] {
        let (nearer, farther, raw, adjusted) = contest(STRICT_AND_MILD, effect);
        println!("{effect:?}: nearer {nearer}, farther {farther}, tau {raw:.3} raw, {adjusted:.3} adjusted");
        assert!(nearer >= 45 && adjusted > raw + 0.1, "{nearer} {farther} {raw} {adjusted}");
    }
}

#[test]
fn adjusting_does_little_harm_where_there_is_nothing_to_adjust() {
    let plan = Plan { habit: 0.0, ..STRICT_AND_MILD };
    let (_, _, raw, adjusted) = contest(plan, Effect::Fixed);
    println!("tau {raw:.3} raw, {adjusted:.3} adjusted");
    assert!(adjusted > raw - 0.02, "{raw} {adjusted}");
}

#[test]
fn planted_variances_are_found() {
    let plan = Plan { proposals: 400, reviewers: 150, each: 4, merit: 900.0, habit: 600.0, error: 500.0 };
    let adjusted = adjust_as(&plan.panel(7).reviews, Effect::Random).unwrap();
    let found = [adjusted.variances.proposals.unwrap(), adjusted.variances.reviewers, adjusted.variances.error];
    for (found, planted) in found.map(f64::sqrt).into_iter().zip([plan.merit, plan.habit, plan.error]) {
        assert!((found / planted - 1.0).abs() < 0.12, "{found} for {planted}");
    }
}

#[test]
fn standard_errors_say_how_far_off_estimates_are() {
    // Differences of neighbours over their standard errors: their mean square is near 1.
    let (mut sum, mut count) = (0.0, 0.0);
    for seed in 0..40 {
        let Panel { truth, reviews } = STRICT_AND_MILD.panel(1_000 + seed);
        let adjusted = adjust(&reviews).unwrap();
        for proposal in 1..truth.len() {
            let (one, other) = (u32::try_from(proposal).unwrap(), u32::try_from(proposal + 1).unwrap());
            let difference = adjusted.difference(one, other).unwrap();
            let off = difference.value - (truth[proposal - 1] - truth[proposal]);
            sum += (off / difference.standard_error).powi(2);
            count += 1.0;
        }
    }
    let mean: f64 = sum / count;
    println!("mean square {mean:.3}");
    assert!((0.9..1.2).contains(&mean), "{mean}");
}

#[test]
fn the_largest_panel_is_adjusted() {
    let plan = Plan { proposals: 1_000, reviewers: 500, each: 5, merit: 900.0, habit: 600.0, error: 500.0 };
    let Panel { truth, reviews } = plan.panel(3);
    let before = tau(&truth, &raw(&reviews, truth.len()));
    let adjusted = adjust(&reviews).unwrap();
    assert!(adjusted.converged && tau(&truth, &scores(&adjusted)) > before);
    let places = adjusted.ranking();
    assert_eq!(places.len(), raw_ranking(&reviews, Trim::None).unwrap().len());
}
