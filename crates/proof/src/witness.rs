//! What a log and a witness say to each other (C2SP tlog-witness): a checkpoint with the proof that it continues the last
//! one, and the lines with which the witness signs it.

use crate::note::{self, PublicKey};
use crate::{Digest, ProofError, malformed, wrong};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// Hashes of a consistency proof at most.
pub const PROOF_HASHES_MAX: usize = 63;
/// The media type of the size with which a witness answers a checkpoint that does not begin where it stands.
pub const SIZE_TYPE: &str = "text/x.tlog.size";
/// What is appended to the address of a witness.
pub const ADD_CHECKPOINT: &str = "/add-checkpoint";

/// What a log sends to a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Leaves of the tree that the witness has signed last; 0 if it has signed none.
    pub old: u64,
    /// The proof that the checkpoint's tree continues that one; empty when `old` is 0 or the same size.
    pub proof: Vec<Digest>,
    /// The checkpoint with the log's signature.
    pub note: String,
}

impl Submission {
    /// The body of the request.
    pub fn text(&self) -> String {
        let proof: String = self.proof.iter().map(|hash| BASE64_STANDARD.encode(hash) + "\n").collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    /// Reads the body of a request. Neither signature nor proof is checked.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(body: &str) -> Result<Submission, ProofError> {
        let bad = |what: &str| malformed(format!("not a submission: {what}"));
        let (head, note) = body.split_once("\n\n").ok_or_else(|| bad("no empty line before the checkpoint"))?;
        let mut lines = head.lines();
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(size);
        let old = old.ok_or_else(|| bad("the first line is `old` and a size"))?;
        let proof: Vec<&str> = lines.collect();
        if proof.len() > PROOF_HASHES_MAX {
            return Err(bad("more than 63 hashes"));
        }
        let hash = |line: &&str| BASE64_STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok());
        let proof = proof.iter().map(hash).collect::<Option<_>>().ok_or_else(|| bad("a hash is 32 bytes in base64"))?;
        Ok(Submission { old, proof, note: note.to_owned() })
    }
}

/// Reads a size as checkpoints write it: digits without a leading zero.
pub fn size(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

/// The line of a witness's answer with which it signs a checkpoint, and the time it names, seconds since 1970.
///
/// # Errors
/// [`ProofError::Wrong`] when no line is a signature of this key over this checkpoint.
pub fn cosignature(answer: &str, checkpoint: &str, key: &PublicKey) -> Result<(String, u64), ProofError> {
    let text = note::text(checkpoint)?;
    let signed =
        |line: &str| key.check(&format!("{text}\n{line}\n")).ok().flatten().map(|at_s| (line.to_owned(), at_s));
    answer
        .lines()
        .find_map(signed)
        .ok_or_else(|| wrong(format!("no line of the answer is a cosignature of {}", key.name())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{Checkpoint, SecretKey, Signs};

    fn checkpoint(size: u64) -> String {
        let key = SecretKey::new("log.example/1", Signs::Log, &[9; 32]).unwrap();
        key.sign(&Checkpoint { origin: "log.example/1".into(), size, root: [5; 32] }.text()).unwrap()
    }

    #[test]
    fn a_submission_reads_as_it_was_written() {
        for (old, proof) in [(0, Vec::new()), (2, vec![[1; 32], [2; 32]]), (3, Vec::new())] {
            let submission = Submission { old, proof, note: checkpoint(3) };
            assert_eq!(Submission::parse(&submission.text()).unwrap(), submission);
        }
        let text = Submission { old: 2, proof: vec![[1; 32]], note: checkpoint(3) }.text();
        assert!(text.starts_with("old 2\nAQEBAQEB") && text.contains("=\n\nlog.example/1\n3\n"), "{text}");
    }

    #[test]
    fn what_is_no_submission_is_refused() {
        let hash = BASE64_STANDARD.encode([1; 32]);
        let many = format!("old 1\n{}\n{}", format!("{hash}\n").repeat(PROOF_HASHES_MAX + 1), checkpoint(3));
        let short = format!("old 1\nAAAA\n\n{}", checkpoint(3));
        for bad in ["", "old 1\n", "old 01\n\nx", "old -1\n\nx", "new 1\n\nx", "old 1\nhash\n\nx", &many, &short] {
            assert!(Submission::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_cosignature_of_a_key_is_found_among_others_and_no_other_is_taken() {
        let witness = |name: &str, seed| SecretKey::new(name, Signs::Witness, &[seed; 32]).unwrap();
        let (one, two) = (witness("one.example", 1), witness("two.example", 2));
        let log = checkpoint(3);
        let text = note::text(&log).unwrap();
        let line = |key: &SecretKey, text: &str| note::signature_lines(&key.cosign(text, 7).unwrap()).unwrap().concat();
        let answer = format!("{}nonsense\n{}", line(&two, &text), line(&one, &text));
        let (found, at_s) = cosignature(&answer, &log, &one.public()).unwrap();
        assert_eq!((found + "\n", at_s), (line(&one, &text), 7));
        assert_eq!(one.public().check(&note::with_lines(&log, &[line(&one, &text)])), Ok(Some(7)));
        // Of another key of that name, of another size, of the log: none of them.
        let foreign = line(&witness("one.example", 3), &text);
        let other = line(&one, &note::text(&checkpoint(4)).unwrap());
        for bad in [String::new(), foreign, other, note::signature_lines(&log).unwrap().concat()] {
            assert!(cosignature(&bad, &log, &one.public()).is_err(), "{bad}");
        }
    }
}
