//! The JSON twin of every page and action.

pub mod committee;
pub mod envelope;
pub mod round;

use axum::Json;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use kernel::Refusal;
use platform::capability::Route;
use platform::{App, Caller};
use registry::actions::organisation::Done;
use registry::api::organisation::receipt;

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

/// A JSON file to be kept under a name.
fn json_file(name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}.json\"");
    ([(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response()
}

/// A number in an address; one that names none names nothing.
fn number<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}
