//! What one trustee deals to all seats: commitments to a polynomial, and each seat's value of it, sealed to that seat.

use super::Plan;
use crate::envelope::Key;
use crate::group::{self, framed, sum_public};
use crate::proofs::{Proof, knows};
use crate::wire::{Hex, Kind, from_json, to_json};
use crate::{Digest, Part, Point, SealingError};
use curve25519_dalek::{RistrettoPoint, Scalar};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Longest file, in bytes.
const BYTES_MAX: usize = 64 << 10;

/// Bytes of a sealed share: a scalar and the cipher's tag.
pub(crate) const SEALED_BYTES: usize = 48;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DealFile {
    pub version: u32,
    pub kind: Kind,
    pub plan: Hex<32>,
    pub seat: u16,
    pub commitments: Vec<Hex<32>>,
    pub possession: Hex<64>,
    pub ephemeral: Hex<32>,
    pub ephemeral_possession: Hex<64>,
    pub shares: Vec<Hex<SEALED_BYTES>>,
    pub signature: Hex<64>,
}

/// The domain of the proof that a dealer has the secret of his first commitment: nobody can choose his own so that it
/// takes away those of others (a rogue key).
pub(crate) const POSSESSION: &str = "deal possession";
/// The domain of the proof that a dealer has the secret of the key he seals shares with: a copied one would make an honest
/// trustee's complaint open somebody else's share.
pub(crate) const EPHEMERAL: &str = "deal ephemeral";

impl DealFile {
    pub fn commitment_bytes(&self) -> Vec<u8> {
        self.commitments.iter().flat_map(|commitment| commitment.0).collect()
    }

    /// What the dealer signs.
    pub fn signed(&self) -> Vec<u8> {
        let shares: Vec<u8> = self.shares.iter().flat_map(|share| share.0).collect();
        let seat = self.seat.to_be_bytes();
        framed(
            "deal",
            &[
                &self.plan.0,
                &seat,
                &self.commitment_bytes(),
                &self.possession.0,
                &self.ephemeral.0,
                &self.ephemeral_possession.0,
                &shares,
            ],
        )
    }
}

/// A deal that holds as far as everybody can see; each seat still checks its own share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    file: DealFile,
    commitments: Vec<Point>,
    ephemeral: Point,
    hash: Digest,
}

impl Deal {
    /// Reads a deal and checks it against the plan.
    ///
    /// # Errors
    /// When it is none or of another plan; wrong counts; points that are not canonical or the identity; a proof or the
    /// signature that does not hold.
    pub fn parse(plan: &Plan, bytes: &[u8]) -> Result<Deal, SealingError> {
        Deal::check(plan, from_json(Kind::Deal, bytes, BYTES_MAX)?)
    }

    pub(crate) fn check(plan: &Plan, file: DealFile) -> Result<Deal, SealingError> {
        let part = Part::Deal;
        if file.kind != Kind::Deal || file.version != 1 {
            return Err(SealingError::Version { part, found: file.version });
        }
        let signed = file.signed();
        plan.check_signed(part, &file.plan.0, file.seat, &signed, &file.signature.0)?;
        let seat = file.seat;
        for (what, found, wanted) in [
            ("commitments", file.commitments.len(), plan.threshold()),
            ("shares", file.shares.len(), plan.seats().len()),
        ] {
            if found != wanted {
                return Err(SealingError::Count { seat, what, found, wanted });
            }
        }
        let commitments = file.commitments.iter().map(|point| Point::parse(part, &point.0));
        let commitments = commitments.collect::<Result<Vec<_>, _>>()?;
        let ephemeral = Point::parse(part, &file.ephemeral.0)?;
        let (number, all) = (seat.to_be_bytes(), file.commitment_bytes());
        let possession = Proof::parse(part, &file.possession.0)?;
        if !knows(POSSESSION, &[&file.plan.0, &number, &all], &commitments[0], &possession) {
            return Err(SealingError::Possession { part, seat, key: "first commitment" });
        }
        let possession = Proof::parse(part, &file.ephemeral_possession.0)?;
        if !knows(EPHEMERAL, &[&file.plan.0, &number], &ephemeral, &possession) {
            return Err(SealingError::Possession { part, seat, key: "ephemeral key" });
        }
        let hash = group::hash("deal hash", &[&signed, &file.signature.0]);
        Ok(Deal { file, commitments, ephemeral, hash })
    }

    /// The file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(&self.file)
    }

    /// Who deals: a seat, from 1.
    pub fn seat(&self) -> u16 {
        self.file.seat
    }

    /// Its hash, over the signature too.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    pub(crate) fn file(&self) -> &DealFile {
        &self.file
    }

    pub(crate) fn commitments(&self) -> &[Point] {
        &self.commitments
    }

    pub(crate) fn ephemeral(&self) -> &Point {
        &self.ephemeral
    }

    /// Opens the share for a seat with the point that only dealer and seat know. Nothing when it is not what the dealer
    /// committed to: the cipher's tag, the form of the scalar, or its value.
    pub(crate) fn open(&self, plan: &Plan, to: u16, shared: &RistrettoPoint) -> Option<Zeroizing<Scalar>> {
        let sealed = self.file.shares.get(usize::from(to).checked_sub(1)?)?;
        let mut message = Zeroizing::new(sealed.0.to_vec());
        let (key, info) = dealt_key(&plan.hash(), &self.file, to, shared);
        if !key.decrypt(&info, &mut message) {
            return None;
        }
        let bytes = Zeroizing::new(<[u8; 32]>::try_from(message.as_slice()).ok()?);
        let share = group::scalar(Part::Deal, &bytes).map(Zeroizing::new).ok();
        share.filter(|share| group::times_first(share) == expected(&self.commitments, to))
    }
}

/// The key that seals a dealer's share to a seat, and what it is bound to.
pub(crate) fn dealt_key(plan: &Digest, file: &DealFile, to: u16, shared: &RistrettoPoint) -> (Key, Vec<u8>) {
    let (from, to) = (file.seat.to_be_bytes(), to.to_be_bytes());
    let info = framed("dealt share", &[plan, &from, &to, &group::sha256(&file.commitment_bytes())]);
    (Key::derive(shared, &file.ephemeral.0, &info), info)
}

/// `Σ seatᵏ·Aₖ`: what the share of a seat must be, times the generator.
pub(crate) fn expected(commitments: &[Point], seat: u16) -> RistrettoPoint {
    let at = Scalar::from(seat);
    let powers: Vec<Scalar> =
        std::iter::successors(Some(Scalar::ONE), |power| Some(power * at)).take(commitments.len()).collect();
    let points: Vec<RistrettoPoint> = commitments.iter().map(|commitment| commitment.at).collect();
    sum_public(&powers, &points)
}
