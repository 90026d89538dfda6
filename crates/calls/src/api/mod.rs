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

use platform::journal::Recorded;
use rooms::api::{created, done, number};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
