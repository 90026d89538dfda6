//! Amendments of an open call: its round is given up, a new one takes answers.

use super::release::sealed_round;
use super::{Move, by, call_resource, clock, load, load_for, stepped};
use crate::rules::amendment::{self as rules, AmendDraft, Amendment};
use crate::rules::call::{Call, CallState, Step};
use crate::rules::release::OpenDraft;
use crate::store;
use envelopes::{Owner, Round, RoundState, round_abandon, rounds_of, sent_by};
use kernel::Refusal;
use platform::db::Conn;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// The rounds of a call, the newest first.
pub(crate) async fn rounds(conn: &Conn, call: &Call) -> Outcome<Vec<Round>> {
    rounds_of(conn, &Owner { kind: super::OBJECT.to_owned(), id: call.id.clone() }).await
}

/// Amends an open call. What was sealed before is never opened, and its senders seal again.
///
/// # Errors
/// Not found, not the joint office, `amendment-closed`, `amendment-nothing`, `amendment-deadline`, `needed`, a text rule,
/// and what the new round refuses (`committee-unknown`, `closing-far`, `opening-soon` …).
pub async fn call_amend(app: &App, ctx: &Ctx, id: &str, draft: AmendDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "call_amend", input, |tx, (app, id, draft, fresh)| {
        Box::pin(async move {
            let old = load_for(app, tx, "call_amend", id).await?;
            let round = old.round.clone().unwrap_or_default();
            let present = rounds(tx, &old).await?.into_iter().find(|one| one.id == round);
            let opens_by_ms = present.map_or(0, |present| present.opens_by_ms);
            let amended = rules::amend(&old, draft, opens_by_ms, by(tx))?;
            round_abandon(tx, &round).await?;
            let open = OpenDraft {
                committee: old.committee.clone().unwrap_or_default(),
                closes_ms: amended.closes_ms,
                opens_by_ms: amended.opens_by_ms,
            };
            let new = sealed_round(tx, &amended.call, &open).await?;
            let fields: Vec<&str> = amended.changes.iter().map(|change| change.field.as_str()).collect();
            let data = json!({
                "notice": amended.notice, "changed": fields, "version": old.version + 1, "closes_ms": amended.closes_ms,
                "round_old": round, "round": new
            });
            let taken = Move { step: Step::Amend, reason: &amended.notice, kind: "call.amended", data };
            let words = amended.call.clone();
            let (next, done) = stepped(app, tx, &old, taken, |call| Call {
                summary: words.summary,
                summary_en: words.summary_en,
                details: words.details,
                nda: words.nda,
                eligibility: words.eligibility,
                ip: words.ip,
                version: call.version + 1,
                round: Some(new.clone()),
                closes_ms: Some(amended.closes_ms),
                ..call
            })
            .await?;
            let row = Amendment {
                id: fresh.clone(),
                call: old.id.clone(),
                version: next.version,
                notice: amended.notice.clone(),
                changes: amended.changes.clone(),
                round_old: round,
                round_new: new,
                by: tx.ctx().actor.id().to_owned(),
                demo: old.demo,
                at_ms: tx.ctx().now.ms(),
            };
            store::amendment::add(tx, &row).await?;
            clock::order_close(tx, id, amended.closes_ms).await?;
            clock::order_settle(tx, id, amended.closes_ms).await?;
            Ok(done)
        })
    })
    .await
}

/// Gives up the round of a call that is taken back while it could still be opened; what was sealed stays sealed.
///
/// # Errors
/// `round-shares-given` once the opening has begun.
pub(super) async fn round_over(tx: &platform::db::Txn, call: &Call) -> Outcome<()> {
    let waiting = matches!(call.state_at(tx.ctx().now), CallState::Open | CallState::Closed);
    let Some(round) = call.round.as_ref().filter(|_| waiting) else { return Ok(()) };
    let present = rounds(tx, call).await?.into_iter().find(|one| one.id == *round);
    match present.map(|one| one.state) {
        Some(RoundState::Open | RoundState::Closed) => round_abandon(tx, round).await.map(|_| ()),
        _ => Ok(()),
    }
}

/// The amendments of a call, and whether the reader may amend it.
#[derive(Debug, Clone)]
pub struct Amendments {
    /// The call.
    pub call: Call,
    /// Its amendments, the newest first.
    pub items: Vec<Amendment>,
    /// The reader may amend it now.
    pub may_amend: bool,
    /// An organisation of the reader has sealed an answer that an amendment has voided, and none since.
    pub seal_again: bool,
}

/// The amendments of a call, for everybody who may read it.
///
/// # Errors
/// Not found.
pub async fn amendment_list(app: &App, ctx: &Ctx, id: &str) -> Outcome<Amendments> {
    let conn = app.db().read();
    let call = load(&conn, id).await?;
    let resource = call_resource(&call, ctx.now);
    app.policies().require(ctx, "amendment_list", &resource)?;
    let open = call.state_at(ctx.now) == CallState::Open;
    let items = store::amendment::of_call(&conn, id).await?;
    let seal_again = open && voided(&conn, ctx, &call, &items).await?;
    let may_amend = open && app.policies().allows(ctx, "call_amend", &resource);
    Ok(Amendments { call: Call { details: String::new(), ..call }, items, may_amend, seal_again })
}

/// Whether an organisation of the actor has an envelope in a round that was given up, and none in the present one.
pub(super) async fn voided(conn: &Conn, ctx: &Ctx, call: &Call, amendments: &[Amendment]) -> Outcome<bool> {
    let own: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
    if own.is_empty() || amendments.is_empty() {
        return Ok(false);
    }
    let present = call.round.as_deref().unwrap_or_default();
    let sealed = sent_by(conn, present, &own).await?;
    for amendment in amendments {
        let before = sent_by(conn, &amendment.round_old, &own).await?;
        let lost = |one: &envelopes::Envelope| !sealed.iter().any(|new| new.organisation == one.organisation);
        if before.iter().any(lost) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The call that the form amends, for somebody who may: with its protected texts.
///
/// # Errors
/// Not found, not the joint office, `amendment-closed`.
pub async fn amendment_form(app: &App, ctx: &Ctx, id: &str) -> Outcome<Call> {
    let call = load(&app.db().read(), id).await?;
    app.policies().require(ctx, "call_amend", &call_resource(&call, ctx.now))?;
    if call.state_at(ctx.now) != CallState::Open {
        return Err(Refusal::conflict(
            "amendment-closed",
            "榜单不在揭榜期内，不能变更。",
            "The call does not take answers now, so it cannot be amended.",
        )
        .into());
    }
    Ok(call)
}
