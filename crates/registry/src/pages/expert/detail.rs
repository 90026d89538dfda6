//! One expert: what he works in, where he takes part, and what waits for his answer.

use super::words::{about, availability_name, fields, name, other_name, tags};
use crate::actions::expert::{ExpertView, expert_seat, expert_unseat, expert_view, expert_withdraw};
use crate::corridor::{self, Corridor};
use crate::pages::organisation::words::{city_name, segment_name};
use crate::pages::workstation::words as station;
use crate::rules::expert::{Availability, ExpertState};
use crate::rules::workstation::Workstation;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Form, Source, Tag};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault, Outcome};
use rooms::actions::Done;

#[derive(Template)]
#[template(path = "registry/expert_detail.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refused: String,
    notices: Vec<String>,
    fields: String,
    fields_other: String,
    asked: Vec<Asked>,
    workstations: Vec<Line>,
    closed: bool,
    seat_form: Option<Form>,
    withdraw_form: Option<Form>,
}

/// A workstation the expert takes part in.
struct Line {
    href: String,
    name: String,
    about: String,
    tag: Tag,
}

/// A workstation that asks.
struct Asked {
    line: Line,
    join: Form,
    leave_href: String,
}

/// One expert.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = expert_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, "")))
}

fn build(caller: &Caller, corridor: &Corridor, view: &ExpertView, refused: &str) -> Page {
    let t = caller.visit.t;
    let e = &view.expert;
    let title = name(t, e);
    let lede = about(t, e);
    let mut shell = caller.visit.shell(title.clone()).describe(&lede).here("/experts").live(format!("expert/{}", e.id));
    if e.state == ExpertState::Withdrawn || !view.named {
        shell = shell.private();
    }
    let shown = fields(t, e);
    let other = if t.zh() { &e.fields_en } else { &e.fields };
    Page {
        shell,
        refused: refused.to_owned(),
        notices: notices(t, view),
        fields_other: if *other == shown { String::new() } else { other.clone() },
        fields: shown,
        asked: view.asked.iter().map(|w| asked(t, &e.id, w)).collect(),
        workstations: view.workstations.iter().map(|w| line(t, w)).collect(),
        closed: !view.named,
        seat_form: view.may_seat.then(|| seat_form(t, view)),
        withdraw_form: view
            .may_edit
            .then(|| Form::new(t, format!("/experts/{}/withdrawals", e.id), t.msg("expert-withdraw"))),
        detail: frame(t, corridor, view, title, lede),
    }
}

fn line(t: T, w: &Workstation) -> Line {
    Line {
        href: format!("/workstations/{}", w.id),
        name: t.pick(&w.name, &w.name_en).to_owned(),
        about: t.pick(&w.about, &w.about_en).to_owned(),
        tag: station::state_tag(t, w.state),
    }
}

fn asked(t: T, expert: &str, w: &Workstation) -> Asked {
    Asked {
        line: line(t, w),
        join: Form::new(t, format!("/workstations/{}/joinings", w.id), t.msg("workstation-join"))
            .hidden("expert", expert),
        leave_href: format!("/workstations/{}/experts/{expert}/leaving", w.id),
    }
}

fn seat_form(t: T, view: &ExpertView) -> Form {
    let id = &view.expert.id;
    if view.expert.committee_ms.is_some() {
        return Form::new(t, format!("/experts/{id}/seats/withdrawals"), t.msg("expert-unseat"));
    }
    Form::new(t, format!("/experts/{id}/seats"), t.msg("expert-seat"))
}

/// What the expert, or the office that keeps the record, must know at once.
fn notices(t: T, view: &ExpertView) -> Vec<String> {
    let mut notices = Vec::new();
    if view.expert.state == ExpertState::Withdrawn {
        notices.push(t.msg("expert-notice-withdrawn").into_owned());
    } else if view.may_edit && view.expert.consent_ms.is_none() {
        notices.push(t.msg("expert-notice-unnamed").into_owned());
    }
    if !view.named {
        notices.push(t.msg("expert-notice-closed").into_owned());
    }
    notices
}

fn frame(t: T, corridor: &Corridor, view: &ExpertView, heading: String, lede: String) -> DetailFrame {
    let e = &view.expert;
    let mut actions = Vec::new();
    if view.may_edit {
        actions.push(Action::new(format!("/experts/{}/edit", e.id), t.msg("expert-edit")));
    }
    let welcome = e.availability != Availability::Closed;
    for (organisation, owner) in view.may_ask.iter().filter(|_| welcome) {
        let href = format!("/organisations/{organisation}/workstations/new?expert={}", e.id);
        actions.push(Action::new(href, t.with("expert-invite", "name", owner)));
    }
    DetailFrame {
        crumbs: Crumbs::new(t, &heading).over("/experts", t.msg("expert-list-title")),
        other_name: other_name(t, e),
        tags: tags(t, e),
        lede,
        phases: None,
        facts: vec![facts(t, corridor, view)],
        actions,
        source: Some(source(t, view)),
        proof: None,
        heading,
    }
}

fn facts(t: T, corridor: &Corridor, view: &ExpertView) -> Facts {
    let e = &view.expert;
    let label = |key: &str| t.msg(format!("expert-fact-{key}")).into_owned();
    let mut facts = vec![Fact::new(label("institution"), &e.institution)];
    if !e.title.is_empty() {
        facts.push(Fact::new(label("title"), &e.title));
    }
    if let Some(city) = e.city {
        let fact = Fact::new(label("city"), city_name(t, corridor, Some(city)));
        facts.push(fact.link(format!("/experts?city={city}")));
    }
    if let Some(since) = e.committee_ms {
        let fact = Fact::new(label("committee"), t.with("expert-since", "date", t.date(since)));
        facts.push(fact.link("/experts?body=committee"));
    }
    facts.push(Fact::new(label("availability"), availability_name(t, e.availability)));
    let segment =
        |id: &String| Fact::new(label("segment"), segment_name(t, corridor, id)).link(format!("/experts?segment={id}"));
    facts.extend(e.segments.iter().map(segment));
    Facts { title: t.msg("side-facts").into_owned(), facts }
}

/// Who says all this: the expert, or an office.
fn source(t: T, view: &ExpertView) -> Source {
    let e = &view.expert;
    Source {
        t,
        area: String::new(),
        as_of: kernel::Instant::from_ms(e.updated_ms).date().to_string(),
        basis: String::new(),
        title: t.msg(if e.office.is_some() { "expert-source-office" } else { "expert-source-own" }).into_owned(),
        href: String::new(),
        unverified: false,
    }
}

/// Back to the page when it is done; the page again, saying what to do, when it was refused.
async fn after(app: &App, caller: &Caller, id: &str, outcome: Outcome<Done>) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/experts/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if refusal.kind.status() == 409 => {
            let view = expert_view(app, &caller.ctx, id).await?;
            let page = build(caller, &corridor::of(app), &view, refusal.sentence(caller.visit.t.locale));
            Ok(html_with(StatusCode::CONFLICT, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Takes the record out of the list.
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let outcome = expert_withdraw(&app, &caller.ctx, &id).await;
    // An office that has taken a record out still sees it; so does the expert.
    after(&app, &caller, &id, outcome).await
}

/// Gives a seat on the advisory committee.
pub(super) async fn seat(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let outcome = expert_seat(&app, &caller.ctx, &id).await;
    after(&app, &caller, &id, outcome).await
}

/// Ends a seat.
pub(super) async fn unseat(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let outcome = expert_unseat(&app, &caller.ctx, &id).await;
    after(&app, &caller, &id, outcome).await
}
