//! Ways to sign in as people meet them, over HTTP.
#![allow(unused_must_use, reason = "an answer that a test has insisted on needs no further look")]

mod factor;
mod house;
mod mail;
mod offices;
mod proof;
mod why;
