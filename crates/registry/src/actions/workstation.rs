//! Expert workstations: proposing, agreeing, recognising, projects, ending.

use super::expert::{expert_resource, masked};
use super::organisation::{Done, load as organisation, office_of, resource};
use crate::corridor;
use crate::rules::claim::{DecisionCommand, clock};
use crate::rules::expert::{Expert, ExpertState};
use crate::rules::organisation::Organisation;
use crate::rules::workstation::{
    self as rules, PROJECTS_MAX, Place, Project, ProjectDraft, WORKSTATION_WORKDAYS, Workstation, WorkstationDraft,
    WorkstationState,
};
use crate::store;
pub use crate::store::workstation::Filter;
use crate::store::workstation::{Part, Position};
use kernel::Refusal;
use platform::capability::DeskItem;
use platform::db::{Conn, Txn};
use platform::identity::idempotency::{Once, once};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use serde_json::json;
use std::collections::HashMap;

/// A workstation as policies see it.
pub fn workstation_resource(workstation: &Workstation) -> Resource {
    Resource::new("Workstation", &workstation.id)
        .with("organisation", workstation.organisation.as_str())
        .with("office", workstation.office.as_str())
        .with("state", workstation.state.code())
}

/// In which columns of `workstation w` the attributes of [`workstation_resource`] stand.
const COLUMNS: [(&str, &str); 3] = [("organisation", "w.organisation"), ("office", "w.office"), ("state", "w.state")];

/// A workstation with the enterprise it belongs to.
#[derive(Debug, Clone)]
pub struct Card {
    /// The workstation.
    pub workstation: Workstation,
    /// Its enterprise.
    pub organisation: Organisation,
    /// How many projects it has.
    pub projects: i64,
    /// What they come to, in fen.
    pub amount_fen: i64,
}

async fn cards(conn: &Conn, workstations: Vec<Workstation>) -> Outcome<Vec<Card>> {
    let ids: Vec<String> = workstations.iter().map(|w| w.organisation.clone()).collect();
    let found = store::organisation::by_ids(conn, &ids).await?;
    let by_id: HashMap<String, Organisation> = found.into_iter().map(|o| (o.id.clone(), o)).collect();
    let mut cards = Vec::with_capacity(workstations.len());
    for workstation in workstations {
        let Some(organisation) = by_id.get(&workstation.organisation).cloned() else { continue };
        let (projects, amount_fen) = store::workstation::project_sums(conn, &workstation.id).await?;
        cards.push(Card { workstation, organisation, projects, amount_fen });
    }
    Ok(cards)
}

/// A page of workstations.
#[derive(Debug, Clone)]
pub struct Workstations {
    /// Its items, the newest change first.
    pub items: Vec<Card>,
    /// Workstations in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A page of recognised workstations.
///
/// # Errors
/// A cursor that is not ours.
pub async fn workstation_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Workstations> {
    app.policies().require(ctx, "workstation_list", &Resource::house())?;
    let conn = app.db().read();
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => {
            let last = store::workstation::by_id(&conn, cursor).await?.ok_or_else(cursor_refused)?;
            Some(Position { updated_ms: last.updated_ms, id: last.id })
        }
    };
    let (mut found, total) = store::workstation::list(&conn, filter, after.as_ref(), page.limit + 1).await?;
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Workstations { items: cards(&conn, found).await?, total, next })
}

/// A workstation with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The workstation and its enterprise.
    pub card: Card,
    /// Its experts, without the names that may not be shown, and when each agreed.
    pub experts: Vec<(Expert, Option<i64>)>,
    /// Its projects, the latest first.
    pub projects: Vec<Project>,
    /// The reader may add projects.
    pub may_add: bool,
    /// The reader may bring it to an end.
    pub may_end: bool,
    /// The reader may decide about it.
    pub may_decide: bool,
    /// Experts for whom the reader may agree.
    pub may_join: Vec<String>,
}

async fn load(conn: &Conn, id: &str) -> Outcome<Workstation> {
    Ok(store::workstation::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One workstation.
///
/// # Errors
/// Not found.
pub async fn workstation_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let workstation = load(&conn, id).await?;
    let target = workstation_resource(&workstation);
    app.policies().require(ctx, "workstation_view", &target)?;
    let parts = store::workstation::parts(&conn, id).await?;
    let found = store::expert::by_ids(&conn, &parts.iter().map(|part| part.expert.clone()).collect::<Vec<_>>()).await?;
    let may = |action: &str| app.policies().allows(ctx, action, &target);
    let joins = |expert: &Expert| app.policies().allows(ctx, "expert_join", &expert_resource(expert));
    let open = matches!(workstation.state, WorkstationState::Proposed | WorkstationState::Listed);
    let mut view = View {
        may_add: workstation.state == WorkstationState::Listed && may("workstation_project_add"),
        may_end: workstation.state == WorkstationState::Listed && may("workstation_end"),
        may_decide: workstation.state == WorkstationState::Proposed && may("workstation_decide"),
        may_join: Vec::new(),
        experts: Vec::new(),
        projects: store::workstation::projects(&conn, id).await?,
        card: cards(&conn, vec![workstation]).await?.pop().ok_or_else(Refusal::not_found)?,
    };
    for Part { expert, joined_ms, .. } in parts {
        let Some(expert) = found.iter().find(|e| e.id == expert) else { continue };
        if open && joined_ms.is_none() && joins(expert) {
            view.may_join.push(expert.id.clone());
        }
        view.experts.push((masked(expert.clone(), joins(expert)), joined_ms));
    }
    Ok(view)
}

/// Proposes a workstation for an enterprise. Its experts are asked, the office has [`WORKSTATION_WORKDAYS`] working days.
///
/// # Errors
/// No mandate, `workstation-experts`, or the first field that breaks a rule.
pub async fn workstation_propose(
    app: &App,
    ctx: &Ctx,
    owner: &str,
    draft: WorkstationDraft,
    key: Option<Once>,
) -> Outcome<Done> {
    let input = (app.clone(), owner.to_owned(), draft, key, platform::random::id());
    app.in_txn(ctx, "workstation_propose", input, |tx, (app, owner, draft, key, id)| {
        Box::pin(once(tx, key, async move {
            let owner = organisation(tx, owner).await?;
            app.policies().require(tx.ctx(), "workstation_propose", &resource(app, &owner))?;
            let office = office_of(app, &owner).to_string();
            let due = clock(&corridor::of(app).calendar, tx.ctx().now, WORKSTATION_WORKDAYS);
            let place = Place {
                organisation: &owner.id,
                office: &office,
                due_ms: due.due_ms,
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
        }))
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
    if matches!(workstation.state, WorkstationState::Listed | WorkstationState::Ended) {
        data["name"] = json!(workstation.name);
        entry = entry.public();
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &workstation.id, entry))
}

/// An expert agrees to take part; for one without an account the office that keeps the record does.
///
/// # Errors
/// Not found, `workstation-joined`.
pub async fn workstation_join(app: &App, ctx: &Ctx, id: &str, expert: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), expert.to_owned());
    app.in_txn(ctx, "workstation_join", input, |tx, (app, id, expert)| {
        Box::pin(async move {
            let workstation = load(tx, id).await?;
            let expert = store::expert::by_id(tx, expert).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "expert_join", &expert_resource(&expert))?;
            let open = matches!(workstation.state, WorkstationState::Proposed | WorkstationState::Listed);
            if !open || !store::workstation::join(tx, id, &expert.id, tx.ctx().now.ms()).await? {
                return Err(Refusal::conflict(
                    "workstation-joined",
                    "没有待答复的进站邀请，可能已经答复过。请刷新后查看。",
                    "There is no such request to answer; it may have been answered already. Refresh to see.",
                )
                .into());
            }
            let owner = organisation(tx, &workstation.organisation).await?;
            note(tx, "workstation.joined", &workstation, &owner, json!({ "expert": expert.id })).await
        })
    })
    .await
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
            let joined =
                store::workstation::parts(tx, id).await?.iter().filter(|part| part.joined_ms.is_some()).count();
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
pub async fn workstation_project_add(
    app: &App,
    ctx: &Ctx,
    id: &str,
    draft: ProjectDraft,
    key: Option<Once>,
) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), draft, key, platform::random::id());
    app.in_txn(ctx, "workstation_project_add", input, |tx, (app, id, draft, key, fresh)| {
        Box::pin(once(tx, key, async move {
            let workstation = load(tx, id).await?;
            app.policies().require(tx.ctx(), "workstation_project_add", &workstation_resource(&workstation))?;
            let (count, _) = store::workstation::project_sums(tx, id).await?;
            if count >= PROJECTS_MAX as i64 {
                return Err(many().into());
            }
            let project = rules::project(fresh, &workstation, draft, tx.ctx().now.ms())?;
            store::workstation::add_project(tx, &project).await?;
            let owner = organisation(tx, &workstation.organisation).await?;
            let next = Workstation { updated_ms: tx.ctx().now.ms(), ..workstation };
            store::workstation::save(tx, &next).await?;
            note(tx, "workstation.project_added", &next, &owner, json!({ "title": project.title })).await
        }))
    })
    .await
}

fn many() -> Refusal {
    Refusal::invalid(
        "projects-many",
        format!("一个工作站最多登记 {PROJECTS_MAX} 个项目。"),
        format!("A workstation has {PROJECTS_MAX} projects at most."),
    )
}

/// What waits: workstations for the offices to recognise, requests for experts to answer.
pub async fn desk(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    let Some(account) = &ctx.actor.account else { return Ok(Vec::new()) };
    let conn = app.db().read();
    let (condition, values) = app.policies().filter(ctx, "workstation_decide", "Workstation", &COLUMNS, 1)?;
    let waiting = store::workstation::waiting(&conn, &condition, values).await?;
    let mut items: Vec<DeskItem> = waiting.iter().map(|w| item(w, "desk-workstation", Some(w.due_ms))).collect();
    if let Some(own) = store::expert::of_account(&conn, account).await? {
        items.extend(
            store::workstation::asked(&conn, &own.id).await?.iter().map(|w| item(w, "desk-workstation-join", None)),
        );
    }
    Ok(items)
}

fn item(workstation: &Workstation, kind: &'static str, due_ms: Option<i64>) -> DeskItem {
    DeskItem {
        kind,
        title: workstation.name.clone(),
        href: format!("/workstations/{}", workstation.id),
        since_ms: workstation.created_ms,
        due_ms,
        demo: workstation.demo,
    }
}
