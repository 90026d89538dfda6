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
