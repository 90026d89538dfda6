//! Organisations as JSON.

mod shapes;

pub use shapes::{
    ClaimItem, DecisionBody, EvidenceBody, LoginBody, MandateBody, MemberItem, NameItem, OrganisationBody,
    OrganisationDetail, OrganisationItem, StatementItem, StatusBody, StatusItem,
};
pub(crate) use shapes::{claim, item, member, place};

use crate::actions::organisation::{
    Filter, Query as ListQuery, Register, organisation_edit, organisation_list, organisation_register,
    organisation_view,
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
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, done, values};
use rooms::routes::{read, write};
use serde::Deserialize;
use utoipa::OpenApi;

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OrganisationQuery {
    /// Free words.
    pub q: String,
    /// City codes.
    pub city: String,
    /// Kinds.
    pub kind: String,
    /// Status codes.
    pub status: String,
    /// Segment ids; what lies below one counts.
    pub segment: String,
}

impl OrganisationQuery {
    /// The filters by name, in the order of the page.
    pub(crate) fn filters(&self) -> [(&'static str, &String); 4] {
        [("city", &self.city), ("kind", &self.kind), ("status", &self.status), ("segment", &self.segment)]
    }

    /// As the action reads it.
    ///
    /// # Errors
    /// A limit or cursor that cannot be read.
    pub(crate) fn query(&self, page: &PageQuery, facets: bool) -> Result<ListQuery, Problem> {
        let filter = Filter {
            text: self.q.clone(),
            kinds: values(&self.kind),
            cities: values(&self.city),
            statuses: values(&self.status),
            segments: values(&self.segment),
            ids: None,
        };
        Ok(ListQuery { filter, page: page.page()?, facets })
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/organisations", "organisation_list", get(list)),
        write("/api/v1/organisations", "organisation_register", "organisation.registered", post(register)),
        read("/api/v1/organisations/{id}", "organisation_view", get(view)),
        write("/api/v1/organisations/{id}/versions", "organisation_edit", "organisation.edited", post(edit)),
    ]
}

/// Organisations in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, register, view, edit),
    components(schemas(
        OrganisationItem,
        OrganisationDetail,
        OrganisationBody,
        NameItem,
        StatementItem,
        StatusItem,
        StatusBody,
        ReceiptOf,
        ClaimItem,
        DecisionBody,
        EvidenceBody,
        MemberItem,
        LoginBody,
        MandateBody
    ))
)]
pub struct Document;

/// A page of organisations as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &OrganisationQuery,
    paging: &PageQuery,
) -> Result<Listed<OrganisationItem>, Problem> {
    let found = organisation_list(app, &caller.ctx, &query.query(paging, false)?).await?;
    let (corridor, today) = (corridor::of(app), caller.ctx.now.date());
    let items = found.items.iter().map(|one| item(&corridor, &one.organisation, &one.statuses, &one.segments, today));
    Ok(Listed { items: items.collect(), total: found.total, next: found.next })
}

/// Organisations, by name, or with `q` the best fitting first.
#[utoipa::path(get, path = "/api/v1/organisations", tag = "organisations",
    params(("q" = Option<String>, Query, description = "Free words"),
        ("city" = Option<String>, Query, description = "City codes, separated by commas"),
        ("kind" = Option<String>, Query, description = "Kinds, separated by commas"),
        ("status" = Option<String>, Query, description = "Status codes, separated by commas"),
        ("segment" = Option<String>, Query, description = "Segment ids, separated by commas; what lies below one counts"),
        PageQuery),
    responses((status = 200, body = Listed<OrganisationItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OrganisationQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<OrganisationItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One organisation with everything that is said of it.
#[utoipa::path(get, path = "/api/v1/organisations/{id}", tag = "organisations", params(("id" = String, Path)),
    responses((status = 200, body = OrganisationDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<OrganisationDetail>, Problem> {
    let view = organisation_view(&app, &caller.ctx, &id).await?;
    Ok(Json(shapes::detail(&corridor::of(&app), &view, caller.ctx.now.date())))
}

/// Registers an organisation; the city office confirms it before others see it.
#[utoipa::path(post, path = "/api/v1/organisations", tag = "organisations", request_body = OrganisationBody, responses((status = 201, body = ReceiptOf), (status = 401), (status = 409, description = "The code belongs to another"), (status = 422)))]
async fn register(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<OrganisationBody>,
) -> Result<Response, Problem> {
    let (draft, evidence) = (body.draft(), body.evidence.clone());
    Ok(done(&caller, &organisation_register(&app, &caller.ctx, Register { draft, evidence }).await?))
}

/// Changes the record; what is left out is taken out.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/versions", tag = "organisations", request_body = OrganisationBody,
    params(("id" = String, Path)), responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 422)))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<OrganisationBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &organisation_edit(&app, &caller.ctx, &id, body.draft()).await?))
}
