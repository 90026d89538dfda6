//! Pages: the inbox, how one wants to hear, what one keeps, the logs, links in mails, feeds.

pub mod delivery;
pub mod feed;
pub mod follow;
pub mod inbox;
pub mod link;
pub mod saved;
pub mod settings;
pub mod webhook;

use askama::Template;
use kernel::Refusal;
use platform::Fault;
use platform::web::parts::{Action, Empty, Form, Tag};
use platform::web::{Shell, T};

/// A page beside the inbox: its address, its name, whether it is this one.
struct Place {
    href: &'static str,
    label: String,
    here: bool,
}

/// The pages beside the inbox.
fn places(t: T, here: &str) -> Vec<Place> {
    let all = [
        ("/inbox", "inbox-menu"),
        ("/inbox/settings", "inbox-settings"),
        ("/saved-searches", "saved-title"),
        ("/follows", "follow-title"),
        ("/webhooks", "webhook-title"),
        ("/deliveries", "deliveries-title"),
    ];
    let place = |(href, key): (&'static str, &str)| Place { href, label: t.msg(key).into_owned(), here: href == here };
    all.into_iter().map(place).collect()
}

/// Something one keeps, with the way to let it go.
struct Kept {
    href: String,
    title: String,
    about: String,
    tags: Vec<Tag>,
    at_ms: i64,
    remove: Form,
}

/// A list of what one keeps.
#[derive(Template)]
#[template(path = "notices/kept.html")]
struct KeptPage {
    shell: Shell,
    places: Vec<Place>,
    heading: String,
    lede: String,
    rows: Vec<Kept>,
    empty: Empty,
    form: Option<Form>,
}

/// A question or a word on a page of its own.
#[derive(Template)]
#[template(path = "notices/word.html")]
struct WordPage {
    shell: Shell,
    heading: String,
    lede: String,
    note: String,
    secret: String,
    form: Option<Form>,
    on: Option<Action>,
}

/// The refusal of a form that is shown again; everything else goes on as it is.
fn on_form(fault: Fault) -> Result<Refusal, Fault> {
    match fault {
        Fault::Refused(refusal) if matches!(refusal.kind.status(), 409 | 422 | 429) => Ok(refusal),
        fault => Err(fault),
    }
}
