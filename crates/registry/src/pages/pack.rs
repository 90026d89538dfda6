//! Administration of the pack: versions, what a newer one did, and what it proposes.

use crate::actions::pack::{Loaded, ProposalView, pack_list, pack_proposal_decide, pack_proposal_list};
use crate::rules::pack::{Decision, Proposal, ProposalState, statement_kind};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use kernel::Refusal;
use platform::capability::Route;
use platform::web::page::{self, Csv, List, PageQuery, cursor_refused, wants};
use platform::web::parts::{Cell, Column, Crumbs, Empty, Pager, Table};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use serde::{Deserialize, Serialize};

/// Loaded packs shown; older ones stay in the journal.
const LOADS_MAX: i64 = 50;

/// Routes of these pages.
pub fn routes() -> Vec<Route> {
    vec![
        Route { method: Method::GET, path: "/admin/pack", action: "pack_view", journal: None, handler: get(pack) },
        Route {
            method: Method::POST,
            path: "/admin/pack/proposals/{id}/decisions",
            action: "pack_proposal_decide",
            journal: Some("pack.proposal-decided"),
            handler: post(decide),
        },
    ]
}

#[derive(Template)]
#[template(path = "registry/corridor_pack.html")]
struct PackPage {
    shell: Shell,
    crumbs: Crumbs,
    loads: Option<Table>,
    heading: String,
    states: Vec<(String, String, bool)>,
    rows: Vec<ProposalShown>,
    pager: Pager,
    empty: Empty,
    csv_href: String,
    json_href: String,
}

struct ProposalShown {
    id: String,
    name: String,
    href: String,
    field: String,
    current: Vec<String>,
    proposed: Vec<String>,
    version: String,
    created_ms: i64,
    open: bool,
}

/// Which proposals are asked for.
#[derive(Debug, Default, Deserialize)]
pub struct ProposalQuery {
    #[serde(default)]
    state: String,
}

async fn pack(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ProposalQuery>,
    Query(page): Query<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let state = ProposalState::parse(&query.state).unwrap_or(ProposalState::Open);
    let page = page.page()?;
    let after = page.cursor.as_deref().map(read_cursor).transpose()?;
    let (mut found, total) = pack_proposal_list(&app, &caller.ctx, state, after, page.limit + 1).await?;
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|view| cursor(&view.proposal));
    match wants(&caller.visit.query, "/admin/pack", &headers) {
        page::Form::Json => return Ok(List { items: found.iter().map(item).collect(), total, next }.into_response()),
        page::Form::Csv => return Ok(csv(&found)),
        page::Form::Html => {}
    }
    let loads = pack_list(&app, &caller.ctx, LOADS_MAX).await?;
    let t = caller.visit.t;
    let shown: Vec<ProposalShown> = found.iter().map(|view| proposal_shown(t, view)).collect();
    let visit = &caller.visit;
    let page = PackPage {
        shell: visit.shell(t.msg("pack-title")).here("/admin").private(),
        crumbs: Crumbs::new(t, t.msg("pack-title")).over("/admin", t.msg("nav-admin")),
        loads: (!loads.is_empty()).then(|| loads_table(t, &loads)),
        heading: t.msg("pack-proposals").into_owned(),
        states: states(t, state),
        pager: Pager {
            t,
            total,
            shown: shown.len(),
            first_href: if page.cursor.is_some() { visit.href_with("cursor", "") } else { String::new() },
            next_href: next.map(|next| visit.href_with("cursor", &next)).unwrap_or_default(),
        },
        rows: shown,
        empty: Empty::new(t.msg("pack-proposals-none"), t.msg("pack-proposals-none-text")),
        csv_href: visit.href_with("format", "csv"),
        json_href: visit.href_with("format", "json"),
    };
    Ok(html(&page))
}

/// `{created}.{id}` of the last proposal of a page.
fn cursor(proposal: &Proposal) -> String {
    format!("{}.{}", proposal.created_ms, proposal.id)
}

fn read_cursor(cursor: &str) -> Result<(i64, String), Refusal> {
    let (ms, id) = cursor.split_once('.').ok_or_else(cursor_refused)?;
    Ok((ms.parse().map_err(|_| cursor_refused())?, id.to_owned()))
}

fn states(t: T, chosen: ProposalState) -> Vec<(String, String, bool)> {
    [ProposalState::Open, ProposalState::Accepted, ProposalState::Declined, ProposalState::Superseded]
        .map(|state| {
            let label = t.msg(format!("pack-state-{}", state.code())).into_owned();
            (format!("/admin/pack?state={}", state.code()), label, state == chosen)
        })
        .to_vec()
}

fn loads_table(t: T, loads: &[Loaded]) -> Table {
    let words = |key: &str| Column::words(t.msg(key));
    let numbers = |key: &str| Column::numbers(t.msg(key), "");
    let columns = vec![
        words("pack-column-version"),
        words("pack-column-loaded"),
        numbers("pack-column-added"),
        numbers("pack-column-replaced"),
        numbers("pack-column-proposed"),
        numbers("pack-column-absent"),
        words("pack-column-digest"),
    ];
    loads.iter().fold(Table::new(t, t.msg("pack-loads"), columns), |table, load| {
        let summary = load.summary;
        table.row(vec![
            Cell::Text(format!("{} {}", load.meta.id, load.meta.version)),
            Cell::Text(t.datetime(load.loaded_ms)),
            Cell::Text(t.num(summary.added)),
            Cell::Text(t.num(summary.replaced)),
            Cell::Text(t.num(summary.proposed)),
            Cell::Text(t.num(summary.absent)),
            Cell::Text(load.digest.chars().take(16).collect()),
        ])
    })
}

fn proposal_shown(t: T, view: &ProposalView) -> ProposalShown {
    let proposal = &view.proposal;
    let (name, name_en) = &view.organisation;
    ProposalShown {
        id: proposal.id.clone(),
        name: t.pick(name, name_en.as_deref().unwrap_or_default()).to_owned(),
        href: format!("/organisations/{}", proposal.object),
        field: field_word(t, &proposal.field),
        current: proposal.current.clone(),
        proposed: proposal.proposed.clone(),
        version: proposal.pack_version.clone(),
        created_ms: proposal.created_ms,
        open: proposal.state == ProposalState::Open,
    }
}

/// What a field is called.
fn field_word(t: T, field: &str) -> String {
    match statement_kind(field) {
        Some(kind) => t.with("pack-field-statement", "kind", kind),
        None => t.msg(format!("pack-field-{field}")).into_owned(),
    }
}

/// A proposal as JSON.
#[derive(Debug, Serialize)]
struct ProposalItem {
    id: String,
    organisation: String,
    name: String,
    field: String,
    current: Vec<String>,
    proposed: Vec<String>,
    pack_version: String,
    state: &'static str,
    created_ms: i64,
    decided_ms: Option<i64>,
}

fn item(view: &ProposalView) -> ProposalItem {
    let proposal = &view.proposal;
    ProposalItem {
        id: proposal.id.clone(),
        organisation: proposal.object.clone(),
        name: view.organisation.0.clone(),
        field: proposal.field.clone(),
        current: proposal.current.clone(),
        proposed: proposal.proposed.clone(),
        pack_version: proposal.pack_version.clone(),
        state: proposal.state.code(),
        created_ms: proposal.created_ms,
        decided_ms: proposal.decided_ms,
    }
}

fn csv(found: &[ProposalView]) -> Response {
    let heading = [
        "id",
        "organisation",
        "name",
        "field",
        "current",
        "proposed",
        "pack_version",
        "state",
        "created_ms",
        "decided_ms",
    ];
    let mut csv = Csv::new("pack-proposals", heading);
    for item in found.iter().map(item) {
        csv.row([
            item.id,
            item.organisation,
            item.name,
            item.field,
            item.current.join("\n"),
            item.proposed.join("\n"),
            item.pack_version,
            item.state.to_owned(),
            item.created_ms.to_string(),
            item.decided_ms.map(|ms| ms.to_string()).unwrap_or_default(),
        ]);
    }
    csv.into_response()
}

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub struct DecisionForm {
    #[serde(default)]
    decision: String,
}

async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, Problem> {
    let decision = Decision::parse(&form.decision).ok_or_else(|| {
        Refusal::invalid("proposal-decision", "请选择采用或不采用。", "Choose to accept or to decline.").at("decision")
    })?;
    pack_proposal_decide(&app, &caller.ctx, id, decision).await?;
    Ok(Redirect::to("/admin/pack").into_response())
}
