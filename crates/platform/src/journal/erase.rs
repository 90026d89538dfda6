//! Erasure on request: a personal value and its salt go, its commitment stays, and an entry says so.
//!
//! Nobody erases alone. One asks, an administrator or the person himself; another administrator, who is not that person
//! either, decides. Both steps are entries.

pub(super) use super::store::erasure::waiting;
use super::store::{erasure, stored};
use super::{ERASED, Entry, EntryId, PERSONAL};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Conn, Outcome, Txn};
use crate::policy::Resource;
use kernel::{Refusal, RefusalKind};
use proof::{Digest, SALT_BYTES};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Characters of a reason or a remark at most.
pub const REASON_CHARS_MAX: usize = 500;
/// Requests shown at once.
pub const ASKED_MAX: i64 = 200;
/// The kind of an entry that asks for an erasure.
pub(crate) const ASKED: &str = "journal.erasure-asked";
/// The kind of an entry that refuses one.
pub(crate) const REFUSED: &str = "journal.erasure-refused";

/// A request to erase a personal field of an entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Erasure {
    /// Opaque id.
    pub id: String,
    /// The entry.
    pub entry: EntryId,
    /// `actor`, `actor_name` or `data`.
    pub field: String,
    /// The ground.
    pub reason: String,
    /// The account that asked.
    pub asked_by: String,
    /// Its name then.
    pub asked_name: String,
    /// When.
    pub asked_ms: i64,
}

impl Erasure {
    /// The key of the field's name.
    pub(crate) fn text_key(&self) -> String {
        format!("journal-field-{}", self.field)
    }
}

/// What was asked for, and the entry that says so.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ErasureAsked {
    /// Id of the request.
    pub id: String,
    /// Number of the entry.
    pub entry: EntryId,
}

/// Another administrator's yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The value goes.
    Grant,
    /// It stays.
    Refuse,
}

impl Decision {
    /// Reads `grant` or `refuse`.
    ///
    /// # Errors
    /// `decision-unknown`.
    pub fn parse(code: &str) -> Result<Decision, Refusal> {
        match code {
            "grant" => Ok(Decision::Grant),
            "refuse" => Ok(Decision::Refuse),
            _ => Err(Refusal::invalid(
                "decision-unknown",
                "请选择“同意删除”或“不同意”。",
                "Choose “erase” or “do not erase”.",
            )
            .at("decision")),
        }
    }
}

/// Whether somebody may ask for an erasure in an entry: administrators, and whoever acted in it.
pub(super) async fn may_ask(app: &App, ctx: &Ctx, entry: EntryId) -> Outcome<bool> {
    let Some(found) = stored::by_id(&app.db().read(), entry).await? else { return Ok(false) };
    Ok(app.policies().require(ctx, "journal_erase_ask", &resource(&found)).is_ok())
}

fn resource(entry: &stored::Stored) -> Resource {
    Resource::new("JournalEntry", entry.entry.to_string()).with("account", entry.actor())
}

/// Asks for the erasure of one personal field of a sealed entry.
///
/// # Errors
/// Not found; `journal-field` for a field that is none of the personal ones, or the readable data of a public entry;
/// `journal-reason` without a reason; `journal-unsealed` while the entry waits for the tree; `journal-erased` when it
/// was erased before; `journal-asked` when somebody has asked already; as the policy says.
pub async fn journal_erase_ask(
    app: &App,
    ctx: &Ctx,
    entry: EntryId,
    field: String,
    reason: String,
) -> Outcome<ErasureAsked> {
    let input = (app.clone(), entry, field, reason);
    app.in_txn(ctx, "journal_erase_ask", input, |tx, (app, entry, field, reason)| {
        Box::pin(async move {
            let found = stored::by_id(tx, *entry).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "journal_erase_ask", &resource(&found))?;
            ask(tx, &found, field, reason).await
        })
    })
    .await
}

async fn ask(tx: &Txn, found: &stored::Stored, field: &str, reason: &str) -> Outcome<ErasureAsked> {
    erasable(tx, found, field).await?;
    let reason = words(reason, true)?;
    if erasure::waiting(tx, Some(found.entry)).await?.iter().any(|asked| asked.field == field) {
        return Err(asked_before().into());
    }
    let (id, ctx) = (crate::random::id(), tx.ctx());
    let asked = Erasure {
        id: id.clone(),
        entry: found.entry,
        field: field.to_owned(),
        reason: reason.clone(),
        asked_by: ctx.actor.id().to_owned(),
        asked_name: ctx.actor.name.clone(),
        asked_ms: ctx.now.ms(),
    };
    erasure::insert(tx, &asked).await?;
    let data = serde_json::json!({ "request": id, "of": found.entry, "field": field, "reason": reason });
    let entry = tx.journal(Entry::new(ASKED, "journal", &found.entry.to_string()).data(data)).await?;
    Ok(ErasureAsked { id, entry })
}

/// Decides a request; returns the number of the entry that records it.
///
/// The leaf stays what it was, because it holds the field's commitment; without value and salt that tells nothing.
///
/// # Errors
/// Not found; `four-eyes` for whoever asked or acted in the entry; `journal-decided` when it was decided before;
/// `journal-erased`; `journal-reason` for a refusal without a remark; as the policy says.
pub async fn journal_erase_decide(
    app: &App,
    ctx: &Ctx,
    request: String,
    decision: Decision,
    remark: String,
) -> Outcome<EntryId> {
    let grant = decision == Decision::Grant;
    let input = (app.clone(), request, grant, remark);
    app.in_txn(ctx, "journal_erase_decide", input, |tx, (app, request, grant, remark)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "journal_erase_decide", &Resource::house())?;
            let (asked, decided) = erasure::one(tx, request).await?.ok_or_else(Refusal::not_found)?;
            if decided {
                return Err(decided_before().into());
            }
            decide(tx, &asked, *grant, remark).await
        })
    })
    .await
}

async fn decide(tx: &Txn, asked: &Erasure, grant: bool, remark: &str) -> Outcome<EntryId> {
    let found = stored::by_id(tx, asked.entry).await?.ok_or_else(Refusal::not_found)?;
    let me = tx.ctx().actor.id();
    if me == asked.asked_by || me == found.actor() {
        return Err(four_eyes().into());
    }
    let remark = words(remark, !grant)?;
    erasure::decide(tx, &asked.id, me, grant, &remark).await?;
    if grant {
        return erase(tx, &found, asked, &remark).await;
    }
    let data = serde_json::json!({ "request": asked.id, "of": asked.entry, "field": asked.field, "remark": remark });
    tx.journal(Entry::new(REFUSED, "journal", &asked.entry.to_string()).data(data)).await
}

async fn erase(tx: &Txn, found: &stored::Stored, asked: &Erasure, remark: &str) -> Outcome<EntryId> {
    let (place, column) = erasable(tx, found, &asked.field).await?;
    let (commitment, salts) = found.without(place)?;
    let data = serde_json::json!({
        "entry": asked.entry, "field": asked.field, "reason": asked.reason, "request": asked.id, "remark": remark,
    });
    let by = tx.journal(Entry::new(ERASED, "journal", &asked.entry.to_string()).data(data)).await?;
    stored::erase(tx, asked.entry, column, commitment, salts, by).await?;
    Ok(by)
}

/// The place and column of a field that can be erased now.
async fn erasable(conn: &Conn, found: &stored::Stored, field: &str) -> Outcome<(usize, &'static str)> {
    let place = PERSONAL.iter().position(|name| *name == field).filter(|_| found.may_lose(field));
    let Some(place) = place else { return Err(field_refused().into()) };
    if found.leaf_index.is_none() {
        return Err(unsealed().into());
    }
    if !stored::erased(conn, Some(found.entry)).await?.keys().all(|(_, name)| name != field) {
        return Err(twice().into());
    }
    Ok((place, PERSONAL[place]))
}

fn words(text: &str, needed: bool) -> Result<String, Refusal> {
    let text = text.trim();
    if (needed && text.is_empty()) || text.chars().count() > REASON_CHARS_MAX {
        return Err(reason_refused());
    }
    Ok(text.to_owned())
}

/// The requests that wait for a decision.
///
/// # Errors
/// As the policy says.
pub async fn journal_erase_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Erasure>> {
    app.policies().require(ctx, "journal_erase_list", &Resource::house())?;
    erasure::waiting(&app.db().read(), None).await
}

impl stored::Stored {
    /// The commitment to a field, and the salts without that field's.
    fn without(&self, place: usize) -> Outcome<(Digest, Vec<u8>)> {
        let commitment = self.commitment(place)?;
        let mut salts = self.salts().to_vec();
        salts[(place + 1) * SALT_BYTES..(place + 2) * SALT_BYTES].fill(0);
        Ok((commitment, salts))
    }
}

fn field_refused() -> Refusal {
    Refusal::invalid(
        "journal-field",
        "可删除的是办理人标识、姓名，以及受保护条目的内容；公开条目的内容已公开，不能删除。",
        "What can be erased is the account, the name, and the content of a protected entry; the content of a public entry is public already.",
    )
    .at("field")
}

fn reason_refused() -> Refusal {
    Refusal::invalid(
        "journal-reason",
        format!("请写明依据，不超过 {REASON_CHARS_MAX} 字；不要写入要删除的内容本身。"),
        format!("State the ground in at most {REASON_CHARS_MAX} characters; do not repeat what is to be erased."),
    )
    .at("reason")
}

fn unsealed() -> Refusal {
    Refusal::conflict(
        "journal-unsealed",
        "该条目还未写入哈希树，请几秒后再试。",
        "This entry is not in the tree yet; try again in some seconds.",
    )
}

fn twice() -> Refusal {
    Refusal::conflict(
        "journal-erased",
        "该内容此前已删除，无需再次操作。",
        "This was erased before; nothing is left to do.",
    )
}

fn asked_before() -> Refusal {
    Refusal::conflict(
        "journal-asked",
        "该项删除已有人申请，正等待另一位管理员决定。",
        "Somebody has asked for this already; it waits for another administrator's decision.",
    )
}

fn decided_before() -> Refusal {
    Refusal::conflict(
        "journal-decided",
        "该申请已经决定，请刷新列表。",
        "This request is decided already; refresh the list.",
    )
}

fn four_eyes() -> Refusal {
    Refusal::new(
        RefusalKind::Forbidden,
        "four-eyes",
        "申请人与条目的办理人本人不能决定这项申请，须由另一位管理员决定。",
        "Neither whoever asked nor the person who acted in the entry decides this request; another administrator must.",
    )
}
