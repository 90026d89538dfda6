//! Files for the bank: choosing what leaves, one file, and its content.

use crate::actions::payment::{FileView, payment_export, payment_file_view, payment_ready, total};
use crate::pages::SECTION;
use crate::pages::words::{amount, money, payment_choices, payment_tag};
use crate::rules::account::Account;
use crate::rules::payment::Payment;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Cell, Column, Crumbs, Empty, Fact, Facts, Field, FieldKind, Form, Table, Tag};
use platform::web::{Problem, Shell, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::Typed;
use rooms::pages::{detail, refused, status, word};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "ledger/payment_file_new.html")]
struct NewPage {
    shell: Shell,
    crumbs: Crumbs,
    groups: Vec<Group>,
    empty: Empty,
}

/// What may leave one account.
struct Group {
    name: String,
    about: String,
    form: Form,
}

async fn new_page(app: &App, caller: &Caller, typed: &Typed, refusal: Option<&Refusal>) -> Result<NewPage, Problem> {
    let t = caller.visit.t;
    let groups = payment_ready(app, &caller.ctx).await?;
    let group = |(index, (account, payments)): (usize, &(Account, Vec<Payment>))| {
        // A name of its own for each form: two fields of one page never share an id.
        let name = format!("payments_{index}");
        let choices = FieldKind::Check(payment_choices(t, payments));
        let form = Form::new(t, "/payment-files", t.msg("payment-file-make"))
            .idempotency_key(new_key())
            .hidden("account", &account.id)
            .field(Field::new(t, choices, &name, t.msg("payment-file-choose")));
        let tried = typed.get("account") == account.id;
        let form = match refusal.filter(|_| tried) {
            Some(refusal) => form.fill(typed.pairs()).refuse(&refusal.clone().at(name)),
            None => form.fill(payments.iter().map(|payment| (name.as_str(), payment.id.as_str()))),
        };
        Group {
            name: account.name.clone(),
            about: t.with2("payment-file-about", "n", payments.len(), "amount", money(t, total(payments))),
            form,
        }
    };
    Ok(NewPage {
        shell: SECTION.shell(caller, t.msg("payment-file-new")),
        crumbs: Crumbs::new(t, t.msg("payment-file-new")).over("/payments", t.msg("payment-list-title")),
        groups: groups.iter().enumerate().map(group).collect(),
        empty: Empty::new(t.msg("payment-file-none"), t.msg("payment-file-none-text"))
            .action("/payments", t.msg("payment-list-title")),
    })
}

/// What may leave, account by account.
pub(super) async fn new(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    Ok(html(&new_page(&app, &caller, &Typed::default(), None).await?))
}

/// Makes a file.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match payment_export(&app, &caller.ctx, typed.get("account"), typed.all("payments")).await {
        Ok(done) => {
            let links = vec![(format!("/payment-files/{}", done.id), word(t, "payment-file-look"))];
            let next = vec![word(t, "payment-file-next"), word(t, "payment-file-next-statement")];
            Ok(SECTION.receipt(&caller, word(t, "payment-file-made-title"), &done, next, links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            Ok(html_with(status(&refusal), &new_page(&app, &caller, &typed, Some(&refusal)).await?))
        }
    }
}

#[derive(Template)]
#[template(path = "ledger/payment_file.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    payments: Table,
}

/// One file.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = payment_file_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view)))
}

fn build(caller: &Caller, view: &FileView) -> Page {
    let (t, file) = (caller.visit.t, &view.file);
    let label = |key: &str| word(t, format!("payment-file-{key}"));
    let content = |form: &str| format!("/payment-files/{}/content?format={form}", file.id);
    let facts = vec![
        Fact::new(label("number"), file.number.clone()),
        Fact::new(word(t, "payment-fact-account"), view.account.name.clone())
            .link(format!("/accounts/{}", file.account)),
        Fact::new(label("count"), t.num(file.count)),
        Fact::new(label("total"), money(t, file.total)),
        Fact::new(label("made"), t.datetime(file.at_ms)),
        Fact::new(label("by"), file.by_name.clone()),
        Fact::new("SHA-256 CSV", file.csv_sha256.clone()),
        Fact::new("SHA-256 JSON", file.json_sha256.clone()),
    ];
    let columns = vec![
        Column::words(t.msg("payment-fact-number")),
        Column::words(t.msg("payment-fact-payee")),
        Column::words(t.msg("payment-fact-state")),
        Column::numbers(t.msg("payment-fact-amount"), t.msg("ledger-unit")),
    ];
    let mut payments = Table::new(t, t.msg("payment-table"), columns);
    payments.caption_hidden = true;
    payments.rows = view
        .payments
        .iter()
        .map(|payment| {
            vec![
                Cell::Link { href: format!("/payments/{}", payment.id), text: payment.number.clone() },
                Cell::Text(payment.payee.name.clone()),
                Cell::Tag(payment_tag(t, payment.state)),
                Cell::Text(amount(payment.amount)),
            ]
        })
        .collect();
    let heading = t.with("payment-file-heading", "number", file.number.as_str());
    Page {
        shell: SECTION.shell(caller, heading.clone()),
        payments,
        detail: DetailFrame {
            tags: if file.demo { vec![Tag::demo(t)] } else { Vec::new() },
            lede: word(t, "payment-file-lede"),
            facts: vec![Facts { title: word(t, "side-facts"), facts }],
            actions: vec![
                Action::new(content("csv"), t.msg("payment-file-csv")),
                Action::new(content("json"), t.msg("payment-file-json")),
            ],
            ..detail(Crumbs::new(t, &file.number).over("/payments", t.msg("payment-list-title")), heading)
        },
    }
}

/// Which form of a file is fetched.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ContentQuery {
    /// `csv` or `json`.
    pub format: String,
}

/// The file itself, always the same bytes.
pub(super) async fn content(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ContentQuery>,
) -> Result<Response, Problem> {
    let view = payment_file_view(&app, &caller.ctx, &id).await?;
    Ok(bytes(&view, &query))
}

/// A file as an answer, with its digest.
pub(crate) fn bytes(view: &FileView, query: &ContentQuery) -> Response {
    let file = &view.file;
    let (ending, kind, text, digest) = match query.format.as_str() {
        "json" => ("json", "application/json", &file.json, &file.json_sha256),
        _ => ("csv", "text/csv; charset=utf-8; header=present", &file.csv, &file.csv_sha256),
    };
    let mut response = text.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let disposition = format!("attachment; filename=\"{}.{ending}\"", file.number);
    for (name, value) in [(header::CONTENT_DISPOSITION.as_str(), disposition.as_str()), ("x-content-sha256", digest)] {
        // Numbers and digests are plain ASCII; whatever else could not be a header is left out.
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    response
}
