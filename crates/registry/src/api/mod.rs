//! The JSON twin of every page and action.

pub mod city;
pub mod corridor;
pub mod fact;
pub mod import;
pub(crate) mod paged;
pub mod matching;
pub mod search;
pub(crate) mod body;
pub mod contact;
pub mod listing;
pub mod organisation;
pub mod claim;
pub mod membership;
pub mod status;
