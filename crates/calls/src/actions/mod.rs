//! What people may do: one public function each, one transaction each.

pub mod accounts;
pub mod amendment;
pub mod answer;
pub mod award;
pub mod call;
pub mod clock;
pub mod conflict;
pub mod contract;
pub mod desk;
pub mod draw;
pub mod milestone;
pub mod nda;
pub mod objection;
pub mod pledge;
pub mod publication;
pub mod question;
pub mod release;
pub mod reviewer;
pub mod score;
pub mod shortlist;
pub mod task;

use crate::rules::By;
use crate::rules::call::{Call, Step, step};
use crate::store;
use crate::store::trail::Taken;
use kernel::{Instant, Refusal};
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use registry::corridor;
use rooms::actions::{Done, by, cut, from, history, seen};
use serde_json::{Value, json};

/// The object kind of a call in the journal.
pub(crate) const OBJECT: &str = "call";

fn by_ctx(ctx: &Ctx) -> By<'_> {
    By { account: ctx.actor.id(), name: &ctx.actor.name, demo: ctx.actor.demo, now: ctx.now }
}

/// A call as policies see it at a moment.
pub fn call_resource(call: &Call, now: Instant) -> Resource {
    Resource::new("Call", &call.id)
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
        .with("state", call.state_at(now).code())
}

/// One call, whoever asks.
pub(crate) async fn load(conn: &Conn, id: &str) -> Outcome<Call> {
    Ok(store::call::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One call for somebody who may do this with it.
pub(crate) async fn load_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<Call> {
    let call = load(tx, id).await?;
    app.policies().require(tx.ctx(), action, &call_resource(&call, tx.ctx().now))?;
    Ok(call)
}

/// An entry about a call, public once everybody may read it. It never names an owner who stays unnamed.
pub(crate) async fn note(tx: &Txn, kind: &'static str, call: &Call, mut data: Value) -> Outcome<Done> {
    let mut entry = Entry::new(kind, OBJECT, &call.id).demo(call.demo);
    if call.state_at(tx.ctx().now).is_open() {
        data["title"] = json!(call.title);
        data["number"] = json!(call.number);
        entry = entry.public().city(call.office_city());
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &call.id, entry))
}

/// Of two who take a step, or a number, at once, the unique keys tell the second.
fn step_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => Refusal::conflict(
            "call-step",
            "榜单刚刚有变动，本次没有办理。请刷新页面后再办理。",
            "The call has changed a moment ago and nothing was done. Load the page again and look what can be done now.",
        )
        .into(),
        _ => fault,
    }
}

/// A step about to be taken, with the journal entry that tells of it.
pub(crate) struct Move<'a> {
    /// Which step.
    pub step: Step,
    /// Why; may be empty.
    pub reason: &'a str,
    /// The entry's kind.
    pub kind: &'static str,
    /// What the entry says beside the step.
    pub data: Value,
}

/// Takes a step of the table, keeps who took it and why, and writes the entry.
pub(crate) async fn stepped(
    app: &App,
    tx: &Txn,
    old: &Call,
    taken: Move<'_>,
    change: impl FnOnce(Call) -> Call,
) -> Outcome<(Call, Done)> {
    let Move { step: which, reason, kind, mut data } = taken;
    let next = change(step(old, which, &corridor::of(app).calendar, by(tx))?);
    store::call::save(tx, &next).await.map_err(step_race)?;
    let row = Taken {
        ord: store::trail::count(tx, &old.id).await? + 1,
        step: which,
        from: old.state_at(tx.ctx().now),
        to: next.state,
        by: tx.ctx().actor.id().to_owned(),
        reason: reason.to_owned(),
        due_ms: next.due_ms,
        due_provisional: next.due_provisional,
        at_ms: tx.ctx().now.ms(),
    };
    store::trail::add(tx, &old.id, &row).await.map_err(step_race)?;
    data["step"] = json!(which.code());
    let done = note(tx, kind, &next, data).await?;
    Ok((next, done))
}
