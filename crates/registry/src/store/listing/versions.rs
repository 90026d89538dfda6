//! Submitted versions, kept unchanged, and what the office decided about each.

use crate::rules::listing::{Content, Listing};
use crate::rules::review::{Reason, Review, Verdict};
use platform::db::{Conn, Outcome, Txn};
use rooms::store::rows::{all, get, join, put, split};
use sea_orm::QueryResult;

/// Versions of one listing that are shown.
const VERSIONS_MAX: i64 = 100;

/// A version as it was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub version: i64,
    /// What it said.
    pub content: Content,
    /// The account that submitted it.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// What the office decided about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The version.
    pub version: i64,
    /// Published, or sent back.
    pub published: bool,
    /// Why it was sent back.
    pub reasons: Vec<Reason>,
    /// The reviewer's own words.
    pub note: String,
    /// Which office: a city's code or `joint`.
    pub office: String,
    /// The reviewer's name at that time.
    pub name: String,
    /// When.
    pub at_ms: i64,
}

/// Keeps what is submitted now, word by word.
pub async fn version_add(tx: &Txn, listing: &Listing) -> Outcome<()> {
    // A content always has a JSON form.
    let snapshot = serde_json::to_string(listing.working()).unwrap_or_default();
    let row = vec![
        listing.id.clone().into(),
        listing.version.into(),
        snapshot.into(),
        tx.ctx().actor.id().into(),
        tx.ctx().now.ms().into(),
    ];
    put(&**tx, "listing_version", &["listing", "version", "snapshot", "submitted_by", "submitted_ms"], &[], vec![row])
        .await
}

/// Keeps a decision; the key allows one for each version.
pub async fn decide(tx: &Txn, listing: &Listing, review: &Review) -> Outcome<()> {
    let reasons: Vec<String> = match &review.verdict {
        Verdict::Publish => Vec::new(),
        Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code().to_owned()).collect(),
    };
    let row = vec![
        listing.id.clone().into(),
        review.version.into(),
        (review.verdict == Verdict::Publish).into(),
        join(&reasons).into(),
        review.note.clone().into(),
        listing.office.to_string().into(),
        review.by.clone().into(),
        tx.ctx().actor.name.clone().into(),
        tx.ctx().now.ms().into(),
    ];
    let columns =
        ["listing", "version", "published", "reasons", "note", "office", "reviewed_by", "reviewed_name", "reviewed_ms"];
    put(&**tx, "listing_review", &columns, &[], vec![row]).await
}

const DECISION: &str = "SELECT version, published, reasons, note, office, reviewed_name, reviewed_ms FROM listing_review WHERE listing = $1";

fn decision(row: &QueryResult) -> Outcome<Decision> {
    let reasons: String = get(row, "reasons")?;
    Ok(Decision {
        version: get(row, "version")?,
        published: get(row, "published")?,
        reasons: split(&reasons).iter().filter_map(|code| Reason::parse(code)).collect(),
        note: get(row, "note")?,
        office: get(row, "office")?,
        name: get(row, "reviewed_name")?,
        at_ms: get(row, "reviewed_ms")?,
    })
}

/// Every decision about a listing, newest first.
pub async fn decisions(conn: &Conn, listing: &str) -> Outcome<Vec<Decision>> {
    let text = format!("{DECISION} ORDER BY version DESC LIMIT {VERSIONS_MAX}");
    all(conn, &text, vec![listing.into()]).await?.iter().map(decision).collect()
}

/// Every submitted version of a listing, newest first.
pub async fn versions(conn: &Conn, listing: &str) -> Outcome<Vec<Version>> {
    let text = "SELECT version, snapshot, submitted_by, submitted_ms FROM listing_version
        WHERE listing = $1 ORDER BY version DESC LIMIT $2";
    let version = |row: &QueryResult| {
        let snapshot: String = get(row, "snapshot")?;
        Ok(Version {
            version: get(row, "version")?,
            content: serde_json::from_str(&snapshot).unwrap_or_default(),
            by: get(row, "submitted_by")?,
            at_ms: get(row, "submitted_ms")?,
        })
    };
    all(conn, text, vec![listing.into(), VERSIONS_MAX.into()]).await?.iter().map(version).collect()
}
