//! Organisations, claims, members, statuses, experts, workstations and proof-of-concept projects in a running house.

mod claims;
#[path = "../common/house.rs"]
mod common;
mod expert_pages;
mod experts;
mod house;
mod members;
mod organisations;
mod poc;
mod poc_api;
mod poc_pages;
mod statuses;
mod web;
mod workstation_pages;
mod workstations;
