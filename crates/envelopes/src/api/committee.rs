//! Committees as JSON.

use crate::actions::committee::{
    CeremonyFile, Filter, ceremony_file, committee_draft, committee_give_up, committee_list, committee_retire,
    committee_view, seat_hand_in,
};
use crate::rules::committee::{Committee, CommitteeDraft, SeatStep};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, created, done, json_file, number, values};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};

/// What the list is narrowed to; several states are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CommitteeQuery {
    /// Words in the name.
    pub q: String,
    /// States.
    pub state: String,
}

impl CommitteeQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { text: self.q.trim().to_owned(), states: values(&self.state) }
    }
}

/// A seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommitteeSeatItem {
    /// Its place in the ceremony, from 1.
    pub number: i64,
    /// `city`, `joint` or `notary`.
    pub kind: String,
    /// Code of its city.
    pub city: Option<String>,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// It has handed in its registration.
    pub registered: bool,
    /// It has dealt.
    pub dealt: bool,
    /// It has accepted, or proven that somebody lied.
    pub answered: bool,
}

/// A committee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommitteeItem {
    /// Opaque id; the name of its ceremony.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// `registering`, `dealing`, `accepting`, `ready`, `void` or `retired`.
    pub state: String,
    /// Origin of the journal, bound into its key ceremony.
    pub origin: String,
    /// How many seats open together. So many together can also read envelopes before the opening; fewer cannot.
    pub threshold: i64,
    /// Its seats.
    pub seats: Vec<CommitteeSeatItem>,
    /// The key that rounds are sealed to, hexadecimal, once it is ready.
    pub key: Option<String>,
    /// Hash of plan and deals that all seats have accepted, hexadecimal.
    pub transcript_hash: Option<String>,
    /// The seat that was proven to have lied.
    pub liar: Option<i64>,
    /// Why it was given up or retired; may be empty.
    pub reason: String,
    /// When it became ready.
    pub ready_ms: Option<i64>,
    /// When it last changed.
    pub updated_ms: i64,
    /// From the demo.
    pub demo: bool,
}

fn item(committee: &Committee) -> CommitteeItem {
    let seat = |seat: &crate::rules::committee::Seat| CommitteeSeatItem {
        number: seat.number,
        kind: seat.kind.code().to_owned(),
        city: seat.city.map(|city| city.to_string()),
        name: seat.name.clone(),
        name_en: seat.name_en.clone(),
        registered: seat.registration.is_some(),
        dealt: seat.deal.is_some(),
        answered: seat.answer.is_some(),
    };
    CommitteeItem {
        id: committee.id.clone(),
        name: committee.name.clone(),
        name_en: committee.name_en.clone(),
        state: committee.state.code().to_owned(),
        origin: committee.origin.clone(),
        threshold: committee.threshold,
        seats: committee.seats.iter().map(seat).collect(),
        key: committee.key.clone(),
        transcript_hash: committee.transcript_hash.clone(),
        liar: committee.liar,
        reason: committee.reason.clone(),
        ready_ms: committee.ready_ms,
        updated_ms: committee.updated_ms,
        demo: committee.demo,
    }
}

/// A new committee.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitteeBody {
    /// Chinese name.
    name: String,
    /// English name.
    #[serde(default)]
    name_en: String,
    /// Codes of the cities that hold a seat.
    #[serde(default)]
    cities: Vec<String>,
    /// The joint office holds a seat.
    #[serde(default)]
    joint: bool,
    /// Name of the notary that holds one; empty for none.
    #[serde(default)]
    notary: String,
    /// How many seats open together: more than half.
    threshold: u16,
}

/// Why something ends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitteeEndBody {
    /// The reason, which everybody reads.
    reason: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/committees", "committee_list", get(list)),
        write("/api/v1/committees", "committee_draft", "committee.drafted", post(draft)),
        read("/api/v1/committees/{id}", "committee_view", get(view)),
        read("/api/v1/committees/{id}/plan", "committee_view", get(plan)),
        read("/api/v1/committees/{id}/transcript", "committee_view", get(transcript)),
        write(
            "/api/v1/committees/{id}/seats/{number}/registrations",
            "seat_keep",
            "committee.registered",
            post(register),
        ),
        write("/api/v1/committees/{id}/seats/{number}/deals", "seat_keep", "committee.dealt", post(deal)),
        write("/api/v1/committees/{id}/seats/{number}/answers", "seat_keep", "committee.accepted", post(answer)),
        write("/api/v1/committees/{id}/abandonments", "committee_give_up", "committee.voided", post(give_up)),
        write("/api/v1/committees/{id}/retirements", "committee_retire", "committee.retired", post(retire)),
    ]
}

/// Committees in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, draft, view, plan, transcript, register, deal, answer, give_up, retire),
    components(schemas(CommitteeItem, CommitteeSeatItem, CommitteeBody, CommitteeEndBody))
)]
pub struct Document;

/// A page of committees as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &CommitteeQuery,
    paging: &PageQuery,
) -> Result<Listed<CommitteeItem>, Problem> {
    let found = committee_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// Opening committees, the newest change first.
#[utoipa::path(get, path = "/api/v1/committees", operation_id = "committee_list", tag = "sealed rounds",
    params(("q" = Option<String>, Query, description = "Words in the name"),
        ("state" = Option<String>, Query, description = "`registering`, `dealing`, `accepting`, `ready`, `void`, `retired`"),
        PageQuery),
    responses((status = 200, body = Listed<CommitteeItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CommitteeQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<CommitteeItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// Sets up a committee; its seats are asked for their registrations. For the joint office.
#[utoipa::path(post, path = "/api/v1/committees", operation_id = "committee_draft", tag = "sealed rounds",
    request_body = CommitteeBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 422)))]
async fn draft(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<CommitteeBody>,
) -> Result<Response, Problem> {
    let draft = CommitteeDraft {
        name: body.name,
        name_en: body.name_en,
        cities: body.cities,
        joint: body.joint,
        notary: body.notary,
        threshold: body.threshold.to_string(),
    };
    Ok(created(&caller, &committee_draft(&app, &caller.ctx, draft).await?, "/api/v1/committees"))
}

/// One committee.
#[utoipa::path(get, path = "/api/v1/committees/{id}", operation_id = "committee_view", tag = "sealed rounds",
    params(("id" = String, Path)),
    responses((status = 200, body = CommitteeItem), (status = 404)))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<CommitteeItem>, Problem> {
    Ok(Json(item(&committee_view(&app, &caller.ctx, &id).await?.committee)))
}

/// The plan of a ceremony, for `yilang trustee deal`.
#[utoipa::path(get, path = "/api/v1/committees/{id}/plan", operation_id = "committee_plan", tag = "sealed rounds",
    params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 404), (status = 409, description = "Not every seat has registered")))]
async fn plan(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let text = ceremony_file(&app, &caller.ctx, &id, CeremonyFile::Plan).await?;
    Ok(json_file(&format!("plan-{id}"), text))
}

/// Plan, deals and acceptances, for `yilang trustee accept` and for whoever checks the committee's key.
#[utoipa::path(get, path = "/api/v1/committees/{id}/transcript", operation_id = "committee_transcript", tag = "sealed rounds",
    params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 404), (status = 409, description = "Not every seat has dealt")))]
async fn transcript(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let text = ceremony_file(&app, &caller.ctx, &id, CeremonyFile::Transcript).await?;
    Ok(json_file(&format!("transcript-{id}"), text))
}

async fn hand_in(
    app: &App,
    caller: &Caller,
    (id, seat): (String, String),
    step: SeatStep,
    document: Map<String, Value>,
) -> Result<Response, Problem> {
    let document = Value::Object(document).to_string().into_bytes();
    Ok(done(caller, &seat_hand_in(app, &caller.ctx, &id, number(&seat)?, step, document).await?))
}

/// Takes a seat's registration, as `yilang trustee init` wrote it.
#[utoipa::path(post, path = "/api/v1/committees/{id}/seats/{number}/registrations", operation_id = "seat_register", tag = "sealed rounds",
    request_body = Object, params(("id" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The committee waits for something else"), (status = 422)))]
async fn register(
    State(app): State<App>,
    caller: Caller,
    Path(seat): Path<(String, String)>,
    JsonBody(document): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    hand_in(&app, &caller, seat, SeatStep::Registration, document).await
}

/// Takes a seat's deal, as `yilang trustee deal` wrote it.
#[utoipa::path(post, path = "/api/v1/committees/{id}/seats/{number}/deals", operation_id = "seat_deal", tag = "sealed rounds",
    request_body = Object, params(("id" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The committee waits for something else, or the seat has dealt"), (status = 422)))]
async fn deal(
    State(app): State<App>,
    caller: Caller,
    Path(seat): Path<(String, String)>,
    JsonBody(document): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    hand_in(&app, &caller, seat, SeatStep::Deal, document).await
}

/// Takes a seat's acceptance or complaint, as `yilang trustee accept` wrote it.
#[utoipa::path(post, path = "/api/v1/committees/{id}/seats/{number}/answers", operation_id = "seat_answer", tag = "sealed rounds",
    request_body = Object, params(("id" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The committee waits for something else, or the seat has answered"), (status = 422)))]
async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(seat): Path<(String, String)>,
    JsonBody(document): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    hand_in(&app, &caller, seat, SeatStep::Answer, document).await
}

/// Gives up a ceremony that does not come to its end. For the joint office.
#[utoipa::path(post, path = "/api/v1/committees/{id}/abandonments", operation_id = "committee_give_up", tag = "sealed rounds",
    request_body = CommitteeEndBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CommitteeEndBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &committee_give_up(&app, &caller.ctx, &id, &body.reason).await?))
}

/// Retires a committee: no further round is sealed to it. For the joint office.
#[utoipa::path(post, path = "/api/v1/committees/{id}/retirements", operation_id = "committee_retire", tag = "sealed rounds",
    request_body = CommitteeEndBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn retire(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CommitteeEndBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &committee_retire(&app, &caller.ctx, &id, &body.reason).await?))
}
