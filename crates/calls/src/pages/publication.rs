//! Pages of publication: what is published of a call, the page that explains it, and the feed of calls.

use super::{Section, read, word};
use crate::actions::call::View;
use crate::actions::publication::{self as actions, GRANTS_MAX, Line, POLICY_PAGE, RECORDS_MAX, Standing};
use crate::api::call::CallQuery;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::BoxFuture;
use platform::capability::Route;
use platform::web::{Problem, Shell, T, format, html};
use platform::{App, Caller, Fault};

/// The media type of RFC 4287.
const ATOM: &str = "application/atom+xml; charset=utf-8";

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![read(POLICY_PAGE, "disclosure_view", get(page)), read("/feeds/calls.atom", "disclosure_view", get(feed))]
}

#[derive(Template)]
#[template(path = "calls/publication_section.html")]
struct OfCall {
    t: T,
    ocid: String,
    said: String,
    record: String,
    releases: String,
    about: &'static str,
}

/// What is published of a call, on its page: none before its first release.
pub(crate) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a View,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(async move {
        let Some(process) = actions::of_call(app, &caller.ctx, &view.call.id).await? else { return Ok(None) };
        let t = caller.visit.t;
        let body = OfCall {
            t,
            said: t.with2("publication-said", "count", process.last, "when", t.datetime(process.at_ms)),
            record: format!("/api/v1/ocds/records/{}", view.call.id),
            releases: format!("/api/v1/ocds/releases/{}", view.call.id),
            ocid: process.ocid,
            about: POLICY_PAGE,
        };
        Section::of("publication-title", word(t, "publication-section"), &body, Vec::new()).map(Some)
    })
}

#[derive(Template)]
#[template(path = "calls/publication.html")]
struct Page {
    shell: Shell,
    standing: Standing,
    records_max: i64,
    grants_max: i64,
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(html(&Page {
        standing: actions::standing(&app, &caller.ctx).await?,
        records_max: number(RECORDS_MAX),
        grants_max: number(GRANTS_MAX),
        shell: caller.visit.shell(t.msg("publication-page")).here("/calls"),
    }))
}

#[derive(Template)]
#[template(path = "calls/feed.xml")]
struct Feed {
    t: T,
    base: String,
    title: String,
    own: String,
    list: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    title: String,
    href: String,
    updated: String,
    summary: String,
}

async fn feed(State(app): State<App>, caller: Caller, Query(query): Query<CallQuery>) -> Result<Response, Problem> {
    let lines = actions::feed(&app, &caller.ctx, &query.filter()).await?;
    let t = caller.visit.t;
    let asked = if caller.visit.query.is_empty() { String::new() } else { format!("?{}", caller.visit.query) };
    let title = match query.q.trim() {
        "" => word(t, "publication-feed"),
        words => format!("{words} · {}", t.msg("publication-feed")),
    };
    let feed = Feed {
        t,
        base: app.settings().public_url.trim_end_matches('/').to_owned(),
        title: plain(&title),
        own: format!("{}{asked}", caller.visit.path),
        list: format!("/calls{asked}"),
        // A feed without entries has not changed since it could first be asked for.
        updated: format::rfc3339(lines.first().map_or(0, |line| line.updated_ms)),
        entries: lines.into_iter().map(entry).collect(),
    };
    let body = feed.render().map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, ATOM)], body).into_response())
}

fn entry(line: Line) -> Entry {
    Entry {
        title: plain(&line.title),
        href: line.href,
        updated: format::rfc3339(line.updated_ms),
        summary: plain(&line.summary),
    }
}

/// A text without the characters that XML 1.0 does not know.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}
