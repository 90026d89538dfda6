//! Signed notes (C2SP signed-note): checkpoints of a log, promises of inclusion, cosignatures of witnesses.
//!
//! A checkpoint is three lines: origin, number of leaves, root in base64. The log's key signs it with Ed25519. A
//! witness that has seen that every checkpoint continues the one before signs the same text with a time (C2SP
//! tlog-cosignature, `cosignature/v1`). A promise has the same form with four lines of its own.

use crate::{Digest, ProofError, malformed, wrong};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use signed_note::{Note, Signature};

/// Who signs: decides the form of the signature and the number of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// A log signs notes as they are.
    Log,
    /// A witness signs checkpoints together with a time.
    Witness,
}

impl Signs {
    /// The type byte of C2SP signed-note.
    fn byte(self) -> u8 {
        match self {
            Signs::Log => 1,
            Signs::Witness => 4,
        }
    }
}

/// The first four bytes of SHA-256 over name, line break, type byte and public key (C2SP signed-note).
fn key_number(name: &str, signs: Signs, public: &[u8; 32]) -> u32 {
    signed_note::key_id(name, &[&[signs.byte()], public.as_slice()].concat())
}

/// A key that signs. Its written form is a secret.
#[derive(Clone)]
pub struct SecretKey {
    name: String,
    signs: Signs,
    key: SigningKey,
}

impl SecretKey {
    /// A key from 32 random bytes. The name is the log's origin or the witness's own name.
    ///
    /// # Errors
    /// When the name is empty or holds blanks or a plus sign.
    pub fn new(name: &str, signs: Signs, seed: &[u8; 32]) -> Result<SecretKey, ProofError> {
        if !signed_note::is_key_name_valid(name) {
            return Err(malformed(format!("key name {name:?}: no blanks, no plus sign, not empty")));
        }
        Ok(SecretKey { name: name.to_owned(), signs, key: SigningKey::from_bytes(seed) })
    }

    /// Reads a key as [`SecretKey::text`] wrote it.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<SecretKey, ProofError> {
        let bad = || malformed("not a signing key (PRIVATE+KEY+name+number+base64)");
        let rest = text.trim().strip_prefix("PRIVATE+KEY+").ok_or_else(bad)?;
        let (name, number, signs, bytes) = split_key(rest).ok_or_else(bad)?;
        let key = SecretKey::new(name, signs, &bytes)?;
        if key.public().number != number {
            return Err(bad());
        }
        Ok(key)
    }

    /// The key as a file holds it.
    pub fn text(&self) -> String {
        let bytes = [&[self.signs.byte()], self.key.to_bytes().as_slice()].concat();
        format!("PRIVATE+KEY+{}+{:08x}+{}\n", self.name, self.public().number, BASE64_STANDARD.encode(bytes))
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        let key = self.key.verifying_key();
        let number = key_number(&self.name, self.signs, key.as_bytes());
        PublicKey { name: self.name.clone(), number, signs: self.signs, key }
    }

    /// Signs a text and gives the whole note.
    ///
    /// # Errors
    /// When the text is not the text of a note.
    pub fn sign(&self, text: &str) -> Result<String, ProofError> {
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        self.note(text, signature)
    }

    /// Signs a checkpoint as a witness at a time, seconds since 1970; gives the note with this one signature.
    ///
    /// # Errors
    /// When the text is not the text of a note.
    pub fn cosign(&self, text: &str, at_s: u64) -> Result<String, ProofError> {
        let signature = self.key.sign(cosigned(text, at_s).as_bytes());
        self.note(text, [at_s.to_be_bytes().as_slice(), &signature.to_bytes()].concat())
    }

    fn note(&self, text: &str, signature: Vec<u8>) -> Result<String, ProofError> {
        let signature = Signature::new(self.name.clone(), self.public().number, signature);
        let signature = signature.map_err(|e| malformed(e.to_string()))?;
        let note = Note::new(text.as_bytes(), &[signature]).map_err(|e| malformed(e.to_string()))?;
        String::from_utf8(note.to_bytes()).map_err(|e| malformed(e.to_string()))
    }
}

/// What a witness signs (C2SP tlog-cosignature).
fn cosigned(text: &str, at_s: u64) -> String {
    format!("cosignature/v1\ntime {at_s}\n{text}")
}

fn split_key(rest: &str) -> Option<(&str, u32, Signs, [u8; 32])> {
    let mut parts = rest.splitn(3, '+');
    let (name, number, key) = (parts.next()?, parts.next()?, parts.next()?);
    let number = u32::from_str_radix(number, 16).ok().filter(|_| number.len() == 8)?;
    let bytes = BASE64_STANDARD.decode(key).ok()?;
    let (first, key) = bytes.split_first()?;
    let signs = [Signs::Log, Signs::Witness].into_iter().find(|signs| signs.byte() == *first)?;
    Some((name, number, signs, key.try_into().ok()?))
}

/// A key that checks: `name+number+base64`, to be given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    number: u32,
    signs: Signs,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads a key as [`PublicKey::text`] wrote it.
    ///
    /// # Errors
    /// When it is not one, or its number is not its own.
    pub fn parse(text: &str) -> Result<PublicKey, ProofError> {
        let bad = || malformed(format!("not a verifier key (name+number+base64): {text}"));
        let (name, number, signs, bytes) = split_key(text.trim()).ok_or_else(bad)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| bad())?;
        if number != key_number(name, signs, &bytes) || !signed_note::is_key_name_valid(name) {
            return Err(bad());
        }
        Ok(PublicKey { name: name.to_owned(), number, signs, key })
    }

    /// The key in its written form.
    pub fn text(&self) -> String {
        let bytes = [&[self.signs.byte()], self.key.as_bytes().as_slice()].concat();
        format!("{}+{:08x}+{}", self.name, self.number, BASE64_STANDARD.encode(bytes))
    }

    /// The log's origin, or the witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's number, eight hexadecimal digits: tells the keys of one name apart.
    pub fn number(&self) -> String {
        format!("{:08x}", self.number)
    }

    /// Whose key it is.
    pub fn signs(&self) -> Signs {
        self.signs
    }

    /// Whether one of the note's signatures is this key's; for a witness with the time it names, seconds since 1970.
    ///
    /// # Errors
    /// [`ProofError::Wrong`] when there is none or it is wrong.
    pub fn check(&self, note: &str) -> Result<Option<u64>, ProofError> {
        let parsed = Parsed::of(note)?;
        let of_key = |signature: &&Signature| signature.name() == self.name && signature.id() == self.number;
        let signature = parsed.signatures.iter().find(of_key);
        let signature = signature.ok_or_else(|| wrong(format!("not signed by {}", self.name)))?;
        let (at_s, message, bytes) = match self.signs {
            Signs::Log => (None, parsed.text.clone(), signature.signature()),
            Signs::Witness => {
                let (at, bytes) =
                    signature.signature().split_first_chunk::<8>().ok_or_else(|| malformed("cosignature"))?;
                let at_s = u64::from_be_bytes(*at);
                (Some(at_s), cosigned(&parsed.text, at_s), bytes)
            }
        };
        let bytes = ed25519_dalek::Signature::from_slice(bytes).map_err(|_| malformed("signature"))?;
        self.key
            .verify_strict(message.as_bytes(), &bytes)
            .map_err(|_| wrong(format!("the signature of {} is wrong", self.name)))?;
        Ok(at_s)
    }
}

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
        for signs in [Signs::Log, Signs::Witness] {
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
