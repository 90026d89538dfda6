//! What awards put on people's desks: the owner chooses, signs and confirms, leads sign and report, the office judges,
//! panels vote, a second person confirms, and funders are told.

use super::funds;
use super::holds::{Around, surrounded};
use crate::actions::objection::objection_seen;
use crate::actions::{call_resource, load};
use crate::rules::accounts::PairState;
use crate::rules::award::AwardState;
use crate::rules::call::{Call, CallState};
use crate::rules::milestone::MilestoneState;
use crate::rules::objection::{Objection, ObjectionState};
use crate::store;
use platform::capability::DeskItem;
use platform::db::Conn;
use platform::{App, Ctx, Outcome, Role};

/// What waits for the actor.
pub(crate) async fn items(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = votes(ctx, conn).await?;
    let office = ctx.actor.has(Role::CityOfficer) || ctx.actor.has(Role::JointOffice);
    if !office && ctx.actor.memberships.is_empty() {
        return Ok(items);
    }
    items.extend(choices(app, ctx, conn).await?);
    items.extend(notices(ctx, conn).await?);
    items.extend(contracts(app, ctx, conn).await?);
    items.extend(milestones(app, ctx, conn).await?);
    items.extend(pairs(app, ctx, conn).await?);
    if office {
        items.extend(objections(app, ctx, conn).await?);
    }
    Ok(items)
}

fn item(call: &Call, kind: &'static str, path: &str, since_ms: i64, due_ms: Option<i64>) -> DeskItem {
    let href = format!("/calls/{}{path}", call.id);
    DeskItem { kind, title: call.title.clone(), href, since_ms, due_ms, demo: call.demo }
}

async fn choices(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let calls = store::call::in_states(conn, &[CallState::Selection]).await?;
    let mine = calls.iter().filter(|call| app.policies().allows(ctx, "call_choose", &call_resource(call, ctx.now)));
    Ok(mine.map(|call| item(call, "desk-award-choose", "/selection", call.updated_ms, call.due_ms)).collect())
}

/// Funders are told whom their money goes to, while they can still object.
async fn notices(ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for call in store::call::in_states(conn, &[CallState::Notice]).await? {
        if store::pledge::of_call(conn, &call.id).await?.iter().any(|pledge| funds(ctx, pledge)) {
            items.push(item(&call, "desk-award-told", "/money", call.updated_ms, call.due_ms));
        }
    }
    Ok(items)
}

async fn contracts(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for call in store::call::in_states(conn, &[CallState::Contracting]).await? {
        for award in store::award::of_call(conn, &call.id).await? {
            let party = ctx.actor.member_of(&call.owner).or(ctx.actor.member_of(&award.organisation));
            if award.state != AwardState::Named || party.is_none() {
                continue;
            }
            let view = crate::actions::contract::contract_view(app, ctx, &call.id, &award.id).await?;
            let kind = match (&view.contract, view.may_write) {
                (Some(_), _) if !view.may_sign.is_empty() => "desk-contract-sign",
                (None, true) => "desk-contract-write",
                _ => continue,
            };
            items.push(item(&call, kind, &format!("/awards/{}/contract", award.id), award.updated_ms, call.due_ms));
        }
    }
    Ok(items)
}

async fn milestones(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    let mut known: Option<Around> = None;
    for one in store::milestone::waiting(conn).await? {
        let around = match known.take().filter(|around| around.award.id == one.award) {
            Some(around) => around,
            None => match store::award::by_id(conn, &one.award).await? {
                Some(award) => surrounded(conn, award).await?,
                None => continue,
            },
        };
        let (kind, action) = match one.state {
            MilestoneState::Open => ("desk-milestone-report", "milestone_report"),
            MilestoneState::Reported => ("desk-milestone-judge", "milestone_judge"),
            _ => ("desk-milestone-confirm", "milestone_confirm"),
        };
        let due = one.due_ms.filter(|_| one.state == MilestoneState::Open);
        if app.policies().allows(ctx, action, &around.resource) {
            let path = format!("/awards/{}#milestone-{}", one.award, one.ord);
            items.push(item(&around.call, kind, &path, one.updated_ms, due));
        }
        known = Some(around);
    }
    Ok(items)
}

/// What was proposed and waits for a second person, and what is owed.
async fn pairs(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut waiting: Vec<(String, &str, &'static str, i64)> = Vec::new();
    for stop in store::accounts::stops_proposed(conn).await? {
        if stop.by != ctx.actor.id() {
            waiting.push((stop.award, "stop_second", "desk-award-second", stop.at_ms));
        }
    }
    for back in store::accounts::backs_waiting(conn).await? {
        match back.state {
            PairState::Owed => waiting.push((back.award, "claw_back_pay", "desk-award-owed", back.at_ms)),
            _ if back.by != ctx.actor.id() => {
                waiting.push((back.award, "claw_back_second", "desk-award-second", back.at_ms));
            }
            _ => {}
        }
    }
    let mut items = Vec::new();
    for (award, action, kind, since_ms) in waiting {
        let Some(award) = store::award::by_id(conn, &award).await? else { continue };
        let Around { call, award, resource, .. } = surrounded(conn, award).await?;
        if app.policies().allows(ctx, action, &resource) {
            items.push(item(&call, kind, &format!("/awards/{}", award.id), since_ms, None));
        }
    }
    Ok(items)
}

async fn objections(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for one in store::objection::open(conn).await? {
        let late = one.due_ms.is_some_and(|due| ctx.now.ms() > due);
        let (kind, action) = match one.state {
            ObjectionState::Filed => ("desk-objection-admit", "objection_admit"),
            ObjectionState::Admitted => ("desk-objection-panel", "panel_name"),
            ObjectionState::Judged if late => ("desk-objection-panel", "panel_name"),
            _ => continue,
        };
        let call = load(conn, &one.call).await?;
        if objection_seen(app, ctx, conn, &call, &one, action).await? {
            items.push(about(&call, kind, &one));
        }
    }
    Ok(items)
}

async fn votes(ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for one in store::objection::waiting_for(conn, ctx.actor.id()).await? {
        items.push(about(&load(conn, &one.call).await?, "desk-objection-vote", &one));
    }
    Ok(items)
}

fn about(call: &Call, kind: &'static str, objection: &Objection) -> DeskItem {
    item(call, kind, &format!("/objections/{}", objection.id), objection.updated_ms, objection.due_ms)
}
