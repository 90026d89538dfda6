//! What a witness signs and what it refuses.

use proof::note::{self, Checkpoint, PublicKey};
use proof::witness::Submission;
use proof::{Digest, tree};

/// Why a checkpoint is not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not of the format, or older than what it says it continues.
    #[error("请求格式不对 / {0}")]
    Malformed(String),
    /// No log of that name is watched here.
    #[error("本见证方不见证该日志 / this log is not watched here")]
    UnknownLog,
    /// Not signed by a key of the log.
    #[error("检查点不是该日志的密钥所签 / the checkpoint is not signed by a key of the log")]
    NotSigned,
    /// It does not begin where the witness stands: the size of the tree that was signed last.
    #[error("{0}")]
    Elsewhere(u64),
    /// It does not continue what was signed last: the log has another history.
    #[error("检查点没有延续此前已签的日志 / the checkpoint does not continue what was signed before: {0}")]
    Inconsistent(String),
}

/// Whether a checkpoint may be signed after the one that was signed last; gives its note with the log's signature alone.
///
/// # Errors
/// In the order of the protocol: the signature, the sizes, the proof.
pub fn judge(
    submission: &Submission,
    checkpoint: &Checkpoint,
    keys: &[PublicKey],
    seen: Option<&Checkpoint>,
) -> Result<String, Refused> {
    let signed = signed_by_log(&submission.note, keys).ok_or(Refused::NotSigned)?;
    let Submission { old, proof, .. } = submission;
    if *old > checkpoint.size {
        return Err(Refused::Malformed(format!("old size {old} of a checkpoint of {}", checkpoint.size)));
    }
    let stands = seen.map_or(0, |seen| seen.size);
    if *old != stands {
        return Err(Refused::Elsewhere(stands));
    }
    continues(proof, seen, checkpoint)?;
    Ok(signed)
}

/// The note with the line that a key of the log has signed, and no other.
fn signed_by_log(note: &str, keys: &[PublicKey]) -> Option<String> {
    let text = note::text(note).ok()?;
    let mut lines = note::signature_lines(note).ok()?.into_iter();
    lines.find_map(|line| {
        let alone = note::with_lines(&format!("{text}\n"), &[line]);
        keys.iter().any(|key| key.check(&alone).is_ok()).then_some(alone)
    })
}

fn continues(proof: &[Digest], seen: Option<&Checkpoint>, checkpoint: &Checkpoint) -> Result<(), Refused> {
    let no = |why: &str| Err(Refused::Inconsistent(why.to_owned()));
    if checkpoint.size == 0 && checkpoint.root != tree::EMPTY_ROOT {
        return no("an empty tree has one root");
    }
    match seen.filter(|seen| seen.size > 0) {
        None if proof.is_empty() => Ok(()),
        None => no("nothing was signed before, and there is a proof"),
        Some(seen) if seen.size == checkpoint.size => match (seen.root == checkpoint.root, proof.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => no("a proof between one tree and itself"),
            (false, _) => no("another tree of the same size"),
        },
        Some(seen) => tree::check_consistency(proof, seen.size, &seen.root, checkpoint.size, &checkpoint.root)
            .or_else(|error| no(&error.to_string())),
    }
}
