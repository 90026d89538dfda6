//! The engine as its callers see it.

mod any_input;
mod finding;
mod highlighting;
mod matching;
mod storing;
mod support;
