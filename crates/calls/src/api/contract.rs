//! Contracts as JSON.

use super::{done, read, write};
use crate::actions::contract::{View, contract_register, contract_sign, contract_view, contract_write};
use crate::rules::contract::{ContractDraft, RightDraft};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::ReceiptOf;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// What one party gets of the intellectual property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallRightBody {
    /// The party.
    pub party: String,
    /// Its share in basis points; 0 where words say it.
    pub share_bp: i64,
    /// In words; may be empty.
    pub note: String,
}

/// A contract to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallContractBody {
    /// Its number.
    pub number: String,
    /// What is agreed.
    pub summary: String,
    /// The split of intellectual property.
    pub rights: Vec<CallRightBody>,
    /// The number under which it is registered; may be empty.
    pub registration: String,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallSignatureItem {
    /// `owner` or `lead`.
    pub side: String,
    /// Who signed.
    pub name: String,
    /// When.
    pub at_ms: i64,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallContractDetail {
    /// Its number; null before it is written, like the rest.
    pub number: Option<String>,
    /// What is agreed.
    pub summary: Option<String>,
    /// The split of intellectual property.
    pub rights: Vec<CallRightBody>,
    /// The number under which it is registered; may be empty.
    pub registration: Option<String>,
    /// Raised by every change.
    pub version: Option<i64>,
    /// SHA-256 of `words`, hexadecimal: what is signed.
    pub sha256: Option<String>,
    /// The words that are signed.
    pub words: String,
    /// Signatures under this version.
    pub signatures: Vec<CallSignatureItem>,
    /// Since when both have signed.
    pub signed_ms: Option<i64>,
}

/// What is signed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallSignatureBody {
    /// The hash of the version that was read.
    pub sha256: String,
}

/// A registration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallRegistrationBody {
    /// The number of the technology contract's registration.
    pub registration: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/awards/{award}/contract", "contract_view", get(view)),
        write("/api/v1/calls/{id}/awards/{award}/contracts", "contract_write", "call.contract_written", post(save)),
        write(
            "/api/v1/calls/{id}/awards/{award}/signatures/{side}",
            "contract_sign",
            "call.contract_signed",
            post(sign),
        ),
        write(
            "/api/v1/calls/{id}/awards/{award}/registrations",
            "contract_register",
            "call.contract_registered",
            post(register),
        ),
    ]
}

/// Contracts in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(view, save, sign, register),
    components(schemas(
        CallContractBody,
        CallRightBody,
        CallContractDetail,
        CallSignatureItem,
        CallSignatureBody,
        CallRegistrationBody
    ))
)]
pub struct Document;

fn detail(view: &View) -> CallContractDetail {
    let one = view.contract.as_ref();
    let rights = one.iter().flat_map(|one| &one.rights).map(|right| CallRightBody {
        party: right.party.clone(),
        share_bp: right.share_bp,
        note: right.note.clone(),
    });
    let signatures = view.signatures.iter().map(|one| CallSignatureItem {
        side: one.side.code().to_owned(),
        name: one.by_name.clone(),
        at_ms: one.at_ms,
    });
    CallContractDetail {
        number: one.map(|one| one.number.clone()),
        summary: one.map(|one| one.summary.clone()),
        rights: rights.collect(),
        registration: one.map(|one| one.registration.clone()),
        version: one.map(|one| one.version),
        sha256: one.map(|one| one.hash.clone()),
        words: view.words.clone(),
        signatures: signatures.collect(),
        signed_ms: one.and_then(|one| one.signed_ms),
    }
}

/// The contract of an award. For both sides and the office.
#[utoipa::path(get, path = "/api/v1/calls/{id}/awards/{award}/contract", operation_id = "contract_view", tag = "calls",
    params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 200, body = CallContractDetail), (status = 401), (status = 403), (status = 404)))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((call, award)): Path<(String, String)>,
) -> Result<Json<CallContractDetail>, Problem> {
    Ok(Json(detail(&contract_view(&app, &caller.ctx, &call, &award).await?)))
}

fn percent(bp: i64) -> String {
    if bp == 0 { String::new() } else { format!("{}.{:02}", bp / 100, bp % 100) }
}

/// Writes the contract or changes it; what was signed before is signed anew.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/contracts", operation_id = "contract_write", tag = "calls",
    request_body = CallContractBody, params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The notice is not over, an objection is open, or both sides have signed"), (status = 422)))]
async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((_, award)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallContractBody>,
) -> Result<Response, Problem> {
    let right = |one: CallRightBody| RightDraft { party: one.party, share: percent(one.share_bp), note: one.note };
    let draft = ContractDraft {
        number: body.number,
        summary: body.summary,
        rights: body.rights.into_iter().map(right).collect(),
        registration: body.registration,
    };
    Ok(done(&caller, &contract_write(&app, &caller.ctx, &award, draft).await?))
}

/// Signs for a side, `owner` or `lead`. Needs a fresh proof.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/signatures/{side}", operation_id = "contract_sign", tag = "calls",
    request_body = CallSignatureBody, params(("id" = String, Path), ("award" = String, Path), ("side" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "There is a newer version, this side has signed, or the same person signed for the other")))]
async fn sign(
    State(app): State<App>,
    caller: Caller,
    Path((_, award, side)): Path<(String, String, String)>,
    JsonBody(body): JsonBody<CallSignatureBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &contract_sign(&app, &caller.ctx, &award, &side, &body.sha256).await?))
}

/// Notes the number under which the technology contract is registered.
#[utoipa::path(post, path = "/api/v1/calls/{id}/awards/{award}/registrations", operation_id = "contract_register", tag = "calls",
    request_body = CallRegistrationBody, params(("id" = String, Path), ("award" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn register(
    State(app): State<App>,
    caller: Caller,
    Path((_, award)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallRegistrationBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &contract_register(&app, &caller.ctx, &award, &body.registration).await?))
}
