//! The peers: what somebody would use instead.

pub mod fts5;
pub mod sqlite;
pub mod xapian;
