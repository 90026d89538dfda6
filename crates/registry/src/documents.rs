//! What the registry puts into the index: organisations, needs and offers, and the words of its dictionary.

use crate::corridor;
use crate::store::{expert, import, listing, matching, organisation, poc, workstation};
use futures_util::future::BoxFuture;
use platform::capability::{DocumentChange, DocumentPage, DocumentSource, LEXICON_CHANGED, Pages};
use platform::db::{Conn, Outcome};
use platform::journal::Recorded;
use search::{LexiconSource, Synonym};

/// The registration.
pub const SOURCE: DocumentSource = DocumentSource { changed, page, coming, lexicon };

/// Documents on one page of a rebuild.
const PAGE_DOCUMENTS: usize = 2_000;
/// What stands before the id in the key of a page, so that one key says which noun comes next.
const LISTINGS: &str = "listing:";
/// The same for experts, workstations and proof-of-concept projects.
const PEOPLE: &str = "people:";

fn changed<'a>(conn: &'a Conn, entry: &'a Recorded) -> BoxFuture<'a, Outcome<Vec<DocumentChange>>> {
    Box::pin(async move {
        match entry.object_kind.as_str() {
            "organisation" => organisation::document_changes(conn, &entry.object_id).await,
            "need" | "offer" | "listing" => listing::document_changes(conn, &entry.object_id).await,
            "expert" => expert::document_changes(conn, &entry.object_id).await,
            "workstation" => workstation::document_changes(conn, &entry.object_id).await,
            "poc_project" => poc::document_changes(conn, &entry.object_id).await,
            "import_batch" => import::document_changes(conn, entry).await,
            _ if entry.kind == LEXICON_CHANGED => {
                Ok(vec![DocumentChange::Pages(Pages { page: organisations, from: String::new() })])
            }
            _ => Ok(Vec::new()),
        }
    })
}

fn coming(conn: &Conn) -> BoxFuture<'_, Outcome<Option<Pages>>> {
    Box::pin(import::coming(conn))
}

/// Every organisation: a newer pack may have touched any that nobody has claimed.
fn organisations<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        let documents = organisation::documents_after(conn, key, PAGE_DOCUMENTS).await?;
        Ok(DocumentPage::of(documents, PAGE_DOCUMENTS))
    })
}

fn page<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        if let Some(id) = key.and_then(|key| key.strip_prefix(LISTINGS)) {
            let documents = listing::documents_after(conn, Some(id), PAGE_DOCUMENTS).await?;
            let next =
                documents.last().map_or_else(|| PEOPLE.to_owned(), |document| format!("{LISTINGS}{}", document.id));
            return Ok(DocumentPage { documents, next: Some(next) });
        }
        if let Some(rest) = key.and_then(|key| key.strip_prefix(PEOPLE)) {
            return people(conn, rest).await;
        }
        let documents = organisation::documents_after(conn, key, PAGE_DOCUMENTS).await?;
        let next = documents.last().map_or_else(|| LISTINGS.to_owned(), |document| document.id.clone());
        Ok(DocumentPage { documents, next: Some(next) })
    })
}

/// Experts, then workstations, then proof-of-concept projects; the key names the noun and the last id.
async fn people(conn: &Conn, key: &str) -> Outcome<DocumentPage> {
    let (noun, id) = key.split_once(':').unwrap_or(("expert", ""));
    let (documents, after) = match noun {
        "expert" => (expert::documents_after(conn, Some(id), PAGE_DOCUMENTS).await?, Some("workstation")),
        "workstation" => (workstation::documents_after(conn, Some(id), PAGE_DOCUMENTS).await?, Some("poc")),
        _ => (poc::documents_after(conn, Some(id), PAGE_DOCUMENTS).await?, None),
    };
    let next = match documents.last() {
        Some(document) => Some(format!("{PEOPLE}{noun}:{}", document.id)),
        None => after.map(|noun| format!("{PEOPLE}{noun}:")),
    };
    Ok(DocumentPage { documents, next })
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
