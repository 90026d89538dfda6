//! Awards (立项): whom the challenge owner chooses within the shortlist and with how much, and how every award is split
//! among sources and milestones to the fen.

use super::answer::{Answer, AnswerState, Stage};
use super::call::{Call, Mode};
use super::pledge::{Need, Pledge, proportionally, split};
use super::{By, REASON_CHARS_MAX};
use kernel::input::needed;
use kernel::{Adcode, Fen, Refusal, codes};
use serde::{Deserialize, Serialize};

codes! {
    /// Where an award stands.
    AwardState {
        /// Chosen, the money is held: on public notice or waiting for its contract.
        Named = "named",
        /// Both have signed; the work goes on.
        Running = "running",
        /// Every milestone is decided.
        Done = "done",
        /// Ended early (止损), with the reason.
        Stopped = "stopped",
        /// It came to nothing before its contract: an objection was upheld, or somebody did not sign.
        Void = "void",
    }
}

impl AwardState {
    /// Whether its money counts: it is held, paid or was returned by its milestones.
    pub fn stands(self) -> bool {
        self != AwardState::Void
    }
}

/// An award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// Opaque id.
    pub id: String,
    /// The call.
    pub call: String,
    /// Its number in the call, from 1, never given twice.
    pub ord: i64,
    /// The answer.
    pub answer: String,
    /// The organisation that leads the team.
    pub organisation: String,
    /// Its city, if known: local money asks for it.
    pub city: Option<Adcode>,
    /// How much.
    pub amount: Fen,
    /// The account that tranches go to.
    pub account: String,
    /// Where it stands.
    pub state: AwardState,
    /// Why it was stopped or is void; may be empty.
    pub reason: String,
    /// The account that chose it.
    pub decided_by: String,
    /// When.
    pub decided_ms: i64,
    /// From the demonstration.
    pub demo: bool,
    /// When it last changed.
    pub updated_ms: i64,
}

/// One choice, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceDraft {
    /// The answer.
    pub answer: String,
    /// How much, in yuan; empty for not chosen.
    pub amount_yuan: String,
}

/// A choice that was laid aside to be checked (遴选意见): nobody but the owner's people reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The call.
    pub call: String,
    /// Raised by every change; what is confirmed is what was shown.
    pub version: i64,
    /// The answers with their amounts, in the order of the answers.
    pub choices: Vec<Choice>,
    /// Why these.
    pub reason: String,
    /// The account that laid it aside.
    pub by: String,
    /// When.
    pub at_ms: i64,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The answer.
    pub answer: String,
    /// How much.
    pub amount: Fen,
}

/// Answers that can be chosen: the shortlist.
pub fn shortlist(answers: &[Answer]) -> Vec<&Answer> {
    answers.iter().filter(|answer| answer.state == AnswerState::Shortlisted).collect()
}

/// Reads a choice within the shortlist.
///
/// # Errors
/// `award-none`, `award-many`, `award-answer`, `award-twice`, `award-amount`, `award-over-asked`, `award-over-budget`,
/// or a text rule for the reason.
pub fn choose(
    call: &Call,
    answers: &[Answer],
    drafts: &[ChoiceDraft],
    reason: &str,
    by: By<'_>,
) -> Result<Selection, Refusal> {
    let listed = shortlist(answers);
    let mut choices: Vec<Choice> = Vec::new();
    for draft in drafts.iter().filter(|draft| !draft.amount_yuan.trim().is_empty()) {
        let answer = listed.iter().find(|answer| answer.id == draft.answer.trim()).ok_or_else(not_listed)?;
        let field = format!("amount_{}", answer.number);
        if choices.iter().any(|choice| choice.answer == answer.id) {
            return Err(twice().at(field));
        }
        let amount = kernel::input::yuan(&draft.amount_yuan, "amount").map_err(|no| no.at(field.clone()))?;
        let amount = amount.filter(|amount| *amount > Fen::ZERO).ok_or_else(|| no_amount().at(field.clone()))?;
        if amount > answer.total {
            return Err(over_asked(answer).at(field));
        }
        choices.push(Choice { answer: answer.id.clone(), amount });
    }
    counted(call, choices.len())?;
    within(call, &choices)?;
    let place = |choice: &Choice| listed.iter().position(|answer| answer.id == choice.answer);
    choices.sort_by_key(place);
    Ok(Selection {
        call: call.id.clone(),
        version: 0,
        choices,
        reason: needed(reason, REASON_CHARS_MAX, "reason")?,
        by: by.account.to_owned(),
        at_ms: by.now.ms(),
    })
}

fn counted(call: &Call, count: usize) -> Result<(), Refusal> {
    let most = if call.mode == Mode::One { 1 } else { usize::try_from(call.winners_max).unwrap_or(1) };
    if count == 0 {
        return Err(Refusal::invalid(
            "award-none",
            "请至少为一份入围答卷填写立项金额；一份都不立项的，请改选“不立项”并说明理由。",
            "Give an amount to at least one answer of the shortlist. To award none, choose “no award” and say why.",
        ));
    }
    if count > most {
        return Err(Refusal::invalid(
            "award-many",
            format!("本榜单最多立项 {most} 项，现在选了 {count} 项。请减少。"),
            format!("This call makes at most {most} awards, and {count} are chosen. Take some away."),
        ));
    }
    Ok(())
}

fn within(call: &Call, choices: &[Choice]) -> Result<(), Refusal> {
    let sum = choices.iter().try_fold(0_i64, |sum, choice| sum.checked_add(choice.amount.get()));
    match sum.and_then(|sum| Fen::new(sum).ok()) {
        Some(sum) if sum <= call.budget => Ok(()),
        sum => {
            let sum = sum.unwrap_or(Fen::MAX);
            let over = sum.minus(call.budget).unwrap_or(Fen::MAX);
            Err(Refusal::invalid(
                "award-over-budget",
                format!("立项金额合计 {sum} 元，超出榜单金额 {} 元，多出 {over} 元。请调低。", call.budget),
                format!("The awards come to {sum} yuan, {over} more than the {} of the call. Lower them.", call.budget),
            ))
        }
    }
}

fn not_listed() -> Refusal {
    Refusal::invalid(
        "award-answer",
        "只能在入围名单中选择。请刷新页面后重新选择。",
        "Only answers of the shortlist can be chosen. Load the page again and choose anew.",
    )
    .at("answer")
}

fn twice() -> Refusal {
    Refusal::invalid("award-twice", "同一份答卷只能立项一次。", "An answer can be awarded once.")
}

fn no_amount() -> Refusal {
    Refusal::invalid("award-amount", "立项金额须大于零。", "An award is more than nothing.")
}

fn over_asked(answer: &Answer) -> Refusal {
    Refusal::invalid(
        "award-over-asked",
        format!("第 {} 号答卷申请 {} 元，立项金额不能更多。", answer.number, answer.total),
        format!("Answer {} asks for {} yuan; an award cannot be more.", answer.number, answer.total),
    )
}

/// What each pledge pays of each choice: one row a choice, one column a pledge.
///
/// # Errors
/// `pledges-short`.
pub fn shares(pledges: &[Pledge], answers: &[Answer], choices: &[Choice]) -> Result<Vec<Vec<Fen>>, Refusal> {
    let city = |choice: &Choice| answers.iter().find(|answer| answer.id == choice.answer).and_then(Answer::city);
    let needs: Vec<Need> = choices.iter().map(|choice| Need { amount: choice.amount, city: city(choice) }).collect();
    split(pledges, &needs)
}

/// The amounts of an award's milestones: those that the answer asked for, scaled to what was awarded, to the fen.
///
/// # Errors
/// `award-stages` for an answer without milestones, or with less money in them than is awarded.
pub fn scaled(amount: Fen, stages: &[Stage]) -> Result<Vec<Fen>, Refusal> {
    let asked: Vec<i64> = stages.iter().map(|stage| stage.amount.get()).collect();
    let parts = proportionally(amount.get(), &asked).filter(|parts| parts.iter().sum::<i64>() == amount.get());
    parts.ok_or_else(no_stages)?.into_iter().map(|part| Fen::new(part).map_err(|_| no_stages())).collect()
}

fn no_stages() -> Refusal {
    Refusal::conflict(
        "award-stages",
        "答卷的里程碑金额不足以分配立项金额。请调低立项金额。",
        "The milestones of the answer do not hold the awarded amount. Lower the award.",
    )
}

/// An award as a table of tranches: one row a milestone, one column a source. Every row comes to its milestone and every
/// column to its source, both to the fen.
///
/// Each milestone in order takes from the sources in proportion to what they still have to give; the last one takes what
/// is left, so that no source ever gives more or less than its share.
///
/// # Errors
/// `award-stages` when milestones and shares do not come to the same sum.
pub fn tranches(milestones: &[Fen], shares: &[Fen]) -> Result<Vec<Vec<Fen>>, Refusal> {
    let sum = |amounts: &[Fen]| amounts.iter().map(|amount| i128::from(amount.get())).sum::<i128>();
    if sum(milestones) != sum(shares) {
        return Err(no_stages());
    }
    let mut left: Vec<i64> = shares.iter().map(|share| share.get()).collect();
    let mut rows = Vec::with_capacity(milestones.len());
    for milestone in milestones {
        let parts = proportionally(milestone.get(), &left).ok_or_else(no_stages)?;
        left.iter_mut().zip(&parts).for_each(|(left, part)| *left -= part);
        let row: Result<Vec<Fen>, Refusal> =
            parts.into_iter().map(|part| Fen::new(part).map_err(|_| no_stages())).collect();
        rows.push(row?);
    }
    Ok(rows)
}

/// The id of the ledger's transfer that holds a tranche. It follows from what it is for, so that a repeat is the same one.
pub fn hold_id(call: &str, award: i64, milestone: i64, source: i64) -> String {
    let call: String = call.chars().take(16).collect();
    format!("call:{call}:{award}:{milestone}:{source}")
}

/// How a hold ends, and what moves its money back: the last letter of the transfer's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Paid, whole or in part.
    Post,
    /// Given back.
    Void,
    /// Clawed back after it was paid.
    Back,
}

/// The id of what ends a hold or moves its money back.
pub fn end_id(hold: &str, ending: Ending) -> String {
    let letter = match ending {
        Ending::Post => "p",
        Ending::Void => "v",
        Ending::Back => "r",
    };
    format!("{hold}:{letter}")
}

/// Money that is missing on the account of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The column of the source.
    pub source: usize,
    /// How much is missing.
    pub missing: Fen,
}

/// Sources whose accounts have less to give than the awards take; `available` in the order of the pledges.
pub fn shortages(shares: &[Vec<Fen>], available: &[i64]) -> Vec<Shortage> {
    let short = |(source, available): (usize, &i64)| {
        let takes: i64 = shares.iter().filter_map(|row| row.get(source)).map(|fen| fen.get()).sum();
        let missing = Fen::new(takes.saturating_sub((*available).max(0))).ok()?;
        (missing > Fen::ZERO).then_some(Shortage { source, missing })
    };
    available.iter().enumerate().filter_map(short).collect()
}

/// An award is ended or comes to nothing.
pub fn ended(old: &Award, state: AwardState, reason: &str, now_ms: i64) -> Award {
    Award { state, reason: reason.to_owned(), updated_ms: now_ms, ..old.clone() }
}
