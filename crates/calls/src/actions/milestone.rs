//! Milestones: the lead reports, the office judges, the challenge owner confirms, and only then money moves.

use super::award::{Around, around, at, inside, pay, progressed};
use super::{by, note};
use crate::rules::award::{Award, AwardState};
use crate::rules::call::{Call, CallState};
use crate::rules::milestone::{self as rules, Milestone, OpinionDraft, ReportDraft};
use crate::store;
use kernel::{Fen, Refusal};
use platform::db::Txn;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// A milestone of an award under way, for somebody who may do this with it.
async fn found(app: &App, tx: &Txn, action: &str, award: &str, ord: i64) -> Outcome<(Call, Award, Milestone)> {
    let Around { call, award, .. } = around(app, tx, action, award).await?;
    let milestone = store::milestone::by_ord(tx, &award.id, ord).await?.ok_or_else(Refusal::not_found)?;
    // One award of several may begin while another still waits for its contract.
    let state = if call.state == CallState::Contracting { CallState::Contracting } else { CallState::Running };
    at(&call, state, &award, AwardState::Running)?;
    Ok((call, award, milestone))
}

/// The lead reports a milestone, with evidence.
///
/// # Errors
/// Not found, forbidden, `award-step`, `milestone-step`, `evidence-needed`, or a field that breaks a rule.
pub async fn milestone_report(app: &App, ctx: &Ctx, award: &str, ord: i64, draft: ReportDraft) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), ord, draft);
    app.in_txn(ctx, "milestone_report", input, |tx, (app, award, ord, draft)| {
        Box::pin(async move {
            let (call, award, old) = found(app, tx, "milestone_report", award, *ord).await?;
            let next = rules::report(&old, draft, by(tx))?;
            store::milestone::save(tx, std::slice::from_ref(&next)).await?;
            let data = json!({ "award": award.id, "number": award.ord, "milestone": ord });
            note(tx, "call.milestone_reported", &call, data).await
        })
    })
    .await
}

/// The office judges a report. Nothing is paid before the owner confirms.
///
/// # Errors
/// Not found, forbidden for parties, `award-step`, `milestone-step`, `judgement`, `part-amount`, `due-past`, `needed`.
pub async fn milestone_judge(app: &App, ctx: &Ctx, award: &str, ord: i64, draft: OpinionDraft) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), ord, draft);
    app.in_txn(ctx, "milestone_judge", input, |tx, (app, award, ord, draft)| {
        Box::pin(async move {
            let (_, award, old) = found(app, tx, "milestone_judge", award, *ord).await?;
            let next = rules::judge(&old, draft, by(tx))?;
            store::milestone::save(tx, std::slice::from_ref(&next)).await?;
            let data = json!({ "award": award.id, "number": award.ord, "milestone": ord });
            inside(tx, "call.milestone_judged", &award, data).await
        })
    })
    .await
}

/// The owner sends the office's opinion back, with the reason.
///
/// # Errors
/// Not found, forbidden, `award-step`, `milestone-step`, `needed`.
pub async fn milestone_return(app: &App, ctx: &Ctx, award: &str, ord: i64, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), award.to_owned(), ord, reason.to_owned());
    app.in_txn(ctx, "milestone_return", input, |tx, (app, award, ord, reason)| {
        Box::pin(async move {
            let (_, award, old) = found(app, tx, "milestone_return", award, *ord).await?;
            let (next, reason) = rules::send_back(&old, reason, by(tx))?;
            store::milestone::save(tx, std::slice::from_ref(&next)).await?;
            let data = json!({ "award": award.id, "number": award.ord, "milestone": ord, "reason": reason });
            inside(tx, "call.milestone_returned", &award, data).await
        })
    })
    .await
}

/// The owner confirms: tranches are paid to the fen, what is not paid goes back to its sources, and the call finishes with
/// its last milestone.
///
/// # Errors
/// Not found, forbidden, `step-up`, `award-step`, `milestone-step`, `milestone-same-hand`.
pub async fn milestone_confirm(app: &App, ctx: &Ctx, award: &str, ord: i64) -> Outcome<Done> {
    app.in_txn(ctx, "milestone_confirm", (app.clone(), award.to_owned(), ord), |tx, (app, award, ord)| {
        Box::pin(async move {
            let (call, award, old) = found(app, tx, "milestone_confirm", award, *ord).await?;
            let (next, paid) = rules::confirm(&old, by(tx))?;
            store::milestone::save(tx, std::slice::from_ref(&next)).await?;
            let Some(paid) = paid else {
                let data = json!({ "award": award.id, "number": award.ord, "milestone": ord, "due_ms": next.due_ms });
                return note(tx, "call.milestone_refused", &call, data).await;
            };
            pay(tx, &award, *ord, paid).await?;
            let returned = next.amount.minus(paid).unwrap_or(Fen::ZERO);
            let data = json!({
                "award": award.id, "number": award.ord, "milestone": ord, "paid_fen": paid.get(),
                "returned_fen": returned.get()
            });
            let done = note(tx, "call.milestone_paid", &call, data).await?;
            finish(app, tx, &call, award).await?;
            Ok(done)
        })
    })
    .await
}

/// An award is done with its last milestone, and the call with its last award.
async fn finish(app: &App, tx: &Txn, call: &Call, award: Award) -> Outcome<()> {
    let milestones = store::milestone::of_award(tx, &award.id).await?;
    if !milestones.iter().all(|one| one.state.is_over()) {
        return Ok(());
    }
    let done = Award { state: AwardState::Done, updated_ms: tx.ctx().now.ms(), ..award };
    store::award::save(tx, std::slice::from_ref(&done)).await?;
    note(tx, "call.award_done", call, json!({ "award": done.id, "number": done.ord })).await?;
    progressed(app, tx, call.clone()).await.map(|_| ())
}
