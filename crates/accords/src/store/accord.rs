//! Rows of joint acts, their parties, their versions and what was said of them.

mod list;

pub use list::{
    Facets, Filter, any_watched, asking, documents_after, facets, in_force, list, position, successor, to_circulate,
    to_lapse, watched,
};

use super::change;
use crate::rules::accord::{
    Accord, AccordKind, AccordState, Assent, Consent, Level, OUTER_MAX, Party, PartyKind, Word,
};
use kernel::{Adcode, Date, Fen};
use platform::capability::DocumentChange;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, put, run};
use rooms::store::{Allowed, adcode, bad, date};
use sea_orm::{QueryResult, Value};
use std::collections::HashMap;

/// Tables of joint acts. A number is given once: the unique index decides races.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "accords-0001-accord",
    sql: "
CREATE TABLE accord (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, number TEXT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,
  text TEXT NOT NULL, text_en TEXT NOT NULL, assent TEXT NOT NULL, total_fen BIGINT, valid_from TEXT, valid_until TEXT,
  supersedes TEXT REFERENCES accord (id),
  state TEXT NOT NULL CHECK (state IN ('draft', 'circulated', 'in_force', 'failed', 'expired', 'ended', 'superseded')),
  version BIGINT NOT NULL, deadline_ms BIGINT, circulated_ms BIGINT, in_force_ms BIGINT, ended_ms BIGINT,
  end_reason TEXT NOT NULL, drafted_by TEXT NOT NULL, demo BOOLEAN NOT NULL, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE UNIQUE INDEX accord_number ON accord (number) WHERE number <> '';
CREATE INDEX accord_list ON accord (state, updated_ms, id);
CREATE TABLE accord_party (
  accord TEXT NOT NULL REFERENCES accord (id), code TEXT NOT NULL, ord BIGINT NOT NULL, kind TEXT NOT NULL, city TEXT,
  name TEXT NOT NULL, name_en TEXT NOT NULL, level TEXT, share_fen BIGINT, PRIMARY KEY (accord, code));
CREATE INDEX accord_party_city ON accord_party (city);
CREATE TABLE accord_version (
  accord TEXT NOT NULL REFERENCES accord (id), version BIGINT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,
  text TEXT NOT NULL, text_en TEXT NOT NULL, total_fen BIGINT, valid_from TEXT, valid_until TEXT, deadline_ms BIGINT NOT NULL,
  circulated_ms BIGINT NOT NULL, PRIMARY KEY (accord, version));
CREATE TABLE accord_consent (
  id TEXT PRIMARY KEY, accord TEXT NOT NULL REFERENCES accord (id), version BIGINT NOT NULL, ord BIGINT NOT NULL, party TEXT NOT NULL,
  word TEXT NOT NULL, text TEXT NOT NULL, letter TEXT NOT NULL, by_account TEXT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX accord_consent_accord ON accord_consent (accord, ord);
",
}];

const COLUMNS: [&str; 23] = [
    "id",
    "kind",
    "number",
    "title",
    "title_en",
    "text",
    "text_en",
    "assent",
    "total_fen",
    "valid_from",
    "valid_until",
    "supersedes",
    "state",
    "version",
    "deadline_ms",
    "circulated_ms",
    "in_force_ms",
    "ended_ms",
    "end_reason",
    "drafted_by",
    "demo",
    "created_ms",
    "updated_ms",
];
const PARTY_COLUMNS: [&str; 9] = ["accord", "code", "ord", "kind", "city", "name", "name_en", "level", "share_fen"];
/// Parties of one act: every city of the nation's largest corridor, the joint office and the outer ones.
const PARTIES_MAX: usize = 100 + OUTER_MAX;
/// Things said of one act that are read: far more than the parties of a real one say.
const SAID_MAX: usize = 5_000;

fn amount(row: &QueryResult, column: &str) -> Outcome<Option<Fen>> {
    let fen: Option<i64> = get(row, column)?;
    fen.map(Fen::new).transpose().map_err(|_| bad("accord", column))
}

fn some_day(row: &QueryResult, column: &str) -> Outcome<Option<Date>> {
    let text: Option<String> = get(row, column)?;
    text.map(|text| date(&text, "accord")).transpose()
}

/// An act without its parties.
fn accord(row: &QueryResult) -> Outcome<Accord> {
    let code = |column: &str| get::<String>(row, column);
    Ok(Accord {
        id: get(row, "id")?,
        kind: AccordKind::parse(&code("kind")?).ok_or_else(|| bad("accord", "kind"))?,
        number: get(row, "number")?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        text: get(row, "text")?,
        text_en: get(row, "text_en")?,
        assent: Assent::parse(&code("assent")?).ok_or_else(|| bad("accord", "assent"))?,
        parties: Vec::new(),
        total: amount(row, "total_fen")?,
        valid_from: some_day(row, "valid_from")?,
        valid_until: some_day(row, "valid_until")?,
        supersedes: get(row, "supersedes")?,
        state: AccordState::parse(&code("state")?).ok_or_else(|| bad("accord", "state"))?,
        version: get(row, "version")?,
        deadline_ms: get(row, "deadline_ms")?,
        circulated_ms: get(row, "circulated_ms")?,
        in_force_ms: get(row, "in_force_ms")?,
        ended_ms: get(row, "ended_ms")?,
        end_reason: get(row, "end_reason")?,
        drafted_by: get(row, "drafted_by")?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

fn party(row: &QueryResult) -> Outcome<Party> {
    let (city, level): (Option<String>, Option<String>) = (get(row, "city")?, get(row, "level")?);
    Ok(Party {
        code: get(row, "code")?,
        kind: PartyKind::parse(&get::<String>(row, "kind")?).ok_or_else(|| bad("accord_party", "kind"))?,
        city: city.map(|city| adcode(&city, "accord_party")).transpose()?,
        name: get(row, "name")?,
        name_en: get(row, "name_en")?,
        level: level.as_deref().and_then(Level::parse),
        share: amount(row, "share_fen")?,
    })
}

/// Stores an act with its parties; one that was there is replaced.
pub async fn save(conn: &Conn, a: &Accord) -> Outcome<()> {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let row = vec![
        a.id.clone().into(),
        a.kind.code().into(),
        a.number.clone().into(),
        a.title.clone().into(),
        a.title_en.clone().into(),
        a.text.clone().into(),
        a.text_en.clone().into(),
        a.assent.code().into(),
        a.total.map(Fen::get).into(),
        day(a.valid_from).into(),
        day(a.valid_until).into(),
        a.supersedes.clone().into(),
        a.state.code().into(),
        a.version.into(),
        a.deadline_ms.into(),
        a.circulated_ms.into(),
        a.in_force_ms.into(),
        a.ended_ms.into(),
        a.end_reason.clone().into(),
        a.drafted_by.clone().into(),
        a.demo.into(),
        a.created_ms.into(),
        a.updated_ms.into(),
    ];
    put(conn, "accord", &COLUMNS, &["id"], vec![row]).await?;
    if a.state == AccordState::Draft {
        // Parties change while an act is drafted and never afterwards.
        run(conn, "DELETE FROM accord_party WHERE accord = $1", vec![a.id.clone().into()]).await?;
        let rows = a.parties.iter().enumerate().map(|(ord, party)| party_row(&a.id, ord, party)).collect();
        put(conn, "accord_party", &PARTY_COLUMNS, &[], rows).await?;
    }
    Ok(())
}

fn party_row(accord: &str, ord: usize, party: &Party) -> Vec<Value> {
    vec![
        accord.into(),
        party.code.clone().into(),
        i64::try_from(ord).unwrap_or(i64::MAX).into(),
        party.kind.code().into(),
        party.city.map(|city| city.to_string()).into(),
        party.name.clone().into(),
        party.name_en.clone().into(),
        party.level.map(Level::code).into(),
        party.share.map(Fen::get).into(),
    ]
}

/// Acts by a tail of the query about `accord a`, with their parties.
async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Accord>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("a.{column}")).collect();
    let text = format!("SELECT {} FROM accord a {tail}", columns.join(", "));
    let mut found: Vec<Accord> =
        all(conn, &text, values).await?.iter().map(accord).collect::<Outcome<Vec<Accord>>>()?;
    let ids: Vec<String> = found.iter().map(|accord| accord.id.clone()).collect();
    let mut parties = parties_of(conn, &ids).await?;
    for accord in &mut found {
        accord.parties = parties.remove(&accord.id).unwrap_or_default();
    }
    Ok(found)
}

async fn parties_of(conn: &Conn, accords: &[String]) -> Outcome<HashMap<String, Vec<Party>>> {
    let mut by_accord: HashMap<String, Vec<Party>> = HashMap::new();
    if accords.is_empty() {
        return Ok(by_accord);
    }
    let mut clause = rooms::store::browse::Where::new("1 = 1");
    clause.any("accord", accords);
    let text = format!(
        "SELECT {} FROM accord_party WHERE {} ORDER BY accord, ord LIMIT {}",
        PARTY_COLUMNS.join(", "),
        clause.text,
        accords.len() * PARTIES_MAX
    );
    for row in &all(conn, &text, clause.values).await? {
        by_accord.entry(get(row, "accord")?).or_default().push(party(row)?);
    }
    Ok(by_accord)
}

/// One act, in any state.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Accord>> {
    Ok(select(conn, "WHERE a.id = $1", vec![id.into()]).await?.pop())
}

/// Whether another act has this number.
pub async fn number_taken(conn: &Conn, number: &str, but: &str) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM accord WHERE number = $1 AND id <> $2";
    Ok(!number.is_empty() && first(conn, text, vec![number.into(), but.into()]).await?.is_some())
}

/// The text of an act as it was circulated once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The act.
    pub accord: String,
    /// Its number, from 1.
    pub version: i64,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Chinese text.
    pub text: String,
    /// English text; may be empty.
    pub text_en: String,
    /// The money in all.
    pub total: Option<Fen>,
    /// Until when the parties were asked.
    pub deadline_ms: i64,
    /// When it was circulated.
    pub circulated_ms: i64,
}

/// Keeps the text that has just been circulated.
pub async fn freeze(conn: &Conn, a: &Accord) -> Outcome<()> {
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    let columns = [
        "accord",
        "version",
        "title",
        "title_en",
        "text",
        "text_en",
        "total_fen",
        "valid_from",
        "valid_until",
        "deadline_ms",
        "circulated_ms",
    ];
    let row = vec![
        a.id.clone().into(),
        a.version.into(),
        a.title.clone().into(),
        a.title_en.clone().into(),
        a.text.clone().into(),
        a.text_en.clone().into(),
        a.total.map(Fen::get).into(),
        day(a.valid_from).into(),
        day(a.valid_until).into(),
        a.deadline_ms.unwrap_or_default().into(),
        a.circulated_ms.unwrap_or_default().into(),
    ];
    put(conn, "accord_version", &columns, &[], vec![row]).await
}

/// One circulated version.
pub async fn version(conn: &Conn, accord: &str, version: i64) -> Outcome<Option<Version>> {
    let text = "SELECT accord, version, title, title_en, text, text_en, total_fen, deadline_ms, circulated_ms
        FROM accord_version WHERE accord = $1 AND version = $2";
    let row = first(conn, text, vec![accord.into(), version.into()]).await?;
    row.map(|row| {
        Ok(Version {
            accord: get(&row, "accord")?,
            version: get(&row, "version")?,
            title: get(&row, "title")?,
            title_en: get(&row, "title_en")?,
            text: get(&row, "text")?,
            text_en: get(&row, "text_en")?,
            total: amount(&row, "total_fen")?,
            deadline_ms: get(&row, "deadline_ms")?,
            circulated_ms: get(&row, "circulated_ms")?,
        })
    })
    .transpose()
}

/// Keeps what a party said, at its place. Whoever speaks has read everything said before, so that of two who speak at
/// once the second's transaction runs again (serialisable on PostgreSQL, one writer on SQLite): exactly one of them is
/// the last whose consent it takes.
pub async fn say(conn: &Conn, consent: &Consent, ord: usize) -> Outcome<()> {
    let columns =
        ["id", "accord", "version", "ord", "party", "word", "text", "letter", "by_account", "by_name", "at_ms"];
    let row = vec![
        consent.id.clone().into(),
        consent.accord.clone().into(),
        consent.version.into(),
        i64::try_from(ord).unwrap_or(i64::MAX).into(),
        consent.party.clone().into(),
        consent.word.code().into(),
        consent.text.clone().into(),
        consent.letter.clone().into(),
        consent.by.clone().into(),
        consent.by_name.clone().into(),
        consent.at_ms.into(),
    ];
    put(conn, "accord_consent", &columns, &[], vec![row]).await
}

/// Everything said of an act, in the order in which it was said.
pub async fn said(conn: &Conn, accord: &str) -> Outcome<Vec<Consent>> {
    let text = format!(
        "SELECT id, accord, version, party, word, text, letter, by_account, by_name, at_ms FROM accord_consent
         WHERE accord = $1 ORDER BY ord LIMIT {SAID_MAX}"
    );
    let rows = all(conn, &text, vec![accord.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(Consent {
                id: get(row, "id")?,
                accord: get(row, "accord")?,
                version: get(row, "version")?,
                party: get(row, "party")?,
                word: Word::parse(&get::<String>(row, "word")?).ok_or_else(|| bad("accord_consent", "word"))?,
                text: get(row, "text")?,
                letter: get(row, "letter")?,
                by: get(row, "by_account")?,
                by_name: get(row, "by_name")?,
                at_ms: get(row, "at_ms")?,
            })
        })
        .collect()
}

/// What a change of one act means for the index.
pub async fn document_change(conn: &Conn, id: &str) -> Outcome<DocumentChange> {
    Ok(change(id, list::documents(conn, "a.id = $1", id, 1).await?.pop()))
}

/// The acts that a policy allows, as a condition about `accord a`. The policy looks at an act through each of its
/// parties: one that fits is enough.
fn seen(allowed: Allowed) -> rooms::store::browse::Where {
    let (text, values) = allowed;
    rooms::store::browse::Where {
        text: format!("a.id IN (SELECT x.id FROM accord x LEFT JOIN accord_party p ON p.accord = x.id WHERE {text})"),
        values,
    }
}

/// In which columns of [`seen`] the attributes of an act stand.
pub const ATTRIBUTES: [(&str, &str); 3] = [("state", "x.state"), ("city", "p.city"), ("author", "x.drafted_by")];

/// A city's code as rows hold it.
fn codes(cities: &[Adcode]) -> Vec<String> {
    cities.iter().map(ToString::to_string).collect()
}
