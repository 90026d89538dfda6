//! Rows of the route table.

use axum::http::Method;
use axum::routing::MethodRouter;
use platform::App;
use platform::capability::Route;

/// Something to look at.
pub fn read(path: &'static str, action: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::GET, path, action, journal: None, handler }
}

/// Something to do, which leaves an entry of this kind in the journal.
pub fn write(path: &'static str, action: &'static str, kind: &'static str, handler: MethodRouter<App>) -> Route {
    Route { method: Method::POST, path, action, journal: Some(kind), handler }
}
