//! The log as JSON, and as the files of C2SP tlog-tiles that any monitor or witness reads.

use super::actions;
use super::erase::{self, Erasure, ErasureAsked};
use super::log;
use super::prove::{Consistency, Inclusion, Standing};
use super::store::stored;
use super::store::tree::load;
use super::witness::{Cosigned, WitnessStanding, Witnessing};
use crate::app::App;
use crate::capability::Route;
use crate::request::Caller;
use crate::web::{JsonBody, Problem};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use proof::tree::{TILE_HASHES, TileAt};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

/// Bytes of a hash in a tile.
const HASH_BYTES: u64 = 32;

pub(crate) fn routes() -> Vec<Route> {
    let row = |path, handler| Route { method: Method::GET, path, action: "journal_view", journal: None, handler };
    vec![
        row("/api/v1/journal/checkpoint", get(checkpoint)),
        row("/api/v1/journal/entries/{id}", get(entry)),
        Route {
            method: Method::POST,
            path: "/api/v1/journal/entries/{id}/erasures",
            action: "journal_erase_ask",
            journal: Some(erase::ASKED),
            handler: post(erasure),
        },
        Route {
            method: Method::GET,
            path: "/api/v1/journal/erasures",
            action: "journal_erase_list",
            journal: None,
            handler: get(erasures),
        },
        Route {
            method: Method::POST,
            path: "/api/v1/journal/erasures/{id}/decisions",
            action: "journal_erase_decide",
            journal: Some(super::ERASED),
            handler: post(decision),
        },
        row("/api/v1/journal/consistency", get(consistency)),
        row("/api/v1/journal/witnesses", get(witnesses)),
        row("/log/checkpoint", get(note)),
        row("/log/tile/{*path}", get(tile)),
    ]
}

/// The transparency log.
#[derive(OpenApi)]
#[openapi(
    paths(checkpoint, entry, erasure, erasures, decision, consistency, witnesses),
    components(schemas(
        ErasureBody,
        ErasureAsked,
        Erasure,
        ErasureList,
        ErasureDecisionBody,
        ErasureDecided,
        CheckpointBody,
        Standing,
        Inclusion,
        Consistency,
        Witnessing,
        Cosigned,
        WitnessStanding
    ))
)]
pub(crate) struct Document;

/// The newest signed checkpoint.
#[derive(Serialize, ToSchema)]
struct CheckpointBody {
    /// The log's origin.
    origin: String,
    /// Leaves.
    size: u64,
    /// The root, hexadecimal.
    root: String,
    /// When the tree was fixed.
    at_ms: i64,
    /// The signed note (C2SP tlog-checkpoint), with the cosignatures of witnesses.
    note: String,
    /// Keys that check it, the newest last (C2SP signed-note).
    keys: Vec<String>,
    /// Keys that check second signatures with SM2 over SM3, the newest last; none where nobody has asked for them.
    sm2_keys: Vec<String>,
    /// Whether this checkpoint carries such a signature.
    sm2_signed: bool,
    /// How many witnesses have cosigned it.
    cosigned: usize,
    /// Their verifier keys (C2SP signed-note).
    witnesses: Vec<String>,
}

/// The newest signed checkpoint of the journal, or the newest cosigned one unless the witnesses are late.
#[utoipa::path(get, path = "/api/v1/journal/checkpoint", tag = "journal",
    responses((status = 200, body = CheckpointBody), (status = 404, description = "nothing is signed yet")))]
async fn checkpoint(State(app): State<App>, caller: Caller) -> Result<Json<CheckpointBody>, Problem> {
    let view = actions::journal_view(&app, &caller.ctx).await?;
    let sm2_signed = view.signed_sm2();
    let published = view.published.ok_or_else(Refusal::not_found)?;
    Ok(Json(CheckpointBody {
        origin: published.checkpoint.origin,
        size: published.checkpoint.size,
        root: hex::encode(published.checkpoint.root),
        at_ms: published.at_ms,
        note: published.note,
        keys: view.keys,
        sm2_keys: view.sm2_keys,
        sm2_signed,
        cosigned: published.witnesses.len(),
        witnesses: published.witnesses,
    }))
}

/// How the journal is witnessed: by whom, and how far.
#[utoipa::path(get, path = "/api/v1/journal/witnesses", tag = "journal", responses((status = 200, body = Witnessing)))]
async fn witnesses(State(app): State<App>, caller: Caller) -> Result<Json<Witnessing>, Problem> {
    Ok(Json(actions::journal_witnesses(&app, &caller.ctx).await?))
}

/// How an entry stands in the log, with its proof or, until then, a signed promise.
#[utoipa::path(get, path = "/api/v1/journal/entries/{id}", tag = "journal", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, body = Standing), (status = 404, description = "no such entry")))]
async fn entry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Standing>, Problem> {
    let (standing, _) = actions::journal_entry(&app, &caller.ctx, number(&id)?).await?;
    Ok(Json(standing))
}

/// An entry's number; what is none is not found.
pub(super) fn number(text: &str) -> Result<i64, Refusal> {
    text.parse::<i64>().ok().filter(|number| *number > 0).ok_or_else(Refusal::not_found)
}

/// What to erase, and why.
#[derive(Deserialize, ToSchema)]
struct ErasureBody {
    /// `actor`, `actor_name` or, of a protected entry, `data`.
    #[serde(default)]
    field: String,
    /// The ground, at most 500 characters, without what is to be erased.
    #[serde(default)]
    reason: String,
}

/// Asks for the erasure of a personal field of an entry: administrators, or whoever acted in it.
#[utoipa::path(post, path = "/api/v1/journal/entries/{id}/erasures", tag = "journal", params(("id" = i64, Path, minimum = 1)), request_body = ErasureBody, security(("session" = [])),
    responses((status = 201, body = ErasureAsked), (status = 401, description = "sign in first"), (status = 403, description = "administrators or the person, not a token"), (status = 404, description = "no such entry"), (status = 409, description = "not in the tree yet, erased or asked for before"), (status = 422, description = "no such field, or no reason")))]
async fn erasure(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ErasureBody>,
) -> Result<(StatusCode, Json<ErasureAsked>), Problem> {
    let asked = erase::journal_erase_ask(&app, &caller.ctx, number(&id)?, body.field, body.reason).await?;
    Ok((StatusCode::CREATED, Json(asked)))
}

/// Requests that wait for a decision.
#[derive(Serialize, ToSchema)]
struct ErasureList {
    /// The oldest first, 200 at most.
    items: Vec<Erasure>,
}

/// The requests for erasures that wait for a decision.
#[utoipa::path(get, path = "/api/v1/journal/erasures", tag = "journal", security(("session" = []), ("token" = ["admin"])),
    responses((status = 200, body = ErasureList), (status = 401, description = "sign in first"), (status = 403, description = "administrators")))]
async fn erasures(State(app): State<App>, caller: Caller) -> Result<Json<ErasureList>, Problem> {
    Ok(Json(ErasureList { items: erase::journal_erase_list(&app, &caller.ctx).await? }))
}

/// A decision, and why.
#[derive(Deserialize, ToSchema)]
struct ErasureDecisionBody {
    /// `grant` or `refuse`.
    #[serde(default)]
    decision: String,
    /// At most 500 characters; needed for a refusal.
    #[serde(default)]
    remark: String,
}

/// The entry that records a decision.
#[derive(Serialize, ToSchema)]
struct ErasureDecided {
    /// Its number.
    entry: i64,
}

/// Decides a request for an erasure: another administrator than whoever asked or acted. The log stays provable.
#[utoipa::path(post, path = "/api/v1/journal/erasures/{id}/decisions", tag = "journal", params(("id" = String, Path)), request_body = ErasureDecisionBody, security(("session" = [])),
    responses((status = 201, body = ErasureDecided), (status = 401, description = "sign in first"), (status = 403, description = "another administrator, not a token"), (status = 404, description = "no such request"), (status = 409, description = "decided before"), (status = 422, description = "neither yes nor no, or a refusal without a remark")))]
async fn decision(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ErasureDecisionBody>,
) -> Result<(StatusCode, Json<ErasureDecided>), Problem> {
    let decision = erase::Decision::parse(&body.decision)?;
    let entry = erase::journal_erase_decide(&app, &caller.ctx, id, decision, body.remark).await?;
    Ok((StatusCode::CREATED, Json(ErasureDecided { entry })))
}

/// Two sizes of the log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Sizes {
    /// Leaves of the older tree, at least 1.
    #[serde(default)]
    #[param(value_type = u64, minimum = 1, required = true)]
    from: String,
    /// Leaves of the newer tree.
    #[serde(default)]
    #[param(value_type = u64, minimum = 1, required = true)]
    to: String,
}

/// The proof that the log of `to` leaves begins with the log of `from` leaves.
#[utoipa::path(get, path = "/api/v1/journal/consistency", tag = "journal", params(Sizes),
    responses((status = 200, body = Consistency), (status = 404, description = "the log never had these sizes"), (status = 422, description = "not two sizes")))]
async fn consistency(
    State(app): State<App>,
    caller: Caller,
    Query(sizes): Query<Sizes>,
) -> Result<Json<Consistency>, Problem> {
    let size = |text: &str, field: &'static str| {
        text.parse::<u64>().ok().filter(|size| *size > 0).ok_or_else(|| {
            Refusal::invalid(
                "journal-size",
                "请填写叶子数：from 与 to 都是不小于 1 的整数。",
                "Give the numbers of leaves: from and to are integers of at least 1.",
            )
            .at(field)
        })
    };
    let (from, to) = (size(&sizes.from, "from")?, size(&sizes.to, "to")?);
    Ok(Json(actions::journal_consistency(&app, &caller.ctx, from, to).await?))
}

fn text(note: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], note).into_response()
}

/// `/log/checkpoint`: the note alone (C2SP tlog-tiles).
async fn note(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let view = actions::journal_view(&app, &caller.ctx).await?;
    Ok(text(view.published.ok_or_else(Refusal::not_found)?.note))
}

/// What a path below `/log/tile/` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Hashes(TileAt, u64),
    Entries(u64, u64),
}

/// Reads `<level>/<n>[.p/<width>]` or `entries/<n>[.p/<width>]`, n in groups of three digits, all but the last with
/// an `x` before them.
fn asked(path: &str) -> Option<Asked> {
    let (level, rest) = path.split_once('/')?;
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok().filter(|width| (1..TILE_HASHES).contains(width))?),
        None => (rest, TILE_HASHES),
    };
    let groups: Vec<&str> = number.split('/').collect();
    let (last, before) = groups.split_last()?;
    let mut n = 0_u64;
    for group in before.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
        let group = group.filter(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))?;
        n = n.checked_mul(1_000)?.checked_add(group.parse().ok()?)?;
    }
    if level == "entries" {
        return Some(Asked::Entries(n, width));
    }
    Some(Asked::Hashes(TileAt { level: level.parse().ok().filter(|level| *level < 8)?, n }, width))
}

/// `/log/tile/…`: hashes of the tree, or the leaves themselves in bundles of 256 (C2SP tlog-tiles).
async fn tile(State(app): State<App>, caller: Caller, Path(path): Path<String>) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "journal_view", &crate::policy::Resource::house())?;
    let asked = asked(&path).ok_or_else(Refusal::not_found)?;
    let conn = app.db().read();
    let log = log::newest(&conn).await?.ok_or_else(Refusal::not_found)?;
    let bytes = match asked {
        Asked::Hashes(at, width) => {
            let hashes = log::tile(&load(&conn, log.base, [at]).await?, at, width * HASH_BYTES);
            hashes.ok_or_else(Refusal::not_found)?
        }
        Asked::Entries(n, width) => {
            let first = i64::try_from(n * TILE_HASHES).ok().and_then(|first| first.checked_add(log.base));
            let first = first.ok_or_else(Refusal::not_found)?;
            let count = i64::try_from(width).unwrap_or(0);
            let leaves = stored::from_leaf(&conn, first, count).await?;
            if leaves.len() as u64 != width || leaves[0].leaf_index != Some(first) {
                return Err(Refusal::not_found().into());
            }
            let erased = stored::erased(&conn, None).await?;
            let mut bytes = Vec::new();
            for leaf in leaves {
                let leaf = leaf.leaf(&erased)?;
                bytes.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
                bytes.extend_from_slice(leaf.as_bytes());
            }
            bytes
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tile_paths_are_read_as_the_specification_writes_them() {
        assert_eq!(asked("0/x001/x234/067"), Some(Asked::Hashes(TileAt { level: 0, n: 1_234_067 }, 256)));
        assert_eq!(asked("1/000.p/7"), Some(Asked::Hashes(TileAt { level: 1, n: 0 }, 7)));
        assert_eq!(asked("entries/012.p/255"), Some(Asked::Entries(12, 255)));
        for bad in ["", "0", "0/1", "0/0001", "9/000", "0/000.p/0", "0/000.p/256", "0/001/002", "x/000", "0/x001"] {
            assert_eq!(asked(bad), None, "{bad}");
        }
    }
}
