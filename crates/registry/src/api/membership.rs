//! Members as JSON.

use super::organisation::{LoginBody, MandateBody, MemberItem, member};
use crate::actions::membership::{
    invitation_list, member_accept, member_change, member_invite, member_list, member_remove,
};
use rooms::api::paged::Listed;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::{ReceiptOf, done};
use rooms::routes::{read, write};
use utoipa::OpenApi;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/organisations/{id}/members", "member_list", get(list)),
        write("/api/v1/organisations/{id}/members", "member_invite", "organisation.member_invited", post(invite)),
        read("/api/v1/invitations", "member_own_list", get(invitations)),
        write("/api/v1/members/{id}/changes", "member_change", "organisation.member_changed", post(change)),
        write("/api/v1/members/{id}/acceptances", "member_accept", "organisation.member_joined", post(accept)),
        write("/api/v1/members/{id}/removals", "member_leave", "organisation.member_left", post(remove)),
    ]
}

/// Members in the API document.
#[derive(OpenApi)]
#[openapi(paths(list, invite, invitations, change, accept, remove))]
pub struct Document;

/// Members of an organisation and those who have been asked; for its members.
#[utoipa::path(get, path = "/api/v1/organisations/{id}/members", tag = "members",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Listed<MemberItem>), (status = 401), (status = 403), (status = 404)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<MemberItem>>, Problem> {
    let items: Vec<MemberItem> = member_list(&app, &caller.ctx, &id).await?.members.iter().map(member).collect();
    Ok(Json(rooms::api::paged::cut(items, &paging, |item| item.id.as_str())?))
}

/// Invitations that wait for the caller.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "members",
    params(PageQuery),
    responses((status = 200, body = Listed<MemberItem>), (status = 401)))]
async fn invitations(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<MemberItem>>, Problem> {
    let items: Vec<MemberItem> = invitation_list(&app, &caller.ctx).await?.iter().map(|(one, _)| member(one)).collect();
    Ok(Json(rooms::api::paged::cut(items, &paging, |item| item.id.as_str())?))
}

/// Asks an account to become a member; for managers.
#[utoipa::path(post, path = "/api/v1/organisations/{id}/members", tag = "members", params(("id" = String, Path)),
    request_body = LoginBody, responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Response, Problem> {
    let command = body.command();
    Ok(done(&caller, &member_invite(&app, &caller.ctx, &id, &body.login, command).await?))
}

/// Changes duty and mandate of a member; for managers.
#[utoipa::path(post, path = "/api/v1/members/{id}/changes", tag = "members", params(("id" = String, Path)),
    request_body = MandateBody, responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<MandateBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &member_change(&app, &caller.ctx, &id, body.command()).await?))
}

/// The asked account says yes.
#[utoipa::path(post, path = "/api/v1/members/{id}/acceptances", tag = "members", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404), (status = 409)))]
async fn accept(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &member_accept(&app, &caller.ctx, &id).await?))
}

/// Takes a member out or an invitation back; a member may leave, an asked account say no.
#[utoipa::path(post, path = "/api/v1/members/{id}/removals", tag = "members", params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &member_remove(&app, &caller.ctx, &id).await?))
}
