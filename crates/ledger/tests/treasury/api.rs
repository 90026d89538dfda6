//! The JSON twin: the same stories by programs.

use crate::house::{House, TOWN_A, TOWN_B, house};
use axum::body::Body;
use axum::http::Method;
use platform::Role;
use serde_json::{Value, json};
use testkit::{Answer, Client};

async fn officer(house: &House, login: &str) -> Client {
    house.client(login, Some((Role::CityOfficer, Some(TOWN_A)))).await
}

async fn load(client: &mut Client, account: &str, text: &str) -> Answer {
    let path = format!("/api/v1/statements/imports?account={account}&file=s.csv");
    client.send(Method::POST, &path, Some("text/csv"), Body::from(text.to_owned()), &[]).await
}

#[tokio::test]
async fn money_comes_in_and_goes_out_by_programs() {
    let house = house().await;
    let (mut maker, mut checker) = (officer(&house, "maker").await, officer(&house, "checker").await);
    let mut visitor = house.0.visitor();
    let mut other = house.client("other", Some((Role::CityOfficer, Some(TOWN_B)))).await;
    let body = json!({ "owner": format!("city:{TOWN_A}"), "name": "科技创新专项", "purpose": "budget", "budget_year": 2026,
        "budget_subject": "2060404", "year_end": "carries" });
    let _ = visitor.json("/api/v1/ledger/accounts", &body).await.is(401).refused("sign-in");
    let _ = other.json("/api/v1/ledger/accounts", &body).await.is(403).refused("forbidden");
    let made = maker.json("/api/v1/ledger/accounts", &body).await.is(201);
    let account = made.value()["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/ledger/accounts/{account}");
    assert_eq!(made.headers["location"].to_str().unwrap(), one);
    let _ = maker.json("/api/v1/ledger/accounts", &body).await.is(409).refused("account-there");
    let _ = other.get(&one).await.is(404);
    let text = house.statement((-10, -9), 0, &[(-9, "T1", 10_000_000, "拨款")]);
    let report = load(&mut maker, &account, &text.replace("T1", "")).await.is(422).value();
    assert_eq!(
        (&report["problems"][0]["code"], &report["problems"][0]["line"]),
        (&json!("statement-serial"), &json!(3))
    );
    let _ = load(&mut other, &account, &text).await.is(404);
    let taken = load(&mut maker, &account, &text).await.good().value();
    assert_eq!((&taken["lines"], &taken["matched"]), (&json!(1), &json!(0)));
    let _ = load(&mut maker, &account, &text).await.is(409).refused("statement-known");
    let open = maker.get("/api/v1/statement-lines").await.good().value();
    assert_eq!((&open["total"], &open["items"][0]["age_days"]), (&json!(1), &json!(9)));
    let line = format!("/api/v1/statement-lines/{}", open["items"][0]["id"].as_str().unwrap());
    let _ = maker.json(&format!("{line}/entries"), &json!({ "account": account, "purpose": "年度拨款" })).await.is(201);
    let entry = checker.get(&line).await.good().value()["entries"][0]["id"].as_str().unwrap().to_owned();
    let decisions = format!("/api/v1/line-entries/{entry}/decisions");
    let _ = maker.json(&decisions, &json!({ "decision": "approve" })).await.is(403);
    let _ = checker.json(&decisions, &json!({ "decision": "approve" })).await.is(201);
    let told = maker.get(&format!("{one}?at=2026-03-07")).await.good().value();
    assert_eq!((&told["balance_fen"], &told["at"]["balance_fen"]), (&json!(10_000_000), &json!(10_000_000)));

    let payment = |fen: i64| {
        json!({ "account": account, "payee_name": "某公司", "payee_bank": "某银行某支行",
        "payee_account": "6222021100123456", "amount_fen": fen, "purpose": "检测费" })
    };
    let refused = maker.json("/api/v1/payments", &payment(0)).await.is(422).refused("amount-needed");
    assert_eq!(refused.value()["field"], "amount_fen", "as it was sent");
    let _ = maker.json("/api/v1/payments", &payment(-5)).await.is(422).refused("amount-shape");
    let _ = maker.json("/api/v1/payments", &payment(i64::MAX)).await.is(422).refused("amount-large");
    let made = maker.json("/api/v1/payments", &payment(600_050)).await.is(201);
    let id = made.value()["id"].as_str().unwrap().to_owned();
    let two = format!("/api/v1/payments/{id}");
    let _ = maker.json(&format!("{two}/drafts"), &payment(600_000)).await.is(201);
    let _ = maker.json(&format!("{two}/submissions"), &json!({})).await.is(201);
    let _ = maker.json(&format!("{two}/decisions"), &json!({ "decision": "approve" })).await.is(403);
    let _ = other.get(&two).await.is(404);
    assert_eq!(checker.get(&two).await.good().value()["may_check"], true);
    let _ = checker.json(&format!("{two}/decisions"), &json!({ "decision": "approve" })).await.is(201);
    assert_eq!(maker.get(&one).await.good().value()["held_fen"], 600_000);
    let export = json!({ "account": account, "payments": [id] });
    let file = checker.json("/api/v1/payment-files", &export).await.is(201);
    let _ = checker.json("/api/v1/payment-files", &export).await.is(409).refused("payment-state");
    let file = file.headers["location"].to_str().unwrap().to_owned();
    let told = checker.get(&file).await.good().value();
    assert_eq!((&told["count"], &told["total_fen"]), (&json!(1), &json!(600_000)));
    let csv = checker.get(&format!("{file}/content")).await.good();
    assert_eq!(csv.headers["x-content-sha256"].to_str().unwrap(), told["csv_sha256"].as_str().unwrap());
    assert_eq!(told["payments"][0]["payee_account"], "••••3456");
    let json_file: Value = checker.get(&format!("{file}/content?format=json")).await.good().value();
    assert_eq!(json_file["payments"][0]["payee"]["account"], "6222021100123456");
    let number = told["payments"][0]["number"].as_str().unwrap();
    let text = house.statement((-9, 0), 10_000_000, &[(0, "B1", -600_000, number)]);
    assert_eq!(load(&mut checker, &account, &text).await.good().value()["matched"], 1);
    assert_eq!(maker.get(&two).await.good().value()["state"], "settled");
    let entries = maker.get(&format!("{one}/entries?code=payment.settled")).await.good().value();
    assert_eq!((&entries["total"], &entries["items"][0]["after_fen"]), (&json!(1), &json!(9_400_000)));
    let statement = maker.get(&format!("{one}/statements?from=2026-03-01")).await.good().value();
    assert_eq!((&statement["opening_fen"], &statement["closing_fen"]), (&json!(0), &json!(9_400_000)));
    let listed = maker.get(&format!("/api/v1/statements?account={account}")).await.good().value();
    assert_eq!(listed["total"], 2);
    let second = listed["items"].as_array().unwrap().iter().find(|one| one["closing_fen"] == 9_400_000).unwrap();
    let newest = format!("/api/v1/statements/{}", second["id"].as_str().unwrap());
    let told = maker.get(&newest).await.good().value();
    assert_eq!((&told["open_fen"], &told["entries"][0]["matched"]["rule"]), (&json!(0), &json!("number")));
    let paid = format!("/api/v1/statement-lines/{}", told["entries"][0]["id"].as_str().unwrap());
    let _ = maker.json(&format!("{paid}/unmatchings"), &json!({ "reason": "错" })).await.is(201);
    let _ = maker.json(&format!("{paid}/matches"), &json!({ "payment": id, "reason": "核实" })).await.is(201);
    let _ = maker.json(&format!("{two}/returns"), &json!({ "reason": "closed" })).await.is(403);
    let _ = maker.json(&format!("{two}/withdrawals"), &json!({})).await.is(409).refused("payment-state");
    assert_eq!(maker.get("/api/v1/payments?state=settled").await.good().value()["total"], 1);
    assert_eq!(maker.get("/api/v1/ledger/accounts?purpose=budget").await.good().value()["total"], 1);
    house.finish().await;
}

#[tokio::test]
async fn a_repeat_of_a_money_form_gets_the_first_answer() {
    let house = house().await;
    let account = house.funded(10_000_000).await;
    let mut maker = officer(&house, "clerk").await;
    let body = json!({ "account": account, "payee_name": "某公司", "payee_bank": "某银行某支行",
        "payee_account": "6222021100123456", "amount_fen": 100, "purpose": "检测费" });
    let mut answers = Vec::new();
    for _ in 0..2 {
        let key = [("idempotency-key", "k1")];
        let sent =
            maker.send(Method::POST, "/api/v1/payments", Some("application/json"), body.to_string().into(), &key).await;
        answers.push(sent.is(201).value());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(maker.get("/api/v1/payments").await.good().value()["total"], 1);
    house.finish().await;
}

#[tokio::test]
async fn periods_by_programs() {
    let house = house().await;
    let mut joint = house.client("joint", Some((Role::JointOffice, None))).await;
    let mut reader = officer(&house, "reader").await;
    let told = reader.get("/api/v1/ledger/periods").await.good().value();
    assert_eq!((&told["next"], &told["closed"]), (&json!("2026-02"), &json!([])));
    let body = json!({ "period": "2026-02" });
    let _ = reader.json("/api/v1/ledger/periods", &body).await.is(403);
    let _ = joint.json("/api/v1/ledger/periods", &json!({ "period": "" })).await.is(422).refused("period-shape");
    assert_eq!(joint.json("/api/v1/ledger/periods", &body).await.is(201).value()["period"], "2026-02");
    let _ = joint.json("/api/v1/ledger/periods", &body).await.is(409).refused("period-already-closed");
    let _ = joint.json("/api/v1/ledger/year-ends", &json!({ "year": 2026 })).await.is(409).refused("year-runs");
    assert_eq!(joint.json("/api/v1/ledger/year-ends", &json!({ "year": 2025 })).await.good().value()["ended"], 0);
    house.finish().await;
}
