//! The bytes of envelopes, in parts, under the hash of the whole.
//!
//! A working table: an envelope of 64 MiB would go through every image, every `RETURNING` and one long turn of the
//! writer. Its hash stands in the recorded row and in the journal, so that no byte can change unseen; parts are written
//! in small transactions of their own before the envelope is taken, and parts without an envelope are swept.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put, run};

/// Table of parts.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "envelopes-0004-part",
    sql: "
CREATE TABLE envelope_part (hash TEXT NOT NULL, number BIGINT NOT NULL, bytes {bytes} NOT NULL, at_ms BIGINT NOT NULL,
  PRIMARY KEY (hash, number));
",
}];

/// Bytes of one part.
pub const PART_BYTES: usize = 1024 * 1024;

/// Stores one part; the same part of the same envelope may come again.
pub async fn add(conn: &Conn, hash: &str, number: i64, bytes: &[u8], at_ms: i64) -> Outcome<()> {
    let row = vec![hash.into(), number.into(), bytes.to_vec().into(), at_ms.into()];
    put(conn, "envelope_part", &["hash", "number", "bytes", "at_ms"], &["hash", "number"], vec![row]).await
}

/// The bytes of an envelope; none where a part is missing.
pub async fn whole(conn: &Conn, hash: &str, bytes: i64) -> Outcome<Option<Vec<u8>>> {
    let size = usize::try_from(bytes).unwrap_or(0);
    let mut whole = Vec::with_capacity(size);
    for number in 0..size.div_ceil(PART_BYTES) {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let text = "SELECT bytes FROM envelope_part WHERE hash = $1 AND number = $2";
        let rows = all(conn, text, vec![hash.into(), number.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        whole.extend_from_slice(&get::<Vec<u8>>(row, "bytes")?);
    }
    Ok((whole.len() == size).then_some(whole))
}

/// Takes away parts of envelopes that were never taken, older than a moment.
pub async fn sweep(conn: &Conn, before_ms: i64) -> Outcome<u64> {
    let text = "DELETE FROM envelope_part WHERE at_ms < $1 AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.hash = envelope_part.hash)";
    run(conn, text, vec![before_ms.into()]).await
}
