//! The list of committees.

use crate::actions::committee::{Committees, committee_list};
use crate::api::committee::{CommitteeQuery, listed};
use crate::pages::word;
use crate::pages::words::committee_tags;
use crate::rules::committee::Committee;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery, wants};
use platform::web::parts::{Action, Empty, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::pages::browse::{Browse, Facet, frame};

#[derive(Template)]
#[template(path = "envelopes/committee_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    about: String,
    seats: String,
    tags: Vec<Tag>,
}

fn seats(t: T, committee: &Committee) -> String {
    let names: Vec<&str> = committee.seats.iter().map(|seat| t.pick(&seat.name, &seat.name_en)).collect();
    names.join(&t.msg("committee-separator"))
}

fn row(t: T, committee: &Committee) -> Row {
    Row {
        href: format!("/committees/{}", committee.id),
        title: t.pick(&committee.name, &committee.name_en).to_owned(),
        about: t.with2("committee-row", "threshold", committee.threshold, "seats", committee.seats.len()),
        seats: seats(t, committee),
        tags: committee_tags(t, committee),
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<CommitteeQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let form = wants(&caller.visit.query, &caller.visit.path, &headers);
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = committee_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let t = caller.visit.t;
    if form == Form::Csv {
        return Ok(csv(t, &found).into_response());
    }
    let may = app.policies().allows(&caller.ctx, "committee_draft", &Resource::house());
    let browse = Browse {
        path: "/committees",
        heading: word(t, "committee-list-title"),
        lede: word(t, "committee-list-lede"),
        search: word(t, "committee-search"),
        q: &query.q,
        facets: vec![Facet {
            name: "state",
            label: word(t, "committee-facet-state"),
            chosen: &query.state,
            counts: &found.states,
        }],
        action: may.then(|| Action::new("/committees/new", t.msg("committee-new"))),
        empty: Empty::new(t.msg("committee-empty"), t.msg("committee-empty-text"))
            .action("/rounds", t.msg("round-list-title")),
        total: found.total,
        shown: found.items.len(),
        next: found.next.as_deref(),
    };
    let page = Page {
        shell: caller
            .visit
            .shell(t.msg("committee-list-title"))
            .describe(t.msg("committee-list-lede"))
            .here("/rounds")
            .live("committee"),
        list: frame(&caller.visit, &paging, browse, |_, value| word(t, format!("committee-state-{value}"))),
        rows: found.items.iter().map(|committee| row(t, committee)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, found: &Committees) -> Csv {
    let heads = ["id", "name", "state", "threshold", "seats", "key", "url"];
    let heads: Vec<String> = heads.iter().map(|name| word(t, format!("committee-csv-{name}"))).collect();
    let mut csv = Csv::new("committees", &heads);
    for committee in &found.items {
        csv.row([
            committee.id.clone(),
            t.pick(&committee.name, &committee.name_en).to_owned(),
            word(t, format!("committee-state-{}", committee.state.code())),
            committee.threshold.to_string(),
            seats(t, committee),
            committee.key.clone().unwrap_or_default(),
            format!("/committees/{}", committee.id),
        ]);
    }
    csv
}
