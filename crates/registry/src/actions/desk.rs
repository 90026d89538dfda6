//! What needs, offers and contact requests put on people's desks.

use super::contact::{Asked, ContactCard, ContactQuery, contact_list};
use super::review;
use crate::rules::contact::State as ContactState;
use crate::rules::listing::{EXPIRING_DAYS, Listing};
use crate::store;
use futures_util::future::BoxFuture;
use kernel::Date;
use platform::capability::DeskItem;
use platform::web::page::Page;
use platform::{App, Ctx, Outcome};

/// Things of one kind on one desk.
const ITEMS_MAX: usize = 50;

/// What waits for the actor: reviews, drafts sent back, listings that end soon, requests to answer.
pub fn items<'a>(app: &'a App, ctx: &'a Ctx) -> BoxFuture<'a, Outcome<Vec<DeskItem>>> {
    Box::pin(async move {
        if ctx.actor.account.is_none() {
            return Ok(Vec::new());
        }
        let mut items = Vec::new();
        for card in review::waiting(app, ctx, ITEMS_MAX as i64).await? {
            items.extend(waiting_review(&card.listing));
        }
        let organisations: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
        let ending = ctx.now.plus_days(EXPIRING_DAYS);
        let own = store::listing::to_look_after(&app.db().read(), &organisations, ending, ITEMS_MAX as i64).await?;
        items.extend(own.iter().filter(|l| may_publish(app, ctx, l)).map(look_after));
        items.extend(requests(app, ctx).await?);
        Ok(items)
    })
}

/// The end of a day, as a desk counts it down.
fn end_of(day: Date) -> i64 {
    day.plus_days(1).start().ms()
}

fn may_publish(app: &App, ctx: &Ctx, listing: &Listing) -> bool {
    app.policies().allows(ctx, "listing_edit", &super::listing::resource(listing))
}

fn waiting_review(listing: &Listing) -> Option<DeskItem> {
    let waiting = listing.waiting.as_ref()?;
    Some(DeskItem {
        kind: "desk-review",
        title: listing.working().title.clone(),
        href: format!("/reviews{}/{}", listing.side.path(), listing.id),
        since_ms: waiting.since.ms(),
        due_ms: Some(end_of(waiting.due.date)),
        demo: listing.demo,
    })
}

fn look_after(listing: &Listing) -> DeskItem {
    let refused = listing.refused.is_some();
    DeskItem {
        kind: if refused { "desk-refused" } else { "desk-expiring" },
        title: listing.working().title.clone(),
        href: format!("{}/{}", listing.side.path(), listing.id),
        since_ms: listing.refused.unwrap_or(listing.updated).ms(),
        due_ms: if refused { None } else { listing.expires.map(kernel::Instant::ms) },
        demo: listing.demo,
    }
}

/// Requests that wait for the actor: to answer, or to reply to a question.
async fn requests(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    let mut items = Vec::new();
    for (asked, state, kind) in
        [(Asked::In, ContactState::Open, "desk-contact"), (Asked::Out, ContactState::Question, "desk-question")]
    {
        let page = Page { limit: ITEMS_MAX, cursor: None };
        let query = ContactQuery { asked, states: vec![state.code().to_owned()], page };
        let (cards, _, _) = contact_list(app, ctx, &query).await?;
        let mine = |card: &&ContactCard| asked == Asked::Out || may_answer(app, ctx, card);
        items.extend(cards.iter().filter(mine).map(|card| request(card, kind)));
    }
    Ok(items)
}

fn may_answer(app: &App, ctx: &Ctx, card: &ContactCard) -> bool {
    app.policies().allows(ctx, "contact_answer", &super::contact::resource(&card.contact))
}

fn request(card: &ContactCard, kind: &'static str) -> DeskItem {
    let about = card.about.as_ref().map_or(card.to.as_str(), |listing| listing.content.title.as_str());
    DeskItem {
        kind,
        title: format!("{} · {about}", card.from),
        href: format!("/contacts/{}", card.contact.id),
        since_ms: card.contact.updated.ms(),
        due_ms: Some(end_of(card.contact.due.date)),
        demo: card.contact.demo,
    }
}
