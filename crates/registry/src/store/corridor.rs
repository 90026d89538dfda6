//! Tables of the corridor data.
pub const MIGRATIONS: &[platform::db::Migration] = &[];
