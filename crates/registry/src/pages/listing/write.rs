//! What a press of a button does to a need or an offer, and the receipt for it.

use super::side;
use super::steps::check_refused;
use super::words::office_name;
use crate::actions::listing::{
    listing_recall, listing_renew, listing_submit, listing_view, listing_withdraw, listing_work, receipt_view,
};
use crate::api::listing::date;
use crate::corridor;
use crate::rules::listing::Side;
use askama::Template;
use axum::extract::{Path, State as Here};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::journal::Recorded;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Form, Proofs, Receipt};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::frames::ReceiptPage;
use rooms::pages::typed::{Typed, half_width};

#[derive(Template)]
#[template(path = "registry/listing_step.html")]
struct AgainPage {
    shell: Shell,
    step: StepFrame,
}

fn to_receipt(side: Side, id: &str, entry: i64) -> Response {
    Redirect::to(&format!("{}/{id}/receipts/{entry}", side.path())).into_response()
}

/// Sends the draft or revision to the office; an incomplete one comes back with what is missing.
pub(super) async fn submit<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    match listing_submit(&app, &caller.ctx, side, &id).await {
        Ok(done) => Ok(to_receipt(side, &id, done.entry)),
        Err(Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => {
            let listing = listing_work(&app, &caller.ctx, side, &id).await?;
            Ok(check_refused(&app, &caller, &listing, refusal))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Takes back from review.
pub(super) async fn recall<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    listing_recall(&app, &caller.ctx, side, &id).await?;
    Ok(Redirect::to(&format!("{}/{id}", side.path())).into_response())
}

/// Takes it back for good.
pub(super) async fn withdraw<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let done = listing_withdraw(&app, &caller.ctx, side, &id).await?;
    Ok(to_receipt(side, &id, done.entry))
}

/// Prolongs its publication; a day that cannot be read comes back in the form.
pub(super) async fn renew<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let outcome = renewed(&app, &caller, side, &id, &typed).await;
    match outcome {
        Ok(entry) => Ok(to_receipt(side, &id, entry)),
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            // Whoever may not see it must not learn of it through a form either.
            listing_view(&app, &caller.ctx, side, &id).await?;
            Ok(renew_again(caller, side, &id, &typed, &refusal))
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn renewed(app: &App, caller: &Caller, side: Side, id: &str, typed: &Typed) -> Result<i64, Fault> {
    let text = half_width(typed.get("until")).replace('/', "-");
    let until = if text.is_empty() { None } else { Some(date(&text)?) };
    Ok(listing_renew(app, &caller.ctx, side, id, until).await?.entry)
}

fn renew_again(caller: Caller, side: Side, id: &str, typed: &Typed, refusal: &Refusal) -> Response {
    let t = caller.visit.t;
    let base = format!("{}/{id}", side.path());
    let form = Form::new(t, format!("{base}/renewals"), t.msg("listing-renew"))
        .idempotency_key(new_key())
        .field(super::detail::renewal_field(t).heading())
        .fill(typed.pairs())
        .refuse(refusal);
    let heading = t.msg("listing-renew").into_owned();
    let step = StepFrame { form, task: heading.clone(), step: 0, steps: 0, back_href: base };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &AgainPage { shell: caller.visit.shell(heading).private(), step })
}

/// The receipt of something that was done.
pub(super) async fn receipt<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path((id, entry)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let recorded = receipt_view(&app, &caller.ctx, side, &id, entry).await?;
    let t = caller.visit.t;
    let shell = caller.visit.shell(title(t, side, &recorded)).private().here(side.path());
    Ok(html(&ReceiptPage::new(shell, words(&app, t, side, &recorded))))
}

fn verb(recorded: &Recorded) -> &str {
    recorded.kind.split('.').nth(1).unwrap_or_default()
}

fn title(t: T, side: Side, recorded: &Recorded) -> String {
    let key = match verb(recorded) {
        "submitted" => format!("listing-receipt-submitted-{}", side.code()),
        known @ ("withdrawn" | "renewed" | "published" | "refused") => format!("listing-receipt-{known}"),
        _ => "listing-receipt-other".to_owned(),
    };
    t.msg(key).into_owned()
}

fn words(app: &App, t: T, side: Side, recorded: &Recorded) -> Receipt {
    let text = |key: &str| t.msg(key).into_owned();
    let own = (format!("{}/{}", side.path(), recorded.object_id), text("listing-receipt-open"));
    let desk = ("/desk".to_owned(), text("listing-receipt-desk"));
    let (next, links) = match verb(recorded) {
        "submitted" => {
            let office = crate::rules::listing::Office::parse(recorded.data["office"].as_str().unwrap_or_default());
            let office = office_name(t, &corridor::of(app), office);
            let due = recorded.data["due"].as_str().unwrap_or_default();
            let first = t.args("listing-receipt-next-review", &[("office", office.as_str()), ("date", due)]);
            let mut next = vec![first, text("listing-receipt-next-result")];
            if side == Side::Need {
                next.push(text("listing-receipt-next-published"));
            }
            (next, vec![own, desk])
        }
        "withdrawn" => (vec![text("listing-receipt-next-withdrawn")], vec![desk]),
        "renewed" => (vec![text("listing-receipt-next-renewed")], vec![own, desk]),
        "published" | "refused" => {
            let more = ("/reviews".to_owned(), text("listing-receipt-reviews"));
            (vec![text("listing-receipt-next-decided")], vec![more, desk])
        }
        _ => (Vec::new(), vec![own, desk]),
    };
    Receipt {
        t,
        title: title(t, side, recorded),
        number: recorded.entry_id.to_string(),
        at_ms: recorded.at_ms,
        next,
        links,
        proof: Some(Proofs::of(t, recorded.entry_id, recorded.at_ms)),
    }
}
