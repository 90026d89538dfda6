//! Closing months and budget years, with what stands in the way.

use crate::actions::period::{YearEnded, period_close, year_end};
use crate::actions::periods::{Periods, period_list};
use crate::pages::SECTION;
use crate::rules::period::Month;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Cell, Column, Field, FieldKind, Form, Table};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{refused, status, word};
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/periods", "period_list", get(page)),
        write("/periods", "period_close", "period.closed", post(close)),
        write("/year-ends", "year_end", "year.ended", post(end_year)),
    ]
}

#[derive(Template)]
#[template(path = "ledger/period_list.html")]
struct Page {
    shell: Shell,
    next: String,
    unmatched: i64,
    pendings: i64,
    runs: bool,
    close: Option<Form>,
    closed: Option<Table>,
    year: Option<Form>,
    year_result: String,
    year_kept: Option<Table>,
}

/// What was sent from the page and what came of it.
#[derive(Default)]
struct Came<'a> {
    typed: Typed,
    close: Option<&'a Refusal>,
    year: Option<&'a Refusal>,
    ended: Option<&'a YearEnded>,
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let found = period_list(&app, &caller.ctx).await?;
    Ok(html(&build(&caller, &found, &Came::default())))
}

/// Closes a month; what stands in the way is said above the form.
async fn close(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let outcome = match Month::parse(typed.get("period")) {
        Ok(month) => period_close(&app, &caller.ctx, month).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to("/periods").into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let found = period_list(&app, &caller.ctx).await?;
            let came = Came { typed, close: Some(&refusal), ..Came::default() };
            Ok(html_with(status(&refusal), &build(&caller, &found, &came)))
        }
    }
}

/// Ends a budget year by the rule of each account; what stays open is listed with its reason.
async fn end_year(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let year = half_width(typed.get("year")).trim().parse::<i32>().map_err(|_| year_shape());
    let outcome = match year {
        Ok(year) => year_end(&app, &caller.ctx, year).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(ended) => {
            let found = period_list(&app, &caller.ctx).await?;
            let came = Came { ended: Some(&ended), ..Came::default() };
            Ok(html(&build(&caller, &found, &came)))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let found = period_list(&app, &caller.ctx).await?;
            let came = Came { typed, year: Some(&refusal), ..Came::default() };
            Ok(html_with(status(&refusal), &build(&caller, &found, &came)))
        }
    }
}

fn year_shape() -> Refusal {
    Refusal::invalid(
        "budget-year",
        "预算年度应为四位年份，如 2026。",
        "A budget year is a year of four digits, such as 2026.",
    )
    .at("year")
}

fn build(caller: &Caller, found: &Periods, came: &Came<'_>) -> Page {
    let t = caller.visit.t;
    let mut close = close_form(t, &found.next.to_string());
    if let Some(refusal) = came.close {
        close = close.refuse(refusal);
    }
    let mut year = year_form(t).fill(came.typed.pairs());
    if let Some(refusal) = came.year {
        year = year.refuse(refusal);
    }
    let year_result = came.ended.map_or(String::new(), |ended| t.n("period-year-ended", ended.ended));
    let kept = came.ended.filter(|ended| !ended.kept.is_empty());
    Page {
        shell: SECTION.shell(caller, t.msg("period-title")),
        next: found.next.to_string(),
        unmatched: found.blocks.unmatched,
        pendings: found.blocks.pendings,
        runs: found.next.end() > caller.ctx.now,
        close: found.may_close.then_some(close),
        closed: (!found.closed.is_empty()).then(|| closed(t, found)),
        year: found.may_close.then_some(year),
        year_result,
        year_kept: kept.map(|ended| kept_table(t, ended)),
    }
}

fn close_form(t: T, next: &str) -> Form {
    Form::new(t, "/periods", t.msg("period-close-send"))
        .idempotency_key(new_key())
        .field(Field::line(t, "period", t.msg("period-close-month")).hint(t.msg("period-close-hint")).value(next))
}

fn year_form(t: T) -> Form {
    Form::new(t, "/year-ends", t.msg("period-year-send")).idempotency_key(new_key()).field(
        Field::new(t, FieldKind::Line("text"), "year", t.msg("ledger-form-year")).hint(t.msg("period-year-hint")),
    )
}

fn closed(t: T, found: &Periods) -> Table {
    let columns = vec![
        Column::words(t.msg("period-col-month")),
        Column::words(t.msg("period-col-closed")),
        Column::words(t.msg("period-col-by")),
    ];
    let mut table = Table::new(t, t.msg("period-table"), columns);
    table.caption_hidden = true;
    table.rows = found
        .closed
        .iter()
        .map(|one| {
            vec![Cell::Text(one.month.to_string()), Cell::Text(t.datetime(one.at_ms)), Cell::Text(one.by_name.clone())]
        })
        .collect();
    table
}

fn kept_table(t: T, ended: &YearEnded) -> Table {
    let columns = vec![Column::words(t.msg("ledger-fact-id")), Column::words(t.msg("period-year-why"))];
    let mut table = Table::new(t, t.msg("period-year-kept"), columns);
    table.rows = ended
        .kept
        .iter()
        .map(|(account, code)| {
            let key = format!("period-kept-{code}");
            let why = if t.texts.has(&key) { word(t, &key) } else { code.clone() };
            vec![Cell::Link { href: format!("/accounts/{account}"), text: account.clone() }, Cell::Text(why)]
        })
        .collect();
    table
}
