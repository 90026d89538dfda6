//! The JSON twin of every page and action.

pub mod accounts;
pub mod amendment;
pub mod answer;
pub mod award;
pub mod call;
pub mod conflict;
pub mod contract;
pub mod draw;
pub mod grants;
pub mod milestone;
pub mod nda;
pub mod objection;
pub mod ocds;
pub mod pledge;
pub mod question;
pub mod release;
pub mod reviewer;
pub mod task;

use axum::Json;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use platform::capability::Route;
use platform::journal::Recorded;
use platform::{App, Caller};
use registry::actions::organisation::Done;
use registry::api::organisation::receipt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

fn read(path: &'static str, action: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::GET, path, action, journal: None, handler }
}

fn write(path: &'static str, action: &'static str, kind: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::POST, path, action, journal: Some(kind), handler }
}

fn done(caller: &Caller, done: &Done) -> Response {
    (StatusCode::CREATED, Json(receipt(done, caller.ctx.locale))).into_response()
}

/// A number in an address; one that names none names nothing.
fn number<T: std::str::FromStr>(text: &str) -> Result<T, kernel::Refusal> {
    text.parse().map_err(|_| kernel::Refusal::not_found())
}

/// Something new, with where it is from now on.
fn created(caller: &Caller, made: &Done, path: &str) -> Response {
    ([(header::LOCATION, format!("{path}/{}", made.id))], done(caller, made)).into_response()
}

/// Something that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallEventItem {
    /// The journal kind, such as `call.opened`.
    pub kind: String,
    /// When.
    pub at_ms: i64,
    /// Number of the journal entry.
    pub entry: i64,
}

fn events(history: &[Recorded]) -> Vec<CallEventItem> {
    let event =
        |entry: &Recorded| CallEventItem { kind: entry.kind.clone(), at_ms: entry.at_ms, entry: entry.entry_id };
    history.iter().map(event).collect()
}
