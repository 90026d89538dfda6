//! The pages of administration, and who gets how far.
#![allow(unused_must_use, reason = "an answer that a test has insisted on needs no further look")]

use axum::body::Body;
use axum::http::Method;
use platform::demo::{Cast, DEMO_PASSWORD};
use platform::jobs::{JOB_ATTEMPTS_MAX, NewJob, run_due};
use platform::{identity, journal};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use std::collections::BTreeSet;
use testkit::{Client, TestApp};

async fn start() -> TestApp {
    let test = TestApp::start(vec![]).await;
    Cast::create(test.app()).await.expect("the demo's accounts are made");
    test
}

async fn signed_in(test: &TestApp, login: &str) -> Client {
    let mut client = test.visitor();
    client.form("/sign-in", &[("login", login), ("password", DEMO_PASSWORD)]).await.redirect();
    client
}

/// Routes that a visitor may use: whoever holds the password or the link.
const OPEN: [&str; 4] = ["/sign-in", "/sign-out", "/first/{secret}", "/invite/{secret}"];
/// Routes of one's own account.
const OWN: [&str; 3] = ["/account", "/api/v1/me", "/api/v1/tokens"];

fn begins(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| path == *place || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/')))
}

/// A body that fits what is posted there.
fn body_of(path: &str) -> &'static str {
    match path.rsplit('/').next().unwrap_or_default() {
        "tokens" => r#"{"name":"x","scopes":["read"],"days":3}"#,
        "roles" | "role-revocations" => r#"{"role":"expert"}"#,
        "passwords" => r#"{"password":"x","new_password":"correct horse"}"#,
        "languages" => r#"{"lang":"en"}"#,
        "invites" => r#"{"name":"x"}"#,
        _ => "{}",
    }
}

#[tokio::test]
async fn every_route_is_declared_and_closed_to_strangers() {
    let test = start().await;
    let (mut visitor, mut member) = (test.visitor(), signed_in(&test, "enterprise").await);
    let mut seen = 0;
    for route in identity::routes() {
        assert!(test.app().policies().knows(route.action), "{} {}: {}", route.method, route.path, route.action);
        assert_eq!(
            route.journal.is_some(),
            route.method == Method::POST,
            "{} {}: what changes is in the journal",
            route.method,
            route.path
        );
        if begins(route.path, &OPEN) {
            continue;
        }
        seen += 1;
        let path = route.path.replace("{id}", "nobody");
        let json = path.starts_with("/api/");
        let (kind, body) = match (&route.method, json) {
            (&Method::GET, _) => (None, ""),
            (_, true) => (Some("application/json"), body_of(&path)),
            (_, false) => (
                Some("application/x-www-form-urlencoded"),
                "name=x&role=expert&lang=en&password=x&new_password=correct+horse",
            ),
        };
        let answer = visitor.send(route.method.clone(), &path, kind, Body::from(body), &[]).await;
        assert_eq!(answer.status.as_u16(), 401, "{} {path} for a visitor: {}", route.method, answer.text());
        if !begins(route.path, &OWN) {
            let answer = member.send(route.method.clone(), &path, kind, Body::from(body), &[]).await;
            assert!(
                [403, 404].contains(&answer.status.as_u16()),
                "{} {path} for a member: {}",
                route.method,
                answer.text()
            );
        }
    }
    assert!(seen >= 25, "the table has been walked: {seen}");
}

#[tokio::test]
async fn pages_speak_both_languages_and_have_unique_ids() {
    let test = start().await;
    journal::seal(test.app().db(), test.app().clock().now(), journal::Batches::All).await.unwrap();
    let mut admin = signed_in(&test, "admin").await;
    let accounts = admin.get("/api/v1/accounts?limit=3").await.good().value();
    assert_eq!((accounts["items"].as_array().map(Vec::len), accounts["total"].as_i64()), (Some(3), Some(7)));
    let next = accounts["next"].as_str().expect("there are more").to_owned();
    let rest = admin.get(&format!("/api/v1/accounts?limit=100&cursor={next}")).await.good().value();
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next"]), (Some(4), &serde_json::Value::Null));
    let other = rest["items"][0]["id"].as_str().unwrap();
    let paths =
        ["/account", "/admin", "/admin/accounts", &format!("/admin/accounts/{other}"), "/admin/jobs", "/admin/journal"];
    for (language, title) in [("zh-CN", "管理"), ("en", "Administration")] {
        for path in paths {
            let page = admin.get(&format!("{path}?lang={language}")).await.good().shows(title).text();
            let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let unique: BTreeSet<&&str> = ids.iter().collect();
            assert_eq!(unique.len(), ids.len(), "{path}: {ids:?}");
            assert!(!page.contains("admin-") || !page.contains(">admin-"), "{path}: a text key shows");
        }
    }
    assert_eq!(test.app().texts().differences(), Vec::<String>::new());
    admin.get("/admin/journal?lang=en").await.good().shows("account.created").hides("granted_by");
    admin.get("/admin/accounts?lang=en&q=jiaxing").await.good().shows("示例嘉兴").hides("示例松江");
    admin.get("/admin/accounts?lang=en&q=%25").await.good().shows("Nothing fits");
    admin.get("/admin/accounts?limit=x").await.is(422);
    admin.get("/admin/accounts/nobody").await.is(404);
}

#[tokio::test]
async fn a_dead_job_raises_an_alarm_and_is_retried_by_hand() {
    let test = start().await;
    let app = test.app();
    app.in_txn(&test.system(), "break", (), |tx, ()| {
        Box::pin(tx.job(NewJob::new("test.missing", serde_json::json!({}))))
    })
    .await
    .unwrap();
    for _ in 0..JOB_ATTEMPTS_MAX {
        run_due(app).await.unwrap();
        app.clock().advance_ms(3_600_000);
    }
    let mut admin = signed_in(&test, "admin").await.english();
    admin.get("/admin?lang=en").await.good().shows("1 job has failed");
    admin.get("/admin/jobs").await.good().shows("test.missing").shows("no handler is registered");
    let jobs = admin.get("/api/v1/jobs").await.good().value();
    let id = jobs["items"][0]["id"].as_str().expect("the dead job").to_owned();
    assert_eq!((jobs["total"].as_i64(), jobs["items"][0]["state"].as_str()), (Some(1), Some("dead")));
    admin.get("/api/v1/jobs?state=lost").await.is(422).refused("job-state");
    assert_eq!(admin.form(&format!("/admin/jobs/{id}/retries"), &[]).await.redirect(), "/admin/jobs");
    admin.json(&format!("/api/v1/jobs/{id}/retries"), &serde_json::json!({})).await.is(409).refused("job-not-dead");
    admin.get("/admin?lang=en").await.good().hides("has failed");
    admin.get("/admin/jobs?state=ready").await.good().shows("test.missing");
    let kinds: Vec<String> = journal::of_object(&app.db().read(), "job", &id, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.kind)
        .collect();
    assert_eq!(kinds, ["job.retried", "job.died"]);
}

#[tokio::test]
async fn administrators_can_do_by_the_api_what_the_pages_offer() {
    let test = start().await;
    let mut admin = signed_in(&test, "admin").await;
    let accounts = admin.get("/api/v1/accounts?q=enterprise").await.good().value();
    let id = accounts["items"][0]["id"].as_str().expect("the demo's enterprise").to_owned();
    let path = |what: &str| format!("/api/v1/accounts/{id}{what}");

    let role = json!({ "role": "city-officer", "city": "310117" });
    admin.json(&path("/roles"), &role).await.is(204);
    admin.json(&path("/roles"), &role).await.is(409).refused("role-held");
    admin.json(&path("/roles"), &json!({ "role": "king" })).await.is(422).refused("role-unknown");
    admin.json(&path("/roles"), &json!({ "role": "city-officer", "city": "1" })).await.is(422).refused("adcode-shape");
    assert_eq!(
        admin.get(&path("")).await.good().value()["roles"],
        json!([{ "role": "city-officer", "city": "310117" }])
    );
    admin.json(&path("/role-revocations"), &role).await.is(204);
    admin.json(&path("/role-revocations"), &role).await.is(409).refused("role-not-held");

    admin.json(&path("/disablings"), &json!({})).await.is(204);
    admin.json(&path("/disablings"), &json!({})).await.is(409).refused("already-disabled");
    assert!(admin.get(&path("")).await.good().value()["disabled_ms"].is_i64());
    admin.json(&path("/enablings"), &json!({})).await.is(204);
    admin.get("/api/v1/accounts/nobody").await.is(404);

    let link = admin.json(&path("/resets"), &json!({})).await.is(201).value();
    assert!(link["link"].as_str().is_some_and(|link| link.contains("/invite/")), "{link}");
    let invite = json!({ "name": "新同事", "role": "expert" });
    let headers = [("idempotency-key", "k-1")];
    let mut send = async || {
        let body = Body::from(invite.to_string());
        admin.send(Method::POST, "/api/v1/invites", Some("application/json"), body, &headers).await.is(201).value()
    };
    let (made, again) = (send().await, send().await);
    assert_eq!(made["id"], again["id"], "a repeat makes no second link");
    assert!(made["link"].is_string() && again["link"].is_null(), "a link is told once: {again}");
    let open = admin.get("/api/v1/invites").await.good().value();
    assert_eq!(open["total"], 2, "the reset and the invite");
    let id = made["id"].as_str().unwrap();
    admin.json(&format!("/api/v1/invites/{id}/revocations"), &json!({})).await.is(204);
    admin.json(&format!("/api/v1/invites/{id}/revocations"), &json!({})).await.is(404).refused("link-over");
    assert_eq!(admin.get("/api/v1/invites").await.good().value()["total"], 1);
}

#[tokio::test]
async fn the_journal_is_read_page_by_page_to_its_beginning() {
    let test = start().await;
    journal::seal(test.app().db(), test.app().clock().now(), journal::Batches::All).await.unwrap();
    let mut admin = signed_in(&test, "admin").await;
    let (mut cursor, mut leaves) = (String::new(), Vec::new());
    let total = loop {
        let page = admin.get(&format!("/api/v1/journal?limit=3{cursor}")).await.good().value();
        let items = page["items"].as_array().unwrap();
        leaves.extend(items.iter().map(|entry| entry["leaf_index"].as_i64().expect("sealed")));
        let Some(next) = page["next"].as_str() else { break page["total"].as_i64().unwrap() };
        cursor = format!("&cursor={next}");
    };
    assert!(total > 3 && leaves == (0..total).rev().collect::<Vec<_>>(), "{leaves:?} of {total}");
    admin.get("/api/v1/journal?cursor=new").await.is(422).refused("page-cursor");
}

#[tokio::test]
async fn everybody_keeps_his_own_account_by_the_api() {
    let test = start().await;
    let (mut here, mut there) = (signed_in(&test, "enterprise").await, signed_in(&test, "enterprise").await);
    let sessions = here.get("/api/v1/me/sessions").await.good().value();
    let items = sessions["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|session| session["here"] == true).count(), 1, "{sessions}");
    assert_eq!(items.len(), 2);
    let other = items.iter().find(|session| session["here"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    here.json(&format!("/api/v1/me/sessions/{other}/endings"), &json!({})).await.is(204);
    here.json(&format!("/api/v1/me/sessions/{other}/endings"), &json!({})).await.is(404);
    there.get("/api/v1/me").await.is(401);

    let mut third = signed_in(&test, "enterprise").await;
    here.json("/api/v1/me/sessions/endings", &json!({})).await.is(204);
    third.get("/api/v1/me").await.is(401);

    here.json("/api/v1/me/languages", &json!({ "lang": "fr" })).await.is(422).refused("language");
    here.json("/api/v1/me/languages", &json!({ "lang": "en" })).await.is(204);
    let token = json!({ "name": "x", "scopes": ["read"], "days": 3 });
    let token = here.json("/api/v1/tokens", &token).await.is(201).value();
    let mut program = test.visitor().bearer(token["secret"].as_str().unwrap());
    assert_eq!(program.get("/api/v1/me").await.good().value()["scopes"], json!(["read"]));
    program.get("/api/v1/me/sessions").await.is(403).refused("token-scope");

    let change = |old: &str| json!({ "password": old, "new_password": "four words in a row" });
    here.json("/api/v1/me/passwords", &change("not it")).await.is(422).refused("password-wrong");
    let (body, headers) = (Body::from(change(DEMO_PASSWORD).to_string()), [("idempotency-key", "k-1")]);
    here.send(Method::POST, "/api/v1/me/passwords", Some("application/json"), body, &headers).await.is(204);
    let conn = test.app().db().read();
    let kept = Statement::from_string(conn.get_database_backend(), "SELECT COUNT(*) AS n FROM idempotency");
    let kept: i64 = conn.query_one_raw(kept).await.unwrap().unwrap().try_get("", "n").unwrap();
    assert_eq!(kept, 0, "not even a hash of a password is kept with a key");
    let typed = [("login", "enterprise"), ("password", "four words in a row")];
    assert_eq!(test.visitor().form("/sign-in", &typed).await.redirect(), "/desk");
}
