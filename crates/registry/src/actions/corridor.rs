//! Reading what a pack says beside cities and facts: its sources, its chains, itself.

use crate::corridor::{self, Corridor};
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use std::sync::Arc;

/// The corridor, for the list of sources.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn source_list(app: &App, ctx: &Ctx) -> Outcome<Arc<Corridor>> {
    app.policies().require(ctx, "source_view", &Resource::house())?;
    Ok(corridor::of(app))
}

/// The corridor, for the tree of chains and segments.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn segment_list(app: &App, ctx: &Ctx) -> Outcome<Arc<Corridor>> {
    app.policies().require(ctx, "segment_view", &Resource::house())?;
    Ok(corridor::of(app))
}

/// The corridor, for the page that says what this is and where its data come from.
///
/// # Errors
/// A refusal where the policy closes the page.
pub async fn about_view(app: &App, ctx: &Ctx) -> Outcome<Arc<Corridor>> {
    app.policies().require(ctx, "about_view", &Resource::house())?;
    Ok(corridor::of(app))
}
