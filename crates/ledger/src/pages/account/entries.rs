//! The entries of an account, narrowed in the address, as a page, as CSV or as JSON.

use crate::actions::holding::{AccountEntry, Entries, EntryFilter, ledger_entries};
use crate::api::account::listed_entries;
use crate::pages::words::{amount, signed, why};
use crate::pages::{HOME, SECTION};
use crate::rules::payment::payment_of;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use kernel::input::day;
use kernel::{Fen, Refusal};
use platform::web::page::{Csv, Form, PageQuery};
use platform::web::parts::{Cell, Column, Crumbs, Empty, Field, FieldKind, Pager, Table};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::api::values;
use rooms::pages::browse::{Asked, pager, sheet};
use rooms::pages::word;
use serde::Deserialize;

/// What the entries are narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EntryQuery {
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day, `YYYY-MM-DD`.
    pub to: String,
    /// Codes of reasons.
    pub code: String,
    /// What they refer to, such as the number of a payment.
    pub reference: String,
}

impl EntryQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Result<EntryFilter, Refusal> {
        let read = |text: &str, field| match text.trim() {
            "" => Ok(None),
            text => day(text, field).map(Some),
        };
        Ok(EntryFilter {
            from: read(&self.from, "from")?,
            to: read(&self.to, "to")?,
            codes: values(&self.code),
            references: values(&self.reference),
            others: Vec::new(),
        })
    }
}

#[derive(Template)]
#[template(path = "ledger/entries.html")]
struct Page {
    shell: Shell,
    crumbs: Crumbs,
    heading: String,
    here: String,
    fields: Vec<Field>,
    csv_href: String,
    json_href: String,
    table: Option<Table>,
    empty: Empty,
    pager: Pager,
}

/// The entries.
pub(super) async fn page(
    State(app): State<App>,
    Path(id): Path<String>,
    Asked { caller, query, paging, form }: Asked<EntryQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed_entries(&app, &caller, &id, &query, &paging).await?).into_response());
    }
    let found = ledger_entries(&app, &caller.ctx, &id, &query.filter()?, &paging.page()?).await?;
    if form == Form::Csv {
        return Ok(csv(caller.visit.t, &found).into_response());
    }
    Ok(html(&build(&caller, &query, &paging, &found)))
}

fn build(caller: &Caller, query: &EntryQuery, paging: &PageQuery, found: &Entries) -> Page {
    let (t, visit) = (caller.visit.t, &caller.visit);
    let here = format!("{HOME}/{}/entries", found.account.id);
    let heading = t.with("ledger-entries-of", "name", found.account.name.as_str());
    let field = |kind, name: &str, value: &str| {
        Field::new(t, kind, name, t.msg(format!("ledger-filter-{name}"))).optional().value(value)
    };
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    Page {
        shell: SECTION.shell(caller, heading.clone()),
        crumbs: Crumbs::new(t, t.msg("ledger-entries"))
            .over(HOME, t.msg("ledger-list-title"))
            .over(format!("{HOME}/{}", found.account.id), &found.account.name),
        fields: vec![
            field(FieldKind::Line("date"), "from", &query.from),
            field(FieldKind::Line("date"), "to", &query.to),
            field(FieldKind::Line("text"), "reference", &query.reference),
        ],
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        table: (!found.items.is_empty()).then(|| table(t, &heading, &found.items)),
        empty: Empty::new(t.msg("ledger-entries-none"), t.msg("ledger-entries-none-text"))
            .action(&here, t.msg("filters-clear")),
        pager: pager(visit, paging, found.total, found.items.len(), found.next.as_deref()),
        heading,
        here,
    }
}

/// Entries as a table, in the order they come.
pub(super) fn table(t: T, caption: &str, entries: &[AccountEntry]) -> Table {
    let unit = word(t, "ledger-unit");
    let columns = vec![
        Column::words(t.msg("ledger-col-date")),
        Column::words(t.msg("ledger-col-what")),
        Column::words(t.msg("ledger-col-reference")),
        Column::numbers(t.msg("ledger-col-amount"), &unit),
        Column::numbers(t.msg("ledger-col-balance"), &unit),
    ];
    let mut table = Table::new(t, caption, columns);
    table.caption_hidden = true;
    table.rows = entries
        .iter()
        .map(|entry| {
            let after = Fen::new(entry.after()).unwrap_or(Fen::ZERO);
            vec![
                Cell::Text(t.date(entry.event_ms)),
                Cell::Text(why(t, &entry.code)),
                reference(entry),
                Cell::Text(signed(entry.amount)),
                Cell::Text(amount(after)),
            ]
        })
        .collect();
    table
}

/// What an entry refers to, with a link where it is a payment.
pub(super) fn reference(entry: &AccountEntry) -> Cell {
    match (payment_of(&entry.transfer), entry.reference.is_empty()) {
        (Some(payment), false) => Cell::Link { href: format!("/payments/{payment}"), text: entry.reference.clone() },
        (_, true) => Cell::Missing,
        (None, false) => Cell::Text(entry.reference.clone()),
    }
}

fn csv(t: T, found: &Entries) -> Csv {
    let mut csv = sheet(
        t,
        "ledger-entry",
        "entries",
        &["version", "date", "amount", "balance", "what", "reference", "other", "transfer", "written"],
    );
    for entry in &found.items {
        let after = Fen::new(entry.after()).unwrap_or(Fen::ZERO);
        csv.row([
            entry.version.to_string(),
            t.date(entry.event_ms),
            entry.amount.to_string(),
            after.to_string(),
            why(t, &entry.code),
            entry.reference.clone(),
            entry.other.clone(),
            entry.transfer.clone(),
            t.instant(entry.created_ms),
        ]);
    }
    csv
}
