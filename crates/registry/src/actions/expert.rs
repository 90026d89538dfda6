//! Experts: entering, changing, taking out, looking.

use super::organisation::{Done, with_known};
use crate::corridor;
use crate::rules::expert::{self as rules, Expert, ExpertDraft, ExpertState, Keeper};
use crate::rules::workstation::Workstation;
use crate::store;
pub use crate::store::expert::Filter;
use crate::store::expert::Position;
use kernel::{Adcode, Refusal, RefusalKind};
use platform::db::{Conn, DbFault, Txn, classify};
use platform::identity::idempotency::{Once, once};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{Actor, App, Ctx, Fault, Outcome, Role};
use serde_json::json;

/// An expert as policies see it.
pub fn expert_resource(expert: &Expert) -> Resource {
    let mut resource = Resource::new("Expert", &expert.id).with("state", expert.state.code());
    if let Some(account) = &expert.account {
        resource = resource.with("account", account.as_str());
    }
    if let Some(office) = &expert.office {
        resource = resource.with("keeper", office.as_str());
    }
    resource
}

/// An expert's record, as much of it as the reader may see.
#[derive(Debug, Clone)]
pub struct ExpertView {
    /// The record; without the name unless it may be shown or the reader keeps it.
    pub expert: Expert,
    /// The name is there.
    pub named: bool,
    /// The reader may change it.
    pub may_edit: bool,
    /// Workstations the expert takes part in.
    pub workstations: Vec<Workstation>,
    /// Workstations that ask for an answer; for the expert and the office that keeps the record.
    pub asked: Vec<Workstation>,
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
    /// All experts that are listed, and the academicians among them.
    pub counts: (i64, i64),
}

/// A page of experts by institution.
///
/// # Errors
/// A cursor that is not ours.
pub async fn expert_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Experts> {
    app.policies().require(ctx, "expert_list", &Resource::house())?;
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
    let counts = store::expert::counts(&conn).await?;
    Ok(Experts { items: items.into_iter().map(|expert| masked(expert, false)).collect(), total, next, counts })
}

async fn load(conn: &Conn, id: &str) -> Outcome<Expert> {
    Ok(store::expert::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
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
    let workstations = match expert.name_open() {
        Some(_) => store::workstation::of_expert(&conn, id).await?,
        // The list of workstations would say who it is.
        None => Vec::new(),
    };
    let asked = if own { store::workstation::asked(&conn, id).await? } else { Vec::new() };
    let may_edit = own && expert.state == ExpertState::Listed;
    let named = own || expert.name_open().is_some();
    Ok(ExpertView { expert: masked(expert, own), named, may_edit, workstations, asked })
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

/// Who keeps a record that the actor makes: the expert, or the office of a city.
fn keeper(app: &App, ctx: &Ctx, draft: &ExpertDraft) -> Result<Keeper, Refusal> {
    if ctx.actor.has(Role::Expert) {
        app.policies().require(ctx, "expert_register", &Resource::house())?;
        return Ok(Keeper::Account(ctx.actor.id().to_owned()));
    }
    app.policies().require(ctx, "expert_keep", &Resource::house())?;
    office(app, &ctx.actor, Adcode::parse(draft.city.trim()).ok()).map(Keeper::Office)
}

/// The office of the expert's city, if the actor works there.
fn office(app: &App, actor: &Actor, city: Option<Adcode>) -> Result<String, Refusal> {
    let member = city.and_then(|city| corridor::of(app).member_above(city));
    match member {
        Some(city) if actor.has(Role::CityOfficer) && actor.cities.contains(&city) => Ok(city.to_string()),
        _ if actor.has(Role::JointOffice) => Ok("joint".to_owned()),
        _ => Err(Refusal::new(
            RefusalKind::Forbidden,
            "expert-other-city",
            "只能登记所在地属于本市的专家。请核对所在城市。",
            "An office enters experts of its own city only. Check the city.",
        )
        .at("city")),
    }
}

/// Enters an expert: oneself, or by a city office somebody who has no account.
///
/// # Errors
/// `expert-already`, `expert-other-city`, or the first field that breaks a rule.
pub async fn expert_register(app: &App, ctx: &Ctx, draft: ExpertDraft, key: Option<Once>) -> Outcome<Done> {
    keeper(app, ctx, &draft)?;
    let input = (app.clone(), draft, key, platform::random::id());
    app.in_txn(ctx, "expert_register", input, |tx, (app, draft, key, id)| {
        Box::pin(once(tx, key, async move {
            let keeper = keeper(app, tx.ctx(), draft)?;
            if let Keeper::Account(account) = &keeper
                && store::expert::of_account(tx, account).await?.is_some()
            {
                return Err(already().into());
            }
            let (demo, now) = (tx.ctx().actor.demo, tx.ctx().now.ms());
            let corridor = corridor::of(app);
            let expert = with_known(&corridor, |known| rules::register(id, draft, &keeper, demo, now, known))?;
            store::expert::save(tx, &expert).await.map_err(taken)?;
            note(tx, "expert.registered", &expert).await
        }))
    })
    .await
}

fn already() -> Refusal {
    Refusal::conflict(
        "expert-already",
        "您已登记过专家信息，请直接修改原有信息。",
        "You are in the list of experts already; change that record instead.",
    )
}

/// The unique key decides the race between two records of one account.
fn taken(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => already().into(),
        _ => fault,
    }
}

/// The entry says that there is an expert, never who.
async fn note(tx: &Txn, kind: &'static str, expert: &Expert) -> Outcome<Done> {
    let data = json!({ "consent": expert.consent_ms.is_some(), "availability": expert.availability.code() });
    let entry = Entry::new(kind, "expert", &expert.id).city(expert.city).demo(expert.demo).data(data);
    let entry = tx.journal(entry).await?;
    Ok(Done::new(tx, &expert.id, entry))
}

/// Changes a record.
///
/// # Errors
/// Not found, `expert-withdrawn`, or the first field that breaks a rule.
pub async fn expert_edit(app: &App, ctx: &Ctx, id: &str, draft: ExpertDraft) -> Outcome<Done> {
    app.in_txn(ctx, "expert_edit", (app.clone(), id.to_owned(), draft), |tx, (app, id, draft)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "expert_edit", &expert_resource(&old))?;
            let corridor = corridor::of(app);
            let next = with_known(&corridor, |known| rules::edit(&old, draft, tx.ctx().now.ms(), known))?;
            store::expert::save(tx, &next).await?;
            note(tx, "expert.edited", &next).await
        })
    })
    .await
}

/// Takes a record out of the list; the name is hidden everywhere at once.
///
/// # Errors
/// Not found, `expert-withdrawn`.
pub async fn expert_withdraw(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "expert_withdraw", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "expert_withdraw", &expert_resource(&old))?;
            let next = rules::withdraw(&old, tx.ctx().now.ms())?;
            store::expert::save(tx, &next).await?;
            note(tx, "expert.withdrawn", &next).await
        })
    })
    .await
}
