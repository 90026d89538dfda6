//! One project: its path drawn on the corridor, its steps in words, and what its people may do.

use super::word;
use super::words::{declined, party_name, stage_name, tags};
use crate::actions::poc::{View, centre_choices, poc_close, poc_publish, poc_view};
use crate::corridor::{self, Corridor};
use crate::pages::drawing;
use crate::pages::organisation::words::{city_name, name, segment_name};
use crate::rules::organisation::Organisation;
use crate::rules::poc::{ProjectState, Step, StepState, path, stage_reached};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::web::journey::{Stop, circled};
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Choice, Crumbs, Fact, Facts, Field, FieldKind, Form, Tag, Tone};
use platform::web::{self, Problem, Shell, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::pages::{HistoryLine, history, lines, proof, refused, status};

#[derive(Template)]
#[template(path = "registry/poc_detail.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notice: String,
    about: Vec<String>,
    about_other: Vec<String>,
    journey: Option<web::Journey>,
    off: String,
    steps: Vec<StepLine>,
    proposals: Vec<Proposal>,
    propose_href: String,
    centre_answer: Option<CentreAnswer>,
    centre_ask: Option<Form>,
    publish: Option<Form>,
    close: Option<Form>,
    history: Vec<HistoryLine>,
}

/// A step of the path in words.
struct StepLine {
    id: String,
    number: String,
    planned: bool,
    stage: String,
    tag: Tag,
    place: String,
    day: String,
    with: String,
    with_href: String,
    /// Said of an organisation that others have named; empty when it has named itself.
    unconfirmed: String,
    note: String,
    note_other: String,
    evidence: String,
    entered: String,
    declined: String,
    edit_href: String,
    complete_href: String,
}

/// A proposal that the reader may see.
struct Proposal {
    line: StepLine,
    answers: Option<(String, String)>,
}

/// How somebody answers for the centre that is asked.
struct CentreAnswer {
    accept: Form,
    decline_href: String,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(html(&load(&app, &caller, &id, None).await?))
}

async fn load(app: &App, caller: &Caller, id: &str, refusal: Option<&Refusal>) -> Result<Page, Problem> {
    let view = poc_view(app, &caller.ctx, id).await?;
    let project = &view.card.project;
    let centres = if view.may_ask_centre { centre_choices(app, project.demo).await? } else { Vec::new() };
    let mut page = build(caller, &corridor::of(app), &view, refusal);
    page.centre_ask = ask_form(caller.visit.t, &view, &centres);
    Ok(page)
}

/// The form that asks a centre; none where there is no other to ask.
fn ask_form(t: T, view: &View, centres: &[Organisation]) -> Option<Form> {
    let asked = view.card.project.centre_asked();
    let others = centres.iter().filter(|centre| asked != Some(centre.id.as_str()));
    let choices: Vec<Choice> = others.map(|centre| Choice::new(&centre.id, name(t, centre))).collect();
    if choices.is_empty() {
        return None;
    }
    let field = Field::new(t, FieldKind::Select(choices), "centre", word(t, "form-centre"));
    let form = Form::new(t, format!("/poc/{}/centres", view.card.project.id), word(t, "centre-ask"));
    Some(form.field(field.hint(word(t, "centre-ask-hint"))))
}

/// Opens it to everybody.
pub(super) async fn publish(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let outcome = poc_publish(&app, &caller.ctx, &id).await;
    done(&app, &caller, &id, outcome).await
}

/// Brings it to an end.
pub(super) async fn close(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let outcome = poc_close(&app, &caller.ctx, &id).await;
    done(&app, &caller, &id, outcome).await
}

/// Back to the project, or the project with what is wrong above it.
pub(super) async fn done<D>(app: &App, caller: &Caller, id: &str, outcome: Outcome<D>) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/poc/{id}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            Ok(html_with(status(&refusal), &load(app, caller, id, Some(&refusal)).await?))
        }
    }
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let project = &view.card.project;
    let title = t.pick(&project.title, &project.title_en).to_owned();
    let mut shell = caller
        .visit
        .shell(title.clone())
        .describe(t.pick(&project.about, &project.about_en))
        .here("/poc")
        .live(format!("poc_project/{}", project.id));
    if project.state == ProjectState::Draft {
        shell = shell.private();
    }
    let way = path(&view.card.steps);
    let about = t.pick(&project.about, &project.about_en);
    let other = if about == project.about { &project.about_en } else { &project.about };
    let steps: Vec<StepLine> =
        way.iter().enumerate().map(|(index, step)| step_line(t, corridor, view, step, circled(index + 1))).collect();
    let id = &project.id;
    let form = |path: &str, key: &str| Form::new(t, format!("/poc/{id}/{path}"), t.msg(key));
    Page {
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        notice: notice(t, view),
        about: lines(about),
        about_other: if other.as_str() == about { Vec::new() } else { lines(other) },
        journey: journey(t, corridor, &way),
        off: off(t, corridor, &way),
        steps,
        proposals: proposals(t, corridor, view),
        propose_href: if view.may_propose_as.is_empty() && !invites(caller, view) {
            String::new()
        } else {
            format!("/poc/{id}/steps/new")
        },
        centre_answer: view.may_answer_centre.then(|| CentreAnswer {
            accept: form("centre/answers", "poc-centre-accept").hidden("decision", "accept"),
            decline_href: format!("/poc/{id}/centre/decline"),
        }),
        centre_ask: None,
        publish: view.may_publish.then(|| form("publications", "poc-publish")),
        close: view.may_close.then(|| form("closures", "poc-close")),
        history: history(t, "poc", &view.history, |key, _| t.msg(key).into_owned()),
        detail: frame(t, corridor, view, title),
        shell,
    }
}

/// Whether a reader who cannot propose yet is shown how: visitors, and people without an organisation.
fn invites(caller: &Caller, view: &View) -> bool {
    view.card.project.state == ProjectState::Published && !view.may_add && caller.actor().memberships.is_empty()
}

/// What the project's own people must know at once.
fn notice(t: T, view: &View) -> String {
    if let Some(centre) = &view.centre_declined {
        let name = party_name(t, &view.card, &centre.organisation);
        let why = declined(t, centre.reason, &centre.remark);
        return t.with2("poc-notice-centre-declined", "name", name, "why", why);
    }
    match view.card.project.state {
        ProjectState::Draft if view.may_publish || view.may_add => word(t, "notice-draft"),
        ProjectState::Closed => word(t, "notice-closed"),
        _ => String::new(),
    }
}

fn frame(t: T, corridor: &Corridor, view: &View, heading: String) -> DetailFrame {
    let project = &view.card.project;
    let other = if t.zh() { &project.title_en } else { &project.title };
    let mut actions = Vec::new();
    if view.may_add {
        actions.push(Action::new(format!("/poc/{}/steps/new", project.id), t.msg("poc-step-add")));
    }
    DetailFrame {
        crumbs: Crumbs::new(t, &heading).over("/poc", t.msg("poc-title")),
        other_name: if *other == heading { String::new() } else { other.clone() },
        tags: tags(t, corridor, &view.card),
        lede: String::new(),
        phases: None,
        facts: vec![facts(t, corridor, view)],
        actions,
        source: None,
        proof: proof(t, &view.history),
        heading,
    }
}

fn facts(t: T, corridor: &Corridor, view: &View) -> Facts {
    let card = &view.card;
    let project = &card.project;
    let label = |key: &str| t.msg(format!("poc-fact-{key}")).into_owned();
    let party =
        |key: &str, id: &str| Fact::new(label(key), party_name(t, card, id)).link(format!("/organisations/{id}"));
    let mut facts = vec![party("owner", &project.organisation)];
    facts.extend(project.centre_agreed().map(|centre| party("centre", centre)));
    // Nobody is said to look after a result before agreeing to it.
    let waits = |centre: &str| t.with("poc-centre-waits", "name", party_name(t, card, centre));
    facts.extend(project.centre_asked().map(|centre| Fact::new(label("centre"), waits(centre))));
    let reached = stage_reached(&card.steps);
    facts.push(Fact::new(
        label("stage"),
        reached.map_or_else(|| word(t, "stage-none"), |stage| stage_name(t, stage.code())),
    ));
    let done = card.steps.iter().filter(|step| step.state == StepState::Done);
    let mut cities: Vec<_> = done.filter_map(|step| step.city).collect();
    cities.sort_unstable();
    cities.dedup();
    facts.push(Fact::new(label("cities"), t.n("poc-cities", cities.len())));
    let segment =
        |id: &String| Fact::new(label("segment"), segment_name(t, corridor, id)).link(format!("/poc?segment={id}"));
    facts.extend(project.segments.iter().map(segment));
    Facts { title: t.msg("side-facts").into_owned(), facts }
}

/// The path on the picture of the corridor; none before the first step.
fn journey(t: T, corridor: &Corridor, way: &[&Step]) -> Option<web::Journey> {
    if way.is_empty() {
        return None;
    }
    let stop = |step: &&Step| Stop {
        adcode: station(corridor, step).map(|city| city.to_string()),
        done: step.state == StepState::Done,
    };
    let spoken: Vec<String> = way.iter().enumerate().map(|(index, step)| spoken(t, corridor, index, step)).collect();
    let legend = (word(t, "legend-done"), word(t, "legend-planned"));
    drawing::journey(
        t,
        "poc-path",
        corridor,
        way.iter().map(stop).collect(),
        word(t, "path-title"),
        spoken.join(&t.msg("poc-path-separator")),
        legend,
    )
}

/// The station of the picture a step lies at, if it is on it.
fn station(corridor: &Corridor, step: &Step) -> Option<kernel::Adcode> {
    let city = corridor.member_above(step.city?)?;
    let lines = &corridor.drawing.as_ref()?.lines;
    lines.iter().any(|line| line.stations.iter().any(|station| station.adcode == city)).then_some(city)
}

fn spoken(t: T, corridor: &Corridor, index: usize, step: &Step) -> String {
    let words = [
        ("n", (index + 1).to_string()),
        ("city", city_name(t, corridor, step.city)),
        ("stage", stage_name(t, step.stage.code())),
        ("state", word(t, &format!("step-{}", step.state.code()))),
    ];
    t.args("poc-path-step", &words)
}

/// Which steps the picture cannot show, in words; empty when it shows them all.
fn off(t: T, corridor: &Corridor, way: &[&Step]) -> String {
    let away = way.iter().enumerate().filter(|(_, step)| station(corridor, step).is_none());
    let away: Vec<String> =
        away.map(|(index, step)| format!("{} {}", circled(index + 1), city_name(t, corridor, step.city))).collect();
    if away.is_empty() {
        String::new()
    } else {
        t.with("poc-path-off", "steps", away.join(&t.msg("poc-path-separator")))
    }
}

fn step_line(t: T, corridor: &Corridor, view: &View, step: &Step, number: String) -> StepLine {
    let card = &view.card;
    let planned = step.state == StepState::Planned;
    let tone = match step.state {
        StepState::Done => Tone::Pine,
        StepState::Planned => Tone::Indigo,
        StepState::Proposed => Tone::Cinnabar,
        StepState::Declined => Tone::Plain,
    };
    let note = t.pick(&step.note, &step.note_en).to_owned();
    let other = if note == step.note { &step.note_en } else { &step.note };
    StepLine {
        id: step.id.clone(),
        number,
        planned,
        stage: stage_name(t, step.stage.code()),
        tag: Tag::new(tone, word(t, &format!("step-{}", step.state.code()))),
        place: city_name(t, corridor, step.city),
        day: step.day.map_or_else(|| word(t, "day-open"), |day| day.to_string()),
        with: step.organisation.as_ref().map_or(String::new(), |id| party_name(t, card, id)),
        with_href: step.organisation.as_ref().map_or(String::new(), |id| format!("/organisations/{id}")),
        unconfirmed: if step.unconfirmed() { word(t, "unconfirmed") } else { String::new() },
        note_other: if *other == note { String::new() } else { other.clone() },
        note,
        evidence: step.evidence.clone(),
        entered: t.with2("poc-entered", "name", party_name(t, card, &step.entered_by), "date", t.date(step.created_ms)),
        declined: declined(t, step.reason, &step.remark),
        edit_href: if view.may_edit.contains(&step.id) {
            format!("/poc/{}/steps/{}/edit", card.project.id, step.id)
        } else {
            String::new()
        },
        complete_href: if planned && view.may_add {
            format!("/poc/{}/steps/{}", card.project.id, step.id)
        } else {
            String::new()
        },
    }
}

/// Proposals that wait, then those that were declined.
fn proposals(t: T, corridor: &Corridor, view: &View) -> Vec<Proposal> {
    let id = &view.card.project.id;
    let proposal = |step: &Step| Proposal {
        line: step_line(t, corridor, view, step, String::new()),
        answers: (view.may_answer && step.state == StepState::Proposed)
            .then(|| (format!("/poc/{id}/steps/{}/answers", step.id), format!("/poc/{id}/steps/{}/decline", step.id))),
    };
    let of = |state: StepState| view.card.steps.iter().filter(move |step| step.state == state);
    of(StepState::Proposed).chain(of(StepState::Declined)).map(proposal).collect()
}
