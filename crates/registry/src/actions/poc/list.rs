//! Lists of projects and of proof-of-concept centres.

use super::{Card, cards};
use crate::rules::organisation::{Kind, Organisation, State};
use crate::rules::poc::{CENTRE_SEGMENT, Project};
use crate::store;
use crate::store::poc::Position;
pub use crate::store::poc::{Facets, Filter, Honour};
use kernel::{Refusal, limits};
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};

/// Open projects named with a centre.
const PROJECTS_SHOWN: usize = 20;

/// A page of projects.
#[derive(Debug, Clone)]
pub struct Projects {
    /// Its items, the newest change first.
    pub items: Vec<Card>,
    /// Projects in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A page of open projects.
///
/// # Errors
/// `filter-values`, or a cursor that is not ours.
pub async fn poc_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Projects> {
    app.policies().require(ctx, "poc_list", &Resource::house())?;
    check(filter)?;
    let conn = app.db().read();
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(Position::parse(cursor).ok_or_else(cursor_refused)?),
    };
    let (mut found, total) = store::poc::list(&conn, filter, after.as_ref(), page.limit + 1).await?;
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| Position::of(last).cursor());
    let items = cards(&conn, found, |_, step| step.on_path()).await?;
    Ok(Projects { items, total, next })
}

/// How many open projects each value of each filter would give.
///
/// # Errors
/// `filter-values`.
pub async fn poc_facets(app: &App, ctx: &Ctx, filter: &Filter) -> Outcome<Facets> {
    app.policies().require(ctx, "poc_list", &Resource::house())?;
    check(filter)?;
    store::poc::facets(&app.db().read(), filter).await
}

fn check(filter: &Filter) -> Result<(), Refusal> {
    let values = [&filter.city, &filter.stage, &filter.segment, &filter.centre];
    let bad = |value: &&String| value.chars().count() > limits::TITLE_CHARS_MAX || value.chars().any(char::is_control);
    if values.iter().any(bad) {
        return Err(Refusal::invalid(
            "filter-values",
            "筛选条件太多或无效。请清除条件后重新选择。",
            "Too many or invalid filters. Clear them and choose again.",
        ));
    }
    Ok(())
}

/// Projects of the actor's organisations, and those that they look after as a centre, in any state.
///
/// # Errors
/// Nobody is signed in.
pub async fn poc_own(app: &App, ctx: &Ctx) -> Outcome<Vec<Card>> {
    app.policies().require(ctx, "member_own_list", &Resource::house())?;
    let conn = app.db().read();
    let mut found: Vec<Project> = Vec::new();
    for membership in &ctx.actor.memberships {
        let theirs = store::poc::of_organisation(&conn, &membership.organisation).await?;
        // Somebody of both the owner and the centre has the project once.
        let fresh: Vec<Project> =
            theirs.into_iter().filter(|project| found.iter().all(|p| p.id != project.id)).collect();
        found.extend(fresh);
    }
    found.sort_by(|a, b| b.updated_ms.cmp(&a.updated_ms).then_with(|| b.id.cmp(&a.id)));
    cards(&conn, found, |_, step| step.on_path()).await
}

/// Open projects that an organisation takes part in, for its page.
pub(crate) async fn of_party(app: &App, organisation: &str) -> Outcome<Vec<Card>> {
    let conn = app.db().read();
    let found = store::poc::of_party(&conn, organisation, PROJECTS_SHOWN).await?;
    cards(&conn, found, |_, step| step.on_path()).await
}

/// Why an organisation stands in the list of centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Its record says that it is one.
    Kind,
    /// It works in that segment of the chain.
    Segment,
    /// A project chose it.
    Chosen,
}

/// A proof-of-concept centre with what it looks after.
#[derive(Debug, Clone)]
pub struct Centre {
    /// The organisation.
    pub organisation: Organisation,
    /// Its segments.
    pub segments: Vec<String>,
    /// Why it is listed.
    pub basis: Basis,
    /// What sources say of it as a centre.
    pub honours: Vec<Honour>,
    /// Open projects that it looks after or takes part in, the newest change first.
    pub projects: Vec<Card>,
}

/// A page of centres.
#[derive(Debug, Clone)]
pub struct Centres {
    /// Its items, by name.
    pub items: Vec<Centre>,
    /// Centres in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A page of proof-of-concept centres: organisations of that kind or in that segment, and those that projects chose.
///
/// # Errors
/// A cursor that is not ours.
pub async fn poc_centre_list(app: &App, ctx: &Ctx, page: &Page) -> Outcome<Centres> {
    app.policies().require(ctx, "poc_list", &Resource::house())?;
    let conn = app.db().read();
    let only = store::organisation::Filter {
        ids: Some(store::poc::centre_ids(&conn).await?),
        ..store::organisation::Filter::default()
    };
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(store::organisation::position(&conn, cursor).await?.ok_or_else(cursor_refused)?),
    };
    let found = store::organisation::list(&conn, &only, after.as_ref(), page.limit).await?;
    let ids: Vec<String> = found.items.iter().map(|item| item.organisation.id.clone()).collect();
    let honours = store::poc::honours(&conn, &ids).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for item in found.items {
        let id = &item.organisation.id;
        let basis = match item.organisation.kind {
            Kind::PocCentre => Basis::Kind,
            _ if item.segments.iter().any(|segment| segment == CENTRE_SEGMENT) => Basis::Segment,
            _ => Basis::Chosen,
        };
        items.push(Centre {
            basis,
            honours: honours.iter().filter(|honour| honour.organisation == *id).cloned().collect(),
            projects: of_party(app, id).await?,
            organisation: item.organisation,
            segments: item.segments,
        });
    }
    Ok(Centres { items, total: found.total, next: found.next.map(|position| position.id) })
}

/// Centres that a form offers: open ones of the demo for the demo's organisations, others for the others.
pub(crate) async fn centre_choices(app: &App, demo: bool) -> Outcome<Vec<Organisation>> {
    let conn = app.db().read();
    let mut found = Vec::new();
    let ids = store::poc::centre_ids(&conn).await?;
    found.extend(store::organisation::by_ids(&conn, &ids).await?.into_iter().filter(|o| o.demo == demo));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Organisations that are named as centres, for the words of a filter.
pub(crate) async fn centre_names(app: &App, ids: &[String]) -> Outcome<Vec<Organisation>> {
    let mut found = store::organisation::by_ids(&app.db().read(), ids).await?;
    found.retain(|organisation| organisation.state == State::Listed && organisation.batch.is_none());
    Ok(found)
}
