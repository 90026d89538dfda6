//! Every part and every kind of page with invented content (示例), for looking at and for accessibility checks.
//!
//! `cargo run -p platform --example shell_gallery [PORT]`, then open <http://127.0.0.1:8061/>.

#[path = "gallery/content.rs"]
mod content;
#[path = "gallery/forms.rs"]
mod forms;
#[path = "gallery/pages.rs"]
mod pages;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use platform::web::listen::{Doorway, Peer, STALLED_MAX};
use platform::web::shell::Acting;
use platform::web::{Account, Menu, NavItem, Proof, Site, Texts, Visit, guard};

const PORT_DEFAULT: u16 = 8061;
const EXTRA: &str = "gallery-needs = 需求\ngallery-offers = 供给\ngallery-organisations = 机构\ngallery-cities = 城市\ngallery-figures = 数据\n";
const EXTRA_EN: &str = "gallery-needs = Needs\ngallery-offers = Offers\ngallery-organisations = Organisations\ngallery-cities = Cities\ngallery-figures = Figures\n";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(PORT_DEFAULT), |text| text.parse())?;
    let texts =
        Texts::leaked(vec![("gallery", kernel::Locale::ZhCn, EXTRA), ("gallery", kernel::Locale::En, EXTRA_EN)])?;
    let nav = [
        ("/needs", "gallery-needs"),
        ("/offers", "gallery-offers"),
        ("/organisations", "gallery-organisations"),
        ("/cities", "gallery-cities"),
        ("/figures", "gallery-figures"),
    ];
    let nav =
        nav.into_iter().zip(0..).map(|((href, key), order)| NavItem { menu: Menu::Main, href, key, order }).collect();
    let site = Site::new(texts, nav, true);
    site.tagline_set(kernel::Text::new("一廊九城", "One corridor, nine cities"));
    site.proof_set(Proof {
        entries: 48_213,
        checkpoint_ms: Some(content::NOW_MS),
        cosigned: Some(2),
        verify_href: "/verify".into(),
    });
    let router = Router::new()
        .route("/", get(pages::home))
        .route("/needs", get(pages::matches))
        .route("/organisations", get(pages::organisations))
        .route("/organisations/1", get(pages::organisation))
        .route("/organisations/2", get(pages::long_names))
        .route("/offers", get(pages::nothing))
        .route("/figures", get(pages::figures))
        .route("/step", get(forms::step))
        .route("/form", get(forms::form))
        .route("/check", get(forms::check))
        .route("/receipt", get(forms::receipt))
        .route("/desk", get(forms::desk))
        .route("/parts", get(pages::parts))
        .route("/panic", get(pages::panic))
        .layer(from_fn(signed_in));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://127.0.0.1:{port}/");
    let app = guard::guarded(router, Arc::new(site), || content::NOW_MS);
    axum::serve(Doorway { listener, stalled_max: STALLED_MAX }, app.into_make_service_with_connect_info::<Peer>())
        .await?;
    Ok(())
}

/// Some pages are shown to somebody who is signed in.
async fn signed_in(visit: Visit, request: Request, next: Next) -> Response {
    if matches!(visit.path.as_str(), "/desk" | "/step" | "/form" | "/check" | "/receipt") {
        visit.sign_in(Account {
            name: "示例账号".into(),
            acting: Acting { organisations: vec!["示例：硅片工艺研究平台".into()], ..Acting::default() },
            unread: 2,
            waiting: 3,
            admin: true,
        });
    }
    next.run(request).await
}
