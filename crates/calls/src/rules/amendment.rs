//! Amendments: a released call changes its words, with notice, and answers begin anew.
//!
//! Every sealed answer is bound to the text and the closing time of its round, so that an amendment begins a new round;
//! what was sealed before is never opened.

use super::By;
use super::call::{Call, CallState};
use kernel::input::{needed, text_fits};
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX};
use kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};

/// From an amendment to the closing time there are at least so many days: everybody has to seal again.
pub const CLOSING_DAYS_MIN: i64 = 5;

/// What may change, as typed; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AmendDraft {
    /// What everybody reads, Chinese.
    pub summary: Option<String>,
    /// English.
    pub summary_en: Option<String>,
    /// What is protected.
    pub details: Option<String>,
    /// The non-disclosure agreement.
    pub nda: Option<String>,
    /// Who may answer.
    pub eligibility: Option<String>,
    /// How intellectual property is shared.
    pub ip: Option<String>,
    /// The new closing time; the old one stands where it is left out.
    pub closes_ms: Option<i64>,
    /// First moment that is too late for a share; as long after closing as before where it is left out.
    pub opens_by_ms: Option<i64>,
    /// What everybody is told.
    pub notice: String,
}

/// One thing that has changed. What is protected says only that it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `summary`, `summary_en`, `details`, `nda`, `eligibility`, `ip` or `closes_ms`.
    pub field: String,
    /// What it was; empty where it is protected.
    pub old: String,
    /// What it is; empty where it is protected.
    pub new: String,
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// The version it made.
    pub version: i64,
    /// What everybody was told.
    pub notice: String,
    /// What has changed.
    pub changes: Vec<Change>,
    /// The round that was given up.
    pub round_old: String,
    /// The round that takes answers since.
    pub round_new: String,
    /// The account that amended.
    pub by: String,
    /// From the demonstration.
    pub demo: bool,
    /// When.
    pub at_ms: i64,
}

/// What comes of an amendment: the call with its new words, still with its old version and round, and what has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amended {
    /// The call.
    pub call: Call,
    /// What has changed.
    pub changes: Vec<Change>,
    /// What everybody is told.
    pub notice: String,
    /// The closing time.
    pub closes_ms: i64,
    /// First moment that is too late for a share.
    pub opens_by_ms: i64,
}

/// Amends an open call; `opens_by_ms` is the opening deadline of its round so far.
///
/// # Errors
/// `amendment-closed`, `amendment-nothing`, `amendment-deadline`, `nda-needed`, `needed`, or a text rule.
pub fn amend(old: &Call, draft: &AmendDraft, opens_by_ms: i64, by: By<'_>) -> Result<Amended, Refusal> {
    let closes_old = old.closes_ms.filter(|_| old.state_at(by.now) == CallState::Open).ok_or_else(closed)?;
    let notice = needed(&draft.notice, ABSTRACT_CHARS_MAX, "notice")?;
    let mut changes = Vec::new();
    let mut text = |field: &'static str,
                    old: &str,
                    new: &Option<String>,
                    max: usize,
                    open: bool,
                    needs: bool|
     -> Result<String, Refusal> {
        let Some(new) = new else { return Ok(old.to_owned()) };
        text_fits(field, new, max)?;
        let new = if needs { needed(new, max, field)? } else { kernel::input::clean_text(new) };
        if new != old {
            let shown = |text: &str| if open { text.to_owned() } else { String::new() };
            changes.push(Change { field: field.to_owned(), old: shown(old), new: shown(&new) });
        }
        Ok(new)
    };
    let mut call = Call {
        summary: text("summary", &old.summary, &draft.summary, ABSTRACT_CHARS_MAX, true, true)?,
        summary_en: text("summary_en", &old.summary_en, &draft.summary_en, ABSTRACT_CHARS_MAX, true, false)?,
        details: text("details", &old.details, &draft.details, DETAIL_CHARS_MAX, false, false)?,
        nda: text("nda", &old.nda, &draft.nda, DETAIL_CHARS_MAX, false, false)?,
        eligibility: text("eligibility", &old.eligibility, &draft.eligibility, ABSTRACT_CHARS_MAX, true, false)?,
        ip: text("ip", &old.ip, &draft.ip, ABSTRACT_CHARS_MAX, true, true)?,
        ..old.clone()
    };
    call.updated_ms = by.now.ms();
    let closes_ms = draft.closes_ms.unwrap_or(closes_old);
    if closes_ms != closes_old {
        let change = Change { field: "closes_ms".into(), old: closes_old.to_string(), new: closes_ms.to_string() };
        changes.push(change);
    }
    if changes.is_empty() {
        return Err(Refusal::invalid(
            "amendment-nothing",
            "没有任何变更。变更会使已提交的密封答卷全部作废，请只在确需变更时办理。",
            "Nothing has changed. An amendment voids every sealed answer, so it is for real changes only.",
        )
        .at("notice"));
    }
    if !call.details.is_empty() && call.nda.is_empty() {
        return Err(Refusal::invalid(
            "nda-needed",
            "填写了保密内容，请同时填写保密协议。",
            "There are protected details: add the non-disclosure agreement.",
        )
        .at("nda"));
    }
    deadline(closes_ms, by.now)?;
    let opens_by_ms = draft.opens_by_ms.unwrap_or_else(|| closes_ms.saturating_add(opens_by_ms - closes_old));
    Ok(Amended { call, changes, notice, closes_ms, opens_by_ms })
}

fn closed() -> Refusal {
    Refusal::conflict(
        "amendment-closed",
        "榜单不在揭榜期内，不能变更。",
        "The call does not take answers now, so it cannot be amended.",
    )
}

fn deadline(closes_ms: i64, now: Instant) -> Result<(), Refusal> {
    if closes_ms >= now.plus_days(CLOSING_DAYS_MIN).ms() {
        return Ok(());
    }
    Err(Refusal::invalid(
        "amendment-deadline",
        format!("变更后已提交的答卷须重新密封，截止时间距现在不得少于 {CLOSING_DAYS_MIN} 天。请推迟截止时间。"),
        format!(
            "Everybody has to seal again, so closing lies at least {CLOSING_DAYS_MIN} days ahead. Choose a later time."
        ),
    )
    .at("closes"))
}
