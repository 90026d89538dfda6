//! Pages of needs and offers: lists, one of them, writing one step by step, receipts.

mod detail;
mod list;
mod steps;
mod words;
mod write;

pub(crate) use list::{ListRow, row};
pub(crate) use words::{answers, day_before, office_name};

use crate::actions::listing::entry_kind;
use crate::rules::listing::Side;
use axum::http::Method;
use axum::routing::{get, post};
use platform::capability::Route;
use rooms::routes::read;

/// The routes of one side. A path is known when the table is built, so each is written out.
struct Paths {
    list: &'static str,
    new: &'static str,
    one: &'static str,
    step: &'static str,
    check: &'static str,
    submissions: &'static str,
    recalls: &'static str,
    withdrawals: &'static str,
    renewals: &'static str,
    receipt: &'static str,
}

const NEEDS: Paths = Paths {
    list: "/needs",
    new: "/needs/new",
    one: "/needs/{id}",
    step: "/needs/{id}/steps/{step}",
    check: "/needs/{id}/check",
    submissions: "/needs/{id}/submissions",
    recalls: "/needs/{id}/recalls",
    withdrawals: "/needs/{id}/withdrawals",
    renewals: "/needs/{id}/renewals",
    receipt: "/needs/{id}/receipts/{entry}",
};

const OFFERS: Paths = Paths {
    list: "/offers",
    new: "/offers/new",
    one: "/offers/{id}",
    step: "/offers/{id}/steps/{step}",
    check: "/offers/{id}/check",
    submissions: "/offers/{id}/submissions",
    recalls: "/offers/{id}/recalls",
    withdrawals: "/offers/{id}/withdrawals",
    renewals: "/offers/{id}/renewals",
    receipt: "/offers/{id}/receipts/{entry}",
};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    let mut all = side_routes::<false>(&NEEDS);
    all.extend(side_routes::<true>(&OFFERS));
    all
}

fn side_routes<const OFFER: bool>(paths: &Paths) -> Vec<Route> {
    let side = side::<OFFER>();
    let write = |path, action, verb, handler| {
        let journal = Some(entry_kind(side, verb));
        Route { method: Method::POST, path, action, journal, handler }
    };
    vec![
        read(paths.list, "listing_list", get(list::page::<OFFER>)),
        read(paths.new, "listing_create", get(steps::new::<OFFER>)),
        read(paths.one, "listing_view", get(detail::page::<OFFER>)),
        read(paths.step, "listing_edit", get(steps::page::<OFFER>)),
        read(paths.check, "listing_submit", get(steps::check::<OFFER>)),
        read(paths.receipt, "listing_view", get(write::receipt::<OFFER>)),
        write(paths.list, "listing_create", "drafted", post(steps::create::<OFFER>)),
        write(paths.step, "listing_edit", "saved", post(steps::save::<OFFER>)),
        write(paths.submissions, "listing_submit", "submitted", post(write::submit::<OFFER>)),
        write(paths.recalls, "listing_recall", "recalled", post(write::recall::<OFFER>)),
        write(paths.withdrawals, "listing_withdraw", "withdrawn", post(write::withdraw::<OFFER>)),
        write(paths.renewals, "listing_renew", "renewed", post(write::renew::<OFFER>)),
    ]
}

/// Need or offer, as the route says.
const fn side<const OFFER: bool>() -> Side {
    if OFFER { Side::Offer } else { Side::Need }
}

/// The text key of one side: `listing-need-new`, `listing-offer-new`.
pub(crate) fn key(side: Side, rest: &str) -> String {
    format!("listing-{}-{rest}", side.code())
}

/// The text key of one side's list: `listing-needs-title`, `listing-offers-title`.
pub(crate) fn list_key(side: Side, rest: &str) -> String {
    format!("listing-{}s-{rest}", side.code())
}
