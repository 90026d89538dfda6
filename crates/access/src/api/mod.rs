//! The JSON twins. Signing in itself is for browsers: programs use access tokens.

pub mod house;
pub mod linked;
pub mod own;
pub mod why;
