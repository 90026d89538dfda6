//! What one trustee gives for one envelope: `x·U`, with a proof that it is of his key (Chaum, Pedersen).

use crate::ceremony::Committee;
use crate::envelope::Lid;
use crate::group::{Point, hash_to_scalar};
use crate::proofs::{PROOF_BYTES, Proof, Same};
use crate::trustee::TrusteeShare;
use crate::wire::Reader;
use crate::{Part, Random, SealingError};
use zeroize::Zeroizing;

/// Bytes of a written share.
pub const SHARE_BYTES: usize = 2 + 32 + PROOF_BYTES;

/// A share for one envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    seat: u16,
    pub(crate) part: Point,
    proof: Proof,
}

impl Share {
    /// Gives a share for an envelope whose proof holds. Before that, whoever calls it has checked that the round is
    /// closed and that the envelope is in its list.
    ///
    /// # Errors
    /// [`SealingError::EnvelopeProof`]; [`SealingError::EnvelopeContext`] when the envelope is for another committee;
    /// [`SealingError::Random`].
    pub fn give(own: &TrusteeShare, lid: &Lid, random: &mut Random<'_>) -> Result<Share, SealingError> {
        own.committee().check_addressed(lid)?;
        lid.check()?;
        let part = Point::of(lid.point().at * *own.secret()).ok_or(SealingError::Random)?;
        let mut fresh = Zeroizing::new([0u8; 32]);
        random(fresh.as_mut_slice());
        // The nonce hangs on the secret and on what is answered too, so that a bad source of random numbers does not
        // give the trustee's key away (two challenges answered with one nonce would).
        let secret = Zeroizing::new(own.secret().to_bytes());
        let k = Zeroizing::new(hash_to_scalar("share nonce", &[secret.as_slice(), &lid.hash(), fresh.as_slice()]));
        let public = own.committee().verification_key(own.seat())?;
        let same = Same { public, base: lid.point(), image: &part };
        let proof = same.show("share", &[&lid.hash(), &own.seat().to_be_bytes()], own.secret(), &k);
        Ok(Share { seat: own.seat(), part, proof })
    }

    /// Reads a share.
    ///
    /// # Errors
    /// When it is none, or holds something that is not canonical, or the identity.
    pub fn parse(bytes: &[u8]) -> Result<Share, SealingError> {
        let mut reader = Reader::new(Part::Share, bytes);
        let seat = reader.u16()?;
        let part = Point::parse(Part::Share, &reader.array()?)?;
        let proof = Proof::parse(Part::Share, &reader.array()?)?;
        reader.end()?;
        Ok(Share { seat, part, proof })
    }

    /// The share as it is written.
    pub fn bytes(&self) -> [u8; SHARE_BYTES] {
        let mut bytes = [0; SHARE_BYTES];
        bytes[..2].copy_from_slice(&self.seat.to_be_bytes());
        bytes[2..34].copy_from_slice(self.part.bytes());
        bytes[34..].copy_from_slice(&self.proof.bytes());
        bytes
    }

    /// Who gave it: a seat, from 1.
    pub fn seat(&self) -> u16 {
        self.seat
    }

    /// Whether it is of its seat's key, for exactly this envelope.
    ///
    /// # Errors
    /// [`SealingError::ShareSeat`], [`SealingError::ShareProof`].
    pub fn check(&self, committee: &Committee, lid: &Lid) -> Result<(), SealingError> {
        let public = committee.verification_key(self.seat)?;
        let same = Same { public, base: lid.point(), image: &self.part };
        let holds = same.holds("share", &[&lid.hash(), &self.seat.to_be_bytes()], &self.proof);
        if holds { Ok(()) } else { Err(SealingError::ShareProof(self.seat)) }
    }
}
