//! What calls put on people's desks, noun by noun.

use super::call::posers;
use super::call_resource;
use crate::rules::JOINT;
use crate::rules::call::{Call, CallState};
use crate::rules::pledge::Pledge;
use crate::store;
use crate::store::call::Hands;
use accords::AccordState;
use futures_util::future::BoxFuture;
use platform::capability::DeskItem;
use platform::db::Conn;
use platform::{App, Ctx, Outcome, Role};

/// How a noun gives what waits for the actor.
type ItemsOf = for<'a> fn(&'a App, &'a Ctx, &'a Conn) -> BoxFuture<'a, Outcome<Vec<DeskItem>>>;

/// The nouns of calls, in the order of a call's life.
const NOUNS: &[ItemsOf] = &[
    |app, ctx, conn| Box::pin(call_items(app, ctx, conn)),
    |app, ctx, conn| Box::pin(pledge_items(app, ctx, conn)),
    |app, ctx, conn| Box::pin(super::answer::desk::items(app, ctx, conn)),
    |app, ctx, conn| Box::pin(super::award::desk::items(app, ctx, conn)),
    |app, ctx, conn| Box::pin(super::reviewer::review_items(app, ctx, conn)),
];

/// What waits for the actor.
///
/// # Errors
/// When the database fails.
pub async fn items(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    if ctx.actor.account.is_none() {
        return Ok(Vec::new());
    }
    let conn = app.db().read();
    let mut items = Vec::new();
    for noun in NOUNS {
        items.extend(noun(app, ctx, &conn).await?);
    }
    Ok(items)
}

/// An item about a call itself.
fn about(call: &Call, kind: &'static str, href: String, due_ms: Option<i64>) -> DeskItem {
    DeskItem { kind, title: call.title.clone(), href, since_ms: call.updated_ms, due_ms, demo: call.demo }
}

/// Drafts to finish, what an office has to vet, what the joint office has to bring together or to open.
async fn call_items(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = drafts(app, ctx, conn).await?;
    if ctx.actor.has(Role::CityOfficer) || ctx.actor.has(Role::JointOffice) {
        items.extend(posed(app, ctx, conn).await?);
    }
    if ctx.actor.has(Role::JointOffice) {
        items.extend(releases(app, ctx, conn).await?);
    }
    Ok(items)
}

async fn drafts(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let owners: Vec<String> = posers(app, ctx).into_iter().map(|(id, _)| id).collect();
    let found = store::call::of_hands(conn, Hands::Owner, &owners, CallState::Draft).await?;
    let item = |call: &Call| {
        let kind = if call.reason.is_empty() { "desk-call-draft" } else { "desk-call-sent-back" };
        about(call, kind, format!("/calls/{}/steps/check", call.id), None)
    };
    Ok(found.iter().map(item).collect())
}

async fn posed(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut offices: Vec<String> = ctx.actor.cities.iter().map(ToString::to_string).collect();
    if ctx.actor.has(Role::JointOffice) {
        offices.push(JOINT.to_owned());
    }
    let found = store::call::of_hands(conn, Hands::Office, &offices, CallState::Posed).await?;
    let mine = found.iter().filter(|call| app.policies().allows(ctx, "call_vet", &call_resource(call, ctx.now)));
    Ok(mine.map(|call| about(call, "desk-call-vet", format!("/calls/{}/vetting", call.id), call.due_ms)).collect())
}

async fn releases(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for call in store::call::in_states(conn, &[CallState::Vetted, CallState::Releasing]).await? {
        if !app.policies().allows(ctx, "call_open", &call_resource(&call, ctx.now)) {
            continue;
        }
        let act = match &call.accord {
            Some(accord) => Some(accords::accord_state_in(conn, accord, ctx.now).await?),
            None => None,
        };
        let release = format!("/calls/{}/release", call.id);
        match (call.state, act) {
            (CallState::Vetted, _) => items.push(about(&call, "desk-call-release", release, call.due_ms)),
            (_, Some(AccordState::InForce)) => {
                items.push(about(&call, "desk-call-open", format!("/calls/{}/opening", call.id), None));
            }
            (_, Some(AccordState::Failed)) => items.push(about(&call, "desk-call-act-failed", release, None)),
            _ => {}
        }
    }
    Ok(items)
}

/// What the actor is asked to pledge.
async fn pledge_items(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<DeskItem>> {
    let asked = super::pledge::asked(app, ctx, conn).await?;
    let item = |(call, pledge): &(Call, Pledge)| DeskItem {
        since_ms: pledge.at_ms,
        ..about(call, "desk-pledge-give", format!("/calls/{}/pledges/{}", call.id, pledge.id), call.due_ms)
    };
    Ok(asked.iter().map(item).collect())
}
