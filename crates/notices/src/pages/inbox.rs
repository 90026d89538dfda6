//! The inbox.

use super::{Place, places};
use crate::actions::inbox::{inbox_list, inbox_read, notice_read};
use crate::actions::{Found, Notice};
use crate::api::inbox::InboxQuery;
use crate::rules::message::Tab;
use crate::words::Words;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::parts::{Empty, Form, Pager, Tag, Tone};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::routes::{read, write};

/// Routes of the inbox.
pub fn routes() -> Vec<Route> {
    vec![
        read("/inbox", "notice_list", get(page)),
        write("/inbox/readings", "inbox_read", "inbox.read", post(read_all)),
        write("/inbox/{id}/readings", "notice_read", "notice.read", post(read_one)),
    ]
}

#[derive(Template)]
#[template(path = "notices/inbox.html")]
struct Page {
    shell: Shell,
    places: Vec<Place>,
    halves: Vec<Half>,
    rows: Vec<Row>,
    empty: Empty,
    pager: Pager,
    all_read: Option<Form>,
}

/// A half of the inbox, with its unread messages.
struct Half {
    href: String,
    label: String,
    count: i64,
    on: bool,
}

struct Row {
    id: String,
    href: String,
    words: Words,
    tags: Vec<Tag>,
    hits: Vec<Found>,
    at_ms: i64,
    unread: bool,
}

async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<InboxQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (t, tab) = (caller.visit.t, query.tab()?);
    let page = paging.page()?;
    let inbox = inbox_list(&app, &caller.ctx, tab, query.unread()?, &page).await?;
    let half = |one: Tab, count| Half {
        href: format!("/inbox?tab={}", one.code()),
        label: t.msg(format!("inbox-tab-{}", one.code())).into_owned(),
        count,
        on: one == tab,
    };
    let unread = if tab == Tab::Process { inbox.unread.0 } else { inbox.unread.1 };
    let all_read = Form::new(t, "/inbox/readings", t.msg("inbox-read-all")).hidden("tab", tab.code());
    Ok(html(&Page {
        shell: caller.visit.shell(t.msg("inbox-menu")).private(),
        places: places(t, "/inbox"),
        halves: vec![half(Tab::Process, inbox.unread.0), half(Tab::Subscriptions, inbox.unread.1)],
        rows: inbox.items.iter().map(|notice| row(t, notice)).collect(),
        empty: empty(t, tab),
        pager: Pager {
            t,
            total: inbox.total,
            shown: inbox.items.len(),
            first_href: if page.cursor.is_some() { caller.visit.href_with("cursor", "") } else { String::new() },
            next_href: inbox.next.map(|next| caller.visit.href_with("cursor", &next)).unwrap_or_default(),
        },
        all_read: (unread > 0).then_some(all_read),
    }))
}

fn empty(t: T, tab: Tab) -> Empty {
    match tab {
        Tab::Process => Empty::new(t.msg("inbox-empty"), t.msg("inbox-empty-text")).action("/desk", t.msg("nav-desk")),
        Tab::Subscriptions => Empty::new(t.msg("inbox-subscriptions-empty"), t.msg("inbox-subscriptions-empty-text"))
            .action("/search", t.msg("nav-search")),
    }
}

fn row(t: T, notice: &Notice) -> Row {
    let mut tags = vec![Tag::new(Tone::Plain, t.msg(format!("notice-topic-{}", notice.topic.code())))];
    if notice.demo {
        tags.insert(0, Tag::demo(t));
    }
    if notice.high {
        tags.push(Tag::new(Tone::Cinnabar, t.msg("notice-high")));
    }
    if notice.read_ms.is_none() {
        tags.push(Tag::new(Tone::Indigo, t.msg("notice-unread")));
    }
    Row {
        id: notice.id.clone(),
        href: notice.href.clone(),
        words: Words::of(t, notice),
        tags,
        hits: notice.hits.clone(),
        at_ms: notice.at_ms,
        unread: notice.read_ms.is_none(),
    }
}

/// Reading a message leads to what it is about.
async fn read_one(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let notice = notice_read(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(&notice.href).into_response())
}

async fn read_all(
    State(app): State<App>,
    caller: Caller,
    typed: rooms::pages::typed::Typed,
) -> Result<Response, Problem> {
    let tab = InboxQuery { tab: typed.get("tab").to_owned(), unread: String::new() }.tab()?;
    inbox_read(&app, &caller.ctx, tab).await?;
    Ok(Redirect::to(&format!("/inbox?tab={}", tab.code())).into_response())
}
