//! Decisions: states, commands, refusals. No database, no clock, no randomness, no async.

pub mod fact;
pub mod pack;
