//! Rounds as JSON.

use crate::actions::content::round_file;
use crate::actions::round::{Filter, View, opening_file, round_begin, round_list, round_view};
use crate::actions::share::share_give;
use crate::rules::round::{NewRound, Owner, Round};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller, Fault};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, created, done, json_file, number, values};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{OpenApi, ToSchema};

/// What the list is narrowed to; several states are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RoundQuery {
    /// Words in title and rules.
    pub q: String,
    /// States.
    pub state: String,
}

impl RoundQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { text: self.q.trim().to_owned(), states: values(&self.state) }
    }
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundItem {
    /// Opaque id.
    pub id: String,
    /// What it belongs to: `office`, or the noun of another capability.
    pub owner: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What is written down: `open`, `closed`, `opened` or `void`.
    pub state: String,
    /// The committee that opens it.
    pub committee: String,
    /// The committee's key, hexadecimal.
    pub key: String,
    /// How many seats open together.
    pub threshold: i64,
    /// Its rules.
    pub rules: String,
    /// SHA-256 of the rules, hexadecimal; every envelope is bound to it.
    pub rules_sha256: String,
    /// First moment that is too late for an envelope.
    pub closes_ms: i64,
    /// First moment that is too late for a share.
    pub opens_by_ms: i64,
    /// Envelopes on the list, once it is written.
    pub count: Option<i64>,
    /// Root of the list, hexadecimal.
    pub root: Option<String>,
    /// Journal entry of the closing.
    pub closing_entry: Option<i64>,
    /// When it last changed.
    pub updated_ms: i64,
    /// From the demo.
    pub demo: bool,
}

fn item(round: &Round) -> RoundItem {
    RoundItem {
        id: round.id.clone(),
        owner: round.owner.kind.clone(),
        title: round.title.clone(),
        title_en: round.title_en.clone(),
        state: round.state.code().to_owned(),
        committee: round.committee.clone(),
        key: round.key.clone(),
        threshold: round.threshold,
        rules: round.rules.clone(),
        rules_sha256: round.rules_sha256.clone(),
        closes_ms: round.closes_ms,
        opens_by_ms: round.opens_by_ms,
        count: round.count,
        root: round.root.clone(),
        closing_entry: round.closing_entry,
        updated_ms: round.updated_ms,
        demo: round.demo,
    }
}

/// A seat of the committee in this round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundSeatItem {
    /// Its number.
    pub number: i64,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// When it gave its shares.
    pub given_ms: Option<i64>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundListItem {
    /// The envelope's hash, hexadecimal.
    pub hash: String,
    /// Its id, for whoever may look at it.
    pub envelope: Option<String>,
    /// SHA-256 of the content, hexadecimal, once it is opened.
    pub content_sha256: Option<String>,
    /// Why it cannot be opened.
    pub reason: Option<String>,
}

/// What the caller's organisations have sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundOwnItem {
    /// The envelope's id.
    pub envelope: String,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// When it was sent.
    pub sent_ms: i64,
    /// It counts: no later one has taken its place.
    pub counts: bool,
}

/// A round with its seats and its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoundDetail {
    /// The round.
    #[serde(flatten)]
    pub round: RoundItem,
    /// Where it stands now: `open`, `closing`, `sharing`, `opening`, `opened` or `void`.
    pub phase: String,
    /// Envelopes that count now. Nobody learns before the opening who has sent them.
    pub envelopes: i64,
    /// The committee's seats.
    pub seats: Vec<RoundSeatItem>,
    /// The list, once it is written.
    pub list: Vec<RoundListItem>,
    /// What the caller's organisations have sent, the newest first.
    pub own: Vec<RoundOwnItem>,
}

fn detail(view: &View) -> RoundDetail {
    let line = |line: &crate::actions::round::ListLine| RoundListItem {
        hash: line.envelope.hash.clone(),
        envelope: line.readable.then(|| line.envelope.id.clone()),
        content_sha256: line.fate.as_ref().and_then(|fate| fate.content_sha256.clone()),
        reason: line.fate.as_ref().and_then(|fate| fate.reason.clone()),
    };
    let own = |line: &crate::actions::round::ListLine| RoundOwnItem {
        envelope: line.envelope.id.clone(),
        hash: line.envelope.hash.clone(),
        sent_ms: line.envelope.sent_ms,
        counts: line.envelope.superseded_ms.is_none(),
    };
    let seat = |seat: &crate::actions::round::SeatView| RoundSeatItem {
        number: seat.number,
        name: seat.name.clone(),
        name_en: seat.name_en.clone(),
        given_ms: seat.given_ms,
    };
    RoundDetail {
        round: item(&view.round),
        phase: view.phase.code().to_owned(),
        envelopes: view.count,
        seats: view.seats.iter().map(seat).collect(),
        list: view.list.iter().map(line).collect(),
        own: view.own.iter().map(own).collect(),
    }
}

/// A new plain round.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundBody {
    /// Chinese title.
    title: String,
    /// English title.
    #[serde(default)]
    title_en: String,
    /// Its rules: every envelope is bound to this very text.
    rules: String,
    /// The committee that opens it; it must be ready.
    committee: String,
    /// First moment that is too late for an envelope.
    closes_ms: i64,
    /// First moment that is too late for a share.
    opens_by_ms: i64,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/rounds", "round_list", get(list)),
        write("/api/v1/rounds", "round_begin", "round.begun", post(begin)),
        read("/api/v1/rounds/{id}", "round_view", get(view)),
        read("/api/v1/rounds/{id}/opening", "round_view", get(opening)),
        read("/api/v1/rounds/{id}/bundle", "round_view", get(bundle)),
        write("/api/v1/rounds/{id}/seats/{number}/shares", "share_give", "round.shared", post(give)),
    ]
}

/// Rounds in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, begin, view, opening, bundle, give),
    components(schemas(RoundItem, RoundDetail, RoundSeatItem, RoundListItem, RoundOwnItem, RoundBody))
)]
pub struct Document;

/// A page of rounds as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &RoundQuery,
    paging: &PageQuery,
) -> Result<Listed<RoundItem>, Problem> {
    let found = round_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    Ok(Listed { items: found.items.iter().map(item).collect(), total: found.total, next: found.next })
}

/// Sealed rounds, the newest change first.
#[utoipa::path(get, path = "/api/v1/rounds", operation_id = "round_list", tag = "sealed rounds",
    params(("q" = Option<String>, Query, description = "Words in title and rules"),
        ("state" = Option<String>, Query, description = "`open`, `closed`, `opened`, `void`"),
        PageQuery),
    responses((status = 200, body = Listed<RoundItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RoundQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<RoundItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// Forms call the times as people type them; a refusal here names what was sent.
fn named(fault: Fault) -> Fault {
    let Fault::Refused(refusal) = fault else { return fault };
    let sent = match refusal.field.as_deref() {
        Some("closes") => "closes_ms",
        Some("opens_by") => "opens_by_ms",
        _ => return refusal.into(),
    };
    refusal.at(sent).into()
}

/// Begins a plain round. For the joint office.
#[utoipa::path(post, path = "/api/v1/rounds", operation_id = "round_begin", tag = "sealed rounds",
    request_body = RoundBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403),
        (status = 409, description = "The committee is not ready"), (status = 422)))]
async fn begin(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<RoundBody>,
) -> Result<Response, Problem> {
    let new = NewRound {
        owner: Owner::office(),
        title: body.title,
        title_en: body.title_en,
        rules: body.rules,
        committee: body.committee,
        closes_ms: body.closes_ms,
        opens_by_ms: body.opens_by_ms,
    };
    Ok(created(&caller, &round_begin(&app, &caller.ctx, new).await.map_err(named)?, "/api/v1/rounds"))
}

/// One round.
#[utoipa::path(get, path = "/api/v1/rounds/{id}", operation_id = "round_view", tag = "sealed rounds",
    params(("id" = String, Path)),
    responses((status = 200, body = RoundDetail), (status = 404)))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<RoundDetail>, Problem> {
    Ok(Json(detail(&round_view(&app, &caller.ctx, &id).await?)))
}

/// The opening file, for `yilang trustee share`: the list, its root, and the proof that the journal holds the closing.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/opening", operation_id = "round_opening", tag = "sealed rounds",
    params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 404),
        (status = 409, description = "The list is not written yet, or not in a checkpoint yet")))]
async fn opening(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let file = opening_file(&app, &caller.ctx, &id).await?;
    Ok(json_file(&format!("opening-{id}"), text(&file)?))
}

/// The whole round for `yilang sealing verify`: opening file, rules, shares and outcomes, without contents.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/bundle", operation_id = "round_bundle", tag = "sealed rounds",
    params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 404),
        (status = 409, description = "The list is not written yet, or not in a checkpoint yet")))]
async fn bundle(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let file = round_file(&app, &caller.ctx, &id).await?;
    Ok(json_file(&format!("round-{id}"), text(&file)?))
}

fn text(file: &impl Serialize) -> Result<String, Problem> {
    Ok(serde_json::to_string(file).map_err(|error| Fault::Internal(error.to_string()))?)
}

/// Takes the shares of a seat, as `yilang trustee share` wrote them.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/seats/{number}/shares", operation_id = "share_give", tag = "sealed rounds",
    request_body = Object, params(("id" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Too early, too late, or given already"), (status = 422)))]
async fn give(
    State(app): State<App>,
    caller: Caller,
    Path((id, seat)): Path<(String, String)>,
    JsonBody(file): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    let file = Value::Object(file).to_string().into_bytes();
    Ok(done(&caller, &share_give(&app, &caller.ctx, &id, number(&seat)?, &file).await?))
}
