//! Statements, the newest first, and above them the lines that nothing explains yet, with their age.

use crate::actions::statement::{Line, Statements, statement_list};
use crate::api::statement::{StatementQuery, listed};
use crate::pages::words::{amount, counterparty, line_tag, signed};
use crate::pages::{SECTION, sees_periods};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Date;
use platform::web::page::{Csv, Form, PageQuery};
use platform::web::parts::{Action, Cell, Column, Empty, Pager, Table};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::browse::{Asked, pager, sheet};
use rooms::pages::word;

#[derive(Template)]
#[template(path = "ledger/statement_list.html")]
struct Page {
    shell: Shell,
    periods: bool,
    action: Option<Action>,
    open: Option<Table>,
    open_total: i64,
    statements: Option<Table>,
    empty: Empty,
    csv_href: String,
    json_href: String,
    pager: Pager,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<StatementQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = statement_list(&app, &caller.ctx, query.account.trim(), &paging.page()?).await?;
    if form == Form::Csv {
        return Ok(csv(caller.visit.t, &found).into_response());
    }
    Ok(html(&build(&app, &caller, &paging, &found)))
}

fn build(app: &App, caller: &Caller, paging: &PageQuery, found: &Statements) -> Page {
    let (t, visit) = (caller.visit.t, &caller.visit);
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    Page {
        shell: SECTION.shell(caller, t.msg("statement-title")),
        periods: sees_periods(app, caller),
        action: (!found.names.is_empty()).then(|| Action::new("/statements/new", t.msg("statement-new"))),
        open: (!found.unmatched.is_empty()).then(|| open(t, &found.unmatched, caller.ctx.now.date())),
        open_total: found.unmatched_total,
        statements: (!found.items.is_empty()).then(|| statements(t, found)),
        empty: Empty::new(t.msg("statement-empty"), t.msg("statement-empty-text")),
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        pager: pager(visit, paging, found.total, found.items.len(), found.next.as_deref()),
    }
}

fn open(t: T, lines: &[Line], today: Date) -> Table {
    let columns = vec![
        Column::words(t.msg("line-col-date")),
        Column::words(t.msg("line-col-counterparty")),
        Column::words(t.msg("line-col-summary")),
        Column::words(t.msg("line-col-state")),
        Column::numbers(t.msg("line-col-amount"), t.msg("ledger-unit")),
        Column::numbers(t.msg("line-col-age"), t.msg("line-unit-days")),
    ];
    let mut table = Table::new(t, t.msg("line-open-table"), columns);
    table.caption_hidden = true;
    table.rows = lines
        .iter()
        .map(|line| {
            vec![
                Cell::Link { href: format!("/statement-lines/{}", line.open.id), text: line.open.day.to_string() },
                counterparty(line),
                Cell::Text(line.summary.clone()),
                Cell::Tag(line_tag(t, line)),
                Cell::Text(signed(line.open.amount)),
                Cell::Text(t.num(line.open.age_days(today))),
            ]
        })
        .collect();
    table
}

fn statements(t: T, found: &Statements) -> Table {
    let unit = word(t, "ledger-unit");
    let columns = vec![
        Column::words(t.msg("statement-col-days")),
        Column::words(t.msg("statement-col-account")),
        Column::numbers(t.msg("statement-col-lines"), ""),
        Column::numbers(t.msg("statement-col-opening"), &unit),
        Column::numbers(t.msg("statement-col-closing"), &unit),
    ];
    let mut table = Table::new(t, t.msg("statement-table"), columns);
    table.caption_hidden = true;
    table.rows = found
        .items
        .iter()
        .map(|one| {
            let days = t.with2("ledger-days", "from", one.from.to_string(), "to", one.to.to_string());
            vec![
                Cell::Link { href: format!("/statements/{}", one.id), text: days },
                Cell::Text(found.names.get(&one.account).unwrap_or(&one.account).clone()),
                Cell::Text(t.num(one.lines)),
                Cell::Text(amount(one.opening)),
                Cell::Text(amount(one.closing)),
            ]
        })
        .collect();
    table
}

fn csv(t: T, found: &Statements) -> Csv {
    let mut csv =
        sheet(t, "statement", "statements", &["id", "account", "from", "to", "opening", "closing", "lines", "sha256"]);
    for one in &found.items {
        csv.row([
            one.id.clone(),
            one.account.clone(),
            one.from.to_string(),
            one.to.to_string(),
            one.opening.to_string(),
            one.closing.to_string(),
            one.lines.to_string(),
            one.sha256.clone(),
        ]);
    }
    csv
}
