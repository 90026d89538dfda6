//! Proposing a workstation in an organisation's name.

use crate::actions::workstation::{CHOICES_MAX, Choices, workstation_choices, workstation_propose, workstation_view};
use crate::pages::expert::words as expert;
use crate::pages::organisation::words::name;
use crate::rules::expert::Expert;
use crate::rules::workstation::{EXPERTS_MAX, WORKSTATION_WORKDAYS, WorkstationDraft};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Field, FieldKind, Form, Proofs, Receipt, SearchBox};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::actions::Done;
use rooms::pages::frames::ReceiptPage;
use rooms::pages::typed::{Typed, half_width};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "registry/workstation_propose.html")]
struct Page {
    shell: Shell,
    step: StepFrame,
    search: SearchBox,
    more: String,
}

/// What the form starts from.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Start {
    /// Words that narrow the experts.
    q: String,
    /// An expert who is chosen already.
    expert: String,
    /// A workstation that was refused and is proposed again.
    from: String,
}

fn choice(t: T, e: &Expert) -> Choice {
    let hint = t.with2("workstation-choice", "about", expert::about(t, e), "fields", expert::fields(t, e));
    Choice::new(&e.id, expert::name(t, e)).hint(hint)
}

fn form(t: T, choices: &Choices) -> Form {
    let o = &choices.organisation;
    let line = |name: &'static str, key: &str| Field::line(t, name, t.msg(key));
    let lines = |name: &'static str, key: &str| Field::lines(t, name, t.msg(key), 4).chars_max(ABSTRACT_CHARS_MAX);
    let experts = choices.experts.iter().map(|e| choice(t, e)).collect();
    Form::new(t, format!("/organisations/{}/workstations", o.id), t.msg("workstation-propose-submit"))
        .field(
            Field::new(t, FieldKind::Check(experts), "experts", t.msg("workstation-form-experts"))
                .hint(t.n("workstation-form-experts-hint", EXPERTS_MAX)),
        )
        .field(line("name", "workstation-form-name").chars_max(TITLE_CHARS_MAX))
        .field(line("name_en", "workstation-form-name-en").chars_max(TITLE_CHARS_MAX).optional())
        .field(lines("about", "workstation-form-about").hint(t.msg("workstation-form-about-hint")))
        .field(lines("about_en", "workstation-form-about-en").optional())
        .field(line("since", "workstation-form-since").hint(t.msg("workstation-form-since-hint")).optional())
        .idempotency_key(new_key())
        .cancel(format!("/organisations/{}", o.id), t.msg("organisation-cancel"))
}

fn frame(caller: &Caller, choices: &Choices, form: Form, start: &Start) -> Page {
    let t = caller.visit.t;
    let o = &choices.organisation;
    let heading = t.with("workstation-propose-of", "name", name(t, o));
    let keep = [("expert", &start.expert), ("from", &start.from)];
    let keep = keep.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| ((*n).to_owned(), (*v).clone())).collect();
    let more = choices.total > CHOICES_MAX as i64;
    Page {
        shell: caller.visit.shell(heading.clone()).private().here("/experts"),
        step: StepFrame { form, task: heading, step: 0, steps: 0, back_href: format!("/organisations/{}", o.id) },
        search: SearchBox {
            t,
            action: format!("/organisations/{}/workstations/new", o.id),
            label: t.msg("workstation-form-search").into_owned(),
            q: start.q.clone(),
            keep,
        },
        more: if more {
            t.with2("workstation-form-more", "shown", CHOICES_MAX, "total", choices.total)
        } else if choices.experts.is_empty() {
            t.msg("workstation-form-none").into_owned()
        } else {
            String::new()
        },
    }
}

/// The form; one that was refused before is filled in again.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(start): Query<Start>,
) -> Result<Response, Problem> {
    let mut values: Vec<(&str, String)> = Vec::new();
    if !start.from.is_empty() {
        let view = workstation_view(&app, &caller.ctx, &start.from).await?;
        let w = view.card.workstation;
        let again = view.experts.iter().filter(|seat| seat.known && seat.left_ms.is_none());
        values.extend(again.map(|seat| ("experts", seat.expert.id.clone())));
        values.extend([
            ("name", w.name),
            ("name_en", w.name_en),
            ("about", w.about),
            ("about_en", w.about_en),
            ("since", w.since),
        ]);
    }
    if !start.expert.is_empty() {
        values.push(("experts", start.expert.clone()));
    }
    let chosen: Vec<String> = values.iter().filter(|(name, _)| *name == "experts").map(|(_, id)| id.clone()).collect();
    let choices = workstation_choices(&app, &caller.ctx, &id, &start.q, &chosen).await?;
    let form = form(caller.visit.t, &choices).fill(values.iter().map(|(name, value)| (*name, value.as_str())));
    Ok(html(&frame(&caller, &choices, form, &start)))
}

/// Proposes; a refused form comes back as it was typed.
pub(super) async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let draft = WorkstationDraft {
        name: text("name"),
        name_en: text("name_en"),
        about: text("about"),
        about_en: text("about_en"),
        since: half_width(typed.get("since")).replace('/', "-"),
        experts: typed.all("experts"),
    };
    let chosen = draft.experts.clone();
    match workstation_propose(&app, &caller.ctx, &id, draft).await {
        Ok(done) => Ok(receipt(&caller, &done)),
        Err(Fault::Refused(refusal)) if matches!(refusal.kind.status(), 409 | 422) => {
            let choices = workstation_choices(&app, &caller.ctx, &id, "", &chosen).await?;
            let form = form(caller.visit.t, &choices).fill(typed.pairs()).refuse(&refusal);
            let page = frame(&caller, &choices, form, &Start::default());
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn receipt(caller: &Caller, done: &Done) -> Response {
    let t = caller.visit.t;
    let title = t.msg("workstation-receipt").into_owned();
    let receipt = Receipt {
        t,
        title: title.clone(),
        number: done.entry.to_string(),
        at_ms: done.at_ms,
        next: vec![
            t.msg("workstation-receipt-experts").into_owned(),
            t.n("workstation-receipt-office", WORKSTATION_WORKDAYS),
            t.msg("workstation-receipt-then").into_owned(),
        ],
        links: vec![
            (format!("/workstations/{}", done.id), t.msg("workstation-receipt-look").into_owned()),
            ("/my/organisation".to_owned(), t.msg("organisation-mine").into_owned()),
        ],
        proof: Some(Proofs::of(t, done.entry, done.at_ms)),
    };
    html(&ReceiptPage::new(caller.visit.shell(title).private().here("/experts"), receipt))
}
