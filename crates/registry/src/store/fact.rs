//! Tables of the fact data.
pub const MIGRATIONS: &[platform::db::Migration] = &[];
