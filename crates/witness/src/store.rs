//! The folder of a witness: its key, and of each log the checkpoint it has signed last.

use proof::note::{Checkpoint, PublicKey, SecretKey, Signs};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The file of the key.
const KEY: &str = "witness.key";
/// Checkpoints under a log's signature whose proof did not hold are kept as evidence, so many at most.
const EVIDENCE_MAX: usize = 100;

/// Why a witness cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses the folder.
    #[error("{} is used by another witness", .0.display())]
    InUse(PathBuf),
    /// Others may read the key.
    #[error("others may read {}", .0.display())]
    Open(PathBuf),
    /// A file is not what the witness has written.
    #[error("{}: {why}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A key that is not the key of a log.
    #[error("not the verifier key of a log: {0}")]
    NotALog(String),
    /// The folder cannot be used.
    #[error("{}: {error}", .path.display())]
    Unusable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Held while one process uses the folder; freed by the system when the process ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

/// Takes the folder for this process; two witnesses of one key could sign two histories.
pub(crate) fn lock(folder: &Path) -> Result<Lock, OpenError> {
    let unusable = |error| OpenError::Unusable { path: folder.to_owned(), error };
    fs::create_dir_all(folder).map_err(unusable)?;
    let path = folder.join("witness.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// The key of the folder; made at the first start.
pub(crate) fn key(folder: &Path, name: Option<&str>) -> Result<SecretKey, OpenError> {
    let path = folder.join(KEY);
    let unusable = |error| OpenError::Unusable { path: path.clone(), error };
    match fs::metadata(&path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Err(OpenError::Open(path)),
        Ok(_) => {
            let text = fs::read_to_string(&path).map_err(unusable)?;
            SecretKey::parse(&text).map_err(|error| OpenError::Damaged { path, why: error.to_string() })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0; 36];
            getrandom::fill(&mut bytes).map_err(|error| unusable(io::Error::other(error)))?;
            let (seed, chance) = bytes.split_at(32);
            let name = name.map_or_else(|| format!("yilang-witness-{}", hex::encode(chance)), str::to_owned);
            let seed: &[u8; 32] = seed.try_into().expect("the first of two parts has 32 bytes");
            let key = SecretKey::new(&name, Signs::Witness, seed)
                .map_err(|error| OpenError::Damaged { path: path.clone(), why: error.to_string() })?;
            write(&path, key.text().as_bytes()).map_err(unusable)?;
            Ok(key)
        }
        Err(error) => Err(unusable(error)),
    }
}

/// The name of a log's file: whatever the origin holds, and the path under which C2SP lets witnesses publish it.
pub(crate) fn file_name(origin: &str) -> String {
    hex::encode(Sha256::digest(origin.as_bytes()))
}

fn checkpoint_file(folder: &Path, origin: &str) -> PathBuf {
    folder.join("checkpoints").join(file_name(origin))
}

/// The checkpoint that was signed last of a log.
pub(crate) fn last(folder: &Path, origin: &str, own: &PublicKey) -> Result<Option<String>, OpenError> {
    let path = checkpoint_file(folder, origin);
    let note = match fs::read_to_string(&path) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(OpenError::Unusable { path, error }),
    };
    let damaged = |why: String| OpenError::Damaged { path: path.clone(), why };
    let checkpoint = Checkpoint::parse(&note).map_err(|error| damaged(error.to_string()))?;
    own.check(&note).map_err(|error| damaged(error.to_string()))?;
    if checkpoint.origin != origin {
        return Err(damaged(format!("of the log {}", checkpoint.origin)));
    }
    Ok(Some(note))
}

/// Puts a signed checkpoint on the disk before it is given away.
pub(crate) fn keep(folder: &Path, origin: &str, note: &str) -> io::Result<()> {
    let path = checkpoint_file(folder, origin);
    fs::create_dir_all(folder.join("checkpoints"))?;
    write(&path, note.as_bytes())
}

/// Keeps what a log has signed against itself. A failure costs the copy, not the refusal.
pub(crate) fn keep_evidence(folder: &Path, note: &str) {
    let place = folder.join("evidence");
    let kept = fs::create_dir_all(&place).and_then(|()| {
        let path = place.join(file_name(note));
        if path.exists() || fs::read_dir(&place)?.count() >= EVIDENCE_MAX {
            Ok(())
        } else {
            write(&path, note.as_bytes())
        }
    });
    if let Err(error) = kept {
        tracing::warn!(%error, "witness.evidence not kept");
    }
}

/// Writes a file so that after a power cut it is the old one or the new one.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = path.with_extension("partial");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
