//! The JSON twin of every page and action.

pub mod city;
pub mod corridor;
pub mod fact;
