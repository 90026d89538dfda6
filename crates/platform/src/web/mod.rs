//! The web shell: texts, page frames, parts, refusals as pages, guards, lists, live streams.
//!
//! # A page in another crate
//! askama looks templates up per crate. A crate that extends the platform's templates has an `askama.toml`
//! beside its `Cargo.toml`:
//!
//! ```toml
//! [general]
//! dirs = ["templates", "../platform/templates"]
//! ```
//!
//! and keeps its own files in a folder of its own name (`templates/registry/…`), so that names never meet.
//! A page is a struct with a [`Shell`] named `shell` and the frame of its kind (see [`kinds`]); its template
//! extends `kinds/list.html`, `kinds/detail.html` … or plain `shell.html`:
//!
//! ```text
//! {% extends "kinds/list.html" %}
//! {% block rows %}{% for row in rows %}{{ row }}{% endfor %}{% endblock %}
//! ```
//!
//! [`parts`] are structs that print themselves as safe HTML: `{{ field }}`, `{{ pager }}`, `{{ corridor }}`.
//! Texts come from `shell.t`: `{{ shell.t.msg("save") }}`, `{{ shell.t.n("needs-open", count) }}`.
//! The handler takes a [`Visit`] and answers [`html`]`(&page)` or a [`Problem`].

pub mod assets;
pub mod corridor;
pub mod format;
pub mod guard;
pub mod journey;
pub mod json;
pub mod kinds;
pub mod listen;
pub mod live;
pub mod page;
pub mod parts;
pub mod problem;
pub mod shell;
pub mod texts;
pub mod visit;

#[cfg(test)]
mod tests;

pub use corridor::Corridor;
pub use journey::Journey;
pub use json::JsonBody;
pub use problem::Problem;
pub use shell::{Account, Menu, NavItem, Proof, Shell, Site};
pub use texts::{Arg, T, Texts};
pub use visit::{Theme, Visit};

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Renders a page (or a fragment) with status 200.
pub fn html(page: &impl askama::Template) -> Response {
    html_with(StatusCode::OK, page)
}

/// Renders a page with another status, such as 422 for a form that comes back.
pub fn html_with(status: StatusCode, page: &impl askama::Template) -> Response {
    match page.render() {
        Ok(body) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::internal().into_response()
        }
    }
}

/// Prints parts as they are: their templates have escaped what needs it.
macro_rules! html_safe {
    ($($part:ty),* $(,)?) => { $( impl askama::filters::HtmlSafe for $part {} )* };
}
pub(crate) use html_safe;
