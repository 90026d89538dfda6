//! An expert's pages, phone first: the calls he is asked for, his answers, reading, scoring, stepping back.

use super::reviewer::{Block, Page, kind_name, points};
use super::words::title;
use super::{lines, read, refused, status, word, write};
use crate::actions::reviewer::{Own, OwnTask, review_own, reviewer_say, reviewer_view};
use crate::actions::score::score_give;
use crate::actions::task::{Other, Reading, task_document, task_read, task_recuse, task_view};
use crate::rules::call::Call;
use crate::rules::conflict::ConflictKind;
use crate::rules::reviewer::{PoolState, masked};
use crate::rules::score::{ALONE, COMMENT_CHARS_MAX, DISCUSSED, Sheet, SheetDraft, field, of_phase};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Fen, Refusal};
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Choice, Column, Field, FieldKind, Form, Table, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::{Typed, half_width};

/// Where an expert's pages begin.
const HOME: &str = "/reviewing";

#[derive(Template)]
#[template(path = "calls/review_read.html")]
struct ReadPage {
    shell: Shell,
    mark: String,
    back: String,
    above: String,
    heading: String,
    notice: String,
    refusal: String,
    summary: Vec<String>,
    plan: Vec<String>,
    team: Table,
    stages: Table,
    papers: Vec<Action>,
    own: Option<Table>,
    others: Vec<OtherShown>,
    score: Option<Form>,
    score_title: String,
    recuse: Form,
}

struct OtherShown {
    title: String,
    table: Table,
    lines: Vec<String>,
}

/// Routes of this noun. Reading an answer changes nothing and is noted all the same.
pub fn routes() -> Vec<Route> {
    vec![
        read("/reviewing", "review_own", get(home)),
        read("/reviewing/calls/{id}", "reviewer_view", get(call_page)),
        write("/reviewing/calls/{id}/words", "reviewer_say", "review.said", post(say)),
        read("/reviewing/answers/{task}", "task_view", get(reading)),
        read("/reviewing/answers/{task}/documents/{number}", "task_view", get(document)),
        write("/reviewing/answers/{task}/scores", "task_score", "review.scored", post(score)),
        write("/reviewing/answers/{task}/recusals", "task_recuse", "review.recused", post(recuse)),
    ]
}

/// All calls that the reader reviews.
async fn home(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let found = review_own(&app, &caller.ctx).await?;
    let heading = word(t, "review-own");
    let mut first = Block::new("ties", word(t, "review-ties")).text(word(t, "review-ties-lede"));
    first.links.push(Action::new(format!("{HOME}/ties"), t.msg("review-ties-look")));
    let mut blocks: Vec<Block> = found.iter().map(|own| head(t, own)).collect();
    blocks.push(first);
    let lede = if found.is_empty() { word(t, "review-own-none") } else { String::new() };
    let shell = caller.visit.shell(heading.clone()).private().here("/desk");
    let page =
        Page { back: "/desk".into(), above: word(t, "nav-desk"), lede, refusal: String::new(), blocks, heading, shell };
    Ok(html(&page))
}

fn head(t: T, own: &Own) -> Block {
    let mut block = Block::new(format!("call-{}", own.call.id), title(t, &own.call));
    block.tags.push(Tag::new(Tone::Indigo, t.msg(format!("review-pool-state-{}", own.place.state.code()))));
    if own.may_say {
        block.texts.push(t.with("review-say-by", "when", t.datetime(own.say_by_ms)));
    }
    block.texts.push(t.n("review-own-answers", i64::try_from(own.tasks.len()).unwrap_or(0)));
    block.links.push(Action::new(format!("{HOME}/calls/{}", own.call.id), t.msg("review-own-look")));
    block
}

/// One call that the reader reviews.
async fn call_page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let own = reviewer_view(&app, &caller.ctx, &id).await?;
    Ok(html(&call_built(&caller, &own, None)))
}

fn call_built(caller: &Caller, own: &Own, again: Option<(&Typed, &Refusal)>) -> Page {
    let t = caller.visit.t;
    let heading = title(t, &own.call);
    let mut blocks = Vec::new();
    let mut refusal = String::new();
    if own.may_say {
        let mut form = say_form(t, own);
        if let Some((typed, why)) = again {
            form = form.fill(typed.pairs()).refuse(why);
        }
        let mut block =
            Block::new("say", word(t, "review-say")).text(t.with("review-say-by", "when", t.datetime(own.say_by_ms)));
        if own.sitting.fee != Fen::ZERO {
            block = block.text(t.with("review-stand-fee", "fee", t.fen(own.sitting.fee.get())));
        }
        block = block.text(word(t, "review-say-ties"));
        block.links.push(Action::new(format!("{HOME}/ties"), t.msg("review-ties-look")));
        block.forms.push(form);
        blocks.push(block);
    } else if let Some((_, why)) = again {
        refusal = why.sentence(t.locale).to_owned();
    }
    let open = own.sitting.closed_ms.is_none();
    blocks.extend(own.tasks.iter().map(|task| task_block(t, task, open)));
    if own.tasks.is_empty() && !own.may_say {
        blocks.push(Block::new("none", word(t, "review-own-tasks")).text(word(t, "review-own-tasks-none")));
    }
    Page {
        back: HOME.to_owned(),
        above: word(t, "review-own"),
        lede: if own.call.review.blind { word(t, "review-blind") } else { String::new() },
        refusal,
        blocks,
        shell: caller.visit.shell(heading.clone()).private().here("/desk"),
        heading,
    }
}

fn say_form(t: T, own: &Own) -> Form {
    let choices = [PoolState::Willing, PoolState::Unwilling]
        .map(|state| Choice::new(state.code(), t.msg(format!("review-say-{}", state.code()))));
    let mut which = Field::new(t, FieldKind::Radio(choices.to_vec()), "state", t.msg("review-say-state"));
    if own.place.state != PoolState::Asked {
        which = which.value(own.place.state.code());
    }
    Form::new(t, format!("{HOME}/calls/{}/words", own.call.id), t.msg("review-say-send"))
        .idempotency_key(new_key())
        .field(which)
        .field(
            Field::new(t, FieldKind::Number, "load", t.msg("review-say-load"))
                .hint(t.with("review-say-load-hint", "most", own.call.review.load_max))
                .value(own.place.load_max.to_string())
                .optional(),
        )
}

fn task_block(t: T, own: &OwnTask, open: bool) -> Block {
    let task = &own.task;
    let heading = t.with2("review-answer-titled", "number", task.number, "title", own.title.as_str());
    let mut block = Block::new(format!("task-{}", task.number), heading);
    let done = own.phases.contains(&ALONE);
    let tone = if done { Tone::Pine } else { Tone::Gold };
    block.tags.push(Tag::new(tone, t.msg(if done { "review-task-done" } else { "review-task-assigned" })));
    if !done {
        block.texts.push(t.with("review-task-due", "when", t.datetime(task.due_ms)));
    }
    if let Some(outcome) = &own.outcome {
        block.texts.push(t.with2("review-outcome", "own", points(outcome.own), "mean", points(outcome.mean)));
        block.texts.push(word(t, if outcome.shortlisted { "review-outcome-on" } else { "review-outcome-off" }));
    }
    if open {
        block.links.push(Action::new(format!("{HOME}/answers/{}", task.id), t.msg("review-task-read")));
    }
    block
}

/// Takes what an expert says to being asked.
async fn say(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let load = half_width(typed.get("load"));
    let outcome = match PoolState::parse(typed.get("state")) {
        Some(PoolState::Willing) => reviewer_say(&app, &caller.ctx, &id, true, &load).await,
        Some(PoolState::Unwilling) => reviewer_say(&app, &caller.ctx, &id, false, &load).await,
        _ => Err(unsaid().into()),
    };
    let fault = match outcome {
        Ok(_) => return Ok(Redirect::to(&format!("{HOME}/calls/{id}")).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    let own = reviewer_view(&app, &caller.ctx, &id).await?;
    Ok(html_with(status(&refusal), &call_built(&caller, &own, Some((&typed, &refusal)))))
}

fn unsaid() -> Refusal {
    Refusal::invalid("pool-word", "请选择是否参加评审。", "Say whether you take part.").at("state")
}

/// Opens an answer.
async fn reading(State(app): State<App>, caller: Caller, Path(task): Path<String>) -> Result<Response, Problem> {
    let reading = task_read(&app, &caller.ctx, &task).await?;
    Ok(html(&read_built(&caller, &reading, None)))
}

fn read_built(caller: &Caller, reading: &Reading, again: Option<(&Typed, &Refusal)>) -> ReadPage {
    let t = caller.visit.t;
    let Reading { call, task, answer, .. } = reading;
    let heading = t.with2("review-answer-titled", "number", task.number, "title", answer.title.as_str());
    let alone = reading.own.iter().any(|sheet| sheet.phase == ALONE);
    let score = (!alone || reading.discussion).then(|| {
        let form = score_form(t, reading);
        match again {
            Some((typed, refusal)) => typed_over(form, typed).refuse(refusal),
            None => form,
        }
    });
    let refusal = again.filter(|_| score.is_none()).map(|(_, refusal)| refusal.sentence(t.locale).to_owned());
    ReadPage {
        mark: reading.mark.clone(),
        back: format!("{HOME}/calls/{}", call.id),
        above: title(t, call),
        notice: t.with2("review-read-notice", "mark", reading.mark.as_str(), "when", t.datetime(task.due_ms)),
        refusal: refusal.unwrap_or_default(),
        summary: lines(&answer.summary),
        plan: lines(&answer.plan),
        team: team(t, reading),
        stages: stages(t, reading),
        papers: papers(t, reading),
        own: alone.then(|| sheets(t, call, &reading.own)),
        others: reading.others.iter().map(|other| shown(t, call, other)).collect(),
        score,
        score_title: word(t, if alone { "review-score-again" } else { "review-score" }),
        recuse: recuse_form(t, &task.id),
        shell: caller.visit.shell(heading.clone()).private().here("/desk"),
        heading,
    }
}

/// A form that comes back shows what was typed instead of what it began with.
fn typed_over(mut form: Form, typed: &Typed) -> Form {
    for field in &mut form.fields {
        field.values = typed.raw(&field.name).map(str::to_owned).into_iter().collect();
    }
    form
}

fn team(t: T, reading: &Reading) -> Table {
    let columns = vec![
        Column::words(t.msg("review-read-member")),
        Column::numbers(t.msg("review-read-share"), "%"),
        Column::words(t.msg("review-read-task")),
    ];
    let mut table = Table::new(t, t.msg("review-read-team"), columns);
    table.caption_hidden = true;
    for (at, member) in reading.answer.members.iter().enumerate() {
        let (zh, en) = masked(at);
        let name = if member.name.is_empty() { t.pick(&zh, &en).to_owned() } else { member.name.clone() };
        table = table.row(vec![Cell::Text(name), Cell::Text(points(member.share_bp)), Cell::Text(member.task.clone())]);
    }
    table
}

fn stages(t: T, reading: &Reading) -> Table {
    let columns = vec![
        Column::words(t.msg("review-read-stage")),
        Column::words(t.msg("review-read-indicators")),
        Column::numbers(t.msg("review-read-months"), ""),
        Column::numbers(t.msg("review-read-amount"), ""),
    ];
    let mut table = Table::new(t, t.msg("review-read-stages"), columns);
    table.caption_hidden = true;
    for stage in &reading.answer.stages {
        table = table.row(vec![
            Cell::Text(stage.title.clone()),
            Cell::Text(stage.indicators.clone()),
            Cell::Text(t.num(stage.months)),
            Cell::Text(t.fen(stage.amount.get())),
        ]);
    }
    table
}

fn papers(t: T, reading: &Reading) -> Vec<Action> {
    let of = |(number, paper): (i64, &crate::rules::answer::Paper)| {
        let name =
            if paper.name.is_empty() { t.with("review-read-paper", "number", number) } else { paper.name.clone() };
        Action::new(format!("{HOME}/answers/{}/documents/{number}", reading.task.id), name)
    };
    (1..).zip(&reading.answer.papers).map(of).collect()
}

/// The sheets of one reviewer: a row a criterion, a column a phase.
fn sheets(t: T, call: &Call, sheets: &[Sheet]) -> Table {
    let phases = [ALONE, DISCUSSED];
    let columns = phases.map(|phase| Column::numbers(t.msg(format!("review-phase-{phase}")), ""));
    let first = Column::words(t.msg("review-criterion"));
    let mut table = Table::new(t, t.msg("review-read-own"), [vec![first], columns.to_vec()].concat());
    table.caption_hidden = true;
    let find = |phase: i64| sheets.iter().find(|sheet| sheet.phase == phase);
    for (at, criterion) in call.review.criteria.iter().enumerate() {
        let mut row = vec![Cell::Text(t.pick(&criterion.name, &criterion.name_en).to_owned())];
        row.extend(phases.map(|phase| {
            find(phase)
                .and_then(|sheet| sheet.points.get(at))
                .map_or(Cell::Missing, |points| Cell::Text(t.num(*points)))
        }));
        table = table.row(row);
    }
    let total = phases.map(|phase| find(phase).map_or(Cell::Missing, |sheet| Cell::Text(points(sheet.total))));
    table.row([vec![Cell::Text(word(t, "review-sum"))], total.to_vec()].concat())
}

fn shown(t: T, call: &Call, other: &Other) -> OtherShown {
    let given: Vec<Sheet> = other.alone.iter().chain(&other.discussed).cloned().collect();
    let number = i64::try_from(other.number).unwrap_or(0);
    OtherShown {
        title: t.with("review-other", "number", number),
        table: sheets(t, call, &given),
        lines: given.iter().flat_map(|sheet| lines(&sheet.comment)).collect(),
    }
}

fn score_form(t: T, reading: &Reading) -> Form {
    let before =
        of_phase(&reading.own, &reading.task.id, DISCUSSED).or_else(|| of_phase(&reading.own, &reading.task.id, ALONE));
    let mut form = Form::new(t, format!("{HOME}/answers/{}/scores", reading.task.id), t.msg("review-score-send"))
        .idempotency_key(new_key());
    for (at, criterion) in reading.call.review.criteria.iter().enumerate() {
        let label = t.pick(&criterion.name, &criterion.name_en).to_owned();
        let mut one = Field::new(t, FieldKind::Number, field(&criterion.code), label).hint(t.with(
            "review-score-hint",
            "weight",
            points(criterion.weight_bp),
        ));
        if let Some(points) = before.and_then(|sheet| sheet.points.get(at)) {
            one = one.value(points.to_string());
        }
        form = form.field(one);
    }
    let mut comment = Field::lines(t, "comment", t.msg("review-score-comment"), 4).chars_max(COMMENT_CHARS_MAX);
    if let Some(sheet) = before {
        comment = comment.value(sheet.comment.clone());
    }
    form.field(comment)
}

fn recuse_form(t: T, task: &str) -> Form {
    let kinds = ConflictKind::DECLARED.map(|kind| Choice::new(kind.code(), kind_name(t, kind)));
    Form::new(t, format!("{HOME}/answers/{task}/recusals"), t.msg("review-recuse-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Radio(kinds.to_vec()), "kind", t.msg("review-recuse-kind")))
}

/// One document of an answer.
async fn document(
    State(app): State<App>,
    caller: Caller,
    Path((task, number)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let number = number.parse().map_err(|_| Refusal::not_found())?;
    let found = task_document(&app, &caller.ctx, &task, number).await?;
    let disposition = format!("attachment; filename*=UTF-8''{}", platform::web::parts::encode(&found.name));
    let headers = [
        (header::CONTENT_TYPE, found.media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, found.bytes).into_response())
}

/// Takes scores.
async fn score(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let reading = task_view(&app, &caller.ctx, &id).await?;
    let criteria = reading.call.review.criteria.iter();
    let points = criteria.map(|criterion| half_width(typed.get(&field(&criterion.code)))).collect();
    let draft = SheetDraft { points, comment: typed.get("comment").to_owned() };
    let outcome = score_give(&app, &caller.ctx, &id, draft).await;
    let fault = match outcome {
        Ok(_) => return Ok(Redirect::to(&format!("{HOME}/calls/{}", reading.call.id)).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    Ok(html_with(status(&refusal), &read_built(&caller, &reading, Some((&typed, &refusal)))))
}

/// Steps back.
async fn recuse(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let reading = task_view(&app, &caller.ctx, &id).await?;
    let fault = match task_recuse(&app, &caller.ctx, &id, typed.get("kind")).await {
        Ok(_) => return Ok(Redirect::to(&format!("{HOME}/calls/{}", reading.call.id)).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    let mut page = read_built(&caller, &reading, None);
    page.recuse = page.recuse.fill(typed.pairs()).refuse(&refusal);
    page.refusal = refusal.sentence(caller.visit.t.locale).to_owned();
    Ok(html_with(status(&refusal), &page))
}
