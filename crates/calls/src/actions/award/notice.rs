//! Public notice (公示) and what follows: the house confirms an award when the notice is over and no objection is open, an
//! upheld objection undoes it, and the call goes on when every contract is signed and ends with its last milestone.

use super::{moved, release};
use crate::actions::{Move, load, stepped};
use crate::rules::answer::AnswerState;
use crate::rules::award::{Award, AwardState};
use crate::rules::call::{Call, CallState, Step};
use crate::rules::objection::Verdict;
use crate::store;
use kernel::{Instant, Refusal};
use platform::db::Txn;
use platform::{App, Ctx, Outcome};
use serde_json::json;

/// Whether the days of the notice are over. Open objections are another matter.
pub(crate) fn over(call: &Call, now: Instant) -> bool {
    call.state == CallState::Notice && call.due_ms.is_some_and(|due| now.ms() > due)
}

/// The call as it stands: confirmed, when its notice is over and no objection is open. Whoever comes first writes it down.
pub(crate) async fn settled(app: &App, tx: &Txn, call: Call) -> Outcome<Call> {
    if !over(&call, tx.ctx().now) {
        return Ok(call);
    }
    let objections = store::objection::of_call(tx, &call.id).await?;
    if objections.iter().any(|one| one.state.is_open()) {
        return Ok(call);
    }
    let taken = Move { step: Step::Confirm, reason: "", kind: "call.confirmed", data: json!({}) };
    Ok(stepped(app, tx, &call, taken, |next| next).await?.0)
}

/// The clock's own look: confirms an award whose notice is over. True when it did.
///
/// # Errors
/// Database faults.
pub async fn call_confirm(app: &App, ctx: &Ctx, id: &str) -> Outcome<bool> {
    app.in_txn(ctx, "call_confirm", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let call = load(tx, id).await?;
            if call.state != CallState::Notice {
                return Ok(false);
            }
            Ok(settled(app, tx, call).await?.state != CallState::Notice)
        })
    })
    .await
}

async fn standing(tx: &Txn, call: &str) -> Outcome<Vec<Award>> {
    let mut awards = store::award::of_call(tx, call).await?;
    awards.retain(|award| award.state.stands());
    Ok(awards)
}

/// The house goes on: it starts the work when no contract is open, and finishes the call when nothing is under way.
pub(crate) async fn progressed(app: &App, tx: &Txn, call: Call) -> Outcome<Call> {
    let awards = standing(tx, &call.id).await?;
    let mut call = call;
    if call.state == CallState::Contracting && awards.iter().all(|award| award.state != AwardState::Named) {
        let taken = Move { step: Step::Start, reason: "", kind: "call.started", data: json!({}) };
        call = stepped(app, tx, &call, taken, |next| next).await?.0;
    }
    let ended = |award: &Award| matches!(award.state, AwardState::Done | AwardState::Stopped);
    if call.state == CallState::Running && awards.iter().all(ended) {
        let taken = Move { step: Step::Finish, reason: "", kind: "call.finished", data: json!({}) };
        call = stepped(app, tx, &call, taken, |next| next).await?.0;
    }
    Ok(call)
}

/// An award has come to nothing before its contract: the others go on, or the owner chooses again.
pub(super) async fn after_drop(app: &App, tx: &Txn, call: &Call, dropped: &Award, reason: &str) -> Outcome<()> {
    let left = standing(tx, &call.id).await?;
    let again = left.is_empty();
    moved(tx, &super::answers(tx, &call.id).await?, |answer| match answer.state {
        AnswerState::Awarded if answer.id == dropped.answer => Some(AnswerState::Passed),
        AnswerState::Unawarded if again => Some(AnswerState::Shortlisted),
        _ => None,
    })
    .await?;
    if again {
        let data = json!({ "award": dropped.id });
        let taken = Move { step: Step::Reselect, reason, kind: "call.reselected", data };
        return stepped(app, tx, call, taken, |next| next).await.map(|_| ());
    }
    progressed(app, tx, call.clone()).await.map(|_| ())
}

/// An upheld objection undoes the award in one transaction: every hold is given back, and the call goes where the panel
/// sends it.
pub(crate) async fn undo(app: &App, tx: &Txn, call: &Call, verdict: Verdict, reason: &str) -> Outcome<()> {
    let awards = standing(tx, &call.id).await?;
    release(tx, &awards.iter().collect::<Vec<_>>(), AwardState::Void, reason).await?;
    let (which, kind, back) = match verdict {
        Verdict::Reselect => (Step::Reselect, "call.reselected", AnswerState::Shortlisted),
        Verdict::Rereview => (Step::Rereview, "call.rereviewed", AnswerState::Admitted),
        Verdict::NoAward => (Step::Decline, "call.declined", AnswerState::Unawarded),
        Verdict::Dismiss => {
            return Err(Refusal::conflict("objection-step", "异议不成立，立项不变。", "The award stands.").into());
        }
    };
    moved(tx, &super::answers(tx, &call.id).await?, |answer| match answer.state {
        AnswerState::Awarded | AnswerState::Unawarded => Some(back),
        AnswerState::Shortlisted | AnswerState::Passed if verdict == Verdict::Rereview => Some(back),
        _ => None,
    })
    .await?;
    let told = if which == Step::Decline { reason } else { "" };
    let change = |next: Call| Call { reason: told.to_owned(), ..next };
    let taken = Move { step: which, reason, kind, data: json!({ "reason": reason }) };
    stepped(app, tx, call, taken, change).await.map(|_| ())
}
