//! The list of projects, with filters in the address.

use super::words::{ProjectRow, party_name, row, stage_name};
use crate::actions::poc::{Facets as Counts, Projects, poc_facets};
use crate::api::poc::{PocQuery, found, listed};
use crate::corridor::{self, Corridor};
use crate::pages::organisation::words::segment_name;
use crate::rules::poc::{path, stage_reached};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Adcode;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery};
use platform::web::parts::{Action, Empty, FacetGroup, FacetValue, Facets};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, Visit, html};
use platform::{App, Caller, Mandate};
use rooms::pages::browse::{Asked, pager, sheet};

/// Values of one filter that are listed.
const VALUES_SHOWN: usize = 14;

#[derive(Template)]
#[template(path = "registry/poc_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    own: bool,
    rows: Vec<ProjectRow>,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<PocQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = found(&app, &caller, &query, &paging).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(t, &corridor, &found).into_response());
    }
    let counts =
        if query.is_own() { Counts::default() } else { poc_facets(&app, &caller.ctx, &query.filter()).await? };
    let names = centre_names(&app, &counts, &query).await?;
    let facets = facets(&caller.visit, &corridor, &query, &counts, &names);
    let title = t.msg(if query.is_own() { "poc-own-title" } else { "poc-title" }).into_owned();
    let page = Page {
        shell: caller.visit.shell(title.clone()).describe(t.msg("poc-lede")).live("poc_project"),
        list: frame(&caller, &query, &paging, title, &found, facets),
        own: query.is_own(),
        rows: found.items.iter().map(|card| row(t, &corridor, card)).collect(),
    };
    Ok(html(&page))
}

/// Names of the centres that the filter offers or has chosen.
async fn centre_names(
    app: &App,
    counts: &Counts,
    query: &PocQuery,
) -> Result<Vec<crate::rules::organisation::Organisation>, Problem> {
    let mut ids: Vec<String> = counts.centres.iter().map(|(id, _)| id.clone()).collect();
    ids.extend((!query.centre.is_empty()).then(|| query.centre.clone()));
    Ok(crate::actions::poc::centre_names(app, &ids).await?)
}

fn csv(t: T, corridor: &Corridor, found: &Projects) -> Csv {
    let mut csv = sheet(
        t,
        "poc",
        "poc-projects",
        &["id", "title", "title-en", "state", "owner", "centre", "stage", "cities", "segments", "updated", "url"],
    );
    for card in &found.items {
        let project = &card.project;
        let cities = path(&card.steps).into_iter().filter_map(|step| step.city);
        let cities: Vec<String> = cities.map(|city| corridor.place_name(city, t.locale)).collect();
        csv.row([
            project.id.clone(),
            project.title.clone(),
            project.title_en.clone(),
            t.msg(format!("poc-state-{}", project.state.code())).into_owned(),
            party_name(t, card, &project.organisation),
            project.centre_agreed().map_or(String::new(), |centre| party_name(t, card, centre)),
            stage_reached(&card.steps).map_or(String::new(), |stage| stage_name(t, stage.code())),
            cities.join(" "),
            project.segments.join(" "),
            t.date(project.updated_ms),
            format!("/poc/{}", project.id),
        ]);
    }
    csv
}

fn frame(
    caller: &Caller,
    query: &PocQuery,
    paging: &PageQuery,
    heading: String,
    found: &Projects,
    facets: Facets,
) -> ListFrame {
    let (visit, t) = (&caller.visit, caller.visit.t);
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    let publishes = caller.actor().memberships.iter().any(|m| m.mandates.contains(&Mandate::Publish));
    let begin = Action::new("/poc/new", t.msg("poc-new"));
    let narrowed = query.filters().iter().any(|(_, value)| !value.is_empty());
    let empty = match (query.is_own(), narrowed) {
        (true, _) => {
            Empty::new(t.msg("poc-own-empty"), t.msg("poc-own-empty-text")).action("/poc/new", t.msg("poc-new"))
        }
        (false, true) => Empty::nothing_found(t, "/poc"),
        (false, false) => Empty::new(t.msg("poc-empty"), t.msg("poc-empty-text")).action("/poc/new", t.msg("poc-new")),
    };
    ListFrame {
        heading,
        lede: t.msg(if query.is_own() { "poc-own-lede" } else { "poc-lede" }).into_owned(),
        search: None,
        facets,
        sorts: Vec::new(),
        action: publishes.then_some(begin),
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        pager: pager(visit, paging, found.total, found.items.len(), found.next.as_deref()),
        empty,
        ranked: false,
    }
}

fn facets(
    visit: &Visit,
    corridor: &Corridor,
    query: &PocQuery,
    counts: &Counts,
    centres: &[crate::rules::organisation::Organisation],
) -> Facets {
    let t = visit.t;
    let label = |name: &str, value: &str| match name {
        "city" => Adcode::parse(value).map_or_else(|_| value.to_owned(), |code| corridor.place_name(code, t.locale)),
        "stage" => stage_name(t, value),
        "segment" => segment_name(t, corridor, value),
        _ => centres
            .iter()
            .find(|o| o.id == value)
            .map_or_else(|| value.to_owned(), |o| crate::pages::organisation::words::name(t, o)),
    };
    let counts = [&counts.cities, &counts.stages, &counts.segments, &counts.centres];
    let base = href_with("", &visit.query, "cursor", "");
    let base = base.trim_start_matches('?');
    let mut groups = Vec::new();
    for ((name, chosen), counts) in query.filters().into_iter().zip(counts) {
        let value = |value: &str, count: i64| {
            let on = chosen == value;
            let href = href_with(&visit.path, base, name, if on { "" } else { value });
            FacetValue { label: label(name, value), count, href, on }
        };
        let mut values: Vec<FacetValue> = counts.iter().take(VALUES_SHOWN).map(|(v, n)| value(v, *n)).collect();
        if !chosen.is_empty() && !values.iter().any(|value| value.on) {
            let count = counts.iter().find(|(v, _)| v == chosen).map_or(0, |(_, n)| *n);
            values.push(value(chosen, count));
        }
        if !values.is_empty() {
            groups.push(FacetGroup { label: t.msg(format!("poc-facet-{name}")).into_owned(), values });
        }
    }
    Facets { t, groups, clear_href: "/poc".to_owned() }
}
