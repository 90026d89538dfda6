//! What joint acts put into the index: acts that hold or have held, published meetings, and the items of both.

use crate::store::item::OriginColumn;
use crate::store::{accord, item, meeting};
use futures_util::future::BoxFuture;
use platform::capability::{DocumentChange, DocumentPage, DocumentSource, Pages};
use platform::db::{Conn, Outcome};
use platform::journal::Recorded;
use search::LexiconSource;

/// The registration.
pub const SOURCE: DocumentSource = DocumentSource { changed, page, coming, lexicon };

/// Documents on one page of a rebuild.
const PAGE_DOCUMENTS: usize = 1_000;

fn changed<'a>(conn: &'a Conn, entry: &'a Recorded) -> BoxFuture<'a, Outcome<Vec<DocumentChange>>> {
    Box::pin(async move {
        let id = entry.object_id.as_str();
        // What is opened opens its items too.
        let (own, column) = match entry.object_kind.as_str() {
            "accord" => (accord::document_change(conn, id).await?, OriginColumn::Accord),
            "meeting" => (meeting::document_change(conn, id).await?, OriginColumn::Meeting),
            "action_item" => return Ok(vec![item::document_change(conn, id).await?]),
            _ => return Ok(Vec::new()),
        };
        let mut changes = vec![own];
        changes.extend(item::document_changes(conn, column, id).await?);
        Ok(changes)
    })
}

fn coming(_conn: &Conn) -> BoxFuture<'_, Outcome<Option<Pages>>> {
    Box::pin(async move { Ok(None) })
}

/// Acts, then meetings, then items; the key names the noun and the last id.
fn page<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        let (noun, id) = key.and_then(|key| key.split_once(':')).unwrap_or(("accord", ""));
        let (documents, after) = match noun {
            "accord" => (accord::documents_after(conn, id, PAGE_DOCUMENTS).await?, Some("meeting")),
            "meeting" => (meeting::documents_after(conn, id, PAGE_DOCUMENTS).await?, Some("item")),
            _ => (item::documents_after(conn, id, PAGE_DOCUMENTS).await?, None),
        };
        let next = match documents.last() {
            Some(document) => Some(format!("{noun}:{}", document.id)),
            None => after.map(|noun| format!("{noun}:")),
        };
        Ok(DocumentPage { documents, next })
    })
}

/// No words of its own: titles are written in plain language.
fn lexicon(_conn: &Conn) -> BoxFuture<'_, Outcome<LexiconSource>> {
    Box::pin(async move { Ok(LexiconSource::default()) })
}
