//! The list of calls, with filters in the address.

use crate::actions::call::{Calls, call_list};
use crate::api::call::{CallQuery, listed};
use crate::pages::word;
use crate::pages::words::{city_of_code, closing, funder, money, state_name, state_tag, tags, title};
use crate::rules::call::{Call, CallState};
use crate::rules::pledge::Pledge;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery, wants};
use platform::web::parts::{Action, Empty, ShareBar, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::browse::{Browse, Facet, frame};

/// Segments that a row shows.
const SEGMENTS_SHOWN: usize = 2;
/// Characters of the problem that a row shows.
const SUMMARY_SHOWN: usize = 110;

#[derive(Template)]
#[template(path = "calls/call_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    number: String,
    tags: Vec<Tag>,
    summary: String,
    money: ShareBar,
    when: String,
    soon: bool,
}

fn given<'a>(found: &'a Calls, call: &Call) -> Vec<&'a Pledge> {
    found.given.iter().filter(|pledge| pledge.call == call.id).collect()
}

fn row(caller: &Caller, corridor: &Corridor, found: &Calls, call: &Call) -> Row {
    let t = caller.visit.t;
    let state = call.state_at(caller.ctx.now);
    let (when, soon) = when(caller, corridor, call, state);
    Row {
        href: format!("/calls/{}", call.id),
        title: title(t, call),
        number: call.number.clone(),
        tags: tags(t, corridor, call, state, SEGMENTS_SHOWN),
        summary: cut(t.pick(&call.summary, &call.summary_en)),
        money: money(t, corridor, &found.names_for(call), call, &given(found, call)),
        when,
        soon,
    }
}

/// The beginning of a text, on one line.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.char_indices().nth(SUMMARY_SHOWN).map(|(at, _)| at);
    end.map_or(line.clone(), |at| format!("{}…", &line[..at]))
}

/// The time that matters in its state, and whether it is short.
fn when(caller: &Caller, corridor: &Corridor, call: &Call, state: CallState) -> (String, bool) {
    let t = caller.visit.t;
    match (state, call.closes_ms, call.due_ms) {
        (CallState::Open | CallState::Closed, Some(closes), _) => closing(t, corridor, closes, caller.ctx.now),
        (_, _, Some(due)) => (t.with("call-due", "date", t.date(due)), false),
        _ => (t.with("call-changed", "date", t.date(call.updated_ms)), false),
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<CallQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let form = wants(&caller.visit.query, &caller.visit.path, &headers);
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = call_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(&caller, &corridor, &found).into_response());
    }
    let label = |name: &str, value: &str| match name {
        "state" => state_name(t, value),
        _ => city_of_code(t, &corridor, value),
    };
    let page = Page {
        shell: caller
            .visit
            .shell(t.msg("call-list-title"))
            .describe(t.msg("call-list-lede"))
            .here("/calls")
            .live("call"),
        list: frame(&caller.visit, &paging, browse(t, &query, &found), label),
        rows: found.items.iter().map(|call| row(&caller, &corridor, &found, call)).collect(),
    };
    Ok(html(&page))
}

fn browse<'a>(t: T, query: &'a CallQuery, found: &'a Calls) -> Browse<'a> {
    let facet = |name: &'static str, chosen: &'a str, counts: &'a [(String, i64)]| Facet {
        name,
        label: word(t, format!("call-facet-{name}")),
        chosen,
        counts,
    };
    let empty = Empty::new(t.msg("call-empty"), t.msg("call-empty-text"));
    let may = !found.may_pose.is_empty();
    Browse {
        path: "/calls",
        heading: word(t, "call-list-title"),
        lede: word(t, "call-list-lede"),
        search: word(t, "call-search"),
        q: &query.q,
        facets: vec![
            facet("state", &query.state, &found.facets.states),
            facet("city", &query.city, &found.facets.cities),
        ],
        action: may.then(|| Action::new("/calls/new", t.msg("call-new"))),
        empty: if may { empty.action("/calls/new", t.msg("call-new")) } else { empty },
        total: found.total,
        shown: found.items.len(),
        next: found.next.as_deref(),
    }
}

fn csv(caller: &Caller, corridor: &Corridor, found: &Calls) -> Csv {
    let t = caller.visit.t;
    let heads = ["id", "number", "title", "state", "owner", "office", "segments", "budget", "funders", "closes", "url"];
    let heads: Vec<String> = heads.iter().map(|name| word(t, format!("call-csv-{name}"))).collect();
    let mut csv = Csv::new("calls", &heads);
    for call in &found.items {
        let segments: Vec<String> = call.segments.iter().map(|id| corridor.segment_name(id, t.locale)).collect();
        let names = found.names_for(call);
        let funders = given(found, call).into_iter().map(|pledge| funder(t, corridor, &names, pledge));
        let owner = names.get(&call.owner);
        let separator = word(t, "call-separator");
        csv.row([
            call.id.clone(),
            call.number.clone(),
            title(t, call),
            state_tag(t, call.state_at(caller.ctx.now)).text,
            owner.map_or_else(|| word(t, "call-unnamed"), |(zh, en)| t.pick(zh, en).to_owned()),
            city_of_code(t, corridor, &call.office),
            segments.join(&separator),
            call.budget.get().to_string(),
            funders.collect::<Vec<_>>().join(&separator),
            call.closes_ms.map_or(String::new(), |closes| t.instant(closes)),
            format!("/calls/{}", call.id),
        ]);
    }
    csv
}
