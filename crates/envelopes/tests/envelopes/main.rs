//! Opening committees and sealed rounds in a running house.

mod ceremonies;
mod house;
mod rounds;
