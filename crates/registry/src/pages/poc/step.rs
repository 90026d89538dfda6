//! Steps: adding one, proposing one, and saying that a planned one is done.

use super::form::{Page, StopPage, no_organisation, step_label};
use super::words::{stage_choices, stage_name};
use super::{YES, word};
use crate::actions::poc::{View, poc_resource, poc_step_add, poc_step_complete, poc_step_edit, poc_view};
use crate::corridor;
use crate::pages::organisation::words::city_choices;
use crate::rules::poc::{Completion, EVIDENCE_CHARS_MAX, NOTE_CHARS_MAX, ProjectState, Step, StepDraft, StepState};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::TITLE_CHARS_MAX;
use platform::identity::idempotency::new_key;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Empty, Field, FieldKind, Form, Proofs, Receipt};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller};
use rooms::actions::Done;
use rooms::pages::frames::ReceiptPage;
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{refused, status};

fn page(caller: &Caller, view: &View, key: &str, form: Form) -> Page {
    let t = caller.visit.t;
    let project = &view.card.project;
    let task = word(t, key);
    Page {
        shell: caller.visit.shell(task.clone()).private().here("/poc"),
        step: StepFrame { form, task, step: 0, steps: 0, back_href: format!("/poc/{}", project.id) },
        lede: t.with(format!("poc-{key}-lede"), "title", t.pick(&project.title, &project.title_en)),
    }
}

fn lines(t: T, name: &'static str, chars_max: usize) -> Field {
    Field::lines(t, name, step_label(t, name), 3).chars_max(chars_max)
}

fn day(t: T) -> Field {
    Field::line(t, "day", step_label(t, "day")).hint(step_label(t, "day-hint"))
}

fn city(app: &App, t: T) -> Field {
    let cities = city_choices(t, &corridor::of(app));
    Field::new(t, FieldKind::Select(cities), "city", step_label(t, "city"))
}

/// The form of the project's own people, or that of somebody who proposes.
fn form(app: &App, caller: &Caller, view: &View) -> Form {
    let t = caller.visit.t;
    let id = &view.card.project.id;
    let own = view.may_add;
    let submit = word(t, if own { "step-save" } else { "propose-send" });
    let mut form = Form::new(t, format!("/poc/{id}/steps"), submit)
        .idempotency_key(new_key())
        .cancel(format!("/poc/{id}"), word(t, "cancel"));
    if own {
        let yes = Choice::new(YES, word(t, "step-form-done-yes")).hint(word(t, "step-form-done-yes-hint"));
        let no = Choice::new("0", word(t, "step-form-done-no")).hint(word(t, "step-form-done-no-hint"));
        form = form.field(Field::new(t, FieldKind::Radio(vec![yes, no]), "done", step_label(t, "done")));
    }
    if view.may_propose_as.len() > 1 {
        let choices = view.may_propose_as.iter().map(|(id, name)| Choice::new(id, name)).collect();
        form = form.field(Field::new(t, FieldKind::Radio(choices), "acting", step_label(t, "acting")));
    }
    content(app, t, own, form)
}

/// What a step says, however it came to be: `own` for the project's own people.
fn content(app: &App, t: T, own: bool, form: Form) -> Form {
    let mut form = form.field(Field::new(t, FieldKind::Select(stage_choices(t)), "stage", step_label(t, "stage")));
    if own {
        let with = Field::line(t, "organisation", step_label(t, "organisation")).chars_max(TITLE_CHARS_MAX);
        form = form.field(with.hint(step_label(t, "organisation-hint")).optional());
    }
    let city_hint = step_label(t, if own { "city-hint" } else { "city-hint-propose" });
    form = form
        .field(city(app, t).hint(city_hint).optional())
        .field(day(t).optional())
        .field(
            lines(t, "note", NOTE_CHARS_MAX).hint(step_label(t, if own { "note-hint" } else { "note-hint-propose" })),
        )
        .field(lines(t, "note_en", NOTE_CHARS_MAX).optional());
    if own {
        let evidence = lines(t, "evidence", EVIDENCE_CHARS_MAX).hint(step_label(t, "evidence-hint"));
        form = form.field(evidence.optional());
    }
    form
}

/// The empty form; who cannot fill it in is told why.
pub(super) async fn new(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = poc_view(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    if view.may_add || !view.may_propose_as.is_empty() {
        let key = if view.may_add { "step-new" } else { "propose-new" };
        return Ok(html(&page(&caller, &view, key, form(&app, &caller, &view))));
    }
    let heading = word(t, "propose-new");
    if view.card.project.state == ProjectState::Published && caller.actor().memberships.is_empty() {
        return Ok(no_organisation(&caller, heading));
    }
    let closed = view.card.project.state != ProjectState::Published;
    let key = if closed { "propose-closed" } else { "propose-not-you" };
    let empty = Empty::new(word(t, key), word(t, &format!("{key}-text")))
        .action(format!("/poc/{id}"), word(t, "back-to-project"))
        .action("/poc", word(t, "nav-all"));
    Ok(html(&StopPage { shell: caller.visit.shell(heading.clone()).private().here("/poc"), heading, empty }))
}

fn draft(typed: &Typed) -> StepDraft {
    StepDraft {
        stage: typed.get("stage").to_owned(),
        city: typed.get("city").to_owned(),
        organisation: typed.get("organisation").to_owned(),
        day: date(typed.get("day")),
        note: typed.get("note").to_owned(),
        note_en: typed.get("note_en").to_owned(),
        evidence: typed.get("evidence").to_owned(),
        done: typed.get("done") == YES,
    }
}

/// People write dates in full-width digits and with slashes too.
fn date(text: &str) -> String {
    half_width(text).trim().replace('/', "-")
}

/// The step as the form says it. Done or planned is a question of its own: no answer is not a plan.
fn read(typed: &Typed, own: bool) -> Result<StepDraft, Refusal> {
    if own && !matches!(typed.get("done"), YES | "0") {
        return Err(Refusal::invalid(
            "poc-done",
            "请选择这一步是已经完成，还是计划中。",
            "Choose whether this step is done or planned.",
        )
        .at("done"));
    }
    Ok(draft(typed))
}

/// Adds or proposes it; a refused form comes back as it was typed.
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = poc_view(&app, &caller.ctx, &id).await?;
    let acting = match (typed.get("acting"), view.may_propose_as.as_slice()) {
        ("", [(only, _)]) => Some(only.clone()),
        ("", _) => None,
        (acting, _) => Some(acting.to_owned()),
    };
    let outcome = match read(&typed, view.may_add) {
        Ok(draft) => poc_step_add(&app, &caller.ctx, &id, acting.as_deref(), draft).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(_) if view.may_add => Ok(Redirect::to(&format!("/poc/{id}")).into_response()),
        Ok(done) => Ok(receipt(&caller, &done)),
        Err(fault) => {
            let mut refusal = refused(fault)?;
            if refusal.field.as_deref() == Some("organisation") && !view.may_add {
                refusal = refusal.at("acting");
            }
            let key = if view.may_add { "step-new" } else { "propose-new" };
            let form = form(&app, &caller, &view).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &page(&caller, &view, key, form)))
        }
    }
}

fn receipt(caller: &Caller, done: &Done) -> Response {
    let t = caller.visit.t;
    let title = word(t, "propose-receipt");
    let receipt = Receipt {
        t,
        title: title.clone(),
        number: done.entry.to_string(),
        at_ms: done.at_ms,
        next: vec![word(t, "propose-receipt-next"), word(t, "propose-receipt-then")],
        links: vec![(format!("/poc/{}", done.id), word(t, "back-to-project"))],
        proof: Some(Proofs::of(t, done.entry, done.at_ms)),
    };
    html(&ReceiptPage::new(caller.visit.shell(title).private().here("/poc"), receipt))
}

fn find<'a>(view: &'a View, step: &str) -> Result<&'a Step, Refusal> {
    view.card.steps.iter().find(|found| found.id == step).ok_or_else(Refusal::not_found)
}

fn completion_form(app: &App, t: T, view: &View, step: &Step) -> Form {
    let id = &view.card.project.id;
    let mut form = Form::new(t, format!("/poc/{id}/steps/{}/completions", step.id), word(t, "complete-save"))
        .cancel(format!("/poc/{id}"), word(t, "cancel"))
        .field(day(t))
        .field(lines(t, "evidence", EVIDENCE_CHARS_MAX).hint(step_label(t, "evidence-hint")));
    if step.city.is_none() {
        form = form.field(city(app, t));
    }
    form
}

fn completion_page(caller: &Caller, view: &View, step: &Step, form: Form) -> Page {
    let t = caller.visit.t;
    let mut page = page(caller, view, "complete", form);
    page.lede = t.with2(
        "poc-complete-about",
        "stage",
        stage_name(t, step.stage.code()),
        "note",
        t.pick(&step.note, &step.note_en),
    );
    page
}

/// The form by which a planned step is done.
pub(super) async fn completion(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = poc_view(&app, &caller.ctx, &id).await?;
    app.policies().require(&caller.ctx, "poc_step_add", &poc_resource(&view.card.project))?;
    let step = find(&view, &step)?;
    if step.state != StepState::Planned || !view.may_add {
        // Nothing to do here any more: the project's page says where it stands.
        return Ok(Redirect::to(&format!("/poc/{id}")).into_response());
    }
    let form = completion_form(&app, caller.visit.t, &view, step);
    Ok(html(&completion_page(&caller, &view, step, form)))
}

/// It is done; a refused form comes back as it was typed.
pub(super) async fn complete(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let command = Completion {
        day: date(typed.get("day")),
        evidence: typed.get("evidence").to_owned(),
        city: typed.get("city").to_owned(),
    };
    match poc_step_complete(&app, &caller.ctx, &id, &step, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/poc/{id}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = poc_view(&app, &caller.ctx, &id).await?;
            let step = find(&view, &step)?;
            let form = completion_form(&app, caller.visit.t, &view, step).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &completion_page(&caller, &view, step, form)))
        }
    }
}

fn edit_form(app: &App, t: T, view: &View, step: &Step) -> Form {
    let project = &view.card.project;
    let form = Form::new(t, format!("/poc/{}/steps/{}/edit", project.id, step.id), word(t, "step-save"))
        .cancel(format!("/poc/{}", project.id), word(t, "cancel"));
    content(app, t, project.kept_by(&step.entered_by), form)
}

/// A step in the form; one that cannot be changed any more leads back to the project.
pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = poc_view(&app, &caller.ctx, &id).await?;
    let step = find(&view, &step)?;
    if !view.may_edit.contains(&step.id) {
        return Ok(Redirect::to(&format!("/poc/{id}")).into_response());
    }
    let t = caller.visit.t;
    // The form takes full names as the list of organisations has them, in whatever language it is read.
    let organisation = step.organisation.as_ref().and_then(|id| view.card.organisations.get(id));
    let organisation = organisation.map_or("", |organisation| organisation.name.as_str());
    let city = step.city.map_or(String::new(), |city| city.to_string());
    let day = step.day.map_or(String::new(), |day| day.to_string());
    let form = edit_form(&app, t, &view, step).fill([
        ("stage", step.stage.code()),
        ("organisation", organisation),
        ("city", &city),
        ("day", &day),
        ("note", &step.note),
        ("note_en", &step.note_en),
        ("evidence", &step.evidence),
    ]);
    Ok(html(&page(&caller, &view, "step-edit", form)))
}

/// Saves; a refused form comes back as it was typed.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    match poc_step_edit(&app, &caller.ctx, &id, &step, draft(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/poc/{id}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = poc_view(&app, &caller.ctx, &id).await?;
            let form = edit_form(&app, caller.visit.t, &view, find(&view, &step)?).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &page(&caller, &view, "step-edit", form)))
        }
    }
}
