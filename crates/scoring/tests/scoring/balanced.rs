//! Designs in which everybody reads everything: there REML equals the analysis of variance, which is algebra.

use scoring::{Effect, adjust, adjust_as};

use crate::{near, scores, table};

/// Mean squares of a full table with one score a cell: of rows, of columns, and of what is left.
struct Squares {
    rows: f64,
    columns: f64,
    left: f64,
    row_means: Vec<f64>,
    column_means: Vec<f64>,
    mean: f64,
}

fn squares(cells: &[Vec<i64>]) -> Squares {
    let (p, r) = (cells.len(), cells[0].len());
    let mean_of = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let row_means: Vec<f64> = cells.iter().map(|row| mean_of(row.iter().map(|s| *s as f64).collect())).collect();
    let column_means: Vec<f64> = (0..r).map(|j| mean_of(cells.iter().map(|row| row[j] as f64).collect())).collect();
    let mean = mean_of(row_means.clone());
    let spread = |means: &[f64]| means.iter().map(|m| (m - mean).powi(2)).sum::<f64>();
    let cell = |i: usize, j: usize| (cells[i][j] as f64 - row_means[i] - column_means[j] + mean).powi(2);
    let left: f64 = (0..p).flat_map(|i| (0..r).map(move |j| (i, j))).map(|(i, j)| cell(i, j)).sum();
    Squares {
        rows: r as f64 * spread(&row_means) / (p - 1) as f64,
        columns: p as f64 * spread(&column_means) / (r - 1) as f64,
        left: left / ((p - 1) * (r - 1)) as f64,
        row_means,
        column_means,
        mean,
    }
}

fn tables() -> Vec<Vec<Vec<i64>>> {
    vec![
        vec![
            vec![7_000, 8_100, 6_500],
            vec![6_200, 7_900, 6_000],
            vec![8_000, 8_800, 7_900],
            vec![5_000, 6_400, 5_100],
        ],
        vec![
            vec![7_000, 8_100, 6_500, 7_300, 9_000],
            vec![6_200, 7_900, 6_000, 6_100, 8_800],
            vec![8_000, 8_800, 7_900, 8_500, 9_900],
        ],
        vec![vec![10, 2_000], vec![700, 3_000], vec![55, 1_500]],
    ]
}

#[test]
fn a_full_table_gives_the_variances_of_the_analysis_of_variance() {
    for cells in tables() {
        let (p, r) = (cells.len() as f64, cells[0].len() as f64);
        let by = squares(&cells);
        let habit = (by.columns - by.left) / p;
        let merit = (by.rows - by.left) / r;
        assert!(habit > 0.0 && merit > 0.0);
        let fixed = adjust(&table(&cells)).unwrap();
        assert!(fixed.converged);
        near(fixed.variances.error, by.left, 1e-6 * by.left);
        near(fixed.variances.reviewers, habit, 1e-6 * habit);
        let random = adjust_as(&table(&cells), Effect::Random).unwrap();
        assert!(random.converged);
        near(random.variances.error, by.left, 1e-6 * by.left);
        near(random.variances.reviewers, habit, 1e-6 * habit);
        near(random.variances.proposals.unwrap(), merit, 1e-6 * merit);
        // Fixed proposals are their means, random ones shrunk means, reviewers shrunk differences.
        for (i, estimate) in fixed.proposals.iter().enumerate() {
            near(estimate.value, by.row_means[i], 1e-7);
            near(estimate.standard_error, ((habit + by.left) / r).sqrt(), 1e-5);
            let kept = r * merit / (r * merit + by.left);
            near(random.proposals[i].value, by.mean + kept * (by.row_means[i] - by.mean), 1e-4);
        }
        for (j, estimate) in fixed.reviewers.iter().enumerate() {
            let kept = p * habit / (p * habit + by.left);
            near(estimate.value, kept * (by.column_means[j] - by.mean), 1e-4);
        }
        let difference = fixed.difference(1, 2).unwrap();
        near(difference.value, by.row_means[0] - by.row_means[1], 1e-7);
        near(difference.standard_error, (2.0 * by.left / r).sqrt(), 1e-5);
        near(fixed.difference(2, 2).unwrap().standard_error, 0.0, 0.0);
        assert_eq!(fixed.difference(1, 99), None);
    }
}

#[test]
fn reviewers_without_habits_leave_the_means() {
    // Column means are equal, so that the analysis of variance would give a negative variance.
    let cells = vec![vec![7_000, 6_000], vec![5_000, 6_000], vec![8_000, 8_000]];
    let adjusted = adjust(&table(&cells)).unwrap();
    assert!(adjusted.converged && adjusted.variances.reviewers == 0.0);
    let within = (2.0 * 500.0_f64.powi(2) + 2.0 * 500.0_f64.powi(2)) / 3.0;
    near(adjusted.variances.error, within, 1e-6 * within);
    assert!(adjusted.reviewers.iter().all(|reviewer| reviewer.value == 0.0 && reviewer.standard_error == 0.0));
    for (estimate, mean) in adjusted.proposals.iter().zip([6_500.0, 5_500.0, 8_000.0]) {
        near(estimate.value, mean, 1e-9);
    }
}

#[test]
fn proposals_without_merit_are_all_at_the_mean() {
    let cells = vec![vec![7_000, 6_000], vec![6_000, 7_000], vec![6_400, 6_600]];
    let adjusted = adjust_as(&table(&cells), Effect::Random).unwrap();
    assert!(adjusted.converged);
    assert_eq!((adjusted.variances.proposals, adjusted.variances.reviewers), (Some(0.0), 0.0));
    assert!(scores(&adjusted).iter().all(|score| (score - 6_500.0).abs() < 1e-9));
    assert_eq!(adjusted.ranking().iter().map(|place| place.rank).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn scores_without_any_variance_are_all_equal() {
    for effect in [Effect::Fixed, Effect::Random] {
        for score in [0, 10_000, 6_543] {
            let adjusted = adjust_as(&table(&vec![vec![score; 3]; 4]), effect).unwrap();
            assert!(adjusted.converged && adjusted.criterion.is_none());
            assert_eq!((adjusted.variances.reviewers, adjusted.variances.error), (0.0, 0.0));
            assert_eq!(adjusted.variances.proposals, (effect == Effect::Random).then_some(0.0));
            assert!(adjusted.proposals.iter().all(|e| e.value == score as f64 && e.standard_error == 0.0));
            assert!(adjusted.ranking().iter().all(|place| place.rank == 1));
            assert!(adjusted.chances().iter().all(|chance| chance.ranks_bp == [2_500; 4]));
        }
    }
}

#[test]
fn habits_that_explain_everything_leave_no_doubt() {
    // Reviewer 2 gives 1,000 more, reviewer 3 700 less, to whatever they read.
    let cells = vec![vec![6_000, 7_000, 5_300], vec![5_000, 6_000, 4_300], vec![6_001, 7_001, 5_301]];
    for effect in [Effect::Fixed, Effect::Random] {
        let adjusted = adjust_as(&table(&cells), effect).unwrap();
        let expected = [0.0, 1_000.0, -700.0].map(|habit| habit - 100.0);
        near(adjusted.variances.reviewers, expected.iter().map(|h| h * h).sum::<f64>() / 2.0, 1e-2);
        assert_eq!(adjusted.variances.error, 0.0);
        for (reviewer, habit) in adjusted.reviewers.iter().zip(expected) {
            near(reviewer.value, habit, 1e-3);
        }
        near(adjusted.difference(1, 2).unwrap().value, 1_000.0, 1e-3);
        assert_eq!(adjusted.difference(1, 2).unwrap().standard_error, 0.0);
        assert_eq!(adjusted.chances()[2].ranks_bp, [10_000, 0, 0]);
    }
}

#[test]
fn the_ends_of_the_scale_are_figures_like_others() {
    for cells in [
        vec![vec![0, 10_000], vec![10_000, 0]],
        vec![vec![0, 0, 0], vec![10_000, 10_000, 10_000], vec![0, 0, 1]],
        vec![vec![0, 10_000], vec![0, 10_000], vec![1, 10_000]],
    ] {
        for effect in [Effect::Fixed, Effect::Random] {
            let adjusted = adjust_as(&table(&cells), effect).unwrap();
            assert!(adjusted.converged, "{cells:?} {effect:?}");
            let all = adjusted.proposals.iter().chain(&adjusted.reviewers);
            assert!(all.clone().all(|e| e.value.abs() < 20_000.0 && e.standard_error.is_finite()), "{adjusted:?}");
        }
    }
}

/// Davies and Goldsmith 1972 (Statistical Methods in Research and Production, section 6.6): diameters in millimetres of six
/// samples of penicillin, A to F, on 24 plates. A row is a plate.
const PENICILLIN: [[i64; 6]; 24] = [
    [27, 23, 26, 23, 23, 21],
    [27, 23, 26, 23, 23, 21],
    [25, 21, 25, 24, 24, 20],
    [26, 23, 25, 23, 23, 20],
    [25, 22, 26, 22, 23, 20],
    [24, 22, 25, 23, 22, 19],
    [24, 20, 23, 21, 22, 19],
    [26, 22, 26, 24, 24, 21],
    [24, 21, 24, 22, 22, 20],
    [24, 21, 24, 23, 22, 19],
    [26, 23, 26, 24, 24, 21],
    [25, 22, 26, 24, 24, 20],
    [26, 24, 26, 24, 25, 22],
    [26, 23, 26, 23, 23, 20],
    [26, 23, 25, 24, 24, 22],
    [25, 22, 25, 23, 23, 20],
    [25, 21, 24, 23, 23, 20],
    [25, 22, 24, 23, 23, 19],
    [24, 21, 23, 21, 21, 19],
    [26, 23, 26, 24, 24, 21],
    [25, 21, 24, 22, 22, 18],
    [25, 22, 25, 22, 22, 20],
    [24, 21, 24, 22, 24, 19],
    [24, 21, 24, 22, 21, 18],
];

#[test]
fn a_published_table_gives_its_published_figures() {
    // As lme4 fits it, which its documentation and its paper's example show: standard deviations 0.8467 (plate), 1.9316
    // (sample), 0.5499 (residual), mean 22.9722, criterion 330.8606.
    let points: Vec<Vec<i64>> = PENICILLIN.iter().map(|plate| plate.map(|mm| 100 * mm).to_vec()).collect();
    let by_plate = adjust_as(&table(&points), Effect::Random).unwrap();
    let turned: Vec<Vec<i64>> = (0..6).map(|sample| points.iter().map(|plate| plate[sample]).collect()).collect();
    let by_sample = adjust_as(&table(&turned), Effect::Random).unwrap();
    let deviation = |variance: f64| variance.sqrt() / 100.0;
    // 144 scores less one mean, in hundredths instead of units.
    let unit = 143.0 * 2.0 * 100.0_f64.ln();
    for (adjusted, proposals, reviewers) in [(&by_plate, 0.8467, 1.9316), (&by_sample, 1.9316, 0.8467)] {
        assert!(adjusted.converged);
        near(deviation(adjusted.variances.proposals.unwrap()), proposals, 5e-5);
        near(deviation(adjusted.variances.reviewers), reviewers, 5e-5);
        near(deviation(adjusted.variances.error), 0.5499, 5e-5);
        near(adjusted.criterion.unwrap() - unit, 330.8606, 5e-5);
        let mean = scores(adjusted).iter().sum::<f64>() / adjusted.proposals.len() as f64;
        near(mean / 100.0, 22.9722, 5e-5);
    }
}
