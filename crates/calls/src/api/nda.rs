//! Protected details as JSON: the agreement, signing it, opening the details.

use super::{done, read, write};
use crate::actions::nda::{Event, SignCommand, Signer, View, details_open, nda_sign, nda_view};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::{ReceiptOf, receipt};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// An organisation of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallSignerItem {
    /// The organisation.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// When it signed last.
    pub signed_ms: Option<i64>,
    /// The signature holds for the texts as they stand.
    pub holds: bool,
    /// The caller may sign for it now.
    pub may_sign: bool,
}

/// A signature or an opening, for those inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallDetailsEvent {
    /// `call.nda_signed` or `call.details_opened`.
    pub kind: String,
    /// The organisation; none for the owner's side and the offices.
    pub organisation: Option<String>,
    /// When.
    pub at_ms: i64,
    /// Number of the journal entry.
    pub entry: i64,
}

/// The agreement of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallAgreement {
    /// The text that is signed.
    pub agreement: String,
    /// SHA-256 of it, hexadecimal: send it with the signature.
    pub agreement_sha256: String,
    /// The caller's organisations.
    pub signers: Vec<CallSignerItem>,
    /// The caller may open the details.
    pub may_open: bool,
    /// Signatures and openings, the newest first; empty for outsiders.
    pub events: Vec<CallDetailsEvent>,
}

/// A signature.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallAgreementBody {
    /// The organisation that signs.
    organisation: String,
    /// SHA-256 of the agreement that was read, hexadecimal.
    agreement_sha256: String,
}

/// The protected details, with the receipt of their opening.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CallDetailsOpened {
    /// The receipt.
    pub receipt: ReceiptOf,
    /// The details.
    pub details: String,
}

fn item(view: &View) -> CallAgreement {
    let signer = |signer: &Signer| CallSignerItem {
        organisation: signer.organisation.clone(),
        name: signer.name.clone(),
        signed_ms: signer.signature.as_ref().map(|one| one.at_ms),
        holds: signer.holds,
        may_sign: signer.may_sign,
    };
    let event = |event: &Event| CallDetailsEvent {
        kind: event.entry.kind.clone(),
        organisation: event.organisation.clone(),
        at_ms: event.entry.at_ms,
        entry: event.entry.entry_id,
    };
    CallAgreement {
        agreement: view.call.nda.clone(),
        agreement_sha256: view.agreement_sha256.clone(),
        signers: view.signers.iter().map(signer).collect(),
        may_open: view.may_open,
        events: view.events.iter().map(event).collect(),
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/agreement", "nda_view", get(view)),
        write("/api/v1/calls/{id}/agreement/signatures", "nda_sign", "call.nda_signed", post(sign)),
        write("/api/v1/calls/{id}/details/openings", "details_open", "call.details_opened", post(open)),
    ]
}

/// Protected details in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(view, sign, open),
    components(schemas(CallAgreement, CallSignerItem, CallDetailsEvent, CallAgreementBody, CallDetailsOpened))
)]
pub struct Document;

/// The agreement of a call with protected details.
#[utoipa::path(get, path = "/api/v1/calls/{id}/agreement", operation_id = "nda_view", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = CallAgreement), (status = 401), (status = 404),
        (status = 409, description = "Nothing of the call is protected")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<CallAgreement>, Problem> {
    Ok(Json(item(&nda_view(&app, &caller.ctx, &id).await?)))
}

/// Signs the agreement for an organisation.
#[utoipa::path(post, path = "/api/v1/calls/{id}/agreement/signatures", operation_id = "nda_sign", tag = "calls",
    params(("id" = String, Path)), request_body = CallAgreementBody,
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403, description = "No mandate to sign, or no fresh proof of who sits there"),
        (status = 404), (status = 409, description = "Signed already, changed since it was read, or the call is not open"), (status = 422)))]
async fn sign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallAgreementBody>,
) -> Result<Response, Problem> {
    let command = SignCommand { organisation: body.organisation, agreement_sha256: body.agreement_sha256 };
    Ok(done(&caller, &nda_sign(&app, &caller.ctx, &id, command).await?))
}

/// Opens the protected details. Every opening is an entry in the journal.
#[utoipa::path(post, path = "/api/v1/calls/{id}/details/openings", operation_id = "details_open", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 201, body = CallDetailsOpened), (status = 401), (status = 403, description = "No organisation of the caller has signed the agreement as it stands"),
        (status = 404), (status = 409, description = "Nothing of the call is protected")))]
async fn open(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (done, details) = details_open(&app, &caller.ctx, &id).await?;
    let body = CallDetailsOpened { receipt: receipt(&done, caller.ctx.locale), details };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
