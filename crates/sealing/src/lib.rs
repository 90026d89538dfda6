//! Sealed envelopes that nobody can open before a committee does, without I/O and without a clock.
//!
//! - [`context`]: what an envelope is for: its house, round, committee, rules, deadline and sender.
//! - [`payload`]: what is sealed: fields and files, padded to a size class.
//! - [`envelope`]: sealing to a committee's key, and what anybody can check of an envelope (TDH2 as a hybrid).
//! - [`share`]: what one trustee gives for one envelope, with a proof.
//! - [`open`]: any `t` shares open an envelope; an envelope that cannot be opened has a reason.
//! - [`list`]: the envelopes of a round and the root that stands in the journal before any share.
//! - [`ceremony`]: trustees make the committee's key among themselves; nobody ever has it.
//! - [`trustee`]: what a trustee keeps to himself, and its file.
//!
//! The format is written down for others in docs/sealing-format.md, with test vectors in `vectors/`; what it withstands
//! and what it does not stands in docs/security.md. Handing the seats of a committee to others (resharing) is out of
//! scope: a new committee is founded by a new ceremony.

pub mod ceremony;
pub mod context;
pub mod envelope;
mod error;
mod group;
pub mod list;
pub mod open;
pub mod payload;
mod proofs;
pub mod share;
pub mod trustee;
mod wire;

// Tests within the crate use what tests outside of it use, which calls the crate by its name.
#[cfg(test)]
extern crate self as sealing;
#[cfg(test)]
#[path = "../tests/made/mod.rs"]
mod made;

pub use error::{Part, SealingError};
pub use group::{Point, second_generator};
pub use wire::{Hex, Kind};

/// A SHA-256 digest.
pub type Digest = proof::Digest;

/// Fills a slice with random bytes that nobody can guess. The caller has the source; this crate has none.
pub type Random<'a> = dyn FnMut(&mut [u8]) + 'a;

/// Largest number of seats of a committee.
pub const SEATS_MAX: usize = 64;

/// Smallest number of seats of a committee: with two, every opening would need both.
pub const SEATS_MIN: usize = 3;
