//! A fresh proof of who sits there, and what was sent before it, sent again.

use super::{code_field, form_page, form_page_also, password_field};
use crate::actions::proof::{Proof, proof_give, proof_means};
use axum::extract::{Form as Posted, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use futures_util::future::BoxFuture;
use platform::capability::{Held, Route};
use platform::identity::{Place, on_form, safe_next};
use platform::web::Problem;
use platform::web::parts::Form;
use platform::{App, Caller, Outcome};
use rooms::routes::write;
use serde::Deserialize;

/// Routes of proofs.
pub fn routes() -> Vec<Route> {
    vec![write("/account/proofs", "proof_give", "proof.given", post(give))]
}

/// Parts of names of fields that are typed again rather than kept in a page.
const SECRET: [&str; 4] = ["password", "secret", "code", "credential"];

/// What was sent, as the page that asks for a proof carries it.
fn packed(held: &Held) -> Option<String> {
    let kept = held.fields.as_ref()?.iter().filter(|(name, _)| !SECRET.iter().any(|part| name.contains(part)));
    Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish())
}

/// The form that asks for a proof, and the way by a passkey where the account has one.
async fn forms(app: &App, caller: &Caller, back: &str, held: Option<&str>) -> Outcome<(Form, Option<Form>)> {
    let t = caller.visit.t;
    let means = proof_means(app, &caller.ctx).await?;
    let carry = |form: Form| match held {
        Some(held) => form.hidden("back", back).hidden("send", "again").hidden("held", held),
        None => form.hidden("back", back),
    };
    let field = if means.code { code_field(t) } else { password_field(t) };
    let also = || carry(Form::new(t, "/account/proofs/passkeys", t.msg("access-passkey-instead")));
    let form = carry(Form::new(t, "/account/proofs", t.msg("access-proof-submit")).field(field));
    Ok((form, means.passkey.then(also)))
}

fn shown(caller: &Caller, status: StatusCode, form: Form, also: Option<Form>) -> Response {
    form_page_also(caller, status, "access-proof-title", "access-proof-lede", form, also)
}

/// The page that asks, in place of what was refused.
pub fn ask<'a>(app: &'a App, caller: &'a Caller, held: Held) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        match forms(app, caller, &held.path, packed(&held).as_deref()).await {
            Ok((form, also)) => shown(caller, StatusCode::FORBIDDEN, form, also),
            Err(fault) => Problem::from(fault).into_response(),
        }
    })
}

#[derive(Deserialize)]
struct ProofForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    credential: String,
    #[serde(default)]
    back: String,
    #[serde(default)]
    send: String,
    #[serde(default)]
    held: String,
}

async fn give(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    Posted(typed): Posted<ProofForm>,
) -> Result<Response, Problem> {
    let back = safe_next(&typed.back);
    let held = (!typed.send.is_empty()).then_some(typed.held.as_str());
    let ProofForm { password, code, credential, .. } = typed;
    let proof = Proof { password, code, credential, visitor: place.0 };
    match (proof_give(&app, &caller.ctx, proof).await, held) {
        (Ok(()), Some(held)) => Ok(again(&caller, back, held)),
        (Ok(()), None) => Ok(Redirect::to(back).into_response()),
        (Err(fault), held) => {
            let (form, also) = forms(&app, &caller, back, held).await?;
            let (status, form) = on_form(fault, form)?;
            Ok(shown(&caller, status, form, also))
        }
    }
}

/// What was sent before, ready to be sent again by its person.
fn again(caller: &Caller, back: &str, held: &str) -> Response {
    let t = caller.visit.t;
    let fields = form_urlencoded::parse(held.as_bytes()).into_owned();
    let form =
        fields.fold(Form::new(t, back, t.msg("access-proof-again")), |form, (name, value)| form.hidden(name, value));
    form_page(caller, StatusCode::OK, "access-proof-done", "access-proof-done-lede", form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_not_kept_in_a_page() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields =
            vec![field("reason", "a b&c"), field("password", "x"), field("new_password", "x"), field("code", "1")];
        let held = Held { path: "/x".into(), fields: Some(fields) };
        assert_eq!(packed(&held).as_deref(), Some("reason=a+b%26c"));
        assert_eq!(packed(&Held { path: "/x".into(), fields: None }), None);
    }
}
