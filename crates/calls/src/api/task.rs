//! An expert's reviews as JSON.

use super::{done, read, write};
use crate::actions::reviewer::{Own, OwnTask, review_own, reviewer_say, reviewer_view};
use crate::actions::score::score_give;
use crate::actions::task::{Other, Reading, task_read, task_recuse, task_view};
use crate::rules::reviewer::masked;
use crate::rules::score::{Sheet, SheetDraft};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use rooms::api::paged::Listed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

/// An answer of an expert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnTaskItem {
    /// Opaque id.
    pub id: String,
    /// The answer's number.
    pub number: i64,
    /// Its title; in a blind call with names blotted out.
    pub title: String,
    /// Phases that have been scored.
    pub phases: Vec<i64>,
    /// Until when it is to be scored.
    pub due_ms: i64,
    /// One's own total, in hundredths of a point, once the shortlist stands.
    pub own: Option<i64>,
    /// The mean of all that count.
    pub mean: Option<i64>,
    /// The answer is on the shortlist.
    pub shortlisted: Option<bool>,
}

/// A call that an expert reviews, or is asked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnReview {
    /// The call's id.
    pub call: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Reviewers learn nothing of the authors.
    pub blind: bool,
    /// `asked`, `willing` or `unwilling`.
    pub state: String,
    /// Answers at most.
    pub load_max: i64,
    /// Until when to say whether one takes part.
    pub say_by_ms: i64,
    /// It can still be said.
    pub may_say: bool,
    /// What each review is paid, in fen.
    pub fee_fen: i64,
    /// The answers by number.
    pub tasks: Vec<OwnTaskItem>,
}

fn task(own: &OwnTask) -> OwnTaskItem {
    OwnTaskItem {
        id: own.task.id.clone(),
        number: own.task.number,
        title: own.title.clone(),
        phases: own.phases.clone(),
        due_ms: own.task.due_ms,
        own: own.outcome.map(|outcome| outcome.own),
        mean: own.outcome.map(|outcome| outcome.mean),
        shortlisted: own.outcome.map(|outcome| outcome.shortlisted),
    }
}

fn review(own: &Own) -> OwnReview {
    OwnReview {
        call: own.call.id.clone(),
        number: own.call.number.clone(),
        title: own.call.title.clone(),
        blind: own.call.review.blind,
        state: own.place.state.code().to_owned(),
        load_max: own.place.load_max,
        say_by_ms: own.say_by_ms,
        may_say: own.may_say,
        fee_fen: own.sitting.fee.get(),
        tasks: own.tasks.iter().map(task).collect(),
    }
}

/// Scores of one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SheetItem {
    /// 1 alone, 2 after the discussion.
    pub phase: i64,
    /// Points by criterion, in the order of the call's criteria.
    pub points: Vec<i64>,
    /// The comment.
    pub comment: String,
    /// The total, in hundredths of a point.
    pub total: i64,
}

fn sheet(sheet: &Sheet) -> SheetItem {
    SheetItem { phase: sheet.phase, points: sheet.points.clone(), comment: sheet.comment.clone(), total: sheet.total }
}

/// Somebody else's scores, without the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OtherItem {
    /// Tells the others apart.
    pub number: usize,
    /// The scores.
    pub sheets: Vec<SheetItem>,
}

/// A member of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadMemberItem {
    /// The name; in a blind call its place in the team.
    pub name: String,
    /// The share of the money in basis points.
    pub share_bp: i64,
    /// What it does.
    pub task: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadStageItem {
    /// Its title.
    pub title: String,
    /// What shows that it is reached.
    pub indicators: String,
    /// Months after the contract.
    pub months: i64,
    /// The money asked for it, in fen.
    pub amount_fen: i64,
}

/// A criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadCriterionItem {
    /// Its code.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Its weight in basis points.
    pub weight_bp: i64,
}

/// An answer as its reviewer reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadingDetail {
    /// The task.
    pub id: String,
    /// The answer's number.
    pub number: i64,
    /// Title; in a blind call with names blotted out, as in all texts.
    pub title: String,
    /// Summary.
    pub summary: String,
    /// The plan.
    pub plan: String,
    /// The money it asks for, in fen.
    pub total_fen: i64,
    /// The team.
    pub members: Vec<ReadMemberItem>,
    /// The milestones.
    pub stages: Vec<ReadStageItem>,
    /// How many documents there are.
    pub documents: usize,
    /// What stands across the page.
    pub mark: String,
    /// What is judged.
    pub criteria: Vec<ReadCriterionItem>,
    /// One's own scores.
    pub own: Vec<SheetItem>,
    /// The others' scores, while the discussion is open.
    pub others: Vec<OtherItem>,
    /// The discussion is open.
    pub discussion: bool,
}

fn reading(reading: &Reading) -> ReadingDetail {
    let answer = &reading.answer;
    let member = |(at, member): (usize, &crate::rules::answer::Member)| ReadMemberItem {
        name: if member.name.is_empty() { masked(at).0 } else { member.name.clone() },
        share_bp: member.share_bp,
        task: member.task.clone(),
    };
    let stage = |stage: &crate::rules::answer::Stage| ReadStageItem {
        title: stage.title.clone(),
        indicators: stage.indicators.clone(),
        months: stage.months,
        amount_fen: stage.amount.get(),
    };
    let criterion = |one: &crate::rules::call::Criterion| ReadCriterionItem {
        code: one.code.clone(),
        name: one.name.clone(),
        name_en: one.name_en.clone(),
        weight_bp: one.weight_bp,
    };
    let other = |other: &Other| OtherItem {
        number: other.number,
        sheets: other.alone.iter().chain(&other.discussed).map(sheet).collect(),
    };
    ReadingDetail {
        id: reading.task.id.clone(),
        number: answer.number,
        title: answer.title.clone(),
        summary: answer.summary.clone(),
        plan: answer.plan.clone(),
        total_fen: answer.total.get(),
        members: answer.members.iter().enumerate().map(member).collect(),
        stages: answer.stages.iter().map(stage).collect(),
        documents: answer.papers.len(),
        mark: reading.mark.clone(),
        criteria: reading.call.review.criteria.iter().map(criterion).collect(),
        own: reading.own.iter().map(sheet).collect(),
        others: reading.others.iter().map(other).collect(),
        discussion: reading.discussion,
    }
}

/// What an expert says to being asked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnWordBody {
    /// Takes part.
    pub willing: bool,
    /// Answers at most; needed with `willing`.
    #[serde(default)]
    pub load: i64,
}

/// Scores.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreBody {
    /// Whole points from 0 to 100 by the criterion's code.
    pub points: BTreeMap<String, i64>,
    /// What there is to say.
    pub comment: String,
}

/// Why a reviewer steps back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecusalBody {
    /// `employer`, `former-employer`, `co-author`, `co-applicant`, `co-owner`, `supervisor`, `family`, `group`,
    /// `competitor` or `declared`.
    pub kind: String,
}

/// Routes of this noun. Reading an answer changes nothing and is noted all the same.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/reviewing", "review_own", get(list)),
        read("/api/v1/reviewing/calls/{id}", "reviewer_view", get(view)),
        write("/api/v1/reviewing/calls/{id}/words", "reviewer_say", "review.said", post(say)),
        read("/api/v1/reviewing/answers/{task}", "task_view", get(open)),
        write("/api/v1/reviewing/answers/{task}/scores", "task_score", "review.scored", post(score)),
        write("/api/v1/reviewing/answers/{task}/recusals", "task_recuse", "review.recused", post(recuse)),
    ]
}

/// Experts' reviews in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, view, say, open, score, recuse),
    components(schemas(
        OwnReview,
        OwnTaskItem,
        ReadingDetail,
        ReadMemberItem,
        ReadStageItem,
        ReadCriterionItem,
        SheetItem,
        OtherItem,
        OwnWordBody,
        ScoreBody,
        RecusalBody
    ))
)]
pub struct Document;

/// The calls that the caller reviews or is asked to review, the newest first.
#[utoipa::path(get, path = "/api/v1/reviewing", operation_id = "review_own", tag = "call reviews",
    responses((status = 200, body = Listed<OwnReview>), (status = 401), (status = 403)))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Listed<OwnReview>>, Problem> {
    let items: Vec<OwnReview> = review_own(&app, &caller.ctx).await?.iter().map(review).collect();
    Ok(Json(Listed { total: i64::try_from(items.len()).unwrap_or(i64::MAX), items, next: None }))
}

/// One call that the caller reviews.
#[utoipa::path(get, path = "/api/v1/reviewing/calls/{id}", operation_id = "reviewer_view", tag = "call reviews",
    params(("id" = String, Path)),
    responses((status = 200, body = OwnReview), (status = 401), (status = 404)))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<OwnReview>, Problem> {
    Ok(Json(review(&reviewer_view(&app, &caller.ctx, &id).await?)))
}

/// Says whether the caller takes part.
#[utoipa::path(post, path = "/api/v1/reviewing/calls/{id}/words", operation_id = "reviewer_say", tag = "call reviews",
    request_body = OwnWordBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "Too late, or drawn already"), (status = 422)))]
async fn say(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<OwnWordBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &reviewer_say(&app, &caller.ctx, &id, body.willing, &body.load.to_string()).await?))
}

/// Opens an answer. Each opening stands in the journal.
#[utoipa::path(get, path = "/api/v1/reviewing/answers/{task}", operation_id = "task_read", tag = "call reviews",
    params(("task" = String, Path)),
    responses((status = 200, body = ReadingDetail), (status = 401), (status = 404),
        (status = 409, description = "It is no longer the caller's, or the review is closed")))]
async fn open(
    State(app): State<App>,
    caller: Caller,
    Path(task): Path<String>,
) -> Result<Json<ReadingDetail>, Problem> {
    Ok(Json(reading(&task_read(&app, &caller.ctx, &task).await?)))
}

/// Scores an answer; once the discussion is open, revises or confirms.
#[utoipa::path(post, path = "/api/v1/reviewing/answers/{task}/scores", operation_id = "score_give", tag = "call reviews",
    request_body = ScoreBody, params(("task" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "Scored already, no longer the caller's, or closed"), (status = 422)))]
async fn score(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ScoreBody>,
) -> Result<Response, Problem> {
    let criteria = task_view(&app, &caller.ctx, &id).await?.call.review.criteria;
    let of = |code: &String| body.points.get(code).map_or(String::new(), ToString::to_string);
    let points = criteria.iter().map(|criterion| of(&criterion.code)).collect();
    let draft = SheetDraft { points, comment: body.comment };
    Ok(done(&caller, &score_give(&app, &caller.ctx, &id, draft).await?))
}

/// Steps back from an answer.
#[utoipa::path(post, path = "/api/v1/reviewing/answers/{task}/recusals", operation_id = "task_recuse", tag = "call reviews",
    request_body = RecusalBody, params(("task" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 404),
        (status = 409, description = "It is no longer the caller's, or the review is closed"), (status = 422)))]
async fn recuse(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RecusalBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &task_recuse(&app, &caller.ctx, &id, &body.kind).await?))
}
