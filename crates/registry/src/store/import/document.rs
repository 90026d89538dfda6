//! What a published import means for the search index.

use super::Noun;
use crate::store::{listing, organisation};
use futures_util::future::BoxFuture;
use platform::capability::{DocumentChange, DocumentPage, Pages};
use platform::db::{Conn, Outcome};
use platform::journal::Recorded;

/// Records read at once.
const PAGE_RECORDS: usize = 500;

/// The changes that one entry about an import brings: all of the batch when it was published, those named when older
/// records were changed.
pub async fn document_changes(conn: &Conn, entry: &Recorded) -> Outcome<Vec<DocumentChange>> {
    let noun = entry.data["noun"].as_str().and_then(Noun::parse).unwrap_or(Noun::Organisations);
    match entry.kind.as_str() {
        "import.published" => Ok(vec![DocumentChange::Pages(pages_of(noun, &entry.object_id))]),
        "import.applied" => {
            let ids = entry.data["objects"].as_array().into_iter().flatten();
            let ids: Vec<String> = ids.filter_map(|id| id.as_str()).map(str::to_owned).collect();
            documents_of(conn, noun, &ids).await
        }
        _ => Ok(Vec::new()),
    }
}

/// The pages of the batch that is being written, ahead of its publication.
pub async fn coming(conn: &Conn) -> Outcome<Option<Pages>> {
    let newest = super::staging(conn).await?.pop();
    Ok(newest.map(|batch| pages_of(batch.noun, &batch.id)))
}

fn pages_of(noun: Noun, batch: &str) -> Pages {
    Pages { page: pages, from: format!("{}:{batch}:", noun.code()) }
}

/// The documents of a batch. A key is the noun, the batch and the last id.
fn pages<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        let mut parts = key.unwrap_or_default().splitn(3, ':').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        let (noun, batch, last) = (part(), part(), part());
        let documents = match Noun::parse(&noun).and_then(Noun::side) {
            None => organisation::documents_of_batch(conn, &batch, &last, PAGE_RECORDS).await?,
            Some(_) => listing::documents_of_batch(conn, &batch, &last, PAGE_RECORDS).await?,
        };
        let DocumentPage { documents, next } = DocumentPage::of(documents, PAGE_RECORDS);
        Ok(DocumentPage { documents, next: next.map(|last| format!("{noun}:{batch}:{last}")) })
    })
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
