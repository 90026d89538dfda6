//! Following a thing: its own page says what happens to it.

use super::{account, own, tell};
use crate::rules::keeping::{FOLLOWS_MAX, room};
use crate::store::follow::{self, Follow};
use kernel::Refusal;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde_json::json;

/// Kinds of things that can be followed, as the journal calls them, with the first part of their pages' path.
pub const KINDS: [(&str, &str); 6] = [
    ("need", "needs"),
    ("offer", "offers"),
    ("organisation", "organisations"),
    ("workstation", "workstations"),
    ("poc_project", "poc"),
    ("expert", "experts"),
];

/// The kind of the things whose pages lie below `/{noun}/`.
pub fn kind_of(noun: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|(_, path)| *path == noun).map(|(kind, _)| kind)
}

/// What somebody is about to follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followable {
    /// Its title.
    pub title: String,
    /// Where to see it.
    pub href: String,
    /// The follow that there is already.
    pub already: Option<Follow>,
}

async fn seen(app: &App, ctx: &Ctx, kind: &str, id: &str) -> Outcome<super::subject::Subject> {
    Ok(tell::followable(app, ctx, kind, id).await?.ok_or_else(Refusal::not_found)?)
}

/// A thing, asked about before following it.
///
/// # Errors
/// Nobody is signed in; not found, also when he may not see it.
pub async fn follow_view(app: &App, ctx: &Ctx, kind: &str, id: &str) -> Outcome<Followable> {
    app.policies().require(ctx, "follow_create", &Resource::house())?;
    let subject = seen(app, ctx, kind, id).await?;
    let already = follow::of(&app.db().read(), &account(ctx)?, kind, id).await?;
    Ok(Followable { title: subject.title, href: subject.href, already })
}

/// Begins to follow a thing; following it twice changes nothing.
///
/// # Errors
/// Not found, also when he may not see it; `follows-many`.
pub async fn follow_create(app: &App, ctx: &Ctx, kind: &str, id: &str) -> Outcome<Follow> {
    app.policies().require(ctx, "follow_create", &Resource::house())?;
    let account = account(ctx)?;
    let subject = seen(app, ctx, kind, id).await?;
    let new = Follow {
        id: platform::random::id(),
        account,
        object_kind: kind.to_owned(),
        object_id: id.to_owned(),
        title: subject.title,
        title_en: subject.title_en,
        href: subject.href,
        since_ms: ctx.now.ms(),
        demo: subject.demo || ctx.actor.demo,
    };
    app.in_txn(ctx, "follow_create", (app.clone(), new), |tx, (app, new)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "follow_create", &Resource::house())?;
            if let Some(already) = follow::of(tx, &new.account, &new.object_kind, &new.object_id).await? {
                return Ok(already);
            }
            room("follows-many", follow::total(tx, &new.account).await?, FOLLOWS_MAX)?;
            if follow::insert(tx, new).await? {
                let data = json!({ "kind": new.object_kind, "object": new.object_id });
                tx.journal(Entry::new("follow.created", "follow", &new.id).demo(new.demo).data(data)).await?;
            }
            Ok(new.clone())
        })
    })
    .await
}

/// What one follows, newest first.
///
/// # Errors
/// Nobody is signed in.
pub async fn follow_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Follow>> {
    app.policies().require(ctx, "follow_list", &Resource::house())?;
    follow::of_account(&app.db().read(), &account(ctx)?).await
}

/// Ends a follow.
///
/// # Errors
/// Not found, also for everybody else.
pub async fn follow_remove(app: &App, ctx: &Ctx, id: &str) -> Outcome<()> {
    app.in_txn(ctx, "follow_remove", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let found = follow::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "follow_remove", &own("Follow", id, &found.account))?;
            follow::remove(tx, id).await?;
            tx.journal(Entry::new("follow.removed", "follow", id).demo(found.demo)).await.map(|_| ())
        })
    })
    .await
}
