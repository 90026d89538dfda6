//! Proof-of-concept projects: opening a dossier, its steps, proposals from other cities.

use super::listing::acting_for;
use super::organisation::{Done, load as organisation, resource, with_known};
use crate::corridor;
use crate::rules::organisation::{Organisation, State};
use crate::rules::poc::{self as rules, By, Project, ProjectDraft, ProjectState, Step, StepDraft, StepState};
use crate::store;
pub use crate::store::poc::Filter;
use crate::store::poc::Position;
use kernel::Refusal;
use platform::capability::DeskItem;
use platform::db::{Conn, Txn};
use platform::identity::idempotency::{Once, once};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Mandate, Outcome};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// A project as policies see it.
pub fn poc_resource(project: &Project) -> Resource {
    let resource = Resource::new("PocProject", &project.id)
        .with("organisation", project.organisation.as_str())
        .with("state", project.state.code());
    match &project.centre {
        Some(centre) => resource.with("centre", centre.as_str()),
        None => resource,
    }
}

/// A project with its path and the organisations it names.
#[derive(Debug, Clone)]
pub struct Card {
    /// The project.
    pub project: Project,
    /// Its steps, the oldest entry first; proposals only for those who may see them.
    pub steps: Vec<Step>,
    /// Names of the organisations that occur, by id.
    pub organisations: HashMap<String, Organisation>,
}

async fn cards(conn: &Conn, projects: Vec<Project>) -> Outcome<Vec<Card>> {
    let mut cards = Vec::with_capacity(projects.len());
    for project in projects {
        let steps = store::poc::steps(conn, &project.id).await?;
        cards.push(Card { project, steps, organisations: HashMap::new() });
    }
    let ids: BTreeSet<String> = cards.iter().flat_map(named).collect();
    let found = store::organisation::by_ids(conn, &ids.into_iter().collect::<Vec<_>>()).await?;
    for card in &mut cards {
        let ids: BTreeSet<String> = named(card).collect();
        card.organisations = found.iter().filter(|o| ids.contains(&o.id)).map(|o| (o.id.clone(), o.clone())).collect();
    }
    Ok(cards)
}

fn named(card: &Card) -> impl Iterator<Item = String> + '_ {
    let steps = card.steps.iter().flat_map(|step| step.organisation.iter().chain([&step.entered_by]));
    steps.chain(&card.project.centre).chain([&card.project.organisation]).cloned()
}

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
/// A cursor that is not ours.
pub async fn poc_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Projects> {
    app.policies().require(ctx, "poc_list", &Resource::house())?;
    let conn = app.db().read();
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => {
            let last = store::poc::by_id(&conn, cursor).await?.ok_or_else(cursor_refused)?;
            Some(Position { updated_ms: last.updated_ms, id: last.id })
        }
    };
    let (mut found, total) = store::poc::list(&conn, filter, after.as_ref(), page.limit + 1).await?;
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    let mut items = cards(&conn, found).await?;
    for card in &mut items {
        card.steps.retain(public);
    }
    Ok(Projects { items, total, next })
}

fn public(step: &Step) -> bool {
    matches!(step.state, StepState::Done | StepState::Planned)
}

/// A project with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The project, its steps and its organisations.
    pub card: Card,
    /// The reader may add steps for its own people.
    pub may_add: bool,
    /// The reader may answer proposals.
    pub may_answer: bool,
    /// The reader may open it to everybody.
    pub may_publish: bool,
    /// The reader may bring it to an end.
    pub may_close: bool,
    /// The reader may propose the next step in the name of one of his organisations.
    pub may_propose: bool,
}

async fn load(conn: &Conn, id: &str) -> Outcome<Project> {
    Ok(store::poc::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One project. Proposals are seen by its own people and by whoever made them.
///
/// # Errors
/// Not found.
pub async fn poc_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let project = load(&conn, id).await?;
    let target = poc_resource(&project);
    app.policies().require(ctx, "poc_view", &target)?;
    let may = |action: &str| app.policies().allows(ctx, action, &target);
    let state = project.state;
    let own = may("poc_step_add");
    let publishes = |m: &platform::Membership| m.mandates.contains(&Mandate::Publish);
    let mut card = cards(&conn, vec![project]).await?.pop().ok_or_else(Refusal::not_found)?;
    card.steps.retain(|step| own || public(step) || ctx.actor.member_of(&step.entered_by).is_some());
    Ok(View {
        card,
        may_add: own && state != ProjectState::Closed,
        may_answer: state == ProjectState::Published && may("poc_answer"),
        may_publish: state == ProjectState::Draft && may("poc_publish"),
        may_close: state == ProjectState::Published && may("poc_close"),
        may_propose: state == ProjectState::Published && !own && ctx.actor.memberships.iter().any(publishes),
    })
}

/// Projects of the actor's organisations, in any state.
///
/// # Errors
/// Nobody is signed in.
pub async fn poc_own(app: &App, ctx: &Ctx) -> Outcome<Vec<Card>> {
    app.policies().require(ctx, "member_own_list", &Resource::house())?;
    let conn = app.db().read();
    let mut found = Vec::new();
    for membership in &ctx.actor.memberships {
        found.extend(store::poc::of_organisation(&conn, &membership.organisation).await?);
    }
    cards(&conn, found).await
}

/// Begins a project for one of the actor's organisations.
#[derive(Debug, Clone)]
pub struct Create {
    /// For which organisation; none when the actor has exactly one.
    pub organisation: Option<String>,
    /// What it is.
    pub draft: ProjectDraft,
    /// The key of the request, if it has one.
    pub once: Option<Once>,
}

/// Begins a project as a draft.
///
/// # Errors
/// No mandate, `poc-centre`, or the first field that breaks a rule.
pub async fn poc_create(app: &App, ctx: &Ctx, command: Create) -> Outcome<Done> {
    let owner = acting_for(ctx, command.organisation.as_deref())?;
    let input = (app.clone(), owner, command, platform::random::id());
    app.in_txn(ctx, "poc_create", input, |tx, (app, owner, command, id)| {
        Box::pin(once(tx, &command.once, async move {
            let owner = organisation(tx, owner).await?;
            app.policies().require(tx.ctx(), "poc_create", &resource(app, &owner))?;
            let by = by(tx, &owner);
            let corridor = corridor::of(app);
            let project = with_known(&corridor, |known| rules::create(id, &owner.id, &command.draft, &by, known))?;
            if let Some(centre) = &project.centre {
                party(tx, centre, project.demo, "centre").await?;
            }
            store::poc::save(tx, &project).await?;
            note(tx, "poc.created", &project, &owner, json!({})).await
        }))
    })
    .await
}

fn by<'a>(tx: &'a Txn, organisation: &'a Organisation) -> By<'a> {
    By {
        account: tx.ctx().actor.id(),
        organisation: &organisation.id,
        demo: organisation.demo || tx.ctx().actor.demo,
        now_ms: tx.ctx().now.ms(),
    }
}

/// An organisation that a project names must be listed; in the demo only examples take part.
async fn party(tx: &Txn, id: &str, demo: bool, field: &'static str) -> Outcome<()> {
    let found = store::organisation::by_id(tx, id).await?.filter(|o| o.state == State::Listed);
    match found {
        Some(found) if found.demo == demo => Ok(()),
        _ => Err(Refusal::invalid(
            "poc-organisation",
            "没有这家机构，或它不能参加本项目。请从列表中选择。",
            "There is no such organisation, or it cannot take part here. Choose from the list.",
        )
        .at(field)
        .into()),
    }
}

async fn note(
    tx: &Txn,
    kind: &'static str,
    project: &Project,
    owner: &Organisation,
    mut data: serde_json::Value,
) -> Outcome<Done> {
    data["organisation"] = json!(owner.id);
    let mut entry = Entry::new(kind, "poc_project", &project.id).city(owner.city).demo(project.demo);
    if project.state != ProjectState::Draft && data.get("proposal").is_none() {
        data["title"] = json!(project.title);
        entry = entry.public();
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &project.id, entry))
}

/// Opens a draft to everybody.
///
/// # Errors
/// Not found, `poc-state`, `poc-first-step`.
pub async fn poc_publish(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "poc_publish", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_publish", &poc_resource(&old))?;
            let steps = store::poc::steps(tx, id).await?;
            let next = rules::publish(&old, &steps, tx.ctx().now.ms())?;
            store::poc::save(tx, &next).await?;
            let owner = organisation(tx, &next.organisation).await?;
            note(tx, "poc.published", &next, &owner, json!({})).await
        })
    })
    .await
}

/// Brings a project to an end; its page stays.
///
/// # Errors
/// Not found, `poc-state`.
pub async fn poc_close(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "poc_close", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_close", &poc_resource(&old))?;
            let next = rules::close(&old, tx.ctx().now.ms())?;
            store::poc::save(tx, &next).await?;
            let owner = organisation(tx, &next.organisation).await?;
            note(tx, "poc.closed", &next, &owner, json!({})).await
        })
    })
    .await
}

/// Adds a step: what is done or planned by the project's own people, a proposal by anybody else.
///
/// # Errors
/// Not found, no mandate, and what [`rules::step`] refuses.
pub async fn poc_step_add(
    app: &App,
    ctx: &Ctx,
    id: &str,
    acting: Option<&str>,
    draft: StepDraft,
    key: Option<Once>,
) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), acting.map(str::to_owned), draft, key, platform::random::id());
    app.in_txn(ctx, "poc_step_add", input, |tx, (app, id, acting, draft, key, fresh)| {
        Box::pin(once(tx, key, async move {
            let project = load(tx, id).await?;
            let target = poc_resource(&project);
            app.policies().require(tx.ctx(), "poc_view", &target)?;
            let own = app.policies().allows(tx.ctx(), "poc_step_add", &target);
            let acting = acting_in(tx.ctx(), &project, own, acting.as_deref())?;
            let actor = organisation(tx, &acting).await?;
            if !own {
                app.policies().require(tx.ctx(), "poc_propose", &resource(app, &actor))?;
            }
            let steps = store::poc::steps(tx, id).await?;
            let corridor = corridor::of(app);
            let mut step = with_known(&corridor, |known| {
                rules::step(fresh, &project, &steps, &placed(draft, &actor), &by(tx, &actor), known)
            })?;
            if let Some(with) = &step.organisation {
                party(tx, with, project.demo, "organisation").await?;
            } else if !own {
                step.organisation = Some(actor.id.clone());
            }
            if project.demo != actor.demo {
                return Err(Refusal::forbidden().into());
            }
            store::poc::save_step(tx, &step).await?;
            saved(tx, project, &step).await
        }))
    })
    .await
}

/// A proposal without a city means the proposer's own.
fn placed(draft: &StepDraft, actor: &Organisation) -> StepDraft {
    let mut draft = draft.clone();
    if let (true, false, Some(city)) = (draft.city.trim().is_empty(), draft.done, actor.city) {
        draft.city = city.to_string();
    }
    draft
}

/// For whom the actor acts: the project's own side when he belongs to it, else one of his organisations.
fn acting_in(ctx: &Ctx, project: &Project, own: bool, named: Option<&str>) -> Result<String, Refusal> {
    if !own {
        return acting_for(ctx, named);
    }
    let mandated = |id: &String| ctx.actor.member_of(id).is_some_and(|m| m.mandates.contains(&Mandate::Publish));
    let sides = [Some(&project.organisation), project.centre.as_ref()];
    Ok(sides.into_iter().flatten().find(|id| mandated(id)).unwrap_or(&project.organisation).clone())
}

async fn saved(tx: &Txn, project: Project, step: &Step) -> Outcome<Done> {
    let kind = match step.state {
        StepState::Done => "poc.step_done",
        StepState::Planned => "poc.step_planned",
        StepState::Proposed => "poc.step_proposed",
        StepState::Declined => "poc.step_declined",
    };
    let mut data =
        json!({ "stage": step.stage.code(), "city": step.city.map(|city| city.to_string()), "step": step.id });
    if !public(step) {
        data["proposal"] = json!(step.entered_by);
    }
    let next = Project { updated_ms: tx.ctx().now.ms(), ..project };
    store::poc::save(tx, &next).await?;
    let owner = organisation(tx, &next.organisation).await?;
    note(tx, kind, &next, &owner, data).await
}

async fn step_of(tx: &Txn, project: &str, step: &str) -> Outcome<Step> {
    let found = store::poc::step_by_id(tx, step).await?.filter(|found| found.project == project);
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// The project's own people accept or decline a proposal.
///
/// # Errors
/// Not found, `poc-answered`, `decision-unknown`.
pub async fn poc_answer(app: &App, ctx: &Ctx, id: &str, step: &str, decision: &str) -> Outcome<Done> {
    let accept = match decision {
        "accept" => true,
        "decline" => false,
        _ => {
            let refusal =
                Refusal::invalid("decision-unknown", "请选择“采纳”或“不采纳”。", "Choose “accept” or “decline”.");
            return Err(refusal.at("decision").into());
        }
    };
    let input = (app.clone(), id.to_owned(), step.to_owned(), accept);
    app.in_txn(ctx, "poc_answer", input, |tx, (app, id, step, accept)| {
        Box::pin(async move {
            let project = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_answer", &poc_resource(&project))?;
            let next = rules::answer(&step_of(tx, id, step).await?, *accept)?;
            store::poc::save_step(tx, &next).await?;
            saved(tx, project, &next).await
        })
    })
    .await
}

/// A planned step has happened.
///
/// # Errors
/// Not found, `poc-not-planned`, `poc-day`, `poc-evidence`, `poc-city`.
pub async fn poc_step_complete(app: &App, ctx: &Ctx, id: &str, step: &str, on: &str, evidence: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), step.to_owned(), on.to_owned(), evidence.to_owned());
    app.in_txn(ctx, "poc_step_complete", input, |tx, (app, id, step, on, evidence)| {
        Box::pin(async move {
            let project = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_step_add", &poc_resource(&project))?;
            let next = rules::complete(&step_of(tx, id, step).await?, on, evidence, tx.ctx().now.ms())?;
            store::poc::save_step(tx, &next).await?;
            saved(tx, project, &next).await
        })
    })
    .await
}

/// Proposals that wait for the actor's organisations.
pub async fn desk(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    let publishes = |m: &&platform::Membership| m.mandates.contains(&Mandate::Publish);
    let organisations: Vec<String> =
        ctx.actor.memberships.iter().filter(publishes).map(|m| m.organisation.clone()).collect();
    let waiting = store::poc::proposals(&app.db().read(), &organisations).await?;
    let item = |(step, project): (Step, Project)| DeskItem {
        kind: "desk-poc-proposal",
        title: project.title,
        href: format!("/poc/{}", project.id),
        since_ms: step.created_ms,
        due_ms: None,
        demo: project.demo,
    };
    Ok(waiting.into_iter().map(item).collect())
}
