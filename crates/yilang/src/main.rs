//! The one binary: it lists the capabilities and adds nothing of its own but a command line.
//!
//! Exit codes: 0 done, 1 refused (the reason is on stderr), 2 wrong usage.

mod ask;
mod assign;
mod files;
mod flags;
mod house;
mod import;
mod journal;
mod keep;
mod ledger;
mod pack;
mod sealing;
mod serve;
mod trustee;
mod witness;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use yilang::config::{self, Config, Log, Place};

/// Rows, documents and terms are millions of small texts, some freed by another thread than the one that made them;
/// an import spent a quarter of its time in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "yilang", version, about = "一廊 Yilang: the working machinery of an innovation corridor")]
struct Cli {
    #[command(flatten)]
    _everywhere: flags::Everywhere,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site and the API until stopped.
    Serve(flags::Serving),
    /// Bring the database schema up to date and load the pack.
    Migrate,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
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
    /// Check and export the record.
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Check and export the money, take statements, close months.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Hold the logs of others to their past.
    #[command(subcommand)]
    Witness(witness::WitnessCommand),
    /// Hold a seat of an opening committee: make its keys, deal, accept, give shares. Needs no server.
    #[command(subcommand)]
    Trustee(trustee::TrusteeCommand),
    /// Seal an envelope for a round without a browser. Needs no server.
    Seal(sealing::SealArgs),
    /// Open envelopes of a round with the shares of its trustees. Needs no server.
    Open(sealing::OpenArgs),
    /// Check what a committee or a round has published. Needs no server.
    #[command(subcommand)]
    Sealing(sealing::SealingCommand),
    /// Work on a call without its site.
    #[command(subcommand)]
    Calls(assign::CallsCommand),
    /// Write a backup of everything but keys and uploads; the server may run.
    Backup {
        /// The file; an existing one is not overwritten.
        file: PathBuf,
    },
    /// Take a backup into an empty data folder or database.
    Restore {
        /// A file that `yilang backup` wrote.
        file: PathBuf,
        /// Address people will reach this site at; it names the new log.
        #[arg(long, default_value = "")]
        public_url: String,
    },
    /// Keep the full-text index.
    #[command(subcommand)]
    Index(keep::IndexCommand),
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Say what is wrong with it, or print it as it holds, secrets masked, with the origin of each value.
    Check {
        /// The file; the one that --config names if left out.
        file: Option<PathBuf>,
        #[command(flatten)]
        _serving: flags::Serving,
    },
    /// Print the JSON Schema of the file.
    Schema,
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
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let outcome = match configured(&matches, &cli.command) {
        Ok(config) => {
            log(&config.log);
            run(cli.command, config).await
        }
        Err(ended) => Err(ended),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Ended::Refused(why)) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
    }
}

fn configured(matches: &clap::ArgMatches, command: &Command) -> Result<Config, Ended> {
    let file = match command {
        Command::Config(ConfigCommand::Check { file, .. }) => file.as_deref(),
        _ => None,
    };
    Config::read(matches, file).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Ended::Refused(lines.join("\n"))
    })
}

/// Logs go to standard error; standard output is the command's answer.
fn log(log: &Log) {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(&log.filter))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if log.json {
        lines.json().flatten_event(true).with_span_list(false).init();
    } else {
        lines.init();
    }
}

async fn run(command: Command, config: Config) -> Result<(), Ended> {
    let place = &config.place;
    match command {
        Command::Serve(_) => serve::serve(place, config.serving).await,
        Command::Migrate => keep::migrate(place).await,
        Command::Config(ConfigCommand::Check { .. }) => {
            print!("{}", config.shown());
            Ok(())
        }
        Command::Config(ConfigCommand::Schema) => {
            println!("{:#}", config::schema());
            Ok(())
        }
        Command::Pack(command) => pack::run(command),
        Command::Import(args) => import::import(place, args).await,
        Command::Match(args) => ask::matches(place, args).await,
        Command::Search(args) => ask::search(place, args).await,
        Command::Openapi => keep::openapi().await,
        Command::Journal(command) => journal::journal(place, command).await,
        Command::Ledger(command) => ledger::ledger(place, command).await,
        Command::Witness(command) => witness::witness(place, command).await,
        Command::Trustee(command) => trustee::trustee(command),
        Command::Seal(args) => sealing::seal(args),
        Command::Open(args) => sealing::open(args),
        Command::Sealing(command) => sealing::verify(command),
        Command::Calls(command) => assign::calls(command),
        Command::Backup { file } => journal::backup(place, &file).await,
        Command::Restore { file, public_url } => journal::restore(place, &file, &public_url).await,
        Command::Index(command) => keep::index(place, command).await,
    }
}
