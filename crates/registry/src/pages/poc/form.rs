//! Beginning a project.

use super::word;
use crate::actions::listing::acting_for;
use crate::actions::poc::{Create, centre_choices, poc_create};
use crate::corridor;
use crate::pages::organisation::words::{name, segment_choices};
use crate::rules::poc::ProjectDraft;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Empty, Field, FieldKind, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Mandate, Membership};
use rooms::pages::typed::Typed;
use rooms::pages::{refused, status};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "registry/poc_form.html")]
pub(super) struct Page {
    pub(super) shell: Shell,
    pub(super) step: StepFrame,
    pub(super) lede: String,
}

#[derive(Template)]
#[template(path = "registry/listing_stop.html")]
pub(super) struct StopPage {
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) empty: Empty,
}

/// For which organisation, as links of other pages name it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    organisation: String,
}

/// Organisations the caller speaks for.
pub(super) fn speaks_for(caller: &Caller) -> Vec<&Membership> {
    caller.actor().memberships.iter().filter(|m| m.mandates.contains(&Mandate::Publish)).collect()
}

/// The page for somebody who has no organisation to act for.
pub(super) fn no_organisation(caller: &Caller, heading: String) -> Response {
    let t = caller.visit.t;
    let empty = Empty::new(t.msg("poc-no-organisation"), t.msg("poc-no-organisation-text"))
        .action("/organisations", t.msg("listing-no-organisation-find"))
        .action("/organisations/new", t.msg("organisation-new"));
    html(&StopPage { shell: caller.visit.shell(heading.clone()).private().here("/poc"), heading, empty })
}

async fn form(app: &App, caller: &Caller, chosen: &str) -> Result<Form, Problem> {
    let t = caller.visit.t;
    let line = |name: &'static str| Field::line(t, name, word(t, &format!("form-{}", name.replace('_', "-"))));
    let text = |name: &'static str| {
        Field::lines(t, name, word(t, &format!("form-{}", name.replace('_', "-"))), 6).chars_max(ABSTRACT_CHARS_MAX)
    };
    let mut form =
        Form::new(t, "/poc", t.msg("poc-create")).idempotency_key(new_key()).cancel("/poc", word(t, "cancel"));
    let speaks = speaks_for(caller);
    if speaks.len() > 1 {
        let choices = speaks.iter().map(|m| Choice::new(&m.organisation, &m.name)).collect();
        let mut field = Field::new(t, FieldKind::Radio(choices), "organisation", word(t, "form-organisation"));
        if !chosen.is_empty() {
            field = field.value(chosen);
        }
        form = form.field(field);
    }
    form = form
        .field(line("title").hint(word(t, "form-title-hint")).chars_max(TITLE_CHARS_MAX))
        .field(line("title_en").chars_max(TITLE_CHARS_MAX).optional())
        .field(text("about").hint(word(t, "form-about-hint")))
        .field(text("about_en").optional());
    let centres = centre_choices(app, caller.actor().demo).await?;
    if !centres.is_empty() {
        let choices = centres.iter().map(|centre| Choice::new(&centre.id, name(t, centre))).collect();
        let centre = Field::new(t, FieldKind::Select(choices), "centre", word(t, "form-centre"));
        form = form.field(centre.hint(word(t, "form-centre-hint")).optional());
    }
    let segments =
        Field::new(t, FieldKind::Check(segment_choices(t, &corridor::of(app))), "segments", word(t, "form-segments"));
    Ok(form.field(segments.hint(word(t, "form-segments-hint")).optional()))
}

fn page(caller: &Caller, form: Form) -> Page {
    let t = caller.visit.t;
    let task = t.msg("poc-new").into_owned();
    Page {
        shell: caller.visit.shell(task.clone()).private().here("/poc"),
        step: StepFrame { form, task, step: 0, steps: 0, back_href: "/poc".to_owned() },
        lede: word(t, "new-lede"),
    }
}

/// The empty form.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    if speaks_for(&caller).is_empty() {
        return Ok(no_organisation(&caller, caller.visit.t.msg("poc-new").into_owned()));
    }
    let form = form(&app, &caller, &query.organisation).await?;
    Ok(html(&page(&caller, form)))
}

fn draft(typed: &Typed) -> ProjectDraft {
    ProjectDraft {
        title: typed.get("title").to_owned(),
        title_en: typed.get("title_en").to_owned(),
        about: typed.get("about").to_owned(),
        about_en: typed.get("about_en").to_owned(),
        segments: typed.all("segments"),
        centre: typed.get("centre").to_owned(),
    }
}

/// Begins it; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    caller.signed_in()?;
    let draft = draft(&typed);
    let speaks = speaks_for(&caller);
    // Somebody with one organisation to speak for is not asked, whatever else he belongs to.
    let named = match (typed.get("organisation"), speaks.as_slice()) {
        ("", [only]) => only.organisation.clone(),
        (named, _) => named.to_owned(),
    };
    let outcome = match acting_for(&caller.ctx, Some(&named)) {
        Ok(owner) => poc_create(&app, &caller.ctx, Create { organisation: Some(owner), draft }).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(done) => Ok(Redirect::to(&format!("/poc/{}", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = form(&app, &caller, "").await?.fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &page(&caller, form)))
        }
    }
}

/// A field of a step; its text key is that of its name.
pub(super) fn step_label(t: T, name: &str) -> String {
    word(t, &format!("step-form-{}", name.replace('_', "-")))
}
