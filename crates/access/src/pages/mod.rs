//! Pages: the code after the password, one's second factors, passkeys and linked identities, proofs, forgotten passwords,
//! what the house asks for.

pub mod enter;
pub mod factor;
pub mod house;
pub mod identity;
pub mod passkey;
pub mod proof;
pub mod reset;
pub mod why;

use askama::Template;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use platform::capability::Way;
use platform::web::parts::{Field, FieldKind, Form};
use platform::web::{Shell, T, html_with};
use platform::{App, Caller};

/// A page that is one form, or one word.
#[derive(Template)]
#[template(path = "access/word.html")]
struct WordPage {
    shell: Shell,
    heading: String,
    lede: String,
    form: Option<Form>,
    /// Another way on that needs scripts.
    also: Option<Form>,
    back: Option<(String, String)>,
}

/// A page with one form; keys of its heading and of what stands below it.
fn form_page(caller: &Caller, status: StatusCode, heading: &str, lede: &str, form: Form) -> Response {
    html_with(status, &word_page(caller, heading, lede, form))
}

fn word_page(caller: &Caller, heading: &str, lede: &str, form: Form) -> WordPage {
    let t = caller.visit.t;
    let heading = t.msg(heading).into_owned();
    let shell = caller.visit.shell(heading.clone()).private();
    WordPage { shell, heading, lede: t.msg(lede).into_owned(), form: Some(form), also: None, back: None }
}

/// A page with one form that begins again, and the way to the password.
fn again_page(caller: &Caller, status: StatusCode, heading: &str, lede: &str, form: Form) -> Response {
    let back = Some(("/sign-in".to_owned(), caller.visit.t.msg("access-passkey-back").into_owned()));
    html_with(status, &WordPage { back, ..word_page(caller, heading, lede, form) })
}

/// The same page with another way on, if there is one.
fn form_page_also(
    caller: &Caller,
    status: StatusCode,
    heading: &str,
    lede: &str,
    form: Form,
    also: Option<Form>,
) -> Response {
    html_with(status, &WordPage { also, ..word_page(caller, heading, lede, form) })
}

/// Carries a secret that is no session, for so many seconds; 0 takes it away.
fn cookie_header(name: &str, secret: &str, age_s: i64, https: bool) -> HeaderValue {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{name}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    // Secrets are hexadecimal, so the text is always a valid header.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The field for a code of an app or a recovery code.
fn code_field(t: T) -> Field {
    Field::line(t, "code", t.msg("access-code")).hint(t.msg("access-code-hint")).autocomplete("one-time-code")
}

fn password_field(t: T) -> Field {
    Field::new(t, FieldKind::Line("password"), "password", t.msg("access-password")).autocomplete("current-password")
}

/// Ways to sign in beside the password that work here now: passkeys where the address has them, and the providers.
pub fn ways(app: &App, t: T) -> Vec<Way> {
    let passkeys = crate::webauthn::Place::of(&app.settings().public_url).map(|_| Way {
        action: "/sign-in/passkeys".to_owned(),
        label: t.msg("access-passkey-way").into_owned(),
        scripted: true,
    });
    let gate = crate::actions::identity::gate(app);
    let provider = |provider: &crate::provider::Provider| Way {
        action: format!("/sign-in/providers/{}", provider.id),
        label: t.with("access-provider-way", "name", t.text(&provider.name)),
        scripted: false,
    };
    passkeys.into_iter().chain(gate.providers().iter().map(provider)).collect()
}
