//! The pack's versions and what a newer one proposes, as JSON.

use crate::actions::pack::{Loaded, ProposalView, pack_list, pack_proposal_decide, pack_proposal_list};
use crate::rules::pack::{Decision, Proposal, ProposalState};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::page::{PageQuery, cursor_refused};
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Loaded packs in the answer; older ones stay in the journal.
pub(crate) const LOADS_MAX: i64 = 50;

/// A version of the pack that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackLoadItem {
    /// Opaque id.
    pub id: String,
    /// Which pack.
    #[schema(example = "g60")]
    pub pack: String,
    /// Version of its content.
    pub version: String,
    /// Digest over its files, hexadecimal.
    pub digest: String,
    /// When it was loaded, epoch milliseconds UTC.
    pub loaded_ms: i64,
    /// Organisations that were not there.
    pub added: i64,
    /// Organisations that were taken over as the newer version has them.
    pub replaced: i64,
    /// Proposals made, because somebody has touched the record.
    pub proposed: i64,
    /// Organisations of an earlier version that this one leaves out; they stay.
    pub absent: i64,
}

/// What a newer pack would change in a record that somebody has touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackProposalItem {
    /// Opaque id.
    pub id: String,
    /// The organisation's id.
    pub organisation: String,
    /// Its Chinese name.
    pub name: String,
    /// The field.
    pub field: String,
    /// What stands there, line by line.
    pub current: Vec<String>,
    /// What the pack proposes, line by line.
    pub proposed: Vec<String>,
    /// The version that proposes it.
    pub pack_version: String,
    /// `open`, `accepted`, `declined` or `superseded`.
    pub state: String,
    /// When it was made, epoch milliseconds UTC.
    pub created_ms: i64,
    /// When it was decided; null while it is open.
    pub decided_ms: Option<i64>,
}

/// A decision about a proposal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackDecisionBody {
    /// `accept` or `decline`.
    #[serde(default)]
    pub decision: String,
}

/// Which proposals are asked for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ProposalQuery {
    #[serde(default)]
    pub(crate) state: String,
}

impl ProposalQuery {
    /// The state asked for; the open ones where none is named.
    pub(crate) fn state(&self) -> ProposalState {
        ProposalState::parse(&self.state).unwrap_or(ProposalState::Open)
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let route = |method, path, action, journal, handler| Route { method, path, action, journal, handler };
    vec![
        route(Method::GET, "/api/v1/pack/loads", "pack_view", None, get(loads)),
        route(Method::GET, "/api/v1/pack/proposals", "pack_view", None, get(proposals)),
        route(
            Method::POST,
            "/api/v1/pack/proposals/{id}/decisions",
            "pack_proposal_decide",
            Some("pack.proposal-decided"),
            post(decide),
        ),
    ]
}

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(paths(loads, proposals, decide), components(schemas(PackLoadItem, PackProposalItem, PackDecisionBody)))]
pub struct Document;

fn load_item(load: Loaded) -> PackLoadItem {
    PackLoadItem {
        id: load.id,
        pack: load.meta.id,
        version: load.meta.version,
        digest: load.digest,
        loaded_ms: load.loaded_ms,
        added: load.summary.added,
        replaced: load.summary.replaced,
        proposed: load.summary.proposed,
        absent: load.summary.absent,
    }
}

/// A proposal as the API shows it.
pub(crate) fn proposal_item(name: &str, proposal: &Proposal) -> PackProposalItem {
    PackProposalItem {
        id: proposal.id.clone(),
        organisation: proposal.object.clone(),
        name: name.to_owned(),
        field: proposal.field.clone(),
        current: proposal.current.clone(),
        proposed: proposal.proposed.clone(),
        pack_version: proposal.pack_version.clone(),
        state: proposal.state.code().to_owned(),
        created_ms: proposal.created_ms,
        decided_ms: proposal.decided_ms,
    }
}

/// A page of proposals, for the API and the page.
pub(crate) struct Proposals {
    pub(crate) items: Vec<ProposalView>,
    pub(crate) total: i64,
    pub(crate) next: Option<String>,
}

impl Proposals {
    /// As the API shows them.
    pub(crate) fn listed(&self) -> Listed<PackProposalItem> {
        let item = |view: &ProposalView| proposal_item(&view.organisation.0, &view.proposal);
        Listed { items: self.items.iter().map(item).collect(), total: self.total, next: self.next.clone() }
    }
}

/// Reads a page of proposals, the newest first.
pub(crate) async fn paged(
    app: &App,
    caller: &Caller,
    query: &ProposalQuery,
    paging: &PageQuery,
) -> Result<Proposals, Problem> {
    let page = paging.page()?;
    let after = page.cursor.as_deref().map(read_cursor).transpose()?;
    let (mut items, total) = pack_proposal_list(app, &caller.ctx, query.state(), after, page.limit + 1).await?;
    let more = items.len() > page.limit;
    items.truncate(page.limit);
    let next = items.last().filter(|_| more).map(|view| cursor(&view.proposal));
    Ok(Proposals { items, total, next })
}

/// `{created}.{id}` of the last proposal of a page.
fn cursor(proposal: &Proposal) -> String {
    format!("{}.{}", proposal.created_ms, proposal.id)
}

fn read_cursor(cursor: &str) -> Result<(i64, String), Refusal> {
    let (ms, id) = cursor.split_once('.').ok_or_else(cursor_refused)?;
    Ok((ms.parse().map_err(|_| cursor_refused())?, id.to_owned()))
}

/// The decision of a form or a body.
///
/// # Errors
/// `proposal-decision` for neither of the two.
pub(crate) fn decision(typed: &str) -> Result<Decision, Refusal> {
    Decision::parse(typed).ok_or_else(|| {
        Refusal::invalid("proposal-decision", "请选择采用或不采用。", "Choose to accept or to decline.").at("decision")
    })
}

/// Versions of the pack that were loaded, the newest first; the last fifty.
#[utoipa::path(get, path = "/api/v1/pack/loads", tag = "pack", operation_id = "pack_load_list",
    responses((status = 200, body = Listed<PackLoadItem>), (status = 401), (status = 404)))]
async fn loads(State(app): State<App>, caller: Caller) -> Result<Json<Listed<PackLoadItem>>, Problem> {
    let items: Vec<PackLoadItem> = pack_list(&app, &caller.ctx, LOADS_MAX).await?.into_iter().map(load_item).collect();
    Ok(Json(Listed { total: i64::try_from(items.len()).unwrap_or(i64::MAX), items, next: None }))
}

/// What newer packs propose for records that somebody has touched, the newest first.
#[utoipa::path(get, path = "/api/v1/pack/proposals", tag = "pack", operation_id = "pack_proposal_list",
    params(("state" = Option<String>, Query, description = "open (if left out), accepted, declined or superseded"), PageQuery),
    responses((status = 200, body = Listed<PackProposalItem>), (status = 401), (status = 404), (status = 422, description = "A limit or cursor that cannot be read")))]
async fn proposals(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ProposalQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<PackProposalItem>>, Problem> {
    Ok(Json(paged(&app, &caller, &query, &paging).await?.listed()))
}

/// Takes a proposal's text over, or leaves the record as it is.
#[utoipa::path(post, path = "/api/v1/pack/proposals/{id}/decisions", tag = "pack", operation_id = "pack_proposal_decide",
    params(("id" = String, Path)), request_body = PackDecisionBody,
    responses((status = 201, body = PackProposalDecided), (status = 401), (status = 403), (status = 404), (status = 409, description = "Decided already"), (status = 422)))]
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<PackDecisionBody>,
) -> Result<(StatusCode, Json<PackProposalDecided>), Problem> {
    let decided = pack_proposal_decide(&app, &caller.ctx, id, decision(&body.decision)?).await?;
    let state = decided.state.code().to_owned();
    Ok((StatusCode::CREATED, Json(PackProposalDecided { id: decided.id, state, decided_ms: decided.decided_ms })))
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackProposalDecided {
    /// Its id.
    pub id: String,
    /// `accepted` or `declined`.
    pub state: String,
    /// When.
    pub decided_ms: Option<i64>,
}
