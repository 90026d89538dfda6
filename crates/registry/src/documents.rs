//! What the registry puts into the index: organisations, needs and offers, and the words of its dictionary.

use crate::corridor;
use crate::store::{listing, matching, organisation};
use futures_util::future::BoxFuture;
use platform::capability::{DocumentChange, DocumentPage, DocumentSource, LEXICON_CHANGED};
use platform::db::{Conn, Outcome};
use platform::journal::Recorded;
use search::{LexiconSource, Synonym};

/// The registration.
pub const SOURCE: DocumentSource = DocumentSource { changed, page, lexicon };

/// Documents on one page of a rebuild.
const PAGE_DOCUMENTS: usize = 2_000;
/// What stands before the id in the key of a page, so that one key says which noun comes next.
const LISTINGS: &str = "listing:";

fn changed<'a>(conn: &'a Conn, entry: &'a Recorded) -> BoxFuture<'a, Outcome<Vec<DocumentChange>>> {
    Box::pin(async move {
        match entry.object_kind.as_str() {
            "organisation" => organisation::document_changes(conn, &entry.object_id).await,
            "need" | "offer" | "listing" => listing::document_changes(conn, &entry.object_id).await,
            _ if entry.kind == LEXICON_CHANGED => every_organisation(conn).await,
            _ => Ok(Vec::new()),
        }
    })
}

/// A newer pack may have touched any organisation that nobody has claimed.
async fn every_organisation(conn: &Conn) -> Outcome<Vec<DocumentChange>> {
    let mut changes = Vec::new();
    let mut key: Option<String> = None;
    loop {
        let documents = organisation::documents_after(conn, key.as_deref(), PAGE_DOCUMENTS).await?;
        key = documents.last().map(|document| document.id.clone());
        changes.extend(documents.into_iter().map(|document| DocumentChange::Put(Box::new(document))));
        if key.is_none() {
            return Ok(changes);
        }
    }
}

fn page<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        if let Some(id) = key.and_then(|key| key.strip_prefix(LISTINGS)) {
            let documents = listing::documents_after(conn, Some(id), PAGE_DOCUMENTS).await?;
            let next = documents.last().map(|document| format!("{LISTINGS}{}", document.id));
            return Ok(DocumentPage { documents, next });
        }
        let documents = organisation::documents_after(conn, key, PAGE_DOCUMENTS).await?;
        let next = documents.last().map_or_else(|| LISTINGS.to_owned(), |document| document.id.clone());
        Ok(DocumentPage { documents, next: Some(next) })
    })
}

/// Only what the pack says: a dictionary that grew with every claimed name would mean a rebuild each time.
fn lexicon(conn: &Conn) -> BoxFuture<'_, Outcome<LexiconSource>> {
    Box::pin(async move {
        let corridor = corridor::load(conn).await?;
        let segments = corridor.segments.iter().flat_map(|s| s.aliases.iter().chain([&s.name_zh]));
        let terms = corridor.terms.iter().map(|term| &term.zh).chain(segments).cloned().collect();
        let places = corridor.jurisdictions.iter().flat_map(|j| [&j.short_zh, &j.name_zh]).cloned().collect();
        let synonyms = corridor.synonyms.iter().map(|pair| Synonym::new(&pair.a, &pair.b)).collect();
        let names = matching::pack_names(conn).await?;
        Ok(LexiconSource { terms, names, synonyms, places, readings: Vec::new() })
    })
}
