//! Lists of needs and offers: what everybody sees, and an organisation's own.

use super::{COLUMNS, resource};
use crate::rules::listing::{Listing, Side};
use crate::rules::organisation::Organisation;
use crate::store;
use crate::store::listing::{FacetCounts, Filter, Position};
use kernel::{Refusal, limits};
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Fault, Outcome};
use search::{Filters, SearchError, SearchRequest};
use std::collections::HashMap;

/// Hits of a search that a list looks at; whoever needs more narrows it.
const HITS_MAX: usize = 200;
/// Values of one filter.
const VALUES_MAX: usize = 20;

/// What a list is asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Free words; empty for none.
    pub text: String,
    /// Only what the actor's organisations have, in any state.
    pub own: bool,
    /// States, for own lists.
    pub states: Vec<String>,
    /// City codes.
    pub cities: Vec<String>,
    /// Kinds of offers.
    pub kinds: Vec<String>,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Which page.
    pub page: Page,
    /// Whether to count the filters' values.
    pub facets: bool,
}

/// A listing as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The listing; its protected part is left out unless the reader may see it.
    pub listing: Listing,
    /// Whose it is.
    pub organisation: Option<Organisation>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its items in order.
    pub items: Vec<Card>,
    /// Items in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: FacetCounts,
}

/// A page of needs or offers.
///
/// # Errors
/// A query outside the limits, or a cursor that is not ours.
pub async fn listing_list(app: &App, ctx: &Ctx, side: Side, query: &Query) -> Outcome<Listed> {
    app.policies().require(ctx, "listing_list", &Resource::house())?;
    check(query)?;
    let own = query.own.then(|| ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect());
    let ranked = if query.text.trim().is_empty() || query.own { None } else { Some(hits(app, side, query)?) };
    let filter = Filter {
        side,
        own,
        states: query.states.clone(),
        cities: query.cities.clone(),
        kinds: query.kinds.clone(),
        segments: query.segments.clone(),
        ids: ranked.clone(),
        allowed: app.policies().filter(ctx, "listing_view", "Listing", &COLUMNS, 1)?,
    };
    let conn = app.db().read();
    let facets = if query.facets { store::listing::facets(&conn, &filter).await? } else { FacetCounts::default() };
    let (found, total, next) = match ranked {
        Some(order) => ranked_page(app, &filter, &order, &query.page).await?,
        None => {
            let after =
                query.page.cursor.as_deref().map(|c| Position::parse(c).ok_or_else(cursor_refused)).transpose()?;
            let found = store::listing::browse(&conn, &filter, after.as_ref(), query.page.limit).await?;
            (found.items, found.total, found.next.map(|position| position.cursor()))
        }
    };
    Ok(Listed { items: cards(app, ctx, found).await?, total, next, facets })
}

fn check(query: &Query) -> Result<(), Refusal> {
    let lists = [&query.states, &query.cities, &query.kinds, &query.segments];
    let long = |value: &String| value.chars().count() > limits::TITLE_CHARS_MAX || value.chars().any(char::is_control);
    if lists.iter().any(|list| list.len() > VALUES_MAX || list.iter().any(long)) {
        return Err(Refusal::invalid(
            "filter-values",
            "筛选条件太多或无效。请清除条件后重新选择。",
            "Too many or invalid filters. Clear them and choose again.",
        ));
    }
    Ok(())
}

/// Ids of the listings that a text finds, best first.
fn hits(app: &App, side: Side, query: &Query) -> Outcome<Vec<String>> {
    let request = SearchRequest {
        text: query.text.clone(),
        filters: Filters {
            kind: vec![side.code().to_owned()],
            city: query.cities.clone(),
            segment: query.segments.clone(),
            ..Filters::default()
        },
        limit: HITS_MAX,
        offset: 0,
        facets: false,
    };
    match app.indexer().index()?.search(&request) {
        Ok(found) => Ok(found.hits.into_iter().map(|hit| hit.id).collect()),
        Err(SearchError::Refused(_)) => Err(query_too_long().into()),
        Err(error) => Err(Fault::Internal(format!("search: {error}"))),
    }
}

fn query_too_long() -> Refusal {
    Refusal::invalid(
        "query-too-long",
        format!("搜索词最多 {} 个字，筛选条件须有效。请缩短后重试。", limits::QUERY_CHARS_MAX),
        format!("A search has at most {} characters and valid filters. Shorten it.", limits::QUERY_CHARS_MAX),
    )
    .at("q")
}

type PageOf = (Vec<Listing>, i64, Option<String>);

/// A page in the order of a search; its cursor is a number of hits to leave out.
async fn ranked_page(app: &App, filter: &Filter, order: &[String], page: &Page) -> Outcome<PageOf> {
    let found = store::listing::browse(&app.db().read(), filter, None, HITS_MAX).await?;
    let rank: HashMap<&str, usize> = order.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let mut items = found.items;
    items.sort_by_key(|listing| rank.get(listing.id.as_str()).copied().unwrap_or(usize::MAX));
    let skip = match page.cursor.as_deref() {
        None => 0,
        Some(cursor) => cursor.strip_prefix('r').and_then(|n| n.parse::<usize>().ok()).ok_or_else(cursor_refused)?,
    };
    let end = skip.saturating_add(page.limit);
    let next = (end < items.len()).then(|| format!("r{end}"));
    Ok((items.into_iter().skip(skip).take(page.limit).collect(), found.total, next))
}

/// Listings with their organisations; what the reader may not see of them is left out.
pub(crate) async fn cards(app: &App, ctx: &Ctx, listings: Vec<Listing>) -> Outcome<Vec<Card>> {
    let mut ids: Vec<String> = listings.iter().map(|listing| listing.organisation.clone()).collect();
    ids.sort();
    ids.dedup();
    let found = store::organisation::by_ids(&app.db().read(), &ids).await?;
    let by_id: HashMap<String, Organisation> = found.into_iter().map(|o| (o.id.clone(), o)).collect();
    let card = |listing: Listing| {
        let organisation = by_id.get(&listing.organisation).cloned();
        Card { listing: masked(app, ctx, listing), organisation }
    };
    Ok(listings.into_iter().map(card).collect())
}

/// Takes out the protected part and the unpublished text for readers who may not see them.
pub(crate) fn masked(app: &App, ctx: &Ctx, mut listing: Listing) -> Listing {
    let resource = resource(&listing);
    if !app.policies().allows(ctx, "listing_detail_view", &resource) {
        listing.content.detail = String::new();
    }
    if !app.policies().allows(ctx, "listing_work_view", &resource) {
        listing.revision = None;
        listing.waiting = None;
        listing.refused = None;
    }
    listing
}
