//! A seat's registration: its keys, with the proof that it has their secrets.

use super::check_signature;
use crate::context::check_name;
use crate::group::{self, framed};
use crate::proofs::{Proof, knows};
use crate::wire::{Hex, Kind, from_json, to_json};
use crate::{Digest, Part, Point, SealingError};
use serde::{Deserialize, Serialize};

/// Longest file, in bytes.
const BYTES_MAX: usize = 8 << 10;

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrationFile {
    pub version: u32,
    pub kind: Kind,
    pub origin: String,
    pub ceremony: String,
    pub seat: u16,
    pub name: String,
    pub signing_key: Hex<32>,
    pub encryption_key: Hex<32>,
    pub possession: Hex<64>,
    pub signature: Hex<64>,
}

/// The domain of the proof that a seat has the secret of its encryption key.
pub(crate) const POSSESSION: &str = "registration possession";

impl RegistrationFile {
    /// What the proof of possession is bound to.
    pub fn bound(&self) -> [Vec<u8>; 5] {
        let text = |text: &str| text.as_bytes().to_vec();
        [
            text(&self.origin),
            text(&self.ceremony),
            self.seat.to_be_bytes().to_vec(),
            text(&self.name),
            self.signing_key.0.to_vec(),
        ]
    }

    /// What the seat signs.
    pub fn signed(&self) -> Vec<u8> {
        let bound = self.bound();
        let mut parts: Vec<&[u8]> = bound.iter().map(Vec::as_slice).collect();
        parts.extend([self.encryption_key.0.as_slice(), &self.possession.0]);
        framed("registration", &parts)
    }
}

/// A registration that holds: both keys are their owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    file: RegistrationFile,
    encryption_key: Point,
    hash: Digest,
}

impl Registration {
    /// Reads and checks a registration.
    ///
    /// # Errors
    /// When it is none, when a key is not canonical, or when a proof or the signature does not hold.
    pub fn parse(bytes: &[u8]) -> Result<Registration, SealingError> {
        Registration::check(from_json(Kind::Registration, bytes, BYTES_MAX)?)
    }

    pub(crate) fn check(file: RegistrationFile) -> Result<Registration, SealingError> {
        let part = Part::Registration;
        if file.kind != Kind::Registration || file.version != 1 {
            return Err(SealingError::Version { part, found: file.version });
        }
        for (what, value) in [("origin", &file.origin), ("ceremony", &file.ceremony), ("name", &file.name)] {
            check_name(part, what, value)?;
        }
        if file.seat == 0 {
            return Err(SealingError::SeatOrder { part, found: 0, wanted: 1 });
        }
        let encryption_key = Point::parse(part, &file.encryption_key.0)?;
        let signed = file.signed();
        check_signature(part, file.seat, &file.signing_key.0, &signed, &file.signature.0)?;
        let bound = file.bound();
        let bound: Vec<&[u8]> = bound.iter().map(Vec::as_slice).collect();
        if !knows(POSSESSION, &bound, &encryption_key, &Proof::parse(part, &file.possession.0)?) {
            return Err(SealingError::Possession { part, seat: file.seat, key: "encryption key" });
        }
        let hash = group::hash("registration hash", &[&signed, &file.signature.0]);
        Ok(Registration { file, encryption_key, hash })
    }

    /// The file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(&self.file)
    }

    /// The house whose committee it is for.
    pub fn origin(&self) -> &str {
        &self.file.origin
    }

    /// The ceremony it is for.
    pub fn ceremony(&self) -> &str {
        &self.file.ceremony
    }

    /// The number of the seat, from 1.
    pub fn seat(&self) -> u16 {
        self.file.seat
    }

    /// The name of the seat.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// The Ed25519 key it signs with.
    pub fn signing_key(&self) -> &[u8; 32] {
        &self.file.signing_key.0
    }

    /// The key that shares are sealed to.
    pub fn encryption_key(&self) -> &Point {
        &self.encryption_key
    }

    /// Its hash, over the signature too.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    pub(crate) fn file(&self) -> &RegistrationFile {
        &self.file
    }
}
