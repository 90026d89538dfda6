//! Decisions without I/O: every no of this capability. Codes themselves are computed in [`crate::totp`] and
//! [`crate::recovery`].

pub mod refusals;
