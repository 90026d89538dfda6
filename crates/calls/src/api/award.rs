//! Awards as JSON: choosing, one award, ending it, getting money back.

use super::accounts::CallFlowItem;
use super::call::{ReasonBody, yuan};
use super::{done, read, write};
use crate::actions::accounts::{self as accounts, AwardView, award_stop, award_view, claw_back_pay, claw_back_second};
use crate::actions::award::{View, award_drop, call_decline, call_select, selection_draft, selection_view};
use crate::api::milestone::{CallMilestoneItem, item as milestone_item};
use crate::rules::accounts::Flow;
use crate::rules::award::ChoiceDraft;
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

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallChoiceBody {
    /// The answer.
    pub answer: String,
    /// How much, in fen.
    pub amount_fen: i64,
}

/// A choice to be checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallSelectionBody {
    /// The answers with their amounts.
    pub choices: Vec<CallChoiceBody>,
    /// Why these; everybody reads it.
    pub reason: String,
}

/// What is confirmed: the choice as it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallAwardsBody {
    /// The version that was shown.
    pub version: i64,
}

/// What one source gives to one choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallPlanItem {
    /// The answer.
    pub answer: String,
    /// How much it gets.
    pub amount_fen: i64,
    /// What each source gives, in the order of the pledges.
    pub sources_fen: Vec<i64>,
    /// What each milestone gets.
    pub milestones_fen: Vec<i64>,
}

/// The choice that is laid aside, with what it would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallSelectionDetail {
    /// Its version; 0 before there is one.
    pub version: i64,
    /// Why these.
    pub reason: String,
    /// Ids of the answers on the shortlist.
    pub shortlist: Vec<String>,
    /// What it would come to; empty where it does not fit any more.
    pub plan: Vec<CallPlanItem>,
    /// What is missing on the accounts of the sources, in the order of the pledges.
    pub missing_fen: Vec<i64>,
}

/// What one source gives to an award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallShareItem {
    /// The number of the source in the call.
    pub source: i64,
    /// The funder's Chinese name.
    pub name: String,
    /// Its share of the award.
    pub share_fen: i64,
    /// Where that money is.
    #[serde(flatten)]
    pub flow: CallFlowItem,
}

/// Something that takes two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallPairItem {
    /// Opaque id.
    pub id: String,
    /// `loss` or `race` for an ending, `claw-back` otherwise.
    pub kind: String,
    /// How much is to come back.
    pub amount_fen: Option<i64>,
    /// Why.
    pub reason: String,
    /// `proposed`, `confirmed`, `refused` or `owed`.
    pub state: String,
    /// When it was proposed.
    pub at_ms: i64,
}

/// An award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAwardDetail {
    /// Opaque id.
    pub id: String,
    /// Its number in the call.
    pub number: i64,
    /// The organisation that leads the team.
    pub organisation: String,
    /// Its Chinese name.
    pub name: String,
    /// How much.
    pub amount_fen: i64,
    /// `named`, `running`, `done`, `stopped` or `void`.
    pub state: String,
    /// Why it was stopped or is void; may be empty.
    pub reason: String,
    /// When it was chosen.
    pub decided_ms: i64,
    /// Number of the contract, once it is signed.
    pub contract: Option<String>,
    /// Number under which the technology contract is registered.
    pub registration: Option<String>,
    /// What each source gives.
    pub shares: Vec<CallShareItem>,
    /// Its milestones.
    pub milestones: Vec<CallMilestoneItem>,
    /// What ends it early.
    pub stops: Vec<CallPairItem>,
    /// What is to come back.
    pub claw_backs: Vec<CallPairItem>,
}

/// An ending that is proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallStopBody {
    /// `loss` or `race`.
    pub kind: String,
    /// Why.
    pub reason: String,
}

/// Money that is to come back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallClawBackBody {
    /// How much, in fen.
    pub amount_fen: i64,
    /// Why.
    pub reason: String,
}

/// What a second person says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallWordBody {
    /// `confirm` or `refuse`.
    pub word: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/selection", "call_choose", get(selection)),
        write("/api/v1/calls/{id}/selections", "call_choose", "call.selection_drafted", post(draft)),
        write("/api/v1/calls/{id}/awards", "call_select", "call.awarded", post(select)),
        write("/api/v1/calls/{id}/declinations", "call_decline", "call.declined", post(decline)),
        read("/api/v1/calls/{id}/awards/{award}", "award_view", get(view)),
        write("/api/v1/calls/{id}/awards/{award}/drops", "award_drop", "call.award_dropped", post(drop)),
        write("/api/v1/calls/{id}/awards/{award}/stops", "award_stop", "call.stop_proposed", post(stop)),
        write(
            "/api/v1/calls/{id}/awards/{award}/stops/{one}/decisions",
            "stop_second",
            "call.award_stopped",
            post(stop_second),
        ),
        write("/api/v1/calls/{id}/awards/{award}/claw-backs", "claw_back", "call.claw_back_proposed", post(claw_back)),
        write(
            "/api/v1/calls/{id}/awards/{award}/claw-backs/{one}/decisions",
            "claw_back_second",
            "call.clawed_back",
            post(back_second),
        ),
        write(
            "/api/v1/calls/{id}/awards/{award}/claw-backs/{one}/payments",
            "claw_back_pay",
            "call.clawed_back",
            post(back_pay),
        ),
    ]
}

/// Awards in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(selection, draft, select, decline, view, drop, stop, stop_second, claw_back, back_second, back_pay),
    components(schemas(
        CallChoiceBody,
        CallSelectionBody,
        CallAwardsBody,
        CallPlanItem,
        CallSelectionDetail,
        CallShareItem,
        CallPairItem,
        CallAwardDetail,
        CallStopBody,
        CallClawBackBody,
        CallWordBody
    ))
)]
pub struct Document;

fn selection_detail(view: &View) -> CallSelectionDetail {
    let fens = |row: Option<&Vec<kernel::Fen>>| row.into_iter().flatten().map(|fen| fen.get()).collect();
    let mut plan = Vec::new();
    let mut missing_fen = vec![0; view.pledges.len()];
    if let (Some(selection), Some(found)) = (&view.selection, &view.plan) {
        for (at, choice) in selection.choices.iter().enumerate() {
            plan.push(CallPlanItem {
                answer: choice.answer.clone(),
                amount_fen: choice.amount.get(),
                sources_fen: fens(found.shares.get(at)),
                milestones_fen: fens(found.milestones.get(at)),
            });
        }
        for short in &found.shortages {
            if let Some(missing) = missing_fen.get_mut(short.source) {
                *missing = short.missing.get();
            }
        }
    }
    CallSelectionDetail {
        version: view.selection.as_ref().map_or(0, |one| one.version),
        reason: view.selection.as_ref().map_or_else(String::new, |one| one.reason.clone()),
        shortlist: view.answers.iter().map(|one| one.id.clone()).collect(),
        plan,
        missing_fen,
    }
}

/// The choice that is laid aside, with who would pay what. For the challenge owner's people.
#[utoipa::path(get, path = "/api/v1/calls/{id}/selection", operation_id = "selection_view", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = CallSelectionDetail), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It is not at the selection")))]
async fn selection(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CallSelectionDetail>, Problem> {
    Ok(Json(selection_detail(&selection_view(&app, &caller.ctx, &id).await?)))
}

/// Lays a choice aside, to be checked before it is confirmed.
#[utoipa::path(post, path = "/api/v1/calls/{id}/selections", operation_id = "selection_draft", tag = "calls",
    request_body = CallSelectionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The call is not at selection, or the pledges do not reach"),
        (status = 422, description = "Outside the shortlist, more than was asked, more than the call has, or too many")))]
async fn draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallSelectionBody>,
) -> Result<Response, Problem> {
    let choice =
        |one: CallChoiceBody| Ok(ChoiceDraft { answer: one.answer, amount_yuan: yuan(one.amount_fen, "amount_fen")? });
    let choices = body.choices.into_iter().map(choice).collect::<Result<Vec<_>, Refusal>>()?;
    Ok(done(&caller, &selection_draft(&app, &caller.ctx, &id, choices, &body.reason).await?))
}

/// Confirms the choice: all its money is held, and the public notice begins. Needs a fresh proof, so tokens cannot do it.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards", operation_id = "call_select", tag = "calls",
    request_body = CallAwardsBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Another was first, the choice has changed, or money is missing on an account")))]
async fn select(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallAwardsBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_select(&app, &caller.ctx, &id, body.version).await?))
}

/// Awards nobody, with the reason.
#[utoipa::path(post, path = "/api/v1/calls/{id}/declinations", operation_id = "call_decline", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &call_decline(&app, &caller.ctx, &id, &body.reason).await?))
}

fn detail(view: &AwardView) -> CallAwardDetail {
    let share = |(source, amount): &(i64, kernel::Fen)| {
        let at = usize::try_from(*source - 1).unwrap_or(usize::MAX);
        let own = view.tranches.iter().filter(|(tranche, _)| tranche.source == *source);
        CallShareItem {
            source: *source,
            name: view.sources.get(at).map_or_else(String::new, |(zh, _)| zh.clone()),
            share_fen: amount.get(),
            flow: Flow::sum(own.map(|(_, flow)| flow)).into(),
        }
    };
    let stops = view.stops.iter().map(|one| CallPairItem {
        id: one.id.clone(),
        kind: one.kind.code().to_owned(),
        amount_fen: None,
        reason: one.reason.clone(),
        state: one.state.code().to_owned(),
        at_ms: one.at_ms,
    });
    let backs = view.backs.iter().map(|one| CallPairItem {
        id: one.id.clone(),
        kind: "claw-back".to_owned(),
        amount_fen: Some(one.amount.get()),
        reason: one.reason.clone(),
        state: one.state.code().to_owned(),
        at_ms: one.at_ms,
    });
    let award = &view.award;
    CallAwardDetail {
        id: award.id.clone(),
        number: award.ord,
        organisation: award.organisation.clone(),
        name: view.names[1].0.clone(),
        amount_fen: award.amount.get(),
        state: award.state.code().to_owned(),
        reason: award.reason.clone(),
        decided_ms: award.decided_ms,
        contract: view.contract.as_ref().map(|(number, _, _)| number.clone()),
        registration: view.contract.as_ref().map(|(_, one, _)| one.clone()).filter(|one| !one.is_empty()),
        shares: view.shares.iter().map(share).collect(),
        milestones: view.milestones.iter().map(|one| milestone_item(one, view.inside)).collect(),
        stops: stops.collect(),
        claw_backs: backs.collect(),
    }
}

/// One award.
#[utoipa::path(get, path = "/api/v1/calls/{id}/awards/{award}", operation_id = "award_view", tag = "calls",
    params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 200, body = CallAwardDetail), (status = 404)))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
) -> Result<Json<CallAwardDetail>, Problem> {
    Ok(Json(detail(&award_view(&app, &caller.ctx, &call, &id).await?)))
}

/// Gives an award up before its contract is signed: by the lead, or by the owner once the time to sign is over.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/drops", operation_id = "award_drop", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The contract is signed, or the time to sign is not over"), (status = 422)))]
async fn drop(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &award_drop(&app, &caller.ctx, &id, &body.reason).await?))
}

/// Proposes to end an award early; another person confirms it.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/stops", operation_id = "award_stop", tag = "calls",
    request_body = CallStopBody, params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn stop(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallStopBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &award_stop(&app, &caller.ctx, &id, &body.kind, &body.reason).await?))
}

/// Confirms or refuses what another has proposed to end. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/stops/{one}/decisions", operation_id = "stop_second", tag = "calls",
    request_body = CallWordBody, params(("id" = String, Path), ("award" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has been decided, or the same person proposed it"), (status = 422)))]
async fn stop_second(
    State(app): State<App>,
    caller: Caller,
    Path((_, _, one)): Path<(String, String, String)>,
    JsonBody(body): JsonBody<CallWordBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &accounts::stop_second(&app, &caller.ctx, &one, &body.word).await?))
}

/// Proposes to get paid money back; another person confirms it.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/claw-backs", operation_id = "claw_back", tag = "calls",
    request_body = CallClawBackBody, params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn claw_back(
    State(app): State<App>,
    caller: Caller,
    Path((_, id)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallClawBackBody>,
) -> Result<Response, Problem> {
    let amount = yuan(body.amount_fen, "amount_fen")?;
    Ok(done(&caller, &accounts::claw_back(&app, &caller.ctx, &id, &amount, &body.reason).await?))
}

/// Confirms or refuses what another has proposed to get back. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/claw-backs/{one}/decisions", operation_id = "claw_back_second", tag = "calls",
    request_body = CallWordBody, params(("id" = String, Path), ("award" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "It has been decided, or the same person proposed it"), (status = 422)))]
async fn back_second(
    State(app): State<App>,
    caller: Caller,
    Path((_, _, one)): Path<(String, String, String)>,
    JsonBody(body): JsonBody<CallWordBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &claw_back_second(&app, &caller.ctx, &one, &body.word).await?))
}

/// Pays what is owed, from the account that the tranches came to. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/claw-backs/{one}/payments", operation_id = "claw_back_pay", tag = "calls",
    params(("id" = String, Path), ("award" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Nothing is owed, or the account does not have the money")))]
async fn back_pay(
    State(app): State<App>,
    caller: Caller,
    Path((_, _, one)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &claw_back_pay(&app, &caller.ctx, &one).await?))
}
