//! The inbox, and how far the journal has been told.

use crate::rules::message::Topic;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::number;
use rooms::store::rows::{all, first, get, places, run};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Tables of the inbox. A house that has worked before begins with what happens from now on.
pub const MIGRATION: Migration = Migration {
    name: "notices-0001-notice",
    sql: "
CREATE TABLE notice_position (name TEXT PRIMARY KEY, leaf BIGINT NOT NULL);
INSERT INTO notice_position (name, leaf) SELECT 'inbox', COALESCE(MAX(leaf_index), -1) FROM journal_leaf;
CREATE TABLE notice (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, leaf BIGINT NOT NULL, source TEXT NOT NULL, entry BIGINT NOT NULL,
  kind TEXT NOT NULL, topic TEXT NOT NULL, high BOOLEAN NOT NULL, expects TEXT, due_ms BIGINT,
  object_kind TEXT NOT NULL, object_id TEXT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL, who TEXT NOT NULL,
  href TEXT NOT NULL, organisation TEXT, hits TEXT NOT NULL, at_ms BIGINT NOT NULL, read_ms BIGINT, mail_at_ms BIGINT,
  delivery TEXT, demo BOOLEAN NOT NULL, UNIQUE (account, leaf, source));
CREATE INDEX notice_inbox ON notice (account, leaf, id);
CREATE INDEX notice_unread ON notice (account, topic) WHERE read_ms IS NULL;
CREATE INDEX notice_mail ON notice (mail_at_ms) WHERE mail_at_ms IS NOT NULL;
CREATE INDEX notice_delivery ON notice (delivery) WHERE delivery IS NOT NULL;
",
};

/// One new hit of a saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Heading.
    pub title: String,
    /// Where it leads.
    pub href: String,
}

/// A message in somebody's inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Opaque id.
    pub id: String,
    /// Whose.
    pub account: String,
    /// The leaf of the journal that it comes from.
    pub leaf: i64,
    /// The saved search that found it; empty for all others. With account and leaf it is unique.
    pub source: String,
    /// Number of the journal entry.
    pub entry: i64,
    /// What happened: the kind of the entry.
    pub kind: String,
    /// As what it is told.
    pub topic: Topic,
    /// High priority.
    pub high: bool,
    /// Code of what is expected.
    pub expects: Option<String>,
    /// Until when.
    pub due_ms: Option<i64>,
    /// What it happened to.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// Its title when it happened.
    pub title: String,
    /// Its English title; may be empty.
    pub title_en: String,
    /// By whom; empty for the house itself.
    pub who: String,
    /// Where to see it.
    pub href: String,
    /// The organisation in whose name the account is told.
    pub organisation: Option<String>,
    /// What a saved search found, as far as it is listed.
    pub hits: Vec<Found>,
    /// When it happened.
    pub at_ms: i64,
    /// When it was read.
    pub read_ms: Option<i64>,
    /// When the mail about it is due; none for no mail, or once it is on its way.
    pub mail_at_ms: Option<i64>,
    /// The mail that carries it.
    pub delivery: Option<String>,
    /// From the demo.
    pub demo: bool,
}

const COLUMNS: &str = "id, account, leaf, source, entry, kind, topic, high, expects, due_ms, object_kind, object_id, title, \
    title_en, who, href, organisation, hits, at_ms, read_ms, mail_at_ms, delivery, demo";

fn notice(row: &QueryResult) -> Outcome<Notice> {
    let (topic, hits): (String, String) = (get(row, "topic")?, get(row, "hits")?);
    Ok(Notice {
        id: get(row, "id")?,
        account: get(row, "account")?,
        leaf: get(row, "leaf")?,
        source: get(row, "source")?,
        entry: get(row, "entry")?,
        kind: get(row, "kind")?,
        // The table holds no other words; a topic of a newer version reads as news.
        topic: Topic::parse(&topic).unwrap_or(Topic::Follow),
        high: get(row, "high")?,
        expects: get(row, "expects")?,
        due_ms: get(row, "due_ms")?,
        object_kind: get(row, "object_kind")?,
        object_id: get(row, "object_id")?,
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        who: get(row, "who")?,
        href: get(row, "href")?,
        organisation: get(row, "organisation")?,
        hits: serde_json::from_str(&hits).unwrap_or_default(),
        at_ms: get(row, "at_ms")?,
        read_ms: get(row, "read_ms")?,
        mail_at_ms: get(row, "mail_at_ms")?,
        delivery: get(row, "delivery")?,
        demo: get(row, "demo")?,
    })
}

/// The last leaf that has been told.
pub async fn position(conn: &Conn) -> Outcome<i64> {
    let row = first(conn, "SELECT leaf FROM notice_position WHERE name = 'inbox'", vec![]).await?;
    row.map_or(Ok(-1), |row| get(&row, "leaf"))
}

/// Moves the position on. False when another node was faster: the row decides, and whoever loses writes nothing.
pub async fn position_move(conn: &impl ConnectionTrait, from: i64, to: i64) -> Outcome<bool> {
    let text = "UPDATE notice_position SET leaf = $1 WHERE name = 'inbox' AND leaf = $2";
    Ok(run(conn, text, vec![to.into(), from.into()]).await? == 1)
}

/// Adds a message; a second one for the same account, leaf and source is left out. True when it is new.
pub async fn insert(conn: &impl ConnectionTrait, new: &Notice) -> Outcome<bool> {
    let text = format!(
        "INSERT INTO notice ({COLUMNS}) VALUES ({}) ON CONFLICT (account, leaf, source) DO NOTHING",
        places(1, 23)
    );
    let values: Vec<Value> = vec![
        new.id.clone().into(),
        new.account.clone().into(),
        new.leaf.into(),
        new.source.clone().into(),
        new.entry.into(),
        new.kind.clone().into(),
        new.topic.code().into(),
        new.high.into(),
        new.expects.clone().into(),
        new.due_ms.into(),
        new.object_kind.clone().into(),
        new.object_id.clone().into(),
        new.title.clone().into(),
        new.title_en.clone().into(),
        new.who.clone().into(),
        new.href.clone().into(),
        new.organisation.clone().into(),
        // A list of titles always has a JSON form.
        serde_json::to_string(&new.hits).unwrap_or_default().into(),
        new.at_ms.into(),
        new.read_ms.into(),
        new.mail_at_ms.into(),
        new.delivery.clone().into(),
        new.demo.into(),
    ];
    Ok(run(conn, &text, values).await? == 1)
}

/// A message by its id.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Notice>> {
    let text = format!("SELECT {COLUMNS} FROM notice WHERE id = $1");
    first(conn, &text, vec![id.into()]).await?.as_ref().map(notice).transpose()
}

/// A page of somebody's inbox, newest first, after a message of it.
pub async fn list(
    conn: &Conn,
    account: &str,
    topics: &[Topic],
    unread: bool,
    after: Option<&Notice>,
    limit: usize,
) -> Outcome<Vec<Notice>> {
    let mut values: Vec<Value> = vec![account.into()];
    values.extend(topics.iter().map(|topic| Value::from(topic.code())));
    let mut condition = format!("account = $1 AND topic IN ({})", places(2, topics.len()));
    if unread {
        condition.push_str(" AND read_ms IS NULL");
    }
    if let Some(after) = after {
        let n = values.len();
        condition.push_str(&format!(" AND (leaf < ${} OR (leaf = ${} AND id < ${}))", n + 1, n + 2, n + 3));
        values.extend([after.leaf.into(), after.leaf.into(), after.id.clone().into()]);
    }
    let text = format!("SELECT {COLUMNS} FROM notice WHERE {condition} ORDER BY leaf DESC, id DESC LIMIT {limit}");
    all(conn, &text, values).await?.iter().map(notice).collect()
}

/// How many messages a half of somebody's inbox has.
pub async fn total(conn: &Conn, account: &str, topics: &[Topic], unread: bool) -> Outcome<i64> {
    let mut values: Vec<Value> = vec![account.into()];
    values.extend(topics.iter().map(|topic| Value::from(topic.code())));
    let unread = if unread { " AND read_ms IS NULL" } else { "" };
    let text = format!(
        "SELECT COUNT(*) AS n FROM notice WHERE account = $1 AND topic IN ({}){unread}",
        places(2, topics.len())
    );
    number(conn, &text, values).await
}

/// Unread messages that the header counts at most.
const UNREAD_COUNTED_MAX: i64 = 99;

/// How many messages somebody has not read, at most 99.
pub async fn unread(conn: &Conn, account: &str) -> Outcome<i64> {
    let text = format!(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM notice WHERE account = $1 AND read_ms IS NULL LIMIT {UNREAD_COUNTED_MAX}) AS counted"
    );
    number(conn, &text, vec![account.into()]).await
}

/// Marks one message as read; false when it was.
pub async fn read(conn: &impl ConnectionTrait, id: &str, at_ms: i64) -> Outcome<bool> {
    let text = "UPDATE notice SET read_ms = $1 WHERE id = $2 AND read_ms IS NULL";
    Ok(run(conn, text, vec![at_ms.into(), id.into()]).await? > 0)
}

/// Marks a half of somebody's inbox as read; says how many were not.
pub async fn read_all(conn: &impl ConnectionTrait, account: &str, topics: &[Topic], at_ms: i64) -> Outcome<u64> {
    let mut values: Vec<Value> = vec![at_ms.into(), account.into()];
    values.extend(topics.iter().map(|topic| Value::from(topic.code())));
    let text = format!(
        "UPDATE notice SET read_ms = $1 WHERE account = $2 AND read_ms IS NULL AND topic IN ({})",
        places(3, topics.len())
    );
    run(conn, &text, values).await
}

/// Accounts with mails that are due, at most `limit`.
pub async fn mail_due(conn: &Conn, now_ms: i64, limit: i64) -> Outcome<Vec<String>> {
    let text = "SELECT DISTINCT account FROM notice WHERE mail_at_ms <= $1 ORDER BY account LIMIT $2";
    all(conn, text, vec![now_ms.into(), limit.into()]).await?.iter().map(|row| get(row, "account")).collect()
}

/// What of somebody's messages is due by mail, the oldest first, at most `limit`.
pub async fn mail_due_of(conn: &Conn, account: &str, now_ms: i64, limit: i64) -> Outcome<Vec<Notice>> {
    let text =
        format!("SELECT {COLUMNS} FROM notice WHERE account = $1 AND mail_at_ms <= $2 ORDER BY leaf, id LIMIT $3");
    let values = vec![account.into(), now_ms.into(), limit.into()];
    all(conn, &text, values).await?.iter().map(notice).collect()
}

/// Gives messages to a mail, or to none. Only those still waiting: whoever comes second gets none of them.
pub async fn mail_take(conn: &impl ConnectionTrait, ids: &[String], delivery: Option<&str>) -> Outcome<u64> {
    let mut values: Vec<Value> = vec![delivery.map(str::to_owned).into()];
    values.extend(ids.iter().map(|id| Value::from(id.as_str())));
    let text = format!(
        "UPDATE notice SET mail_at_ms = NULL, delivery = $1 WHERE mail_at_ms IS NOT NULL AND id IN ({})",
        places(2, ids.len())
    );
    run(conn, &text, values).await
}

/// The messages that a mail carries, the oldest first.
pub async fn of_delivery(conn: &Conn, delivery: &str) -> Outcome<Vec<Notice>> {
    let text = format!("SELECT {COLUMNS} FROM notice WHERE delivery = $1 ORDER BY leaf, id LIMIT 1000");
    all(conn, &text, vec![delivery.into()]).await?.iter().map(notice).collect()
}

/// Topics and their numbers of unread messages in somebody's inbox.
pub async fn unread_by_topic(conn: &Conn, account: &str) -> Outcome<HashMap<String, i64>> {
    let text = "SELECT topic, COUNT(*) AS n FROM notice WHERE account = $1 AND read_ms IS NULL GROUP BY topic";
    let rows = all(conn, text, vec![account.into()]).await?;
    rows.iter().map(|row| Ok((get(row, "topic")?, get(row, "n")?))).collect()
}
