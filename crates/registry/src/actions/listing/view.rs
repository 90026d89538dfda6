//! One need or offer, as much of it as the reader may see.

use super::list::masked;
use super::{load, resource};
use crate::rules::listing::{Listing, Side, State};
use crate::rules::organisation::Organisation;
use crate::store;
use crate::store::listing::{Decision, Version};
use kernel::Refusal;
use platform::journal::{self, Recorded};
use platform::{App, Ctx, Outcome};

/// Entries of a listing's history that are shown.
const HISTORY_MAX: i64 = 60;

/// What the reader may do with it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Can {
    /// Change its answers.
    pub edit: bool,
    /// Send it to the office.
    pub submit: bool,
    /// Take it back from review.
    pub recall: bool,
    /// Take it back for good.
    pub withdraw: bool,
    /// Prolong its publication.
    pub renew: bool,
    /// Decide about it.
    pub review: bool,
    /// See the unpublished text, the reviews and the versions.
    pub work: bool,
    /// See the protected part.
    pub detail: bool,
    /// Ask its owner.
    pub contact: bool,
}

/// A listing with everything its page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The listing; what the reader may not see is left out.
    pub listing: Listing,
    /// Whose it is.
    pub organisation: Option<Organisation>,
    /// Whether it has a protected part, seen or not.
    pub protected: bool,
    /// What the reader may do.
    pub can: Can,
    /// What the office decided, newest first; for members and the office.
    pub decisions: Vec<Decision>,
    /// What was submitted, newest first; for members and the office.
    pub versions: Vec<Version>,
    /// What happened, newest first; for others only what everybody may read.
    pub history: Vec<HistoryEntry>,
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Number of the entry.
    pub entry: i64,
    /// When.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// Who did it; empty for readers who are no party to it.
    pub by: String,
}

/// A listing and its history, for whoever may see it.
///
/// # Errors
/// Not found, also when the reader may not know of it.
pub async fn listing_view(app: &App, ctx: &Ctx, side: Side, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let listing = load(&conn, side, id).await?;
    app.policies().require(ctx, "listing_view", &resource(&listing))?;
    let can = can(app, ctx, &listing);
    let organisation = store::organisation::by_id(&conn, &listing.organisation).await?;
    let (decisions, versions) = match can.work {
        true => (store::listing::decisions(&conn, id).await?, store::listing::versions(&conn, id).await?),
        false => (Vec::new(), Vec::new()),
    };
    let history = journal::of_object(&conn, side.code(), id, HISTORY_MAX).await?;
    let history = history.iter().filter(|entry| can.work || entry.public).map(|entry| line(entry, can.work)).collect();
    let protected = !listing.content.detail.is_empty();
    Ok(View { listing: masked(app, ctx, listing), organisation, protected, can, decisions, versions, history })
}

fn line(entry: &Recorded, party: bool) -> HistoryEntry {
    let by = if party { entry.actor_name.clone() } else { String::new() };
    HistoryEntry { entry: entry.entry_id, at_ms: entry.at_ms, kind: entry.kind.clone(), by }
}

/// The journal entry behind a receipt: for whoever did it, and for everybody who sees the listing's history.
///
/// # Errors
/// Not found, also when the entry belongs to something else or to others.
pub async fn receipt_view(app: &App, ctx: &Ctx, side: Side, id: &str, entry: i64) -> Outcome<Recorded> {
    let conn = app.db().read();
    let listing = load(&conn, side, id).await?;
    let found = journal::by_id(&conn, entry).await?;
    let found = found.filter(|e| e.object_kind == side.code() && e.object_id == id).ok_or_else(Refusal::not_found)?;
    let party = ctx.actor.account.as_deref() == Some(found.actor.as_str());
    if !party {
        app.policies().require(ctx, "listing_work_view", &resource(&listing))?;
    }
    Ok(found)
}

/// The listing as its members work on it.
///
/// # Errors
/// Not found, or no mandate to change it.
pub async fn listing_work(app: &App, ctx: &Ctx, side: Side, id: &str) -> Outcome<Listing> {
    let listing = load(&app.db().read(), side, id).await?;
    app.policies().require(ctx, "listing_edit", &resource(&listing))?;
    Ok(listing)
}

fn can(app: &App, ctx: &Ctx, listing: &Listing) -> Can {
    let resource = resource(listing);
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let waits = listing.waiting.is_some();
    let live = listing.state != State::Withdrawn;
    let others = ctx.actor.memberships.iter().any(|m| m.organisation != listing.organisation);
    let own = ctx.actor.member_of(&listing.organisation).is_some();
    Can {
        edit: live && !waits && may("listing_edit"),
        submit: !waits && (listing.state == State::Draft || listing.revision.is_some()) && may("listing_submit"),
        recall: waits && may("listing_recall"),
        withdraw: live && may("listing_withdraw"),
        renew: listing.is_public() && may("listing_renew"),
        review: waits && may("listing_review"),
        work: may("listing_work_view"),
        detail: may("listing_detail_view"),
        contact: listing.state == State::Published && !own && (others || ctx.actor.account.is_none()),
    }
}
