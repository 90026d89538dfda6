//! Supervision as JSON.

use crate::actions::supervision::{
    supervision_answer, supervision_close, supervision_list, supervision_repeat, supervision_view,
};
use crate::rules::supervision::{IssueCommand, Supervision};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Instant;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use registry::api::city::PlaceRef;
use registry::corridor::{self, Corridor};
use rooms::api::paged::{Listed, cut};
use rooms::api::{ReceiptOf, created, done};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/supervisions", "supervision_list", get(list)),
        read("/api/v1/supervision-counts", "supervision_list", get(counts)),
        read("/api/v1/supervisions/{id}", "supervision_view", get(view)),
        write("/api/v1/supervisions/{id}/answers", "supervision_answer", "supervision.answered", post(answer)),
        write("/api/v1/supervisions/{id}/closures", "supervision_close", "supervision.closed", post(close)),
        write("/api/v1/supervisions/{id}/repeats", "supervision_close", "supervision.repeated", post(repeat)),
    ]
}

/// Supervision in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, counts, view, answer, close, repeat),
    components(schemas(SupervisionItem, SupervisionCount, SupervisionBody, SupervisionAnswerBody, RemarkBody))
)]
pub struct Document;

/// One round of supervision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupervisionItem {
    /// Opaque id.
    pub id: String,
    /// Id of the action item.
    pub item: String,
    /// The city that is asked.
    pub city: PlaceRef,
    /// Its number among the rounds about this item and city, from 1.
    pub round: i64,
    /// `issued`, `answered`, `closed` or `repeated`.
    pub state: String,
    /// Not answered within its term.
    pub late: bool,
    /// What is asked.
    pub text: String,
    /// When it was issued.
    pub issued_ms: i64,
    /// End of the last day to answer.
    pub due_ms: i64,
    /// True if a year on the way has no published calendar yet.
    pub due_provisional: bool,
    /// What the city answered.
    pub answer: String,
    /// When it answered.
    pub answered_ms: Option<i64>,
    /// What the joint office said at the end.
    pub remark: String,
    /// When it was closed or asked again.
    pub closed_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// How one city has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupervisionCount {
    /// The city.
    pub city: PlaceRef,
    /// Rounds it was asked in.
    pub issued: i64,
    /// Rounds that wait for its answer.
    pub waiting: i64,
    /// Rounds that were answered late or are late now.
    pub late: i64,
}

/// What the joint office asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SupervisionBody {
    /// Code of the city; left out, the one that leads. A repeat goes to the same city.
    pub city: String,
    /// What is asked.
    pub text: String,
    /// Working days to answer, 1 to 60; 5 if left out.
    pub workdays: Option<i64>,
}

impl SupervisionBody {
    pub(super) fn command(self) -> IssueCommand {
        let workdays = self.workdays.map_or(String::new(), |days| days.to_string());
        IssueCommand { city: self.city, text: self.text, workdays }
    }
}

/// What the city answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SupervisionAnswerBody {
    /// The answer.
    pub answer: String,
}

/// What the joint office says at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RemarkBody {
    /// May be empty.
    pub remark: String,
}

/// One round as JSON.
pub(super) fn item(corridor: &Corridor, round: &Supervision, now: Instant) -> SupervisionItem {
    SupervisionItem {
        id: round.id.clone(),
        item: round.item.clone(),
        city: PlaceRef::of(corridor, round.city),
        round: round.round,
        state: round.state.code().to_owned(),
        late: round.late_at(now),
        text: round.text.clone(),
        issued_ms: round.issued_ms,
        due_ms: round.due_ms,
        due_provisional: round.due_provisional,
        answer: round.answer.clone(),
        answered_ms: round.answered_ms,
        remark: round.remark.clone(),
        closed_ms: round.closed_ms,
        demo: round.demo,
    }
}

/// Rounds of supervision that the caller may see, those that run first.
#[utoipa::path(get, path = "/api/v1/supervisions", operation_id = "supervision_list", tag = "supervision",
    params(PageQuery),
    responses((status = 200, body = Listed<SupervisionItem>), (status = 401), (status = 403), (status = 422, description = "A limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<SupervisionItem>>, Problem> {
    let found = supervision_list(&app, &caller.ctx).await?;
    let corridor = corridor::of(&app);
    let all = found.cards.iter().map(|card| item(&corridor, &card.round, caller.ctx.now)).collect();
    Ok(Json(cut(all, &paging, |round: &SupervisionItem| &round.id)?))
}

/// How each city has answered; a city's officer sees the counts of his own.
#[utoipa::path(get, path = "/api/v1/supervision-counts", operation_id = "supervision_counts", tag = "supervision",
    params(PageQuery),
    responses((status = 200, body = Listed<SupervisionCount>), (status = 401), (status = 403), (status = 422, description = "A limit or cursor is wrong")))]
async fn counts(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<SupervisionCount>>, Problem> {
    let found = supervision_list(&app, &caller.ctx).await?;
    let corridor = corridor::of(&app);
    let count = |(city, tally): &(kernel::Adcode, crate::rules::supervision::Tally)| SupervisionCount {
        city: PlaceRef::of(&corridor, *city),
        issued: tally.issued,
        waiting: tally.waiting,
        late: tally.late,
    };
    let all = found.tallies.iter().map(count).collect();
    Ok(Json(cut(all, &paging, |count: &SupervisionCount| &count.city.adcode)?))
}

/// One round.
#[utoipa::path(get, path = "/api/v1/supervisions/{id}", operation_id = "supervision_view", tag = "supervision",
    params(("id" = String, Path)),
    responses((status = 200, body = SupervisionItem), (status = 401), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<SupervisionItem>, Problem> {
    let view = supervision_view(&app, &caller.ctx, &id).await?;
    Ok(Json(item(&corridor::of(&app), &view.card.round, caller.ctx.now)))
}

/// The city answers.
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/answers", operation_id = "supervision_answer", tag = "supervision",
    request_body = SupervisionAnswerBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<SupervisionAnswerBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &supervision_answer(&app, &caller.ctx, &id, &body.answer).await?))
}

/// The joint office is satisfied with the answer.
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/closures", operation_id = "supervision_close", tag = "supervision",
    request_body = RemarkBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RemarkBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &supervision_close(&app, &caller.ctx, &id, &body.remark).await?))
}

/// The joint office asks again; the receipt names the new round.
#[utoipa::path(post, path = "/api/v1/supervisions/{id}/repeats", operation_id = "supervision_repeat", tag = "supervision",
    request_body = SupervisionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn repeat(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<SupervisionBody>,
) -> Result<Response, Problem> {
    let made = supervision_repeat(&app, &caller.ctx, &id, body.command()).await?;
    Ok(created(&caller, &made, "/api/v1/supervisions"))
}
