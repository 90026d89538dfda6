//! One account: what stands on it, what is held, what happened last.

use super::entries::table;
use crate::actions::holding::{View, ledger_view};
use crate::pages::words::{account_tags, amount, budget, money, owner, purpose};
use crate::pages::{HOME, SECTION};
use crate::rules::account::YearEnd;
use crate::rules::payment::payment_of;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Cell, Column, Crumbs, Fact, Facts, Field, FieldKind, Figure, Figures, Table};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::{detail, word};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Entries that the page shows; the rest has a page of its own.
const ENTRIES_SHOWN: usize = 10;

/// The day whose balance is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AtQuery {
    at: String,
}

#[derive(Template)]
#[template(path = "ledger/account.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    figures: Figures,
    here: String,
    at: Field,
    at_text: String,
    pendings: Option<Table>,
    entries: Option<Table>,
    entries_more: bool,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<AtQuery>,
) -> Result<Response, Problem> {
    let view = ledger_view(&app, &caller.ctx, &id, &query.at, ENTRIES_SHOWN).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view)))
}

fn build(caller: &Caller, corridor: &Corridor, view: &View) -> Page {
    let t = caller.visit.t;
    let account = &view.account;
    let at = Field::new(t, FieldKind::Line("date"), "at", t.msg("ledger-col-date"));
    let at_text =
        view.at.map(|(day, balance)| t.with2("ledger-at-text", "date", day.to_string(), "amount", money(t, balance)));
    Page {
        shell: SECTION.shell(caller, account.name.clone()),
        figures: figures(t, view),
        here: format!("{HOME}/{}", account.id),
        at: view.at.iter().fold(at, |field, (day, _)| field.value(day.to_string())),
        at_text: at_text.unwrap_or_default(),
        pendings: (!view.pendings.is_empty()).then(|| pendings(t, view)),
        entries: (!view.entries.is_empty()).then(|| table(t, &word(t, "ledger-entries"), &view.entries)),
        entries_more: view.entries_total > 0,
        detail: frame(t, corridor, view),
    }
}

fn figures(t: T, view: &View) -> Figures {
    let figure = |key: &str, value: String| Figure {
        label: t.with("ledger-in-unit", "label", t.msg(key)),
        value,
        ..Figure::default()
    };
    let mut figures = vec![
        figure("ledger-balance", amount(view.standing.balance)),
        figure("ledger-held", amount(view.standing.held)),
    ];
    if let Some(free) = view.standing.available(view.account.floor).and_then(|free| kernel::Fen::new(free).ok()) {
        figures.push(figure("ledger-available", amount(free)));
    }
    Figures { figures }
}

fn pendings(t: T, view: &View) -> Table {
    let columns = vec![
        Column::words(t.msg("ledger-col-held-for")),
        Column::words(t.msg("ledger-col-date")),
        Column::words(t.msg("ledger-col-until")),
        Column::numbers(t.msg("ledger-col-amount"), t.msg("ledger-unit")),
    ];
    let mut table = Table::new(t, t.msg("ledger-pendings-table"), columns);
    table.caption_hidden = true;
    table.rows = view
        .pendings
        .iter()
        .map(|pending| {
            let until = pending.expires_ms.map_or(Cell::Missing, |ms| Cell::Text(t.datetime(ms)));
            vec![
                held_for(view, &pending.id),
                Cell::Text(t.date(pending.event_ms)),
                until,
                amount(pending.amount).into(),
            ]
        })
        .collect();
    table
}

/// Money held for a payment leads to the payment.
fn held_for(view: &View, id: &str) -> Cell {
    let payment = payment_of(id).and_then(|payment| Some((payment, view.numbers.get(payment)?)));
    match payment {
        Some((payment, number)) => Cell::Link { href: format!("/payments/{payment}"), text: number.clone() },
        None => Cell::Text(id.to_owned()),
    }
}

fn frame(t: T, corridor: &Corridor, view: &View) -> DetailFrame {
    let account = &view.account;
    let mut actions = Vec::new();
    if view.may_pay {
        let href = format!("/payments/new?account={}", account.id);
        actions.push(Action::new(href, t.msg("payment-new")));
    }
    actions.push(Action::new(format!("{HOME}/{}/statement", account.id), t.msg("ledger-statement")));
    if view.may_import {
        let href = format!("/statements/new?account={}", account.id);
        actions.push(Action::new(href, t.msg("statement-new")));
    }
    DetailFrame {
        tags: account_tags(t, account),
        lede: word(t, "ledger-record"),
        facts: vec![facts(t, corridor, view)],
        actions,
        ..detail(Crumbs::new(t, &account.name).over(HOME, t.msg("ledger-list-title")), account.name.clone())
    }
}

fn facts(t: T, corridor: &Corridor, view: &View) -> Facts {
    let account = &view.account;
    let label = |key: &str| word(t, format!("ledger-fact-{key}"));
    let names = BTreeMap::from([(account.owner.id.clone(), view.owner_name.clone())]);
    let mut facts = vec![
        Fact::new(label("id"), account.id.clone()),
        Fact::new(label("owner"), owner(t, corridor, &names, account)),
        Fact::new(label("purpose"), purpose(t, account)),
    ];
    let budget = budget(t, account);
    if !budget.is_empty() {
        facts.push(Fact::new(label("budget"), budget));
    }
    if account.year_end != YearEnd::Keeps {
        let mut fact = Fact::new(label("year-end"), word(t, format!("ledger-year-end-{}", account.year_end.code())));
        if let Some(to) = &account.returns_to {
            fact = fact.link(format!("{HOME}/{to}"));
        }
        facts.push(fact);
    }
    facts.push(Fact::new(label("opened"), t.date(account.opened_ms)));
    facts.extend(account.closed_ms.map(|ms| Fact::new(label("closed"), t.date(ms))));
    Facts { title: word(t, "side-facts"), facts }
}
