//! The inbox as JSON.

use crate::actions::inbox::{inbox_list, inbox_read, notice_read};
use crate::actions::{Found, Notice};
use crate::rules::message::{Tab, noun_of};
use crate::words::Words;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem, T};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// Which part of the inbox is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InboxQuery {
    /// `process` or `subscriptions`; the first if left out.
    pub tab: String,
    /// `1` for unread messages only.
    pub unread: String,
}

impl InboxQuery {
    /// The half of the inbox.
    ///
    /// # Errors
    /// `inbox-tab`.
    pub fn tab(&self) -> Result<Tab, Refusal> {
        Tab::parse(&self.tab).ok_or_else(|| {
            Refusal::invalid(
                "inbox-tab",
                "没有这一栏。请选“与我有关”（process）或“订阅”（subscriptions）。",
                "There is no such half. Choose process or subscriptions.",
            )
            .at("tab")
        })
    }

    /// Whether only unread messages are asked for.
    ///
    /// # Errors
    /// `inbox-unread` for anything but `1`.
    pub fn unread(&self) -> Result<bool, Refusal> {
        match self.unread.as_str() {
            "" | "0" => Ok(false),
            "1" => Ok(true),
            _ => Err(Refusal::invalid(
                "inbox-unread",
                "unread 只能是 1（只看未读）或 0。",
                "unread is 1, for unread messages only, or 0.",
            )
            .at("unread")),
        }
    }
}

/// One new result of a saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundItem {
    /// Heading.
    pub title: String,
    /// Path of its page.
    pub href: String,
}

impl From<&Found> for FoundItem {
    fn from(found: &Found) -> FoundItem {
        FoundItem { title: found.title.clone(), href: found.href.clone() }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoticeItem {
    /// Opaque id.
    pub id: String,
    /// What happened, such as `listing.published`.
    pub kind: String,
    /// What it is about, as far as one chooses how to hear: `review`, `contact` …
    pub topic: &'static str,
    /// Urgent.
    pub high: bool,
    /// What happened, to what, in the reader's language.
    pub text: String,
    /// By whom; null for the house itself.
    pub by: Option<String>,
    /// What is expected: `answer`, `review` …
    pub expects: Option<String>,
    /// Until when.
    pub due_ms: Option<i64>,
    /// Title of what it happened to.
    pub title: String,
    /// Its English title; may be empty.
    pub title_en: String,
    /// Path of its page.
    pub href: String,
    /// Kind of what it happened to, as the journal calls it.
    pub object_kind: String,
    /// Which one.
    pub object_id: String,
    /// The organisation in whose name one is told.
    pub organisation: Option<String>,
    /// Number of the journal entry.
    pub entry: i64,
    /// What a saved search has found, at most 20.
    pub hits: Vec<FoundItem>,
    /// When it happened.
    pub at_ms: i64,
    /// When it was read.
    pub read_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// A message as one reader reads it.
pub fn item(t: T, notice: &Notice) -> NoticeItem {
    NoticeItem {
        id: notice.id.clone(),
        kind: noun_of(&notice.kind),
        topic: notice.topic.code(),
        high: notice.high,
        text: Words::of(t, notice).text,
        by: Some(notice.who.clone()).filter(|who| !who.is_empty()),
        expects: notice.expects.clone(),
        due_ms: notice.due_ms,
        title: notice.title.clone(),
        title_en: notice.title_en.clone(),
        href: notice.href.clone(),
        object_kind: notice.object_kind.clone(),
        object_id: notice.object_id.clone(),
        organisation: notice.organisation.clone(),
        entry: notice.entry,
        hits: notice.hits.iter().map(FoundItem::from).collect(),
        at_ms: notice.at_ms,
        read_ms: notice.read_ms,
        demo: notice.demo,
    }
}

/// Which half is to be marked as read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingBody {
    /// `process` or `subscriptions`.
    pub tab: String,
}

/// How many messages were marked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadAnswer {
    /// Messages that were unread.
    pub count: u64,
}

/// Routes of the inbox.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/notices", "notice_list", get(list)),
        write("/api/v1/notices/readings", "inbox_read", "inbox.read", post(read_all)),
        write("/api/v1/notices/{id}/readings", "notice_read", "notice.read", post(read_one)),
    ]
}

/// The inbox in the API document.
#[derive(OpenApi)]
#[openapi(paths(list, read_all, read_one), components(schemas(NoticeItem, FoundItem, ReadingBody, ReadAnswer)))]
pub struct Document;

/// One's own messages, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notices", operation_id = "notice_list",
    params(("tab" = Option<String>, Query, description = "`process` (the default) or `subscriptions`"),
        ("unread" = Option<String>, Query, description = "`1` for unread messages only"), PageQuery),
    responses((status = 200, body = Listed<NoticeItem>), (status = 401)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<InboxQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<NoticeItem>>, Problem> {
    let (tab, unread) = (query.tab()?, query.unread()?);
    let inbox = inbox_list(&app, &caller.ctx, tab, unread, &paging.page()?).await?;
    let items = inbox.items.iter().map(|notice| item(caller.visit.t, notice)).collect();
    Ok(Json(Listed { items, total: inbox.total, next: inbox.next }))
}

/// Marks one message as read.
#[utoipa::path(post, path = "/api/v1/notices/{id}/readings", tag = "notices", operation_id = "notice_read",
    params(("id" = String, Path)), responses((status = 200, body = NoticeItem), (status = 401)))]
async fn read_one(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<NoticeItem>, Problem> {
    caller.signed_in()?;
    let mut notice = notice_read(&app, &caller.ctx, &id).await?;
    notice.read_ms = notice.read_ms.or(Some(caller.ctx.now.ms()));
    Ok(Json(item(caller.visit.t, &notice)))
}

/// Marks a half of the inbox as read.
#[utoipa::path(post, path = "/api/v1/notices/readings", tag = "notices", operation_id = "notice_read_all",
    request_body = ReadingBody, responses((status = 200, body = ReadAnswer), (status = 401)))]
async fn read_all(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ReadingBody>,
) -> Result<Json<ReadAnswer>, Problem> {
    caller.signed_in()?;
    let tab = InboxQuery { tab: body.tab, unread: String::new() }.tab()?;
    Ok(Json(ReadAnswer { count: inbox_read(&app, &caller.ctx, tab).await? }))
}
