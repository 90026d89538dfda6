use crate::house::{code, house};
use notices::actions::address::{address_ask, address_remove};
use notices::actions::follow::follow_create;
use notices::actions::inbox::inbox_list;
use notices::actions::saved::saved_search_create;
use notices::rules::keeping::SAVED_MAX;
use notices::rules::message::{TABLE, Tab, Topic, text_key};
use notices::rules::timing::Frequency;
use platform::web::page::Page;
use registry::api::search::SearchQuery;
use serde_json::json;

fn asking(words: &str) -> SearchQuery {
    SearchQuery { q: words.into(), ..SearchQuery::default() }
}

#[tokio::test]
async fn whoever_has_not_signed_in_has_no_inbox() {
    let house = house().await;
    let mut visitor = house.0.visitor();
    let pages = [
        "/inbox",
        "/inbox/settings",
        "/follows",
        "/follows/new/needs/x",
        "/saved-searches",
        "/saved-searches/new?q=a",
        "/webhooks",
        "/deliveries",
        "/admin/deliveries",
    ];
    for page in pages {
        visitor.get(page).await.is(401);
    }
    for (path, body) in [
        ("/api/v1/notices/readings", json!({ "tab": "process" })),
        ("/api/v1/notice-settings", json!({})),
        ("/api/v1/mail-address", json!({ "email": "a@example.com" })),
        ("/api/v1/follows", json!({ "kind": "need", "object": "x" })),
        ("/api/v1/saved-searches", json!({ "name": "a", "q": "a" })),
        ("/api/v1/webhooks", json!({ "url": "https://a.example/" })),
    ] {
        visitor.json(path, &body).await.is(401);
    }
    visitor.form("/mail/unsubscriptions/nothing", &[]).await.is(404);
    visitor.form("/mail/addresses/nothing", &[]).await.is(409);
    house.0.finish().await;
}

#[tokio::test]
async fn every_refusal_says_what_to_do_in_both_languages() {
    let house = house().await;
    let ann = house.plain("ann").await;
    let mut browser = house.browser("ann").await;
    let table = [
        ("/api/v1/notices/readings", json!({ "tab": "x" }), 422, "inbox-tab", "与我有关", "Choose process"),
        (
            "/api/v1/notice-settings",
            json!({ "frequencies": { "x": "daily" } }),
            422,
            "topic-unknown",
            "没有这类消息",
            "Choose from those listed",
        ),
        (
            "/api/v1/notice-settings",
            json!({ "frequencies": { "follow": "hourly" } }),
            422,
            "frequency-unknown",
            "选择一项",
            "Choose one of",
        ),
        (
            "/api/v1/notice-settings",
            json!({ "quiet": { "from": "9", "to": "10:00" } }),
            422,
            "quiet-hours",
            "22:00",
            "22:00",
        ),
        ("/api/v1/mail-address", json!({ "email": "" }), 422, "mail-address-missing", "请填写", "Enter the address"),
        ("/api/v1/mail-address", json!({ "email": "a@b" }), 422, "email-shape", "name@example.com", "name@example.com"),
        (
            "/api/v1/mail-address",
            json!({ "email": "a..b\"@example.com" }),
            422,
            "mail-address-missing",
            "请填写",
            "Enter the address",
        ),
        ("/api/v1/mail-address/removals", json!({}), 409, "mail-address-none", "无需移除", "none to remove"),
        ("/api/v1/saved-searches", json!({ "name": " ", "q": "a" }), 422, "saved-search-name", "名称", "name"),
        ("/api/v1/saved-searches", json!({ "name": "a", "year": "x" }), 422, "filter-invalid", "年份", "year"),
        ("/api/v1/follows", json!({ "kind": "city", "object": "990100" }), 404, "not-found", "没有找到", "Not found"),
        ("/api/v1/mail/addresses/x", json!({}), 409, "mail-link-over", "重新填写邮箱", "a new link will come"),
    ];
    for (path, body, status, expected, zh, en) in table {
        let answer = browser.json(path, &body).await.is(status).refused(expected);
        assert!(answer.value()["detail"].as_str().unwrap().contains(zh), "{expected}: {}", answer.text());
        let answer = browser.clone().json(&format!("{path}?lang=en"), &body).await.is(status);
        assert!(answer.value()["detail"].as_str().unwrap().contains(en), "{expected}: {}", answer.text());
    }
    browser.get("/api/v1/notices?unread=x").await.is(422).refused("inbox-unread");
    browser.get("/api/v1/deliveries?state=x").await.is(422).refused("delivery-state");
    browser.get("/api/v1/notices?cursor=x").await.is(422).refused("page-cursor");
    // A refused form keeps what was typed.
    let again = browser
        .form("/inbox/settings", &[("follow", "weekly"), ("quiet_from", "25:00"), ("quiet_to", "07:00")])
        .await
        .is(422);
    again.shows("value=\"25:00\"").shows("免打扰的开始与结束");
    browser.form("/saved-searches", &[("name", ""), ("q", "硅片")]).await.is(422).shows("name=\"q\" value=\"硅片\"");
    browser.form("/inbox/address", &[("email", "nobody")]).await.is(422).shows("value=\"nobody\"");
    let ctx = house.ctx(&ann).await;
    address_ask(house.app(), &ctx, "ann@example.com").await.unwrap();
    assert_eq!(code(address_ask(house.app(), &ctx, "ann@example.org").await), "mail-address-often");
    address_remove(house.app(), &ctx).await.unwrap();
    house.with_mail("ann", &ann, "ann@example.com").await;
    assert_eq!(code(address_ask(house.app(), &ctx, "ann@example.com").await), "mail-address-same");
    let confirmation =
        notices::actions::delivery::delivery_list(house.app(), &ctx, "sent", &Page::default()).await.unwrap();
    let replay = notices::actions::delivery::delivery_replay(house.app(), &ctx, &confirmation.items[0].id).await;
    assert_eq!(code(replay), "delivery-confirmation");
    house.0.finish().await;
}

#[tokio::test]
async fn limits_are_limits() {
    let house = house().await;
    let ann = house.plain("ann").await;
    let ctx = house.ctx(&ann).await;
    for number in 0..SAVED_MAX {
        saved_search_create(house.app(), &ctx, &format!("第 {number} 项"), &asking("没有这样的东西")).await.unwrap();
    }
    assert_eq!(code(saved_search_create(house.app(), &ctx, "再来", &asking("没有")).await), "saved-searches-many");
    assert_eq!(code(saved_search_create(house.app(), &ctx, "长", &asking(&"长".repeat(501))).await), "query-too-long");
    assert_eq!(code(follow_create(house.app(), &ctx, "need", "none").await), "not-found");
    let page = Page { limit: 1, cursor: Some("none".into()) };
    assert_eq!(code(inbox_list(house.app(), &ctx, Tab::Process, false, &page).await), "page-cursor");
    house.0.finish().await;
}

#[tokio::test]
async fn settings_are_kept_by_form_and_by_api_alike() {
    let house = house().await;
    house.plain("ann").await;
    let mut browser = house.browser("ann").await;
    let form = [("follow", "weekly"), ("contact", "daily"), ("quiet_from", "22:00"), ("quiet_to", "07:00")];
    assert_eq!(browser.form("/inbox/settings", &form).await.redirect(), "/inbox/settings");
    let settings = browser.get("/api/v1/notice-settings").await.good().value();
    assert_eq!(settings["frequencies"]["follow"], "weekly");
    assert_eq!(
        (&settings["frequencies"]["contact"], &settings["frequencies"]["search"]),
        (&json!("daily"), &json!("daily"))
    );
    assert_eq!((&settings["quiet_from"], &settings["quiet_to"]), (&json!("22:00"), &json!("07:00")));
    let body = json!({ "frequencies": { "follow": "never" }, "quiet": { "from": "", "to": "" } });
    let settings = browser.json("/api/v1/notice-settings", &body).await.good().value();
    assert_eq!((&settings["frequencies"]["follow"], &settings["quiet_from"]), (&json!("never"), &json!(null)));
    house.0.finish().await;
}

#[tokio::test]
async fn whatever_is_told_has_its_words_in_both_languages() {
    let house = house().await;
    let texts = house.app().texts();
    let kinds = TABLE.iter().map(|row| text_key(row.kind)).chain([text_key("search.found")]);
    let expected =
        TABLE.iter().filter_map(|row| row.expects).map(|expects| format!("notice-expect-{}", expects.code()));
    let topics = Topic::ALL.map(|topic| format!("notice-topic-{}", topic.code()));
    let frequencies = Frequency::ALL.map(|frequency| format!("frequency-{}", frequency.code()));
    let failures = ["timeout", "status", "redirect", "private", "name", "connect", "tls", "http", "address", "gone"];
    let failures = failures.into_iter().chain(["smtp", "refused", "spool", "mail"]);
    let failures = failures.map(|code| format!("delivery-error-{code}"));
    let all = kinds.chain(expected).chain(topics).chain(frequencies).chain(failures);
    let missing: Vec<String> = all.filter(|key| !texts.has(key)).collect();
    assert_eq!(missing, Vec::<String>::new());
    house.0.finish().await;
}
