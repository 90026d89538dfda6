//! Tables of the pack data.
pub const MIGRATIONS: &[platform::db::Migration] = &[];
