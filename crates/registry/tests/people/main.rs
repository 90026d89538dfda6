//! Organisations, claims, members, statuses, experts, workstations and proof-of-concept projects in a running house.

mod claims;
mod expert_pages;
mod experts;
mod house;
mod members;
mod organisations;
mod poc;
mod statuses;
mod web;
mod workstation_pages;
mod workstations;
