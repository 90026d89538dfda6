//! Pages of identity and administration.

mod account;
mod admin;
mod admin_account;
mod house;
mod link;
mod sign_in;

pub(super) use house::STATES;
pub use sign_in::{safe_next, welcome};

use crate::capability::{Route, Way};
use crate::fault::{Fault, Outcome};
use crate::request::Caller;
use crate::web::parts::{Choice, Field, FieldKind, Form};
use crate::web::shell::NavLink;
use crate::web::{Shell, T};
use askama::Template;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use kernel::RefusalKind;
use std::convert::Infallible;
use std::net::SocketAddr;

pub(super) fn routes() -> Vec<Route> {
    [sign_in::routes(), link::routes(), account::routes(), admin::routes(), admin_account::routes(), house::routes()]
        .concat()
}

/// From where a request comes, for sessions and sign-in limits.
pub struct Place(pub super::actions::Visitor);

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = peer.map(|info| crate::web::guard::address_key(info.0.ip().to_canonical())).unwrap_or_default();
        Ok(Place(super::actions::Visitor { ip, user_agent: user_agent(&parts.headers) }))
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// A page that is one form: sign-in, one-time links.
#[derive(Template)]
#[template(path = "identity/form.html")]
struct FormPage {
    shell: Shell,
    heading: String,
    lede: String,
    form: Form,
    note: String,
    links: Vec<NavLink>,
    ways: Vec<Way>,
    next: String,
}

/// A page that shows a secret once: a new token, a new link.
#[derive(Template)]
#[template(path = "identity/once.html")]
struct OncePage {
    shell: Shell,
    heading: String,
    lede: String,
    secret: String,
    back_href: String,
    back_label: String,
}

/// A refusal that belongs on the form comes back with it; every other one is a page of its own.
///
/// # Errors
/// The fault itself, where it is no matter of the form.
pub fn on_form(fault: Fault, form: Form) -> Outcome<(StatusCode, Form)> {
    match fault.refusal() {
        Some(refusal)
            if matches!(refusal.kind, RefusalKind::Invalid | RefusalKind::Conflict | RefusalKind::TooMany) =>
        {
            let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            Ok((status, form.refuse(refusal)))
        }
        _ => Err(fault),
    }
}

/// A page with one form; keys of its heading, of what stands below it and of a note.
fn form_page(caller: &Caller, heading: &str, lede: &str, form: Form, note: &str) -> FormPage {
    let t = caller.visit.t;
    let text = |key: &str| if key.is_empty() { String::new() } else { t.msg(key).into_owned() };
    let (heading, lede, note) = (text(heading), text(lede), text(note));
    let shell = caller.visit.shell(heading.clone()).private();
    FormPage { shell, heading, lede, form, note, links: Vec::new(), ways: Vec::new(), next: String::new() }
}

fn password_field(t: T, name: &str, label: &str, token: &'static str) -> Field {
    Field::new(t, FieldKind::Line("password"), name, t.msg(label)).autocomplete(token)
}

/// The roles an administrator may give, as a choice.
fn role_field(t: T) -> Field {
    let roles = ["administrator", "joint-office", "city-officer", "expert"];
    let choices = roles.map(|role| Choice::new(role, t.msg(format!("role-{role}")))).to_vec();
    Field::new(t, FieldKind::Select(choices), "role", t.msg("identity-role"))
}

fn city_field(t: T) -> Field {
    Field::line(t, "city", t.msg("identity-city")).hint(t.msg("identity-city-hint")).optional().chars_max(6)
}

/// A role in the reader's words, with its city.
pub fn role_text(t: T, grant: &super::Grant) -> String {
    let role = t.msg(format!("role-{}", grant.role.code()));
    grant.city.map_or_else(|| role.to_string(), |city| format!("{role} {city}"))
}
