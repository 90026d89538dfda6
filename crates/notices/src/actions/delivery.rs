//! The log of what was sent outside, and sending something once more.

use super::account;
use super::webhook::kept_organisations;
use crate::store::delivery::{self, Channel, Delivery, Whose};
use kernel::Refusal;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};

/// States that a log can be narrowed to.
pub const STATES: [&str; 4] = ["ready", "sending", "sent", "failed"];

/// A page of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Deliveries, newest first.
    pub items: Vec<Delivery>,
    /// Deliveries in the whole log.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// A delivery as policies see it.
pub fn resource(one: &Delivery) -> Resource {
    Resource::new("Delivery", &one.id)
        .with("account", one.account.as_str())
        .with_some("organisation", one.organisation.as_deref())
}

/// What was sent to the actor, and to the webhooks of organisations he keeps.
///
/// # Errors
/// Nobody is signed in, `delivery-state`, or a cursor that is not ours.
pub async fn delivery_list(app: &App, ctx: &Ctx, state: &str, page: &Page) -> Outcome<Log> {
    app.policies().require(ctx, "delivery_list", &Resource::house())?;
    log(app, Whose::Of(account(ctx)?, kept_organisations(ctx)), state, page).await
}

/// What was sent to everybody; the log holds no words of any message.
///
/// # Errors
/// Not an administrator, `delivery-state`, or a cursor that is not ours.
pub async fn delivery_list_all(app: &App, ctx: &Ctx, state: &str, page: &Page) -> Outcome<Log> {
    app.policies().require(ctx, "delivery_list_all", &Resource::house())?;
    log(app, Whose::All, state, page).await
}

async fn log(app: &App, whose: Whose, state: &str, page: &Page) -> Outcome<Log> {
    if !state.is_empty() && !STATES.contains(&state) {
        return Err(Refusal::invalid(
            "delivery-state",
            "请从“待发、发送中、已发、失败”中选择状态。",
            "Choose a state: ready, sending, sent or failed.",
        )
        .at("state")
        .into());
    }
    let conn = app.db().read();
    let after = match page.cursor.as_deref() {
        Some(cursor) => Some(delivery::by_id(&conn, cursor).await?.ok_or_else(cursor_refused)?),
        None => None,
    };
    let (mut items, total) = delivery::list(&conn, &whose, state, after.as_ref(), page.limit + 1).await?;
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Log { items, total, next })
}

/// Sends something once more, with fresh tries: a call that failed, or one whose receiver lost it.
///
/// # Errors
/// Not found, also for everybody else; `delivery-waits` while it is on its way; `delivery-confirmation` for a link,
/// which is asked for anew.
pub async fn delivery_replay(app: &App, ctx: &Ctx, id: &str) -> Outcome<()> {
    app.in_txn(ctx, "delivery_replay", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let found = delivery::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "delivery_replay", &resource(&found))?;
            if found.channel == Channel::Confirmation {
                return Err(Refusal::conflict(
                    "delivery-confirmation",
                    "确认链接不能重发。请在“通知设置”中重新填写邮箱，会收到新的链接。",
                    "A confirmation is not sent again. Name the address anew in the settings; a new link will come.",
                )
                .into());
            }
            if !delivery::replay(tx, id, tx.ctx().now.ms()).await? {
                return Err(Refusal::conflict(
                    "delivery-waits",
                    "这一条还在发送途中，不能重发。请等它送达或失败后再试。",
                    "It is still on its way. Send it again once it has arrived or failed.",
                )
                .into());
            }
            tx.journal(Entry::new("delivery.replayed", "delivery", id).demo(found.demo)).await.map(|_| ())
        })
    })
    .await
}
