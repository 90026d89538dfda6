//! Choosing within the shortlist: the amounts, then exactly who would pay what, then the confirmation.

use super::{Again, Block, Panel, frame, named};
use crate::actions::award::{Plan, View, call_decline, call_select, selection_draft, selection_view};
use crate::pages::{receipt_of, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::answer::Answer;
use crate::rules::award::{ChoiceDraft, Selection};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Fen;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Cell, Column, Fact, Field, FieldKind, Form, Table};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::typed::{Typed, half_width};

async fn shown(app: &App, caller: &Caller, id: &str, again: Option<Again<'_>>) -> Result<Response, Problem> {
    let view = selection_view(app, &caller.ctx, id).await?;
    let t = caller.visit.t;
    let mut blocks = vec![amounts(t, &view, again)];
    if let Some(selection) = &view.selection {
        blocks.push(check(t, &view, selection, again));
    }
    let mut none = Block::new("none-title", word(t, "award-none-title"));
    none.panels.push(Panel::new(word(t, "award-none-open"), word(t, "award-none-text"), decline_form(t, id), again));
    blocks.push(none);
    let facts = vec![
        Fact::new(word(t, "award-budget"), t.fen(view.call.budget)),
        Fact::new(word(t, "award-most"), t.num(view.call.winners_max)),
    ];
    let heading = (word(t, "award-choose-title"), Vec::new());
    let notes = vec![word(t, "award-choose-text")];
    let refusal = again.map(|again| again.refusal);
    let made = frame::page(caller, &view.call, heading, facts, (notes, blocks), refusal);
    Ok(match refusal {
        Some(refusal) => html_with(status(refusal), &made),
        None => html(&made),
    })
}

fn amounts(t: T, view: &View, again: Option<Again<'_>>) -> Block {
    let chosen = |answer: &Answer| {
        let selection = view.selection.as_ref()?;
        selection.choices.iter().find(|choice| choice.answer == answer.id).map(|choice| choice.amount.to_string())
    };
    let mut form = Form::new(t, format!("/calls/{}/selections", view.call.id), t.msg("award-choose-send"));
    for answer in &view.answers {
        let label = t.with2("award-choose-amount", "number", answer.number, "title", answer.title.as_str());
        let hint = t.with2("award-choose-hint", "total", t.fen(answer.total), "count", answer.stages.len());
        let mut field = Field::new(t, FieldKind::Number, format!("amount_{}", answer.number), label)
            .hint(hint)
            .unit(t.msg("call-yuan"))
            .optional();
        if let Some(amount) = chosen(answer) {
            field = field.value(amount);
        }
        form = form.field(field).hidden(format!("answer_{}", answer.number), answer.id.clone());
    }
    let mut reason = Field::lines(t, "reason", t.msg("award-choose-reason"), 4)
        .hint(t.msg("award-choose-reason-hint"))
        .chars_max(REASON_CHARS_MAX);
    if let Some(selection) = &view.selection {
        reason = reason.value(&selection.reason);
    }
    let mut block = Block::new("amounts-title", word(t, "award-choose-amounts"));
    if view.answers.is_empty() {
        block.text.push(word(t, "award-choose-none"));
        return block;
    }
    block.panels.push(Panel::new(word(t, "award-choose-first"), String::new(), form.field(reason), again));
    block
}

/// Check your answers: who would pay what, and which milestones it pays for.
fn check(t: T, view: &View, selection: &Selection, again: Option<Again<'_>>) -> Block {
    let mut block = Block::new("check-title", word(t, "award-check-title"));
    let Some(plan) = &view.plan else {
        block.text.push(word(t, "award-check-stale"));
        return block;
    };
    block.tables.push(split(t, view, selection, plan));
    block.tables.push(stages(t, view, selection, plan));
    for short in &plan.shortages {
        let name = view.names.get(short.source).map_or_else(String::new, |name| named(t, name));
        block.text.push(t.with2("award-check-short", "funder", name, "missing", t.fen(short.missing)));
    }
    block.text.push(t.n("award-check-notice", view.call.review.notice_workdays));
    let form = Form::new(t, format!("/calls/{}/awards", view.call.id), t.msg("award-check-send"))
        .idempotency_key(new_key())
        .hidden("version", selection.version.to_string())
        .cancel(format!("/calls/{}", view.call.id), t.msg("call-cancel"));
    block.panels.push(Panel::new(word(t, "award-check-open"), word(t, "award-check-text"), form, again));
    block
}

fn answer<'a>(view: &'a View, id: &str) -> Option<&'a Answer> {
    view.answers.iter().find(|answer| answer.id == id)
}

fn split(t: T, view: &View, selection: &Selection, plan: &Plan) -> Table {
    let money = |label: String| Column::numbers(label, t.msg("call-yuan"));
    let used: Vec<usize> = (0..view.pledges.len())
        .filter(|at| plan.shares.iter().any(|row| row.get(*at).is_some_and(|fen| *fen > Fen::ZERO)))
        .collect();
    let mut columns = vec![Column::words(t.msg("award-col-answer")), money(word(t, "award-col-amount"))];
    columns.extend(used.iter().filter_map(|at| view.names.get(*at)).map(|name| money(named(t, name))));
    let mut table = Table::new(t, t.msg("award-split-caption"), columns);
    for (choice, row) in selection.choices.iter().zip(&plan.shares) {
        let title = answer(view, &choice.answer).map_or_else(String::new, |one| {
            t.with2("award-answer-line", "number", one.number, "title", one.title.as_str())
        });
        let parts = used.iter().filter_map(|at| row.get(*at)).map(|fen| Cell::Text(fen.to_string()));
        table =
            table.row([Cell::Text(title), Cell::Text(choice.amount.to_string())].into_iter().chain(parts).collect());
    }
    table
}

fn stages(t: T, view: &View, selection: &Selection, plan: &Plan) -> Table {
    let columns = vec![
        Column::words(t.msg("award-col-milestone")),
        Column::numbers(t.msg("award-col-months"), t.msg("award-months")),
        Column::numbers(t.msg("award-col-amount"), t.msg("call-yuan")),
    ];
    let mut table = Table::new(t, t.msg("award-stages-caption"), columns);
    for (choice, amounts) in selection.choices.iter().zip(&plan.milestones) {
        let Some(answer) = answer(view, &choice.answer) else { continue };
        for (stage, amount) in answer.stages.iter().zip(amounts) {
            let title = t.with2("award-answer-line", "number", answer.number, "title", stage.title.as_str());
            table = table.row(vec![Cell::Text(title), Cell::Text(t.num(stage.months)), Cell::Text(amount.to_string())]);
        }
    }
    table
}

fn decline_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/calls/{id}/declinations"), t.msg("award-none-send")).idempotency_key(new_key()).field(
        Field::lines(t, "reason", t.msg("award-none-reason"), 4)
            .hint(t.msg("award-none-reason-hint"))
            .chars_max(REASON_CHARS_MAX),
    )
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    shown(&app, &caller, &id, None).await
}

/// Lays the choice aside; a refused form comes back as it was typed.
pub(super) async fn draft(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let numbers: Vec<&str> = typed.pairs().filter_map(|(name, _)| name.strip_prefix("answer_")).collect();
    let choice = |number: &&str| ChoiceDraft {
        answer: typed.get(&format!("answer_{number}")).to_owned(),
        amount_yuan: half_width(typed.get(&format!("amount_{number}"))),
    };
    let choices = numbers.iter().map(choice).collect();
    match selection_draft(&app, &caller.ctx, &id, choices, typed.get("reason")).await {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/selection#check-title")).into_response()),
        Err(fault) => back(&app, &caller, &id, "/selections", &typed, fault).await,
    }
}

async fn back(
    app: &App,
    caller: &Caller,
    id: &str,
    form: &str,
    typed: &Typed,
    fault: Fault,
) -> Result<Response, Problem> {
    let refusal = refused(fault)?;
    shown(app, caller, id, Some(Again { form, typed, refusal: &refusal })).await
}

/// Confirms it.
pub(super) async fn select(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    // No number is no version, and is refused as such.
    let version = typed.get("version").parse().unwrap_or(0);
    match call_select(&app, &caller.ctx, &id, version).await {
        Ok(done) => Ok(receipt_of(&caller, "award", "made", &id, &done)),
        Err(fault) => back(&app, &caller, &id, "/awards", &typed, fault).await,
    }
}

/// Awards nobody.
pub(super) async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match call_decline(&app, &caller.ctx, &id, typed.get("reason")).await {
        Ok(done) => Ok(receipt_of(&caller, "award", "declined", &id, &done)),
        Err(fault) => back(&app, &caller, &id, "/declinations", &typed, fault).await,
    }
}
