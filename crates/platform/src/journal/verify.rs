//! Verification: does the database still hold what it recorded?
//!
//! The stored entries are hashed again into leaves, the leaves into the tree, the roots compared with every checkpoint
//! and the signatures with the log's keys. Then every domain row is compared with the image in the newest entry that
//! wrote it. What does not hold is named, the first thing first.

use super::log::{self, Log};
use super::store::checkpoint;
use super::store::stored::{self, Erased, Stored};
use super::witness;
use crate::db::images::{Plain, Rows, Table};
use crate::db::{Conn, Db, Outcome};
use crate::fault::Fault;
use proof::image::{self, GONE};
use proof::note::{self, Checkpoint, PublicKey, Signs};
use proof::tree::{self, Tiles};
use proof::{Digest, Salt};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Entries read at once.
const PAGE_ENTRIES: i64 = 4_096;
/// Problems named at most; where one row is bad, thousands may be.
const PROBLEMS_MAX: usize = 100;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// The origins of the logs that were checked, the oldest first.
    pub origins: Vec<String>,
    /// Leaves hashed again.
    pub leaves: u64,
    /// Entries older than any log here, of which only the order was checked.
    pub before: u64,
    /// Checkpoints whose root was compared.
    pub checkpoints: u64,
    /// Signatures of witnesses that were checked.
    pub cosignatures: u64,
    /// Second signatures with SM2 that were checked.
    pub sm2: u64,
    /// Domain rows compared with their images.
    pub rows: u64,
    /// What does not hold, the first thing first. Empty: everything holds.
    pub problems: Vec<String>,
    /// There are more problems than are named.
    pub more: bool,
}

impl Report {
    fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS_MAX { self.problems.push(what) } else { self.more = true }
    }
}

/// Checks everything, in one snapshot of the database; `against` is a checkpoint that somebody has kept.
///
/// # Errors
/// Database faults. What does not hold is no error: it stands in the report.
pub async fn verify(db: &Db, against: Option<&Checkpoint>) -> Outcome<Report> {
    let conn = db.snapshot().await?;
    let mut report = Report::default();
    let logs = log::all(&conn).await?;
    report.origins = logs.iter().map(|log| log.origin.clone()).collect();
    if let Some(kept) = against
        && logs.iter().all(|log| log.origin != kept.origin)
    {
        report.problem(format!("the kept checkpoint is of the log {}, which is not here", kept.origin));
    }
    let mut walk = Walk { erased: stored::erased(&conn, None).await?, ..Walk::default() };
    walk.sealed(&conn, &logs, against, &mut report).await?;
    walk.unsealed(&conn, &mut report).await?;
    walk.erasures(&mut report);
    if let Some(tables) = db.recorded() {
        for table in tables.all() {
            walk.table(&conn, &table, &mut report).await?;
        }
    }
    walk.missing(&mut report);
    Ok(report)
}

type ImageOf = (Digest, Salt, i64);

#[derive(Default)]
struct Walk {
    erased: Erased,
    /// Erasures that entries of the journal name: entry and field.
    erasures: Vec<(i64, String)>,
    /// The newest image of every row, by table and key.
    images: HashMap<Arc<str>, HashMap<Box<[u8]>, ImageOf>>,
}

impl Walk {
    async fn sealed(
        &mut self,
        conn: &Conn,
        logs: &[Log],
        against: Option<&Checkpoint>,
        report: &mut Report,
    ) -> Outcome<()> {
        let mut next = 0;
        let mut trees = logs.iter();
        let mut tree: Option<Growing<'_>> = None;
        let mut coming = trees.next();
        let mut coming_page = read_ahead(conn, 0);
        loop {
            let page = coming_page.await.map_err(|end| Fault::Internal(end.to_string()))??;
            let Some(last) = page.last() else { break };
            // The next page is read while this one is hashed.
            coming_page = read_ahead(conn, last.leaf_index.unwrap_or(-1) + 1);
            for entry in page {
                let leaf = entry.leaf_index.unwrap_or(-1);
                if leaf != next {
                    report.problem(format!("leaf {next} is missing; the next one is {leaf} (entry {})", entry.entry));
                    next = leaf;
                }
                if coming.is_some_and(|log| log.base <= leaf) {
                    if let Some(tree) = tree.take() {
                        tree.end(conn, report).await?;
                    }
                    if let Some(log) = coming {
                        tree = Some(Growing::begin(conn, log, against).await?);
                    }
                    coming = trees.next();
                }
                match &mut tree {
                    None => report.before += 1,
                    Some(tree) => tree.take(self.hash(&entry, report), report)?,
                }
                self.remember(&entry, report);
                next += 1;
            }
        }
        match tree {
            Some(tree) => tree.end(conn, report).await?,
            None if logs.is_empty() => {}
            None => report.problem("a log without its first leaf".into()),
        }
        Ok(())
    }

    /// The leaf's hash; an entry that cannot be hashed is a problem and stands as zeros.
    fn hash(&self, entry: &Stored, report: &mut Report) -> (i64, Digest) {
        let leaf = entry.leaf(&self.erased);
        let leaf = leaf.inspect_err(|fault| report.problem(format!("entry {}: {fault:?}", entry.entry)));
        (entry.entry, leaf.map_or([0; 32], |leaf| proof::leaf::hash(leaf.as_bytes())))
    }

    fn remember(&mut self, entry: &Stored, report: &mut Report) {
        if entry.kind == super::ERASED
            && let Some((of, field)) = entry.erasure()
        {
            self.erasures.push((of, field));
        }
        for found in entry.images.as_deref().into_iter().flat_map(image::unpack) {
            match found {
                Ok(found) => {
                    let rows = match self.images.get_mut(found.table) {
                        Some(rows) => rows,
                        None => self.images.entry(found.table.into()).or_default(),
                    };
                    rows.insert(found.key.into(), (found.hash, found.salt, entry.entry));
                }
                Err(error) => return report.problem(format!("entry {}: {error}", entry.entry)),
            }
        }
    }

    /// Entries without a leaf: they wait for the sealer, or somebody has taken their leaf away.
    async fn unsealed(&mut self, conn: &Conn, report: &mut Report) -> Outcome<()> {
        if let Some(entry) = stored::first_lost(conn).await? {
            report.problem(format!("entry {entry} is neither sealed nor does it wait to be"));
        }
        let mut waiting = stored::pending(conn, false, i64::MAX).await?;
        waiting.extend(stored::pending(conn, true, i64::MAX).await?);
        waiting.sort_by_key(|entry| entry.entry);
        waiting.iter().for_each(|entry| self.remember(entry, report));
        Ok(())
    }

    /// A value may be gone only if an entry says that it was erased.
    fn erasures(&self, report: &mut Report) {
        let mut erased: Vec<&(i64, String)> = self.erased.keys().collect();
        erased.sort();
        for (entry, field) in erased {
            if !self.erasures.iter().any(|(of, name)| of == entry && name == field) {
                report.problem(format!("entry {entry}: {field} is gone and no entry says that it was erased"));
            }
        }
    }

    async fn table(&mut self, conn: &Conn, table: &Arc<Table>, report: &mut Report) -> Outcome<()> {
        let mut images = self.images.remove(table.name.as_str()).unwrap_or_default();
        let mut coming = rows_ahead(conn, Rows::new(table.clone()));
        loop {
            let (pages, rows) = coming.await.map_err(|end| Fault::Internal(end.to_string()))?;
            let Some(rows) = rows? else { break };
            coming = rows_ahead(conn, pages);
            for row in rows {
                let (key, bytes) = row.key_and_row(table);
                report.rows += 1;
                match images.remove(key.as_slice()) {
                    None => report.problem(format!("{} {}: no entry has written this row", table.name, shown(&key))),
                    Some((hash, _, entry)) if hash == GONE => {
                        report.problem(format!("{} {}: entry {entry} removed this row", table.name, shown(&key)));
                    }
                    Some((hash, salt, entry)) if image::hash(&salt, &bytes) != hash => {
                        report.problem(format!(
                            "{} {}: the row is not what entry {entry} has written",
                            table.name,
                            shown(&key)
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        self.images.insert(table.name.as_str().into(), images);
        Ok(())
    }

    /// Rows that an entry has written and nobody has removed, and that are not there.
    fn missing(&self, report: &mut Report) {
        let mut left: Vec<(i64, &str, &[u8])> = Vec::new();
        for (table, rows) in &self.images {
            let rows = rows.iter().filter(|(_, (hash, ..))| *hash != GONE);
            left.extend(rows.map(|(key, (_, _, entry))| (*entry, &**table, &**key)));
        }
        left.sort();
        for (entry, table, key) in left {
            report.problem(format!("{table} {}: the row that entry {entry} has written is missing", shown(key)));
        }
    }
}

/// Begins to read a page of entries.
fn read_ahead(conn: &Conn, leaf: i64) -> JoinHandle<Outcome<Vec<Stored>>> {
    let conn = conn.clone();
    tokio::spawn(async move { stored::from_leaf(&conn, leaf, PAGE_ENTRIES).await })
}

/// Begins to read a page of rows.
fn rows_ahead(conn: &Conn, mut pages: Rows) -> JoinHandle<(Rows, Outcome<Option<Vec<Plain>>>)> {
    let conn = conn.clone();
    tokio::spawn(async move {
        let rows = pages.next(&conn).await;
        (pages, rows)
    })
}

/// A key for people: its texts and numbers as they are.
fn shown(key: &[u8]) -> String {
    let mut parts = Vec::new();
    let mut rest = key;
    while let [tag, tail @ ..] = rest {
        match (tag, tail.split_first_chunk::<8>(), tail.split_first_chunk::<4>()) {
            (b'i', Some((number, after)), _) => {
                parts.push(i64::from_be_bytes(*number).to_string());
                rest = after;
            }
            (b't' | b'b', _, Some((length, after))) => {
                let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(0).min(after.len());
                parts.push(String::from_utf8_lossy(&after[..length]).into_owned());
                rest = &after[length..];
            }
            _ => break,
        }
    }
    parts.join("/")
}

/// A log's tree while its leaves are hashed again.
struct Growing<'a> {
    log: &'a Log,
    tiles: Tiles,
    size: u64,
    waiting: Vec<Digest>,
    /// Roots to compare: size to root and where it stands.
    roots: BTreeMap<u64, Vec<(Digest, String)>>,
    notes: Vec<(u64, String)>,
}

impl<'a> Growing<'a> {
    async fn begin(conn: &Conn, log: &'a Log, against: Option<&Checkpoint>) -> Outcome<Growing<'a>> {
        let mut roots: BTreeMap<u64, Vec<(Digest, String)>> = BTreeMap::new();
        let mut notes = Vec::new();
        for (size, root, note) in checkpoint::all(conn, &log.origin).await? {
            roots.entry(size).or_default().push((root, format!("the checkpoint of {size} leaves")));
            notes.extend(note.map(|note| (size, note)));
        }
        if let Some(kept) = against.filter(|kept| kept.origin == log.origin) {
            roots
                .entry(kept.size)
                .or_default()
                .push((kept.root, format!("the kept checkpoint of {} leaves", kept.size)));
        }
        Ok(Growing { log, tiles: Tiles::default(), size: 0, waiting: Vec::new(), roots, notes })
    }

    fn take(&mut self, (entry, hash): (i64, Digest), report: &mut Report) -> Outcome<()> {
        self.waiting.push(hash);
        report.leaves += 1;
        let size = self.size + self.waiting.len() as u64;
        if self.waiting.len() as u64 == tree::TILE_HASHES || self.roots.contains_key(&size) {
            self.flush(entry, report)?;
        }
        Ok(())
    }

    fn flush(&mut self, entry: i64, report: &mut Report) -> Outcome<()> {
        let wrong = |error: proof::ProofError| Fault::Internal(format!("the tree: {error}"));
        self.tiles.append(self.size, &self.waiting).map_err(wrong)?;
        self.size += self.waiting.len() as u64;
        self.waiting.clear();
        for (root, name) in self.roots.remove(&self.size).unwrap_or_default() {
            report.checkpoints += 1;
            if tree::root(self.size, &self.tiles).map_err(wrong)? != root {
                report.problem(format!(
                    "{name} does not hold: an entry up to leaf {} (entry {entry}) was changed, removed or moved",
                    self.size - 1
                ));
            }
        }
        self.tiles.take_changed();
        self.tiles.keep_edge(self.size);
        Ok(())
    }

    async fn end(mut self, conn: &Conn, report: &mut Report) -> Outcome<()> {
        self.flush(0, report)?;
        for (_, names) in std::mem::take(&mut self.roots) {
            for (_, name) in names {
                report.problem(format!("{name} is ahead of the log: it has only {} leaves", self.size));
            }
        }
        let wrong = |error: proof::ProofError| Fault::Internal(format!("the tree: {error}"));
        let root = tree::root(self.size, &self.tiles).map_err(wrong)?;
        match log::root(conn, self.log, self.size).await {
            Ok(stored) if stored == root => {}
            _ => report.problem(format!("the stored tree of {} is not that of its entries", self.log.origin)),
        }
        let keys = log::keys(conn, &self.log.origin, Signs::Log).await?;
        let keys: Vec<PublicKey> = keys.iter().filter_map(|key| PublicKey::parse(key).ok()).collect();
        let sm2 = log::keys(conn, &self.log.origin, Signs::LogSm2).await?;
        let sm2: Vec<PublicKey> = sm2.iter().filter_map(|key| PublicKey::parse(key).ok()).collect();
        self.cosigned(conn, report).await?;
        for (size, note) in &self.notes {
            let says = Checkpoint::parse(note).is_ok_and(|says| says.size == *size && says.origin == self.log.origin);
            if !says || !keys.iter().any(|key| key.check(note).is_ok()) {
                report.problem(format!("the checkpoint of {size} leaves is not signed by the log's key"));
            }
            for key in &sm2 {
                match key.checked_if_there(note) {
                    Ok(there) => report.sm2 += u64::from(there),
                    Err(_) => report.problem(format!("the SM2 signature of the checkpoint of {size} leaves is wrong")),
                }
            }
        }
        Ok(())
    }

    /// What witnesses have signed is what stands in the checkpoint.
    async fn cosigned(&self, conn: &Conn, report: &mut Report) -> Outcome<()> {
        let notes: HashMap<u64, &String> = self.notes.iter().map(|(size, note)| (*size, note)).collect();
        for (size, key, line) in witness::cosignatures(conn, &self.log.origin).await? {
            report.cosignatures += 1;
            let key = PublicKey::parse(&key).ok().filter(|key| key.signs() == Signs::Witness);
            let held = notes
                .get(&size)
                .zip(key)
                .is_some_and(|(note, key)| key.check(&note::with_lines(note, &[line])).is_ok());
            if !held {
                report.problem(format!("a cosignature of the checkpoint of {size} leaves is not the witness's"));
            }
        }
        Ok(())
    }
}
