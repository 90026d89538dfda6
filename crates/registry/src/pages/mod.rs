//! Pages for people, in Chinese and English.

pub mod city;
pub mod corridor;
mod drawing;
pub mod fact;
mod figures;
pub mod home;
pub mod import;
pub mod pack;
pub mod matching;
pub mod search;
pub mod contact;
pub mod desk;
pub mod listing;
pub mod review;
pub(crate) mod typed;
pub mod organisation;
pub mod claim;
pub mod membership;
pub mod status;
