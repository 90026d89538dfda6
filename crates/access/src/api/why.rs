//! Why was this refused, for programs of administrators.

use crate::actions::why::{Question, why_list};
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use platform::capability::Route;
use platform::policy::Explanation;
use platform::web::Problem;
use platform::{App, Caller};
use rooms::routes::read;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, OpenApi, ToSchema};

/// Routes of explanations.
pub fn routes() -> Vec<Route> {
    vec![read("/api/v1/decisions", "why_list", get(decisions))]
}

/// Its part of the API document.
#[derive(OpenApi)]
#[openapi(paths(decisions), components(schemas(PolicyDecisionList, PolicyDecision, PolicyClause)))]
pub struct Document;

/// What is asked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PolicyDecisionQuery {
    /// The number of a request, as its refusal tells it.
    #[serde(default)]
    request: String,
    /// Login name, address or id of an account.
    #[serde(default)]
    account: String,
    /// An action about the house or an account: what would be decided now.
    #[serde(default)]
    action: String,
    /// The account that the action is about; the one that acts if left out.
    #[serde(default)]
    about: String,
}

/// A policy of the action.
#[derive(Serialize, ToSchema)]
struct PolicyClause {
    /// File and number, such as `registry#3`.
    id: String,
    /// Whether it decided.
    decided: bool,
    /// Its text in Cedar.
    text: String,
}

/// A decision with its reasons.
#[derive(Serialize, ToSchema)]
struct PolicyDecision {
    /// The request; null for the decision that would be made now.
    request_id: Option<String>,
    /// When it was refused.
    at_ms: Option<i64>,
    action: String,
    /// Kind and id of the thing.
    kind: String,
    id: String,
    /// Whether the account may.
    allowed: bool,
    /// Whether only a fresh proof is missing.
    step_up: bool,
    /// The scope that the token lacks.
    scope_missing: Option<String>,
    /// The code of the refusal; empty when allowed.
    code: String,
    policies: Vec<PolicyClause>,
    /// What went wrong while deciding.
    errors: Vec<String>,
    /// Facts of the account.
    principal: BTreeMap<String, String>,
    /// Facts of the thing.
    resource: BTreeMap<String, String>,
}

impl PolicyDecision {
    fn new(why: Explanation, then: Option<(String, i64)>) -> PolicyDecision {
        let clause = |clause: platform::policy::Clause| PolicyClause {
            id: clause.id,
            decided: clause.decided,
            text: clause.text,
        };
        let (request_id, at_ms) = then.unzip();
        let (kind, id) = why.resource;
        PolicyDecision {
            request_id,
            at_ms,
            action: why.action,
            kind,
            id,
            allowed: why.allowed && why.code.is_empty(),
            step_up: why.step_up,
            scope_missing: why.scope_missing,
            code: why.code,
            policies: why.clauses.into_iter().map(clause).collect(),
            errors: why.errors,
            principal: why.actor.into_iter().collect(),
            resource: why.facts.into_iter().collect(),
        }
    }
}

/// Decisions, that of now first, then refusals, the newest first.
#[derive(Serialize, ToSchema)]
struct PolicyDecisionList {
    items: Vec<PolicyDecision>,
    total: i64,
    next: Option<String>,
}

/// Why a request was refused, what was refused to an account, and what would be decided now.
#[utoipa::path(get, path = "/api/v1/decisions", tag = "access", operation_id = "decisions", params(PolicyDecisionQuery),
    responses((status = 200, body = PolicyDecisionList), (status = 401), (status = 403, description = "administrators only"), (status = 422, description = "no such account or action")))]
async fn decisions(
    State(app): State<App>,
    caller: Caller,
    Query(asked): Query<PolicyDecisionQuery>,
) -> Result<Json<PolicyDecisionList>, Problem> {
    let PolicyDecisionQuery { request, account, action, about } = asked;
    let view = why_list(&app, &caller.ctx, &Question { request, account, action, about }).await?;
    let now = view.now.map(|why| PolicyDecision::new(why, None));
    let then = view.refused.into_iter().map(|one| PolicyDecision::new(one.why, Some((one.request_id, one.at_ms))));
    let items: Vec<PolicyDecision> = now.into_iter().chain(then).collect();
    Ok(Json(PolicyDecisionList { total: i64::try_from(items.len()).unwrap_or(i64::MAX), items, next: None }))
}
