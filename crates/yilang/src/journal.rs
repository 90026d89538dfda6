//! `yilang journal`, `yilang backup`, `yilang restore`: what an operator and an auditor do with the record.

use crate::files::{NewFile, not_read, opened};
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
use proof::note::{Checkpoint, PublicKey, Signs};
use std::io::{BufReader, BufWriter, Read, Write};
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
        /// The log's SM2 key with which a bundle must be signed too.
        #[arg(long, requires = "bundle")]
        sm2_key: Option<String>,
    },
    /// Write the whole log up to the newest checkpoint to a file that can be checked without the database.
    Export {
        /// The file; an existing one is not overwritten.
        file: PathBuf,
    },
    /// Give the log a new signing key, in the token if one is configured. Stop the server of this data folder first.
    Rotate {
        /// The old key may be in other hands; the entry says so.
        #[arg(long)]
        compromised: bool,
    },
    /// Give the log a new SM2 key for second signatures (journal-sm2). Stop the server of this data folder first.
    SmKey {
        /// The old key may be in other hands; the entry says so.
        #[arg(long)]
        compromised: bool,
    },
}

pub async fn journal(place: &Place, command: JournalCommand) -> Result<(), Ended> {
    match command {
        JournalCommand::Verify { against, bundle: None, .. } => verify_database(place, against.as_deref()).await,
        JournalCommand::Verify { against, bundle: Some(file), key, witness, sm2_key } => {
            verify_bundle(&file, against.as_deref(), key.as_deref(), &witness, sm2_key.as_deref())
        }
        JournalCommand::Export { file } => {
            let app = start(place, &Opening::command(Mode::Read)).await?;
            let quorum = Witnesses::of(&app).quorum();
            let new = NewFile::create(&file)?;
            let leaves = export::export(app.db(), quorum, &mut BufWriter::new(&new.out)).await?;
            new.keep()?;
            println!("{leaves} leaves written to {}", file.display());
            Ok(())
        }
        JournalCommand::Rotate { compromised } => rotate(place, Signs::Log, compromised).await,
        JournalCommand::SmKey { compromised } => rotate(place, Signs::LogSm2, compromised).await,
    }
}

async fn rotate(place: &Place, signs: Signs, compromised: bool) -> Result<(), Ended> {
    let _lock = lock(&place.data)?;
    let app = start(place, &Opening::command(Mode::Read)).await?;
    println!("{}", log::rotate(&app, app.clock().now(), signs, compromised).await?);
    Ok(())
}

fn read_checkpoint(file: Option<&Path>) -> Result<Option<Checkpoint>, Ended> {
    let Some(file) = file else { return Ok(None) };
    let mut text = String::new();
    opened(file)?.take(CHECKPOINT_BYTES_MAX).read_to_string(&mut text).map_err(|error| not_read(file, &error))?;
    Checkpoint::parse(&text).map(Some).map_err(|error| {
        Refusal::invalid(
            "checkpoint-form",
            format!("{} 不是检查点：{error}。请给出从 /log/checkpoint 或见证方取得并保存的文件。", file.display()),
            format!(
                "{} is no checkpoint: {error}. Give a file that was kept from /log/checkpoint or from a witness.",
                file.display()
            ),
        )
        .into()
    })
}

/// A verifier key that somebody gives.
fn key_given(text: &str) -> Result<PublicKey, Ended> {
    PublicKey::parse(text).map_err(|error| {
        Refusal::invalid(
            "verifier-key",
            format!("这不是验证公钥：{error}。公钥写作“名称+编号+base64”，见日志页面或见证方；请整行复制。"),
            format!("This is no verifier key: {error}. It is name+number+base64, as the journal's page or a witness shows it; copy the whole line."),
        )
        .into()
    })
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
        "leaves {}, before the log {}, checkpoints {}, cosignatures {}, SM2 signatures {}, rows {}, logs {}",
        report.leaves,
        report.before,
        report.checkpoints,
        report.cosignatures,
        report.sm2,
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

fn verify_bundle(
    file: &Path,
    against: Option<&Path>,
    key: Option<&str>,
    witnesses: &[String],
    sm2: Option<&str>,
) -> Result<(), Ended> {
    let against = read_checkpoint(against)?;
    let wrong = |error: proof::ProofError| does_not_hold(&error.to_string());
    let key = key.map(key_given).transpose()?;
    let sm2 = sm2.map(key_given).transpose()?;
    let witnesses: Vec<PublicKey> = witnesses.iter().map(|key| key_given(key)).collect::<Result<_, _>>()?;
    let opened = BufReader::new(opened(file)?);
    let trust = Trust { key: key.as_ref(), witnesses: &witnesses, sm2: sm2.as_ref(), against: against.as_ref() };
    let checked = bundle::check(opened, trust).map_err(wrong)?;
    println!(
        "{}: {} leaves ({} public, {} protected), signed by {}",
        checked.checkpoint.origin, checked.checkpoint.size, checked.public, checked.protected, checked.key
    );
    for key in &checked.sm2 {
        println!("signed with SM2 by {key}");
    }
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

/// Bytes read of a file that should hold a checkpoint.
const CHECKPOINT_BYTES_MAX: u64 = 64 * 1024;

/// Writes a backup; the server may run.
pub async fn backup(place: &Place, file: &Path) -> Result<(), Ended> {
    let new = NewFile::create(file)?;
    let db = open_db(place).await?;
    let steps = platform::app::steps(&yilang::capabilities());
    let counted = backup::write(&db, &steps, Clock::system().now(), BufWriter::new(&new.out)).await?;
    new.keep()?;
    told("written", counted)
}

/// Takes a backup into an empty place and opens a new log there.
pub async fn restore(place: &Place, file: &Path, public_url: &str) -> Result<(), Ended> {
    backup::check_whole(BufReader::new(opened(file)?))?;
    let from = BufReader::new(opened(file)?);
    let _lock = lock(&place.data)?;
    let db = open_db(place).await?;
    let now = Clock::system().now();
    let steps = platform::app::steps(&yilang::capabilities());
    let counted = backup::restore(&db, &steps, now, from).await?;
    drop(db);
    let app = open(place, Opening { public_url: public_url.to_owned(), ..Opening::command(Mode::Write) }).await?;
    log::open_restored(app.db(), app.keyring(), public_url, now).await?;
    platform::follower::settle(&app).await?;
    told("restored", counted)
}

fn told(what: &str, Counted { tables, rows }: Counted) -> Result<(), Ended> {
    println!("{what}: {rows} rows of {tables} tables");
    std::io::stdout().flush()?;
    Ok(())
}
