//! What people and other capabilities may do: one public function each.

pub mod account;
pub mod desk;
pub mod expiry;
pub mod export;
pub mod holding;
pub mod line;
pub mod payment;
pub mod period;
pub mod periods;
pub mod statement;
pub mod transfer;
pub mod treasury;
pub mod verify;
