//! Pledges as their funders see them: what is asked, from which accounts it can come, and what giving it would come to.

pub use ledger::{Account, Standing};

use super::release::{own_pledges, pledge_resource};
use super::{by_ctx, call_resource, load};
use crate::actions::call::Names;
use crate::rules::JOINT;
use crate::rules::call::{Call, CallState};
use crate::rules::pledge::{self as rules, Cover, FunderKind, Pledge, PledgeDraft, cover};
use crate::store;
use kernel::Refusal;
use ledger::Owner;
use platform::ctx::{Mandate, Role};
use platform::db::Conn;
use platform::{App, Ctx, Outcome};
use registry::lookup;

/// A pledge with what its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The call, as far as a funder may read it: without its protected details.
    pub call: Call,
    /// Where the call stands by the clock.
    pub state: CallState,
    /// The pledge.
    pub pledge: Pledge,
    /// Names of organisations that may be named, by id.
    pub names: Names,
    /// What all pledges come to.
    pub cover: Cover,
    /// The accounts of the funder from which it can come, each with what stands on it; for those who may give it.
    pub accounts: Vec<(Account, Standing)>,
    /// The reader may give or change it now, with a fresh proof.
    pub may_give: bool,
    /// The reader may decline it or take it back now.
    pub may_decline: bool,
    /// The reader may open the page of the call.
    pub may_read_call: bool,
}

/// One pledge of a call.
///
/// # Errors
/// Not found.
pub async fn pledge_view(app: &App, ctx: &Ctx, call: &str, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let pledge = store::pledge::by_id(&conn, id).await?.filter(|p| p.call == call).ok_or_else(Refusal::not_found)?;
    app.policies().require(ctx, "pledge_view", &pledge_resource(&pledge))?;
    let call = load(&conn, call).await?;
    let all = store::pledge::of_call(&conn, &call.id).await?;
    let may_decline = !own_pledges(app, ctx, &call, std::slice::from_ref(&pledge)).is_empty();
    let may_give = may_decline && app.policies().allows(ctx, "pledge_give", &pledge_resource(&pledge));
    let accounts = if may_give { accounts(&conn, &pledge).await? } else { Vec::new() };
    let mut named = vec![pledge.code.clone()];
    named.extend(call.owner_open().map(str::to_owned));
    let mut names = lookup::names(&conn, &named).await?;
    let inside = app.policies().allows(ctx, "call_inside", &call_resource(&call, ctx.now));
    if call.owner_open().is_none() && !inside && !ctx.actor.memberships.iter().any(|m| m.organisation == call.owner) {
        names.remove(&call.owner);
    }
    Ok(View {
        state: call.state_at(ctx.now),
        cover: cover(&all)?,
        may_read_call: app.policies().allows(ctx, "call_view", &call_resource(&call, ctx.now)),
        call: Call { details: String::new(), nda: String::new(), ..call },
        pledge,
        names,
        accounts,
        may_give,
        may_decline,
    })
}

async fn accounts(conn: &Conn, pledge: &Pledge) -> Outcome<Vec<(Account, Standing)>> {
    let owner = match (pledge.kind, pledge.city()) {
        (FunderKind::City, Some(city)) => Owner::city(city),
        (FunderKind::Owner | FunderKind::Organisation, _) => Owner::organisation(&pledge.code),
        _ => Owner::joint_office(),
    };
    ledger::accounts_of(conn, &owner, pledge.demo).await
}

/// What giving a pledge would come to, without giving it: the pledge, and the cover with it.
///
/// # Errors
/// Not found, forbidden, `pledges-fixed`, or the first field that breaks a rule.
pub async fn pledge_check(
    app: &App,
    ctx: &Ctx,
    call: &str,
    id: &str,
    draft: &PledgeDraft,
) -> Outcome<(View, Pledge, Cover)> {
    let view = pledge_view(app, ctx, call, id).await?;
    super::release::still_pledging(&view.call)?;
    if !view.may_give {
        return Err(Refusal::forbidden().into());
    }
    let next = rules::give(&view.pledge, draft, by_ctx(ctx))?;
    if !view.accounts.iter().any(|(account, _)| account.id == next.account) {
        return Err(super::release::not_its_account().into());
    }
    let mut all = store::pledge::of_call(&app.db().read(), call).await?;
    all.retain(|other| other.id != next.id);
    all.push(next.clone());
    let cover = cover(&all)?;
    Ok((view, next, cover))
}

/// Pledges that wait for the actor, with their calls: those of his cities and of organisations for which he may pay; for
/// the joint office its own, and those of provinces and ministries whose letters it records.
pub(super) async fn asked(app: &App, ctx: &Ctx, conn: &Conn) -> Outcome<Vec<(Call, Pledge)>> {
    let mut codes: Vec<String> = Vec::new();
    if ctx.actor.has(Role::CityOfficer) {
        codes.extend(ctx.actor.cities.iter().map(ToString::to_string));
    }
    let pays = ctx.actor.memberships.iter().filter(|membership| membership.mandates.contains(&Mandate::Pay));
    codes.extend(pays.map(|membership| membership.organisation.clone()));
    if ctx.actor.has(Role::JointOffice) {
        codes.push(JOINT.to_owned());
        codes.extend((1..=crate::rules::release::OUTER_MAX).map(|number| format!("x{number}")));
    }
    let mut found = Vec::new();
    for pledge in store::pledge::asked(conn, &codes).await? {
        let call = load(conn, &pledge.call).await?;
        let waits =
            call.state == CallState::Vetted && app.policies().allows(ctx, "pledge_give", &pledge_resource(&pledge));
        if waits {
            found.push((call, pledge));
        }
    }
    Ok(found)
}
