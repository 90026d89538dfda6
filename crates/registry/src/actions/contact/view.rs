//! Contact requests as lists and as a thread.

use super::{COLUMNS, To, load, open_to_requests, recipient, resource};
use crate::rules::contact::{Contact, State};
use crate::rules::listing::{Listing, Office};
use crate::rules::organisation::Organisation;
use crate::store;
use crate::store::contact::{Filter, Message};
use crate::store::listing::Position;
use kernel::Refusal;
use platform::journal::{self, Recorded};
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use std::collections::HashMap;

/// Openings of a protected part that its owner is shown.
const OPENINGS_MAX: i64 = 100;

/// Which requests a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asked {
    /// Those that others sent to the actor's organisations or office.
    #[default]
    In,
    /// Those that the actor's organisations sent.
    Out,
}

/// What a list of requests is asked for.
#[derive(Debug, Clone, Default)]
pub struct ContactQuery {
    /// Received or sent.
    pub asked: Asked,
    /// States; empty for all.
    pub states: Vec<String>,
    /// Which page.
    pub page: Page,
}

/// A request as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactCard {
    /// The request.
    pub contact: Contact,
    /// Name of the organisation that asks.
    pub from: String,
    /// Name of the organisation asked.
    pub to: String,
    /// The listing it is about; its protected part is left out.
    pub about: Option<Listing>,
}

/// What the reader may do with a request now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CanContact {
    /// Answer it.
    pub answer: bool,
    /// Consent to open the protected part with the answer.
    pub consent: bool,
    /// Add a message.
    pub say: bool,
    /// Take it back.
    pub withdraw: bool,
    /// Open the protected part.
    pub open: bool,
    /// Close the protected part again.
    pub revoke: bool,
}

/// A request with its thread.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactView {
    /// The request and whom it is between.
    pub card: ContactCard,
    /// Messages, oldest first.
    pub messages: Vec<Message>,
    /// What the reader may do.
    pub can: CanContact,
    /// When the protected part was opened and by whom, newest first; for the organisation asked.
    pub openings: Vec<(i64, String)>,
}

/// A page of requests, what changed last first, with the number of them all and the next cursor.
///
/// # Errors
/// Nobody is signed in, or the cursor is not ours.
pub async fn contact_list(
    app: &App,
    ctx: &Ctx,
    query: &ContactQuery,
) -> Outcome<(Vec<ContactCard>, i64, Option<String>)> {
    app.policies().require(ctx, "contact_list", &Resource::house())?;
    let own: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
    let (from, not_from) = match query.asked {
        Asked::Out => (Some(own), None),
        Asked::In => (None, Some(own)),
    };
    let states = query.states.iter().filter(|code| State::parse(code).is_some()).cloned().collect();
    let allowed = app.policies().filter(ctx, "contact_view", "Contact", &COLUMNS, 1)?;
    let filter = Filter { from, not_from, states, listing: None, allowed };
    let after = query.page.cursor.as_deref().map(|c| Position::parse(c).ok_or_else(cursor_refused)).transpose()?;
    let (found, total, next) =
        store::contact::list(&app.db().read(), &filter, after.as_ref(), query.page.limit).await?;
    Ok((cards(app, found).await?, total, next.map(|position| position.cursor())))
}

/// Requests with names and titles.
pub(crate) async fn cards(app: &App, contacts: Vec<Contact>) -> Outcome<Vec<ContactCard>> {
    let conn = app.db().read();
    let mut organisations: Vec<String> = contacts.iter().flat_map(|c| [c.from.clone(), c.to.clone()]).collect();
    organisations.sort();
    organisations.dedup();
    let names: HashMap<String, String> =
        store::organisation::by_ids(&conn, &organisations).await?.into_iter().map(|o| (o.id, o.name)).collect();
    let listings: Vec<String> = contacts.iter().filter_map(|c| c.listing.clone()).collect();
    let about: HashMap<String, Listing> =
        store::listing::by_ids(&conn, &listings).await?.into_iter().map(|l| (l.id.clone(), public_part(l))).collect();
    let name = |id: &String| names.get(id).cloned().unwrap_or_default();
    let card = |contact: Contact| ContactCard {
        from: name(&contact.from),
        to: name(&contact.to),
        about: contact.listing.as_ref().and_then(|id| about.get(id).cloned()),
        contact,
    };
    Ok(contacts.into_iter().map(card).collect())
}

/// A request says what it is about by title; everything else of the listing has its own page and policy.
fn public_part(mut listing: Listing) -> Listing {
    listing.content.detail = String::new();
    listing.revision = None;
    listing
}

/// A request with its thread, for its parties.
///
/// # Errors
/// Not found, also for everybody who is no party to it.
pub async fn contact_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<ContactView> {
    let conn = app.db().read();
    let contact = load(&conn, id).await?;
    app.policies().require(ctx, "contact_view", &resource(&contact))?;
    let can = can(app, ctx, &contact);
    let messages = store::contact::messages(&conn, id).await?;
    let owner = ctx.actor.member_of(&contact.to).is_some();
    let entries = if owner { journal::of_object(&conn, "contact", id, OPENINGS_MAX).await? } else { Vec::new() };
    let openings =
        entries.iter().filter(|e| e.kind == "contact.opened").map(|e| (e.at_ms, e.actor_name.clone())).collect();
    let card = cards(app, vec![contact]).await?.pop().ok_or_else(Refusal::not_found)?;
    Ok(ContactView { card, messages, can, openings })
}

/// The request with the journal entry behind a receipt.
///
/// # Errors
/// Not found, also for everybody who is no party to it.
pub async fn contact_receipt(app: &App, ctx: &Ctx, id: &str, entry: i64) -> Outcome<(ContactView, Recorded)> {
    let view = contact_view(app, ctx, id).await?;
    let found = journal::by_id(&app.db().read(), entry).await?;
    let found = found.filter(|e| e.object_kind == "contact" && e.object_id == id);
    Ok((view, found.ok_or_else(Refusal::not_found)?))
}

fn can(app: &App, ctx: &Ctx, contact: &Contact) -> CanContact {
    let resource = resource(contact);
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let waits = contact.state.is_waiting();
    let owner = ctx.actor.member_of(&contact.to).is_some();
    CanContact {
        answer: waits && may("contact_answer"),
        consent: contact.asks_detail && owner,
        say: (waits || contact.state == State::Accepted) && may("contact_say"),
        withdraw: waits && may("contact_withdraw"),
        open: contact.listing.is_some() && may("contact_open"),
        revoke: contact.consent && may("contact_revoke"),
    }
}

/// Whom a new request would reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The organisation.
    pub organisation: Organisation,
    /// The listing; its protected part is left out.
    pub about: Option<Listing>,
    /// Whether the listing has a protected part.
    pub protected: bool,
    /// The office that answers, when the organisation does not do so itself.
    pub office: Option<Office>,
}

/// Whom a new request would reach, for the form.
///
/// # Errors
/// Nobody is signed in, or there is nothing to ask.
pub async fn contact_target(app: &App, ctx: &Ctx, to: &To) -> Outcome<Target> {
    app.policies().require(ctx, "contact_list", &Resource::house())?;
    let (organisation, listing, office) = recipient(app, &app.db().read(), to).await?;
    open_to_requests(app, ctx, &organisation, listing.as_ref())?;
    let protected = listing.as_ref().is_some_and(|l| !l.content.detail.is_empty());
    Ok(Target { organisation, about: listing.map(public_part), protected, office })
}
