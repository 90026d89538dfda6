//! Proofs of knowing a logarithm, with the challenge by hash (Fiat, Shamir) over everything they are bound to.

use crate::group::{Point, hash_to_scalar, open_first, sum_public, times_first};
use crate::{Part, SealingError, group};
use curve25519_dalek::Scalar;

/// A challenge and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proof {
    pub challenge: Scalar,
    pub answer: Scalar,
}

/// Bytes of a written proof.
pub(crate) const PROOF_BYTES: usize = 64;

impl Proof {
    pub fn bytes(&self) -> [u8; PROOF_BYTES] {
        let mut bytes = [0; PROOF_BYTES];
        bytes[..32].copy_from_slice(self.challenge.as_bytes());
        bytes[32..].copy_from_slice(self.answer.as_bytes());
        bytes
    }

    pub fn parse(part: Part, bytes: &[u8; PROOF_BYTES]) -> Result<Proof, SealingError> {
        let half = |from: usize| {
            let mut half = [0; 32];
            half.copy_from_slice(&bytes[from..from + 32]);
            group::scalar(part, &half)
        };
        Ok(Proof { challenge: half(0)?, answer: half(32)? })
    }
}

/// Shows that whoever made it knows `x` with `x·G = public` (Schnorr). `k` is random and used once.
pub(crate) fn know(domain: &str, bound: &[&[u8]], x: &Scalar, public: &Point, k: &Scalar) -> Proof {
    let commitment = times_first(k).compress();
    let challenge = hash_to_scalar(domain, &[bound, &[public.bytes(), commitment.as_bytes()]].concat());
    Proof { challenge, answer: k + challenge * x }
}

pub(crate) fn knows(domain: &str, bound: &[&[u8]], public: &Point, proof: &Proof) -> bool {
    let commitment = open_first(&proof.answer, &proof.challenge, &public.at).compress();
    let parts = [bound, &[public.bytes(), commitment.as_bytes()]].concat();
    hash_to_scalar(domain, &parts) == proof.challenge
}

/// Two points and a base: `public = x·G` and `image = x·base` for the same `x` (Chaum, Pedersen).
pub(crate) struct Same<'a> {
    pub public: &'a Point,
    pub base: &'a Point,
    pub image: &'a Point,
}

impl Same<'_> {
    /// `k` is random and used once.
    pub fn show(&self, domain: &str, bound: &[&[u8]], x: &Scalar, k: &Scalar) -> Proof {
        let (first, second) = (times_first(k).compress(), (self.base.at * k).compress());
        let challenge = self.challenge(domain, bound, first.as_bytes(), second.as_bytes());
        Proof { challenge, answer: k + challenge * x }
    }

    pub fn holds(&self, domain: &str, bound: &[&[u8]], proof: &Proof) -> bool {
        let Proof { challenge: c, answer: z } = proof;
        let first = open_first(z, c, &self.public.at).compress();
        let second = sum_public(&[*z, -c], &[self.base.at, self.image.at]).compress();
        self.challenge(domain, bound, first.as_bytes(), second.as_bytes()) == *c
    }

    fn challenge(&self, domain: &str, bound: &[&[u8]], first: &[u8; 32], second: &[u8; 32]) -> Scalar {
        let own: [&[u8]; 5] = [self.public.bytes(), self.base.bytes(), self.image.bytes(), first, second];
        hash_to_scalar(domain, &[bound, &own].concat())
    }
}
