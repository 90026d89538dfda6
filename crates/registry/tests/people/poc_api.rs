//! Proof-of-concept projects as programs meet them.

use crate::poc_pages::play;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test]
async fn a_project_goes_its_way_by_the_interface() {
    let mut play = play().await;
    let api = "/api/v1/poc-projects";
    let body =
        json!({ "title": "低温烘干薄膜", "about": "一种薄膜", "segments": ["tea/dryer"], "centre": play.centre_id });
    let made = play.lab.json(api, &body).await.is(201);
    let one = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(one, format!("{api}/{}", made.value()["id"].as_str().unwrap()));
    let _ = play.fab.get(&one).await.is(404).refused("not-found");
    let _ = play.lab.json(&format!("{one}/publications"), &json!({})).await.is(409).refused("poc-first-step");
    let done = json!({ "stage": "lab", "city": "990100", "day": "2025-05-01", "note": "样品", "evidence": "报告 1 号", "done": true });
    let _ = play.lab.json(&format!("{one}/steps"), &done).await.is(201);
    let _ = play.lab.json(&format!("{one}/publications"), &json!({})).await.is(201);
    let found = play.house.0.visitor().get(&format!("{api}?segment=tea&stage=lab&city=990100")).await.good().value();
    assert_eq!((&found["total"], &found["next"]), (&json!(1), &Value::Null));
    let item = &found["items"][0];
    assert_eq!((&item["stage"], &item["cities"][0]["name_en"]), (&json!("lab"), &json!("Town A")));
    assert_eq!((&item["organisation"]["name"], &item["centre"]), (&json!("甲地实验室"), &Value::Null));
    assert_eq!(item["centre_asked"]["id"], json!(play.centre_id), "asked is not agreed");
    let centre = format!("{one}/centre/answers");
    let _ = play.lab.json(&centre, &json!({ "decision": "accept" })).await.is(403).refused("forbidden");
    let _ = play.keeper.json(&centre, &json!({ "decision": "decline" })).await.is(422).refused("reason-needed");
    let no = json!({ "decision": "decline", "reason": "early", "remark": "请先做寿命试验" });
    let _ = play.keeper.json(&centre, &no).await.is(201);
    let _ = play.keeper.json(&centre, &no).await.is(409).refused("poc-centre-answered");
    let told = play.lab.get(&one).await.good().value();
    assert_eq!((&told["centre_asked"], &told["centre_declined"]["reason"]), (&Value::Null, &json!("early")));
    assert_eq!(play.house.0.visitor().get(&one).await.good().value()["centre_declined"], Value::Null);
    let asks = format!("{one}/centres");
    let again = json!({ "centre": play.centre_id });
    let _ = play.fab.json(&asks, &again).await.is(403).refused("forbidden");
    let _ = play.lab.json(&asks, &json!({ "centre": play.fab_id })).await.is(422).refused("poc-centre");
    let _ = play.lab.json(&asks, &again).await.is(201);
    let _ = play.lab.json(&asks, &again).await.is(409).refused("poc-centre-asked");
    let _ = play.keeper.json(&centre, &json!({ "decision": "accept" })).await.is(201);
    let seen = play.house.0.visitor().get(&one).await.good().value();
    assert_eq!((&seen["centre"]["id"], &seen["centre_asked"]), (&json!(play.centre_id), &Value::Null));

    let offer = json!({ "stage": "pilot", "note": "我们有中试线" });
    let _ = play.fab.json(&format!("{one}/steps"), &offer).await.is(201);
    assert_eq!(play.house.0.visitor().get(&one).await.good().value()["proposals"], json!([]));
    let seen = play.lab.get(&one).await.good().value();
    let step = seen["proposals"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(seen["proposals"][0]["organisation"]["id"], json!(play.fab_id));
    let versions = format!("{one}/steps/{step}/versions");
    let better = json!({ "stage": "pilot", "note": "我们有两条中试线" });
    let _ = play.lab.json(&versions, &better).await.is(403).refused("forbidden");
    let _ = play.house.0.visitor().json(&versions, &better).await.is(404).refused("not-found");
    let _ = play.fab.json(&versions, &json!({ "stage": "pilot" })).await.is(422).refused("needed");
    let _ =
        play.fab.json(&versions, &json!({ "stage": "pilot", "note": "x", "done": true })).await.is(422).refused("json");
    let _ = play.fab.json(&versions, &better).await.is(201);
    assert_eq!(play.lab.get(&one).await.good().value()["proposals"][0]["note"], "我们有两条中试线");
    let answers = format!("{one}/steps/{step}/answers");
    let _ = play.fab.json(&answers, &json!({ "decision": "accept" })).await.is(403);
    let _ = play.lab.json(&answers, &json!({ "decision": "perhaps" })).await.is(422).refused("decision-unknown");
    let _ = play.lab.json(&format!("{one}/closures"), &json!({})).await.is(409).refused("poc-proposals-open");
    let _ = play.lab.json(&answers, &json!({ "decision": "accept" })).await.is(201);
    let _ = play.fab.json(&versions, &better).await.is(409).refused("poc-step-settled");
    let completions = format!("{one}/steps/{step}/completions");
    let early = json!({ "day": "2027-01-01", "evidence": "报告 2 号" });
    let _ = play.lab.json(&completions, &early).await.is(422).refused("poc-day");
    let _ = play.lab.json(&completions, &json!({ "day": "2026-03-16", "evidence": "报告 2 号" })).await.is(201);
    let _ = play.lab.json(&format!("{one}/closures"), &json!({})).await.is(201);
    let _ = play.lab.json(&format!("{one}/steps"), &done).await.is(409).refused("poc-state");
    let seen = play.house.0.visitor().get(&one).await.good().value();
    assert_eq!(
        (&seen["state"], &seen["stage"], &seen["steps"][1]["city"]["adcode"]),
        (&json!("closed"), &json!("pilot"), &json!("990200"))
    );

    let kinds = |value: &Value| -> Vec<String> {
        value["history"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&seen)[0], "poc.closed");
    assert!(!kinds(&seen).contains(&"poc.centre_declined".to_owned()), "what is between two parties");
    assert!(kinds(&play.lab.get(&one).await.good().value()).contains(&"poc.centre_declined".to_owned()));

    let centres = play.house.0.visitor().get("/api/v1/poc-centres").await.good().value();
    assert_eq!((&centres["total"], &centres["items"][0]["basis"]), (&json!(1), &json!("kind")));
    assert_eq!(centres["items"][0]["projects"][0]["id"], seen["id"]);
    play.house.0.finish().await;
}

#[tokio::test]
async fn what_a_program_gets_wrong_is_named() {
    let mut play = play().await;
    let api = "/api/v1/poc-projects";
    let good = json!({ "title": "薄膜", "about": "一种薄膜" });
    let mut visitor = play.house.0.visitor();
    let _ = visitor.json(api, &good).await.is(401).refused("sign-in");
    let _ = visitor.get(&format!("{api}?own=1")).await.is(401);
    let _ = visitor.get(&format!("{api}?cursor=x")).await.is(422).refused("page-cursor");
    let _ = visitor.get("/api/v1/poc-centres?cursor=x").await.is(422).refused("page-cursor");
    for (body, code, field) in [
        (json!({ "title": "薄膜", "about": "" }), "needed", "about"),
        (json!({ "title": "薄膜", "about": "一", "segments": ["x"] }), "segment-unknown", "segments"),
        (json!({ "title": "薄膜", "about": "一", "centre": "x" }), "poc-organisation", "centre"),
        (json!({ "title": "薄膜", "about": "一", "centre": play.fab_id }), "poc-centre", "centre"),
    ] {
        let answer = play.lab.json(api, &body).await.is(422).refused(code);
        assert_eq!(
            (answer.value()["field"].as_str(), answer.headers["content-type"].to_str().unwrap()),
            (Some(field), "application/problem+json")
        );
    }
    let _ = play.lab.json(api, &json!({ "titel": "薄膜" })).await.is(422).refused("json");
    let at = play.open().await;
    let steps = format!("/api/v1/poc-projects/{}/steps", at.trim_start_matches("/poc/"));
    let offer = |extra: Value| {
        let mut body = json!({ "stage": "pilot", "note": "我们有中试线" });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let lab = json!({ "organisation": play.lab_id });
    let _ = play.fab.json(&steps, &offer(lab)).await.is(422).refused("poc-propose-own");
    let _ = play.fab.json(&steps, &offer(json!({ "acting": play.lab_id }))).await.is(403).refused("forbidden");
    let done = offer(json!({ "done": true }));
    let _ = play.fab.json(&steps, &done).await.is(403).refused("poc-own-done");
    assert_eq!(play.lab.get("/api/v1/poc-projects?own=1").await.good().value()["total"], 1);
    play.house.0.finish().await;
}

/// A document with the same operation id twice breaks every client that is made from it.
#[tokio::test]
async fn operation_ids_of_this_noun_are_its_own() {
    let play = play().await;
    let document = play.house.0.visitor().get("/api/v1/openapi.json").await.good().value();
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            *ids.entry(operation["operationId"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let ours: Vec<_> = ids.iter().filter(|(id, _)| id.starts_with("poc_")).collect();
    assert_eq!(ours.len(), 12, "{ours:?}");
    assert!(ours.iter().all(|(_, count)| **count == 1), "{ours:?}");
}
