#![allow(unused_must_use, reason = "an answer that a test has insisted on needs no further look")]
use crate::house::{TOWN_A, TOWN_B, house};
use crate::web::{account, id_after};
use platform::Role;
use serde_json::{Value, json};

/// What an expert types.
fn typed<'a>(name: &'a str, consent: bool, city: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", name),
        ("name_en", "Example Expert"),
        ("title", "研究员"),
        ("institution", "示例茶叶研究所"),
        ("city", city),
        ("fields", "茶叶低温烘干"),
        ("availability", "open"),
        ("segments", "tea/dryer"),
    ];
    if consent {
        fields.push(("consent", "1"));
    }
    fields
}

fn body(name: &str, consent: bool, city: &str) -> Value {
    json!({ "name": name, "consent": consent, "institution": "示例茶叶研究所", "city": city, "fields": "茶叶低温烘干",
        "segments": ["tea/dryer"], "availability": "open" })
}

#[tokio::test]
async fn an_expert_registers_edits_and_withdraws_by_the_pages() {
    let house = house().await;
    let (_, mut expert) = account(&house, "expert-a", Some((Role::Expert, None))).await;
    let mut visitor = house.0.visitor();
    visitor.get("/experts").await.good().shows("还没有专家").hides("/experts/new");
    visitor.get("/experts/new").await.is(401);
    expert.get("/experts").await.good().shows("/experts/new");
    expert.get("/experts/new").await.good().shows("我同意公开姓名");
    let mut wrong = typed("示例专家甲", true, TOWN_A);
    wrong.retain(|(name, _)| *name != "institution");
    expert
        .form("/experts", &wrong)
        .await
        .is(422)
        .shows("这一项不能为空")
        .shows("value=\"示例专家甲\"")
        .shows("checked");
    let receipt = expert.form("/experts", &typed("示例专家甲", false, TOWN_A)).await.good().shows("专家信息已登记");
    let id = id_after(&receipt.text(), "/experts/");
    let page = format!("/experts/{id}");
    expert.form("/experts", &typed("示例专家甲", false, TOWN_A)).await.is(422).shows("您已登记过专家信息");
    assert_eq!(expert.get("/experts/new").await.redirect(), page);
    visitor.get(&page).await.good().hides("示例专家甲").shows("未公开姓名的专家").hides("/edit");
    visitor.get("/experts").await.good().hides("示例专家甲").shows(&page);
    expert.get(&page).await.good().shows("示例专家甲").shows("姓名目前不公开").shows("/edit");
    let edit = format!("{page}/edit");
    visitor.get(&edit).await.is(401);
    expert.get(&edit).await.good().shows("value=\"示例专家甲\"");
    let mut long = typed("示例专家甲", true, TOWN_A);
    long.push(("fields_en", "x"));
    long.retain(|(name, _)| *name != "fields");
    expert.form(&edit, &long).await.is(422).shows("aria-invalid").shows("示例茶叶研究所");
    assert_eq!(expert.form(&edit, &typed("示例专家甲", true, TOWN_A)).await.redirect(), page);
    visitor.get(&page).await.good().shows("示例专家甲");
    visitor.clone().english().get(&page).await.good().shows("Example Expert").shows("Welcomes requests");
    assert_eq!(expert.form(&format!("{page}/withdrawals"), &[]).await.redirect(), page);
    visitor.get(&page).await.is(404);
    expert.get(&page).await.good().shows("已撤下");
    expert.form(&format!("{page}/withdrawals"), &[]).await.is(409).shows("请重新登记");
    expert.form(&edit, &typed("示例专家甲", true, TOWN_A)).await.is(422).shows("请重新登记");
    house.0.finish().await;
}

#[tokio::test]
async fn an_office_enters_experts_and_the_joint_office_fills_the_committee() {
    let house = house().await;
    let (_, mut officer) = account(&house, "officer-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let (_, mut joint) = account(&house, "joint-a", Some((Role::JointOffice, None))).await;
    let (_, mut person) = account(&house, "person-a", None).await;
    person.get("/experts/kept/new").await.is(403);
    person.form("/experts/kept", &typed("示例专家乙", true, TOWN_A)).await.is(403);
    officer.get("/experts").await.good().shows("/experts/kept/new");
    officer.get("/experts/kept/new").await.good().shows(TOWN_A).hides(TOWN_B);
    officer
        .form("/experts/kept", &typed("示例专家乙", true, TOWN_B))
        .await
        .is(422)
        .shows("本部门只能登记所在地属于本市的专家")
        .shows("value=\"示例专家乙\"");
    let receipt = officer.form("/experts/kept", &typed("示例专家乙", true, TOWN_A)).await.good();
    let id = id_after(&receipt.text(), "/experts/");
    let page = format!("/experts/{id}");
    officer.get(&page).await.good().shows("/edit").hides("/seats");
    officer.form(&format!("{page}/seats"), &[]).await.is(403);
    joint.get(&page).await.good().shows("聘为委员");
    assert_eq!(joint.form(&format!("{page}/seats"), &[]).await.redirect(), page);
    joint.form(&format!("{page}/seats"), &[]).await.is(409).shows("已是专家咨询委员会委员").shows("解除聘任");
    let mut visitor = house.0.visitor();
    visitor.get("/experts?body=committee").await.good().shows("示例专家乙").shows("专家咨询委员会委员");
    visitor.get("/experts?body=academy").await.good().hides("示例专家乙");
    assert_eq!(joint.form(&format!("{page}/seats/withdrawals"), &[]).await.redirect(), page);
    joint.form(&format!("{page}/seats/withdrawals"), &[]).await.is(409).shows("不是专家咨询委员会委员");
    visitor.get("/experts?body=committee").await.good().hides("示例专家乙");
    house.0.finish().await;
}

#[tokio::test]
async fn the_list_has_filters_pages_and_other_forms() {
    let house = house().await;
    let (_, mut officer) = account(&house, "officer-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    for n in 0..3 {
        let mut one = body(&format!("示例专家{n}"), true, TOWN_A);
        one["institution"] = json!(format!("示例研究所{n}"));
        officer.json("/api/v1/experts/kept", &one).await.is(201);
    }
    let mut visitor = house.0.visitor();
    let first = visitor.get("/api/v1/experts?limit=2").await.good().value();
    assert_eq!((first["total"].as_i64(), first["items"].as_array().unwrap().len()), (Some(3), 2));
    let next = first["next"].as_str().unwrap().to_owned();
    let rest = visitor.get(&format!("/api/v1/experts?limit=2&cursor={next}")).await.good().value();
    assert_eq!((rest["items"].as_array().unwrap().len(), rest["next"].is_null()), (1, true));
    let html = visitor.get("/experts?limit=2").await.good().shows("示例研究所0").hides("示例研究所2");
    html.shows(&format!("cursor={next}"));
    visitor
        .get(&format!("/experts?city={TOWN_A}&segment=tea&q=研究所1"))
        .await
        .good()
        .shows("示例研究所1")
        .hides("示例研究所2");
    visitor.get("/experts?q=没有的人").await.good().shows("/experts\"");
    visitor.get(&format!("/experts?city={TOWN_B}")).await.good().hides("示例研究所0");
    visitor.get("/experts?format=csv").await.good().shows("示例研究所2").shows("研究领域");
    assert_eq!(visitor.get("/experts?format=json").await.good().value()["total"], 3);
    visitor.get("/api/v1/experts?cursor=nothing").await.is(422).refused("page-cursor");
    visitor.get("/api/v1/experts?limit=0").await.is(422).refused("page-limit");
    visitor.get("/experts?cursor=nothing").await.is(422);
    visitor.english().get("/experts").await.good().shows("Experts").shows("advisory committee");
}

#[tokio::test]
async fn the_api_does_what_the_pages_do_and_refuses_by_code() {
    let house = house().await;
    let (_, mut expert) = account(&house, "expert-a", Some((Role::Expert, None))).await;
    let (_, mut other) = account(&house, "other-a", None).await;
    let (_, mut joint) = account(&house, "joint-a", Some((Role::JointOffice, None))).await;
    let mut visitor = house.0.visitor();
    let own = body("示例专家甲", false, TOWN_A);
    visitor.json("/api/v1/experts", &own).await.is(401).refused("sign-in");
    other.json("/api/v1/experts", &own).await.is(403).refused("forbidden");
    other.json("/api/v1/experts/kept", &own).await.is(403).refused("forbidden");
    expert.json("/api/v1/experts", &json!({ "nome": "x" })).await.is(422).refused("json");
    expert.json("/api/v1/experts", &json!({ "name": "示例专家甲" })).await.is(422).refused("needed");
    let id = expert.json("/api/v1/experts", &own).await.is(201).value()["id"].as_str().unwrap().to_owned();
    expert.json("/api/v1/experts", &own).await.is(409).refused("expert-already");
    let at = format!("/api/v1/experts/{id}");
    let seen = visitor.get(&at).await.good().value();
    assert!(seen["name"].is_null() && seen["may_edit"] == false && seen["institution"] == "示例茶叶研究所");
    assert!(!visitor.get(&at).await.text().contains("示例专家甲"));
    assert_eq!(expert.get(&at).await.good().value()["name"], "示例专家甲");
    other.json(&format!("{at}/versions"), &own).await.is(403).refused("forbidden");
    expert.json(&format!("{at}/versions"), &body("示例专家甲", true, TOWN_A)).await.is(201);
    assert_eq!(visitor.get(&at).await.good().value()["name"], "示例专家甲");
    expert.json(&format!("{at}/seats"), &json!({})).await.is(403);
    joint.json(&format!("{at}/seats"), &json!({})).await.is(201);
    joint.json(&format!("{at}/seats"), &json!({})).await.is(409).refused("expert-seated");
    assert!(visitor.get(&at).await.value()["committee_since_ms"].is_i64());
    joint.json(&format!("{at}/seats/withdrawals"), &json!({})).await.is(201);
    joint.json(&format!("{at}/seats/withdrawals"), &json!({})).await.is(409).refused("expert-not-seated");
    other.json(&format!("{at}/withdrawals"), &json!({})).await.is(403);
    expert.json(&format!("{at}/withdrawals"), &json!({})).await.is(201);
    expert.json(&format!("{at}/versions"), &own).await.is(409).refused("expert-withdrawn");
    visitor.get(&at).await.is(404).refused("not-found");
    visitor.get("/api/v1/experts/nobody").await.is(404).refused("not-found");
}
