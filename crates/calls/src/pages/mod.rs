//! Pages for people, in Chinese and English.

pub mod accounts;
pub mod amendment;
pub mod answer;
pub mod award;
pub mod call;
pub mod conflict;
pub mod contract;
pub mod draw;
pub mod milestone;
pub mod nda;
pub mod objection;
pub mod pledge;
pub mod publication;
pub mod question;
pub mod release;
pub mod reviewer;
pub mod task;
mod words;

use crate::actions::call::View;
use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::MethodRouter;
use futures_util::future::BoxFuture;
use kernel::Refusal;
use platform::capability::Route;
use platform::journal::Recorded;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Action, Form, Proofs, Receipt};
use platform::web::{Problem, T, html};
use platform::{App, Caller, Fault};
use registry::actions::organisation::Done;
use registry::pages::frames::{ReceiptPage, StepPage};

/// What a noun adds to the page of its call.
pub(crate) struct Section {
    /// The id of its heading in the page.
    pub(crate) anchor: &'static str,
    /// Its heading.
    pub(crate) heading: String,
    /// What it shows: a rendered template.
    pub(crate) body: String,
    /// What the reader can do with this noun now; the page shows the first of all as its main one.
    pub(crate) acts: Vec<Action>,
}

impl Section {
    /// A section out of its template.
    pub(crate) fn of(
        anchor: &'static str,
        heading: String,
        body: &impl Template,
        acts: Vec<Action>,
    ) -> Result<Section, Problem> {
        let body = body.render().map_err(|error| Fault::Internal(error.to_string()))?;
        Ok(Section { anchor, heading, body, acts })
    }
}

/// How a noun gives its section: none where it has nothing to show this reader.
pub(crate) type SectionOf =
    for<'a> fn(&'a App, &'a Caller, &'a View) -> BoxFuture<'a, Result<Option<Section>, Problem>>;

/// Sections of the page of a call, in the order in which they stand there.
pub(crate) const SECTIONS: &[SectionOf] =
    &[amendment::section, nda::section, answer::section, question::section, draw::section, award::section, publication::section];

fn read(path: &'static str, action: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::GET, path, action, journal: None, handler }
}

fn write(path: &'static str, action: &'static str, kind: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::POST, path, action, journal: Some(kind), handler }
}

/// What a page says to a fault: a refusal of what was typed or tried comes back with the page it came from, anything
/// else (a stranger, a missing proof, a failure) has a page of its own.
fn refused(fault: Fault) -> Result<Refusal, Problem> {
    match fault {
        Fault::Refused(refusal) if !matches!(refusal.kind.status(), 401 | 403 | 404) => Ok(refusal),
        fault => Err(fault.into()),
    }
}

/// The status of a page that comes back with a refusal.
fn status(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

fn word(t: T, key: impl AsRef<str>) -> String {
    t.msg(key).into_owned()
}

/// A page that is one form.
fn form_page(caller: &Caller, task: String, back: impl Into<String>, form: Form) -> StepPage {
    let shell = caller.visit.shell(task.clone()).private().here("/calls");
    StepPage { shell, step: StepFrame { form, task, step: 0, steps: 0, back_href: back.into() } }
}

/// The receipt of what was done.
fn receipt(caller: &Caller, title: String, done: &Done, next: Vec<String>, links: Vec<(String, String)>) -> Response {
    let receipt = Receipt {
        t: caller.visit.t,
        title: title.clone(),
        number: done.entry.to_string(),
        at_ms: done.at_ms,
        next,
        links,
        proof: None,
    };
    html(&ReceiptPage::new(caller.visit.shell(title).private().here("/calls"), receipt))
}

/// A receipt that leads back to the call.
fn receipt_of(caller: &Caller, noun: &str, what: &str, call: &str, done: &Done) -> Response {
    let t = caller.visit.t;
    let next = vec![word(t, format!("{noun}-{what}-next"))];
    let links = vec![(format!("/calls/{call}"), word(t, "call-back"))];
    receipt(caller, word(t, format!("{noun}-{what}-title")), done, next, links)
}

/// A line of a history.
struct HistoryLine {
    text: String,
    at_ms: i64,
    entry: i64,
    href: String,
}

/// What happened, in words: the names of journal kinds, the newest first.
fn history(t: T, entries: &[Recorded]) -> Vec<HistoryLine> {
    let line = |entry: &Recorded| HistoryLine {
        text: t.entry_kind(&entry.kind).into_owned(),
        at_ms: entry.at_ms,
        entry: entry.entry_id,
        href: if entry.public { platform::journal::entry_href(entry.entry_id) } else { String::new() },
    };
    entries.iter().map(line).collect()
}

/// The newest entry that everybody may read.
fn proof(t: T, entries: &[Recorded]) -> Option<Proofs> {
    let entry = entries.iter().find(|entry| entry.public)?;
    Some(Proofs::of(t, entry.entry_id, entry.at_ms))
}

/// A text in lines, without empty ones.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect()
}

/// What is shown in the other language beside a text; empty where there is nothing or it is the same.
fn other_side<'a>(t: T, zh: &'a str, en: &'a str) -> &'a str {
    let shown = t.pick(zh, en);
    let other = if shown == zh { en } else { zh };
    if other == shown { "" } else { other }
}
