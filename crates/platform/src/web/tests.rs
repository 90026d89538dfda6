//! The shell as a browser and as a program meet it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use axum::routing::{get, post};
use kernel::{Locale, Refusal};
use tower::ServiceExt;

use super::guard::guarded;
use super::parts::*;
use super::{Problem, Proof, Shell, Site, T, Texts, Visit, html};
use askama::Template;

fn texts() -> &'static Texts {
    Texts::leaked(Vec::new()).unwrap()
}

fn t(locale: Locale) -> T {
    T { locale, texts: texts() }
}

#[derive(askama::Template)]
#[template(ext = "html", source = r#"{% extends "shell.html" %}{% block main %}<p>{{ words }}</p>{% endblock %}"#)]
struct Plain {
    shell: Shell,
    words: String,
}

async fn refused() -> Result<(), Problem> {
    Err(Refusal::invalid("uscc-check", "校验码不符 <b>。", "The check character is wrong <b>.").at("uscc").into())
}

/// A page for somebody who acts for so many: an office of one, then organisations.
async fn acting(visit: Visit, axum::extract::Path(n): axum::extract::Path<usize>) -> axum::response::Response {
    let organisations =
        ["示例甲", "示例乙", "示例丙"].into_iter().take(n.saturating_sub(1)).map(str::to_owned).collect();
    let cities = if n > 0 { vec!["310117".to_owned()] } else { Vec::new() };
    let acting = super::shell::Acting { joint_office: false, cities, organisations };
    visit.sign_in(super::Account { name: "示例账号".into(), acting, ..super::Account::default() });
    html(&Plain { shell: visit.shell("题"), words: String::new() })
}

async fn panics() {
    panic!("a secret of the house");
}

fn app() -> Router {
    let site = Site::new(
        texts(),
        vec![super::NavItem { menu: super::Menu::Main, href: "/plain", key: "nav-search", order: 1 }],
        true,
    );
    let router = Router::new()
        .route(
            "/plain",
            get(async |visit: Visit| html(&Plain { shell: visit.shell("题"), words: "<script>1</script>".into() })),
        )
        .route("/acting/{n}", get(acting))
        .route("/refused", get(refused))
        .route("/api/v1/refused", get(refused))
        .route("/panics", get(panics))
        .route("/form", post(async |body: axum::body::Bytes| body.len().to_string()))
        .route("/api/v1/json", post(async |_: axum::Json<serde_json::Value>| "ok"));
    guarded(router, Arc::new(site), || 0)
}

async fn ask(request: Request<Body>) -> (Response<()>, String) {
    let response = app().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 10_000_000).await.unwrap();
    (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
}

fn browser(uri: &str) -> Request<Body> {
    Request::get(uri).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn for_whom_somebody_acts_stands_at_the_head_of_every_page() {
    for (address, shown) in [
        ("/acting/1", "代表</span> <strong>310117主管部门</strong>"),
        ("/acting/1?lang=en", "Acting for</span> <strong>the city office of 310117</strong>"),
        ("/acting/2", "<strong>310117主管部门、示例甲</strong>"),
        ("/acting/2?lang=en", "<strong>the city office of 310117 and 示例甲</strong>"),
        ("/acting/4", "<strong>310117主管部门、示例甲等 4 家单位</strong>"),
        ("/acting/4?lang=en", "<strong>the city office of 310117 and 示例甲 and others, 4 in all</strong>"),
    ] {
        let (_, page) = ask(browser(address)).await;
        let head = page.split("</header>").next().unwrap_or_default();
        assert!(head.contains(shown), "{address}: {head}");
    }
    let (_, page) = ask(browser("/acting/0")).await;
    assert!(page.contains("示例账号") && !page.contains("class=\"acting\""));
}

#[test]
fn both_languages_have_the_same_keys_and_variables() {
    assert_eq!(texts().differences(), Vec::<String>::new());
    let odd = Texts::new(vec![
        ("x", Locale::ZhCn, "x-one = 一 { $a }\nx-two = 二\n"),
        ("x", Locale::En, "x-one = one { $b }\n"),
    ]);
    assert_eq!(odd.unwrap().differences().len(), 2, "the test above can fail");
}

#[test]
fn a_key_defined_twice_or_a_broken_file_is_refused() {
    assert!(Texts::new(vec![("x", Locale::ZhCn, "site-name = 另一个\n")]).is_err());
    assert!(Texts::new(vec![("x", Locale::ZhCn, "= nothing\n")]).is_err());
}

#[test]
fn numbers_in_texts_are_grouped_and_counted() {
    assert_eq!(t(Locale::ZhCn).n("list-total", 12_345), "共 12,345 项");
    assert_eq!(t(Locale::En).n("list-total", 1), "1 result");
    assert_eq!(t(Locale::En).n("list-total", 2_000), "2,000 results");
    assert_eq!(t(Locale::ZhCn).with("as-of", "date", "2021"), "截至 2021", "words are left alone");
    assert_eq!(t(Locale::ZhCn).with2("step-of", "step", 2, "steps", 5usize), "第 2 步，共 5 步");
    assert_eq!(t(Locale::En).pick("中文", ""), "中文");
}

#[derive(askama::Template)]
#[template(ext = "html", source = r#"{% extends "kinds/receipt.html" %}"#)]
struct Received {
    shell: Shell,
    receipt: Receipt,
}

#[test]
fn a_receipt_says_by_how_many_the_journal_is_cosigned() {
    let site = Arc::new(Site::new(texts(), Vec::new(), false));
    let page = |cosigned| {
        site.proof_set(Proof { entries: 8, checkpoint_ms: Some(1), cosigned, verify_href: "/journal".into() });
        let shell = Visit::read(&site, "/received", "lang=en", &Default::default()).shell("");
        let t = shell.t;
        let proof = Some(Proofs::of(t, 7, 1));
        let receipt =
            Receipt { t, title: String::new(), number: "7".into(), at_ms: 1, next: vec![], links: vec![], proof };
        Received { shell, receipt }.render().unwrap()
    };
    assert!(!page(None).contains("cosigned"), "nobody was asked");
    assert!(page(Some(0)).contains("not cosigned by any witness yet"));
    let two = page(Some(2));
    assert!(two.contains("newest checkpoint is cosigned by 2 witnesses") && !two.contains("tamper"), "{two}");
    // The footer of every page says it too.
    assert!(two.contains("· cosigned by 2 witnesses"), "{two}");
}

#[tokio::test]
async fn a_page_escapes_what_it_shows_and_allows_nothing_inline() {
    let (response, body) = ask(browser("/plain")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(body.contains("&#60;script&#62;1") && !body.contains("<script>1"), "{body}");
    assert!(!body.contains(" style=") && !body.contains("onclick"), "{body}");
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self'"));
    assert!(response.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn language_and_theme_are_chosen_kept_and_switched_on_the_same_page() {
    let (response, body) = ask(browser("/plain?q=1&lang=en&theme=dark")).await;
    assert!(body.contains(r#"<html lang="en" data-theme="dark">"#), "{body}");
    assert!(body.contains("/plain?q=1&#38;theme=dark&#38;lang=zh-CN"), "the switch keeps the page: {body}");
    let cookies: Vec<_> = response.headers().get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|c| c.starts_with("lang=en;")) && cookies.iter().any(|c| c.starts_with("theme=dark;")));
    let request = Request::get("/plain").header(header::COOKIE, "lang=en; theme=light").body(Body::empty()).unwrap();
    assert!(ask(request).await.1.contains(r#"<html lang="en" data-theme="light">"#));
    assert!(ask(browser("/plain?lang=%3Cx%3E&theme=%3Cx%3E")).await.1.contains(r#"<html lang="zh-CN">"#));
}

#[tokio::test]
async fn a_refusal_is_a_page_for_people_and_a_problem_for_programs() {
    let (response, body) = ask(browser("/refused?lang=en")).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body.contains("The check character is wrong &#60;b&#62;.") && body.contains("uscc-check"), "{body}");
    for (uri, accept) in [("/api/v1/refused", "text/html"), ("/refused", "application/json")] {
        let (response, body) = ask(Request::get(uri).header(header::ACCEPT, accept).body(Body::empty()).unwrap()).await;
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["code"], "uscc-check");
        assert_eq!(problem["field"], "uscc");
        assert_eq!(problem["status"], 422);
        assert_eq!(problem["title"], "有内容需要修改");
        assert_eq!(problem["detail"], "校验码不符 <b>。");
    }
}

#[tokio::test]
async fn every_bare_refusal_of_the_router_is_dressed() {
    let post = |uri: &str, kind: &str, body: String| {
        Request::post(uri)
            .header(header::CONTENT_TYPE, kind)
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap()
    };
    let long = format!("/plain?q={}", "x".repeat(60_000));
    let table = [
        (browser("/nowhere"), 404, "not-found"),
        (browser("/form"), 405, "method"),
        (browser(&long), 414, "uri-too-long"),
        (browser("/panics"), 500, "internal"),
        (browser("/assets/none.css"), 404, "not-found"),
        (post("/api/v1/json", "text/plain", "{}".into()), 415, "media-type"),
        (post("/api/v1/json", "application/json", "{".into()), 400, "bad-request"),
        (post("/api/v1/json", "application/json", "[".repeat(10_000)), 400, "bad-request"),
        (Request::post("/form").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap(), 403, "origin"),
        (
            Request::post("/form").header(header::CONTENT_LENGTH, "1000000000").body(Body::empty()).unwrap(),
            413,
            "too-large",
        ),
    ];
    for (request, status, code) in table {
        let name = format!("{} {}", request.method(), request.uri().path());
        let (response, body) = ask(request).await;
        assert_eq!(response.status().as_u16(), status, "{name}");
        assert!(body.contains(code), "{name}: {body}");
        assert!(!body.contains("secret"), "{name}");
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY), "{name}");
    }
    let (response, _) = ask(browser("/form")).await;
    assert_eq!(response.headers()[header::ALLOW], "POST", "what the router said stays said");
}

#[tokio::test]
async fn our_own_form_passes_and_pages_are_compressed() {
    let request = Request::builder().method(Method::POST).uri("/form").header("sec-fetch-site", "same-origin");
    assert_eq!(ask(request.body(Body::from("abc")).unwrap()).await.1, "3");
    let request = Request::get("/plain").header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
    let response = app().oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
}

#[test]
fn the_deepest_place_of_the_navigation_is_current() {
    let item = |href, order| super::NavItem { menu: super::Menu::Main, href, key: "nav-search", order };
    let site = Arc::new(Site::new(texts(), vec![item("/needs", 1), item("/needs/mine", 2), item("/need", 3)], false));
    let current = |path: &str| {
        let shell = Visit::read(&site, path, "", &Default::default()).shell("");
        shell.nav.iter().filter(|link| link.current).map(|link| link.href).collect::<Vec<_>>()
    };
    assert_eq!(current("/needs/7"), ["/needs"]);
    assert_eq!(current("/needs/mine/7"), ["/needs/mine"]);
    assert_eq!(current("/needsx"), Vec::<&str>::new());
}

#[test]
fn a_field_ties_label_hint_and_error_to_its_control() {
    let field = Field::line(t(Locale::ZhCn), "uscc", "代码 <1>").hint("18 位").value("\"><script>").error("校验码不符");
    insta::assert_snapshot!(field.to_string(), @r##"
    <div class="field wrong">
    <label for="uscc">代码 &#60;1&#62;</label>
    <p class="hint" id="uscc-hint">18 位</p>
    <p class="field-error" id="uscc-error"><span class="sr">错误：</span>校验码不符</p>
    <input id="uscc" name="uscc" type="text" value="&#34;&#62;&#60;script&#62;" aria-describedby="uscc-hint uscc-error" aria-invalid="true" required>
    </div>
    "##);
}

#[test]
fn a_refusal_goes_to_its_field_and_passwords_are_never_filled_in() {
    let t = t(Locale::En);
    let form = Form::new(t, "/x", "Send")
        .field(Field::line(t, "name", "Name"))
        .field(Field::new(t, FieldKind::Line("password"), "secret", "Password"))
        .field(Field::new(t, FieldKind::Radio(vec![Choice::new("a", "A")]), "kind", "Kind"))
        .fill([("name", "示例"), ("secret", "hunter2"), ("kind", "a")])
        .refuse(&Refusal::invalid("x", "甲", "Choose one").at("kind"))
        .refuse(&Refusal::invalid("y", "乙", "Something else").at("none"));
    assert_eq!(
        form.summary().unwrap().errors,
        [(String::new(), "Something else".into()), ("kind-0".into(), "Choose one".into())]
    );
    let shown = form.to_string();
    assert!(shown.contains("示例") && shown.contains("checked") && !shown.contains("hunter2"), "{shown}");
    assert!(
        shown.contains(r##"href="#kind-0""##) && shown.contains(r#"id="kind-0""#),
        "the link has a target: {shown}"
    );
}

#[test]
fn every_table_has_a_caption_and_scoped_headings() {
    let table = Table::new(t(Locale::ZhCn), "成交", vec![Column::words("城市"), Column::numbers("金额", "万元")])
        .row(vec!["松江".into(), "1,984".into()])
        .row(vec!["宣城".into(), Cell::Missing]);
    insta::assert_snapshot!(table.to_string(), @r##"
    <div class="scroll" role="region" tabindex="0" aria-label="成交">
    <table>
    <caption>成交</caption>
    <thead><tr><th scope="col">城市</th><th scope="col" class="num">金额<span class="unit">（万元）</span></th></tr></thead>
    <tbody>
    <tr><th scope="row">松江</th><td class="num">1,984</td></tr>
    <tr><th scope="row">宣城</th><td class="num"><span aria-hidden="true">—</span><span class="sr">无数据</span></td></tr>
    </tbody>
    </table>
    </div>
    "##);
}

#[test]
fn a_hostile_path_in_a_pack_cannot_leave_its_attribute() {
    let line = super::corridor::Line {
        name: kernel::Text::new("线", "Line"),
        tone: Tone::Pine,
        d: "M0 0\"/><script>L1 1".into(),
        stations: Vec::new(),
    };
    let corridor = super::Corridor {
        t: t(Locale::ZhCn),
        id: "c",
        width: 1,
        height: 1,
        lines: vec![line],
        stations: Vec::new(),
        legend: None,
    };
    assert!(!corridor.to_string().contains("script"));
}
