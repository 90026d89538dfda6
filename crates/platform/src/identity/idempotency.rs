//! A repeat of a request gets the first answer.
//!
//! Every form that moves money or takes a place carries a key (hidden field `idempotency_key`), every program may send
//! one with whatever it posts (header `Idempotency-Key`). The layer that reads a request puts the key into its
//! [`Ctx`], and [`App::in_txn`](crate::App::in_txn) does the rest for every action: the key is scoped
//! to the actor and the action, kept seven days, and stored in the transaction of the action itself, so that either
//! both are there or neither. A refused action stores nothing: the same key may be used again when what was wrong has
//! been put right. Where what was asked holds a password no key is kept, for the hash of it would tell.
//!
//! A page does one thing: `form.idempotency_key(idempotency::new_key())`. An action does nothing, but what it tells
//! after its transaction comes from the transaction's answer, never from what it prepared before: in a repeat the
//! answer is the first one's.

use super::secret;
use super::store::idempotency as store;
use crate::ctx::Ctx;
use crate::db::{Conn, Txn};
use crate::fault::{Fault, Outcome};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
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
/// The hidden field of forms.
pub const FIELD: &str = "idempotency_key";

/// The header as the API document describes it.
#[derive(Debug, Clone, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct KeyHeader {
    /// A repeat with the same key and the same body gets the first answer; visible ASCII.
    #[param(rename = "Idempotency-Key", value_type = String, required = false, min_length = 1, max_length = 128, pattern = "^[!-~]+$")]
    pub idempotency_key: Option<String>,
}

/// The key of a request that is to happen once, and the hash of all it asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Once {
    key: String,
    body_hash: String,
}

/// A fresh key for a form.
pub fn new_key() -> String {
    crate::random::id()
}

impl Once {
    /// A key for something asked for, which is known again by its bytes.
    ///
    /// # Errors
    /// `idempotency-key` for an empty, too long or unprintable key.
    pub fn new(key: &str, asked: &[&[u8]]) -> Result<Once, Refusal> {
        let fits = !key.is_empty() && key.len() <= KEY_CHARS_MAX && key.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(Refusal::invalid(
                "idempotency-key",
                format!("Idempotency-Key 须为 1 至 {KEY_CHARS_MAX} 个可见 ASCII 字符。请重新打开表单，或换一个键。"),
                format!("Idempotency-Key has 1 to {KEY_CHARS_MAX} visible ASCII characters. Open the form again, or send another key."),
            )
            .at("idempotency_key"));
        }
        Ok(Once { key: key.to_owned(), body_hash: secret::hash_of(asked) })
    }

    /// The key of a request: the header of a program, else the hidden field of a form; none when there is neither, and
    /// for questions.
    ///
    /// # Errors
    /// As [`Once::new`].
    pub fn of(request: &Parts, body: &[u8]) -> Result<Option<Once>, Refusal> {
        if request.method != Method::POST {
            return Ok(None);
        }
        let header = request.headers.get(HEADER).map(|value| value.to_str().unwrap_or_default().to_owned());
        let address = request.uri.path_and_query().map_or("/", |address| address.as_str());
        let key = header.or_else(|| hidden_field(&request.headers, body));
        key.map(|key| Once::new(&key, &[address.as_bytes(), body])).transpose()
    }
}

/// The hidden field of a form; an empty one counts as none.
fn hidden_field(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    if !kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let (_, key) = form_urlencoded::parse(body).find(|(name, _)| name == FIELD)?;
    Some(key.into_owned()).filter(|key| !key.is_empty())
}

/// Does the work of an action once: a repeat gets the stored answer without doing it again.
///
/// Without a key, and for visitors (who share no identity a key could belong to), the work is simply done.
///
/// # Errors
/// `idempotency-body` (422) when the key was used for something else; whatever the work refuses.
pub(crate) async fn once<T, W>(tx: &Txn, action: &str, work: W) -> Outcome<T>
where
    T: Serialize + DeserializeOwned,
    W: Future<Output = Outcome<T>> + Send,
{
    let ctx = tx.ctx();
    let Some(once) = ctx.once.as_ref().filter(|_| ctx.actor.account.is_some()) else { return work.await };
    let key = store::Key { actor: ctx.actor.id(), route: action, key: &once.key };
    let now_ms = ctx.now.ms();
    store::forget(tx, key.actor, now_ms - KEPT_MS).await?;
    if !store::claim(tx, &key, &once.body_hash, now_ms).await? {
        let first = answer(tx, &key, once).await?;
        return first.ok_or_else(|| Fault::Internal("idempotency: the first answer is gone".into()));
    }
    let answer = work.await?;
    let text = serde_json::to_string(&answer).map_err(unreadable)?;
    store::store(tx, &key, &text).await?;
    Ok(answer)
}

/// The first answer of an action, where the request is a repeat: for an action that begins its work before the
/// transaction that keeps the answer.
///
/// # Errors
/// As [`once`].
pub(crate) async fn first<T: DeserializeOwned>(conn: &Conn, ctx: &Ctx, action: &str) -> Outcome<Option<T>> {
    let Some(once) = ctx.once.as_ref().filter(|_| ctx.actor.account.is_some()) else { return Ok(None) };
    answer(conn, &store::Key { actor: ctx.actor.id(), route: action, key: &once.key }, once).await
}

async fn answer<T: DeserializeOwned>(conn: &Conn, key: &store::Key<'_>, once: &Once) -> Outcome<Option<T>> {
    let Some((body_hash, response)) = store::first(conn, key).await? else { return Ok(None) };
    if body_hash == once.body_hash {
        return serde_json::from_str(&response).map(Some).map_err(unreadable);
    }
    Err(Refusal::invalid(
        "idempotency-body",
        "这个 Idempotency-Key 已用于另一份内容。内容有变化时，请重新打开表单或换一个键。",
        "This Idempotency-Key was used for something else. Open the form again or send another key when the content changes.",
    )
    .at("idempotency_key")
    .into())
}

fn unreadable(error: serde_json::Error) -> Fault {
    Fault::Internal(format!("idempotency: {error}"))
}
