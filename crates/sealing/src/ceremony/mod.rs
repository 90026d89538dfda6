//! How trustees make a committee's key among themselves, without a dealer: nobody ever has the whole key.
//!
//! 1. Each seat makes its keys and gives its [`Registration`] away.
//! 2. The registrations in order, with the threshold, are the [`Plan`].
//! 3. Each seat gives a [`Deal`]: commitments to a polynomial of its own (Feldman) and each seat's value of it, sealed to
//!    that seat. Plan and deals are the beginning of the [`Transcript`].
//! 4. Each seat checks all that it was dealt and signs the transcript ([`Acceptance`]), or shows everybody that a dealer
//!    lied ([`Complaint`]). A proven complaint ends the ceremony and names the liar; a new one begins without him.
//! 5. When all seats have accepted one transcript, the [`Committee`] exists.
//!
//! This is the distributed key generation of Pedersen (A threshold cryptosystem without a trusted party, EUROCRYPT 1991)
//! with Feldman's commitments, proofs of possession against rogue keys, and "all or nothing" in place of a vote about who
//! is left out. What that means for the key's distribution stands in docs/security.md.

mod acceptance;
mod complaint;
mod deal;
mod plan;
mod registration;
mod transcript;

pub use acceptance::Acceptance;
pub use complaint::Complaint;
pub use deal::Deal;
pub use plan::{Plan, Seat};
pub use registration::Registration;
pub use transcript::Transcript;

pub(crate) use acceptance::AcceptanceFile;
pub(crate) use complaint::{ComplaintFile, SHARED as COMPLAINT_SHARED, bound as complaint_bound};
pub(crate) use deal::{
    DealFile, EPHEMERAL as DEAL_EPHEMERAL, POSSESSION as DEAL_POSSESSION, SEALED_BYTES, dealt_key, expected,
};
pub(crate) use registration::{POSSESSION as REGISTRATION_POSSESSION, RegistrationFile};

use crate::envelope::Lid;
use crate::{Digest, Part, Point, SealingError};
use ed25519_dalek::{Signature, VerifyingKey};

/// A committee: its key, of which every seat has a share and nobody more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    origin: String,
    ceremony: String,
    threshold: usize,
    key: Point,
    seats: Vec<CommitteeSeat>,
    transcript: Digest,
}

/// A seat of a committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitteeSeat {
    /// Its name.
    pub name: String,
    /// The key that its shares are checked with.
    pub verification_key: Point,
}

impl Committee {
    /// The name of the house's journal.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The ceremony in which the key was made; contexts call it the committee.
    pub fn ceremony(&self) -> &str {
        &self.ceremony
    }

    /// How many shares open an envelope.
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The key that envelopes are sealed to.
    pub fn key(&self) -> &Point {
        &self.key
    }

    /// The seats, of which the first has the number 1.
    pub fn seats(&self) -> &[CommitteeSeat] {
        &self.seats
    }

    /// What all seats have accepted: the hash of the plan and of all deals.
    pub fn transcript(&self) -> Digest {
        self.transcript
    }

    /// The key that shares of a seat are checked with.
    ///
    /// # Errors
    /// [`SealingError::ShareSeat`].
    pub fn verification_key(&self, seat: u16) -> Result<&Point, SealingError> {
        let index = usize::from(seat).checked_sub(1);
        let found = index.and_then(|index| self.seats.get(index));
        found.map(|seat| &seat.verification_key).ok_or(SealingError::ShareSeat(seat))
    }

    /// Whether an envelope is for this committee.
    ///
    /// # Errors
    /// [`SealingError::EnvelopeContext`].
    pub fn check_addressed(&self, lid: &Lid) -> Result<(), SealingError> {
        let context = lid.context();
        let fields = [
            ("house", context.origin == self.origin),
            ("committee", context.committee == self.ceremony),
            ("key", context.key == self.key),
        ];
        match fields.into_iter().find(|(_, same)| !same) {
            Some((field, _)) => Err(SealingError::EnvelopeContext(field)),
            None => Ok(()),
        }
    }
}

/// Checks an Ed25519 signature strictly: no weak keys, no second form of a signature.
fn check_signature(
    part: Part,
    seat: u16,
    key: &[u8; 32],
    signed: &[u8],
    signature: &[u8; 64],
) -> Result<(), SealingError> {
    let bad = || SealingError::Signature { part, seat };
    let key = VerifyingKey::from_bytes(key).map_err(|_| bad())?;
    key.verify_strict(signed, &Signature::from_bytes(signature)).map_err(|_| bad())
}
