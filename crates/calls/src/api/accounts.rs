//! The public account of a call as JSON.

use super::read;
use crate::actions::accounts::{Money, call_money};
use crate::rules::accounts::Flow;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use platform::capability::Route;
use platform::web::Problem;
use platform::{App, Caller};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Where money is, in fen: `awarded_fen` is always `held_fen` and `paid_fen` and `returned_fen` together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallFlowItem {
    /// What was held at the award.
    pub awarded_fen: i64,
    /// What is still held.
    pub held_fen: i64,
    /// What was paid.
    pub paid_fen: i64,
    /// What went back to its source without having been paid.
    pub returned_fen: i64,
    /// What was paid and clawed back.
    pub clawed_back_fen: i64,
}

impl From<Flow> for CallFlowItem {
    fn from(flow: Flow) -> CallFlowItem {
        CallFlowItem {
            awarded_fen: flow.awarded,
            held_fen: flow.held,
            paid_fen: flow.paid,
            returned_fen: flow.returned,
            clawed_back_fen: flow.clawed,
        }
    }
}

/// The money of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallSourceItem {
    /// Its number in the call, from 1.
    pub source: i64,
    /// `owner`, `city`, `joint`, `outer` or `organisation`.
    pub kind: String,
    /// The funder's Chinese name.
    pub name: String,
    /// Its English name.
    pub name_en: String,
    /// The most it gives.
    pub pledged_fen: i64,
    /// Where its money is.
    #[serde(flatten)]
    pub flow: CallFlowItem,
    /// What is left of its pledge.
    pub left_fen: i64,
}

/// The money of one award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAwardMoneyItem {
    /// Opaque id.
    pub award: String,
    /// Its number in the call.
    pub number: i64,
    /// The organisation that leads the team.
    pub organisation: String,
    /// Its Chinese name.
    pub name: String,
    /// Where its money is.
    #[serde(flatten)]
    pub flow: CallFlowItem,
    /// What is owed back.
    pub owed_fen: Option<i64>,
}

/// One tranche.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallTrancheItem {
    /// The number of the award.
    pub award: i64,
    /// The number of its milestone.
    pub milestone: i64,
    /// The number of the source.
    pub source: i64,
    /// The ledger's transfer that held it.
    pub transfer: String,
    /// Where its money is.
    #[serde(flatten)]
    pub flow: CallFlowItem,
}

/// Every fen of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallMoneyDetail {
    /// Source by source.
    pub sources: Vec<CallSourceItem>,
    /// Award by award.
    pub awards: Vec<CallAwardMoneyItem>,
    /// Tranche by tranche.
    pub tranches: Vec<CallTrancheItem>,
    /// Everything together.
    pub total: CallFlowItem,
    /// All pledges together.
    pub pledged_fen: i64,
    /// What is left of them.
    pub left_fen: i64,
}

/// Money as the API shows it; the page answers it too.
pub(crate) fn detail(money: &Money) -> CallMoneyDetail {
    let sources = money.sources.iter().map(|one| CallSourceItem {
        source: one.source,
        kind: one.pledge.kind.code().to_owned(),
        name: one.name.0.clone(),
        name_en: one.name.1.clone(),
        pledged_fen: one.pledge.cap.get(),
        flow: one.flow.into(),
        left_fen: one.left,
    });
    let awards = money.awards.iter().map(|one| CallAwardMoneyItem {
        award: one.award.id.clone(),
        number: one.award.ord,
        organisation: one.award.organisation.clone(),
        name: one.name.0.clone(),
        flow: one.flow.into(),
        owed_fen: one.owed.map(|(amount, _)| amount.get()),
    });
    let tranches = money.tranches.iter().map(|(award, tranche, flow)| CallTrancheItem {
        award: *award,
        milestone: tranche.milestone,
        source: tranche.source,
        transfer: tranche.hold.clone(),
        flow: (*flow).into(),
    });
    CallMoneyDetail {
        sources: sources.collect(),
        awards: awards.collect(),
        tranches: tranches.collect(),
        total: money.total.into(),
        pledged_fen: money.pledged,
        left_fen: money.left,
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![read("/api/v1/calls/{id}/money", "call_view", get(money))]
}

/// Money in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(money),
    components(schemas(CallMoneyDetail, CallSourceItem, CallAwardMoneyItem, CallTrancheItem, CallFlowItem))
)]
pub struct Document;

/// Where every fen of a call is, as the ledger says.
#[utoipa::path(get, path = "/api/v1/calls/{id}/money", operation_id = "call_money", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = CallMoneyDetail), (status = 404)))]
async fn money(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CallMoneyDetail>, Problem> {
    Ok(Json(detail(&call_money(&app, &caller.ctx, &id).await?)))
}
