//! What people may do: one public function each, one transaction each.

pub mod city;
pub mod corridor;
pub mod fact;
pub mod home;
pub mod import;
pub mod pack;
pub mod contact;
pub mod desk;
pub mod expiry;
pub mod listing;
pub mod review;
pub mod matching;
pub mod organisation;
pub mod claim;
pub mod membership;
pub mod status;
pub mod expert;
pub mod workstation;
pub mod poc;
