//! Draws as JSON: what everybody may check, and the whole for those inside.

use super::call::ReasonBody;
use super::{done, read, write};
use crate::actions::draw::{
    BeginDraft, DrawView, SeatLine, draw_begin, draw_commit, draw_file, draw_fix, draw_give_up, draw_list, draw_open,
};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// A seat's part in a draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawSeatItem {
    /// Its number; 0 for the office of the call.
    pub seat: i64,
    /// Chinese name; empty for the office.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Its commitment, hexadecimal.
    pub commitment: Option<String>,
    /// Its value, once it is open.
    pub value: Option<String>,
    /// The caller may commit or open for it now.
    pub may: bool,
}

/// A draw as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawItem {
    /// Opaque id.
    pub id: String,
    /// Its number among the draws of the call; commitments and seed are bound to it.
    pub number: i64,
    /// `draw`, `optimal`, `max-min` or `capped`.
    pub choosing: String,
    /// `committing`, `opening`, `opened`, `drawn` or `void`.
    pub state: String,
    /// Seats that must take part, without the office.
    pub seats_min: i64,
    /// Reviewers of one institution on one answer at most; 0 for any number.
    pub institution_max: u32,
    /// Reviewers from another city on each answer at least.
    pub away_min: u32,
    /// Reviewers from the call's segments on each answer at least.
    pub specialists_min: u32,
    /// SHA-256 of what was fixed before values were opened.
    pub input_sha256: Option<String>,
    /// The seed, hexadecimal.
    pub seed: Option<String>,
    /// Until when values are to be opened.
    pub due_ms: Option<i64>,
    /// Why it was given up; empty otherwise.
    pub reason: String,
    /// The seats; none where no seed is needed.
    pub seats: Vec<DrawSeatItem>,
}

/// The draws of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrawList {
    /// The draws, the newest first.
    pub items: Vec<DrawItem>,
    /// The number that the next draw will have.
    pub next_number: i64,
}

fn seat(line: &SeatLine) -> DrawSeatItem {
    DrawSeatItem {
        seat: line.number,
        name: line.name.clone(),
        name_en: line.name_en.clone(),
        commitment: line.part.as_ref().map(|part| part.commitment.clone()),
        value: line.part.as_ref().and_then(|part| part.value.clone()),
        may: line.may,
    }
}

fn item(view: &DrawView) -> DrawItem {
    let draw = &view.draw;
    DrawItem {
        id: draw.id.clone(),
        number: draw.number,
        choosing: draw.choosing.code().to_owned(),
        state: draw.state.code().to_owned(),
        seats_min: draw.seats_min,
        institution_max: draw.quotas.institution_max,
        away_min: draw.quotas.away_min,
        specialists_min: draw.quotas.specialists_min,
        input_sha256: draw.input_sha256.clone(),
        seed: draw.seed.clone(),
        due_ms: draw.due_ms,
        reason: draw.reason.clone(),
        seats: view.seats.iter().map(seat).collect(),
    }
}

/// How a draw begins.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DrawBody {
    /// The number that it will have: `next_number` of the list.
    pub number: i64,
    /// The office's commitment, made by itself from a value that it keeps; empty where no seed is needed.
    pub commitment: String,
    /// Reviewers of one institution at most; 1 if left out, 0 for any number.
    pub institution_max: Option<u32>,
    /// Reviewers from another city at least; 0 if left out.
    pub away_min: Option<u32>,
    /// Reviewers from the call's segments at least; 0 if left out.
    pub specialists_min: Option<u32>,
}

/// A commitment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawCommitmentBody {
    /// SHA-256 as docs/calls.md describes, 64 hexadecimal digits.
    pub commitment: String,
}

/// A value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrawValueBody {
    /// 64 hexadecimal digits.
    pub value: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/draws", "draw_list", get(list)),
        write("/api/v1/calls/{id}/draws", "draw_begin", "call.draw_begun", post(begin)),
        write(
            "/api/v1/calls/{id}/draws/{draw}/seats/{seat}/commitments",
            "draw_commit",
            "call.draw_committed",
            post(commit),
        ),
        write("/api/v1/calls/{id}/draws/{draw}/seats/{seat}/openings", "draw_open", "call.draw_opened", post(open)),
        read("/api/v1/calls/{id}/draws/{draw}/file", "draw_file", get(file)),
        write("/api/v1/calls/{id}/draw-fixings", "draw_fix", "call.draw_fixed", post(fix)),
        write("/api/v1/calls/{id}/draw-abandonments", "draw_give_up", "call.draw_void", post(give_up)),
    ]
}

/// Draws in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, begin, commit, open, file, fix, give_up),
    components(schemas(DrawList, DrawItem, DrawSeatItem, DrawBody, DrawCommitmentBody, DrawValueBody))
)]
pub struct Document;

/// The draws of a call: commitments, values and seeds.
#[utoipa::path(get, path = "/api/v1/calls/{id}/draws", operation_id = "draw_list", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 200, body = DrawList), (status = 404)))]
async fn list(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<DrawList>, Problem> {
    let (_, views) = draw_list(&app, &caller.ctx, &id).await?;
    let next_number = views.first().map_or(1, |view| view.draw.number + 1);
    Ok(Json(DrawList { items: views.iter().map(item).collect(), next_number }))
}

/// Begins a draw; where the call needs no seed, reviewers are assigned at once.
#[utoipa::path(post, path = "/api/v1/calls/{id}/draws", operation_id = "draw_begin", tag = "call reviews",
    request_body = DrawBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "A draw is under way, nothing is to be drawn, or the number is another one"),
        (status = 422)))]
async fn begin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<DrawBody>,
) -> Result<Response, Problem> {
    let typed = |number: Option<u32>| number.map_or(String::new(), |number| number.to_string());
    let draft = BeginDraft {
        number: body.number,
        commitment: body.commitment,
        institution_max: typed(body.institution_max),
        away_min: typed(body.away_min),
        specialists_min: typed(body.specialists_min),
    };
    Ok(done(&caller, &draw_begin(&app, &caller.ctx, &id, draft).await?))
}

type Seat = Path<(String, String, String)>;

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

/// A seat commits.
#[utoipa::path(post, path = "/api/v1/calls/{id}/draws/{draw}/seats/{seat}/commitments", operation_id = "draw_commit",
    tag = "call reviews", request_body = DrawCommitmentBody,
    params(("id" = String, Path), ("draw" = String, Path), ("seat" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has committed, or the draw has gone on"), (status = 422)))]
async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path((_, draw, seat)): Seat,
    JsonBody(body): JsonBody<DrawCommitmentBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &draw_commit(&app, &caller.ctx, &draw, number(&seat)?, &body.commitment).await?))
}

/// A seat opens its value.
#[utoipa::path(post, path = "/api/v1/calls/{id}/draws/{draw}/seats/{seat}/openings", operation_id = "draw_open",
    tag = "call reviews", request_body = DrawValueBody,
    params(("id" = String, Path), ("draw" = String, Path), ("seat" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Too early, too late, or open already"),
        (status = 422, description = "Not the value that was committed to")))]
async fn open(
    State(app): State<App>,
    caller: Caller,
    Path((_, draw, seat)): Seat,
    JsonBody(body): JsonBody<DrawValueBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &draw_open(&app, &caller.ctx, &draw, number(&seat)?, &body.value).await?))
}

/// The whole draw for a replay, for the office, the joint office and whoever audits with their token.
#[utoipa::path(get, path = "/api/v1/calls/{id}/draws/{draw}/file", operation_id = "draw_file", tag = "call reviews",
    params(("id" = String, Path), ("draw" = String, Path)),
    responses((status = 200, body = Object), (status = 401), (status = 404),
        (status = 409, description = "It is not drawn yet")))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((id, draw)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let text = draw_file(&app, &caller.ctx, &id, &draw).await?;
    let disposition = format!("attachment; filename=\"draw-{draw}.json\"");
    Ok(([(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response())
}

/// Fixes the draw: who may review what is hashed, and values are opened from now on.
#[utoipa::path(post, path = "/api/v1/calls/{id}/draw-fixings", operation_id = "draw_fix", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "Too few seats, or it cannot be met: the reason names the answers"), (status = 422)))]
async fn fix(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &draw_fix(&app, &caller.ctx, &id).await?))
}

/// Gives a draw up, publicly.
#[utoipa::path(post, path = "/api/v1/calls/{id}/draw-abandonments", operation_id = "draw_give_up", tag = "call reviews",
    request_body = ReasonBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409), (status = 422)))]
async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &draw_give_up(&app, &caller.ctx, &id, &body.reason).await?))
}
