//! The list of experts and one of them, as much as the reader may see.

use super::{expert_resource, load, office_of_city};
use crate::rules::expert::{Expert, ExpertState};
use crate::rules::workstation::Workstation;
use crate::store;
use crate::store::expert::{Facets, Filter, Position};
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use rooms::actions::check;

/// An expert's record, as much of it as the reader may see.
#[derive(Debug, Clone)]
pub struct ExpertView {
    /// The record; without the name unless it may be shown or the reader keeps it.
    pub expert: Expert,
    /// The name is there.
    pub named: bool,
    /// The reader may change it.
    pub may_edit: bool,
    /// The reader may give a seat on the advisory committee, or end it.
    pub may_seat: bool,
    /// Workstations the expert takes part in.
    pub workstations: Vec<Workstation>,
    /// Workstations that ask for an answer; for the expert and the office that keeps the record.
    pub asked: Vec<Workstation>,
    /// Organisations of the reader that may propose a workstation: id and name.
    pub may_ask: Vec<(String, String)>,
}

/// Takes out what the reader may not see.
pub(crate) fn masked(expert: Expert, own: bool) -> Expert {
    if own || expert.name_open().is_some() {
        return expert;
    }
    Expert { name: String::new(), name_en: String::new(), account: None, ..expert }
}

/// A page of experts.
#[derive(Debug, Clone)]
pub struct Experts {
    /// Its items by institution; without the names that may not be shown.
    pub items: Vec<Expert>,
    /// Experts in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// All experts that are listed, the academicians and the members of the advisory committee among them.
    pub counts: (i64, i64, i64),
    /// What the filters would give.
    pub facets: Facets,
}

/// A page of experts by institution.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn expert_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Experts> {
    app.policies().require(ctx, "expert_list", &Resource::house())?;
    check(&filter.text, &[&filter.cities, &filter.segments, &filter.bodies, &filter.availability])?;
    let conn = app.db().read();
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => {
            let last = store::expert::by_id(&conn, cursor).await?.ok_or_else(cursor_refused)?;
            Some(Position { institution: last.institution, id: last.id })
        }
    };
    let (mut items, total) = store::expert::list(&conn, filter, after.as_ref(), page.limit + 1).await?;
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Experts {
        items: items.into_iter().map(|expert| masked(expert, false)).collect(),
        total,
        next,
        counts: store::expert::counts(&conn).await?,
        facets: store::expert::facets(&conn, filter).await?,
    })
}

/// One expert.
///
/// # Errors
/// Not found.
pub async fn expert_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<ExpertView> {
    let conn = app.db().read();
    let expert = load(&conn, id).await?;
    let target = expert_resource(&expert);
    app.policies().require(ctx, "expert_view", &target)?;
    let own = app.policies().allows(ctx, "expert_edit", &target);
    let named = own || expert.name_open().is_some();
    // For others the list of workstations would say who somebody is that does not want to be named.
    let workstations = if named { store::workstation::of_expert(&conn, id).await? } else { Vec::new() };
    let asked = if own { store::workstation::asked(&conn, id).await? } else { Vec::new() };
    let listed = expert.state == ExpertState::Listed;
    Ok(ExpertView {
        may_edit: own && listed,
        may_seat: listed && app.policies().allows(ctx, "expert_seat", &target),
        may_ask: if listed { may_ask(app, ctx, expert.demo).await? } else { Vec::new() },
        expert: masked(expert, own),
        named,
        workstations,
        asked,
    })
}

/// Organisations for which the actor may propose a workstation.
async fn may_ask(app: &App, ctx: &Ctx, demo: bool) -> Outcome<Vec<(String, String)>> {
    let ids: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
    let mut own = store::organisation::by_ids(&app.db().read(), &ids).await?;
    own.retain(|o| {
        let target = crate::actions::organisation::resource(app, o);
        o.demo == demo && app.policies().allows(ctx, "workstation_propose", &target)
    });
    Ok(own.into_iter().map(|o| (o.id, o.name)).collect())
}

/// The record of the actor's own account.
///
/// # Errors
/// The database fails.
pub async fn expert_own(app: &App, ctx: &Ctx) -> Outcome<Option<Expert>> {
    match &ctx.actor.account {
        Some(account) => store::expert::of_account(&app.db().read(), account).await,
        None => Ok(None),
    }
}

/// The cities whose experts the actor may enter, by code; `None` for all.
pub fn kept_cities(app: &App, ctx: &Ctx) -> Option<Vec<String>> {
    if office_of_city(app, &ctx.actor, None).is_ok() {
        return None;
    }
    Some(ctx.actor.cities.iter().map(ToString::to_string).collect())
}
