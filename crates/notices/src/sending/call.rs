//! Webhook calls: one POST, signed; see [`platform::outward`] for where it goes and where not.

use super::{Failure, Outlets};
use crate::actions::{Delivery, Notice, Webhook, as_account};
use crate::rules::message::noun_of;
use crate::store;
use crate::token::signature;
use crate::words::Words;
use kernel::Locale;
use platform::App;
use platform::outward::{self, Failed, Post};
use platform::web::T;
use serde_json::json;

/// Makes the call of a delivery.
pub(super) async fn send(app: &App, outlets: &Outlets, delivery: &Delivery) -> Result<(), Failure> {
    let gone = || Failure::Never("gone".into());
    let conn = app.db().read();
    let hook = store::webhook::by_id(&conn, delivery.webhook.as_deref().unwrap_or_default()).await?;
    let notice = store::notice::by_id(&conn, delivery.notice.as_deref().unwrap_or_default()).await?;
    let (hook, notice) = hook.zip(notice).ok_or_else(gone)?;
    if as_account(app, &hook.account).await?.is_none() {
        return Err(gone());
    }
    let body = body(app, &notice).to_string();
    let answer = outward::post(&post(app, outlets, &hook, delivery, body)).await?;
    match answer.status {
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(Failure::Later(format!("redirect {}", status.as_u16()))),
        status => Err(Failure::Later(format!("status {}", status.as_u16()))),
    }
}

/// The message as programs read it; see docs/webhooks.md.
fn body(app: &App, notice: &Notice) -> serde_json::Value {
    let words = |locale| Words::of(T { locale, texts: app.texts() }, notice).text;
    let base = app.settings().public_url.trim_end_matches('/');
    json!({
        "id": notice.id, "kind": noun_of(&notice.kind), "topic": notice.topic, "high": notice.high, "at_ms": notice.at_ms,
        "text": { "zh": words(Locale::ZhCn), "en": words(Locale::En) },
        "title": notice.title, "title_en": notice.title_en, "by": notice.who,
        "expects": notice.expects, "due_ms": notice.due_ms,
        "object": { "kind": notice.object_kind, "id": notice.object_id },
        "url": format!("{base}{}", notice.href), "organisation": notice.organisation, "entry": notice.entry,
        "hits": notice.hits, "demo": notice.demo,
    })
}

fn post(app: &App, outlets: &Outlets, hook: &Webhook, delivery: &Delivery, body: String) -> Post {
    let now_s = app.clock().now().ms() / 1_000;
    let signed = signature(&hook.secret, format!("{now_s}.{body}").as_bytes());
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("yilang-delivery", delivery.id.clone()),
        ("yilang-signature", format!("t={now_s},v1={signed}")),
    ];
    Post { url: hook.url.clone(), private: outlets.private, headers, body }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Failure {
        match failed {
            Failed::Later(why) => Failure::Later(why),
            Failed::Never(why) => Failure::Never(why),
        }
    }
}
