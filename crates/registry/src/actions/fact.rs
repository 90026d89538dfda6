//! Reading facts.

use crate::corridor::{self, Corridor};
use crate::rules::fact::Filter;
use crate::store;
pub use crate::store::fact::Former;
use kernel::Refusal;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use std::sync::Arc;

/// Facts of a list, with the corridor that explains their areas and sources.
#[derive(Debug, Clone)]
pub struct FactList {
    /// The pack's data.
    pub corridor: Arc<Corridor>,
    /// The facts the filter takes, in the order of their ids.
    pub facts: Vec<pack::Fact>,
}

/// The facts a filter takes.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn fact_list(app: &App, ctx: &Ctx, filter: &Filter) -> Outcome<FactList> {
    app.policies().require(ctx, "fact_view", &Resource::house())?;
    let corridor = corridor::of(app);
    let facts = corridor.facts.iter().filter(|fact| filter.takes(fact)).cloned().collect();
    Ok(FactList { corridor, facts })
}

/// A fact with what it said before, and the values of the same indicator in its area.
#[derive(Debug, Clone)]
pub struct FactView {
    /// The pack's data.
    pub corridor: Arc<Corridor>,
    /// The fact.
    pub fact: pack::Fact,
    /// Values of the same indicator and area, the fact among them, in the order of their ids.
    pub beside: Vec<pack::Fact>,
    /// What it said before, what was replaced last first.
    pub former: Vec<Former>,
}

/// One fact.
///
/// # Errors
/// Not found; a refusal where the policy closes it.
pub async fn fact_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<FactView> {
    app.policies().require(ctx, "fact_view", &Resource::house())?;
    let corridor = corridor::of(app);
    let fact = corridor.facts.iter().find(|fact| fact.id == id).cloned().ok_or_else(Refusal::not_found)?;
    let filter = Filter { area: fact.area.clone(), indicator: fact.indicator_id.clone(), ..Filter::default() };
    let beside = corridor.facts.iter().filter(|other| filter.takes(other)).cloned().collect();
    let former = store::fact::former(&app.db().read(), std::slice::from_ref(&fact.id)).await?;
    Ok(FactView { corridor, fact, beside, former })
}

/// What some facts said before a newer pack replaced them, what was replaced last first.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn fact_former_list(app: &App, ctx: &Ctx, facts: &[String]) -> Outcome<Vec<Former>> {
    app.policies().require(ctx, "fact_view", &Resource::house())?;
    store::fact::former(&app.db().read(), facts).await
}
