//! Organisations as search documents.

use super::read::{Several, Words, places, words_of};
use crate::store::visibility::published;
use platform::capability::DocumentChange;
use platform::db::{Conn, Outcome};
use rooms::store::rows::{all, get};
use sea_orm::QueryResult;
use search::Document;
use std::collections::HashSet;

/// Who spoke for himself ranks a little above what only a source says.
const RANK_CLAIMED: f32 = 1.15;

/// Whoever is not known to sit in a member city ranks below those who do.
const RANK_OUTSIDE: f32 = 0.7;

/// The document of one organisation; none while it is not public.
pub async fn document(conn: &Conn, id: &str) -> Outcome<Option<Document>> {
    let text = format!("{} AND o.id = $1", select());
    let rows = all(conn, &text, vec![id.into()]).await?;
    Ok(documents(conn, &rows, None).await?.pop())
}

/// What a change of one organisation means for the index.
pub async fn document_changes(conn: &Conn, id: &str) -> Outcome<Vec<DocumentChange>> {
    Ok(vec![match document(conn, id).await? {
        Some(document) => DocumentChange::Put(Box::new(document)),
        None => DocumentChange::Remove(id.to_owned()),
    }])
}

/// Documents of public organisations after an id, in order of id, at most `limit`.
pub async fn documents_after(conn: &Conn, key: Option<&str>, limit: usize) -> Outcome<Vec<Document>> {
    let text = format!("{} AND o.id > $1 ORDER BY o.id LIMIT {limit}", select());
    let rows = all(conn, &text, vec![key.unwrap_or_default().into()]).await?;
    documents(conn, &rows, None).await
}

/// The same for the organisations of one batch, published or not.
pub async fn documents_of_batch(conn: &Conn, batch: &str, key: &str, limit: usize) -> Outcome<Vec<Document>> {
    let text = format!("{LISTED} AND o.batch = $1 AND o.id > $2 ORDER BY o.id LIMIT {limit}");
    let rows = all(conn, &text, vec![batch.into(), key.into()]).await?;
    let ids: Vec<String> = rows.iter().map(|row| get(row, "id")).collect::<Outcome<_>>()?;
    documents(conn, &rows, Some(Several::Ids(&ids))).await
}

/// Documents of those public organisations that are named, in no order.
pub async fn documents_by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Document>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!("{} AND o.id IN ({})", select(), places(1, ids.len()));
    let rows = all(conn, &text, ids.iter().map(|id| id.as_str().into()).collect()).await?;
    documents(conn, &rows, Some(Several::Ids(ids))).await
}

/// Only what a document says: a rebuild reads every organisation there is.
const LISTED: &str =
    "SELECT o.id, o.name, o.name_en, o.city, o.founded, o.uscc, o.claimed_ms, o.demo, j.adcode AS known,
    j.member AS member FROM organisation o LEFT JOIN jurisdiction j ON j.adcode = o.city WHERE o.state = 'listed'";

/// The same, of what everybody may see.
fn select() -> String {
    format!("{LISTED} AND {}", published("o."))
}

/// Builds the documents of rows in order of id. What hangs on them is read for the whole span of ids, or for those named.
async fn documents(conn: &Conn, rows: &[QueryResult], several: Option<Several<'_>>) -> Outcome<Vec<Document>> {
    let ids: Vec<String> = rows.iter().map(|row| get(row, "id")).collect::<Outcome<_>>()?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(Vec::new()) };
    let mut words = words_of(conn, several.unwrap_or(Several::Span(first, last))).await?;
    let build = |(row, id): (&QueryResult, &String)| build(row, id, words.remove(id).unwrap_or_default());
    rows.iter().zip(&ids).map(build).collect()
}

/// A place that is known and no member of the corridor, such as Shanghai as a whole.
fn outside(known: Option<String>, member: Option<bool>) -> bool {
    known.is_some() && member != Some(true)
}

fn build(row: &QueryResult, id: &str, words: Words) -> Outcome<Document> {
    let name: String = get(row, "name")?;
    let outside = outside(get(row, "known")?, get(row, "member")?);
    let claimed_ms: Option<i64> = get(row, "claimed_ms")?;
    let founded: Option<String> = get(row, "founded")?;
    let uscc: Option<String> = get(row, "uscc")?;
    let mut document = Document::new(id, "organisation", &name, format!("/organisations/{id}"));
    document.city = get(row, "city")?;
    document.name_en = get(row, "name_en")?;
    document.year = founded.as_deref().and_then(|text| text.get(..4)).and_then(|year| year.parse().ok());
    document.demo = get(row, "demo")?;
    // Its district is not known, so it may lie outside the corridor: found by name, never proposed.
    document.default_match = !outside;
    document.rank = if outside || document.city.is_none() { RANK_OUTSIDE } else { 1.0 };
    if claimed_ms.is_some() {
        document.rank *= RANK_CLAIMED;
    }
    let mut seen: HashSet<String> = HashSet::from([name]);
    document.names = words.names.into_iter().filter(|name| seen.insert(name.clone())).collect();
    document.statuses = words.statuses;
    document.statuses.sort();
    document.statuses.dedup();
    document.segments = words.segments;
    let lines: Vec<String> = words.statements.into_iter().filter(|line| !line.is_empty()).chain(uscc).collect();
    document.body = lines.join("\n");
    Ok(document)
}
