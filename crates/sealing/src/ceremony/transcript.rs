//! The whole ceremony in one file: the plan, all deals, and who has accepted them.

use super::deal::DealFile;
use super::plan::PlanFile;
use super::{Acceptance, AcceptanceFile, Committee, CommitteeSeat, Deal, Plan, expected};
use crate::group;
use crate::wire::{Kind, from_json, to_json};
use crate::{Digest, Part, Point, SealingError};
use serde::{Deserialize, Serialize};

/// Longest file, in bytes.
const BYTES_MAX: usize = 4 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TranscriptFile {
    version: u32,
    kind: Kind,
    plan: PlanFile,
    deals: Vec<DealFile>,
    acceptances: Vec<AcceptanceFile>,
}

/// A plan with the deals of all seats, and some acceptances or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    plan: Plan,
    deals: Vec<Deal>,
    acceptances: Vec<Acceptance>,
    hash: Digest,
}

impl Transcript {
    /// Puts the deals of all seats together, in the order of the seats.
    ///
    /// # Errors
    /// When a deal is missing, there twice, in the wrong order or of another plan.
    pub fn new(plan: Plan, deals: Vec<Deal>) -> Result<Transcript, SealingError> {
        let part = Part::Transcript;
        for (deal, wanted) in deals.iter().zip(1..) {
            if deal.seat() != wanted {
                return Err(SealingError::SeatOrder { part, found: deal.seat(), wanted });
            }
            if deal.file().plan.0 != plan.hash() {
                return Err(SealingError::Foreign { part: Part::Deal, of: "plan" });
            }
        }
        if deals.len() != plan.seats().len() {
            return Err(SealingError::Seats(deals.len()));
        }
        let hashes: Vec<Digest> = deals.iter().map(Deal::hash).collect();
        let hash = group::hash("transcript", &[&plan.hash(), hashes.as_flattened()]);
        Ok(Transcript { plan, deals, acceptances: Vec::new(), hash })
    }

    /// Adds an acceptance; those of one seat are the same, so that a repeat changes nothing.
    pub fn accept(&mut self, acceptance: Acceptance) -> Result<(), SealingError> {
        let acceptance = Acceptance::check(&self.plan, &self.hash, acceptance.file().clone())?;
        match self.acceptances.binary_search_by_key(&acceptance.seat(), Acceptance::seat) {
            Ok(_) => {}
            Err(at) => self.acceptances.insert(at, acceptance),
        }
        Ok(())
    }

    /// Reads and checks a transcript.
    ///
    /// # Errors
    /// As for everything in it; acceptances stand in the order of the seats, each once.
    pub fn parse(bytes: &[u8]) -> Result<Transcript, SealingError> {
        let file: TranscriptFile = from_json(Kind::Transcript, bytes, BYTES_MAX)?;
        let plan = Plan::check(file.plan)?;
        if file.deals.len() != plan.seats().len() {
            return Err(SealingError::Seats(file.deals.len()));
        }
        let deals = file.deals.into_iter().map(|deal| Deal::check(&plan, deal)).collect::<Result<Vec<_>, _>>()?;
        let mut transcript = Transcript::new(plan, deals)?;
        let mut last = 0;
        for acceptance in file.acceptances {
            if acceptance.seat <= last {
                return Err(SealingError::SeatOrder {
                    part: Part::Transcript,
                    found: acceptance.seat,
                    wanted: last + 1,
                });
            }
            last = acceptance.seat;
            transcript.acceptances.push(Acceptance::check(&transcript.plan, &transcript.hash, acceptance)?);
        }
        Ok(transcript)
    }

    /// The file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(&TranscriptFile {
            version: 1,
            kind: Kind::Transcript,
            plan: self.plan.file().clone(),
            deals: self.deals.iter().map(|deal| deal.file().clone()).collect(),
            acceptances: self.acceptances.iter().map(|acceptance| acceptance.file().clone()).collect(),
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The deals, in the order of the seats.
    pub fn deals(&self) -> &[Deal] {
        &self.deals
    }

    /// Who has accepted so far, in the order of the seats.
    pub fn acceptances(&self) -> &[Acceptance] {
        &self.acceptances
    }

    /// The hash of plan and deals: what trustees accept. Acceptances do not change it.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// The committee's key: the sum of the first commitments.
    ///
    /// # Errors
    /// [`SealingError::KeyIdentity`].
    pub fn key(&self) -> Result<Point, SealingError> {
        Point::of(self.deals.iter().map(|deal| deal.commitments()[0].at).sum()).ok_or(SealingError::KeyIdentity)
    }

    /// The key that shares of a seat will be checked with.
    pub(crate) fn verification_key(&self, seat: u16) -> Result<Point, SealingError> {
        let sum = self.deals.iter().map(|deal| expected(deal.commitments(), seat)).sum();
        Point::of(sum).ok_or(SealingError::KeyIdentity)
    }

    /// The committee, which exists when all seats have accepted.
    ///
    /// # Errors
    /// [`SealingError::Acceptances`], [`SealingError::KeyIdentity`].
    pub fn committee(&self) -> Result<Committee, SealingError> {
        let (given, needed) = (self.acceptances.len(), self.plan.seats().len());
        if given != needed {
            return Err(SealingError::Acceptances { given, needed });
        }
        let seat = |seat: &super::Seat| {
            let verification_key = self.verification_key(seat.seat())?;
            Ok(CommitteeSeat { name: seat.name().to_owned(), verification_key })
        };
        Ok(Committee {
            origin: self.plan.origin().to_owned(),
            ceremony: self.plan.ceremony().to_owned(),
            threshold: self.plan.threshold(),
            key: self.key()?,
            seats: self.plan.seats().iter().map(seat).collect::<Result<_, SealingError>>()?,
            transcript: self.hash,
        })
    }
}
