//! Proofs for everybody: that an entry is in the log, and that the log has only grown.

use super::EntryId;
use super::keys::SigningKey;
use super::log::{self, Log, Published};
use super::store::{stored, tree::load};
use crate::db::{Conn, Outcome};
use crate::fault::Fault;
use proof::note::Promise;
use proof::tree::Question;
use proof::{Digest, ProofError};
use serde::Serialize;
use utoipa::ToSchema;

/// Within this time after its action an entry is in a signed checkpoint.
pub const PROMISE_MS: i64 = 10_000;

/// How an entry stands in the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Standing {
    /// The entry's number.
    pub entry: EntryId,
    /// The bytes of its leaf, as they are hashed: the content of a public entry, a commitment for a protected one.
    pub leaf: String,
    /// The leaf's hash in the tree, hexadecimal.
    pub leaf_hash: String,
    /// `proven`, `pending` (not in a signed checkpoint yet) or `before` (older than the log that is kept here).
    pub state: &'static str,
    /// The log's origin.
    pub origin: String,
    /// Its place in the log, from 0; none while it is pending.
    pub index: Option<u64>,
    /// The proof, once there is a checkpoint that holds it.
    pub proof: Option<Inclusion>,
    /// A signed promise that it will be in the log, while it is not.
    pub promise: Option<String>,
}

/// The audit path of a leaf (RFC 6962, 2.1.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Inclusion {
    /// Leaves of the tree.
    pub size: u64,
    /// Hashes from the leaf's side up to the root, hexadecimal.
    pub hashes: Vec<String>,
    /// The signed checkpoint of that tree, as a note, with the cosignatures of witnesses.
    pub checkpoint: String,
    /// Verifier keys of the witnesses that have cosigned it.
    pub witnesses: Vec<String>,
}

impl Inclusion {
    /// Names of the witnesses that have cosigned the checkpoint.
    pub fn witness_names(&self) -> Vec<String> {
        log::names(&self.witnesses)
    }
}

/// That one tree continues another (RFC 6962, 2.1.2).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Consistency {
    /// The log's origin.
    pub origin: String,
    /// Leaves of the older tree.
    pub from: u64,
    /// Leaves of the newer tree.
    pub to: u64,
    /// The proof, hexadecimal; empty when both are the same tree.
    pub hashes: Vec<String>,
}

fn hexes(hashes: Vec<Digest>) -> Vec<String> {
    hashes.into_iter().map(hex::encode).collect()
}

async fn answer(conn: &Conn, log: &Log, question: Question) -> Outcome<Vec<Digest>> {
    let wrong = |error: ProofError| Fault::Internal(format!("the tree: {error}"));
    let tiles = load(conn, log.base, question.tiles().map_err(wrong)?).await?;
    question.answer(&tiles).map_err(wrong)
}

/// How an entry stands; none when there is no such entry. `key` signs the promise while there is no proof.
///
/// # Errors
/// Database faults; a fault when the stored entry is not as it was written.
///
/// The proof leads to a checkpoint that `quorum` witnesses have signed, if one holds the entry and they are not late.
pub async fn standing(
    conn: &Conn,
    entry: EntryId,
    key: Option<&SigningKey>,
    quorum: usize,
) -> Outcome<Option<Standing>> {
    let Some(stored) = stored::by_id(conn, entry).await? else { return Ok(None) };
    let logs = log::all(conn).await?;
    let log = match stored.leaf_index {
        Some(leaf) => logs.iter().rev().find(|log| log.base <= leaf),
        None => logs.last(),
    };
    let (Some(log), true) = (log, stored.is_salted()) else {
        return Ok(Some(Standing::before(entry)));
    };
    let leaf = stored.leaf(&stored::erased(conn, Some(entry)).await?)?;
    let hash = proof::leaf::hash(leaf.as_bytes());
    let index = stored.leaf_index.map(|leaf| (leaf - log.base).unsigned_abs());
    let mut standing = Standing {
        entry,
        leaf,
        leaf_hash: hex::encode(hash),
        state: "pending",
        origin: log.origin.clone(),
        index,
        proof: None,
        promise: None,
    };
    let mut published = log::shown(conn, &log.origin, quorum).await?;
    if published.as_ref().zip(index).is_some_and(|(shown, index)| shown.checkpoint.size <= index) {
        published = log::published(conn, &log.origin).await?;
    }
    match (index, published) {
        (Some(index), Some(published)) if published.checkpoint.size > index => {
            standing.proof = Some(inclusion(conn, log, index, &published).await?);
            standing.state = "proven";
        }
        _ => {
            if let Some(key) = key {
                let (origin, until_ms) = (log.origin.clone(), stored.at_ms() + PROMISE_MS);
                let promise = Promise { origin, entry, leaf: hash, until_ms };
                standing.promise = Some(key.sign(&promise.text()).await?);
            }
        }
    }
    Ok(Some(standing))
}

impl Standing {
    /// An entry that was made before any log was kept here.
    fn before(entry: EntryId) -> Standing {
        Standing {
            entry,
            leaf: String::new(),
            leaf_hash: String::new(),
            state: "before",
            origin: String::new(),
            index: None,
            proof: None,
            promise: None,
        }
    }
}

async fn inclusion(conn: &Conn, log: &Log, index: u64, published: &Published) -> Outcome<Inclusion> {
    let size = published.checkpoint.size;
    let hashes = answer(conn, log, Question::Inclusion { size, index }).await?;
    Ok(Inclusion {
        size,
        hashes: hexes(hashes),
        checkpoint: published.note.clone(),
        witnesses: published.witnesses.clone(),
    })
}

/// The proof that the newest log's tree of `to` leaves begins with that of `from`; none when it has not so many, or
/// `from` is none.
///
/// # Errors
/// Database faults.
pub async fn consistency(conn: &Conn, from: u64, to: u64) -> Outcome<Option<Consistency>> {
    let Some(log) = log::newest(conn).await? else { return Ok(None) };
    let hashes = hashes_between(conn, &log, from, to).await?;
    Ok(hashes.map(|hashes| Consistency { origin: log.origin, from, to, hashes: hexes(hashes) }))
}

/// The hashes of [`consistency`].
pub(super) async fn hashes_between(conn: &Conn, log: &Log, from: u64, to: u64) -> Outcome<Option<Vec<Digest>>> {
    if from == 0 || from > to || to > log::size(conn, log).await? {
        return Ok(None);
    }
    if from == to {
        return Ok(Some(Vec::new()));
    }
    answer(conn, log, Question::Consistency { from, to }).await.map(Some)
}
