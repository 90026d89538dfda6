//! My desk: what waits for me in every capability, and what I can start.

use super::listing::{ListRow, row};
use crate::actions::listing::{Query, listing_list};
use crate::corridor;
use crate::rules::listing::Side;
use askama::Template;
use axum::extract::State as Here;
use axum::http::Method;
use axum::response::Response;
use axum::routing::get;
use kernel::{Instant, WorkCalendar};
use platform::capability::{DeskItem, Route};
use platform::desk::desk_view;
use platform::web::kinds::{DeskFrame, DeskGroup, DeskTask};
use platform::web::page::Page as PageOf;
use platform::web::parts::{Action, Empty, Tone};
use platform::web::{Menu, Problem, Shell, T, Visit, html};
use platform::{Actor, App, Caller, Mandate, Outcome, Role};

/// Own needs and offers shown on the desk, of each.
const OWN_SHOWN: usize = 10;
/// Working days left from which a task is urgent.
const URGENT_WORKDAYS: u32 = 1;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route { method: Method::GET, path: "/desk", action: "desk_view", journal: None, handler: get(page) }]
}

#[derive(Template)]
#[template(path = "registry/desk.html")]
struct Page {
    shell: Shell,
    desk: DeskFrame,
    own: Vec<ListRow>,
    own_empty: Option<Empty>,
}

async fn page(Here(app): Here<App>, caller: Caller) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let items = desk_view(&app, &caller.ctx).await?;
    let corridor = corridor::of(&app);
    let tasks = items.iter().map(|item| task(t, &corridor.calendar, caller.ctx.now, item)).collect();
    let mine = DeskGroup {
        heading: t.msg("desk-mine").into_owned(),
        tasks,
        empty: Empty::new(t.msg("desk-mine-empty"), t.msg("desk-mine-empty-text")),
    };
    let actor = caller.actor();
    let names: Vec<&str> = actor.memberships.iter().map(|m| m.name.as_str()).collect();
    let own = own(&app, &caller).await?;
    let own_empty = (own.is_empty() && !names.is_empty()).then(|| {
        Empty::new(t.msg("desk-sent-empty"), t.msg("desk-sent-empty-text"))
            .action("/needs/new", t.msg("desk-start-need"))
    });
    let page = Page {
        shell: caller.visit.shell(t.msg("desk-title")).private(),
        desk: DeskFrame {
            heading: t.with("desk-greeting", "name", actor.name.as_str()),
            acting_for: if names.is_empty() {
                String::new()
            } else {
                t.with("desk-acting-for", "names", names.join("、"))
            },
            groups: vec![mine],
            starts: starts(&caller.visit, actor),
        },
        own,
        own_empty,
    };
    Ok(html(&page))
}

/// What the actor's organisations have, what changed last first.
async fn own(app: &App, caller: &Caller) -> Outcome<Vec<ListRow>> {
    let mut rows = Vec::new();
    if caller.actor().memberships.is_empty() {
        return Ok(rows);
    }
    for side in Side::ALL {
        let query = Query { own: true, page: PageOf { limit: OWN_SHOWN, cursor: None }, ..Query::default() };
        let found = listing_list(app, &caller.ctx, side, &query).await?;
        let corridor = corridor::of(app);
        rows.extend(found.items.iter().map(|card| row(caller.visit.t, &corridor, card)));
    }
    Ok(rows)
}

fn task(t: T, calendar: &WorkCalendar, now: Instant, item: &DeskItem) -> DeskTask {
    let (due, tone) = match item.due_ms.map(Instant::from_ms) {
        None => (String::new(), Tone::Plain),
        Some(end) if end <= now => (t.msg("desk-due-late").into_owned(), Tone::Cinnabar),
        Some(end) => {
            // A term that ends at midnight ends with the day before.
            let left = calendar.between(now.date(), end.plus_ms(-1).date());
            (t.n("desk-due-days", left), if left <= URGENT_WORKDAYS { Tone::Cinnabar } else { Tone::Indigo })
        }
    };
    DeskTask {
        title: item.title.clone(),
        href: item.href.clone(),
        place: t.msg(item.kind).into_owned(),
        about: t.with("desk-since", "date", t.date(item.since_ms)),
        due,
        tone,
    }
}

/// What a person of this role is likely to begin.
fn starts(visit: &Visit, actor: &Actor) -> Vec<Action> {
    let t = visit.t;
    let action = |href: &str, key: &str| Action::new(href, t.msg(key));
    let mut all = Vec::new();
    if actor.memberships.iter().any(|m| m.mandates.contains(&Mandate::Publish)) {
        all.push(action("/needs/new", "desk-start-need"));
        all.push(action("/offers/new", "desk-start-offer"));
    }
    if actor.has(Role::CityOfficer) || actor.has(Role::JointOffice) {
        all.push(action("/reviews", "desk-start-reviews"));
        all.push(action("/claims", "desk-start-claims"));
    }
    if actor.has(Role::CityOfficer) {
        all.push(action("/admin/imports", "desk-start-imports"));
    }
    if actor.has(Role::Administrator) {
        all.push(action("/admin", "desk-start-admin"));
    }
    if actor.memberships.is_empty() && all.is_empty() {
        all.push(action("/organisations", "desk-start-claim"));
    }
    all.push(action("/contacts", "desk-start-contacts"));
    // What other capabilities offer to start.
    all.extend(visit.menu(Menu::Desk).into_iter().map(|link| Action::new(link.href, link.label)));
    all.push(action("/offers", "desk-start-search"));
    all
}
