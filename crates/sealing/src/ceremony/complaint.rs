//! A trustee shows everybody that a dealer lied: he opens what the dealer sealed to him, with a proof that he opens it
//! rightly, and everybody sees that it is not what the dealer committed to.

use super::{Deal, Plan};
use crate::group::framed;
use crate::proofs::{Proof, Same};
use crate::wire::{Hex, Kind, from_json, to_json};
use crate::{Digest, Part, Point, SealingError};
use serde::{Deserialize, Serialize};

/// Longest file, in bytes.
const BYTES_MAX: usize = 4 << 10;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintFile {
    pub version: u32,
    pub kind: Kind,
    pub plan: Hex<32>,
    pub seat: u16,
    pub dealer: u16,
    pub deal: Hex<32>,
    pub shared: Hex<32>,
    pub proof: Hex<64>,
    pub signature: Hex<64>,
}

/// The domain of the proof that the point is the one that dealer and seat share.
pub(crate) const SHARED: &str = "complaint shared";

impl ComplaintFile {
    /// What the trustee signs.
    pub fn signed(&self) -> Vec<u8> {
        let (seat, dealer) = (self.seat.to_be_bytes(), self.dealer.to_be_bytes());
        framed("complaint", &[&self.plan.0, &seat, &dealer, &self.deal.0, &self.shared.0, &self.proof.0])
    }
}

/// A complaint that is proven: the dealer lied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    file: ComplaintFile,
}

impl Complaint {
    /// Whom a complaint is about, before the deal of that seat is at hand to judge it.
    ///
    /// # Errors
    /// When it is none.
    pub fn accused(bytes: &[u8]) -> Result<u16, SealingError> {
        from_json(Kind::Complaint, bytes, BYTES_MAX).map(|file: ComplaintFile| file.dealer)
    }

    /// Reads a complaint and judges it: only a proven one comes out.
    ///
    /// # Errors
    /// When it is none or about another deal; when its signature or its proof does not hold;
    /// [`SealingError::ComplaintFalse`] when what was dealt is right.
    pub fn parse(plan: &Plan, deal: &Deal, bytes: &[u8]) -> Result<Complaint, SealingError> {
        Complaint::check(plan, deal, from_json(Kind::Complaint, bytes, BYTES_MAX)?)
    }

    pub(crate) fn check(plan: &Plan, deal: &Deal, file: ComplaintFile) -> Result<Complaint, SealingError> {
        let part = Part::Complaint;
        if file.kind != Kind::Complaint || file.version != 1 {
            return Err(SealingError::Version { part, found: file.version });
        }
        let own = plan.check_signed(part, &file.plan.0, file.seat, &file.signed(), &file.signature.0)?;
        if file.dealer != deal.seat() || file.deal.0 != deal.hash() || deal.file().plan.0 != plan.hash() {
            return Err(SealingError::Foreign { part, of: "deal" });
        }
        let shared = Point::parse(part, &file.shared.0)?;
        let same = Same { public: own.encryption_key(), base: deal.ephemeral(), image: &shared };
        if !same.holds(SHARED, &bound(&file.plan.0, &file.deal.0), &Proof::parse(part, &file.proof.0)?) {
            return Err(SealingError::ComplaintProof(file.seat));
        }
        match deal.open(plan, file.seat, &shared.at) {
            Some(_) => Err(SealingError::ComplaintFalse(file.dealer)),
            None => Ok(Complaint { file }),
        }
    }

    /// The file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(&self.file)
    }

    /// Who complains: a seat, from 1.
    pub fn seat(&self) -> u16 {
        self.file.seat
    }

    /// The dealer who lied: a seat, from 1.
    pub fn liar(&self) -> u16 {
        self.file.dealer
    }
}

/// What the proof is bound to.
pub(crate) fn bound<'a>(plan: &'a Digest, deal: &'a Digest) -> [&'a [u8]; 2] {
    [plan, deal]
}
