//! The office reviews needs and offers.

use super::listing::{Card, Done, done, entry, load, public_data, resource};
use crate::actions::listing::{COLUMNS, cards};
use crate::rules::listing::{Side, clean_text};
use crate::rules::review::{self as rules, Review, Verdict};
use crate::store;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::clock::after_midnight;
use serde_json::json;

/// Waiting versions that the office's list shows.
pub const REVIEWS_SHOWN_MAX: i64 = 200;

/// A decision as the office sends it.
#[derive(Debug, Clone)]
pub struct Decide {
    /// Need or offer.
    pub side: Side,
    /// Which one.
    pub id: String,
    /// Number of the version the reviewer has read.
    pub version: i64,
    /// What he decides.
    pub verdict: Verdict,
    /// His own words; may be empty.
    pub note: String,
}

/// Publishes the version in review, or sends it back with reasons.
///
/// # Errors
/// Not his to review, nothing or another version waits, reasons are missing, or its last day has passed.
pub async fn listing_review(app: &App, ctx: &Ctx, command: Decide) -> Outcome<Done> {
    app.in_txn(ctx, "listing_review", (app.clone(), command), |tx, (app, command)| {
        Box::pin(async move {
            let listing = load(tx, command.side, &command.id).await?;
            let actor = &tx.ctx().actor;
            if listing.waiting.is_some() {
                app.policies().require(tx.ctx(), "listing_review", &resource(&listing))?;
            } else {
                // A decided one may be looked at by whoever could have decided it; the rules say that it is too late.
                app.policies().require(tx.ctx(), "listing_work_view", &resource(&listing))?;
            }
            let review = Review {
                version: command.version,
                verdict: command.verdict.clone(),
                note: clean_text(&command.note),
                by: actor.id().to_owned(),
                member: actor.member_of(&listing.organisation).is_some(),
            };
            let next = rules::review(&listing, &review, tx.ctx().now)?;
            store::listing::save(tx, &next).await?;
            store::listing::decide(tx, &listing, &review).await?;
            let entry = match &review.verdict {
                Verdict::Publish => {
                    tx.job(after_midnight(super::expiry::NAME, tx.ctx().now)).await?;
                    entry(&next, "published").data(public_data(&next)).public()
                }
                Verdict::Refuse(reasons) => {
                    let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
                    entry(&next, "refused").data(json!({ "version": review.version, "reasons": codes }))
                }
            };
            done(tx, &next, entry).await
        })
    })
    .await
}

/// What waits for the reader's office, the longest waiting first.
///
/// # Errors
/// The reader works in no office.
pub async fn review_list(app: &App, ctx: &Ctx) -> Outcome<Vec<Card>> {
    app.policies().require(ctx, "review_list", &Resource::house())?;
    waiting(app, ctx, REVIEWS_SHOWN_MAX).await
}

/// As [`review_list`], empty for everybody who works in no office.
pub(crate) async fn waiting(app: &App, ctx: &Ctx, limit: i64) -> Outcome<Vec<Card>> {
    let allowed = app.policies().filter(ctx, "listing_review", "Listing", &COLUMNS, 1)?;
    let found = store::listing::waiting_for(&app.db().read(), allowed, limit).await?;
    cards(app, ctx, found).await
}
