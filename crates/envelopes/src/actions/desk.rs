//! What committees and rounds put on people's desks.

use super::seat_resource;
use crate::rules::committee::{Committee, SeatStep};
use crate::rules::round::{OFFICE, Round};
use crate::store;
use platform::capability::DeskItem;
use platform::db::Conn;
use platform::{App, Ctx, Outcome, Role};

/// Open rounds that are shown to somebody who may send.
const ROUNDS_SHOWN: usize = 20;

/// What waits for the actor: files that his seats owe, shares to give, and open rounds his organisation has sent nothing
/// for.
///
/// # Errors
/// When the database fails.
pub async fn items(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    if ctx.actor.account.is_none() {
        return Ok(Vec::new());
    }
    let conn = app.db().read();
    let mut items = Vec::new();
    if ctx.actor.has(Role::CityOfficer) || ctx.actor.has(Role::JointOffice) {
        items.extend(ceremonies(app, ctx, &conn).await?);
        items.extend(shares(app, ctx, &conn).await?);
    }
    if !ctx.actor.memberships.is_empty() {
        items.extend(rounds(app, ctx, &conn).await?);
    }
    Ok(items)
}

async fn ceremonies(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for committee in store::committee::in_ceremony(conn).await? {
        let kind = match committee.step() {
            Some(SeatStep::Registration) => "desk-seat-registration",
            Some(SeatStep::Deal) => "desk-seat-deal",
            _ => "desk-seat-answer",
        };
        let owed = committee.seats.iter().any(|seat| {
            committee.waits_for(seat) && app.policies().allows(ctx, "seat_keep", &seat_resource(&committee.id, seat))
        });
        if owed {
            items.push(about_committee(&committee, kind));
        }
    }
    Ok(items)
}

fn about_committee(committee: &Committee, kind: &'static str) -> DeskItem {
    DeskItem {
        kind,
        title: committee.name.clone(),
        href: format!("/committees/{}", committee.id),
        since_ms: committee.updated_ms,
        due_ms: None,
        demo: committee.demo,
    }
}

async fn shares(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for round in store::round::sharing(conn, ctx.now).await? {
        let given = store::share::seats(conn, &round.id).await?;
        let Some(committee) = store::committee::by_id(conn, &round.committee).await? else { continue };
        let owes = committee.seats.iter().any(|seat| {
            !given.iter().any(|(number, _)| *number == seat.number)
                && app.policies().allows(ctx, "share_give", &seat_resource(&committee.id, seat))
        });
        let enough = i64::try_from(given.len()).unwrap_or(i64::MAX) >= round.threshold;
        if owes && !enough && round.count != Some(0) {
            items.push(about_round(&round, "desk-round-share", round.closed_ms, round.opens_by_ms));
        }
    }
    Ok(items)
}

async fn rounds(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    // What another capability owns is on its own desk.
    for round in store::round::open(conn, ctx.now).await?.into_iter().filter(|round| round.owner.kind == OFFICE) {
        let senders = super::envelope::senders(app, ctx, &round);
        if senders.is_empty() {
            continue;
        }
        let ids: Vec<String> = senders.into_iter().map(|(id, _)| id).collect();
        if store::envelope::of_senders(conn, &round.id, &ids).await?.is_empty() {
            items.push(about_round(&round, "desk-round-send", Some(round.created_ms), round.closes_ms));
        }
        if items.len() >= ROUNDS_SHOWN {
            break;
        }
    }
    Ok(items)
}

fn about_round(round: &Round, kind: &'static str, since_ms: Option<i64>, due_ms: i64) -> DeskItem {
    DeskItem {
        kind,
        title: round.title.clone(),
        href: format!("/rounds/{}", round.id),
        since_ms: since_ms.unwrap_or(round.updated_ms),
        due_ms: Some(due_ms),
        demo: round.demo,
    }
}
