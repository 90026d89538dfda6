//! A trustee's word that everything he was dealt is right.

use super::{Plan, Transcript};
use crate::group::framed;
use crate::wire::{Hex, Kind, from_json, to_json};
use crate::{Digest, Part, SealingError};
use serde::{Deserialize, Serialize};

/// Longest file, in bytes.
const BYTES_MAX: usize = 4 << 10;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptanceFile {
    pub version: u32,
    pub kind: Kind,
    pub plan: Hex<32>,
    pub transcript: Hex<32>,
    pub seat: u16,
    pub signature: Hex<64>,
}

impl AcceptanceFile {
    /// What the trustee signs.
    pub fn signed(&self) -> Vec<u8> {
        framed("acceptance", &[&self.plan.0, &self.transcript.0, &self.seat.to_be_bytes()])
    }
}

/// An acceptance that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance(AcceptanceFile);

impl Acceptance {
    /// Reads an acceptance and checks it against the deals that are there.
    ///
    /// # Errors
    /// When it is none, of another plan or other deals, or its signature does not hold.
    pub fn parse(transcript: &Transcript, bytes: &[u8]) -> Result<Acceptance, SealingError> {
        let file = from_json(Kind::Acceptance, bytes, BYTES_MAX)?;
        Acceptance::check(transcript.plan(), &transcript.hash(), file)
    }

    pub(crate) fn check(plan: &Plan, transcript: &Digest, file: AcceptanceFile) -> Result<Acceptance, SealingError> {
        let part = Part::Acceptance;
        if file.kind != Kind::Acceptance || file.version != 1 {
            return Err(SealingError::Version { part, found: file.version });
        }
        plan.check_signed(part, &file.plan.0, file.seat, &file.signed(), &file.signature.0)?;
        if file.transcript.0 != *transcript {
            return Err(SealingError::Foreign { part, of: "transcript" });
        }
        Ok(Acceptance(file))
    }

    /// The file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(&self.0)
    }

    /// Who accepts: a seat, from 1.
    pub fn seat(&self) -> u16 {
        self.0.seat
    }

    pub(crate) fn file(&self) -> &AcceptanceFile {
        &self.0
    }
}
