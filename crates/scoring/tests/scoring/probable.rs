//! Probabilities of places, held against what is known in closed form.

use scoring::{Adjusted, Effect, adjust, adjust_as};

use crate::{Panel, Plan, near, table};

/// The normal distribution function, by the series around zero.
fn phi(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1..200 {
        term *= -x * x / 2.0 / f64::from(k);
        sum += term / f64::from(2 * k + 1);
    }
    0.5 + sum / (2.0 * std::f64::consts::PI).sqrt()
}

fn sums(adjusted: &Adjusted) {
    for chance in adjusted.chances() {
        assert_eq!(chance.ranks_bp.iter().sum::<u32>(), 10_000);
        assert_eq!(chance.best_bp(adjusted.proposals.len()), 10_000);
        assert_eq!((chance.best_bp(0), chance.best_bp(1)), (0, chance.ranks_bp[0]));
    }
}

#[test]
fn of_two_the_better_is_first_with_the_probability_of_its_lead() {
    for cells in
        [vec![vec![6_000, 7_100, 6_500], vec![5_800, 6_700, 6_600]], vec![vec![6_000, 6_300], vec![5_400, 6_200]]]
    {
        for effect in [Effect::Fixed, Effect::Random] {
            let adjusted = adjust_as(&table(&cells), effect).unwrap();
            let lead = adjusted.difference(1, 2).unwrap();
            if lead.standard_error > 0.0 {
                let expected = 10_000.0 * phi(lead.value / lead.standard_error);
                near(f64::from(adjusted.chances()[0].ranks_bp[0]), expected, 60.0);
            }
            sums(&adjusted);
        }
    }
}

#[test]
fn three_equals_have_every_place_alike() {
    let cells = vec![vec![6_000, 7_000, 8_100], vec![8_100, 6_000, 7_000], vec![7_000, 8_100, 6_000]];
    let adjusted = adjust(&table(&cells)).unwrap();
    for chance in adjusted.chances() {
        chance.ranks_bp.iter().for_each(|bp| near(f64::from(*bp), 3_333.0, 100.0));
    }
    sums(&adjusted);
}

#[test]
fn unequal_errors_shape_the_places() {
    // Three proposals with the same estimate: the chance to be first is that two centred differences are both positive,
    // 1/4 + asin(ρ)/2π. It differs between proposals with many and with few reviews.
    let reviews = [
        (1, 1, 6_500),
        (1, 2, 7_500),
        (1, 3, 6_500),
        (1, 4, 7_500),
        (1, 5, 6_500),
        (1, 6, 7_500),
        (2, 1, 7_500),
        (2, 2, 6_500),
        (2, 3, 7_500),
        (2, 4, 6_500),
        (2, 5, 7_500),
        (2, 6, 6_500),
        (3, 1, 7_000),
        (3, 2, 7_000),
    ]
    .map(|(proposal, reviewer, score)| crate::review(proposal, reviewer, score));
    let adjusted = adjust(&reviews).unwrap();
    assert!(adjusted.proposals.iter().all(|estimate| (estimate.value - 7_000.0).abs() < 1e-6), "{adjusted:?}");
    let variance = |one: u32, other: u32| adjusted.difference(one, other).unwrap().standard_error.powi(2);
    let chances = adjusted.chances();
    for (own, one, other) in [(1, 2, 3), (2, 1, 3), (3, 1, 2)] {
        let (a, b, c) = (variance(own, one), variance(own, other), variance(one, other));
        let correlation = (a + b - c) / (2.0 * (a * b).sqrt());
        let first = 0.25 + correlation.asin() / (2.0 * std::f64::consts::PI);
        near(f64::from(chances[own as usize - 1].ranks_bp[0]), 10_000.0 * first, 80.0);
    }
    assert!(chances[2].ranks_bp[0] > chances[0].ranks_bp[0] + 500, "who is less known is more often first or last");
}

#[test]
fn probabilities_are_the_same_each_time() {
    let plan = Plan { proposals: 12, reviewers: 6, each: 3, merit: 800.0, habit: 600.0, error: 400.0 };
    let reviews = plan.panel(5).reviews;
    let mut turned = reviews.clone();
    turned.reverse();
    assert_eq!(adjust(&reviews).unwrap().chances(), adjust(&turned).unwrap().chances());
}

#[test]
fn what_is_said_to_be_probable_happens_as_often() {
    // Among the best ten of thirty, with proposals random: of what is given 50 to 90 %, about so much is true.
    let plan = Plan { proposals: 30, reviewers: 12, each: 3, merit: 800.0, habit: 600.0, error: 500.0 };
    let (mut said, mut true_ones, mut count) = (0.0, 0.0, 0.0);
    for seed in 0..40 {
        let Panel { truth, reviews } = plan.panel(2_000 + seed);
        let mut order = truth.clone();
        order.sort_by(|a, b| b.total_cmp(a));
        for (chance, merit) in adjust_as(&reviews, Effect::Random).unwrap().chances().iter().zip(&truth) {
            let probability = f64::from(chance.best_bp(10)) / 10_000.0;
            if (0.5..0.9).contains(&probability) {
                said += probability;
                true_ones += f64::from(u8::from(*merit >= order[9]));
                count += 1.0;
            }
        }
    }
    println!("said {:.3}, true {:.3} of {count}", said / count, true_ones / count);
    near(said / count, true_ones / count, 0.06);
}
