//! The rules by themselves: tables and properties.

mod accord;
mod work;
