//! The search page: everything public, narrowed by facets that stand in the address.

use crate::actions::matching::search;
use crate::api::matching::{segment_names, word};
use crate::api::search::{SearchQuery, next_cursor};
use crate::corridor::{self, Corridor};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use kernel::Adcode;
use platform::capability::Route;
use platform::web::kinds::ListFrame;
use platform::web::page::PageQuery;
use platform::web::parts::{Action, Empty, FacetGroup, FacetValue, Facets, Marked, Pager, SearchBox, Tag, Tone};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, Visit, html};
use platform::{App, Caller};
use search::{FacetCount, Hit, SearchResponse};

/// Routes of search.
pub fn routes() -> Vec<Route> {
    vec![Route { method: Method::GET, path: "/search", action: "search_view", journal: None, handler: get(page) }]
}

#[derive(Template)]
#[template(path = "registry/search.html")]
struct SearchPage {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
    relaxed: bool,
}

struct Row {
    href: String,
    title: Marked,
    other_name: String,
    tags: Vec<Tag>,
    snippets: Vec<Marked>,
}

async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let request = query.request(&paging)?;
    let offset = request.offset;
    let response = search(&app, &caller.ctx, request).await?;
    let corridor = corridor::of(&app);
    let t = caller.visit.t;
    let title = if query.q.is_empty() {
        t.msg("search-title").into_owned()
    } else {
        format!("{} · {}", query.q, t.msg("search-title"))
    };
    let page = SearchPage {
        shell: caller.visit.shell(title),
        list: frame(&caller.visit, &query, &corridor, offset, &response),
        rows: response.hits.iter().map(|hit| row(t, &corridor, hit)).collect(),
        relaxed: response.relaxed && !response.hits.is_empty(),
    };
    Ok(html(&page))
}

fn frame(
    visit: &Visit,
    query: &SearchQuery,
    corridor: &Corridor,
    offset: usize,
    response: &SearchResponse,
) -> ListFrame {
    let t = visit.t;
    let keep = [
        ("kind", &query.kind),
        ("city", &query.city),
        ("status", &query.status),
        ("segment", &query.segment),
        ("year", &query.year),
    ];
    let kept = keep.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| ((*n).to_owned(), (*v).clone())).collect();
    let next = next_cursor(offset, response).map(|cursor| visit.href_with("cursor", &cursor));
    let api = format!("/api/v1/search?{}", visit.query);
    let asked = !query.q.trim().is_empty() || keep.iter().any(|(_, value)| !value.is_empty());
    let saving =
        href_with("/saved-searches/new", href_with("", &visit.query, "cursor", "").trim_start_matches('?'), "lang", "");
    let save = asked.then(|| Action::new(saving, t.msg("search-save")));
    ListFrame {
        heading: t.msg("search-title").into_owned(),
        lede: String::new(),
        search: Some(SearchBox {
            t,
            action: "/search".into(),
            label: t.msg("search-label").into_owned(),
            q: query.q.clone(),
            keep: kept,
        }),
        facets: facets(visit, corridor, &keep, response),
        sorts: Vec::new(),
        action: save,
        csv_href: String::new(),
        json_href: api,
        pager: Pager {
            t,
            total: i64::try_from(response.total).unwrap_or(i64::MAX),
            shown: response.hits.len(),
            first_href: if offset > 0 { visit.href_with("cursor", "") } else { String::new() },
            next_href: next.unwrap_or_default(),
        },
        empty: Empty::nothing_found(t, format!("/search?q={}", platform::web::parts::encode(&query.q)))
            .action("/match", t.msg("search-ask-instead")),
        ranked: false,
    }
}

fn facets(visit: &Visit, corridor: &Corridor, on: &[(&'static str, &String)], response: &SearchResponse) -> Facets {
    let t = visit.t;
    let counts = [
        &response.facets.kind,
        &response.facets.city,
        &response.facets.status,
        &response.facets.segment,
        &response.facets.year,
    ];
    let mut groups = Vec::new();
    for ((name, chosen), counts) in on.iter().zip(counts) {
        let values = facet_values(visit, corridor, name, chosen, counts);
        if !values.is_empty() {
            groups.push(FacetGroup { label: t.msg(format!("search-facet-{name}")).into_owned(), values });
        }
    }
    let clear = on.iter().fold(visit.query.clone(), |query, (name, _)| {
        href_with("", &query, name, "").trim_start_matches('?').to_owned()
    });
    Facets { t, groups, clear_href: format!("/search?{clear}") }
}

/// Facet values on one page; further ones are reached by typing.
const VALUES_SHOWN: usize = 14;

fn facet_values(
    visit: &Visit,
    corridor: &Corridor,
    name: &str,
    chosen: &str,
    counts: &[FacetCount],
) -> Vec<FacetValue> {
    let chosen: Vec<&str> = chosen.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
    let value = |value: &str, count: usize| {
        let on = chosen.contains(&value);
        let next: Vec<&str> = match on {
            true => chosen.iter().copied().filter(|v| *v != value).collect(),
            false => chosen.iter().copied().chain([value]).collect(),
        };
        let query = href_with("", &visit.query, "cursor", "");
        FacetValue {
            label: facet_label(visit.t, corridor, name, value),
            count: i64::try_from(count).unwrap_or(i64::MAX),
            href: href_with(&visit.path, query.trim_start_matches('?'), name, &next.join(",")),
            on,
        }
    };
    let mut values: Vec<FacetValue> = counts.iter().take(VALUES_SHOWN).map(|c| value(&c.value, c.count)).collect();
    let missing = chosen.iter().filter(|v| counts.iter().take(VALUES_SHOWN).all(|c| c.value != **v));
    values.extend(missing.map(|v| value(v, 0)));
    values
}

fn facet_label(t: T, corridor: &Corridor, name: &str, value: &str) -> String {
    match name {
        "city" => Adcode::parse(value).map_or_else(|_| value.to_owned(), |code| corridor.place_name(code, t.locale)),
        "segment" => corridor.segment_name(value, t.locale),
        "kind" => word(t, "search-kind", value),
        "status" => word(t, "search-status", value),
        _ => value.to_owned(),
    }
}

fn row(t: T, corridor: &Corridor, hit: &Hit) -> Row {
    let marked =
        |highlight: &search::Highlight| highlight.pieces.iter().map(|p| (p.text.clone(), p.hit)).collect::<Marked>();
    let mut highlights = hit.highlights.iter();
    let title = highlights.next().map_or_else(|| Marked::plain(hit.title.clone()), marked);
    Row {
        href: hit.url.clone(),
        title,
        other_name: hit.name_en.clone().filter(|name| *name != hit.title).unwrap_or_default(),
        tags: tags(t, corridor, &hit.kind, hit.city.as_deref(), &hit.segments, &hit.statuses, hit.demo),
        snippets: highlights.map(marked).collect(),
    }
}

/// Labels of a result: what it is, where, in which chain, with which statuses.
pub(crate) fn tags(
    t: T,
    corridor: &Corridor,
    kind: &str,
    city: Option<&str>,
    segments: &[String],
    statuses: &[String],
    demo: bool,
) -> Vec<Tag> {
    let mut tags = vec![Tag::new(Tone::Plain, word(t, "search-kind", kind))];
    tags.extend(city.map(|city| Tag::new(Tone::Plain, facet_label(t, corridor, "city", city))));
    tags.extend(segments.iter().take(2).map(|id| Tag::new(Tone::Indigo, segment_names(corridor, id, t.locale))));
    tags.extend(statuses.iter().take(3).map(|code| Tag::new(Tone::Gold, word(t, "search-status", code))));
    if demo {
        tags.push(Tag::demo(t));
    }
    tags
}
