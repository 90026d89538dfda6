//! Benchmarks: ours and a peer in one run, the figures written down with the machine's beside them.
//!
//! Nothing here asserts a time. Each suite measures in turns (ours, peer, ours,
//! peer, …), gives minimum, median and maximum over the rounds, and replaces its
//! own section of `bench/README.md`.

#[cfg(feature = "bench")]
mod assignment;
#[cfg(feature = "bench")]
mod database;
#[cfg(feature = "bench")]
mod import;
#[cfg(feature = "bench")]
mod journal;
#[cfg(feature = "bench")]
mod judged;
#[cfg(feature = "bench")]
mod ledger;
#[cfg(feature = "bench")]
mod machine;
#[cfg(feature = "bench")]
mod matching;
#[cfg(feature = "bench")]
mod peers;
#[cfg(feature = "bench")]
mod program;
#[cfg(feature = "bench")]
mod report;
#[cfg(feature = "bench")]
mod sealing;
#[cfg(feature = "bench")]
mod search;
#[cfg(feature = "bench")]
mod start;
#[cfg(feature = "bench")]
mod suites;
#[cfg(feature = "bench")]
mod watch;
#[cfg(feature = "bench")]
mod web;

use clap::ValueEnum;
use std::path::Path;

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Suite {
    /// Actions with their journal entry through the group commit, against one transaction an action.
    Db,
    /// Sealing, verifying and proving a journal of a million entries.
    Journal,
    /// Sealing, giving shares and opening a round of 2,000 envelopes, against plain El Gamal.
    Sealing,
    /// Assigning reviewers exactly, against the min-cost flow of OR-tools.
    Assignment,
    /// Ranking over the pack and speed over a million records, against SQLite FTS5 and Xapian.
    Search,
    /// A hundred thousand organisations by `yilang import`, against bare SQLite.
    Import,
    /// First and later starts, memory, size of the program.
    Start,
    /// Pages under load, against the same bytes served as files.
    Web,
    /// Transfers, verification and export of the ledger, against bare SQLite and a ledger in SQL on PostgreSQL.
    Ledger,
    /// An entry on its way to ten thousand open pages, against a plain event server.
    Watch,
}

/// The options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Arguments {
    /// What to measure; everything when left out.
    suites: Vec<Suite>,
    /// Records of the search suite and entries of the journal and ledger suites.
    #[arg(long, default_value_t = 1_000_000)]
    records: u64,
    /// Rows of the import suite.
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// Rounds of each measurement.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// A folder with pgledger.sql: the ledger suite then measures pgledger itself instead of SQL of its shape.
    #[arg(long)]
    pgledger: Option<std::path::PathBuf>,
    /// Prints the figures and leaves bench/README.md as it is.
    #[arg(long)]
    dry: bool,
}

/// Runs the suites.
///
/// # Errors
/// A sentence that says which suite failed and why.
#[cfg(feature = "bench")]
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    suites::run(root, arguments)
}

/// Builds this program again, optimised and with the engines, and runs it with the same arguments.
///
/// # Errors
/// A sentence when cargo cannot be started or the run fails.
#[cfg(not(feature = "bench"))]
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    // The options are read again by the program that is started.
    let _ = (
        arguments.records,
        arguments.rows,
        arguments.rounds,
        arguments.seconds,
        arguments.dry,
        &arguments.suites,
        &arguments.pgledger,
    );
    let status = std::process::Command::new("cargo")
        .args(["run", "--release", "-q", "-p", "xtask", "--features", "bench", "--"])
        .args(std::env::args_os().skip(1))
        .current_dir(root)
        .status()
        .map_err(|e| format!("bench: cargo could not be started: {e}"))?;
    if status.success() { Ok(()) } else { Err("bench: the run failed".to_owned()) }
}
