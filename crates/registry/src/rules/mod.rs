//! Decisions: states, commands, refusals. No database, no clock, no randomness, no async.

pub mod claim;
pub mod contact;
pub mod decision;
pub mod expert;
pub mod fact;
pub mod import;
pub mod listing;
pub mod matching;
pub mod membership;
pub mod organisation;
pub mod pack;
pub mod poc;
pub mod review;
pub mod status;
pub mod workstation;
