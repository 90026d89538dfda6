//! The peers: what somebody would use instead.

pub mod fts5;
pub mod ledger;
pub mod ortools;
pub mod pgledger;
pub mod sqlite;
pub mod xapian;
