//! `yilang trustee`: what whoever holds a seat of an opening committee runs on a machine of his own. The key file never
//! leaves it; what is printed goes to the server.

use crate::Ended;
use crate::sealing::{random, read, refused, save, trusted_keys, write};
use ::sealing::ceremony::{Plan, Transcript};
use ::sealing::share::Share;
use ::sealing::trustee::{Cost, Judgement, TrusteeSecret};
use clap::{Args, Subcommand};
use envelopes::rules::documents::{self, OPENING, Opening, SHARES, Shares};
use envelopes::rules::opening::{check_opening, committee};
use kernel::Refusal;
use platform::clock::Clock;
use std::fs::{self, OpenOptions};
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum TrusteeCommand {
    /// Make the keys of a seat and write its registration.
    Init {
        /// Origin of the journal, as the committee's page shows it.
        #[arg(long)]
        origin: String,
        /// The committee's id.
        #[arg(long)]
        committee: String,
        /// The number of the seat.
        #[arg(long)]
        seat: u16,
        /// The name of the seat, exactly as the committee's page shows it.
        #[arg(long)]
        name: String,
        /// The verifier key of the journal, to be trusted from now on; kept beside the key file.
        #[arg(long, value_name = "VERIFIER-KEY")]
        vkey: Vec<String>,
        #[command(flatten)]
        key: KeyFile,
    },
    /// Deal to all seats of a plan.
    Deal {
        /// The plan, from the committee's page.
        plan: PathBuf,
        #[command(flatten)]
        key: KeyFile,
    },
    /// Check what all seats have dealt; accept it, or complain about a seat that lied.
    Accept {
        /// The transcript, from the committee's page.
        transcript: PathBuf,
        #[command(flatten)]
        key: KeyFile,
    },
    /// Give the shares for a round that has closed, after checking the journal, the list and this machine's clock.
    Share {
        /// The opening file, from the round's page.
        opening: PathBuf,
        /// A file with a checkpoint of the journal from elsewhere, to be used in place of the one in the opening file.
        #[arg(long, value_name = "NOTE")]
        checkpoint: Option<PathBuf>,
        /// The verifier key of the journal; without it the one that was named to `init`.
        #[arg(long, value_name = "VERIFIER-KEY")]
        vkey: Vec<String>,
        #[command(flatten)]
        key: KeyFile,
    },
}

/// The secret file, how it is opened, and where the answer goes.
#[derive(Args)]
pub struct KeyFile {
    /// The secret file of the seat. It stays on this machine; keep a copy in a safe place.
    #[arg(long = "key", value_name = "FILE")]
    path: PathBuf,
    /// A file whose first line is the passphrase; without it the terminal asks.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Where to write what goes to the server; standard output if left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Does one of them.
pub fn trustee(command: TrusteeCommand) -> Result<(), Ended> {
    match command {
        TrusteeCommand::Init { origin, committee, seat, name, vkey, key } => {
            trusted_keys(&vkey)?;
            let secret = TrusteeSecret::new(&origin, &committee, seat, &name, &mut random).map_err(refused)?;
            let registration = secret.registration().map_err(refused)?;
            let sealed = secret.seal_file(&key.passphrase(true)?, Cost::default(), &mut random).map_err(refused)?;
            create(&key.path, &sealed)?;
            if !vkey.is_empty() {
                write(&pinned(&key.path), vkey.join("\n").as_bytes())?;
            }
            save(key.out.as_deref(), &registration.to_json())
        }
        TrusteeCommand::Deal { plan, key } => {
            let plan = Plan::parse(&read(&plan)?).map_err(refused)?;
            let (secret, _) = key.open()?;
            save(key.out.as_deref(), &secret.deal(&plan).map_err(refused)?.to_json())
        }
        TrusteeCommand::Accept { transcript, key } => {
            let transcript = Transcript::parse(&read(&transcript)?).map_err(refused)?;
            let (mut secret, passphrase) = key.open()?;
            match secret.judge(&transcript).map_err(refused)? {
                Judgement::Accepts(acceptance) => {
                    // The share is on the disk before anybody learns that it was accepted.
                    let sealed = secret.seal_file(&passphrase, Cost::default(), &mut random).map_err(refused)?;
                    replace(&key.path, &sealed)?;
                    save(key.out.as_deref(), &acceptance.to_json())
                }
                Judgement::Complains(complaint) => {
                    eprintln!(
                        "第 {seat} 席分发的份额有误，已生成投诉，请提交。\nSeat {seat} dealt a wrong share; this is a complaint, send it.",
                        seat = complaint.liar()
                    );
                    save(key.out.as_deref(), &complaint.to_json())
                }
            }
        }
        TrusteeCommand::Share { opening, checkpoint, vkey, key } => share(&opening, checkpoint.as_deref(), &vkey, &key),
    }
}

fn share(file: &Path, checkpoint: Option<&Path>, vkey: &[String], key: &KeyFile) -> Result<(), Ended> {
    let mut opening: Opening = documents::read(&read(file)?, OPENING)?;
    if let Some(note) = checkpoint {
        opening.closing.checkpoint = String::from_utf8_lossy(&read(note)?).into_owned();
    }
    let keys = match vkey {
        [] => trusted_keys(&pinned_keys(&key.path)?)?,
        given => trusted_keys(given)?,
    };
    // Everything is looked at before the passphrase is asked for.
    let made = committee(&opening)?;
    let lids = check_opening(&opening, &keys, Clock::system().now())?;
    let (secret, _) = key.open()?;
    let own = secret.share_for(&made).map_err(refused)?;
    let share = |lid| Share::give(&own, lid, &mut random).map(|share| hex::encode(share.bytes()));
    let shares = Shares {
        format: SHARES.to_owned(),
        round: opening.round.clone(),
        committee: opening.committee.clone(),
        seat: i64::from(secret.seat()),
        root: opening.root.clone(),
        shares: lids.iter().map(share).collect::<Result<Vec<_>, _>>().map_err(refused)?,
    };
    let text = serde_json::to_vec(&shares).map_err(|error| Ended::Refused(error.to_string()))?;
    eprintln!(
        "《{}》：{} 个信封，已核对日志、清单与本机时钟。\n{}: {} envelopes; journal, list and this machine's clock are checked.",
        opening.title,
        lids.len(),
        opening.title,
        lids.len()
    );
    save(key.out.as_deref(), &text)
}

impl KeyFile {
    /// The passphrase; a new one is asked for twice.
    fn passphrase(&self, new: bool) -> Result<Vec<u8>, Ended> {
        if let Some(file) = &self.passphrase_file {
            let text = String::from_utf8_lossy(&read(file)?).into_owned();
            return Ok(text.lines().next().unwrap_or_default().as_bytes().to_vec());
        }
        if !std::io::stdin().is_terminal() {
            return Err(Refusal::invalid(
                "passphrase-missing",
                "请用 --passphrase-file 指定口令文件，或在终端中运行以便输入口令。",
                "Name a file with --passphrase-file, or run it at a terminal that can ask for the passphrase.",
            )
            .into());
        }
        let first = rpassword::prompt_password("口令 passphrase: ")?;
        if new && rpassword::prompt_password("再次输入 once more: ")? != first {
            return Err(Refusal::invalid(
                "passphrase-differs",
                "两次输入的口令不一致，请重新运行。",
                "The two passphrases differ; run it again.",
            )
            .into());
        }
        Ok(first.into_bytes())
    }

    /// The secret in the file, and its passphrase.
    fn open(&self) -> Result<(TrusteeSecret, Vec<u8>), Ended> {
        let bytes = read(&self.path)?;
        let passphrase = self.passphrase(false)?;
        Ok((TrusteeSecret::open_file(&bytes, &passphrase).map_err(refused)?, passphrase))
    }
}

/// Where the keys of the journal that a trustee trusts are kept.
fn pinned(key: &Path) -> PathBuf {
    let mut name = key.as_os_str().to_owned();
    name.push(".log");
    PathBuf::from(name)
}

fn pinned_keys(key: &Path) -> Result<Vec<String>, Ended> {
    let text = fs::read_to_string(pinned(key)).map_err(|_| {
        Refusal::invalid(
            "log-key-missing",
            "不知道应信任哪个日志公钥。请用 --vkey 给出日志页面上的验证公钥，并从其他途径核对。",
            "No key of the journal is trusted. Give the verifier key that the journal's page shows with --vkey, and check it by another way.",
        )
    })?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Makes a file that only its owner reads; one that is there is left alone.
fn create(path: &Path, bytes: &[u8]) -> Result<(), Ended> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Ended::from(Refusal::conflict(
            "key-exists",
            format!("{} 已存在，不会覆盖。请另指定文件。", path.display()),
            format!("{} is there already and is not overwritten. Name another file.", path.display()),
        )),
        _ => Ended::Refused(format!("{}: {error}", path.display())),
    })?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// Puts a new secret file in the place of the old one: whole, or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Ended> {
    let mut next = path.as_os_str().to_owned();
    next.push(".new");
    let next = PathBuf::from(next);
    // What an earlier attempt has left behind.
    if next.exists() {
        fs::remove_file(&next)?;
    }
    create(&next, bytes)?;
    Ok(fs::rename(&next, path)?)
}
