//! Suite `assignment`: the exact assignment of reviewers, against the min-cost flow of OR-tools on the same table in the same run.
//!
//! Ours counts from the problem in memory to the list of reviewers; of the peer, whose arcs are handed over in whole arrays, the
//! solver alone counts. Both must find the same sum.

use super::peers::ortools;
use super::report::{Figures, Row, Section};
use super::suites::Bench;
use assignment::{Matrix, Problem, SCORE_UNIT, Terms};
use kernel::Refusal;
use std::path::Path;
use std::time::Instant;

/// Reviewers of each proposal.
const DEMAND: u32 = 3;
/// The table that others publish figures for, where it is there: beside the repository, and not a part of it.
const PUBLISHED: &str = "shared/data/assignment/aamas2015.in";
/// What it has: proposals, reviewers, proposals of a reviewer at most.
const SHAPE: (usize, usize, u32) = (613, 201, 12);
const LARGE: (usize, usize, u32) = (2_000, 2_000, 4);

/// Measures.
///
/// # Errors
/// A sentence that says what was refused, or that both found different sums.
pub fn measure(bench: &Bench<'_>) -> Result<Section, String> {
    let told = |refusal: Refusal| format!("bench assignment: {refusal}");
    let mut skipped = Vec::new();
    let python = ortools::python(bench.root).map_err(|why| skipped.push(why)).ok();
    let published = bench.root.parent().map(|folder| folder.join(PUBLISHED)).and_then(|path| std::fs::read(path).ok());
    let (name, first) = match published {
        Some(bytes) => ("aamas2015", Matrix::parse(&bytes).and_then(|table| table.problem(DEMAND, 0, SHAPE.2))),
        None => {
            skipped.push("aamas2015: the table is not there; one of its shape was made up".to_owned());
            ("a table in the shape of aamas2015", made_up(SHAPE, 4))
        }
    };
    let tables = [
        (name, first.map_err(told)?, SHAPE.2, "≤ 0.5 s"),
        ("a table of twelve decimals", made_up(LARGE, SCORE_UNIT).map_err(told)?, LARGE.2, "≤ 20 s"),
    ];
    let mut rows = Vec::new();
    for (name, problem, load, demand) in &tables {
        let terms = problem.terms();
        let what = format!("{name}, {} × {}, {DEMAND} each, at most {load}: s", terms.proposals, terms.reviewers);
        let (ours, peer) = turns(bench, problem, *load, python.as_deref())?;
        rows.push(Row { what, ours, peer: ("OR-tools, solver alone".to_owned(), peer), more_is_better: false, demand });
    }
    Ok(Section {
        name: "assignment",
        title: "Assignment: reviewers of proposals, exactly",
        method: format!(
            "The largest sum of scores; {} rounds, taken in turns, one thread each. Ours from the problem in memory to the list of \
             reviewers. The peer is SimpleMinCostFlow of OR-tools (cost scaling) on the same whole numbers of 10⁻¹²; its arcs are \
             handed over in arrays, which is not counted. Both sums are compared to the last digit.",
            bench.rounds
        ),
        rows,
        skipped,
    })
}

fn turns(bench: &Bench<'_>, problem: &Problem, load: u32, python: Option<&Path>) -> Result<(Figures, Figures), String> {
    let (mut ours, mut peer) = (Figures::default(), Figures::default());
    let file = bench.scratch.join("table");
    write(problem, &file).map_err(|e| format!("bench assignment: {}: {e}", file.display()))?;
    for _ in 0..bench.rounds {
        let started = Instant::now();
        let best = assignment::solve(problem).map_err(|why| format!("bench assignment: {why}"))?;
        ours.0.push(started.elapsed().as_secs_f64());
        if let Some(python) = python {
            let solved = ortools::solve(bench.root, python, &file, DEMAND, load)?;
            if solved.sum != best.sum.to_string() {
                return Err(format!("bench assignment: ours found {}, OR-tools {}", best.sum, solved.sum));
            }
            peer.0.push(solved.solved_s);
        }
    }
    Ok((ours, peer))
}

/// The table for the peer: sizes, then scores row by row, −1 for a conflict.
fn write(problem: &Problem, file: &Path) -> std::io::Result<()> {
    let terms = problem.terms();
    let sizes = [terms.proposals as i64, terms.reviewers as i64];
    let cell = |at: usize| {
        let (proposal, reviewer) = (at / terms.reviewers, at % terms.reviewers);
        if terms.may(proposal, reviewer) { problem.score(proposal, reviewer) } else { -1 }
    };
    let cells = (0..terms.proposals * terms.reviewers).map(cell);
    let bytes: Vec<u8> = sizes.into_iter().chain(cells).flat_map(i64::to_le_bytes).collect();
    std::fs::write(file, bytes)
}

/// A table of numbers that look random, in so many steps.
fn made_up((proposals, reviewers, load): (usize, usize, u32), steps: i64) -> Result<Problem, Refusal> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 1) as i64 % (steps + 1) * (SCORE_UNIT / steps)
    };
    let scores = (0..proposals * reviewers).map(|_| next()).collect();
    Problem::new(Terms::plain(proposals, reviewers, DEMAND, load), scores)
}
