//! The list of joint acts, with filters in the address.

use crate::actions::accord::{Accords, accord_list};
use crate::api::accord::{AccordQuery, listed};
use crate::pages::SECTION;
use crate::pages::words::{accord_tag, cities, city_of_code, title};
use crate::rules::accord::{Accord, AccordState};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Fen;
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Tag, Tone};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;

#[derive(Template)]
#[template(path = "accords/accord_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    office: bool,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    number: String,
    tags: Vec<Tag>,
    cities: String,
    when: String,
    money: String,
}

fn row(caller: &Caller, corridor: &Corridor, accord: &Accord) -> Row {
    let t = caller.visit.t;
    let state = accord.state_at(caller.ctx.now);
    let mut tags = vec![accord_tag(t, state), Tag::new(Tone::Plain, kind_name(t, accord.kind.code()))];
    if accord.demo {
        tags.push(Tag::demo(t));
    }
    let members: Vec<_> = accord.parties.iter().filter_map(|party| party.city).collect();
    Row {
        href: format!("/accords/{}", accord.id),
        title: title(t, accord),
        number: accord.number.clone(),
        tags,
        cities: cities(t, corridor, &members),
        when: when(t, accord, state),
        money: accord.total.map_or(String::new(), |total| t.fen_short(total)),
    }
}

/// The date that matters in its state.
fn when(t: T, accord: &Accord, state: AccordState) -> String {
    match (state, accord.deadline_ms, accord.in_force_ms) {
        (AccordState::Circulated, Some(deadline), _) => t.with("accord-until", "date", t.date(deadline)),
        (state, _, Some(since)) if state.is_open() => t.with("accord-since", "date", t.date(since)),
        _ => t.with("accord-changed", "date", t.date(accord.updated_ms)),
    }
}

pub(super) fn kind_name(t: T, code: &str) -> String {
    word(t, format!("accord-kind-{code}"))
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<AccordQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = accord_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(&caller, &corridor, &found).into_response());
    }
    let label = |name: &str, value: &str| match name {
        "state" => word(t, format!("accord-state-{}", value.replace('_', "-"))),
        "kind" => kind_name(t, value),
        _ => city_of_code(t, &corridor, value),
    };
    let may = |action: &str| app.policies().allows(&caller.ctx, action, &Resource::house());
    let page = Page {
        shell: SECTION.list(&caller, "accord").live("accord"),
        list: frame(&caller.visit, &paging, browse(t, &query, &found, may("accord_draft")), label),
        office: may("supervision_list"),
        rows: found.items.iter().map(|accord| row(&caller, &corridor, accord)).collect(),
    };
    Ok(html(&page))
}

fn browse<'a>(t: T, query: &'a AccordQuery, found: &'a Accords, drafts: bool) -> Browse<'a> {
    let facet = |name, chosen, counts| Facet::of(t, "accord", name, chosen, counts);
    Browse::of(t, "accord", "/accords", &query.q)
        .facets([
            facet("state", &query.state, &found.facets.states),
            facet("kind", &query.kind, &found.facets.kinds),
            facet("city", &query.city, &found.facets.cities),
        ])
        .action(drafts.then(|| Action::new("/accords/new", t.msg("accord-new"))))
        .elsewhere("/meetings", t.msg("meeting-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref())
}

fn csv(caller: &Caller, corridor: &Corridor, found: &Accords) -> Csv {
    let t = caller.visit.t;
    let mut csv = sheet(
        t,
        "accord",
        "joint-acts",
        &["id", "number", "title", "kind", "state", "cities", "amount", "valid-from", "valid-until", "url"],
    );
    for accord in &found.items {
        let members: Vec<_> = accord.parties.iter().filter_map(|party| party.city).collect();
        let day = |day: Option<kernel::Date>| day.map_or(String::new(), |day| day.to_string());
        csv.row([
            accord.id.clone(),
            accord.number.clone(),
            title(t, accord),
            kind_name(t, accord.kind.code()),
            accord_tag(t, accord.state_at(caller.ctx.now)).text,
            cities(t, corridor, &members),
            accord.total.map(Fen::get).map_or(String::new(), |fen| fen.to_string()),
            day(accord.valid_from),
            day(accord.valid_until),
            format!("/accords/{}", accord.id),
        ]);
    }
    csv
}
