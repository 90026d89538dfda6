//! From the route tables to a listening server.

use crate::app::App;
use crate::capability::Route;
use crate::clock::Clock;
use crate::lifecycle::{Patience, Phase};
use crate::web::listen::{Doorway, Peer, STALLED_MAX};
use crate::web::{guard, problem};
use crate::{document, follower, health, identity, journal, live, metrics, observe, request};
use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use std::future::IntoFuture;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Every row of the route table: the platform's own and all capabilities'.
pub fn routes(app: &App) -> Vec<Route> {
    let own = identity::routes().into_iter().chain(live::routes()).chain(journal::pages::routes());
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
        .layer(from_fn_with_state(app.clone(), request::layer))
        .route("/api/v1/openapi.json", get(document))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .method_not_allowed_fallback(async || problem::Problem::bare(StatusCode::METHOD_NOT_ALLOWED))
        .with_state(app.clone());
    let guarded = guard::guarded(router, app.site().clone(), now_ms);
    guarded.layer(from_fn_with_state(app.clone(), observe::layer))
}

fn now_ms() -> i64 {
    Clock::system().now().ms()
}

/// What has been asked to stop and could not gives up its work within this.
const GIVE_UP_MAX: Duration = Duration::from_secs(5);

/// Serves until it is asked to stop; `asked` counts how often.
///
/// Then it leaves in the order that [`Phase`] names: says so, takes nothing new, lets open requests and the running job finish, seals and indexes what they wrote.
pub async fn serve(
    app: App,
    listener: TcpListener,
    asked: watch::Receiver<u32>,
    patience: Patience,
) -> std::io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let mut background = tokio::spawn(follower::run(app.clone(), stopped));
    let frames = tokio::spawn(app.live().clone().run());
    let leaving = app.clone();
    tokio::spawn(async move { leaving.lifecycle().leave(asked, patience).await });
    let service = router(&app).into_make_service_with_connect_info::<Peer>();
    let closing = app.lifecycle().reached(Phase::Closing);
    let doorway = Doorway { listener, stalled_max: STALLED_MAX };
    let served = axum::serve(doorway, service).with_graceful_shutdown(closing).into_future();
    tokio::select! {
        served = served => served?,
        () = app.lifecycle().reached(Phase::Ending) => {
            tracing::warn!(requests = app.metrics().in_flight(), "node.stop cut off what was still open");
        }
    }
    // What the last requests wrote is sealed and indexed before the end.
    stop.send_replace(true);
    let given_up = async {
        app.lifecycle().reached(Phase::Ending).await;
        tokio::time::sleep(GIVE_UP_MAX).await;
    };
    tokio::select! {
        // A panic of the follower has been logged where it happened.
        _ = &mut background => {}
        () = given_up => tracing::warn!("node.stop did not wait for the index; the next start brings it up to date"),
    }
    frames.abort();
    tracing::info!("node.stopped");
    Ok(())
}
