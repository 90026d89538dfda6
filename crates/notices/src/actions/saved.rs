//! Saved searches: a question of the search page, kept, and told of when it finds something new.

use super::{account, own, percolate};
use crate::rules::keeping::{SAVED_MAX, room, saved_name, saved_narrow};
use crate::store::saved::{self, Question, Saved};
use kernel::Refusal;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::PageQuery;
use platform::web::parts::encode;
use platform::{App, Ctx, Outcome};
use registry::api::search::SearchQuery;

/// The question of an address of the search page.
///
/// # Errors
/// A filter that cannot be read.
pub fn question_of(query: &SearchQuery) -> Result<Question, Refusal> {
    let request = query.request(&PageQuery::default())?;
    Ok(Question { text: request.text.trim().to_owned(), filters: request.filters })
}

/// The query string that asks the same, filters in a fixed order.
pub fn address_of(query: &SearchQuery) -> String {
    let parts = [
        ("q", query.q.trim()),
        ("kind", &query.kind),
        ("city", &query.city),
        ("status", &query.status),
        ("segment", &query.segment),
        ("year", &query.year),
    ];
    let parts = parts.iter().filter(|(_, value)| !value.is_empty());
    parts.map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// Saves a search under a name. All it finds now is known; what it finds later is told.
///
/// # Errors
/// `saved-search-name`, `saved-search-broad`, `saved-searches-many`, and what the search itself refuses.
pub async fn saved_search_create(app: &App, ctx: &Ctx, name: &str, query: &SearchQuery) -> Outcome<Saved> {
    app.policies().require(ctx, "saved_search_create", &Resource::house())?;
    let account = account(ctx)?;
    let (name, question) = (saved_name(name)?, question_of(query)?);
    let (total, known) = percolate::known(app, &question).await?;
    saved_narrow(total.max(known.len()))?;
    let new = Saved {
        id: platform::random::id(),
        account,
        name,
        question,
        address: address_of(query),
        created_ms: ctx.now.ms(),
        told_ms: None,
        demo: ctx.actor.demo,
    };
    app.in_txn(ctx, "saved_search_create", (app.clone(), new, known), |tx, (app, new, known)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "saved_search_create", &Resource::house())?;
            room("saved-searches-many", saved::total(tx, &new.account).await?, SAVED_MAX)?;
            saved::insert(tx, new).await?;
            saved::learn(tx, &new.id, known).await?;
            // What somebody looks for is nobody else's business, so the entry does not say it.
            tx.journal(Entry::new("saved_search.created", "saved_search", &new.id).demo(new.demo)).await?;
            Ok(new.clone())
        })
    })
    .await
}

/// One's own saved searches, newest first.
///
/// # Errors
/// Nobody is signed in.
pub async fn saved_search_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Saved>> {
    app.policies().require(ctx, "saved_search_list", &Resource::house())?;
    saved::of_account(&app.db().read(), &account(ctx)?).await
}

/// Removes a saved search.
///
/// # Errors
/// Not found, also for everybody else.
pub async fn saved_search_remove(app: &App, ctx: &Ctx, id: &str) -> Outcome<()> {
    app.in_txn(ctx, "saved_search_remove", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let found = saved::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "saved_search_remove", &own("SavedSearch", id, &found.account))?;
            saved::remove(tx, id).await?;
            tx.journal(Entry::new("saved_search.removed", "saved_search", id).demo(found.demo)).await.map(|_| ())
        })
    })
    .await
}
