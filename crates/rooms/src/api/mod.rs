//! Tools of the JSON twins: lists, receipts, files, and what stands in an address.

pub mod paged;

use crate::actions::Done;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Locale, Refusal};
use platform::Caller;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was done, and where it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptOf {
    /// What it was done to.
    pub id: String,
    /// Number of the journal entry.
    pub entry: i64,
    /// When.
    pub at_ms: i64,
    /// What is odd about the input although it was accepted.
    pub warnings: Vec<String>,
}

/// A receipt in the reader's language.
pub fn receipt(done: &Done, locale: Locale) -> ReceiptOf {
    let pick = |(zh, en): &(String, String)| if locale == Locale::ZhCn { zh.clone() } else { en.clone() };
    ReceiptOf {
        id: done.id.clone(),
        entry: done.entry,
        at_ms: done.at_ms,
        warnings: done.warnings.iter().map(pick).collect(),
    }
}

/// The answer to what was done: 201 and its receipt.
pub fn done(caller: &Caller, done: &Done) -> Response {
    (StatusCode::CREATED, Json(receipt(done, caller.ctx.locale))).into_response()
}

/// Something new, with where it is from now on.
pub fn created(caller: &Caller, made: &Done, path: &str) -> Response {
    ([(header::LOCATION, format!("{path}/{}", made.id))], done(caller, made)).into_response()
}

/// A JSON file to be kept under a name.
pub fn json_file(name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}.json\"");
    ([(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, disposition)], text)
        .into_response()
}

/// A number in an address; one that names none names nothing.
///
/// # Errors
/// Not found.
pub fn number<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

/// The values of a filter that were separated by commas.
pub fn values(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()
}
