//! Expert workstations as JSON.

mod shapes;

pub use shapes::{
    LeavingBody, OwnerRef, ProjectBody, ProjectItem, SeatAnswerBody, SeatItem, WorkstationBody, WorkstationDetail,
    WorkstationItem,
};

use super::organisation::DecisionBody;
use rooms::api::paged::{Listed, cut};
use rooms::api::{ReceiptOf, done, values};

use crate::actions::workstation::{
    Card, Filter, workstation_decide, workstation_end, workstation_join, workstation_leave, workstation_list,
    workstation_list_of, workstation_office_list, workstation_project_add, workstation_project_edit,
    workstation_propose, workstation_view,
};
use crate::corridor;
use crate::rules::decision::DeclineCommand;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::routes::{read, write};
use serde::Deserialize;
use utoipa::OpenApi;

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WorkstationQuery {
    /// Words.
    pub q: String,
    /// City codes.
    pub city: String,
    /// `listed` and `ended`.
    pub state: String,
}

impl WorkstationQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { text: self.q.clone(), cities: values(&self.city), states: values(&self.state) }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/workstations", "workstation_list", get(list)),
        read("/api/v1/workstations/waiting", "workstation_office_list", get(waiting)),
        read("/api/v1/workstations/{id}", "workstation_view", get(view)),
        read("/api/v1/organisations/{id}/workstations", "organisation_view", get(list_of)),
        write("/api/v1/organisations/{id}/workstations", "workstation_propose", "workstation.proposed", post(propose)),
        write("/api/v1/workstations/{id}/decisions", "workstation_decide", "workstation.recognised", post(decide)),
        write("/api/v1/workstations/{id}/joinings", "expert_join", "workstation.joined", post(join)),
        write("/api/v1/workstations/{id}/leavings", "expert_join", "workstation.left", post(leave)),
        write(
            "/api/v1/workstations/{id}/projects",
            "workstation_project_add",
            "workstation.project_added",
            post(project_add),
        ),
        write(
            "/api/v1/workstations/{id}/projects/{project}/versions",
            "workstation_project_edit",
            "workstation.project_edited",
            post(project_edit),
        ),
        write("/api/v1/workstations/{id}/endings", "workstation_end", "workstation.ended", post(end)),
    ]
}

/// Workstations in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, list_of, waiting, view, propose, decide, join, leave, project_add, project_edit, end),
    components(schemas(
        WorkstationItem,
        WorkstationDetail,
        WorkstationBody,
        OwnerRef,
        SeatItem,
        ProjectItem,
        ProjectBody,
        SeatAnswerBody,
        LeavingBody
    ))
)]
pub struct Document;

/// A page of workstations as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &WorkstationQuery,
    paging: &PageQuery,
) -> Result<Listed<WorkstationItem>, Problem> {
    let found = workstation_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|card| shapes::item(&corridor, card)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// Recognised workstations, also those that have come to an end; the newest change first.
#[utoipa::path(get, path = "/api/v1/workstations", tag = "workstations", operation_id = "workstation_list",
    params(("q" = Option<String>, Query, description = "Words in name, subject and the enterprise's name"),
        ("city" = Option<String>, Query, description = "City codes, separated by commas"),
        ("state" = Option<String>, Query, description = "listed, ended, separated by commas"),
        PageQuery),
    responses((status = 200, body = Listed<WorkstationItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<WorkstationQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<WorkstationItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// An organisation's workstations: those everybody may see; for its members and the office all of them.
#[utoipa::path(get, path = "/api/v1/organisations/{id}/workstations", tag = "workstations", operation_id = "workstation_list_of",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<WorkstationItem>), (status = 404), (status = 422, description = "A limit or cursor that cannot be read")))]
async fn list_of(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<WorkstationItem>>, Problem> {
    cut_cards(&app, workstation_list_of(&app, &caller.ctx, &id).await?, &paging)
}

fn cut_cards(app: &App, cards: Vec<Card>, paging: &PageQuery) -> Result<Json<Listed<WorkstationItem>>, Problem> {
    let corridor = corridor::of(app);
    let items: Vec<WorkstationItem> = cards.iter().map(|card| shapes::item(&corridor, card)).collect();
    Ok(Json(cut(items, paging, |item| item.id.as_str())?))
}

/// Workstations that wait for the caller's office, the most urgent first.
#[utoipa::path(get, path = "/api/v1/workstations/waiting", tag = "workstations", operation_id = "workstation_office_list",
    params(PageQuery),
    responses((status = 200, body = Listed<WorkstationItem>), (status = 401), (status = 403)))]
async fn waiting(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<WorkstationItem>>, Problem> {
    cut_cards(&app, workstation_office_list(&app, &caller.ctx).await?, &paging)
}

/// One workstation with its experts and projects. Who does not want to be named is counted, not shown.
#[utoipa::path(get, path = "/api/v1/workstations/{id}", tag = "workstations", operation_id = "workstation_view",
    params(("id" = String, Path)), responses((status = 200, body = WorkstationDetail), (status = 404)))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WorkstationDetail>, Problem> {
    let view = workstation_view(&app, &caller.ctx, &id).await?;
    Ok(Json(shapes::detail(&corridor::of(&app), &view)))
}

/// Proposes a workstation in an organisation's name; its experts are asked and the city office decides.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/workstations", tag = "workstations", operation_id = "workstation_propose",
    params(("id" = String, Path)), request_body = WorkstationBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<WorkstationBody>,
) -> Result<Response, Problem> {
    let draft = body.draft();
    Ok(done(&caller, &workstation_propose(&app, &caller.ctx, &id, draft).await?))
}

/// The office recognises a workstation or gives a coded reason why not.
#[utoipa::path(post, path = "/api/v1/workstations/{id}/decisions", tag = "workstations", operation_id = "workstation_decide",
    params(("id" = String, Path)), request_body = DecisionBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &workstation_decide(&app, &caller.ctx, &id, body.command()).await?))
}

/// An expert agrees to take part, or the office that keeps the record does.
#[utoipa::path(post, path = "/api/v1/workstations/{id}/joinings", tag = "workstations", operation_id = "workstation_join",
    params(("id" = String, Path)), request_body = SeatAnswerBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn join(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<SeatAnswerBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &workstation_join(&app, &caller.ctx, &id, &body.expert).await?))
}

/// An expert says no, or leaves again, and says why; the enterprise and the office are shown it.
#[utoipa::path(post, path = "/api/v1/workstations/{id}/leavings", tag = "workstations", operation_id = "workstation_leave",
    params(("id" = String, Path)), request_body = LeavingBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LeavingBody>,
) -> Result<Response, Problem> {
    let why = DeclineCommand { reason: body.reason, remark: body.remark };
    Ok(done(&caller, &workstation_leave(&app, &caller.ctx, &id, &body.expert, why).await?))
}

/// Adds a project to a recognised workstation.
#[utoipa::path(post, path = "/api/v1/workstations/{id}/projects", tag = "workstations", operation_id = "workstation_project_add",
    params(("id" = String, Path)), request_body = ProjectBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn project_add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ProjectBody>,
) -> Result<Response, Problem> {
    let draft = body.draft()?;
    Ok(done(&caller, &workstation_project_add(&app, &caller.ctx, &id, draft).await?))
}

/// Changes a project: what is sent replaces all of it.
#[utoipa::path(post, path = "/api/v1/workstations/{id}/projects/{project}/versions", tag = "workstations",
    operation_id = "workstation_project_edit", params(("id" = String, Path), ("project" = String, Path)),
    request_body = ProjectBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn project_edit(
    State(app): State<App>,
    caller: Caller,
    Path((id, project)): Path<(String, String)>,
    JsonBody(body): JsonBody<ProjectBody>,
) -> Result<Response, Problem> {
    let draft = body.draft()?;
    Ok(done(&caller, &workstation_project_edit(&app, &caller.ctx, &id, &project, draft).await?))
}

/// Brings a workstation to an end; its page stays.
#[utoipa::path(post, path = "/api/v1/workstations/{id}/endings", tag = "workstations", operation_id = "workstation_end",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &workstation_end(&app, &caller.ctx, &id).await?))
}
