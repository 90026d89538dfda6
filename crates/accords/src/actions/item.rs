//! Action items: entering, reporting, closing.

pub use crate::store::item::{Facets, Filter};

use super::{looked_through, members};
use crate::rules::accord::Accord;
use crate::rules::item::{self as rules, ActionItem, CloseCommand, ItemDraft, ItemState, Report, ReportDraft};
use crate::rules::meeting::{Meeting, Resolution};
use crate::rules::supervision::Supervision;
use crate::store;
use kernel::{Adcode, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::{Entry, Recorded};
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{Actor, App, Ctx, Outcome};
use rooms::actions::{Done, by, check, cut, from, history, seen};
use serde_json::{Value, json};

/// An item as policies see it when this actor looks at it.
pub fn item_resource(item: &ActionItem, public: bool, actor: &Actor) -> Resource {
    let cities = std::iter::once(item.lead).chain(item.partners.iter().copied());
    Resource::new("ActionItem", &item.id)
        .with("source", if public { "public" } else { "inside" })
        .with_some("city", looked_through(cities, actor))
}

/// One item, and whether everybody may read it.
pub(super) async fn load(conn: &Conn, id: &str) -> Outcome<(ActionItem, bool)> {
    let item = store::item::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let public = store::item::is_public(conn, id).await?;
    Ok((item, public))
}

pub(super) async fn load_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<(ActionItem, bool)> {
    let (item, public) = load(tx, id).await?;
    app.policies().require(tx.ctx(), action, &item_resource(&item, public, &tx.ctx().actor))?;
    Ok((item, public))
}

async fn kept(tx: &Txn, kind: &'static str, item: &ActionItem, public: bool, mut data: Value) -> Outcome<Done> {
    store::item::save(tx, item).await?;
    let mut entry = Entry::new(kind, "action_item", &item.id).city(Some(item.lead)).demo(item.demo);
    if public {
        data["title"] = json!(item.title);
        entry = entry.public();
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &item.id, entry))
}

/// Enters an item that follows from a meeting, one of its resolutions, or a joint act.
///
/// # Errors
/// Not the joint office, `item-origin`, `item-lead`, `city-not-member`, `deadline-past`, or a text rule.
pub async fn item_begin(app: &App, ctx: &Ctx, draft: ItemDraft) -> Outcome<Done> {
    let input = (app.clone(), draft, platform::random::id());
    app.in_txn(ctx, "item_begin", input, |tx, (app, draft, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "item_begin", &Resource::house())?;
            let item = rules::begin(id, draft, &members(app), by(tx))?;
            origin(tx, &item).await?;
            store::item::save(tx, &item).await?;
            let public = store::item::is_public(tx, id).await?;
            let data =
                json!({ "lead": item.lead.to_string(), "meeting": item.origin.meeting, "accord": item.origin.accord });
            kept(tx, "item.begun", &item, public, data).await
        })
    })
    .await
}

/// What the item names must be there, and the resolution must be one of the meeting.
async fn origin(tx: &Txn, item: &ActionItem) -> Outcome<()> {
    let unknown = |field: &'static str| {
        Refusal::invalid(
            "item-origin",
            "所选的会议、决议或共同决定不存在，请重新选择。",
            "That meeting, resolution or joint act is not there; choose again.",
        )
        .at(field)
    };
    if let Some(id) = &item.origin.meeting {
        let meeting = store::meeting::by_id(tx, id).await?.filter(|meeting| meeting.demo == item.demo);
        meeting.ok_or_else(|| unknown("meeting"))?;
    }
    if let Some(id) = &item.origin.resolution {
        let all = match &item.origin.meeting {
            Some(meeting) => store::meeting::resolutions(tx, meeting).await?,
            None => Vec::new(),
        };
        all.iter().find(|resolution| resolution.id == *id).ok_or_else(|| unknown("resolution"))?;
    }
    if let Some(id) = &item.origin.accord {
        let accord = store::accord::by_id(tx, id).await?.filter(|accord| accord.demo == item.demo);
        accord.ok_or_else(|| unknown("accord"))?;
    }
    Ok(())
}

/// A city that leads or takes part reports how far the item has come. An officer reports for his own city only.
///
/// # Errors
/// Not found, forbidden, `item-closed`, `item-city`, `percent-shape`, `report-ahead`, `report-order`, or a text rule.
pub async fn item_report(app: &App, ctx: &Ctx, id: &str, draft: ReportDraft) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), draft, platform::random::id());
    app.in_txn(ctx, "item_report", input, |tx, (app, id, draft, fresh)| {
        Box::pin(async move {
            let (item, public) = load_for(app, tx, "item_report", id).await?;
            let before = store::item::reports(tx, id).await?;
            if before.len() >= rules::REPORTS_MAX {
                return Err(many().into());
            }
            let last = before.last().map(|report| report.day);
            let (report, next) = rules::report(fresh, &item, last, draft, by(tx))?;
            // The policy has found one of the officer's cities among those of the item; this is the one he speaks for.
            let own = Resource::new("ActionItem", id).with("source", "inside").with("city", report.city.to_string());
            app.policies().require(tx.ctx(), "item_report", &own).map_err(|_| Refusal::forbidden())?;
            store::item::report(tx, &report, before.len()).await?;
            let data = json!({ "city": report.city.to_string(), "percent": report.percent, "report": report.id });
            kept(tx, "item.reported", &next, public, data).await
        })
    })
    .await
}

fn many() -> Refusal {
    Refusal::invalid(
        "reports-many",
        format!("一个事项最多填报 {} 次进展。", rules::REPORTS_MAX),
        format!("An item has {} reports at most.", rules::REPORTS_MAX),
    )
}

/// The joint office finds an item done, or drops it with a reason.
///
/// # Errors
/// Not found, `item-closed`, `item-supervised`, `item-outcome`, `item-short`, `reason-needed`.
pub async fn item_close(app: &App, ctx: &Ctx, id: &str, command: CloseCommand) -> Outcome<Done> {
    app.in_txn(ctx, "item_close", (app.clone(), id.to_owned(), command), |tx, (app, id, command)| {
        Box::pin(async move {
            let (item, public) = load_for(app, tx, "item_close", id).await?;
            let supervised = store::supervision::of_item(tx, id).await?.iter().any(Supervision::runs);
            let next = rules::close(&item, supervised, command, by(tx))?;
            let kind = if next.state == ItemState::Done { "item.done" } else { "item.dropped" };
            kept(tx, kind, &next, public, json!({ "remark": next.remark })).await
        })
    })
    .await
}

/// A page of items.
#[derive(Debug, Clone)]
pub struct Items {
    /// Its items, the newest change first.
    pub items: Vec<ActionItem>,
    /// Items in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// What the filters would give.
    pub facets: Facets,
}

/// A page of the items that the actor may read.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn item_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Items> {
    app.policies().require(ctx, "item_list", &Resource::house())?;
    check(&filter.text, &[&filter.states, &filter.cities, &filter.meetings])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "item_view", "ActionItem", &store::item::ATTRIBUTES)?;
    let (cursor, today) = (page.cursor.as_deref(), ctx.now.date());
    let start = from(cursor, store::item::position(&conn, cursor.unwrap_or_default()).await?)?;
    let facets = store::item::facets(&conn, &allowed, filter, today).await?;
    let (found, total) = store::item::list(&conn, allowed, filter, today, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |item| &item.id);
    Ok(Items { items, total, next, facets })
}

/// An item with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The item.
    pub item: ActionItem,
    /// Everybody may read it.
    pub public: bool,
    /// Its reports, in order.
    pub reports: Vec<Report>,
    /// The meeting it comes from, if the reader may read that.
    pub meeting: Option<Meeting>,
    /// The resolution it comes from, with its meeting.
    pub resolution: Option<Resolution>,
    /// The joint act it carries out, if the reader may read that.
    pub accord: Option<Accord>,
    /// Rounds of supervision that the reader may see, the latest first.
    pub supervisions: Vec<Supervision>,
    /// Its entries in the journal, the newest first.
    pub history: Vec<Recorded>,
    /// Cities for which the reader may report.
    pub may_report: Vec<Adcode>,
    /// The reader may close it.
    pub may_close: bool,
    /// The reader may supervise it.
    pub may_supervise: bool,
}

/// One item.
///
/// # Errors
/// Not found.
pub async fn item_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let (item, public) = load(&conn, id).await?;
    let resource = item_resource(&item, public, &ctx.actor);
    app.policies().require(ctx, "item_view", &resource)?;
    let open = item.state == ItemState::Open;
    let may = |action: &str| open && app.policies().allows(ctx, action, &resource);
    let cities = std::iter::once(item.lead).chain(item.partners.iter().copied());
    let own = cities.filter(|city| may("item_report") && ctx.actor.cities.contains(city)).collect();
    let mut supervisions = store::supervision::of_item(&conn, id).await?;
    let sees = |round: &Supervision| {
        app.policies().allows(ctx, "supervision_view", &super::supervision::supervision_resource(round))
    };
    supervisions.retain(sees);
    let (meeting, resolution, accord) = sources(app, ctx, &conn, &item).await?;
    Ok(View {
        reports: store::item::reports(&conn, id).await?,
        meeting,
        resolution,
        accord,
        history: history(&conn, "action_item", id, !public).await?,
        may_report: own,
        may_close: may("item_close"),
        may_supervise: may("item_supervise"),
        supervisions,
        public,
        item,
    })
}

type Sources = (Option<Meeting>, Option<Resolution>, Option<Accord>);

/// Where an item comes from, as far as the reader may know it.
async fn sources(app: &App, ctx: &Ctx, conn: &Conn, item: &ActionItem) -> Outcome<Sources> {
    let may = |action: &str, resource: Resource| app.policies().allows(ctx, action, &resource);
    let meeting = match &item.origin.meeting {
        Some(id) => store::meeting::by_id(conn, id).await?,
        None => None,
    };
    let meeting = meeting.filter(|meeting| may("meeting_view", super::meeting::meeting_resource(meeting)));
    let resolution = match (&meeting, &item.origin.resolution) {
        (Some(meeting), Some(id)) => {
            store::meeting::resolutions(conn, &meeting.id).await?.into_iter().find(|resolution| resolution.id == *id)
        }
        _ => None,
    };
    let accord = match &item.origin.accord {
        Some(id) => store::accord::by_id(conn, id).await?,
        None => None,
    };
    let accord = accord.filter(|accord| may("accord_view", super::accord::accord_resource(accord, &ctx.actor)));
    Ok((meeting, resolution, accord))
}

/// The meeting or joint act for which a form enters an item.
///
/// # Errors
/// Not the joint office.
pub async fn item_form(app: &App, ctx: &Ctx, meeting: &str, accord: &str) -> Outcome<Form> {
    app.policies().require(ctx, "item_begin", &Resource::house())?;
    let conn = app.db().read();
    let meeting = store::meeting::by_id(&conn, meeting).await?;
    let resolutions = match &meeting {
        Some(meeting) => store::meeting::resolutions(&conn, &meeting.id).await?,
        None => Vec::new(),
    };
    let accord = store::accord::by_id(&conn, accord).await?;
    if meeting.is_none() && accord.is_none() {
        return Err(Refusal::not_found().into());
    }
    Ok(Form { meeting, resolutions, accord })
}

/// What a form for an item starts from.
#[derive(Debug, Clone)]
pub struct Form {
    /// The meeting.
    pub meeting: Option<Meeting>,
    /// Its resolutions.
    pub resolutions: Vec<Resolution>,
    /// The joint act.
    pub accord: Option<Accord>,
}
