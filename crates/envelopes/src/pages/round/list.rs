//! The list of rounds.

use crate::actions::round::{Rounds, round_list};
use crate::api::round::{RoundQuery, listed};
use crate::pages::SECTION;
use crate::pages::words::round_tags;
use crate::rules::round::Round;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Instant;
use platform::App;
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Tag};
use platform::web::{Problem, Shell, T, html};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;

#[derive(Template)]
#[template(path = "envelopes/round_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    when: String,
    tags: Vec<Tag>,
}

fn row(t: T, round: &Round, now: Instant) -> Row {
    let phase = round.phase(0, now);
    Row {
        href: format!("/rounds/{}", round.id),
        title: t.pick(&round.title, &round.title_en).to_owned(),
        when: t.with("round-row-closes", "when", t.datetime(round.closes_ms)),
        tags: round_tags(t, round, phase),
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<RoundQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = round_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let t = caller.visit.t;
    if form == Form::Csv {
        return Ok(csv(t, &found).into_response());
    }
    let may = app.policies().allows(&caller.ctx, "round_begin", &Resource::house());
    let browse = Browse::of(t, "round", "/rounds", &query.q)
        .facets([Facet::of(t, "round", "state", &query.state, &found.states)])
        .action(may.then(|| Action::new("/rounds/new", t.msg("round-new"))))
        .elsewhere("/committees", t.msg("committee-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref());
    let page = Page {
        shell: SECTION.list(&caller, "round").live("round"),
        list: frame(&caller.visit, &paging, browse, |_, value| word(t, format!("round-state-{value}"))),
        rows: found.items.iter().map(|round| row(t, round, caller.ctx.now)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, found: &Rounds) -> Csv {
    let mut csv = sheet(t, "round", "rounds", &["id", "title", "state", "closes", "opens-by", "count", "root", "url"]);
    for round in &found.items {
        csv.row([
            round.id.clone(),
            t.pick(&round.title, &round.title_en).to_owned(),
            word(t, format!("round-state-{}", round.state.code())),
            t.datetime(round.closes_ms),
            t.datetime(round.opens_by_ms),
            round.count.map_or(String::new(), |count| count.to_string()),
            round.root.clone().unwrap_or_default(),
            format!("/rounds/{}", round.id),
        ]);
    }
    csv
}
