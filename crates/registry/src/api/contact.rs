//! Contact requests as JSON.

use super::listing::{ReceiptItem, created};
use crate::actions::contact::{
    Asked, ContactCard, ContactQuery, ContactView, Message, Reply, Send, To, contact_answer, contact_create,
    contact_list, contact_open, contact_revoke, contact_say, contact_view, contact_withdraw,
};
use crate::rules::contact::{Answer, Reason};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::web::page::PageQuery;
use platform::web::{JsonBody, Problem};
use platform::{App, Caller};
use rooms::api::paged::Listed;
use rooms::api::values;
use rooms::routes::{read, write};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A contact request as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactItem {
    /// Opaque id.
    pub id: String,
    /// `open`, `question`, `accepted`, `declined`, `withdrawn` or `expired`.
    pub state: String,
    /// Id of the organisation that asks.
    pub from: String,
    /// Its name.
    pub from_name: String,
    /// Id of the organisation asked.
    pub to: String,
    /// Its name.
    pub to_name: String,
    /// Id of the need or offer it is about.
    pub listing: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Whether the city office answers for the organisation asked.
    pub by_office: bool,
    /// Whether the protected part is asked for.
    pub asks_detail: bool,
    /// Whether the asking organisation may open it.
    pub consent: bool,
    /// Why it was declined.
    pub reason: Option<String>,
    /// Last day of the answering side's term, `YYYY-MM-DD`.
    pub due: String,
    /// True if that day may still move because a year's calendar has not been published.
    pub due_provisional: bool,
    /// When it was sent.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
    /// Invented for the demonstration.
    pub demo: bool,
}

/// A contact request with its thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: ContactItem,
    /// Messages, oldest first.
    pub messages: Vec<MessageItem>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageItem {
    /// `asker`, `owner` or `office`.
    pub voice: String,
    /// Who wrote it.
    pub name: String,
    /// The words.
    pub text: String,
    /// When.
    pub at_ms: i64,
}

/// A request to send: about a listing, or to an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContactBody {
    /// Id of the need or offer it is about.
    pub listing: Option<String>,
    /// Id of the organisation asked, when it is about no listing.
    pub organisation: Option<String>,
    /// For which organisation; may be left out by members of exactly one.
    pub from: Option<String>,
    /// Whether the protected part is asked for.
    pub asks_detail: bool,
    /// 10 to 2,000 characters.
    pub message: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerBody {
    /// `accept`, `decline` or `question`.
    #[schema(pattern = "^(accept|decline|question)$")]
    pub answer: String,
    /// With `accept`: whether the asking organisation may open the protected part.
    #[serde(default)]
    pub consent: bool,
    /// With `decline`: the coded reason.
    #[serde(default)]
    pub reason: Option<String>,
    /// Words to it, at most 2,000 characters; a question needs them.
    #[serde(default)]
    pub message: String,
}

/// A message to add.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageBody {
    /// 1 to 2,000 characters.
    pub message: String,
}

/// The protected part, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenedItem {
    /// The protected part.
    pub detail: String,
    /// Number of the journal entry that records this opening.
    pub entry: i64,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/api/v1/contacts", "contact_list", get(list)),
        read("/api/v1/contacts/{id}", "contact_view", get(view)),
        write("/api/v1/contacts", "contact_create", "contact.sent", post(create)),
        write("/api/v1/contacts/{id}/answers", "contact_answer", "contact.answered", post(answer)),
        write("/api/v1/contacts/{id}/messages", "contact_say", "contact.said", post(say)),
        write("/api/v1/contacts/{id}/withdrawals", "contact_withdraw", "contact.withdrawn", post(withdraw)),
        write("/api/v1/contacts/{id}/openings", "contact_open", "contact.opened", post(open)),
        write("/api/v1/contacts/{id}/revocations", "contact_revoke", "contact.revoked", post(revoke)),
    ]
}

/// API document of this noun.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list, view, create, answer, say, withdraw, open, revoke),
    components(schemas(ContactItem, ContactDetail, MessageItem, ContactBody, AnswerBody, MessageBody, OpenedItem))
)]
pub struct Document;

/// A request as lists show it.
pub(crate) fn item(card: &ContactCard) -> ContactItem {
    let contact = &card.contact;
    ContactItem {
        id: contact.id.clone(),
        state: contact.state.code().to_owned(),
        from: contact.from.clone(),
        from_name: card.from.clone(),
        to: contact.to.clone(),
        to_name: card.to.clone(),
        listing: contact.listing.clone(),
        title: card.about.as_ref().map(|listing| listing.content.title.clone()),
        by_office: contact.office.is_some(),
        asks_detail: contact.asks_detail,
        consent: contact.consent,
        reason: contact.reason.map(|reason| reason.code().to_owned()),
        due: contact.due.date.to_string(),
        due_provisional: contact.due.provisional,
        created_ms: contact.created.ms(),
        updated_ms: contact.updated.ms(),
        demo: contact.demo,
    }
}

fn detail(view: &ContactView) -> ContactDetail {
    let message = |m: &Message| MessageItem {
        voice: m.voice.code().to_owned(),
        name: m.name.clone(),
        text: m.body.clone(),
        at_ms: m.at_ms,
    };
    ContactDetail { item: item(&view.card), messages: view.messages.iter().map(message).collect() }
}

/// Which requests a list shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ContactListQuery {
    /// `in` (default) or `out`.
    pub side: String,
    /// States, separated by commas.
    pub state: String,
}

impl ContactListQuery {
    /// As the action reads it.
    ///
    /// # Errors
    /// A limit or cursor that cannot be read.
    pub(crate) fn query(&self, page: &PageQuery) -> Result<ContactQuery, Problem> {
        let asked = if self.side == "out" { Asked::Out } else { Asked::In };
        Ok(ContactQuery { asked, states: values(&self.state), page: page.page()? })
    }
}

/// Contact requests of the caller
///
/// What changed last comes first.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts",
    params(("side" = Option<String>, Query, description = "`in` (default): received; `out`: sent"),
        ("state" = Option<String>, Query, description = "States, separated by commas"),
        PageQuery),
    responses((status = 200, body = Listed<ContactItem>), (status = 401, description = "Not signed in")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ContactListQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Listed<ContactItem>>, Problem> {
    let (cards, total, next) = contact_list(&app, &caller.ctx, &query.query(&page)?).await?;
    Ok(Json(Listed { items: cards.iter().map(item).collect(), total, next }))
}

/// One contact request with its thread
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = String, Path, description = "Opaque id")),
    responses((status = 200, body = ContactDetail), (status = 401), (status = 404, description = "Not there, or the caller is no party to it")))]
async fn view(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<ContactDetail>, Problem> {
    Ok(Json(detail(&contact_view(&app, &caller.ctx, &id).await?)))
}

/// Ask an organisation, or the owner of a need or an offer
#[utoipa::path(post, path = "/api/v1/contacts", tag = "contacts", request_body = ContactBody,
    responses((status = 201, body = ReceiptItem, headers(("Location" = String))), (status = 401, description = "Not signed in"),
        (status = 404, description = "No such organisation, need or offer, or not for the caller to know"),
        (status = 409, description = "The same request waits, too many wait, or it is no longer published"),
        (status = 422, description = "The message breaks a limit")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ContactBody>,
) -> Result<Response, Problem> {
    let to = to(body.listing, body.organisation)?;
    let command = Send { to, from: body.from, asks_detail: body.asks_detail, message: body.message };
    let done = contact_create(&app, &caller.ctx, command).await?;
    let place = format!("/api/v1/contacts/{}", done.id);
    let mut response = created(done)?;
    response.headers_mut().extend([(header::LOCATION, place.parse().map_err(|_| Problem::internal())?)]);
    Ok(response)
}

/// Whom a request goes to: a listing's owner, or an organisation.
///
/// # Errors
/// Neither is named.
pub(crate) fn to(listing: Option<String>, organisation: Option<String>) -> Result<To, Refusal> {
    let named = |id: Option<String>| id.filter(|id| !id.is_empty());
    match (named(listing), named(organisation)) {
        (Some(id), _) => Ok(To::Listing(id)),
        (None, Some(id)) => Ok(To::Organisation(id)),
        (None, None) => Err(Refusal::invalid(
            "contact-to",
            "请指明联系哪个单位或哪条需求、供给。",
            "Name the organisation, need or offer to contact.",
        )
        .at("listing")),
    }
}

impl AnswerBody {
    /// The answer as the rules know it.
    ///
    /// # Errors
    /// A code that is not known, or a "no" without a reason.
    pub(crate) fn answer(&self) -> Result<Answer, Refusal> {
        match self.answer.as_str() {
            "accept" => Ok(Answer::Accept { consent: self.consent }),
            "question" => Ok(Answer::Question),
            "decline" => {
                let reason = self.reason.as_deref().and_then(Reason::parse);
                reason.map(Answer::Decline).ok_or_else(|| {
                    Refusal::invalid(
                        "contact-reason",
                        "婉拒时请选择一个理由，让对方知道为什么。",
                        "Choose a reason when you decline, so that the asker knows why.",
                    )
                    .at("reason")
                })
            }
            _ => Err(Refusal::invalid(
                "contact-answer",
                "请选择：同意联系、婉拒或先提问。",
                "Choose: accept, decline or ask back.",
            )
            .at("answer")),
        }
    }
}

/// Answer a request
#[utoipa::path(post, path = "/api/v1/contacts/{id}/answers", tag = "contacts", request_body = AnswerBody,
    params(("id" = String, Path, description = "Opaque id")),
    responses((status = 201, body = ReceiptItem), (status = 401), (status = 403, description = "Not the caller's to answer"),
        (status = 409, description = "It no longer waits"), (status = 422, description = "A reason or the words are missing")))]
async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<AnswerBody>,
) -> Result<Response, Problem> {
    let answer = body.answer()?;
    created(contact_answer(&app, &caller.ctx, Reply { id, answer, text: body.message }).await?)
}

/// Add a message
#[utoipa::path(post, path = "/api/v1/contacts/{id}/messages", tag = "contacts", request_body = MessageBody,
    params(("id" = String, Path, description = "Opaque id")),
    responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "It has ended"),
        (status = 422, description = "The words break a limit")))]
async fn say(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<MessageBody>,
) -> Result<Response, Problem> {
    created(contact_say(&app, &caller.ctx, &id, &body.message).await?)
}

/// Take a request back
#[utoipa::path(post, path = "/api/v1/contacts/{id}/withdrawals", tag = "contacts",
    params(("id" = String, Path, description = "Opaque id")),
    responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "It no longer waits")))]
async fn withdraw(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    created(contact_withdraw(&app, &caller.ctx, &id).await?)
}

/// Open the protected part
///
/// Each opening is an entry of the journal that the owner can see.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/openings", tag = "contacts",
    params(("id" = String, Path, description = "Opaque id")),
    responses((status = 201, body = OpenedItem), (status = 401), (status = 403, description = "The owner has not consented")))]
async fn open(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (detail, done) = contact_open(&app, &caller.ctx, &id).await?;
    Ok((StatusCode::CREATED, Json(OpenedItem { detail, entry: done.entry })).into_response())
}

/// Close the protected part again
#[utoipa::path(post, path = "/api/v1/contacts/{id}/revocations", tag = "contacts",
    params(("id" = String, Path, description = "Opaque id")),
    responses((status = 201, body = ReceiptItem), (status = 401), (status = 409, description = "It is not open")))]
async fn revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    created(contact_revoke(&app, &caller.ctx, &id).await?)
}
