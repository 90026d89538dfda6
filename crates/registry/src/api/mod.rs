//! The JSON twin of every page and action.

pub mod city;
pub mod corridor;
pub mod fact;
pub(crate) mod paged;
pub mod matching;
pub mod search;
