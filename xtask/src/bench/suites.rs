//! Which suite is which, and where its section goes.

use super::machine::Machine;
use super::{
    Arguments, Suite, assignment, database, import, journal, ledger, report, sealing, search, start, watch, web,
};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// What every suite needs to know.
pub struct Bench<'a> {
    /// The top of the repository.
    pub root: &'a Path,
    /// A folder for data, on the disk of the target folder; emptied before each suite.
    pub scratch: PathBuf,
    /// Rounds of each measurement.
    pub rounds: usize,
    /// Seconds of each round.
    pub seconds: u64,
    /// Records of the search suite.
    pub records: u64,
    /// Rows of the import suite.
    pub rows: u64,
}

/// Runs the suites one after another and writes each section as soon as it is measured.
///
/// # Errors
/// A sentence that says which suite failed and why.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let scratch = root.join("target/bench");
    let suites = if arguments.suites.is_empty() { Suite::value_variants() } else { &arguments.suites };
    for suite in suites {
        let _ = std::fs::remove_dir_all(&scratch);
        std::fs::create_dir_all(&scratch).map_err(|e| format!("bench: {}: {e}", scratch.display()))?;
        let bench = Bench {
            root,
            scratch: scratch.clone(),
            rounds: arguments.rounds.max(1),
            seconds: arguments.seconds.max(1),
            records: arguments.records.max(1000),
            rows: arguments.rows.max(100),
        };
        let section = match suite {
            Suite::Db => database::measure(&bench),
            Suite::Journal => journal::measure(&bench),
            Suite::Sealing => sealing::measure(&bench),
            Suite::Assignment => assignment::measure(&bench),
            Suite::Search => search::measure(&bench),
            Suite::Import => import::measure(&bench),
            Suite::Start => start::measure(&bench),
            Suite::Web => web::measure(&bench),
            Suite::Ledger => ledger::measure(&bench, arguments.pgledger.as_deref()),
            Suite::Watch => watch::measure(&bench),
        }?;
        let machine = Machine::look(&scratch)?;
        let text = section.to_markdown(&machine);
        println!("{text}");
        if !arguments.dry {
            report::replace(&root.join("bench/README.md"), section.name, &text)?;
        }
    }
    let _ = std::fs::remove_dir_all(&scratch);
    Ok(())
}
