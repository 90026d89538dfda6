//! What members do with their needs and offers: begin, save, submit, take back, withdraw, renew.

mod list;
mod view;

pub use crate::store::listing::{Decision, FacetCounts, Version};
pub(crate) use list::cards;
pub use list::{Card, Listed, Query, listing_list};
pub use view::{Can, HistoryEntry, View, listing_view, listing_work, receipt_view};

use crate::corridor;
use crate::rules::listing::{self as rules, Begin, Content, Listing, Office, Patch, REVIEW_WORKDAYS, Side, State};
use crate::rules::organisation::State as OrganisationState;
use crate::store;
use kernel::{Adcode, Date, Due, Instant, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::clock::after_midnight;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a person gets after something was done: the receipt's number and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The listing or request it was done to.
    pub id: String,
    /// Number of the journal entry; the receipt's number.
    pub entry: i64,
    /// When.
    pub at_ms: i64,
}

/// A listing as policies see it.
pub fn resource(listing: &Listing) -> Resource {
    let new =
        Resource::new("Listing", &listing.id).with("side", listing.side.code()).with("state", listing.state.code());
    new.with("organisation", listing.organisation.as_str())
        .with("office", listing.office.to_string())
        .with("submitted", listing.version > 0)
        .with("waiting", listing.waiting.is_some())
}

/// In which columns of `listing l` the attributes of [`resource`] stand.
pub(crate) const COLUMNS: [(&str, &str); 6] = [
    ("side", "l.side"),
    ("state", "l.state"),
    ("organisation", "l.organisation"),
    ("office", "l.office"),
    ("submitted", "(l.version > 0)"),
    ("waiting", "(l.waiting_since_ms IS NOT NULL)"),
];

/// The journal kind of something that happened to a need or an offer.
pub(crate) fn entry_kind(side: Side, verb: &'static str) -> &'static str {
    match (side, verb) {
        (Side::Need, "drafted") => "need.drafted",
        (Side::Need, "saved") => "need.saved",
        (Side::Need, "submitted") => "need.submitted",
        (Side::Need, "recalled") => "need.recalled",
        (Side::Need, "published") => "need.published",
        (Side::Need, "refused") => "need.refused",
        (Side::Need, "withdrawn") => "need.withdrawn",
        (Side::Need, "renewed") => "need.renewed",
        (Side::Need, _) => "need.expired",
        (Side::Offer, "drafted") => "offer.drafted",
        (Side::Offer, "saved") => "offer.saved",
        (Side::Offer, "submitted") => "offer.submitted",
        (Side::Offer, "recalled") => "offer.recalled",
        (Side::Offer, "published") => "offer.published",
        (Side::Offer, "refused") => "offer.refused",
        (Side::Offer, "withdrawn") => "offer.withdrawn",
        (Side::Offer, "renewed") => "offer.renewed",
        (Side::Offer, _) => "offer.expired",
    }
}

/// An entry about a listing; `verb` as in [`entry_kind`].
pub(crate) fn entry(listing: &Listing, verb: &'static str) -> Entry {
    Entry::new(entry_kind(listing.side, verb), listing.side.code(), &listing.id).city(listing.city).demo(listing.demo)
}

/// What a public entry may say of a listing.
pub(crate) fn public_data(listing: &Listing) -> serde_json::Value {
    json!({
        "title": listing.content.title,
        "title_en": listing.content.title_en,
        "organisation": listing.organisation,
        "version": listing.version,
    })
}

/// The listing of a side with this id.
pub(crate) async fn load(conn: &Conn, side: Side, id: &str) -> Outcome<Listing> {
    let found = store::listing::by_id(conn, id).await?.filter(|listing| listing.side == side);
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// Refuses segments that the corridor does not have. Ids were cut to size by the rules already.
fn segments_known(app: &App, content: &Content) -> Result<(), Refusal> {
    let corridor = corridor::of(app);
    match content.segments.iter().find(|id| corridor.segment(id).is_none()) {
        None => Ok(()),
        Some(id) => Err(Refusal::invalid(
            "listing-segment-unknown",
            format!("没有“{id}”这个产业链环节。请从列表中选择。"),
            format!("There is no industry-chain segment “{id}”. Choose from the list."),
        )
        .at("segments")),
    }
}

/// Begins a draft for one of the actor's organisations.
#[derive(Debug, Clone)]
pub struct Create {
    /// Need or offer.
    pub side: Side,
    /// For which organisation; none when the actor has exactly one.
    pub organisation: Option<String>,
    /// The first answers.
    pub patch: Patch,
}

/// The organisation a member acts for when none is named.
pub(crate) fn acting_for(ctx: &Ctx, named: Option<&str>) -> Result<String, Refusal> {
    if ctx.actor.account.is_none() {
        return Err(Refusal::sign_in());
    }
    match (named.filter(|id| !id.is_empty()), ctx.actor.memberships.as_slice()) {
        (Some(id), _) => Ok(id.to_owned()),
        (None, [only]) => Ok(only.organisation.clone()),
        (None, []) => Err(Refusal::new(
            kernel::RefusalKind::Forbidden,
            "no-organisation",
            "您还不是任何机构的成员。请先认领或登记本单位。",
            "You are not a member of any organisation yet. Claim or register yours first.",
        )),
        (None, _) => Err(Refusal::invalid(
            "organisation",
            "请选择以哪个单位的名义办理。",
            "Choose the organisation you act for.",
        )
        .at("organisation")),
    }
}

/// The city an organisation counts for, and the office responsible for it.
pub(crate) fn place_of(app: &App, city: Option<Adcode>) -> (Option<Adcode>, Office) {
    let corridor = corridor::of(app);
    let member = city.and_then(|city| corridor.member_above(city));
    (member.or(city), Office::of(member, member.is_some()))
}

/// Begins a need or an offer as a draft.
///
/// # Errors
/// No mandate for the organisation, too many drafts, or an answer that breaks a limit (the first one).
pub async fn listing_create(app: &App, ctx: &Ctx, command: Create) -> Outcome<Done> {
    let organisation = acting_for(ctx, command.organisation.as_deref())?;
    let content = Content::default().apply(command.patch.clone(), command.side).map_err(first)?;
    segments_known(app, &content)?;
    let input = (app.clone(), command, organisation, content, platform::random::id());
    app.in_txn(ctx, "listing_create", input, |tx, (app, command, organisation, content, id)| {
        Box::pin(async move {
            let owner = store::organisation::by_id(tx, organisation).await?.ok_or_else(Refusal::not_found)?;
            let (city, office) = place_of(app, owner.city);
            let begin = Begin {
                id: id.clone(),
                side: command.side,
                organisation: organisation.clone(),
                city,
                office,
                content: content.clone(),
                by: tx.ctx().actor.id().to_owned(),
                demo: owner.demo || tx.ctx().actor.demo,
            };
            let drafts = store::listing::drafts(tx, organisation).await?;
            let draft = rules::begin(begin, drafts, tx.ctx().now)?;
            app.policies().require(tx.ctx(), "listing_create", &resource(&draft))?;
            store::listing::insert(tx, std::slice::from_ref(&draft)).await?;
            done(tx, &draft, entry(&draft, "drafted")).await
        })
    })
    .await
}

/// The first of several refusals; pages ask the rules for all of them.
fn first(refusals: Vec<Refusal>) -> Refusal {
    refusals.into_iter().next().unwrap_or_else(Refusal::not_found)
}

/// Appends the entry and gives the receipt.
pub(crate) async fn done(tx: &Txn, listing: &Listing, entry: Entry) -> Outcome<Done> {
    let entry = tx.journal(entry).await?;
    Ok(Done { id: listing.id.clone(), entry, at_ms: tx.ctx().now.ms() })
}

/// Saves some answers of a draft, or of the revision of a published listing.
///
/// # Errors
/// No mandate, in review or withdrawn, or an answer that breaks a limit (the first one).
pub async fn listing_edit(app: &App, ctx: &Ctx, side: Side, id: &str, patch: Patch) -> Outcome<Done> {
    let input = (app.clone(), side, id.to_owned(), patch);
    app.in_txn(ctx, "listing_edit", input, |tx, (app, side, id, patch)| {
        Box::pin(async move {
            let listing = load(tx, *side, id).await?;
            app.policies().require(tx.ctx(), "listing_edit", &resource(&listing))?;
            let content = listing.working().apply(patch.clone(), *side).map_err(first)?;
            segments_known(app, &content)?;
            let next = rules::edit(&listing, content, tx.ctx().now)?;
            store::listing::save(tx, &next).await?;
            done(tx, &next, entry(&next, "saved")).await
        })
    })
    .await
}

/// The last day of a term in working days of the corridor.
pub(crate) fn due_in(app: &App, now: Instant, workdays: u32) -> Due {
    corridor::of(app).calendar.after(now.date(), workdays)
}

/// Sends the draft or the revision to the office.
///
/// # Errors
/// No mandate, incomplete, in review, withdrawn, nothing changed, or the organisation is not public yet.
pub async fn listing_submit(app: &App, ctx: &Ctx, side: Side, id: &str) -> Outcome<Done> {
    let input = (app.clone(), side, id.to_owned());
    app.in_txn(ctx, "listing_submit", input, |tx, (app, side, id)| {
        Box::pin(async move {
            let listing = load(tx, *side, id).await?;
            app.policies().require(tx.ctx(), "listing_submit", &resource(&listing))?;
            let owner = store::organisation::by_id(tx, &listing.organisation).await?.ok_or_else(Refusal::not_found)?;
            if owner.state != OrganisationState::Listed {
                return Err(organisation_not_listed().into());
            }
            let now = tx.ctx().now;
            let next = rules::submit(&listing, tx.ctx().actor.id(), due_in(app, now, REVIEW_WORKDAYS), now)?;
            store::listing::save(tx, &next).await?;
            store::listing::version_add(tx, &next).await?;
            let due = next.waiting.as_ref().map(|waiting| waiting.due.date.to_string());
            let data = json!({ "version": next.version, "office": next.office.to_string(), "due": due });
            done(tx, &next, entry(&next, "submitted").data(data)).await
        })
    })
    .await
}

fn organisation_not_listed() -> Refusal {
    Refusal::conflict(
        "organisation-not-listed",
        "本单位的登记还没有通过主管部门核验，暂时不能送审。草稿已保存。",
        "Your organisation's registration has not been confirmed by its office yet. The draft is kept.",
    )
}

/// Takes back from review what the office has not decided.
///
/// # Errors
/// No mandate, or nothing is in review.
pub async fn listing_recall(app: &App, ctx: &Ctx, side: Side, id: &str) -> Outcome<Done> {
    let input = (app.clone(), side, id.to_owned());
    app.in_txn(ctx, "listing_recall", input, |tx, (app, side, id)| {
        Box::pin(async move {
            let listing = load(tx, *side, id).await?;
            app.policies().require(tx.ctx(), "listing_recall", &resource(&listing))?;
            let next = rules::recall(&listing, tx.ctx().now)?;
            store::listing::save(tx, &next).await?;
            let data = json!({ "version": next.version });
            done(tx, &next, entry(&next, "recalled").data(data)).await
        })
    })
    .await
}

/// Takes a listing back for good.
///
/// # Errors
/// No mandate, or withdrawn already.
pub async fn listing_withdraw(app: &App, ctx: &Ctx, side: Side, id: &str) -> Outcome<Done> {
    let input = (app.clone(), side, id.to_owned());
    app.in_txn(ctx, "listing_withdraw", input, |tx, (app, side, id)| {
        Box::pin(async move {
            let listing = load(tx, *side, id).await?;
            app.policies().require(tx.ctx(), "listing_withdraw", &resource(&listing))?;
            let next = rules::withdraw(&listing, tx.ctx().now)?;
            store::listing::save(tx, &next).await?;
            // Whoever read it while it was public learns that it is gone; an unpublished draft stays nobody's business.
            let entry = entry(&next, "withdrawn").data(json!({ "version": next.version }));
            done(tx, &next, if listing.is_public() { entry.public() } else { entry }).await
        })
    })
    .await
}

/// Prolongs a publication.
///
/// # Errors
/// No mandate, never published, withdrawn, ended too long ago, or the new last day has passed.
pub async fn listing_renew(app: &App, ctx: &Ctx, side: Side, id: &str, until: Option<Date>) -> Outcome<Done> {
    let input = (app.clone(), side, id.to_owned(), until);
    app.in_txn(ctx, "listing_renew", input, |tx, (app, side, id, until)| {
        Box::pin(async move {
            let listing = load(tx, *side, id).await?;
            app.policies().require(tx.ctx(), "listing_renew", &resource(&listing))?;
            let next = rules::renew(&listing, *until, tx.ctx().now)?;
            store::listing::save(tx, &next).await?;
            tx.job(after_midnight(super::expiry::NAME, tx.ctx().now)).await?;
            let mut data = public_data(&next);
            data["expires_ms"] = next.expires.map(Instant::ms).into();
            done(tx, &next, entry(&next, "renewed").data(data).public()).await
        })
    })
    .await
}

/// Ends a publication whose time is over; the clock calls it.
///
/// # Errors
/// It is not published any more, or its time is not over.
pub async fn listing_expire(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "listing_expire", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let listing = store::listing::by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "listing_expire", &resource(&listing))?;
            let next = rules::expire(&listing, tx.ctx().now)?;
            store::listing::save(tx, &next).await?;
            debug_assert_eq!(next.state, State::Expired);
            done(tx, &next, entry(&next, "expired").data(public_data(&next)).public()).await
        })
    })
    .await
}
