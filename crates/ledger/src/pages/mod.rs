//! Pages for people, in Chinese and English.

pub mod account;
pub mod line;
pub mod payment;
pub mod period;
pub mod statement;
mod words;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::MethodRouter;
use kernel::Refusal;
use platform::capability::Route;
use platform::policy::Resource;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Form, Receipt};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller, Fault};
use registry::actions::organisation::Done;
use registry::pages::frames::{ReceiptPage, StepPage};

/// Where everything about money begins.
const HOME: &str = "/accounts";

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

/// The frame of a page about money: nobody else finds it.
fn shell(caller: &Caller, title: impl Into<String>) -> Shell {
    caller.visit.shell(title).private().here(HOME)
}

/// Whether the way to the periods is shown.
fn sees_periods(app: &App, caller: &Caller) -> bool {
    app.policies().allows(&caller.ctx, "period_list", &Resource::house())
}

/// A page that is one form.
fn form_page(caller: &Caller, task: String, back: impl Into<String>, form: Form) -> StepPage {
    StepPage {
        shell: shell(caller, task.clone()),
        step: StepFrame { form, task, step: 0, steps: 0, back_href: back.into() },
    }
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
    html(&ReceiptPage::new(shell(caller, title), receipt))
}
