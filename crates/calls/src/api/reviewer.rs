//! A review as JSON, for its office and the joint office. For everybody else there is none.

mod shapes;

pub use shapes::{
    InterviewBody, ReviewAnswerItem, ReviewConflictItem, ReviewDecisionBody, ReviewDetail, ReviewInterviewItem,
    ReviewPairBody, ReviewPersonItem, ReviewRankItem, ReviewRivalBody, ReviewSittingBody, ReviewSittingItem,
    ReviewTaskItem, ReviewWaiverItem, ReviewersBody, ShortlistBody,
};

use self::shapes::detail;
use super::{done, read, write};
use crate::actions::conflict::{conflict_set, waiver_ask, waiver_decide};
use crate::actions::reviewer::{review_begin, review_rival, review_view, reviewer_invite};
use crate::actions::score::discussion_open;
use crate::actions::shortlist::{interview_end, interview_set, review_close, review_pay, shortlist_set};
use crate::actions::task::reviewer_replace;
use crate::rules::reviewer::SittingDraft;
use crate::rules::shortlist::{InterviewDraft, ListDraft};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use utoipa::OpenApi;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/review", "review_view", get(view)),
        write("/api/v1/calls/{id}/sittings", "review_begin", "review.begun", post(begin)),
        write("/api/v1/calls/{id}/reviewers", "reviewer_invite", "review.invited", post(invite)),
        write("/api/v1/calls/{id}/rivals", "review_rival", "review.rival_named", post(rival)),
        write("/api/v1/calls/{id}/conflicts", "conflict_set", "review.conflict_set", post(conflict)),
        write("/api/v1/calls/{id}/waivers", "waiver_ask", "review.waiver_asked", post(ask)),
        write("/api/v1/calls/{id}/waivers/{waiver}/decisions", "waiver_decide", "review.waiver_decided", post(decide)),
        write("/api/v1/calls/{id}/tasks/{task}/replacements", "reviewer_replace", "review.replaced", post(replace)),
        write("/api/v1/calls/{id}/discussions", "discussion_open", "review.discussion", post(discuss)),
        write("/api/v1/calls/{id}/review-closings", "review_close", "review.closed", post(close)),
        write("/api/v1/calls/{id}/shortlists", "shortlist_set", "call.shortlisted", post(shortlist)),
        write("/api/v1/calls/{id}/interviews", "interview_set", "review.interview_set", post(interview)),
        write("/api/v1/calls/{id}/interview-endings", "interview_end", "call.heard", post(heard)),
        write("/api/v1/calls/{id}/review-payments", "review_pay", "review.paid", post(pay)),
    ]
}

/// Reviews in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(
        view, begin, invite, rival, conflict, ask, decide, replace, discuss, close, shortlist, interview, heard, pay
    ),
    components(schemas(
        ReviewDetail,
        ReviewSittingItem,
        ReviewPersonItem,
        ReviewTaskItem,
        ReviewConflictItem,
        ReviewAnswerItem,
        ReviewWaiverItem,
        ReviewRankItem,
        ReviewInterviewItem,
        ReviewSittingBody,
        ReviewersBody,
        ReviewRivalBody,
        ReviewPairBody,
        ReviewDecisionBody,
        ShortlistBody,
        InterviewBody
    ))
)]
pub struct Document;

/// A review, for its office and the joint office.
#[utoipa::path(get, path = "/api/v1/calls/{id}/review", operation_id = "review_view", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 200, body = ReviewDetail), (status = 401), (status = 404)))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<ReviewDetail>, Problem> {
    Ok(Json(detail(&review_view(&app, &caller.ctx, &id).await?)))
}

/// Begins the review of a call, or begins it anew.
#[utoipa::path(post, path = "/api/v1/calls/{id}/sittings", operation_id = "review_begin", tag = "call reviews",
    request_body = ReviewSittingBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "The call is elsewhere, or the review is under way"), (status = 422)))]
async fn begin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReviewSittingBody>,
) -> Result<Response, Problem> {
    let fee = super::call::yuan(body.fee_fen, "fee_fen")?;
    let draft = SittingDraft { due: body.due, fee, account: body.account };
    Ok(done(&caller, &review_begin(&app, &caller.ctx, &id, draft).await?))
}

/// Asks experts.
#[utoipa::path(post, path = "/api/v1/calls/{id}/reviewers", operation_id = "reviewer_invite", tag = "call reviews",
    request_body = ReviewersBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "The review has not begun, is closed, or its pool is full"), (status = 422)))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReviewersBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &reviewer_invite(&app, &caller.ctx, &id, body.experts).await?))
}

/// Names a competitor of the challenge owner.
#[utoipa::path(post, path = "/api/v1/calls/{id}/rivals", operation_id = "review_rival", tag = "call reviews",
    request_body = ReviewRivalBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409), (status = 422)))]
async fn rival(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReviewRivalBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &review_rival(&app, &caller.ctx, &id, &body.name, &body.uscc).await?))
}

/// Sets a conflict of an expert with an answer or an organisation.
#[utoipa::path(post, path = "/api/v1/calls/{id}/conflicts", operation_id = "conflict_set", tag = "call reviews",
    request_body = ReviewPairBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409), (status = 422)))]
async fn conflict(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReviewPairBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &conflict_set(&app, &caller.ctx, &id, body.draft()).await?))
}

/// Asks for a waiver of a pair's conflicts; another officer decides.
#[utoipa::path(post, path = "/api/v1/calls/{id}/waivers", operation_id = "waiver_ask", tag = "call reviews",
    request_body = ReviewPairBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "There is nothing to waive, or it was asked for"), (status = 422)))]
async fn ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReviewPairBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &waiver_ask(&app, &caller.ctx, &id, body.draft()).await?))
}

/// Decides about a waiver. Not for whoever asked.
#[utoipa::path(post, path = "/api/v1/calls/{id}/waivers/{waiver}/decisions", operation_id = "waiver_decide", tag = "call reviews",
    request_body = ReviewDecisionBody, params(("id" = String, Path), ("waiver" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It is decided, or the caller asked for it"), (status = 422)))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path((_, waiver)): Path<(String, String)>,
    JsonBody(body): JsonBody<ReviewDecisionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &waiver_decide(&app, &caller.ctx, &waiver, body.granted, &body.remark).await?))
}

/// Replaces a reviewer who is late.
#[utoipa::path(post, path = "/api/v1/calls/{id}/tasks/{task}/replacements", operation_id = "reviewer_replace", tag = "call reviews",
    params(("id" = String, Path), ("task" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "The reviewer is not late, or the review is closed")))]
async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path((id, task)): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &reviewer_replace(&app, &caller.ctx, &id, &task).await?))
}

/// Opens the discussion.
#[utoipa::path(post, path = "/api/v1/calls/{id}/discussions", operation_id = "discussion_open", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "Scores or reviewers are missing")))]
async fn discuss(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &discussion_open(&app, &caller.ctx, &id).await?))
}

/// Closes the review: scores stand, and both rankings are kept.
#[utoipa::path(post, path = "/api/v1/calls/{id}/review-closings", operation_id = "review_close", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "Scores or reviewers are missing")))]
async fn close(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &review_close(&app, &caller.ctx, &id).await?))
}

/// Sets the shortlist.
#[utoipa::path(post, path = "/api/v1/calls/{id}/shortlists", operation_id = "shortlist_set", tag = "call reviews",
    request_body = ShortlistBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "The review is not closed"), (status = 422)))]
async fn shortlist(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ShortlistBody>,
) -> Result<Response, Problem> {
    let draft = ListDraft { numbers: body.numbers, reason: body.reason };
    Ok(done(&caller, &shortlist_set(&app, &caller.ctx, &id, draft).await?))
}

/// Sets an interview, or writes down what was said.
#[utoipa::path(post, path = "/api/v1/calls/{id}/interviews", operation_id = "interview_set", tag = "call reviews",
    request_body = InterviewBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409), (status = 422)))]
async fn interview(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<InterviewBody>,
) -> Result<Response, Problem> {
    let draft = InterviewDraft { at: body.at, place: body.place, notes: body.notes };
    Ok(done(&caller, &interview_set(&app, &caller.ctx, &id, body.number, draft).await?))
}

/// The teams have been heard.
#[utoipa::path(post, path = "/api/v1/calls/{id}/interview-endings", operation_id = "interview_end", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "A team has not been heard")))]
async fn heard(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &interview_end(&app, &caller.ctx, &id).await?))
}

/// Pays the fees. A token cannot: it takes a fresh proof of who sits there.
#[utoipa::path(post, path = "/api/v1/calls/{id}/review-payments", operation_id = "review_pay", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Paid already, nothing to pay, or too little money")))]
async fn pay(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &review_pay(&app, &caller.ctx, &id).await?))
}
