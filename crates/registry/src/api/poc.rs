//! Proof-of-concept projects and centres as JSON.

mod shapes;

pub use shapes::{
    PocAnswerBody, PocAskBody, PocCentreItem, PocCentreRefusal, PocCompletionBody, PocEventItem, PocHonourItem,
    PocProjectBody, PocProjectDetail, PocProjectItem, PocStepBody, PocStepEditBody, PocStepItem,
};

use super::listing::OrganisationRef;
use rooms::api::paged::Listed;

use crate::actions::poc::{
    Create, Filter, Projects, poc_answer, poc_centre_answer, poc_centre_ask, poc_centre_list, poc_close, poc_create,
    poc_list, poc_own, poc_publish, poc_step_add, poc_step_complete, poc_step_edit, poc_view,
};
use crate::corridor;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::{ReceiptOf, created, done};
use rooms::routes::{read, write};
use serde::Deserialize;
use utoipa::OpenApi;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PocQuery {
    /// City code.
    pub city: String,
    /// Stage.
    pub stage: String,
    /// Segment id; what lies below it counts.
    pub segment: String,
    /// Id of the centre.
    pub centre: String,
    /// `1` for those of the caller's organisations, in any state.
    pub own: String,
}

impl PocQuery {
    /// The filters by name, in the order of the page.
    pub(crate) fn filters(&self) -> [(&'static str, &String); 4] {
        [("city", &self.city), ("stage", &self.stage), ("segment", &self.segment), ("centre", &self.centre)]
    }

    /// Whether the caller's own are asked for.
    pub(crate) fn is_own(&self) -> bool {
        self.own == "1"
    }

    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        let of = |text: &String| text.trim().to_owned();
        Filter { city: of(&self.city), stage: of(&self.stage), segment: of(&self.segment), centre: of(&self.centre) }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let one = "/api/v1/poc-projects/{id}";
    vec![
        read("/api/v1/poc-projects", "poc_list", get(list)),
        write("/api/v1/poc-projects", "poc_create", "poc.created", post(create)),
        read(one, "poc_view", get(view)),
        write("/api/v1/poc-projects/{id}/publications", "poc_publish", "poc.published", post(publish)),
        write("/api/v1/poc-projects/{id}/closures", "poc_close", "poc.closed", post(close)),
        write("/api/v1/poc-projects/{id}/steps", "poc_view", "poc.step_proposed", post(add)),
        write("/api/v1/poc-projects/{id}/centres", "poc_centre_ask", "poc.centre_asked", post(centre_ask)),
        write(
            "/api/v1/poc-projects/{id}/centre/answers",
            "poc_centre_answer",
            "poc.centre_agreed",
            post(centre_answer),
        ),
        write("/api/v1/poc-projects/{id}/steps/{step}/versions", "poc_step_edit", "poc.step_edited", post(edit)),
        write("/api/v1/poc-projects/{id}/steps/{step}/completions", "poc_step_add", "poc.step_done", post(complete)),
        write("/api/v1/poc-projects/{id}/steps/{step}/answers", "poc_answer", "poc.step_planned", post(answer)),
        read("/api/v1/poc-centres", "poc_list", get(centre_list)),
    ]
}

/// Proof-of-concept projects and centres in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, create, view, publish, close, centre_ask, centre_answer, add, edit, complete, answer, centre_list),
    components(schemas(
        PocProjectItem,
        PocProjectDetail,
        PocProjectBody,
        PocStepItem,
        PocStepBody,
        PocStepEditBody,
        PocCompletionBody,
        PocAnswerBody,
        PocAskBody,
        PocCentreRefusal,
        PocEventItem,
        PocCentreItem,
        PocHonourItem,
        OrganisationRef
    ))
)]
pub struct Document;

/// A page of projects, or of one's own.
pub(crate) async fn found(
    app: &App,
    caller: &Caller,
    query: &PocQuery,
    paging: &PageQuery,
) -> Result<Projects, Problem> {
    if query.is_own() {
        let own = rooms::api::paged::cut(poc_own(app, &caller.ctx).await?, paging, |card| card.project.id.as_str())?;
        return Ok(Projects { items: own.items, total: own.total, next: own.next });
    }
    Ok(poc_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?)
}

/// A page of projects as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &PocQuery,
    paging: &PageQuery,
) -> Result<Listed<PocProjectItem>, Problem> {
    let found = found(app, caller, query, paging).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|card| shapes::item(&corridor, card)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// A page of centres as JSON; the page of centres answers it too.
pub(crate) async fn centres(app: &App, caller: &Caller, paging: &PageQuery) -> Result<Listed<PocCentreItem>, Problem> {
    let found = poc_centre_list(app, &caller.ctx, &paging.page()?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|centre| shapes::centre(&corridor, centre)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// Open proof-of-concept projects, the newest change first.
#[utoipa::path(get, path = "/api/v1/poc-projects", operation_id = "poc_project_list", tag = "proof of concept",
    params(("city" = Option<String>, Query, description = "Code of a city that the path leads through"),
        ("stage" = Option<String>, Query, description = "`lab`, `proof`, `pilot`, `production` or `capital`, reached by a step that is done"),
        ("segment" = Option<String>, Query, description = "Segment id; what lies below it counts"),
        ("centre" = Option<String>, Query, description = "Id of the centre that looks after it"),
        ("own" = Option<String>, Query, description = "`1` for those of the caller's organisations, in any state"),
        PageQuery),
    responses((status = 200, body = Listed<PocProjectItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PocQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<PocProjectItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One project with its path. Proposals are seen by its own people and by whoever made them.
#[utoipa::path(get, path = "/api/v1/poc-projects/{id}", operation_id = "poc_project_view", tag = "proof of concept",
    params(("id" = String, Path)),
    responses((status = 200, body = PocProjectDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PocProjectDetail>, Problem> {
    let view = poc_view(&app, &caller.ctx, &id).await?;
    Ok(Json(shapes::detail(&corridor::of(&app), &view)))
}

/// Begins a project as a draft of the caller's organisation.
#[utoipa::path(post, path = "/api/v1/poc-projects", operation_id = "poc_project_create", tag = "proof of concept",
    request_body = PocProjectBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 404, description = "No such organisation")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<PocProjectBody>,
) -> Result<Response, Problem> {
    let draft = body.draft();
    let made = poc_create(&app, &caller.ctx, Create { organisation: body.organisation, draft }).await?;
    Ok(created(&caller, &made, "/api/v1/poc-projects"))
}

/// Opens a draft to everybody; it needs a first step that is done.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/publications", operation_id = "poc_project_publish",
    tag = "proof of concept", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn publish(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_publish(&app, &caller.ctx, &id).await?))
}

/// Brings a project to an end, once every proposal has an answer; its page stays.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/closures", operation_id = "poc_project_close",
    tag = "proof of concept", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn close(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_close(&app, &caller.ctx, &id).await?))
}

/// Adds a step: what is done or planned by the project's own people, a proposal by anybody else.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/steps", operation_id = "poc_step_add", tag = "proof of concept",
    request_body = PocStepBody,
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422),
        (status = 429, description = "Too many proposals wait")))]
async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PocStepBody>,
) -> Result<Response, Problem> {
    let draft = body.draft();
    Ok(done(&caller, &poc_step_add(&app, &caller.ctx, &id, body.acting.as_deref(), draft).await?))
}

/// Asks a centre to look after the project: the first, or another one while none has agreed.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/centres", operation_id = "poc_centre_ask",
    tag = "proof of concept", request_body = PocAskBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn centre_ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PocAskBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_centre_ask(&app, &caller.ctx, &id, &body.centre).await?))
}

/// The centre that is asked agrees to look after the project, or declines with a reason.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/centre/answers", operation_id = "poc_centre_answer",
    tag = "proof of concept", request_body = PocAnswerBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn centre_answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PocAnswerBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_centre_answer(&app, &caller.ctx, &id, body.answer()).await?))
}

/// Changes a step: what is sent replaces all of it, where it stands stays. For whoever entered or proposed it, until it
/// is agreed, answered or done.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/steps/{step}/versions", operation_id = "poc_step_edit",
    tag = "proof of concept", request_body = PocStepEditBody, params(("id" = String, Path), ("step" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    JsonBody(body): JsonBody<PocStepEditBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_step_edit(&app, &caller.ctx, &id, &step, body.draft()).await?))
}

/// A planned step has happened.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/steps/{step}/completions", operation_id = "poc_step_complete",
    tag = "proof of concept", request_body = PocCompletionBody, params(("id" = String, Path), ("step" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn complete(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    JsonBody(body): JsonBody<PocCompletionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_step_complete(&app, &caller.ctx, &id, &step, body.completion()).await?))
}

/// The project's organisation accepts a proposal, or declines it with a reason.
#[utoipa::path(post, path = "/api/v1/poc-projects/{id}/steps/{step}/answers", operation_id = "poc_step_answer",
    tag = "proof of concept", request_body = PocAnswerBody, params(("id" = String, Path), ("step" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    JsonBody(body): JsonBody<PocAnswerBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &poc_answer(&app, &caller.ctx, &id, &step, body.answer()).await?))
}

/// Proof-of-concept centres by name: organisations of that kind or in that segment, and those that projects chose.
#[utoipa::path(get, path = "/api/v1/poc-centres", operation_id = "poc_centre_list", tag = "proof of concept",
    params(PageQuery),
    responses((status = 200, body = Listed<PocCentreItem>), (status = 422, description = "A limit or cursor is wrong")))]
async fn centre_list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<PocCentreItem>>, Problem> {
    Ok(Json(centres(&app, &caller, &paging).await?))
}
