//! Packs that were loaded, what the last one said of each organisation, and what waits for a decision.

use crate::rules::organisation::Dossier;
use crate::rules::pack::{Proposal, ProposalState};
use platform::db::{Conn, Migration, Txn};
use platform::{Fault, Outcome};
use rooms::store::rows::{all, first, get, join, put, run, split};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tables of this noun.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0001-pack",
    sql: "
CREATE TABLE pack_load (
  id TEXT PRIMARY KEY, pack TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, meta TEXT NOT NULL,
  loaded_ms BIGINT NOT NULL, loaded_by TEXT NOT NULL, added BIGINT NOT NULL, replaced BIGINT NOT NULL, proposed BIGINT NOT NULL,
  absent BIGINT NOT NULL, place BIGINT NOT NULL);
CREATE TABLE pack_organisation (pack_key TEXT PRIMARY KEY, version TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE pack_proposal (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT NULL, pack_key TEXT NOT NULL, field TEXT NOT NULL,
  current TEXT NOT NULL, proposed TEXT NOT NULL, pack_version TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'superseded')),
  created_ms BIGINT NOT NULL, decided_ms BIGINT, decided_by TEXT);
CREATE INDEX pack_proposal_state ON pack_proposal (state, created_ms, id);
CREATE INDEX pack_proposal_object ON pack_proposal (object, field);
",
}];

/// One loaded pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// Opaque id.
    pub id: String,
    /// Who the pack is.
    pub meta: pack::Meta,
    /// Digest over its files.
    pub digest: String,
    /// When it was loaded, epoch milliseconds UTC.
    pub loaded_ms: i64,
    /// The account that loaded it.
    pub loaded_by: String,
    /// What loading it did.
    pub summary: Summary,
}

/// What loading a pack did, as numbers of organisations and proposals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Organisations that were not there.
    pub added: i64,
    /// Organisations nobody had touched, replaced by what the pack now says.
    pub replaced: i64,
    /// Fields of claimed or edited organisations that wait for a decision.
    pub proposed: i64,
    /// Organisations of an earlier pack that this one no longer names; they stay.
    pub absent: i64,
}

const LOADS: &str = "SELECT id, meta, digest, loaded_ms, loaded_by, added, replaced, proposed, absent FROM pack_load";

/// Records that a pack was loaded. Its place in the order is one above the last.
pub async fn save_load(tx: &Txn, loaded: &Loaded) -> Outcome<()> {
    let meta = serde_json::to_string(&loaded.meta).map_err(|e| Fault::Internal(format!("pack meta: {e}")))?;
    let text = "INSERT INTO pack_load (id, pack, version, digest, meta, loaded_ms, loaded_by, added, replaced, proposed, absent, place)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, COALESCE(MAX(place), 0) + 1 FROM pack_load";
    let Summary { added, replaced, proposed, absent } = loaded.summary;
    let values = vec![
        loaded.id.clone().into(),
        loaded.meta.id.clone().into(),
        loaded.meta.version.clone().into(),
        loaded.digest.clone().into(),
        meta.into(),
        loaded.loaded_ms.into(),
        loaded.loaded_by.clone().into(),
        added.into(),
        replaced.into(),
        proposed.into(),
        absent.into(),
    ];
    run(tx, text, values).await?;
    Ok(())
}

/// The pack that was loaded last.
pub async fn newest(conn: &Conn) -> Outcome<Option<Loaded>> {
    Ok(loads(conn, 1).await?.pop())
}

/// Loaded packs, the newest first.
pub async fn loads(conn: &Conn, limit: i64) -> Outcome<Vec<Loaded>> {
    all(conn, &format!("{LOADS} ORDER BY place DESC LIMIT $1"), vec![limit.into()]).await?.iter().map(loaded).collect()
}

/// The load of the pack with this digest, if it ever was.
pub async fn by_digest(conn: &Conn, digest: &str) -> Outcome<Option<Loaded>> {
    let row = first(conn, &format!("{LOADS} WHERE digest = $1"), vec![digest.into()]).await?;
    row.map(|row| loaded(&row)).transpose()
}

fn loaded(row: &QueryResult) -> Outcome<Loaded> {
    let meta: String = get(row, "meta")?;
    Ok(Loaded {
        id: get(row, "id")?,
        meta: serde_json::from_str(&meta).map_err(|e| Fault::Internal(format!("pack meta: {e}")))?,
        digest: get(row, "digest")?,
        loaded_ms: get(row, "loaded_ms")?,
        loaded_by: get(row, "loaded_by")?,
        summary: Summary {
            added: get(row, "added")?,
            replaced: get(row, "replaced")?,
            proposed: get(row, "proposed")?,
            absent: get(row, "absent")?,
        },
    })
}

/// Keeps what a pack says of organisations, for comparing with the next one.
pub async fn keep(tx: &Txn, version: &str, organisations: &[&pack::Organisation]) -> Outcome<()> {
    let mut rows = Vec::with_capacity(organisations.len());
    for organisation in organisations {
        let body =
            serde_json::to_string(organisation).map_err(|e| Fault::Internal(format!("{}: {e}", organisation.id)))?;
        rows.push(vec![organisation.id.clone().into(), version.into(), body.into()]);
    }
    put(tx, "pack_organisation", &["pack_key", "version", "body"], &["pack_key"], rows).await
}

/// What the last packs said of all organisations, by pack key; as many rows as packs have organisations.
pub async fn kept(conn: &Conn) -> Outcome<BTreeMap<String, pack::Organisation>> {
    let rows = all(conn, "SELECT pack_key, body FROM pack_organisation", Vec::new()).await?;
    rows.iter().map(|row| Ok((get(row, "pack_key")?, body(row)?))).collect()
}

/// What the last pack said of one organisation.
pub async fn kept_one(conn: &Conn, pack_key: &str) -> Outcome<Option<pack::Organisation>> {
    let row = first(conn, "SELECT body FROM pack_organisation WHERE pack_key = $1", vec![pack_key.into()]).await?;
    row.map(|row| body(&row)).transpose()
}

fn body(row: &QueryResult) -> Outcome<pack::Organisation> {
    let body: String = get(row, "body")?;
    serde_json::from_str(&body).map_err(|e| Fault::Internal(format!("kept organisation: {e}")))
}

const PROPOSAL: [&str; 12] = [
    "id",
    "kind",
    "object",
    "pack_key",
    "field",
    "current",
    "proposed",
    "pack_version",
    "state",
    "created_ms",
    "decided_ms",
    "decided_by",
];

/// Adds proposals, or writes what was decided.
pub async fn save_proposals(tx: &Txn, proposals: &[Proposal]) -> Outcome<()> {
    let rows = proposals.iter().map(|p| {
        vec![
            p.id.clone().into(),
            "organisation".into(),
            p.object.clone().into(),
            p.pack_key.clone().into(),
            p.field.clone().into(),
            join(&p.current).into(),
            join(&p.proposed).into(),
            p.pack_version.clone().into(),
            p.state.code().into(),
            p.created_ms.into(),
            p.decided_ms.into(),
            p.decided_by.clone().into(),
        ]
    });
    put(tx, "pack_proposal", &PROPOSAL, &["id"], rows.collect()).await
}

/// Closes open proposals about organisations that a newer pack speaks of again; it makes its own.
pub async fn supersede(tx: &Txn, objects: &[&str]) -> Outcome<()> {
    for object in objects {
        let text =
            "UPDATE pack_proposal SET state = 'superseded', decided_ms = $1 WHERE object = $2 AND state = 'open'";
        run(tx, text, vec![tx.ctx().now.ms().into(), (*object).into()]).await?;
    }
    Ok(())
}

/// One proposal.
pub async fn proposal(conn: &Conn, id: &str) -> Outcome<Option<Proposal>> {
    let text = format!("SELECT {} FROM pack_proposal WHERE id = $1", PROPOSAL.join(", "));
    first(conn, &text, vec![id.into()]).await?.map(|row| read_proposal(&row)).transpose()
}

/// Proposals in one state, the oldest first, after the last one of the page before (its time and id).
pub async fn proposals(
    conn: &Conn,
    state: ProposalState,
    after: Option<(i64, String)>,
    limit: i64,
) -> Outcome<Vec<Proposal>> {
    let (ms, id) = after.unwrap_or((i64::MIN, String::new()));
    let text = format!(
        "SELECT {} FROM pack_proposal WHERE state = $1 AND (created_ms > $2 OR (created_ms = $2 AND id > $3))
         ORDER BY created_ms, id LIMIT $4",
        PROPOSAL.join(", ")
    );
    all(conn, &text, vec![state.code().into(), ms.into(), id.into(), limit.into()])
        .await?
        .iter()
        .map(read_proposal)
        .collect()
}

/// How many proposals are in one state.
pub async fn proposals_count(conn: &Conn, state: ProposalState) -> Outcome<i64> {
    let row =
        first(conn, "SELECT COUNT(*) AS n FROM pack_proposal WHERE state = $1", vec![state.code().into()]).await?;
    row.map_or(Ok(0), |row| get(&row, "n"))
}

fn read_proposal(row: &QueryResult) -> Outcome<Proposal> {
    let state: String = get(row, "state")?;
    Ok(Proposal {
        id: get(row, "id")?,
        object: get(row, "object")?,
        pack_key: get(row, "pack_key")?,
        field: get(row, "field")?,
        current: split(&get::<String>(row, "current")?),
        proposed: split(&get::<String>(row, "proposed")?),
        pack_version: get(row, "pack_version")?,
        // The table's CHECK allows no other word.
        state: ProposalState::parse(&state).unwrap_or(ProposalState::Superseded),
        created_ms: get(row, "created_ms")?,
        decided_ms: get(row, "decided_ms")?,
        decided_by: get(row, "decided_by")?,
    })
}

/// Puts the statuses a proposal brought in the place of those it took away.
pub async fn replace_statuses(tx: &Txn, held: &Dossier, next: &Dossier) -> Outcome<()> {
    let gone = held.statuses.iter().filter(|old| next.statuses.iter().all(|status| status.id != old.id));
    for status in gone {
        run(tx, "DELETE FROM organisation_status WHERE id = $1", vec![status.id.clone().into()]).await?;
    }
    let come = next.statuses.iter().filter(|status| held.statuses.iter().all(|old| old.id != status.id));
    for status in come {
        super::organisation::add_status(tx, &next.organisation.id, status, tx.ctx().now.ms()).await?;
    }
    Ok(())
}
