//! The JSON twin of every page and action.

pub mod account;
pub mod line;
pub mod payment;
pub mod period;
pub mod statement;
