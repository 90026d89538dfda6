//! The JSON twin of every page and action.

pub mod committee;
pub mod envelope;
pub mod round;
