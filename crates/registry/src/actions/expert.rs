//! Experts: entering, changing, taking out, seats on the advisory committee.

mod view;

pub use crate::store::expert::{Facets, Filter};
pub(crate) use view::masked;
pub use view::{ExpertView, Experts, expert_list, expert_own, expert_view, kept_cities};

use super::organisation::with_known;
use crate::corridor;
use crate::rules::expert::{self as rules, Expert, ExpertDraft, Keeper};
use crate::store;
use kernel::{Adcode, Refusal, RefusalKind};
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{Actor, App, Ctx, Fault, Outcome, Role};
use rooms::actions::Done;
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

async fn load(conn: &Conn, id: &str) -> Outcome<Expert> {
    Ok(store::expert::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// The office of an expert's city, if the actor works there.
fn office_of_city(app: &App, actor: &Actor, city: Option<Adcode>) -> Result<String, Refusal> {
    let member = city.and_then(|city| corridor::of(app).member_above(city));
    match member {
        Some(city) if actor.has(Role::CityOfficer) && actor.cities.contains(&city) => Ok(city.to_string()),
        _ if actor.has(Role::JointOffice) || actor.has(Role::System) => Ok(JOINT.to_owned()),
        _ => Err(other_city()),
    }
}

/// The code of the joint office.
const JOINT: &str = "joint";

fn other_city() -> Refusal {
    Refusal::new(
        RefusalKind::Invalid,
        "expert-other-city",
        "本部门只能登记所在地属于本市的专家。请核对所在城市；其他城市的专家由当地主管部门登记。",
        "An office enters experts of its own city only. Check the city; others are entered by the office there.",
    )
    .at("city")
}

/// An office keeps records of its own city only, also after a change.
fn still_there(app: &App, expert: &Expert) -> Result<(), Refusal> {
    let member = expert.city.and_then(|city| corridor::of(app).member_above(city));
    match expert.office.as_deref() {
        Some(office) if office != JOINT && member.is_none_or(|city| city.to_string() != office) => Err(other_city()),
        _ => Ok(()),
    }
}

/// The actor enters himself.
///
/// # Errors
/// `expert-already`, or the first field that breaks a rule.
pub async fn expert_register(app: &App, ctx: &Ctx, draft: ExpertDraft) -> Outcome<Done> {
    app.policies().require(ctx, "expert_register", &Resource::house())?;
    let input = (app.clone(), draft, platform::random::id());
    app.in_txn(ctx, "expert_register", input, |tx, (app, draft, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "expert_register", &Resource::house())?;
            let account = tx.ctx().actor.id();
            if store::expert::of_account(tx, account).await?.is_some() {
                return Err(already().into());
            }
            enter(app, tx, id, draft, &Keeper::Account(account.to_owned())).await
        })
    })
    .await
}

/// An office enters somebody who has no account, and keeps the record.
///
/// # Errors
/// `expert-other-city`, or the first field that breaks a rule.
pub async fn expert_keep(app: &App, ctx: &Ctx, draft: ExpertDraft) -> Outcome<Done> {
    app.policies().require(ctx, "expert_keep", &Resource::house())?;
    let input = (app.clone(), draft, platform::random::id());
    app.in_txn(ctx, "expert_keep", input, |tx, (app, draft, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "expert_keep", &Resource::house())?;
            let city = Adcode::parse(draft.city.trim()).ok();
            let office = office_of_city(app, &tx.ctx().actor, city)?;
            enter(app, tx, id, draft, &Keeper::Office(office)).await
        })
    })
    .await
}

async fn enter(app: &App, tx: &Txn, id: &str, draft: &ExpertDraft, keeper: &Keeper) -> Outcome<Done> {
    let (demo, now) = (tx.ctx().actor.demo, tx.ctx().now.ms());
    let corridor = corridor::of(app);
    let expert = with_known(&corridor, |known| rules::register(id, draft, keeper, demo, now, known))?;
    store::expert::save(tx, &expert).await.map_err(taken)?;
    note(tx, "expert.registered", &expert).await
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
            still_there(app, &next)?;
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

/// The joint office gives an expert a seat on the advisory committee.
///
/// # Errors
/// Not found, `expert-withdrawn`, `expert-seated`.
pub async fn expert_seat(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    committee(app, ctx, id, "expert_seat", "expert.seated", rules::seat).await
}

/// The joint office ends a seat.
///
/// # Errors
/// Not found, `expert-not-seated`.
pub async fn expert_unseat(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    committee(app, ctx, id, "expert_unseat", "expert.unseated", rules::unseat).await
}

async fn committee(
    app: &App,
    ctx: &Ctx,
    id: &str,
    name: &'static str,
    kind: &'static str,
    decide: fn(&Expert, i64) -> Result<Expert, Refusal>,
) -> Outcome<Done> {
    app.in_txn(ctx, name, (app.clone(), id.to_owned()), move |tx, (app, id)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "expert_seat", &expert_resource(&old))?;
            let next = decide(&old, tx.ctx().now.ms())?;
            store::expert::save(tx, &next).await?;
            note(tx, kind, &next).await
        })
    })
    .await
}
