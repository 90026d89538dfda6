//! Organisations, claims, members, statuses, experts, workstations and proof-of-concept projects in a running house.

mod claims;
mod experts;
mod house;
mod members;
mod organisations;
mod poc;
mod statuses;
mod workstations;
