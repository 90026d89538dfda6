//! The whole log as a file that outsiders check without us: see [`proof::bundle`].

use super::log;
use super::store::stored;
use crate::db::{Db, Outcome};
use crate::fault::Fault;
use kernel::Refusal;
use proof::bundle::Head;
use proof::note::Signs;
use std::io::Write;

/// Leaves read at once.
const PAGE_LEAVES: i64 = 4_096;

/// Writes the newest log up to its newest signed checkpoint, or the newest that `quorum` witnesses have signed unless they
/// are late; returns the number of leaves.
///
/// # Errors
/// `journal-unsigned` while there is no signed checkpoint; database faults; input/output errors.
pub async fn export(db: &Db, quorum: usize, out: &mut (impl Write + Send)) -> Outcome<u64> {
    let conn = db.snapshot().await?;
    let unsigned = || {
        Refusal::conflict(
            "journal-unsigned",
            "还没有签名的检查点。请先运行服务，等待几秒后再导出。",
            "There is no signed checkpoint yet. Run the service for some seconds, then export again.",
        )
    };
    let log = log::newest(&conn).await?.ok_or_else(unsigned)?;
    let published = log::shown(&conn, &log.origin, quorum).await?.ok_or_else(unsigned)?;
    let keys = log::keys(&conn, &log.origin, Signs::Log).await?;
    let sm2_keys = log::keys(&conn, &log.origin, Signs::LogSm2).await?;
    let failed = |error: std::io::Error| Fault::Internal(format!("the bundle: {error}"));
    let head = Head { keys, checkpoint: published.note, witnesses: published.witnesses, sm2_keys, base: log.base };
    writeln!(out, "{}", head.line()).map_err(failed)?;
    let size = i64::try_from(published.checkpoint.size).unwrap_or(i64::MAX);
    let end = log.base + size;
    let erased = stored::erased(&conn, None).await?;
    let mut next = log.base;
    while next < end {
        let page = stored::from_leaf(&conn, next, PAGE_LEAVES.min(end - next)).await?;
        let Some(last) = page.last().and_then(|entry| entry.leaf_index) else {
            return Err(Fault::Internal(format!("leaf {next} is missing")));
        };
        for entry in &page {
            writeln!(out, "{}", entry.leaf(&erased)?).map_err(failed)?;
        }
        next = last + 1;
    }
    out.flush().map_err(failed)?;
    Ok(published.checkpoint.size)
}
