//! Which rows of imports may be seen: one SQL fragment for every public read.

use platform::db::{Conn, Outcome};

/// True for rows that did not come with an import, or whose import is published.
///
/// Publishing a large import is then one row of `import_batch`, whatever its size. `alias` is the table's
/// name in the query, with its dot (`"o."`), or empty.
pub fn published(alias: &str) -> String {
    format!("({alias}batch IS NULL OR {alias}batch IN (SELECT id FROM import_batch WHERE state = 'published'))")
}

/// Whether an import is published.
pub async fn is_published(conn: &Conn, batch: &str) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM import_batch WHERE id = $1 AND state = 'published'";
    Ok(rooms::store::rows::first(conn, text, vec![batch.into()]).await?.is_some())
}
