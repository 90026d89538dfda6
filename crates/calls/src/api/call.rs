//! Calls as JSON.

mod bodies;
mod shapes;

pub(super) use bodies::yuan;
pub use bodies::{
    CallBody, CallCriterionBody, CallHeadBody, CallMoneyBody, CallProblemBody, CallReviewBody, OpinionBody, ReasonBody,
};
pub use shapes::{
    CallCoverItem, CallCriterionItem, CallDetail, CallItem, CallOwnerItem, CallReviewItem, CallStepItem, PledgeItem,
};
pub(super) use shapes::{cover_item, item, pledge_item};

use super::{CallEventItem, created, done, read, write};
use crate::actions::call::{
    Filter, call_draft, call_edit, call_list, call_pose, call_rerelease, call_send_back, call_vet, call_view,
    call_withdraw,
};
use crate::rules::call::Call;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller, Fault};
use rooms::api::ReceiptOf;
use rooms::api::paged::Listed;
use rooms::api::values;
use serde::Deserialize;
use utoipa::OpenApi;

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CallQuery {
    /// Words in number, title and summary.
    pub q: String,
    /// States.
    pub state: String,
    /// Codes of cities that give money.
    pub city: String,
}

impl CallQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { text: self.q.trim().to_owned(), states: values(&self.state), cities: values(&self.city) }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls", "call_list", get(list)),
        write("/api/v1/calls", "call_draft", "call.drafted", post(draft)),
        read("/api/v1/calls/{id}", "call_view", get(view)),
        write("/api/v1/calls/{id}/drafts", "call_edit", "call.revised", post(edit)),
        write("/api/v1/calls/{id}/poses", "call_pose", "call.posed", post(pose)),
        write("/api/v1/calls/{id}/vettings", "call_vet", "call.vetted", post(vet)),
        write("/api/v1/calls/{id}/returns", "call_send_back", "call.sent_back", post(send_back)),
        write("/api/v1/calls/{id}/withdrawals", "call_withdraw", "call.withdrawn", post(withdraw)),
        write("/api/v1/calls/{id}/rereleases", "call_rerelease", "call.begun_again", post(rerelease)),
    ]
}

/// Calls in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, draft, view, edit, pose, vet, send_back, withdraw, rerelease),
    components(schemas(
        CallItem,
        CallDetail,
        CallOwnerItem,
        CallReviewItem,
        CallCriterionItem,
        CallCoverItem,
        CallStepItem,
        CallEventItem,
        PledgeItem,
        CallBody,
        CallHeadBody,
        CallProblemBody,
        CallMoneyBody,
        CallReviewBody,
        CallCriterionBody,
        OpinionBody,
        ReasonBody
    ))
)]
pub struct Document;

/// A page of calls as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &CallQuery,
    paging: &PageQuery,
) -> Result<Listed<CallItem>, Problem> {
    let found = call_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let one = |call: &Call| {
        let given = found.given.iter().filter(|pledge| pledge.call == call.id);
        item(call, caller.ctx.now, &found.names_for(call), given)
    };
    Ok(Listed { items: found.items.iter().map(one).collect(), total: found.total, next: found.next.clone() })
}

/// Calls, the newest change first: everybody sees those that have been released, those inside also what is before.
#[utoipa::path(get, path = "/api/v1/calls", operation_id = "call_list", tag = "calls",
    params(("q" = Option<String>, Query, description = "Words in number, title and summary"),
        ("state" = Option<String>, Query, description = "States, such as `open`; as they are written down: the clock may have gone on"),
        ("city" = Option<String>, Query, description = "Codes of cities that give money"),
        PageQuery),
    responses((status = 200, body = Listed<CallItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CallQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<CallItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One call with its money and its review.
#[utoipa::path(get, path = "/api/v1/calls/{id}", operation_id = "call_view", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = CallDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<CallDetail>, Problem> {
    Ok(Json(shapes::detail(&call_view(&app, &caller.ctx, &id).await?, caller.ctx.now)))
}

/// Pages ask for yuan and per cent, the API takes fen and basis points: a refusal names the field that was sent.
fn named(fault: Fault) -> Fault {
    let Fault::Refused(refusal) = fault else { return fault };
    let sent = match refusal.field.as_deref() {
        Some("budget_yuan") => "budget_fen",
        Some("pair_cap") => "pair_cap_bp",
        Some("apart") => "apart_hundredths",
        Some(criterion) if criterion.starts_with("weight_") => "weight_bp",
        _ => return refusal.into(),
    };
    refusal.at(sent).into()
}

/// Begins a draft; `head` is needed. For members of the organisation that poses, with a mandate to publish.
#[utoipa::path(post, path = "/api/v1/calls", operation_id = "call_draft", tag = "calls",
    request_body = CallBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 422)))]
async fn draft(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<CallBody>,
) -> Result<Response, Problem> {
    let made = call_draft(&app, &caller.ctx, body.patch()?).await.map_err(named)?;
    Ok(created(&caller, &made, "/api/v1/calls"))
}

/// Changes groups of a draft; a group that is left out stays as it is.
#[utoipa::path(post, path = "/api/v1/calls/{id}/drafts", operation_id = "call_edit", tag = "calls",
    request_body = CallBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has been posed"), (status = 422)))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_edit(&app, &caller.ctx, &id, body.patch()?).await.map_err(named)?))
}

/// Hands the draft to the office of the owner's city.
#[utoipa::path(post, path = "/api/v1/calls/{id}/poses", operation_id = "call_pose", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Something is missing, or it is no draft")))]
async fn pose(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &call_pose(&app, &caller.ctx, &id).await?))
}

/// Vets it: it gets its number, and cities and funders can be asked. Nobody vets what his own organisation poses.
#[utoipa::path(post, path = "/api/v1/calls/{id}/vettings", operation_id = "call_vet", tag = "calls",
    request_body = OpinionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn vet(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<OpinionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_vet(&app, &caller.ctx, &id, &body.opinion).await?))
}

/// Sends it back to its owner, with the reason.
#[utoipa::path(post, path = "/api/v1/calls/{id}/returns", operation_id = "call_send_back", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn send_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_send_back(&app, &caller.ctx, &id, &body.reason).await?))
}

/// Takes it back, with the reason.
#[utoipa::path(post, path = "/api/v1/calls/{id}/withdrawals", operation_id = "call_withdraw", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "An award is on notice, or it is over"), (status = 422)))]
async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_withdraw(&app, &caller.ctx, &id, &body.reason).await?))
}

/// Begins it again as a draft, after it was withdrawn or nobody was awarded.
#[utoipa::path(post, path = "/api/v1/calls/{id}/rereleases", operation_id = "call_rerelease", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn rerelease(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &call_rerelease(&app, &caller.ctx, &id).await?))
}
