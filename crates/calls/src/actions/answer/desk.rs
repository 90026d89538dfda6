//! What questions, amendments and answers put on people's desks.

use super::super::{amendment, by_ctx, call_resource};
use crate::actions::question::question_resource_of;
use crate::rules::answer::AnswerState;
use crate::rules::answer::check::again_until;
use crate::rules::call::{Call, CallState, Step, may_step};
use crate::store;
use envelopes::sent_by;
use platform::capability::DeskItem;
use platform::ctx::{Mandate, Role};
use platform::db::Conn;
use platform::{App, Ctx, Outcome};
use registry::corridor;

/// Calls that are looked at for one desk.
const LOOKED_AT_MAX: usize = 100;

fn about(call: &Call, kind: &'static str, part: &str, since_ms: i64, due_ms: Option<i64>) -> DeskItem {
    let href = format!("/calls/{}/{part}", call.id);
    DeskItem { kind, title: call.title.clone(), href, since_ms, due_ms, demo: call.demo }
}

/// What waits for the actor.
pub(in crate::actions) async fn items(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    let officer = ctx.actor.has(Role::CityOfficer) || ctx.actor.has(Role::JointOffice);
    if officer || !ctx.actor.memberships.is_empty() {
        items.extend(questions(app, ctx, conn).await?);
    }
    if officer {
        items.extend(checks(app, ctx, conn).await?);
    }
    let bids: Vec<String> = ctx
        .actor
        .memberships
        .iter()
        .filter(|membership| membership.mandates.contains(&Mandate::Bid))
        .map(|membership| membership.organisation.clone())
        .collect();
    if !bids.is_empty() {
        items.extend(refused(app, ctx, conn, &bids).await?);
        items.extend(to_answer(ctx, conn, &bids).await?);
        items.extend(to_seal_again(ctx, conn).await?);
    }
    Ok(items)
}

/// Questions that wait for the owner or the office.
async fn questions(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for (id, since_ms) in store::question::waiting(conn, LOOKED_AT_MAX).await? {
        let Some(call) = store::call::by_id(conn, &id).await? else { continue };
        let open = matches!(call.state_at(ctx.now), CallState::Open | CallState::Closed);
        if open && app.policies().allows(ctx, "question_answer", &question_resource_of(&call)) {
            items.push(about(&call, "desk-question-answer", "questions", since_ms, call.closes_ms));
        }
    }
    Ok(items)
}

/// Answers whose form the actor's office checks.
async fn checks(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for id in store::answer::to_check(conn, LOOKED_AT_MAX).await? {
        let Some(call) = store::call::by_id(conn, &id).await? else { continue };
        if !may_step(&call, Step::Check, by_ctx(ctx))
            || !app.policies().allows(ctx, "answer_finish", &call_resource(&call, ctx.now))
        {
            continue;
        }
        items.push(about(&call, "desk-answer-check", "answers", call.updated_ms, call.due_ms));
        let owed = store::answer::check::refused(conn, &id).await?;
        if owed.iter().any(|(_, open)| open.asked && !open.again) {
            let part = format!("answers?state={}", AnswerState::Refused.code());
            items.push(about(&call, "desk-answer-recheck", &part, call.updated_ms, call.due_ms));
        }
    }
    Ok(items)
}

/// Answers that were refused, while their sender may still ask for another look.
async fn refused(app: &App, ctx: &Ctx, conn: &Conn, bids: &[String]) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    let corridor = corridor::of(app);
    for answer in store::answer::refused_of(conn, bids, LOOKED_AT_MAX).await? {
        let looks = store::answer::check::of_answer(conn, &answer.id).await?;
        let [first] = looks.as_slice() else { continue };
        let until = again_until(first, &corridor.calendar);
        if ctx.now > until || store::answer::check::asked(conn, &answer.id).await?.is_some() {
            continue;
        }
        let Some(call) = store::call::by_id(conn, &answer.call).await? else { continue };
        let part = format!("answers/{}", answer.id);
        items.push(about(&call, "desk-answer-refused", &part, first.at_ms, Some(until.ms())));
    }
    Ok(items)
}

/// Open calls whose agreement the actor's organisations have signed, and that they have not answered.
async fn to_answer(ctx: &Ctx, conn: &Conn, bids: &[String]) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for id in store::nda::open_calls(conn, bids, ctx.now.ms(), LOOKED_AT_MAX).await? {
        let Some(call) = store::call::by_id(conn, &id).await? else { continue };
        let Some(round) = &call.round else { continue };
        if sent_by(conn, round, bids).await?.is_empty() {
            items.push(about(&call, "desk-nda-answer", "answers/new", call.updated_ms, call.closes_ms));
        }
    }
    Ok(items)
}

/// Open calls that were amended after the actor's organisations had sealed an answer.
async fn to_seal_again(ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for id in store::amendment::open_calls(conn, ctx.now.ms(), LOOKED_AT_MAX).await? {
        let Some(call) = store::call::by_id(conn, &id).await? else { continue };
        let amendments = store::amendment::of_call(conn, &id).await?;
        if amendment::voided(conn, ctx, &call, &amendments).await? {
            let since = amendments.first().map_or(call.updated_ms, |last| last.at_ms);
            items.push(about(&call, "desk-amendment-seal", "answers/new", since, call.closes_ms));
        }
    }
    Ok(items)
}
