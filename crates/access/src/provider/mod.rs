//! Other houses that vouch for people (`OpenID` Connect Core 1.0): which they are, and what is said to them.
//!
//! Their answers are held to the specification by the crate `openidconnect`; connections are [`platform::outward`]'s, to
//! exactly the address that was looked at.

mod claims;
mod file;
mod house;

pub use file::{Provider, Providers, Wrong};
pub use house::{Arrived, Gate, Secrets};
