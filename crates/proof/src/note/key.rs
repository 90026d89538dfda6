//! Keys of signed notes: their written forms and numbers, signing, checking.

use super::{Parsed, sm2};
use crate::{ProofError, malformed, wrong};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use signed_note::{Note, Signature};

/// Who signs, and how: decides the form of the signature and the number of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// A log signs notes as they are, with Ed25519.
    Log,
    /// A witness signs checkpoints together with a time, with Ed25519.
    Witness,
    /// A log signs notes as they are a second time, with SM2 over SM3 (GB/T 32918.2).
    LogSm2,
}

impl Signs {
    const ALL: [Signs; 3] = [Signs::Log, Signs::Witness, Signs::LogSm2];

    /// The signature type of C2SP signed-note. A type that the specification does not know is 0xff and a label.
    fn kind(self) -> &'static [u8] {
        match self {
            Signs::Log => &[1],
            Signs::Witness => &[4],
            Signs::LogSm2 => sm2::KIND,
        }
    }
}

/// A key that signs. Its written form is a secret.
#[derive(Clone)]
pub struct SecretKey {
    public: PublicKey,
    secret: Secret,
}

#[derive(Clone)]
enum Secret {
    Ed25519(SigningKey),
    Sm2(sm2::Secret),
}

impl SecretKey {
    /// A key from 32 random bytes. The name is the log's origin (see [`sm2_name`] for its second key) or the witness's own
    /// name.
    ///
    /// # Errors
    /// When the name is empty or holds blanks or a plus sign, or the bytes are no SM2 key, which chance never gives.
    pub fn new(name: &str, signs: Signs, seed: &[u8; 32]) -> Result<SecretKey, ProofError> {
        let (half, secret) = match signs {
            Signs::Log | Signs::Witness => {
                let key = SigningKey::from_bytes(seed);
                (Half::Ed25519(key.verifying_key()), Secret::Ed25519(key))
            }
            Signs::LogSm2 => {
                let key = sm2::Secret::new(seed)?;
                (Half::Sm2(key.public()), Secret::Sm2(key))
            }
        };
        Ok(SecretKey { public: PublicKey::of_half(name, signs, half)?, secret })
    }

    /// Reads a key as [`SecretKey::text`] wrote it.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<SecretKey, ProofError> {
        let bad = || malformed("not a signing key (PRIVATE+KEY+name+number+base64)");
        let rest = text.trim().strip_prefix("PRIVATE+KEY+").ok_or_else(bad)?;
        let (name, number, signs, bytes) = split_key(rest).ok_or_else(bad)?;
        let key = SecretKey::new(name, signs, &bytes.try_into().map_err(|_| bad())?)?;
        if key.public.number != number {
            return Err(bad());
        }
        Ok(key)
    }

    /// The key as a file holds it.
    pub fn text(&self) -> String {
        let secret = match &self.secret {
            Secret::Ed25519(key) => key.to_bytes(),
            Secret::Sm2(key) => key.bytes(),
        };
        format!("PRIVATE+KEY+{}", written(&self.public, &secret)) + "\n"
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// The bytes of its signature over a message.
    ///
    /// # Errors
    /// When an SM2 key cannot sign, which chance never brings about.
    pub fn signature(&self, message: &[u8]) -> Result<Vec<u8>, ProofError> {
        match &self.secret {
            Secret::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Secret::Sm2(key) => key.sign(message),
        }
    }

    /// Signs a text and gives the whole note.
    ///
    /// # Errors
    /// When the text is not the text of a note.
    pub fn sign(&self, text: &str) -> Result<String, ProofError> {
        signed(text, &[(&self.public, self.signature(text.as_bytes())?)])
    }

    /// Signs a checkpoint as a witness at a time, seconds since 1970; gives the note with this one signature.
    ///
    /// # Errors
    /// When the text is not the text of a note.
    pub fn cosign(&self, text: &str, at_s: u64) -> Result<String, ProofError> {
        let signature = self.signature(cosigned(text, at_s).as_bytes())?;
        signed(text, &[(&self.public, [at_s.to_be_bytes().as_slice(), &signature].concat())])
    }
}

/// The note of a text and its signatures, each with the key that made it; nothing is checked.
///
/// # Errors
/// When the text is not the text of a note.
pub fn signed(text: &str, signatures: &[(&PublicKey, Vec<u8>)]) -> Result<String, ProofError> {
    let line =
        |(key, signature): &(&PublicKey, Vec<u8>)| Signature::new(key.name.clone(), key.number, signature.clone());
    let lines = signatures.iter().map(line).collect::<Result<Vec<_>, _>>().map_err(|e| malformed(e.to_string()))?;
    let note = Note::new(text.as_bytes(), &lines).map_err(|e| malformed(e.to_string()))?;
    String::from_utf8(note.to_bytes()).map_err(|e| malformed(e.to_string()))
}

/// The name of a log's SM2 key: a name of its own, so that nobody takes its line for the log's.
pub fn sm2_name(origin: &str) -> String {
    format!("{origin}/sm2")
}

/// What a witness signs (C2SP tlog-cosignature).
fn cosigned(text: &str, at_s: u64) -> String {
    format!("cosignature/v1\ntime {at_s}\n{text}")
}

/// `name+number+base64`, the base64 of the type and a half of the key.
fn written(key: &PublicKey, half: &[u8]) -> String {
    let bytes = [key.signs.kind(), half].concat();
    format!("{}+{:08x}+{}", key.name, key.number, BASE64_STANDARD.encode(bytes))
}

fn split_key(text: &str) -> Option<(&str, u32, Signs, Vec<u8>)> {
    let mut parts = text.splitn(3, '+');
    let (name, number, key) = (parts.next()?, parts.next()?, parts.next()?);
    let number = u32::from_str_radix(number, 16).ok().filter(|_| number.len() == 8)?;
    let bytes = BASE64_STANDARD.decode(key).ok()?;
    let signs = Signs::ALL.into_iter().find(|signs| bytes.starts_with(signs.kind()))?;
    Some((name, number, signs, bytes.get(signs.kind().len()..)?.to_vec()))
}

/// A key that checks: `name+number+base64`, to be given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    number: u32,
    signs: Signs,
    half: Half,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Half {
    Ed25519(VerifyingKey),
    Sm2(sm2::Public),
}

impl Half {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Half::Ed25519(key) => key.as_bytes().to_vec(),
            Half::Sm2(key) => key.bytes(),
        }
    }
}

impl PublicKey {
    /// A key from its bytes: 32 of Ed25519 (RFC 8032), or the 65 of an uncompressed SM2 point (SEC 1).
    ///
    /// # Errors
    /// When they are none, or the name is empty or holds blanks or a plus sign.
    pub fn new(name: &str, signs: Signs, bytes: &[u8]) -> Result<PublicKey, ProofError> {
        let half = match signs {
            Signs::Log | Signs::Witness => {
                bytes.try_into().ok().and_then(|key| VerifyingKey::from_bytes(key).ok()).map(Half::Ed25519)
            }
            Signs::LogSm2 => sm2::Public::new(bytes).map(Half::Sm2),
        };
        PublicKey::of_half(name, signs, half.ok_or_else(|| malformed("not the bytes of a public key"))?)
    }

    fn of_half(name: &str, signs: Signs, half: Half) -> Result<PublicKey, ProofError> {
        if !signed_note::is_key_name_valid(name) {
            return Err(malformed(format!("key name {name:?}: no blanks, no plus sign, not empty")));
        }
        // The first four bytes of SHA-256 over name, line break, type and public key (C2SP signed-note).
        let number = signed_note::key_id(name, &[signs.kind(), half.bytes().as_slice()].concat());
        Ok(PublicKey { name: name.to_owned(), number, signs, half })
    }

    /// Reads a key as [`PublicKey::text`] wrote it.
    ///
    /// # Errors
    /// When it is not one, or its number is not its own.
    pub fn parse(text: &str) -> Result<PublicKey, ProofError> {
        let bad = || malformed(format!("not a verifier key (name+number+base64): {text}"));
        let (name, number, signs, bytes) = split_key(text.trim()).ok_or_else(bad)?;
        let key = PublicKey::new(name, signs, &bytes).map_err(|_| bad())?;
        if key.number == number { Ok(key) } else { Err(bad()) }
    }

    /// The key in its written form.
    pub fn text(&self) -> String {
        written(self, &self.half.bytes())
    }

    /// Its name: the log's origin, or the witness's own name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its number, eight hexadecimal digits; tells keys of one name apart.
    pub fn number(&self) -> String {
        format!("{:08x}", self.number)
    }

    /// Whose key it is.
    pub fn signs(&self) -> Signs {
        self.signs
    }

    /// Its bytes, as [`PublicKey::new`] takes them.
    pub fn bytes(&self) -> Vec<u8> {
        self.half.bytes()
    }

    /// Whether these are the bytes of its signature over a message.
    ///
    /// # Errors
    /// [`ProofError::Wrong`] when they are not.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), ProofError> {
        let holds = match &self.half {
            Half::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Half::Sm2(key) => key.verify(message, signature),
        };
        if holds { Ok(()) } else { Err(wrong(format!("the signature of {} is wrong", self.name))) }
    }

    /// Whether one of the note's signatures is this key's; for a witness with the time it names, seconds since 1970.
    ///
    /// # Errors
    /// [`ProofError::Wrong`] when there is none or it is wrong.
    pub fn check(&self, note: &str) -> Result<Option<u64>, ProofError> {
        let parsed = Parsed::of(note)?;
        let signature = parsed.signatures.iter().find(|signature| self.made(signature));
        let signature = signature.ok_or_else(|| wrong(format!("not signed by {}", self.name)))?;
        let bytes = signature.signature();
        if self.signs != Signs::Witness {
            return self.verify(parsed.text.as_bytes(), bytes).map(|()| None);
        }
        let (at, bytes) = bytes.split_first_chunk::<8>().ok_or_else(|| malformed("cosignature"))?;
        let at_s = u64::from_be_bytes(*at);
        self.verify(cosigned(&parsed.text, at_s).as_bytes(), bytes).map(|()| Some(at_s))
    }

    /// Whether the note has a line of this key, which then holds.
    ///
    /// # Errors
    /// [`ProofError::Wrong`] when it has one and it is wrong.
    pub fn checked_if_there(&self, note: &str) -> Result<bool, ProofError> {
        let there = Parsed::of(note)?.signatures.iter().any(|signature| self.made(signature));
        if there { self.check(note).map(|_| true) } else { Ok(false) }
    }

    /// Whether a line says that this key made it.
    fn made(&self, signature: &Signature) -> bool {
        signature.name() == self.name && signature.id() == self.number
    }
}
