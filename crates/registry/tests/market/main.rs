//! Needs, offers, reviews, contact requests and the desk in a running house.

#[path = "../common/house.rs"]
mod common;
mod contacts;
mod demo;
mod house;
mod listings;
mod meaning;
