//! The node as whoever runs it meets it: set up, watched, stopped, and met by faults.

mod clock;
mod config;
mod database;
mod disk;
mod exposition;
mod figures;
mod logs;
mod node;
mod stop;
mod two_nodes;
