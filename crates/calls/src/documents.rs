//! What calls put into the index: those that have been released.

use crate::rules::call::Call;
use crate::store;
use futures_util::future::BoxFuture;
use kernel::Instant;
use platform::capability::{DocumentChange, DocumentPage, DocumentSource, Pages};
use platform::db::{Conn, Outcome};
use platform::journal::Recorded;
use search::{Document, LexiconSource};

/// The registration.
pub const SOURCE: DocumentSource = DocumentSource { changed, page, coming, lexicon };

/// Documents on one page of a rebuild.
const PAGE_DOCUMENTS: usize = 1_000;

/// A call as people find it: by number, title, what everybody reads of the problem, and its segments. The protected
/// details and the owner are not in it.
fn document(call: &Call) -> Document {
    let mut document = Document::new(&call.id, "call", &call.title, format!("/calls/{}", call.id));
    document.city = call.office_city().map(|city| city.to_string());
    document.segments.clone_from(&call.segments);
    document.year = call.opened_ms.map(|ms| i64::from(Instant::from_ms(ms).date().year()));
    document.names = vec![call.number.clone()];
    document.name_en = (!call.title_en.is_empty()).then(|| call.title_en.clone());
    // The number stands in the text too: a name is cut as names of firms are, a text as people type.
    document.body =
        [&call.number, &call.summary, &call.summary_en, &call.eligibility, &call.ip].map(String::as_str).join("\n");
    document.demo = call.demo;
    document
}

fn changed<'a>(conn: &'a Conn, entry: &'a Recorded) -> BoxFuture<'a, Outcome<Vec<DocumentChange>>> {
    Box::pin(async move {
        if entry.object_kind != crate::actions::OBJECT {
            return Ok(Vec::new());
        }
        let call = store::call::by_id(conn, &entry.object_id).await?.filter(|call| call.state.is_open());
        Ok(vec![match call {
            Some(call) => DocumentChange::Put(Box::new(document(&call))),
            None => DocumentChange::Remove(entry.object_id.clone()),
        }])
    })
}

fn coming(_conn: &Conn) -> BoxFuture<'_, Outcome<Option<Pages>>> {
    Box::pin(async move { Ok(None) })
}

fn page<'a>(conn: &'a Conn, key: Option<&'a str>) -> BoxFuture<'a, Outcome<DocumentPage>> {
    Box::pin(async move {
        let found = store::call::open_after(conn, key.unwrap_or_default(), PAGE_DOCUMENTS).await?;
        Ok(DocumentPage::of(found.iter().map(document).collect(), PAGE_DOCUMENTS))
    })
}

/// No words of its own: titles are written in plain language.
fn lexicon(_conn: &Conn) -> BoxFuture<'_, Outcome<LexiconSource>> {
    Box::pin(async move { Ok(LexiconSource::default()) })
}
