//! The transparency log: which log this database writes, its keys, its checkpoints.
//!
//! A log is a tree with an origin. It opens with an entry that names its origin and key; a database restored from a
//! backup opens a new one, whose first leaf holds the last checkpoint that was published, because the old log may have
//! gone on after the backup. Signing keys lie outside of database and backup ([`super::keys`]).

pub use super::store::checkpoint::{checkpoint_count, published};
pub use super::store::log::{all, keys, newest};

use super::keys::{Keyring, SigningKey};
use super::seal::append;
use super::store::checkpoint::published_at;
use super::store::log::current_key;
use super::store::tree::load;
use super::store::{self, stored};
use super::{Entry, last_leaf, witness};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Db, Outcome, Txn};
use crate::fault::Fault;
use kernel::Instant;
use proof::note::{Checkpoint, PublicKey, Signs};
use proof::tree::Question;

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

/// What signs for the newest log, if this node has its key.
///
/// # Errors
/// `journal-key-open`, `journal-sm2-missing`, `journal-token-…`; a fault when a file is not that key.
pub(crate) async fn signing_key(conn: &Conn, keyring: &Keyring) -> Outcome<Option<SigningKey>> {
    let Some(log) = newest(conn).await? else { return Ok(None) };
    let Some(key) = current_key(conn, &log.origin, Signs::Log).await? else { return Ok(None) };
    let sm2 = current_key(conn, &log.origin, Signs::LogSm2).await?;
    keyring.signing(&key, sm2.as_ref()).await
}

/// Why a log is opened.
enum Opening {
    First,
    /// The database was restored from a backup.
    Restored,
}

/// Opens the first log of a database that has none, and gives the newest one its second key if that is wanted.
///
/// # Errors
/// `journal-key-write`, `journal-token-…`; database faults.
pub(crate) async fn open_first(db: &Db, keyring: &Keyring, public_url: &str, now: Instant) -> Outcome<()> {
    if newest(&db.read()).await?.is_none() {
        return open(db, keyring, public_url, now, Opening::First).await;
    }
    second_key(db, keyring, now).await
}

/// Opens a new log for a database that was restored from a backup; its first leaf holds the last checkpoint that the
/// backup knows.
///
/// # Errors
/// `journal-key-write`, `journal-token-…`; database faults.
pub async fn open_restored(db: &Db, keyring: &Keyring, public_url: &str, now: Instant) -> Outcome<()> {
    open(db, keyring, public_url, now, Opening::Restored).await
}

async fn open(db: &Db, keyring: &Keyring, public_url: &str, now: Instant, why: Opening) -> Outcome<()> {
    let host = public_url.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    let host: String = host.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
    // A command may be the first to open a database; it does not know the address.
    let host = if host.is_empty() { "yilang" } else { &host };
    let number = u32::from_le_bytes([0, 1, 2, 3].map(|place| crate::random::salt()[place]));
    let origin = format!("{host}/log/{number:08x}");
    let key = keyring.make(&origin).await?;
    let previous = newest_published(&db.read()).await?.map(|published| published.note);
    let restored = matches!(why, Opening::Restored);
    let input = (origin, key.text(), previous, restored);
    let opened = db
        .in_txn(&Ctx::system(now), "journal_open", input, |tx, (origin, vkey, previous, restored)| {
            Box::pin(opened(tx, origin, vkey, previous.as_deref(), *restored))
        })
        .await?;
    if !opened {
        // Another node was faster; its key is the log's.
        keyring.forget(&key).await;
    }
    second_key(db, keyring, now).await
}

/// Gives the newest log its first SM2 key, if second signatures are wanted and it has none.
async fn second_key(db: &Db, keyring: &Keyring, now: Instant) -> Outcome<()> {
    let conn = db.read();
    let log = newest(&conn).await?.filter(|_| keyring.signs_sm2());
    let Some(log) = log else { return Ok(()) };
    if current_key(&conn, &log.origin, Signs::LogSm2).await?.is_some() {
        return Ok(());
    }
    let key = keyring.make_sm2(&log.origin)?;
    let made = db
        .in_txn(&Ctx::system(now), "journal_sm_key", (log.origin, key.text()), |tx, (origin, vkey)| {
            Box::pin(async move {
                if current_key(tx, origin, Signs::LogSm2).await?.is_some() {
                    return Ok(false);
                }
                new_key(tx, origin, vkey, Signs::LogSm2, false).await.map(|()| true)
            })
        })
        .await?;
    if !made {
        keyring.forget(&key).await;
    }
    Ok(())
}

/// Writes the log, its key and its first leaf; false when another node has opened it first.
async fn opened(tx: &Txn, origin: &str, vkey: &str, previous: Option<&str>, restored: bool) -> Outcome<bool> {
    if !restored && newest(tx).await?.is_some() {
        return Ok(false);
    }
    let (base, opened_ms) = (last_leaf(tx).await? + 1, tx.ctx().now.ms());
    let log = Log { base, origin: origin.to_owned(), opened_ms, previous: previous.map(str::to_owned) };
    store::log::insert(tx, &log).await?;
    store::log::key_begin(tx, origin, vkey).await?;
    let data = serde_json::json!({ "origin": origin, "key": vkey, "previous": previous, "restored": restored });
    let entry = tx.journal(Entry::new("log.opened", "log", origin).public().data(data)).await?;
    // The first leaf is this entry and no other, whatever else waits.
    let stored = stored::by_id(tx, entry).await?.ok_or_else(|| Fault::Internal("the entry just made".into()))?;
    let leaf = stored.leaf(&stored::Erased::new())?;
    append(tx, base, &[proof::leaf::hash(leaf.as_bytes())]).await?;
    store::tree::leaves_insert(tx, &[[base, entry]]).await?;
    Ok(true)
}

/// Gives the log a new key that signs in this way, [`Signs::Log`] or [`Signs::LogSm2`]; what was signed before stays valid. The
/// change is an entry of the log itself.
///
/// # Errors
/// `journal-key-write`, `journal-token-…`; a fault when there is no log.
pub async fn rotate(app: &App, now: Instant, signs: Signs, compromised: bool) -> Outcome<String> {
    let log = newest(&app.db().read()).await?.ok_or_else(|| Fault::Internal("no log is open".into()))?;
    let key = match signs {
        Signs::LogSm2 => app.keyring().make_sm2(&log.origin)?,
        Signs::Log | Signs::Witness => app.keyring().make(&log.origin).await?,
    };
    let input = (log.origin, key.text(), compromised);
    app.in_txn(&Ctx::system(now), "journal_rotate", input, move |tx, (origin, vkey, compromised)| {
        Box::pin(new_key(tx, origin, vkey, signs, *compromised))
    })
    .await?;
    Ok(key.text())
}

/// Ends the key that signed in this way and begins with another.
async fn new_key(tx: &Txn, origin: &str, vkey: &str, signs: Signs, compromised: bool) -> Outcome<()> {
    if let Some(before) = current_key(tx, origin, signs).await? {
        store::log::key_end(tx, &before.text()).await?;
    }
    store::log::key_begin(tx, origin, vkey).await?;
    let kind = if signs == Signs::LogSm2 { "log.sm2-key" } else { "log.key-rotated" };
    let data = serde_json::json!({ "key": vkey, "compromised": compromised });
    tx.journal(Entry::new(kind, "log", origin).public().data(data)).await.map(|_| ())
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
pub(crate) async fn checkpoint(db: &Db, key: Option<&SigningKey>, now: Instant) -> Outcome<()> {
    let conn = db.read();
    let Some(log) = newest(&conn).await? else { return Ok(()) };
    let size = size(&conn, &log).await?;
    let fixed = store::checkpoint::newest(&conn, &log.origin).await?;
    if size > fixed.as_ref().map_or(0, |(size, ..)| *size) {
        let root = root(&conn, &log, size).await?;
        let row = (log.origin.clone(), i64::try_from(size).unwrap_or(i64::MAX), root.to_vec());
        db.in_txn(&Ctx::system(now), "journal_checkpoint", row, |tx, (origin, size, root)| {
            Box::pin(store::checkpoint::fix(tx, origin, *size, root))
        })
        .await?;
    } else if fixed.is_none_or(|(.., note)| note.is_some()) {
        return Ok(());
    }
    let Some(key) = key.filter(|key| key.public().name() == log.origin) else { return Ok(()) };
    sign(db, &log, key, now).await
}

/// Signs the newest fixed tree. Only what has committed is signed, so no two roots of one size are.
async fn sign(db: &Db, log: &Log, key: &SigningKey, now: Instant) -> Outcome<()> {
    let conn = db.read();
    let Some((size, root, _)) = store::checkpoint::newest(&conn, &log.origin).await? else { return Ok(()) };
    let checkpoint = Checkpoint { origin: log.origin.clone(), size, root };
    let note = key.sign(&checkpoint.text()).await?;
    let row = (log.origin.clone(), i64::try_from(size).unwrap_or(i64::MAX), note);
    db.in_txn(&Ctx::system(now), "journal_sign", row, |tx, (origin, size, note)| {
        Box::pin(store::checkpoint::sign(tx, origin, *size, note))
    })
    .await
}

/// The newest signed checkpoint of the newest log.
pub async fn newest_published(conn: &Conn) -> Outcome<Option<Published>> {
    let Some(log) = newest(conn).await? else { return Ok(None) };
    published(conn, &log.origin).await
}

/// The checkpoint to show of one log: the newest that `quorum` witnesses have signed, unless they are late; then, or
/// when none are asked for, simply the newest.
pub async fn shown(conn: &Conn, origin: &str, quorum: usize) -> Outcome<Option<Published>> {
    let newest = published(conn, origin).await?;
    let Some(at_ms) = newest.as_ref().map(|newest| newest.at_ms) else { return Ok(None) };
    let Some(size) = witness::shown_size(conn, origin, at_ms, quorum).await? else { return Ok(newest) };
    published_at(conn, origin, size).await
}
