//! Opening committees and sealed rounds in a running house.

mod api;
mod ceremonies;
mod demo;
mod house;
mod killed;
mod large;
mod many;
mod pages;
mod place;
mod policies;
mod rounds;
mod together;
mod told;
mod unopenable;
