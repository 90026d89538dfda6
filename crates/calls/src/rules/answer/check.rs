//! The formal check (形式审查): the office admits an answer or refuses it with a reason; a refused sender may ask once for
//! another look, by another officer.

use super::{Answer, AnswerState, Fault};
use crate::rules::{By, REASON_CHARS_MAX};
use kernel::input::{line, needed};
use kernel::{Instant, Refusal, WorkCalendar, codes};

/// Working days in which a refused sender may ask for another look.
pub const AGAIN_WORKDAYS: u32 = 3;

codes! {
    /// Why an answer is refused.
    CheckReason {
        /// The shares of its members do not come to 100 per cent.
        Shares = "shares",
        /// Its milestones do not come to its total.
        Stages = "stages",
        /// It asks for more than there is.
        Budget = "budget",
        /// Whoever sent it does not lead the team.
        Lead = "lead",
        /// It is the challenge owner's own, or of somebody bound to the owner.
        Own = "own",
        /// The same organisation stands in it twice, or in several answers where it may not.
        Twice = "twice",
        /// It does not meet the conditions of the call.
        Eligibility = "eligibility",
        /// Documents that the call asks for are missing.
        Papers = "papers",
        /// It is not about the problem of the call.
        Subject = "subject",
        /// Something else, as the words say.
        Other = "other",
    }
}

/// What an officer found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The answer.
    pub answer: String,
    /// The first look or the second.
    pub ord: i64,
    /// Whether it is admitted.
    pub admitted: bool,
    /// Why it is refused; none where it is admitted.
    pub code: Option<CheckReason>,
    /// In words; may be empty where it is admitted.
    pub words: String,
    /// The account of the officer.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// What a sender asked for after a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The answer.
    pub answer: String,
    /// Why.
    pub words: String,
    /// The account that asked.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// An officer's finding, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckDraft {
    /// `admit` or `refuse`.
    pub word: String,
    /// Code of a [`CheckReason`]; only with a refusal.
    pub code: String,
    /// In words; needed with a refusal.
    pub words: String,
}

/// Decides the form of an answer: once, by the first officer who does.
///
/// # Errors
/// `answer-decided`, `check-word`, `check-reason`, `needed`, `answer-shares` where its numbers do not come together,
/// `answer-inadmissible` for another fault that cannot be passed over.
pub fn decide(old: &Answer, draft: &CheckDraft, by: By<'_>) -> Result<(Answer, Look), Refusal> {
    if old.state != AnswerState::Received {
        return Err(decided());
    }
    looked(old, draft, 1, by)
}

/// Decides it once more, after its sender has asked. The other officer is the caller's to make sure of.
///
/// # Errors
/// `answer-again-none` where nobody has asked, `answer-decided`, and as [`decide`].
pub fn decide_again(
    old: &Answer,
    looks: &[Look],
    asked: Option<&Again>,
    draft: &CheckDraft,
    by: By<'_>,
) -> Result<(Answer, Look), Refusal> {
    if asked.is_none() {
        return Err(Refusal::conflict(
            "answer-again-none",
            "该揭榜单位没有申请复核。",
            "The sender has not asked for another look.",
        ));
    }
    if old.state != AnswerState::Refused || looks.len() != 1 {
        return Err(decided());
    }
    looked(old, draft, 2, by)
}

fn decided() -> Refusal {
    Refusal::conflict(
        "answer-decided",
        "该答卷的形式审查已有结论，或不需要审查。请刷新页面查看。",
        "The form of this answer has been decided, or is not to be. Load the page again.",
    )
}

fn looked(old: &Answer, draft: &CheckDraft, ord: i64, by: By<'_>) -> Result<(Answer, Look), Refusal> {
    let look = |admitted, code, words| Look {
        answer: old.id.clone(),
        ord,
        admitted,
        code,
        words,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
    };
    match draft.word.trim() {
        "admit" => {
            admissible(old)?;
            let words = line(&draft.words, REASON_CHARS_MAX, "words")?;
            let next = Answer { state: AnswerState::Admitted, reason: String::new(), ..old.clone() };
            Ok((Answer { updated_ms: by.now.ms(), ..next }, look(true, None, words)))
        }
        "refuse" => {
            let code = CheckReason::parse(draft.code.trim()).ok_or_else(|| {
                Refusal::invalid("check-reason", "请选择不予通过的原因。", "Choose why it is refused.").at("code")
            })?;
            let words = needed(&draft.words, REASON_CHARS_MAX, "words")?;
            let next = Answer { state: AnswerState::Refused, reason: code.code().to_owned(), ..old.clone() };
            Ok((Answer { updated_ms: by.now.ms(), ..next }, look(false, Some(code), words)))
        }
        _ => Err(Refusal::invalid("check-word", "请选择通过或不予通过。", "Choose whether it is admitted.").at("word")),
    }
}

fn admissible(answer: &Answer) -> Result<(), Refusal> {
    match answer.faults.iter().find(|fault| fault.is_hard()) {
        None => Ok(()),
        Some(Fault::Shares) => Err(Refusal::invalid(
            "answer-shares",
            "成员份额合计不是 100%，资金无法据此拨付，不能通过。请以“份额不符”不予通过。",
            "The members' shares do not come to 100 %, so money could not follow them. Refuse it for its shares.",
        )
        .at("word")),
        Some(fault) => Err(Refusal::invalid(
            "answer-inadmissible",
            format!("该答卷有不能通过的问题（{}），请选择相应原因不予通过。", fault_zh(*fault)),
            format!("The answer has a fault that cannot be passed over ({}). Refuse it for that.", fault.code()),
        )
        .at("word")),
    }
}

/// What people call a fault, Chinese.
fn fault_zh(fault: Fault) -> &'static str {
    match fault {
        Fault::Shares => "份额不符",
        Fault::Stages => "里程碑金额不符",
        Fault::Budget => "超出榜单金额",
        Fault::Lead => "牵头单位与提交单位不符",
        Fault::Own => "出题方参与揭榜",
        Fault::Twice => "成员重复",
        Fault::Extra => "含有表单以外的内容",
    }
}

/// The last moment in which the sender may ask for another look, after a refusal.
pub fn again_until(look: &Look, calendar: &WorkCalendar) -> Instant {
    let last = calendar.after(Instant::from_ms(look.at_ms).date(), AGAIN_WORKDAYS).date;
    last.plus_days(1).start().plus_ms(-1)
}

/// A refused sender asks for another look, once.
///
/// # Errors
/// `answer-not-refused`, `answer-again-asked`, `answer-again-late`, `needed`.
pub fn ask_again(
    answer: &Answer,
    looks: &[Look],
    asked: Option<&Again>,
    words: &str,
    calendar: &WorkCalendar,
    by: By<'_>,
) -> Result<Again, Refusal> {
    let first = looks.first().filter(|_| answer.state == AnswerState::Refused).ok_or_else(|| {
        Refusal::conflict(
            "answer-not-refused",
            "该答卷未被拒绝，无需复核。",
            "This answer has not been refused; there is nothing to look at again.",
        )
    })?;
    if asked.is_some() || looks.len() > 1 {
        return Err(Refusal::conflict(
            "answer-again-asked",
            "已申请过复核，每份答卷只能申请一次。",
            "Another look has been asked for; that can be done once.",
        ));
    }
    if by.now > again_until(first, calendar) {
        return Err(Refusal::conflict(
            "answer-again-late",
            format!("申请复核的期限为 {AGAIN_WORKDAYS} 个工作日，已过。"),
            format!("Another look can be asked for within {AGAIN_WORKDAYS} working days; they are over."),
        ));
    }
    Ok(Again {
        answer: answer.id.clone(),
        words: needed(words, REASON_CHARS_MAX, "words")?,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
    })
}

/// A refused answer, as far as the end of the check asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// When it was refused for the first time.
    pub refused_ms: i64,
    /// Its sender has asked for another look.
    pub asked: bool,
    /// Another officer has looked.
    pub again: bool,
}

/// Whether the check is at its end.
///
/// # Errors
/// `check-open` while an answer is not decided or another look is owed, `check-again-open` while a refused sender may
/// still ask, `check-none` where no answer is admitted.
pub fn finish(
    received: i64,
    admitted: i64,
    refused: &[Open],
    calendar: &WorkCalendar,
    now: Instant,
) -> Result<(), Refusal> {
    let owed = refused.iter().filter(|one| one.asked && !one.again).count();
    if received > 0 || owed > 0 {
        return Err(Refusal::conflict(
            "check-open",
            format!("还有 {received} 份答卷待审查，{owed} 份待复核。全部有结论后才能结束形式审查。"),
            format!(
                "{received} answers are to be checked and {owed} to be looked at again. The check ends after that."
            ),
        ));
    }
    let until = |one: &Open| {
        let last = calendar.after(Instant::from_ms(one.refused_ms).date(), AGAIN_WORKDAYS).date;
        last.plus_days(1).start().plus_ms(-1)
    };
    let waiting = refused.iter().filter(|one| !one.asked && !one.again).map(until).max();
    if let Some(until) = waiting.filter(|until| now <= *until) {
        return Err(Refusal::conflict(
            "check-again-open",
            format!("不予通过的单位在 {} 前可以申请复核，请在此后结束形式审查。", until.to_minute()),
            format!("Refused senders may ask for another look until {}; end the check after that.", until.to_minute()),
        ));
    }
    if admitted == 0 {
        return Err(Refusal::conflict(
            "check-none",
            "没有通过形式审查的答卷，不能进入评审。请告知出题方，由其决定不立项。",
            "No answer is admitted, so there is nothing to review. The challenge owner may decline the call.",
        ));
    }
    Ok(())
}
