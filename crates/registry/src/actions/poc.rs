//! Proof-of-concept projects: opening a dossier, its steps, proposals from other cities.

mod list;
mod view;

pub use list::{
    Basis, Centre, Centres, Facets, Filter, Honour, Projects, poc_centre_list, poc_facets, poc_list, poc_own,
};
pub(crate) use list::{centre_choices, centre_names, of_party};
pub use view::{View, poc_view};

use super::listing::acting_for;
use super::organisation::{Done, load as organisation, resource, with_known};
use crate::corridor;
use crate::rules::organisation::{Organisation, State};
use crate::rules::poc::{
    self as rules, By, Completion, Project, ProjectDraft, ProjectState, Step, StepDraft, StepState,
};
use crate::store;
use kernel::Refusal;
use platform::capability::DeskItem;
use platform::db::{Conn, Txn};
use platform::identity::idempotency::{Once, once};
use platform::journal::Entry;
use platform::policy::Resource;
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
    steps.chain(&card.project.centre).chain([&card.project.organisation]).cloned()
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
                if !store::poc::is_centre(tx, centre).await? {
                    return Err(no_centre().into());
                }
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

fn no_centre() -> Refusal {
    Refusal::invalid(
        "poc-centre",
        "这家机构不是概念验证中心。请从概念验证中心列表中选择，或留空。",
        "This organisation is no proof-of-concept centre. Choose one from the list of centres, or leave it empty.",
    )
    .at("centre")
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
            if project.demo != actor.demo {
                return Err(other_world().into());
            }
            let with = step_party(tx, &project, &actor, own, draft).await?;
            let steps = store::poc::steps(tx, id).await?;
            let corridor = corridor::of(app);
            let step = with_known(&corridor, |known| {
                rules::step(fresh, &project, &steps, &placed(draft, with.as_ref()), &by(tx, &actor), known)
            })?;
            store::poc::save_step(tx, &step).await?;
            saved(tx, project, &step).await
        }))
    })
    .await
}

fn other_world() -> Refusal {
    Refusal::new(
        kernel::RefusalKind::Forbidden,
        "poc-demo",
        "演示项目只接受名称以“示例”开头的单位，其他项目不接受它们。请选择另一个项目。",
        "A project of the demo takes examples only, and other projects take none of them. Choose another project.",
    )
}

/// With whom a step is taken: whoever its own people name, or the proposer himself.
async fn step_party(
    tx: &Txn,
    project: &Project,
    actor: &Organisation,
    own: bool,
    draft: &StepDraft,
) -> Outcome<Option<Organisation>> {
    let named = draft.organisation.trim();
    if named.is_empty() {
        return Ok((!own).then(|| actor.clone()));
    }
    let found = party(tx, named, project.demo, "organisation").await?;
    if !own && found.id != actor.id {
        let refusal = Refusal::invalid(
            "poc-propose-own",
            "建议只能以本单位承担的步骤提出。请留空，或填写本单位。",
            "You can only propose a step that your own organisation takes. Leave this empty, or enter your organisation.",
        );
        return Err(refusal.at("organisation").into());
    }
    Ok(Some(found))
}

/// A step without a city lies where the organisation is that takes it.
fn placed(draft: &StepDraft, with: Option<&Organisation>) -> StepDraft {
    let mut draft = draft.clone();
    draft.organisation = with.map(|organisation| organisation.id.clone()).unwrap_or_default();
    if let (true, Some(city)) = (draft.city.trim().is_empty(), with.and_then(|organisation| organisation.city)) {
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
    if !step.on_path() {
        data["proposal"] = json!(step.entered_by);
    }
    let mut next = project;
    if step.on_path() {
        // What is between two parties does not move the project in everybody's list.
        next.updated_ms = tx.ctx().now.ms();
    }
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
/// Not found, `poc-state`, `poc-answered`, `decision-unknown`.
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
            let next = rules::answer(&project, &step_of(tx, id, step).await?, *accept)?;
            store::poc::save_step(tx, &next).await?;
            saved(tx, project, &next).await
        })
    })
    .await
}

/// A planned step has happened.
///
/// # Errors
/// Not found, `poc-state`, `poc-not-planned`, `poc-day`, `poc-evidence`, `poc-city`.
pub async fn poc_step_complete(app: &App, ctx: &Ctx, id: &str, step: &str, typed: Completion) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), step.to_owned(), typed);
    app.in_txn(ctx, "poc_step_complete", input, |tx, (app, id, step, typed)| {
        Box::pin(async move {
            let project = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_step_add", &poc_resource(&project))?;
            let (step, now_ms) = (step_of(tx, id, step).await?, tx.ctx().now.ms());
            let corridor = corridor::of(app);
            let next = with_known(&corridor, |known| rules::complete(&project, &step, typed, now_ms, known))?;
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
