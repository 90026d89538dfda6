//! One's own passkeys and the identities of other houses one's account is linked to.

use crate::actions::identity::{identity_list, identity_remove};
use crate::actions::passkey::{NewPasskey, passkey_begin, passkey_confirm, passkey_list, passkey_remove};
use crate::actions::passkey_show::proof_begin;
use crate::store::identity::Identity;
use crate::store::passkey::Passkey;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};

/// Routes of passkeys and linked identities.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/me/passkeys", "passkey_list", get(passkeys)),
        write("/api/v1/me/passkeys/questions", "passkey_begin", "passkey.asked", post(question)),
        write("/api/v1/me/passkeys", "passkey_confirm", "passkey.added", post(add)),
        write("/api/v1/me/passkeys/{id}/removals", "passkey_remove", "passkey.removed", post(remove)),
        write("/api/v1/me/proofs/passkeys", "proof_give", "passkey.asked", post(prove)),
        read("/api/v1/me/identities", "identity_list", get(identities)),
        write("/api/v1/me/identities/{id}/removals", "identity_remove", "identity.removed", post(unlink)),
    ]
}

/// Its part of the API document.
#[derive(OpenApi)]
#[openapi(
    paths(passkeys, question, add, remove, prove, identities, unlink),
    components(schemas(PasskeyItem, PasskeyItems, PasskeyBody, PasskeyAdded, IdentityItem, IdentityItems))
)]
pub struct Document;

/// A passkey of one's own.
#[derive(Serialize, ToSchema)]
struct PasskeyItem {
    id: String,
    /// What its owner calls it.
    name: String,
    /// When it was added.
    made_ms: i64,
    /// When it was last used; null for never.
    used_ms: Option<i64>,
    /// From which address then; may be empty.
    used_from: String,
    /// With which browser then; may be empty.
    used_with: String,
    /// Whether it is kept in more than one device.
    backed_up: bool,
    /// Since when it has been counting backwards, which a copy would do; null for never.
    doubted_ms: Option<i64>,
}

impl From<Passkey> for PasskeyItem {
    fn from(passkey: Passkey) -> PasskeyItem {
        let Passkey { id, name, made_ms, used_ms, used_from, used_with, backed_up, doubted_ms, .. } = passkey;
        PasskeyItem { id, name, made_ms, used_ms, used_from, used_with, backed_up, doubted_ms }
    }
}

/// One's own passkeys, the newest first: all of them.
#[derive(Serialize, ToSchema)]
struct PasskeyItems {
    items: Vec<PasskeyItem>,
    total: usize,
    next: Option<String>,
}

/// One's own passkeys.
#[utoipa::path(get, path = "/api/v1/me/passkeys", tag = "access", operation_id = "passkey_list", security(("session" = [])),
    responses((status = 200, body = PasskeyItems), (status = 401), (status = 403, description = "a token sees no passkeys")))]
async fn passkeys(State(app): State<App>, caller: Caller) -> Result<Json<PasskeyItems>, Problem> {
    let items: Vec<PasskeyItem> =
        passkey_list(&app, &caller.ctx).await?.passkeys.into_iter().map(PasskeyItem::from).collect();
    Ok(Json(PasskeyItems { total: items.len(), items, next: None }))
}

/// Asks for a new passkey. The answer is the `PublicKeyCredentialCreationOptionsJSON` of Web Authentication; it is answered
/// once, in this session, within five minutes.
#[utoipa::path(post, path = "/api/v1/me/passkeys/questions", tag = "access", operation_id = "passkey_question", security(("session" = [])),
    responses((status = 201, body = Object), (status = 401), (status = 403, description = "a token, or no fresh proof (step-up)"), (status = 409, description = "this site's address has no passkeys, or there are too many")))]
async fn question(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<Value>), Problem> {
    Ok((StatusCode::CREATED, Json(passkey_begin(&app, &caller.ctx).await?)))
}

/// A new passkey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasskeyBody {
    /// What its owner calls it: 1 to 40 characters.
    name: String,
    /// What the device answered: `RegistrationResponseJSON` of Web Authentication, as text.
    credential: String,
}

/// What was added.
#[derive(Serialize, ToSchema)]
struct PasskeyAdded {
    passkey: PasskeyItem,
    /// Recovery codes for when the device is lost, told once; empty where there have been some.
    recovery_codes: Vec<String>,
}

/// Adds a passkey. From now on it signs in by itself, and is asked for after the password.
#[utoipa::path(post, path = "/api/v1/me/passkeys", tag = "access", operation_id = "passkey_add", request_body = PasskeyBody, security(("session" = [])),
    responses((status = 201, body = PasskeyAdded), (status = 401), (status = 403, description = "a token"), (status = 409, description = "it is there already, there are too many, or this site's address has no passkeys"), (status = 422, description = "the name or the answer of the device does not do")))]
async fn add(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<PasskeyBody>,
) -> Result<(StatusCode, Json<PasskeyAdded>), Problem> {
    let new = NewPasskey { name: body.name, credential: body.credential };
    let added = passkey_confirm(&app, &caller.ctx, new).await?;
    Ok((StatusCode::CREATED, Json(PasskeyAdded { passkey: added.passkey.into(), recovery_codes: added.codes })))
}

/// Removes a passkey and signs out everywhere else.
#[utoipa::path(post, path = "/api/v1/me/passkeys/{id}/removals", tag = "access", operation_id = "passkey_remove", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "removed"), (status = 401), (status = 403, description = "a token, or no fresh proof (step-up)"), (status = 404)))]
async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    passkey_remove(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a passkey as a proof of who sits there. The answer is the `PublicKeyCredentialRequestOptionsJSON` of Web
/// Authentication; what the device answers goes to `/api/v1/me/proofs`.
#[utoipa::path(post, path = "/api/v1/me/proofs/passkeys", tag = "access", operation_id = "proof_question", security(("session" = [])),
    responses((status = 201, body = Object), (status = 401), (status = 403, description = "a token proves nothing"), (status = 409, description = "there is no passkey, or this site's address has none")))]
async fn prove(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<Value>), Problem> {
    Ok((StatusCode::CREATED, Json(proof_begin(&app, &caller.ctx).await?)))
}

/// An identity of another house.
#[derive(Serialize, ToSchema)]
struct IdentityItem {
    id: String,
    /// The provider's id in the configuration.
    provider: String,
    /// Who vouches for it.
    issuer: String,
    /// What the issuer calls it.
    subject: String,
    /// When it was linked.
    linked_ms: i64,
    /// When it was last used to sign in; null for never.
    used_ms: Option<i64>,
}

impl From<Identity> for IdentityItem {
    fn from(identity: Identity) -> IdentityItem {
        let Identity { id, provider, issuer, subject, linked_ms, used_ms, .. } = identity;
        IdentityItem { id, provider, issuer, subject, linked_ms, used_ms }
    }
}

/// Identities one's account is linked to, the newest first: all of them.
#[derive(Serialize, ToSchema)]
struct IdentityItems {
    items: Vec<IdentityItem>,
    total: usize,
    next: Option<String>,
}

/// Identities one's account is linked to. They are linked in the browser.
#[utoipa::path(get, path = "/api/v1/me/identities", tag = "access", operation_id = "identity_list", security(("session" = [])),
    responses((status = 200, body = IdentityItems), (status = 401), (status = 403, description = "a token sees no identities")))]
async fn identities(State(app): State<App>, caller: Caller) -> Result<Json<IdentityItems>, Problem> {
    let items: Vec<IdentityItem> =
        identity_list(&app, &caller.ctx).await?.into_iter().map(IdentityItem::from).collect();
    Ok(Json(IdentityItems { total: items.len(), items, next: None }))
}

/// Ends a link and signs out everywhere else.
#[utoipa::path(post, path = "/api/v1/me/identities/{id}/removals", tag = "access", operation_id = "identity_remove", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "removed"), (status = 401), (status = 403, description = "a token, or no fresh proof (step-up)"), (status = 404)))]
async fn unlink(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    identity_remove(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
