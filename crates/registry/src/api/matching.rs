//! Matching as JSON: a preview for anybody, the matches of a need or an offer, remarks about answers.

use super::search::CityName;
use crate::actions::matching::{
    ANSWERS_DEFAULT, ANSWERS_MAX, Match, Matches, listing_matches, match_feedback, match_preview,
};
use crate::corridor::{self, Corridor};
use crate::rules::listing::Side;
use crate::rules::matching::{Feedback, Reason};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use kernel::{Adcode, Refusal};
use platform::capability::Route;
use platform::web::guard::{LIMITER_CALLERS_MAX, Limiter, RATE_MATCH, address_key};
use platform::web::page::{List, PageQuery};
use platform::web::{JsonBody, Problem, T};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A need in plain words.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchBody {
    /// What is needed.
    #[schema(example = "需要 300 毫米抛光硅片，月供 5 万片")]
    pub text: String,
    /// Answers wanted, 1 to 100; 20 if left out.
    #[serde(default)]
    pub limit: Option<usize>,
    /// Division code of the place that asks, for the distance.
    #[serde(default)]
    pub city: Option<String>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhyItem {
    /// `terms`, `meaning`, `segment`, `status` or `distance`.
    pub kind: &'static str,
    /// In the reader's language.
    pub text: String,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MatchItem {
    /// `organisation`, `offer` or `need`.
    pub kind: String,
    /// Opaque id.
    pub id: String,
    /// Name or title as written.
    pub name: String,
    /// English name or title.
    pub name_en: Option<String>,
    /// Where it is.
    pub city: Option<CityName>,
    /// Path on this site.
    pub url: String,
    /// Invented for the demonstration.
    pub demo: bool,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Status codes.
    pub statuses: Vec<String>,
    /// Higher is better, within one answer.
    pub score: f32,
    /// Why it stands here, the strongest reason first.
    pub why: Vec<WhyItem>,
}

/// A remark about an answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackBody {
    /// The need or offer that asked, if it was one.
    #[serde(default)]
    pub asker: Option<String>,
    /// The words that asked.
    pub text: String,
    /// Kind of the answer.
    pub kind: String,
    /// Id of the answer.
    pub answer: String,
    /// One of the coded reasons, such as `fits` or `wrong-field`.
    pub code: String,
    /// In one's own words.
    #[serde(default)]
    pub note: String,
}

/// The answer to a remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Kept {
    /// It was kept.
    pub kept: bool,
}

/// Routes of matching.
pub fn routes() -> Vec<Route> {
    let view = |path, handler| Route { method: Method::GET, path, action: "match_view", journal: None, handler };
    vec![
        Route {
            method: Method::POST,
            path: "/api/v1/matches",
            action: "match_view",
            journal: None,
            handler: post(preview),
        },
        view("/api/v1/needs/{id}/matches", get(of_need)),
        view("/api/v1/offers/{id}/matches", get(of_offer)),
        Route {
            method: Method::POST,
            path: "/api/v1/matches/remarks",
            action: "match_feedback_create",
            journal: Some("match.marked"),
            handler: post(remark),
        },
    ]
}

/// API document of matching.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(preview, of_need, of_offer, remark),
    components(schemas(MatchBody, MatchItem, WhyItem, FeedbackBody, Kept, CityName))
)]
pub struct Document;

/// The limiter of previews: they cost more than reading and need no sign-in.
struct PreviewLimit(Limiter);

/// Takes one preview from the caller's allowance; whoever sits on the machine itself is not limited.
pub(crate) fn admit(app: &App, caller: &Caller) -> Result<(), Problem> {
    let who = match (&caller.ctx.actor.account, caller.address) {
        (Some(account), _) => account.clone(),
        (None, Some(address)) if !address.is_loopback() => address_key(address),
        _ => return Ok(()),
    };
    let limit = app.extension::<PreviewLimit>().unwrap_or_else(|| {
        let fresh = Arc::new(PreviewLimit(Limiter::new(RATE_MATCH, LIMITER_CALLERS_MAX)));
        app.extend(Arc::clone(&fresh));
        fresh
    });
    limit.0.take(&who, caller.ctx.now.ms()).map_err(Problem::too_many)
}

/// Who can meet a need in plain words. Stores nothing and needs no sign-in.
#[utoipa::path(post, path = "/api/v1/matches", tag = "matching", request_body = MatchBody,
    responses((status = 200, body = Listed<MatchItem>), (status = 422), (status = 429)))]
pub async fn preview(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<MatchBody>,
) -> Result<List<MatchItem>, Problem> {
    admit(&app, &caller)?;
    let city = body.city.as_deref().map(Adcode::parse).transpose().map_err(|_| city_refused())?;
    let limit = checked_limit(body.limit)?;
    let matches = match_preview(&app, &caller.ctx, &body.text, city, limit).await?;
    Ok(listed(&corridor::of(&app), &matches, caller.visit.t))
}

fn city_refused() -> Refusal {
    Refusal::invalid("adcode", "城市代码是六位数字，如 310117。", "A city code has six digits, such as 310117.")
        .at("city")
}

fn checked_limit(limit: Option<usize>) -> Result<usize, Refusal> {
    let limit = limit.unwrap_or(ANSWERS_DEFAULT);
    if (1..=ANSWERS_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(Refusal::invalid(
        "page-limit",
        format!("条数须为 1 至 {ANSWERS_MAX} 的整数。"),
        format!("limit must be a whole number from 1 to {ANSWERS_MAX}."),
    )
    .at("limit"))
}

/// Who can meet a need.
#[utoipa::path(get, path = "/api/v1/needs/{id}/matches", tag = "matching", params(("id" = String, Path), ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Answers wanted; 20 if left out")),
    responses((status = 200, body = Listed<MatchItem>), (status = 404)))]
pub async fn of_need(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<List<MatchItem>, Problem> {
    of_listing(&app, &caller, Side::Need, &id, &page).await
}

/// What needs an offer meets.
#[utoipa::path(get, path = "/api/v1/offers/{id}/matches", tag = "matching", params(("id" = String, Path), ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "Answers wanted; 20 if left out")),
    responses((status = 200, body = Listed<MatchItem>), (status = 404)))]
pub async fn of_offer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<List<MatchItem>, Problem> {
    of_listing(&app, &caller, Side::Offer, &id, &page).await
}

async fn of_listing(
    app: &App,
    caller: &Caller,
    side: Side,
    id: &str,
    page: &PageQuery,
) -> Result<List<MatchItem>, Problem> {
    let limit = page.page()?.limit;
    let (_, matches) = listing_matches(app, &caller.ctx, side, id, limit).await?;
    Ok(listed(&corridor::of(app), &matches, caller.visit.t))
}

/// Says whether an answer fits, for tuning the order.
#[utoipa::path(post, path = "/api/v1/matches/remarks", tag = "matching", request_body = FeedbackBody,
    responses((status = 201, body = Kept), (status = 401)))]
pub async fn remark(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<FeedbackBody>,
) -> Result<(StatusCode, Json<Kept>), Problem> {
    let feedback = Feedback {
        asker: body.asker,
        text: body.text,
        kind: body.kind,
        answer: body.answer,
        code: body.code,
        note: body.note,
    };
    match_feedback(&app, &caller.ctx, feedback).await?;
    Ok((StatusCode::CREATED, Json(Kept { kept: true })))
}

/// Answers as the API and the command line show them.
pub fn listed(corridor: &Corridor, matches: &Matches, t: T) -> List<MatchItem> {
    let items: Vec<MatchItem> = matches.items.iter().map(|found| item(corridor, found, t)).collect();
    List { total: i64::try_from(items.len()).unwrap_or(i64::MAX), items, next: None }
}

fn item(corridor: &Corridor, found: &Match, t: T) -> MatchItem {
    let hit = &found.hit;
    MatchItem {
        kind: hit.kind.clone(),
        id: hit.id.clone(),
        name: hit.title.clone(),
        name_en: hit.name_en.clone(),
        city: CityName::of(corridor, hit.city.as_deref(), t.locale),
        url: hit.url.clone(),
        demo: hit.demo,
        segments: hit.segments.clone(),
        statuses: hit.statuses.clone(),
        score: found.score,
        why: found.reasons.iter().map(|reason| why(corridor, reason, t)).collect(),
    }
}

/// A reason in words.
pub fn why(corridor: &Corridor, reason: &Reason, t: T) -> WhyItem {
    let (kind, text) = match reason {
        Reason::Words(words) => ("terms", words.join(if t.zh() { "、" } else { ", " })),
        Reason::Segment(id, relation) => ("segment", segment_text(corridor, id, *relation, t)),
        Reason::Status(code) => ("status", word(t, "search-status", code)),
        Reason::Meaning(percent) => ("meaning", t.args("match-meaning", &[("percent", percent.to_string())])),
        Reason::Stops(0) => ("distance", t.msg("match-same-city").into_owned()),
        Reason::Stops(stops) => ("distance", t.n("match-stops", i64::from(*stops))),
    };
    WhyItem { kind, text }
}

/// The word for a code; the code itself where a pack brings one of its own.
pub(crate) fn word(t: T, family: &str, code: &str) -> String {
    let key = format!("{family}-{code}");
    if t.texts.has(&key) { t.msg(key).into_owned() } else { code.to_owned() }
}

/// From the chain down to the segment, in words.
pub(crate) fn segment_names(corridor: &Corridor, id: &str, locale: kernel::Locale) -> String {
    let path: Vec<String> = corridor.segment_path(id).iter().map(|s| corridor.segment_name(&s.id, locale)).collect();
    if path.is_empty() { id.to_owned() } else { path.join(" › ") }
}

fn segment_text(corridor: &Corridor, id: &str, relation: search::Relation, t: T) -> String {
    let key = match relation {
        search::Relation::Same => "match-segment-same",
        search::Relation::Upstream => "match-segment-upstream",
        search::Relation::Downstream => "match-segment-downstream",
    };
    t.args(key, &[("segment", segment_names(corridor, id, t.locale))])
}
