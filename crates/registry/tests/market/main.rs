//! Needs, offers, reviews, contact requests and the desk in a running house.

mod contacts;
mod demo;
mod house;
mod listings;
#[path = "../shared/house.rs"]
mod shared;
