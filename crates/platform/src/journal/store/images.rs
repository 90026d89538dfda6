//! Images within entries, the newest first.

use super::statement;
use crate::db::{Conn, Outcome};
use sea_orm::{ConnectionTrait, QueryResult};

/// Sealed entries with images before a leaf, the newest first, at most `limit`: leaf, entry, images.
pub(in crate::journal) async fn before(conn: &Conn, below: i64, limit: i64) -> Outcome<Vec<(i64, i64, Vec<u8>)>> {
    let text =
        "SELECT l.leaf_index, e.entry_id, e.images FROM journal_leaf l JOIN journal_entry e ON e.entry_id = l.entry_id
        WHERE l.leaf_index < $1 AND e.images IS NOT NULL ORDER BY l.leaf_index DESC LIMIT $2";
    let rows = conn.query_all_raw(statement(conn, text, vec![below.into(), limit.into()])).await?;
    let read = |row: &QueryResult| {
        Ok((row.try_get("", "leaf_index")?, row.try_get("", "entry_id")?, row.try_get("", "images")?))
    };
    rows.iter().map(read).collect()
}
