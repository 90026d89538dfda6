//! What waits on the desk of whoever holds an office: a second factor.

use super::house::required;
use crate::store::has_second_factor;
use futures_util::future::BoxFuture;
use platform::capability::DeskItem;
use platform::identity::{account_grants, account_row};
use platform::{App, Ctx, Outcome};

/// Those who hold an office are told to set up a second factor until they have one.
pub fn items<'a>(app: &'a App, ctx: &'a Ctx) -> BoxFuture<'a, Outcome<Vec<DeskItem>>> {
    Box::pin(async move {
        let Some(account) = ctx.actor.account.as_deref() else { return Ok(Vec::new()) };
        let conn = app.db().read();
        // Asked of the rows: the offices of the actor may rest.
        let office = account_grants(&conn, account).await?.iter().any(|grant| grant.is_office());
        if !office || has_second_factor(&conn, account).await? {
            return Ok(Vec::new());
        }
        let Some(row) = account_row(&conn, account).await? else { return Ok(Vec::new()) };
        let kind = if required(&conn).await? { "desk-factor-required" } else { "desk-factor" };
        Ok(vec![DeskItem {
            kind,
            title: row.name,
            href: "/account/factors".to_owned(),
            since_ms: row.created_ms,
            due_ms: None,
            demo: row.demo,
        }])
    })
}
