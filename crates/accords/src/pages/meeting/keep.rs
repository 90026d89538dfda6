//! Keeping the record of a meeting: one group of questions a page, and its resolutions.

use crate::actions::meeting::{adoptable, meeting_edit, meeting_form, meeting_keep, meeting_resolve};
use crate::pages::SECTION;
use crate::pages::words::{city_choices, title};
use crate::rules::accord::JOINT;
use crate::rules::meeting::{Attendance, Meeting, MeetingHead, MeetingPatch, Record, ResolutionDraft};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::Typed;
use rooms::pages::{refused, word};

fn head_form(t: T, corridor: &Corridor, action: String) -> Form {
    Form::new(t, action, t.msg("meeting-save"))
        .field(Field::line(t, "title", t.msg("meeting-form-title")).chars_max(TITLE_CHARS_MAX))
        .field(Field::line(t, "title_en", t.msg("meeting-form-title-en")).chars_max(TITLE_CHARS_MAX).optional())
        .field(Field::new(t, FieldKind::Line("date"), "day", t.msg("meeting-fact-day")))
        .field(Field::line(t, "place", t.msg("meeting-fact-place")).chars_max(TITLE_CHARS_MAX))
        .field(Field::new(t, FieldKind::Select(city_choices(t, corridor)), "chair", t.msg("meeting-fact-chair")))
}

fn attendance_form(t: T, corridor: &Corridor, action: String) -> Form {
    let mut present = city_choices(t, corridor);
    present.push(Choice::new(JOINT, t.msg("accord-party-joint")));
    Form::new(t, action, t.msg("meeting-save"))
        .field(Field::new(t, FieldKind::Check(present), "attendees", t.msg("meeting-fact-attendees")))
        .field(
            Field::lines(t, "guests", t.msg("meeting-fact-guests"), 3)
                .hint(t.msg("meeting-form-guests-hint"))
                .chars_max(ABSTRACT_CHARS_MAX)
                .optional(),
        )
}

fn record_form(t: T, action: String) -> Form {
    Form::new(t, action, t.msg("meeting-save"))
        .field(Field::lines(t, "agenda", t.msg("meeting-agenda"), 6).chars_max(ABSTRACT_CHARS_MAX))
        .field(
            Field::lines(t, "minutes", t.msg("meeting-minutes"), 12)
                .hint(t.msg("meeting-form-minutes-hint"))
                .chars_max(DETAIL_CHARS_MAX)
                .optional(),
        )
}

fn head(typed: &Typed) -> MeetingHead {
    MeetingHead {
        title: typed.get("title").to_owned(),
        title_en: typed.get("title_en").to_owned(),
        day: typed.get("day").to_owned(),
        place: typed.get("place").to_owned(),
        chair: typed.get("chair").to_owned(),
    }
}

/// The empty form.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "meeting_keep", &Resource::house())?;
    let form = first_form(&app, &caller);
    Ok(html(&SECTION.form(&caller, word(caller.visit.t, "meeting-new"), "/meetings", form)))
}

fn first_form(app: &App, caller: &Caller) -> Form {
    let t = caller.visit.t;
    head_form(t, &corridor::of(app), "/meetings".to_owned())
        .idempotency_key(new_key())
        .cancel("/meetings", t.msg("accord-cancel"))
}

/// Begins the record and goes on to who was there; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let patch = MeetingPatch { head: Some(head(&typed)), ..MeetingPatch::default() };
    match meeting_keep(&app, &caller.ctx, patch).await {
        Ok(done) => Ok(Redirect::to(&format!("/meetings/{}/steps/attendance", done.id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = first_form(&app, &caller);
            Ok(SECTION.again(&caller, word(caller.visit.t, "meeting-new"), "/meetings", form, &typed, &refusal))
        }
    }
}

fn group_form(app: &App, t: T, meeting: &Meeting, step: &str) -> Result<Form, Refusal> {
    let (corridor, action) = (corridor::of(app), format!("/meetings/{}/steps/{step}", meeting.id));
    let form = match step {
        "head" => head_form(t, &corridor, action),
        "attendance" => attendance_form(t, &corridor, action),
        "record" => record_form(t, action),
        _ => return Err(Refusal::not_found()),
    };
    Ok(form.cancel(format!("/meetings/{}", meeting.id), t.msg("accord-cancel")))
}

fn held<'a>(meeting: &'a Meeting, day: &'a str, chair: &'a str, step: &str) -> Vec<(&'a str, &'a str)> {
    match step {
        "head" => vec![
            ("title", meeting.title.as_str()),
            ("title_en", &meeting.title_en),
            ("day", day),
            ("place", &meeting.place),
            ("chair", chair),
        ],
        "attendance" => {
            let present = meeting.attendees.iter().map(|code| ("attendees", code.as_str()));
            present.chain([("guests", meeting.guests.as_str())]).collect()
        }
        _ => vec![("agenda", meeting.agenda.as_str()), ("minutes", &meeting.minutes)],
    }
}

/// One group of the record.
pub(super) async fn step(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let meeting = meeting_form(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    let (day, chair) = (meeting.day.to_string(), meeting.chair.to_string());
    let form = group_form(&app, t, &meeting, &step)?.fill(held(&meeting, &day, &chair, &step));
    Ok(html(&SECTION.form(&caller, word(t, format!("meeting-step-{step}")), format!("/meetings/{id}"), form)))
}

/// Saves a group; a refused form comes back as it was typed.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((id, step)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let text = |name: &str| typed.get(name).to_owned();
    let mut patch = MeetingPatch::default();
    let next = match step.as_str() {
        "head" => {
            patch.head = Some(head(&typed));
            ""
        }
        "attendance" => {
            patch.attendance = Some(Attendance { attendees: typed.all("attendees"), guests: text("guests") });
            "/steps/record"
        }
        "record" => {
            patch.record = Some(Record { agenda: text("agenda"), minutes: text("minutes") });
            ""
        }
        _ => return Err(Refusal::not_found().into()),
    };
    match meeting_edit(&app, &caller.ctx, &id, patch).await {
        Ok(_) => Ok(Redirect::to(&format!("/meetings/{id}{next}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let meeting = match meeting_form(&app, &caller.ctx, &id).await {
                Ok(meeting) => meeting,
                // Published meanwhile: the meeting itself says so.
                Err(fault) => {
                    refused(fault)?;
                    return Ok(Redirect::to(&format!("/meetings/{id}")).into_response());
                }
            };
            let t = caller.visit.t;
            let form = group_form(&app, t, &meeting, &step)?;
            Ok(SECTION.again(
                &caller,
                word(t, format!("meeting-step-{step}")),
                format!("/meetings/{id}"),
                form,
                &typed,
                &refusal,
            ))
        }
    }
}

async fn resolution_form(app: &App, caller: &Caller, id: &str) -> Result<Form, Problem> {
    let t = caller.visit.t;
    let accords = adoptable(app, &caller.ctx).await?;
    let accords: Vec<Choice> = accords
        .iter()
        .map(|accord| Choice::new(&accord.id, format!("{} {}", accord.number, title(t, accord))))
        .collect();
    let mut form = Form::new(t, format!("/meetings/{id}/resolutions"), t.msg("meeting-resolve-send"))
        .idempotency_key(new_key())
        .field(Field::line(t, "title", t.msg("meeting-resolution-title")).chars_max(TITLE_CHARS_MAX))
        .field(Field::line(t, "title_en", t.msg("meeting-resolution-title-en")).chars_max(TITLE_CHARS_MAX).optional())
        .field(Field::lines(t, "text", t.msg("meeting-resolution-text"), 6).chars_max(ABSTRACT_CHARS_MAX))
        .field(
            Field::lines(t, "text_en", t.msg("meeting-resolution-text-en"), 4).chars_max(ABSTRACT_CHARS_MAX).optional(),
        );
    if !accords.is_empty() {
        let field = Field::new(t, FieldKind::Select(accords), "accord", t.msg("meeting-resolution-accord"));
        form = form.field(field.hint(t.msg("meeting-resolution-accord-hint")).optional());
    }
    Ok(form.cancel(format!("/meetings/{id}"), t.msg("accord-cancel")))
}

/// The form for a resolution.
pub(super) async fn resolution(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    meeting_form(&app, &caller.ctx, &id).await?;
    let form = resolution_form(&app, &caller, &id).await?;
    Ok(html(&SECTION.form(&caller, word(caller.visit.t, "meeting-resolve"), format!("/meetings/{id}"), form)))
}

/// Enters it; a refused form comes back as it was typed.
pub(super) async fn resolve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let draft = ResolutionDraft {
        title: text("title"),
        title_en: text("title_en"),
        text: text("text"),
        text_en: text("text_en"),
        accord: text("accord"),
    };
    match meeting_resolve(&app, &caller.ctx, &id, draft).await {
        Ok(_) => Ok(Redirect::to(&format!("/meetings/{id}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = resolution_form(&app, &caller, &id).await?;
            Ok(SECTION.again(
                &caller,
                word(caller.visit.t, "meeting-resolve"),
                format!("/meetings/{id}"),
                form,
                &typed,
                &refusal,
            ))
        }
    }
}
