//! Who may read the figures: they tell how much is going on, which is nobody's business outside.

use crate::app::App;
use crate::identity::secret::{bearer_of, hash};
use crate::web::{Problem, guard};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;

/// Who may read `/metrics`; everybody else is told that there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Readers {
    /// Whoever asks from the machine itself. Not for a node behind a proxy, where everybody seems to.
    #[default]
    Machine,
    /// Whoever brings the token. Only its hash is held.
    Token(String),
    /// Nobody.
    Nobody,
}

impl Readers {
    /// Whoever brings this token.
    pub fn token(token: &str) -> Readers {
        Readers::Token(hash(token))
    }

    fn admit(&self, address: Option<IpAddr>, token: Option<&str>) -> bool {
        match self {
            Readers::Machine => address.is_some_and(|address| address.is_loopback()),
            // Hashes are compared, so the time it takes tells nothing of the token.
            Readers::Token(right) => token.is_some_and(|token| hash(token) == *right),
            Readers::Nobody => false,
        }
    }
}

/// `GET /metrics`.
pub async fn show(State(app): State<App>, request: Request) -> Response {
    let address = guard::caller_address(&request);
    if !app.settings().metrics.admit(address, bearer_of(request.headers())) {
        return Problem::not_found().into_response();
    }
    match app.metrics().exposition(&app).await {
        Ok(text) => ([(header::CONTENT_TYPE, super::MEDIA_TYPE)], text).into_response(),
        Err(fault) => Problem::from(fault).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_told_apart_from_readers() {
        let at = |text: &str| Some(text.parse().unwrap());
        assert!(Readers::Machine.admit(at("127.0.0.1"), None));
        assert!(Readers::Machine.admit(at("::1"), None));
        assert!(!Readers::Machine.admit(at("192.0.2.7"), Some("guess")));
        assert!(!Readers::Machine.admit(None, None), "who cannot be placed is a stranger");
        let token = Readers::token("right");
        assert!(token.admit(at("192.0.2.7"), Some("right")));
        assert!(!token.admit(at("127.0.0.1"), None), "a token is asked of everybody");
        assert!(!token.admit(at("127.0.0.1"), Some("wrong")));
        assert!(!Readers::Nobody.admit(at("127.0.0.1"), Some("right")));
        assert!(!format!("{token:?}").contains("right"));
    }
}
