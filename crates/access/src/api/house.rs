//! What offices are asked for, and who has it.

use crate::actions::factor::factor_lift;
use crate::actions::house::{AccessView, access_change, access_list};
use crate::pages::house::requirement;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Routes of administration.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/access", "access_list", get(view)),
        write("/api/v1/access", "access_change", "access.changed", post(change)),
        write("/api/v1/accounts/{id}/factor-removals", "factor_lift", "factor.lifted", post(lift)),
    ]
}

/// Its part of the API document.
#[derive(OpenApi)]
#[openapi(paths(view, change, lift), components(schemas(AccessState, OfficeHolder, AccessBody)))]
pub struct Document;

/// How the house's offices sign in.
#[derive(Serialize, ToSchema)]
struct AccessState {
    /// `offered` or `required`.
    second_factor: &'static str,
    /// Whoever holds an office, those without a second factor first.
    offices: Vec<OfficeHolder>,
}

/// Somebody who holds an office.
#[derive(Serialize, ToSchema)]
struct OfficeHolder {
    /// The account's id.
    id: String,
    login: String,
    name: String,
    /// Whether it has a second factor.
    second_factor: bool,
}

impl From<AccessView> for AccessState {
    fn from(view: AccessView) -> AccessState {
        let offices = view.holders.into_iter().map(|holder| OfficeHolder {
            id: holder.account.id,
            login: holder.account.login,
            name: holder.account.name,
            second_factor: holder.factor,
        });
        AccessState { second_factor: if view.required { "required" } else { "offered" }, offices: offices.collect() }
    }
}

/// How the house's offices sign in.
#[utoipa::path(get, path = "/api/v1/access", tag = "access", operation_id = "access_state",
    responses((status = 200, body = AccessState), (status = 401), (status = 403, description = "administrators only")))]
async fn view(State(app): State<App>, caller: Caller) -> Result<Json<AccessState>, Problem> {
    Ok(Json(access_list(&app, &caller.ctx).await?.into()))
}

/// What offices are asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccessBody {
    /// `offered`, or `required`: offices without a second factor rest.
    second_factor: String,
}

/// Says whether those who hold an office must have a second factor.
#[utoipa::path(post, path = "/api/v1/access", tag = "access", operation_id = "access_change", request_body = AccessBody, security(("session" = [])),
    responses((status = 204, description = "changed"), (status = 401), (status = 403, description = "administrators, not a token; or no fresh proof (step-up)"), (status = 409, description = "one has none oneself"), (status = 422, description = "no such word")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<AccessBody>,
) -> Result<StatusCode, Problem> {
    caller.signed_in()?;
    access_change(&app, &caller.ctx, requirement(&body.second_factor)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts the second factor of somebody who has lost device and recovery codes.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/factor-removals", tag = "access", operation_id = "factor_lift", params(("id" = String, Path)), security(("session" = [])),
    responses((status = 204, description = "lifted"), (status = 401), (status = 403, description = "another administrator, not a token; or no fresh proof (step-up)"), (status = 404), (status = 409, description = "there is none")))]
async fn lift(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    factor_lift(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
