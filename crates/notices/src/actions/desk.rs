//! What waits on the administrators' desk: mails that could not be delivered.
//!
//! Nobody is told of them by message, for such a message would be a mail that fails too.

use crate::store::delivery;
use futures_util::future::BoxFuture;
use platform::capability::DeskItem;
use platform::policy::Resource;
use platform::web::T;
use platform::{App, Ctx, Outcome};

/// Days that a failed mail stands on the desk, unless it is sent again before.
const FAILED_DAYS: i64 = 14;

/// One item for all mails that have failed for good, the oldest first in its log.
pub fn items<'a>(app: &'a App, ctx: &'a Ctx) -> BoxFuture<'a, Outcome<Vec<DeskItem>>> {
    Box::pin(async move {
        if app.policies().require(ctx, "delivery_list_all", &Resource::house()).is_err() {
            return Ok(Vec::new());
        }
        let since = ctx.now.plus_days(-FAILED_DAYS).ms();
        let Some(failed) = delivery::mails_failed(&app.db().read(), since).await? else { return Ok(Vec::new()) };
        Ok(vec![DeskItem {
            kind: "desk-mail-failed",
            title: T { locale: ctx.locale, texts: app.texts() }.n("desk-mail-failed-number", failed.count),
            href: "/admin/deliveries?state=failed".to_owned(),
            since_ms: failed.first_ms,
            due_ms: None,
            demo: failed.demo,
        }])
    })
}
