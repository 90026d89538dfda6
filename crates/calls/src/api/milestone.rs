//! Milestones as JSON.

use super::call::{ReasonBody, yuan};
use super::{done, read, write};
use crate::actions::accounts::award_view;
use crate::actions::milestone::{milestone_confirm, milestone_judge, milestone_report, milestone_return};
use crate::rules::milestone::{Milestone, OpinionDraft, ReportDraft};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// A file that a report names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallFileBody {
    /// Its name.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallMilestoneItem {
    /// Its number in the award.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// What shows that it is reached.
    pub indicators: String,
    /// Months after the contract.
    pub months: i64,
    /// Its money.
    pub amount_fen: i64,
    /// Last moment of its day; null before the contract.
    pub due_ms: Option<i64>,
    /// `waiting`, `open`, `reported`, `judged`, `accepted`, `partly` or `ended`.
    pub state: String,
    /// How often it was refused.
    pub refused: i64,
    /// What was reported last; for those inside, and for everybody once it is decided.
    pub report: Option<CallReportBody>,
    /// What was judged; likewise.
    pub judgement: Option<String>,
    /// How much of it is paid; likewise.
    pub judged_fen: Option<i64>,
    /// Why; likewise.
    pub reason: Option<String>,
}

/// A report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallReportBody {
    /// What is reached, against each indicator.
    pub text: String,
    /// Links to evidence.
    pub links: Vec<String>,
    /// Files, by their hashes.
    pub files: Vec<CallFileBody>,
    /// Number of a third party's test report; may be empty.
    pub test: String,
}

/// An opinion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallOpinionBody {
    /// `accept`, `part` or `refuse`.
    pub judgement: String,
    /// With `part`: how much is paid, in fen.
    pub amount_fen: Option<i64>,
    /// Why.
    pub reason: String,
    /// With `refuse`: the new day, `YYYY-MM-DD`.
    pub due: String,
}

/// A milestone as the API shows it.
pub(super) fn item(one: &Milestone, inside: bool) -> CallMilestoneItem {
    let shown = inside || one.state.is_over();
    let opinion = one.opinion.as_ref().filter(|_| shown);
    let report = one.report.as_ref().filter(|_| shown).map(|report| CallReportBody {
        text: report.text.clone(),
        links: report.links.clone(),
        files: report
            .files
            .iter()
            .map(|file| CallFileBody { name: file.name.clone(), sha256: file.sha256.clone() })
            .collect(),
        test: report.test.clone(),
    });
    CallMilestoneItem {
        number: one.ord,
        title: one.title.clone(),
        indicators: one.indicators.clone(),
        months: one.months,
        amount_fen: one.amount.get(),
        due_ms: one.due_ms,
        state: one.state.code().to_owned(),
        refused: one.refused,
        report,
        judgement: opinion.map(|one| one.judgement.clone()),
        judged_fen: opinion.map(|one| one.amount.get()),
        reason: opinion.map(|one| one.reason.clone()),
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/awards/{award}/milestones/{number}", "award_view", get(view)),
        write(
            "/api/v1/calls/{id}/awards/{award}/milestones/{number}/reports",
            "milestone_report",
            "call.milestone_reported",
            post(report),
        ),
        write(
            "/api/v1/calls/{id}/awards/{award}/milestones/{number}/opinions",
            "milestone_judge",
            "call.milestone_judged",
            post(judge),
        ),
        write(
            "/api/v1/calls/{id}/awards/{award}/milestones/{number}/confirmations",
            "milestone_confirm",
            "call.milestone_paid",
            post(confirm),
        ),
        write(
            "/api/v1/calls/{id}/awards/{award}/milestones/{number}/returns",
            "milestone_return",
            "call.milestone_returned",
            post(send_back),
        ),
    ]
}

/// Milestones in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(view, report, judge, confirm, send_back),
    components(schemas(CallMilestoneItem, CallReportBody, CallFileBody, CallOpinionBody))
)]
pub struct Document;

type At = (String, String, String);

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

/// One milestone.
#[utoipa::path(get, path = "/api/v1/calls/{id}/awards/{award}/milestones/{number}", operation_id = "milestone_view", tag = "calls",
    params(("id" = String, Path), ("award" = String, Path), ("number" = String, Path)),
    responses((status = 200, body = CallMilestoneItem), (status = 404)))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((call, award, ord)): Path<At>,
) -> Result<Json<CallMilestoneItem>, Problem> {
    let view = award_view(&app, &caller.ctx, &call, &award).await?;
    let ord = number(&ord)?;
    let one = view.milestones.iter().find(|one| one.ord == ord).ok_or_else(Refusal::not_found)?;
    Ok(Json(item(one, view.inside)))
}

/// Reports a milestone, with evidence. For the lead.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/milestones/{number}/reports", operation_id = "milestone_report", tag = "calls",
    request_body = CallReportBody, params(("id" = String, Path), ("award" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path((_, award, ord)): Path<At>,
    JsonBody(body): JsonBody<CallReportBody>,
) -> Result<Response, Problem> {
    let files: Vec<String> = body.files.iter().map(|file| format!("{} {}", file.sha256, file.name)).collect();
    let draft = ReportDraft { text: body.text, links: body.links.join("\n"), files: files.join("\n"), test: body.test };
    Ok(done(&caller, &milestone_report(&app, &caller.ctx, &award, number(&ord)?, draft).await?))
}

/// Judges a report. For the office; nobody judges what he posed, pledged or is party to.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/milestones/{number}/opinions", operation_id = "milestone_judge", tag = "calls",
    request_body = CallOpinionBody, params(("id" = String, Path), ("award" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn judge(
    State(app): State<App>,
    caller: Caller,
    Path((_, award, ord)): Path<At>,
    JsonBody(body): JsonBody<CallOpinionBody>,
) -> Result<Response, Problem> {
    let draft = OpinionDraft {
        judgement: body.judgement,
        amount_yuan: body.amount_fen.map(|fen| yuan(fen, "amount_fen")).transpose()?.unwrap_or_default(),
        reason: body.reason,
        due: body.due,
    };
    Ok(done(&caller, &milestone_judge(&app, &caller.ctx, &award, number(&ord)?, draft).await?))
}

/// Confirms what the office judged: tranches are paid, the rest goes back to the sources. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/milestones/{number}/confirmations", operation_id = "milestone_confirm", tag = "calls",
    params(("id" = String, Path), ("award" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Nothing has been judged, or the same person judged it")))]
async fn confirm(State(app): State<App>, caller: Caller, Path((_, award, ord)): Path<At>) -> Result<Response, Problem> {
    Ok(done(&caller, &milestone_confirm(&app, &caller.ctx, &award, number(&ord)?).await?))
}

/// Sends the office's opinion back, with the reason. For the challenge owner.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/milestones/{number}/returns", operation_id = "milestone_return", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path), ("award" = String, Path), ("number" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn send_back(
    State(app): State<App>,
    caller: Caller,
    Path((_, award, ord)): Path<At>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &milestone_return(&app, &caller.ctx, &award, number(&ord)?, &body.reason).await?))
}
