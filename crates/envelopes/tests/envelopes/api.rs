//! The JSON twin: the same stories by programs.

use crate::house::{Committee, House, TOWN_A, TOWN_B, house};
use platform::Role;
use sealing::trustee::Judgement;
use serde_json::{Value, json};

fn value(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("JSON")
}

/// A whole ceremony by programs.
async fn committee(house: &House) -> Committee {
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let mut towns = [
        house.client("town-a", Some((Role::CityOfficer, Some(TOWN_A)))).await,
        house.client("town-b", Some((Role::CityOfficer, Some(TOWN_B)))).await,
    ];
    let body = json!({ "name": "开启委员会", "cities": [TOWN_A, TOWN_B], "joint": true, "threshold": 2 });
    let _ = towns[0].json("/api/v1/committees", &body).await.is(403).refused("forbidden");
    let few = json!({ "name": "开启委员会", "cities": [TOWN_A], "threshold": 2 });
    let _ = office.json("/api/v1/committees", &few).await.is(422).refused("seats-few");
    let made = office.json("/api/v1/committees", &body).await.is(201).value();
    let id = made["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/committees/{id}");
    let mut secrets = house.secrets(&id).await;
    let _ = office.get(&format!("{one}/plan")).await.is(409).refused("ceremony-not-yet");
    for step in ["registrations", "deals", "answers"] {
        for (place, secret) in secrets.iter_mut().enumerate() {
            let file = match step {
                "registrations" => secret.registration().unwrap().to_json(),
                "deals" => secret.deal(&house.plan(&id).await).unwrap().to_json(),
                _ => match secret.judge(&house.transcript(&id).await).unwrap() {
                    Judgement::Accepts(acceptance) => acceptance.to_json(),
                    Judgement::Complains(_) => panic!("nobody lied"),
                },
            };
            let client = towns.get_mut(place).unwrap_or(&mut office);
            let path = format!("{one}/seats/{}/{step}", secret.seat());
            let _ = client.json(&path, &json!({})).await.is(422);
            let _ = client.json(&path, &value(&file)).await.is(201);
        }
    }
    let told = house.0.visitor().get(&one).await.good().value();
    assert_eq!((&told["state"], &told["threshold"]), (&json!("ready"), &json!(2)));
    assert_eq!(told["seats"][2]["kind"], "joint");
    let listed = house.0.visitor().get("/api/v1/committees?state=ready").await.good().value();
    assert_eq!(listed["total"], 1);
    let transcript = house.0.visitor().get(&format!("{one}/transcript")).await.good();
    assert!(transcript.headers["content-disposition"].to_str().unwrap().contains("transcript-"));
    let _ = office.json(&format!("{one}/abandonments"), &json!({ "reason": "x" })).await.is(409);
    Committee { id, secrets }
}

#[tokio::test]
async fn a_committee_and_a_round_by_programs() {
    let house = house().await;
    let committee = committee(&house).await;
    let mut office = house.client("office-2", Some((Role::JointOffice, None))).await;
    let now = house.app().clock().now();
    let body = |closes_ms: i64| {
        json!({ "title": "联合采购", "rules": "第一条", "committee": committee.id, "closes_ms": closes_ms,
            "opens_by_ms": now.plus_days(1).ms() })
    };
    let past = office.json("/api/v1/rounds", &body(1)).await.is(422).refused("closing-past");
    assert_eq!(past.value()["field"], "closes_ms", "as it was sent");
    let made = office.json("/api/v1/rounds", &body(now.plus_ms(3_600_000).ms())).await.is(201);
    let round = made.value()["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/rounds/{round}");
    let _ = house.0.visitor().get(&format!("{one}/context")).await.is(401).refused("sign-in");
    let _ = office.get(&format!("{one}/context")).await.is(403).refused("sender-mandate");
    let sent = house.sent(&round, "org-a", "100").await;
    let told = office.get(&one).await.good().value();
    assert_eq!((&told["phase"], &told["envelopes"], &told["list"]), (&json!("open"), &json!(1), &json!([])));
    house.close().await;
    let told = house.0.visitor().get(&one).await.good().value();
    assert_eq!((&told["list"][0]["hash"], &told["list"][0]["envelope"]), (&json!(sent.hash), &Value::Null));
    let opening = house.opening(&round).await;
    assert_eq!(value(&office.get(&format!("{one}/opening")).await.good().bytes)["root"], opening.root);
    let mut town = house.client("town-a-2", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let shares = |seat: usize| serde_json::to_value(house.shares(&opening, &committee.secrets[seat])).unwrap();
    let _ = town.json(&format!("{one}/seats/1/shares"), &json!({})).await.is(422).refused("document-format");
    let _ = town.json(&format!("{one}/seats/x/shares"), &shares(0)).await.is(404);
    let _ = town.json(&format!("{one}/seats/1/shares"), &shares(0)).await.is(201);
    let _ = office.json(&format!("{one}/seats/3/shares"), &shares(2)).await.is(201);
    house.0.settle().await;
    let told = office.get(&one).await.good().value();
    assert_eq!(told["phase"], "opened");
    let envelope = format!("{one}/envelopes/{}", told["list"][0]["envelope"].as_str().unwrap());
    let read = office.get(&envelope).await.good().value();
    assert_eq!((&read["fields"]["price"], &read["files"][0]["name"]), (&json!("100"), &json!("报价.txt")));
    let _ = house.0.visitor().get(&envelope).await.is(401);
    assert_eq!(office.get(&format!("{envelope}/files/1")).await.good().bytes, b"100");
    let bundle = house.0.visitor().get(&format!("{one}/bundle")).await.good().value();
    assert_eq!(bundle["outcomes"][0]["content_sha256"], read["content_sha256"]);
    let plain = office.json(&format!("{one}/envelopes?organisation=org-a"), &json!({ "price": 1 })).await;
    assert!([403, 404, 409].contains(&plain.status.as_u16()), "{}", plain.text());
    house.0.finish().await;
}
