//! Rows of rounds.

use crate::rules::round::{Owner, Round, RoundState};
use kernel::Instant;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get, put};
use rooms::store::{Position, after, bad, number};
use sea_orm::{QueryResult, Value};

/// Table of rounds.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "envelopes-0002-round",
    sql: "
CREATE TABLE sealed_round (
  id TEXT PRIMARY KEY, owner_kind TEXT NOT NULL, owner_id TEXT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,
  rules TEXT NOT NULL, rules_sha256 TEXT NOT NULL, committee TEXT NOT NULL REFERENCES committee (id), key TEXT NOT NULL,
  threshold BIGINT NOT NULL, origin TEXT NOT NULL, salt TEXT NOT NULL, closes_ms BIGINT NOT NULL, opens_by_ms BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'opened', 'void')), count BIGINT, root TEXT, closing_entry BIGINT,
  closed_ms BIGINT, ended_ms BIGINT, begun_by TEXT NOT NULL, demo BOOLEAN NOT NULL, created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL);
CREATE INDEX sealed_round_list ON sealed_round (updated_ms, id);
CREATE INDEX sealed_round_state ON sealed_round (state, closes_ms);
CREATE INDEX sealed_round_committee ON sealed_round (committee);
CREATE INDEX sealed_round_owner ON sealed_round (owner_kind, owner_id);
",
}];

const COLUMNS: [&str; 24] = [
    "id",
    "owner_kind",
    "owner_id",
    "title",
    "title_en",
    "rules",
    "rules_sha256",
    "committee",
    "key",
    "threshold",
    "origin",
    "salt",
    "closes_ms",
    "opens_by_ms",
    "state",
    "count",
    "root",
    "closing_entry",
    "closed_ms",
    "ended_ms",
    "begun_by",
    "demo",
    "created_ms",
    "updated_ms",
];
/// Rounds that are looked at for somebody's desk.
const LOOKED_AT_MAX: usize = 200;

/// What a list is narrowed to; an empty part narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in title and rules.
    pub text: String,
    /// States.
    pub states: Vec<String>,
}

fn round(row: &QueryResult) -> Outcome<Round> {
    Ok(Round {
        id: get(row, "id")?,
        owner: Owner { kind: get(row, "owner_kind")?, id: get(row, "owner_id")? },
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        rules: get(row, "rules")?,
        rules_sha256: get(row, "rules_sha256")?,
        committee: get(row, "committee")?,
        key: get(row, "key")?,
        threshold: get(row, "threshold")?,
        origin: get(row, "origin")?,
        salt: get(row, "salt")?,
        closes_ms: get(row, "closes_ms")?,
        opens_by_ms: get(row, "opens_by_ms")?,
        state: RoundState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("sealed_round", "state"))?,
        count: get(row, "count")?,
        root: get(row, "root")?,
        closing_entry: get(row, "closing_entry")?,
        closed_ms: get(row, "closed_ms")?,
        ended_ms: get(row, "ended_ms")?,
        begun_by: get(row, "begun_by")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores a round; one that was there is replaced.
pub async fn save(conn: &Conn, r: &Round) -> Outcome<()> {
    let row = vec![
        r.id.clone().into(),
        r.owner.kind.clone().into(),
        r.owner.id.clone().into(),
        r.title.clone().into(),
        r.title_en.clone().into(),
        r.rules.clone().into(),
        r.rules_sha256.clone().into(),
        r.committee.clone().into(),
        r.key.clone().into(),
        r.threshold.into(),
        r.origin.clone().into(),
        r.salt.clone().into(),
        r.closes_ms.into(),
        r.opens_by_ms.into(),
        r.state.code().into(),
        r.count.into(),
        r.root.clone().into(),
        r.closing_entry.into(),
        r.closed_ms.into(),
        r.ended_ms.into(),
        r.begun_by.clone().into(),
        r.demo.into(),
        r.created_ms.into(),
        r.updated_ms.into(),
    ];
    put(conn, "sealed_round", &COLUMNS, &["id"], vec![row]).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Round>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("r.{column}")).collect();
    let text = format!("SELECT {} FROM sealed_round r {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(round).collect()
}

/// One round, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Round>> {
    Ok(select(conn, "WHERE r.id = $1", vec![id.into()]).await?.pop())
}

/// The rounds of an owner, the newest first.
pub async fn of_owner(conn: &Conn, owner: &Owner) -> Outcome<Vec<Round>> {
    let tail =
        format!("WHERE r.owner_kind = $1 AND r.owner_id = $2 ORDER BY r.created_ms DESC, r.id LIMIT {LOOKED_AT_MAX}");
    select(conn, &tail, vec![owner.kind.clone().into(), owner.id.clone().into()]).await
}

/// Rounds that take envelopes now, those that close first before the others.
pub async fn open(conn: &Conn, now: Instant) -> Outcome<Vec<Round>> {
    let tail = format!("WHERE r.state = 'open' AND r.closes_ms > $1 ORDER BY r.closes_ms, r.id LIMIT {LOOKED_AT_MAX}");
    select(conn, &tail, vec![now.ms().into()]).await
}

/// Rounds that wait for shares, those whose deadline comes first before the others.
pub async fn sharing(conn: &Conn, now: Instant) -> Outcome<Vec<Round>> {
    let tail =
        format!("WHERE r.state = 'closed' AND r.opens_by_ms > $1 ORDER BY r.opens_by_ms, r.id LIMIT {LOOKED_AT_MAX}");
    select(conn, &tail, vec![now.ms().into()]).await
}

/// Rounds of a committee that are not over.
pub async fn unfinished(conn: &Conn, committee: &str) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM sealed_round WHERE committee = $1 AND state IN ('open', 'closed')";
    number(conn, text, vec![committee.into()]).await
}

fn narrowed(filter: &Filter, states: bool) -> Where {
    let mut clause = Where::new("1 = 1");
    clause.words(&filter.text, &["r.title", "r.title_en", "r.rules"]);
    if states {
        clause.any("r.state", &filter.states);
    }
    clause
}

/// One page of rounds, the newest change first, and how many there are in all.
pub async fn list(conn: &Conn, filter: &Filter, from: Option<&Position>, limit: usize) -> Outcome<(Vec<Round>, i64)> {
    let mut clause = narrowed(filter, true);
    let text = format!("SELECT COUNT(*) AS n FROM sealed_round r WHERE {}", clause.text);
    let total = number(conn, &text, clause.values.clone()).await?;
    after(&mut clause, from, "r.updated_ms", "r.id");
    let tail = format!("WHERE {} ORDER BY r.updated_ms DESC, r.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// How many rounds of a filter are in each state.
pub async fn states(conn: &Conn, filter: &Filter) -> Outcome<Vec<(String, i64)>> {
    counted(conn, "r.state", "sealed_round r", narrowed(filter, false)).await
}

/// The place of one round in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT updated_ms FROM sealed_round WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "updated_ms")?, id: id.to_owned() })).transpose()
}
