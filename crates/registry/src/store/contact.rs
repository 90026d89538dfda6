//! Rows of contact requests and their messages.

use crate::rules::contact::{Contact, Load, Reason, State, Voice};
use crate::rules::listing::Office;
use kernel::{Adcode, Date, Due, Instant};
use platform::db::{Conn, Migration, Outcome, Txn};
use rooms::store::rows::{all, first, get, put, run};
use sea_orm::{QueryResult, Value};

/// Tables of contact requests.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0302-contact",
    sql: "
CREATE TABLE contact_request (
  id TEXT PRIMARY KEY, to_organisation TEXT NOT NULL REFERENCES organisation (id), listing TEXT REFERENCES listing (id),
  from_organisation TEXT NOT NULL REFERENCES organisation (id), from_account TEXT NOT NULL, city TEXT, office TEXT,
  asks_detail BOOLEAN NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'question', 'accepted', 'declined', 'withdrawn', 'expired')),
  consent BOOLEAN NOT NULL, reason TEXT, due TEXT NOT NULL, provisional BOOLEAN NOT NULL, expires_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL, messages BIGINT NOT NULL, demo BOOLEAN NOT NULL);
CREATE INDEX contact_request_to ON contact_request (to_organisation, updated_ms, id);
CREATE INDEX contact_request_from ON contact_request (from_organisation, updated_ms, id);
CREATE INDEX contact_request_office ON contact_request (office, updated_ms, id) WHERE office IS NOT NULL;
CREATE INDEX contact_request_listing ON contact_request (listing) WHERE listing IS NOT NULL;
CREATE INDEX contact_request_expires ON contact_request (expires_ms) WHERE state IN ('open', 'question');
CREATE TABLE contact_message (
  request TEXT NOT NULL REFERENCES contact_request (id), ord BIGINT NOT NULL, voice TEXT NOT NULL, account TEXT NOT NULL,
  name TEXT NOT NULL, body TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (request, ord));
",
}];

const COLUMNS: [&str; 18] = [
    "id",
    "to_organisation",
    "listing",
    "from_organisation",
    "from_account",
    "city",
    "office",
    "asks_detail",
    "state",
    "consent",
    "reason",
    "due",
    "provisional",
    "expires_ms",
    "created_ms",
    "updated_ms",
    "messages",
    "demo",
];

/// A message of a request's thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub voice: Voice,
    /// The account.
    pub account: String,
    /// Its name at that time.
    pub name: String,
    /// The words.
    pub body: String,
    /// When.
    pub at_ms: i64,
}

fn columns() -> String {
    COLUMNS.map(|column| format!("c.{column}")).join(", ")
}

fn contact(row: &QueryResult) -> Outcome<Contact> {
    let city: Option<String> = get(row, "city")?;
    let office: Option<String> = get(row, "office")?;
    let (state, reason): (String, Option<String>) = (get(row, "state")?, get(row, "reason")?);
    let created = Instant::from_ms(get(row, "created_ms")?);
    let due: String = get(row, "due")?;
    Ok(Contact {
        id: get(row, "id")?,
        to: get(row, "to_organisation")?,
        listing: get(row, "listing")?,
        from: get(row, "from_organisation")?,
        from_account: get(row, "from_account")?,
        city: city.and_then(|code| Adcode::parse(&code).ok()),
        office: office.as_deref().map(Office::parse),
        asks_detail: get(row, "asks_detail")?,
        // The table holds no other words; a state of a newer version reads as closed.
        state: State::parse(&state).unwrap_or(State::Expired),
        consent: get(row, "consent")?,
        reason: reason.as_deref().and_then(Reason::parse),
        due: Due { date: Date::parse(&due).unwrap_or_else(|_| created.date()), provisional: get(row, "provisional")? },
        expires: Instant::from_ms(get(row, "expires_ms")?),
        created,
        updated: Instant::from_ms(get(row, "updated_ms")?),
        messages: get(row, "messages")?,
        demo: get(row, "demo")?,
    })
}

fn values(contact: &Contact) -> Vec<Value> {
    vec![
        contact.id.clone().into(),
        contact.to.clone().into(),
        contact.listing.clone().into(),
        contact.from.clone().into(),
        contact.from_account.clone().into(),
        contact.city.map(|city| city.to_string()).into(),
        contact.office.map(|office| office.to_string()).into(),
        contact.asks_detail.into(),
        contact.state.code().into(),
        contact.consent.into(),
        contact.reason.map(Reason::code).into(),
        contact.due.date.to_string().into(),
        contact.due.provisional.into(),
        contact.expires.ms().into(),
        contact.created.ms().into(),
        contact.updated.ms().into(),
        contact.messages.into(),
        contact.demo.into(),
    ]
}

/// Adds a request.
pub async fn insert(conn: &Conn, contact: &Contact) -> Outcome<()> {
    put(conn, "contact_request", &COLUMNS, &[], vec![values(contact)]).await
}

/// Writes a request that has changed.
pub async fn save(conn: &Conn, contact: &Contact) -> Outcome<()> {
    let set: Vec<String> =
        COLUMNS.iter().enumerate().skip(1).map(|(n, column)| format!("{column} = ${}", n + 1)).collect();
    run(conn, &format!("UPDATE contact_request SET {} WHERE id = $1", set.join(", ")), values(contact)).await?;
    Ok(())
}

/// Adds a message; `contact` has counted it already.
pub async fn message_add(tx: &Txn, contact: &Contact, voice: Voice, body: &str) -> Outcome<()> {
    let row = vec![
        contact.id.clone().into(),
        contact.messages.into(),
        voice.code().into(),
        tx.ctx().actor.id().into(),
        tx.ctx().actor.name.clone().into(),
        body.into(),
        tx.ctx().now.ms().into(),
    ];
    put(&**tx, "contact_message", &["request", "ord", "voice", "account", "name", "body", "at_ms"], &[], vec![row])
        .await
}

/// The messages of a request, oldest first.
pub async fn messages(conn: &Conn, request: &str) -> Outcome<Vec<Message>> {
    let text = "SELECT voice, account, name, body, at_ms FROM contact_message WHERE request = $1 ORDER BY ord LIMIT $2";
    let limit = crate::rules::contact::MESSAGES_MAX + 10;
    let message = |row: &QueryResult| {
        let voice: String = get(row, "voice")?;
        Ok(Message {
            voice: Voice::parse(&voice).unwrap_or(Voice::Asker),
            account: get(row, "account")?,
            name: get(row, "name")?,
            body: get(row, "body")?,
            at_ms: get(row, "at_ms")?,
        })
    };
    all(conn, text, vec![request.into(), limit.into()]).await?.iter().map(message).collect()
}

/// The request with this id.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Contact>> {
    let text = format!("SELECT {} FROM contact_request c WHERE c.id = $1", columns());
    first(conn, &text, vec![id.into()]).await?.as_ref().map(contact).transpose()
}

/// What the rules must know about the asker's other requests.
pub async fn load(conn: &Conn, from: &str, to: &str, listing: Option<&str>) -> Outcome<Load> {
    // A NULL on one side needs its own comparison; a number keeps the two databases alike.
    let text = "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN to_organisation = $2 AND COALESCE(listing, '') = $3
          THEN 1 ELSE 0 END), 0) AS BIGINT) AS same
        FROM contact_request WHERE from_organisation = $1 AND state IN ('open', 'question')";
    let values = vec![from.into(), to.into(), listing.unwrap_or_default().into()];
    let Some(row) = first(conn, text, values).await? else { return Ok(Load::default()) };
    Ok(Load { waiting: get(&row, "n")?, same: get::<i64>(&row, "same")? > 0 })
}

/// Which requests a list shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Only those that these organisations sent.
    pub from: Option<Vec<String>>,
    /// Leaves out those that these organisations sent.
    pub not_from: Option<Vec<String>>,
    /// States.
    pub states: Vec<String>,
    /// Only what is about this listing.
    pub listing: Option<String>,
    /// What the policy lets the reader see, with its values from `$1` on.
    pub allowed: super::listing::Condition,
}

/// Requests, what changed last first; with the number of them all and the place to go on from.
pub async fn list(
    conn: &Conn,
    filter: &Filter,
    after: Option<&super::listing::Position>,
    limit: usize,
) -> Outcome<(Vec<Contact>, i64, Option<super::listing::Position>)> {
    let (mut condition, mut given) = filter.allowed.clone();
    condition = format!("({condition})");
    let mut any = |column: &str, ids: &[String], not: bool| {
        let places: Vec<String> = ids
            .iter()
            .map(|id| {
                given.push(id.as_str().into());
                format!("${}", given.len())
            })
            .collect();
        let list = if places.is_empty() { "''".to_owned() } else { places.join(", ") };
        condition.push_str(&format!(" AND {column} {}IN ({list})", if not { "NOT " } else { "" }));
    };
    if let Some(ids) = &filter.from {
        any("c.from_organisation", ids, false);
    }
    if let Some(ids) = &filter.not_from {
        any("c.from_organisation", ids, true);
    }
    if !filter.states.is_empty() {
        any("c.state", &filter.states, false);
    }
    if let Some(listing) = &filter.listing {
        any("c.listing", std::slice::from_ref(listing), false);
    }
    let count = format!("SELECT COUNT(*) AS n FROM contact_request c WHERE {condition}");
    let total = first(conn, &count, given.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    if let Some(position) = after {
        given.extend([position.at_ms.into(), position.id.as_str().into()]);
        let (at, id) = (given.len() - 1, given.len());
        condition.push_str(&format!(" AND (c.updated_ms < ${at} OR (c.updated_ms = ${at} AND c.id < ${id}))"));
    }
    let text = format!(
        "SELECT {} FROM contact_request c WHERE {condition} ORDER BY c.updated_ms DESC, c.id DESC LIMIT {}",
        columns(),
        limit.saturating_add(1)
    );
    let mut items: Vec<Contact> = all(conn, &text, given).await?.iter().map(contact).collect::<Outcome<_>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let place = |last: &Contact| super::listing::Position { at_ms: last.updated.ms(), id: last.id.clone() };
    let next = items.last().filter(|_| more).map(place);
    Ok((items, total, next))
}

/// Waiting requests whose time is over.
pub async fn due_to_expire(conn: &Conn, now: Instant, limit: i64) -> Outcome<Vec<String>> {
    let text = "SELECT id FROM contact_request WHERE state IN ('open', 'question') AND expires_ms <= $1 ORDER BY expires_ms, id LIMIT $2";
    all(conn, text, vec![now.ms().into(), limit.into()]).await?.iter().map(|row| get(row, "id")).collect()
}

/// Whether any request waits, so that the clock has something to watch.
pub async fn any_waiting(conn: &Conn) -> Outcome<bool> {
    let text = "SELECT 1 AS n FROM contact_request WHERE state IN ('open', 'question') LIMIT 1";
    Ok(first(conn, text, Vec::new()).await?.is_some())
}
