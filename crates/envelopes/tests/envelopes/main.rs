//! Opening committees and sealed rounds in a running house.

mod api;
mod ceremonies;
mod demo;
mod house;
mod pages;
mod policies;
mod rounds;
