//! Workstations as lists, pages and desks show them.

use super::{load, resource_with, workstation_resource};
use crate::actions::expert::{expert_resource, masked};
use crate::actions::organisation::{load as organisation, organisation_view, resource};
use crate::rules::expert::{Expert, ExpertState};
use crate::rules::organisation::Organisation;
use crate::rules::workstation::{Parting, Project, Workstation, WorkstationState};
use crate::store;
use crate::store::expert::Filter as ExpertFilter;
use crate::store::workstation::{Facets, Filter, Part, Position};
use kernel::Refusal;
use platform::capability::DeskItem;
use platform::db::Conn;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Mandate, Outcome, Role};
use rooms::actions::check;
use std::collections::HashMap;

/// In which columns of `workstation w` the attributes of a workstation stand.
const COLUMNS: [(&str, &str); 3] = [("organisation", "w.organisation"), ("office", "w.office"), ("state", "w.state")];
/// How long a refusal, by the office or by an expert, stays on the enterprise's desk.
const NEWS_DAYS: i64 = 14;
/// Experts a proposal can choose from at once; words narrow them.
pub const CHOICES_MAX: usize = 60;

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
    let owners: Vec<String> = workstations.iter().map(|w| w.organisation.clone()).collect();
    let ids: Vec<String> = workstations.iter().map(|w| w.id.clone()).collect();
    let found = store::organisation::by_ids(conn, &owners).await?;
    let by_id: HashMap<String, Organisation> = found.into_iter().map(|o| (o.id.clone(), o)).collect();
    let sums = store::workstation::project_sums_of(conn, &ids).await?;
    let card = |workstation: Workstation| {
        let organisation = by_id.get(&workstation.organisation).cloned()?;
        let (projects, amount_fen) = sums.get(&workstation.id).copied().unwrap_or_default();
        Some(Card { workstation, organisation, projects, amount_fen })
    };
    Ok(workstations.into_iter().filter_map(card).collect())
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
    /// What the filters would give.
    pub facets: Facets,
}

/// A page of recognised workstations.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn workstation_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Workstations> {
    app.policies().require(ctx, "workstation_list", &Resource::house())?;
    check(&filter.text, &[&filter.cities, &filter.states])?;
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
    let facets = store::workstation::facets(&conn, filter).await?;
    Ok(Workstations { items: cards(&conn, found).await?, total, next, facets })
}

/// An organisation's workstations: those everybody may see; for its members and the office all of them.
///
/// # Errors
/// Not found, also for whoever may not see the organisation.
pub async fn workstation_list_of(app: &App, ctx: &Ctx, organisation: &str) -> Outcome<Vec<Card>> {
    let view = organisation_view(app, ctx, organisation).await?;
    cards(&app.db().read(), view.workstations).await
}

/// What waits for the actor's office, the most urgent first.
///
/// # Errors
/// Only offices have such a list.
pub async fn workstation_office_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Card>> {
    app.policies().require(ctx, "workstation_office_list", &Resource::house())?;
    let conn = app.db().read();
    cards(&conn, waiting(app, ctx, &conn).await?).await
}

async fn waiting(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<Workstation>> {
    let (condition, values) = app.policies().filter(ctx, "workstation_decide", "Workstation", &COLUMNS, 1)?;
    store::workstation::waiting(conn, &condition, values).await
}

/// An expert's place in a workstation.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The expert, without what the reader may not see.
    pub expert: Expert,
    /// The reader may know who it is; otherwise the record is blank.
    pub known: bool,
    /// When the expert agreed.
    pub joined_ms: Option<i64>,
    /// When the expert said no, or left.
    pub left_ms: Option<i64>,
    /// Why.
    pub left_reason: Option<Parting>,
    /// What the expert adds to it.
    pub left_remark: String,
    /// The reader may agree, or say no, for the expert.
    pub may_answer: bool,
}

impl Seat {
    /// Takes part now.
    pub fn here(&self) -> bool {
        self.joined_ms.is_some() && self.left_ms.is_none()
    }
}

/// A workstation with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The workstation and its enterprise.
    pub card: Card,
    /// Its experts: those who take part; for the enterprise and the office also who was asked and who said no.
    pub experts: Vec<Seat>,
    /// Its projects, the latest first.
    pub projects: Vec<Project>,
    /// The reader belongs to the enterprise or the office.
    pub inside: bool,
    /// The reader may add projects.
    pub may_add: bool,
    /// The reader may change projects.
    pub may_edit: bool,
    /// The reader may bring it to an end.
    pub may_end: bool,
    /// The reader may decide about it.
    pub may_decide: bool,
    /// The reader may propose it again.
    pub may_repeat: bool,
}

/// One workstation.
///
/// # Errors
/// Not found.
pub async fn workstation_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let workstation = load(&conn, id).await?;
    let parts = store::workstation::parts(&conn, id).await?;
    let found = store::expert::by_ids(&conn, &parts.iter().map(|part| part.expert.clone()).collect::<Vec<_>>()).await?;
    app.policies().require(ctx, "workstation_view", &resource_with(&workstation, &found))?;
    let target = workstation_resource(&workstation);
    let may = |action: &str| app.policies().allows(ctx, action, &target);
    let owner = organisation(&conn, &workstation.organisation).await?;
    let listed = workstation.state == WorkstationState::Listed;
    let mut view = View {
        inside: ctx.actor.member_of(&workstation.organisation).is_some() || may("workstation_decide"),
        may_add: listed && may("workstation_project_add"),
        may_edit: listed && may("workstation_project_edit"),
        may_end: listed && may("workstation_end"),
        may_decide: workstation.state == WorkstationState::Proposed && may("workstation_decide"),
        may_repeat: workstation.state == WorkstationState::Refused
            && app.policies().allows(ctx, "workstation_propose", &resource(app, &owner)),
        experts: Vec::new(),
        projects: store::workstation::projects(&conn, id).await?,
        card: cards(&conn, vec![workstation]).await?.pop().ok_or_else(Refusal::not_found)?,
    };
    view.experts = parts.iter().filter_map(|part| seat(app, ctx, &view, &found, part)).collect();
    Ok(view)
}

/// What the reader may see of one expert's part; nothing if it is between the enterprise, the office and the expert.
fn seat(app: &App, ctx: &Ctx, view: &View, found: &[Expert], part: &Part) -> Option<Seat> {
    let expert = found.iter().find(|expert| expert.id == part.expert)?;
    let answers = app.policies().allows(ctx, "expert_join", &expert_resource(expert));
    let inside = view.inside || answers;
    if !inside && (part.joined_ms.is_none() || part.left_ms.is_some()) {
        return None;
    }
    let open = matches!(view.card.workstation.state, WorkstationState::Proposed | WorkstationState::Listed);
    let known = inside || expert.name_open().is_some();
    Some(Seat {
        expert: if known { masked(expert.clone(), answers) } else { blank(expert) },
        known,
        joined_ms: part.joined_ms,
        left_ms: part.left_ms,
        left_reason: part.left_reason,
        left_remark: part.left_remark.clone(),
        may_answer: open && answers && part.left_ms.is_none() && expert.state == ExpertState::Listed,
    })
}

/// Somebody who takes part and does not want to be known.
fn blank(expert: &Expert) -> Expert {
    Expert {
        id: String::new(),
        institution: String::new(),
        title: String::new(),
        fields: String::new(),
        fields_en: String::new(),
        segments: Vec::new(),
        city: None,
        office: None,
        ..masked(expert.clone(), false)
    }
}

/// What a proposal starts from: the enterprise, the experts to choose from, and how many more there are.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The enterprise.
    pub organisation: Organisation,
    /// Experts, without the names that may not be shown.
    pub experts: Vec<Expert>,
    /// Experts that fit in all.
    pub total: i64,
}

/// The experts a proposal can choose from; those already `chosen` are always among them.
///
/// # Errors
/// Not found, no mandate, `query-too-long`.
pub async fn workstation_choices(app: &App, ctx: &Ctx, owner: &str, text: &str, chosen: &[String]) -> Outcome<Choices> {
    let conn = app.db().read();
    let owner = organisation(&conn, owner).await?;
    app.policies().require(ctx, "workstation_propose", &resource(app, &owner))?;
    check(text, &[])?;
    let filter = ExpertFilter { text: text.to_owned(), demo: Some(owner.demo), ..ExpertFilter::default() };
    let (found, total) = store::expert::list(&conn, &filter, None, CHOICES_MAX).await?;
    let chosen: Vec<String> = chosen.iter().take(CHOICES_MAX).cloned().collect();
    let mut experts = store::expert::by_ids(&conn, &chosen).await?;
    experts.retain(|expert| expert.state == ExpertState::Listed && expert.demo == owner.demo);
    let new = found.into_iter().filter(|expert| !chosen.contains(&expert.id)).collect::<Vec<_>>();
    experts.extend(new);
    Ok(Choices {
        organisation: owner,
        experts: experts.into_iter().map(|expert| masked(expert, false)).collect(),
        total,
    })
}

/// What waits: workstations for the offices to recognise, requests for experts to answer, and for enterprises what was
/// refused, by the office or by an expert.
pub async fn desk(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    let Some(account) = &ctx.actor.account else { return Ok(Vec::new()) };
    let conn = app.db().read();
    let waiting = waiting(app, ctx, &conn).await?;
    let mut items: Vec<DeskItem> = waiting.iter().map(|w| item(w, "desk-workstation", Some(w.due_ms))).collect();
    let mut asked = match store::expert::of_account(&conn, account).await? {
        Some(own) => store::workstation::asked(&conn, &own.id).await?,
        None => Vec::new(),
    };
    asked.extend(store::workstation::asked_of_offices(&conn, &offices(ctx)).await?);
    items.extend(asked.iter().map(|w| item(w, "desk-workstation-join", None)));
    let managed: Vec<String> = ctx
        .actor
        .memberships
        .iter()
        .filter(|m| m.mandates.contains(&Mandate::Manage))
        .map(|m| m.organisation.clone())
        .collect();
    let since = ctx.now.plus_days(-NEWS_DAYS).ms();
    let refused = store::workstation::refused(&conn, &managed, since).await?;
    items.extend(refused.iter().map(|w| item(w, "desk-workstation-refused", None)));
    let parted = store::workstation::parted(&conn, &managed, since).await?;
    items.extend(parted.iter().map(|(w, at)| DeskItem { since_ms: *at, ..item(w, "desk-workstation-left", None) }));
    Ok(items)
}

/// The offices the actor works in, as records name them.
fn offices(ctx: &Ctx) -> Vec<String> {
    let mut offices = Vec::new();
    if ctx.actor.has(Role::CityOfficer) {
        offices.extend(ctx.actor.cities.iter().map(ToString::to_string));
    }
    if ctx.actor.has(Role::JointOffice) {
        offices.push("joint".to_owned());
    }
    offices
}

fn item(workstation: &Workstation, kind: &'static str, due_ms: Option<i64>) -> DeskItem {
    DeskItem {
        kind,
        title: workstation.name.clone(),
        href: format!("/workstations/{}", workstation.id),
        since_ms: workstation.decided_ms.unwrap_or(workstation.created_ms),
        due_ms,
        demo: workstation.demo,
    }
}
