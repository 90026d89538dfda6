//! Rows of awards, of the choice that is laid aside before, and of what each source gives to each award.

use super::{adcode, bad, fen, json, number, read_json};
use crate::rules::award::{Award, AwardState, Selection};
use kernel::Fen;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, get, put, run};
use sea_orm::{QueryResult, Value};

/// Tables of awards. The number of an award in its call is given once, and an answer stands in one award that is not void:
/// the unique keys decide races, after the row of the call, whose step is taken once.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "calls-0030-award",
    sql: "
CREATE TABLE call_selection (
  call TEXT PRIMARY KEY REFERENCES call (id), version BIGINT NOT NULL, choices TEXT NOT NULL, reason TEXT NOT NULL,
  by_account TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE TABLE call_award (
  id TEXT PRIMARY KEY, call TEXT NOT NULL REFERENCES call (id), ord BIGINT NOT NULL, answer TEXT NOT NULL, organisation TEXT NOT NULL,
  city TEXT, amount_fen BIGINT NOT NULL CHECK (amount_fen > 0), account TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  decided_by TEXT NOT NULL, decided_ms BIGINT NOT NULL, demo BOOLEAN NOT NULL, updated_ms BIGINT NOT NULL, UNIQUE (call, ord));
CREATE UNIQUE INDEX call_award_answer ON call_award (call, answer) WHERE state <> 'void';
CREATE INDEX call_award_organisation ON call_award (organisation, state);
CREATE TABLE call_share (
  award TEXT NOT NULL REFERENCES call_award (id), pledge TEXT NOT NULL REFERENCES call_pledge (id), source BIGINT NOT NULL,
  amount_fen BIGINT NOT NULL CHECK (amount_fen >= 0), PRIMARY KEY (award, pledge));
",
}];

const COLUMNS: [&str; 14] = [
    "id",
    "call",
    "ord",
    "answer",
    "organisation",
    "city",
    "amount_fen",
    "account",
    "state",
    "reason",
    "decided_by",
    "decided_ms",
    "demo",
    "updated_ms",
];
/// Awards of one call that are read: those that came to nothing are among them.
const AWARDS_MAX: usize = 500;

/// What one source gives to one award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The award.
    pub award: String,
    /// The pledge.
    pub pledge: String,
    /// The number of the pledge in its call, from 1.
    pub source: i64,
    /// How much.
    pub amount: Fen,
}

fn award(row: &QueryResult) -> Outcome<Award> {
    let city: Option<String> = get(row, "city")?;
    Ok(Award {
        id: get(row, "id")?,
        call: get(row, "call")?,
        ord: get(row, "ord")?,
        answer: get(row, "answer")?,
        organisation: get(row, "organisation")?,
        city: city.map(|city| adcode(&city, "call_award")).transpose()?,
        amount: fen(row, "call_award", "amount_fen")?,
        account: get(row, "account")?,
        state: AwardState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("call_award", "state"))?,
        reason: get(row, "reason")?,
        decided_by: get(row, "decided_by")?,
        decided_ms: get(row, "decided_ms")?,
        demo: get(row, "demo")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores awards; those that were there are replaced.
pub async fn save(conn: &Conn, awards: &[Award]) -> Outcome<()> {
    let row = |a: &Award| {
        vec![
            a.id.clone().into(),
            a.call.clone().into(),
            a.ord.into(),
            a.answer.clone().into(),
            a.organisation.clone().into(),
            a.city.map(|city| city.to_string()).into(),
            a.amount.get().into(),
            a.account.clone().into(),
            a.state.code().into(),
            a.reason.clone().into(),
            a.decided_by.clone().into(),
            a.decided_ms.into(),
            a.demo.into(),
            a.updated_ms.into(),
        ]
    };
    put(conn, "call_award", &COLUMNS, &["id"], awards.iter().map(row).collect()).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Award>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("a.{column}")).collect();
    let text = format!("SELECT {} FROM call_award a {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(award).collect()
}

/// One award.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Award>> {
    Ok(select(conn, "WHERE a.id = $1", vec![id.into()]).await?.pop())
}

/// The awards of a call in their order, also those that came to nothing.
pub async fn of_call(conn: &Conn, call: &str) -> Outcome<Vec<Award>> {
    select(conn, &format!("WHERE a.call = $1 ORDER BY a.ord LIMIT {AWARDS_MAX}"), vec![call.into()]).await
}

/// How many numbers of awards a call has given out.
pub async fn count(conn: &Conn, call: &str) -> Outcome<i64> {
    number(conn, "SELECT COUNT(*) AS n FROM call_award WHERE call = $1", vec![call.into()]).await
}

/// Stores what each source gives.
pub async fn add_shares(conn: &Conn, shares: &[Share]) -> Outcome<()> {
    let row = |s: &Share| vec![s.award.clone().into(), s.pledge.clone().into(), s.source.into(), s.amount.get().into()];
    put(conn, "call_share", &["award", "pledge", "source", "amount_fen"], &[], shares.iter().map(row).collect()).await
}

/// What each source gives to each award of a call, by award and source.
pub async fn shares(conn: &Conn, call: &str) -> Outcome<Vec<Share>> {
    let text = "SELECT s.award, s.pledge, s.source, s.amount_fen FROM call_share s JOIN call_award a ON a.id = s.award
        WHERE a.call = $1 ORDER BY a.ord, s.source LIMIT 10000";
    let share = |row: &QueryResult| {
        Outcome::Ok(Share {
            award: get(row, "award")?,
            pledge: get(row, "pledge")?,
            source: get(row, "source")?,
            amount: fen(row, "call_share", "amount_fen")?,
        })
    };
    all(conn, text, vec![call.into()]).await?.iter().map(share).collect()
}

/// Lays a choice aside; the one before is replaced.
pub async fn save_selection(conn: &Conn, s: &Selection) -> Outcome<()> {
    let row = vec![
        s.call.clone().into(),
        s.version.into(),
        json(&s.choices)?.into(),
        s.reason.clone().into(),
        s.by.clone().into(),
        s.at_ms.into(),
    ];
    let columns = ["call", "version", "choices", "reason", "by_account", "at_ms"];
    put(conn, "call_selection", &columns, &["call"], vec![row]).await
}

/// The choice that is laid aside.
pub async fn selection(conn: &Conn, call: &str) -> Outcome<Option<Selection>> {
    let text = "SELECT call, version, choices, reason, by_account, at_ms FROM call_selection WHERE call = $1";
    let rows = all(conn, text, vec![call.into()]).await?;
    let read = |row: &QueryResult| {
        Outcome::Ok(Selection {
            call: get(row, "call")?,
            version: get(row, "version")?,
            choices: read_json(row, "call_selection", "choices")?,
            reason: get(row, "reason")?,
            by: get(row, "by_account")?,
            at_ms: get(row, "at_ms")?,
        })
    };
    rows.first().map(read).transpose()
}

/// Takes the choice away that was laid aside.
pub async fn drop_selection(conn: &Conn, call: &str) -> Outcome<()> {
    run(conn, "DELETE FROM call_selection WHERE call = $1", vec![call.into()]).await.map(|_| ())
}
