//! Atom feeds of lists.

use crate::actions::feed::{
    FeedEntry, Narrowed, Source, feed_view, needs, offers, organisations, poc, search, workstations,
};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use platform::capability::Route;
use platform::web::{Problem, T, format};
use platform::{App, Caller, Fault};
use rooms::routes::read;

/// The media type of RFC 4287.
const ATOM: &str = "application/atom+xml; charset=utf-8";

/// Routes of feeds.
pub fn routes() -> Vec<Route> {
    let feed = |path, handler| read(path, "feed_view", handler);
    vec![
        feed("/feeds/needs.atom", of("feed-needs", "/needs", needs)),
        feed("/feeds/offers.atom", of("feed-offers", "/offers", offers)),
        feed("/feeds/organisations.atom", of("feed-organisations", "/organisations", organisations)),
        feed("/feeds/workstations.atom", of("feed-workstations", "/workstations", workstations)),
        feed("/feeds/poc.atom", of("feed-poc", "/poc", poc)),
        feed("/feeds/search.atom", of("feed-search", "/search", search)),
    ]
}

#[derive(Template)]
#[template(path = "notices/feed.xml")]
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

fn of(title: &'static str, list: &'static str, source: Source) -> MethodRouter<App> {
    get(move |State(app): State<App>, caller: Caller, Query(narrowed): Query<Narrowed>| async move {
        answer(&app, &caller, &narrowed, (title, list, source)).await
    })
}

async fn answer(
    app: &App,
    caller: &Caller,
    narrowed: &Narrowed,
    (title, list, source): (&'static str, &'static str, Source),
) -> Result<Response, Problem> {
    let entries = feed_view(app, &caller.ctx, narrowed, source).await?;
    let t = caller.visit.t;
    let query = if caller.visit.query.is_empty() { String::new() } else { format!("?{}", caller.visit.query) };
    // A feed without entries has not changed since it could first be asked for; any moment before now will do.
    let updated = entries.first().map_or(0, |entry| entry.updated_ms);
    let title = match narrowed.q.trim() {
        "" => t.msg(title).into_owned(),
        words => format!("{words} · {}", t.msg(title)),
    };
    let feed = Feed {
        t,
        base: app.settings().public_url.trim_end_matches('/').to_owned(),
        title: plain(&title),
        own: format!("{}{query}", caller.visit.path),
        list: format!("{list}{query}"),
        updated: format::rfc3339(updated),
        entries: entries.into_iter().map(entry).collect(),
    };
    let body = feed.render().map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, ATOM)], body).into_response())
}

fn entry(entry: FeedEntry) -> Entry {
    Entry {
        title: plain(&entry.title),
        href: entry.href,
        updated: format::rfc3339(entry.updated_ms),
        summary: plain(&entry.summary),
    }
}

/// A text without the characters that XML 1.0 does not know.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}
