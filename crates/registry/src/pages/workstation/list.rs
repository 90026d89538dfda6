//! The list of workstations, and what waits for an office.

use super::words::{Row, due, name, row, state_name};
use crate::actions::workstation::{Card, Workstations, workstation_list, workstation_office_list};
use crate::api::workstation::{WorkstationQuery, listed};
use crate::corridor::{self, Corridor};
use crate::pages::organisation::words::{city_name, name as organisation_name};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Adcode;
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Empty};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};

#[derive(Template)]
#[template(path = "registry/workstation_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "registry/workstation_waiting.html")]
struct WaitingPage {
    shell: Shell,
    rows: Vec<Waiting>,
    empty: Empty,
}

struct Waiting {
    href: String,
    name: String,
    about: String,
    due: String,
    late: bool,
    demo: bool,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<WorkstationQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = workstation_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(t, &corridor, &found).into_response());
    }
    let label = |name: &str, value: &str| facet_label(t, &corridor, name, value);
    let facet = |name, chosen, counts| Facet::of(t, "workstation", name, chosen, counts);
    let office = app.policies().allows(&caller.ctx, "workstation_office_list", &Resource::house());
    let browse = Browse::of(t, "workstation", "/workstations", &query.q)
        .facets([facet("state", &query.state, &found.facets.states), facet("city", &query.city, &found.facets.cities)])
        .action(Some(if office {
            Action::new("/workstations/waiting", t.msg("workstation-waiting"))
        } else {
            Action::new("/my/organisation", t.msg("workstation-propose-from"))
        }))
        .elsewhere("/experts", t.msg("expert-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref());
    let page = Page {
        shell: caller
            .visit
            .shell(t.msg("workstation-list-title"))
            .describe(t.msg("workstation-list-lede"))
            .here("/experts"),
        list: frame(&caller.visit, &paging, browse, label),
        rows: found.items.iter().map(|card| row(t, &corridor, card)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, corridor: &Corridor, found: &Workstations) -> Csv {
    let mut csv = sheet(
        t,
        "workstation",
        "workstations",
        &["id", "name", "organisation", "city", "state", "since", "projects", "amount", "url"],
    );
    for card in &found.items {
        let w = &card.workstation;
        csv.row([
            w.id.clone(),
            name(t, w),
            organisation_name(t, &card.organisation),
            city_name(t, corridor, card.organisation.city),
            state_name(t, w.state.code()),
            w.since.clone(),
            card.projects.to_string(),
            card.amount_fen.to_string(),
            format!("/workstations/{}", w.id),
        ]);
    }
    csv
}

fn facet_label(t: T, corridor: &Corridor, name: &str, value: &str) -> String {
    match name {
        "city" => Adcode::parse(value).map_or_else(|_| value.to_owned(), |code| corridor.place_name(code, t.locale)),
        _ => state_name(t, value),
    }
}

/// What waits for the reader's office.
pub(super) async fn waiting(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let cards = workstation_office_list(&app, &caller.ctx).await?;
    let (t, corridor) = (caller.visit.t, corridor::of(&app));
    let row = |card: &Card| {
        let w = &card.workstation;
        let city = city_name(t, &corridor, card.organisation.city);
        Waiting {
            href: format!("/workstations/{}", w.id),
            name: name(t, w),
            about: t.with2("workstation-row", "owner", organisation_name(t, &card.organisation), "city", city),
            due: due(t, w),
            late: w.due_ms < caller.ctx.now.ms(),
            demo: w.demo,
        }
    };
    let page = WaitingPage {
        shell: caller.visit.shell(t.msg("workstation-waiting")).private().here("/experts"),
        rows: cards.iter().map(row).collect(),
        empty: Empty::new(t.msg("workstation-waiting-empty"), t.msg("workstation-waiting-empty-text"))
            .action("/workstations", t.msg("workstation-list-title")),
    };
    Ok(html(&page))
}
