//! Questions as JSON.

use super::{created, done, read, write};
use crate::actions::question::{AskCommand, Item, question_answer, question_ask, question_dismiss, question_list};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use rooms::api::paged::Listed;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallQuestionItem {
    /// Opaque id.
    pub id: String,
    /// Its place among the questions of its call, from 1.
    pub number: i64,
    /// The question.
    pub text: String,
    /// `asked`, `answered` or `dismissed`. Only answered ones are public.
    pub state: String,
    /// The answer, or why there is none.
    pub reply: String,
    /// `owner` or `office`.
    pub voice: Option<String>,
    /// The organisation that asked: for itself and for the office.
    pub organisation: Option<String>,
    /// When it was asked.
    pub asked_ms: i64,
    /// When it was answered or dismissed.
    pub replied_ms: Option<i64>,
}

/// A question to ask.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallQuestionBody {
    /// The organisation that asks; only the office learns it.
    organisation: String,
    /// The question.
    text: String,
}

/// An answer to a question.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallReplyBody {
    /// The answer; it becomes public together with the question.
    text: String,
}

/// Why a question is left without an answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallDismissalBody {
    /// The reason, which whoever asked reads.
    reason: String,
}

fn item(item: &Item) -> CallQuestionItem {
    let question = &item.question;
    CallQuestionItem {
        id: question.id.clone(),
        number: question.number,
        text: question.text.clone(),
        state: question.state.code().to_owned(),
        reply: question.reply.clone(),
        voice: question.voice.map(|voice| voice.code().to_owned()),
        organisation: Some(question.organisation.clone()).filter(|id| !id.is_empty()),
        asked_ms: question.asked_ms,
        replied_ms: question.replied_ms,
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/questions", "question_list", get(list)),
        write("/api/v1/calls/{id}/questions", "question_ask", "question.asked", post(ask)),
        write("/api/v1/calls/{id}/questions/{question}/answers", "question_answer", "question.answered", post(answer)),
        write(
            "/api/v1/calls/{id}/questions/{question}/dismissals",
            "question_dismiss",
            "question.dismissed",
            post(dismiss),
        ),
    ]
}

/// Questions in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, ask, answer, dismiss),
    components(schemas(CallQuestionItem, CallQuestionBody, CallReplyBody, CallDismissalBody))
)]
pub struct Document;

/// A page of questions as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    id: &str,
    paging: &PageQuery,
) -> Result<Listed<CallQuestionItem>, Problem> {
    let found = question_list(app, &caller.ctx, id, &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// Questions about a call, the newest first: the answered ones, and those that the caller may read besides.
#[utoipa::path(get, path = "/api/v1/calls/{id}/questions", operation_id = "question_list", tag = "calls",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<CallQuestionItem>), (status = 404), (status = 422, description = "A limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<CallQuestionItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &id, &paging).await?))
}

/// Asks a question about an open call.
#[utoipa::path(post, path = "/api/v1/calls/{id}/questions", operation_id = "question_ask", tag = "calls",
    params(("id" = String, Path)), request_body = CallQuestionBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The call is not open, it is the owner's own, or the organisation has asked too often"), (status = 422)))]
async fn ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallQuestionBody>,
) -> Result<Response, Problem> {
    let command = AskCommand { organisation: body.organisation, text: body.text };
    let made = question_ask(&app, &caller.ctx, &id, command).await?;
    Ok(created(&caller, &made, &format!("/api/v1/calls/{id}/questions")))
}

/// Answers a question: both become public, without whoever asked.
#[utoipa::path(post, path = "/api/v1/calls/{id}/questions/{question}/answers", operation_id = "question_answer", tag = "calls",
    params(("id" = String, Path), ("question" = String, Path)), request_body = CallReplyBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has been answered or dismissed"), (status = 422)))]
async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path((id, question)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallReplyBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &question_answer(&app, &caller.ctx, &id, &question, &body.text).await?))
}

/// Leaves a question without an answer. For the office.
#[utoipa::path(post, path = "/api/v1/calls/{id}/questions/{question}/dismissals", operation_id = "question_dismiss", tag = "calls",
    params(("id" = String, Path), ("question" = String, Path)), request_body = CallDismissalBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has been answered or dismissed"), (status = 422)))]
async fn dismiss(
    State(app): State<App>,
    caller: Caller,
    Path((id, question)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallDismissalBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &question_dismiss(&app, &caller.ctx, &id, &question, &body.reason).await?))
}
