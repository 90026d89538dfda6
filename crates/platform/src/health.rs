//! Is the node there, and should it be sent requests?
//!
//! `GET /healthz` says that the process answers and asks nothing else: a supervisor restarts what does not. `GET /readyz`
//! names what the node needs to do its work, and answers 503 while something is missing or the node is stopping: a proxy
//! sends requests elsewhere. Neither tells a stranger more than names and states.

use crate::app::App;
use crate::db::Outcome;
use crate::journal;
use crate::journal::witness::{self, Ages, Witnesses};
use crate::lifecycle::Phase;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;

/// Leaves that the index may be behind the journal.
pub const INDEX_BEHIND_LEAVES_MAX: i64 = 10_000;
/// Seconds that the newest cosigned checkpoint may be older than the newest one.
pub const COSIGNED_BEHIND_S_MAX: i64 = 10 * 60;
/// The database answers within this, or counts as gone.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// One thing the node needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether it is as it should be.
    pub ok: bool,
    /// In one word how it stands.
    pub state: &'static str,
}

/// What `/readyz` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether requests should be sent here.
    pub ready: bool,
    /// `serving`, or `stopping` once the node was asked to stop.
    pub node: Check,
    /// `reachable` or `unreachable`, for reading.
    pub database: Check,
    /// `known`; `newer` when a newer version has added to it; `missing` when a step of this version is not there;
    /// `unknown` while the database cannot be asked.
    pub schema: Check,
    /// `current`; `behind` by more than [`INDEX_BEHIND_LEAVES_MAX`]; `preparing`.
    pub index: Check,
    /// `none` where no witnesses are named; `cosigned`; `late` when the newest cosigned checkpoint is older than the newest
    /// one by more than [`COSIGNED_BEHIND_S_MAX`]; `refused` when a witness says that the log does not continue what it
    /// has signed. Requests are served all the same.
    pub witnesses: Check,
    /// Seconds since the newest cosigned checkpoint.
    pub cosigned_age_s: Option<i64>,
    /// The newest sealed leaf of the journal.
    pub leaf: Option<i64>,
    /// The newest leaf that the index reflects.
    pub indexed: i64,
}

/// `GET /healthz`.
pub async fn alive() -> Response {
    Json(serde_json::json!({ "ok": true })).into_response()
}

/// `GET /readyz`.
pub async fn ready(State(app): State<App>) -> Response {
    let readiness = readiness(&app).await;
    if readiness.ready {
        return Json(readiness).into_response();
    }
    let retry = crate::web::problem::UNAVAILABLE_RETRY_S.to_string();
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, retry)], Json(readiness)).into_response()
}

/// How the node stands.
pub async fn readiness(app: &App) -> Readiness {
    let (leaf, schema, ages) = match tokio::time::timeout(ANSWER_MAX, of_database(app)).await {
        Ok(Ok((leaf, schema, ages))) => (Some(leaf), schema, Some(ages)),
        Ok(Err(fault)) => {
            tracing::warn!(cause = ?fault, "node.ready: the database does not answer");
            (None, Check { ok: false, state: "unknown" }, None)
        }
        Err(_) => {
            tracing::warn!("node.ready: the database does not answer in time");
            (None, Check { ok: false, state: "unknown" }, None)
        }
    };
    let node = match app.lifecycle().phase() {
        Phase::Serving => Check { ok: true, state: "serving" },
        _ => Check { ok: false, state: "stopping" },
    };
    let database = match leaf {
        Some(_) => Check { ok: true, state: "reachable" },
        None => Check { ok: false, state: "unreachable" },
    };
    let indexed = app.indexer().leaf();
    let index = index(app.indexer().is_open(), leaf.map(|leaf| leaf - indexed));
    let ready = [&node, &database, &schema, &index].iter().all(|check| check.ok);
    let named = Witnesses::of(app).quorum() > 0;
    let cosigned_age_s = ages.filter(|_| named).map(|ages| ages.cosigned_s);
    let witnesses = witnesses(ages.filter(|_| named));
    Readiness { ready, node, database, schema, index, witnesses, cosigned_age_s, leaf, indexed }
}

async fn of_database(app: &App) -> Outcome<(i64, Check, Ages)> {
    let conn = app.db().read();
    let leaf = journal::last_leaf(&conn).await?;
    let ages = witness::ages(app, &conn, app.clock().now()).await?;
    let steps = app.db().steps(app.steps()).await?;
    let schema = match (steps.missing, steps.newer) {
        (0, 0) => Check { ok: true, state: "known" },
        // Steps only add, so a node goes on while newer ones join it.
        (0, _) => Check { ok: true, state: "newer" },
        _ => Check { ok: false, state: "missing" },
    };
    Ok((leaf, schema, ages))
}

fn witnesses(ages: Option<Ages>) -> Check {
    match ages {
        None => Check { ok: true, state: "none" },
        Some(ages) if ages.refusing > 0 => Check { ok: false, state: "refused" },
        Some(ages) if ages.cosigned_s - ages.checkpoint_s > COSIGNED_BEHIND_S_MAX => Check { ok: false, state: "late" },
        Some(_) => Check { ok: true, state: "cosigned" },
    }
}

fn index(open: bool, behind: Option<i64>) -> Check {
    match behind {
        _ if !open => Check { ok: false, state: "preparing" },
        Some(leaves) if leaves > INDEX_BEHIND_LEAVES_MAX => Check { ok: false, state: "behind" },
        _ => Check { ok: true, state: "current" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_are_late_or_refuse() {
        let ages = |cosigned_s, refusing| Some(Ages { checkpoint_s: 50, cosigned_s, refusing });
        for (ages, state) in [
            (None, "none"),
            (ages(50 + COSIGNED_BEHIND_S_MAX, 0), "cosigned"),
            (ages(51 + COSIGNED_BEHIND_S_MAX, 0), "late"),
            (ages(50, 1), "refused"),
        ] {
            assert_eq!(witnesses(ages).state, state);
        }
    }

    #[test]
    fn an_index_that_is_closed_or_far_behind_is_not_ready() {
        assert_eq!(index(false, Some(0)), Check { ok: false, state: "preparing" });
        assert!(index(true, Some(INDEX_BEHIND_LEAVES_MAX)).ok);
        assert_eq!(index(true, Some(INDEX_BEHIND_LEAVES_MAX + 1)), Check { ok: false, state: "behind" });
        assert!(index(true, None).ok, "what the journal holds is the database's matter");
    }
}
