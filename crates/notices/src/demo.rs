//! The demo of notices: somebody saves a search and follows an organisation, and is told of what happens next.
//!
//! Everything goes through the same actions that people use. The scenario of the registry has played before; its last
//! days are told to everybody whom they concern, and one more change shows a follower what news look like.

use crate::actions::follow::{follow_create, follow_list};
use crate::actions::saved::{saved_search_create, saved_search_list};
use futures_util::future::BoxFuture;
use platform::demo::{Cast, Part};
use platform::{App, Outcome, follower};
use registry::actions::listing::{Query, listing_list, listing_renew};
use registry::api::search::SearchQuery;
use registry::rules::listing::Side;

/// Plays the scenario.
///
/// # Errors
/// An action refused what the script asks for, which a test of the whole would show first.
pub fn run<'a>(app: &'a App, cast: &'a Cast) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let provider = cast.ctx(Part::Provider).await?;
        let enterprise = cast.ctx(Part::Enterprise).await?;
        if !saved_search_list(app, &provider).await?.is_empty() {
            return Ok(());
        }
        // The index knows the registry's scenario from here on.
        follower::settle(app).await?;
        let query = SearchQuery { q: "示例 传感器".into(), kind: "need".into(), ..SearchQuery::default() };
        saved_search_create(app, &provider, "传感器方面的需求", &query).await?;
        let own = Query { own: true, states: vec!["published".into()], ..Query::default() };
        let needs = listing_list(app, &enterprise, Side::Need, &own).await?;
        let Some(need) = needs.items.first().map(|card| card.listing.clone()) else { return Ok(()) };
        follow_create(app, &provider, "need", &need.id).await?;
        follower::settle(app).await?;
        cast.clock().advance_ms(3_600_000);
        let enterprise = cast.ctx(Part::Enterprise).await?;
        listing_renew(app, &enterprise, Side::Need, &need.id, None).await?;
        follower::settle(app).await?;
        debug_assert!(!follow_list(app, &provider).await?.is_empty());
        Ok(())
    })
}
