//! Publication: calls as OCDS and 360Giving. The journal is followed; what an entry has changed for everybody is the next
//! release of its call.
//!
//! A release is derived after the event, from the call's public state and the releases before it ([`crate::rules::publication`]),
//! and written together with the position up to which the journal is published. A node that is killed between has written
//! nothing and derives the same again; of several nodes only the one that moves the position writes. Events that follow
//! each other faster than the journal is read come in one release with all their tags.

mod facts;
mod read;
mod settings;

pub use read::{
    Body, GRANTS_MAX, Line, RECORDS_MAX, Standing, feed, grants, of_call, record, records, release, releases, standing,
};
pub use settings::{LICENSE_DEFAULT, POLICY_PAGE, Publishing};

use crate::rules::call::Call;
use crate::rules::publication::{self as rules, Known, Next, ocid_number};
use crate::store;
use crate::store::publication::{GrantRow, Published};
use disclosure::{House, Json, compiled};
use futures_util::future::BoxFuture;
use kernel::{Instant, Locale};
use platform::db::{Conn, Txn};
use platform::journal::{self, Entry, Recorded};
use platform::{App, Ctx, Fault, Outcome};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The object kind of a release in the journal.
pub(crate) const OBJECT: &str = "call_release";
/// Journal entries that are published in one transaction.
const STEP_ENTRIES: u64 = 500;

/// Publishes what the journal has brought.
pub fn follow(app: &App) -> BoxFuture<'_, Outcome<bool>> {
    Box::pin(async move {
        while step(app).await? {}
        Ok(false)
    })
}

/// One batch; false when everything is published.
async fn step(app: &App) -> Outcome<bool> {
    let from = store::publication::position(&app.db().read()).await?;
    step_from(app, from).await
}

/// One batch after a leaf, as a node does that read the position a while ago: for tests of two nodes.
///
/// # Errors
/// Database faults.
pub async fn follow_from(app: &App, from: i64) -> Outcome<()> {
    step_from(app, from).await.map(|_| ())
}

async fn step_from(app: &App, from: i64) -> Outcome<bool> {
    let conn = app.db().read();
    let entries = journal::after(&conn, from, STEP_ENTRIES).await?;
    let Some(to) = entries.last().and_then(|entry| entry.leaf_index) else { return Ok(false) };
    let mut ready = Vec::new();
    for (call, at_ms) in concerned(app, &conn, &entries).await? {
        match prepared(app, &conn, &call, at_ms).await {
            Ok(one) => ready.extend(one),
            // What one call cannot publish must not keep the others; its next event tries again, with everything since.
            Err(fault) => tracing::error!(cause = ?fault, call, "publication failed"),
        }
    }
    write(app, from, to, ready).await?;
    Ok(true)
}

/// The calls that entries are about, with the time of the last of them that everybody may read. What nobody outside may
/// know of leaves no trace in a date.
async fn concerned(app: &App, conn: &Conn, entries: &[Recorded]) -> Outcome<Vec<(String, i64)>> {
    let now = app.clock().now().ms();
    let mut calls: BTreeMap<String, Option<i64>> = BTreeMap::new();
    for entry in entries {
        if let Some(call) = store::publication::call_of(conn, &entry.object_kind, &entry.object_id).await? {
            let at = calls.entry(call).or_default();
            if entry.public {
                *at = Some(at.unwrap_or(i64::MIN).max(entry.at_ms));
            }
        }
    }
    Ok(calls.into_iter().map(|(call, at)| (call, at.unwrap_or(now))).collect())
}

/// A release about to be written, with the grants of its call.
#[derive(Debug, Clone)]
struct Ready {
    release: Published,
    title: String,
    demo: bool,
    /// None where the release does not tell of them.
    grants: Option<Vec<GrantRow>>,
}

async fn prepared(app: &App, conn: &Conn, id: &str, at_ms: i64) -> Outcome<Option<Ready>> {
    let Some(call) = store::call::by_id(conn, id).await? else { return Ok(None) };
    let before = store::publication::of_call(conn, id).await?;
    if before.is_empty() && !call.state.is_open() {
        return Ok(None);
    }
    let house = settings::house(app);
    let known = known(&before)?;
    let ord = before.last().map_or(1, |last| last.ord + 1);
    let (id, at) = (ord.to_string(), known.after(at_ms));
    let next = Next { id: &id, at };
    if !call.state.is_open() {
        return Ok(ended(conn, &call, &known, next, &house).await?.map(|release| Ready {
            release: published(&call, ord, at, &release),
            title: call.title,
            demo: call.demo,
            grants: None,
        }));
    }
    let number = ocid_number(&call.number);
    let ocid = match before.first() {
        Some(first) => first.ocid.clone(),
        None => house.ocid(&number)?,
    };
    let facts = facts::facts(app, conn, call, (ocid, number)).await?;
    let Some(release) = rules::release(&facts, &known, next, &house)? else { return Ok(None) };
    let rows = rules::grants(&facts, at)?;
    let grants = rows.iter().map(|row| grant_row(&facts.call, row, &house, at)).collect::<Outcome<Vec<_>>>()?;
    Ok(Some(Ready {
        release: published(&facts.call, ord, at, &release),
        title: facts.call.title,
        demo: facts.call.demo,
        grants: Some(grants),
    }))
}

/// A call that was public and is not any more: only where it stands is told, and the reason its step was given.
async fn ended(conn: &Conn, call: &Call, known: &Known, next: Next<'_>, house: &House) -> Outcome<Option<Json>> {
    let last = store::trail::of_call(conn, &call.id).await?.into_iter().rfind(|one| rules::takes_away(one.step));
    let (step, reason) = last.map_or((None, String::new()), |one| (Some(one.step), one.reason));
    Ok(rules::closed(known, rules::status_gone(step), &reason, next, house)?)
}

/// What is published of a call.
fn known(before: &[Published]) -> Outcome<Known> {
    let Some(last) = before.last() else { return Ok(Known::default()) };
    Ok(Known { compiled: Some(compiled(&bodies(before)?)?), last: last.ord.to_string(), date_ms: last.at_ms })
}

/// Releases as JSON, in their order.
fn bodies(releases: &[Published]) -> Outcome<Vec<Json>> {
    releases.iter().map(|one| Ok(Json::parse(&one.body)?)).collect()
}

fn published(call: &Call, ord: i64, at: Instant, release: &Json) -> Published {
    let body = release.to_line();
    let text = |one: &Json| one.as_text().unwrap_or_default().to_owned();
    Published {
        call: call.id.clone(),
        ord,
        ocid: release.at("/ocid").map(text).unwrap_or_default(),
        tags: release.at("/tag").map(|tags| tags.items().iter().map(text).collect()).unwrap_or_default(),
        at_ms: at.ms(),
        sha256: hex::encode(Sha256::digest(&body)),
        body,
        // Given when it is written.
        entry: 0,
    }
}

fn grant_row(call: &Call, row: &disclosure::Grant, house: &House, at: Instant) -> Outcome<GrantRow> {
    let line = |locale: Locale| Outcome::Ok(row.to_json(house, locale)?.to_line());
    Ok(GrantRow {
        id: row.id.clone(),
        call: call.id.clone(),
        body: line(Locale::ZhCn)?,
        body_en: line(Locale::En)?,
        at_ms: at.ms(),
    })
}

async fn write(app: &App, from: i64, to: i64, ready: Vec<Ready>) -> Outcome<()> {
    let house = Ctx::system(app.clock().now());
    app.in_txn(&house, "calls_publish", (from, to, ready), |tx, (from, to, ready)| {
        Box::pin(async move {
            if !store::publication::position_move(tx, *from, *to).await? {
                return Ok(());
            }
            for one in ready {
                write_one(tx, one).await?;
            }
            Ok(())
        })
    })
    .await
}

async fn write_one(tx: &Txn, ready: &Ready) -> Outcome<()> {
    let release = &ready.release;
    let data = json!({
        "call": release.call, "title": ready.title, "ocid": release.ocid, "release": release.ord.to_string(),
        "tags": release.tags, "sha256": release.sha256
    });
    let key = format!("{}/{}", release.call, release.ord);
    let entry = tx.journal(Entry::new("call.disclosed", OBJECT, &key).public().demo(ready.demo).data(data)).await?;
    store::publication::add(tx, &Published { entry, ..release.clone() }).await?;
    if let Some(grants) = &ready.grants {
        store::publication::put_grants(tx, &release.call, grants).await?;
    }
    Ok(())
}

/// A release that cannot be read back is a fault of this house, not of whoever asks.
fn broken(what: &str) -> Fault {
    Fault::Internal(format!("call_release: {what}"))
}
