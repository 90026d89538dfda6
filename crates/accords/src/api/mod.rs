//! The JSON twin of every page and action.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;

use axum::Json;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use kernel::Adcode;
use platform::capability::Route;
use platform::journal::Recorded;
use platform::{App, Caller};
use registry::actions::organisation::Done;
use registry::api::city::PlaceRef;
use registry::api::organisation::receipt;
use registry::corridor::Corridor;
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

/// Something new, with where it is from now on.
fn created(caller: &Caller, made: &Done, path: &str) -> Response {
    ([(header::LOCATION, format!("{path}/{}", made.id))], done(caller, made)).into_response()
}

fn place(corridor: &Corridor, adcode: Adcode) -> PlaceRef {
    let place = corridor.place(adcode);
    PlaceRef {
        adcode: adcode.to_string(),
        name: place.map_or_else(|| adcode.to_string(), |place| place.short_zh.clone()),
        name_en: place.map_or_else(|| adcode.to_string(), |place| place.short_en.clone()),
    }
}

/// Something by its id and titles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TitleRef {
    /// Opaque id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
}

/// Something that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccordEventItem {
    /// The journal kind, such as `accord.circulated`.
    pub kind: String,
    /// When.
    pub at_ms: i64,
    /// Number of the journal entry.
    pub entry: i64,
}

fn events(history: &[Recorded]) -> Vec<AccordEventItem> {
    let event =
        |entry: &Recorded| AccordEventItem { kind: entry.kind.clone(), at_ms: entry.at_ms, entry: entry.entry_id };
    history.iter().map(event).collect()
}
