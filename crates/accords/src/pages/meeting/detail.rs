//! One meeting: who was there, what was on the table, what was resolved and what follows from it.

use super::list::tags;
use crate::actions::meeting::{View, meeting_publish, meeting_view};
use crate::pages::accord::{ItemLine, item_lines};
use crate::pages::words::{city, city_of_code, title as accord_title};
use crate::pages::{SECTION, proof};
use crate::rules::meeting::MeetingState;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::{HistoryLine, detail, history, lines, other_side, refused, status, word};

#[derive(Template)]
#[template(path = "accords/meeting.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notice: String,
    agenda: Vec<String>,
    minutes: Vec<String>,
    resolutions: Vec<ResolutionLine>,
    items: Vec<ItemLine>,
    item_new: String,
    publish: Option<Form>,
    history: Vec<HistoryLine>,
}

struct ResolutionLine {
    number: i64,
    title: String,
    text: Vec<String>,
    accord_href: String,
    accord: String,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = meeting_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, None)))
}

/// Publishes the record; the page again, with what is missing, when it was refused.
pub(super) async fn publish(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match meeting_publish(&app, &caller.ctx, &id).await {
        Ok(done) => {
            let links = vec![(format!("/meetings/{id}"), word(t, "meeting-back"))];
            Ok(SECTION.receipt(
                &caller,
                word(t, "meeting-published-title"),
                &done,
                vec![word(t, "meeting-published-next")],
                links,
            ))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = meeting_view(&app, &caller.ctx, &id).await?;
            Ok(html_with(status(&refusal), &build(&caller, &corridor::of(&app), &view, Some(&refusal))))
        }
    }
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let meeting = &view.meeting;
    let id = &meeting.id;
    let heading = t.pick(&meeting.title, &meeting.title_en).to_owned();
    let mut shell = caller.visit.shell(heading.clone()).here("/accords").live(format!("meeting/{}", meeting.id));
    if meeting.state == MeetingState::Draft {
        shell = shell.private();
    }
    let resolutions = view.resolutions.iter().map(|(resolution, accord)| ResolutionLine {
        number: resolution.number,
        title: t.pick(&resolution.title, &resolution.title_en).to_owned(),
        text: lines(t.pick(&resolution.text, &resolution.text_en)),
        accord_href: accord.as_ref().map_or(String::new(), |accord| format!("/accords/{}", accord.id)),
        accord: match accord {
            Some(accord) => accord_title(t, accord),
            None if resolution.accord.is_some() => word(t, "meeting-accord-hidden"),
            None => String::new(),
        },
    });
    Page {
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        notice: if view.may_edit { word(t, "meeting-notice-draft") } else { String::new() },
        agenda: lines(&meeting.agenda),
        minutes: lines(&meeting.minutes),
        resolutions: resolutions.collect(),
        items: item_lines(caller, corridor, &view.items),
        item_new: if view.may_begin_item { format!("/action-items/new?meeting={id}") } else { String::new() },
        publish: view.may_edit.then(|| {
            Form::new(t, format!("/meetings/{id}/publications"), t.msg("meeting-publish")).idempotency_key(new_key())
        }),
        history: history(t, "meeting", &view.history, |key, _| word(t, key)),
        detail: frame(t, corridor, view, heading),
        shell,
    }
}

fn frame(t: T, corridor: &Corridor, view: &View, heading: String) -> DetailFrame {
    let meeting = &view.meeting;
    let id = &meeting.id;
    let mut actions = Vec::new();
    if view.may_edit {
        let step =
            |step: &str| Action::new(format!("/meetings/{id}/steps/{step}"), t.msg(format!("meeting-step-{step}")));
        actions.push(Action::new(format!("/meetings/{id}/resolutions/new"), t.msg("meeting-resolve")));
        actions.extend(["head", "attendance", "record"].map(step));
    }
    let label = |key: &str| word(t, format!("meeting-fact-{key}"));
    let present: Vec<String> = meeting.attendees.iter().map(|code| city_of_code(t, corridor, code)).collect();
    let mut facts = vec![
        Fact::new(label("day"), meeting.day.to_string()),
        Fact::new(label("place"), &meeting.place),
        Fact::new(label("chair"), city(t, corridor, meeting.chair)),
    ];
    if !present.is_empty() {
        facts.push(Fact::new(label("attendees"), present.join(&t.msg("accord-separator"))));
    }
    if !meeting.guests.is_empty() {
        facts.push(Fact::new(label("guests"), &meeting.guests));
    }
    facts.extend(meeting.published_ms.map(|at| Fact::new(label("published"), t.datetime(at))));
    DetailFrame {
        other_name: other_side(t, &meeting.title, &meeting.title_en).to_owned(),
        tags: tags(t, meeting),
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        actions,
        proof: proof(t, &view.history),
        ..detail(Crumbs::new(t, &heading).over("/meetings", t.msg("meeting-list-title")), heading)
    }
}
