//! `yilang calls assign`, run as a person at a terminal runs it.

use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Output};

/// Three proposals, three experts; the second proposal and the first expert are in conflict.
const TABLE: &str = "3 3\n0.9 0.5 0.123456789012\n0 0.8 0.2\n0.9 0.7 0.1\n";

fn run(table: &str, words: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table");
    fs::write(&file, table).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_yilang"));
    command.args(["calls", "assign", "--affinity"]).arg(&file).args(words);
    command.current_dir(folder.path()).env_remove("YILANG_DATABASE").env_remove("YILANG_DATA");
    command.output().expect("the binary runs")
}

fn done(words: &[&str]) -> Value {
    let output = run(TABLE, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refused(table: &str, words: &[&str], code: &str) {
    let output = run(table, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
    assert!(said.contains(code) && said.contains('。'), "both languages: {said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn the_best_sum_is_printed() {
    let answer = done(&["--per-proposal", "1", "--max-load", "1", "--json"]);
    let pairs = json!([[0, [2]], [1, [1]], [2, [0]]]);
    assert_eq!(
        answer,
        json!({ "objective": 1.823456789012, "minimum": 0.123456789012, "optimal": true, "assignment": pairs })
    );
    let output = run(TABLE, &["--per-proposal", "1", "--max-load", "2"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.ends_with("\n0: 0\n1: 1\n2: 0\n"), "{said}");
}

#[test]
fn least_loads_and_fairness_are_heeded() {
    let bounds = ["--per-proposal", "1", "--max-load", "2", "--min-load", "1", "--json"];
    assert_eq!(done(&bounds)["objective"], json!(1.823456789012));
    let fair = done(&["--per-proposal", "1", "--max-load", "1", "--fair", "max-min", "--json"]);
    assert_eq!((&fair["minimum"], &fair["optimal"], &fair["upper_bound"]), (&json!(0.2), &json!(true), &json!(0.2)));
}

#[test]
fn draws_are_replayed_from_their_seed() {
    let capped = ["--per-proposal", "1", "--max-load", "2", "--pair-cap", "0.5", "--seed", "public words", "--json"];
    let answer = done(&capped);
    assert_eq!(answer, done(&capped));
    assert_eq!(answer["objective"], json!(2.0));
    for row in answer["probabilities"].as_array().unwrap() {
        let chances: Vec<f64> = row[1].as_array().unwrap().iter().map(|one| one[1].as_f64().unwrap()).collect();
        assert!(chances.iter().all(|chance| *chance <= 0.5), "{answer}");
    }
    let drawn = ["--per-proposal", "1", "--max-load", "1", "--draw", "--seed", "public words", "--json"];
    assert_eq!(done(&drawn), done(&drawn));
    assert_ne!(done(&drawn)["assignment"][1], json!([1, [0]]), "a conflict");
}

#[test]
fn a_table_that_cannot_be_assigned_is_refused() {
    refused(TABLE, &["--per-proposal", "2", "--max-load", "1"], "assignment-places");
    refused(TABLE, &["--per-proposal", "1", "--max-load", "3", "--min-load", "2"], "assignment-loads");
    refused(TABLE, &["--per-proposal", "0", "--max-load", "1"], "demand-limits");
    refused(TABLE, &["--per-proposal", "1", "--max-load", "1", "--min-load", "2"], "load-bounds");
    refused(TABLE, &["--per-proposal", "1", "--max-load", "1", "--pair-cap", "x", "--seed", "s"], "pair-cap");
    refused("2 2\n1 1\n1 NaN\n", &["--per-proposal", "1", "--max-load", "1"], "matrix-value");
    refused("2 2\n1 1\n", &["--per-proposal", "1", "--max-load", "1"], "matrix-rows");
    let words = ["calls", "assign", "--affinity", "nowhere", "--per-proposal", "1", "--max-load", "1"];
    let output = Command::new(env!("CARGO_BIN_EXE_yilang")).args(words).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("file-not-read"));
}

#[test]
fn wrong_usage_ends_with_two() {
    let usages: [&[&str]; 4] = [
        &["--per-proposal", "1"],
        &["--per-proposal", "1", "--max-load", "1", "--pair-cap", "0.5"],
        &["--per-proposal", "1", "--max-load", "1", "--fair", "sometimes"],
        &["--per-proposal", "-1", "--max-load", "1"],
    ];
    for words in usages {
        assert_eq!(run(TABLE, words).status.code(), Some(2), "{words:?}");
    }
}
