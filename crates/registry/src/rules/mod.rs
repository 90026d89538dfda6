//! Decisions: states, commands, refusals. No database, no clock, no randomness, no async.

pub mod contact;
pub mod fact;
pub mod import;
pub mod listing;
pub mod pack;
pub mod review;
pub mod expert;
pub mod workstation;
pub mod poc;
pub mod organisation;
pub mod status;
pub mod claim;
pub mod membership;
pub mod matching;
