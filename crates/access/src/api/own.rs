//! One's own second factor and proofs, and forgotten passwords.

use crate::actions::factor::{Removal, factor_begin, factor_confirm, factor_remove, factor_view, recovery_make};
use crate::actions::mail::reset_ask;
use crate::actions::proof::{Proof, proof_give};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::identity::Place;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Routes of one's own ways to sign in.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/me/factors", "factor_view", get(view)),
        write("/api/v1/me/factors", "factor_begin", "factor.begun", post(begin)),
        write("/api/v1/me/factors/confirmations", "factor_confirm", "factor.confirmed", post(confirm)),
        write("/api/v1/me/factors/removals", "factor_remove", "factor.removed", post(remove)),
        write("/api/v1/me/recovery-codes", "recovery_make", "factor.codes_made", post(codes)),
        write("/api/v1/me/proofs", "proof_give", "proof.given", post(prove)),
        write("/api/v1/password-resets", "reset_ask", "reset.asked", post(reset)),
    ]
}

/// Its part of the API document.
#[derive(OpenApi)]
#[openapi(
    paths(view, begin, confirm, remove, codes, prove, reset),
    components(schemas(
        FactorState,
        FactorBegun,
        FactorCodeBody,
        RecoveryCodes,
        FactorRemovalBody,
        ProofBody,
        PasswordResetBody
    )),
    tags((name = "access", description = "登录方式 · ways to sign in"))
)]
pub struct Document;

/// How one's second factor stands.
#[derive(Serialize, ToSchema)]
struct FactorState {
    /// Since when a code is asked for; null while there is none.
    since_ms: Option<i64>,
    /// Recovery codes that can still be used.
    recovery_codes_left: i64,
    /// Whether one holds an office.
    office: bool,
    /// Whether the house asks offices for a second factor.
    required: bool,
    /// Passkeys, which are second factors too.
    passkeys: usize,
}

/// How one's second factor stands.
#[utoipa::path(get, path = "/api/v1/me/factors", tag = "access", operation_id = "factor_view", security(("session" = [])),
    responses((status = 200, body = FactorState), (status = 401), (status = 403, description = "a token sees no factors")))]
async fn view(State(app): State<App>, caller: Caller) -> Result<Json<FactorState>, Problem> {
    let view = factor_view(&app, &caller.ctx).await?;
    Ok(Json(FactorState {
        since_ms: view.since_ms,
        recovery_codes_left: view.codes_left,
        office: view.office,
        required: view.required,
        passkeys: view.passkeys,
    }))
}

/// A new secret, told once.
#[derive(Serialize, ToSchema)]
struct FactorBegun {
    /// Base 32, for typing into an app.
    secret: String,
    /// `otpauth://totp/…`, for a QR code.
    uri: String,
}

/// Begins to set up a second factor; it is asked for once a code has confirmed it. A repeat makes another secret.
#[utoipa::path(post, path = "/api/v1/me/factors", tag = "access", operation_id = "factor_begin", security(("session" = [])),
    responses((status = 201, body = FactorBegun), (status = 401), (status = 403, description = "a token, or no fresh proof (step-up)"), (status = 409, description = "there is one already")))]
async fn begin(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<FactorBegun>), Problem> {
    let begun = factor_begin(&app, &caller.ctx).await?;
    Ok((StatusCode::CREATED, Json(FactorBegun { secret: begun.secret, uri: begun.uri })))
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FactorCodeBody {
    /// The six digits that the app shows now.
    code: String,
}

/// Codes for when the device is lost; told once, each works once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    codes: Vec<String>,
}

/// Confirms the second factor by a first code; tells recovery codes.
#[utoipa::path(post, path = "/api/v1/me/factors/confirmations", tag = "access", operation_id = "factor_confirm", request_body = FactorCodeBody, security(("session" = [])),
    responses((status = 201, body = RecoveryCodes), (status = 401), (status = 403, description = "a token"), (status = 409, description = "none was begun"), (status = 422, description = "the code is wrong"), (status = 429, description = "too many codes")))]
async fn confirm(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    JsonBody(body): JsonBody<FactorCodeBody>,
) -> Result<(StatusCode, Json<RecoveryCodes>), Problem> {
    let codes = factor_confirm(&app, &caller.ctx, &body.code, &place.0).await?;
    Ok((StatusCode::CREATED, Json(RecoveryCodes { codes })))
}

/// What it takes to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FactorRemovalBody {
    password: String,
    /// A code of the app, or a recovery code.
    code: String,
}

/// Removes one's second factor with its recovery codes.
#[utoipa::path(post, path = "/api/v1/me/factors/removals", tag = "access", operation_id = "factor_remove", request_body = FactorRemovalBody, security(("session" = [])),
    responses((status = 204, description = "removed"), (status = 401), (status = 403, description = "a token"), (status = 409, description = "there is none"), (status = 422, description = "password or code is wrong"), (status = 429, description = "too many tries")))]
async fn remove(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    JsonBody(body): JsonBody<FactorRemovalBody>,
) -> Result<StatusCode, Problem> {
    let removal = Removal { password: body.password, code: body.code, visitor: place.0 };
    factor_remove(&app, &caller.ctx, removal).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes new recovery codes; the old ones end.
#[utoipa::path(post, path = "/api/v1/me/recovery-codes", tag = "access", operation_id = "recovery_codes_make", security(("session" = [])),
    responses((status = 201, body = RecoveryCodes), (status = 401), (status = 403, description = "a token, or no fresh proof (step-up)"), (status = 409, description = "there is no second factor")))]
async fn codes(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<RecoveryCodes>), Problem> {
    let codes = recovery_make(&app, &caller.ctx).await?;
    Ok((StatusCode::CREATED, Json(RecoveryCodes { codes })))
}

/// A proof of who sits there: a passkey, or a code where there is a second factor, or else the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    #[serde(default)]
    password: String,
    /// A code of the app, or a recovery code.
    #[serde(default)]
    code: String,
    /// What a device answered to the question of `/api/v1/me/proofs/passkeys`: `AuthenticationResponseJSON` as text.
    #[serde(default)]
    credential: String,
}

/// Proves who sits at this session, for ten minutes. What was refused with `step-up` goes through then.
#[utoipa::path(post, path = "/api/v1/me/proofs", tag = "access", operation_id = "proof_give", request_body = ProofBody, security(("session" = [])),
    responses((status = 204, description = "proved"), (status = 401), (status = 403, description = "a token proves nothing"), (status = 422, description = "password or code is wrong"), (status = 429, description = "too many tries")))]
async fn prove(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    JsonBody(body): JsonBody<ProofBody>,
) -> Result<StatusCode, Problem> {
    let ProofBody { password, code, credential } = body;
    let proof = Proof { password, code, credential, visitor: place.0 };
    proof_give(&app, &caller.ctx, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordResetBody {
    /// Login name or e-mail address.
    login: String,
}

/// Asks for a mail with a link for a new password. The answer is the same whether there is such an account or not.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "access", operation_id = "password_reset_ask", request_body = PasswordResetBody,
    responses((status = 202, description = "a link is mailed where there is an account with an address"), (status = 422, description = "no name"), (status = 429, description = "too many questions")))]
async fn reset(
    State(app): State<App>,
    caller: Caller,
    place: Place,
    JsonBody(body): JsonBody<PasswordResetBody>,
) -> Result<StatusCode, Problem> {
    reset_ask(&app, &caller.ctx, &body.login, &place.0).await?;
    Ok(StatusCode::ACCEPTED)
}
