//! The sources of everything the pack says, and what this site is.

use super::figures::basis_word;
use crate::actions::corridor::{about_view, source_list};
use crate::api;
use crate::corridor::Corridor;
use crate::rules::fact::as_of_text;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use platform::capability::Route;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, List, wants};
use platform::web::parts::{Cell, Column, Empty, Facets, Pager, Table, Tag, Tone, encode};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};

/// Routes of these pages.
pub fn routes() -> Vec<Route> {
    let route = |path, action, handler| Route { method: Method::GET, path, action, journal: None, handler };
    vec![route("/sources", "source_view", get(sources)), route("/about", "about_view", get(about))]
}

#[derive(Template)]
#[template(path = "registry/corridor_sources.html")]
struct Sources {
    shell: Shell,
    list: ListFrame,
    rows: Vec<SourceShown>,
    left_outs: Table,
    left_out_lede: String,
}

struct SourceShown {
    id: String,
    title: String,
    tags: Vec<Tag>,
    dated: String,
    note: String,
    facts: String,
    facts_href: String,
}

async fn sources(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    let corridor = source_list(&app, &caller.ctx).await?;
    let t = caller.visit.t;
    match wants(&caller.visit.query, "/sources", &headers) {
        Form::Json => return Ok(sources_json(&corridor)),
        Form::Csv => return Ok(sources_csv(&corridor)),
        Form::Html => {}
    }
    let rows: Vec<SourceShown> = corridor.sources.iter().map(|source| source_shown(t, &corridor, source)).collect();
    let page = Sources {
        shell: caller.visit.shell(t.msg("source-title")),
        list: source_frame(t, rows.len()),
        rows,
        left_outs: left_outs(t, &corridor),
        left_out_lede: t.msg("source-left-out-lede").into_owned(),
    };
    Ok(html(&page))
}

fn source_frame(t: T, shown: usize) -> ListFrame {
    let total = i64::try_from(shown).unwrap_or(i64::MAX);
    ListFrame {
        heading: t.msg("source-title").into_owned(),
        lede: t.msg("source-lede").into_owned(),
        search: None,
        facets: Facets { t, groups: Vec::new(), clear_href: String::new() },
        sorts: Vec::new(),
        action: None,
        csv_href: "/sources?format=csv".into(),
        json_href: "/sources?format=json".into(),
        pager: Pager { t, total, shown, first_href: String::new(), next_href: String::new() },
        empty: Empty::new(t.msg("source-none"), t.msg("home-no-pack")),
        ranked: false,
    }
}

fn source_shown(t: T, corridor: &Corridor, source: &pack::Source) -> SourceShown {
    let mut tags = vec![Tag::new(Tone::Plain, t.msg(format!("source-kind-{}", source.kind)))];
    if source.partial {
        tags.push(Tag::new(Tone::Gold, t.msg("source-partial")).note(t.msg("source-partial-note")));
    }
    if !source.licence.is_empty() {
        tags.push(Tag::new(Tone::Plain, source.licence.clone()));
    }
    let basis = source.date_basis.map(|basis| basis_word(t, basis));
    let dated = match (source.date.as_str(), basis) {
        ("", _) => String::new(),
        (date, Some(basis)) => t.args("source-dated-basis", &[("date", as_of_text(date)), ("basis", basis)]),
        (date, None) => t.with("source-dated", "date", as_of_text(date)),
    };
    let facts = corridor.facts.iter().filter(|fact| fact.source == source.id).count();
    SourceShown {
        // The address of a source is `/sources#<encoded id>`; browsers decode the fragment before they look for it.
        id: source.id.clone(),
        title: t.pick(&source.title_zh, &source.title_en).to_owned(),
        tags,
        dated,
        note: t.pick(&source.note_zh, &source.note_en).to_owned(),
        facts: if facts > 0 { t.n("source-facts", facts) } else { String::new() },
        facts_href: format!("/facts?source={}", encode(&source.id)),
    }
}

fn left_outs(t: T, corridor: &Corridor) -> Table {
    let columns = ["source-left-out-name", "source-left-out-reason", "source-left-out-source"];
    let columns = columns.map(|key| Column::words(t.msg(key))).to_vec();
    corridor.left_outs.iter().fold(Table::new(t, t.msg("source-left-out"), columns), |table, left| {
        table.row(vec![
            Cell::Text(left.name.clone()),
            Cell::Text(t.pick(&left.reason_zh, &left.reason_en).to_owned()),
            Cell::Text(corridor.source_title(&left.source, t.locale)),
        ])
    })
}

fn sources_json(corridor: &Corridor) -> Response {
    let items: Vec<_> = corridor.sources.iter().map(|source| api::corridor::source_item(corridor, source)).collect();
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    List { items, total, next: None }.into_response()
}

fn sources_csv(corridor: &Corridor) -> Response {
    let heading =
        ["id", "title", "title_en", "kind", "date", "date_basis", "partial", "licence", "facts", "note", "note_en"];
    let mut csv = Csv::new("sources", heading);
    for source in &corridor.sources {
        let item = api::corridor::source_item(corridor, source);
        csv.row([
            item.id,
            item.title,
            item.title_en,
            item.kind,
            item.date,
            item.date_basis.unwrap_or_default(),
            item.partial.to_string(),
            item.licence,
            item.facts.to_string(),
            item.note,
            item.note_en,
        ]);
    }
    csv.into_response()
}

#[derive(Template)]
#[template(path = "registry/corridor_about.html")]
struct About {
    shell: Shell,
    pack: Option<PackShown>,
    partial: Vec<(String, String, String)>,
}

struct PackShown {
    name: String,
    description: String,
    licence: String,
    version: String,
    digest: String,
    loaded_ms: i64,
    fictional: bool,
}

async fn about(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let corridor = about_view(&app, &caller.ctx).await?;
    let t = caller.visit.t;
    let partial = corridor.sources.iter().filter(|source| source.partial).map(|source| {
        let title = t.pick(&source.title_zh, &source.title_en).to_owned();
        (format!("/sources#{}", encode(&source.id)), title, t.pick(&source.note_zh, &source.note_en).to_owned())
    });
    let page = About {
        shell: caller.visit.shell(t.msg("about-title")),
        partial: partial.collect(),
        pack: corridor.meta.as_ref().map(|meta| PackShown {
            name: t.pick(&meta.name_zh, &meta.name_en).to_owned(),
            description: t.pick(&meta.description_zh, &meta.description_en).to_owned(),
            licence: meta.licence.clone(),
            version: meta.version.clone(),
            digest: corridor.digest.clone(),
            loaded_ms: corridor.loaded_ms,
            fictional: meta.fictional,
        }),
    };
    Ok(html(&page))
}
