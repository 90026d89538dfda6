//! What people may do: one public function each, one transaction each.

pub mod pack;
