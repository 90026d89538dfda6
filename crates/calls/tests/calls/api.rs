//! The JSON twin: the same stories by programs.

use crate::house::{TOWN_A, TOWN_B, house};
use crate::pages::{joint, officer, poser};
use serde_json::{Value, json};

fn body(owner: &str) -> Value {
    json!({
        "head": { "owner": owner, "title": "温漂补偿", "title_en": "Drift" },
        "problem": { "summary": "全温区温漂不超过万分之二。", "segments": ["tea/dryer"], "ip": "双方共有。" },
        "money": { "mode": "several", "winners_max": 2, "budget_fen": 100_000_000 },
        "review": { "criteria": [
            { "name": "技术路线", "weight_bp": 6_000 }, { "name": "团队基础", "weight_bp": 4_000 }] }
    })
}

#[tokio::test]
async fn a_call_by_programs() {
    let house = house().await;
    let (mut firm, owner) = poser(&house).await;
    let mut visitor = house.test.visitor();
    let _ = visitor.json("/api/v1/calls", &body(&owner)).await.is(401).refused("sign-in");
    let _ = firm.json("/api/v1/calls", &body("nobody")).await.is(422).refused("call-owner");
    let mut wrong = body(&owner);
    wrong["money"]["budget_fen"] = json!(0);
    let refused = firm.json("/api/v1/calls", &wrong).await.is(422).refused("budget-needed");
    assert_eq!(refused.value()["field"], "budget_fen", "as it was sent");
    wrong["money"]["budget_fen"] = json!(-1);
    let _ = firm.json("/api/v1/calls", &wrong).await.is(422).refused("amount-shape");
    let mut wrong = body(&owner);
    wrong["review"]["criteria"][1]["weight_bp"] = json!(3_950);
    let refused = firm.json("/api/v1/calls", &wrong).await.is(422).refused("number-range");
    assert_eq!(refused.value()["field"], "weight_bp");
    let _ = firm.json("/api/v1/calls", &json!({ "head": {}, "seal": "" })).await.is(422).refused("json");
    let made = firm.json("/api/v1/calls", &body(&owner)).await.is(201);
    let id = made.value()["id"].as_str().unwrap().to_owned();
    let one = format!("/api/v1/calls/{id}");
    assert_eq!(made.headers["location"].to_str().unwrap(), one);
    let _ = visitor.get(&one).await.is(404).refused("not-found");
    let _ = firm.json(&format!("{one}/drafts"), &json!({ "head": { "title": "压力传感器温漂补偿" } })).await.is(201);
    let told = firm.get(&one).await.good().value();
    assert_eq!((&told["title"], &told["state"]), (&json!("压力传感器温漂补偿"), &json!("draft")));
    assert_eq!(told["review"]["per_answer"], 3, "what is left out is as usual");
    assert_eq!(told["may"], json!(["call_edit", "call_pose", "call_withdraw"]));
    let _ = firm.json(&format!("{one}/poses"), &json!({})).await.is(201);
    let _ = firm.json(&format!("{one}/poses"), &json!({})).await.is(409).refused("call-step");
    let mut office = officer(&house, "town-a", TOWN_A).await;
    let _ = office.json(&format!("{one}/returns"), &json!({})).await.is(422).refused("needed");
    let _ = office.json(&format!("{one}/vettings"), &json!({ "opinion": "真实可考核" })).await.is(201);
    let told = office.get(&one).await.good().value();
    assert_eq!((&told["number"], &told["steps"][1]["reason"]), (&json!("JB-2026-0001"), &json!("真实可考核")));

    let mut office_b = officer(&house, "town-b", TOWN_B).await;
    let mut joint = joint(&house).await;
    let funders = format!("{one}/funders");
    let _ = joint.json(&funders, &json!({ "kind": "friend" })).await.is(422).refused("funder-unknown");
    let _ = office.json(&funders, &json!({ "kind": "joint" })).await.is(403).refused("forbidden");
    for (kind, code) in [("owner", ""), ("city", TOWN_A), ("city", TOWN_B), ("joint", "")] {
        let _ = joint.json(&funders, &json!({ "kind": kind, "code": code })).await.is(201);
    }
    let _ = joint.json(&funders, &json!({ "kind": "city", "code": TOWN_A })).await.is(409).refused("funder-asked");
    let told = joint.get(&one).await.good().value();
    let pledge = |kind: &str, funder: &str| {
        let all = told["pledges"].as_array().unwrap();
        let one = all.iter().find(|p| p["kind"] == kind && (funder.is_empty() || p["funder"] == funder)).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let _ = joint.json(&format!("{funders}/{}/recalls", pledge("joint", "")), &json!({})).await.is(201);
    for (client, kind, funder, holder) in [
        (&mut firm, "owner", "", format!("organisation:{owner}")),
        (&mut office, "city", TOWN_A, format!("city:{TOWN_A}")),
        (&mut office_b, "city", TOWN_B, format!("city:{TOWN_B}")),
    ] {
        let at = format!("{one}/pledges/{}", pledge(kind, funder));
        let _ = client.form("/accounts", &[("owner", &holder), ("name", "榜单资金"), ("purpose", "fund")]).await;
        let told = client.get(&at).await.good().value();
        assert_eq!((&told["may_give"], &told["state"]), (&json!(true), &json!("asked")));
        let account = told["accounts"][0]["id"].clone();
        let give = |fen: i64| json!({ "cap_fen": fen, "condition": "none", "account": account });
        let refused = client.json(&at, &give(0)).await.is(422).refused("pledge-amount");
        assert_eq!(refused.value()["field"], "cap_fen");
        let matched = json!({ "cap_fen": 1, "condition": "matched", "ratio_hundredths": 0, "account": account });
        let code = if kind == "owner" { "pledge-own-match" } else { "pledge-ratio" };
        let _ = client.json(&at, &matched).await.is(422).refused(code);
        let _ = client.json(&at, &give(40_000_000)).await.is(201);
        let _ = visitor.get(&at).await.is(401);
    }
    let strange = format!("/api/v1/calls/other/pledges/{}", pledge("city", TOWN_A));
    let _ = office.get(&strange).await.is(404);
    let _ = joint.json(&format!("{one}/circulations"), &json!({ "deadline": house.day(10) })).await.is(201);
    let opening = json!({ "committee": "none", "closes_ms": 1, "opens_by_ms": 2 });
    let _ = joint.json(&format!("{one}/openings"), &opening).await.is(409).refused("accord-not-in-force");
    let _ = joint.json(&format!("{one}/recalls"), &json!({ "reason": "改一处" })).await.is(201);
    let _ = joint.json(&format!("{one}/circulations"), &json!({ "deadline": house.day(10) })).await.is(201);
    house.consent(&id).await;
    let committee = house.committee().await;
    let told = joint.get(&format!("{one}/committees")).await.good().value();
    assert_eq!(told[0]["id"], json!(committee.id));
    let closes = house.app().clock().now().plus_days(20);
    let opening = |closes_ms: i64| json!({ "committee": committee.id, "closes_ms": closes_ms, "opens_by_ms": closes.plus_days(3).ms() });
    let refused = joint.json(&format!("{one}/openings"), &opening(1)).await.is(422);
    assert_eq!(refused.value()["field"], "closes_ms");
    let _ = joint.json(&format!("{one}/openings"), &opening(closes.ms())).await.is(201);
    let told = visitor.get(&one).await.good().value();
    assert_eq!((&told["state"], &told["cover"]["sure_fen"]), (&json!("open"), &json!(120_000_000)));
    assert_eq!((&told["details"], &told["steps"][1]["reason"]), (&Value::Null, &json!("")));
    let listed = visitor.get(&format!("/api/v1/calls?state=open&city={TOWN_B}")).await.good().value();
    assert_eq!((&listed["total"], &listed["items"][0]["pledges"].as_array().unwrap().len()), (&json!(1), &3));
    let _ = visitor.get("/api/v1/calls?limit=0").await.is(422).refused("page-limit");
    let _ = firm.json(&format!("{one}/withdrawals"), &json!({ "reason": "型号取消" })).await.is(201);
    let _ = firm.json(&format!("{one}/rereleases"), &json!({})).await.is(201);
    house.test.finish().await;
}
