//! Expert workstations: proposing, agreeing, recognising, projects, ending.

mod view;

pub use crate::store::workstation::{Facets, Filter};
pub use view::{
    CHOICES_MAX, Card, Choices, Seat, View, Workstations, desk, workstation_choices, workstation_list,
    workstation_list_of, workstation_office_list, workstation_view,
};

use super::expert::expert_resource;
use super::organisation::{load as organisation, office_of, resource};
use crate::corridor;
use crate::rules::decision::{DecisionCommand, DeclineCommand, clock};
use crate::rules::expert::{Expert, ExpertState};
use crate::rules::organisation::Organisation;
use crate::rules::workstation::{
    self as rules, PROJECTS_MAX, Place, Project, ProjectDraft, WORKSTATION_WORKDAYS, Workstation, WorkstationDraft,
    WorkstationState,
};
use crate::store;
use kernel::Refusal;
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// A workstation as policies see it.
pub fn workstation_resource(workstation: &Workstation) -> Resource {
    Resource::new("Workstation", &workstation.id)
        .with("organisation", workstation.organisation.as_str())
        .with("office", workstation.office.as_str())
        .with("state", workstation.state.code())
}

/// The same with whom it asks: what decides who may read a proposal.
fn resource_with(workstation: &Workstation, experts: &[Expert]) -> Resource {
    let listed = || experts.iter().filter(|expert| expert.state == ExpertState::Listed);
    let accounts: Vec<String> = listed().filter_map(|expert| expert.account.clone()).collect();
    let keepers: Vec<String> = listed().filter_map(|expert| expert.office.clone()).collect();
    workstation_resource(workstation).with("asked", accounts).with("keepers", keepers)
}

async fn load(conn: &Conn, id: &str) -> Outcome<Workstation> {
    Ok(store::workstation::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// Proposes a workstation for an enterprise. Its experts are asked, the office has [`WORKSTATION_WORKDAYS`] working days.
///
/// # Errors
/// No mandate, `workstation-experts`, or the first field that breaks a rule.
pub async fn workstation_propose(app: &App, ctx: &Ctx, owner: &str, draft: WorkstationDraft) -> Outcome<Done> {
    let input = (app.clone(), owner.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "workstation_propose", input, |tx, (app, owner, draft, id)| {
        Box::pin(async move {
            let owner = organisation(tx, owner).await?;
            app.policies().require(tx.ctx(), "workstation_propose", &resource(app, &owner))?;
            let office = office_of(app, &owner).to_string();
            let due = clock(&corridor::of(app).calendar, tx.ctx().now, WORKSTATION_WORKDAYS);
            let place = Place {
                organisation: &owner.id,
                office: &office,
                due,
                demo: owner.demo,
                account: tx.ctx().actor.id(),
                now_ms: tx.ctx().now.ms(),
            };
            let mut draft = draft.clone();
            draft.experts.sort();
            draft.experts.dedup();
            let workstation = rules::propose(id, &draft, place)?;
            let found = store::expert::by_ids(tx, &draft.experts).await?;
            let listed = |id: &String| {
                found.iter().any(|e| e.id == *id && e.state == ExpertState::Listed && e.demo == owner.demo)
            };
            if !draft.experts.iter().all(listed) {
                return Err(experts_unknown().into());
            }
            store::workstation::save(tx, &workstation).await?;
            store::workstation::ask(tx, &workstation.id, &draft.experts).await?;
            note(tx, "workstation.proposed", &workstation, &owner, json!({ "experts": draft.experts.len() })).await
        })
    })
    .await
}

fn experts_unknown() -> Refusal {
    Refusal::invalid(
        "workstation-experts",
        "所选专家中有人不在专家名单内，请重新选择。",
        "Somebody you chose is not in the list of experts; choose again.",
    )
    .at("experts")
}

async fn note(
    tx: &Txn,
    kind: &'static str,
    workstation: &Workstation,
    owner: &Organisation,
    mut data: serde_json::Value,
) -> Outcome<Done> {
    data["organisation"] = json!(owner.id);
    let mut entry = Entry::new(kind, "workstation", &workstation.id).city(owner.city).demo(workstation.demo);
    // What an expert answers is for the expert and the enterprise: the name may not be open.
    let open = matches!(workstation.state, WorkstationState::Listed | WorkstationState::Ended);
    if open && !matches!(kind, "workstation.joined" | "workstation.left") {
        data["name"] = json!(workstation.name);
        entry = entry.public();
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &workstation.id, entry))
}

/// What an expert answers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reply {
    Join,
    Leave(DeclineCommand),
}

/// An expert agrees to take part; for one without an account the office that keeps the record does.
///
/// # Errors
/// Not found, `workstation-joined`, `workstation-over`.
pub async fn workstation_join(app: &App, ctx: &Ctx, id: &str, expert: &str) -> Outcome<Done> {
    answer(app, ctx, id, expert, Reply::Join).await
}

/// An expert says no, or leaves again, and says why; the enterprise is shown it.
///
/// # Errors
/// Not found, `workstation-left`, `workstation-over`, `reason-needed`, `remark-needed`.
pub async fn workstation_leave(app: &App, ctx: &Ctx, id: &str, expert: &str, why: DeclineCommand) -> Outcome<Done> {
    answer(app, ctx, id, expert, Reply::Leave(why)).await
}

async fn answer(app: &App, ctx: &Ctx, id: &str, expert: &str, reply: Reply) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), expert.to_owned(), reply);
    app.in_txn(ctx, "workstation_answer", input, |tx, (app, id, expert, reply)| {
        Box::pin(async move {
            let workstation = load(tx, id).await?;
            let expert = store::expert::by_id(tx, expert).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "expert_join", &expert_resource(&expert))?;
            let open = matches!(workstation.state, WorkstationState::Proposed | WorkstationState::Listed);
            if !open || expert.state != ExpertState::Listed {
                return Err(over().into());
            }
            let now = tx.ctx().now.ms();
            let mut data = json!({ "expert": expert.id });
            let (kind, done) = match reply {
                Reply::Join => ("workstation.joined", store::workstation::join(tx, id, &expert.id, now).await?),
                Reply::Leave(typed) => {
                    let parts = store::workstation::parts(tx, id).await?;
                    let here = parts.iter().find(|part| part.expert == expert.id && part.left_ms.is_none());
                    let part = here.ok_or_else(|| answered(reply))?;
                    let why = rules::part(typed, part.joined_ms.is_some())?;
                    data["reason"] = json!(why.reason.map(rules::Parting::code));
                    ("workstation.left", store::workstation::leave(tx, id, &expert.id, &why, now).await?)
                }
            };
            if !done {
                return Err(answered(reply).into());
            }
            let owner = organisation(tx, &workstation.organisation).await?;
            note(tx, kind, &workstation, &owner, data).await
        })
    })
    .await
}

fn over() -> Refusal {
    Refusal::conflict(
        "workstation-over",
        "工作站未通过认定或已撤站，或专家信息已撤下，无需再答复。",
        "The workstation was refused or has ended, or the expert was taken out; there is nothing to answer any more.",
    )
}

fn answered(reply: &Reply) -> Refusal {
    match reply {
        Reply::Join => Refusal::conflict(
            "workstation-joined",
            "没有待答复的进站邀请，可能已经答复过。请刷新后查看。",
            "There is no such request to answer; it may have been answered already. Refresh to see.",
        ),
        Reply::Leave(_) => Refusal::conflict(
            "workstation-left",
            "该专家不在此工作站，可能已经退出。请刷新后查看。",
            "This expert is not in the workstation and may have left already. Refresh to see.",
        ),
    }
}

/// How many experts have agreed and are still there.
async fn joined(conn: &Conn, id: &str) -> Outcome<usize> {
    let mut parts = store::workstation::parts(conn, id).await?;
    parts.retain(|part| part.joined_ms.is_some() && part.left_ms.is_none());
    let ids: Vec<String> = parts.into_iter().map(|part| part.expert).collect();
    let experts = store::expert::by_ids(conn, &ids).await?;
    Ok(experts.iter().filter(|expert| expert.state == ExpertState::Listed).count())
}

/// The city office recognises a workstation or says why not.
///
/// # Errors
/// Not found, `workstation-decided`, `four-eyes`, `experts-missing`, `reason-needed`, `remark-needed`, `decision-unknown`.
pub async fn workstation_decide(app: &App, ctx: &Ctx, id: &str, command: DecisionCommand) -> Outcome<Done> {
    app.in_txn(ctx, "workstation_decide", (app.clone(), id.to_owned(), command), |tx, (app, id, command)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "workstation_decide", &workstation_resource(&old))?;
            let joined = joined(tx, id).await?;
            let actor = &tx.ctx().actor;
            let party = actor.member_of(&old.organisation).is_some();
            let next = rules::decide(&old, command, joined, actor.id(), party, tx.ctx().now.ms())?;
            store::workstation::save(tx, &next).await?;
            let owner = organisation(tx, &next.organisation).await?;
            let kind = match next.state {
                WorkstationState::Listed => "workstation.recognised",
                _ => "workstation.refused",
            };
            note(tx, kind, &next, &owner, json!({ "reason": next.reason.map(rules::Reason::code) })).await
        })
    })
    .await
}

/// Brings a workstation to an end; its page stays.
///
/// # Errors
/// Not found, `workstation-not-listed`.
pub async fn workstation_end(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "workstation_end", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "workstation_end", &workstation_resource(&old))?;
            let next = rules::end(&old, tx.ctx().now.ms())?;
            store::workstation::save(tx, &next).await?;
            let owner = organisation(tx, &next.organisation).await?;
            note(tx, "workstation.ended", &next, &owner, json!({})).await
        })
    })
    .await
}

/// Adds a project.
///
/// # Errors
/// Not found, `workstation-not-listed`, `projects-many`, or the first field that breaks a rule.
pub async fn workstation_project_add(app: &App, ctx: &Ctx, id: &str, draft: ProjectDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "workstation_project_add", input, |tx, (app, id, draft, fresh)| {
        Box::pin(async move {
            let workstation = load(tx, id).await?;
            app.policies().require(tx.ctx(), "workstation_project_add", &workstation_resource(&workstation))?;
            let (count, _) = store::workstation::project_sums(tx, id).await?;
            if count >= PROJECTS_MAX as i64 {
                return Err(many().into());
            }
            let project = rules::project(fresh, &workstation, draft, tx.ctx().now.ms())?;
            keep(tx, "workstation.project_added", workstation, &project).await
        })
    })
    .await
}

/// Changes a project.
///
/// # Errors
/// Not found, `workstation-not-listed`, or the first field that breaks a rule.
pub async fn workstation_project_edit(
    app: &App,
    ctx: &Ctx,
    id: &str,
    project: &str,
    draft: ProjectDraft,
) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), project.to_owned(), draft);
    app.in_txn(ctx, "workstation_project_edit", input, |tx, (app, id, project, draft)| {
        Box::pin(async move {
            let workstation = load(tx, id).await?;
            app.policies().require(tx.ctx(), "workstation_project_edit", &workstation_resource(&workstation))?;
            let old = store::workstation::project_by_id(tx, id, project).await?.ok_or_else(Refusal::not_found)?;
            let next = rules::project_revised(&old, &workstation, draft)?;
            keep(tx, "workstation.project_edited", workstation, &next).await
        })
    })
    .await
}

/// Stores a project; the workstation moves to the front of the list.
async fn keep(tx: &Txn, kind: &'static str, workstation: Workstation, project: &Project) -> Outcome<Done> {
    store::workstation::save_project(tx, project).await?;
    let owner = organisation(tx, &workstation.organisation).await?;
    let next = Workstation { updated_ms: tx.ctx().now.ms(), ..workstation };
    store::workstation::save(tx, &next).await?;
    note(tx, kind, &next, &owner, json!({ "project": project.id, "title": project.title })).await
}

fn many() -> Refusal {
    Refusal::invalid(
        "projects-many",
        format!("一个工作站最多登记 {PROJECTS_MAX} 个项目。"),
        format!("A workstation has {PROJECTS_MAX} projects at most."),
    )
}
