//! Members: inviting, accepting, changing, removing.

use super::organisation::{entry, load, resource};
use crate::rules::membership::{self as rules, Invitation, Member, MemberCommand, MemberState};
use crate::rules::organisation::Organisation;
use crate::store;
use futures_util::future::BoxFuture;
use kernel::{Refusal, RefusalKind};
use platform::capability::DeskItem;
use platform::db::{Conn, Txn};
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

fn member_resource(member: &Member) -> Resource {
    Resource::new("Member", &member.id)
        .with("organisation", member.organisation.as_str())
        .with("account", member.account.as_str())
}

/// The members of an organisation, as its members see them.
#[derive(Debug, Clone)]
pub struct Members {
    /// The organisation.
    pub organisation: Organisation,
    /// Members and those who have been asked, the oldest first.
    pub members: Vec<Member>,
    /// The reader may invite, change and remove.
    pub may_change: bool,
}

/// Lists the members of an organisation.
///
/// # Errors
/// Not found or forbidden for everybody but its members.
pub async fn member_list(app: &App, ctx: &Ctx, organisation: &str) -> Outcome<Members> {
    let conn = app.db().read();
    let organisation = load(&conn, organisation).await?;
    let target = resource(app, &organisation);
    app.policies().require(ctx, "member_list", &target)?;
    let members = store::membership::of_organisation(&conn, &organisation.id).await?;
    Ok(Members { may_change: app.policies().allows(ctx, "member_change", &target), organisation, members })
}

/// Asks an account, by its login, to become a member.
///
/// # Errors
/// `login-unknown`, `member-demo`, `member-already`, `members-many`, `mandate-unknown`.
pub async fn member_invite(
    app: &App,
    ctx: &Ctx,
    organisation: &str,
    login: &str,
    command: MemberCommand,
) -> Outcome<Done> {
    let input = (app.clone(), organisation.to_owned(), login.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "member_invite", input, |tx, (app, organisation, login, command, id)| {
        Box::pin(async move {
            let organisation = load(tx, organisation).await?;
            app.policies().require(tx.ctx(), "member_invite", &resource(app, &organisation))?;
            let invitee = store::membership::account_by_login(tx, login).await?.ok_or_else(login_unknown)?;
            if invitee.demo != organisation.demo {
                return Err(demo_mixed().into());
            }
            let members = store::membership::of_organisation(tx, &organisation.id).await?;
            let invitation = Invitation {
                organisation: &organisation.id,
                account: &invitee.id,
                name: &invitee.name,
                by: tx.ctx().actor.id(),
                now_ms: tx.ctx().now.ms(),
            };
            let member = rules::invite(id, &members, invitation, command)?;
            store::membership::save(tx, &member).await?;
            note(tx, "organisation.member_invited", &organisation, &member).await
        })
    })
    .await
}

fn login_unknown() -> Refusal {
    Refusal::invalid(
        "login-unknown",
        "没有这个登录名，或该账号已停用。请向对方核对登录名。",
        "There is no such login, or the account is disabled. Check the login with its owner.",
    )
    .at("login")
}

fn demo_mixed() -> Refusal {
    Refusal::new(
        RefusalKind::Forbidden,
        "member-demo",
        "演示账号只能加入“示例”机构，真实账号只能加入真实机构。",
        "Demo accounts join example organisations only, and real accounts real ones.",
    )
    .at("login")
}

/// The entry stays with the organisation and is not public: who works where is nobody else's business.
async fn note(tx: &Txn, kind: &'static str, organisation: &Organisation, member: &Member) -> Outcome<Done> {
    let data = json!({ "account": member.account, "duty": member.duty, "mandates": member.mandates });
    let entry = platform::journal::Entry::new(kind, "membership", &member.id)
        .city(organisation.city)
        .demo(organisation.demo)
        .data(json!({ "organisation": organisation.id, "member": data }));
    let entry = tx.journal(entry).await?;
    Ok(Done::new(tx, &member.id, entry))
}

async fn found(conn: &Conn, id: &str) -> Outcome<Member> {
    Ok(store::membership::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// The invitations that wait for the actor, each with its organisation.
///
/// # Errors
/// Nobody is signed in.
pub async fn invitation_list(app: &App, ctx: &Ctx) -> Outcome<Vec<(Member, Organisation)>> {
    app.policies().require(ctx, "member_own_list", &Resource::house())?;
    let conn = app.db().read();
    let mut list = Vec::new();
    for member in store::membership::invitations(&conn, ctx.actor.id()).await? {
        if let Some(organisation) = store::organisation::by_id(&conn, &member.organisation).await? {
            list.push((member, organisation));
        }
    }
    Ok(list)
}

/// The account says yes to its invitation.
///
/// # Errors
/// Not found for everybody else, `member-active`.
pub async fn member_accept(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "member_accept", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let member = found(tx, id).await?;
            app.policies().require(tx.ctx(), "member_accept", &member_resource(&member))?;
            let next = rules::accept(&member, tx.ctx().actor.id(), tx.ctx().now.ms())?;
            store::membership::save(tx, &next).await?;
            let organisation = load(tx, &next.organisation).await?;
            note(tx, "organisation.member_joined", &organisation, &next).await
        })
    })
    .await
}

/// Changes duty and mandate of a member.
///
/// # Errors
/// Not found, `manager-last`, `mandate-unknown`.
pub async fn member_change(app: &App, ctx: &Ctx, id: &str, command: MemberCommand) -> Outcome<Done> {
    app.in_txn(ctx, "member_change", (app.clone(), id.to_owned(), command), |tx, (app, id, command)| {
        Box::pin(async move {
            let member = found(tx, id).await?;
            let organisation = load(tx, &member.organisation).await?;
            app.policies().require(tx.ctx(), "member_change", &resource(app, &organisation))?;
            let members = store::membership::of_organisation(tx, &organisation.id).await?;
            let next = rules::change(&members, &member, command)?;
            store::membership::save(tx, &next).await?;
            note(tx, "organisation.member_changed", &organisation, &next).await
        })
    })
    .await
}

/// Takes a member out, or an invitation back; a member may leave, an invited account say no.
///
/// # Errors
/// Not found, `manager-last`.
pub async fn member_remove(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "member_remove", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let member = found(tx, id).await?;
            let organisation = load(tx, &member.organisation).await?;
            if member.account == tx.ctx().actor.id() {
                app.policies().require(tx.ctx(), "member_leave", &member_resource(&member))?;
            } else {
                app.policies().require(tx.ctx(), "member_change", &resource(app, &organisation))?;
            }
            let members = store::membership::of_organisation(tx, &organisation.id).await?;
            rules::remove(&members, &member)?;
            store::membership::remove(tx, id).await?;
            let kind = match member.state {
                MemberState::Active => "organisation.member_left",
                MemberState::Invited => "organisation.member_declined",
            };
            note(tx, kind, &organisation, &member).await
        })
    })
    .await
}

/// The organisation of a member, and whether the member is the actor: for the way back to its page. None where the
/// reader may not see its members.
pub async fn organisation_of(app: &App, ctx: &Ctx, member: &str) -> Outcome<Option<(String, bool)>> {
    let conn = app.db().read();
    let Some(member) = store::membership::by_id(&conn, member).await? else { return Ok(None) };
    let organisation = load(&conn, &member.organisation).await?;
    let may = app.policies().allows(ctx, "member_list", &resource(app, &organisation));
    Ok(may.then(|| (organisation.id, member.account == ctx.actor.id())))
}

/// Invitations that wait for the actor.
pub async fn desk(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    if ctx.actor.account.is_none() {
        return Ok(Vec::new());
    }
    let item = |(member, organisation): (Member, Organisation)| DeskItem {
        kind: "desk-invitation",
        title: organisation.name,
        href: "/my/organisation".to_owned(),
        since_ms: member.created_ms,
        due_ms: None,
        demo: organisation.demo,
    };
    Ok(invitation_list(app, ctx).await?.into_iter().map(item).collect())
}

/// Says that the organisation has changed in a way everybody may know.
pub(crate) async fn told(
    tx: &Txn,
    kind: &'static str,
    organisation: &Organisation,
    data: serde_json::Value,
) -> Outcome<i64> {
    store::organisation::touch(tx, &organisation.id, tx.ctx().now.ms()).await?;
    tx.journal(entry(kind, organisation).data(data)).await
}

/// Which organisations an account belongs to, for identity.
pub fn memberships<'a>(conn: &'a Conn, account: &'a str) -> BoxFuture<'a, Outcome<Vec<platform::Membership>>> {
    Box::pin(store::membership::of_account(conn, account))
}
