//! Passkeys: one's own, and those that are shown to sign in or to prove who sits there.

use super::{again_page, cookie_header};
use crate::actions::passkey::{NewPasskey, PasskeyView, passkey_begin, passkey_confirm, passkey_list, passkey_remove};
use crate::actions::passkey_show::{enter_begin, enter_take, proof_begin};
use crate::rules::passkey as rules;
use crate::webauthn::WAIT_MS;
use askama::Template;
use axum::extract::{Form as Posted, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::{Place, on_form, safe_next, welcome};
use platform::web::parts::{Crumbs, Field, Form};
use platform::web::visit::cookie as cookie_of;
use platform::web::{Problem, Shell, assets, html, html_with};
use platform::{App, Caller, Fault};
use rooms::routes::{read, write};
use serde::Deserialize;
use serde_json::Value;

/// Routes of passkeys.
pub fn routes() -> Vec<Route> {
    vec![
        read("/account/passkeys", "passkey_list", get(page)),
        write("/account/passkeys", "passkey_begin", "passkey.asked", post(begin)),
        write("/account/passkeys/confirmations", "passkey_confirm", "passkey.added", post(confirm)),
        write("/account/passkeys/{id}/removals", "passkey_remove", "passkey.removed", post(remove)),
        write("/account/proofs/passkeys", "proof_give", "passkey.asked", post(prove)),
        write("/sign-in/passkeys", "passkey_enter", "passkey.asked", post(enter)),
        write("/sign-in/passkeys/answers", "passkey_enter", "session.created", post(take)),
    ]
}

#[derive(Template)]
#[template(path = "access/passkeys.html")]
struct PasskeysPage {
    shell: Shell,
    crumbs: Crumbs,
    view: PasskeyView,
    begin: Form,
    error: String,
}

/// A page whose script asks the device.
#[derive(Template)]
#[template(path = "access/passkey.html")]
struct AskPage {
    shell: Shell,
    heading: String,
    lede: String,
    script: &'static str,
    ask: &'static str,
    options: String,
    form: Form,
    back: String,
}

/// The page that asks the device; `word` is the beginning of the keys of its texts.
fn ask_page(caller: &Caller, ask: &'static str, word: &str, options: &Value, form: Form, back: &str) -> Response {
    let t = caller.visit.t;
    let heading = t.msg(format!("access-passkey-{word}-title")).into_owned();
    html(&AskPage {
        shell: caller.visit.shell(heading.clone()).private(),
        heading,
        lede: t.msg(format!("access-passkey-{word}-lede")).into_owned(),
        script: assets::href("sign-in.js"),
        ask,
        options: options.to_string(),
        form,
        back: back.to_owned(),
    })
}

async fn filled(app: &App, caller: &Caller, fault: Option<Fault>) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let begin = Form::new(t, "/account/passkeys", t.msg("access-passkey-begin"));
    let (status, begin) = match fault {
        Some(fault) => on_form(fault, begin)?,
        None => (StatusCode::OK, begin),
    };
    // Only the form's own sentence, above the list, where it is read first.
    let error = begin.errors.first().cloned().unwrap_or_default();
    let page = PasskeysPage {
        shell: caller.visit.shell(t.msg("access-passkeys")).private(),
        crumbs: Crumbs::new(t, t.msg("access-passkeys").into_owned())
            .over("/account", t.msg("account-title").into_owned()),
        view: passkey_list(app, &caller.ctx).await?,
        begin: Form { errors: Vec::new(), ..begin },
        error,
    };
    Ok(html_with(status, &page))
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    caller.signed_in()?;
    filled(&app, &caller, None).await
}

async fn begin(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    match passkey_begin(&app, &caller.ctx).await {
        Ok(options) => {
            let t = caller.visit.t;
            let name = Field::line(t, "name", t.msg("access-passkey-name"))
                .hint(t.msg("access-passkey-name-hint"))
                .chars_max(rules::NAME_CHARS_MAX)
                .value(t.msg("access-passkey-name-first"));
            let form = Form::new(t, "/account/passkeys/confirmations", t.msg("access-passkey-make")).field(name);
            Ok(ask_page(&caller, "create", "make", &options, form, "/account/passkeys"))
        }
        Err(fault) => filled(&app, &caller, Some(fault)).await,
    }
}

#[derive(Deserialize)]
struct Confirmed {
    #[serde(default)]
    name: String,
    #[serde(default)]
    credential: String,
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Posted(typed): Posted<Confirmed>,
) -> Result<Response, Problem> {
    let new = NewPasskey { name: typed.name, credential: typed.credential };
    match passkey_confirm(&app, &caller.ctx, new).await {
        Ok(added) if added.codes.is_empty() => Ok(Redirect::to("/account/passkeys").into_response()),
        Ok(added) => Ok(super::factor::codes_page(&caller, added.codes)),
        Err(fault) => filled(&app, &caller, Some(fault)).await,
    }
}

async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Redirect, Problem> {
    passkey_remove(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/account/passkeys"))
}

fn name(https: bool) -> &'static str {
    if https { "__Host-passkey" } else { "passkey" }
}

/// Ties a question to the browser that asked it, for so many seconds; 0 takes it away. It is no session.
fn cookie(secret: &str, age_s: i64, https: bool) -> HeaderValue {
    cookie_header(name(https), secret, age_s, https)
}

#[derive(Deserialize)]
struct Entering {
    #[serde(default)]
    next: String,
    #[serde(default)]
    credential: String,
}

async fn enter(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Posted(typed): Posted<Entering>,
) -> Result<Response, Problem> {
    let (t, next) = (caller.visit.t, safe_next(&typed.next));
    match enter_begin(&app, &caller.ctx, &place.0).await {
        Ok(asked) => {
            let form = Form::new(t, "/sign-in/passkeys/answers", t.msg("access-passkey-show")).hidden("next", next);
            let mut response = ask_page(&caller, "get", "enter", &asked.options, form, "/sign-in");
            let cookie = cookie(&asked.secret, WAIT_MS / 1000, app.site().https);
            response.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(response)
        }
        Err(fault) => again(&caller, fault, next),
    }
}

/// What went wrong, and the way to begin again.
fn again(caller: &Caller, fault: Fault, next: &str) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let form = Form::new(t, "/sign-in/passkeys", t.msg("access-passkey-again")).hidden("next", next);
    let (status, form) = on_form(fault, form)?;
    Ok(again_page(caller, status, "access-passkey-enter-title", "access-passkey-again-lede", form))
}

async fn take(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    headers: HeaderMap,
    Posted(typed): Posted<Entering>,
) -> Result<Response, Problem> {
    let (https, next) = (app.site().https, safe_next(&typed.next));
    let secret = cookie_of(&headers, name(https)).unwrap_or_default();
    match enter_take(&app, &caller.ctx, secret, &typed.credential, place.0).await {
        Ok(signed_in) => {
            let mut response = welcome(&app, &signed_in, next);
            response.headers_mut().append(header::SET_COOKIE, cookie("", 0, https));
            // Whoever came from the password needs no code any more.
            response.headers_mut().append(header::SET_COOKIE, super::enter::cookie("", 0, https));
            Ok(response)
        }
        Err(fault) => again(&caller, fault, next),
    }
}

#[derive(Deserialize)]
struct Proving {
    #[serde(default)]
    back: String,
    #[serde(default)]
    send: String,
    #[serde(default)]
    held: String,
}

async fn prove(State(app): State<App>, caller: Caller, Posted(typed): Posted<Proving>) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let options = proof_begin(&app, &caller.ctx).await?;
    let back = safe_next(&typed.back);
    let form = Form::new(t, "/account/proofs", t.msg("access-passkey-show")).hidden("back", back);
    let form = if typed.send.is_empty() { form } else { form.hidden("send", typed.send).hidden("held", typed.held) };
    Ok(ask_page(&caller, "get", "prove", &options, form, back))
}
