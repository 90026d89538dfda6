//! Forms about action items: entering one, reporting, closing, supervising.

use crate::actions::item::{Form as Start, View, item_begin, item_close, item_form, item_report, item_view};
use crate::actions::supervision::supervision_issue;
use crate::pages::SECTION;
use crate::pages::words::{city, city_choices, title as accord_title};
use crate::rules::item::{CloseCommand, ItemDraft, REASON_CHARS_MAX, ReportDraft, TARGET_CHARS_MAX};
use crate::rules::supervision::{IssueCommand, WORKDAYS_DEFAULT, WORKDAYS_MAX};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Adcode;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{refused, status, word};
use serde::Deserialize;

/// Where an item is to come from, as links of other pages name it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    meeting: String,
    accord: String,
}

fn begin_form(t: T, corridor: &Corridor, start: &Start) -> Form {
    let mut form = Form::new(t, "/action-items", t.msg("item-begin-send")).idempotency_key(new_key());
    if let Some(meeting) = &start.meeting {
        form = form.hidden("meeting", &meeting.id).cancel(format!("/meetings/{}", meeting.id), t.msg("accord-cancel"));
    }
    if let Some(accord) = &start.accord {
        form = form.hidden("accord", &accord.id).cancel(format!("/accords/{}", accord.id), t.msg("accord-cancel"));
    }
    let resolutions: Vec<Choice> = start
        .resolutions
        .iter()
        .map(|resolution| Choice::new(&resolution.id, t.pick(&resolution.title, &resolution.title_en)))
        .collect();
    if !resolutions.is_empty() {
        let field = Field::new(t, FieldKind::Select(resolutions), "resolution", t.msg("item-fact-resolution"));
        form = form.field(field.optional());
    }
    form.field(Field::line(t, "title", t.msg("item-form-title")).chars_max(TITLE_CHARS_MAX))
        .field(Field::line(t, "title_en", t.msg("item-form-title-en")).chars_max(TITLE_CHARS_MAX).optional())
        .field(
            Field::lines(t, "target", t.msg("item-target"), 3)
                .hint(t.msg("item-form-target-hint"))
                .chars_max(TARGET_CHARS_MAX),
        )
        .field(Field::lines(t, "target_en", t.msg("item-form-target-en"), 3).chars_max(TARGET_CHARS_MAX).optional())
        .field(Field::new(t, FieldKind::Select(city_choices(t, corridor)), "lead", t.msg("item-fact-lead")))
        .field(
            Field::new(t, FieldKind::Check(city_choices(t, corridor)), "partners", t.msg("item-fact-partners"))
                .optional(),
        )
        .field(Field::new(t, FieldKind::Line("date"), "deadline", t.msg("item-fact-deadline")))
}

fn task(t: T, start: &Start) -> (String, String) {
    match (&start.meeting, &start.accord) {
        (Some(meeting), _) => (
            t.with("item-begin-of", "title", t.pick(&meeting.title, &meeting.title_en)),
            format!("/meetings/{}", meeting.id),
        ),
        (None, Some(accord)) => {
            (t.with("item-begin-of", "title", accord_title(t, accord)), format!("/accords/{}", accord.id))
        }
        (None, None) => (word(t, "item-begin"), "/action-items".to_owned()),
    }
}

/// The empty form.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    let start = item_form(&app, &caller.ctx, &query.meeting, &query.accord).await?;
    let (task, back) = task(caller.visit.t, &start);
    Ok(html(&SECTION.form(&caller, task, back, begin_form(caller.visit.t, &corridor::of(&app), &start))))
}

/// Enters it; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let draft = ItemDraft {
        meeting: text("meeting"),
        resolution: text("resolution"),
        accord: text("accord"),
        title: text("title"),
        title_en: text("title_en"),
        target: text("target"),
        target_en: text("target_en"),
        lead: text("lead"),
        partners: typed.all("partners"),
        deadline: text("deadline"),
    };
    match item_begin(&app, &caller.ctx, draft).await {
        Ok(done) => Ok(Redirect::to(&format!("/action-items/{}", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let start = item_form(&app, &caller.ctx, typed.get("meeting"), typed.get("accord")).await?;
            let form = begin_form(caller.visit.t, &corridor::of(&app), &start);
            let (task, back) = task(caller.visit.t, &start);
            Ok(SECTION.again(&caller, task, back, form, &typed, &refusal))
        }
    }
}

fn own(t: T, corridor: &Corridor, cities: &[Adcode]) -> Vec<Choice> {
    cities.iter().map(|code| Choice::new(code.to_string(), city(t, corridor, *code))).collect()
}

/// A form about one item of which the reader may or may not show it.
struct About<'a> {
    key: &'static str,
    form: fn(T, &Corridor, &View) -> Form,
    may: fn(&View) -> bool,
    view: &'a View,
}

impl About<'_> {
    fn page(&self, app: &App, caller: &Caller, dress: impl FnOnce(Form) -> Form) -> rooms::pages::frames::StepPage {
        let t = caller.visit.t;
        let item = &self.view.item;
        let task = t.with(self.key, "title", t.pick(&item.title, &item.title_en));
        let form = (self.form)(t, &corridor::of(app), self.view)
            .cancel(format!("/action-items/{}", item.id), t.msg("accord-cancel"));
        SECTION.form(caller, task, format!("/action-items/{}", item.id), dress(form))
    }
}

fn report_about(view: &View) -> About<'_> {
    About { key: "item-report-of", form: report_form, may: |view| !view.may_report.is_empty(), view }
}

fn close_about(view: &View) -> About<'_> {
    About { key: "item-close-of", form: close_form, may: |view| view.may_close, view }
}

fn supervise_about(view: &View) -> About<'_> {
    About { key: "supervision-issue-of", form: issue_form, may: |view| view.may_supervise, view }
}

/// The form; where there is nothing to do any more, the item says where it stands.
async fn show(app: &App, caller: &Caller, id: &str, about: fn(&View) -> About<'_>) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = item_view(app, &caller.ctx, id).await?;
    let about = about(&view);
    if !(about.may)(&view) {
        return Ok(Redirect::to(&format!("/action-items/{id}")).into_response());
    }
    Ok(html(&about.page(app, caller, |form| form)))
}

/// The form again, with what was typed and what to do.
async fn again(
    app: &App,
    caller: &Caller,
    id: &str,
    about: fn(&View) -> About<'_>,
    typed: &Typed,
    fault: platform::Fault,
) -> Result<Response, Problem> {
    let refusal = refused(fault)?;
    let view = item_view(app, &caller.ctx, id).await?;
    let page = about(&view).page(app, caller, |form| form.fill(typed.pairs()).refuse(&refusal));
    Ok(html_with(status(&refusal), &page))
}

fn report_form(t: T, corridor: &Corridor, view: &View) -> Form {
    let mut form = Form::new(t, format!("/action-items/{}/reports", view.item.id), t.msg("item-report-send"))
        .idempotency_key(new_key());
    form = match view.may_report.as_slice() {
        [only] => form.hidden("city", only.to_string()),
        several => {
            form.field(Field::new(t, FieldKind::Radio(own(t, corridor, several)), "city", t.msg("item-report-city")))
        }
    };
    form.field(Field::new(t, FieldKind::Number, "percent", t.msg("item-progress")).unit("%"))
        .field(
            Field::lines(t, "text", t.msg("item-report-text"), 5)
                .hint(t.msg("item-report-text-hint"))
                .chars_max(ABSTRACT_CHARS_MAX),
        )
        .field(
            Field::new(t, FieldKind::Line("date"), "day", t.msg("item-report-day"))
                .hint(t.msg("item-report-day-hint"))
                .optional(),
        )
}

/// The form for a report.
pub(super) async fn report_new(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    show(&app, &caller, &id, report_about).await
}

/// Reports.
pub(super) async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let draft = ReportDraft {
        city: typed.get("city").to_owned(),
        day: typed.get("day").to_owned(),
        percent: half_width(typed.get("percent")),
        text: typed.get("text").to_owned(),
    };
    match item_report(&app, &caller.ctx, &id, draft).await {
        Ok(done) => {
            let links = vec![(format!("/action-items/{id}"), word(t, "item-back"))];
            Ok(SECTION.receipt(
                &caller,
                word(t, "item-reported-title"),
                &done,
                vec![word(t, "item-reported-next")],
                links,
            ))
        }
        Err(fault) => again(&app, &caller, &id, report_about, &typed, fault).await,
    }
}

fn close_form(t: T, _: &Corridor, view: &View) -> Form {
    let choice = |code: &str| Choice::new(code, t.msg(format!("item-close-{code}")));
    Form::new(t, format!("/action-items/{}/closures", view.item.id), t.msg("item-close-send"))
        .idempotency_key(new_key())
        .field(Field::new(
            t,
            FieldKind::Radio(vec![choice("done"), choice("dropped")]),
            "outcome",
            t.msg("item-close-outcome"),
        ))
        .field(
            Field::lines(t, "remark", t.msg("item-close-remark"), 3)
                .hint(t.msg("item-close-remark-hint"))
                .chars_max(REASON_CHARS_MAX)
                .optional(),
        )
}

/// The form that closes an item.
pub(super) async fn closing(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    show(&app, &caller, &id, close_about).await
}

/// Closes it.
pub(super) async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let command = CloseCommand { outcome: typed.get("outcome").to_owned(), remark: typed.get("remark").to_owned() };
    match item_close(&app, &caller.ctx, &id, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/action-items/{id}")).into_response()),
        Err(fault) => again(&app, &caller, &id, close_about, &typed, fault).await,
    }
}

fn issue_form(t: T, corridor: &Corridor, view: &View) -> Form {
    let item = &view.item;
    let all: Vec<Adcode> = std::iter::once(item.lead).chain(item.partners.iter().copied()).collect();
    let city = Field::new(t, FieldKind::Radio(own(t, corridor, &all)), "city", t.msg("supervision-city"));
    Form::new(t, format!("/action-items/{}/supervisions", item.id), t.msg("supervision-issue-send"))
        .idempotency_key(new_key())
        .field(city)
        .field(crate::pages::supervision::asked(t))
        .field(crate::pages::supervision::term(t, WORKDAYS_DEFAULT, WORKDAYS_MAX))
}

/// The form for a supervision.
pub(super) async fn supervision_new(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    show(&app, &caller, &id, supervise_about).await
}

/// Issues it.
pub(super) async fn supervise(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let command = IssueCommand {
        city: typed.get("city").to_owned(),
        text: typed.get("text").to_owned(),
        workdays: half_width(typed.get("workdays")),
    };
    match supervision_issue(&app, &caller.ctx, &id, command).await {
        Ok(done) => {
            let links = vec![
                (format!("/supervisions/{}", done.id), word(t, "supervision-look")),
                (format!("/action-items/{id}"), word(t, "item-back")),
            ];
            Ok(SECTION.receipt(
                &caller,
                word(t, "supervision-issued-title"),
                &done,
                vec![word(t, "supervision-issued-next")],
                links,
            ))
        }
        Err(fault) => again(&app, &caller, &id, supervise_about, &typed, fault).await,
    }
}
