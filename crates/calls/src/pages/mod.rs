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
use axum::response::Response;
use futures_util::future::BoxFuture;
use platform::journal::Recorded;
use platform::web::parts::{Action, Form};
use platform::web::{Problem, T};
use platform::{App, Caller, Fault};
use rooms::actions::Done;
use rooms::pages::frames::StepPage;
use rooms::pages::{HistoryLine, lines, other_side, proof, refused, status, word};
use rooms::routes::{read, write};

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
pub(crate) const SECTIONS: &[SectionOf] = &[
    amendment::section,
    nda::section,
    answer::section,
    question::section,
    draw::section,
    award::section,
    publication::section,
];

/// Everything about calls stands below one entry of the menu.
const PLACE: rooms::pages::Section = rooms::pages::Section("/calls");

/// A page that is one form.
fn form_page(caller: &Caller, task: String, back: impl Into<String>, form: Form) -> StepPage {
    PLACE.form(caller, task, back, form)
}

/// The receipt of what was done.
fn receipt(caller: &Caller, title: String, done: &Done, next: Vec<String>, links: Vec<(String, String)>) -> Response {
    PLACE.receipt(caller, title, done, next, links)
}

/// A receipt that leads back to the call.
fn receipt_of(caller: &Caller, noun: &str, what: &str, call: &str, done: &Done) -> Response {
    let t = caller.visit.t;
    let next = vec![word(t, format!("{noun}-{what}-next"))];
    let links = vec![(format!("/calls/{call}"), word(t, "call-back"))];
    receipt(caller, word(t, format!("{noun}-{what}-title")), done, next, links)
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
