//! Projects of a workstation: adding one, and changing one.

use super::detail::{after, shown_again};
use crate::actions::workstation::{
    View, workstation_project_add, workstation_project_edit, workstation_resource, workstation_view,
};
use crate::pages::workstation::detail::Which;
use crate::rules::workstation::{Project, ProjectDraft};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Field, FieldKind, Form};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::frames::StepPage;
use rooms::pages::status;
use rooms::pages::typed::{Typed, half_width};

fn questions(t: T, form: Form) -> Form {
    let line = |name: &'static str, key: &str| Field::line(t, name, t.msg(key));
    let lines = |name: &'static str, key: &str| Field::lines(t, name, t.msg(key), 3).chars_max(ABSTRACT_CHARS_MAX);
    form.field(line("title", "workstation-project-title").chars_max(TITLE_CHARS_MAX))
        .field(line("title_en", "workstation-project-title-en").chars_max(TITLE_CHARS_MAX).optional())
        .field(
            Field::new(t, FieldKind::Number, "amount_yuan", t.msg("workstation-project-amount"))
                .unit(t.msg("workstation-yuan"))
                .hint(t.msg("workstation-project-amount-hint"))
                .optional(),
        )
        .field(line("starts", "workstation-project-starts").hint(t.msg("workstation-project-day-hint")))
        .field(line("ends", "workstation-project-ends").hint(t.msg("workstation-project-ends-hint")).optional())
        .field(lines("results", "workstation-project-results").optional())
        .field(lines("results_en", "workstation-project-results-en").optional())
}

/// The form that adds one.
pub(super) fn add_form(t: T, id: &str) -> Form {
    let form = Form::new(t, format!("/workstations/{id}/projects"), t.msg("workstation-project-add"));
    questions(t, form).idempotency_key(new_key())
}

fn draft(typed: &Typed) -> ProjectDraft {
    let text = |name: &str| typed.get(name).to_owned();
    let day = |name: &str| half_width(typed.get(name)).replace('/', "-");
    ProjectDraft {
        title: text("title"),
        title_en: text("title_en"),
        amount_yuan: half_width(typed.get("amount_yuan")),
        starts: day("starts"),
        ends: day("ends"),
        results: text("results"),
        results_en: text("results_en"),
    }
}

/// Adds a project.
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let draft = draft(&typed);
    let outcome = workstation_project_add(&app, &caller.ctx, &id, draft).await;
    after(&app, &caller, &id, outcome, Which::Project, &typed).await
}

fn edit_form(t: T, id: &str, project: &Project) -> Form {
    let form = Form::new(t, format!("/workstations/{id}/projects/{}/edit", project.id), t.msg("organisation-save"));
    questions(t, form).cancel(format!("/workstations/{id}"), t.msg("organisation-cancel"))
}

fn page(caller: &Caller, id: &str, form: Form) -> StepPage {
    let task = caller.visit.t.msg("workstation-project-edit").into_owned();
    StepPage {
        shell: caller.visit.shell(task.clone()).private().here("/experts"),
        step: StepFrame { form, task, step: 0, steps: 0, back_href: format!("/workstations/{id}") },
    }
}

fn find<'a>(view: &'a View, project: &str) -> Result<&'a Project, Refusal> {
    view.projects.iter().find(|found| found.id == project).ok_or_else(Refusal::not_found)
}

/// The project in the form.
pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path((id, project)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = workstation_view(&app, &caller.ctx, &id).await?;
    let target = workstation_resource(&view.card.workstation);
    app.policies().require(&caller.ctx, "workstation_project_edit", &target)?;
    let project = find(&view, &project)?;
    if !view.may_edit {
        // Nothing can be changed here any more: the workstation's page says where it stands.
        return Ok(Redirect::to(&format!("/workstations/{id}")).into_response());
    }
    let amount = project.amount.map_or(String::new(), |fen| fen.to_string());
    let (starts, ends) = (project.starts.to_string(), project.ends.map_or(String::new(), |day| day.to_string()));
    let form = edit_form(caller.visit.t, &id, project).fill([
        ("title", project.title.as_str()),
        ("title_en", &project.title_en),
        ("amount_yuan", &amount),
        ("starts", &starts),
        ("ends", &ends),
        ("results", &project.results),
        ("results_en", &project.results_en),
    ]);
    Ok(html(&page(&caller, &id, form)))
}

/// Saves; a refused form comes back as it was typed.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((id, project)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    match workstation_project_edit(&app, &caller.ctx, &id, &project, draft(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/workstations/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if shown_again(&refusal) => {
            let view = workstation_view(&app, &caller.ctx, &id).await?;
            let form = edit_form(caller.visit.t, &id, find(&view, &project)?).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &page(&caller, &id, form)))
        }
        Err(fault) => Err(fault.into()),
    }
}
