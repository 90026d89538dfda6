//! An office's yes or no: the clock it answers by, four eyes, and the reasons of a refusal.

use super::organisation::line;
use kernel::{Refusal, RefusalKind};

/// Characters of the office's remark.
pub const REMARK_CHARS_MAX: usize = 1_000;

/// The clock of something an office must answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// End of the last day.
    pub due_ms: i64,
    /// True if a year on the way has no published calendar yet.
    pub provisional: bool,
}

/// The clock of something an office must answer, from `now` on, in working days of the corridor.
pub fn clock(calendar: &kernel::WorkCalendar, now: kernel::Instant, workdays: u32) -> Clock {
    let due = calendar.after(now.date(), workdays);
    Clock { due_ms: due.date.plus_days(1).start().ms() - 1, provisional: due.provisional }
}

/// What an office says, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecisionCommand {
    /// `approve` or `refuse`.
    pub decision: String,
    /// Reason code; needed for a refusal.
    pub reason: String,
    /// What the office adds; may be empty.
    pub remark: String,
}

/// A yes or a no, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<R> {
    /// Why not; none for a yes.
    pub reason: Option<R>,
    /// What is added.
    pub remark: String,
}

/// A no with its reason, as typed by whoever was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct DeclineCommand {
    /// Reason code.
    pub reason: String,
    /// What is added; may be empty.
    pub remark: String,
}

/// Reads why somebody who was asked says no. `parse` knows the reasons; the reason `other` must be explained in the
/// remark.
///
/// # Errors
/// `reason-needed`, `remark-needed`, or a text rule.
pub fn why<R: Copy + PartialEq>(
    command: &DeclineCommand,
    parse: impl FnOnce(&str) -> Option<R>,
    other: R,
) -> Result<Word<R>, Refusal> {
    let remark = line(&command.remark, REMARK_CHARS_MAX, "remark")?;
    let reason = parse(&command.reason).ok_or_else(|| {
        Refusal::invalid(
            "reason-needed",
            "请选择一项理由，对方会看到。",
            "Choose one of the reasons; whoever asked is shown it.",
        )
        .at("reason")
    })?;
    if reason == other && remark.is_empty() {
        return Err(Refusal::invalid(
            "remark-needed",
            "选择“其他”时，请在说明中写清原因。",
            "With “something else”, say in the remark what it is.",
        )
        .at("remark"));
    }
    Ok(Word { reason: Some(reason), remark })
}

/// Whoever asked, or belongs to whoever asked, does not answer.
///
/// # Errors
/// `four-eyes`.
pub fn four_eyes(own: bool) -> Result<(), Refusal> {
    if !own {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalKind::Forbidden,
        "four-eyes",
        "本人提出的申请、本人所属机构的申请，须由本部门另一位工作人员办理。",
        "Nobody decides his own request or one of an organisation he belongs to; another officer must.",
    ))
}

/// It has been answered before.
pub fn decided(code: &'static str) -> Refusal {
    Refusal::conflict(code, "这项申请已经办结。请刷新列表。", "This request is settled already. Refresh the list.")
}

/// Reads a word. `parse` knows the reasons; the reason `data` must be explained in the remark.
///
/// # Errors
/// `decision-unknown`, `reason-needed`, `remark-needed`, or a text rule.
pub fn word<R: Copy + PartialEq>(
    command: &DecisionCommand,
    parse: impl FnOnce(&str) -> Option<R>,
    data: R,
) -> Result<Word<R>, Refusal> {
    let remark = line(&command.remark, REMARK_CHARS_MAX, "remark")?;
    let reason = match command.decision.as_str() {
        "approve" => None,
        "refuse" => Some(parse(&command.reason).ok_or_else(|| {
            Refusal::invalid("reason-needed", "不通过须选择一项理由。", "A refusal needs one of the reasons.")
                .at("reason")
        })?),
        _ => {
            return Err(Refusal::invalid(
                "decision-unknown",
                "请选择“通过”或“不通过”。",
                "Choose “approve” or “refuse”.",
            )
            .at("decision"));
        }
    };
    if reason == Some(data) && remark.is_empty() {
        return Err(Refusal::invalid(
            "remark-needed",
            "请在说明中写清哪一项有误、如何改正。",
            "Say in the remark which item is wrong and how to correct it.",
        )
        .at("remark"));
    }
    Ok(Word { reason, remark })
}
