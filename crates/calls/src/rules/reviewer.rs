//! Reviewers: who is asked, who is willing and for how much, and what each has to review.

use super::conflict::ConflictKind;
use super::{By, whole};
use kernel::{Adcode, Fen, Refusal, codes};

/// Experts that one call may ask.
pub const POOL_MAX: usize = 500;
/// The largest fee for one review: a million fen.
const FEE_MAX: i64 = 1_000_000;
/// Working days that a reviewer has when nothing else is said.
pub const REVIEW_WORKDAYS: u32 = 10;
/// Days to answer for an expert who is asked late.
const SAY_DAYS: i64 = 5;
/// Characters of the code on a reviewer's pages.
const MARK_CHARS: usize = 10;

/// An expert of the registry, as far as a review asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expert {
    /// The id in the registry.
    pub id: String,
    /// The account; none when an office keeps the record.
    pub account: Option<String>,
    /// The name, which only those inside see.
    pub name: String,
    /// Where the expert works.
    pub institution: String,
    /// City.
    pub city: Option<Adcode>,
    /// Fields, Chinese.
    pub fields: String,
    /// Fields, English.
    pub fields_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Listed, and takes work.
    pub willing: bool,
    /// From the demonstration.
    pub demo: bool,
}

codes! {
    /// What an expert has said to being asked.
    PoolState {
        /// Nothing yet.
        Asked = "asked",
        /// Takes answers.
        Willing = "willing",
        /// Takes none.
        Unwilling = "unwilling",
    }
}

/// An expert of a call's pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// The call.
    pub call: String,
    /// The expert, in the registry.
    pub expert: String,
    /// The account the expert signs in with.
    pub account: String,
    /// The expert's name in draw files, and the beginning of what is printed across the pages; only the office can tell
    /// whose it is.
    pub alias: String,
    /// What was said.
    pub state: PoolState,
    /// Answers that the expert takes at most.
    pub load_max: i64,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_ms: i64,
    /// When it was answered.
    pub said_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

impl Reviewer {
    /// What stands across every page this reviewer opens, and on its prints.
    pub fn mark(&self) -> String {
        self.alias.chars().take(MARK_CHARS).collect::<String>().to_uppercase()
    }
}

/// How far the review of a call has come; `attempt` counts on when an upheld objection begins it anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    /// The call.
    pub call: String,
    /// Which review of this call, from 1.
    pub attempt: i64,
    /// Until when experts say whether they take part; end of a day.
    pub due_ms: i64,
    /// What each review is paid.
    pub fee: Fen,
    /// The account it is paid from; empty without a fee.
    pub account: String,
    /// Since when reviewers of one answer see each other's scores without names, and may revise their own.
    pub discussion_ms: Option<i64>,
    /// Since when scores stand.
    pub closed_ms: Option<i64>,
    /// Why the scores could not be adjusted, Chinese and English; empty when they could.
    pub raw_only: (String, String),
    /// Why the shortlist departs from the ranking; empty when it does not.
    pub departure: String,
    /// When the fees were paid.
    pub paid_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// How the office begins a review, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SittingDraft {
    /// The last day for experts to say whether they take part.
    pub due: String,
    /// Yuan for each review; empty for none.
    pub fee: String,
    /// The account it is paid from.
    pub account: String,
}

/// Begins a review, or begins it anew.
///
/// # Errors
/// `date-shape`, `date-past`, `amount-…`, `fee-large`, `fee-account`; `review-begun` while one is under way.
pub fn begin(call: &str, old: Option<&Sitting>, draft: &SittingDraft, by: By<'_>) -> Result<Sitting, Refusal> {
    if old.is_some_and(|old| old.closed_ms.is_none()) {
        return Err(Refusal::conflict(
            "review-begun",
            "评审已在进行，请刷新页面。",
            "The review is under way. Load the page again.",
        ));
    }
    let fee = kernel::input::yuan(&draft.fee, "fee")?.unwrap_or(Fen::ZERO);
    if !(0..=FEE_MAX).contains(&fee.get()) {
        return Err(Refusal::invalid(
            "fee-large",
            "每份评审费须在 0 至 10,000 元之间。",
            "A review's fee is between 0 and 10,000 yuan.",
        )
        .at("fee"));
    }
    let account = draft.account.trim().to_owned();
    if fee != Fen::ZERO && account.is_empty() {
        return Err(Refusal::invalid(
            "fee-account",
            "请选择支付评审费的账户。",
            "Choose the account that pays the fees.",
        )
        .at("account"));
    }
    Ok(Sitting {
        call: call.to_owned(),
        attempt: old.map_or(1, |old| old.attempt + 1),
        due_ms: end_of(&draft.due, by)?,
        fee,
        account,
        discussion_ms: None,
        closed_ms: None,
        raw_only: (String::new(), String::new()),
        departure: String::new(),
        paid_ms: None,
        demo: by.demo,
    })
}

/// The end of a day that is still to come.
pub(crate) fn end_of(text: &str, by: By<'_>) -> Result<i64, Refusal> {
    let end = kernel::input::day(text, "due")?.plus_days(1).start().plus_ms(-1);
    if end <= by.now {
        return Err(Refusal::invalid("date-past", "请填写今天或以后的日期。", "Write today or a later day.").at("due"));
    }
    Ok(end.ms())
}

/// The review must still be going on.
///
/// # Errors
/// `review-closed`.
pub fn going(sitting: &Sitting) -> Result<(), Refusal> {
    if sitting.closed_ms.is_none() {
        return Ok(());
    }
    Err(Refusal::conflict(
        "review-closed",
        "评审已结束，内容不能再变动。",
        "The review is closed; nothing of it changes any more.",
    ))
}

/// Asks an expert.
///
/// # Errors
/// `expert-unlisted`, `expert-no-account`, `expert-world`.
pub fn ask(call: &str, demo: bool, expert: &Expert, alias: String, load: i64, by: By<'_>) -> Result<Reviewer, Refusal> {
    if !expert.willing || expert.demo != demo {
        return Err(Refusal::invalid(
            "expert-unlisted",
            "该专家不在库中或暂不接受工作，请另选。",
            "This expert is not listed or takes no work at present; choose another.",
        )
        .at("experts"));
    }
    let account = expert.account.clone().ok_or_else(|| {
        Refusal::invalid(
            "expert-no-account",
            "该专家没有账户，不能在线评审。请先请其注册。",
            "This expert has no account and cannot review here. Ask for a registration first.",
        )
        .at("experts")
    })?;
    Ok(Reviewer {
        call: call.to_owned(),
        expert: expert.id.clone(),
        account,
        alias,
        state: PoolState::Asked,
        load_max: load,
        asked_by: by.account.to_owned(),
        asked_ms: by.now.ms(),
        said_ms: None,
        demo,
    })
}

/// Until when an expert answers: the review's own day, or some days after being asked later than that.
pub fn say_by(reviewer: &Reviewer, sitting: &Sitting) -> i64 {
    sitting.due_ms.max(reviewer.asked_ms + SAY_DAYS * 86_400_000)
}

/// An expert says whether he takes part, and how many answers he takes.
///
/// # Errors
/// `review-closed`, `pool-late` after the last day, `number-range`.
pub fn say(
    old: &Reviewer,
    sitting: &Sitting,
    willing: bool,
    load: &str,
    most: i64,
    by: By<'_>,
) -> Result<Reviewer, Refusal> {
    going(sitting)?;
    if by.now.ms() > say_by(old, sitting) {
        return Err(Refusal::conflict(
            "pool-late",
            "答复期限已过。如仍愿意参加，请联系组织评审的部门。",
            "The time to answer is over. If you would still take part, tell the office.",
        ));
    }
    let load_max = if willing { whole(load, 1, most, "load")? } else { old.load_max };
    let state = if willing { PoolState::Willing } else { PoolState::Unwilling };
    Ok(Reviewer { state, load_max, said_ms: Some(by.now.ms()), ..old.clone() })
}

codes! {
    /// How a reviewer came to an answer.
    Origin {
        /// By the draw or the assignment.
        Drawn = "drawn",
        /// In the place of somebody who left.
        Replacement = "replacement",
        /// Because the first scores lay too far apart.
        Further = "further",
    }
}

codes! {
    /// Where a reviewer stands with an answer.
    TaskState {
        /// To be scored.
        Assigned = "assigned",
        /// Scored.
        Done = "done",
        /// The reviewer stepped back (回避).
        Recused = "recused",
        /// A conflict came up; scores are kept and do not count.
        Conflicted = "conflicted",
        /// The office replaced the reviewer, who was late.
        Replaced = "replaced",
    }
}

impl TaskState {
    /// Whether the reviewer still counts.
    pub fn counts(self) -> bool {
        matches!(self, TaskState::Assigned | TaskState::Done)
    }
}

/// One answer for one reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Which review of the call.
    pub attempt: i64,
    /// The answer.
    pub answer: String,
    /// Its number.
    pub number: i64,
    /// The expert.
    pub expert: String,
    /// The expert's account.
    pub account: String,
    /// How they came together.
    pub origin: Origin,
    /// Where it stands.
    pub state: TaskState,
    /// Why the reviewer stepped back; none otherwise.
    pub recusal: Option<ConflictKind>,
    /// When it was assigned.
    pub at_ms: i64,
    /// Until when it is to be scored.
    pub due_ms: i64,
    /// When the answer was first opened.
    pub read_ms: Option<i64>,
    /// When the reviewer left it.
    pub ended_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// A reviewer steps back with one tap: only the kind is told.
///
/// # Errors
/// `task-over`, `tie-kind`.
pub fn recuse(task: &Task, kind: &str, by: By<'_>) -> Result<Task, Refusal> {
    still(task)?;
    let kind = ConflictKind::parse(kind.trim()).filter(|kind| ConflictKind::DECLARED.contains(kind));
    let kind = kind.ok_or_else(|| {
        Refusal::invalid(
            "tie-kind",
            "请选择回避的类型，不必说明细节。",
            "Choose the kind of reason; no detail is needed.",
        )
        .at("kind")
    })?;
    Ok(Task { recusal: Some(kind), ..leave(task, TaskState::Recused, by) })
}

/// A reviewer leaves an answer.
pub fn leave(task: &Task, state: TaskState, by: By<'_>) -> Task {
    Task { state, ended_ms: Some(by.now.ms()), ..task.clone() }
}

/// The reviewer must still have the answer.
///
/// # Errors
/// `task-over`.
pub fn still(task: &Task) -> Result<(), Refusal> {
    if task.state.counts() {
        return Ok(());
    }
    Err(Refusal::conflict("task-over", "这份答卷已不由您评审。", "This answer is no longer yours to review."))
}

/// Who belongs to a team, as a reviewer of a blind call reads it: city, share and task without a name.
pub fn masked(position: usize) -> (String, String) {
    let number = position + 1;
    (format!("团队成员 {number}"), format!("Team member {number}"))
}

/// A text in which every given name is blotted out. The authors were told not to name themselves; this is for those who did.
pub fn blotted(text: &str, names: &[&str]) -> String {
    const FEWEST_CHARS: usize = 2;
    let mut names: Vec<&str> = names.iter().copied().filter(|name| name.chars().count() >= FEWEST_CHARS).collect();
    // The longest first: one may be a part of another.
    names.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
    names.iter().fold(text.to_owned(), |text, name| text.replace(name, "█████"))
}
