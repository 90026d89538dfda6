//! Reviewers: the office begins a review and asks experts, they say whether they take part; and what each side sees of it.

mod inside;
mod own;
mod waits;

pub use inside::{AnswerLine, Person, Suggestion, View, WaiverLine, review_view};
pub use own::{Outcome as OwnOutcome, Own, OwnTask, review_own, reviewer_view};
pub(super) use waits::review_items;

use super::{by, load};
use crate::rules::call::{Call, CallState};
use crate::rules::reviewer::{self as rules, POOL_MAX, Reviewer, Sitting, SittingDraft};
use crate::rules::{JOINT, conflict};
use crate::store;
use kernel::{Fen, Instant, Refusal};
use ledger::{Owner, OwnerKind};
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use registry::lookup;
use rooms::actions::Done;
use serde_json::{Value, json};

/// The object kind of a review in the journal. Its entries are never public, and no history of a call shows them.
pub(super) const REVIEW: &str = "call_review";
/// Experts of the registry that are looked at as suggestions.
const SUGGESTIONS_MAX: usize = 500;

/// The review of a call as policies see it.
pub fn review_resource(call: &Call, now: Instant) -> Resource {
    Resource::new("CallReview", &call.id)
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
        .with("state", call.state_at(now).code())
}

/// An expert's place in a pool as policies see it.
pub fn place_resource(reviewer: &Reviewer) -> Resource {
    Resource::new("ReviewerPlace", format!("{}/{}", reviewer.call, reviewer.expert))
        .with("account", reviewer.account.as_str())
}

/// A call for somebody who may do this with its review; for everybody else there is none.
pub(super) async fn load_review(app: &App, conn: &Conn, ctx: &Ctx, action: &str, id: &str) -> Outcome<Call> {
    let call = load(conn, id).await?;
    app.policies().require(ctx, action, &review_resource(&call, ctx.now))?;
    Ok(call)
}

/// An entry about a review. It names no reviewer and holds no score.
pub(super) async fn aside(tx: &Txn, kind: &'static str, call: &Call, data: Value) -> Outcome<Done> {
    let entry = tx.journal(Entry::new(kind, REVIEW, &call.id).demo(call.demo).data(data)).await?;
    Ok(Done::new(tx, &call.id, entry))
}

/// The call must be where reviewing is.
pub(super) fn reviewing(call: &Call, states: &[CallState], now: Instant) -> Result<(), Refusal> {
    if states.contains(&call.state_at(now)) {
        return Ok(());
    }
    Err(Refusal::conflict(
        "review-stage",
        "榜单目前不在可以办理此事的评审阶段，请刷新页面。",
        "The call is not at the stage of review where this can be done. Load the page again.",
    ))
}

/// The review under way; without one there is nothing to do.
pub(super) async fn sitting(conn: &Conn, call: &str) -> Outcome<Sitting> {
    let found = store::reviewer::sitting_of(conn, call).await?;
    Ok(found.ok_or_else(|| {
        Refusal::conflict(
            "review-none",
            "评审尚未开始，请先设定评审安排。",
            "The review has not begun. Set it up first.",
        )
    })?)
}

/// The office of a call as the owner of accounts.
pub(super) fn office_owner(call: &Call) -> Owner {
    call.office_city().map_or_else(Owner::joint_office, Owner::city)
}

/// The office begins the review: until when experts say whether they take part, and what a review is paid.
///
/// # Errors
/// Not found, `review-stage`, `review-begun`, `fee-account`, or the first field that breaks a rule.
pub async fn review_begin(app: &App, ctx: &Ctx, id: &str, draft: SittingDraft) -> Outcome<Done> {
    app.in_txn(ctx, "review_begin", (app.clone(), id.to_owned(), draft), |tx, (app, id, draft)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "review_begin", id).await?;
            reviewing(&call, &[CallState::Checking, CallState::Review], tx.ctx().now)?;
            let old = store::reviewer::sitting_of(tx, id).await?;
            let next = Sitting { demo: call.demo, ..rules::begin(id, old.as_ref(), draft, by(tx))? };
            if next.fee != Fen::ZERO {
                pays(tx, &call, &next.account).await?;
            }
            store::reviewer::begin(tx, &next).await.map_err(|fault| race(fault, begun))?;
            aside(tx, "review.begun", &call, json!({ "attempt": next.attempt, "fee_fen": next.fee.get() })).await
        })
    })
    .await
}

/// The account is the office's own, open, and of the same world.
pub(super) async fn pays(conn: &Conn, call: &Call, account: &str) -> Outcome<()> {
    let wrong = || {
        Refusal::invalid(
            "fee-account",
            "请选择组织评审的部门名下的在用账户。",
            "Choose an open account that belongs to the office of this call.",
        )
        .at("account")
    };
    let (found, _) = ledger::account_by_id(conn, account).await?.ok_or_else(wrong)?;
    let own = match found.owner.kind {
        OwnerKind::City => found.owner.id == call.office,
        OwnerKind::JointOffice => call.office == JOINT,
        _ => false,
    };
    if own && found.closed_ms.is_none() && found.demo == call.demo { Ok(()) } else { Err(wrong().into()) }
}

/// The office asks experts; those who are asked already stay as they are.
///
/// # Errors
/// Not found, `review-none`, `review-closed`, `pool-full`, `expert-unlisted`, `expert-no-account`, `experts-none`.
pub async fn reviewer_invite(app: &App, ctx: &Ctx, id: &str, experts: Vec<String>) -> Outcome<Done> {
    let aliases: Vec<String> = experts.iter().map(|_| platform::random::id()).collect();
    let input = (app.clone(), id.to_owned(), experts, aliases);
    app.in_txn(ctx, "reviewer_invite", input, |tx, (app, id, experts, aliases)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "reviewer_invite", id).await?;
            rules::going(&sitting(tx, id).await?)?;
            if experts.is_empty() {
                return Err(nobody().into());
            }
            let pool = store::reviewer::pool(tx, id).await?;
            if pool.len() + experts.len() > POOL_MAX {
                return Err(full().into());
            }
            let found = lookup::experts(tx, experts).await?;
            let found: Vec<rules::Expert> = found.into_iter().map(super::conflict::expert).collect();
            let mut asked = 0;
            for (expert, alias) in experts.iter().zip(aliases) {
                if pool.iter().any(|reviewer| reviewer.expert == *expert) {
                    continue;
                }
                let expert = found.iter().find(|one| one.id == *expert).ok_or_else(nobody)?;
                let next = rules::ask(id, call.demo, expert, alias.clone(), call.review.load_max, by(tx))?;
                store::reviewer::save(tx, &next).await?;
                asked += 1;
            }
            aside(tx, "review.invited", &call, json!({ "asked": asked })).await
        })
    })
    .await
}

fn nobody() -> Refusal {
    Refusal::invalid("experts-none", "请从列表中选择专家。", "Choose experts from the list.").at("experts")
}

fn full() -> Refusal {
    Refusal::conflict(
        "pool-full",
        format!("一个榜单最多邀请 {POOL_MAX} 位专家。"),
        format!("A call asks at most {POOL_MAX} experts."),
    )
    .at("experts")
}

/// An expert says whether he takes part, and for how many answers.
///
/// # Errors
/// Not found, `review-closed`, `pool-late`, `number-range`; `pool-drawn` for taking back what a draw stands on.
pub async fn reviewer_say(app: &App, ctx: &Ctx, id: &str, willing: bool, load: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), willing, load.to_owned());
    app.in_txn(ctx, "reviewer_say", input, |tx, (app, id, willing, load)| {
        Box::pin(async move {
            let account = tx.ctx().actor.id();
            let old = store::reviewer::of_account(tx, id, account).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "reviewer_say", &place_resource(&old))?;
            let call = super::load(tx, id).await?;
            let sitting = sitting(tx, id).await?;
            let has = store::reviewer::tasks_of(tx, id, sitting.attempt).await?;
            if has.iter().any(|task| task.expert == old.expert) {
                return Err(drawn().into());
            }
            let next = rules::say(&old, &sitting, *willing, load, call.review.load_max, by(tx))?;
            store::reviewer::save(tx, &next).await?;
            aside(tx, "review.said", &call, json!({})).await
        })
    })
    .await
}

fn drawn() -> Refusal {
    Refusal::conflict(
        "pool-drawn",
        "您已被抽中评审，如不能评审请对具体答卷申请回避。",
        "You have been drawn already. If you cannot review an answer, step back from it.",
    )
}

/// The office names a competitor of the challenge owner: whoever works there reviews nothing of this call.
///
/// # Errors
/// Not found, `tie-party`, `uscc-shape`, `rivals-many`.
pub async fn review_rival(app: &App, ctx: &Ctx, id: &str, name: &str, uscc: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), name.to_owned(), uscc.to_owned(), platform::random::id());
    app.in_txn(ctx, "review_rival", input, |tx, (app, id, name, uscc, rival)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "review_rival", id).await?;
            rules::going(&sitting(tx, id).await?)?;
            let party = super::conflict::known(tx, conflict::party(name, uscc)?).await?;
            if store::conflict::rivals(tx, id).await?.len() >= conflict::RIVALS_MAX {
                return Err(Refusal::conflict(
                    "rivals-many",
                    "竞争单位已达上限。",
                    "No more competitors can be named.",
                )
                .into());
            }
            let by = (tx.ctx().actor.id(), tx.ctx().now.ms());
            store::conflict::add_rival(tx, rival, id, &party, by).await?;
            super::conflict::settle(app, tx, &call).await?;
            aside(tx, "review.rival_named", &call, json!({})).await
        })
    })
    .await
}

/// A second row where there may be one: told as a refusal.
pub(super) fn race(fault: Fault, refusal: fn() -> Refusal) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => refusal().into(),
        _ => fault,
    }
}

fn begun() -> Refusal {
    Refusal::conflict("review-begun", "评审已在进行，请刷新页面。", "The review is under way. Load the page again.")
}
