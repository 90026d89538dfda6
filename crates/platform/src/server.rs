//! From the route tables to a listening server.

use crate::app::App;
use crate::capability::Route;
use crate::clock::Clock;
use crate::request;
use crate::web::listen::{Doorway, Peer};
use crate::web::{guard, problem};
use crate::{document, follower, identity, live};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Every row of the route table: the platform's own and all capabilities'.
pub fn routes(app: &App) -> Vec<Route> {
    let own = identity::routes().into_iter().chain(live::routes());
    own.chain(app.capabilities().iter().flat_map(|c| (c.routes)())).collect()
}

/// The whole site with all its guards.
pub fn router(app: &App) -> Router {
    let mut router: Router<App> = Router::new();
    for route in routes(app) {
        router = router.route(route.path, route.handler);
    }
    let openapi = document::openapi(app.capabilities()).to_pretty_json().unwrap_or_default();
    let document =
        move || std::future::ready(([(header::CONTENT_TYPE, "application/json")], openapi.clone()).into_response());
    let router = router
        .layer(axum::middleware::from_fn_with_state(app.clone(), request::layer))
        .route("/api/v1/openapi.json", get(document))
        .route("/healthz", get(healthy))
        .method_not_allowed_fallback(async || problem::Problem::bare(StatusCode::METHOD_NOT_ALLOWED))
        .with_state(app.clone());
    guard::guarded(router, app.site().clone(), now_ms)
}

fn now_ms() -> i64 {
    Clock::system().now().ms()
}

async fn healthy(axum::extract::State(app): axum::extract::State<App>) -> axum::response::Response {
    match crate::journal::last_leaf(&app.db().read()).await {
        Ok(leaf) => {
            axum::Json(serde_json::json!({ "ok": true, "leaf": leaf, "indexed": app.indexer().leaf() })).into_response()
        }
        Err(fault) => problem::Problem::from(fault).into_response(),
    }
}

/// Serves until `stop` turns true, then lets open requests finish.
pub async fn serve(app: App, listener: TcpListener, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
    let background = tokio::spawn(follower::run(app.clone(), stop.clone()));
    let service = router(&app).into_make_service_with_connect_info::<Peer>();
    let until = async move {
        // The sender is gone only when the process ends.
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    axum::serve(Doorway(listener), service).with_graceful_shutdown(until).await?;
    // A panic of the follower has been logged where it happened.
    let _ = background.await;
    Ok(())
}
