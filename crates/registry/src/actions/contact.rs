//! Contact requests: ask, answer, talk, take back, open and close the protected part.

mod view;

pub use view::{
    Asked, CanContact, ContactCard, ContactQuery, ContactView, Target, contact_list, contact_receipt, contact_target,
    contact_view,
};

pub use crate::store::contact::Message;

use super::listing::{Done, acting_for, due_in, place_of, resource as listing_resource};
use crate::rules::contact::{self as rules, ANSWER_WORKDAYS, Answer, Ask, Contact, OFFICE_WORKDAYS, Voice};
use crate::rules::listing::{ContactBy, Listing, Office, State as ListingState, clean_text};
use crate::rules::organisation::{Organisation, State as OrganisationState};
use crate::store;
use kernel::{Due, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::clock::after_midnight;
use serde_json::json;

/// A request as policies see it.
pub fn resource(contact: &Contact) -> Resource {
    Resource::new("Contact", &contact.id)
        .with("to", contact.to.as_str())
        .with("from", contact.from.as_str())
        .with("consent", contact.consent)
        .with_some("office", contact.office.map(|office| office.to_string()))
}

/// In which columns of `contact_request c` the attributes of [`resource`] stand.
pub(crate) const COLUMNS: [(&str, &str); 4] =
    [("to", "c.to_organisation"), ("from", "c.from_organisation"), ("office", "c.office"), ("consent", "c.consent")];

/// Whom a request goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// The owner of a listing.
    Listing(String),
    /// An organisation.
    Organisation(String),
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub struct Send {
    /// Whom it goes to.
    pub to: To,
    /// For which organisation the actor asks; none when he has exactly one.
    pub from: Option<String>,
    /// Whether the protected part is asked for.
    pub asks_detail: bool,
    /// The message.
    pub message: String,
}

/// The organisation asked, the listing if there is one, and the office that answers if the organisation does not.
pub(crate) async fn recipient(
    app: &App,
    conn: &Conn,
    to: &To,
) -> Outcome<(Organisation, Option<Listing>, Option<Office>)> {
    let (organisation, listing) = match to {
        To::Organisation(id) => (id.clone(), None),
        To::Listing(id) => {
            let listing = store::listing::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
            (listing.organisation.clone(), Some(listing))
        }
    };
    let asked = store::organisation::by_id(conn, &organisation).await?;
    let asked = asked.filter(|o| o.state == OrganisationState::Listed).ok_or_else(Refusal::not_found)?;
    let by_office = listing.as_ref().is_some_and(|l| l.content.contact == ContactBy::Office);
    let office = (asked.claimed_ms.is_none() || by_office).then(|| place_of(app, asked.city).1);
    Ok((asked, listing, office))
}

/// The code of the refusal that keeps the demo and real organisations apart.
pub const DEMO_REFUSED: &str = "contact-demo";

/// Who may be asked at all, and about what.
fn open_to_requests(app: &App, ctx: &Ctx, asked: &Organisation, listing: Option<&Listing>) -> Result<(), Refusal> {
    if let Some(listing) = listing {
        app.policies().require(ctx, "listing_view", &listing_resource(listing))?;
        if listing.state != ListingState::Published {
            return Err(Refusal::conflict(
                "contact-listing-over",
                "这一条已不在发布中，不能再联系。可以直接联系该单位。",
                "This is no longer published. Contact the organisation itself instead.",
            ));
        }
    }
    if ctx.actor.demo && !asked.demo {
        return Err(Refusal::conflict(
            DEMO_REFUSED,
            "演示账号只能联系名称以“示例”开头的机构，真实机构不会出现在虚构的往来里。",
            "A demonstration account contacts only organisations whose names begin with 示例; real ones take no part in invented dealings.",
        ));
    }
    Ok(())
}

/// Asks an organisation, or the owner of a listing, to talk.
///
/// # Errors
/// Not a member of the asking organisation, nothing published there, the same request waits already, too many
/// wait, or the message breaks a limit.
pub async fn contact_create(app: &App, ctx: &Ctx, command: Send) -> Outcome<Done> {
    let from = acting_for(ctx, command.from.as_deref())?;
    let input = (app.clone(), command, from, platform::random::id());
    app.in_txn(ctx, "contact_create", input, |tx, (app, command, from, id)| {
        Box::pin(async move {
            let (asked, listing, office) = recipient(app, tx, &command.to).await?;
            open_to_requests(app, tx.ctx(), &asked, listing.as_ref())?;
            let about = listing.as_ref().map(|listing| listing.id.as_str());
            let load = store::contact::load(tx, from, &asked.id, about).await?;
            let new = Ask {
                id: id.clone(),
                to: asked.id.clone(),
                listing: listing.as_ref().map(|l| (l.id.clone(), !l.content.detail.is_empty())),
                from: from.clone(),
                from_account: tx.ctx().actor.id().to_owned(),
                city: place_of(app, asked.city).0,
                office,
                asks_detail: command.asks_detail,
                message: command.message.clone(),
                demo: asked.demo || tx.ctx().actor.demo,
            };
            let contact = rules::ask(new, load, due(app, tx, office), tx.ctx().now)?;
            app.policies().require(tx.ctx(), "contact_create", &resource(&contact))?;
            store::contact::insert(tx, &contact).await?;
            store::contact::message_add(tx, &contact, Voice::Asker, &clean_text(&command.message)).await?;
            tx.job(after_midnight(super::expiry::NAME, tx.ctx().now)).await?;
            let data = json!({ "listing": contact.listing, "asks_detail": contact.asks_detail });
            done(tx, &contact, entry(&contact, "contact.sent").data(data)).await
        })
    })
    .await
}

fn due(app: &App, tx: &Txn, office: Option<Office>) -> Due {
    let workdays = if office.is_some() { OFFICE_WORKDAYS } else { ANSWER_WORKDAYS };
    due_in(app, tx.ctx().now, workdays)
}

fn entry(contact: &Contact, kind: &'static str) -> Entry {
    Entry::new(kind, "contact", &contact.id).city(contact.city).demo(contact.demo)
}

async fn done(tx: &Txn, contact: &Contact, entry: Entry) -> Outcome<Done> {
    let entry = tx.journal(entry).await?;
    Ok(Done { id: contact.id.clone(), entry, at_ms: tx.ctx().now.ms() })
}

pub(crate) async fn load(conn: &Conn, id: &str) -> Outcome<Contact> {
    Ok(store::contact::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// For whom the actor speaks. Members of the organisation asked come before its office.
fn voice(ctx: &Ctx, contact: &Contact) -> Voice {
    if ctx.actor.member_of(&contact.from).is_some() {
        Voice::Asker
    } else if ctx.actor.member_of(&contact.to).is_some() {
        Voice::Owner
    } else {
        Voice::Office
    }
}

/// An answer as it is sent.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Which request.
    pub id: String,
    /// Yes, no or a question.
    pub answer: Answer,
    /// Words to it; only a question needs them.
    pub text: String,
}

/// Answers a request.
///
/// # Errors
/// Not his to answer, it no longer waits, or the words break a limit.
pub async fn contact_answer(app: &App, ctx: &Ctx, command: Reply) -> Outcome<Done> {
    app.in_txn(ctx, "contact_answer", (app.clone(), command), |tx, (app, command)| {
        Box::pin(async move {
            let contact = load(tx, &command.id).await?;
            app.policies().require(tx.ctx(), "contact_answer", &resource(&contact))?;
            let voice = voice(tx.ctx(), &contact);
            let next = rules::answer(&contact, voice, &command.answer, &command.text, tx.ctx().now)?;
            store::contact::save(tx, &next).await?;
            if next.messages > contact.messages {
                store::contact::message_add(tx, &next, voice, &clean_text(&command.text)).await?;
            }
            let reason = next.reason.map(|reason| reason.code());
            let data =
                json!({ "state": next.state.code(), "reason": reason, "consent": next.consent, "voice": voice.code() });
            done(tx, &next, entry(&next, "contact.answered").data(data)).await
        })
    })
    .await
}

/// Adds a message to a request that is open or accepted.
///
/// # Errors
/// Not a party to it, it has ended, or the words break a limit.
pub async fn contact_say(app: &App, ctx: &Ctx, id: &str, text: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), text.to_owned());
    app.in_txn(ctx, "contact_say", input, |tx, (app, id, text)| {
        Box::pin(async move {
            let contact = load(tx, id).await?;
            app.policies().require(tx.ctx(), "contact_say", &resource(&contact))?;
            let voice = voice(tx.ctx(), &contact);
            let next = rules::say(&contact, voice, text, due(app, tx, contact.office), tx.ctx().now)?;
            store::contact::save(tx, &next).await?;
            store::contact::message_add(tx, &next, voice, &clean_text(text)).await?;
            done(tx, &next, entry(&next, "contact.said").data(json!({ "voice": voice.code() }))).await
        })
    })
    .await
}

/// The asker takes the request back.
///
/// # Errors
/// Not the asker, or it no longer waits.
pub async fn contact_withdraw(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "contact_withdraw", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let contact = load(tx, id).await?;
            app.policies().require(tx.ctx(), "contact_withdraw", &resource(&contact))?;
            let next = rules::withdraw(&contact, tx.ctx().now)?;
            store::contact::save(tx, &next).await?;
            done(tx, &next, entry(&next, "contact.withdrawn")).await
        })
    })
    .await
}

/// Opens the protected part for the asking organisation; each opening is in the journal.
///
/// # Errors
/// The owner has not consented, the actor is no member of the asking organisation, or the listing is withdrawn.
pub async fn contact_open(app: &App, ctx: &Ctx, id: &str) -> Outcome<(String, Done)> {
    app.in_txn(ctx, "contact_open", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let contact = load(tx, id).await?;
            app.policies().require(tx.ctx(), "contact_open", &resource(&contact))?;
            let about = contact.listing.as_deref().ok_or_else(Refusal::not_found)?;
            let listing = store::listing::by_id(tx, about).await?.filter(|l| l.state != ListingState::Withdrawn);
            let listing = listing.ok_or_else(Refusal::not_found)?;
            let data = json!({ "listing": listing.id, "version": listing.version, "by": contact.from });
            let entry = entry(&contact, "contact.opened").data(data);
            Ok((listing.content.detail, done(tx, &contact, entry).await?))
        })
    })
    .await
}

/// The owner closes the protected part again.
///
/// # Errors
/// No mandate, or it is not open.
pub async fn contact_revoke(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "contact_revoke", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let contact = load(tx, id).await?;
            app.policies().require(tx.ctx(), "contact_revoke", &resource(&contact))?;
            let next = rules::revoke(&contact, tx.ctx().now)?;
            store::contact::save(tx, &next).await?;
            done(tx, &next, entry(&next, "contact.revoked")).await
        })
    })
    .await
}

/// Ends a request that nobody answered; the clock calls it.
///
/// # Errors
/// It no longer waits, or its time is not over.
pub async fn contact_expire(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "contact_expire", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let contact = load(tx, id).await?;
            app.policies().require(tx.ctx(), "contact_expire", &resource(&contact))?;
            let next = rules::expire(&contact, tx.ctx().now)?;
            store::contact::save(tx, &next).await?;
            done(tx, &next, entry(&next, "contact.expired")).await
        })
    })
    .await
}
