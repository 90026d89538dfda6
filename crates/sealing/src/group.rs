//! The group: ristretto255 (RFC 9496), whose encodings are unique and whose order is prime: there are no points of
//! small order to be tricked with. Only the identity is left to refuse, and [`Point`] does.

use crate::{Part, Random, SealingError};
use curve25519_dalek::constants::RISTRETTO_BASEPOINT_TABLE;
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoBasepointTable, VartimeRistrettoPrecomputation};
use curve25519_dalek::traits::{Identity as _, VartimeMultiscalarMul as _, VartimePrecomputedMultiscalarMul as _};
use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest as _, Sha256, Sha512};
use std::sync::LazyLock;
use zeroize::{Zeroize as _, Zeroizing};

/// What every hash of the format begins with.
const NAME: &[u8] = b"yilang-sealing/1 ";

/// A point other than the identity, with its canonical encoding.
#[derive(Clone, Copy)]
pub struct Point {
    pub(crate) at: RistrettoPoint,
    bytes: [u8; 32],
}

impl Point {
    /// Reads a canonical encoding.
    ///
    /// # Errors
    /// [`SealingError::Point`] for anything else, and for the identity.
    pub fn parse(part: Part, bytes: &[u8; 32]) -> Result<Point, SealingError> {
        let at = CompressedRistretto(*bytes).decompress().ok_or(SealingError::Point(part))?;
        // The identity's only encoding is all zeros.
        if bytes == &[0; 32] { Err(SealingError::Point(part)) } else { Ok(Point { at, bytes: *bytes }) }
    }

    pub(crate) fn of(at: RistrettoPoint) -> Option<Point> {
        let bytes = at.compress().to_bytes();
        (bytes != [0; 32]).then_some(Point { at, bytes })
    }

    /// Its encoding.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Point) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Point {}

impl std::fmt::Debug for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Point({})", hex::encode(self.bytes))
    }
}

/// The second generator: nobody knows its logarithm to the base of the first.
static SECOND: LazyLock<RistrettoPoint> = LazyLock::new(|| {
    let digest: [u8; 64] = Sha512::digest(b"yilang-sealing/1 second generator").into();
    RistrettoPoint::from_uniform_bytes(&digest)
});

static SECOND_TABLE: LazyLock<RistrettoBasepointTable> = LazyLock::new(|| RistrettoBasepointTable::create(&SECOND));

static SECOND_VARTIME: LazyLock<VartimeRistrettoPrecomputation> =
    LazyLock::new(|| VartimeRistrettoPrecomputation::new([*SECOND]));

/// The encoding of the second generator `Gb`, for whoever implements the format.
pub fn second_generator() -> [u8; 32] {
    SECOND.compress().to_bytes()
}

/// `k·G` in constant time.
pub(crate) fn times_first(k: &Scalar) -> RistrettoPoint {
    RISTRETTO_BASEPOINT_TABLE * k
}

/// `k·Gb` in constant time.
pub(crate) fn times_second(k: &Scalar) -> RistrettoPoint {
    &*SECOND_TABLE * k
}

/// `f·G − e·P`, for public numbers only: its time tells them.
pub(crate) fn open_first(f: &Scalar, e: &Scalar, point: &RistrettoPoint) -> RistrettoPoint {
    RistrettoPoint::vartime_double_scalar_mul_basepoint(&-e, point, f)
}

/// `f·Gb − e·P`, for public numbers only.
pub(crate) fn open_second(f: &Scalar, e: &Scalar, point: &RistrettoPoint) -> RistrettoPoint {
    SECOND_VARTIME.vartime_mixed_multiscalar_mul([f], [-e], [point])
}

/// `Σ kᵢ·Pᵢ`, for public numbers only.
pub(crate) fn sum_public(scalars: &[Scalar], points: &[RistrettoPoint]) -> RistrettoPoint {
    if scalars.is_empty() {
        return RistrettoPoint::identity();
    }
    RistrettoPoint::vartime_multiscalar_mul(scalars, points)
}

pub(crate) fn scalar(part: Part, bytes: &[u8; 32]) -> Result<Scalar, SealingError> {
    Option::from(Scalar::from_canonical_bytes(*bytes)).ok_or(SealingError::Scalar(part))
}

/// A random scalar other than zero, without bias: 512 random bits reduced.
///
/// # Errors
/// When the source gives nothing but zeros.
pub(crate) fn random_scalar(random: &mut Random<'_>) -> Result<Zeroizing<Scalar>, SealingError> {
    let mut wide = Zeroizing::new([0u8; 64]);
    random(wide.as_mut_slice());
    let scalar = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide));
    if *scalar == Scalar::ZERO { Err(SealingError::Random) } else { Ok(scalar) }
}

/// The one framing of everything that is hashed or signed: the domain, then each part with its length, so that no two
/// lists of parts give the same bytes.
pub(crate) fn framed(domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes =
        Vec::with_capacity(NAME.len() + domain.len() + 1 + parts.iter().map(|p| p.len() + 4).sum::<usize>());
    absorb(domain, parts, |piece| bytes.extend_from_slice(piece));
    bytes
}

fn absorb(domain: &str, parts: &[&[u8]], mut take: impl FnMut(&[u8])) {
    take(NAME);
    take(domain.as_bytes());
    take(&[0]);
    for part in parts {
        take(&length(part));
        take(part);
    }
}

/// A length as four bytes. Parts are at most as long as an envelope, which is far below 4 GiB.
fn length(part: &[u8]) -> [u8; 4] {
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// `Hs` of the format: SHA-512 of the framing, modulo the order of the group.
pub(crate) fn hash_to_scalar(domain: &str, parts: &[&[u8]]) -> Scalar {
    let mut hasher = Sha512::new();
    absorb(domain, parts, |piece| hasher.update(piece));
    let mut wide: [u8; 64] = hasher.finalize().into();
    let scalar = Scalar::from_bytes_mod_order_wide(&wide);
    // Some of what is hashed is secret (nonces and coefficients made from a seed).
    wide.zeroize();
    scalar
}

/// SHA-256 of the framing.
pub(crate) fn hash(domain: &str, parts: &[&[u8]]) -> crate::Digest {
    let mut hasher = Sha256::new();
    absorb(domain, parts, |piece| hasher.update(piece));
    hasher.finalize().into()
}

pub(crate) fn sha256(bytes: &[u8]) -> crate::Digest {
    Sha256::digest(bytes).into()
}
