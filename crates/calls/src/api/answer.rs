//! Answers as JSON.

mod shapes;

pub use shapes::{
    CallAnswerDetail, CallAnswerItem, CallAnswerMember, CallAnswerPaper, CallAnswerSent, CallAnswerStage,
    CallCheckBody, CallLookBody, CallLookItem,
};

use super::{done, number, read, write};
use crate::actions::answer::{
    CheckDraft, answer_again, answer_check, answer_file, answer_finish, answer_form, answer_list, answer_recheck,
    answer_send, answer_view,
};
use crate::pages::answer::AnswerQuery;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use envelopes::attachment;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, receipt};
use serde::Deserialize;
use shapes::{detail, item};
use utoipa::OpenApi;

/// For whom somebody answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SenderQuery {
    /// The organisation's id; the first for which the caller may answer if left out.
    organisation: Option<String>,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/answers", "answer_list", get(list)),
        read("/api/v1/calls/{id}/answers/context", "answer_send", get(context)),
        write("/api/v1/calls/{id}/answers/envelopes", "answer_send", "envelope.sent", post(send)),
        read("/api/v1/calls/{id}/answers/{answer}", "answer_view", get(view)),
        read("/api/v1/calls/{id}/answers/{answer}/files/{number}", "answer_read", get(file)),
        write("/api/v1/calls/{id}/answers/{answer}/checks", "answer_check", "answer.checked", post(check)),
        write("/api/v1/calls/{id}/answers/{answer}/rechecks", "answer_recheck", "answer.rechecked", post(recheck)),
        write("/api/v1/calls/{id}/answers/{answer}/objections", "answer_again", "answer.again_asked", post(again)),
        write("/api/v1/calls/{id}/checks", "answer_finish", "call.checked", post(finish)),
    ]
}

/// Answers in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, context, send, view, file, check, recheck, again, finish),
    components(schemas(
        CallAnswerItem,
        CallAnswerDetail,
        CallAnswerMember,
        CallAnswerStage,
        CallAnswerPaper,
        CallLookItem,
        CallAnswerSent,
        CallCheckBody,
        CallLookBody
    ))
)]
pub struct Document;

/// A page of answers as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    id: &str,
    query: &AnswerQuery,
    paging: &PageQuery,
) -> Result<Listed<CallAnswerItem>, Problem> {
    let found = answer_list(app, &caller.ctx, id, &query.filter(), &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// Answers of a call by number: those that the caller may know of. Nobody learns of any before they are opened.
#[utoipa::path(get, path = "/api/v1/calls/{id}/answers", operation_id = "answer_list", tag = "calls",
    params(("id" = String, Path), ("state" = Option<String>, Query, description = "`received`, `unreadable`, `refused`, `admitted`, `shortlisted`, `passed`, `awarded`, `unawarded`"),
        PageQuery),
    responses((status = 200, body = Listed<CallAnswerItem>), (status = 404), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<AnswerQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<CallAnswerItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &id, &query, &paging).await?))
}

/// What an answer of an organisation is sealed for, for `yilang seal`.
#[utoipa::path(get, path = "/api/v1/calls/{id}/answers/context", operation_id = "answer_context", tag = "calls",
    params(("id" = String, Path), ("organisation" = Option<String>, Query, description = "The sender")),
    responses((status = 200, body = envelopes::api::envelope::ContextFile), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The call takes no answers now")))]
async fn context(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SenderQuery>,
) -> Result<Response, Problem> {
    let form = answer_form(&app, &caller.ctx, &id, query.organisation.as_deref()).await?;
    Ok(Json(envelopes::api::envelope::ContextFile::of(&form.form.context)).into_response())
}

/// Takes a sealed answer, as `yilang seal` wrote it; the last one before the closing counts.
#[utoipa::path(post, path = "/api/v1/calls/{id}/answers/envelopes", operation_id = "answer_send", tag = "calls",
    params(("id" = String, Path), ("organisation" = Option<String>, Query, description = "The sender")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = CallAnswerSent), (status = 401), (status = 403, description = "No mandate to bid, or the caller's own call"), (status = 404),
        (status = 409, description = "The call takes no answers now, or the sender has sent too often"),
        (status = 422, description = "Not sealed, not for this round and sender, or changed")))]
async fn send(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SenderQuery>,
    body: Bytes,
) -> Result<Response, Problem> {
    let sent = answer_send(&app, &caller.ctx, &id, query.organisation.as_deref(), body.to_vec()).await?;
    let body =
        CallAnswerSent { receipt: receipt(&sent.done, caller.ctx.locale), hash: sent.hash, replaced: sent.replaced };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// One answer, as far as the caller may read it.
#[utoipa::path(get, path = "/api/v1/calls/{id}/answers/{answer}", operation_id = "answer_view", tag = "calls",
    params(("id" = String, Path), ("answer" = String, Path)),
    responses((status = 200, body = CallAnswerDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((id, answer)): Path<(String, String)>,
) -> Result<Json<CallAnswerDetail>, Problem> {
    Ok(Json(detail(&answer_view(&app, &caller.ctx, &id, &answer).await?)))
}

/// A document of an answer, metadata stripped where that can be done.
#[utoipa::path(get, path = "/api/v1/calls/{id}/answers/{answer}/files/{number}", operation_id = "answer_file", tag = "calls",
    params(("id" = String, Path), ("answer" = String, Path), ("number" = String, Path, description = "Its place in the answer, from 1")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404)))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((id, answer, place)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let document = answer_file(&app, &caller.ctx, &id, &answer, number(&place)?).await?;
    Ok(attachment(&document.media_type, &document.name, document.bytes))
}

fn draft(body: CallCheckBody) -> CheckDraft {
    CheckDraft { word: body.word, code: body.code, words: body.words }
}

/// Decides the form of an answer. For the call's office.
#[utoipa::path(post, path = "/api/v1/calls/{id}/answers/{answer}/checks", operation_id = "answer_check", tag = "calls",
    params(("id" = String, Path), ("answer" = String, Path)), request_body = CallCheckBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403, description = "Not the office, or party to it"), (status = 404),
        (status = 409, description = "It has been decided"), (status = 422, description = "Its numbers do not come together, or no reason is given")))]
async fn check(
    State(app): State<App>,
    caller: Caller,
    Path((id, answer)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallCheckBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &answer_check(&app, &caller.ctx, &id, &answer, draft(body)).await?))
}

/// Looks at a refused answer again. For another officer of the call's office.
#[utoipa::path(post, path = "/api/v1/calls/{id}/answers/{answer}/rechecks", operation_id = "answer_recheck", tag = "calls",
    params(("id" = String, Path), ("answer" = String, Path)), request_body = CallCheckBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403, description = "Not another officer, or party to it"), (status = 404),
        (status = 409, description = "Nobody has asked, or it has been looked at again"), (status = 422)))]
async fn recheck(
    State(app): State<App>,
    caller: Caller,
    Path((id, answer)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallCheckBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &answer_recheck(&app, &caller.ctx, &id, &answer, draft(body)).await?))
}

/// Asks for another look at a refused answer, once. For its sender.
#[utoipa::path(post, path = "/api/v1/calls/{id}/answers/{answer}/objections", operation_id = "answer_again", tag = "calls",
    params(("id" = String, Path), ("answer" = String, Path)), request_body = CallLookBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Not refused, asked already, or too late"), (status = 422)))]
async fn again(
    State(app): State<App>,
    caller: Caller,
    Path((id, answer)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallLookBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &answer_again(&app, &caller.ctx, &id, &answer, &body.words).await?))
}

/// Ends the formal check of a call. For its office.
#[utoipa::path(post, path = "/api/v1/calls/{id}/checks", operation_id = "answer_finish", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Something is not decided yet, or nothing is admitted")))]
async fn finish(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &answer_finish(&app, &caller.ctx, &id).await?))
}
