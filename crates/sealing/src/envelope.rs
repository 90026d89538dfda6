//! Sealing, and what anybody can check of an envelope without opening it.
//!
//! This is TDH2 (Shoup, Gennaro: Securing threshold cryptosystems against chosen ciphertext attack, J. Cryptology 15,
//! 2002) on ristretto255, as a hybrid: the group element hides a key, AES-256-GCM the content, and the proof of the
//! sender's knowledge covers everything: the context (the label of the paper), both group elements and the ciphertext.
//! So an envelope can neither be changed nor copied under another context.

use crate::context::{CONTEXT_BYTES_MAX, Context};
use crate::error::shape;
use crate::group::{self, Point, hash_to_scalar, open_first, open_second, random_scalar, times_first, times_second};
use crate::payload::{self, Bundle, SIZE_CLASSES};
use crate::wire::Reader;
use crate::{Digest, Part, Random, SealingError};
use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use curve25519_dalek::{RistrettoPoint, Scalar};
use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::Zeroizing;

/// Bytes of the cipher's tag.
pub const TAG_BYTES: usize = 16;

/// Longest envelope, in bytes.
pub const ENVELOPE_BYTES_MAX: usize =
    FIXED_BYTES + CONTEXT_BYTES_MAX + SIZE_CLASSES[SIZE_CLASSES.len() - 1] + TAG_BYTES;

const MAGIC: &[u8; 4] = b"YLSE";
const VERSION: u8 = 1;
/// ristretto255, SHA-512, HKDF-SHA-512, AES-256-GCM.
const SUITE: u8 = 1;
/// Everything but the context and the ciphertext: magic, version, suite, length, U, Ub, e, f, length.
const FIXED_BYTES: usize = 4 + 1 + 1 + 2 + 4 * 32 + 4;

/// An envelope with its ciphertext replaced by its SHA-256: all that it takes to check the sender's proof, to know the
/// envelope's hash and to give a share, however long the ciphertext is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lid {
    bytes: Vec<u8>,
    context: Context,
    /// Length of the head, which ends with both points.
    head: usize,
    first: Point,
    second: Point,
    challenge: Scalar,
    answer: Scalar,
    ciphertext_bytes: u32,
    ciphertext_hash: Digest,
    hash: Digest,
}

/// A sealed envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    lid: Lid,
    ciphertext: Vec<u8>,
}

/// What is needed to make an envelope again byte for byte: only test vectors fix it.
pub struct Coins {
    pub(crate) r: Zeroizing<Scalar>,
    pub(crate) s: Zeroizing<Scalar>,
}

impl Coins {
    /// Draws them.
    ///
    /// # Errors
    /// When the source gives only zeros.
    pub fn draw(random: &mut Random<'_>) -> Result<Coins, SealingError> {
        Ok(Coins { r: random_scalar(random)?, s: random_scalar(random)? })
    }

    /// Their bytes: `r`, `s`. Whoever knows them can open the envelope.
    pub fn bytes(&self) -> [Zeroizing<[u8; 32]>; 2] {
        [Zeroizing::new(self.r.to_bytes()), Zeroizing::new(self.s.to_bytes())]
    }
}

/// Seals a bundle to the key in the context.
///
/// # Errors
/// When the bundle or the context is over its limits, or the random numbers are not.
pub fn seal(context: &Context, bundle: &Bundle, random: &mut Random<'_>) -> Result<Envelope, SealingError> {
    let coins = Coins::draw(random)?;
    seal_padded(context, payload::pad(&bundle.content()?)?, &coins)
}

/// Seals what is already padded, with given coins.
///
/// # Errors
/// When the context is over its limits or the length is no size class.
pub fn seal_padded(context: &Context, mut padded: Vec<u8>, coins: &Coins) -> Result<Envelope, SealingError> {
    let (head, first, _) = head(context, coins)?;
    let shared = Zeroizing::new(context.key.at * *coins.r);
    Key::derive(&shared, first.bytes(), &envelope_info(written_context(&head))).encrypt(&head, &mut padded)?;
    wrap(context, padded, coins)
}

/// Makes an envelope around a ciphertext. [`seal`] is what senders want; this alone can make envelopes that nobody can
/// open, which test vectors need.
///
/// # Errors
/// When the context is over its limits or the length is not that of a size class with its tag.
pub fn wrap(context: &Context, ciphertext: Vec<u8>, coins: &Coins) -> Result<Envelope, SealingError> {
    if !SIZE_CLASSES.iter().any(|class| class + TAG_BYTES == ciphertext.len()) {
        return Err(shape(Part::Payload, "its length is no size class"));
    }
    let (mut bytes, first, second) = head(context, coins)?;
    let head = bytes.len();
    let ciphertext_hash = group::sha256(&ciphertext);
    let (w, wb) = (times_first(&coins.s), times_second(&coins.s));
    let challenge = challenge(&bytes, &w, &wb, &ciphertext_hash);
    let answer = *coins.s + *coins.r * challenge;
    let ciphertext_bytes = ciphertext.len() as u32;
    bytes.extend_from_slice(challenge.as_bytes());
    bytes.extend_from_slice(answer.as_bytes());
    bytes.extend_from_slice(&ciphertext_bytes.to_be_bytes());
    bytes.extend_from_slice(&ciphertext_hash);
    let start = Start { context: context.clone(), head, first, second, challenge, answer, ciphertext_bytes };
    Ok(Envelope { lid: start.lid(bytes, ciphertext_hash), ciphertext })
}

/// The head of an envelope and the two points it ends with.
fn head(context: &Context, coins: &Coins) -> Result<(Vec<u8>, Point, Point), SealingError> {
    let written = context.bytes()?;
    let identity = |point| Point::of(point).ok_or(SealingError::Random);
    let (first, second) = (identity(times_first(&coins.r))?, identity(times_second(&coins.r))?);
    let mut bytes = Vec::with_capacity(FIXED_BYTES + written.len() + 32);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[VERSION, SUITE]);
    bytes.extend_from_slice(&(written.len() as u16).to_be_bytes());
    bytes.extend_from_slice(&written);
    bytes.extend_from_slice(first.bytes());
    bytes.extend_from_slice(second.bytes());
    Ok((bytes, first, second))
}

/// The context in a head: what stands between the length and the two points.
fn written_context(head: &[u8]) -> &[u8] {
    &head[8..head.len() - 64]
}

fn challenge(head: &[u8], w: &RistrettoPoint, wb: &RistrettoPoint, ciphertext_hash: &Digest) -> Scalar {
    let (w, wb) = (w.compress(), wb.compress());
    hash_to_scalar("envelope", &[head, w.as_bytes(), wb.as_bytes(), ciphertext_hash])
}

impl Lid {
    /// Reads a lid.
    ///
    /// # Errors
    /// When the bytes are no lid of format 1, hold a point or a scalar that is not canonical, or the identity.
    pub fn parse(bytes: &[u8]) -> Result<Lid, SealingError> {
        let mut reader = Reader::new(Part::Envelope, bytes);
        let start = Start::read(&mut reader)?;
        let ciphertext_hash = reader.array()?;
        reader.end()?;
        Ok(start.lid(bytes.to_vec(), ciphertext_hash))
    }

    /// Checks the sender's proof: that he made this envelope, for this context, and knows what is in it.
    ///
    /// # Errors
    /// [`SealingError::EnvelopeProof`].
    pub fn check(&self) -> Result<(), SealingError> {
        let w = open_first(&self.answer, &self.challenge, &self.first.at);
        let wb = open_second(&self.answer, &self.challenge, &self.second.at);
        let right = challenge(&self.bytes[..self.head], &w, &wb, &self.ciphertext_hash);
        if right == self.challenge { Ok(()) } else { Err(SealingError::EnvelopeProof) }
    }

    /// Checks the sender's proof and that the envelope is for exactly this context.
    ///
    /// # Errors
    /// [`SealingError::EnvelopeContext`], which names the field; [`SealingError::EnvelopeProof`].
    pub fn check_for(&self, wanted: &Context) -> Result<(), SealingError> {
        match self.context.differs(wanted) {
            Some(field) => Err(SealingError::EnvelopeContext(field)),
            None => self.check(),
        }
    }

    /// What the envelope is for.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The hash that receipts, the list of a round and its root use: SHA-256 of the lid.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// The lid as it is written.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Length of the ciphertext in bytes, its tag included.
    pub fn ciphertext_bytes(&self) -> u32 {
        self.ciphertext_bytes
    }

    /// `U`, of which trustees give their multiples.
    pub fn point(&self) -> &Point {
        &self.first
    }
}

/// What a lid and an envelope begin with.
struct Start {
    context: Context,
    head: usize,
    first: Point,
    second: Point,
    challenge: Scalar,
    answer: Scalar,
    ciphertext_bytes: u32,
}

impl Start {
    fn read(reader: &mut Reader<'_>) -> Result<Start, SealingError> {
        let bad = |why: &str| shape(Part::Envelope, why);
        if &reader.array::<4>()? != MAGIC {
            return Err(bad("it is no envelope"));
        }
        for known in [VERSION, SUITE] {
            let found = reader.u8()?;
            if found != known {
                return Err(SealingError::Version { part: Part::Envelope, found: found.into() });
            }
        }
        let length = usize::from(reader.u16()?);
        if length > CONTEXT_BYTES_MAX {
            return Err(bad("its context is too long"));
        }
        let context = Context::parse(reader.take(length)?)?;
        let first = Point::parse(Part::Envelope, &reader.array()?)?;
        let second = Point::parse(Part::Envelope, &reader.array()?)?;
        let head = 4 + 1 + 1 + 2 + length + 64;
        let challenge = group::scalar(Part::Envelope, &reader.array()?)?;
        let answer = group::scalar(Part::Envelope, &reader.array()?)?;
        let ciphertext_bytes = reader.u32()?;
        if !SIZE_CLASSES.iter().any(|class| class + TAG_BYTES == ciphertext_bytes as usize) {
            return Err(bad("the length of its ciphertext is no size class"));
        }
        Ok(Start { context, head, first, second, challenge, answer, ciphertext_bytes })
    }

    fn lid(self, bytes: Vec<u8>, ciphertext_hash: Digest) -> Lid {
        let Start { context, head, first, second, challenge, answer, ciphertext_bytes } = self;
        let hash = group::sha256(&bytes);
        Lid { bytes, context, head, first, second, challenge, answer, ciphertext_bytes, ciphertext_hash, hash }
    }
}

impl Envelope {
    /// Reads an envelope. It is of the format then; [`Lid::check`] says whether its proof holds.
    ///
    /// # Errors
    /// As [`Lid::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Envelope, SealingError> {
        let mut reader = Reader::new(Part::Envelope, bytes);
        let start = Start::read(&mut reader)?;
        let before = bytes.len() - reader.left();
        let ciphertext = reader.take(start.ciphertext_bytes as usize)?;
        reader.end()?;
        let ciphertext_hash = group::sha256(ciphertext);
        let lid = start.lid([&bytes[..before], &ciphertext_hash].concat(), ciphertext_hash);
        Ok(Envelope { lid, ciphertext: ciphertext.to_vec() })
    }

    /// The envelope as it is written.
    pub fn bytes(&self) -> Vec<u8> {
        let before = self.lid.bytes.len() - self.lid.ciphertext_hash.len();
        [&self.lid.bytes[..before], &self.ciphertext].concat()
    }

    /// Its lid.
    pub fn lid(&self) -> &Lid {
        &self.lid
    }

    /// As [`Lid::check`].
    ///
    /// # Errors
    /// As there.
    pub fn check(&self) -> Result<(), SealingError> {
        self.lid.check()
    }

    /// As [`Lid::hash`].
    pub fn hash(&self) -> Digest {
        self.lid.hash
    }

    /// As [`Lid::context`].
    pub fn context(&self) -> &Context {
        &self.lid.context
    }

    /// The padded content, given `r·Y`; nothing when the cipher's tag is wrong.
    pub(crate) fn decrypt(&self, shared: &RistrettoPoint) -> Option<Vec<u8>> {
        let head = &self.lid.bytes[..self.lid.head];
        let key = Key::derive(shared, self.lid.first.bytes(), &envelope_info(written_context(head)));
        let mut padded = self.ciphertext.clone();
        key.decrypt(head, &mut padded).then_some(padded)
    }
}

fn envelope_info(context: &[u8]) -> Vec<u8> {
    [b"yilang-sealing/1 key\0".as_slice(), &group::sha256(context)].concat()
}

/// A key and a nonce for one message: both come from a shared point that is used once.
pub(crate) struct Key(Zeroizing<[u8; 44]>);

impl Key {
    /// HKDF-SHA-512 (RFC 5869) over the encoding of the shared point.
    pub fn derive(shared: &RistrettoPoint, salt: &[u8; 32], info: &[u8]) -> Key {
        let input = Zeroizing::new(shared.compress().to_bytes());
        let mut key = Zeroizing::new([0; 44]);
        Hkdf::<Sha512>::new(Some(salt), input.as_slice())
            .expand(info, key.as_mut_slice())
            .expect("44 bytes are far below the 16,320 that HKDF-SHA-512 gives");
        Key(key)
    }

    fn cipher(&self) -> (Aes256Gcm, [u8; 12]) {
        let (mut key, mut nonce) = (Zeroizing::new([0u8; 32]), [0; 12]);
        key.copy_from_slice(&self.0[..32]);
        nonce.copy_from_slice(&self.0[32..]);
        (Aes256Gcm::new(&(*key).into()), nonce)
    }

    /// Encrypts in place and appends the tag.
    pub fn encrypt(&self, aad: &[u8], message: &mut Vec<u8>) -> Result<(), SealingError> {
        let (cipher, nonce) = self.cipher();
        let sealed = cipher.encrypt_in_place(&nonce.into(), aad, message);
        sealed.map_err(|_| SealingError::Limit { what: "the whole content", max: SIZE_CLASSES[8] as u64 })
    }

    /// Decrypts in place; whether the tag was right.
    pub fn decrypt(&self, aad: &[u8], message: &mut Vec<u8>) -> bool {
        let (cipher, nonce) = self.cipher();
        cipher.decrypt_in_place(&nonce.into(), aad, message).is_ok()
    }
}
