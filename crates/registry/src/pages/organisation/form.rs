//! Registering an organisation and editing its record.

use super::words::{city_choices, kind_choices, segment_choices};
use crate::actions::organisation::{Register, organisation_edit, organisation_register, organisation_view};
use crate::corridor::{self, Corridor};
use crate::rules::claim::{CLAIM_WORKDAYS, EVIDENCE_CHARS_MAX};
use crate::rules::organisation::{Dossier, Draft};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Field, FieldKind, Form, Proofs, Receipt};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::actions::Done;
use rooms::pages::frames::{ReceiptPage, StepPage};
use rooms::pages::typed::{Typed, half_width};

/// The questions of a record, for registering and editing alike.
fn questions(t: T, corridor: &Corridor, mut form: Form) -> Form {
    let line = |name: &'static str| {
        let label = t.msg(format!("organisation-form-{}", name.replace('_', "-")));
        Field::line(t, name, label)
    };
    form = form
        .field(line("name").chars_max(TITLE_CHARS_MAX).autocomplete("organization"))
        .field(line("name_en").chars_max(TITLE_CHARS_MAX).optional())
        .field(
            Field::lines(t, "aliases", t.msg("organisation-form-aliases"), 3)
                .hint(t.msg("organisation-form-per-line"))
                .optional(),
        )
        .field(Field::new(t, FieldKind::Select(kind_choices(t)), "kind", t.msg("organisation-form-kind")))
        .field(
            Field::new(t, FieldKind::Select(city_choices(t, corridor)), "city", t.msg("organisation-form-city"))
                .hint(t.msg("organisation-form-city-hint"))
                .optional(),
        )
        .field(line("uscc").hint(t.msg("organisation-form-uscc-hint")).optional())
        .field(Field::new(t, FieldKind::Line("url"), "website", t.msg("organisation-form-website")).optional())
        .field(line("founded").hint(t.msg("organisation-form-founded-hint")).optional())
        .field(
            Field::lines(t, "profile", t.msg("organisation-form-profile"), 5).chars_max(ABSTRACT_CHARS_MAX).optional(),
        )
        .field(
            Field::lines(t, "profile_en", t.msg("organisation-form-profile-en"), 5)
                .chars_max(ABSTRACT_CHARS_MAX)
                .optional(),
        )
        .field(
            Field::lines(t, "capabilities", t.msg("organisation-form-capabilities"), 5)
                .hint(t.msg("organisation-form-per-line"))
                .optional(),
        );
    let segments = segment_choices(t, corridor);
    form.field(
        Field::new(t, FieldKind::Check(segments), "segments", t.msg("organisation-form-segments"))
            .hint(t.msg("organisation-form-segments-hint"))
            .optional(),
    )
}

/// What was typed, as the rules read it.
fn draft(typed: &Typed) -> Draft {
    let lines = |name: &str| typed.raw(name).unwrap_or_default().lines().map(str::to_owned).collect();
    Draft {
        name: typed.get("name").to_owned(),
        name_en: typed.get("name_en").to_owned(),
        aliases: lines("aliases"),
        kind: typed.get("kind").to_owned(),
        city: typed.get("city").to_owned(),
        uscc: typed.get("uscc").to_owned(),
        website: typed.get("website").to_owned(),
        founded: half_width(typed.get("founded")).replace('/', "-"),
        segments: typed.all("segments"),
        profile_zh: typed.get("profile").to_owned(),
        profile_en: typed.get("profile_en").to_owned(),
        capabilities: lines("capabilities"),
    }
}

/// The record as the form shows it.
fn filled(dossier: &Dossier) -> Vec<(&'static str, String)> {
    let o = &dossier.organisation;
    let first = |lang: &str| dossier.names.iter().find(|n| n.lang == lang && !n.flagged).map(|n| n.name.clone());
    let name = first("zh").unwrap_or_default();
    let name_en = o.name_en.clone().unwrap_or_default();
    let aliases: Vec<String> =
        dossier.names.iter().map(|n| n.name.clone()).filter(|alias| *alias != name && *alias != name_en).collect();
    let profile = dossier.statements.iter().find(|s| s.field == "profile");
    let capabilities: Vec<String> = dossier
        .statements
        .iter()
        .filter(|s| s.field == "capability")
        .map(|s| if s.value_zh.is_empty() { s.value_en.clone() } else { s.value_zh.clone() })
        .collect();
    let mut values = vec![
        ("name", name),
        ("name_en", name_en),
        ("aliases", aliases.join("\n")),
        ("kind", o.kind.code().to_owned()),
        ("city", o.city.map(|city| city.to_string()).unwrap_or_default()),
        ("uscc", o.uscc.clone().unwrap_or_default()),
        ("website", o.website.clone().unwrap_or_default()),
        ("founded", o.founded.clone().unwrap_or_default()),
        ("profile", profile.map(|s| s.value_zh.clone()).unwrap_or_default()),
        ("profile_en", profile.map(|s| s.value_en.clone()).unwrap_or_default()),
        ("capabilities", capabilities.join("\n")),
    ];
    values.extend(dossier.segments.iter().map(|place| ("segments", place.segment.clone())));
    values
}

fn register_form(t: T, corridor: &Corridor) -> Form {
    let evidence = Field::lines(t, "evidence", t.msg("claim-evidence"), 4)
        .hint(t.with("claim-evidence-hint", "n", CLAIM_WORKDAYS))
        .chars_max(EVIDENCE_CHARS_MAX);
    questions(t, corridor, Form::new(t, "/organisations", t.msg("organisation-register-submit")))
        .field(evidence)
        .idempotency_key(new_key())
        .cancel("/organisations", t.msg("organisation-cancel"))
}

fn frame(caller: &Caller, title: &str, form: Form, back: &str) -> StepPage {
    let heading = caller.visit.t.msg(title).into_owned();
    StepPage {
        shell: caller.visit.shell(heading.clone()).private().here("/organisations"),
        step: StepFrame { form, task: heading, step: 0, steps: 0, back_href: back.to_owned() },
    }
}

/// The empty form.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "organisation_register", &Resource::house())?;
    let form = register_form(caller.visit.t, &corridor::of(&app));
    Ok(html(&frame(&caller, "organisation-register", form, "/organisations")))
}

/// Registers; a refused form comes back as it was typed.
pub(super) async fn register(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let draft = draft(&typed);
    let evidence = typed.get("evidence").to_owned();
    match organisation_register(&app, &caller.ctx, Register { draft, evidence }).await {
        Ok(done) => Ok(receipt(&caller, &done)),
        Err(Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => {
            let form = register_form(caller.visit.t, &corridor::of(&app)).fill(typed.pairs()).refuse(&refusal);
            let page = frame(&caller, "organisation-register", form, "/organisations");
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn receipt(caller: &Caller, done: &Done) -> Response {
    let t = caller.visit.t;
    let title = t.msg("organisation-receipt").into_owned();
    let page = ReceiptPage {
        shell: caller.visit.shell(title.clone()).private().here("/organisations"),
        warnings: done.warnings.iter().map(|(zh, en)| t.pick(zh, en).to_owned()).collect(),
        receipt: Receipt {
            t,
            title,
            number: done.entry.to_string(),
            at_ms: done.at_ms,
            next: vec![
                t.with("organisation-receipt-office", "n", CLAIM_WORKDAYS),
                t.msg("organisation-receipt-then").into_owned(),
            ],
            links: vec![
                (format!("/organisations/{}", done.id), t.msg("organisation-receipt-look").into_owned()),
                ("/my/organisation".to_owned(), t.msg("organisation-mine").into_owned()),
            ],
            proof: Some(Proofs::of(t, done.entry, done.at_ms)),
        },
    };
    html(&page)
}

fn edit_form(t: T, corridor: &Corridor, id: &str) -> Form {
    questions(t, corridor, Form::new(t, format!("/organisations/{id}/edit"), t.msg("organisation-save")))
        .cancel(format!("/organisations/{id}"), t.msg("organisation-cancel"))
}

/// The record in the form.
pub(super) async fn edit(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = organisation_view(&app, &caller.ctx, &id).await?;
    let target = crate::actions::organisation::resource(&app, &view.dossier.organisation);
    app.policies().require(&caller.ctx, "organisation_edit", &target)?;
    let values = filled(&view.dossier);
    let form = edit_form(caller.visit.t, &corridor::of(&app), &id)
        .fill(values.iter().map(|(name, value)| (*name, value.as_str())));
    Ok(html(&frame(&caller, "organisation-edit", form, &format!("/organisations/{id}"))))
}

/// Saves; a refused form comes back as it was typed.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match organisation_edit(&app, &caller.ctx, &id, draft(&typed)).await {
        Ok(done) if done.warnings.is_empty() => Ok(Redirect::to(&format!("/organisations/{id}")).into_response()),
        Ok(done) => Ok(saved_oddly(&caller, &done)),
        Err(Fault::Refused(refusal)) if refusal.kind.status() == 422 || refusal.code == "uscc-taken" => {
            let form = edit_form(caller.visit.t, &corridor::of(&app), &id).fill(typed.pairs()).refuse(&refusal);
            let page = frame(&caller, "organisation-edit", form, &format!("/organisations/{id}"));
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Saved, but something about it is odd and worth a second look.
fn saved_oddly(caller: &Caller, done: &Done) -> Response {
    let t = caller.visit.t;
    let title = t.msg("organisation-saved").into_owned();
    let links = vec![(format!("/organisations/{}", done.id), t.msg("organisation-receipt-look").into_owned())];
    let receipt = Receipt {
        t,
        title: title.clone(),
        number: done.entry.to_string(),
        at_ms: done.at_ms,
        next: Vec::new(),
        links,
        proof: Some(Proofs::of(t, done.entry, done.at_ms)),
    };
    html(&ReceiptPage {
        shell: caller.visit.shell(title).private().here("/organisations"),
        warnings: done.warnings.iter().map(|(zh, en)| t.pick(zh, en).to_owned()).collect(),
        receipt,
    })
}
