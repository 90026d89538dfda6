//! The office's page of a review.

use super::{Block, Page};
use crate::actions::reviewer::{AnswerLine, View, review_view};
use crate::actions::score::discussion_open;
use crate::actions::shortlist::{interview_end, review_close, review_pay};
use crate::actions::task::reviewer_replace;
use crate::pages::words::title;
use crate::pages::{refused, status, word};
use crate::rules::call::CallState;
use crate::rules::conflict::ConflictKind;
use crate::rules::reviewer::{Sitting, Task, TaskState};
use crate::rules::score::last;
use crate::rules::shortlist::Rank;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Fen, Refusal};
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Column, Form, Table, Tag, Tone};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use registry::corridor::{self, Corridor};
use rooms::actions::Done;

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(html(&load(&app, &caller, &id, None).await?))
}

async fn load(app: &App, caller: &Caller, id: &str, refusal: Option<&Refusal>) -> Result<Page, Problem> {
    let view = review_view(app, &caller.ctx, id).await?;
    Ok(build(caller, corridor::of(app).as_ref(), &view, refusal))
}

/// Back to the page, or the page with the refusal on it.
async fn ended(app: &App, caller: &Caller, id: &str, outcome: Outcome<Done>) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/review")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            Ok(html_with(status(&refusal), &load(app, caller, id, Some(&refusal)).await?))
        }
    }
}

/// Replaces a reviewer who is late.
pub(super) async fn replace(
    State(app): State<App>,
    caller: Caller,
    Path((id, task)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let outcome = reviewer_replace(&app, &caller.ctx, &id, &task).await;
    ended(&app, &caller, &id, outcome).await
}

/// Opens the discussion.
pub(super) async fn discuss(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let outcome = discussion_open(&app, &caller.ctx, &id).await;
    ended(&app, &caller, &id, outcome).await
}

/// Closes the review.
pub(super) async fn close(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let outcome = review_close(&app, &caller.ctx, &id).await;
    ended(&app, &caller, &id, outcome).await
}

/// The teams have been heard.
pub(super) async fn heard(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let outcome = interview_end(&app, &caller.ctx, &id).await;
    ended(&app, &caller, &id, outcome).await
}

/// Pays the fees.
pub(super) async fn pay(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let outcome = review_pay(&app, &caller.ctx, &id).await;
    ended(&app, &caller, &id, outcome).await
}

/// A form that is one button.
pub(super) fn button(t: T, action: String, key: &str) -> Form {
    Form::new(t, action, t.msg(key)).idempotency_key(new_key())
}

fn link(t: T, view: &View, form: &str) -> Action {
    Action::new(format!("/calls/{}/review/{form}", view.call.id), t.msg(format!("review-form-{form}")))
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let heading = word(t, "review-page-title");
    let going = view.sitting.as_ref().is_some_and(|sitting| sitting.closed_ms.is_none());
    let mut blocks = vec![stand(t, view)];
    if view.sitting.is_some() {
        blocks.push(pool(t, corridor, view, going));
        blocks.push(answers(t, view, going));
        blocks.push(conflicts(t, view, going));
    }
    if !view.ranks.is_empty() {
        blocks.push(ranking(t, view));
    }
    if !view.interviews.is_empty() || view.call.state == CallState::Interview {
        blocks.push(interviews(t, view));
    }
    Page {
        back: format!("/calls/{}", view.call.id),
        above: title(t, &view.call),
        lede: word(t, "review-page-lede"),
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        blocks,
        shell: caller.visit.shell(heading.clone()).private().here("/calls"),
        heading,
    }
}

/// How far the review has come, and what the office can do with the whole of it.
fn stand(t: T, view: &View) -> Block {
    let call = &view.call;
    let mut block = Block::new("stand", word(t, "review-stand"));
    let Some(sitting) = &view.sitting else {
        block.texts.push(word(t, "review-not-begun"));
        let here = matches!(call.state, CallState::Checking | CallState::Review);
        block.links.extend((view.runs && here).then(|| link(t, view, "begin")));
        return block;
    };
    block.texts.push(t.with2("review-stand-text", "attempt", sitting.attempt, "when", t.datetime(sitting.due_ms)));
    if sitting.fee != Fen::ZERO {
        block.texts.push(t.with("review-stand-fee", "fee", t.fen(sitting.fee.get())));
    }
    if !sitting.raw_only.0.is_empty() {
        block.texts.push(t.with("review-raw-only", "why", t.pick(&sitting.raw_only.0, &sitting.raw_only.1)));
    }
    if !sitting.departure.is_empty() {
        block.texts.push(t.with("review-departure", "why", sitting.departure.as_str()));
    }
    block.tags.push(phase_tag(t, sitting));
    if view.runs {
        acts(t, view, sitting, &mut block);
    }
    block.links.push(Action::new(format!("/calls/{}/draws", call.id), t.msg("review-draws")));
    block
}

fn phase_tag(t: T, sitting: &Sitting) -> Tag {
    let (tone, key) = match (sitting.closed_ms, sitting.discussion_ms) {
        (Some(_), _) => (Tone::Pine, "review-phase-closed"),
        (None, Some(_)) => (Tone::Gold, "review-phase-discussed"),
        (None, None) => (Tone::Indigo, "review-phase-alone"),
    };
    Tag::new(tone, t.msg(key))
}

fn acts(t: T, view: &View, sitting: &Sitting, block: &mut Block) {
    let call = &view.call;
    let review = call.state == CallState::Review;
    match sitting.closed_ms {
        None if review && view.answers.iter().any(|line| !line.tasks.is_empty()) => {
            if sitting.discussion_ms.is_none() {
                block.forms.push(button(t, format!("/calls/{}/discussions", call.id), "review-discuss"));
            }
            block.forms.push(button(t, format!("/calls/{}/review-closings", call.id), "review-close"));
        }
        Some(_) if review && view.ranks.iter().all(|rank| rank.place.is_none()) => {
            block.links.push(link(t, view, "shortlist"));
        }
        Some(_) if review => block.links.push(link(t, view, "begin")),
        _ => {}
    }
    if call.state == CallState::Interview {
        block.links.push(link(t, view, "interview"));
        block.forms.push(button(t, format!("/calls/{}/interview-endings", call.id), "review-heard"));
    }
    if sitting.fee != Fen::ZERO && sitting.closed_ms.is_some() && sitting.paid_ms.is_none() {
        block.forms.push(button(t, format!("/calls/{}/review-payments", call.id), "review-pay"));
    }
}

fn pool(t: T, corridor: &Corridor, view: &View, going: bool) -> Block {
    let columns =
        ["expert", "institution", "state", "mark"].map(|key| Column::words(t.msg(format!("review-pool-{key}"))));
    let numbers = ["load", "has"].map(|key| Column::numbers(t.msg(format!("review-pool-{key}")), ""));
    let mut table = Table::new(t, t.msg("review-pool-caption"), [columns.to_vec(), numbers.to_vec()].concat());
    table.caption_hidden = true;
    for person in &view.pool {
        let state = person.reviewer.state;
        table = table.row(vec![
            Cell::Text(person.name.clone()),
            Cell::Text(person.institution.clone()),
            Cell::Tag(Tag::new(Tone::Plain, t.msg(format!("review-pool-state-{}", state.code())))),
            Cell::Text(person.reviewer.mark()),
            Cell::Text(t.num(person.reviewer.load_max)),
            Cell::Text(t.num(i64::try_from(person.load).unwrap_or(0))),
        ]);
    }
    let mut block = Block::new("pool", word(t, "review-pool")).text(t.with(
        "review-pool-text",
        "office",
        crate::pages::words::city_of_code(t, corridor, &view.call.office),
    ));
    block.table = (!view.pool.is_empty()).then_some(table);
    if view.runs && going {
        block.links.push(link(t, view, "invite"));
    }
    block
}

/// The name of a kind of conflict.
pub(in crate::pages) fn kind_name(t: T, kind: ConflictKind) -> String {
    word(t, format!("review-tie-{}", kind.code()))
}

/// Hundredths of a point as people read them.
pub(in crate::pages) fn points(hundredths: i64) -> String {
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    format!("{}{whole}.{part:02}", if hundredths < 0 { "-" } else { "" })
}

fn answers(t: T, view: &View, going: bool) -> Block {
    let columns = ["number", "reviewer", "state", "score", "due"]
        .map(|key| Column::words(t.msg(format!("review-answers-{key}"))));
    let mut table = Table::new(t, t.msg("review-answers-caption"), columns.to_vec());
    table.caption_hidden = true;
    let mut block = Block::new("answers", word(t, "review-answers"));
    for line in &view.answers {
        if line.tasks.is_empty() {
            table = table.row(vec![
                Cell::Text(line.answer.number.to_string()),
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
                Cell::Missing,
            ]);
        }
        for task in &line.tasks {
            table = table.row(row(t, view, line, task));
            let late = task.state == TaskState::Assigned && task.due_ms < view.now_ms;
            if view.runs && going && late {
                let action = format!("/calls/{}/tasks/{}/replacements", view.call.id, task.id);
                let label = t.with2("review-replace", "name", view.name(&task.expert), "number", task.number);
                block.forms.push(Form::new(t, action, label).idempotency_key(new_key()));
            }
        }
    }
    block.table = (!view.answers.is_empty()).then_some(table);
    block
}

fn row(t: T, view: &View, line: &AnswerLine, task: &Task) -> Vec<Cell> {
    let score = last(&line.sheets, &task.id).map_or(Cell::Missing, |sheet| Cell::Text(points(sheet.total)));
    let tone = match task.state {
        TaskState::Done => Tone::Pine,
        TaskState::Assigned => Tone::Indigo,
        _ => Tone::Cinnabar,
    };
    vec![
        Cell::Text(task.number.to_string()),
        Cell::Text(view.name(&task.expert).to_owned()),
        Cell::Tag(Tag::new(tone, t.msg(format!("review-task-{}", task.state.code())))),
        score,
        Cell::Text(t.datetime(task.due_ms)),
    ]
}

fn conflicts(t: T, view: &View, going: bool) -> Block {
    let columns =
        ["number", "expert", "kinds", "waiver"].map(|key| Column::words(t.msg(format!("review-conflicts-{key}"))));
    let mut table = Table::new(t, t.msg("review-conflicts-caption"), columns.to_vec());
    table.caption_hidden = true;
    for line in &view.answers {
        for (expert, kinds) in &line.conflicts {
            let names: Vec<String> = kinds.iter().map(|kind| kind_name(t, *kind)).collect();
            let waiver = view.waivers.iter().find(|w| w.waiver.expert == *expert && w.waiver.answer == line.answer.id);
            let cell = waiver.map_or(Cell::Missing, |line| Cell::Link {
                href: format!("/calls/{}/waivers/{}", view.call.id, line.waiver.id),
                text: word(t, waiver_key(line.waiver.granted)),
            });
            table = table.row(vec![
                Cell::Text(line.answer.number.to_string()),
                Cell::Text(view.name(expert).to_owned()),
                Cell::Text(names.join(if t.zh() { "、" } else { ", " })),
                cell,
            ]);
        }
    }
    let mut block = Block::new("conflicts", word(t, "review-conflicts")).text(word(t, "review-conflicts-text"));
    for rival in &view.rivals {
        block.texts.push(t.with(
            "review-rival-named",
            "name",
            if rival.name.is_empty() { &rival.uscc } else { &rival.name },
        ));
    }
    block.table = (!table.rows.is_empty()).then_some(table);
    if view.runs && going {
        block.links.extend(["conflicts", "waivers", "rivals"].map(|form| link(t, view, form)));
    }
    block
}

/// How a waiver stands.
pub(super) fn waiver_key(granted: Option<bool>) -> &'static str {
    match granted {
        None => "review-waiver-waits",
        Some(true) => "review-waiver-granted",
        Some(false) => "review-waiver-refused",
    }
}

/// Millionths of a point as people read them, with two decimals.
fn micro(value: i64) -> String {
    let half = if value < 0 { -5_000 } else { 5_000 };
    points((value + half) / 10_000)
}

fn ranking(t: T, view: &View) -> Block {
    let numbers = ["reviews", "raw", "raw-rank", "adjusted", "error", "adjusted-rank", "chance", "place"];
    let columns = numbers.map(|key| Column::numbers(t.msg(format!("review-rank-{key}")), ""));
    let first = Column::words(t.msg("review-rank-answer"));
    let mut table = Table::new(t, t.msg("review-rank-caption"), [vec![first], columns.to_vec()].concat());
    table.caption_hidden = true;
    let shown = |value: Option<String>| value.map_or(Cell::Missing, Cell::Text);
    for rank in &view.ranks {
        let Rank { adjusted_micro, error_micro, adjusted_rank, chance_bp, place, .. } = rank;
        table = table.row(vec![
            Cell::Text(rank.number.to_string()),
            Cell::Text(t.num(rank.reviews)),
            Cell::Text(points(rank.raw)),
            Cell::Text(t.num(rank.raw_rank)),
            shown(adjusted_micro.map(micro)),
            shown(error_micro.map(micro)),
            shown(adjusted_rank.map(|rank| t.num(rank))),
            shown(chance_bp.map(|chance| format!("{}%", points(chance)))),
            shown(place.map(|place| t.num(place))),
        ]);
    }
    let mut block = Block::new("ranking", word(t, "review-rank")).text(word(t, "review-rank-text"));
    block.table = Some(table);
    block
}

fn interviews(t: T, view: &View) -> Block {
    let mut block = Block::new("interviews", word(t, "review-interviews"));
    for one in &view.interviews {
        let number = view.answers.iter().find(|line| line.answer.id == one.answer).map_or(0, |line| line.answer.number);
        let mut text = t.with2("review-interview", "number", number, "when", t.datetime(one.at_ms));
        text = format!("{text} {}", one.place);
        block.texts.push(text);
        block.texts.extend(one.notes.lines().map(str::to_owned));
    }
    if block.texts.is_empty() {
        block.texts.push(word(t, "review-interviews-none"));
    }
    block
}
