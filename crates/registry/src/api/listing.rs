//! Needs and offers as JSON.

mod document;
mod shapes;

pub use document::Document;
pub use shapes::{
    DecisionItem, ListingBody, ListingDetail, ListingItem, OrganisationRef, ReceiptItem, RenewalBody, ReviewBody,
};
pub(crate) use shapes::{date, detail, item, organisation_ref, receipt};

use crate::actions::listing::{
    Create, Done, Query as ListQuery, listing_create, listing_edit, listing_list, listing_recall, listing_renew,
    listing_submit, listing_view, listing_withdraw,
};
use crate::actions::review::{Decide, listing_review};
use crate::corridor;
use crate::rules::listing::Side;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::values;
use rooms::routes::{read, write};
use serde::Deserialize;

/// What a list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListingQuery {
    /// Free words.
    pub q: String,
    /// City codes.
    pub city: String,
    /// Segment ids.
    pub segment: String,
    /// Kinds of offers.
    #[serde(rename = "type")]
    pub kind: String,
    /// `1` for what the caller's organisations have.
    pub own: String,
    /// States, for own lists.
    pub state: String,
}

impl ListingQuery {
    /// As the action reads it.
    ///
    /// # Errors
    /// A limit or cursor that cannot be read.
    pub(crate) fn query(&self, page: &PageQuery, facets: bool) -> Result<ListQuery, Problem> {
        Ok(ListQuery {
            text: self.q.clone(),
            own: self.own == "1",
            states: values(&self.state),
            cities: values(&self.city),
            kinds: values(&self.kind),
            segments: values(&self.segment),
            page: page.page()?,
            facets,
        })
    }
}

/// The routes of one side. A path is known when the table is built, so each is written out.
fn paths(side: Side) -> [&'static str; 7] {
    match side {
        Side::Need => [
            "/api/v1/needs",
            "/api/v1/needs/{id}",
            "/api/v1/needs/{id}/versions",
            "/api/v1/needs/{id}/submissions",
            "/api/v1/needs/{id}/recalls",
            "/api/v1/needs/{id}/withdrawals",
            "/api/v1/needs/{id}/renewals",
        ],
        Side::Offer => [
            "/api/v1/offers",
            "/api/v1/offers/{id}",
            "/api/v1/offers/{id}/versions",
            "/api/v1/offers/{id}/submissions",
            "/api/v1/offers/{id}/recalls",
            "/api/v1/offers/{id}/withdrawals",
            "/api/v1/offers/{id}/renewals",
        ],
    }
}

fn kinds(side: Side) -> [&'static str; 7] {
    use crate::actions::listing::entry_kind;
    ["drafted", "saved", "submitted", "recalled", "withdrawn", "renewed", "published"]
        .map(|verb| entry_kind(side, verb))
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let mut all = side_routes::<false>(Side::Need);
    all.extend(side_routes::<true>(Side::Offer));
    all
}

fn side_routes<const OFFER: bool>(side: Side) -> Vec<Route> {
    let [list, one, versions, submissions, recalls, withdrawals, renewals] = paths(side);
    let [drafted, saved, submitted, recalled, withdrawn, renewed, published] = kinds(side);
    let reviews = if OFFER { "/api/v1/offers/{id}/reviews" } else { "/api/v1/needs/{id}/reviews" };
    vec![
        read(list, "listing_list", get(list_of::<OFFER>)),
        read(one, "listing_view", get(view_of::<OFFER>)),
        write(list, "listing_create", drafted, post(create::<OFFER>)),
        write(versions, "listing_edit", saved, post(edit::<OFFER>)),
        write(submissions, "listing_submit", submitted, post(submit::<OFFER>)),
        write(recalls, "listing_recall", recalled, post(recall::<OFFER>)),
        write(withdrawals, "listing_withdraw", withdrawn, post(withdraw::<OFFER>)),
        write(renewals, "listing_renew", renewed, post(renew::<OFFER>)),
        write(reviews, "listing_review", published, post(review::<OFFER>)),
    ]
}

/// Need or offer, as the route says.
const fn side<const OFFER: bool>() -> Side {
    if OFFER { Side::Offer } else { Side::Need }
}

async fn list_of<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListingQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<ListingItem>>, Problem> {
    Ok(Json(listed(&app, &caller, side::<OFFER>(), &query, &page).await?))
}

/// A page of a list as JSON; the list page's `?format=json` is this too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    side: Side,
    query: &ListingQuery,
    page: &PageQuery,
) -> Result<Listed<ListingItem>, Problem> {
    let found = listing_list(app, &caller.ctx, side, &query.query(page, false)?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|card| item(&corridor, &card.listing, card.organisation.as_ref())).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

async fn view_of<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ListingDetail>, Problem> {
    let view = listing_view(&app, &caller.ctx, side::<OFFER>(), &id).await?;
    Ok(Json(detail(&corridor::of(&app), &view)))
}

async fn create<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ListingBody>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let patch = body.patch()?;
    let done = listing_create(&app, &caller.ctx, Create { side, organisation: body.organisation, patch }).await?;
    let place = format!("/api/v1{}/{}", side.path(), done.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(receipt(&done))).into_response())
}

async fn edit<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ListingBody>,
) -> Result<Json<ReceiptItem>, Problem> {
    let done = listing_edit(&app, &caller.ctx, side::<OFFER>(), &id, body.patch()?).await?;
    Ok(Json(receipt(&done)))
}

async fn submit<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    created(listing_submit(&app, &caller.ctx, side::<OFFER>(), &id).await?)
}

async fn recall<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    created(listing_recall(&app, &caller.ctx, side::<OFFER>(), &id).await?)
}

async fn withdraw<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    created(listing_withdraw(&app, &caller.ctx, side::<OFFER>(), &id).await?)
}

async fn renew<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RenewalBody>,
) -> Result<Response, Problem> {
    created(listing_renew(&app, &caller.ctx, side::<OFFER>(), &id, body.until()?).await?)
}

async fn review<const OFFER: bool>(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReviewBody>,
) -> Result<Response, Problem> {
    let verdict = body.verdict()?;
    let command = Decide { side: side::<OFFER>(), id, version: body.version, verdict, note: body.note };
    created(listing_review(&app, &caller.ctx, command).await?)
}

/// 201 with the receipt.
pub(crate) fn created(done: Done) -> Result<Response, Problem> {
    Ok((StatusCode::CREATED, Json(receipt(&done))).into_response())
}
