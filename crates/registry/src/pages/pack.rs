//! Administration of the pack: versions, what a newer one did, and what it proposes.

use crate::actions::pack::{Loaded, ProposalView, pack_list, pack_proposal_decide};
use crate::api::pack::{LOADS_MAX, PackProposalItem, ProposalQuery, decision, paged};
use crate::rules::pack::{ProposalState, statement_kind};
use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use platform::capability::Route;
use platform::web::page::{self, Csv, PageQuery, wants};
use platform::web::parts::{Cell, Column, Crumbs, Empty, Pager, Table};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use serde::Deserialize;

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

async fn pack(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ProposalQuery>,
    Query(page): Query<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = paged(&app, &caller, &query, &page).await?;
    match wants(&caller.visit.query, "/admin/pack", &headers) {
        page::Form::Json => return Ok(Json(found.listed()).into_response()),
        page::Form::Csv => return Ok(csv(found.listed().items)),
        page::Form::Html => {}
    }
    let loads = pack_list(&app, &caller.ctx, LOADS_MAX).await?;
    let t = caller.visit.t;
    let shown: Vec<ProposalShown> = found.items.iter().map(|view| proposal_shown(t, view)).collect();
    let visit = &caller.visit;
    let page = PackPage {
        shell: visit.shell(t.msg("pack-title")).here("/admin").private(),
        crumbs: Crumbs::new(t, t.msg("pack-title")).over("/admin", t.msg("nav-admin")),
        loads: (!loads.is_empty()).then(|| loads_table(t, &loads)),
        heading: t.msg("pack-proposals").into_owned(),
        states: states(t, query.state()),
        pager: Pager {
            t,
            total: found.total,
            shown: shown.len(),
            first_href: if page.cursor.is_some_and(|cursor| !cursor.is_empty()) {
                visit.href_with("cursor", "")
            } else {
                String::new()
            },
            next_href: found.next.map(|next| visit.href_with("cursor", &next)).unwrap_or_default(),
        },
        rows: shown,
        empty: Empty::new(t.msg("pack-proposals-none"), t.msg("pack-proposals-none-text")),
        csv_href: visit.href_with("format", "csv"),
        json_href: visit.href_with("format", "json"),
    };
    Ok(html(&page))
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

fn csv(found: Vec<PackProposalItem>) -> Response {
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
    for item in found {
        csv.row([
            item.id,
            item.organisation,
            item.name,
            item.field,
            item.current.join("\n"),
            item.proposed.join("\n"),
            item.pack_version,
            item.state,
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
    pack_proposal_decide(&app, &caller.ctx, id, decision(&form.decision)?).await?;
    Ok(Redirect::to("/admin/pack").into_response())
}
