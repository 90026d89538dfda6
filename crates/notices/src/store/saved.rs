//! Saved searches, and which results of each are known.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::number;
use rooms::store::rows::{all, first, get, places, run};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use search::{Filters, SearchRequest};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Tables of saved searches.
pub const MIGRATION: Migration = Migration {
    name: "notices-0003-saved",
    sql: "
CREATE TABLE saved_search (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, question TEXT NOT NULL, address TEXT NOT NULL,
  created_ms BIGINT NOT NULL, told_ms BIGINT, demo BOOLEAN NOT NULL);
CREATE INDEX saved_search_account ON saved_search (account, created_ms);
CREATE TABLE saved_search_known (
  search TEXT NOT NULL REFERENCES saved_search (id), document TEXT NOT NULL, PRIMARY KEY (search, document));
",
};

/// Rows in one statement.
const ROWS_MAX: usize = 200;

/// What a saved search asks: the words and filters of the search page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The words.
    pub text: String,
    /// What it is narrowed to.
    pub filters: Filters,
}

impl Question {
    /// The request to the index; only among these documents, if any are named.
    pub fn request(&self, only: Vec<String>, offset: usize, limit: usize) -> SearchRequest {
        let filters = Filters { id: only, ..self.filters.clone() };
        SearchRequest { text: self.text.clone(), filters, limit, offset, facets: false }
    }
}

/// A saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Opaque id.
    pub id: String,
    /// Whose.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
    /// What it asks.
    pub question: Question,
    /// The same as a query string of the search page.
    pub address: String,
    /// When it was saved.
    pub created_ms: i64,
    /// When it last found something new.
    pub told_ms: Option<i64>,
    /// From the demo.
    pub demo: bool,
}

const COLUMNS: &str = "id, account, name, question, address, created_ms, told_ms, demo";

fn saved(row: &QueryResult) -> Outcome<Saved> {
    let question: String = get(row, "question")?;
    Ok(Saved {
        id: get(row, "id")?,
        account: get(row, "account")?,
        name: get(row, "name")?,
        question: serde_json::from_str(&question).unwrap_or_default(),
        address: get(row, "address")?,
        created_ms: get(row, "created_ms")?,
        told_ms: get(row, "told_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Adds a saved search.
pub async fn insert(conn: &impl ConnectionTrait, new: &Saved) -> Outcome<()> {
    let text = format!("INSERT INTO saved_search ({COLUMNS}) VALUES ({})", places(1, 8));
    let values = vec![
        new.id.clone().into(),
        new.account.clone().into(),
        new.name.clone().into(),
        // Words and filters always have a JSON form.
        serde_json::to_string(&new.question).unwrap_or_default().into(),
        new.address.clone().into(),
        new.created_ms.into(),
        new.told_ms.into(),
        new.demo.into(),
    ];
    run(conn, &text, values).await.map(|_| ())
}

/// A saved search by its id.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Saved>> {
    let text = format!("SELECT {COLUMNS} FROM saved_search WHERE id = $1");
    first(conn, &text, vec![id.into()]).await?.as_ref().map(saved).transpose()
}

/// Takes a saved search away with what it knows.
pub async fn remove(conn: &impl ConnectionTrait, id: &str) -> Outcome<()> {
    run(conn, "DELETE FROM saved_search_known WHERE search = $1", vec![id.into()]).await?;
    run(conn, "DELETE FROM saved_search WHERE id = $1", vec![id.into()]).await.map(|_| ())
}

/// Somebody's saved searches, newest first; the number per account is limited.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Vec<Saved>> {
    let text = format!("SELECT {COLUMNS} FROM saved_search WHERE account = $1 ORDER BY created_ms DESC, id LIMIT 1000");
    all(conn, &text, vec![account.into()]).await?.iter().map(saved).collect()
}

/// How many saved searches somebody has.
pub async fn total(conn: &Conn, account: &str) -> Outcome<i64> {
    number(conn, "SELECT COUNT(*) AS n FROM saved_search WHERE account = $1", vec![account.into()]).await
}

/// Everybody's saved searches in order of id, after one, at most `limit`.
pub async fn page(conn: &Conn, after: &str, limit: i64) -> Outcome<Vec<Saved>> {
    let text = format!("SELECT {COLUMNS} FROM saved_search WHERE id > $1 ORDER BY id LIMIT $2");
    all(conn, &text, vec![after.into(), limit.into()]).await?.iter().map(saved).collect()
}

/// Which of these documents a search knows.
pub async fn known(conn: &Conn, search: &str, documents: &[String]) -> Outcome<HashSet<String>> {
    let mut found = HashSet::new();
    for chunk in documents.chunks(ROWS_MAX) {
        let mut values: Vec<Value> = vec![search.into()];
        values.extend(chunk.iter().map(|id| Value::from(id.as_str())));
        let text = format!(
            "SELECT document FROM saved_search_known WHERE search = $1 AND document IN ({})",
            places(2, chunk.len())
        );
        for row in all(conn, &text, values).await? {
            found.insert(get(&row, "document")?);
        }
    }
    Ok(found)
}

/// Keeps that a search knows these documents.
pub async fn learn(conn: &impl ConnectionTrait, search: &str, documents: &[String]) -> Outcome<()> {
    for chunk in documents.chunks(ROWS_MAX) {
        let rows: Vec<String> = (0..chunk.len()).map(|n| format!("(${}, ${})", 2 * n + 1, 2 * n + 2)).collect();
        let values = chunk.iter().flat_map(|id| [Value::from(search), Value::from(id.as_str())]).collect();
        let text = format!(
            "INSERT INTO saved_search_known (search, document) VALUES {} ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        run(conn, &text, values).await?;
    }
    Ok(())
}

/// Notes that a search has found something; false when it has been removed meanwhile.
pub async fn told(conn: &impl ConnectionTrait, search: &str, at_ms: i64) -> Outcome<bool> {
    let text = "UPDATE saved_search SET told_ms = $1 WHERE id = $2";
    Ok(run(conn, text, vec![at_ms.into(), search.into()]).await? == 1)
}
