//! Webhooks: where programs want to be told.

use crate::rules::message::Topic;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::number;
use rooms::store::rows::{all, first, get, places, run};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};

/// The table of webhooks. The secret is kept as it is: it signs, so a hash would not do.
pub const MIGRATION: Migration = Migration {
    name: "notices-0005-webhook",
    sql: "
CREATE TABLE webhook (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, organisation TEXT, url TEXT NOT NULL, secret TEXT NOT NULL, topics TEXT NOT NULL,
  created_ms BIGINT NOT NULL, demo BOOLEAN NOT NULL);
CREATE INDEX webhook_account ON webhook (account);
CREATE INDEX webhook_organisation ON webhook (organisation) WHERE organisation IS NOT NULL;
",
};

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Opaque id.
    pub id: String,
    /// Who made it.
    pub account: String,
    /// The organisation whose messages it gets; none for those of the account.
    pub organisation: Option<String>,
    /// Where they are posted.
    pub url: String,
    /// What signs them; left out wherever it is shown.
    #[serde(skip)]
    pub secret: String,
    /// Which messages; none for all.
    pub topics: Vec<Topic>,
    /// Since when.
    pub created_ms: i64,
    /// From the demo.
    pub demo: bool,
}

const COLUMNS: &str = "id, account, organisation, url, secret, topics, created_ms, demo";

fn webhook(row: &QueryResult) -> Outcome<Webhook> {
    let topics: String = get(row, "topics")?;
    Ok(Webhook {
        id: get(row, "id")?,
        account: get(row, "account")?,
        organisation: get(row, "organisation")?,
        url: get(row, "url")?,
        secret: get(row, "secret")?,
        topics: topics.split(',').filter_map(Topic::parse).collect(),
        created_ms: get(row, "created_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Adds a webhook.
pub async fn insert(conn: &impl ConnectionTrait, new: &Webhook, secret: &str) -> Outcome<()> {
    let text = format!("INSERT INTO webhook ({COLUMNS}) VALUES ({})", places(1, 8));
    let topics: Vec<&str> = new.topics.iter().map(|topic| topic.code()).collect();
    let values = vec![
        new.id.clone().into(),
        new.account.clone().into(),
        new.organisation.clone().into(),
        new.url.clone().into(),
        secret.into(),
        topics.join(",").into(),
        new.created_ms.into(),
        new.demo.into(),
    ];
    run(conn, &text, values).await.map(|_| ())
}

/// A webhook by its id.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Webhook>> {
    let text = format!("SELECT {COLUMNS} FROM webhook WHERE id = $1");
    first(conn, &text, vec![id.into()]).await?.as_ref().map(webhook).transpose()
}

/// Takes a webhook away.
pub async fn remove(conn: &impl ConnectionTrait, id: &str) -> Outcome<()> {
    run(conn, "DELETE FROM webhook WHERE id = $1", vec![id.into()]).await.map(|_| ())
}

/// The webhooks of an account and of some organisations, newest first; the number of each is limited.
pub async fn visible(conn: &Conn, account: &str, organisations: &[String]) -> Outcome<Vec<Webhook>> {
    let mut values: Vec<Value> = vec![account.into()];
    values.extend(organisations.iter().map(|id| Value::from(id.as_str())));
    let text = format!(
        "SELECT {COLUMNS} FROM webhook WHERE (account = $1 AND organisation IS NULL) OR organisation IN ({})
         ORDER BY created_ms DESC, id LIMIT 1000",
        places(2, organisations.len())
    );
    all(conn, &text, values).await?.iter().map(webhook).collect()
}

/// How many webhooks an account, or an organisation, has.
pub async fn total(conn: &Conn, account: &str, organisation: Option<&str>) -> Outcome<i64> {
    match organisation {
        Some(id) => number(conn, "SELECT COUNT(*) AS n FROM webhook WHERE organisation = $1", vec![id.into()]).await,
        None => {
            let text = "SELECT COUNT(*) AS n FROM webhook WHERE account = $1 AND organisation IS NULL";
            number(conn, text, vec![account.into()]).await
        }
    }
}

/// The webhooks that get a message told to an account in the name of an organisation.
pub async fn for_message(
    conn: &Conn,
    account: &str,
    organisation: Option<&str>,
    topic: Topic,
) -> Outcome<Vec<Webhook>> {
    let organisations: Vec<String> = organisation.map(str::to_owned).into_iter().collect();
    let found = visible(conn, account, &organisations).await?;
    Ok(found.into_iter().filter(|one| one.topics.is_empty() || one.topics.contains(&topic)).collect())
}
