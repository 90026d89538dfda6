//! The vectors that another program judges (tests/judge/judge.py).
//!
//! `SCORING_VECTORS=write cargo test -p scoring vectors` writes them anew after a change of the rule.

use std::path::{Path, PathBuf};
use std::process::Command;

use scoring::{Adjusted, Effect, Estimate, Review, adjust_as};
use serde_json::{Value, json};

use crate::{Plan, near, review, table};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/adjusted-1.json")
}

fn panels() -> Vec<(&'static str, Vec<Review>)> {
    let plan = Plan { proposals: 8, reviewers: 5, each: 3, merit: 800.0, habit: 600.0, error: 400.0 };
    let mut third = Plan { each: 2, ..plan }.panel(22).reviews;
    for proposal in [2, 5, 7] {
        let free = (1..=5).find(|r| third.iter().all(|t| (t.proposal, t.reviewer) != (proposal, *r))).unwrap();
        third.push(review(proposal as usize, free as usize, 5_000 + 111 * i64::from(proposal)));
    }
    let full =
        vec![vec![7_000, 8_100, 6_500, 7_200], vec![6_200, 7_900, 6_000, 7_500], vec![8_000, 8_800, 7_900, 8_050]];
    vec![
        ("three reviewers each", plan.panel(21).reviews),
        ("two each, a third for some", third),
        ("more reviewers than proposals", Plan { proposals: 4, reviewers: 7, ..plan }.panel(13).reviews),
        ("strong habits", Plan { habit: 2_000.0, error: 100.0, ..plan }.panel(14).reviews),
        ("no habits", Plan { habit: 0.0, ..plan }.panel(15).reviews),
        ("no merit", Plan { merit: 0.0, ..plan }.panel(16).reviews),
        ("everybody reads everything", table(&full)),
        ("as few reviews as can be", Plan { proposals: 6, reviewers: 6, each: 2, ..plan }.panel(27).reviews),
        ("the ends of the scale", Plan { merit: 4_000.0, habit: 4_000.0, ..plan }.panel(18).reviews),
    ]
}

fn estimates(estimates: &[Estimate]) -> Value {
    estimates.iter().map(|e| json!([e.number, e.value, e.standard_error])).collect()
}

fn results(adjusted: &Adjusted) -> Value {
    let chances = adjusted.chances();
    json!({
        "converged": adjusted.converged,
        "criterion": adjusted.criterion,
        "variances": [adjusted.variances.proposals, adjusted.variances.reviewers, adjusted.variances.error],
        "proposals": estimates(&adjusted.proposals),
        "reviewers": estimates(&adjusted.reviewers),
        "first_to_second": adjusted.difference(1, 2).map(|e| [e.value, e.standard_error]),
        "ranks_bp": chances.iter().map(|chance| &chance.ranks_bp).collect::<Vec<_>>(),
    })
}

fn cases() -> Vec<Value> {
    let mut cases = Vec::new();
    for (name, reviews) in panels() {
        for (effect, word) in [(Effect::Fixed, "fixed"), (Effect::Random, "random")] {
            let given: Vec<Value> = reviews.iter().map(|r| json!([r.proposal, r.reviewer, r.score])).collect();
            let adjusted = adjust_as(&reviews, effect).unwrap();
            cases.push(json!({"name": name, "proposals": word, "reviews": given, "adjusted": results(&adjusted)}));
        }
    }
    cases
}

fn compare(place: &str, found: &Value, expected: &Value) {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            // Probabilities are counts of draws, and a draw may fall on the other side of a tie.
            let tolerance = if place.contains("ranks_bp") { 2.0 } else { 1e-6 * expected.abs().max(1.0) };
            near(found, expected, tolerance);
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            found.iter().zip(expected).for_each(|(found, expected)| compare(place, found, expected));
        }
        (Value::Object(found), Value::Object(expected)) if found.len() == expected.len() => {
            found.iter().for_each(|(key, value)| compare(&format!("{place}.{key}"), value, &expected[key]));
        }
        _ => assert_eq!(found, expected, "{place}"),
    }
}

#[test]
fn the_vectors_are_what_this_crate_makes() {
    let cases = cases();
    if std::env::var("SCORING_VECTORS").is_ok_and(|word| word == "write") {
        let lines: Vec<String> = cases.iter().map(Value::to_string).collect();
        std::fs::write(path(), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let kept: Vec<Value> = serde_json::from_slice(&std::fs::read(path()).unwrap()).unwrap();
    assert_eq!(kept.len(), cases.len());
    for (found, expected) in cases.iter().zip(&kept) {
        compare(expected["name"].as_str().unwrap(), found, expected);
    }
}

#[test]
fn another_program_finds_the_same_optimum() {
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judge/judge.py");
    let Ok(answer) = Command::new("python3").arg(judge).arg(path()).output() else {
        eprintln!("skipped: python3 is not installed; it would have judged the vectors");
        return;
    };
    let text = String::from_utf8_lossy(&answer.stdout);
    assert!(answer.status.success() && text.contains(" 0 failed"), "{text}{}", String::from_utf8_lossy(&answer.stderr));
}
