//! From selection on: awards, objections, contracts, milestones and where every fen is.

mod faults;
mod money;
mod objections;
mod pages;
mod policies;
mod selection;
mod stages;
