//! The JSON twin of every page and action.

pub mod city;
pub mod claim;
pub mod contact;
pub mod corridor;
pub mod desk;
pub mod expert;
pub mod fact;
pub mod import;
pub mod listing;
pub mod matching;
pub mod membership;
pub mod organisation;
pub mod pack;
pub mod poc;
pub mod review;
pub mod search;
pub mod status;
pub mod workstation;
