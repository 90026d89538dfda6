//! Signed notes (C2SP signed-note): checkpoints of a log, promises of inclusion, cosignatures of witnesses.
//!
//! A checkpoint is three lines: origin, number of leaves, root in base64. The log's key signs it with Ed25519, and a
//! second one with SM2 over SM3 where that is asked for. A witness that has seen that every checkpoint continues the one before signs the same text with a time (C2SP
//! tlog-cosignature, `cosignature/v1`). A promise has the same form with four lines of its own.

mod key;
mod sm2;

pub use key::{PublicKey, SecretKey, Signs, signed, sm2_name};

use crate::{Digest, ProofError, malformed};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use signed_note::{Note, Signature};

/// A note taken apart.
struct Parsed {
    text: String,
    signatures: Vec<Signature>,
}

impl Parsed {
    fn of(note: &str) -> Result<Parsed, ProofError> {
        // The library reads a note but keeps its signatures to itself; its form is simple enough to split.
        Note::from_bytes(note.as_bytes()).map_err(|e| malformed(e.to_string()))?;
        let (text, lines) = note.rsplit_once("\n\n").ok_or_else(|| malformed("note"))?;
        let signatures = lines.lines().map(|line| Signature::from_bytes(line.as_bytes()));
        let signatures = signatures.collect::<Result<_, _>>().map_err(|e| malformed(e.to_string()))?;
        Ok(Parsed { text: format!("{text}\n"), signatures })
    }
}

/// The text of a note, without its signatures.
///
/// # Errors
/// When it is not a note.
pub fn text(note: &str) -> Result<String, ProofError> {
    Ok(Parsed::of(note)?.text)
}

/// The signature lines of a note, each with its line break.
///
/// # Errors
/// When it is not a note.
pub fn signature_lines(note: &str) -> Result<Vec<String>, ProofError> {
    let lines = |parsed: Parsed| {
        parsed.signatures.iter().map(|s| String::from_utf8_lossy(&s.to_bytes()).into_owned()).collect()
    };
    Parsed::of(note).map(lines)
}

/// A note with more signature lines, as witnesses give them.
pub fn with_lines(note: &str, lines: &[String]) -> String {
    lines.iter().fold(note.to_owned(), |note, line| note + line.trim_end() + "\n")
}

/// What a checkpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// Their root.
    pub root: Digest,
}

impl Checkpoint {
    /// The text that is signed (C2SP tlog-checkpoint).
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, BASE64_STANDARD.encode(self.root))
    }

    /// Reads the text of a checkpoint, or a whole note. Signatures are not checked; see [`PublicKey::check`].
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Checkpoint, ProofError> {
        let bad = || malformed("not a checkpoint: origin, size and root in three lines");
        let mut lines = text.lines();
        let (origin, size, root) =
            (lines.next().ok_or_else(bad)?, lines.next().ok_or_else(bad)?, lines.next().ok_or_else(bad)?);
        let number = size.parse::<u64>().ok().filter(|number| number.to_string() == size).ok_or_else(bad)?;
        let root = BASE64_STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(bad)?;
        if origin.is_empty() {
            return Err(bad());
        }
        Ok(Checkpoint { origin: origin.to_owned(), size: number, root })
    }
}

/// The first line of a promise.
const PROMISE: &str = "yilang/promise/v1";

/// A promise that an entry's leaf will stand in the log by a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Which log.
    pub origin: String,
    /// The entry's number.
    pub entry: i64,
    /// The hash of its leaf.
    pub leaf: Digest,
    /// By when, epoch milliseconds.
    pub until_ms: i64,
}

impl Promise {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let leaf = BASE64_STANDARD.encode(self.leaf);
        format!("{PROMISE}\n{}\n{}\n{leaf}\n{}\n", self.origin, self.entry, self.until_ms)
    }

    /// Reads the text of a promise, or a whole note.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Promise, ProofError> {
        let read = || {
            let mut lines = text.lines();
            lines.next().filter(|first| *first == PROMISE)?;
            let origin = lines.next()?.to_owned();
            let entry = lines.next()?.parse().ok()?;
            let leaf = BASE64_STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
            Some(Promise { origin, entry, leaf, until_ms: lines.next()?.parse().ok()? })
        };
        read().ok_or_else(|| malformed("not a promise"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signed_note::{StandardVerifier, VerifierList};

    fn key(signs: Signs) -> SecretKey {
        SecretKey::new("log.example/1", signs, &[9; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "log.example/1".into(), size: 3, root: [5; 32] }
    }

    #[test]
    fn a_checkpoint_is_one_to_another_implementation() {
        let note = key(Signs::Log).sign(&checkpoint().text()).unwrap();
        let verifier = StandardVerifier::new(&key(Signs::Log).public().text()).unwrap();
        let parsed = Note::from_bytes(note.as_bytes()).unwrap();
        parsed.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        let theirs = tlog_tiles::Checkpoint::from_bytes(parsed.text()).unwrap();
        assert_eq!((theirs.origin(), theirs.size(), theirs.hash().0), ("log.example/1", 3, [5; 32]));
        assert_eq!(Checkpoint::parse(&note).unwrap(), checkpoint());
    }

    #[test]
    fn keys_survive_writing_and_reading() {
        for signs in [Signs::Log, Signs::Witness, Signs::LogSm2] {
            let public = key(signs).public();
            assert_eq!(SecretKey::parse(&key(signs).text()).unwrap().public(), public);
            assert_eq!(PublicKey::parse(&public.text()).unwrap(), public);
            assert!(PublicKey::parse(&public.text().replace("log.example", "other")).is_err());
        }
        for bad in ["", "a+b", "log+00000000+AAAA", "PRIVATE+KEY+x+00000000+AQ=="] {
            assert!(SecretKey::parse(bad).is_err() && PublicKey::parse(bad).is_err(), "{bad}");
        }
        assert!(SecretKey::new("two words", Signs::Log, &[0; 32]).is_err());
    }

    #[test]
    fn a_second_signature_stands_beside_the_first() {
        let text = checkpoint().text();
        let second = SecretKey::new(&sm2_name("log.example/1"), Signs::LogSm2, &[6; 32]).unwrap();
        let (log, sm2) = (key(Signs::Log).public(), second.public());
        let lines = [
            (&log, key(Signs::Log).signature(text.as_bytes()).unwrap()),
            (&sm2, second.signature(text.as_bytes()).unwrap()),
        ];
        let both = signed(&text, &lines).unwrap();
        assert_eq!((log.check(&both), sm2.check(&both)), (Ok(None), Ok(None)));
        assert_eq!(sm2.checked_if_there(&both), Ok(true));
        // Whoever does not know the second passes over it.
        let verifier = StandardVerifier::new(&log.text()).unwrap();
        Note::from_bytes(both.as_bytes()).unwrap().verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        let alone = key(Signs::Log).sign(&text).unwrap();
        assert_eq!(sm2.checked_if_there(&alone), Ok(false));
        assert!(sm2.check(&alone).is_err());
        let other = signed(&text, &[lines[0].clone(), (&sm2, second.signature(b"another").unwrap())]).unwrap();
        assert!(log.check(&other).is_ok() && sm2.checked_if_there(&other).is_err());
        // Neither key is taken for the other, whatever its name.
        let named = PublicKey::new(log.name(), Signs::LogSm2, &sm2.bytes()).unwrap();
        assert_ne!(named.number(), log.number());
        assert!(named.check(&both).is_err());
    }

    /// What docs/journal-format.md says of the key's number, computed anew.
    #[test]
    fn the_number_of_an_sm2_key_is_as_documented() {
        use sha2::{Digest as _, Sha256};
        let key = SecretKey::new(&sm2_name("log.example/1"), Signs::LogSm2, &[6; 32]).unwrap().public();
        let hash =
            Sha256::new_with_prefix(b"log.example/1/sm2\n\xffyilang/sm2-sm3/v1").chain_update(key.bytes()).finalize();
        assert_eq!(key.number(), hex::encode(&hash[..4]));
        assert!(key.text().starts_with(&format!("log.example/1/sm2+{}+", key.number())));
    }

    #[test]
    fn a_changed_text_or_another_key_is_noticed() {
        let note = key(Signs::Log).sign(&checkpoint().text()).unwrap();
        let public = key(Signs::Log).public();
        assert_eq!(public.check(&note), Ok(None));
        assert!(public.check(&note.replace("\n3\n", "\n4\n")).is_err());
        let other = SecretKey::new("log.example/1", Signs::Log, &[8; 32]).unwrap();
        assert!(other.public().check(&note).is_err());
    }

    #[test]
    fn a_cosignature_carries_its_time() {
        let log = key(Signs::Log).sign(&checkpoint().text()).unwrap();
        let witness = SecretKey::new("witness.example", Signs::Witness, &[4; 32]).unwrap();
        let lines = signature_lines(&witness.cosign(&checkpoint().text(), 1_700_000_000).unwrap()).unwrap();
        let both = with_lines(&log, &lines);
        assert_eq!(key(Signs::Log).public().check(&both), Ok(None));
        assert_eq!(witness.public().check(&both), Ok(Some(1_700_000_000)));
        assert!(witness.public().check(&log).is_err());
        // A log's signature is never taken for a witness's.
        assert!(key(Signs::Witness).public().check(&log).is_err());
    }

    #[test]
    fn a_promise_reads_as_it_was_written() {
        let promise = Promise { origin: "log.example/1".into(), entry: 7, leaf: [3; 32], until_ms: 10 };
        let note = key(Signs::Log).sign(&promise.text()).unwrap();
        assert_eq!(Promise::parse(&note).unwrap(), promise);
        assert!(Promise::parse(&checkpoint().text()).is_err());
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        for bad in ["", "o\n", "o\n03\nAA==\n", "o\n3\nAA==\n", "\n3\nBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=\n"] {
            assert!(Checkpoint::parse(bad).is_err(), "{bad:?}");
        }
    }
}
