//! Steps of a project: adding, proposing, changing, answering, completing one.

use super::{by, load, note, party, poc_resource};
use crate::actions::listing::acting_for;
use crate::actions::organisation::{load as organisation, resource, with_known};
use crate::corridor;
use crate::rules::organisation::Organisation;
use crate::rules::poc::{self as rules, Answer, Completion, Project, Step, StepDraft, StepState};
use crate::store;
use kernel::Refusal;
use platform::db::Txn;
use platform::policy::Resource;
use platform::{App, Ctx, Mandate, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// A step as policies see it.
pub(super) fn step_resource(step: &Step) -> Resource {
    Resource::new("PocStep", &step.id).with("author", step.entered_by.as_str())
}

/// Adds a step: what is done or planned by the project's own people, a proposal by anybody else.
///
/// # Errors
/// Not found, no mandate, and what [`rules::step`] refuses.
pub async fn poc_step_add(app: &App, ctx: &Ctx, id: &str, acting: Option<&str>, draft: StepDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), acting.map(str::to_owned), draft, platform::random::id());
    app.in_txn(ctx, "poc_step_add", input, |tx, (app, id, acting, draft, fresh)| {
        Box::pin(async move {
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
            saved(tx, step_kind(&step), project, &step).await
        })
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
    let mandated = |id: &&str| ctx.actor.member_of(id).is_some_and(|m| m.mandates.contains(&Mandate::Publish));
    let sides = [Some(project.organisation.as_str()), project.centre_agreed()];
    Ok(sides.into_iter().flatten().find(|id| mandated(id)).unwrap_or(&project.organisation).to_owned())
}

/// What an entry says about a step that came to where it stands.
fn step_kind(step: &Step) -> &'static str {
    match step.state {
        StepState::Done => "poc.step_done",
        StepState::Planned => "poc.step_planned",
        StepState::Proposed => "poc.step_proposed",
        StepState::Declined => "poc.step_declined",
    }
}

async fn saved(tx: &Txn, kind: &'static str, project: Project, step: &Step) -> Outcome<Done> {
    store::poc::save_step(tx, step).await?;
    let mut data =
        json!({ "stage": step.stage.code(), "city": step.city.map(|city| city.to_string()), "step": step.id });
    if !step.on_path() {
        data["proposal"] = json!(step.entered_by);
        data["reason"] = json!(step.reason.map(rules::Reason::code));
    }
    let mut next = project;
    if step.on_path() {
        // What is between two parties does not move the project in everybody's list.
        next.updated_ms = tx.ctx().now.ms();
    }
    store::poc::save(tx, &next).await?;
    let owner = organisation(tx, &next.organisation).await?;
    note(tx, kind, &next, &owner, data, step.on_path()).await
}

/// What is on the path is everybody's; a proposal is between the project's own people and whoever made it.
pub(super) fn visible_to(ctx: &Ctx, step: &Step) -> bool {
    step.on_path() || ctx.actor.member_of(&step.entered_by).is_some()
}

async fn step_of(tx: &Txn, project: &str, step: &str) -> Outcome<Step> {
    let found = store::poc::step_by_id(tx, step).await?.filter(|found| found.project == project);
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// Whoever entered or proposed a step changes it, as long as nobody else relies on it.
///
/// # Errors
/// Not found, `poc-state`, `poc-step-settled`, or the first field that breaks a rule.
pub async fn poc_step_edit(app: &App, ctx: &Ctx, id: &str, step: &str, draft: StepDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), step.to_owned(), draft);
    app.in_txn(ctx, "poc_step_edit", input, |tx, (app, id, step, draft)| {
        Box::pin(async move {
            let project = load(tx, id).await?;
            let target = poc_resource(&project);
            app.policies().require(tx.ctx(), "poc_view", &target)?;
            let old = step_of(tx, id, step).await?;
            if !app.policies().allows(tx.ctx(), "poc_step_add", &target) && !visible_to(tx.ctx(), &old) {
                return Err(Refusal::not_found().into());
            }
            app.policies().require(tx.ctx(), "poc_step_edit", &step_resource(&old))?;
            let author = organisation(tx, &old.entered_by).await?;
            let with = step_party(tx, &project, &author, project.kept_by(&author.id), draft).await?;
            let corridor = corridor::of(app);
            let next = with_known(&corridor, |known| {
                rules::revise(&project, &old, &placed(draft, with.as_ref()), &by(tx, &author), known)
            })?;
            saved(tx, "poc.step_edited", project, &next).await
        })
    })
    .await
}

/// The project's own people accept a proposal, or decline it and say why.
///
/// # Errors
/// Not found, `poc-state`, `poc-answered`, `decision-unknown`, `reason-needed`, `remark-needed`.
pub async fn poc_answer(app: &App, ctx: &Ctx, id: &str, step: &str, answer: Answer) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), step.to_owned(), answer);
    app.in_txn(ctx, "poc_answer", input, |tx, (app, id, step, answer)| {
        Box::pin(async move {
            let project = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_answer", &poc_resource(&project))?;
            let next = rules::answer(&project, &step_of(tx, id, step).await?, answer, tx.ctx().now.ms())?;
            saved(tx, step_kind(&next), project, &next).await
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
            saved(tx, step_kind(&next), project, &next).await
        })
    })
    .await
}
