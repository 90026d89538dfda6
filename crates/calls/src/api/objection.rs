//! Objections as JSON.

use super::{created, done, read, write};
use crate::actions::objection::{
    View, objection_admit, objection_file, objection_list, objection_view, objection_withdraw, panel_candidates,
    panel_name, panel_vote,
};
use crate::rules::objection::{Objection, ObjectionDraft};
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
use utoipa::{OpenApi, ToSchema};

/// What everybody may know of an objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallObjectionItem {
    /// Opaque id.
    pub id: String,
    /// Its number in the call.
    pub number: i64,
    /// `organisation` or `person`.
    pub kind: String,
    /// `filed`, `refused`, `admitted`, `judged`, `decided`, `withdrawn` or `overtaken`.
    pub state: String,
    /// Why it was admitted or not; may be empty.
    pub admission: String,
    /// `dismiss`, `reselect`, `rereview` or `no_award`, once it is decided.
    pub verdict: Option<String>,
    /// When it was filed.
    pub filed_ms: i64,
    /// Until when whoever is at work has to be done.
    pub due_ms: Option<i64>,
}

/// An objection for those who work on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallObjectionDetail {
    /// What everybody may know.
    #[serde(flatten)]
    pub objection: CallObjectionItem,
    /// What is wrong with the award, and why.
    pub text: String,
    /// Links to evidence.
    pub links: Vec<String>,
    /// Who filed it; null for parties and the panel.
    pub filer: Option<String>,
    /// Seats of the panel.
    pub seats: usize,
    /// How many have voted.
    pub voted: usize,
}

/// An objection to be filed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallObjectionBody {
    /// The organisation for which it is filed; empty for the person.
    pub organisation: String,
    /// What is wrong, and why.
    pub text: String,
    /// Links to evidence.
    pub links: Vec<String>,
}

/// Whether it is admitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallAdmissionBody {
    /// `admit` or `refuse`.
    pub word: String,
    /// Why; everybody reads it.
    pub reason: String,
}

/// A panel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallPanelBody {
    /// The experts: an odd number from 3 to 9.
    pub experts: Vec<String>,
}

/// An expert whom the office may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallPanelCandidateItem {
    /// Opaque id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where the expert works.
    pub institution: String,
}

/// A vote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallVoteBody {
    /// `dismiss`, `reselect`, `rereview` or `no_award`.
    pub vote: String,
    /// Why.
    pub reason: String,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/calls/{id}/objections", "call_view", get(list)),
        write("/api/v1/calls/{id}/objections", "call_object", "call.objection_filed", post(file)),
        read("/api/v1/calls/{id}/objections/{one}", "objection_view", get(view)),
        read("/api/v1/calls/{id}/objections/{one}/experts", "panel_name", get(experts)),
        write(
            "/api/v1/calls/{id}/objections/{one}/admissions",
            "objection_admit",
            "call.objection_admitted",
            post(admit),
        ),
        write("/api/v1/calls/{id}/objections/{one}/panels", "panel_name", "call.panel_named", post(name)),
        write("/api/v1/calls/{id}/objections/{one}/votes", "panel_vote", "call.panel_voted", post(vote)),
        write(
            "/api/v1/calls/{id}/objections/{one}/withdrawals",
            "objection_withdraw",
            "call.objection_withdrawn",
            post(withdraw),
        ),
    ]
}

/// Objections in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, file, view, experts, admit, name, vote, withdraw),
    components(schemas(
        CallObjectionItem,
        CallObjectionDetail,
        CallObjectionBody,
        CallAdmissionBody,
        CallPanelBody,
        CallPanelCandidateItem,
        CallVoteBody
    ))
)]
pub struct Document;

fn item(one: &Objection) -> CallObjectionItem {
    CallObjectionItem {
        id: one.id.clone(),
        number: one.ord,
        kind: if one.organisation.is_some() { "organisation" } else { "person" }.to_owned(),
        state: one.state.code().to_owned(),
        admission: one.admission.clone(),
        verdict: one.verdict.map(|verdict| verdict.code().to_owned()),
        filed_ms: one.filed_ms,
        due_ms: one.due_ms.filter(|_| one.state.is_open()),
    }
}

fn detail(view: &View) -> CallObjectionDetail {
    CallObjectionDetail {
        objection: item(&view.objection),
        text: view.objection.text.clone(),
        links: view.objection.links.clone(),
        filer: view.inside.then(|| view.objection.by_name.clone()),
        seats: view.seats.0,
        voted: view.seats.1,
    }
}

/// The objections of a call, without names.
#[utoipa::path(get, path = "/api/v1/calls/{id}/objections", operation_id = "objection_list", tag = "calls",
    params(("id" = String, Path)),
    responses((status = 200, body = Listed<CallObjectionItem>), (status = 404)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Listed<CallObjectionItem>>, Problem> {
    let found = objection_list(&app, &caller.ctx, &id).await?;
    let total = i64::try_from(found.items.len()).unwrap_or(i64::MAX);
    Ok(Json(Listed { items: found.items.iter().map(item).collect(), total, next: None }))
}

/// Files an objection while the award is on notice.
#[utoipa::path(post, path = "/api/v1/calls/{id}/objections", operation_id = "objection_file", tag = "calls",
    request_body = CallObjectionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The notice is over, or the caller has an open objection"), (status = 422)))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<CallObjectionBody>,
) -> Result<Response, Problem> {
    let draft = ObjectionDraft { organisation: body.organisation, text: body.text, links: body.links.join("\n") };
    let made = objection_file(&app, &caller.ctx, &id, draft).await?;
    Ok(created(&caller, &made, &format!("/api/v1/calls/{id}/objections")))
}

/// One objection. For the office, the parties, those who filed it and its panel.
#[utoipa::path(get, path = "/api/v1/calls/{id}/objections/{one}", operation_id = "objection_view", tag = "calls",
    params(("id" = String, Path), ("one" = String, Path)),
    responses((status = 200, body = CallObjectionDetail), (status = 401), (status = 404)))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path((call, one)): Path<(String, String)>,
) -> Result<Json<CallObjectionDetail>, Problem> {
    Ok(Json(detail(&objection_view(&app, &caller.ctx, &call, &one).await?)))
}

/// Experts whom the office may name: no reviewers of this call, and nobody with ties to a party.
#[utoipa::path(get, path = "/api/v1/calls/{id}/objections/{one}/experts", operation_id = "panel_candidates", tag = "calls",
    params(("id" = String, Path), ("one" = String, Path)),
    responses((status = 200, body = Listed<CallPanelCandidateItem>), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "Nobody can serve")))]
async fn experts(
    State(app): State<App>,
    caller: Caller,
    Path((_, one)): Path<(String, String)>,
) -> Result<Json<Listed<CallPanelCandidateItem>>, Problem> {
    let found = panel_candidates(&app, &caller.ctx, &one).await?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let item = |one: crate::actions::objection::Candidate| CallPanelCandidateItem {
        id: one.id,
        name: one.name,
        institution: one.institution,
    };
    Ok(Json(Listed { items: found.into_iter().map(item).collect(), total, next: None }))
}

/// Says whether it is admitted. For the office, four eyes.
#[utoipa::path(post, path = "/api/v1/calls/{id}/objections/{one}/admissions", operation_id = "objection_admit", tag = "calls",
    request_body = CallAdmissionBody, params(("id" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn admit(
    State(app): State<App>,
    caller: Caller,
    Path((_, one)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallAdmissionBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &objection_admit(&app, &caller.ctx, &one, &body.word, &body.reason).await?))
}

/// Names the panel. For the office, four eyes.
#[utoipa::path(post, path = "/api/v1/calls/{id}/objections/{one}/panels", operation_id = "panel_name", tag = "calls",
    request_body = CallPanelBody, params(("id" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409),
        (status = 422, description = "An even number, too few, or somebody who cannot serve")))]
async fn name(
    State(app): State<App>,
    caller: Caller,
    Path((_, one)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallPanelBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &panel_name(&app, &caller.ctx, &one, body.experts).await?))
}

/// Votes, once. For members of the panel.
#[utoipa::path(post, path = "/api/v1/calls/{id}/objections/{one}/votes", operation_id = "panel_vote", tag = "calls",
    request_body = CallVoteBody, params(("id" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404),
        (status = 409, description = "The caller has voted, or it is decided"), (status = 422)))]
async fn vote(
    State(app): State<App>,
    caller: Caller,
    Path((_, one)): Path<(String, String)>,
    JsonBody(body): JsonBody<CallVoteBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &panel_vote(&app, &caller.ctx, &one, &body.vote, &body.reason).await?))
}

/// Takes it back. For whoever filed it.
#[utoipa::path(post, path = "/api/v1/calls/{id}/objections/{one}/withdrawals", operation_id = "objection_withdraw", tag = "calls",
    params(("id" = String, Path), ("one" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path((_, one)): Path<(String, String)>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &objection_withdraw(&app, &caller.ctx, &one).await?))
}
