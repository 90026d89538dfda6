//! Organisations as search documents.

use super::read::{Rest, Several, places, rest_of};
use super::{COLUMNS, organisation};
use crate::rules::organisation::Organisation;
use crate::store::rows::{all, get};
use crate::store::visibility::published;
use platform::capability::DocumentChange;
use platform::db::{Conn, Outcome};
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

/// Documents of those public organisations that are named, in no order.
pub async fn documents_by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Document>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let text = format!("{} AND o.id IN ({})", select(), places(1, ids.len()));
    let rows = all(conn, &text, ids.iter().map(|id| id.as_str().into()).collect()).await?;
    documents(conn, &rows, Some(Several::Ids(ids))).await
}

fn select() -> String {
    format!(
        "SELECT {COLUMNS}, j.adcode AS known, j.member AS member FROM organisation o LEFT JOIN jurisdiction j ON j.adcode = o.city
         WHERE o.state = 'listed' AND {}",
        published("o.")
    )
}

/// Builds the documents of rows in order of id. What hangs on them is read for the whole span of ids, or for those named.
async fn documents(conn: &Conn, rows: &[sea_orm::QueryResult], several: Option<Several<'_>>) -> Outcome<Vec<Document>> {
    let mut heads: Vec<(Organisation, bool)> = Vec::with_capacity(rows.len());
    for row in rows {
        heads.push((organisation(row)?, outside(get(row, "known")?, get(row, "member")?)));
    }
    let (Some((head, _)), Some((last, _))) = (heads.first(), heads.last()) else { return Ok(Vec::new()) };
    let mut rests = rest_of(conn, several.unwrap_or(Several::Span(&head.id, &last.id))).await?;
    let build =
        |(head, outside): &(Organisation, bool)| build(head, rests.remove(&head.id).unwrap_or_default(), *outside);
    Ok(heads.iter().map(build).collect())
}

/// A place that is known and no member of the corridor, such as Shanghai as a whole.
fn outside(known: Option<String>, member: Option<bool>) -> bool {
    known.is_some() && member != Some(true)
}

fn build(head: &Organisation, rest: Rest, outside: bool) -> Document {
    let mut document = Document::new(&head.id, "organisation", &head.name, format!("/organisations/{}", head.id));
    document.city = head.city.map(|city| city.to_string());
    document.name_en = head.name_en.clone();
    document.year = head.founded.as_deref().and_then(|text| text.get(..4)).and_then(|year| year.parse().ok());
    document.demo = head.demo;
    // Its district is not known, so it may lie outside the corridor: found by name, never proposed.
    document.default_match = !outside;
    document.rank = if outside || head.city.is_none() { RANK_OUTSIDE } else { 1.0 };
    if head.claimed_ms.is_some() {
        document.rank *= RANK_CLAIMED;
    }
    let mut seen: HashSet<String> = HashSet::from([head.name.clone()]);
    document.names = rest.names.into_iter().map(|name| name.name).filter(|name| seen.insert(name.clone())).collect();
    let mut statuses: Vec<String> = rest.statuses.into_iter().map(|status| status.status).collect();
    statuses.sort();
    statuses.dedup();
    document.statuses = statuses;
    document.segments = rest.segments.into_iter().map(|place| place.segment).collect();
    let mut lines: Vec<String> = Vec::new();
    for statement in rest.statements {
        lines.extend([statement.value_zh, statement.value_en].into_iter().filter(|line| !line.is_empty()));
    }
    lines.extend(head.uscc.clone());
    document.body = lines.join("\n");
    document
}
