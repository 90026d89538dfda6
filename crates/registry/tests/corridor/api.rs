use crate::{empty, field, g60, house, two_towns, write};
use platform::demo::{Cast, DEMO_PASSWORD};
use registry::pack_load;
use serde_json::json;

#[tokio::test]
async fn an_administrator_decides_a_proposal_by_the_api() {
    let pack = two_towns();
    let house = house(&pack).await;
    Cast::create(house.app()).await.unwrap();
    let key = pack.organisations[0].id.clone();
    write(&house, "organisation.edited", &[&format!("UPDATE organisation SET edited_ms = 5 WHERE pack_key = '{key}'")])
        .await;
    let mut next = pack.clone();
    (next.meta.version, next.digest) = ("next".into(), "f".repeat(64));
    next.organisations[0].website = Some("https://new.example.org".into());
    pack_load(house.app(), &house.system(), &next).await.unwrap();

    let mut admin = house.visitor();
    let _ = admin.form("/sign-in", &[("login", "admin"), ("password", DEMO_PASSWORD)]).await.redirect();
    let loads = admin.get("/api/v1/pack/loads").await.good().value();
    let versions: Vec<&str> =
        loads["items"].as_array().unwrap().iter().map(|l| l["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["next", pack.meta.version.as_str()]);
    let open = admin.get("/api/v1/pack/proposals").await.good().value();
    assert_eq!((&open["total"], &open["items"][0]["field"]), (&json!(1), &json!("website")));
    assert_eq!(open["items"][0]["proposed"], json!(["https://new.example.org"]));
    assert_eq!(admin.get("/admin/pack?format=json").await.good().value(), open, "the page's twin says the same");
    let at = format!("/api/v1/pack/proposals/{}/decisions", open["items"][0]["id"].as_str().unwrap());
    let _ = admin.json(&at, &json!({ "decision": "maybe" })).await.is(422).refused("proposal-decision");
    assert_eq!(admin.json(&at, &json!({ "decision": "accept" })).await.is(201).value()["state"], "accepted");
    let _ = admin.json(&at, &json!({ "decision": "accept" })).await.is(409).refused("proposal-decided");
    assert_eq!(field(&house, &key, "website").await.as_deref(), Some("https://new.example.org"));
    assert_eq!(admin.get("/api/v1/pack/proposals?state=accepted").await.good().value()["total"], 1);
    house.finish().await;
}

#[tokio::test]
async fn the_api_says_what_the_corridor_is_and_counts_as_the_home_page_does() {
    let pack = g60();
    let house = house(&pack).await;
    let mut visitor = house.visitor();
    let corridor = visitor.get("/api/v1/corridor").await.good().value();
    assert_eq!(corridor["cities"], 9);
    assert_eq!(corridor["pack"]["version"], json!(pack.meta.version));
    assert_eq!(corridor["pack"]["digest"], json!(pack.digest));
    let cities = visitor.get("/api/v1/cities?limit=100").await.good().value();
    let sum: i64 = cities["items"].as_array().unwrap().iter().map(|city| city["organisations"].as_i64().unwrap()).sum();
    assert!(sum > 300, "the pack's organisations are counted: {sum}");
    assert_eq!(corridor["organisations"], json!(sum));
    let elsewhere = corridor["organisations_elsewhere"].as_i64().unwrap();
    assert_eq!(sum + elsewhere, i64::try_from(pack.organisations.len()).unwrap());
    assert_eq!(corridor["needs"], json!({ "count": 0, "demo": 0 }));
    house.finish().await;

    let nothing = empty().await;
    assert_eq!(nothing.visitor().get("/api/v1/corridor").await.good().value()["pack"], json!(null));
    nothing.finish().await;
}
