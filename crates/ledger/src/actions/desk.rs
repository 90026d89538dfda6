//! What money puts on people's desks: payments and entries to check, lines that nothing explains, approved payments
//! that have not left.

use super::payment::payment_resource;
use super::treasury::load_account;
use crate::rules::payment::{Payment, PaymentState};
use crate::store;
use crate::store::list::OWNED;
use platform::capability::DeskItem;
use platform::ctx::{Mandate, Role};
use platform::db::Conn;
use platform::{Actor, App, Ctx, Outcome};
use rooms::actions::seen;

/// Proposals and open lines that one desk shows.
const ITEMS_MAX: usize = 50;
/// A line that is open longer than this is late, in days.
const LINE_DAYS: i64 = 10;

/// What waits for the actor.
///
/// # Errors
/// When the database fails.
pub async fn items(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    if !handles_money(&ctx.actor) {
        return Ok(Vec::new());
    }
    let conn = app.db().read();
    let mut items = payments(app, ctx, &conn).await?;
    let proposals = seen(app, ctx, "line_entry_view", "LineEntry", &OWNED)?;
    for entry in store::proposal::waiting(&conn, proposals, ITEMS_MAX).await? {
        if entry.maker == ctx.actor.id() {
            continue;
        }
        items.push(DeskItem {
            kind: "desk-line-check",
            title: entry.purpose.clone(),
            href: format!("/statement-lines/{}", entry.line),
            since_ms: entry.created_ms,
            due_ms: None,
            demo: entry.demo,
        });
    }
    let lines = seen(app, ctx, "statement_view", "BankStatement", &OWNED)?;
    let (open, _) = store::line::unmatched(&conn, lines, ITEMS_MAX).await?;
    items.extend(open.iter().filter(|line| line.proposed.is_none()).map(|line| DeskItem {
        kind: "desk-line-open",
        title: [line.open.counterparty.as_str(), line.summary.as_str()].join(" ").trim().to_owned(),
        href: format!("/statement-lines/{}", line.open.id),
        since_ms: line.open.day.start().ms(),
        due_ms: Some(line.open.day.plus_days(LINE_DAYS).start().ms()),
        demo: line.demo,
    }));
    Ok(items)
}

/// Whether somebody can have an account to look after at all: most people have none, and every page asks.
fn handles_money(actor: &Actor) -> bool {
    let pays = |membership: &platform::ctx::Membership| membership.mandates.contains(&Mandate::Pay);
    actor.account.is_some()
        && (actor.has(Role::JointOffice) || actor.has(Role::CityOfficer) || actor.memberships.iter().any(pays))
}

async fn payments(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for state in [PaymentState::Submitted, PaymentState::Approved] {
        let allowed = seen(app, ctx, "payment_view", "Payment", &OWNED)?;
        for payment in store::payment::waiting(conn, allowed, state).await?.into_iter().take(ITEMS_MAX) {
            let account = load_account(conn, &payment.account).await?.0;
            let checks = app.policies().allows(ctx, "payment_check", &payment_resource(&payment, &account, &ctx.actor));
            match state {
                PaymentState::Submitted if checks => items.push(about(&payment, "desk-payment-check")),
                PaymentState::Approved => {
                    items.push(DeskItem { href: "/payment-files/new".into(), ..about(&payment, "desk-payment-send") });
                }
                _ => {}
            }
        }
    }
    Ok(items)
}

fn about(payment: &Payment, kind: &'static str) -> DeskItem {
    DeskItem {
        kind,
        title: format!("{} {}", payment.number, payment.purpose),
        href: format!("/payments/{}", payment.id),
        since_ms: payment.updated_ms,
        due_ms: None,
        demo: payment.demo,
    }
}
