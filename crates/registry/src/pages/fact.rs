//! All facts, area by area, with filters in the address; and one fact with what it said before.

use super::figures::{CSV_COLUMNS, chart, csv_row, former_table, heading, source_of, table};
use crate::actions::fact::{FactList, FactView, fact_list, fact_view};
use crate::api;
use crate::corridor::Corridor;
use crate::rules::fact::{Filter, Group, Standing, groups, reading};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::capability::Route;
use platform::charts::Ranges;
use platform::web::kinds::DetailFrame;
use platform::web::page::{Csv, Form, List, wants};
use platform::web::parts::{self, Crumbs, Empty, FacetGroup, FacetValue, Facets, Table};
use platform::web::{Problem, Shell, T, Visit, html};
use platform::{App, Caller};

/// Routes of this page.
pub fn routes() -> Vec<Route> {
    let route = |path, handler| Route { method: Method::GET, path, action: "fact_view", journal: None, handler };
    vec![route("/facts", get(facts)), route("/facts/{id}", get(fact))]
}

#[derive(Template)]
#[template(path = "registry/facts.html")]
struct FactsPage {
    shell: Shell,
    facets: Facets,
    total: i64,
    csv_href: String,
    json_href: String,
    areas: Vec<AreaShown>,
    empty: Empty,
}

/// The facts of one area. Areas are never put into one table: nothing invites to add them up.
struct AreaShown {
    name: String,
    charts: Vec<Ranges>,
    table: Table,
}

/// Charts on a page that shows every area; the table below has all values anyway.
const CHARTS_MAX: usize = 12;

async fn facts(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<api::fact::FactQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let filter: Filter = query.into();
    let FactList { corridor, facts } = fact_list(&app, &caller.ctx, &filter).await?;
    let t = caller.visit.t;
    match wants(&caller.visit.query, "/facts", &headers) {
        Form::Json => return Ok(json(&corridor, &facts)),
        Form::Csv => return Ok(csv(t, &corridor, &facts)),
        Form::Html => {}
    }
    let total = i64::try_from(facts.len()).unwrap_or(i64::MAX);
    let none = corridor.facts.is_empty();
    let page = FactsPage {
        shell: caller.visit.shell(t.msg("fact-title")),
        facets: facets(&caller.visit, &corridor, &filter),
        total,
        csv_href: caller.visit.href_with("format", "csv"),
        json_href: caller.visit.href_with("format", "json"),
        areas: areas(t, &corridor, &facts),
        empty: match none {
            true => Empty::new(t.msg("fact-none"), t.msg("home-no-pack")),
            false => Empty::nothing_found(t, "/facts"),
        },
    };
    Ok(html(&page))
}

fn json(corridor: &Corridor, facts: &[pack::Fact]) -> Response {
    let items: Vec<_> = facts.iter().map(|fact| api::fact::item(corridor, fact)).collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    List { items, total, next: None }.into_response()
}

fn csv(t: T, corridor: &Corridor, facts: &[pack::Fact]) -> Response {
    let mut csv = Csv::new("facts", CSV_COLUMNS);
    facts.iter().for_each(|fact| csv.row(csv_row(t, corridor, fact)));
    csv.into_response()
}

/// The areas in the order in which they first appear, each with its groups.
fn areas(t: T, corridor: &Corridor, facts: &[pack::Fact]) -> Vec<AreaShown> {
    let mut areas: Vec<(&str, Vec<Group<'_>>)> = Vec::new();
    for group in groups(facts) {
        match areas.iter_mut().find(|(area, _)| *area == group.area) {
            Some((_, groups)) => groups.push(group),
            None => areas.push((group.area, vec![group])),
        }
    }
    let shown = |(area, groups): (&str, Vec<Group<'_>>)| {
        let name = corridor.area_name(area, t.locale);
        let charts = groups.iter().filter_map(|group| chart(t, corridor, group)).take(CHARTS_MAX).collect();
        let mut table = table(t, corridor, t.with("fact-area-caption", "area", &name), &groups);
        table.caption_hidden = true;
        AreaShown { name, charts, table }
    };
    areas.into_iter().map(shown).collect()
}

fn facets(visit: &Visit, corridor: &Corridor, filter: &Filter) -> Facets {
    let t = visit.t;
    let without = |change: fn(&mut Filter)| {
        let mut filter = filter.clone();
        change(&mut filter);
        filter
    };
    let of_areas = without(|filter| filter.area.clear());
    let of_sources = without(|filter| filter.source.clear());
    let of_indicators = without(|filter| filter.indicator.clear());
    let several = several(corridor, &of_indicators, &filter.indicator);
    Facets {
        t,
        groups: vec![
            FacetGroup {
                label: t.msg("fact-facet-area").into_owned(),
                values: values(visit, "area", &filter.area, counts(corridor, &of_areas, |f| &f.area), |id| {
                    corridor.area_name(id, t.locale)
                }),
            },
            FacetGroup {
                label: t.msg("fact-facet-indicator").into_owned(),
                values: values(visit, "indicator", &filter.indicator, several, |id| indicator_name(t, corridor, id)),
            },
            FacetGroup {
                label: t.msg("fact-facet-source").into_owned(),
                values: values(visit, "source", &filter.source, counts(corridor, &of_sources, |f| &f.source), |id| {
                    corridor.source_title(id, t.locale)
                }),
            },
        ],
        clear_href: "/facts".into(),
    }
}

/// How many facts each value of a column would give, the most frequent first.
fn counts<'a>(corridor: &'a Corridor, filter: &Filter, column: fn(&pack::Fact) -> &String) -> Vec<(&'a str, i64)> {
    let mut counts: Vec<(&str, i64)> = Vec::new();
    for fact in corridor.facts.iter().filter(|fact| filter.takes(fact)) {
        let value = column(fact).as_str();
        match counts.iter_mut().find(|(seen, _)| *seen == value) {
            Some((_, n)) => *n += 1,
            None => counts.push((value, 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
}

/// Indicators with values that differ: the ones worth comparing. The chosen one stays in the list.
fn several<'a>(corridor: &'a Corridor, filter: &Filter, chosen: &str) -> Vec<(&'a str, i64)> {
    let groups = groups(corridor.facts.iter().filter(|fact| filter.takes(fact)));
    let differ: Vec<&str> =
        groups.iter().filter(|g| g.standing() == Standing::Differ).map(|g| g.indicator_id).collect();
    let all = counts(corridor, filter, |fact| &fact.indicator_id);
    all.into_iter().filter(|(id, _)| differ.contains(id) || *id == chosen).collect()
}

fn indicator_name(t: T, corridor: &Corridor, id: &str) -> String {
    corridor
        .facts
        .iter()
        .find(|fact| fact.indicator_id == id)
        .map_or_else(|| id.to_owned(), |fact| heading(t, corridor, fact))
}

fn values(
    visit: &Visit,
    name: &str,
    chosen: &str,
    counts: Vec<(&str, i64)>,
    label: impl Fn(&str) -> String,
) -> Vec<FacetValue> {
    let value = |(id, count): (&str, i64)| {
        let on = id == chosen;
        FacetValue { label: label(id), count, href: visit.href_with(name, if on { "" } else { id }), on }
    };
    counts.into_iter().map(value).collect()
}

#[derive(Template)]
#[template(path = "registry/fact.html")]
struct FactPage {
    shell: Shell,
    detail: DetailFrame,
    beside: Option<Table>,
    former: Option<Table>,
    api_href: String,
}

/// One fact.
async fn fact(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = fact_view(&app, &caller.ctx, &id).await?;
    let (t, corridor) = (caller.visit.t, &view.corridor);
    let title = heading(t, corridor, &view.fact);
    let caption = t.with("fact-beside-caption", "indicator", &title);
    let page = FactPage {
        shell: caller.visit.shell(title.clone()).here("/facts"),
        beside: (view.beside.len() > 1).then(|| table(t, corridor, caption, &groups(&view.beside))),
        former: former_table(t, corridor, t.with("fact-former-caption", "indicator", &title), &view.former),
        api_href: format!("/api/v1{}", super::figures::fact_href(&view.fact.id)),
        detail: detail(t, &view, title),
    };
    Ok(html(&page))
}

fn detail(t: T, view: &FactView, heading: String) -> DetailFrame {
    let (corridor, fact) = (&view.corridor, &view.fact);
    let area = parts::Fact::new(t.msg("fact-facet-area"), corridor.area_name(&fact.area, t.locale));
    let city = corridor.cities().any(|city| city.adcode.to_string() == fact.area);
    let href =
        if city { format!("/cities/{}", fact.area) } else { format!("/facts?area={}", parts::encode(&fact.area)) };
    let mut facts = vec![area.link(href)];
    let note = t.pick(&fact.note_zh, &fact.note_en);
    if !note.is_empty() {
        facts.push(parts::Fact::new(t.msg("fact-column-note"), note));
    }
    DetailFrame {
        crumbs: Crumbs::new(t, &heading).over("/facts", t.msg("fact-title")),
        heading,
        other_name: String::new(),
        tags: Vec::new(),
        lede: reading(fact, t.locale),
        phases: None,
        facts: vec![parts::Facts { title: t.msg("side-facts").into_owned(), facts }],
        actions: Vec::new(),
        source: Some(source_of(t, corridor, fact)),
        proof: None,
    }
}
