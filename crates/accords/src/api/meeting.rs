//! Meetings as JSON.

use super::{AccordEventItem, TitleRef, events};
use crate::actions::meeting::{
    Filter, View, meeting_edit, meeting_keep, meeting_list, meeting_publish, meeting_resolve, meeting_view,
};
use crate::rules::meeting::{Attendance, Meeting, MeetingHead, MeetingPatch, Record, ResolutionDraft};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
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
pub struct MeetingQuery {
    /// Words in title, agenda, minutes and place.
    pub q: String,
    /// Codes of cities in the chair.
    pub chair: String,
    /// States.
    pub state: String,
}

impl MeetingQuery {
    /// As the action reads it.
    pub(crate) fn filter(&self) -> Filter {
        Filter { text: self.q.trim().to_owned(), chairs: values(&self.chair), states: values(&self.state) }
    }
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/meetings", "meeting_list", get(list)),
        write("/api/v1/meetings", "meeting_keep", "meeting.begun", post(keep)),
        read("/api/v1/meetings/{id}", "meeting_view", get(view)),
        write("/api/v1/meetings/{id}/drafts", "meeting_edit", "meeting.revised", post(edit)),
        write("/api/v1/meetings/{id}/resolutions", "meeting_resolve", "meeting.resolved", post(resolve)),
        write("/api/v1/meetings/{id}/publications", "meeting_publish", "meeting.published", post(publish)),
    ]
}

/// Meetings in the API document.
#[derive(OpenApi)]
#[openapi(
    paths(list, keep, view, edit, resolve, publish),
    components(schemas(
        MeetingItem,
        MeetingDetail,
        ResolutionItem,
        MeetingBody,
        MeetingHeadBody,
        AttendanceBody,
        RecordBody,
        ResolutionBody
    ))
)]
pub struct Document;

/// A meeting as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeetingItem {
    /// Opaque id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Where it met.
    pub place: String,
    /// The city in the chair.
    pub chair: PlaceRef,
    /// `draft` or `published`.
    pub state: String,
    /// When it was published.
    pub published_ms: Option<i64>,
    /// From the demonstration.
    pub demo: bool,
}

/// A meeting with everything the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeetingDetail {
    /// As lists show it.
    #[serde(flatten)]
    pub item: MeetingItem,
    /// Codes of those present: cities, and `joint`.
    pub attendees: Vec<String>,
    /// Others who were present; may be empty.
    pub guests: String,
    /// What was on the table.
    pub agenda: String,
    /// The minutes.
    pub minutes: String,
    /// What was resolved, in order.
    pub resolutions: Vec<ResolutionItem>,
    /// The action items that follow from it.
    pub items: Vec<TitleRef>,
    /// What happened, the newest first.
    pub history: Vec<AccordEventItem>,
}

/// A resolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResolutionItem {
    /// Opaque id.
    pub id: String,
    /// Its number within the meeting, from 1.
    pub number: i64,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What was resolved, Chinese.
    pub text: String,
    /// What was resolved, English; may be empty.
    pub text_en: String,
    /// The joint act it adopts, if the caller may read that.
    pub accord: Option<TitleRef>,
}

/// Groups of a record; a group that is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MeetingBody {
    /// Title, day, place and chair; needed to begin.
    pub head: Option<MeetingHeadBody>,
    /// Who was there.
    pub attendance: Option<AttendanceBody>,
    /// Agenda and minutes.
    pub record: Option<RecordBody>,
}

/// Title, day, place and chair.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MeetingHeadBody {
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Where.
    pub place: String,
    /// Code of the city in the chair.
    pub chair: String,
}

/// Who was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttendanceBody {
    /// Codes of those present: cities, and `joint`.
    pub attendees: Vec<String>,
    /// Others, in words.
    pub guests: String,
}

/// Agenda and minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RecordBody {
    /// What was on the table.
    pub agenda: String,
    /// The minutes; needed before it is published.
    pub minutes: String,
}

/// A resolution to enter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ResolutionBody {
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// What was resolved, Chinese.
    pub text: String,
    /// What was resolved, English.
    pub text_en: String,
    /// Id of the joint act it adopts.
    pub accord: String,
}

impl MeetingBody {
    fn patch(self) -> MeetingPatch {
        MeetingPatch {
            head: self.head.map(|head| MeetingHead {
                title: head.title,
                title_en: head.title_en,
                day: head.day,
                place: head.place,
                chair: head.chair,
            }),
            attendance: self.attendance.map(|one| Attendance { attendees: one.attendees, guests: one.guests }),
            record: self.record.map(|record| Record { agenda: record.agenda, minutes: record.minutes }),
        }
    }
}

fn item(corridor: &Corridor, meeting: &Meeting) -> MeetingItem {
    MeetingItem {
        id: meeting.id.clone(),
        title: meeting.title.clone(),
        title_en: meeting.title_en.clone(),
        day: meeting.day.to_string(),
        place: meeting.place.clone(),
        chair: PlaceRef::of(corridor, meeting.chair),
        state: meeting.state.code().to_owned(),
        published_ms: meeting.published_ms,
        demo: meeting.demo,
    }
}

fn detail(corridor: &Corridor, view: &View) -> MeetingDetail {
    let meeting = &view.meeting;
    let reference = |id: &str, title: &str, title_en: &str| TitleRef {
        id: id.to_owned(),
        title: title.to_owned(),
        title_en: title_en.to_owned(),
    };
    let resolutions = view.resolutions.iter().map(|(one, accord)| ResolutionItem {
        id: one.id.clone(),
        number: one.number,
        title: one.title.clone(),
        title_en: one.title_en.clone(),
        text: one.text.clone(),
        text_en: one.text_en.clone(),
        accord: accord.as_ref().map(|accord| reference(&accord.id, &accord.title, &accord.title_en)),
    });
    MeetingDetail {
        item: item(corridor, meeting),
        attendees: meeting.attendees.clone(),
        guests: meeting.guests.clone(),
        agenda: meeting.agenda.clone(),
        minutes: meeting.minutes.clone(),
        resolutions: resolutions.collect(),
        items: view.items.iter().map(|item| reference(&item.id, &item.title, &item.title_en)).collect(),
        history: events(&view.history),
    }
}

/// A page of meetings as JSON; the list page answers it too.
pub(crate) async fn listed(
    app: &App,
    caller: &Caller,
    query: &MeetingQuery,
    paging: &PageQuery,
) -> Result<Listed<MeetingItem>, Problem> {
    let found = meeting_list(app, &caller.ctx, &query.filter(), &paging.page()?).await?;
    let corridor = corridor::of(app);
    let items = found.items.iter().map(|meeting| item(&corridor, meeting)).collect();
    Ok(Listed { items, total: found.total, next: found.next })
}

/// Meetings of the joint conference, the latest first; others than the joint office see those that are published.
#[utoipa::path(get, path = "/api/v1/meetings", operation_id = "meeting_list", tag = "meetings",
    params(("q" = Option<String>, Query, description = "Words in title, agenda, minutes and place"),
        ("chair" = Option<String>, Query, description = "Code of the city in the chair"),
        ("state" = Option<String>, Query, description = "`draft` or `published`"),
        PageQuery),
    responses((status = 200, body = Listed<MeetingItem>), (status = 422, description = "A filter, limit or cursor is wrong")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MeetingQuery>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Listed<MeetingItem>>, Problem> {
    Ok(Json(listed(&app, &caller, &query, &paging).await?))
}

/// One meeting with its resolutions and action items.
#[utoipa::path(get, path = "/api/v1/meetings/{id}", operation_id = "meeting_view", tag = "meetings",
    params(("id" = String, Path)),
    responses((status = 200, body = MeetingDetail), (status = 404, description = "Not there, or not for the caller to know")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<MeetingDetail>, Problem> {
    let view = meeting_view(&app, &caller.ctx, &id).await?;
    Ok(Json(detail(&corridor::of(&app), &view)))
}

/// Begins the record of a meeting; `head` is needed. For the joint office.
#[utoipa::path(post, path = "/api/v1/meetings", operation_id = "meeting_keep", tag = "meetings",
    request_body = MeetingBody,
    responses((status = 201, body = ReceiptOf, headers(("Location" = String))), (status = 401), (status = 403)))]
async fn keep(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<MeetingBody>,
) -> Result<Response, Problem> {
    let made = meeting_keep(&app, &caller.ctx, body.patch()).await?;
    Ok(created(&caller, &made, "/api/v1/meetings"))
}

/// Changes groups of a record that is not published.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/drafts", operation_id = "meeting_edit", tag = "meetings",
    request_body = MeetingBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<MeetingBody>,
) -> Result<Response, Problem> {
    Ok(done(&caller, &meeting_edit(&app, &caller.ctx, &id, body.patch()).await?))
}

/// Enters a resolution, which may adopt a joint act.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/resolutions", operation_id = "meeting_resolve", tag = "meetings",
    request_body = ResolutionBody, params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn resolve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ResolutionBody>,
) -> Result<Response, Problem> {
    let draft = ResolutionDraft {
        title: body.title,
        title_en: body.title_en,
        text: body.text,
        text_en: body.text_en,
        accord: body.accord,
    };
    Ok(done(&caller, &meeting_resolve(&app, &caller.ctx, &id, draft).await?))
}

/// Publishes the record with its resolutions and items; it stands from then on.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/publications", operation_id = "meeting_publish", tag = "meetings",
    params(("id" = String, Path)),
    responses((status = 201, body = ReceiptOf), (status = 401), (status = 403), (status = 404), (status = 409)))]
async fn publish(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(done(&caller, &meeting_publish(&app, &caller.ctx, &id).await?))
}
