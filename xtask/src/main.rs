//! The repository's own tools.
//!
//! `tidy` enforces the rules of the house, `generate` makes labelled synthetic
//! records for load, `bench` compares with peers and writes the results down.

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod bench;
mod generate;
mod tidy;

/// What is measured in this process has the allocator it has in the program.
#[cfg(feature = "bench")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "xtask", about = "Tools of the repository itself", version)]
struct Arguments {
    #[command(subcommand)]
    tool: Tool,
}

#[derive(Subcommand)]
enum Tool {
    /// Checks the rules that a program can check; prints each violation as path:line.
    Tidy,
    /// Prints synthetic records, labelled as such, in the format that `yilang import` reads.
    Generate(generate::Arguments),
    /// Measures ours and a peer in one run and writes the figures to bench/README.md.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().tool {
        Tool::Tidy => tidy::run(&root()),
        Tool::Generate(arguments) => generate::run(&root(), &arguments),
        Tool::Bench(arguments) => bench::run(&root(), &arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The top of the repository: the folder above this crate.
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}
