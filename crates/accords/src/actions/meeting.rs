//! Meetings of the joint conference and their resolutions.

pub use crate::store::meeting::{Facets, Filter};

use super::members;
use crate::rules::accord::{Accord, AccordState};
use crate::rules::item::ActionItem;
use crate::rules::meeting::{self as rules, Meeting, MeetingPatch, MeetingState, Resolution, ResolutionDraft};
use crate::store;
use crate::store::item::OriginColumn;
use kernel::Refusal;
use platform::db::{Conn, Txn};
use platform::journal::{Entry, Recorded};
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Outcome};
use rooms::actions::{Done, by, check, cut, from, history, seen};
use serde_json::{Value, json};

/// A meeting as policies see it.
pub fn meeting_resource(meeting: &Meeting) -> Resource {
    Resource::new("Meeting", &meeting.id).with("state", meeting.state.code())
}

pub(super) async fn load(conn: &Conn, id: &str) -> Outcome<Meeting> {
    Ok(store::meeting::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

async fn load_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<Meeting> {
    let meeting = load(tx, id).await?;
    app.policies().require(tx.ctx(), action, &meeting_resource(&meeting))?;
    Ok(meeting)
}

async fn note(tx: &Txn, kind: &'static str, meeting: &Meeting, mut data: Value) -> Outcome<Done> {
    let mut entry = Entry::new(kind, "meeting", &meeting.id).city(Some(meeting.chair)).demo(meeting.demo);
    if meeting.state == MeetingState::Published {
        data["title"] = json!(meeting.title);
        entry = entry.public();
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &meeting.id, entry))
}

/// Begins the record of a meeting; the head is needed, the other groups may follow.
///
/// # Errors
/// Not the joint office, or the first field that breaks a rule.
pub async fn meeting_keep(app: &App, ctx: &Ctx, patch: MeetingPatch) -> Outcome<Done> {
    let input = (app.clone(), patch, platform::random::id());
    app.in_txn(ctx, "meeting_keep", input, |tx, (app, patch, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "meeting_keep", &Resource::house())?;
            let members = members(app);
            let head = patch.head.clone().unwrap_or_default();
            let begun = rules::begin(id, &head, &members, by(tx))?;
            let meeting = rules::revise(&begun, patch, &members, by(tx))?;
            store::meeting::save(tx, &meeting).await?;
            note(tx, "meeting.begun", &meeting, json!({})).await
        })
    })
    .await
}

/// Changes groups of a record that is not published.
///
/// # Errors
/// Not found, `meeting-published`, or the first field that breaks a rule.
pub async fn meeting_edit(app: &App, ctx: &Ctx, id: &str, patch: MeetingPatch) -> Outcome<Done> {
    app.in_txn(ctx, "meeting_edit", (app.clone(), id.to_owned(), patch), |tx, (app, id, patch)| {
        Box::pin(async move {
            let old = load_for(app, tx, "meeting_edit", id).await?;
            let next = rules::revise(&old, patch, &members(app), by(tx))?;
            store::meeting::save(tx, &next).await?;
            note(tx, "meeting.revised", &next, json!({})).await
        })
    })
    .await
}

/// Enters a resolution, which may adopt a joint act that is before the parties or in force.
///
/// # Errors
/// Not found, `meeting-published`, `resolution-accord`, or the first field that breaks a rule.
pub async fn meeting_resolve(app: &App, ctx: &Ctx, id: &str, draft: ResolutionDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "meeting_resolve", input, |tx, (app, id, draft, fresh)| {
        Box::pin(async move {
            let meeting = load_for(app, tx, "meeting_resolve", id).await?;
            let before = store::meeting::resolutions(tx, id).await?;
            let resolution = rules::resolve(fresh, &meeting, before.len(), draft, tx.ctx().now)?;
            if let Some(accord) = &resolution.accord {
                adopted(tx, accord, &meeting).await?;
            }
            store::meeting::resolve(tx, &resolution).await?;
            let data = json!({ "resolution": resolution.id, "accord": resolution.accord });
            note(tx, "meeting.resolved", &meeting, data).await
        })
    })
    .await
}

async fn adopted(tx: &Txn, accord: &str, meeting: &Meeting) -> Outcome<()> {
    let found = store::accord::by_id(tx, accord).await?;
    let fits = |accord: &Accord| {
        accord.demo == meeting.demo
            && matches!(accord.state_at(tx.ctx().now), AccordState::Circulated | AccordState::InForce)
    };
    if found.as_ref().is_some_and(fits) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "resolution-accord",
        "只能选择正在征求同意或目前有效的共同决定，请重新选择。",
        "Choose a joint act that is before the parties or in force.",
    )
    .at("accord")
    .into())
}

/// Publishes the record with its resolutions and items.
///
/// # Errors
/// Not found, `meeting-published`, `meeting-ahead`, `meeting-incomplete`, `chair-absent`.
pub async fn meeting_publish(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "meeting_publish", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load_for(app, tx, "meeting_publish", id).await?;
            let next = rules::publish(&old, tx.ctx().now)?;
            store::meeting::save(tx, &next).await?;
            note(tx, "meeting.published", &next, json!({})).await
        })
    })
    .await
}

/// A page of meetings.
#[derive(Debug, Clone)]
pub struct Meetings {
    /// Its items, the latest day first.
    pub items: Vec<Meeting>,
    /// Meetings in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
}

/// A page of the meetings that the actor may read.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn meeting_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Meetings> {
    app.policies().require(ctx, "meeting_list", &Resource::house())?;
    check(&filter.text, &[&filter.chairs, &filter.states])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "meeting_view", "Meeting", &store::meeting::ATTRIBUTES)?;
    let cursor = page.cursor.as_deref();
    let start = from(cursor, store::meeting::position(&conn, cursor.unwrap_or_default()).await?)?;
    let facets = store::meeting::facets(&conn, &allowed, filter).await?;
    let (found, total) = store::meeting::list(&conn, allowed, filter, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |meeting| &meeting.id);
    Ok(Meetings { items, total, next, facets })
}

/// A meeting with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The meeting.
    pub meeting: Meeting,
    /// Its resolutions, each with the joint act it adopts, if the reader may read that.
    pub resolutions: Vec<(Resolution, Option<Accord>)>,
    /// Its action items, by deadline.
    pub items: Vec<ActionItem>,
    /// Its entries in the journal, the newest first.
    pub history: Vec<Recorded>,
    /// The reader may change, resolve and publish.
    pub may_edit: bool,
    /// The reader may enter action items.
    pub may_begin_item: bool,
}

/// One meeting.
///
/// # Errors
/// Not found.
pub async fn meeting_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let meeting = load(&conn, id).await?;
    let resource = meeting_resource(&meeting);
    app.policies().require(ctx, "meeting_view", &resource)?;
    let keeps = app.policies().allows(ctx, "meeting_edit", &resource);
    let allowed = seen(app, ctx, "item_view", "ActionItem", &store::item::ATTRIBUTES)?;
    let mut resolutions = Vec::new();
    for resolution in store::meeting::resolutions(&conn, id).await? {
        let accord = match &resolution.accord {
            Some(accord) => store::accord::by_id(&conn, accord).await?,
            None => None,
        };
        let readable = |accord: &Accord| {
            app.policies().allows(ctx, "accord_view", &super::accord::accord_resource(accord, &ctx.actor))
        };
        resolutions.push((resolution, accord.filter(readable)));
    }
    Ok(View {
        resolutions,
        items: store::item::of_origin(&conn, allowed, OriginColumn::Meeting, id).await?,
        history: history(&conn, "meeting", id, keeps).await?,
        may_edit: keeps && meeting.state == MeetingState::Draft,
        may_begin_item: app.policies().allows(ctx, "item_begin", &Resource::house()),
        meeting,
    })
}

/// The record that a form fills in, for somebody who may change it.
///
/// # Errors
/// Not found, forbidden, `meeting-published`.
pub async fn meeting_form(app: &App, ctx: &Ctx, id: &str) -> Outcome<Meeting> {
    let meeting = load(&app.db().read(), id).await?;
    app.policies().require(ctx, "meeting_edit", &meeting_resource(&meeting))?;
    rules::unpublished(&meeting)?;
    Ok(meeting)
}

/// The joint acts that a resolution may adopt, by title.
///
/// # Errors
/// Not the joint office.
pub async fn adoptable(app: &App, ctx: &Ctx) -> Outcome<Vec<Accord>> {
    app.policies().require(ctx, "meeting_keep", &Resource::house())?;
    let conn = app.db().read();
    let mut found = store::accord::watched(&conn, ctx.now).await?;
    found.extend(super::accord::accord_choices(app, ctx).await?);
    let fits = |accord: &Accord| {
        accord.demo == ctx.actor.demo
            && matches!(accord.state_at(ctx.now), AccordState::Circulated | AccordState::InForce)
    };
    found.retain(fits);
    Ok(found)
}
