//! Imports for administrators and city offices: a file to upload, what was loaded, by whom, and each report.

mod upload;

use crate::actions::import::{Batch, Report, State as BatchState, import_by_id, import_list};
use crate::rules::import::Problem;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::kinds::{DetailFrame, ListFrame};
use platform::web::page::PageQuery;
use platform::web::parts::{Action, Cell, Column, Crumbs, Empty, Facets, Fact, Facts, Pager, Table, Tag, Tone};
use platform::web::{Problem as WebProblem, Shell, T, html};
use platform::{App, Caller};

/// Routes of imports.
pub fn routes() -> Vec<Route> {
    let view = |path, action, handler| Route { method: Method::GET, path, action, journal: None, handler };
    vec![
        view("/admin/imports", "import_list", get(list)),
        view("/admin/imports/new", "import_list", get(upload::page)),
        view("/admin/imports/{id}", "import_view", get(one)),
        Route {
            method: Method::POST,
            path: "/admin/imports",
            action: "import_create",
            journal: Some("import.published"),
            handler: post(upload::send),
        },
    ]
}

#[derive(Template)]
#[template(path = "registry/import_list.html")]
struct ListPage {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    tags: Vec<Tag>,
    about: String,
}

#[derive(Template)]
#[template(path = "registry/import.html")]
struct ImportPage {
    shell: Shell,
    detail: DetailFrame,
    remarks: Option<Table>,
    more: i64,
}

async fn list(State(app): State<App>, caller: Caller, Query(query): Query<PageQuery>) -> Result<Response, WebProblem> {
    let page = query.page()?;
    let (batches, total) = import_list(&app, &caller.ctx, page.cursor.clone(), page.limit).await?;
    let (t, visit) = (caller.visit.t, &caller.visit);
    let next = if batches.len() == page.limit {
        batches.last().map(|batch| visit.href_with("cursor", &batch.id))
    } else {
        None
    };
    let frame = ListFrame {
        heading: t.msg("import-title").into_owned(),
        lede: t.msg("import-lede").into_owned(),
        search: None,
        facets: Facets { t, groups: Vec::new(), clear_href: String::new() },
        sorts: Vec::new(),
        action: Some(Action::new("/admin/imports/new", t.msg("import-new"))),
        csv_href: String::new(),
        json_href: "/api/v1/imports".to_owned(),
        pager: Pager {
            t,
            total,
            shown: batches.len(),
            first_href: if page.cursor.is_some() { visit.href_with("cursor", "") } else { String::new() },
            next_href: next.unwrap_or_default(),
        },
        empty: Empty::new(t.msg("import-empty-title"), t.msg("import-empty-text")),
        ranked: false,
    };
    let mut shell = visit.shell(t.msg("import-title")).here("/admin");
    shell.private = true;
    let rows = batches.iter().map(|batch| row(t, batch)).collect();
    Ok(html(&ListPage { shell, list: frame, rows }))
}

fn title(t: T, batch: &Batch) -> String {
    let noun = t.msg(format!("import-noun-{}", batch.noun.code()));
    if batch.file.is_empty() { noun.into_owned() } else { format!("{noun} · {}", batch.file) }
}

fn state_tag(t: T, batch: &Batch) -> Tag {
    let tone = match batch.state {
        BatchState::Published => Tone::Pine,
        BatchState::Staging => Tone::Gold,
        BatchState::Dropped => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("import-state-{}", batch.state.code())))
}

fn row(t: T, batch: &Batch) -> Row {
    Row {
        href: format!("/admin/imports/{}", batch.id),
        title: title(t, batch),
        tags: vec![state_tag(t, batch)],
        about: format!("{} · {}", t.datetime(batch.started_ms), batch.started_name),
    }
}

async fn one(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, WebProblem> {
    let (batch, report) = import_by_id(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    let heading = title(t, &batch);
    let detail = DetailFrame {
        crumbs: Crumbs::new(t, heading.clone()).over("/admin/imports", t.msg("import-title")),
        heading: heading.clone(),
        other_name: String::new(),
        tags: vec![state_tag(t, &batch)],
        lede: lede(t, &batch),
        phases: None,
        facts: vec![counts(t, &batch, &report)],
        actions: Vec::new(),
        source: None,
        proof: None,
    };
    let listed = report.warnings.len();
    let more = i64::try_from(report.warnings_total.saturating_sub(listed)).unwrap_or(i64::MAX);
    let remarks = (listed > 0).then(|| problems(t, &t.msg("import-remarks"), &report.warnings));
    let mut shell = caller.visit.shell(heading).here("/admin");
    shell.private = true;
    Ok(html(&ImportPage { shell, detail, remarks, more }))
}

fn lede(t: T, batch: &Batch) -> String {
    match batch.state {
        BatchState::Published if batch.publish => t.msg("import-published-at-once").into_owned(),
        state => t.msg(format!("import-lede-{}", state.code())).into_owned(),
    }
}

fn counts(t: T, batch: &Batch, report: &Report) -> Facts {
    let mut facts = vec![
        Fact::new(t.msg("import-started"), t.datetime(batch.started_ms)),
        Fact::new(t.msg("import-by"), batch.started_name.clone()),
    ];
    if let Some(ms) = batch.published_ms {
        facts.push(Fact::new(t.msg("import-published"), t.datetime(ms)));
        facts.extend(counts_of(t, report));
    }
    Facts { title: t.msg("import-report").into_owned(), facts }
}

/// How many rows became what.
fn counts_of(t: T, report: &Report) -> [Fact; 5] {
    let number = |key: &str, count: usize| Fact::new(t.msg(key), t.num(i64::try_from(count).unwrap_or(i64::MAX)));
    [
        number("import-rows", report.rows),
        number("import-created", report.created),
        number("import-updated", report.updated),
        number("import-unchanged", report.unchanged),
        number("import-kept", report.kept),
    ]
}

/// Places of the file and what to do about each.
fn problems(t: T, title: &str, found: &[Problem]) -> Table {
    let columns = vec![
        Column::numbers(t.msg("import-line"), ""),
        Column::numbers(t.msg("import-column"), ""),
        Column::words(t.msg("import-field")),
        Column::words(t.msg("import-remark")),
    ];
    let place = |n: usize| if n == 0 { String::new() } else { t.num(i64::try_from(n).unwrap_or(i64::MAX)) };
    let row = |problem: &Problem| {
        let said = if t.zh() { &problem.zh } else { &problem.en };
        let (line, column) = (place(problem.line), place(problem.column));
        vec![Cell::Text(line), Cell::Text(column), Cell::Text(problem.field.clone()), Cell::Text(said.clone())]
    };
    let mut table = Table::new(t, title, columns);
    table.rows = found.iter().map(row).collect();
    table
}
