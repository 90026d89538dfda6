//! Questions about an open call: asked without a name, public with their answer.

use super::call::{Call, CallState};
use super::{By, REASON_CHARS_MAX};
use kernel::input::needed;
use kernel::limits::ABSTRACT_CHARS_MAX;
use kernel::{Refusal, codes};

/// Questions of one organisation about one call.
pub const ASKED_MAX: i64 = 20;
/// Of them without an answer at the same time.
pub const WAITING_MAX: i64 = 5;
/// Questions about one call.
pub const QUESTIONS_MAX: i64 = 2_000;

codes! {
    /// Where a question stands.
    QuestionState {
        /// It waits for an answer.
        Asked = "asked",
        /// It is answered, and public.
        Answered = "answered",
        /// The office leaves it without an answer, with a reason.
        Dismissed = "dismissed",
    }
}

codes! {
    /// Who answered.
    Voice {
        /// The challenge owner.
        Owner = "owner",
        /// The office of the call.
        Office = "office",
    }
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Its place among the questions of its call, from 1.
    pub number: i64,
    /// The organisation that asks; nobody but itself and the office learns it.
    pub organisation: String,
    /// The account that asks.
    pub by: String,
    /// The question.
    pub text: String,
    /// Where it stands.
    pub state: QuestionState,
    /// The answer, or why there is none; empty before.
    pub reply: String,
    /// Who answered.
    pub voice: Option<Voice>,
    /// The account that answered; empty before.
    pub reply_by: String,
    /// From the demonstration.
    pub demo: bool,
    /// When it was asked.
    pub asked_ms: i64,
    /// When it was answered or dismissed.
    pub replied_ms: Option<i64>,
}

/// What an organisation has asked about a call before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Before {
    /// Questions about the call by anybody.
    pub all: i64,
    /// Its own.
    pub own: i64,
    /// Its own that wait.
    pub waiting: i64,
}

/// Asks.
///
/// # Errors
/// `question-closed`, `question-owner`, `question-waiting`, `question-many`, `needed`, or a text rule.
pub fn ask(
    id: &str,
    call: &Call,
    organisation: &str,
    text: &str,
    before: Before,
    by: By<'_>,
) -> Result<Question, Refusal> {
    if call.state_at(by.now) != CallState::Open {
        return Err(Refusal::conflict(
            "question-closed",
            "榜单已不在揭榜期内，不再接收提问。",
            "The call takes no answers now, and so no questions.",
        ));
    }
    if organisation == call.owner {
        return Err(Refusal::conflict(
            "question-owner",
            "出题方不能就自己的榜单提问；需要补充说明时，请联席会议办公室变更榜单。",
            "The challenge owner does not ask about his own call; the joint office can amend it.",
        ));
    }
    if before.waiting >= WAITING_MAX {
        return Err(Refusal::conflict(
            "question-waiting",
            format!("本单位已有 {WAITING_MAX} 个问题待答复，请等答复后再问。"),
            format!("{WAITING_MAX} questions of your organisation wait for an answer; ask again after that."),
        ));
    }
    if before.own >= ASKED_MAX || before.all >= QUESTIONS_MAX {
        return Err(Refusal::conflict(
            "question-many",
            format!("每个单位就一个榜单最多提 {ASKED_MAX} 个问题，已达上限。"),
            format!("An organisation asks at most {ASKED_MAX} questions about a call; that is reached."),
        ));
    }
    Ok(Question {
        id: id.to_owned(),
        call: call.id.clone(),
        number: before.all + 1,
        organisation: organisation.to_owned(),
        by: by.account.to_owned(),
        text: needed(text, ABSTRACT_CHARS_MAX, "text")?,
        state: QuestionState::Asked,
        reply: String::new(),
        voice: None,
        reply_by: String::new(),
        demo: call.demo,
        asked_ms: by.now.ms(),
        replied_ms: None,
    })
}

fn waits(call: &Call, question: &Question, by: By<'_>) -> Result<(), Refusal> {
    if question.state != QuestionState::Asked {
        return Err(Refusal::conflict(
            "question-over",
            "该问题已有答复，或已决定不予答复。请刷新页面查看。",
            "This question has been answered, or is left without an answer. Load the page again.",
        ));
    }
    if matches!(call.state_at(by.now), CallState::Open | CallState::Closed) {
        return Ok(());
    }
    Err(Refusal::conflict(
        "question-closed",
        "榜单已进入下一阶段，不再答复提问。",
        "The call has moved on; questions are no longer answered.",
    ))
}

/// Answers a question; both become public.
///
/// # Errors
/// `question-over`, `question-closed`, `needed`, or a text rule.
pub fn answer(call: &Call, old: &Question, text: &str, voice: Voice, by: By<'_>) -> Result<Question, Refusal> {
    waits(call, old, by)?;
    Ok(Question {
        state: QuestionState::Answered,
        reply: needed(text, ABSTRACT_CHARS_MAX, "text")?,
        voice: Some(voice),
        reply_by: by.account.to_owned(),
        replied_ms: Some(by.now.ms()),
        ..old.clone()
    })
}

/// Leaves a question without an answer; whoever asked reads why.
///
/// # Errors
/// `question-over`, `question-closed`, `needed`, or a text rule.
pub fn dismiss(call: &Call, old: &Question, reason: &str, by: By<'_>) -> Result<Question, Refusal> {
    waits(call, old, by)?;
    Ok(Question {
        state: QuestionState::Dismissed,
        reply: needed(reason, REASON_CHARS_MAX, "reason")?,
        voice: Some(Voice::Office),
        reply_by: by.account.to_owned(),
        replied_ms: Some(by.now.ms()),
        ..old.clone()
    })
}
