//! The lists of needs and offers, with filters in the address.

use super::words::{kind_name, price, tags};
use super::{key, list_key, side};
use crate::actions::listing::{Card, FacetCounts, Listed, listing_list};
use crate::api::listing::{ListingQuery, listed};
use crate::corridor::{self, Corridor};
use crate::rules::listing::{Kind, Side, State};
use askama::Template;
use axum::extract::{Query, State as Here};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use kernel::Adcode;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form, PageQuery, wants};
use platform::web::parts::{Action, Empty, Facets, SearchBox, SortOption, Tag};
use platform::web::visit::href_with;
use platform::web::{Problem, Shell, T, Visit, html};
use platform::{App, Caller};
use rooms::pages::browse::{Facet, pager};

#[derive(Template)]
#[template(path = "registry/listing_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    rows: Vec<ListRow>,
}

/// A need or an offer in a list.
pub(crate) struct ListRow {
    /// Where it leads.
    pub(crate) href: String,
    /// Title in the reader's language.
    pub(crate) title: String,
    /// Whose it is.
    pub(crate) organisation: String,
    /// Its city.
    pub(crate) city: String,
    /// Labels.
    pub(crate) tags: Vec<Tag>,
    /// The beginning of its abstract.
    pub(crate) summary: String,
    /// Budget or price, last day.
    pub(crate) notes: Vec<String>,
}

/// Characters of an abstract in a list.
const SUMMARY_CHARS: usize = 120;

/// A listing as a row.
pub(crate) fn row(t: T, corridor: &Corridor, card: &Card) -> ListRow {
    let listing = &card.listing;
    let content = &listing.content;
    let summary = t.pick(&content.summary, &content.summary_en);
    let cut: String = summary.chars().take(SUMMARY_CHARS).collect();
    let dots = if cut.len() < summary.len() { "…" } else { "" };
    let mut notes = vec![price(t, content)];
    notes.extend(content.until.map(|day| t.with("listing-until", "date", day.to_string())));
    let owner = card.organisation.as_ref();
    ListRow {
        href: format!("{}/{}", listing.side.path(), listing.id),
        title: t.pick(&content.title, &content.title_en).to_owned(),
        organisation: owner
            .map_or(String::new(), |o| t.pick(&o.name, o.name_en.as_deref().unwrap_or_default()).to_owned()),
        city: listing.city.map_or(String::new(), |city| corridor.place_name(city, t.locale)),
        tags: tags(t, corridor, listing),
        summary: format!("{cut}{dots}"),
        notes,
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page<const OFFER: bool>(
    Here(app): Here<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<ListingQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    let side = side::<OFFER>();
    let form = wants(&caller.visit.query, &caller.visit.path, &headers);
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, side, &query, &paging).await?).into_response());
    }
    let found = listing_list(&app, &caller.ctx, side, &query.query(&paging, form == Form::Html)?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(t, &corridor, side, &found).into_response());
    }
    let own = query.own == "1";
    let title = t.msg(list_key(side, if own { "own-title" } else { "title" })).into_owned();
    let page = Page {
        shell: caller.visit.shell(title.clone()).describe(t.msg(list_key(side, "lede"))).live(side.code()),
        list: frame(&app, &caller, side, &query, &paging, title, &found),
        rows: found.items.iter().map(|card| row(t, &corridor, card)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, corridor: &Corridor, side: Side, found: &Listed) -> Csv {
    let heads = [
        "csv-id",
        "csv-title",
        "csv-title-en",
        "fact-type",
        "fact-maturity",
        "fact-organisation",
        "fact-city",
        "fact-segments",
    ];
    let mut names: Vec<String> = heads.iter().map(|name| t.msg(format!("listing-{name}")).into_owned()).collect();
    for name in ["price", "until"] {
        names.push(t.msg(super::words::key_fact(side, name)).into_owned());
    }
    for name in ["csv-abstract", "csv-state", "csv-url"] {
        names.push(t.msg(format!("listing-{name}")).into_owned());
    }
    let mut csv = Csv::new(side.path().trim_start_matches('/'), &names);
    for card in &found.items {
        let (listing, content) = (&card.listing, &card.listing.content);
        csv.row([
            listing.id.clone(),
            content.title.clone(),
            content.title_en.clone(),
            content.kind.map_or(String::new(), |kind| kind_name(t, Some(kind))),
            content.maturity.map_or(String::new(), |level| level.to_string()),
            card.organisation.as_ref().map_or(String::new(), |o| o.name.clone()),
            listing.city.map_or(String::new(), |city| corridor.place_name(city, t.locale)),
            content.segments.join(" "),
            price(t, content),
            content.until.map_or(String::new(), |day| day.to_string()),
            content.summary.clone(),
            t.msg(format!("listing-state-{}", listing.state.code())).into_owned(),
            format!("{}/{}", side.path(), listing.id),
        ]);
    }
    csv
}

fn frame(
    app: &App,
    caller: &Caller,
    side: Side,
    query: &ListingQuery,
    paging: &PageQuery,
    heading: String,
    found: &Listed,
) -> ListFrame {
    let (visit, own) = (&caller.visit, query.own == "1");
    let t = visit.t;
    let filters = [("city", &query.city), ("type", &query.kind), ("segment", &query.segment)];
    let kept = filters.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| ((*n).to_owned(), (*v).clone())).collect();
    let label = t.msg(list_key(side, "search")).into_owned();
    let with_format = |format: &str| href_with(&visit.path, &visit.query, "format", format);
    ListFrame {
        heading,
        lede: if own { String::new() } else { t.msg(list_key(side, "lede")).into_owned() },
        search: (!own).then(|| SearchBox { t, action: side.path().into(), label, q: query.q.clone(), keep: kept }),
        facets: facets(visit, &corridor::of(app), side, query, &found.facets),
        sorts: sorts(caller, side, own),
        action: Some(Action::new(format!("{}/new", side.path()), t.msg(key(side, "new")))),
        csv_href: with_format("csv"),
        json_href: with_format("json"),
        pager: pager(visit, paging, found.total, found.items.len(), found.next.as_deref()),
        empty: empty(t, side, query),
        ranked: false,
    }
}

/// The switch between what everybody sees and what one's own organisation has.
fn sorts(caller: &Caller, side: Side, own: bool) -> Vec<SortOption> {
    if caller.actor().memberships.is_empty() {
        return Vec::new();
    }
    let t = caller.visit.t;
    let option = |href: String, label: &str, on| SortOption { href, label: t.msg(label).into_owned(), on };
    vec![
        option(side.path().to_owned(), "listing-all", !own),
        option(format!("{}?own=1", side.path()), "listing-own", own),
    ]
}

fn empty(t: T, side: Side, query: &ListingQuery) -> Empty {
    let start = (format!("{}/new", side.path()), t.msg(key(side, "new")));
    let filtered =
        [&query.q, &query.city, &query.kind, &query.segment, &query.state].iter().any(|value| !value.is_empty());
    if filtered {
        return Empty::nothing_found(t, side.path());
    }
    let name = |rest: &str| if query.own == "1" { format!("listing-own-{rest}") } else { list_key(side, rest) };
    Empty::new(t.msg(name("empty")), t.msg(name("empty-text"))).action(start.0, start.1)
}

fn facets<'q>(
    visit: &Visit,
    corridor: &Corridor,
    side: Side,
    query: &'q ListingQuery,
    counts: &'q FacetCounts,
) -> Facets {
    let t = visit.t;
    let groups = [
        ("state", &query.state, &counts.states),
        ("city", &query.city, &counts.cities),
        ("type", &query.kind, &counts.kinds),
        ("segment", &query.segment, &counts.segments),
    ];
    let label = |name: &str, value: &str| facet_label(t, corridor, name, value);
    let group = |(name, chosen, counts): (&'static str, &'q String, &'q Vec<(String, i64)>)| {
        Facet::of(t, "listing", name, chosen, counts).group(visit, &label)
    };
    let own = if query.own == "1" { "?own=1" } else { "" };
    Facets { t, groups: groups.into_iter().filter_map(group).collect(), clear_href: format!("{}{own}", side.path()) }
}

fn facet_label(t: T, corridor: &Corridor, name: &str, value: &str) -> String {
    match name {
        "city" => Adcode::parse(value).map_or_else(|_| value.to_owned(), |code| corridor.place_name(code, t.locale)),
        "segment" => corridor.segment_name(value, t.locale),
        "type" => Kind::parse(value).map_or_else(|| value.to_owned(), |kind| kind_name(t, Some(kind))),
        _ => match State::parse(value) {
            Some(state) => t.msg(format!("listing-state-{}", state.code())).into_owned(),
            None => value.to_owned(),
        },
    }
}
