//! `yilang pack …`

use crate::Ended;
use clap::Subcommand;
use pack::{Pack, PackProblem};
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum PackCommand {
    /// Check a pack: every problem with file, line and column.
    Check {
        /// The folder of the pack.
        dir: PathBuf,
    },
}

pub fn run(command: PackCommand) -> Result<(), Ended> {
    let PackCommand::Check { dir } = command;
    let pack = Pack::load_dir(&dir).map_err(|problems| Ended::Refused(report(&problems)))?;
    if !pack.warnings.is_empty() {
        eprintln!("{}", report(&pack.warnings));
    }
    println!(
        "{} {} ({}): {} organisations, {} facts, {} segments, {} warnings, digest {}",
        pack.meta.name_zh,
        pack.meta.version,
        pack.meta.id,
        pack.organisations.len(),
        pack.facts.len(),
        pack.segments.len(),
        pack.warnings.len(),
        pack.digest
    );
    Ok(())
}

/// One line a problem, in both languages, in the form editors understand: `file:line:column`.
pub fn report(problems: &[PackProblem]) -> String {
    let line = |p: &PackProblem| format!("{}:{}:{}: {}: {} / {}", p.file, p.line, p.column, p.code, p.zh, p.en);
    problems.iter().map(line).collect::<Vec<String>>().join("\n")
}
