//! The JSON twin: the same stories by programs.

use crate::house::{PROVINCE, TOWN_A, TOWN_B, house, patch};
use platform::Role;
use serde_json::{Value, json};

fn body(number: &str) -> Value {
    json!({
        "head": { "kind": "clearing", "number": number, "title": "清算协议", "title_en": "Clearing", "assent": "members" },
        "text": { "text": "第一条 按季清算。" },
        "parties": { "cities": [TOWN_A, TOWN_B], "joint": true,
            "outer": [{ "name": "某部", "name_en": "A Ministry", "level": "ministry" }] },
        "money": { "total_fen": 10_000, "shares": [
            { "party": TOWN_A, "share_fen": 6_000 }, { "party": TOWN_B, "share_fen": 4_000 }] },
        "validity": { "valid_until": "2028-12-31" }
    })
}

#[tokio::test]
async fn an_act_by_programs() {
    let house = house().await;
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let mut a = house.client("town-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let mut b = house.client("town-b", Some((Role::CityOfficer, Some(TOWN_B)))).await;
    let mut visitor = house.0.visitor();
    let _ = visitor.json("/api/v1/accords", &body("1")).await.is(401).refused("sign-in");
    let _ = a.json("/api/v1/accords", &body("1")).await.is(403).refused("forbidden");
    let mut wrong = body("1");
    wrong["money"]["total_fen"] = json!(9_999);
    let refused = office.json("/api/v1/accords", &wrong).await.is(422).refused("money-shares");
    assert_eq!(refused.value()["field"], "total_fen", "as it was sent");
    wrong["money"]["total_fen"] = json!(-1);
    let _ = office.json("/api/v1/accords", &wrong).await.is(422).refused("amount-shape");
    let _ = office.json("/api/v1/accords", &json!({ "head": {}, "seal": "" })).await.is(422).refused("json");
    let made = office.json("/api/v1/accords", &body("1")).await.is(201);
    let id = made.value()["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/accords/{id}");
    assert_eq!(made.headers["location"].to_str().unwrap(), one);
    let _ = office.json("/api/v1/accords", &body("1")).await.is(409).refused("accord-number-taken");
    let title = json!({ "text": { "text": "第一条 按季清算，次月付清。" } });
    let _ = office.json(&format!("{one}/drafts"), &title).await.is(201);
    let told = office.get(&one).await.good().value();
    assert_eq!(told["text"], "第一条 按季清算，次月付清。");
    assert_eq!((&told["total_fen"], &told["parties"][1]["share_fen"]), (&json!(10_000), &json!(4_000)));
    let circulations = format!("{one}/circulations");
    let _ = office.json(&circulations, &json!({ "deadline": "2026-03-16" })).await.is(422).refused("deadline-past");
    let _ = office.json(&circulations, &json!({ "deadline": "2026-03-30" })).await.is(201);
    let _ = office.json(&format!("{one}/drafts"), &title).await.is(409).refused("accord-not-draft");
    let _ = visitor.get(&one).await.is(404).refused("not-found");
    let consents = format!("{one}/consents");
    let word = |party: &str, word: &str| json!({ "party": party, "version": 1, "word": word });
    let _ = visitor.json(&consents, &word(TOWN_A, "agrees")).await.is(404);
    let _ = a.json(&consents, &word(TOWN_B, "agrees")).await.is(403);
    let _ = a.json(&consents, &word(TOWN_A, "reserves")).await.is(422).refused("reservation-needed");
    let said = a.json(&consents, &word(TOWN_A, "agrees")).await.is(201).value();
    assert_eq!(said["in_force"], false);
    let _ = office.json(&format!("{one}/recalls"), &json!({})).await.is(201);
    let _ = office.json(&circulations, &json!({ "deadline": "2026-03-30" })).await.is(201);
    let _ = a.json(&consents, &word(TOWN_A, "agrees")).await.is(409).refused("accord-version");
    let second = |party: &str| json!({ "party": party, "version": 2, "word": "agrees" });
    let _ = a.json(&consents, &second(TOWN_A)).await.is(201);
    assert_eq!(b.json(&consents, &second(TOWN_B)).await.is(201).value()["in_force"], true);
    let told = visitor.get(&one).await.good().value();
    assert_eq!(
        (&told["state"], &told["version"], &told["valid_until"]),
        (&json!("in_force"), &json!(2), &json!("2028-12-31"))
    );
    assert_eq!(told["consents"].as_array().unwrap().len(), 3);
    assert!(told["consents"][0]["by"].is_null(), "outsiders do not learn who it was");
    assert_eq!(a.get(&one).await.good().value()["consents"][0]["by"], "人员 town-a");
    let first = visitor.get(&format!("{one}/versions/1")).await.good().value();
    assert_eq!(first["consents"].as_array().unwrap().len(), 1);
    let _ = visitor.get(&format!("{one}/versions/9")).await.is(404);
    let listed = visitor.get(&format!("/api/v1/accords?kind=clearing&city={TOWN_A}")).await.good().value();
    assert_eq!((&listed["total"], &listed["items"][0]["cities"][0]["adcode"]), (&json!(1), &json!(TOWN_A)));
    assert_eq!(visitor.get(&format!("/api/v1/accords?city={PROVINCE}")).await.good().value()["total"], 0);
    let _ = visitor.get("/api/v1/accords?cursor=nothing").await.is(422).refused("page-cursor");
    let _ = office.json(&format!("{one}/endings"), &json!({ "reason": "" })).await.is(422).refused("needed");
    let _ = office.json(&format!("{one}/endings"), &json!({ "reason": "已结清" })).await.is(201);
    house.0.finish().await;
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gets_the_first_answer() {
    let house = house().await;
    let id = house.circulated(patch("1", "members")).await;
    let mut a = house.client("town-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let word = json!({ "party": TOWN_A, "version": 1, "word": "agrees" }).to_string();
    let path = format!("/api/v1/accords/{id}/consents");
    let mut answers = Vec::new();
    for _ in 0..2 {
        let key = [("idempotency-key", "k1")];
        let sent = a.send(axum::http::Method::POST, &path, Some("application/json"), word.clone().into(), &key).await;
        answers.push(sent.is(201).value());
    }
    assert_eq!(answers[0], answers[1]);
    house.0.finish().await;
}

#[tokio::test]
async fn meetings_items_and_supervision_by_programs() {
    let house = house().await;
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let mut a = house.client("town-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let mut visitor = house.0.visitor().english();
    let record = json!({
        "head": { "title": "第一次会议", "title_en": "First", "day": "2026-03-10", "place": "甲市", "chair": TOWN_A },
        "attendance": { "attendees": [TOWN_A, "joint"] },
        "record": { "agenda": "一、平台互通", "minutes": "通过" }
    });
    let _ = a.json("/api/v1/meetings", &record).await.is(403);
    let meeting = office.json("/api/v1/meetings", &record).await.is(201).value()["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/meetings/{meeting}");
    let resolution = json!({ "title": "决议", "title_en": "Resolved", "text": "同意" });
    let _ = office.json(&format!("{one}/resolutions"), &json!({ "title": "决议" })).await.is(422).refused("needed");
    let _ = office.json(&format!("{one}/resolutions"), &resolution).await.is(201);
    let resolved = office.get(&one).await.good().value()["resolutions"][0]["id"].as_str().unwrap().to_owned();
    let task = json!({ "meeting": meeting, "resolution": resolved, "title": "平台互通", "target": "接入",
        "lead": TOWN_A, "partners": [TOWN_B], "deadline": "2026-04-01" });
    let item = office.json("/api/v1/action-items", &task).await.is(201).value()["id"].as_str().unwrap().to_owned();
    let two = format!("/api/v1/action-items/{item}");
    let _ = visitor.get(&two).await.is(404);
    let _ = office.json(&format!("{one}/drafts"), &json!({ "attendance": { "attendees": [] } })).await.is(422);
    let _ = office.json(&format!("{one}/publications"), &json!({})).await.is(201);
    let _ = office.json(&format!("{one}/drafts"), &record).await.is(409).refused("meeting-published");
    let told = visitor.get(&one).await.good().value();
    assert_eq!((&told["chair"]["adcode"], &told["items"][0]["id"]), (&json!(TOWN_A), &json!(item)));
    let report = json!({ "city": TOWN_A, "percent": 40, "text": "过半" });
    let _ = visitor.json(&format!("{two}/reports"), &report).await.is(401);
    let _ = a.json(&format!("{two}/reports"), &json!({ "city": TOWN_A, "percent": 400, "text": "过半" })).await.is(422);
    let _ = a.json(&format!("{two}/reports"), &report).await.is(201);
    let ask = json!({ "text": "请说明", "workdays": 5 });
    let _ = a.json(&format!("{two}/supervisions"), &ask).await.is(403);
    let made = office.json(&format!("{two}/supervisions"), &ask).await.is(201);
    let round = made.headers["location"].to_str().unwrap().to_owned();
    let _ = visitor.get(&round).await.is(401);
    assert_eq!(a.get(&round).await.good().value()["state"], "issued");
    let _ = a.json(&format!("{round}/answers"), &json!({ "answer": "已加快" })).await.is(201);
    let _ = office.json(&format!("{round}/closures"), &json!({ "remark": "同意" })).await.is(201);
    let _ = office.json(&format!("{round}/repeats"), &ask).await.is(409).refused("supervision-closed");
    let _ = visitor.get("/api/v1/supervisions").await.is(401);
    assert_eq!(a.get("/api/v1/supervisions").await.good().value()["total"], 1);
    let counts = office.get("/api/v1/supervision-counts").await.good().value();
    assert_eq!((&counts["items"][0]["issued"], &counts["items"][1]["issued"]), (&json!(1), &json!(0)));
    let shown = visitor.get(&two).await.good().value();
    assert_eq!((&shown["percent"], &shown["reports"][0]["percent"]), (&json!(40), &json!(40)));
    assert_eq!(shown["supervisions"], json!([]));
    let _ = office.json(&format!("{two}/closures"), &json!({ "outcome": "dropped" })).await.is(422);
    let _ = office.json(&format!("{two}/closures"), &json!({ "outcome": "dropped", "remark": "合并" })).await.is(201);
    let listed = visitor.get(&format!("/api/v1/action-items?state=dropped&meeting={meeting}")).await.good().value();
    assert_eq!(listed["total"], 1);
    let _ = a.json(&format!("{two}/reports"), &report).await.is(409).refused("item-closed");
    house.0.finish().await;
}
