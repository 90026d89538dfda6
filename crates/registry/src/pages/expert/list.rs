//! The list of experts, with filters in the address.

use super::words::{Row, availability_name, body_name, fields, row};
use crate::actions::expert::{Experts, expert_list, expert_own};
use crate::api::expert::{ExpertQuery, listed};
use crate::corridor::{self, Corridor};
use crate::pages::organisation::words::{city_name, segment_name};
use crate::rules::expert::Availability;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Adcode;
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Figure, Figures};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller, Outcome};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};

#[derive(Template)]
#[template(path = "registry/expert_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    figures: Figures,
    rows: Vec<Row>,
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<ExpertQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = expert_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(t, &corridor, &found).into_response());
    }
    let action = begin(&app, &caller).await?;
    let label = |name: &str, value: &str| facet_label(t, &corridor, name, value);
    let facet = |name, chosen, counts| Facet::of(t, "expert", name, chosen, counts);
    let mut browse = Browse::of(t, "expert", "/experts", &query.q)
        .facets([
            facet("body", &query.body, &found.facets.bodies),
            facet("city", &query.city, &found.facets.cities),
            facet("availability", &query.availability, &found.facets.availability),
            facet("segment", &query.segment, &found.facets.segments),
        ])
        .found(found.total, found.items.len(), found.next.as_deref());
    if let Some(action) = action {
        browse = browse.elsewhere(&action.href, &action.label).action(Some(action));
    }
    let page = Page {
        shell: caller.visit.shell(t.msg("expert-list-title")).describe(t.msg("expert-list-lede")),
        list: frame(&caller.visit, &paging, browse, label),
        figures: figures(t, &found),
        rows: found.items.iter().map(|expert| row(t, &corridor, expert)).collect(),
    };
    Ok(html(&page))
}

/// What the reader can begin here: his own record, or one that his office keeps.
async fn begin(app: &App, caller: &Caller) -> Outcome<Option<Action>> {
    let (t, may) = (caller.visit.t, |action| app.policies().allows(&caller.ctx, action, &Resource::house()));
    if may("expert_register") {
        return Ok(Some(match expert_own(app, &caller.ctx).await? {
            Some(own) => Action::new(format!("/experts/{}", own.id), t.msg("expert-mine")),
            None => Action::new("/experts/new", t.msg("expert-register")),
        }));
    }
    Ok(may("expert_keep").then(|| Action::new("/experts/kept/new", t.msg("expert-keep"))))
}

fn figures(t: T, found: &Experts) -> Figures {
    let (all, academicians, committee) = found.counts;
    let figure = |key: &str, number: i64, href: &str| Figure {
        label: t.msg(key).into_owned(),
        value: t.num(number),
        href: href.to_owned(),
        ..Figure::default()
    };
    Figures {
        figures: vec![
            figure("expert-count", all, "/experts"),
            figure("expert-body-committee", committee, "/experts?body=committee"),
            figure("expert-body-academy", academicians, "/experts?body=academy"),
        ],
    }
}

fn csv(t: T, corridor: &Corridor, found: &Experts) -> Csv {
    let mut csv = sheet(
        t,
        "expert",
        "experts",
        &["id", "name", "title", "institution", "city", "bodies", "fields", "segments", "availability", "url"],
    );
    for e in &found.items {
        let bodies = [(e.committee_ms.is_some(), "committee"), (e.academician, "academy")];
        let bodies: Vec<String> = bodies.iter().filter(|(on, _)| *on).map(|(_, code)| body_name(t, code)).collect();
        csv.row([
            e.id.clone(),
            e.name.clone(),
            e.title.clone(),
            e.institution.clone(),
            city_name(t, corridor, e.city),
            bodies.join(" "),
            fields(t, e),
            e.segments.join(" "),
            availability_name(t, e.availability),
            format!("/experts/{}", e.id),
        ]);
    }
    csv
}

fn facet_label(t: T, corridor: &Corridor, name: &str, value: &str) -> String {
    match name {
        "city" => Adcode::parse(value).map_or_else(|_| value.to_owned(), |code| corridor.place_name(code, t.locale)),
        "segment" => segment_name(t, corridor, value),
        "body" => body_name(t, value),
        _ => Availability::parse(value).map_or_else(|| value.to_owned(), |one| availability_name(t, one)),
    }
}
