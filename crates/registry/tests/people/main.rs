//! Organisations, claims, members, statuses, experts, workstations and proof-of-concept projects in a running house.

mod claims;
mod experts;
mod house;
mod members;
mod organisations;
mod poc;
mod poc_api;
mod poc_pages;
#[path = "../shared/house.rs"]
mod shared;
mod statuses;
mod workstations;
