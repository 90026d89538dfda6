//! The machine's clock is stepped back an hour under a running house.

use crate::stop::{enqueue, house};
use axum::body::Body;
use axum::http::Method;
use platform::identity::actions::{NewAccount, account_create};
use platform::{jobs, journal};
use serde_json::json;
use testkit::{Client, TestApp};

const PASSWORD: &str = "correct horse battery";
const HOUR_MS: i64 = 3_600_000;

async fn account(house: &TestApp, login: &str) {
    let account = NewAccount {
        login: login.into(),
        email: String::new(),
        name: "示例".into(),
        password: PASSWORD.into(),
        roles: vec![],
        locale: kernel::Locale::ZhCn,
        demo: false,
    };
    account_create(house.app(), &house.system(), account).await.unwrap();
}

async fn sign_in(house: &TestApp, login: &str) -> Client {
    let mut client = house.visitor();
    client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
    client
}

#[tokio::test]
async fn people_stay_signed_in_and_a_repeat_still_gets_the_first_answer() {
    let house = house().await;
    account(&house, "li.wei").await;
    let mut client = sign_in(&house, "li.wei").await;
    let body = json!({ "name": "one", "scopes": ["read"], "days": 1 }).to_string();
    let post = async |client: &mut Client| {
        let headers = [("idempotency-key", "key-0001")];
        client.send(Method::POST, "/api/v1/tokens", Some("application/json"), Body::from(body.clone()), &headers).await
    };
    let first = post(&mut client).await.good().value();

    house.app().clock().advance_ms(-HOUR_MS);
    client.get("/account").await.good();
    assert_eq!(post(&mut client).await.good().value()["id"], first["id"], "done once");
    let secret = first["secret"].as_str().expect("told the first time");
    house.visitor().bearer(secret).get("/api/v1/me").await.good();
    sign_in(&house, "li.wei").await.get("/account").await.good();

    house.app().clock().advance_ms(2 * HOUR_MS);
    client.get("/account").await.good();
    house.finish().await;
}

#[tokio::test]
async fn a_pause_after_wrong_passwords_never_grows_by_the_step() {
    let house = house().await;
    account(&house, "li.wei").await;
    let mut client = house.visitor();
    let wrong = [("login", "li.wei"), ("password", "wrong password")];
    while client.form("/sign-in", &wrong).await.status != 429 {}
    house.app().clock().advance_ms(-HOUR_MS);
    let answer = client.form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await;
    assert_eq!(answer.redirect(), "/desk", "a minute's pause is not an hour's");
    // And wrong ones are still counted.
    let mut client = house.visitor();
    while client.form("/sign-in", &wrong).await.status != 429 {}
    house.finish().await;
}

#[tokio::test]
async fn jobs_run_and_the_journal_keeps_its_order() {
    let house = house().await;
    enqueue(&house, 300, None).await;
    enqueue(&house, 300, None).await;
    // Another node dies with one of them in its hands.
    let app = house.app().clone();
    let node = tokio::spawn(async move { jobs::run_due(&app).await });
    while jobs::list(&house.app().db().read(), "running", 10).await.unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    node.abort();
    assert!(node.await.is_err(), "it died at its work");
    house.app().clock().advance_ms(-HOUR_MS);
    enqueue(&house, 0, None).await;
    let later = house.app().clock().now().plus_ms(1_000);
    enqueue(&house, 0, Some(later)).await;
    house.settle().await;
    let conn = house.app().db().read();
    assert_eq!(jobs::list(&conn, "done", 10).await.unwrap().len(), 3, "none waits for the hour to pass again");
    let waiting = jobs::list(&conn, "ready", 10).await.unwrap();
    // Besides what the house does every night.
    let slow = waiting.iter().filter(|job| job.name == "test.slow").count();
    assert_eq!(slow, 1, "what is meant for later waits");
    house.app().clock().advance_ms(1_000);
    house.settle().await;
    assert_eq!(jobs::list(&conn, "done", 10).await.unwrap().len(), 4);

    let entries = journal::after(&conn, -1, 1_000).await.unwrap();
    assert!(entries.iter().map(|entry| entry.leaf_index).eq((0..).take(entries.len()).map(Some)), "no gap");
    assert!(entries.is_sorted_by(|a, b| a.entry_id < b.entry_id), "the order in which things happened");
    assert!(entries.windows(2).any(|two| two[0].at_ms > two[1].at_ms), "though the clock went back");
    house.finish().await;
}
