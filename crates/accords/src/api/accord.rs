//! Joint acts as JSON.

mod shapes;

pub use shapes::{
    AccordBody, AccordConsentItem, AccordDetail, AccordHeadBody, AccordItem, AccordMoneyBody, AccordOuterBody,
    AccordPartiesBody, AccordPartyItem, AccordSaid, AccordShareBody, AccordTextBody, AccordValidityBody,
    AccordVersionItem, CirculationBody, ConsentBody, EndingBody,
};

use super::{AccordEventItem, TitleRef};
use crate::actions::accord::{
    Filter, accord_circulate, accord_draft, accord_edit, accord_end, accord_list, accord_say, accord_take_back,
    accord_version, accord_view,
};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller, Fault};
use registry::corridor;
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, created, done, receipt, values};
use rooms::routes::{read, write};
use serde::Deserialize;
use utoipa::OpenApi;

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AccordQuery {
    /// Words in title, number and text.
    pub q: String,
    /// Kinds.
    pub kind: String,
    /// States.
    pub state: String,
    /// Codes of cities that are parties.
    pub city: String,
}

impl AccordQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            text: self.q.trim().to_owned(),
            kinds: values(&self.kind),
            states: values(&self.state),
            cities: values(&self.city),
        }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/accords", "accord_list", get(list)),
        write("/api/v1/accords", "accord_draft", "accord.drafted", post(draft)),
        read("/api/v1/accords/{id}", "accord_view", get(view)),
        write("/api/v1/accords/{id}/drafts", "accord_edit", "accord.revised", post(edit)),
        write("/api/v1/accords/{id}/circulations", "accord_circulate", "accord.circulated", post(circulate)),
        write("/api/v1/accords/{id}/recalls", "accord_take_back", "accord.taken_back", post(take_back)),
        write("/api/v1/accords/{id}/consents", "accord_say", "accord.said", post(say)),
        write("/api/v1/accords/{id}/endings", "accord_end", "accord.ended", post(end)),
        read("/api/v1/accords/{id}/versions/{version}", "accord_view", get(version)),
    ]
}

/// Joint acts in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, draft, view, edit, circulate, take_back, say, end, version),
    components(schemas(
        AccordItem,
        AccordDetail,
        AccordPartyItem,
        AccordConsentItem,
        AccordVersionItem,
        AccordEventItem,
        AccordBody,
        AccordHeadBody,
        AccordTextBody,
        AccordPartiesBody,
        AccordOuterBody,
        AccordMoneyBody,
        AccordShareBody,
        AccordValidityBody,
        AccordSaid,
        CirculationBody,
        ConsentBody,
        EndingBody,
        TitleRef
    ))
)]
pub struct Document;

/// A page of acts as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &AccordQuery,
    paging: &PageQuery,
) -> Result<Listed<AccordItem>, Problem> {
    let found = accord_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|accord| shapes::item(&corridor, accord, caller.ctx.now)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// Joint acts, the newest change first: everybody sees those that hold or have held, parties also what they are asked.
#[utoipa::path(get, path = "/api/v1/accords", operation_id = "accord_list", tag = "joint acts",
    params(("q" = Option<String>, Query, description = "Words in title, number and text"),
        ("kind" = Option<String>, Query, description = "`agreement`, `rules`, `plan`, `standard`, `recognition`, `clearing`"),
        ("state" = Option<String>, Query, description = "`draft`, `circulated`, `in_force`, `failed`, `expired`, `ended`, `superseded`"),
        ("city" = Option<String>, Query, description = "Code of a city that is a party"),
        PageQuery),
    responses((status = 200, body = Listed<AccordItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AccordQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<AccordItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One joint act with its parties and what each said.
#[utoipa::path(get, path = "/api/v1/accords/{id}", operation_id = "accord_view", tag = "joint acts",
    params(("id" = String, Path)),
    responses((status = 200, body = AccordDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<AccordDetail>, Problem> {
    let view = accord_view(&app, &caller.ctx, &id).await?;
    Ok(Json(shapes::detail(&corridor::of(&app), &view, caller.ctx.now)))
}

/// Money is typed in yuan on pages and sent in fen here: a refusal names the field that was sent.
fn named(fault: Fault) -> Fault {
    let Fault::Refused(refusal) = fault else { return fault };
    let sent = match refusal.field.as_deref() {
        Some("total_yuan") => "total_fen",
        Some(share) if share.starts_with("share_") => "share_fen",
        _ => return refusal.into(),
    };
    refusal.at(sent).into()
}

/// Begins a draft; `head` is needed. For the joint office.
#[utoipa::path(post, path = "/api/v1/accords", operation_id = "accord_draft", tag = "joint acts",
    request_body = AccordBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403),
        (status = 409, description = "The number is taken")))]
async fn draft(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<AccordBody>,
) -> Result<Response, Problem> {
    let made = accord_draft(&app, &caller.ctx, body.patch()?).await.map_err(named)?;
    Ok(created(&caller, &made, "/api/v1/accords"))
}

/// Changes groups of a draft; a group that is left out stays as it is.
#[utoipa::path(post, path = "/api/v1/accords/{id}/drafts", operation_id = "accord_edit", tag = "joint acts",
    request_body = AccordBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The text is before the parties, or the number is taken"), (status = 422)))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<AccordBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &accord_edit(&app, &caller.ctx, &id, body.patch()?).await.map_err(named)?))
}

/// Circulates the text as a new version and asks the parties until the end of a day.
#[utoipa::path(post, path = "/api/v1/accords/{id}/circulations", operation_id = "accord_circulate", tag = "joint acts",
    request_body = CirculationBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn circulate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CirculationBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &accord_circulate(&app, &caller.ctx, &id, &body.deadline).await?))
}

/// Takes a circulated or failed text back into drafting; the next circulation asks everybody again.
#[utoipa::path(post, path = "/api/v1/accords/{id}/recalls", operation_id = "accord_take_back", tag = "joint acts",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn take_back(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &accord_take_back(&app, &caller.ctx, &id).await?))
}

/// A party says what it thinks of the present version, or takes that back.
#[utoipa::path(post, path = "/api/v1/accords/{id}/consents", operation_id = "accord_say", tag = "joint acts",
    request_body = ConsentBody, params(("id" = String, Path)),
    responses((status = 201, body = AccordSaid), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Not before the parties, too late, or another version"), (status = 422)))]
async fn say(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ConsentBody>,
) -> Result<Response, Problem> {
    let said = accord_say(&app, &caller.ctx, &id, body.command()).await?;
    let body = AccordSaid { receipt: receipt(&said.done, caller.ctx.locale), in_force: said.in_force };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Ends an act that is in force, with the reason that everybody reads.
#[utoipa::path(post, path = "/api/v1/accords/{id}/endings", operation_id = "accord_end", tag = "joint acts",
    request_body = EndingBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<EndingBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &accord_end(&app, &caller.ctx, &id, &body.reason).await?))
}

/// The text as it was circulated once, with what was said of it.
#[utoipa::path(get, path = "/api/v1/accords/{id}/versions/{version}", operation_id = "accord_version", tag = "joint acts",
    params(("id" = String, Path), ("version" = i64, Path)),
    responses((status = 200, body = AccordVersionItem), (status = 404)))]
async fn version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<AccordVersionItem>, Problem> {
    // An address that names no number names no version.
    let version = version.parse::<i64>().map_err(|_| Refusal::not_found())?;
    let (view, found) = accord_version(&app, &caller.ctx, &id, version).await?;
    Ok(Json(shapes::version(&view, &found)))
}
