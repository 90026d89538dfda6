//! What people may do: one public function each, one transaction each.

pub mod home;
pub mod pack;
