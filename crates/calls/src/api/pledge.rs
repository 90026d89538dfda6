//! Pledges as JSON.

use super::call::{CallCoverItem, CallItem, PledgeItem, ReasonBody, cover_item, item, pledge_item, yuan};
use super::{done, read, write};
use crate::actions::pledge::{View, pledge_view};
use crate::actions::release::{pledge_decline, pledge_give};
use crate::rules::pledge::PledgeDraft;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::{Fen, Refusal};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller, Fault};
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// An account from which a pledge can come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PledgeAccountItem {
    /// The ledger account's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What may still leave it, in fen; null without bound.
    pub available_fen: Option<i64>,
}

/// A pledge with its call, as its funder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PledgeDetail {
    /// The pledge.
    #[serde(flatten)]
    pub pledge: PledgeItem,
    /// The ledger account it comes from; empty until it is given.
    pub account: String,
    /// The call, as far as a funder may read it.
    pub call: CallItem,
    /// What all pledges of the call come to.
    pub cover: CallCoverItem,
    /// The caller may give or change it now.
    pub may_give: bool,
    /// The caller may decline it or take it back now.
    pub may_decline: bool,
    /// Accounts from which it can come, for those who may give it.
    pub accounts: Vec<PledgeAccountItem>,
}

/// What a funder gives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PledgeBody {
    /// The most it gives, in fen.
    pub cap_fen: i64,
    /// `none`, `local` (a city only) or `matched` (not the challenge owner).
    pub condition: String,
    /// With `matched`: hundredths of a yuan for each yuan of the owner, 1 to 10,000.
    pub ratio_hundredths: i64,
    /// The ledger account it comes from; it belongs to the funder.
    pub account: String,
    /// In words; may be empty.
    pub note: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/pledges/{pledge}", "pledge_view", get(view)),
        write("/api/v1/calls/{id}/pledges/{pledge}", "pledge_give", "call.pledged", post(give)),
        write("/api/v1/calls/{id}/pledges/{pledge}/refusals", "pledge_decline", "call.pledge_declined", post(decline)),
    ]
}

/// Pledges in the API document.
#[derive(OpenApi)]
#[openapi(paths(view, give, decline), components(schemas(PledgeDetail, PledgeAccountItem, PledgeBody)))]
pub struct Document;

fn detail(view: &View, caller: &Caller) -> PledgeDetail {
    let accounts = view.accounts.iter().map(|(account, standing)| PledgeAccountItem {
        id: account.id.clone(),
        name: account.name.clone(),
        available_fen: standing.available(account.floor),
    });
    PledgeDetail {
        pledge: pledge_item(&view.pledge, &view.names),
        account: if view.may_give { view.pledge.account.clone() } else { String::new() },
        call: item(&view.call, caller.ctx.now, &view.names, std::iter::once(&view.pledge)),
        cover: cover_item(&view.cover),
        may_give: view.may_give,
        may_decline: view.may_decline,
        accounts: accounts.collect(),
    }
}

/// One pledge, for its funder and the joint office.
#[utoipa::path(get, path = "/api/v1/calls/{id}/pledges/{pledge}", operation_id = "pledge_view", tag = "calls",
    params(("id" = String, Path), ("pledge" = String, Path)),
    responses((status = 200, body = PledgeDetail), (status = 401), (status = 404)))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((id, pledge)): Path<(String, String)>,
) -> Result<Json<PledgeDetail>, Problem> {
    Ok(Json(detail(&pledge_view(&app, &caller.ctx, &id, &pledge).await?, &caller)))
}

/// Money is typed in yuan on pages and sent in fen here: a refusal names the field that was sent.
fn named(fault: Fault) -> Fault {
    let Fault::Refused(refusal) = fault else { return fault };
    let sent = match refusal.field.as_deref() {
        Some("cap_yuan") => "cap_fen",
        Some("ratio") => "ratio_hundredths",
        _ => return refusal.into(),
    };
    refusal.at(sent).into()
}

fn ratio(body: &PledgeBody) -> String {
    // A ratio has the shape of an amount; one that is none is refused by the rule that reads it.
    Fen::new(body.ratio_hundredths).map_or(String::new(), |ratio| ratio.to_string())
}

/// Pledges, or changes what was pledged. It binds money: the caller proves first who sits there.
#[utoipa::path(post, path = "/api/v1/calls/{id}/pledges/{pledge}", operation_id = "pledge_give", tag = "calls",
    request_body = PledgeBody, params(("id" = String, Path), ("pledge" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Pledges stand, or this one was declined"), (status = 422)))]
async fn give(
    State(app): State<App>,
    caller: Caller,
    Path((id, pledge)): Path<(String, String)>,
    JsonBody(body): JsonBody<PledgeBody>,
) -> Result<Response, Problem> {
    belongs(&app, &caller, &id, &pledge).await?;
    let draft = PledgeDraft {
        cap_yuan: yuan(body.cap_fen, "cap_fen")?,
        ratio: ratio(&body),
        condition: body.condition,
        account: body.account,
        note: body.note,
    };
    Ok(done(&caller, &pledge_give(&app, &caller.ctx, &pledge, draft).await.map_err(named)?))
}

/// Does not take part, or takes the pledge back.
#[utoipa::path(post, path = "/api/v1/calls/{id}/pledges/{pledge}/refusals", operation_id = "pledge_decline", tag = "calls",
    request_body = ReasonBody, params(("id" = String, Path), ("pledge" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path((id, pledge)): Path<(String, String)>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Response, Problem> {
    belongs(&app, &caller, &id, &pledge).await?;
    Ok(done(&caller, &pledge_decline(&app, &caller.ctx, &pledge, &body.reason).await?))
}

/// The address names the call and the pledge: they belong together.
async fn belongs(app: &App, caller: &Caller, id: &str, pledge: &str) -> Result<(), Problem> {
    let view = pledge_view(app, &caller.ctx, id, pledge).await?;
    if view.call.id == id { Ok(()) } else { Err(Refusal::not_found().into()) }
}
