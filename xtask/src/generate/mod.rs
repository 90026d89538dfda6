//! Synthetic records for load, labelled as such: every name starts with 合成.
//!
//! Record `i` of a seed is always the same, on every machine and whatever
//! stands before it, so that runs can be repeated and split.

mod listing;
mod organisation;
mod random;
mod vocabulary;

use clap::ValueEnum;
use serde::Serialize;
use std::io::{BufWriter, Write};
use std::path::Path;

pub use listing::listing;
#[cfg(feature = "bench")]
pub use organisation::Organisation;
pub use organisation::organisation;
pub use vocabulary::Vocabulary;

/// What to generate, as the columns that the import of the same name reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Noun {
    /// Organisations with names, codes, segments and capabilities.
    Organisations,
    /// Needs of those organisations.
    Needs,
    /// Offers of those organisations.
    Offers,
}

/// The options of `cargo xtask generate`.
#[derive(clap::Args)]
pub struct Arguments {
    /// What to generate.
    noun: Noun,
    /// How many records.
    count: u64,
    /// The same seed gives the same records.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// JSON Lines instead of CSV.
    #[arg(long, conflicts_with = "csv")]
    jsonl: bool,
    /// CSV, the default.
    #[arg(long)]
    csv: bool,
    /// Needs and offers are spread over this many organisations of the same seed.
    #[arg(long, default_value_t = 1000)]
    organisations: u64,
    /// The pack whose cities and segments are used, a folder of corridors/.
    #[arg(long, default_value = "g60")]
    pack: String,
}

/// Prints the records to standard output.
///
/// # Errors
/// A sentence when the pack cannot be read or the output cannot be written.
pub fn run(root: &Path, arguments: &Arguments) -> Result<(), String> {
    let words = Vocabulary::read(&root.join("corridors").join(&arguments.pack))?;
    let out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let numbers = 0..arguments.count;
    let (seed, owners) = (arguments.seed, arguments.organisations.max(1));
    match arguments.noun {
        Noun::Organisations => write(out, arguments.jsonl, numbers.map(|i| organisation(&words, seed, i))),
        Noun::Needs => write(out, arguments.jsonl, numbers.map(|i| listing(&words, seed, owners, true, i))),
        Noun::Offers => write(out, arguments.jsonl, numbers.map(|i| listing(&words, seed, owners, false, i))),
    }
}

fn write<R: Serialize>(mut out: impl Write, jsonl: bool, rows: impl Iterator<Item = R>) -> Result<(), String> {
    let told = |e: &dyn std::fmt::Display| format!("generate: the output could not be written: {e}");
    if jsonl {
        for row in rows {
            serde_json::to_writer(&mut out, &row).map_err(|e| told(&e))?;
            out.write_all(b"\n").map_err(|e| told(&e))?;
        }
        return out.flush().map_err(|e| told(&e));
    }
    let mut csv = csv::Writer::from_writer(out);
    for row in rows {
        csv.serialize(row).map_err(|e| told(&e))?;
    }
    csv.flush().map_err(|e| told(&e))
}

#[cfg(test)]
mod tests;
