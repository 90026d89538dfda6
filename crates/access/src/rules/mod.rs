//! Decisions without I/O: every no of this capability. Codes themselves are computed in [`crate::totp`] and
//! [`crate::recovery`], passkeys in [`crate::webauthn`].

pub mod passkey;
pub mod provider;
pub mod refusals;
