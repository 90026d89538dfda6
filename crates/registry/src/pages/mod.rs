//! Pages for people, in Chinese and English.

pub mod city;
pub mod corridor;
pub mod fact;
pub mod home;
pub mod pack;
pub mod matching;
pub mod search;
