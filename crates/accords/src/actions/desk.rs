//! What joint acts, items and supervision put on people's desks.

use crate::rules::accord::{Accord, AccordState, PartyKind, latest};
use crate::rules::item::ActionItem;
use crate::rules::supervision::SupervisionState;
use crate::rules::{accord, end_of};
use crate::store;
use kernel::Adcode;
use platform::capability::DeskItem;
use platform::db::Conn;
use platform::{App, Ctx, Outcome, Role};

/// How long an act that failed stays on the joint office's desk.
const NEWS_DAYS: i64 = 14;

/// What waits for the actor: consents to give or to record, supervision to answer or to close, items that are overdue
/// or done.
///
/// # Errors
/// When the database fails.
pub async fn items(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    let (officer, joint) = (ctx.actor.has(Role::CityOfficer), ctx.actor.has(Role::JointOffice));
    if ctx.actor.account.is_none() || !(officer || joint) {
        return Ok(Vec::new());
    }
    let conn = app.db().read();
    let mut items = Vec::new();
    if officer {
        items.extend(for_cities(ctx, &conn, &ctx.actor.cities).await?);
    }
    if joint {
        items.extend(for_joint_office(app, ctx, &conn).await?);
    }
    items.extend(supervisions(app, ctx, officer, joint).await?);
    Ok(items)
}

async fn for_cities(ctx: &Ctx, conn: &Conn, cities: &[Adcode]) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for accord in store::accord::asking(conn, cities).await? {
        let said = store::accord::said(conn, &accord.id).await?;
        let silent = |city: &Adcode| {
            accord.party(&city.to_string()).is_some_and(|party| latest(&accord, &said, &party.code).is_none())
        };
        if accord.state_at(ctx.now) == AccordState::Circulated && cities.iter().any(silent) {
            items.push(about(&accord, "desk-accord-consent", accord.deadline_ms));
        }
    }
    let overdue = store::item::overdue(conn, Some(cities), ctx.now.date()).await?;
    items.extend(overdue.iter().map(|item| work(item, "desk-item-overdue")));
    Ok(items)
}

/// Consents of the joint office itself and of outer parties, what failed, and what has come to 100 percent.
async fn for_joint_office(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for accord in store::accord::watched(conn, ctx.now.plus_days(-NEWS_DAYS)).await? {
        match accord.state_at(ctx.now) {
            AccordState::Failed => items.push(about(&accord, "desk-accord-failed", None)),
            _ => {
                let said = store::accord::said(conn, &accord.id).await?;
                let waits = |party: &&accord::Party| {
                    party.kind != PartyKind::Member
                        && latest(&accord, &said, &party.code).is_none()
                        && app.policies().allows(ctx, "accord_say", &super::accord::party_resource(&accord, party))
                };
                if accord.parties.iter().any(|party| waits(&party)) {
                    items.push(about(&accord, "desk-accord-record", accord.deadline_ms));
                }
            }
        }
    }
    let drafts = store::accord::to_circulate(conn).await?;
    items.extend(drafts.iter().map(|accord| about(accord, "desk-accord-draft", None)));
    items.extend(
        store::item::reached(conn)
            .await?
            .iter()
            .map(|item| DeskItem { due_ms: None, ..work(item, "desk-item-reached") }),
    );
    let overdue = store::item::overdue(conn, None, ctx.now.date()).await?;
    items.extend(overdue.iter().filter(|item| item.percent < 100).map(|item| work(item, "desk-item-watch")));
    Ok(items)
}

async fn supervisions(app: &App, ctx: &Ctx, officer: bool, joint: bool) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for card in super::supervision::supervision_list(app, ctx).await?.cards {
        let round = &card.round;
        let (kind, since_ms, due_ms) = match round.state {
            SupervisionState::Issued if officer && ctx.actor.cities.contains(&round.city) => {
                ("desk-supervision-answer", round.issued_ms, Some(round.due_ms))
            }
            SupervisionState::Issued if joint && round.late_at(ctx.now) => {
                ("desk-supervision-late", round.issued_ms, Some(round.due_ms))
            }
            SupervisionState::Answered if joint => {
                ("desk-supervision-close", round.answered_ms.unwrap_or(round.issued_ms), None)
            }
            _ => continue,
        };
        items.push(DeskItem {
            kind,
            title: card.item.title.clone(),
            href: format!("/supervisions/{}", round.id),
            since_ms,
            due_ms,
            demo: round.demo,
        });
    }
    Ok(items)
}

fn about(accord: &Accord, kind: &'static str, due_ms: Option<i64>) -> DeskItem {
    DeskItem {
        kind,
        title: accord.title.clone(),
        href: format!("/accords/{}", accord.id),
        since_ms: accord.circulated_ms.unwrap_or(accord.updated_ms),
        due_ms,
        demo: accord.demo,
    }
}

fn work(item: &ActionItem, kind: &'static str) -> DeskItem {
    DeskItem {
        kind,
        title: item.title.clone(),
        href: format!("/action-items/{}", item.id),
        since_ms: item.updated_ms,
        due_ms: Some(end_of(item.deadline).ms()),
        demo: item.demo,
    }
}
