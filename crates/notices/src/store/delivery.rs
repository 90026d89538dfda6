//! What is sent outside: mails and webhook calls, each with its tries. The log is these rows.

use platform::db::{Conn, Migration, Outcome};
use rooms::store::number;
use rooms::store::rows::{all, first, get, places, run};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};

/// The table of deliveries.
pub const MIGRATION: Migration = Migration {
    name: "notices-0006-delivery",
    sql: "
CREATE TABLE delivery (
  id TEXT PRIMARY KEY, channel TEXT NOT NULL CHECK (channel IN ('mail', 'confirmation', 'webhook')), account TEXT NOT NULL,
  organisation TEXT, address TEXT NOT NULL, webhook TEXT, notice TEXT, leaf BIGINT, source TEXT,
  state TEXT NOT NULL CHECK (state IN ('ready', 'sending', 'sent', 'failed')), attempts BIGINT NOT NULL,
  lease_until_ms BIGINT NOT NULL, next_try_ms BIGINT NOT NULL, error TEXT, sent_ms BIGINT, created_ms BIGINT NOT NULL,
  demo BOOLEAN NOT NULL);
CREATE UNIQUE INDEX delivery_once ON delivery (webhook, leaf, source) WHERE webhook IS NOT NULL;
CREATE INDEX delivery_due ON delivery (next_try_ms) WHERE state IN ('ready', 'sending');
CREATE INDEX delivery_account ON delivery (account, created_ms, id);
CREATE INDEX delivery_organisation ON delivery (organisation, created_ms, id) WHERE organisation IS NOT NULL;
CREATE INDEX delivery_created ON delivery (created_ms, id);
",
};

/// How a message goes outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Messages by mail.
    Mail,
    /// The mail that confirms an address.
    Confirmation,
    /// A message to a program.
    Webhook,
}

impl Channel {
    /// The code in rows and texts.
    pub fn code(self) -> &'static str {
        match self {
            Channel::Mail => "mail",
            Channel::Confirmation => "confirmation",
            Channel::Webhook => "webhook",
        }
    }

    fn parse(code: &str) -> Channel {
        match code {
            "webhook" => Channel::Webhook,
            "confirmation" => Channel::Confirmation,
            _ => Channel::Mail,
        }
    }
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Opaque id.
    pub id: String,
    /// How.
    pub channel: Channel,
    /// For whom.
    pub account: String,
    /// The organisation whose webhook it is.
    pub organisation: Option<String>,
    /// Mail address or URL.
    pub address: String,
    /// Which webhook.
    pub webhook: Option<String>,
    /// Which message, to a webhook.
    pub notice: Option<String>,
    /// The leaf and source of that message: a webhook gets each once.
    pub told: Option<(i64, String)>,
    /// `ready`, `sending`, `sent` or `failed`.
    pub state: String,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried next, while it is ready.
    pub next_try_ms: i64,
    /// What the last failed try said.
    pub error: Option<String>,
    /// When it was sent.
    pub sent_ms: Option<i64>,
    /// Since when it is on its way.
    pub created_ms: i64,
    /// From the demo.
    pub demo: bool,
}

const COLUMNS: &str = "id, channel, account, organisation, address, webhook, notice, leaf, source, state, attempts, lease_until_ms, \
    next_try_ms, error, sent_ms, created_ms, demo";

fn delivery(row: &QueryResult) -> Outcome<Delivery> {
    let channel: String = get(row, "channel")?;
    let (leaf, source): (Option<i64>, Option<String>) = (get(row, "leaf")?, get(row, "source")?);
    Ok(Delivery {
        id: get(row, "id")?,
        channel: Channel::parse(&channel),
        account: get(row, "account")?,
        organisation: get(row, "organisation")?,
        address: get(row, "address")?,
        webhook: get(row, "webhook")?,
        notice: get(row, "notice")?,
        told: leaf.zip(source),
        state: get(row, "state")?,
        attempts: get(row, "attempts")?,
        next_try_ms: get(row, "next_try_ms")?,
        error: get(row, "error")?,
        sent_ms: get(row, "sent_ms")?,
        created_ms: get(row, "created_ms")?,
        demo: get(row, "demo")?,
    })
}

/// Adds a delivery; false when the webhook has this message already.
pub async fn insert(conn: &impl ConnectionTrait, new: &Delivery) -> Outcome<bool> {
    let text = format!("INSERT INTO delivery ({COLUMNS}) VALUES ({}) ON CONFLICT DO NOTHING", places(1, 17));
    let values: Vec<Value> = vec![
        new.id.clone().into(),
        new.channel.code().into(),
        new.account.clone().into(),
        new.organisation.clone().into(),
        new.address.clone().into(),
        new.webhook.clone().into(),
        new.notice.clone().into(),
        new.told.as_ref().map(|told| told.0).into(),
        new.told.as_ref().map(|told| told.1.clone()).into(),
        new.state.clone().into(),
        new.attempts.into(),
        0i64.into(),
        new.next_try_ms.into(),
        new.error.clone().into(),
        new.sent_ms.into(),
        new.created_ms.into(),
        new.demo.into(),
    ];
    Ok(run(conn, &text, values).await? == 1)
}

/// A delivery by its id.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Delivery>> {
    let text = format!("SELECT {COLUMNS} FROM delivery WHERE id = $1");
    first(conn, &text, vec![id.into()]).await?.as_ref().map(delivery).transpose()
}

const DUE: &str = "((state = 'ready' AND next_try_ms <= $1) OR (state = 'sending' AND lease_until_ms <= $1))";

/// Whether anything is due.
pub async fn any_due(conn: &Conn, now_ms: i64) -> Outcome<bool> {
    let text = format!("SELECT 1 AS n FROM delivery WHERE {DUE} LIMIT 1");
    Ok(first(conn, &text, vec![now_ms.into()]).await?.is_some())
}

/// What is due, the longest waiting first, at most `limit`.
pub async fn due(conn: &Conn, now_ms: i64, limit: i64) -> Outcome<Vec<String>> {
    let text = format!("SELECT id FROM delivery WHERE {DUE} ORDER BY next_try_ms, id LIMIT $2");
    all(conn, &text, vec![now_ms.into(), limit.into()]).await?.iter().map(|row| get(row, "id")).collect()
}

/// Takes a due delivery for one try, until a time; none when another node was faster.
pub async fn claim(conn: &impl ConnectionTrait, id: &str, now_ms: i64, until_ms: i64) -> Outcome<Option<Delivery>> {
    let text = format!(
        "UPDATE delivery SET state = 'sending', attempts = attempts + 1, lease_until_ms = $2
         WHERE id = $3 AND {DUE} RETURNING {COLUMNS}"
    );
    first(conn, &text, vec![now_ms.into(), until_ms.into(), id.into()]).await?.as_ref().map(delivery).transpose()
}

/// How a try ended.
#[derive(Debug, Clone)]
pub enum Ended {
    /// It arrived.
    Sent(i64),
    /// It failed; tried again at this time, or never.
    Failed(String, Option<i64>),
}

/// Keeps how a try ended; false when a replay meanwhile has begun to count anew, which wins.
pub async fn finish(conn: &impl ConnectionTrait, delivery: &Delivery, ended: &Ended) -> Outcome<bool> {
    let (state, next, error, sent) = match ended {
        Ended::Sent(at_ms) => ("sent", delivery.next_try_ms, None, Some(*at_ms)),
        Ended::Failed(why, Some(next_ms)) => ("ready", *next_ms, Some(why.clone()), None),
        Ended::Failed(why, None) => ("failed", delivery.next_try_ms, Some(why.clone()), None),
    };
    let text = "UPDATE delivery SET state = $1, next_try_ms = $2, error = $3, sent_ms = $4
        WHERE id = $5 AND state = 'sending' AND attempts = $6";
    let values = vec![
        state.into(),
        next.into(),
        error.into(),
        sent.into(),
        delivery.id.clone().into(),
        delivery.attempts.into(),
    ];
    Ok(run(conn, text, values).await? == 1)
}

/// Whether another call of the webhook than this one has failed for good since a time.
pub async fn failed_since(conn: &Conn, webhook: &str, but: &str, since_ms: i64) -> Outcome<bool> {
    // When a call that failed was due last is when it failed.
    let text = "SELECT 1 AS n FROM delivery
        WHERE webhook = $1 AND id <> $2 AND state = 'failed' AND next_try_ms > $3 LIMIT 1";
    Ok(first(conn, text, vec![webhook.into(), but.into(), since_ms.into()]).await?.is_some())
}

/// Mails that have failed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailsFailed {
    /// How many.
    pub count: i64,
    /// Since when the oldest of them has been on its way.
    pub first_ms: i64,
    /// Whether all are from the demo.
    pub demo: bool,
}

/// The mails that have failed for good since a time; none while there are none.
pub async fn mails_failed(conn: &Conn, since_ms: i64) -> Outcome<Option<MailsFailed>> {
    let text = "SELECT COUNT(*) AS n, COALESCE(MIN(created_ms), 0) AS first_ms,
        CAST(COALESCE(SUM(CASE WHEN demo THEN 0 ELSE 1 END), 0) AS BIGINT) AS of_people
        FROM delivery WHERE channel IN ('mail', 'confirmation') AND state = 'failed' AND next_try_ms > $1";
    let Some(row) = first(conn, text, vec![since_ms.into()]).await? else { return Ok(None) };
    let (count, of_people): (i64, i64) = (get(&row, "n")?, get(&row, "of_people")?);
    let failed = MailsFailed { count, first_ms: get(&row, "first_ms")?, demo: of_people == 0 };
    Ok((count > 0).then_some(failed))
}

/// Lets an ended delivery be sent once more, with fresh tries; false when it is on its way.
pub async fn replay(conn: &impl ConnectionTrait, id: &str, now_ms: i64) -> Outcome<bool> {
    let text = "UPDATE delivery SET state = 'ready', attempts = 0, next_try_ms = $1, sent_ms = NULL
        WHERE id = $2 AND state IN ('sent', 'failed')";
    Ok(run(conn, text, vec![now_ms.into(), id.into()]).await? == 1)
}

/// Whose deliveries a log shows.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Everybody's.
    All,
    /// Those of an account, and of the webhooks of some organisations.
    Of(String, Vec<String>),
}

impl Whose {
    fn condition(&self) -> (String, Vec<Value>) {
        match self {
            Whose::All => ("1 = 1".to_owned(), Vec::new()),
            Whose::Of(account, organisations) => {
                let mut values: Vec<Value> = vec![account.as_str().into()];
                values.extend(organisations.iter().map(|id| Value::from(id.as_str())));
                let places = places(2, organisations.len());
                (format!("((account = $1 AND organisation IS NULL) OR organisation IN ({places}))"), values)
            }
        }
    }
}

/// A page of a log, newest first, after a delivery of it.
pub async fn list(
    conn: &Conn,
    whose: &Whose,
    state: &str,
    after: Option<&Delivery>,
    limit: usize,
) -> Outcome<(Vec<Delivery>, i64)> {
    let (mut condition, mut values) = whose.condition();
    if !state.is_empty() {
        values.push(state.into());
        condition.push_str(&format!(" AND state = ${}", values.len()));
    }
    let total = number(conn, &format!("SELECT COUNT(*) AS n FROM delivery WHERE {condition}"), values.clone()).await?;
    if let Some(after) = after {
        let n = values.len();
        condition.push_str(&format!(" AND (created_ms < ${} OR (created_ms = ${} AND id < ${}))", n + 1, n + 2, n + 3));
        values.extend([after.created_ms.into(), after.created_ms.into(), after.id.clone().into()]);
    }
    let text =
        format!("SELECT {COLUMNS} FROM delivery WHERE {condition} ORDER BY created_ms DESC, id DESC LIMIT {limit}");
    let items = all(conn, &text, values).await?.iter().map(delivery).collect::<Outcome<_>>()?;
    Ok((items, total))
}
