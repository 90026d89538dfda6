//! Decisions: values in, a yes or a clear no out. No database, clock or chance.

pub mod account;
pub mod audit;
pub mod book;
pub mod export;
pub mod opening;
pub mod payment;
pub mod period;
pub mod reconcile;
pub mod statement;
pub mod transfer;

use kernel::Instant;

/// What every name of the demo begins with.
pub const DEMO_PREFIX: &str = "示例";

/// Who does it, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account of the person.
    pub account: &'a str,
    /// Its name at that time.
    pub name: &'a str,
    /// An account of the demo.
    pub demo: bool,
    /// When.
    pub now: Instant,
}
