//! Action items as JSON.

use super::supervision::{SupervisionBody, SupervisionItem};
use super::{AccordEventItem, TitleRef, events};
use crate::actions::item::{Filter, View, item_begin, item_close, item_list, item_report, item_view};
use crate::actions::supervision::supervision_issue;
use crate::rules::item::{ActionItem, CloseCommand, ItemDraft, Report, ReportDraft};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Instant;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use registry::api::city::PlaceRef;
use registry::corridor::{self, Corridor};
use rooms::api::paged::Listed;
use rooms::api::{ReceiptOf, created, done, values};
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// What the list is narrowed to; several values of one filter are separated by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ItemQuery {
    /// Words in title and target.
    pub q: String,
    /// `open`, `late`, `done`, `dropped`.
    pub state: String,
    /// Codes of cities that lead or take part.
    pub city: String,
    /// Id of the meeting.
    pub meeting: String,
}

impl ItemQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            text: self.q.trim().to_owned(),
            states: values(&self.state),
            cities: values(&self.city),
            meetings: values(&self.meeting),
        }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/action-items", "item_list", get(list)),
        write("/api/v1/action-items", "item_begin", "item.begun", post(begin)),
        read("/api/v1/action-items/{id}", "item_view", get(view)),
        write("/api/v1/action-items/{id}/reports", "item_report", "item.reported", post(report)),
        write("/api/v1/action-items/{id}/closures", "item_close", "item.done", post(close)),
        write("/api/v1/action-items/{id}/supervisions", "item_supervise", "supervision.issued", post(supervise)),
    ]
}

/// Action items in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, begin, view, report, close, supervise),
    components(schemas(ActionItemItem, ActionItemDetail, ReportItem, ActionItemBody, ReportBody, ClosureBody))
)]
pub struct Document;

/// An action item as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionItemItem {
    /// Opaque id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What shows that it is reached, Chinese.
    pub target: String,
    /// What shows that it is reached, English; may be empty.
    pub target_en: String,
    /// The city that leads.
    pub lead: PlaceRef,
    /// The cities that take part.
    pub partners: Vec<PlaceRef>,
    /// Last day, `YYYY-MM-DD`.
    pub deadline: String,
    /// `open`, `done` or `dropped`.
    pub state: String,
    /// Open after its last day.
    pub late: bool,
    /// Percent as last reported.
    pub percent: i64,
    /// What the joint office said when it closed it.
    pub remark: String,
    /// When it was closed.
    pub closed_ms: Option<i64>,
    /// When it last changed.
    pub updated_ms: i64,
    /// From the demonstration.
    pub demo: bool,
}

/// An action item with everything the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionItemDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub item: ActionItemItem,
    /// The meeting it comes from.
    pub meeting: Option<TitleRef>,
    /// The resolution it comes from.
    pub resolution: Option<TitleRef>,
    /// The joint act it carries out.
    pub accord: Option<TitleRef>,
    /// Its reports, in order.
    pub reports: Vec<ReportItem>,
    /// Rounds of supervision that the caller may see.
    pub supervisions: Vec<SupervisionItem>,
    /// What happened, the newest first.
    pub history: Vec<AccordEventItem>,
}

/// What a city reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportItem {
    /// The city.
    pub city: PlaceRef,
    /// The day it speaks of, `YYYY-MM-DD`.
    pub day: String,
    /// 0 to 100.
    pub percent: i64,
    /// What was done.
    pub text: String,
    /// When it was reported.
    pub at_ms: i64,
}

/// An item to enter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActionItemBody {
    /// Id of the meeting; this or `accord` is needed.
    pub meeting: String,
    /// Id of a resolution of that meeting.
    pub resolution: String,
    /// Id of the joint act.
    pub accord: String,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// What shows that it is reached, Chinese.
    pub target: String,
    /// What shows that it is reached, English.
    pub target_en: String,
    /// Code of the city that leads.
    pub lead: String,
    /// Codes of the cities that take part.
    pub partners: Vec<String>,
    /// Last day, `YYYY-MM-DD`.
    pub deadline: String,
}

/// What a city reports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportBody {
    /// Code of the city.
    pub city: String,
    /// The day it speaks of, `YYYY-MM-DD`; today if left out.
    pub day: String,
    /// 0 to 100.
    pub percent: i64,
    /// What was done.
    pub text: String,
}

/// How an item ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClosureBody {
    /// `done` or `dropped`.
    pub outcome: String,
    /// Why it was dropped, or what was found.
    pub remark: String,
}

fn item(corridor: &Corridor, item: &ActionItem, now: Instant) -> ActionItemItem {
    ActionItemItem {
        id: item.id.clone(),
        title: item.title.clone(),
        title_en: item.title_en.clone(),
        target: item.target.clone(),
        target_en: item.target_en.clone(),
        lead: PlaceRef::of(corridor, item.lead),
        partners: item.partners.iter().map(|city| PlaceRef::of(corridor, *city)).collect(),
        deadline: item.deadline.to_string(),
        state: item.state.code().to_owned(),
        late: item.late_at(now.date()),
        percent: item.percent,
        remark: item.remark.clone(),
        closed_ms: item.closed_ms,
        updated_ms: item.updated_ms,
        demo: item.demo,
    }
}

fn detail(corridor: &Corridor, view: &View, now: Instant) -> ActionItemDetail {
    let reference = |id: &str, title: &str, title_en: &str| TitleRef {
        id: id.to_owned(),
        title: title.to_owned(),
        title_en: title_en.to_owned(),
    };
    let report = |report: &Report| ReportItem {
        city: PlaceRef::of(corridor, report.city),
        day: report.day.to_string(),
        percent: report.percent,
        text: report.text.clone(),
        at_ms: report.at_ms,
    };
    ActionItemDetail {
        item: item(corridor, &view.item, now),
        meeting: view.meeting.as_ref().map(|one| reference(&one.id, &one.title, &one.title_en)),
        resolution: view.resolution.as_ref().map(|one| reference(&one.id, &one.title, &one.title_en)),
        accord: view.accord.as_ref().map(|one| reference(&one.id, &one.title, &one.title_en)),
        reports: view.reports.iter().map(report).collect(),
        supervisions: view.supervisions.iter().map(|round| super::supervision::item(corridor, round, now)).collect(),
        history: events(&view.history),
    }
}

/// A page of items as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &ItemQuery,
    paging: &PageQuery,
) -> Result<Listed<ActionItemItem>, Problem> {
    let found = item_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|one| item(&corridor, one, caller.ctx.now)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// Items of action plans, the newest change first.
#[utoipa::path(get, path = "/api/v1/action-items", operation_id = "action_item_list", tag = "action items",
    params(("q" = Option<String>, Query, description = "Words in title and target"),
        ("state" = Option<String>, Query, description = "`open`, `late`, `done`, `dropped`"),
        ("city" = Option<String>, Query, description = "Code of a city that leads or takes part"),
        ("meeting" = Option<String>, Query, description = "Id of the meeting"),
        PageQuery),
    responses((status = 200, body = Listed<ActionItemItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ItemQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<ActionItemItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One item with its reports.
#[utoipa::path(get, path = "/api/v1/action-items/{id}", operation_id = "action_item_view", tag = "action items",
    params(("id" = String, Path)),
    responses((status = 200, body = ActionItemDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ActionItemDetail>, Problem> {
    let view = item_view(&app, &caller.ctx, &id).await?;
    Ok(Json(detail(&corridor::of(&app), &view, caller.ctx.now)))
}

/// Enters an item that follows from a meeting or a joint act. For the joint office.
#[utoipa::path(post, path = "/api/v1/action-items", operation_id = "action_item_begin", tag = "action items",
    request_body = ActionItemBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403)))]
async fn begin(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ActionItemBody>,
) -> Result<Response, Problem> {
    let draft = ItemDraft {
        meeting: body.meeting,
        resolution: body.resolution,
        accord: body.accord,
        title: body.title,
        title_en: body.title_en,
        target: body.target,
        target_en: body.target_en,
        lead: body.lead,
        partners: body.partners,
        deadline: body.deadline,
    };
    let made = item_begin(&app, &caller.ctx, draft).await?;
    Ok(created(&caller, &made, "/api/v1/action-items"))
}

/// A city that leads or takes part reports how far the item has come.
#[utoipa::path(post, path = "/api/v1/action-items/{id}/reports", operation_id = "action_item_report", tag = "action items",
    request_body = ReportBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReportBody>,
) -> Result<Response, Problem> {
    let draft = ReportDraft { city: body.city, day: body.day, percent: body.percent.to_string(), text: body.text };
    Ok(done(&caller, &item_report(&app, &caller.ctx, &id, draft).await?))
}

/// The joint office finds an item done, or drops it with a reason.
#[utoipa::path(post, path = "/api/v1/action-items/{id}/closures", operation_id = "action_item_close", tag = "action items",
    request_body = ClosureBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ClosureBody>,
) -> Result<Response, Problem> {
    let command = CloseCommand { outcome: body.outcome, remark: body.remark };
    Ok(done(&caller, &item_close(&app, &caller.ctx, &id, command).await?))
}

/// The joint office asks a city about the item; the receipt names the supervision.
#[utoipa::path(post, path = "/api/v1/action-items/{id}/supervisions", operation_id = "supervision_issue", tag = "supervision",
    request_body = SupervisionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn supervise(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<SupervisionBody>,
) -> Result<Response, Problem> {
    let made = supervision_issue(&app, &caller.ctx, &id, body.command()).await?;
    Ok(created(&caller, &made, "/api/v1/supervisions"))
}
