//! The JSON twin of every page and action.

pub mod inbox;
pub mod keeping;
pub mod settings;
pub mod webhook;
