//! The sealer: gives committed entries their leaf numbers and appends their hashes to the tree.
//!
//! Leaves are hashed outside of any transaction; one transaction then renews the sealer's lease, makes sure that
//! nobody has sealed in between, and writes leaf numbers and tiles together.

use super::store::stored::{self, Stored};
use super::{Entry, last_leaf, log, store};
use crate::ctx::Ctx;
use crate::db::{Db, Outcome, Txn};
use crate::fault::Fault;
use crate::lease;
use kernel::Instant;
use proof::Digest;
use proof::tree;

/// Entries sealed by one call at most.
const SEAL_ENTRIES_MAX: i64 = 4_096;
/// Batched entries are filled up to a multiple of this with entries that say nothing.
const BATCH_ENTRIES: usize = 16;
/// The kind of such an entry.
const FILLER: &str = "journal.filler";
/// Who may seal.
const LEASE: &str = "sealer";

/// What becomes of entries that wait for a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batches {
    /// They wait on.
    Later,
    /// A batch is due.
    Due,
    /// Seal everything now, whoever held the lease: for commands, tests and the end of a demo's preparation.
    All,
}

/// Gives the next leaf numbers to committed entries; returns the last leaf.
///
/// # Errors
/// Database faults; a fault when an entry or the tree is not as it was written.
pub async fn seal(db: &Db, now: Instant, batches: Batches) -> Outcome<i64> {
    loop {
        let conn = db.read();
        let mut entries = stored::pending(&conn, false, SEAL_ENTRIES_MAX).await?;
        if batches != Batches::Later && entries.len() < BATCH_ENTRIES {
            entries.extend(batch(db, now).await?);
        }
        let last = last_leaf(&conn).await?;
        if entries.is_empty() {
            return Ok(last);
        }
        let mut sealing = Sealing { last, at_once: batches == Batches::All, ..Sealing::default() };
        for entry in &entries {
            // An entry is sealed before anything of it may be erased.
            let leaf = entry.leaf(&stored::Erased::new())?;
            sealing.leaves.push((entry.entry, proof::leaf::hash(leaf.as_bytes())));
        }
        order_batched(&entries, &mut sealing.leaves);
        let more = entries.len() >= usize::try_from(SEAL_ENTRIES_MAX).unwrap_or(usize::MAX);
        let node = db.node().to_owned();
        let sealed = db
            .in_txn(&Ctx::system(now), "journal_seal", (sealing, node), |tx, (sealing, node)| {
                Box::pin(sealing.write(tx, node))
            })
            .await?;
        match sealed {
            Some(last) if !more => return Ok(last),
            Some(_) => {}
            // Another node seals.
            None => return last_leaf(&db.read()).await,
        }
    }
}

/// The waiting batched entries, with as many that say nothing as make their number a full batch.
async fn batch(db: &Db, now: Instant) -> Outcome<Vec<Stored>> {
    let waiting = stored::pending(&db.read(), true, SEAL_ENTRIES_MAX).await?;
    let short = waiting.len().next_multiple_of(BATCH_ENTRIES) - waiting.len();
    if short == 0 {
        return Ok(waiting);
    }
    db.in_txn(&Ctx::system(now), "journal_fill", short, |tx, short| {
        Box::pin(async move {
            for _ in 0..*short {
                tx.journal(Entry::new(FILLER, "journal", "").batched()).await?;
            }
            Ok(())
        })
    })
    .await?;
    stored::pending(&db.read(), true, SEAL_ENTRIES_MAX).await
}

/// Batched entries stand in the order of their hashes, which their salts make a matter of chance.
fn order_batched(entries: &[Stored], leaves: &mut [(i64, Digest)]) {
    let first = entries.iter().position(|entry| entry.batched).unwrap_or(entries.len());
    leaves[first..].sort_by_key(|(_, hash)| *hash);
}

#[derive(Default)]
struct Sealing {
    /// The last leaf when the entries were read.
    last: i64,
    leaves: Vec<(i64, Digest)>,
    at_once: bool,
}

impl Sealing {
    /// The last leaf afterwards; none when another node seals.
    async fn write(&self, tx: &Txn, node: &str) -> Outcome<Option<i64>> {
        if !lease::hold(tx, LEASE, node, self.at_once).await? || last_leaf(tx).await? != self.last {
            return Ok(None);
        }
        let hashes: Vec<Digest> = self.leaves.iter().map(|(_, hash)| *hash).collect();
        append(tx, self.last + 1, &hashes).await?;
        let rows: Vec<[i64; 2]> =
            (self.last + 1..).zip(&self.leaves).map(|(leaf, (entry, _))| [leaf, *entry]).collect();
        store::tree::leaves_insert(tx, &rows).await?;
        Ok(Some(self.last + i64::try_from(self.leaves.len()).unwrap_or(0)))
    }
}

/// Appends leaf hashes to the newest log's tree, the first of them at a leaf number of the database.
pub(super) async fn append(tx: &Txn, leaf: i64, hashes: &[Digest]) -> Outcome<()> {
    let base = log::newest(tx).await?.map_or(0, |log| log.base);
    let size = u64::try_from(leaf - base).map_err(|_| Fault::Internal("a leaf before its log".into()))?;
    let mut tiles = store::tree::load(tx, base, tree::edge(size)).await?;
    tiles.append(size, hashes).map_err(|error| Fault::Internal(format!("the tree: {error}")))?;
    for (at, hashes) in tiles.take_changed() {
        store::tree::tile_put(tx, base, at, hashes).await?;
    }
    Ok(())
}
