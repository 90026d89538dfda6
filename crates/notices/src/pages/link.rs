//! Links in mails: each asks first, because programs open links too; only the form does something.

use super::WordPage;
use crate::actions::address::{address_confirm, address_of};
use crate::actions::preference::{Ending, ending_of, mail_unsubscribe};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::parts::{Action, Form};
use platform::web::{Problem, T, html};
use platform::{App, Caller};
use rooms::routes::{read, write};

/// Routes of links.
pub fn routes() -> Vec<Route> {
    vec![
        read("/mail/addresses/{link}", "mail_address_confirm", get(confirm_page)),
        write("/mail/addresses/{link}", "mail_address_confirm", "mail_address.confirmed", post(confirm)),
        read("/mail/unsubscriptions/{link}", "mail_unsubscribe", get(end_page)),
        write("/mail/unsubscriptions/{link}", "mail_unsubscribe", "notice.unsubscribed", post(end)),
    ]
}

fn word(caller: &Caller, heading: &str, lede: String, form: Option<Form>) -> WordPage {
    let t = caller.visit.t;
    WordPage {
        shell: caller.visit.shell(t.msg(heading)).private(),
        heading: t.msg(heading).into_owned(),
        lede,
        note: String::new(),
        secret: String::new(),
        on: form.is_none().then(|| Action::new("/inbox/settings", t.msg("inbox-settings"))),
        form,
    }
}

async fn confirm_page(State(app): State<App>, caller: Caller, Path(link): Path<String>) -> Result<Response, Problem> {
    let (_, address) = address_of(&app, &caller.ctx, &link).await?;
    let t = caller.visit.t;
    let form = Form::new(t, format!("/mail/addresses/{link}"), t.msg("mail-confirm"));
    Ok(html(&word(&caller, "mail-confirm-title", t.with("mail-confirm-ask", "address", address), Some(form))))
}

async fn confirm(State(app): State<App>, caller: Caller, Path(link): Path<String>) -> Result<Response, Problem> {
    let address = address_confirm(&app, &caller.ctx, &link).await?;
    let done = caller.visit.t.with("mail-confirm-done", "address", address);
    Ok(html(&word(&caller, "mail-confirm-title", done, None)))
}

/// The topics of a link, in words.
fn topics(t: T, ending: &Ending) -> String {
    let names: Vec<_> = ending.topics.iter().map(|topic| t.msg(format!("notice-topic-{}", topic.code()))).collect();
    names.join(&t.msg("notice-separator"))
}

async fn end_page(State(app): State<App>, caller: Caller, Path(link): Path<String>) -> Result<Response, Problem> {
    let ending = ending_of(&app, &caller.ctx, &link).await?;
    let t = caller.visit.t;
    let form = Form::new(t, format!("/mail/unsubscriptions/{link}"), t.msg("mail-end-do"));
    Ok(html(&word(&caller, "mail-end-title", t.with("mail-end-ask", "topics", topics(t, &ending)), Some(form))))
}

async fn end(State(app): State<App>, caller: Caller, Path(link): Path<String>) -> Result<Response, Problem> {
    let ending = mail_unsubscribe(&app, &caller.ctx, &link).await?;
    let t = caller.visit.t;
    Ok(html(&word(&caller, "mail-end-title", t.with("mail-end-done", "topics", topics(t, &ending)), None)))
}
