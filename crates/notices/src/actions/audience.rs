//! From an audience to accounts.

use super::subject::Subject;
use crate::rules::message::Audience;
use crate::store;
use platform::ctx::{Mandate, Role};
use platform::identity::accounts_with_role;
use platform::journal::Recorded;
use platform::{App, Ctx, Outcome};
use registry::actions::membership::member_list;
use registry::rules::listing::Office;
use registry::rules::membership::MemberState;

/// Officers or administrators that one entry is told to at most.
const OFFICERS_MAX: i64 = 200;
/// Followers that one entry is told to at most.
const FOLLOWERS_MAX: i64 = 10_000;

/// An account that is told, and in whose name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receiver {
    pub(super) account: String,
    pub(super) organisation: Option<String>,
}

impl Receiver {
    fn alone(account: String) -> Receiver {
        Receiver { account, organisation: None }
    }
}

fn alone(accounts: Vec<String>) -> Vec<Receiver> {
    accounts.into_iter().map(Receiver::alone).collect()
}

/// The accounts of an audience; `subject` is what the house itself sees.
pub(super) async fn receivers(
    app: &App,
    entry: &Recorded,
    audience: Audience,
    subject: &Subject,
) -> Outcome<Vec<Receiver>> {
    let members = |organisation| members(app, organisation, None);
    match audience {
        Audience::Owner => members(subject.owner.as_deref()).await,
        Audience::Managers => self::members(app, subject.owner.as_deref(), Some(Mandate::Manage)).await,
        Audience::Office => office(app, subject.office).await,
        Audience::Asked => asked(app, subject).await,
        Audience::Asker => members(subject.asker.as_deref()).await,
        Audience::OtherSide if entry.data["voice"] == "asker" => asked(app, subject).await,
        Audience::OtherSide => members(subject.asker.as_deref()).await,
        Audience::Account if entry.object_kind == "account" => Ok(alone(vec![entry.object_id.clone()])),
        Audience::Account => Ok(alone(vec![entry.actor.clone()])),
        Audience::Named => Ok(alone(subject.named.clone().into_iter().collect())),
        Audience::Experts => Ok(alone(subject.experts.clone())),
        Audience::Centre => members(subject.centre.as_deref()).await,
        Audience::Proposer => members(subject.proposer.as_deref()).await,
        Audience::Followers => followers(app, entry, subject).await,
        Audience::Administrators => {
            Ok(alone(accounts_with_role(&app.db().read(), Role::Administrator, None, OFFICERS_MAX).await?))
        }
    }
}

async fn members(app: &App, organisation: Option<&str>, mandate: Option<Mandate>) -> Outcome<Vec<Receiver>> {
    let Some(organisation) = organisation else { return Ok(Vec::new()) };
    let house = Ctx::system(app.clock().now());
    let Some(found) = super::seen(member_list(app, &house, organisation).await)? else { return Ok(Vec::new()) };
    let fits = |mandates: &[String]| mandate.is_none_or(|wanted| mandates.iter().any(|code| code == wanted.code()));
    let active = found.members.into_iter().filter(|m| m.state == MemberState::Active && fits(&m.mandates));
    Ok(active.map(|m| Receiver { account: m.account, organisation: Some(organisation.to_owned()) }).collect())
}

async fn office(app: &App, office: Option<Office>) -> Outcome<Vec<Receiver>> {
    let conn = app.db().read();
    Ok(alone(match office {
        Some(Office::City(city)) => accounts_with_role(&conn, Role::CityOfficer, Some(city), OFFICERS_MAX).await?,
        Some(Office::Joint) => accounts_with_role(&conn, Role::JointOffice, None, OFFICERS_MAX).await?,
        None => Vec::new(),
    }))
}

/// Whom a contact request goes to: the members of the organisation, and the office where it answers for them.
async fn asked(app: &App, subject: &Subject) -> Outcome<Vec<Receiver>> {
    let mut all = members(app, subject.asked.as_deref(), None).await?;
    all.extend(office(app, subject.office).await?);
    Ok(all)
}

/// Whoever follows the thing itself, or the organisation it belongs to.
async fn followers(app: &App, entry: &Recorded, subject: &Subject) -> Outcome<Vec<Receiver>> {
    let conn = app.db().read();
    let mut all = store::follow::followers(&conn, &entry.object_kind, &entry.object_id, FOLLOWERS_MAX).await?;
    if let Some(owner) = subject.owner.as_deref().filter(|_| entry.object_kind != "organisation") {
        all.extend(store::follow::followers(&conn, "organisation", owner, FOLLOWERS_MAX).await?);
    }
    Ok(alone(all))
}
