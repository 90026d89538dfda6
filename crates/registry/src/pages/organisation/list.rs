//! The list of organisations, with filters in the address.

use super::words::{city_name, kind_name, name, other_name, segment_name, status_name, tags};
use crate::actions::organisation::{Facets as Counts, Item, Listed, organisation_list};
use crate::api::organisation::{OrganisationQuery, listed};
use crate::corridor::{self, Corridor};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{Adcode, Date};
use platform::App;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery};
use platform::web::parts::{Action, Empty, Facets, SearchBox, Tag};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, Visit, html};
use rooms::pages::browse::{Asked, Facet, pager, sheet};

/// Segments named in a row.
const SEGMENTS_SHOWN: usize = 4;

#[derive(Template)]
#[template(path = "registry/organisation_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

/// An organisation in a list.
pub(crate) struct Row {
    href: String,
    name: String,
    other_name: String,
    city: String,
    tags: Vec<Tag>,
    segments: String,
}

/// An organisation as a row.
pub(crate) fn row(t: T, corridor: &Corridor, item: &Item, today: Date) -> Row {
    let o = &item.organisation;
    let segments = item.segments.iter().take(SEGMENTS_SHOWN).map(|id| segment_name(t, corridor, id));
    Row {
        href: format!("/organisations/{}", o.id),
        name: name(t, o),
        other_name: other_name(t, o),
        city: city_name(t, corridor, o.city),
        tags: tags(t, o, &item.statuses, today),
        segments: segments.collect::<Vec<_>>().join(&t.msg("organisation-list-separator")),
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<OrganisationQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = organisation_list(&app, &caller.ctx, &query.query(&paging, form == Form::Html)?).await?;
    let (corridor, t, today) = (corridor::of(&app), caller.visit.t, caller.ctx.now.date());
    if form == Form::Csv {
        return Ok(csv(t, &corridor, &found).into_response());
    }
    let page = Page {
        shell: caller.visit.shell(t.msg("organisation-list-title")).describe(t.msg("organisation-list-lede")),
        list: frame(&caller.visit, &corridor, &query, &paging, &found),
        rows: found.items.iter().map(|item| row(t, &corridor, item, today)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, corridor: &Corridor, found: &Listed) -> Csv {
    let mut csv = sheet(
        t,
        "organisation",
        "organisations",
        &[
            "id", "name", "name-en", "kind", "city", "statuses", "segments", "uscc", "website", "claimed", "source",
            "url",
        ],
    );
    for item in &found.items {
        let o = &item.organisation;
        let statuses: Vec<String> = item.statuses.iter().map(|status| status_name(t, &status.status)).collect();
        let claimed = if o.claimed_ms.is_some() { "organisation-claimed" } else { "label-unclaimed" };
        csv.row([
            o.id.clone(),
            o.name.clone(),
            o.name_en.clone().unwrap_or_default(),
            kind_name(t, o.kind.code()),
            city_name(t, corridor, o.city),
            statuses.join(" "),
            item.segments.join(" "),
            o.uscc.clone().unwrap_or_default(),
            o.website.clone().unwrap_or_default(),
            t.msg(claimed).into_owned(),
            super::words::source_title(t, corridor, &o.source),
            format!("/organisations/{}", o.id),
        ]);
    }
    csv
}

fn frame(
    visit: &Visit,
    corridor: &Corridor,
    query: &OrganisationQuery,
    paging: &PageQuery,
    found: &Listed,
) -> ListFrame {
    let t = visit.t;
    let filters = query.filters();
    let kept = filters.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| ((*n).to_owned(), (*v).clone())).collect();
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    let narrowed = !query.q.is_empty() || filters.iter().any(|(_, value)| !value.is_empty());
    ListFrame {
        heading: t.msg("organisation-list-title").into_owned(),
        lede: t.msg("organisation-list-lede").into_owned(),
        search: Some(SearchBox {
            t,
            action: "/organisations".into(),
            label: t.msg("organisation-search").into_owned(),
            q: query.q.clone(),
            keep: kept,
        }),
        facets: facets(visit, corridor, query, &found.facets),
        sorts: Vec::new(),
        action: Some(Action::new("/organisations/new", t.msg("organisation-new"))),
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        pager: pager(visit, paging, found.total, found.items.len(), found.next.as_deref()),
        empty: if narrowed {
            Empty::nothing_found(t, "/organisations").action("/organisations/new", t.msg("organisation-new"))
        } else {
            Empty::new(t.msg("organisation-empty"), t.msg("organisation-empty-text"))
                .action("/organisations/new", t.msg("organisation-new"))
        },
        ranked: found.ranked,
    }
}

fn facets<'q>(visit: &Visit, corridor: &Corridor, query: &'q OrganisationQuery, counts: &'q Counts) -> Facets {
    let t = visit.t;
    let counts = [&counts.cities, &counts.kinds, &counts.statuses, &counts.segments];
    let label = |name: &str, value: &str| facet_label(t, corridor, name, value);
    let group = |((name, chosen), counts): ((&'static str, &'q String), &'q Vec<(String, i64)>)| {
        Facet::of(t, "organisation", name, chosen, counts).group(visit, &label)
    };
    let groups = query.filters().into_iter().zip(counts).filter_map(group).collect();
    Facets { t, groups, clear_href: "/organisations".to_owned() }
}

fn facet_label(t: T, corridor: &Corridor, name: &str, value: &str) -> String {
    match name {
        "city" => Adcode::parse(value).map_or_else(|_| value.to_owned(), |code| corridor.place_name(code, t.locale)),
        "segment" => segment_name(t, corridor, value),
        "status" => status_name(t, value),
        _ => kind_name(t, value),
    }
}
