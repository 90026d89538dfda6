//! `yilang calls assign`: assigns experts to the answers of a call from a table of scores, without a server.

use crate::Ended;
use crate::files::{not_read, opened};
use assignment::matrix::decimal;
use assignment::{Assignment, MATRIX_BYTES_MAX, Matrix, Problem, SCORE_UNIT};
use clap::{Args, Subcommand, ValueEnum};
use kernel::Refusal;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum CallsCommand {
    /// Assign experts to proposals from a table of scores. Needs no server.
    Assign(AssignArgs),
}

/// What is wanted beside the best sum.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Fairness {
    /// The proposal that is worst off gets as much as can be.
    MaxMin,
}

/// Assigns. Proposals and experts are numbered from 0, in the order of the table's rows and columns.
#[derive(Args)]
pub struct AssignArgs {
    /// The table: "proposals experts" in the first line, then a row of scores for each proposal; 0 is a conflict.
    #[arg(long, value_name = "FILE")]
    affinity: PathBuf,
    /// Experts of each proposal.
    #[arg(long, value_name = "K")]
    per_proposal: u32,
    /// Proposals of each expert at most.
    #[arg(long, value_name = "L")]
    max_load: u32,
    /// Proposals of each expert at least.
    #[arg(long, value_name = "M", default_value_t = 0)]
    min_load: u32,
    /// Wants more than the best sum.
    #[arg(long)]
    fair: Option<Fairness>,
    /// No pair is likelier than this: the best probabilities, and one assignment drawn with them by the seed.
    #[arg(long, value_name = "Q", requires = "seed", conflicts_with = "fair")]
    pair_cap: Option<String>,
    /// Draws by lot, whatever the scores are; 0 is a conflict still.
    #[arg(long, requires = "seed", conflicts_with_all = ["fair", "pair_cap"])]
    draw: bool,
    /// The words that a draw comes from; the same words give the same draw.
    #[arg(long, value_name = "S")]
    seed: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What was found, and what is known of it.
struct Found {
    assignment: Assignment,
    /// What was made as large as can be, as a number of scores.
    objective: f64,
    optimal: bool,
    /// More fields of the answer.
    more: Vec<(&'static str, Value)>,
}

pub fn calls(command: CallsCommand) -> Result<(), Ended> {
    let CallsCommand::Assign(args) = command;
    let problem = read(&args.affinity)?.problem(args.per_proposal, args.min_load, args.max_load)?;
    let found = find(&problem, &args)?;
    if args.json {
        println!("{}", answer(&found));
    } else {
        let optimal = if found.optimal { "最优 optimal" } else { "未证最优 not shown to be optimal" };
        println!("总分 sum {}，最低 minimum {}，{optimal}", found.objective, number(found.assignment.minimum.into()));
        for (proposal, experts) in found.assignment.reviewers.iter().enumerate() {
            let experts: Vec<String> = experts.iter().map(usize::to_string).collect();
            println!("{proposal}: {}", experts.join(" "));
        }
    }
    Ok(())
}

/// Reads a table, but no more of a file than a table may have.
fn read(path: &Path) -> Result<Matrix, Ended> {
    let mut bytes = Vec::new();
    let most = MATRIX_BYTES_MAX as u64 + 1;
    opened(path)?.take(most).read_to_end(&mut bytes).map_err(|error| not_read(path, &error))?;
    Ok(Matrix::parse(&bytes)?)
}

fn find(problem: &Problem, args: &AssignArgs) -> Result<Found, Ended> {
    let seed = args.seed.as_deref().unwrap_or_default().as_bytes();
    if let Some(cap) = &args.pair_cap {
        // What is no number is refused as what is out of range.
        let found = assignment::solve_randomised(problem, decimal(cap).unwrap_or_default(), seed)?;
        let chance = |parts: i64| parts as f64 / found.parts as f64;
        let row = |(proposal, own): (usize, &Vec<(usize, i64)>)| {
            json!([proposal, own.iter().map(|(expert, parts)| json!([expert, chance(*parts)])).collect::<Vec<_>>()])
        };
        let probabilities: Vec<Value> = found.probabilities.iter().enumerate().map(row).collect();
        return Ok(Found {
            objective: found.expected_sum(),
            optimal: true,
            more: vec![("drawn", json!(number(found.drawn.sum))), ("probabilities", json!(probabilities))],
            assignment: found.drawn,
        });
    }
    if args.draw {
        let assignment = Assignment::new(problem, assignment::draw(problem.terms(), seed)?);
        return Ok(Found { objective: number(assignment.sum), optimal: false, more: Vec::new(), assignment });
    }
    if args.fair == Some(Fairness::MaxMin) {
        let fair = assignment::solve_max_min(problem).map_err(Refusal::from)?;
        let more = vec![("upper_bound", json!(number(fair.upper.into())))];
        let objective = number(fair.assignment.sum);
        return Ok(Found { objective, optimal: fair.optimal, more, assignment: fair.assignment });
    }
    let best = assignment::solve(problem).map_err(Refusal::from)?;
    Ok(Found { objective: number(best.sum), optimal: true, more: Vec::new(), assignment: best })
}

fn answer(found: &Found) -> Value {
    let pairs: Vec<Value> = found.assignment.reviewers.iter().enumerate().map(|(at, own)| json!([at, own])).collect();
    let mut answer = json!({
        "objective": found.objective,
        "minimum": number(found.assignment.minimum.into()),
        "optimal": found.optimal,
        "assignment": pairs,
    });
    for (name, value) in &found.more {
        answer[*name] = value.clone();
    }
    answer
}

/// Units as a number of scores.
fn number(units: i128) -> f64 {
    units as f64 / SCORE_UNIT as f64
}
