//! The lists of contact requests.

use crate::actions::contact::{ContactCard, contact_list};
use crate::api::contact::{ContactListQuery, item};
use crate::rules::contact::State;
use askama::Template;
use axum::extract::{Query, State as Here};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery, wants};
use platform::web::parts::{Empty, FacetGroup, FacetValue, Facets, Pager, SortOption, Tag, Tone};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::values;

#[derive(Template)]
#[template(path = "registry/contact_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    about: String,
    tags: Vec<Tag>,
    at_ms: i64,
}

/// A state as a label.
pub(super) fn state_tag(t: T, state: State) -> Tag {
    let tone = match state {
        State::Open => Tone::Indigo,
        State::Question => Tone::Gold,
        State::Accepted => Tone::Pine,
        State::Declined | State::Withdrawn | State::Expired => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("contact-state-{}", state.code())))
}

/// The requests as a page, as CSV or as JSON.
pub(super) async fn page(
    Here(app): Here<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<ContactListQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let (cards, total, next) = contact_list(&app, &caller.ctx, &query.query(&paging)?).await?;
    match wants(&caller.visit.query, &caller.visit.path, &headers) {
        Form::Json => {
            return Ok(axum::Json(Listed { items: cards.iter().map(item).collect(), total, next }).into_response());
        }
        Form::Csv => return Ok(csv(t, &cards).into_response()),
        Form::Html => {}
    }
    let page = Page {
        shell: caller.visit.shell(t.msg("contact-title")).private(),
        list: frame(&caller, &query, &paging, (cards.len(), total, next)),
        rows: cards.iter().map(|card| row(t, card)).collect(),
    };
    Ok(html(&page))
}

fn row(t: T, card: &ContactCard) -> Row {
    let contact = &card.contact;
    let mut tags = vec![state_tag(t, contact.state)];
    if contact.demo {
        tags.insert(0, Tag::demo(t));
    }
    if contact.state == State::Open {
        tags.push(Tag::new(Tone::Plain, t.with("contact-due", "date", contact.due.date.to_string())));
    }
    if contact.office.is_some() {
        tags.push(Tag::new(Tone::Plain, t.msg("contact-by-office")));
    }
    let about = card.about.as_ref().map(|listing| t.pick(&listing.content.title, &listing.content.title_en).to_owned());
    Row {
        href: format!("/contacts/{}", contact.id),
        title: t.args("contact-row", &[("from", card.from.as_str()), ("to", card.to.as_str())]),
        about: about.map_or(String::new(), |title| t.with("contact-about", "title", title)),
        tags,
        at_ms: contact.updated.ms(),
    }
}

fn csv(t: T, cards: &[ContactCard]) -> Csv {
    let heads = [
        "listing-csv-id",
        "contact-from",
        "contact-to",
        "listing-csv-title",
        "contact-facet-state",
        "contact-fact-sent",
    ];
    let mut csv = Csv::new("contacts", heads.map(|key| t.msg(key)));
    for card in cards {
        let title = card.about.as_ref().map_or("", |listing| listing.content.title.as_str());
        let state = t.msg(format!("contact-state-{}", card.contact.state.code()));
        let sent = t.datetime(card.contact.created.ms());
        csv.row([card.contact.id.as_str(), &card.from, &card.to, title, &state, &sent]);
    }
    csv
}

fn frame(
    caller: &Caller,
    query: &ContactListQuery,
    paging: &PageQuery,
    found: (usize, i64, Option<String>),
) -> ListFrame {
    let visit = &caller.visit;
    let (t, out) = (visit.t, query.side == "out");
    let (shown, total, next) = found;
    let side = |code: &str, on| SortOption {
        href: format!("/contacts?side={code}"),
        label: t.msg(format!("contact-{code}")).into_owned(),
        on,
    };
    let empty = if out { "out" } else { "in" };
    let empty = Empty::new(t.msg(format!("contact-{empty}-empty")), t.msg(format!("contact-{empty}-empty-text")))
        .action("/offers", t.msg("contact-out-start"))
        .action("/needs", t.msg("contact-needs-start"));
    ListFrame {
        heading: t.msg("contact-title").into_owned(),
        lede: t.msg("contact-lede").into_owned(),
        search: None,
        facets: facets(caller, query),
        sorts: vec![side("in", !out), side("out", out)],
        action: None,
        csv_href: href_with(&visit.path, &visit.query, "format", "csv"),
        json_href: href_with(&visit.path, &visit.query, "format", "json"),
        pager: Pager {
            t,
            total,
            shown,
            first_href: paging.cursor.as_ref().map_or(String::new(), |_| visit.href_with("cursor", "")),
            next_href: next.map_or(String::new(), |cursor| visit.href_with("cursor", &cursor)),
        },
        empty,
        ranked: false,
    }
}

/// States as filters. They are few, so all are shown, without counts that would need a query each.
fn facets(caller: &Caller, query: &ContactListQuery) -> Facets {
    let (visit, t) = (&caller.visit, caller.visit.t);
    let chosen = values(&query.state);
    let base = href_with("", &visit.query, "cursor", "");
    let on: Vec<FacetValue> = State::ALL
        .into_iter()
        .map(|state| {
            let on = chosen.iter().any(|code| code == state.code());
            let href =
                href_with(&visit.path, base.trim_start_matches('?'), "state", if on { "" } else { state.code() });
            (on, href, t.msg(format!("contact-state-{}", state.code())).into_owned())
        })
        .filter(|(on, _, _)| *on)
        .map(|(on, href, label)| FacetValue { label, count: 0, href, on })
        .collect();
    let groups = if on.is_empty() {
        Vec::new()
    } else {
        vec![FacetGroup { label: t.msg("contact-facet-state").into_owned(), values: on }]
    };
    Facets { t, groups, clear_href: "/contacts".to_owned() }
}
