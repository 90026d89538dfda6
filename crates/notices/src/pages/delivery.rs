//! The log of what was sent, one's own and the administrator's.

use super::{Place, places};
use crate::actions::delivery::{Log, STATES, delivery_list, delivery_list_all, delivery_replay};
use crate::actions::{Channel, Delivery};
use crate::api::webhook::StateQuery;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use platform::capability::Route;
use platform::web::page::{Page as Paging, PageQuery};
use platform::web::parts::{Form, Pager, SortOption, Tag, Tone};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

const ALL: &str = "/admin/deliveries";

/// Routes of the log.
pub fn routes() -> Vec<Route> {
    vec![
        read("/deliveries", "delivery_list", get(own)),
        read(ALL, "delivery_list_all", get(all)),
        write("/deliveries/{id}/replays", "delivery_replay", "delivery.replayed", post(replay)),
    ]
}

#[derive(Template)]
#[template(path = "notices/deliveries.html")]
struct Page {
    shell: Shell,
    places: Vec<Place>,
    heading: String,
    lede: String,
    states: Vec<SortOption>,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    channel: String,
    address: String,
    state: Tag,
    attempts: i64,
    created_ms: i64,
    then: String,
    why: String,
    replay: Option<Form>,
}

async fn own(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StateQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = paging.page()?;
    let log = delivery_list(&app, &caller.ctx, &query.state, &page).await?;
    Ok(html(&build(&caller, &query.state, &page, &log, "/deliveries")))
}

async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<StateQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = paging.page()?;
    let log = delivery_list_all(&app, &caller.ctx, &query.state, &page).await?;
    Ok(html(&build(&caller, &query.state, &page, &log, ALL)))
}

fn build(caller: &Caller, state: &str, page: &Paging, log: &Log, path: &'static str) -> Page {
    let t = caller.visit.t;
    let everybodys = path == ALL;
    let (title, lede) =
        if everybodys { ("deliveries-menu", "deliveries-menu-about") } else { ("deliveries-title", "deliveries-lede") };
    let option = |code: &str| SortOption {
        href: href_with(path, "", "state", code),
        label: t
            .msg(if code.is_empty() { "delivery-state-all".to_owned() } else { format!("delivery-state-{code}") })
            .into_owned(),
        on: code == state,
    };
    Page {
        shell: caller.visit.shell(t.msg(title)).private(),
        places: if everybodys { Vec::new() } else { places(t, path) },
        heading: t.msg(title).into_owned(),
        lede: t.msg(lede).into_owned(),
        states: std::iter::once("").chain(STATES).map(option).collect(),
        rows: log.items.iter().map(|one| row(t, one, path)).collect(),
        pager: Pager {
            t,
            total: log.total,
            shown: log.items.len(),
            first_href: if page.cursor.is_some() { caller.visit.href_with("cursor", "") } else { String::new() },
            next_href: log.next.as_ref().map(|next| caller.visit.href_with("cursor", next)).unwrap_or_default(),
        },
    }
}

fn row(t: T, one: &Delivery, path: &str) -> Row {
    let tone = match one.state.as_str() {
        "sent" => Tone::Pine,
        "failed" => Tone::Cinnabar,
        _ => Tone::Plain,
    };
    let then = match (one.sent_ms, one.state.as_str()) {
        (Some(sent), _) => t.with("delivery-sent-at", "at", t.datetime(sent)),
        (None, "ready") => t.with("delivery-next-at", "at", t.datetime(one.next_try_ms)),
        _ => String::new(),
    };
    let ended = matches!(one.state.as_str(), "sent" | "failed") && one.channel != Channel::Confirmation;
    let replay = Form::new(t, format!("/deliveries/{}/replays", one.id), t.msg("delivery-replay")).hidden("back", path);
    Row {
        channel: t.msg(format!("delivery-{}", one.channel.code())).into_owned(),
        address: one.address.clone(),
        state: Tag::new(tone, t.msg(format!("delivery-state-{}", one.state))),
        attempts: one.attempts,
        created_ms: one.created_ms,
        then,
        why: one.error.as_deref().map(|error| why(t, error)).unwrap_or_default(),
        replay: ended.then_some(replay),
    }
}

/// Why a try failed: the code in words, then what the other side said.
fn why(t: T, error: &str) -> String {
    let (code, said) = error.split_once(' ').unwrap_or((error, ""));
    t.with(format!("delivery-error-{code}"), "said", said)
}

async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    delivery_replay(&app, &caller.ctx, &id).await?;
    let back = if typed.get("back") == ALL { ALL } else { "/deliveries" };
    Ok(Redirect::to(back).into_response())
}
