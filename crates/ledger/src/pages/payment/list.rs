//! The list of payment instructions, with filters in the address, and the newest files.

use crate::actions::payment::{Payments, payment_list};
use crate::api::payment::{PaymentQuery, listed};
use crate::pages::words::{amount, money, payment_tag};
use crate::pages::{SECTION, sees_periods};
use crate::rules::payment::{Payment, PaymentState, masked};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use platform::App;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Cell, Column, Table, Tag};
use platform::web::{Problem, Shell, T, html};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;

#[derive(Template)]
#[template(path = "ledger/payment_list.html")]
struct Page {
    shell: Shell,
    periods: bool,
    list: ListFrame,
    ready: bool,
    rows: Vec<Row>,
    files: Option<Table>,
}

struct Row {
    href: String,
    title: String,
    payee: String,
    tags: Vec<Tag>,
    money: String,
    when: i64,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<PaymentQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = payment_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let t = caller.visit.t;
    if form == Form::Csv {
        return Ok(csv(t, &found).into_response());
    }
    let label = |name: &str, value: &str| match name {
        "state" if PaymentState::parse(value).is_some() => word(t, format!("payment-state-{value}")),
        "account" => found.names.get(value).unwrap_or(&value.to_owned()).clone(),
        _ => value.to_owned(),
    };
    let page = Page {
        shell: SECTION.shell(&caller, t.msg("payment-list-title")),
        periods: sees_periods(&app, &caller),
        ready: found.ready,
        rows: found.items.iter().map(|payment| row(t, payment)).collect(),
        files: (!found.files.is_empty()).then(|| files(t, &found)),
        list: frame(&caller.visit, &paging, browse(t, &query, &found), label),
    };
    Ok(html(&page))
}

fn row(t: T, payment: &Payment) -> Row {
    let mut tags = vec![payment_tag(t, payment.state)];
    if payment.demo {
        tags.push(Tag::demo(t));
    }
    Row {
        href: format!("/payments/{}", payment.id),
        title: t.with2("payment-row", "number", payment.number.as_str(), "purpose", payment.purpose.as_str()),
        payee: format!("{} {}", payment.payee.name, masked(&payment.payee.account)),
        tags,
        money: money(t, payment.amount),
        when: payment.updated_ms,
    }
}

fn files(t: T, found: &Payments) -> Table {
    let columns = vec![
        Column::words(t.msg("payment-file-number")),
        Column::words(t.msg("payment-file-made")),
        Column::numbers(t.msg("payment-file-count"), ""),
        Column::numbers(t.msg("payment-file-total"), t.msg("ledger-unit")),
    ];
    let mut table = Table::new(t, t.msg("payment-files-table"), columns);
    table.caption_hidden = true;
    table.rows = found
        .files
        .iter()
        .map(|file| {
            vec![
                Cell::Link { href: format!("/payment-files/{}", file.id), text: file.number.clone() },
                Cell::Text(t.datetime(file.at_ms)),
                Cell::Text(t.num(file.count)),
                Cell::Text(amount(file.total)),
            ]
        })
        .collect();
    table
}

fn browse<'a>(t: T, query: &'a PaymentQuery, found: &'a Payments) -> Browse<'a> {
    let facet = |name, chosen, counts| Facet::of(t, "payment", name, chosen, counts);
    Browse::of(t, "payment", "/payments", &query.q)
        .facets([
            facet("state", &query.state, &found.facets.states),
            facet("account", &query.account, &found.facets.accounts),
        ])
        .action(found.may_draft.then(|| Action::new("/payments/new", t.msg("payment-new"))))
        .elsewhere("/accounts", t.msg("ledger-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref())
}

fn csv(t: T, found: &Payments) -> Csv {
    let mut csv = sheet(
        t,
        "payment",
        "payments",
        &["number", "state", "account", "payee", "payee-account", "amount", "purpose", "changed"],
    );
    for payment in &found.items {
        csv.row([
            payment.number.clone(),
            payment_tag(t, payment.state).text,
            payment.account.clone(),
            payment.payee.name.clone(),
            masked(&payment.payee.account),
            payment.amount.to_string(),
            payment.purpose.clone(),
            t.instant(payment.updated_ms),
        ]);
    }
    csv
}
