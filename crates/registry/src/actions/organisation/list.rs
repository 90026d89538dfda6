//! The list of organisations, by filters and by words.

use crate::store;
use crate::store::organisation::{Facets, Filter, Item};
use kernel::{Refusal, limits};
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Fault, Outcome};
use search::{Filters, SearchError, SearchRequest};
use std::collections::HashMap;

/// Values of one filter.
const VALUES_MAX: usize = 20;
/// Hits of a search that the list goes through.
const HITS_MAX: usize = search::limits::PAGE_HITS_MAX;

/// What the list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Free words, and what the list is narrowed to.
    pub filter: Filter,
    /// Which page.
    pub page: Page,
    /// Whether to count the filters' values.
    pub facets: bool,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its items in order.
    pub items: Vec<Item>,
    /// Items in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
    /// Ordered by how well the words fit, not by name.
    pub ranked: bool,
}

/// A page of organisations: with words the best fitting first, without by name.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn organisation_list(app: &App, ctx: &Ctx, query: &Query) -> Outcome<Listed> {
    app.policies().require(ctx, "organisation_list", &Resource::house())?;
    check(&query.filter)?;
    if !query.filter.text.trim().is_empty() {
        return ranked(app, query).await;
    }
    let conn = app.db().read();
    let after = match query.page.cursor.as_deref() {
        Some(cursor) => Some(store::organisation::position(&conn, cursor).await?.ok_or_else(cursor_refused)?),
        None => None,
    };
    let page = store::organisation::list(&conn, &query.filter, after.as_ref(), query.page.limit).await?;
    let facets =
        if query.facets { store::organisation::facets(&conn, &query.filter).await? } else { Facets::default() };
    let next = page.next.map(|position| position.id);
    Ok(Listed { items: page.items, total: page.total, next, facets, ranked: false })
}

fn check(filter: &Filter) -> Result<(), Refusal> {
    let lists = [&filter.kinds, &filter.cities, &filter.statuses, &filter.segments];
    let bad = |value: &String| value.chars().count() > limits::TITLE_CHARS_MAX || value.chars().any(char::is_control);
    if lists.iter().any(|list| list.len() > VALUES_MAX || list.iter().any(bad)) {
        return Err(Refusal::invalid(
            "filter-values",
            "筛选条件太多或无效。请清除条件后重新选择。",
            "Too many or invalid filters. Clear them and choose again.",
        ));
    }
    if filter.text.chars().count() > limits::QUERY_CHARS_MAX {
        return Err(query_too_long());
    }
    Ok(())
}

fn query_too_long() -> Refusal {
    Refusal::invalid(
        "query-too-long",
        format!("搜索词最多 {} 个字，筛选条件须有效。请缩短后重试。", limits::QUERY_CHARS_MAX),
        format!("A search has at most {} characters and valid filters. Shorten it.", limits::QUERY_CHARS_MAX),
    )
    .at("q")
}

/// The engine ranks; the database says what each one is now.
async fn ranked(app: &App, query: &Query) -> Outcome<Listed> {
    let filter = &query.filter;
    let skip = match query.page.cursor.as_deref() {
        None => 0,
        Some(cursor) => cursor.strip_prefix('r').and_then(|n| n.parse::<usize>().ok()).ok_or_else(cursor_refused)?,
    };
    if skip > HITS_MAX {
        return Err(cursor_refused().into());
    }
    let request = SearchRequest {
        text: filter.text.clone(),
        filters: Filters {
            kind: vec!["organisation".to_owned()],
            city: filter.cities.clone(),
            status: filter.statuses.clone(),
            segment: filter.segments.clone(),
            ..Filters::default()
        },
        limit: HITS_MAX,
        offset: 0,
        facets: false,
    };
    let hits: Vec<String> = match app.indexer().index()?.search(&request) {
        Ok(found) => found.hits.into_iter().map(|hit| hit.id).collect(),
        Err(SearchError::Refused(_)) => return Err(query_too_long().into()),
        Err(error) => return Err(Fault::Internal(format!("search: {error}"))),
    };
    let conn = app.db().read();
    let only = Filter { text: String::new(), ids: Some(hits.clone()), ..filter.clone() };
    let found = store::organisation::list(&conn, &only, None, HITS_MAX).await?;
    let facets = if query.facets { store::organisation::facets(&conn, &only).await? } else { Facets::default() };
    let rank: HashMap<&str, usize> = hits.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let mut items = found.items;
    items.sort_by_key(|item| rank.get(item.organisation.id.as_str()).copied().unwrap_or(usize::MAX));
    let end = skip.saturating_add(query.page.limit);
    let next = (end < items.len()).then(|| format!("r{end}"));
    let items = items.into_iter().skip(skip).take(query.page.limit).collect();
    Ok(Listed { items, total: found.total, next, facets, ranked: true })
}
