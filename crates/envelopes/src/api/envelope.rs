//! Envelopes as JSON.

use crate::actions::content::{FileLine, document_view, manifest};
use crate::actions::envelope::{
    SendCommand, View, envelope_bytes, envelope_form, envelope_send, envelope_view, round_plain,
};
use crate::pages::envelope::attachment;
use crate::rules::opening::Binding;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::Problem;
use platform::{App, Caller};
use rooms::api::{ReceiptOf, number, receipt};
use rooms::routes::{read, write};
use sealing::context::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{OpenApi, ToSchema};

/// For whom somebody sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SenderQuery {
    /// The organisation's id; the first for which the caller may send if left out.
    organisation: Option<String>,
}

/// What an envelope is sealed for: the file that `yilang seal --round` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextFile {
    /// The committee's key, hexadecimal.
    pub key: String,
    /// Origin of the journal.
    pub origin: String,
    /// The round.
    pub round: String,
    /// The committee.
    pub committee: String,
    /// SHA-256 of the rules, hexadecimal.
    pub rules: String,
    /// First moment that is too late, milliseconds since 1970.
    pub closes: u64,
    /// The sender's pseudonym in this round.
    pub sender: String,
}

impl ContextFile {
    /// What an envelope of this context is sealed for.
    pub fn of(context: &Context) -> ContextFile {
        ContextFile {
            key: hex::encode(context.key.bytes()),
            origin: context.origin.clone(),
            round: context.round.clone(),
            committee: context.committee.clone(),
            rules: hex::encode(context.rules),
            closes: context.closes_ms,
            sender: context.sender.clone(),
        }
    }

    /// The context it stands for.
    ///
    /// # Errors
    /// `document-shape`, or what the engine says of the key.
    pub fn context(&self) -> Result<Context, Refusal> {
        let closes_ms = i64::try_from(self.closes).unwrap_or(i64::MAX);
        let binding = Binding {
            origin: &self.origin,
            round: &self.round,
            committee: &self.committee,
            key: &self.key,
            rules_sha256: &self.rules,
            closes_ms,
        };
        binding.context(&self.sender)
    }
}

/// What a sender gets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnvelopeSent {
    /// The receipt; its id is the envelope's.
    pub receipt: ReceiptOf,
    /// The envelope's hash, hexadecimal: compare it with your own.
    pub hash: String,
    /// An earlier one of the same sender no longer counts.
    pub replaced: bool,
}

/// A document that was in an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvelopeFileItem {
    /// Its name, as the sender says.
    pub name: String,
    /// Its type, as the sender says.
    pub media_type: String,
    /// Its length.
    pub bytes: i64,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
}

/// An envelope, for its sender and, once it is opened, for the owner's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvelopeDetail {
    /// Opaque id.
    pub id: String,
    /// Its round.
    pub round: String,
    /// Its place in the order of acceptance.
    pub number: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// Its length.
    pub bytes: i64,
    /// Who sent it.
    pub organisation: String,
    /// That organisation's pseudonym in the round.
    pub pseudonym: String,
    /// When.
    pub sent_ms: i64,
    /// When a later one of the same sender took its place.
    pub superseded_ms: Option<i64>,
    /// What was answered, by the names of the questions; none before the opening.
    pub fields: Option<BTreeMap<String, String>>,
    /// Documents; none before the opening.
    pub files: Option<Vec<EnvelopeFileItem>>,
    /// SHA-256 of the content, hexadecimal.
    pub content_sha256: Option<String>,
    /// Why it cannot be opened.
    pub reason: Option<String>,
}

fn detail(view: &View) -> platform::Outcome<EnvelopeDetail> {
    let envelope = &view.envelope;
    let content = view.fate.as_ref().map_or(Ok(None), manifest)?;
    let file = |file: &FileLine| EnvelopeFileItem {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    };
    Ok(EnvelopeDetail {
        id: envelope.id.clone(),
        round: envelope.round.clone(),
        number: envelope.number,
        hash: envelope.hash.clone(),
        bytes: envelope.bytes,
        organisation: envelope.organisation.clone(),
        pseudonym: envelope.pseudonym.clone(),
        sent_ms: envelope.sent_ms,
        superseded_ms: envelope.superseded_ms,
        files: content.as_ref().map(|content| content.files.iter().map(file).collect()),
        fields: content.map(|content| content.fields),
        content_sha256: view.fate.as_ref().and_then(|fate| fate.content_sha256.clone()),
        reason: view.fate.as_ref().and_then(|fate| fate.reason.clone()),
    })
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/rounds/{id}/context", "envelope_send", get(context)),
        write("/api/v1/rounds/{id}/envelopes", "envelope_send", "envelope.sent", post(send)),
        read("/api/v1/rounds/{id}/envelopes/{envelope}", "envelope_view", get(view)),
        read("/api/v1/rounds/{id}/envelopes/{envelope}/sealed", "envelope_view", get(sealed)),
        read("/api/v1/rounds/{id}/envelopes/{envelope}/files/{number}", "envelope_view", get(document)),
    ]
}

/// Envelopes in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(context, send, view, sealed, document),
    components(schemas(ContextFile, EnvelopeSent, EnvelopeDetail, EnvelopeFileItem))
)]
pub struct Document;

/// What an envelope of an organisation is sealed for, for `yilang seal`.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/context", operation_id = "envelope_context", tag = "sealed rounds",
    params(("id" = String, Path), ("organisation" = Option<String>, Query, description = "The sender")),
    responses((status = 200, body = ContextFile), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The round is closed")))]
async fn context(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SenderQuery>,
) -> Result<Json<ContextFile>, Problem> {
    let form = envelope_form(&app, &caller.ctx, &id, query.organisation.as_deref()).await?;
    Ok(Json(ContextFile::of(&form.context)))
}

/// Takes a sealed envelope, as `yilang seal` wrote it; the last one before the closing counts.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/envelopes", operation_id = "envelope_send", tag = "sealed rounds",
    params(("id" = String, Path), ("organisation" = Option<String>, Query, description = "The sender")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = EnvelopeSent), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The round is closed or full, belongs to something else, or the sender has sent too often"),
        (status = 422, description = "Not sealed, not for this round and sender, or changed")))]
async fn send(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<SenderQuery>,
    body: Bytes,
) -> Result<Response, Problem> {
    round_plain(&app, &id).await?;
    let organisation = match query.organisation {
        Some(organisation) => organisation,
        None => envelope_form(&app, &caller.ctx, &id, None).await?.organisation.0,
    };
    let command = SendCommand { round: id, organisation, bytes: body.to_vec() };
    let sent = envelope_send(&app, &caller.ctx, command).await?;
    let body =
        EnvelopeSent { receipt: receipt(&sent.done, caller.ctx.locale), hash: sent.hash, replaced: sent.replaced };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// One envelope, with what was in it once it is opened.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/envelopes/{envelope}", operation_id = "envelope_view", tag = "sealed rounds",
    params(("id" = String, Path), ("envelope" = String, Path)),
    responses((status = 200, body = EnvelopeDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((id, envelope)): Path<(String, String)>,
) -> Result<Json<EnvelopeDetail>, Problem> {
    Ok(Json(detail(&envelope_view(&app, &caller.ctx, &id, &envelope).await?)?))
}

/// The envelope as it was sent.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/envelopes/{envelope}/sealed", operation_id = "envelope_sealed", tag = "sealed rounds",
    params(("id" = String, Path), ("envelope" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404)))]
async fn sealed(
    State(app): State<App>,
    caller: Caller,
    Path((id, envelope)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (envelope, bytes) = envelope_bytes(&app, &caller.ctx, &id, &envelope).await?;
    Ok(attachment("application/octet-stream", &format!("{}.ylse", envelope.hash), bytes))
}

/// A document that was in an opened envelope, metadata stripped where that can be done.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/envelopes/{envelope}/files/{number}", operation_id = "envelope_file", tag = "sealed rounds",
    params(("id" = String, Path), ("envelope" = String, Path), ("number" = String, Path, description = "Its place in the envelope, from 1")),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404)))]
async fn document(
    State(app): State<App>,
    caller: Caller,
    Path((id, envelope, place)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let document = document_view(&app, &caller.ctx, &id, &envelope, number(&place)?).await?;
    Ok(attachment(&document.media_type, &document.name, document.bytes))
}
