//! Joint releases as JSON: asking funders, the joint act, opening.

use super::call::ReasonBody;
use super::{done, read, write};
use crate::actions::call::call_view;
use crate::actions::release::{
    InviteDraft, call_circulate, call_open, call_take_back, committee_choices, funder_invite, invite_take_back,
};
use crate::rules::release::OpenDraft;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller, Fault};
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Whom the joint office asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FunderBody {
    /// `owner`, `city`, `joint`, `outer` or `organisation`.
    pub kind: String,
    /// A city's code, or an organisation's id or unified social credit code; not read for the other kinds.
    pub code: String,
    /// The name of an outer funder.
    pub name: String,
    /// Its English name.
    pub name_en: String,
}

/// Until when the parties of the joint act are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallCirculationBody {
    /// The last day, `YYYY-MM-DD`.
    pub deadline: String,
}

/// How a call is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOpeningBody {
    /// The opening committee; it must be ready.
    pub committee: String,
    /// First moment that is too late for an answer.
    pub closes_ms: i64,
    /// First moment that is too late for a share of the committee.
    pub opens_by_ms: i64,
}

/// A committee that can open answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallCommitteeItem {
    /// Opaque id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        write("/api/v1/calls/{id}/funders", "call_invite", "call.funder_asked", post(invite)),
        write("/api/v1/calls/{id}/funders/{pledge}/recalls", "call_invite", "call.funder_unasked", post(uninvite)),
        write("/api/v1/calls/{id}/circulations", "call_circulate", "call.circulated", post(circulate)),
        write("/api/v1/calls/{id}/recalls", "call_take_back", "call.taken_back", post(take_back)),
        read("/api/v1/calls/{id}/committees", "call_open", get(committees)),
        write("/api/v1/calls/{id}/openings", "call_open", "call.opened", post(open)),
    ]
}

/// Joint releases in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(invite, uninvite, circulate, take_back, committees, open),
    components(schemas(FunderBody, CallCirculationBody, CallOpeningBody, CallCommitteeItem))
)]
pub struct Document;

/// Asks a funder for its share. For the joint office.
#[utoipa::path(post, path = "/api/v1/calls/{id}/funders", operation_id = "funder_invite", tag = "calls",
    request_body = FunderBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Asked already, or pledges stand"), (status = 422)))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<FunderBody>,
) -> Result<Response, Problem> {
    let draft = InviteDraft { kind: body.kind, code: body.code, name: body.name, name_en: body.name_en };
    Ok(done(&caller, &funder_invite(&app, &caller.ctx, &id, draft).await?))
}

/// Takes an invitation back that nobody has answered.
#[utoipa::path(post, path = "/api/v1/calls/{id}/funders/{pledge}/recalls", operation_id = "invite_take_back", tag = "calls",
    params(("id" = String, Path), ("pledge" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has answered, or pledges stand")))]
async fn uninvite(
    State(app): State<App>,
    caller: Caller,
    Path((id, pledge)): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &invite_take_back(&app, &caller.ctx, &id, &pledge).await?))
}

/// Puts the joint act before the cities and other parties that give money, until the end of a day.
#[utoipa::path(post, path = "/api/v1/calls/{id}/circulations", operation_id = "call_circulate", tag = "calls",
    request_body = CallCirculationBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "A funder has not answered, or the pledges do not cover the call"), (status = 422)))]
async fn circulate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallCirculationBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_circulate(&app, &caller.ctx, &id, &body.deadline).await?))
}

/// Takes the joint act back, or notes that it has failed: pledges may change again.
#[utoipa::path(post, path = "/api/v1/calls/{id}/recalls", operation_id = "call_take_back", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn take_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_take_back(&app, &caller.ctx, &id, &body.reason).await?))
}

/// Committees that can open the answers of this call.
#[utoipa::path(get, path = "/api/v1/calls/{id}/committees", operation_id = "call_committees", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<CallCommitteeItem>), (status = 401), (status = 403), (status = 404)))]
async fn committees(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<CallCommitteeItem>>, Problem> {
    caller.signed_in()?;
    let view = call_view(&app, &caller.ctx, &id).await?;
    let found = committee_choices(&app, &caller.ctx, &view.call).await?;
    Ok(Json(found.into_iter().map(|(id, name, name_en)| CallCommitteeItem { id, name, name_en }).collect()))
}

/// Forms call the times as people type them; a refusal here names what was sent.
fn named(fault: Fault) -> Fault {
    let Fault::Refused(refusal) = fault else { return fault };
    let sent = match refusal.field.as_deref() {
        Some("closes") => "closes_ms",
        Some("opens_by") => "opens_by_ms",
        _ => return refusal.into(),
    };
    refusal.at(sent).into()
}

/// Opens the call: the joint act is in force and the pledges cover it. A sealed round takes answers until it closes.
#[utoipa::path(post, path = "/api/v1/calls/{id}/openings", operation_id = "call_open", tag = "calls",
    request_body = CallOpeningBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "A city has not consented, the pledges do not cover the call, or the committee is not ready"),
        (status = 422)))]
async fn open(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallOpeningBody>,
) -> Result<Response, Problem> {
    let draft = OpenDraft { committee: body.committee, closes_ms: body.closes_ms, opens_by_ms: body.opens_by_ms };
    Ok(done(&caller, &call_open(&app, &caller.ctx, &id, draft).await.map_err(named)?))
}
