//! The plan of a ceremony: who sits where, and how many open an envelope.

use super::{Registration, RegistrationFile, check_signature};
use crate::context::check_name;
use crate::group;
use crate::wire::{Kind, from_json, to_json};
use crate::{Digest, Part, SEATS_MAX, SEATS_MIN, SealingError};
use serde::{Deserialize, Serialize};

/// Longest file, in bytes.
const BYTES_MAX: usize = 256 << 10;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanFile {
    version: u32,
    kind: Kind,
    origin: String,
    ceremony: String,
    threshold: u16,
    seats: Vec<RegistrationFile>,
}

/// What others need of a seat.
pub type Seat = Registration;

/// A plan that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    file: PlanFile,
    seats: Vec<Seat>,
    hash: Digest,
}

impl Plan {
    /// Makes a plan of registrations in the order of their seats.
    ///
    /// # Errors
    /// Fewer than three seats, a threshold that is not more than half, a gap or a wrong order, a name or a key that two
    /// seats share, a registration for another ceremony.
    pub fn new(
        origin: &str,
        ceremony: &str,
        threshold: u16,
        registrations: &[Registration],
    ) -> Result<Plan, SealingError> {
        Plan::check(PlanFile {
            version: 1,
            kind: Kind::Plan,
            origin: origin.to_owned(),
            ceremony: ceremony.to_owned(),
            threshold,
            seats: registrations.iter().map(|seat| seat.file().clone()).collect(),
        })
    }

    /// Reads and checks a plan.
    ///
    /// # Errors
    /// As [`Plan::new`], and as [`Registration::parse`] for each seat.
    pub fn parse(bytes: &[u8]) -> Result<Plan, SealingError> {
        Plan::check(from_json(Kind::Plan, bytes, BYTES_MAX)?)
    }

    pub(crate) fn check(file: PlanFile) -> Result<Plan, SealingError> {
        let part = Part::Plan;
        if file.kind != Kind::Plan || file.version != 1 {
            return Err(SealingError::Version { part, found: file.version });
        }
        check_name(part, "origin", &file.origin)?;
        check_name(part, "ceremony", &file.ceremony)?;
        check_counts(usize::from(file.threshold), file.seats.len())?;
        let seats = file.seats.iter().cloned().map(Registration::check).collect::<Result<Vec<_>, _>>()?;
        for (seat, wanted) in seats.iter().zip(1..) {
            if seat.seat() != wanted {
                return Err(SealingError::SeatOrder { part, found: seat.seat(), wanted });
            }
            if seat.origin() != file.origin || seat.ceremony() != file.ceremony {
                return Err(SealingError::Foreign { part: Part::Registration, of: "ceremony" });
            }
        }
        check_different(&seats)?;
        let numbers = [file.threshold.to_be_bytes(), (seats.len() as u16).to_be_bytes()].concat();
        let hashes: Vec<Digest> = seats.iter().map(Registration::hash).collect();
        let hash =
            group::hash("plan", &[file.origin.as_bytes(), file.ceremony.as_bytes(), &numbers, hashes.as_flattened()]);
        Ok(Plan { file, seats, hash })
    }

    /// The file.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(&self.file)
    }

    /// The house.
    pub fn origin(&self) -> &str {
        &self.file.origin
    }

    /// The ceremony.
    pub fn ceremony(&self) -> &str {
        &self.file.ceremony
    }

    /// How many shares will open an envelope.
    pub fn threshold(&self) -> usize {
        usize::from(self.file.threshold)
    }

    /// The seats, of which the first has the number 1.
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// Its hash, which every later file names.
    pub fn hash(&self) -> Digest {
        self.hash
    }

    pub(crate) fn file(&self) -> &PlanFile {
        &self.file
    }

    /// A seat by its number.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn seat(&self, part: Part, seat: u16) -> Result<&Seat, SealingError> {
        let index = usize::from(seat).checked_sub(1);
        index.and_then(|index| self.seats.get(index)).ok_or(SealingError::NoSeat { part, seat })
    }

    /// Checks that a file is of this plan and that its seat signed it.
    pub(crate) fn check_signed(
        &self,
        part: Part,
        plan: &Digest,
        seat: u16,
        signed: &[u8],
        signature: &[u8; 64],
    ) -> Result<&Seat, SealingError> {
        if *plan != self.hash {
            return Err(SealingError::Foreign { part, of: "plan" });
        }
        let found = self.seat(part, seat)?;
        check_signature(part, seat, found.signing_key(), signed, signature)?;
        Ok(found)
    }
}

/// At least three seats, and more than half of them for an opening: otherwise two halves could open without each other.
fn check_counts(threshold: usize, seats: usize) -> Result<(), SealingError> {
    if !(SEATS_MIN..=SEATS_MAX).contains(&seats) {
        return Err(SealingError::Seats(seats));
    }
    if threshold * 2 <= seats || threshold > seats {
        return Err(SealingError::Threshold { threshold, seats });
    }
    Ok(())
}

fn check_different(seats: &[Seat]) -> Result<(), SealingError> {
    fn same<K: PartialEq>(seats: &[Seat], key: impl Fn(&Seat) -> K) -> Option<(u16, u16)> {
        let pairs = seats.iter().enumerate().flat_map(|(at, one)| seats[at + 1..].iter().map(move |two| (one, two)));
        pairs.filter(|(one, two)| key(one) == key(two)).map(|(one, two)| (one.seat(), two.seat())).next()
    }
    let found = [
        (same(seats, |seat| seat.name().to_owned()), "name"),
        (same(seats, |seat| *seat.signing_key()), "signing key"),
        (same(seats, |seat| *seat.encryption_key()), "encryption key"),
    ];
    match found.into_iter().find_map(|(pair, what)| pair.map(|(one, two)| SealingError::SeatTwice(one, two, what))) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_least_three_seats_and_more_than_half_of_them() {
        for (threshold, seats) in [(2, 3), (3, 3), (3, 4), (3, 5), (5, 9), (9, 9), (33, 64)] {
            assert_eq!(check_counts(threshold, seats), Ok(()), "{threshold} of {seats}");
        }
        for seats in [0, 1, 2, 65] {
            assert_eq!(check_counts(2, seats), Err(SealingError::Seats(seats)));
        }
        for (threshold, seats) in [(0, 3), (1, 3), (4, 3), (2, 4), (5, 4), (4, 9), (10, 9), (32, 64)] {
            assert_eq!(check_counts(threshold, seats), Err(SealingError::Threshold { threshold, seats }));
        }
    }
}
