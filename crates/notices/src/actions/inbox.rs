//! One's own inbox: reading it, and marking it as read.

use super::{account, own};
use crate::rules::message::{Tab, Topic};
use crate::store::notice::{self, Notice};
use futures_util::future::BoxFuture;
use kernel::Refusal;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use serde_json::json;

/// A page of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// Its messages, newest first.
    pub items: Vec<Notice>,
    /// Messages in this half.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Unread messages by half: one's own matters, subscriptions.
    pub unread: (i64, i64),
}

/// A half of one's own inbox, newest first.
///
/// # Errors
/// Nobody is signed in, or a cursor that is not ours.
pub async fn inbox_list(app: &App, ctx: &Ctx, tab: Tab, unread: bool, page: &Page) -> Outcome<Inbox> {
    app.policies().require(ctx, "notice_list", &Resource::house())?;
    let account = account(ctx)?;
    let conn = app.db().read();
    let topics: Vec<Topic> = tab.topics().collect();
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => {
            let found = notice::by_id(&conn, cursor).await?.filter(|notice| notice.account == account);
            Some(found.ok_or_else(cursor_refused)?)
        }
    };
    let mut items = notice::list(&conn, &account, &topics, unread, after.as_ref(), page.limit + 1).await?;
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    let total = notice::total(&conn, &account, &topics, unread).await?;
    let mut waiting = (0, 0);
    for (code, count) in notice::unread_by_topic(&conn, &account).await? {
        match Topic::parse(&code).map(Topic::tab) {
            Some(Tab::Subscriptions) => waiting.1 += count,
            _ => waiting.0 += count,
        }
    }
    Ok(Inbox { items, total, next, unread: waiting })
}

/// How many messages somebody has not read, for the header; at most 99.
pub fn unread<'a>(app: &'a App, ctx: &'a Ctx) -> BoxFuture<'a, Outcome<i64>> {
    Box::pin(async move {
        match ctx.actor.account.as_deref() {
            Some(account) => notice::unread(&app.db().read(), account).await,
            None => Ok(0),
        }
    })
}

/// Marks a message as read; reading it twice changes nothing. Gives the message, for the way to what it is about.
///
/// # Errors
/// Not found, also for everybody else.
pub async fn notice_read(app: &App, ctx: &Ctx, id: &str) -> Outcome<Notice> {
    app.in_txn(ctx, "notice_read", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let found = notice::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "notice_read", &own("Notice", &found.id, &found.account))?;
            if notice::read(tx, id, tx.ctx().now.ms()).await? {
                tx.journal(Entry::new("notice.read", "notice", id).demo(found.demo)).await?;
            }
            Ok(found)
        })
    })
    .await
}

/// Marks a half of one's own inbox as read; says how many messages were not.
///
/// # Errors
/// Nobody is signed in.
pub async fn inbox_read(app: &App, ctx: &Ctx, tab: Tab) -> Outcome<u64> {
    let account = account(ctx)?;
    app.in_txn(ctx, "inbox_read", (app.clone(), account, tab), |tx, (app, account, tab)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "inbox_read", &Resource::house())?;
            let topics: Vec<Topic> = tab.topics().collect();
            let count = notice::read_all(tx, account, &topics, tx.ctx().now.ms()).await?;
            if count > 0 {
                let data = json!({ "tab": tab.code(), "count": count });
                tx.journal(Entry::new("inbox.read", "account", account).data(data)).await?;
            }
            Ok(count)
        })
    })
    .await
}
