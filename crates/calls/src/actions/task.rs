//! A reviewer's answer: opening it, stepping back from it, and who comes next.

use super::conflict::Field;
use super::reviewer::{aside, load_review, reviewing, sitting};
use super::{by, load};
use crate::rules::answer::{Answer, AnswerState, Member, Paper};
use crate::rules::call::{Call, CallState};
use crate::rules::draw::{DrawState, Input, next};
use crate::rules::reviewer::{self as rules, Origin, REVIEW_WORKDAYS, Sitting, Task, TaskState};
use crate::rules::score::{ALONE, DISCUSSED, Sheet, of_phase};
use crate::store;
use envelopes::Document;
use kernel::Refusal;
use platform::db::{Conn, Txn};
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use registry::corridor;
use rooms::actions::Done;
use serde_json::json;
use std::collections::BTreeMap;

/// States of answers that experts review; the later ones when a review is done anew.
const REVIEWED: [AnswerState; 5] = [
    AnswerState::Admitted,
    AnswerState::Shortlisted,
    AnswerState::Passed,
    AnswerState::Awarded,
    AnswerState::Unawarded,
];

/// A task as policies see it.
pub fn task_resource(task: &Task) -> Resource {
    Resource::new("ReviewTask", &task.id).with("account", task.account.as_str())
}

/// The answers that experts review, without plans and milestones.
pub(super) async fn under_review(conn: &Conn, call: &str) -> Outcome<Vec<Answer>> {
    store::answer::heads(conn, call, &REVIEWED).await
}

/// A task for whoever it belongs to.
pub(super) async fn load_task(app: &App, conn: &Conn, ctx: &Ctx, action: &str, id: &str) -> Outcome<Task> {
    let task = store::reviewer::task_by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    app.policies().require(ctx, action, &task_resource(&task))?;
    Ok(task)
}

/// Until when a task given now is to be done.
pub(super) fn due(app: &App, tx: &Txn) -> i64 {
    let due = corridor::of(app).calendar.after(tx.ctx().now.date(), REVIEW_WORKDAYS);
    due.date.plus_days(1).start().plus_ms(-1).ms()
}

/// Somebody else's scores of the same answer, without the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// A number that tells the others apart on this page.
    pub number: usize,
    /// The first scores.
    pub alone: Option<Sheet>,
    /// Those after the discussion.
    pub discussed: Option<Sheet>,
}

/// What a reviewer reads.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The call.
    pub call: Call,
    /// The task.
    pub task: Task,
    /// The answer; in a blind call without names, and with documents that are only numbered.
    pub answer: Answer,
    /// What stands across the page and its print.
    pub mark: String,
    /// The reviewer's own sheets.
    pub own: Vec<Sheet>,
    /// The others' sheets, while the discussion is open.
    pub others: Vec<Other>,
    /// The discussion is open.
    pub discussion: bool,
}

/// Opens an answer for its reviewer. Each opening stands in the journal, which everybody but the public may be shown.
///
/// # Errors
/// Not found, `task-over`, `review-closed`, `review-stage`.
pub async fn task_read(app: &App, ctx: &Ctx, id: &str) -> Outcome<Reading> {
    app.in_txn(&ctx.unkeyed(), "task_read", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let task = load_task(app, tx, tx.ctx(), "task_view", id).await?;
            let call = load(tx, &task.call).await?;
            open(tx, &call, &task).await?;
            if task.read_ms.is_none() {
                let read = Task { read_ms: Some(tx.ctx().now.ms()), ..task.clone() };
                store::reviewer::save_tasks(tx, &[read]).await?;
            }
            aside(tx, "review.read", &call, json!({ "task": id })).await
        })
    })
    .await?;
    task_view(app, ctx, id).await
}

async fn open(conn: &Conn, call: &Call, task: &Task) -> Outcome<Sitting> {
    rules::still(task)?;
    let sitting = sitting(conn, &task.call).await?;
    if call.state != CallState::Review || sitting.attempt != task.attempt {
        return Err(over().into());
    }
    rules::going(&sitting)?;
    Ok(sitting)
}

fn over() -> Refusal {
    Refusal::conflict(
        "review-closed",
        "评审已结束，内容不能再变动。",
        "The review is closed; nothing of it changes any more.",
    )
}

/// What a reviewer reads, without a note of it: for the form that comes back.
///
/// # Errors
/// As [`task_read`].
pub async fn task_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<Reading> {
    let conn = app.db().read();
    let task = load_task(app, &conn, ctx, "task_view", id).await?;
    let call = load(&conn, &task.call).await?;
    let sitting = open(&conn, &call, &task).await?;
    let answer = store::answer::by_id(&conn, &call.id, &task.answer).await?.ok_or_else(Refusal::not_found)?;
    let place = store::reviewer::of_account(&conn, &call.id, &task.account).await?.ok_or_else(Refusal::not_found)?;
    let sheets = store::score::of_answer(&conn, &answer.id, task.attempt).await?;
    let own: Vec<Sheet> = sheets.iter().filter(|sheet| sheet.task == task.id).cloned().collect();
    let discussion = sitting.discussion_ms.is_some();
    // Nobody sees the others' scores before having scored alone.
    let shown = discussion && own.iter().any(|sheet| sheet.phase == ALONE);
    let others = if shown { others(&conn, &task, &sheets).await? } else { Vec::new() };
    let answer = if call.review.blind { masked(answer) } else { answer };
    Ok(Reading { answer, mark: place.mark(), own, others, discussion, task, call })
}

async fn others(conn: &Conn, task: &Task, sheets: &[Sheet]) -> Outcome<Vec<Other>> {
    let tasks = store::reviewer::tasks_of_answer(conn, &task.answer, task.attempt).await?;
    let counting = tasks.iter().filter(|other| other.state.counts() && other.id != task.id);
    let mut ids: Vec<&str> = counting.map(|other| other.id.as_str()).collect();
    // Ids are random: their order tells nothing of who came when.
    ids.sort_unstable();
    let of = |(number, id): (usize, &str)| Other {
        number,
        alone: of_phase(sheets, id, ALONE).cloned(),
        discussed: of_phase(sheets, id, DISCUSSED).cloned(),
    };
    Ok((1..).zip(ids).map(of).collect())
}

/// An answer of a blind call: members without names, and what the texts say of them blotted out.
fn masked(answer: Answer) -> Answer {
    let names: Vec<String> = answer.members.iter().map(|member| member.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let clean = |text: &str| rules::blotted(text, &names);
    let member = |member: &Member| Member {
        name: String::new(),
        uscc: String::new(),
        organisation: None,
        city: None,
        share_bp: member.share_bp,
        task: clean(&member.task),
    };
    let paper = |paper: &Paper| Paper { name: String::new(), sha256: String::new(), ..paper.clone() };
    Answer {
        organisation: String::new(),
        envelope: String::new(),
        content_sha256: None,
        title: clean(&answer.title),
        summary: clean(&answer.summary),
        plan: clean(&answer.plan),
        members: answer.members.iter().map(member).collect(),
        papers: answer.papers.iter().map(paper).collect(),
        ..answer
    }
}

/// One document of an answer, for its reviewer; in a blind call under a number instead of its name.
///
/// # Errors
/// As [`task_read`].
pub async fn task_document(app: &App, ctx: &Ctx, id: &str, number: usize) -> Outcome<Document> {
    let conn = app.db().read();
    let task = load_task(app, &conn, ctx, "task_view", id).await?;
    let call = load(&conn, &task.call).await?;
    open(&conn, &call, &task).await?;
    let answer = store::answer::by_id(&conn, &call.id, &task.answer).await?.ok_or_else(Refusal::not_found)?;
    let found = envelopes::document_of(&conn, &answer.round, &answer.envelope, number).await?;
    let name = if call.review.blind { format!("{}-{number}", answer.number) } else { found.name };
    app.in_txn(&ctx.unkeyed(), "task_document", (call, id.to_owned(), number), |tx, (call, id, number)| {
        Box::pin(async move { aside(tx, "review.read", call, json!({ "task": id, "document": number })).await })
    })
    .await?;
    Ok(Document { name, ..found })
}

/// A reviewer steps back from an answer (回避): one tap, a kind, no detail. Another is drawn by the same seed.
///
/// # Errors
/// Not found, `task-over`, `tie-kind`, `review-closed`.
pub async fn task_recuse(app: &App, ctx: &Ctx, id: &str, kind: &str) -> Outcome<Done> {
    app.in_txn(ctx, "task_recuse", (app.clone(), id.to_owned(), kind.to_owned()), |tx, (app, id, kind)| {
        Box::pin(async move {
            let task = load_task(app, tx, tx.ctx(), "task_recuse", id).await?;
            let next = rules::recuse(&task, kind, by(tx))?;
            let call = load(tx, &task.call).await?;
            let sitting = open(tx, &call, &task).await?;
            gone(app, tx, (&call, &sitting), &next).await?;
            aside(tx, "review.recused", &call, json!({ "task": id })).await
        })
    })
    .await
}

/// The office replaces a reviewer who is late.
///
/// # Errors
/// Not found, `task-not-late`, `review-closed`, `review-stage`.
pub async fn reviewer_replace(app: &App, ctx: &Ctx, call: &str, task: &str) -> Outcome<Done> {
    app.in_txn(ctx, "reviewer_replace", (app.clone(), call.to_owned(), task.to_owned()), |tx, (app, call, id)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "reviewer_replace", call).await?;
            reviewing(&call, &[CallState::Review], tx.ctx().now)?;
            let sitting = sitting(tx, &call.id).await?;
            rules::going(&sitting)?;
            let task = store::reviewer::task_by_id(tx, id).await?;
            let task =
                task.filter(|t| t.call == call.id && t.attempt == sitting.attempt).ok_or_else(Refusal::not_found)?;
            if task.state != TaskState::Assigned || task.due_ms >= tx.ctx().now.ms() {
                return Err(Refusal::conflict(
                    "task-not-late",
                    "只有逾期未评分的专家可以更换。",
                    "Only a reviewer who is late can be replaced.",
                )
                .into());
            }
            let next = rules::leave(&task, TaskState::Replaced, by(tx));
            gone(app, tx, (&call, &sitting), &next).await?;
            aside(tx, "review.replaced", &call, json!({ "task": id })).await
        })
    })
    .await
}

/// A reviewer is gone: that is kept, and the next one is drawn.
async fn gone(app: &App, tx: &Txn, (call, sitting): (&Call, &Sitting), task: &Task) -> Outcome<()> {
    store::reviewer::save_tasks(tx, std::slice::from_ref(task)).await?;
    let answers = under_review(tx, &call.id).await?;
    match answers.iter().find(|answer| answer.id == task.answer) {
        Some(answer) => replace(app, tx, (call, sitting), answer, Origin::Replacement).await.map(drop),
        None => Ok(()),
    }
}

/// Draws one more reviewer for an answer by the seed of its draw; false when nobody is left, and the office must ask more.
pub(super) async fn replace(
    app: &App,
    tx: &Txn,
    (call, sitting): (&Call, &Sitting),
    answer: &Answer,
    origin: Origin,
) -> Outcome<bool> {
    let Some((input, seed)) = drawn(tx, call, sitting, answer.number).await? else { return Ok(false) };
    let field = Field::gather(tx, call, sitting).await?;
    let tasks = store::reviewer::tasks_of(tx, &call.id, sitting.attempt).await?;
    let mut load: BTreeMap<&str, i64> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.state.counts()) {
        *load.entry(task.expert.as_str()).or_default() += 1;
    }
    let (mut room, mut present, mut out) = (Vec::new(), Vec::new(), Vec::new());
    for (place, entrant) in input.experts.iter().enumerate() {
        let reviewer = field.pool.iter().find(|reviewer| reviewer.alias == entrant.alias);
        let Some(reviewer) = reviewer else {
            room.push(0);
            continue;
        };
        let left = reviewer.load_max - load.get(reviewer.expert.as_str()).copied().unwrap_or(0);
        room.push(u32::try_from(left).unwrap_or(0));
        match tasks.iter().find(|task| task.answer == answer.id && task.expert == reviewer.expert) {
            Some(task) if task.state.counts() => present.push(place),
            Some(_) => out.push(place),
            None if !field.standing(call, &reviewer.expert, answer, tx.ctx().now.ms()).is_empty() => out.push(place),
            None => {}
        }
    }
    let place = next(&input, &seed, answer.number, &room, &present, &out);
    let alias = place.and_then(|place| input.experts.get(place)).map(|entrant| entrant.alias.as_str());
    let Some(reviewer) = field.pool.iter().find(|reviewer| Some(reviewer.alias.as_str()) == alias) else {
        return Ok(false);
    };
    let task = Task {
        id: platform::random::id(),
        call: call.id.clone(),
        attempt: sitting.attempt,
        answer: answer.id.clone(),
        number: answer.number,
        expert: reviewer.expert.clone(),
        account: reviewer.account.clone(),
        origin,
        state: TaskState::Assigned,
        recusal: None,
        at_ms: tx.ctx().now.ms(),
        due_ms: due(app, tx),
        read_ms: None,
        ended_ms: None,
        demo: call.demo,
    };
    store::reviewer::save_tasks(tx, std::slice::from_ref(&task)).await?;
    aside(tx, "review.assigned", call, json!({ "task": task.id, "origin": origin.code() })).await?;
    Ok(true)
}

/// The newest draw that an answer was in, with the bytes that its lots come from.
async fn drawn(tx: &Txn, call: &Call, sitting: &Sitting, number: i64) -> Outcome<Option<(Input, [u8; 32])>> {
    for draw in store::draw::of_call(tx, &call.id).await? {
        if draw.state != DrawState::Drawn || draw.attempt != sitting.attempt {
            continue;
        }
        let Some(text) = &draw.input else { continue };
        let input = Input::read(text)?;
        if !input.answers.contains(&number) {
            continue;
        }
        // Where no seed was needed, the hash of the input is as good: it was public before anybody could use it.
        let seed = draw.seed.as_ref().or(draw.input_sha256.as_ref());
        let bytes = seed.and_then(|seed| hex::decode(seed).ok()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        return Ok(bytes.map(|bytes| (input, bytes)));
    }
    Ok(None)
}
