//! Writing a need or an offer: one question a page, saved at every step, checked before it is sent.

mod questions;

use super::side;
use super::words::{answers, office_name, task};
use crate::actions::listing::{Create, acting_for, listing_create, listing_edit, listing_work};
use crate::corridor;
use crate::rules::listing::{Content, Listing, Patch, Side, State};
use askama::Template;
use axum::extract::{Path, Query, State as Here};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Refusal, limits};
use platform::identity::idempotency::new_key;
use platform::web::kinds::{CheckFrame, StepFrame};
use platform::web::parts::{Answers, Empty, Form};
use platform::web::{Problem, Shell, html, html_with};
use platform::{App, Caller, Mandate};
use questions::{Step, first_line};
use rooms::pages::typed::Typed;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "registry/listing_step.html")]
struct StepPage {
    shell: Shell,
    step: StepFrame,
}

#[derive(Template)]
#[template(path = "registry/listing_check.html")]
struct CheckPage {
    shell: Shell,
    check: CheckFrame,
}

#[derive(Template)]
#[template(path = "registry/listing_stop.html")]
struct StopPage {
    shell: Shell,
    heading: String,
    empty: Empty,
}

/// What the home page's text box hands over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    text: String,
    organisation: String,
}

/// Where a new one begins: its title.
pub(super) async fn new<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    caller.signed_in()?;
    if let Some(stop) = cannot_start(&caller, side) {
        return Ok(stop);
    }
    let text: String = query.text.chars().take(limits::MATCH_TEXT_CHARS_MAX).collect();
    let (title, summary) = first_line(&text);
    let content = Content { title, summary, ..Content::default() };
    let form = new_form(&app, &caller, side, &content, &query.organisation);
    Ok(html(&new_page(&caller, side, form)))
}

/// A page that says why nothing can be begun here, and what to do instead.
fn cannot_start(caller: &Caller, side: Side) -> Option<Response> {
    let t = caller.visit.t;
    let memberships = &caller.actor().memberships;
    if memberships.iter().any(|m| m.mandates.contains(&Mandate::Publish)) {
        return None;
    }
    let empty = if memberships.is_empty() {
        Empty::new(t.msg("listing-no-organisation"), t.msg("listing-no-organisation-text"))
            .action("/organisations", t.msg("listing-no-organisation-find"))
    } else {
        Empty::new(t.msg("listing-no-mandate"), t.msg("listing-no-mandate-text"))
            .action(side.path(), t.msg("listing-receipt-list"))
    };
    let heading = task(t, side, false);
    Some(html(&StopPage { shell: caller.visit.shell(heading.clone()).private(), heading, empty }))
}

fn new_form(app: &App, caller: &Caller, side: Side, content: &Content, organisation: &str) -> Form {
    let t = caller.visit.t;
    let mut form = Form::new(t, side.path(), t.msg("listing-next")).idempotency_key(new_key());
    for field in Step::Title.fields(t, &corridor::of(app), side, content) {
        form = form.field(field);
    }
    if let Some(field) = questions::organisation(t, caller.actor(), organisation) {
        form = form.field(field);
    }
    if !content.summary.is_empty() {
        form = form.hidden("abstract", &content.summary);
    }
    form
}

fn new_page(caller: &Caller, side: Side, form: Form) -> StepPage {
    let t = caller.visit.t;
    let heading = task(t, side, false);
    let steps = Step::all(side, &Content::default()).len();
    let step = StepFrame { form, task: heading.clone(), step: 1, steps, back_href: String::new() };
    StepPage { shell: caller.visit.shell(heading).private(), step }
}

/// Saves the title as a new draft and goes on to the second question.
pub(super) async fn create<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    typed: Typed,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    caller.signed_in()?;
    let outcome = begin(&app, &caller, side, &typed).await;
    match outcome {
        Ok(id) => {
            let content = Content::default();
            let second =
                Step::all(side, &content).get(1).map_or("check".to_owned(), |step| format!("steps/{}", step.code()));
            Ok(Redirect::to(&format!("{}/{id}/{second}", side.path())).into_response())
        }
        Err(refusals) => {
            let summary = typed.get("abstract").to_owned();
            let content = Content { summary, ..Content::default() };
            let form = new_form(&app, &caller, side, &content, "");
            let form = refilled(form, &typed, &refusals);
            Ok(html_with(status(&refusals), &new_page(&caller, side, form)))
        }
    }
}

async fn begin(app: &App, caller: &Caller, side: Side, typed: &Typed) -> Result<String, Vec<Refusal>> {
    let one = |refusal: Refusal| vec![refusal];
    let mut patch = Step::Title.read(typed).map_err(one)?;
    patch.summary = typed.raw("abstract").map(str::to_owned);
    Step::Title.complete(side, &Content::default().apply(patch.clone(), side)?)?;
    let named = Some(typed.get("organisation").to_owned()).filter(|id| !id.is_empty());
    let organisation = acting_for(&caller.ctx, named.as_deref()).map_err(one)?;
    let command = Create { side, organisation: Some(organisation), patch };
    let done = listing_create(app, &caller.ctx, command).await.map_err(|fault| vec![fault.to_refusal()])?;
    Ok(done.id)
}

/// The status of a form that comes back.
fn status(refusals: &[Refusal]) -> StatusCode {
    let first = refusals.first().map_or(422, |refusal| refusal.kind.status());
    StatusCode::from_u16(first).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
}

/// The form with what was typed, each refusal at its field.
fn refilled(mut form: Form, typed: &Typed, refusals: &[Refusal]) -> Form {
    for field in &mut form.fields {
        field.values.clear();
    }
    refusals.iter().fold(form.fill(typed.pairs()), |form, refusal| form.refuse(refusal))
}

/// One question of a draft.
pub(super) async fn page<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let (listing, step) = found(&app, &caller, side, &id, &step).await?;
    let form = step_form(&app, &caller, &listing, step);
    Ok(html(&step_page(&caller, &listing, step, form)))
}

async fn found(app: &App, caller: &Caller, side: Side, id: &str, step: &str) -> Result<(Listing, Step), Problem> {
    let listing = listing_work(app, &caller.ctx, side, id).await?;
    let step = Step::parse(step).filter(|step| Step::all(side, listing.working()).contains(step));
    Ok((listing, step.ok_or_else(Problem::not_found)?))
}

fn step_form(app: &App, caller: &Caller, listing: &Listing, step: Step) -> Form {
    let t = caller.visit.t;
    let action = format!("{}/{}/steps/{}", listing.side.path(), listing.id, step.code());
    let exit = format!("{}/{}", listing.side.path(), listing.id);
    let form = Form::new(t, action, t.msg("listing-next")).cancel(exit, t.msg("listing-save-exit"));
    let fields = step.fields(t, &corridor::of(app), listing.side, listing.working());
    fields.into_iter().fold(form, Form::field)
}

fn step_page(caller: &Caller, listing: &Listing, step: Step, form: Form) -> StepPage {
    let all = Step::all(listing.side, listing.working());
    let at = all.iter().position(|other| *other == step).unwrap_or(0);
    let back = |step: &Step| format!("{}/{}/steps/{}", listing.side.path(), listing.id, step.code());
    let heading = task(caller.visit.t, listing.side, listing.state != State::Draft);
    let frame = StepFrame {
        form,
        task: heading.clone(),
        step: at + 1,
        steps: all.len(),
        back_href: at.checked_sub(1).and_then(|before| all.get(before)).map(back).unwrap_or_default(),
    };
    StepPage { shell: caller.visit.shell(heading).private(), step: frame }
}

/// Saves one answer and goes on to the next question, or back to the check.
pub(super) async fn save<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let (listing, step) = found(&app, &caller, side, &id, &step).await?;
    match save_step(&app, &caller, &listing, step, &typed).await {
        Ok(next) => Ok(Redirect::to(&format!("{}/{id}/{next}", side.path())).into_response()),
        Err(refusals) => {
            let form = refilled(step_form(&app, &caller, &listing, step), &typed, &refusals);
            Ok(html_with(status(&refusals), &step_page(&caller, &listing, step, form)))
        }
    }
}

/// The next page: a question that is still open, or the check.
async fn save_step(
    app: &App,
    caller: &Caller,
    listing: &Listing,
    step: Step,
    typed: &Typed,
) -> Result<String, Vec<Refusal>> {
    let side = listing.side;
    let patch: Patch = step.read(typed).map_err(|refusal| vec![refusal])?;
    let next = listing.working().apply(patch.clone(), side)?;
    step.complete(side, &next)?;
    listing_edit(app, &caller.ctx, side, &listing.id, patch).await.map_err(|fault| vec![fault.to_refusal()])?;
    let all = Step::all(side, &next);
    let following = all.iter().skip_while(|other| **other != step).skip(1);
    // Once everything needed is there, a change leads back to the check at once.
    let ready = next.missing(side, caller.ctx.now.date()).is_empty()
        && listing.working().missing(side, caller.ctx.now.date()).is_empty();
    let open = following.into_iter().next().filter(|_| !ready);
    Ok(open.map_or("check".to_owned(), |step| format!("steps/{}", step.code())))
}

/// All answers, to check before they are sent.
pub(super) async fn check<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let listing = listing_work(&app, &caller.ctx, side, &id).await?;
    let missing = listing.working().missing(side, caller.ctx.now.date());
    Ok(html(&check_page(&app, &caller, &listing, &missing)))
}

/// The check with what is still missing.
fn check_page(app: &App, caller: &Caller, listing: &Listing, refusals: &[Refusal]) -> CheckPage {
    let (t, side, corridor) = (caller.visit.t, listing.side, corridor::of(app));
    let base = format!("{}/{}", side.path(), listing.id);
    let step_href = |step: &str| format!("{base}/steps/{step}");
    let mut all = answers(t, &corridor, side, listing.working(), step_href);
    let steps = Step::all(side, listing.working());
    all.retain(|answer| steps.iter().any(|step| answer.change_href.ends_with(&format!("/{}", step.code()))));
    let heading = task(t, side, listing.state != State::Draft);
    let office = office_name(t, &corridor, listing.office);
    let form = Form::new(t, format!("{base}/submissions"), t.msg("listing-submit"))
        .idempotency_key(new_key())
        .cancel(base.clone(), t.msg("listing-save-exit"));
    let check = CheckFrame {
        task: heading.clone(),
        answers: Answers { t, answers: all },
        meaning: t.with(format!("listing-check-meaning-{}", side.code()), "office", office),
        form: refusals.iter().fold(form, |form, refusal| form.refuse(refusal)),
        back_href: steps.last().map(|step| step_href(step.code())).unwrap_or_default(),
    };
    CheckPage { shell: caller.visit.shell(heading).private(), check }
}

/// The check again, after the office could not be given what was sent.
pub(super) fn check_refused(app: &App, caller: &Caller, listing: &Listing, refusal: Refusal) -> Response {
    let mut refusals = listing.working().missing(listing.side, caller.ctx.now.date());
    if !refusals.contains(&refusal) {
        refusals.insert(0, refusal);
    }
    html_with(status(&refusals), &check_page(app, caller, listing, &refusals))
}
