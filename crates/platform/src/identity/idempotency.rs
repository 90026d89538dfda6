//! A repeat of a request gets the first answer.
//!
//! Every form that moves money or takes a place carries a key (hidden field `idempotency_key`), every program may send
//! one (header `Idempotency-Key`). The key is scoped to the actor and the route, kept seven days, and stored in the
//! transaction of the action itself: either both are there or neither. A refused action stores nothing, so the same
//! key may be used again when what was wrong has been put right.
//!
//! ```text
//! // page: form.idempotency_key(idempotency::new_key())
//! // handler: let once = Once::read("need_create", &headers, form.idempotency_key.as_deref(), &command)?;
//! // action, inside in_txn: once(tx, &command.once, async { … Ok(answer) }).await
//! ```

use super::secret;
use super::store::idempotency as store;
use crate::db::Txn;
use crate::fault::{Fault, Outcome};
use axum::http::HeaderMap;
use kernel::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use utoipa::IntoParams;

/// How long a first answer is kept.
pub const KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// Characters of a key.
pub const KEY_CHARS_MAX: usize = 128;
/// The header programs send.
pub const HEADER: &str = "idempotency-key";

/// The header as the API document describes it.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct KeyHeader {
    /// A repeat with the same key and the same body gets the first answer; visible ASCII.
    #[param(rename = "Idempotency-Key", value_type = String, required = false, min_length = 1, max_length = 128, pattern = "^[!-~]+$")]
    pub idempotency_key: Option<String>,
}

/// One request that is to happen once: its route, its key, and the hash of what it asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Once {
    route: String,
    key: String,
    body_hash: String,
}

/// A fresh key for a form.
pub fn new_key() -> String {
    crate::random::id()
}

impl Once {
    /// A key for one route (the action's name) and what it asks for.
    ///
    /// # Errors
    /// `idempotency-key` for an empty, too long or unprintable key.
    pub fn new(route: &str, key: &str, body: &impl Serialize) -> Result<Once, Refusal> {
        let fits = !key.is_empty() && key.len() <= KEY_CHARS_MAX && key.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(Refusal::invalid(
                "idempotency-key",
                format!("Idempotency-Key 须为 1 至 {KEY_CHARS_MAX} 个可见 ASCII 字符。请重新打开表单，或换一个键。"),
                format!("Idempotency-Key has 1 to {KEY_CHARS_MAX} visible ASCII characters. Open the form again, or send another key."),
            )
            .at("idempotency_key"));
        }
        // A body that cannot be written as JSON hashes as nothing; commands are plain structs, which always can.
        let body = serde_json::to_string(body).unwrap_or_default();
        Ok(Once { route: route.to_owned(), key: key.to_owned(), body_hash: secret::hash(&body) })
    }

    /// The key of a request: the header of a program, else the hidden field of a form; none when there is neither.
    ///
    /// # Errors
    /// As [`Once::new`].
    pub fn read(
        route: &str,
        headers: &HeaderMap,
        field: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Option<Once>, Refusal> {
        let header = headers.get(HEADER).map(|value| value.to_str().unwrap_or_default());
        let key = header.or_else(|| field.filter(|field| !field.is_empty()));
        key.map(|key| Once::new(route, key, body)).transpose()
    }
}

/// Does the work once: a repeat gets the stored answer without doing it again.
///
/// Without a key, and for visitors (who share no identity a key could belong to), the work is simply done.
///
/// # Errors
/// `idempotency-body` (422) when the key was used for something else; whatever the work refuses.
pub async fn once<T, W>(tx: &Txn, once: &Option<Once>, work: W) -> Outcome<T>
where
    T: Serialize + DeserializeOwned,
    W: Future<Output = Outcome<T>> + Send,
{
    let Some(once) = once.as_ref().filter(|_| tx.ctx().actor.account.is_some()) else { return work.await };
    if let Some(first) = begin(tx, once).await? {
        return serde_json::from_str(&first).map_err(|error| Fault::Internal(format!("idempotency: {error}")));
    }
    let answer = work.await?;
    let text = serde_json::to_string(&answer).map_err(|error| Fault::Internal(format!("idempotency: {error}")))?;
    finish(tx, once, &text, 200).await?;
    Ok(answer)
}

/// Takes the key's place; gives the first answer when there is one already.
///
/// # Errors
/// `idempotency-body` (422) when the key was used for something else.
pub async fn begin(tx: &Txn, once: &Once) -> Outcome<Option<String>> {
    let now_ms = tx.ctx().now.ms();
    store::forget(tx, tx.ctx().actor.id(), now_ms - KEPT_MS).await?;
    let key = store::Key { actor: tx.ctx().actor.id(), route: &once.route, key: &once.key };
    if store::claim(tx, &key, &once.body_hash, now_ms).await? {
        return Ok(None);
    }
    let first = store::first(tx, &key).await?;
    let (body_hash, response) = first.ok_or_else(|| Fault::Internal("idempotency: the first answer is gone".into()))?;
    if body_hash == once.body_hash {
        return Ok(Some(response));
    }
    Err(Refusal::invalid(
        "idempotency-body",
        "这个 Idempotency-Key 已用于另一份内容。内容有变化时，请重新打开表单或换一个键。",
        "This Idempotency-Key was used for something else. Open the form again or send another key when the content changes.",
    )
    .at("idempotency_key")
    .into())
}

/// Stores the answer of the request that [`begin`] gave the place to.
pub async fn finish(tx: &Txn, once: &Once, response: &str, status: u16) -> Outcome<()> {
    let key = store::Key { actor: tx.ctx().actor.id(), route: &once.route, key: &once.key };
    store::store(tx, &key, response, i64::from(status)).await
}
