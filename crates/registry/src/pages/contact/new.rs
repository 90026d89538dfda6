//! A new contact request, and receipts.

use crate::actions::contact::{DEMO_REFUSED, Send, Target, contact_create, contact_receipt, contact_target};
use crate::actions::listing::acting_for;
use crate::api::contact::to;
use crate::corridor;
use crate::pages::listing::office_name;
use crate::rules::contact::{ANSWER_WORKDAYS, MESSAGE_CHARS_MAX, OFFICE_WORKDAYS};
use askama::Template;
use axum::extract::{Path, Query, State as Here};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Empty, Field, FieldKind, Form, Proofs, Receipt};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::frames::ReceiptPage;
use rooms::pages::status;
use rooms::pages::typed::Typed;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "registry/contact_new.html")]
struct Page {
    shell: Shell,
    step: StepFrame,
    heading: String,
    about: String,
    term: String,
}

#[derive(Template)]
#[template(path = "registry/listing_stop.html")]
struct StopPage {
    shell: Shell,
    heading: String,
    empty: Empty,
}

/// Whom it goes to, as links of other pages name it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    listing: String,
    organisation: String,
}

/// The form of a new request.
pub(super) async fn page(
    Here(app): Here<App>,
    caller: Caller,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let t = caller.visit.t;
    if caller.actor().memberships.is_empty() {
        let empty = Empty::new(t.msg("listing-no-organisation"), t.msg("listing-no-organisation-text"));
        return Ok(stop(&caller, empty.action("/organisations", t.msg("listing-no-organisation-find"))));
    }
    let to = to(Some(query.listing), Some(query.organisation))?;
    let target = match contact_target(&app, &caller.ctx, &to).await {
        Ok(target) => target,
        Err(Fault::Refused(refusal)) if refusal.code == DEMO_REFUSED => {
            let why = t.pick(&refusal.zh, &refusal.en).to_owned();
            let empty = Empty::new(t.msg("contact-demo-stop"), why);
            return Ok(stop(&caller, empty.action("/offers", t.msg("contact-demo-offers"))));
        }
        Err(fault) => return Err(fault.into()),
    };
    let form = form(&caller, &target);
    Ok(html(&new_page(&app, &caller, &target, form)))
}

/// Says why there is no form, and where to go instead.
fn stop(caller: &Caller, empty: Empty) -> Response {
    let heading = caller.visit.t.msg("listing-contact").into_owned();
    html(&StopPage { shell: caller.visit.shell(heading.clone()).private(), heading, empty })
}

fn form(caller: &Caller, target: &Target) -> Form {
    let t = caller.visit.t;
    let back = target.about.as_ref().map_or_else(
        || format!("/organisations/{}", target.organisation.id),
        |listing| format!("{}/{}", listing.side.path(), listing.id),
    );
    let message = Field::lines(t, "message", t.msg("contact-q-message"), 8)
        .hint(t.msg("contact-q-message-hint"))
        .chars_max(MESSAGE_CHARS_MAX);
    let mut form = Form::new(t, "/contacts", t.msg("contact-send"))
        .idempotency_key(new_key())
        .cancel(back, t.msg("contact-cancel"));
    form = match &target.about {
        Some(listing) => form.hidden("listing", &listing.id),
        None => form.hidden("organisation", &target.organisation.id),
    };
    if caller.actor().memberships.len() > 1 {
        let choices = caller.actor().memberships.iter().map(|m| Choice::new(&m.organisation, &m.name)).collect();
        form = form.field(Field::new(t, FieldKind::Radio(choices), "from", t.msg("contact-q-from")));
    }
    form = form.field(message);
    if target.protected {
        let ask = vec![Choice::new("1", t.msg("contact-q-detail-ask")).hint(t.msg("contact-q-detail-hint"))];
        form = form.field(Field::new(t, FieldKind::Check(ask), "asks_detail", t.msg("contact-q-detail")).optional());
    }
    form
}

fn new_page(app: &App, caller: &Caller, target: &Target, form: Form) -> Page {
    let t = caller.visit.t;
    let name = t.pick(&target.organisation.name, target.organisation.name_en.as_deref().unwrap_or_default());
    let heading = t.with("contact-new-title", "name", name);
    let term = match target.office {
        Some(office) => {
            let office = office_name(t, &corridor::of(app), office);
            t.args("contact-new-office", &[("office", office), ("n", OFFICE_WORKDAYS.to_string())])
        }
        None => t.with("contact-new-owner", "n", ANSWER_WORKDAYS.to_string()),
    };
    let about =
        target.about.as_ref().map(|listing| t.pick(&listing.content.title, &listing.content.title_en).to_owned());
    Page {
        shell: caller.visit.shell(heading.clone()).private(),
        step: StepFrame {
            form,
            task: t.msg("listing-contact").into_owned(),
            step: 0,
            steps: 0,
            back_href: String::new(),
        },
        heading,
        about: about.map_or(String::new(), |title| t.with("contact-about", "title", title)),
        term,
    }
}

/// Sends the request; a refused one comes back with what was written.
pub(super) async fn send(Here(app): Here<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let named = |name: &str| Some(typed.get(name).to_owned()).filter(|value| !value.is_empty());
    let to = to(named("listing"), named("organisation"))?;
    let outcome = match command(&caller, &typed, to.clone()) {
        Ok(command) => contact_create(&app, &caller.ctx, command).await,
        Err(refusal) => Err(refusal.into()),
    };
    let refusal = match outcome {
        Ok(done) => return Ok(Redirect::to(&format!("/contacts/{}/receipts/{}", done.id, done.entry)).into_response()),
        Err(platform::Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => refusal,
        Err(fault) => return Err(fault.into()),
    };
    let target = contact_target(&app, &caller.ctx, &to).await?;
    let form = form(&caller, &target).fill(typed.pairs()).refuse(&refusal);
    Ok(html_with(status(&refusal), &new_page(&app, &caller, &target, form)))
}

fn command(caller: &Caller, typed: &Typed, to: crate::actions::contact::To) -> Result<Send, Refusal> {
    let named = Some(typed.get("from").to_owned()).filter(|id| !id.is_empty());
    // The field of this form is called `from`.
    let from = acting_for(&caller.ctx, named.as_deref()).map_err(|refusal| match refusal.field {
        Some(_) => refusal.at("from"),
        None => refusal,
    })?;
    let message = typed.raw("message").unwrap_or_default().to_owned();
    let asks_detail = typed.get("asks_detail") == "1";
    Ok(Send { to, from: Some(from), asks_detail, message })
}

/// The receipt of something that was done.
pub(super) async fn receipt(
    Here(app): Here<App>,
    caller: Caller,
    Path((id, entry)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (view, recorded) = contact_receipt(&app, &caller.ctx, &id, entry).await?;
    let t = caller.visit.t;
    let text = |key: &str| t.msg(key).into_owned();
    let contact = &view.card.contact;
    let (title, next) = match recorded.kind.as_str() {
        "contact.sent" => {
            let due = contact.due.date.to_string();
            let first = match contact.office {
                Some(office) => {
                    let office = office_name(t, &corridor::of(&app), office);
                    t.args("contact-receipt-next-office", &[("office", office.as_str()), ("date", &due)])
                }
                None => t.args("contact-receipt-next-owner", &[("name", view.card.to.as_str()), ("date", &due)]),
            };
            (text("contact-receipt-sent"), vec![first, text("contact-receipt-next-desk")])
        }
        "contact.answered" => (text("contact-receipt-answered"), vec![text("contact-receipt-next-answered")]),
        _ => (text("contact-receipt-other"), Vec::new()),
    };
    let links = vec![
        (format!("/contacts/{id}"), text("contact-receipt-open")),
        ("/contacts".to_owned(), text("contact-receipt-list")),
        ("/desk".to_owned(), text("listing-receipt-desk")),
    ];
    let receipt = finished(t, title.clone(), recorded.entry_id, recorded.at_ms, next, links);
    Ok(html(&ReceiptPage::new(caller.visit.shell(title).private(), receipt)))
}

fn finished(t: T, title: String, entry: i64, at_ms: i64, next: Vec<String>, links: Vec<(String, String)>) -> Receipt {
    let proof = Some(Proofs::of(t, entry, at_ms));
    Receipt { t, title, number: entry.to_string(), at_ms, next, links, proof }
}
