//! Pages: the code after the password, one's second factor, proofs, forgotten passwords, what the house asks for.

pub mod enter;
pub mod factor;
pub mod house;
pub mod proof;
pub mod reset;
pub mod why;

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::MethodRouter;
use platform::capability::Route;
use platform::web::parts::{Field, FieldKind, Form};
use platform::web::{Shell, T, html_with};
use platform::{App, Caller};

pub(crate) fn read(path: &'static str, action: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::GET, path, action, journal: None, handler }
}

pub(crate) fn write(path: &'static str, action: &'static str, kind: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::POST, path, action, journal: Some(kind), handler }
}

/// A page that is one form, or one word.
#[derive(Template)]
#[template(path = "access/word.html")]
struct WordPage {
    shell: Shell,
    heading: String,
    lede: String,
    form: Option<Form>,
    back: Option<(String, String)>,
}

/// A page with one form; keys of its heading and of what stands below it.
fn form_page(caller: &Caller, status: StatusCode, heading: &str, lede: &str, form: Form) -> Response {
    let t = caller.visit.t;
    let heading = t.msg(heading).into_owned();
    let shell = caller.visit.shell(heading.clone()).private();
    html_with(status, &WordPage { shell, heading, lede: t.msg(lede).into_owned(), form: Some(form), back: None })
}

/// The field for a code of an app or a recovery code.
fn code_field(t: T) -> Field {
    Field::line(t, "code", t.msg("access-code")).hint(t.msg("access-code-hint")).autocomplete("one-time-code")
}

fn password_field(t: T) -> Field {
    Field::new(t, FieldKind::Line("password"), "password", t.msg("access-password")).autocomplete("current-password")
}
