//! The API document: every capability's part, and what holds for all operations said once.
//!
//! An operation describes what is its own: its answer, and the refusals that mean something particular there. This
//! module adds the rest: the form of a refusal, the refusals that any request may meet on its way to a handler, and
//! who has to sign in. `tests/whole` of the program and `tests-api/` hold the result to what is served.

use crate::capability::Capability;
use crate::identity::idempotency::KeyHeader;
use crate::identity::{self, cookie_name};
use crate::journal;
use crate::web::problem::{PROBLEM_JSON, ProblemBody};
use axum::http::{Method, StatusCode};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, Header, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// An access token: `Authorization: Bearer …`.
const TOKEN: &str = "token";
/// The cookie of somebody who signed in on a page.
const SESSION: &str = "session";

/// Whether an operation, by method and path, may give a refusal although it does not say so itself.
type Meets = fn(&Method, &str, &Operation) -> bool;

/// A refusal that many operations give.
struct Shared {
    status: StatusCode,
    name: &'static str,
    meaning: &'static str,
    header: Option<&'static str>,
    meets: Meets,
}

impl Shared {
    const fn new(status: StatusCode, name: &'static str, meaning: &'static str, meets: Meets) -> Shared {
        Shared { status, name, meaning, header: None, meets }
    }

    const fn with(mut self, header: &'static str) -> Shared {
        self.header = Some(header);
        self
    }

    fn reference(&self) -> RefOr<Response> {
        Ref::from_response_name(self.name).into()
    }

    fn response(&self) -> Response {
        let mut response = ResponseBuilder::new().description(self.meaning).content(PROBLEM_JSON, problem()).build();
        response.headers.extend(self.headers());
        response
    }

    fn headers(&self) -> Option<(String, RefOr<Header>)> {
        self.header.map(|name| (name.to_owned(), Header::default().into()))
    }
}

const SHARED: [Shared; 12] = [
    Shared::new(StatusCode::BAD_REQUEST, "BadRequest", "The address or its query cannot be read.", |_, _, _| true),
    Shared::new(
        StatusCode::UNAUTHORIZED,
        "SignIn",
        "Nobody is signed in, or the token is unknown, expired or revoked.",
        |_, _, _| true,
    )
    .with("WWW-Authenticate"),
    Shared::new(
        StatusCode::FORBIDDEN,
        "Forbidden",
        "Role, mandate or the token's scopes do not cover it, or a browser sent it from another site.",
        |_, _, _| true,
    ),
    Shared::new(StatusCode::NOT_FOUND, "NotFound", "It is not there, or not for the caller to know.", |_, path, _| {
        path.contains('{')
    }),
    Shared::new(
        StatusCode::CONFLICT,
        "Conflict",
        "Things have changed, or another holds the place.",
        |method, _, operation| *method == Method::POST && wants_somebody(operation),
    ),
    Shared::new(StatusCode::PAYLOAD_TOO_LARGE, "TooLarge", "The body is larger than the limit.", |_, _, operation| {
        operation.request_body.is_some()
    }),
    Shared::new(StatusCode::URI_TOO_LONG, "AddressTooLong", "The address is longer than the limit.", |_, _, _| true),
    Shared::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "MediaType", "The body must be JSON.", |_, _, operation| {
        takes_json(operation)
    }),
    Shared::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "Invalid",
        "Something breaks a rule: `code` says which, `field` where, `detail` what to do.",
        |_, _, operation| operation.request_body.is_some() || takes_parameters(operation),
    ),
    Shared::new(StatusCode::TOO_MANY_REQUESTS, "TooMany", "Too often; wait.", |_, _, _| true).with("Retry-After"),
    Shared::new(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", "Not now; nothing was changed.", |_, _, _| true),
    Shared::new(StatusCode::GATEWAY_TIMEOUT, "Timeout", "It took too long.", |_, _, _| true),
];

/// The OpenAPI document of the whole house.
pub fn openapi(capabilities: &[Capability]) -> OpenApi {
    let mut all = identity::openapi();
    all.merge(<journal::api::Document as utoipa::OpenApi>::openapi());
    for part in capabilities.iter().flat_map(|capability| (capability.openapi)()) {
        all.merge(part);
    }
    for (path, item) in &mut all.paths.paths {
        for (method, operation) in operations(item) {
            name(operation);
            sign_in(operation);
            once(&method, operation);
            refuse(&method, path, operation);
        }
    }
    let components = all.components.get_or_insert_default();
    components.schemas.insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    components.responses.extend(SHARED.iter().map(|shared| (shared.name.to_owned(), shared.response().into())));
    components.security_schemes.extend(ways_in().map(|(name, scheme)| (name.to_owned(), scheme.into())));
    all.info.title = "Yilang 一廊".into();
    all.info.version = env!("CARGO_PKG_VERSION").into();
    all.info.description = Some("The working machinery of an innovation corridor. 一廊九城的业务接口。".into());
    all
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [(Method::GET, &mut item.get), (Method::POST, &mut item.post)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Handlers of different nouns share names of one word; with its noun before it, each name stands for one operation.
fn name(operation: &mut Operation) {
    let noun = operation.tags.as_ref().and_then(|tags| tags.first());
    if let (Some(noun), Some(id)) = (noun, &operation.operation_id)
        && !id.contains('_')
    {
        operation.operation_id = Some(format!("{noun}_{id}"));
    }
}

/// Who describes a 401 of its own wants somebody signed in; the others answer visitors too.
fn sign_in(operation: &mut Operation) {
    let requirement = |way| SecurityRequirement::new(way, Vec::<String>::new());
    let ways = [TOKEN, SESSION].map(requirement).into_iter();
    let all = (!wants_somebody(operation)).then(SecurityRequirement::default).into_iter().chain(ways).collect();
    operation.security.get_or_insert(all);
}

/// Whatever somebody posts may carry a key, so that a repeat gets the first answer.
fn once(method: &Method, operation: &mut Operation) {
    if *method == Method::POST && wants_somebody(operation) {
        let key = KeyHeader::into_params(|| Some(ParameterIn::Header));
        operation.parameters.get_or_insert_default().extend(key.into_iter().map(RefOr::T));
    }
}

fn ways_in() -> [(&'static str, SecurityScheme); 2] {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token, made on the page My account."))
        .build();
    let session = ApiKeyValue::with_description(
        cookie_name(true),
        &format!("The session of a browser; named `{}` on a site without HTTPS.", cookie_name(false)),
    );
    [(TOKEN, SecurityScheme::Http(token)), (SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(session)))]
}

/// Gives every refusal its form, and adds those that the operation shares with others.
fn refuse(method: &Method, path: &str, operation: &mut Operation) {
    let shared: Vec<&Shared> = SHARED.iter().filter(|shared| (shared.meets)(method, path, operation)).collect();
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        let RefOr::T(own) = response else { continue };
        let status = status.parse::<StatusCode>().unwrap_or_default();
        let known = SHARED.iter().find(|shared| shared.status == status);
        if let Some(known) = known.filter(|_| own.description.is_empty() && own.content.is_empty()) {
            *response = known.reference();
            continue;
        }
        if own.description.is_empty() {
            own.description = known.map_or(status.canonical_reason().unwrap_or_default(), |known| known.meaning).into();
        }
        if status.is_client_error() {
            own.content.entry(PROBLEM_JSON.to_owned()).or_insert_with(|| problem().into());
            own.headers.extend(known.and_then(Shared::headers));
        }
    }
    for shared in shared {
        responses.entry(shared.status.as_str().to_owned()).or_insert_with(|| shared.reference());
    }
}

fn problem() -> Content {
    Content::new(Some(Ref::from_schema_name(ProblemBody::name())))
}

/// Whether the operation describes a 401 of its own.
fn wants_somebody(operation: &Operation) -> bool {
    operation.responses.responses.contains_key("401")
}

fn takes_json(operation: &Operation) -> bool {
    match &operation.request_body {
        Some(RefOr::T(body)) => body.content.contains_key("application/json"),
        _ => false,
    }
}

/// Whether something stands in the query or in a header; a wrong path is not there, which is another matter.
fn takes_parameters(operation: &Operation) -> bool {
    let parameters = operation.parameters.iter().flatten();
    parameters.into_iter().any(|parameter| match parameter {
        RefOr::T(parameter) => parameter.parameter_in != ParameterIn::Path,
        RefOr::Ref(_) => true,
    })
}
