//! Rows of needs and offers, their submitted versions and their reviews.

mod browse;
mod document;
mod versions;

pub use browse::{FacetCounts, Filter, Position, browse, facets};
pub use document::{document_changes, documents_after, documents_by_ids, documents_of_batch};
pub use versions::{Decision, Version, decide, decisions, version_add, versions};

use super::visibility::published;
use crate::rules::listing::{ContactBy, Content, Kind, Listing, Office, Side, State, Waiting};
use kernel::{Adcode, Date, Due, Instant};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, join, put, run, split};
use sea_orm::{QueryResult, Value};

/// Tables of needs and offers.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0301-listing",
    sql: "
CREATE TABLE listing (
  id TEXT PRIMARY KEY, side TEXT NOT NULL CHECK (side IN ('need', 'offer')), type TEXT,
  organisation TEXT NOT NULL REFERENCES organisation (id), city TEXT, office TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'published', 'expired', 'withdrawn')),
  title TEXT NOT NULL, title_en TEXT NOT NULL, abstract TEXT NOT NULL, abstract_en TEXT NOT NULL, detail TEXT NOT NULL,
  maturity BIGINT, segments TEXT NOT NULL, price_from_fen BIGINT, price_to_fen BIGINT, until TEXT,
  keywords TEXT NOT NULL, contact TEXT NOT NULL, revision TEXT, version BIGINT NOT NULL,
  waiting_by TEXT, waiting_since_ms BIGINT, waiting_due TEXT, waiting_provisional BOOLEAN,
  refused_ms BIGINT, created_by TEXT NOT NULL, created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL,
  published_ms BIGINT, expires_ms BIGINT, demo BOOLEAN NOT NULL, batch TEXT, import_key TEXT);
CREATE INDEX listing_newest ON listing (side, state, published_ms, id);
CREATE INDEX listing_city ON listing (side, state, city, published_ms, id);
CREATE INDEX listing_organisation ON listing (organisation, side, updated_ms, id);
CREATE INDEX listing_waiting ON listing (office, waiting_since_ms, id) WHERE waiting_since_ms IS NOT NULL;
CREATE INDEX listing_expires ON listing (expires_ms) WHERE state = 'published';
CREATE INDEX listing_batch ON listing (batch) WHERE batch IS NOT NULL;
CREATE UNIQUE INDEX listing_import_key ON listing (side, import_key) WHERE import_key IS NOT NULL;
CREATE TABLE listing_segment (
  listing TEXT NOT NULL REFERENCES listing (id), segment TEXT NOT NULL, PRIMARY KEY (listing, segment));
CREATE INDEX listing_segment_segment ON listing_segment (segment, listing);
CREATE TABLE listing_version (
  listing TEXT NOT NULL REFERENCES listing (id), version BIGINT NOT NULL, snapshot TEXT NOT NULL,
  submitted_by TEXT NOT NULL, submitted_ms BIGINT NOT NULL, PRIMARY KEY (listing, version));
CREATE TABLE listing_review (
  listing TEXT NOT NULL REFERENCES listing (id), version BIGINT NOT NULL, published BOOLEAN NOT NULL, reasons TEXT NOT NULL,
  note TEXT NOT NULL, office TEXT NOT NULL, reviewed_by TEXT NOT NULL, reviewed_name TEXT NOT NULL, reviewed_ms BIGINT NOT NULL,
  PRIMARY KEY (listing, version));
",
}];

const COLUMNS: [&str; 33] = [
    "id",
    "side",
    "type",
    "organisation",
    "city",
    "office",
    "state",
    "title",
    "title_en",
    "abstract",
    "abstract_en",
    "detail",
    "maturity",
    "segments",
    "price_from_fen",
    "price_to_fen",
    "until",
    "keywords",
    "contact",
    "revision",
    "version",
    "waiting_by",
    "waiting_since_ms",
    "waiting_due",
    "waiting_provisional",
    "refused_ms",
    "created_by",
    "created_ms",
    "updated_ms",
    "published_ms",
    "expires_ms",
    "demo",
    "batch",
];
/// Listings written by one statement's caller at once carry their import key too.
const IMPORT_KEY: &str = "import_key";
/// Listings one reader asks for by id.
const IDS_MAX: usize = 1_000;
/// Listings of one organisation that its page shows.
pub const OF_ORGANISATION_MAX: i64 = 200;

/// Columns of a listing for a query that calls the table `l`.
fn columns() -> String {
    let all = COLUMNS.iter().chain([&IMPORT_KEY]);
    all.map(|column| format!("l.{column}")).collect::<Vec<_>>().join(", ")
}

fn instant(row: &QueryResult, column: &str) -> Outcome<Option<Instant>> {
    Ok(get::<Option<i64>>(row, column)?.map(Instant::from_ms))
}

fn date(text: Option<String>) -> Option<Date> {
    text.and_then(|day| Date::parse(&day).ok())
}

fn content(row: &QueryResult) -> Outcome<Content> {
    let kind: Option<String> = get(row, "type")?;
    let contact: String = get(row, "contact")?;
    Ok(Content {
        kind: kind.as_deref().and_then(Kind::parse),
        title: get(row, "title")?,
        title_en: get(row, "title_en")?,
        summary: get(row, "abstract")?,
        summary_en: get(row, "abstract_en")?,
        detail: get(row, "detail")?,
        maturity: get(row, "maturity")?,
        segments: split(&get::<String>(row, "segments")?),
        price_from_fen: get(row, "price_from_fen")?,
        price_to_fen: get(row, "price_to_fen")?,
        until: date(get(row, "until")?),
        keywords: split(&get::<String>(row, "keywords")?),
        contact: ContactBy::parse(&contact).unwrap_or_default(),
    })
}

fn waiting(row: &QueryResult, version: i64) -> Outcome<Option<Waiting>> {
    let Some(since) = instant(row, "waiting_since_ms")? else { return Ok(None) };
    let due = date(get(row, "waiting_due")?).unwrap_or_else(|| since.date());
    let provisional = get::<Option<bool>>(row, "waiting_provisional")?.unwrap_or(true);
    let by = get::<Option<String>>(row, "waiting_by")?.unwrap_or_default();
    Ok(Some(Waiting { version, by, since, due: Due { date: due, provisional } }))
}

/// A row as a listing.
fn listing(row: &QueryResult) -> Outcome<Listing> {
    let (side, state): (String, String) = (get(row, "side")?, get(row, "state")?);
    let city: Option<String> = get(row, "city")?;
    let office: String = get(row, "office")?;
    let revision: Option<String> = get(row, "revision")?;
    let version = get(row, "version")?;
    Ok(Listing {
        id: get(row, "id")?,
        // The table holds no other words; should a newer version's turn up, the row stays hidden.
        side: Side::parse(&side).unwrap_or(Side::Need),
        state: State::parse(&state).unwrap_or(State::Withdrawn),
        organisation: get(row, "organisation")?,
        city: city.and_then(|code| Adcode::parse(&code).ok()),
        office: Office::parse(&office),
        content: content(row)?,
        revision: revision.and_then(|json| serde_json::from_str(&json).ok()),
        version,
        waiting: waiting(row, version)?,
        refused: instant(row, "refused_ms")?,
        created_by: get(row, "created_by")?,
        created: Instant::from_ms(get(row, "created_ms")?),
        updated: Instant::from_ms(get(row, "updated_ms")?),
        published: instant(row, "published_ms")?,
        expires: instant(row, "expires_ms")?,
        demo: get(row, "demo")?,
        batch: get(row, "batch")?,
        import_key: get(row, IMPORT_KEY)?,
    })
}

fn ms(instant: Option<Instant>) -> Value {
    instant.map(Instant::ms).into()
}

/// The values of [`COLUMNS`] and the import key, in their order.
fn values(listing: &Listing) -> Vec<Value> {
    let c = &listing.content;
    let waiting = listing.waiting.as_ref();
    // A content always has a JSON form.
    let revision = listing.revision.as_ref().map(|r| serde_json::to_string(r).unwrap_or_default());
    vec![
        listing.id.clone().into(),
        listing.side.code().into(),
        c.kind.map(Kind::code).into(),
        listing.organisation.clone().into(),
        listing.city.map(|city| city.to_string()).into(),
        listing.office.to_string().into(),
        listing.state.code().into(),
        c.title.clone().into(),
        c.title_en.clone().into(),
        c.summary.clone().into(),
        c.summary_en.clone().into(),
        c.detail.clone().into(),
        c.maturity.into(),
        join(&c.segments).into(),
        c.price_from_fen.into(),
        c.price_to_fen.into(),
        c.until.map(|day| day.to_string()).into(),
        join(&c.keywords).into(),
        c.contact.code().into(),
        revision.into(),
        listing.version.into(),
        waiting.map(|w| w.by.clone()).into(),
        waiting.map(|w| w.since.ms()).into(),
        waiting.map(|w| w.due.date.to_string()).into(),
        waiting.map(|w| w.due.provisional).into(),
        ms(listing.refused),
        listing.created_by.clone().into(),
        listing.created.ms().into(),
        listing.updated.ms().into(),
        ms(listing.published),
        ms(listing.expires),
        listing.demo.into(),
        listing.batch.clone().into(),
        listing.import_key.clone().into(),
    ]
}

/// Adds listings with their segments, many at once: drafts, and what an import brings.
pub async fn insert(conn: &Conn, listings: &[Listing]) -> Outcome<()> {
    let names: Vec<&str> = COLUMNS.into_iter().chain([IMPORT_KEY]).collect();
    put(conn, "listing", &names, &[], listings.iter().map(values).collect()).await?;
    put(conn, "listing_segment", &["listing", "segment"], &[], listings.iter().flat_map(segment_rows).collect()).await
}

fn segment_rows(listing: &Listing) -> Vec<Vec<Value>> {
    let row = |segment: &String| vec![listing.id.clone().into(), segment.clone().into()];
    listing.content.segments.iter().map(row).collect()
}

/// Writes a listing that has changed.
pub async fn save(conn: &Conn, listing: &Listing) -> Outcome<()> {
    let set: Vec<String> =
        COLUMNS.iter().enumerate().skip(1).map(|(n, column)| format!("{column} = ${}", n + 1)).collect();
    let text = format!("UPDATE listing SET {} WHERE id = $1", set.join(", "));
    let mut row = values(listing);
    row.truncate(COLUMNS.len());
    run(conn, &text, row).await?;
    run(conn, "DELETE FROM listing_segment WHERE listing = $1", vec![listing.id.clone().into()]).await?;
    put(conn, "listing_segment", &["listing", "segment"], &[], segment_rows(listing)).await
}

/// The listing with this id, in any state; rows of an unpublished import are not there yet.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Listing>> {
    let text = format!("SELECT {} FROM listing l WHERE l.id = $1 AND {}", columns(), published("l."));
    first(conn, &text, vec![id.into()]).await?.as_ref().map(listing).transpose()
}

/// Listings by id, in no order; ids that are not there are left out.
pub async fn by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Listing>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = &ids[..ids.len().min(IDS_MAX)];
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let text =
        format!("SELECT {} FROM listing l WHERE l.id IN ({}) AND {}", columns(), places.join(", "), published("l."));
    all(conn, &text, ids.iter().map(|id| id.as_str().into()).collect()).await?.iter().map(listing).collect()
}

/// What an organisation has published, newest first, at most [`OF_ORGANISATION_MAX`]; its members also see
/// everything else.
pub async fn of_organisation(conn: &Conn, organisation: &str, members: bool) -> Outcome<Vec<Listing>> {
    let which = if members { "" } else { " AND l.state = 'published'" };
    let text = format!(
        "SELECT {} FROM listing l WHERE l.organisation = $1{which} AND {} ORDER BY l.updated_ms DESC, l.id DESC LIMIT $2",
        columns(),
        published("l.")
    );
    all(conn, &text, vec![organisation.into(), OF_ORGANISATION_MAX.into()]).await?.iter().map(listing).collect()
}

/// How many listings of an organisation are drafts or in their first review.
pub async fn drafts(conn: &Conn, organisation: &str) -> Outcome<i64> {
    let text = "SELECT COUNT(*) AS n FROM listing WHERE organisation = $1 AND state IN ('draft', 'submitted')";
    first(conn, text, vec![organisation.into()]).await?.map_or(Ok(0), |row| get(&row, "n"))
}

/// Published listings whose time is over, the longest over first.
pub async fn due_to_expire(conn: &Conn, now: Instant, limit: i64) -> Outcome<Vec<String>> {
    let text = "SELECT id FROM listing WHERE state = 'published' AND expires_ms <= $1 ORDER BY expires_ms, id LIMIT $2";
    all(conn, text, vec![now.ms().into(), limit.into()]).await?.iter().map(|row| get(row, "id")).collect()
}

/// Whether any listing is published, so that the clock has something to watch.
pub async fn any_published(conn: &Conn) -> Outcome<bool> {
    Ok(first(conn, "SELECT 1 AS n FROM listing WHERE state = 'published' LIMIT 1", Vec::new()).await?.is_some())
}

/// A condition on listings `l`, made elsewhere (by a policy), with its values for `$1`, `$2` ….
pub type Condition = (String, Vec<Value>);

/// What waits for an office, the longest waiting first. `allowed` is the policy's condition, from `$1` on.
pub async fn waiting_for(conn: &Conn, allowed: Condition, limit: i64) -> Outcome<Vec<Listing>> {
    let (condition, given) = allowed;
    let text = format!(
        "SELECT {} FROM listing l WHERE l.waiting_since_ms IS NOT NULL AND ({condition}) AND {}
         ORDER BY l.waiting_since_ms, l.id LIMIT {limit}",
        columns(),
        published("l.")
    );
    all(conn, &text, given).await?.iter().map(listing).collect()
}

/// What members have to look after: sent back by the office, or ending before a time.
pub async fn to_look_after(
    conn: &Conn,
    organisations: &[String],
    ending: Instant,
    limit: i64,
) -> Outcome<Vec<Listing>> {
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=organisations.len()).map(|n| format!("${n}")).collect();
    let mut given: Vec<Value> = organisations.iter().map(|id| id.as_str().into()).collect();
    given.push(ending.ms().into());
    let text = format!(
        "SELECT {} FROM listing l WHERE l.organisation IN ({}) AND l.state <> 'withdrawn'
           AND (l.refused_ms IS NOT NULL OR (l.state = 'published' AND l.waiting_since_ms IS NULL AND l.expires_ms <= ${}))
         ORDER BY l.updated_ms DESC, l.id LIMIT {limit}",
        columns(),
        places.join(", "),
        given.len()
    );
    all(conn, &text, given).await?.iter().map(listing).collect()
}
