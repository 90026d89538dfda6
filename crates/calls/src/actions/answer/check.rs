//! The formal check: one officer decides each answer, a refused sender may ask for another look by another officer, and
//! the office ends the check when everything is decided.

use super::{CheckDraft, OBJECT, answer_resource, check_resource};
use crate::actions::{Move, by, call_resource, load, load_for, stepped};
use crate::rules::answer::check::{self as rules, Look};
use crate::rules::answer::{Answer, AnswerState};
use crate::rules::call::{Call, CallState, Step};
use crate::store;
use kernel::Refusal;
use platform::db::{DbFault, Txn, classify};
use platform::journal::Entry;
use platform::{App, Ctx, Fault, Outcome};
use registry::corridor;
use rooms::actions::Done;
use serde_json::{Value, json};

/// An entry about an answer: never public, since who was refused is nobody else's business.
async fn note(tx: &Txn, kind: &'static str, answer: &Answer, data: Value) -> Outcome<Done> {
    let entry = tx.journal(Entry::new(kind, OBJECT, &answer.id).demo(answer.demo).data(data)).await?;
    Ok(Done::new(tx, &answer.id, entry))
}

/// An answer of a call in its formal check. Whoever may not read the answer is told of none.
async fn checked(app: &App, tx: &Txn, call: &str, id: &str) -> Outcome<(Call, Answer)> {
    let call = load(tx, call).await?;
    app.policies().require(tx.ctx(), "answer_list", &call_resource(&call, tx.ctx().now))?;
    let answer = store::answer::by_id(tx, &call.id, id).await?.ok_or_else(Refusal::not_found)?;
    if !app.policies().allows(tx.ctx(), "answer_read", &answer_resource(&call, &answer, tx.ctx().now)) {
        return Err(Refusal::not_found().into());
    }
    Ok((call, answer))
}

fn in_check(call: &Call) -> Result<(), Refusal> {
    if call.state == CallState::Checking {
        return Ok(());
    }
    Err(Refusal::conflict("check-over", "该榜单不在形式审查阶段。", "This call is not in its formal check."))
}

/// Two officers at once: the key of looks tells the second.
fn decided_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => Refusal::conflict(
            "answer-decided",
            "该答卷的形式审查已有结论。请刷新页面查看。",
            "The form of this answer has been decided. Load the page again.",
        )
        .into(),
        _ => fault,
    }
}

async fn kept(tx: &Txn, kind: &'static str, next: Answer, look: &Look) -> Outcome<Done> {
    store::answer::check::add(tx, look).await.map_err(decided_race)?;
    store::answer::save(tx, std::slice::from_ref(&next)).await?;
    let code = look.code.map(|code| code.code());
    note(tx, kind, &next, json!({ "call": next.call, "admitted": look.admitted, "code": code })).await
}

/// Decides the form of an answer, for the office.
///
/// # Errors
/// Not found, forbidden for whoever is party to it, `check-over`, `answer-decided`, `check-word`, `check-reason`, `needed`,
/// `answer-shares`, `answer-inadmissible`.
pub async fn answer_check(app: &App, ctx: &Ctx, call: &str, id: &str, draft: CheckDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), id.to_owned(), draft);
    app.in_txn(ctx, "answer_check", input, |tx, (app, call, id, draft)| {
        Box::pin(async move {
            let (call, old) = checked(app, tx, call, id).await?;
            app.policies().require(tx.ctx(), "answer_check", &check_resource(&call, &old, ""))?;
            in_check(&call)?;
            let (next, look) = rules::decide(&old, draft, by(tx))?;
            kept(tx, "answer.checked", next, &look).await
        })
    })
    .await
}

/// A refused sender asks for another look.
///
/// # Errors
/// Not found, forbidden without the mandate to bid, `check-over`, `answer-not-refused`, `answer-again-asked`,
/// `answer-again-late`, `needed`.
pub async fn answer_again(app: &App, ctx: &Ctx, call: &str, id: &str, words: &str) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), id.to_owned(), words.to_owned());
    app.in_txn(ctx, "answer_again", input, |tx, (app, call, id, words)| {
        Box::pin(async move {
            let (call, answer) = checked(app, tx, call, id).await?;
            app.policies().require(tx.ctx(), "answer_again", &answer_resource(&call, &answer, tx.ctx().now))?;
            in_check(&call)?;
            let looks = store::answer::check::of_answer(tx, id).await?;
            let asked = store::answer::check::asked(tx, id).await?;
            let calendar = &corridor::of(app).calendar;
            let again = rules::ask_again(&answer, &looks, asked.as_ref(), words, calendar, by(tx))?;
            store::answer::check::ask(tx, &again).await.map_err(asked_race)?;
            note(tx, "answer.again_asked", &answer, json!({ "call": call.id })).await
        })
    })
    .await
}

fn asked_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => Refusal::conflict(
            "answer-again-asked",
            "已申请过复核，每份答卷只能申请一次。",
            "Another look has been asked for; that can be done once.",
        )
        .into(),
        _ => fault,
    }
}

/// Another officer looks again.
///
/// # Errors
/// Not found, forbidden for whoever decided first or is party to it, `check-over`, `answer-again-none`, `answer-decided`,
/// and as [`answer_check`].
pub async fn answer_recheck(app: &App, ctx: &Ctx, call: &str, id: &str, draft: CheckDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), id.to_owned(), draft);
    app.in_txn(ctx, "answer_recheck", input, |tx, (app, call, id, draft)| {
        Box::pin(async move {
            let (call, old) = checked(app, tx, call, id).await?;
            let looks = store::answer::check::of_answer(tx, id).await?;
            let checker = looks.first().map_or("", |look| look.by.as_str());
            app.policies().require(tx.ctx(), "answer_recheck", &check_resource(&call, &old, checker))?;
            in_check(&call)?;
            let asked = store::answer::check::asked(tx, id).await?;
            let (next, look) = rules::decide_again(&old, &looks, asked.as_ref(), draft, by(tx))?;
            kept(tx, "answer.rechecked", next, &look).await
        })
    })
    .await
}

/// Ends the formal check: the call goes on to its review.
///
/// # Errors
/// Not found, forbidden, `check-open`, `check-again-open`, `check-none`, `call-step`.
pub async fn answer_finish(app: &App, ctx: &Ctx, call: &str) -> Outcome<Done> {
    app.in_txn(ctx, "answer_finish", (app.clone(), call.to_owned()), |tx, (app, call)| {
        Box::pin(async move {
            let old = load_for(app, tx, "answer_finish", call).await?;
            let states = store::answer::states(tx, call).await?;
            let count =
                |wanted: AnswerState| states.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, count)| *count);
            let refused: Vec<rules::Open> =
                store::answer::check::refused(tx, call).await?.into_iter().map(|(_, open)| open).collect();
            let (received, admitted) = (count(AnswerState::Received), count(AnswerState::Admitted));
            rules::finish(received, admitted, &refused, &corridor::of(app).calendar, tx.ctx().now)?;
            let data = json!({
                "admitted": admitted, "refused": refused.len(), "unreadable": count(AnswerState::Unreadable)
            });
            let taken = Move { step: Step::Check, reason: "", kind: "call.checked", data };
            Ok(stepped(app, tx, &old, taken, |call| call).await?.1)
        })
    })
    .await
}
