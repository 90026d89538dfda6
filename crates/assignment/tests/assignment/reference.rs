//! Tables that others have solved, where they are there: the folder `shared` beside the repository. Nothing of them is kept here.

use assignment::{Matrix, Problem, SCORE_UNIT, matrix::decimal, solve, solve_max_min, solve_randomised};
use std::path::Path;

fn table(name: &str, load: u32) -> Option<Problem> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?.join("shared/data/assignment");
    let Ok(bytes) = std::fs::read(folder.join(name)) else {
        eprintln!("skipped: {name} is not there");
        return None;
    };
    Some(Matrix::parse(&bytes).unwrap().problem(3, 0, load).unwrap())
}

#[test]
fn known_sums_are_reached() {
    let quarters = i128::from(SCORE_UNIT / 4);
    for (name, load, sum) in [("preflib1.in", 6, 497), ("preflib2.in", 7, 566), ("aamas2015.in", 12, 5_625)] {
        let Some(problem) = table(name, load) else { continue };
        let best = solve(&problem).unwrap();
        assert_eq!(best.sum, sum * quarters, "{name}");
        assert!(best.reviewers.iter().enumerate().all(|(p, own)| own.iter().all(|r| problem.terms().may(p, *r))));
    }
}

#[test]
fn known_expectations_are_reached() {
    let known = [
        ("preflib1.in", 6, "0.4482421875", 99.437_26),
        ("aamas2015.in", 12, "0.44140625", 1_124.878_91),
        ("aamas2015.in", 12, "0.8046875", 1_336.082_03),
    ];
    for (name, load, cap, expected) in known {
        let Some(problem) = table(name, load) else { continue };
        let cap = decimal(cap).unwrap();
        let found = solve_randomised(&problem, cap, b"seed").unwrap();
        assert!((found.expected_sum() - expected).abs() < 5e-6, "{name}: {}", found.expected_sum());
        let parts = found.probabilities.iter().flatten().map(|(_, parts)| *parts).max().unwrap();
        assert!(i128::from(parts) * i128::from(SCORE_UNIT) <= i128::from(cap) * i128::from(found.parts));
        assert!(found.drawn.reviewers.iter().all(|own| own.len() == 3));
    }
}

#[test]
fn known_tables_have_a_proven_minimum() {
    for (name, load) in [("preflib1.in", 6), ("preflib2.in", 7)] {
        let Some(problem) = table(name, load) else { continue };
        let fair = solve_max_min(&problem).unwrap();
        assert!(fair.optimal && fair.assignment.minimum >= solve(&problem).unwrap().minimum, "{name}");
    }
}
