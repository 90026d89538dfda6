//! Who asks, when, and in which language: stamped once per request, when its last byte has been read.

use crate::app::App;
use crate::capability::Held;
use crate::ctx::{Actor, Ctx, Role};
use crate::fault::Outcome;
use crate::identity::idempotency::Once;
use crate::observe::Noted;
use crate::web::shell::Acting;
use crate::web::{Account, Problem, Visit, guard, problem};
use crate::{desk, identity, policy};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Refusal, RefusalKind};
use std::net::IpAddr;

/// The first argument of every handler: the context for actions and the visit for pages.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who, when, in which language: hand it to actions.
    pub ctx: Ctx,
    /// Language, theme and address: hand it to pages.
    pub visit: Visit,
    /// Where the request comes from, for limits; none where the listener does not tell.
    pub address: Option<IpAddr>,
}

/// The peer's address, kept with the request.
#[derive(Debug, Clone, Copy)]
struct Address(Option<IpAddr>);

impl Caller {
    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.ctx.actor
    }

    /// The account, or a refusal that asks to sign in.
    pub fn signed_in(&self) -> Result<&str, Refusal> {
        self.ctx.actor.account.as_deref().ok_or_else(Refusal::sign_in)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let ctx = parts.extensions.get::<Ctx>().cloned().ok_or_else(|| {
            tracing::error!("the route has no caller layer");
            Problem::internal()
        })?;
        let address = parts.extensions.get::<Address>().and_then(|address| address.0);
        Ok(Caller { ctx, visit, address })
    }
}

/// Middleware: reads the whole body within its limit, stamps the time, finds out who asks.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let address = guard::caller_address(&request);
    let (mut parts, body) = request.into_parts();
    let body = match to_bytes(body, guard::body_bytes_max(parts.uri.path())).await {
        Ok(bytes) => bytes,
        Err(_) => return Problem::from(too_large()).into_response(),
    };
    let now = app.clock().now();
    let Some(visit) = parts.extensions.get::<Visit>().cloned() else {
        return Problem::internal().into_response();
    };
    let actor = match identity::actor_of(&app, &parts.headers, now).await {
        Ok(actor) => actor,
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let request_id =
        parts.extensions.get::<guard::RequestId>().map_or_else(crate::random::id, |id| id.as_str().to_owned());
    let once = match Once::of(&parts, &body) {
        Ok(once) => once,
        Err(refusal) => return Problem::from(refusal).into_response(),
    };
    let ctx = Ctx { actor, now, request_id, locale: visit.t.locale, once };
    if ctx.actor.account.is_some() && shows_pages(parts.uri.path()) {
        let waiting = desk::waiting(&app, &ctx).await.unwrap_or_else(|fault| {
            // A page is worth more than the number in its header.
            tracing::error!(cause = ?fault, "desk.waiting failed");
            0
        });
        let unread = unread(&app, &ctx).await.unwrap_or_else(|fault| {
            tracing::error!(cause = ?fault, "unread failed");
            0
        });
        visit.sign_in(Account { unread, ..account_shown(&ctx.actor, waiting) });
    }
    if let (Some(noted), Some(account)) = (parts.extensions.get::<Noted>(), ctx.actor.account.as_deref()) {
        noted.account(account);
    }
    parts.extensions.insert(Address(address));
    parts.extensions.insert(ctx.clone());
    let page = !problem::wants_json(parts.uri.path(), &parts.headers);
    let held = page.then(|| held(&parts, &body));
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    match held {
        Some(held) if asks_proof(&response) => ask_proof(&app, Caller { ctx, visit, address }, held, response).await,
        _ => response,
    }
}

/// What is sent again once it is proved who sits there: the form as it was, or only the way back.
fn held(parts: &Parts, body: &Bytes) -> Held {
    let form = parts.method == Method::POST && is_form(&parts.headers);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let fields = form.then(|| form_urlencoded::parse(body).into_owned().collect());
    Held { path, fields }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

fn asks_proof(response: &Response) -> bool {
    response.extensions().get::<Problem>().is_some_and(|problem| problem.code == policy::STEP_UP)
}

/// The page that asks for a fresh proof; the plain refusal where no capability has one.
async fn ask_proof(app: &App, caller: Caller, held: Held, refused: Response) -> Response {
    // A token proves nothing, so there is nothing to ask.
    let presence = caller.ctx.actor.presence.is_some();
    let asking = app.capabilities().iter().find_map(|capability| capability.access).filter(|_| presence);
    match asking {
        Some(access) => (access.ask_proof)(app, &caller, held).await,
        None => refused,
    }
}

/// How many messages wait for the actor in all capabilities.
async fn unread(app: &App, ctx: &Ctx) -> Outcome<i64> {
    let mut count = 0;
    for source in app.capabilities().iter().filter_map(|capability| capability.unread) {
        count += source(app, ctx).await?;
    }
    Ok(count)
}

/// Whether somebody will see a page's header there.
fn shows_pages(path: &str) -> bool {
    !path.starts_with(problem::API_PREFIX)
}

fn account_shown(actor: &Actor, waiting: i64) -> Account {
    Account {
        name: actor.name.clone(),
        acting: Acting {
            joint_office: actor.has(Role::JointOffice),
            cities: actor.cities.iter().map(ToString::to_string).collect(),
            organisations: actor.memberships.iter().map(|membership| membership.name.clone()).collect(),
        },
        waiting,
        unread: 0,
        admin: actor.has(Role::Administrator),
    }
}

fn too_large() -> Refusal {
    Refusal::new(
        RefusalKind::TooLarge,
        "body-too-large",
        "提交的内容超过上限。请缩短文字或拆分文件后重试；大批量数据请用导入命令。",
        "What was sent is larger than the limit. Shorten the text or split the file; use the import command for large data.",
    )
}
