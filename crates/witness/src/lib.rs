//! A witness (C2SP tlog-witness): it signs a log's checkpoint once it has seen that the log only grew.
//!
//! Whoever has a log's key could write another history and sign it again. A witness remembers the last tree it has
//! signed of each log and signs only what continues it, so two histories never both carry its signature. A member city
//! runs one beside, not inside, the house whose log it watches.
//!
//! - [`rules`]: what is signed and what is refused, without I/O.
//! - [`Witness`]: the key and the memory in a folder; what is signed is on the disk before it is given away.
//! - [`server`]: `POST /add-checkpoint`, and what was signed last for everybody.

pub mod rules;
pub mod server;
mod store;

pub use store::OpenError;

use proof::note::{self, Checkpoint, PublicKey, SecretKey};
use proof::witness::Submission;
use rules::Refused;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A witness with its key and its memory.
pub struct Witness {
    key: SecretKey,
    folder: PathBuf,
    logs: BTreeMap<String, Log>,
    _lock: store::Lock,
}

/// A log that is watched.
struct Log {
    keys: Vec<PublicKey>,
    /// The last signed checkpoint, with both signatures. Held while a checkpoint is judged and written, so that of two
    /// that arrive at once only one begins where the witness stands.
    last: Mutex<Option<String>>,
}

/// Why a checkpoint was not signed.
#[derive(Debug)]
pub enum Failed {
    /// It was refused.
    Refused(Refused),
    /// It could not be written down, and so was not signed.
    Unwritten(std::io::Error),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Failed {
        Failed::Refused(refused)
    }
}

impl Witness {
    /// Opens the folder of a witness for the logs of these keys; a key of its own is made at the first start, with the
    /// given name or one by chance.
    ///
    /// # Errors
    /// When another process uses the folder, others may read the key, a key is not that of a log, or what was signed
    /// last cannot be read: a witness that has forgotten must not sign.
    pub fn open(folder: &Path, name: Option<&str>, logs: &[PublicKey]) -> Result<Witness, OpenError> {
        let lock = store::lock(folder)?;
        let key = store::key(folder, name)?;
        let mut found: BTreeMap<String, Log> = BTreeMap::new();
        for vkey in logs {
            if vkey.signs() != note::Signs::Log {
                return Err(OpenError::NotALog(vkey.text()));
            }
            let log = match found.remove(vkey.name()) {
                Some(log) => log,
                None => Log { keys: Vec::new(), last: Mutex::new(store::last(folder, vkey.name(), &key.public())?) },
            };
            let keys = log.keys.into_iter().chain([vkey.clone()]).collect();
            found.insert(vkey.name().to_owned(), Log { keys, last: log.last });
        }
        Ok(Witness { key, folder: folder.to_owned(), logs: found, _lock: lock })
    }

    /// Its verifier key.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The last checkpoint it has signed of a log, with the log's signature and its own.
    pub fn last(&self, origin: &str) -> Option<String> {
        self.logs.get(origin)?.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The logs it watches.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.keys().map(String::as_str)
    }

    /// Judges what a log has sent and gives the line that signs its checkpoint, which is on the disk by then.
    ///
    /// # Errors
    /// What was refused, or could not be written.
    pub fn add(&self, body: &str, now_s: u64) -> Result<String, Failed> {
        let submission = Submission::parse(body).map_err(|error| Refused::Malformed(error.to_string()))?;
        let checkpoint = Checkpoint::parse(&submission.note).map_err(|error| Refused::Malformed(error.to_string()))?;
        let log = self.logs.get(&checkpoint.origin).ok_or(Refused::UnknownLog)?;
        let mut last = log.last.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = last.as_deref().and_then(|note| Checkpoint::parse(note).ok());
        let judged = rules::judge(&submission, &checkpoint, &log.keys, seen.as_ref());
        if let Err(Refused::Inconsistent(_)) = &judged {
            // The log's own signature under a history that is not the one it showed before.
            store::keep_evidence(&self.folder, &submission.note);
        }
        let signed_by_log = judged?;
        let text = note::text(&signed_by_log).map_err(|error| Refused::Malformed(error.to_string()))?;
        let cosigned = self.key.cosign(&text, now_s).map_err(|error| Refused::Malformed(error.to_string()))?;
        let lines = note::signature_lines(&cosigned).map_err(|error| Refused::Malformed(error.to_string()))?;
        let whole = note::with_lines(&signed_by_log, &lines);
        store::keep(&self.folder, &checkpoint.origin, &whole).map_err(Failed::Unwritten)?;
        *last = Some(whole);
        Ok(lines.concat())
    }
}
