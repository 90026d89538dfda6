//! Ways to sign in as people meet them, over HTTP.
#![allow(unused_must_use, reason = "an answer that a test has insisted on needs no further look")]

mod device;
mod factor;
mod house;
mod identities;
mod mail;
mod offices;
mod other_house;
mod passkeys;
mod proof;
mod vectors;
mod why;
