//! The statement of an account between two days, for the screen and for paper.

use super::entries::reference;
use crate::actions::holding::{AccountStatement, days, ledger_statement};
use crate::pages::words::{amount, money, signed, why};
use crate::pages::{HOME, SECTION};
use crate::rules::account::Account;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kernel::{Date, Fen};
use platform::web::page::{Csv, Form, wants};
use platform::web::parts::{Cell, Column, Crumbs, Fact, Facts, Field, FieldKind, Table};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::browse::sheet;
use rooms::pages::word;
use serde::Deserialize;

/// Two days, both included.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DaysQuery {
    /// First day, `YYYY-MM-DD`; the first of the present month if left out.
    pub from: String,
    /// Last day, `YYYY-MM-DD`; today if left out.
    pub to: String,
}

#[derive(Template)]
#[template(path = "ledger/account_statement.html")]
struct Page {
    shell: Shell,
    crumbs: Crumbs,
    heading: String,
    here: String,
    fields: Vec<Field>,
    csv_href: String,
    json_href: String,
    sums: Facts,
    table: Table,
    more: bool,
}

/// The statement.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(query): Query<DaysQuery>,
) -> Result<Response, Problem> {
    let between = days(&query.from, &query.to, caller.ctx.now.date())?;
    let (account, found) = ledger_statement(&app, &caller.ctx, &id, between).await?;
    let t = caller.visit.t;
    match wants(&caller.visit.query, &caller.visit.path, &headers) {
        Form::Json => Ok(axum::Json(crate::api::account::statement_of(&account, between, &found)).into_response()),
        Form::Csv => Ok(csv(t, &found).into_response()),
        Form::Html => Ok(html(&build(&caller, &account, between, &found))),
    }
}

fn build(caller: &Caller, account: &Account, (from, to): (Date, Date), found: &AccountStatement) -> Page {
    let (t, visit) = (caller.visit.t, &caller.visit);
    let heading = t.with("ledger-statement-of", "name", account.name.as_str());
    let field = |name: &str, day: Date| {
        Field::new(t, FieldKind::Line("date"), name, t.msg(format!("ledger-filter-{name}"))).value(day.to_string())
    };
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    Page {
        shell: SECTION.shell(caller, heading.clone()),
        crumbs: Crumbs::new(t, t.msg("ledger-statement"))
            .over(HOME, t.msg("ledger-list-title"))
            .over(format!("{HOME}/{}", account.id), &account.name),
        here: format!("{HOME}/{}/statement", account.id),
        fields: vec![field("from", from), field("to", to)],
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        sums: sums(t, account, (from, to), found),
        table: table(t, &heading, found),
        more: found.more,
        heading,
    }
}

fn sums(t: T, account: &Account, (from, to): (Date, Date), found: &AccountStatement) -> Facts {
    let (came, went) = found.lines.iter().fold((Fen::ZERO, Fen::ZERO), |(came, went), (entry, _)| {
        let add = |sum: Fen, more: Fen| sum.plus(more).unwrap_or(sum);
        if entry.amount > Fen::ZERO { (add(came, entry.amount), went) } else { (came, add(went, entry.amount)) }
    });
    let fact = |key: &str, value: String| Fact::new(word(t, format!("ledger-sum-{key}")), value);
    let mut facts = vec![
        fact("account", account.id.clone()),
        fact("days", t.with2("ledger-days", "from", from.to_string(), "to", to.to_string())),
        fact("opening", money(t, found.opening)),
    ];
    if !found.more {
        facts.push(fact("came", money(t, came)));
        facts.push(fact("went", money(t, went)));
    }
    facts.push(fact("closing", money(t, found.closing)));
    Facts { title: String::new(), facts }
}

fn table(t: T, caption: &str, found: &AccountStatement) -> Table {
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
    let bound = |key: &str, balance: Fen| {
        vec![Cell::Text(word(t, key)), "".into(), "".into(), "".into(), Cell::Text(amount(balance))]
    };
    table.rows.push(bound("ledger-sum-opening", found.opening));
    table.rows.extend(found.lines.iter().map(|(entry, after)| {
        vec![
            Cell::Text(t.date(entry.event_ms)),
            Cell::Text(why(t, &entry.code)),
            reference(entry),
            Cell::Text(signed(entry.amount)),
            Cell::Text(amount(*after)),
        ]
    }));
    table.rows.push(bound("ledger-sum-closing", found.closing));
    table
}

fn csv(t: T, found: &AccountStatement) -> Csv {
    let mut csv = sheet(t, "ledger-entry", "statement", &["date", "what", "reference", "amount", "balance"]);
    csv.row([String::new(), word(t, "ledger-sum-opening"), String::new(), String::new(), found.opening.to_string()]);
    for (entry, after) in &found.lines {
        csv.row([
            t.date(entry.event_ms),
            why(t, &entry.code),
            entry.reference.clone(),
            entry.amount.to_string(),
            after.to_string(),
        ]);
    }
    csv.row([String::new(), word(t, "ledger-sum-closing"), String::new(), String::new(), found.closing.to_string()]);
    csv
}
