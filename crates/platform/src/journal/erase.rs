//! Erasure on request: a personal value and its salt go, its commitment stays, and an entry says so.

use super::{ERASED, Entry, EntryId, PERSONAL, stored};
use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{Outcome, Txn};
use crate::policy::Resource;
use kernel::Refusal;
use proof::{Digest, SALT_BYTES};

/// Characters of a reason at most.
pub const REASON_CHARS_MAX: usize = 500;

/// Erases one personal field of a sealed entry; returns the number of the entry that records it.
///
/// The leaf stays what it was, because it holds the field's commitment; without value and salt that tells nothing.
///
/// # Errors
/// Not found; `journal-field` for a field that is none of the personal ones, or the readable data of a public entry;
/// `journal-reason` without a reason; `journal-unsealed` while the entry waits for the tree; `journal-erased` when it
/// was erased before; as the policy says.
pub async fn journal_erase(app: &App, ctx: &Ctx, entry: EntryId, field: String, reason: String) -> Outcome<EntryId> {
    app.in_txn(ctx, "journal_erase", (app.clone(), entry, field, reason), |tx, (app, entry, field, reason)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "journal_erase", &Resource::house())?;
            erase(tx, *entry, field, reason).await
        })
    })
    .await
}

async fn erase(tx: &Txn, entry: EntryId, field: &str, reason: &str) -> Outcome<EntryId> {
    let found = stored::by_id(tx, entry).await?.ok_or_else(Refusal::not_found)?;
    let place = PERSONAL.iter().position(|name| *name == field).filter(|_| found.may_lose(field));
    let (Some(place), Some(column)) = (place, PERSONAL.iter().find(|name| **name == field)) else {
        return Err(field_refused().into());
    };
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(reason_refused().into());
    }
    if found.leaf_index.is_none() {
        return Err(unsealed().into());
    }
    if !stored::erased(tx, Some(entry)).await?.keys().all(|(_, name)| name != field) {
        return Err(twice().into());
    }
    let (commitment, salts) = found.without(place)?;
    let data = serde_json::json!({ "entry": entry, "field": field, "reason": reason });
    let by = tx.journal(Entry::new(ERASED, "journal", &entry.to_string()).data(data)).await?;
    stored::erase(tx, entry, column, commitment, salts, by).await?;
    Ok(by)
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
        format!("请写明删除依据，不超过 {REASON_CHARS_MAX} 字；不要写入要删除的内容本身。"),
        format!("State the ground for the erasure in at most {REASON_CHARS_MAX} characters; do not repeat what is to be erased."),
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
