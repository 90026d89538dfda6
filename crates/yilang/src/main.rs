//! The one binary: it lists the capabilities and adds nothing of its own but a command line.
//!
//! Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong usage.

mod ask;
mod house;
mod import;
mod keep;
mod pack;
mod serve;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Rows, documents and terms are millions of small texts, some freed by another thread than the one that made them;
/// an import spent a quarter of its time in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "yilang", version, about = "一廊 Yilang: the working machinery of an innovation corridor")]
struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the data lives.
#[derive(Args, Clone)]
struct Place {
    /// Folder of the data: embedded database, index, locks.
    #[arg(long, global = true, default_value = "data", env = "YILANG_DATA")]
    data: PathBuf,
    /// sqlite:PATH or postgres://…; an SQLite file in the data folder if left out.
    #[arg(long, global = true, env = "YILANG_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Folder of the corridor's pack; the built-in G60 pack if left out.
    #[arg(long, global = true, env = "YILANG_PACK")]
    pack: Option<PathBuf>,
    /// A program with an embedding model that matches ask too; none if left out. See docs/operations.md.
    #[arg(long, global = true, env = "YILANG_EMBEDDER")]
    embedder: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site and the API until stopped.
    Serve(serve::ServeArgs),
    /// Bring the database schema up to date and load the pack.
    Migrate,
    /// Work with corridor packs.
    #[command(subcommand)]
    Pack(pack::PackCommand),
    /// Import organisations, needs or offers from CSV or JSON Lines.
    Import(import::ImportArgs),
    /// Say who in the corridor can meet a need.
    Match(ask::MatchArgs),
    /// Search everything public.
    Search(ask::SearchArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Keep the full-text index.
    #[command(subcommand)]
    Index(keep::IndexCommand),
}

/// Why a command ended without doing its work.
enum Ended {
    /// The input or the place was refused; the sentences are for the person.
    Refused(String),
}

impl From<platform::Fault> for Ended {
    fn from(fault: platform::Fault) -> Ended {
        let refusal = fault.to_refusal();
        // Whoever runs the command runs the house, and may read the cause.
        let cause = if fault.refusal().is_some() { String::new() } else { format!("\n{fault:?}") };
        Ended::Refused(format!("{}: {}\n{}{cause}", refusal.code, refusal.zh, refusal.en))
    }
}

impl From<kernel::Refusal> for Ended {
    fn from(refusal: kernel::Refusal) -> Ended {
        platform::Fault::from(refusal).into()
    }
}

impl From<std::io::Error> for Ended {
    fn from(error: std::io::Error) -> Ended {
        Ended::Refused(error.to_string())
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = tracing_subscriber::EnvFilter::try_from_env("YILANG_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,platform=info,registry=info,tantivy=warn"));
    tracing_subscriber::fmt().with_env_filter(level).with_writer(std::io::stderr).init();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended::Refused(why)) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
    }
}

async fn run(cli: Cli) -> Result<(), Ended> {
    match cli.command {
        Command::Serve(args) => serve::serve(&cli.place, args).await,
        Command::Migrate => keep::migrate(&cli.place).await,
        Command::Pack(command) => pack::run(command),
        Command::Import(args) => import::import(&cli.place, args).await,
        Command::Match(args) => ask::matches(&cli.place, args).await,
        Command::Search(args) => ask::search(&cli.place, args).await,
        Command::Openapi => keep::openapi().await,
        Command::Index(command) => keep::index(&cli.place, command).await,
    }
}
