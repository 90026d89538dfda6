//! Rows in, values out. SQL stops here.

pub mod delivery;
pub mod follow;
pub mod letter;
pub mod notice;
pub mod preference;
pub mod saved;
pub mod webhook;
