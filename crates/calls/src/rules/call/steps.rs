//! What may happen to a call: one table, from which everything else is asked.

use super::{Call, CallState};
use crate::rules::By;
use kernel::{Refusal, WorkCalendar, codes};

codes! {
    /// A step.
    Step {
        /// The owner hands it to the office (出题).
        Pose = "pose",
        /// The office sends it back, with a reason.
        SendBack = "send_back",
        /// The office vets it (论证通过).
        Vet = "vet",
        /// The joint office puts the joint act before its parties.
        Circulate = "circulate",
        /// The joint act is taken back or has failed.
        TakeBack = "take_back",
        /// It opens: the act is in force and the pledges cover it (发榜).
        Open = "open",
        /// It goes on with changed words; answers begin anew.
        Amend = "amend",
        /// Its time for answers is over.
        Close = "close",
        /// The committee has opened the answers.
        Unseal = "unseal",
        /// The committee did not open them in time; it can be released again.
        Miss = "miss",
        /// Every answer's form is checked, and reviewers can be chosen.
        Check = "check",
        /// The shortlist stands and its teams are to be heard.
        Hear = "hear",
        /// The shortlist stands, nobody is to be heard.
        Shortlist = "shortlist",
        /// The teams have been heard.
        Heard = "heard",
        /// The owner has chosen; the award is on notice (公示).
        Select = "select",
        /// Nobody is awarded.
        Decline = "decline",
        /// The notice is over without an open objection.
        Confirm = "confirm",
        /// An objection is upheld, or no award has come to a contract: the owner chooses again.
        Reselect = "reselect",
        /// An objection is upheld: experts review again.
        Rereview = "rereview",
        /// Every contract is signed and the money is held.
        Start = "start",
        /// Every milestone is accepted or ended.
        Finish = "finish",
        /// Taken back by its owner or the joint office, with a reason.
        Withdraw = "withdraw",
        /// Begins again after withdrawal, a missed opening or no award (重新发榜).
        Rerelease = "rerelease",
    }
}

codes! {
    /// Whose step it is.
    Hand {
        /// The challenge owner.
        Owner = "owner",
        /// The office of the call.
        Office = "office",
        /// The joint office.
        Joint = "joint",
        /// The house, when a clock or another record says so.
        House = "house",
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The step.
    pub step: Step,
    /// From where.
    pub from: &'static [CallState],
    /// To where.
    pub to: CallState,
    /// By whom.
    pub hand: Hand,
    /// Working days that whoever is next has; none where another clock runs or nobody is next.
    pub workdays: Option<u32>,
}

use super::CallState::{
    Checking, Closed, Contracting, Draft, Finished, Interview, NoAward, Notice, Open, Posed, Releasing, Running,
    Selection, Vetted, Withdrawn,
};

const fn rule(step: Step, from: &'static [CallState], to: CallState, hand: Hand, workdays: Option<u32>) -> Rule {
    Rule { step, from, to, hand, workdays }
}

/// The whole table. The days are the house's own until a corridor's rules name others.
pub const STEPS: [Rule; 23] = [
    rule(Step::Pose, &[Draft], Posed, Hand::Owner, Some(10)),
    rule(Step::SendBack, &[Posed], Draft, Hand::Office, None),
    rule(Step::Vet, &[Posed], Vetted, Hand::Office, Some(20)),
    rule(Step::Circulate, &[Vetted], Releasing, Hand::Joint, None),
    rule(Step::TakeBack, &[Releasing], Vetted, Hand::Joint, Some(20)),
    rule(Step::Open, &[Releasing], Open, Hand::Joint, None),
    rule(Step::Amend, &[Open], Open, Hand::Joint, None),
    rule(Step::Close, &[Open], Closed, Hand::House, None),
    rule(Step::Unseal, &[Closed], Checking, Hand::House, Some(5)),
    rule(Step::Miss, &[Open, Closed], Vetted, Hand::House, Some(20)),
    rule(Step::Check, &[Checking], CallState::Review, Hand::Office, Some(20)),
    rule(Step::Hear, &[CallState::Review], Interview, Hand::Office, Some(10)),
    rule(Step::Shortlist, &[CallState::Review], Selection, Hand::Office, Some(10)),
    rule(Step::Heard, &[Interview], Selection, Hand::Office, Some(10)),
    rule(Step::Select, &[Selection], Notice, Hand::Owner, None),
    rule(Step::Decline, &[Checking, CallState::Review, Interview, Selection, Notice], NoAward, Hand::Owner, None),
    rule(Step::Confirm, &[Notice], Contracting, Hand::House, Some(30)),
    rule(Step::Reselect, &[Notice, Contracting], Selection, Hand::Office, Some(10)),
    rule(Step::Rereview, &[Notice], CallState::Review, Hand::Office, Some(20)),
    rule(Step::Start, &[Contracting], Running, Hand::House, None),
    rule(Step::Finish, &[Running], Finished, Hand::House, None),
    rule(
        Step::Withdraw,
        &[Draft, Posed, Vetted, Releasing, Open, Closed, Checking, CallState::Review, Interview, Selection],
        Withdrawn,
        Hand::Owner,
        None,
    ),
    rule(Step::Rerelease, &[Withdrawn, NoAward], Draft, Hand::Owner, None),
];

/// The line of a step.
fn line(step: Step) -> &'static Rule {
    // Every step has its line; the test counts them.
    STEPS.iter().find(|rule| rule.step == step).unwrap_or(&STEPS[0])
}

/// Whether a step may happen to a call as it stands at a moment.
pub fn may_step(call: &Call, step: Step, by: By<'_>) -> bool {
    line(step).from.contains(&call.state_at(by.now))
}

/// Takes a step: the call in its new state, with the clock of whoever is next.
///
/// # Errors
/// `call-step` when the call stands elsewhere.
pub fn step(old: &Call, step: Step, calendar: &WorkCalendar, by: By<'_>) -> Result<Call, Refusal> {
    let rule = line(step);
    let from = old.state_at(by.now);
    if !rule.from.contains(&from) {
        return Err(not_now(step, from));
    }
    let due = rule.workdays.map(|days| calendar.after(by.now.date(), days));
    Ok(Call {
        state: rule.to,
        due_ms: due.map(|due| due.date.plus_days(1).start().plus_ms(-1).ms()),
        due_provisional: due.is_some_and(|due| due.provisional),
        updated_ms: by.now.ms(),
        ..old.clone()
    })
}

/// The call stands where this cannot happen.
pub fn not_now(step: Step, state: CallState) -> Refusal {
    Refusal::conflict(
        "call-step",
        format!("榜单目前处于“{}”阶段，不能{}。请刷新页面，查看现在可以办理的事项。", state_zh(state), step_zh(step)),
        format!(
            "The call is at “{}”, so it cannot {}. Load the page again to see what can be done now.",
            state_en(state),
            step_en(step)
        ),
    )
}

/// What people call a state, Chinese.
pub fn state_zh(state: CallState) -> &'static str {
    match state {
        CallState::Draft => "起草",
        CallState::Posed => "已出题待论证",
        CallState::Vetted => "已论证待发榜",
        CallState::Releasing => "联合发榜征求同意",
        CallState::Open => "揭榜中",
        CallState::Closed => "已截止待开启",
        CallState::Checking => "形式审查",
        CallState::Review => "专家评审",
        CallState::Interview => "答辩",
        CallState::Selection => "遴选立项",
        CallState::Notice => "公示",
        CallState::Contracting => "签约",
        CallState::Running => "实施",
        CallState::Finished => "已结题",
        CallState::Withdrawn => "已撤回",
        CallState::NoAward => "未立项",
    }
}

/// What people call a state, English.
pub fn state_en(state: CallState) -> &'static str {
    match state {
        CallState::Draft => "draft",
        CallState::Posed => "posed, to be vetted",
        CallState::Vetted => "vetted, to be released",
        CallState::Releasing => "joint release, consents asked",
        CallState::Open => "open for answers",
        CallState::Closed => "closed, to be opened",
        CallState::Checking => "formal check",
        CallState::Review => "expert review",
        CallState::Interview => "interviews",
        CallState::Selection => "selection",
        CallState::Notice => "public notice",
        CallState::Contracting => "contracts",
        CallState::Running => "under way",
        CallState::Finished => "finished",
        CallState::Withdrawn => "withdrawn",
        CallState::NoAward => "no award",
    }
}

fn step_zh(step: Step) -> &'static str {
    match step {
        Step::Pose => "出题",
        Step::SendBack => "退回",
        Step::Vet => "通过论证",
        Step::Circulate => "送各方征求同意",
        Step::TakeBack => "收回联合发榜",
        Step::Open => "发榜",
        Step::Amend => "变更",
        Step::Close => "截止",
        Step::Unseal => "开启答卷",
        Step::Miss => "作废本轮",
        Step::Check => "结束形式审查",
        Step::Hear | Step::Shortlist => "确定入围名单",
        Step::Heard => "结束答辩",
        Step::Select => "遴选立项",
        Step::Decline => "决定不立项",
        Step::Confirm => "结束公示",
        Step::Reselect => "重新遴选",
        Step::Rereview => "重新评审",
        Step::Start => "开始实施",
        Step::Finish => "结题",
        Step::Withdraw => "撤回",
        Step::Rerelease => "重新发榜",
    }
}

fn step_en(step: Step) -> &'static str {
    match step {
        Step::Pose => "be posed",
        Step::SendBack => "be sent back",
        Step::Vet => "be vetted",
        Step::Circulate => "be put before the parties",
        Step::TakeBack => "be taken back from the parties",
        Step::Open => "be opened",
        Step::Amend => "be amended",
        Step::Close => "be closed",
        Step::Unseal => "be unsealed",
        Step::Miss => "lose its round",
        Step::Check => "leave the formal check",
        Step::Hear | Step::Shortlist => "get its shortlist",
        Step::Heard => "leave the interviews",
        Step::Select => "be awarded",
        Step::Decline => "be left without an award",
        Step::Confirm => "leave the public notice",
        Step::Reselect => "be awarded anew",
        Step::Rereview => "be reviewed anew",
        Step::Start => "be started",
        Step::Finish => "be finished",
        Step::Withdraw => "be withdrawn",
        Step::Rerelease => "begin again",
    }
}
