//! The transparency log: which log this database writes, its keys, its checkpoints.
//!
//! A log is a tree with an origin. It opens with an entry that names its origin and key; a database restored from a
//! backup opens a new one, whose first leaf holds the last checkpoint that was published, because the old log may have
//! gone on after the backup. Signing keys lie in files outside of database and backup.

use super::seal::{append, load};
use super::{Entry, last_leaf, stored, witness};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Db, Outcome, Txn};
use crate::fault::Fault;
use kernel::{Instant, Refusal, RefusalKind};
use proof::note::{Checkpoint, PublicKey, SecretKey, Signs};
use proof::tree::Question;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A log of this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The leaf number in the database of its first leaf.
    pub base: i64,
    /// Its name in every checkpoint.
    pub origin: String,
    /// When it was opened.
    pub opened_ms: i64,
    /// The last published checkpoint of the log before it, if there was one.
    pub previous: Option<String>,
}

/// A checkpoint as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// When its tree was fixed.
    pub at_ms: i64,
    /// The note with the log's signature and those of witnesses.
    pub note: String,
    /// The note with the log's signature alone.
    pub log_note: String,
    /// Verifier keys of the witnesses that have signed it.
    pub witnesses: Vec<String>,
}

impl Published {
    /// Names of the witnesses that have signed it.
    pub fn witness_names(&self) -> Vec<String> {
        names(&self.witnesses)
    }
}

/// The names in verifier keys.
pub(super) fn names(keys: &[String]) -> Vec<String> {
    keys.iter().filter_map(|key| PublicKey::parse(key).ok()).map(|key| key.name().to_owned()).collect()
}

fn statement(conn: &Conn, text: &str, values: Vec<sea_orm::Value>) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), text, values)
}

fn read_log(row: &QueryResult) -> Outcome<Log> {
    Ok(Log {
        base: row.try_get("", "base")?,
        origin: row.try_get("", "origin")?,
        opened_ms: row.try_get("", "opened_ms")?,
        previous: row.try_get("", "previous")?,
    })
}

/// The log that is written now; none before one is opened.
pub async fn newest(conn: &Conn) -> Outcome<Option<Log>> {
    let text = "SELECT base, origin, opened_ms, previous FROM journal_log ORDER BY base DESC LIMIT 1";
    conn.query_one_raw(statement(conn, text, Vec::new())).await?.as_ref().map(read_log).transpose()
}

/// All logs of this database, the oldest first.
pub async fn all(conn: &Conn) -> Outcome<Vec<Log>> {
    let text = "SELECT base, origin, opened_ms, previous FROM journal_log ORDER BY base";
    conn.query_all_raw(statement(conn, text, Vec::new())).await?.iter().map(read_log).collect()
}

/// The keys of a log, the oldest first.
pub async fn keys(conn: &Conn, origin: &str) -> Outcome<Vec<String>> {
    let text = "SELECT vkey FROM journal_key WHERE origin = $1 ORDER BY since_ms, vkey";
    let rows = conn.query_all_raw(statement(conn, text, vec![origin.into()])).await?;
    rows.iter().map(|row| Ok(row.try_get("", "vkey")?)).collect()
}

/// The key that signs now.
async fn current_key(conn: &Conn, origin: &str) -> Outcome<Option<PublicKey>> {
    let text = "SELECT vkey FROM journal_key WHERE origin = $1 AND until_ms IS NULL ORDER BY since_ms DESC LIMIT 1";
    let row = conn.query_one_raw(statement(conn, text, vec![origin.into()])).await?;
    let Some(row) = row else { return Ok(None) };
    let text: String = row.try_get("", "vkey")?;
    PublicKey::parse(&text).map(Some).map_err(|error| Fault::Internal(format!("journal_key: {error}")))
}

/// The file of a key: named by the key's number.
fn key_file(folder: &Path, key: &PublicKey) -> PathBuf {
    folder.join(format!("journal-{}.key", key.number()))
}

fn write_key(folder: &Path, key: &SecretKey) -> Outcome<()> {
    let write = || {
        std::fs::create_dir_all(folder)?;
        let path = key_file(folder, &key.public());
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(key.text().as_bytes())?;
        file.sync_all()?;
        std::fs::File::open(folder)?.sync_all()
    };
    write().map_err(|error: std::io::Error| {
        Refusal::new(
            RefusalKind::Unavailable,
            "journal-key-write",
            format!("不能在 {} 写入签名密钥：{error}。请检查密钥目录是否可写。", folder.display()),
            format!(
                "Cannot write the signing key in {}: {error}. Check that the folder of keys may be written.",
                folder.display()
            ),
        )
        .into()
    })
}

fn new_key(origin: &str) -> Outcome<SecretKey> {
    let seed = [crate::random::salt(), crate::random::salt()].concat();
    let seed: [u8; 32] = seed.try_into().map_err(|_| Fault::Internal("a seed of 32 bytes".into()))?;
    SecretKey::new(origin, Signs::Log, &seed).map_err(|error| Fault::Internal(error.to_string()))
}

/// The key that signs now, if its file lies in this node's folder of keys.
///
/// # Errors
/// `journal-key-open` when the file may be read by others; a fault when it is not that key.
pub async fn signing_key(conn: &Conn, folder: &Path) -> Outcome<Option<Arc<SecretKey>>> {
    let Some(log) = newest(conn).await? else { return Ok(None) };
    let Some(public) = current_key(conn, &log.origin).await? else { return Ok(None) };
    read_key(folder, &public)
}

fn read_key(folder: &Path, public: &PublicKey) -> Outcome<Option<Arc<SecretKey>>> {
    use std::os::unix::fs::PermissionsExt;
    let path = key_file(folder, public);
    let Ok(metadata) = std::fs::metadata(&path) else { return Ok(None) };
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Refusal::new(
            RefusalKind::Unavailable,
            "journal-key-open",
            format!("签名密钥文件 {} 可被他人读取。请将权限改为 0600；如可能已泄露，请更换密钥。", path.display()),
            format!("Others may read the signing key {}. Set its mode to 0600, and rotate the key if it may have been read.", path.display()),
        )
        .into());
    }
    let text =
        std::fs::read_to_string(&path).map_err(|error| Fault::Internal(format!("{}: {error}", path.display())))?;
    let key = SecretKey::parse(&text).map_err(|error| Fault::Internal(format!("{}: {error}", path.display())))?;
    if key.public() != *public {
        return Err(Fault::Internal(format!("{} is not the key of the log", path.display())));
    }
    Ok(Some(Arc::new(key)))
}

/// Why a log is opened.
enum Opening {
    First,
    /// The database was restored from a backup.
    Restored,
}

/// Opens the first log of a database that has none.
///
/// # Errors
/// `journal-key-write`; database faults.
pub(crate) async fn open_first(db: &Db, folder: &Path, public_url: &str, now: Instant) -> Outcome<()> {
    if newest(&db.read()).await?.is_some() {
        return Ok(());
    }
    open(db, folder, public_url, now, Opening::First).await
}

/// Opens a new log for a database that was restored from a backup; its first leaf holds the last checkpoint that the
/// backup knows.
///
/// # Errors
/// `journal-key-write`; database faults.
pub async fn open_restored(db: &Db, folder: &Path, public_url: &str, now: Instant) -> Outcome<()> {
    open(db, folder, public_url, now, Opening::Restored).await
}

async fn open(db: &Db, folder: &Path, public_url: &str, now: Instant, why: Opening) -> Outcome<()> {
    let host = public_url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let host: String = host.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
    // A command may be the first to open a database; it does not know the address.
    let host = if host.is_empty() { "yilang" } else { &host };
    let number = u32::from_le_bytes([0, 1, 2, 3].map(|place| crate::random::salt()[place]));
    let origin = format!("{host}/log/{number:08x}");
    let key = new_key(&origin)?;
    write_key(folder, &key)?;
    let previous = newest_published(&db.read()).await?.map(|published| published.note);
    let restored = matches!(why, Opening::Restored);
    let input = (origin, key.public().text(), previous, restored);
    let opened = db
        .in_txn(&Ctx::system(now), "journal_open", input, |tx, (origin, vkey, previous, restored)| {
            Box::pin(opened(tx, origin, vkey, previous.as_deref(), *restored))
        })
        .await?;
    if !opened {
        // Another node was faster; its key is the log's.
        let _ = std::fs::remove_file(key_file(folder, &key.public()));
    }
    Ok(())
}

/// Writes the log, its key and its first leaf; false when another node has opened it first.
async fn opened(tx: &Txn, origin: &str, vkey: &str, previous: Option<&str>, restored: bool) -> Outcome<bool> {
    if !restored && newest(tx).await?.is_some() {
        return Ok(false);
    }
    let now_ms = tx.ctx().now.ms();
    let base = last_leaf(tx).await? + 1;
    let log = "INSERT INTO journal_log (base, origin, opened_ms, previous) VALUES ($1, $2, $3, $4)";
    tx.execute_raw(statement(tx, log, vec![base.into(), origin.into(), now_ms.into(), previous.into()])).await?;
    let key = "INSERT INTO journal_key (vkey, origin, since_ms) VALUES ($1, $2, $3)";
    tx.execute_raw(statement(tx, key, vec![vkey.into(), origin.into(), now_ms.into()])).await?;
    let data = serde_json::json!({ "origin": origin, "key": vkey, "previous": previous, "restored": restored });
    let entry = tx.journal(Entry::new("log.opened", "log", origin).public().data(data)).await?;
    // The first leaf is this entry and no other, whatever else waits.
    let stored = stored::by_id(tx, entry).await?.ok_or_else(|| Fault::Internal("the entry just made".into()))?;
    let leaf = stored.leaf(&stored::Erased::new())?;
    append(tx, base, &[proof::leaf::hash(leaf.as_bytes())]).await?;
    let leaf = "INSERT INTO journal_leaf (leaf_index, entry_id) VALUES ($1, $2)";
    tx.execute_raw(statement(tx, leaf, vec![base.into(), entry.into()])).await?;
    tx.execute_raw(statement(tx, "DELETE FROM journal_pending WHERE entry_id = $1", vec![entry.into()])).await?;
    Ok(true)
}

/// Gives the log a new signing key; what was signed before stays valid. The change is an entry of the log itself.
///
/// # Errors
/// `journal-key-write`; a conflict when there is no log.
pub async fn rotate(app: &App, now: Instant, compromised: bool) -> Outcome<String> {
    let db = app.db();
    let log = newest(&db.read()).await?.ok_or_else(|| Fault::Internal("no log is open".into()))?;
    let key = new_key(&log.origin)?;
    write_key(&app.settings().keys, &key)?;
    let vkey = key.public().text();
    let input = (log.origin, vkey.clone(), compromised);
    app.in_txn(&Ctx::system(now), "journal_rotate", input, |tx, (origin, vkey, compromised)| {
        Box::pin(async move {
            let now_ms = tx.ctx().now.ms();
            let end = "UPDATE journal_key SET until_ms = $1 WHERE origin = $2 AND until_ms IS NULL";
            tx.execute_raw(statement(tx, end, vec![now_ms.into(), origin.as_str().into()])).await?;
            let new = "INSERT INTO journal_key (vkey, origin, since_ms) VALUES ($1, $2, $3)";
            tx.execute_raw(statement(tx, new, vec![vkey.as_str().into(), origin.as_str().into(), now_ms.into()]))
                .await?;
            let data = serde_json::json!({ "key": vkey, "compromised": compromised });
            tx.journal(Entry::new("log.key-rotated", "log", origin).public().data(data)).await.map(|_| ())
        })
    })
    .await?;
    Ok(vkey)
}

/// The first bytes of a tile that was loaded; none when it has not so many.
pub(super) fn tile(tiles: &proof::tree::Tiles, at: proof::tree::TileAt, bytes: u64) -> Option<Vec<u8>> {
    let bytes = usize::try_from(bytes).ok()?;
    tiles.get(at).and_then(|hashes| hashes.get(..bytes)).map(<[u8]>::to_vec)
}

/// Leaves in the newest log.
pub async fn size(conn: &Conn, log: &Log) -> Outcome<u64> {
    Ok(u64::try_from(last_leaf(conn).await? + 1 - log.base).unwrap_or(0))
}

/// The root of a log's first leaves.
pub(super) async fn root(conn: &Conn, log: &Log, size: u64) -> Outcome<proof::Digest> {
    let question = Question::Root { size };
    let wrong = |error: proof::ProofError| Fault::Internal(format!("the tree: {error}"));
    let tiles = load(conn, log.base, question.tiles().map_err(wrong)?).await?;
    question.answer(&tiles).map_err(wrong)?.first().copied().ok_or_else(|| Fault::Internal("no root".into()))
}

/// Fixes the tree as it stands in a row, and signs it once the row has committed; nothing if it has not grown.
///
/// # Errors
/// Database faults.
pub(crate) async fn checkpoint(db: &Db, key: Option<&SecretKey>, now: Instant) -> Outcome<()> {
    let conn = db.read();
    let Some(log) = newest(&conn).await? else { return Ok(()) };
    let size = size(&conn, &log).await?;
    let text = "SELECT size, note FROM journal_checkpoint WHERE origin = $1 ORDER BY size DESC LIMIT 1";
    let row = conn.query_one_raw(statement(&conn, text, vec![log.origin.as_str().into()])).await?;
    let fixed = row.as_ref().map(|row| row.try_get::<i64>("", "size")).transpose()?;
    let signed = row.map(|row| row.try_get::<Option<String>>("", "note")).transpose()?.flatten().is_some();
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    if size > fixed.unwrap_or(0) {
        let root = root(&conn, &log, size.unsigned_abs()).await?;
        let row = (log.origin.clone(), size, root.to_vec());
        db.in_txn(&Ctx::system(now), "journal_checkpoint", row, |tx, (origin, size, root)| {
            Box::pin(async move {
                let text = "INSERT INTO journal_checkpoint (origin, size, root, at_ms) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (origin, size) DO NOTHING";
                let values =
                    vec![origin.as_str().into(), (*size).into(), root.clone().into(), tx.ctx().now.ms().into()];
                tx.execute_raw(statement(tx, text, values)).await?;
                Ok(())
            })
        })
        .await?;
    } else if signed || fixed.is_none() {
        return Ok(());
    }
    let Some(key) = key.filter(|key| key.public().name() == log.origin) else { return Ok(()) };
    sign(db, &log, key, now).await
}

/// Signs the newest fixed tree. Only what has committed is signed, so no two roots of one size are.
async fn sign(db: &Db, log: &Log, key: &SecretKey, now: Instant) -> Outcome<()> {
    let conn = db.read();
    let text = "SELECT size, root FROM journal_checkpoint WHERE origin = $1 ORDER BY size DESC LIMIT 1";
    let row = conn.query_one_raw(statement(&conn, text, vec![log.origin.as_str().into()])).await?;
    let Some(row) = row else { return Ok(()) };
    let (size, root): (i64, Vec<u8>) = (row.try_get("", "size")?, row.try_get("", "root")?);
    let root = root.try_into().map_err(|_| Fault::Internal("a root of 32 bytes".into()))?;
    let checkpoint = Checkpoint { origin: log.origin.clone(), size: size.unsigned_abs(), root };
    let note = key.sign(&checkpoint.text()).map_err(|error| Fault::Internal(error.to_string()))?;
    db.in_txn(&Ctx::system(now), "journal_sign", (log.origin.clone(), size, note), |tx, (origin, size, note)| {
        Box::pin(async move {
            let text = "UPDATE journal_checkpoint SET note = $1 WHERE origin = $2 AND size = $3 AND note IS NULL";
            tx.execute_raw(statement(tx, text, vec![note.as_str().into(), origin.as_str().into(), (*size).into()]))
                .await?;
            Ok(())
        })
    })
    .await
}

/// Every fixed tree of a log, the smallest first: its size, its root and, once signed, the note.
pub(super) async fn checkpoints(conn: &Conn, origin: &str) -> Outcome<Vec<(u64, proof::Digest, Option<String>)>> {
    let text = "SELECT size, root, note FROM journal_checkpoint WHERE origin = $1 ORDER BY size";
    let rows = conn.query_all_raw(statement(conn, text, vec![origin.into()])).await?;
    let read = |row: &QueryResult| {
        let root: Vec<u8> = row.try_get("", "root")?;
        let root = root.try_into().map_err(|_| Fault::Internal("a root of 32 bytes".into()))?;
        Ok((row.try_get::<i64>("", "size")?.unsigned_abs(), root, row.try_get("", "note")?))
    };
    rows.iter().map(read).collect()
}

/// How many checkpoints are kept, of all logs.
pub async fn checkpoint_count(conn: &Conn) -> Outcome<i64> {
    let row = conn.query_one_raw(statement(conn, "SELECT COUNT(*) AS n FROM journal_checkpoint", Vec::new())).await?;
    Ok(row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0))
}

/// The newest signed checkpoint of the newest log.
pub async fn newest_published(conn: &Conn) -> Outcome<Option<Published>> {
    let Some(log) = newest(conn).await? else { return Ok(None) };
    published(conn, &log.origin).await
}

/// The newest signed checkpoint of one log.
pub async fn published(conn: &Conn, origin: &str) -> Outcome<Option<Published>> {
    let text = "SELECT size, root, at_ms, note FROM journal_checkpoint WHERE origin = $1 AND note IS NOT NULL
        ORDER BY size DESC LIMIT 1";
    of_statement(conn, origin, statement(conn, text, vec![origin.into()])).await
}

/// The checkpoint to show of one log: the newest that `quorum` witnesses have signed, unless they are late; then, or
/// when none are asked for, simply the newest.
pub async fn shown(conn: &Conn, origin: &str, quorum: usize) -> Outcome<Option<Published>> {
    let newest = published(conn, origin).await?;
    let Some(at_ms) = newest.as_ref().map(|newest| newest.at_ms) else { return Ok(None) };
    let Some(size) = witness::shown_size(conn, origin, at_ms, quorum).await? else { return Ok(newest) };
    let text = "SELECT size, root, at_ms, note FROM journal_checkpoint WHERE origin = $1 AND size = $2";
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    of_statement(conn, origin, statement(conn, text, vec![origin.into(), size.into()])).await
}

async fn of_statement(conn: &Conn, origin: &str, statement: Statement) -> Outcome<Option<Published>> {
    let Some(row) = conn.query_one_raw(statement).await? else { return Ok(None) };
    let size: i64 = row.try_get("", "size")?;
    let root: Vec<u8> = row.try_get("", "root")?;
    let root = root.try_into().map_err(|_| Fault::Internal("a root of 32 bytes".into()))?;
    let (witnesses, lines): (Vec<String>, Vec<String>) =
        witness::of_checkpoint(conn, origin, size).await?.into_iter().unzip();
    let log_note: String = row.try_get("", "note")?;
    Ok(Some(Published {
        checkpoint: Checkpoint { origin: origin.to_owned(), size: size.unsigned_abs(), root },
        at_ms: row.try_get("", "at_ms")?,
        note: proof::note::with_lines(&log_note, &lines),
        log_note,
        witnesses,
    }))
}
