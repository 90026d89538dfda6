//! `yilang journal`, `yilang backup`, `yilang restore`: what an operator and an auditor do with the record.

use crate::house::{Opening, lock, open, open_db, start};
use crate::{Ended, Place};
use clap::Subcommand;
use kernel::Refusal;
use platform::backup::{self, Counted};
use platform::clock::Clock;
use platform::indexer::Mode;
use platform::journal::witness::Witnesses;
use platform::journal::{export, log, verify};
use proof::bundle::{self, Trust};
use proof::note::{Checkpoint, PublicKey};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum JournalCommand {
    /// Check the whole record: every entry, the tree, the signatures, every row. Exit code 1 if anything does not hold.
    Verify {
        /// A checkpoint that you have kept: the log must continue it.
        #[arg(long)]
        against: Option<PathBuf>,
        /// Check an exported file instead of the database.
        #[arg(long)]
        bundle: Option<PathBuf>,
        /// The verifier key that you trust, for a bundle; without it the file's own is used.
        #[arg(long, requires = "bundle")]
        key: Option<String>,
        /// The verifier key of a witness that must have cosigned a bundle; may be given several times.
        #[arg(long, requires = "bundle")]
        witness: Vec<String>,
    },
    /// Write the whole log up to the newest checkpoint to a file that can be checked without the database.
    Export {
        /// The file; an existing one is not overwritten.
        file: PathBuf,
    },
    /// Give the log a new signing key. Stop the server of this data folder first.
    Rotate {
        /// The old key may be in other hands; the entry says so.
        #[arg(long)]
        compromised: bool,
    },
}

pub async fn journal(place: &Place, command: JournalCommand) -> Result<(), Ended> {
    match command {
        JournalCommand::Verify { against, bundle: None, .. } => verify_database(place, against.as_deref()).await,
        JournalCommand::Verify { against, bundle: Some(file), key, witness } => {
            verify_bundle(&file, against.as_deref(), key.as_deref(), &witness)
        }
        JournalCommand::Export { file } => {
            let app = start(place, &Opening::command(Mode::Read)).await?;
            let mut out = BufWriter::new(create(&file)?);
            let quorum = Witnesses::of(&app).quorum();
            let leaves = export::export(app.db(), quorum, &mut out).await?;
            println!("{leaves} leaves written to {}", file.display());
            Ok(())
        }
        JournalCommand::Rotate { compromised } => {
            let _lock = lock(&place.data)?;
            let app = start(place, &Opening::command(Mode::Read)).await?;
            println!("{}", log::rotate(&app, app.clock().now(), compromised).await?);
            Ok(())
        }
    }
}

fn read_checkpoint(file: Option<&Path>) -> Result<Option<Checkpoint>, Ended> {
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file)?;
    Checkpoint::parse(&text).map(Some).map_err(|error| does_not_hold(&error.to_string()))
}

fn does_not_hold(what: &str) -> Ended {
    Refusal::conflict(
        "journal-does-not-hold",
        format!("核对不通过：{what}。请保留现场与此前的检查点，并联系审计人员。"),
        format!("The record does not hold: {what}. Keep everything as it is together with earlier checkpoints, and call the auditors."),
    )
    .into()
}

async fn verify_database(place: &Place, against: Option<&Path>) -> Result<(), Ended> {
    let against = read_checkpoint(against)?;
    let app = start(place, &Opening::command(Mode::Read)).await?;
    let report = verify::verify(app.db(), against.as_ref()).await?;
    println!(
        "leaves {}, before the log {}, checkpoints {}, cosignatures {}, rows {}, logs {}",
        report.leaves,
        report.before,
        report.checkpoints,
        report.cosignatures,
        report.rows,
        report.origins.join(" ")
    );
    let Some(first) = report.problems.first() else {
        println!("everything holds");
        return Ok(());
    };
    for problem in &report.problems {
        println!("- {problem}");
    }
    Err(does_not_hold(first))
}

fn verify_bundle(file: &Path, against: Option<&Path>, key: Option<&str>, witnesses: &[String]) -> Result<(), Ended> {
    let against = read_checkpoint(against)?;
    let wrong = |error: proof::ProofError| does_not_hold(&error.to_string());
    let key = key.map(PublicKey::parse).transpose().map_err(wrong)?;
    let witnesses: Vec<PublicKey> =
        witnesses.iter().map(|key| PublicKey::parse(key)).collect::<Result<_, _>>().map_err(wrong)?;
    let opened = BufReader::new(File::open(file)?);
    let trust = Trust { key: key.as_ref(), witnesses: &witnesses, against: against.as_ref() };
    let checked = bundle::check(opened, trust).map_err(wrong)?;
    println!(
        "{}: {} leaves ({} public, {} protected), signed by {}",
        checked.checkpoint.origin, checked.checkpoint.size, checked.public, checked.protected, checked.key
    );
    println!("cosigned by {} witnesses {}", checked.witnesses.len(), checked.witnesses.join(" "));
    if witnesses.is_empty() && !checked.witnesses.is_empty() {
        println!(
            "the keys of the witnesses are the file's own: give those that you have from elsewhere with --witness"
        );
    }
    if key.is_none() {
        println!("the key is the file's own: compare it with one that you have from elsewhere, or give it with --key");
    }
    println!("everything holds");
    Ok(())
}

/// A new file; an existing one is never overwritten.
pub fn create(file: &Path) -> Result<File, Ended> {
    let created = File::options().write(true).create_new(true).open(file);
    created.map_err(|error| {
        Refusal::conflict(
            "file-not-created",
            format!("不能新建文件 {}：{error}。请换一个文件名或目录；已有的文件不会被覆盖。", file.display()),
            format!(
                "Cannot create {}: {error}. Choose another name or folder; an existing file is never overwritten.",
                file.display()
            ),
        )
        .into()
    })
}

/// Writes a backup; the server may run.
pub async fn backup(place: &Place, file: &Path) -> Result<(), Ended> {
    if file.exists() {
        create(file)?;
    }
    let db = open_db(place).await?;
    let steps = platform::app::steps(&yilang::capabilities());
    let partial = file.with_extension("partial");
    let out = create(&partial)?;
    let counted = backup::write(&db, &steps, Clock::system().now(), BufWriter::new(&out)).await?;
    out.sync_all()?;
    std::fs::rename(&partial, file)?;
    told("written", counted)
}

/// Takes a backup into an empty place and opens a new log there.
pub async fn restore(place: &Place, file: &Path, public_url: &str) -> Result<(), Ended> {
    let _lock = lock(&place.data)?;
    let db = open_db(place).await?;
    let now = Clock::system().now();
    let steps = platform::app::steps(&yilang::capabilities());
    let counted = backup::restore(&db, &steps, now, BufReader::new(File::open(file)?)).await?;
    drop(db);
    let app = open(place, Opening { public_url: public_url.to_owned(), ..Opening::command(Mode::Write) }).await?;
    log::open_restored(app.db(), &app.settings().keys, public_url, now).await?;
    platform::follower::settle(&app).await?;
    told("restored", counted)
}

fn told(what: &str, Counted { tables, rows }: Counted) -> Result<(), Ended> {
    println!("{what}: {rows} rows of {tables} tables");
    std::io::stdout().flush()?;
    Ok(())
}
