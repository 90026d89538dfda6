//! The list of accounts, with filters in the address.

use crate::actions::holding::{Holdings, ledger_list, owner_names};
use crate::api::account::{AccountQuery, listed};
use crate::pages::words::{account_tags, available, budget, money, owner, purpose};
use crate::pages::{HOME, SECTION, sees_periods};
use crate::rules::account::{Account, Purpose, Standing};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use platform::App;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Tag};
use platform::web::{Problem, Shell, T, html};
use registry::corridor::{self, Corridor};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;
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
    Asked { caller, query, paging, form }: Asked<AccountQuery>,
) -> Result<Response, Problem> {
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
        shell: SECTION.shell(&caller, t.msg("ledger-list-title")),
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
    let facet = |name, chosen, counts| Facet::of(t, "ledger", name, chosen, counts);
    Browse::of(t, "ledger", HOME, &query.q)
        .facets([
            facet("purpose", &query.purpose, &found.facets.purposes),
            facet("year", &query.year, &found.facets.years),
            facet("state", &query.state, &found.facets.states),
        ])
        .action(found.may_open.then(|| Action::new("/accounts/new", t.msg("ledger-open"))))
        .found(found.total, found.items.len(), found.next.as_deref())
}

fn csv(t: T, corridor: &Corridor, names: &BTreeMap<String, String>, found: &Holdings) -> Csv {
    let mut csv = sheet(
        t,
        "ledger",
        "accounts",
        &["id", "name", "owner", "purpose", "year", "subject", "balance", "held", "demo"],
    );
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
