//! Saved searches: which of them find something new after a batch of journal entries.
//!
//! The index answers, with the very question of the search page, narrowed to the documents that changed. A result is
//! new when the search does not know it; it knows what it had found when it was saved, and what it has told since.

use super::as_account;
use crate::rules::keeping::KNOWN_MAX;
use crate::store::notice::Found;
use crate::store::saved::{self, Saved};
use platform::capability::DocumentChange;
use platform::journal::Recorded;
use platform::{App, Fault, Outcome};
use search::limits::{FILTER_VALUES_MAX, PAGE_HITS_MAX};
use search::{Hit, Index};
use std::collections::HashSet;
use std::sync::Arc;

/// Saved searches read in one step.
const STEP: i64 = 200;
/// Results that one message lists.
const SHOWN: usize = 20;

/// What one search has found.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) saved: Saved,
    /// Ids of what it knows from now on.
    pub(super) documents: Vec<String>,
    /// What the message lists.
    pub(super) hits: Vec<Found>,
}

/// What a batch of entries changed in the index.
enum Changed {
    /// These documents.
    Some(Vec<String>),
    /// More than can be asked for one by one.
    Many,
}

async fn changed(app: &App, entries: &[Recorded]) -> Outcome<Changed> {
    let conn = app.db().read();
    let mut ids = HashSet::new();
    for source in app.capabilities().iter().filter_map(|capability| capability.documents) {
        for entry in entries {
            for change in (source.changed)(&conn, entry).await? {
                match change {
                    DocumentChange::Put(document) => _ = ids.insert(document.id.clone()),
                    DocumentChange::Remove(_) => {}
                    DocumentChange::Pages(_) => return Ok(Changed::Many),
                }
            }
        }
    }
    Ok(if ids.len() > FILTER_VALUES_MAX { Changed::Many } else { Changed::Some(ids.into_iter().collect()) })
}

/// What saved searches find new after these entries, which the index already reflects.
pub(super) async fn news(app: &App, entries: &[Recorded]) -> Outcome<Vec<News>> {
    let mut found = Vec::new();
    let mut page = saved::page(&app.db().read(), "", STEP).await?;
    if page.is_empty() {
        return Ok(found);
    }
    let only = match changed(app, entries).await? {
        Changed::Some(ids) if ids.is_empty() => return Ok(found),
        Changed::Some(ids) => ids,
        Changed::Many => Vec::new(),
    };
    let index = app.indexer().index()?;
    while let Some(last) = page.last().map(|saved| saved.id.clone()) {
        for (saved, hits) in asked(&index, page, &only).await? {
            found.extend(new_of(app, saved, hits).await?);
        }
        page = saved::page(&app.db().read(), &last, STEP).await?;
    }
    Ok(found)
}

/// What each search finds among the documents named, or among all when none are.
async fn asked(index: &Arc<Index>, searches: Vec<Saved>, only: &[String]) -> Outcome<Vec<(Saved, Vec<Hit>)>> {
    let (index, only) = (Arc::clone(index), only.to_vec());
    let work = move || -> Vec<(Saved, Vec<Hit>)> {
        searches
            .into_iter()
            .map(|saved| {
                let hits = results(&index, &saved, &only);
                (saved, hits)
            })
            .filter(|(_, hits)| !hits.is_empty())
            .collect()
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Internal(error.to_string()))
}

/// The results of a search, at most as many as one may have when it is saved.
fn results(index: &Index, saved: &Saved, only: &[String]) -> Vec<Hit> {
    let mut all = Vec::new();
    loop {
        match index.search(&saved.question.request(only.to_vec(), all.len(), PAGE_HITS_MAX)) {
            Ok(found) => {
                let full = found.hits.len() == PAGE_HITS_MAX;
                all.extend(found.hits);
                if !full || all.len() >= KNOWN_MAX {
                    return all;
                }
            }
            Err(error) => {
                // A filter that a newer version refuses: the search finds nothing and hinders no other.
                tracing::warn!(%error, search = saved.id, "saved search failed");
                return Vec::new();
            }
        }
    }
}

/// All results of a question, as they are known when it is saved.
pub(super) async fn known(app: &App, question: &saved::Question) -> Outcome<(usize, Vec<String>)> {
    let house = platform::Ctx::system(app.clock().now());
    let mut all = Vec::new();
    loop {
        let request = question.request(Vec::new(), all.len(), PAGE_HITS_MAX);
        let found = registry::actions::matching::search(app, &house, request).await?;
        let full = found.hits.len() == PAGE_HITS_MAX;
        all.extend(found.hits.into_iter().map(|hit| hit.id));
        if !full || found.total > KNOWN_MAX || all.len() > KNOWN_MAX {
            return Ok((found.total, all));
        }
    }
}

async fn new_of(app: &App, saved: Saved, hits: Vec<Hit>) -> Outcome<Option<News>> {
    let ids: Vec<String> = hits.iter().map(|hit| hit.id.clone()).collect();
    let known = saved::known(&app.db().read(), &saved.id, &ids).await?;
    let new: Vec<Hit> = hits.into_iter().filter(|hit| !known.contains(&hit.id)).collect();
    if new.is_empty() || as_account(app, &saved.account).await?.is_none() {
        return Ok(None);
    }
    let documents = new.iter().map(|hit| hit.id.clone()).collect();
    let hits = new.into_iter().take(SHOWN).map(|hit| Found { title: hit.title, href: hit.url }).collect();
    Ok(Some(News { saved, documents, hits }))
}
