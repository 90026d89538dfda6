//! Pages for people, in Chinese and English.

pub mod committee;
pub mod envelope;
pub mod round;
mod upload;
mod words;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::MethodRouter;
use kernel::Refusal;
use platform::capability::Route;
use platform::journal::Recorded;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Form, Proofs, Receipt};
use platform::web::{Problem, T, html};
use platform::{App, Caller, Fault};
use registry::actions::organisation::Done;
use registry::pages::frames::{ReceiptPage, StepPage};

fn read(path: &'static str, action: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::GET, path, action, journal: None, handler }
}

fn write(path: &'static str, action: &'static str, kind: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::POST, path, action, journal: Some(kind), handler }
}

/// What a page says to a fault: a refusal of what was typed or tried comes back with the page it came from, anything
/// else (a stranger, a failure) has a page of its own.
fn refused(fault: Fault) -> Result<Refusal, Problem> {
    match fault {
        Fault::Refused(refusal)
            if !matches!(refusal.kind.status(), 401 | 404) && refusal.code != Refusal::forbidden().code =>
        {
            Ok(refusal)
        }
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
fn form_page(caller: &Caller, task: String, back: &str, form: Form) -> StepPage {
    let shell = caller.visit.shell(task.clone()).private().here("/rounds");
    StepPage { shell, step: StepFrame { form, task, step: 0, steps: 0, back_href: back.to_owned() } }
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
    html(&ReceiptPage::new(caller.visit.shell(title).private().here("/rounds"), receipt))
}

/// A line of a history.
struct HistoryLine {
    text: String,
    at_ms: i64,
    entry: i64,
    href: String,
}

/// What happened, in words; `noun` begins the text keys.
fn history(t: T, noun: &str, entries: &[Recorded]) -> Vec<HistoryLine> {
    let line = |entry: &Recorded| {
        let key = format!("{noun}-event-{}", entry.kind.split('.').nth(1)?);
        if !t.texts.has(&key) {
            return None;
        }
        let text = match entry.data["seat"].as_i64() {
            Some(seat) => t.n(&key, seat),
            None => word(t, &key),
        };
        let href = platform::journal::entry_href(entry.entry_id);
        Some(HistoryLine { text, at_ms: entry.at_ms, entry: entry.entry_id, href })
    };
    entries.iter().filter_map(line).collect()
}

/// The newest entry that everybody may read.
fn proof(t: T, entries: &[Recorded]) -> Option<Proofs> {
    entries.first().map(|entry| Proofs::of(t, entry.entry_id, entry.at_ms))
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
