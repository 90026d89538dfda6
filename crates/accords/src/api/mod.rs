//! The JSON twin of every page and action.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;

use platform::journal::Recorded;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
