//! The list of proof-of-concept centres, each with its projects.

use super::words::{ProjectRow, row};
use crate::actions::poc::{Basis, Centre, Honour, poc_centre_list};
use crate::api::poc::centres;
use crate::corridor::{self, Corridor};
use crate::pages::organisation::words::{
    city_name, kind_name, name, other_name, segment_name, source_href, source_title,
};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use platform::web::kinds::ListFrame;
use platform::web::page::{Form, PageQuery, wants};
use platform::web::parts::{Empty, Facets, Source, Tag, Tone};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::browse::pager;

/// Segments named in a row.
const SEGMENTS_SHOWN: usize = 4;
/// The pack's figure of how many centres the first batch has.
const FIRST_BATCH: &str = "poc_centres_first_batch";

#[derive(Template)]
#[template(path = "registry/poc_centres.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    figure: String,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    name: String,
    other_name: String,
    city: String,
    tags: Vec<Tag>,
    segments: String,
    honours: Vec<(String, Source)>,
    projects: Vec<ProjectRow>,
    projects_href: String,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    if wants(&caller.visit.query, &caller.visit.path, &headers) != Form::Html {
        return Ok(axum::Json(centres(&app, &caller, &paging).await?).into_response());
    }
    let found = poc_centre_list(&app, &caller.ctx, &paging.page()?).await?;
    let (corridor, t, visit) = (corridor::of(&app), caller.visit.t, &caller.visit);
    let list = ListFrame {
        heading: t.msg("poc-centres-title").into_owned(),
        lede: t.msg("poc-centres-lede").into_owned(),
        search: None,
        facets: Facets { t, groups: Vec::new(), clear_href: String::new() },
        sorts: Vec::new(),
        action: None,
        csv_href: String::new(),
        json_href: href_with(&visit.path, &visit.query, "format", "json"),
        pager: pager(visit, &paging, found.total, found.items.len(), found.next.as_deref()),
        empty: Empty::new(t.msg("poc-centres-empty"), t.msg("poc-centres-empty-text"))
            .action("/organisations/new", t.msg("organisation-new")),
        ranked: false,
    };
    let page = Page {
        shell: visit.shell(t.msg("poc-centres-title")).describe(t.msg("poc-centres-lede")),
        list,
        figure: figure(t, &corridor),
        rows: found.items.iter().map(|centre| centre_row(t, &corridor, centre)).collect(),
    };
    Ok(html(&page))
}

/// How many there are by the pack's source, which does not name them all.
fn figure(t: T, corridor: &Corridor) -> String {
    let fact = corridor.facts.iter().find(|fact| fact.indicator_id == FIRST_BATCH);
    fact.map_or(String::new(), |fact| {
        let source = corridor.source_title(&fact.source, t.locale);
        t.with2("poc-centres-first", "value", &fact.value, "source", source)
    })
}

fn centre_row(t: T, corridor: &Corridor, centre: &Centre) -> Row {
    let o = &centre.organisation;
    let mut tags = Vec::new();
    if o.demo {
        tags.push(Tag::demo(t));
    }
    tags.push(Tag::new(Tone::Indigo, kind_name(t, o.kind.code())));
    match centre.basis {
        Basis::Kind => {}
        Basis::Segment => tags.push(Tag::new(Tone::Gold, t.msg("poc-basis-segment"))),
        Basis::Chosen => tags.push(Tag::new(Tone::Plain, t.msg("poc-basis-chosen"))),
    }
    if o.claimed_ms.is_none() {
        tags.push(Tag::unclaimed(t));
    }
    let segments = centre.segments.iter().take(SEGMENTS_SHOWN).map(|id| segment_name(t, corridor, id));
    Row {
        href: format!("/organisations/{}", o.id),
        name: name(t, o),
        other_name: other_name(t, o),
        city: city_name(t, corridor, o.city),
        tags,
        segments: segments.collect::<Vec<_>>().join(&t.msg("organisation-list-separator")),
        honours: centre.honours.iter().map(|honour| honour_line(t, corridor, honour)).collect(),
        projects: centre.projects.iter().map(|card| row(t, corridor, card)).collect(),
        projects_href: format!("/poc?centre={}", o.id),
    }
}

fn honour_line(t: T, corridor: &Corridor, honour: &Honour) -> (String, Source) {
    let source = Source {
        t,
        area: String::new(),
        as_of: honour.as_of.clone(),
        basis: String::new(),
        title: source_title(t, corridor, &honour.source),
        href: source_href(&honour.source),
        unverified: !honour.verified,
    };
    (t.pick(&honour.value_zh, &honour.value_en).to_owned(), source)
}
