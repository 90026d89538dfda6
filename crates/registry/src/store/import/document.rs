//! What a published import means for the search index.

use super::Noun;
use crate::store::rows::{all, get};
use crate::store::{listing, organisation};
use platform::capability::DocumentChange;
use platform::db::{Conn, Outcome};
use platform::journal::Recorded;

/// Records read at once.
const PAGE_RECORDS: usize = 500;

/// The changes that one entry about an import brings: all of the batch when it was published, those named when older
/// records were changed.
pub async fn document_changes(conn: &Conn, entry: &Recorded) -> Outcome<Vec<DocumentChange>> {
    let noun = entry.data["noun"].as_str().and_then(Noun::parse).unwrap_or(Noun::Organisations);
    match entry.kind.as_str() {
        "import.published" => of_batch(conn, noun, &entry.object_id).await,
        "import.applied" => {
            let ids = entry.data["objects"].as_array().into_iter().flatten();
            let ids: Vec<String> = ids.filter_map(|id| id.as_str()).map(str::to_owned).collect();
            documents_of(conn, noun, &ids).await
        }
        _ => Ok(Vec::new()),
    }
}

async fn of_batch(conn: &Conn, noun: Noun, batch: &str) -> Outcome<Vec<DocumentChange>> {
    let table = if noun.side().is_some() { "listing" } else { "organisation" };
    let text = format!("SELECT id FROM {table} WHERE batch = $1 AND id > $2 ORDER BY id LIMIT {PAGE_RECORDS}");
    let mut changes = Vec::new();
    let mut last = String::new();
    loop {
        let rows = all(conn, &text, vec![batch.into(), last.as_str().into()]).await?;
        let ids: Vec<String> = rows.iter().map(|row| get(row, "id")).collect::<Outcome<_>>()?;
        let Some(newest) = ids.last() else { return Ok(changes) };
        last.clone_from(newest);
        changes.extend(documents_of(conn, noun, &ids).await?);
    }
}

/// The documents of some records as they are now; those not public are left out, for nobody has seen them before.
async fn documents_of(conn: &Conn, noun: Noun, ids: &[String]) -> Outcome<Vec<DocumentChange>> {
    let mut changes = Vec::with_capacity(ids.len());
    for ids in ids.chunks(PAGE_RECORDS) {
        let documents = match noun.side() {
            None => organisation::documents_by_ids(conn, ids).await?,
            Some(_) => listing::documents_by_ids(conn, ids).await?,
        };
        changes.extend(documents.into_iter().map(|document| DocumentChange::Put(Box::new(document))));
    }
    Ok(changes)
}
