//! The list of meetings, with filters in the address.

use crate::actions::meeting::{Meetings, meeting_list};
use crate::api::meeting::{MeetingQuery, listed};
use crate::pages::SECTION;
use crate::pages::words::{city, city_of_code};
use crate::rules::meeting::{Meeting, MeetingState};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use platform::App;
use platform::policy::Resource;
use platform::web::kinds::ListFrame;
use platform::web::page::{Csv, Form};
use platform::web::parts::{Action, Tag, Tone};
use platform::web::{Problem, Shell, T, html};
use registry::corridor::{self, Corridor};
use rooms::pages::browse::{Asked, Browse, Facet, frame, sheet};
use rooms::pages::word;

#[derive(Template)]
#[template(path = "accords/meeting_list.html")]
struct Page {
    shell: Shell,
    list: ListFrame,
    office: bool,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: String,
    day: String,
    about: String,
    tags: Vec<Tag>,
}

/// Labels of a meeting.
pub(super) fn tags(t: T, meeting: &Meeting) -> Vec<Tag> {
    let tone = if meeting.state == MeetingState::Published { Tone::Pine } else { Tone::Plain };
    let mut tags = vec![Tag::new(tone, t.msg(format!("meeting-state-{}", meeting.state.code())))];
    if meeting.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

fn row(t: T, corridor: &Corridor, meeting: &Meeting) -> Row {
    Row {
        href: format!("/meetings/{}", meeting.id),
        title: t.pick(&meeting.title, &meeting.title_en).to_owned(),
        day: meeting.day.to_string(),
        about: t.with2("meeting-row", "chair", city(t, corridor, meeting.chair), "place", meeting.place.as_str()),
        tags: tags(t, meeting),
    }
}

/// The list as a page, as CSV or as JSON.
pub(super) async fn page(
    State(app): State<App>,
    Asked { caller, query, paging, form }: Asked<MeetingQuery>,
) -> Result<Response, Problem> {
    if form == Form::Json {
        return Ok(axum::Json(listed(&app, &caller, &query, &paging).await?).into_response());
    }
    let found = meeting_list(&app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let (corridor, t) = (corridor::of(&app), caller.visit.t);
    if form == Form::Csv {
        return Ok(csv(t, &corridor, &found).into_response());
    }
    let may = |action: &str| app.policies().allows(&caller.ctx, action, &Resource::house());
    let facet = |name, chosen, counts| Facet::of(t, "meeting", name, chosen, counts);
    let browse = Browse::of(t, "meeting", "/meetings", &query.q)
        .facets([
            facet("chair", &query.chair, &found.facets.chairs),
            facet("state", &query.state, &found.facets.states),
        ])
        .action(may("meeting_keep").then(|| Action::new("/meetings/new", t.msg("meeting-new"))))
        .elsewhere("/accords", t.msg("accord-list-title"))
        .found(found.total, found.items.len(), found.next.as_deref());
    let label = |name: &str, value: &str| match name {
        "state" => word(t, format!("meeting-state-{value}")),
        _ => city_of_code(t, &corridor, value),
    };
    let page = Page {
        shell: SECTION.list(&caller, "meeting").live("meeting action_item"),
        list: frame(&caller.visit, &paging, browse, label),
        office: may("supervision_list"),
        rows: found.items.iter().map(|meeting| row(t, &corridor, meeting)).collect(),
    };
    Ok(html(&page))
}

fn csv(t: T, corridor: &Corridor, found: &Meetings) -> Csv {
    let mut csv = sheet(t, "meeting", "meetings", &["id", "title", "day", "place", "chair", "state", "url"]);
    for meeting in &found.items {
        csv.row([
            meeting.id.clone(),
            t.pick(&meeting.title, &meeting.title_en).to_owned(),
            meeting.day.to_string(),
            meeting.place.clone(),
            city(t, corridor, meeting.chair),
            word(t, format!("meeting-state-{}", meeting.state.code())),
            format!("/meetings/{}", meeting.id),
        ]);
    }
    csv
}
