//! From scores to the shortlist: closing the review, the office's list, interviews, fees.

use super::reviewer::{aside, load_review, office_owner, pays, reviewing, sitting};
use super::task::under_review;
use super::{Move, by, stepped};
use crate::rules::DEMO_PREFIX;
use crate::rules::answer::AnswerState;
use crate::rules::call::{Call, CallState, Step};
use crate::rules::reviewer::{Sitting, Task, TaskState, going};
use crate::rules::score::{ALONE, Sheet, complete, last, of_phase, staffed};
use crate::rules::shortlist::{self as rules, Aggregate, Given, InterviewDraft, ListDraft, Rank};
use crate::store;
use kernel::{Fen, Refusal};
use ledger::{Account, Ask, Purpose, YearEnd};
use platform::db::{Conn, Txn};
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// The scores that count: the last sheet of everybody who still reviews.
pub(super) fn given(tasks: &[Task], sheets: &[Sheet]) -> Vec<Given> {
    let counting = tasks.iter().filter(|task| task.state == TaskState::Done);
    let of = |task: &Task| {
        let sheet = last(sheets, &task.id)?;
        Some(Given { number: task.number, expert: task.expert.clone(), total: sheet.total })
    };
    counting.filter_map(of).collect()
}

/// The office closes the review: scores stand, and both rankings are kept.
///
/// # Errors
/// Not found, `review-stage`, `review-none`, `review-closed`, `reviewers-few`, `scores-missing`.
pub async fn review_close(app: &App, ctx: &Ctx, call: &str) -> Outcome<Done> {
    app.in_txn(ctx, "review_close", (app.clone(), call.to_owned()), |tx, (app, call)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "review_close", call).await?;
            reviewing(&call, &[CallState::Review], tx.ctx().now)?;
            let sitting = sitting(tx, &call.id).await?;
            going(&sitting)?;
            let tasks = store::reviewer::tasks_of(tx, &call.id, sitting.attempt).await?;
            let sheets = store::score::of_call(tx, &call.id, sitting.attempt).await?;
            let answers = under_review(tx, &call.id).await?;
            let numbers: Vec<i64> = answers.iter().map(|answer| answer.number).collect();
            complete(&tasks, &sheets)?;
            staffed(&call, &numbers, &tasks)?;
            let ranking = rules::rank(&call, sitting.attempt, &answers, &given(&tasks, &sheets))?;
            store::shortlist::save(tx, &ranking.ranks).await?;
            let why = ranking.raw_only.map(|why| (why.zh.into_owned(), why.en.into_owned()));
            let next = Sitting { closed_ms: Some(tx.ctx().now.ms()), raw_only: why.unwrap_or_default(), ..sitting };
            store::reviewer::save_sitting(tx, &next).await?;
            aside(tx, "review.closed", &call, json!({ "attempt": next.attempt })).await
        })
    })
    .await
}

/// The office sets the shortlist. Departing from the ranking takes a reason, which is kept. With it the call goes on, to its
/// interviews or to the owner's choice.
///
/// # Errors
/// Not found, `review-stage`, `review-open` before the review is closed, `shortlist-size`, `shortlist-unknown`,
/// `departure-reason`, `call-step`.
pub async fn shortlist_set(app: &App, ctx: &Ctx, call: &str, draft: ListDraft) -> Outcome<Done> {
    app.in_txn(ctx, "shortlist_set", (app.clone(), call.to_owned(), draft), |tx, (app, call, draft)| {
        Box::pin(async move {
            let old = load_review(app, tx, tx.ctx(), "shortlist_set", call).await?;
            reviewing(&old, &[CallState::Review], tx.ctx().now)?;
            let sitting = closed(tx, &old).await?;
            let ranks = store::shortlist::of_call(tx, &old.id, sitting.attempt).await?;
            if ranks.iter().any(|rank| rank.place.is_some()) {
                // An upheld objection has sent the call back: it is reviewed anew first.
                return Err(set_already().into());
            }
            let (ranks, departure) = rules::propose(&old, &ranks, draft)?;
            store::shortlist::save(tx, &ranks).await?;
            settle(tx, &old, &ranks).await?;
            let departs = !departure.is_empty();
            store::reviewer::save_sitting(tx, &Sitting { departure, ..sitting }).await?;
            aside(tx, "review.shortlisted", &old, json!({ "departs": departs })).await?;
            let step = if old.review.interview { Step::Hear } else { Step::Shortlist };
            let data = json!({ "numbers": draft.numbers });
            Ok(stepped(app, tx, &old, Move { step, reason: "", kind: "call.shortlisted", data }, |call| call).await?.1)
        })
    })
    .await
}

fn set_already() -> Refusal {
    Refusal::conflict(
        "shortlist-set",
        "入围名单已确定。重新评审的，请先开始新一次评审。",
        "The shortlist is set. Where the call is reviewed anew, begin that review first.",
    )
}

async fn closed(conn: &Conn, call: &Call) -> Outcome<Sitting> {
    let sitting = sitting(conn, &call.id).await?;
    if sitting.closed_ms.is_some() {
        return Ok(sitting);
    }
    Err(Refusal::conflict(
        "review-open",
        "请先结束评审，再确定入围名单。",
        "Close the review first; then set the shortlist.",
    )
    .into())
}

/// Every reviewed answer is on the shortlist or is not.
async fn settle(tx: &Txn, call: &Call, ranks: &[Rank]) -> Outcome<()> {
    let mut settled = Vec::new();
    for head in under_review(tx, &call.id).await? {
        // Heads lack what is long; a row is only written whole.
        if let Some(answer) = store::answer::by_id(tx, &call.id, &head.id).await? {
            settled.push(rules::settled(&answer, ranks, by(tx)));
        }
    }
    store::answer::save(tx, &settled).await
}

/// The office sets the interview of a team on the shortlist, or writes down what was said.
///
/// # Errors
/// Not found, `review-stage`, `answer-unknown`, `interview-time`, `needed`.
pub async fn interview_set(app: &App, ctx: &Ctx, call: &str, number: i64, draft: InterviewDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), number, draft);
    app.in_txn(ctx, "interview_set", input, |tx, (app, call, number, draft)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "interview_set", call).await?;
            reviewing(&call, &[CallState::Interview], tx.ctx().now)?;
            let listed = store::answer::heads(tx, &call.id, &[AnswerState::Shortlisted]).await?;
            let answer = listed.iter().find(|answer| answer.number == *number).ok_or_else(|| {
                Refusal::invalid("answer-unknown", "请选择入围的答卷。", "Choose an answer on the shortlist.")
                    .at("number")
            })?;
            let interview = rules::interview(answer, draft, by(tx))?;
            store::shortlist::save_interview(tx, &interview).await?;
            aside(tx, "review.interview_set", &call, json!({ "number": number })).await
        })
    })
    .await
}

/// When and where the team of an answer is heard, for the page of the answer; the notes stay inside. Who may ask is the
/// caller's to decide.
///
/// # Errors
/// When the database fails.
pub async fn interview_told(conn: &Conn, call: &str, answer: &str) -> Outcome<Option<(i64, String)>> {
    let found = store::shortlist::interviews(conn, call).await?;
    Ok(found.into_iter().find(|one| one.answer == answer).map(|one| (one.at_ms, one.place)))
}

/// The teams have been heard: the owner chooses next.
///
/// # Errors
/// Not found, `interviews-missing`, `call-step`.
pub async fn interview_end(app: &App, ctx: &Ctx, call: &str) -> Outcome<Done> {
    app.in_txn(ctx, "interview_end", (app.clone(), call.to_owned()), |tx, (app, call)| {
        Box::pin(async move {
            let old = load_review(app, tx, tx.ctx(), "interview_end", call).await?;
            let listed = store::answer::heads(tx, &old.id, &[AnswerState::Shortlisted]).await?;
            let held = store::shortlist::interviews(tx, &old.id).await?;
            let waits = listed
                .iter()
                .filter(|answer| !held.iter().any(|one| one.answer == answer.id && one.at_ms <= tx.ctx().now.ms()));
            let waits: Vec<String> = waits.map(|answer| answer.number.to_string()).collect();
            if old.state == CallState::Interview && !waits.is_empty() {
                return Err(missing(&waits).into());
            }
            let taken = Move { step: Step::Heard, reason: "", kind: "call.heard", data: json!({}) };
            Ok(stepped(app, tx, &old, taken, |call| call).await?.1)
        })
    })
    .await
}

fn missing(numbers: &[String]) -> Refusal {
    Refusal::conflict(
        "interviews-missing",
        format!("第 {} 号答卷尚未答辩，请先安排并完成答辩。", numbers.join("、")),
        format!("The teams of answers {} have not been heard yet. Set their interviews first.", numbers.join(", ")),
    )
}

/// The office pays the fees: one transfer a review, from the office's account to the fees of the call, from where payment
/// files pay them out. The reference of a transfer is the expert.
///
/// # Errors
/// Not found, `step-up`, `review-open`, `fees-paid`, `fees-none`, `fee-account`, and what the ledger refuses.
pub async fn review_pay(app: &App, ctx: &Ctx, call: &str) -> Outcome<Done> {
    app.in_txn(ctx, "review_pay", (app.clone(), call.to_owned()), |tx, (app, call)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "review_pay", call).await?;
            let sitting = closed(tx, &call).await?;
            if sitting.paid_ms.is_some() {
                return Err(Refusal::conflict("fees-paid", "评审费已支付。", "The fees are paid already.").into());
            }
            let asks = asks(tx, &call, &sitting).await?;
            if asks.is_empty() {
                return Err(
                    Refusal::conflict("fees-none", "没有需要支付的评审费。", "There are no fees to pay.").into()
                );
            }
            pays(tx, &call, &sitting.account).await?;
            ledger::account_open_in(tx, &fees(tx, &call)).await?;
            ledger::transfer(tx, &asks).await?;
            store::reviewer::save_sitting(tx, &Sitting { paid_ms: Some(tx.ctx().now.ms()), ..sitting.clone() }).await?;
            aside(tx, "review.paid", &call, json!({ "reviews": asks.len(), "fee_fen": sitting.fee.get() })).await
        })
    })
    .await
}

/// Whether fees of a closed review wait to be paid.
pub(super) fn fees_wait(sitting: &Sitting) -> bool {
    sitting.fee != Fen::ZERO && sitting.closed_ms.is_some() && sitting.paid_ms.is_none()
}

/// The account that a call's fees wait on until they are paid out.
pub fn fees_account(call: &str) -> String {
    format!("call:{call}:fees")
}

async fn asks(tx: &Txn, call: &Call, sitting: &Sitting) -> Outcome<Vec<Ask>> {
    if sitting.fee == Fen::ZERO {
        return Ok(Vec::new());
    }
    let tasks = store::reviewer::tasks_of(tx, &call.id, sitting.attempt).await?;
    let sheets = store::score::of_call(tx, &call.id, sitting.attempt).await?;
    // Whoever has scored has done the work, also where a conflict came up afterwards.
    let worked = tasks.iter().filter(|task| of_phase(&sheets, &task.id, ALONE).is_some());
    let to = fees_account(&call.id);
    let ask = |task: &Task| {
        let id = format!("review-fee:{}", task.id);
        Ask::plain(id, "call.review_fee", sitting.account.as_str(), to.as_str(), sitting.fee)
            .about(task.expert.as_str())
    };
    Ok(worked.map(ask).collect())
}

fn fees(tx: &Txn, call: &Call) -> Account {
    let mark = if call.demo { DEMO_PREFIX } else { "" };
    Account {
        id: fees_account(&call.id),
        name: format!("{mark}评审费 {}", call.number),
        owner: office_owner(call),
        purpose: Purpose::Fee,
        reference: call.id.clone(),
        currency: ledger::rules::account::CURRENCY.to_owned(),
        city: call.office_city(),
        budget_year: None,
        budget_subject: None,
        floor: Some(Fen::ZERO),
        year_end: YearEnd::Keeps,
        returns_to: None,
        demo: call.demo,
        opened_ms: tx.ctx().now.ms(),
        opened_by: tx.ctx().actor.id().to_owned(),
        closed_ms: None,
    }
}

/// What everybody learns of a review after the award: how many reviewers there were, the mean and the spread of all scores.
/// None before, and none where so few reviewed that it would tell of one.
///
/// # Errors
/// When the database fails.
pub async fn review_aggregate(conn: &Conn, call: &Call) -> Outcome<Option<Aggregate>> {
    let told = [CallState::Notice, CallState::Contracting, CallState::Running, CallState::Finished];
    if !told.contains(&call.state) {
        return Ok(None);
    }
    let Some(sitting) = store::reviewer::sitting_of(conn, &call.id).await?.filter(|s| s.closed_ms.is_some()) else {
        return Ok(None);
    };
    let tasks = store::reviewer::tasks_of(conn, &call.id, sitting.attempt).await?;
    let sheets = store::score::of_call(conn, &call.id, sitting.attempt).await?;
    Ok(rules::aggregate(&given(&tasks, &sheets)))
}
