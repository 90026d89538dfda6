//! Proof-of-concept projects: opening a dossier, its steps, proposals from other cities.

mod centre;
mod list;
mod step;
mod view;

pub use centre::{poc_centre_answer, poc_centre_ask};
pub use list::{
    Basis, Centre, Centres, Facets, Filter, Honour, Projects, poc_centre_list, poc_facets, poc_list, poc_own,
};
pub(crate) use list::{centre_choices, centre_names, of_party};
pub use step::{poc_answer, poc_step_add, poc_step_complete, poc_step_edit};
pub use view::{View, poc_view};

use super::listing::acting_for;
use super::organisation::{load as organisation, resource, with_known};
use crate::corridor;
use crate::rules::organisation::{Organisation, State};
use crate::rules::poc::{self as rules, By, Project, ProjectDraft, ProjectState, Step};
use crate::store;
use kernel::Refusal;
use platform::capability::DeskItem;
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Mandate, Outcome};
use rooms::actions::Done;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// How long a no stays on the desk of whoever asked.
const NEWS_DAYS: i64 = 14;

/// A project as policies see it: `centre` has agreed, `asked` waits, `named` is either, or one that has declined.
pub fn poc_resource(project: &Project) -> Resource {
    let resource = Resource::new("PocProject", &project.id)
        .with("organisation", project.organisation.as_str())
        .with("state", project.state.code());
    let named = project.centre.as_ref().map(|centre| centre.organisation.as_str());
    resource
        .with_some("centre", project.centre_agreed())
        .with_some("asked", project.centre_asked())
        .with_some("named", named)
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

/// Projects with those of their steps that the reader may see, and the organisations that occur in them.
async fn cards(conn: &Conn, projects: Vec<Project>, visible: impl Fn(&Project, &Step) -> bool) -> Outcome<Vec<Card>> {
    let ids: Vec<String> = projects.iter().map(|project| project.id.clone()).collect();
    let mut steps: HashMap<String, Vec<Step>> = HashMap::new();
    for step in store::poc::steps_of(conn, &ids).await? {
        steps.entry(step.project.clone()).or_default().push(step);
    }
    let card = |project: Project| {
        let mut steps = steps.remove(&project.id).unwrap_or_default();
        steps.retain(|step| visible(&project, step));
        Card { project, steps, organisations: HashMap::new() }
    };
    let mut cards: Vec<Card> = projects.into_iter().map(card).collect();
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
    let centre = card.project.centre.as_ref().map(|centre| &centre.organisation);
    steps.chain(centre).chain([&card.project.organisation]).cloned()
}

async fn load(conn: &Conn, id: &str) -> Outcome<Project> {
    Ok(store::poc::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// Begins a project for one of the actor's organisations.
#[derive(Debug, Clone)]
pub struct Create {
    /// For which organisation; none when the actor has exactly one.
    pub organisation: Option<String>,
    /// What it is.
    pub draft: ProjectDraft,
}

/// Begins a project as a draft. The centre it names is asked.
///
/// # Errors
/// No mandate, `poc-centre`, or the first field that breaks a rule.
pub async fn poc_create(app: &App, ctx: &Ctx, command: Create) -> Outcome<Done> {
    let owner = acting_for(ctx, command.organisation.as_deref())?;
    let input = (app.clone(), owner, command, platform::random::id());
    app.in_txn(ctx, "poc_create", input, |tx, (app, owner, command, id)| {
        Box::pin(async move {
            let owner = organisation(tx, owner).await?;
            app.policies().require(tx.ctx(), "poc_create", &resource(app, &owner))?;
            let by = by(tx, &owner);
            let corridor = corridor::of(app);
            let mut draft = command.draft.clone();
            if !draft.centre.trim().is_empty() {
                draft.centre = centre::check(tx, draft.centre.trim(), by.demo).await?;
            }
            let project = with_known(&corridor, |known| rules::create(id, &owner.id, &draft, &by, known))?;
            store::poc::save(tx, &project).await?;
            note(tx, "poc.created", &project, &owner, json!({ "centre": project.centre_asked() }), false).await
        })
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

/// An organisation that a project names, by id or by its full name. It must be open to everybody; in the demo only
/// examples take part, elsewhere none of them.
async fn party(tx: &Txn, named: &str, demo: bool, field: &'static str) -> Outcome<Organisation> {
    let by_name = match store::organisation::by_id(tx, named).await? {
        Some(found) => vec![found.id],
        None => store::poc::listed_by_name(tx, named, demo).await?,
    };
    if let [id] = by_name.as_slice() {
        let found = organisation(tx, id).await?;
        if found.state == State::Listed && found.batch.is_none() && found.demo == demo {
            return Ok(found);
        }
    }
    let refusal = if by_name.len() > 1 {
        Refusal::invalid(
            "poc-organisation-several",
            "有几家机构都叫这个名称。请打开要选的机构的页面，填写地址中的编号。",
            "Several organisations have this name. Open the page of the one you mean and enter the id in its address.",
        )
    } else {
        Refusal::invalid(
            "poc-organisation",
            "没有这家机构，或它不能参加本项目。请填写机构列表中的全称。",
            "There is no such organisation, or it cannot take part here. Enter its full name as the list of organisations has it.",
        )
    };
    Err(refusal.at(field).into())
}

/// `open` says whether the entry is for everybody once the project is; what is between two parties is not.
async fn note(
    tx: &Txn,
    kind: &'static str,
    project: &Project,
    owner: &Organisation,
    mut data: serde_json::Value,
    open: bool,
) -> Outcome<Done> {
    data["organisation"] = json!(owner.id);
    let mut entry = Entry::new(kind, "poc_project", &project.id).city(owner.city).demo(project.demo);
    if project.state != ProjectState::Draft && open {
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
            note(tx, "poc.published", &next, &owner, json!({}), true).await
        })
    })
    .await
}

/// Brings a project to an end; its page stays.
///
/// # Errors
/// Not found, `poc-state`, `poc-proposals-open`.
pub async fn poc_close(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "poc_close", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_close", &poc_resource(&old))?;
            let steps = store::poc::steps(tx, id).await?;
            let next = rules::close(&old, &steps, tx.ctx().now.ms())?;
            store::poc::save(tx, &next).await?;
            let owner = organisation(tx, &next.organisation).await?;
            note(tx, "poc.closed", &next, &owner, json!({}), true).await
        })
    })
    .await
}

/// What waits for the actor's organisations: proposals, and projects that ask for their centre; and what they were
/// refused lately.
pub async fn desk(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    let publishes = |m: &&platform::Membership| m.mandates.contains(&Mandate::Publish);
    let mine: Vec<String> = ctx.actor.memberships.iter().filter(publishes).map(|m| m.organisation.clone()).collect();
    let conn = app.db().read();
    let news_ms = ctx.now.plus_days(-NEWS_DAYS).ms();
    let mut items = Vec::new();
    for (step, project) in store::poc::proposals(&conn, &mine).await? {
        items.push(item("desk-poc-proposal", project, step.created_ms));
    }
    for (step, project) in store::poc::declined(&conn, &mine, news_ms).await? {
        items.push(item("desk-poc-declined", project, step.answered_ms.unwrap_or(step.created_ms)));
    }
    let of_centre = |kind: &'static str, project: Project| {
        let since_ms = project.centre.as_ref().map_or(project.updated_ms, |centre| centre.since_ms);
        item(kind, project, since_ms)
    };
    let asked = store::poc::asked(&conn, &mine).await?;
    items.extend(asked.into_iter().map(|project| of_centre("desk-poc-centre", project)));
    let refused = store::poc::refused(&conn, &mine, news_ms).await?;
    items.extend(refused.into_iter().map(|project| of_centre("desk-poc-centre-declined", project)));
    Ok(items)
}

fn item(kind: &'static str, project: Project, since_ms: i64) -> DeskItem {
    DeskItem {
        kind,
        title: project.title,
        href: format!("/poc/{}", project.id),
        since_ms,
        due_ms: None,
        demo: project.demo,
    }
}
