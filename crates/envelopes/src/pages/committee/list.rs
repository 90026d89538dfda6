//! The list of committees.

use crate::actions::committee::{Committees, committee_list};
use crate::api::committee::{CommitteeQuery, listed};
use crate::pages::SECTION;
use crate::pages::words::committee_tags;
use crate::rules::committee::Committee;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use platform::App;
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Tag};
use platform::web::{Problem, Shell, T, html};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;

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
    Asked { caller, query, paging, form }: Asked<CommitteeQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = committee_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let t = caller.visit.t;
    if form == Form::Csv {
        return Ok(csv(t, &found).into_response());
    }
    let may = app.policies().allows(&caller.ctx, "committee_draft", &Resource::house());
    let browse = Browse::of(t, "committee", "/committees", &query.q)
        .facets([Facet::of(t, "committee", "state", &query.state, &found.states)])
        .action(may.then(|| Action::new("/committees/new", t.msg("committee-new"))))
        .elsewhere("/rounds", t.msg("round-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref());
    let page = Page {
        shell: SECTION.list(&caller, "committee").live("committee"),
        list: frame(&caller.visit, &paging, browse, |_, value| word(t, format!("committee-state-{value}"))),
        rows: found.items.iter().map(|committee| row(t, committee)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, found: &Committees) -> Csv {
    let mut csv = sheet(t, "committee", "committees", &["id", "name", "state", "threshold", "seats", "key", "url"]);
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
