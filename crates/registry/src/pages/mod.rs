//! Pages for people, in Chinese and English.

pub mod city;
pub mod corridor;
mod drawing;
pub mod fact;
mod figures;
pub mod home;
pub mod pack;
pub mod matching;
pub mod search;
