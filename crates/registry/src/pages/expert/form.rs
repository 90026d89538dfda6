//! Registering as an expert, entering one for an office, and editing a record.

use super::words::availability_choices;
use crate::actions::expert::{expert_edit, expert_keep, expert_own, expert_register, expert_view, kept_cities};
use crate::corridor::{self, Corridor};
use crate::pages::organisation::words::{city_choices, segment_choices};
use crate::rules::expert::{Expert, ExpertDraft, FIELDS_CHARS_MAX};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::limits::TITLE_CHARS_MAX;
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Field, FieldKind, Form, Proofs, Receipt};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::actions::Done;
use rooms::pages::frames::{ReceiptPage, StepPage};
use rooms::pages::typed::Typed;

/// Who fills the form in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hand {
    Own,
    Office,
}

/// The questions of a record. An office answers for somebody else and says so.
fn questions(t: T, corridor: &Corridor, hand: Hand, cities: Option<&[String]>, form: Form) -> Form {
    let line = |name: &'static str| {
        Field::line(t, name, t.msg(format!("expert-form-{}", name.replace('_', "-")))).chars_max(TITLE_CHARS_MAX)
    };
    let (consent, consent_hint) = match hand {
        Hand::Own => ("expert-form-consent-own", "expert-form-consent-own-hint"),
        Hand::Office => ("expert-form-consent-office", "expert-form-consent-office-hint"),
    };
    let tick = |name: &'static str, question: &str, answer: &str| {
        let choice = Choice::new("1", t.msg(answer));
        Field::new(t, FieldKind::Check(vec![choice]), name, t.msg(question)).optional()
    };
    let mut places = city_choices(t, corridor);
    if let Some(cities) = cities {
        let here = |choice: &Choice| {
            let member = kernel::Adcode::parse(&choice.value).ok().and_then(|code| corridor.member_above(code));
            member.is_some_and(|city| cities.contains(&city.to_string()))
        };
        places.retain(here);
    }
    let mut city = Field::new(t, FieldKind::Select(places), "city", t.msg("expert-form-city"));
    if cities.is_none() {
        city = city.hint(t.msg("expert-form-city-hint")).optional();
    }
    let fields = |name: &'static str, key: &str| Field::lines(t, name, t.msg(key), 3).chars_max(FIELDS_CHARS_MAX);
    form.field(line("name").autocomplete(if hand == Hand::Own { "name" } else { "off" }))
        .field(line("name_en").optional())
        .field(tick("consent", "expert-form-consent", consent).hint(t.msg(consent_hint)))
        .field(line("title").hint(t.msg("expert-form-title-hint")).optional())
        .field(tick("academician", "expert-form-academician", "expert-form-academician-yes"))
        .field(line("institution").autocomplete("off"))
        .field(city)
        .field(fields("fields", "expert-form-fields").hint(t.msg("expert-form-fields-hint")))
        .field(fields("fields_en", "expert-form-fields-en").optional())
        .field(Field::new(
            t,
            FieldKind::Radio(availability_choices(t)),
            "availability",
            t.msg("expert-form-availability"),
        ))
        .field(
            Field::new(t, FieldKind::Check(segment_choices(t, corridor)), "segments", t.msg("expert-form-segments"))
                .hint(t.msg("expert-form-segments-hint"))
                .optional(),
        )
}

/// What was typed, as the rules read it.
fn draft(typed: &Typed) -> ExpertDraft {
    let text = |name: &str| typed.get(name).to_owned();
    ExpertDraft {
        name: text("name"),
        name_en: text("name_en"),
        consent: !typed.get("consent").is_empty(),
        title: text("title"),
        academician: !typed.get("academician").is_empty(),
        institution: text("institution"),
        city: text("city"),
        fields: text("fields"),
        fields_en: text("fields_en"),
        segments: typed.all("segments"),
        availability: text("availability"),
    }
}

/// The record as the form shows it.
fn filled(e: &Expert) -> Vec<(&'static str, String)> {
    let mut values = vec![
        ("name", e.name.clone()),
        ("name_en", e.name_en.clone()),
        ("title", e.title.clone()),
        ("institution", e.institution.clone()),
        ("city", e.city.map(|city| city.to_string()).unwrap_or_default()),
        ("fields", e.fields.clone()),
        ("fields_en", e.fields_en.clone()),
        ("availability", e.availability.code().to_owned()),
    ];
    let ticks = [("consent", e.consent_ms.is_some()), ("academician", e.academician)];
    values.extend(ticks.iter().filter(|(_, on)| *on).map(|(name, _)| (*name, "1".to_owned())));
    values.extend(e.segments.iter().map(|segment| ("segments", segment.clone())));
    values
}

fn frame(caller: &Caller, title: &str, form: Form, back: &str) -> StepPage {
    let heading = caller.visit.t.msg(title).into_owned();
    StepPage {
        shell: caller.visit.shell(heading.clone()).private().here("/experts"),
        step: StepFrame { form, task: heading, step: 0, steps: 0, back_href: back.to_owned() },
    }
}

fn register_form(t: T, corridor: &Corridor) -> Form {
    let form = Form::new(t, "/experts", t.msg("expert-register-submit"));
    questions(t, corridor, Hand::Own, None, form)
        .idempotency_key(new_key())
        .cancel("/experts", t.msg("organisation-cancel"))
}

/// The empty form for oneself; whoever is in the list already goes to his record.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "expert_register", &Resource::house())?;
    if let Some(own) = expert_own(&app, &caller.ctx).await? {
        return Ok(Redirect::to(&format!("/experts/{}", own.id)).into_response());
    }
    let form = register_form(caller.visit.t, &corridor::of(&app));
    Ok(html(&frame(&caller, "expert-register", form, "/experts")))
}

/// Registers oneself; a refused form comes back as it was typed.
pub(super) async fn register(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let draft = draft(&typed);
    match expert_register(&app, &caller.ctx, draft).await {
        Ok(done) => Ok(receipt(&caller, &done, "expert-receipt-own")),
        Err(Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => {
            let form = register_form(caller.visit.t, &corridor::of(&app)).fill(typed.pairs()).refuse(&refusal);
            let page = frame(&caller, "expert-register", form, "/experts");
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn keep_form(app: &App, caller: &Caller) -> Form {
    let t = caller.visit.t;
    let cities = kept_cities(app, &caller.ctx);
    let form = Form::new(t, "/experts/kept", t.msg("expert-keep-submit"));
    questions(t, &corridor::of(app), Hand::Office, cities.as_deref(), form)
        .idempotency_key(new_key())
        .cancel("/experts", t.msg("organisation-cancel"))
}

/// The empty form for somebody whose record an office keeps.
pub(super) async fn keep_new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "expert_keep", &Resource::house())?;
    Ok(html(&frame(&caller, "expert-keep", keep_form(&app, &caller), "/experts")))
}

/// Enters somebody; a refused form comes back as it was typed.
pub(super) async fn keep(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let draft = draft(&typed);
    match expert_keep(&app, &caller.ctx, draft).await {
        Ok(done) => Ok(receipt(&caller, &done, "expert-receipt-office")),
        Err(Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => {
            let form = keep_form(&app, &caller).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &frame(&caller, "expert-keep", form, "/experts")))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn receipt(caller: &Caller, done: &Done, next: &str) -> Response {
    let t = caller.visit.t;
    let title = t.msg("expert-receipt").into_owned();
    let receipt = Receipt {
        t,
        title: title.clone(),
        number: done.entry.to_string(),
        at_ms: done.at_ms,
        next: vec![t.msg(next).into_owned(), t.msg("expert-receipt-then").into_owned()],
        links: vec![
            (format!("/experts/{}", done.id), t.msg("expert-receipt-look").into_owned()),
            ("/experts".to_owned(), t.msg("expert-list-title").into_owned()),
        ],
        proof: Some(Proofs::of(t, done.entry, done.at_ms)),
    };
    html(&ReceiptPage::new(caller.visit.shell(title).private().here("/experts"), receipt))
}

fn edit_form(app: &App, caller: &Caller, expert: &Expert) -> Form {
    let t = caller.visit.t;
    let hand = if expert.office.is_some() { Hand::Office } else { Hand::Own };
    let cities = match hand {
        Hand::Office => kept_cities(app, &caller.ctx),
        Hand::Own => None,
    };
    let form = Form::new(t, format!("/experts/{}/edit", expert.id), t.msg("organisation-save"));
    questions(t, &corridor::of(app), hand, cities.as_deref(), form)
        .cancel(format!("/experts/{}", expert.id), t.msg("organisation-cancel"))
}

/// The record in the form.
pub(super) async fn edit(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = expert_view(&app, &caller.ctx, &id).await?;
    let target = crate::actions::expert::expert_resource(&view.expert);
    app.policies().require(&caller.ctx, "expert_edit", &target)?;
    let values = filled(&view.expert);
    let form = edit_form(&app, &caller, &view.expert).fill(values.iter().map(|(name, value)| (*name, value.as_str())));
    Ok(html(&frame(&caller, "expert-edit", form, &format!("/experts/{id}"))))
}

/// Saves; a refused form comes back as it was typed.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match expert_edit(&app, &caller.ctx, &id, draft(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/experts/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => {
            let view = expert_view(&app, &caller.ctx, &id).await?;
            let form = edit_form(&app, &caller, &view.expert).fill(typed.pairs()).refuse(&refusal);
            let page = frame(&caller, "expert-edit", form, &format!("/experts/{id}"));
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}
