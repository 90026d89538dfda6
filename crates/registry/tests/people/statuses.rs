use crate::house::{EVIDENCE, TOWN_A, TOWN_B, code, house};
use crate::web::account;
use axum::body::Body;
use axum::http::Method;
use registry::actions::organisation::{organisation_by_key, organisation_view};
use registry::actions::status::{statement_confirm, status_confirm, status_declare};
use registry::rules::status::StatusCommand;
use serde_json::{Value, json};
use testkit::{Answer, Client};

fn gazelle() -> StatusCommand {
    StatusCommand {
        status: "gazelle".into(),
        issuer: "示例甲市科技局".into(),
        valid_from: "2026".into(),
        valid_to: "2028".into(),
    }
}

#[tokio::test]
async fn what_the_organisation_declares_the_office_confirms() {
    let house = house().await;
    let id = house.listed("boss", "新茶公司", TOWN_A).await;
    let (app, boss) = (house.app(), house.person("boss").await);
    let officer = house.officer("o", TOWN_A).await;
    let own = status_declare(app, &boss, &id, gazelle()).await.unwrap().id;
    let status = async || organisation_view(app, &house.visitor(), &id).await.unwrap().dossier.statuses;
    assert_eq!(status().await[0].verified_ms, None);
    assert_eq!(code(status_confirm(app, &boss, &own).await), "forbidden");
    assert_eq!(code(status_confirm(app, &house.officer("p", TOWN_B).await, &own).await), "forbidden");
    status_confirm(app, &officer, &own).await.unwrap();
    assert_eq!(status().await[0].verified_by.as_deref(), Some("o"));
    assert_eq!(code(status_confirm(app, &officer, &own).await), "status-confirmed");
    let kinds: Vec<String> = house.journal("organisation", &id).await.into_iter().map(|(kind, _)| kind).collect();
    assert!(kinds.ends_with(&["organisation.status_declared".to_owned(), "organisation.status_confirmed".to_owned()]));
}

#[tokio::test]
async fn what_the_office_issues_needs_no_second_look() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-2").await.unwrap();
    let officer = house.officer("o", TOWN_B).await;
    status_declare(app, &officer, &id, gazelle()).await.unwrap();
    assert!(organisation_view(app, &house.visitor(), &id).await.unwrap().dossier.statuses[0].verified_ms.is_some());
    assert_eq!(code(status_declare(app, &house.officer("p", TOWN_A).await, &id, gazelle()).await), "forbidden");
    assert_eq!(code(status_declare(app, &house.visitor(), &id, gazelle()).await), "sign-in");
    let bad = StatusCommand { status: "king".into(), ..gazelle() };
    assert_eq!(code(status_declare(app, &officer, &id, bad).await), "status-unknown");
    assert_eq!(code(status_confirm(app, &officer, "nothing").await), "not-found");
}

#[tokio::test]
async fn a_confirmed_statement_is_no_longer_unverified_and_a_newer_pack_only_proposes() {
    let house = house().await;
    let app = house.app();
    let id = organisation_by_key(app, "tt-1").await.unwrap();
    let officer = house.officer("o", TOWN_A).await;
    let view = organisation_view(app, &officer, &id).await.unwrap();
    let statement =
        view.dossier.statements.iter().find(|s| s.verified_ms.is_none()).expect("something unconfirmed").id.clone();
    assert_eq!(code(statement_confirm(app, &house.person("x").await, &statement).await), "forbidden");
    statement_confirm(app, &officer, &statement).await.unwrap();
    assert_eq!(code(statement_confirm(app, &officer, &statement).await), "statement-confirmed");
    let after = organisation_view(app, &house.visitor(), &id).await.unwrap();
    let confirmed = after.dossier.statements.iter().find(|s| s.id == statement).unwrap();
    assert!(confirmed.verified_ms.is_some() && confirmed.edited_ms.is_some());
    assert_eq!(code(statement_confirm(app, &officer, "nothing").await), "not-found");
}

/// Sends JSON under a key.
async fn keyed(client: &mut Client, path: &str, body: &Value) -> Answer {
    let headers = [("idempotency-key", "k-1")];
    client.send(Method::POST, path, Some("application/json"), Body::from(body.to_string()), &headers).await
}

#[tokio::test]
async fn the_same_request_sent_twice_is_done_once() {
    let house = house().await;
    let (boss_id, mut boss) = account(&house, "boss-a", None).await;
    let id = house.listed(&boss_id, "新茶公司", TOWN_A).await;
    account(&house, "guest-a", None).await;
    let unclaimed = organisation_by_key(house.app(), "tt-1").await.unwrap();
    let status = json!({ "status": "gazelle", "issuer": "示例甲市科技局", "valid_from": "2026", "valid_to": "2028" });
    let invitation = json!({ "login": "guest-a", "duty": "经办人", "mandates": ["publish"] });
    for (path, body, other) in [
        (format!("/api/v1/organisations/{id}/statuses"), status, json!({ "status": "unicorn" })),
        (format!("/api/v1/organisations/{id}/members"), invitation, json!({ "login": "nobody" })),
        (
            format!("/api/v1/organisations/{unclaimed}/claims"),
            json!({ "evidence": EVIDENCE }),
            json!({ "evidence": "x" }),
        ),
    ] {
        let first = keyed(&mut boss, &path, &body).await.is(201).value();
        let second = keyed(&mut boss, &path, &body).await.is(201).value();
        assert_eq!((&first["id"], &first["entry"]), (&second["id"], &second["entry"]), "{path}");
        let _ = keyed(&mut boss, &path, &other).await.is(422).refused("idempotency-body");
    }
    let statuses = async || organisation_view(house.app(), &house.visitor(), &id).await.unwrap().dossier.statuses.len();
    assert_eq!(statuses().await, 1);
    let path = format!("/organisations/{id}/statuses");
    let form =
        [("status", "unicorn"), ("issuer", "示例甲市科技局"), ("valid_from", "2026"), ("idempotency_key", "k-2")];
    for _ in 0..2 {
        boss.form(&path, &form).await.redirect();
    }
    assert_eq!(statuses().await, 2, "a form sent twice declares once");
    house.0.finish().await;
}
