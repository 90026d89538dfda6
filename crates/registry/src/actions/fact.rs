//! Reading facts.

use crate::corridor::{self, Corridor};
use crate::rules::fact::Filter;
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

/// What facts said before a newer pack replaced them: the version that said it and the fact, the newest first.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn fact_former_list(app: &App, ctx: &Ctx, limit: i64) -> Outcome<Vec<(String, pack::Fact)>> {
    app.policies().require(ctx, "fact_view", &Resource::house())?;
    crate::store::fact::former(&app.db().read(), limit).await
}
