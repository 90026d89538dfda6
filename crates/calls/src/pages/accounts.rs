//! The public account of a call: every source, every award, every tranche, as the ledger says.

use super::award::{Block, named};
use super::{read, word};
use crate::actions::accounts::{AwardMoney, Money, SourceMoney, call_money};
use crate::api::accounts::detail;
use crate::rules::accounts::Flow;
use axum::Json;
use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Fen;
use platform::capability::Route;
use platform::web::page::{Csv, Form, wants};
use platform::web::parts::{Action, Cell, Column, Fact, Table};
use platform::web::{Problem, T, html};
use platform::{App, Caller};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![read("/calls/{id}/money", "call_view", get(page))]
}

async fn page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let money = call_money(&app, &caller.ctx, &id).await?;
    Ok(match wants(uri.query().unwrap_or_default(), uri.path(), &headers) {
        Form::Json => Json(detail(&money)).into_response(),
        Form::Csv => csv(&caller, &money).into_response(),
        Form::Html => html(&shown(&caller, &money)),
    })
}

const FLOWS: [&str; 5] = ["awarded", "held", "paid", "returned", "clawed"];

fn numbers(flow: Flow) -> [i64; 5] {
    [flow.awarded, flow.held, flow.paid, flow.returned, flow.clawed]
}

fn yuan(amount: i64) -> String {
    Fen::new(amount).map_or_else(|_| String::new(), |fen| fen.to_string())
}

fn heads(t: T, first: &[&str], flows: &[&str]) -> Vec<Column> {
    let words = first.iter().map(|key| Column::words(t.msg(format!("award-money-{key}"))));
    let money = flows.iter().map(|key| Column::numbers(t.msg(format!("award-money-{key}")), t.msg("call-yuan")));
    words.chain(money).collect()
}

fn cells(words: Vec<String>, amounts: impl IntoIterator<Item = i64>) -> Vec<Cell> {
    let amounts = amounts.into_iter().map(|amount| Cell::Text(yuan(amount)));
    words.into_iter().map(Cell::Text).chain(amounts).collect()
}

fn sources(t: T, money: &Money) -> Table {
    let flows: Vec<&str> = ["pledged"].into_iter().chain(FLOWS).chain(["left"]).collect();
    let mut table = Table::new(t, t.msg("award-money-sources-caption"), heads(t, &["source"], &flows));
    let row = |name: String, pledged: i64, flow: Flow, left: i64| {
        cells(vec![name], [pledged].into_iter().chain(numbers(flow)).chain([left]))
    };
    for one in &money.sources {
        table = table.row(row(named(t, &one.name), one.pledge.cap.get(), one.flow, one.left));
    }
    table = table.row(row(word(t, "award-money-total"), money.pledged, money.total, money.left));
    table.csv_href = format!("/calls/{}/money?format=csv", money.call.id);
    table
}

fn awards(t: T, money: &Money) -> Table {
    let mut table = Table::new(t, t.msg("award-money-awards-caption"), heads(t, &["award", "lead"], &FLOWS));
    for AwardMoney { award, name, flow, .. } in &money.awards {
        let href = format!("/calls/{}/awards/{}", money.call.id, award.id);
        let mut row = cells(vec![String::new(), named(t, name)], numbers(*flow));
        if let Some(first) = row.first_mut() {
            *first = Cell::Link { href, text: t.n("award-number", award.ord) };
        }
        table = table.row(row);
    }
    table.row(cells(vec![word(t, "award-money-total"), String::new()], numbers(money.total)))
}

fn source_name(t: T, money: &Money, source: i64) -> String {
    let found = money.sources.iter().find(|one: &&SourceMoney| one.source == source);
    found.map_or_else(String::new, |one| named(t, &one.name))
}

fn tranches(t: T, money: &Money) -> Table {
    let columns = heads(t, &["award", "milestone", "source"], &FLOWS);
    let mut table = Table::new(t, t.msg("award-money-tranches-caption"), columns);
    for (ord, tranche, flow) in &money.tranches {
        let words = vec![t.n("award-number", *ord), t.num(tranche.milestone), source_name(t, money, tranche.source)];
        table = table.row(cells(words, numbers(*flow)));
    }
    table
}

fn shown(caller: &Caller, money: &Money) -> impl askama::Template + use<> {
    let t = caller.visit.t;
    let mut blocks = vec![Block::new("sources-title", word(t, "award-money-sources"))];
    if let Some(first) = blocks.first_mut() {
        first.text.push(word(t, "award-money-sources-text"));
        first.tables.push(sources(t, money));
    }
    let mut given = Block::new("awards-title", word(t, "award-money-awards"));
    if money.awards.is_empty() {
        given.text.push(word(t, "award-money-none"));
    } else {
        given.tables.push(awards(t, money));
        for one in &money.awards {
            if let Some((amount, since)) = one.owed {
                let who = named(t, &one.name);
                let values = [("lead", who), ("amount", t.fen(amount)), ("since", t.date(since))];
                given.text.push(t.args("award-money-owed", &values));
            }
        }
    }
    blocks.push(given);
    if !money.tranches.is_empty() {
        let mut all = Block::new("tranches-title", word(t, "award-money-tranches"));
        all.tables.push(tranches(t, money));
        all.links.push(Action::new(format!("/api/v1/calls/{}/money", money.call.id), t.msg("award-money-json")));
        blocks.push(all);
    }
    let facts = vec![
        Fact::new(word(t, "award-budget"), t.fen(money.call.budget)),
        Fact::new(word(t, "award-money-paid"), yuan(money.total.paid)),
        Fact::new(word(t, "award-money-held"), yuan(money.total.held)),
    ];
    let heading = (word(t, "award-money-title"), Vec::new());
    super::award::page(caller, &money.call, heading, facts, (vec![word(t, "award-money-text")], blocks), None)
}

fn csv(caller: &Caller, money: &Money) -> Csv {
    let t = caller.visit.t;
    let heads = ["award", "milestone", "source", "awarded", "held", "paid", "returned", "clawed"];
    let heads: Vec<String> = heads.iter().map(|key| word(t, format!("award-money-{key}"))).collect();
    let mut csv = Csv::new("call-money", &heads);
    for (ord, tranche, flow) in &money.tranches {
        let words = [ord.to_string(), tranche.milestone.to_string(), source_name(t, money, tranche.source)];
        csv.row(words.into_iter().chain(numbers(*flow).map(yuan)));
    }
    csv
}
