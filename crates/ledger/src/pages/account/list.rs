//! The list of accounts, with filters in the address.

use crate::actions::holding::{Holdings, ledger_list, owner_names};
use crate::api::account::{AccountQuery, listed};
use crate::pages::words::{account_tags, available, budget, money, owner, purpose};
use crate::pages::{HOME, sees_periods, shell, word};
use crate::rules::account::{Account, Purpose, Standing};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery, wants};
use platform::web::parts::{Action, Empty, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use registry::pages::browse::{Browse, Facet, frame};
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "ledger/account_list.html")]
struct Page {
    shell: Shell,
    periods: bool,
    list: ListFrame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    name: String,
    owner: String,
    about: String,
    tags: Vec<Tag>,
    balance: String,
    available: String,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<AccountQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let form = wants(&caller.visit.query, &caller.visit.path, &headers);
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = ledger_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let names = owner_names(&app, found.items.iter().map(|(account, _)| account)).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(t, &corridor, &names, &found).into_response());
    }
    let label = |name: &str, value: &str| match name {
        "purpose" if Purpose::parse(value).is_some() => word(t, format!("ledger-purpose-{value}")),
        "state" if matches!(value, "open" | "closed") => word(t, format!("ledger-state-{value}")),
        _ => value.to_owned(),
    };
    let page = Page {
        shell: shell(&caller, t.msg("ledger-title")),
        periods: sees_periods(&app, &caller),
        list: frame(&caller.visit, &paging, browse(t, &query, &found), label),
        rows: rows(t, &corridor, &names, &found),
    };
    Ok(html(&page))
}

fn rows(t: T, corridor: &Corridor, names: &BTreeMap<String, String>, found: &Holdings) -> Vec<Row> {
    let row = |(account, standing): &(Account, Standing)| Row {
        href: format!("{HOME}/{}", account.id),
        name: account.name.clone(),
        owner: owner(t, corridor, names, account),
        about: budget(t, account),
        tags: account_tags(t, account),
        balance: money(t, standing.balance),
        available: available(t, account, *standing),
    };
    found.items.iter().map(row).collect()
}

fn browse<'a>(t: T, query: &'a AccountQuery, found: &'a Holdings) -> Browse<'a> {
    let facet = |name: &'static str, chosen: &'a str, counts: &'a [(String, i64)]| Facet {
        name,
        label: word(t, format!("ledger-facet-{name}")),
        chosen,
        counts,
    };
    Browse {
        path: HOME,
        heading: word(t, "ledger-title"),
        lede: word(t, "ledger-lede"),
        search: word(t, "ledger-search"),
        q: &query.q,
        facets: vec![
            facet("purpose", &query.purpose, &found.facets.purposes),
            facet("year", &query.year, &found.facets.years),
            facet("state", &query.state, &found.facets.states),
        ],
        action: found.may_open.then(|| Action::new("/accounts/new", t.msg("ledger-open"))),
        empty: Empty::new(t.msg("ledger-empty"), t.msg("ledger-empty-text")),
        total: found.total,
        shown: found.items.len(),
        next: found.next.as_deref(),
    }
}

fn csv(t: T, corridor: &Corridor, names: &BTreeMap<String, String>, found: &Holdings) -> Csv {
    let heads = ["id", "name", "owner", "purpose", "year", "subject", "balance", "held", "demo"];
    let heads: Vec<String> = heads.iter().map(|name| word(t, format!("ledger-csv-{name}"))).collect();
    let mut csv = Csv::new("accounts", &heads);
    for (account, standing) in &found.items {
        csv.row([
            account.id.clone(),
            account.name.clone(),
            owner(t, corridor, names, account),
            purpose(t, account),
            account.budget_year.map_or(String::new(), |year| year.to_string()),
            account.budget_subject.clone().unwrap_or_default(),
            standing.balance.to_string(),
            standing.held.to_string(),
            if account.demo { word(t, "label-demo") } else { String::new() },
        ]);
    }
    csv
}
