//! `yilang seal`, `yilang open` and `yilang sealing`: envelopes without a browser and without a server.

use crate::Ended;
use ::sealing::SealingError;
use ::sealing::ceremony::Transcript;
use ::sealing::envelope::{self, Envelope};
use ::sealing::open::combine;
use ::sealing::payload::{Bundle, File};
use ::sealing::share::{SHARE_BYTES, Share};
use clap::{Args, Subcommand};
use envelopes::api::envelope::ContextFile;
use envelopes::rules::ceremony;
use envelopes::rules::documents::{self, OPENING, Opening, ROUND, RoundFile, SHARES, Shares, lids};
use envelopes::rules::opening::{check_round, check_shares, committee, shares_for};
use kernel::Refusal;
use platform::web::json;
use proof::note::{PublicKey, Signs};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Seals an envelope.
#[derive(Args)]
pub struct SealArgs {
    /// The head of your organisation's envelopes, from the round's page.
    #[arg(long)]
    round: PathBuf,
    /// An answer; may be given several times.
    #[arg(long = "field", value_name = "NAME=VALUE")]
    fields: Vec<String>,
    /// A document, stripped of metadata before it is sealed; may be given several times.
    #[arg(long = "file", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// Where the envelope goes; an existing file is not overwritten.
    #[arg(long)]
    out: PathBuf,
}

/// Opens envelopes.
#[derive(Args)]
pub struct OpenArgs {
    /// The opening file or the whole record of the round.
    #[arg(long)]
    round: PathBuf,
    /// The shares of a trustee; as many as the committee needs.
    #[arg(long, required = true)]
    shares: Vec<PathBuf>,
    /// An envelope; may be given several times.
    #[arg(long = "envelope", required = true, value_name = "FILE")]
    envelopes: Vec<PathBuf>,
    /// A folder for the documents; without it only the answers are printed.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
pub enum SealingCommand {
    /// Check the transcript of a committee or the whole record of a round.
    Verify {
        /// The file, from the committee's or the round's page.
        file: PathBuf,
        /// The verifier key of the journal; without it the journal is left out of a round's check.
        #[arg(long, value_name = "VERIFIER-KEY")]
        vkey: Vec<String>,
    },
}

/// Random numbers of the operating system.
pub fn random(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(16) {
        chunk.copy_from_slice(&platform::random::bits().to_le_bytes()[..chunk.len()]);
    }
}

/// What the engine refuses, for the person at the terminal.
pub fn refused(error: SealingError) -> Ended {
    // Here a key file is where it belongs; it was only named in the wrong place.
    if matches!(error, SealingError::Secret) {
        return Refusal::invalid(
            "trustee-secret-refused",
            "这是席位的密钥文件，应由 --key 指定；这里需要公开的文件。",
            "This is a trustee's secret file, which belongs to --key; a public file belongs here.",
        )
        .into();
    }
    ceremony::refusal(&error).into()
}

/// Reads a whole file.
pub fn read(path: &Path) -> Result<Vec<u8>, Ended> {
    fs::read(path).map_err(|error| {
        let place = path.display();
        Refusal::invalid(
            "file-unreadable",
            format!("无法读取 {place}（{error}）。请检查路径和权限。"),
            format!("{place} cannot be read ({error}). Check path and permissions."),
        )
        .into()
    })
}

/// Writes a whole file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Ended> {
    fs::write(path, bytes).map_err(|error| {
        let place = path.display();
        Refusal::invalid(
            "file-unwritable",
            format!("无法写入 {place}（{error}）。请检查目录和权限。"),
            format!("{place} cannot be written ({error}). Check folder and permissions."),
        )
        .into()
    })
}

/// The answer of a command: to a file, or to standard output.
pub fn save(path: Option<&Path>, bytes: &[u8]) -> Result<(), Ended> {
    match path {
        Some(path) => write(path, bytes),
        None => {
            let mut out = std::io::stdout();
            out.write_all(bytes)?;
            Ok(out.flush()?)
        }
    }
}

/// The keys of a journal.
pub fn trusted_keys(texts: &[String]) -> Result<Vec<PublicKey>, Ended> {
    let key = |text: &String| PublicKey::parse(text.trim()).ok().filter(|key| key.signs() == Signs::Log);
    let keys: Option<Vec<PublicKey>> = texts.iter().map(key).collect();
    keys.ok_or_else(|| {
        Refusal::invalid(
            "log-key",
            "这不是日志的验证公钥。请写日志页面上的验证公钥。",
            "This is no verifier key of a journal. Give the one that the journal's page shows.",
        )
        .into()
    })
}

/// Seals an envelope and prints its hash.
pub fn seal(args: SealArgs) -> Result<(), Ended> {
    let head: ContextFile = json::read(&read(&args.round)?)?;
    let context = head.context()?;
    let bundle = Bundle::new(fields(&args.fields)?, files(&args.files)?, &mut random);
    let sealed = envelope::seal(&context, &bundle, &mut random).map_err(refused)?;
    if args.out.exists() {
        return Err(Refusal::conflict(
            "envelope-exists",
            format!("{} 已存在，不会覆盖。请另指定文件。", args.out.display()),
            format!("{} is there already and is not overwritten. Name another file.", args.out.display()),
        )
        .into());
    }
    write(&args.out, &sealed.bytes())?;
    println!("{}", hex::encode(sealed.hash()));
    Ok(())
}

fn fields(given: &[String]) -> Result<BTreeMap<String, String>, Ended> {
    let mut fields = BTreeMap::new();
    for field in given {
        let (name, value) = field.split_once('=').ok_or_else(|| {
            Refusal::invalid(
                "field-shape",
                format!("“{field}”应写作 名称=内容。"),
                format!("{field} has to be written as name=value."),
            )
        })?;
        if fields.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Refusal::invalid(
                "field-twice",
                format!("“{name}”给出了两次，请只保留一个。"),
                format!("{name} is given twice; leave one."),
            )
            .into());
        }
    }
    Ok(fields)
}

fn files(paths: &[PathBuf]) -> Result<Vec<File>, Ended> {
    let file = |path: &PathBuf| {
        let stripped = stripping::strip(&read(path)?).map_err(|problem| {
            let refusal = problem.refusal();
            let place = path.display();
            Refusal {
                zh: format!("{place}：{}", refusal.zh).into(),
                en: format!("{place}: {}", refusal.en).into(),
                ..refusal
            }
        })?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Ok(File { name, media_type: stripped.kind.media_type().to_owned(), bytes: stripped.bytes })
    };
    paths.iter().map(file).collect()
}

/// The opening part of either kind of file.
fn opening(path: &Path) -> Result<Opening, Ended> {
    let bytes = read(path)?;
    match documents::read::<RoundFile>(&bytes, ROUND) {
        Ok(round) => Ok(round.opening),
        Err(_) => Ok(documents::read::<Opening>(&bytes, OPENING)?),
    }
}

/// Opens envelopes and prints what was in each, a line of JSON for every one.
pub fn open(args: OpenArgs) -> Result<(), Ended> {
    let opening = opening(&args.round)?;
    let committee = committee(&opening)?;
    let lids = lids(&opening)?;
    let mut given = Vec::new();
    for path in &args.shares {
        let file: Shares = documents::read(&read(path)?, SHARES)?;
        let bytes = shares_for(&file, &opening.round, &opening.committee, &opening.root, file.seat)?;
        check_shares(&committee, &lids, &bytes, file.seat)?;
        given.push(bytes);
    }
    for path in &args.envelopes {
        let sealed = Envelope::parse(&read(path)?).map_err(refused)?;
        let place = lids.iter().position(|lid| lid.hash() == sealed.hash()).ok_or_else(|| {
            Refusal::invalid(
                "envelope-not-listed",
                format!("{} 不在本轮的清单上。", path.display()),
                format!("{} is not on the list of this round.", path.display()),
            )
        })?;
        let shares = given.iter().map(|bytes| Share::parse(&bytes[place * SHARE_BYTES..(place + 1) * SHARE_BYTES]));
        let shares = shares.collect::<Result<Vec<_>, _>>().map_err(refused)?;
        let bundle = combine(&committee, &sealed, &shares).map_err(refused)?;
        opened(&sealed, &bundle, args.out.as_deref())?;
    }
    Ok(())
}

fn opened(sealed: &Envelope, bundle: &Bundle, out: Option<&Path>) -> Result<(), Ended> {
    let hash = hex::encode(sealed.hash());
    let mut names = Vec::new();
    for (number, file) in (1..).zip(&bundle.files) {
        // A name from elsewhere is no place on this disk.
        let name = format!("{}-{number}", &hash[..16]);
        if let Some(folder) = out {
            fs::create_dir_all(folder)?;
            write(&folder.join(&name), &file.bytes)?;
        }
        names.push(json!({ "name": file.name, "type": file.media_type, "bytes": file.bytes.len(), "saved": name }));
    }
    println!("{}", json!({ "envelope": hash, "fields": bundle.fields, "files": names }));
    Ok(())
}

/// Checks what a committee or a round has published, and says what was found to hold.
pub fn verify(command: SealingCommand) -> Result<(), Ended> {
    let SealingCommand::Verify { file, vkey } = command;
    let keys = trusted_keys(&vkey)?;
    let bytes = read(&file)?;
    let said: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if said["format"] == ROUND {
        let round: RoundFile = documents::read(&bytes, ROUND)?;
        let found = check_round(&round, &keys)?;
        let journal = if keys.is_empty() { "未核对 not checked (--vkey)" } else { "已核对 checked" };
        println!(
            "轮次 round {}：信封 envelopes {}，席位 seats {:?} / {}，结果 outcomes {}，日志 journal {journal}",
            round.opening.round, found.envelopes, found.seats, found.threshold, found.outcomes
        );
        return Ok(());
    }
    let transcript = Transcript::parse(&bytes).map_err(refused)?;
    let committee = transcript.committee().map_err(refused)?;
    println!(
        "委员会 committee {}：{} / {}，密钥 key {}，摘要 transcript {}",
        committee.ceremony(),
        committee.threshold(),
        committee.seats().len(),
        hex::encode(committee.key().bytes()),
        hex::encode(committee.transcript())
    );
    Ok(())
}
