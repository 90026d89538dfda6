//! Loading a statement: which account, the file. A refused file comes back with every bad row.

use crate::actions::statement::{Import, Report, statement_form, statement_import};
use crate::pages::words::account_choices;
use crate::pages::{HOME, SECTION};
use crate::rules::account::{Account, Standing};
use crate::rules::statement::{COLUMNS, Problems};
use askama::Template;
use axum::extract::{Multipart, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Cell, Column, Field, FieldKind, Form, Table};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::actions::Done;
use rooms::pages::{refused, status, word};
use serde::Deserialize;

/// The account whose statement is to be loaded, as links of other pages name it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    account: String,
}

#[derive(Template)]
#[template(path = "ledger/statement_new.html")]
struct Page {
    shell: Shell,
    step: StepFrame,
    columns: String,
    problems: Option<Table>,
    more: i64,
}

fn form(t: T, accounts: &[(Account, Standing)], account: &str) -> Form {
    let choices = FieldKind::Select(account_choices(t, accounts));
    Form::new(t, "/statements/imports", t.msg("statement-send"))
        .idempotency_key(new_key())
        .cancel("/statements", t.msg("ledger-cancel"))
        .field(
            Field::new(t, choices, "account", t.msg("statement-form-account"))
                .hint(t.msg("statement-form-account-hint")),
        )
        .field(
            Field::new(t, FieldKind::File(".csv"), "file", t.msg("statement-form-file"))
                .hint(t.msg("statement-form-file-hint")),
        )
        .fill([("account", account)])
}

fn build(caller: &Caller, form: Form, problems: Option<&Problems>) -> Page {
    let t = caller.visit.t;
    let task = word(t, "statement-new");
    let step = StepFrame { form, task: task.clone(), step: 0, steps: 0, back_href: "/statements".to_owned() };
    let more = problems.map_or(0, |found| found.total - found.listed.len());
    Page {
        shell: SECTION.shell(caller, task),
        step,
        columns: COLUMNS.join(","),
        problems: problems.map(|found| table(t, found)),
        more: i64::try_from(more).unwrap_or(i64::MAX),
    }
}

fn table(t: T, problems: &Problems) -> Table {
    let columns = vec![
        Column::numbers(t.msg("statement-problem-line"), ""),
        Column::numbers(t.msg("statement-problem-column"), ""),
        Column::words(t.msg("statement-problem-field")),
        Column::words(t.msg("statement-problem-remedy")),
    ];
    let place = |n: usize| if n == 0 { String::new() } else { t.num(i64::try_from(n).unwrap_or(i64::MAX)) };
    let mut table = Table::new(t, t.msg("statement-problems"), columns);
    table.rows = problems
        .listed
        .iter()
        .map(|one| {
            let said = if t.zh() { &one.zh } else { &one.en };
            vec![
                Cell::Text(place(one.line)),
                Cell::Text(place(one.column)),
                Cell::Text(one.field.clone()),
                Cell::Text(said.clone()),
            ]
        })
        .collect();
    table
}

/// The empty form.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "statement_list", &Resource::house())?;
    let accounts = statement_form(&app, &caller.ctx).await?;
    if accounts.is_empty() {
        return Err(Refusal::forbidden().into());
    }
    let chosen = match accounts.as_slice() {
        [(only, _)] => only.id.as_str(),
        _ => query.account.as_str(),
    };
    Ok(html(&build(&caller, form(caller.visit.t, &accounts, chosen), None)))
}

async fn read(mut parts: Multipart) -> Result<Import, Problem> {
    let unreadable = |error: axum::extract::multipart::MultipartError| Problem::bare(error.status());
    let mut import = Import { account: String::new(), file: String::new(), bytes: Vec::new() };
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        match part.name() {
            Some("file") => {
                import.file = part.file_name().unwrap_or_default().to_owned();
                import.bytes = part.bytes().await.map_err(unreadable)?.to_vec();
            }
            Some("account") => import.account = part.text().await.map_err(unreadable)?.trim().to_owned(),
            _ => {}
        }
    }
    Ok(import)
}

/// Takes the file, or shows every bad row.
pub(super) async fn send(State(app): State<App>, caller: Caller, parts: Multipart) -> Result<Response, Problem> {
    let import = read(parts).await?;
    let account = import.account.clone();
    let t = caller.visit.t;
    let outcome = match import.bytes.is_empty() {
        true => Err(no_file().into()),
        false => statement_import(&app, &caller.ctx, import).await,
    };
    let (refusal, problems) = match outcome {
        Ok(Report { statement: Some(id), entry, at_ms, lines, matched, .. }) => {
            let done = Done { id, entry, at_ms, warnings: Vec::new() };
            let next = vec![t.with2("statement-taken-next", "lines", lines, "matched", matched)];
            let links = vec![
                (format!("/statements/{}", done.id), word(t, "statement-look")),
                (format!("{HOME}/{account}"), word(t, "ledger-look")),
            ];
            return Ok(SECTION.receipt(&caller, word(t, "statement-taken-title"), &done, next, links));
        }
        Ok(report) => (None, Some(report.problems)),
        Err(fault) => (Some(refused(fault)?), None),
    };
    let accounts = statement_form(&app, &caller.ctx).await?;
    let form = form(t, &accounts, &account);
    let form = refusal.iter().fold(form, |form, refusal| form.refuse(refusal));
    let status = refusal.as_ref().map_or(StatusCode::UNPROCESSABLE_ENTITY, status);
    Ok(html_with(status, &build(&caller, form, problems.as_ref())))
}

fn no_file() -> Refusal {
    Refusal::invalid("file-needed", "请选择对账单文件。", "Choose the file of the statement.").at("file")
}
