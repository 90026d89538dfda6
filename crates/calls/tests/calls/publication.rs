//! Publication: what everybody reads of a call as OCDS and 360Giving, at addresses that last.

use crate::house::{House, TOWN_A, house};
use calls::actions::accounts::{award_stop, claw_back, claw_back_second, stop_second};
use calls::actions::call::call_withdraw;
use calls::actions::publication;
use calls::rules::call::{HeadDraft, Patch};
use serde_json::{Value, json};

/// What no program outside may ever read.
const PROTECTED: [&str; 4] = ["版图与失效样本", "五年保密", "碳化硅代替硅", "人员 "];

/// A call whose owner is unnamed.
fn unnamed(house: &House) -> Patch {
    let patch = house.patch();
    let head = patch.head.map(|head| HeadDraft { unnamed: true, ..head });
    Patch { head, ..patch }
}

async fn json_of(house: &House, path: &str) -> Value {
    let answer = house.test.visitor().get(path).await.good();
    for words in PROTECTED {
        assert!(!answer.text().contains(words), "{words} at {path}");
    }
    assert!(answer.headers["cache-control"].to_str().unwrap().starts_with("public"), "{path}");
    answer.value()
}

fn tags(package: &Value) -> Vec<Value> {
    package["releases"].as_array().unwrap().iter().map(|release| release["tag"].clone()).collect()
}

#[tokio::test]
async fn nothing_is_published_before_the_release() {
    let house = house().await;
    let call = house.pledged().await;
    house.test.settle().await;
    let mut visitor = house.test.visitor();
    for path in ["releases", "records"] {
        let _ = visitor.get(&format!("/api/v1/ocds/{path}/{call}")).await.is(404).refused("not-found");
    }
    let _ = visitor.get("/api/v1/ocds/records").await.is(404).refused("publication-none");
    let _ = visitor.get("/api/v1/grants.json").await.is(404).refused("publication-none");
    // It was never public: withdrawing it is nobody's business.
    call_withdraw(house.app(), &house.poser(), &call, "需求变化").await.expect("it is withdrawn");
    house.test.settle().await;
    let _ = visitor.get(&format!("/api/v1/ocds/records/{call}")).await.is(404);
    let feed = visitor.get("/feeds/calls.atom").await.good();
    assert!(feed.text().contains("<feed") && !feed.text().contains("<entry>"));
    house.test.finish().await;
}

#[tokio::test]
async fn a_call_from_its_opening_to_its_checking() {
    let house = house().await;
    let patch = unnamed(&house);
    let stage = house.open_call_as(patch).await;
    house.test.settle().await;
    let releases = format!("/api/v1/ocds/releases/{}", stage.call);
    let package = json_of(&house, &releases).await;
    assert_eq!(tags(&package), [json!(["planning", "tender"])]);
    let text = package.to_string();
    assert!(!text.contains(&house.owner.name) && !text.contains(&house.owner.uscc), "the owner is unnamed");
    let release = &package["releases"][0];
    assert_eq!(release["tender"]["status"], "active");
    assert_eq!(release["tender"]["procuringEntity"]["id"], "joint-office");
    assert_eq!(release["buyer"]["id"], format!("city-{TOWN_A}"));
    assert!(release["tender"].get("numberOfTenderers").is_none());
    let ocid = release["ocid"].as_str().unwrap().to_owned();
    assert!(ocid.starts_with("ocds-213czf-JB-"));
    assert_eq!(json_of(&house, &format!("/api/v1/ocds/releases/{ocid}")).await, package, "either name leads to it");

    for team in 0..2 {
        house.answer(&stage.call, team).await;
    }
    house.test.settle().await;
    assert_eq!(json_of(&house, &releases).await, package, "answers come in and nobody can tell");
    house.unseal(&stage).await;
    house.test.settle().await;
    let package = json_of(&house, &releases).await;
    let count = package["releases"].as_array().unwrap().len();
    assert!(count >= 2 && tags(&package)[1..].iter().all(|tags| *tags == json!(["tenderUpdate"])));
    let record = json_of(&house, &format!("/api/v1/ocds/records/{}", stage.call)).await;
    let now = &record["records"][0]["compiledRelease"];
    assert_eq!((&now["tender"]["status"], &now["tender"]["numberOfTenderers"]), (&json!("complete"), &json!(2)));
    assert!(now["tender"].get("tenderers").is_none() && now.get("awards").is_none());
    let one = json_of(&house, &format!("{releases}/1")).await;
    assert_eq!(one["releases"][0], package["releases"][0], "what is published never changes");
    let _ = house.test.visitor().get(&format!("{releases}/{}", count + 1)).await.is(404);
    let _ = house.test.visitor().get(&format!("{releases}/x")).await.is(404);

    let all = json_of(&house, "/api/v1/ocds/records").await;
    assert_eq!(all["records"][0]["compiledRelease"], *now);
    assert!(all["records"][0]["releases"][0]["url"].as_str().unwrap().ends_with("/1#1"));
    house.test.finish().await;
}

#[tokio::test]
async fn a_second_look_publishes_nothing_and_the_journal_holds_the_hash() {
    let house = house().await;
    let stage = house.open_call_as(house.patch()).await;
    house.test.settle().await;
    let key = format!("{}/1", stage.call);
    assert_eq!(house.journal("call_release", &key).await, [("call.disclosed".to_owned(), true)]);
    for _ in 0..3 {
        publication::follow(house.app()).await.expect("it follows");
        house.test.settle().await;
    }
    let package = json_of(&house, &format!("/api/v1/ocds/releases/{}", stage.call)).await;
    assert_eq!(tags(&package).len(), 1);
    assert!(package.to_string().contains(&house.owner.name), "an owner that is named is a party");
    house.test.finish().await;
}

/// Two nodes that follow at once, and one that read the position before: the row of the position lets one write.
#[tokio::test]
async fn two_nodes_publish_once() {
    let house = house().await;
    let stage = house.open_call_as(house.patch()).await;
    let app = house.app();
    platform::journal::seal(app.db(), app.clock().now(), platform::journal::Batches::All).await.expect("it is sealed");
    let (one, other) = tokio::join!(publication::follow(app), publication::follow(app));
    one.and(other).expect("both follow");
    publication::follow_from(app, -1).await.expect("a node that was asleep");
    house.test.settle().await;
    let package = json_of(&house, &format!("/api/v1/ocds/releases/{}", stage.call)).await;
    assert_eq!(tags(&package), [json!(["planning", "tender"])]);
    house.test.finish().await;
}

/// An award with its money: on notice, in force, signed, paid, ended, and clawed back.
#[tokio::test]
async fn every_fen_of_an_award_is_in_the_open_data() {
    let house = house().await;
    let (stage, award) = house.running("700000.01").await;
    house.test.settle().await;
    let seen = json_of(&house, &format!("/api/v1/ocds/releases/{}", stage.call)).await;
    let seen: Vec<Value> = tags(&seen).iter().flat_map(|tags| tags.as_array().unwrap().clone()).collect();
    for tag in ["award", "awardUpdate", "contract"] {
        assert!(seen.contains(&json!(tag)), "{tag} is not among {seen:?}");
    }
    let grants = json_of(&house, "/api/v1/grants.json").await;
    assert_eq!(grants["grants"].as_array().unwrap().len(), 3, "one row for each funder");
    assert!(grants["grants"][0].get("amountDisbursed").is_none());
    house.accepted(&award, 0, 1, "accept", "").await;
    let stop = award_stop(house.app(), &house.judge(), &award, "loss", "技术路线走不通。").await.unwrap().id;
    stop_second(house.app(), &house.poser(), &stop, "confirm").await.unwrap();
    let back = claw_back(house.app(), &house.judge(), &award, "100000", "未按约定使用。").await.unwrap().id;
    claw_back_second(house.app(), &house.poser(), &back, "confirm").await.unwrap();
    house.test.settle().await;
    let money = house.money(&stage.call).await;
    let record = json_of(&house, &format!("/api/v1/ocds/records/{}", stage.call)).await;
    let now = &record["records"][0]["compiledRelease"];
    let fen = |yuan: &Value| (yuan.as_f64().unwrap() * 100.0).round() as i64;
    assert_eq!(fen(&now["awards"][0]["value"]["amount"]), 70_000_001);
    assert_eq!(now["contracts"][0]["status"], "terminated");
    let moved = now["contracts"][0]["implementation"]["transactions"].as_array().unwrap();
    let of = |letter: char| -> i64 {
        let own = moved.iter().filter(|one| one["id"].as_str().unwrap().starts_with(letter));
        own.map(|one| fen(&one["value"]["amount"])).sum()
    };
    assert_eq!((of('T'), of('R')), (money.total.paid, money.total.clawed));
    assert_eq!(money.total.clawed, 10_000_000);
    let grants = json_of(&house, "/api/v1/grants.json").await;
    let rows = grants["grants"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| fen(&row["amountAwarded"])).sum::<i64>(), 70_000_001);
    let paid: i64 = rows.iter().map(|row| fen(&row["amountDisbursed"])).sum();
    assert_eq!(paid, money.total.paid - money.total.clawed);
    let english = house.test.visitor().english().get("/api/v1/grants.json?limit=1").await.good();
    let link = english.headers["link"].to_str().unwrap();
    let next = link.trim_start_matches('<').split('>').next().unwrap();
    let rest = house.test.visitor().get(next).await.good().value();
    assert_eq!(rest["grants"].as_array().unwrap().len(), 2);
    house.test.finish().await;
}

#[tokio::test]
async fn a_withdrawn_call_stays_in_the_record() {
    let house = house().await;
    let stage = house.open_call_as(house.patch()).await;
    house.test.settle().await;
    call_withdraw(house.app(), &house.poser(), &stage.call, "需求变化，不再需要。").await.expect("it is withdrawn");
    house.test.settle().await;
    let package = json_of(&house, &format!("/api/v1/ocds/releases/{}", stage.call)).await;
    assert_eq!(tags(&package)[1], json!(["tenderCancellation"]));
    assert_eq!(package["releases"][1]["tender"]["status"], "cancelled");
    let feed = house.test.visitor().get("/feeds/calls.atom").await.good();
    assert!(!feed.text().contains("<entry>"), "the list shows it no more");
    house.test.finish().await;
}

#[tokio::test]
async fn pages_lead_to_the_data_and_readers_may_keep_it() {
    let house = house().await;
    let stage = house.open_call_as(house.patch()).await;
    house.test.settle().await;
    let releases = format!("/api/v1/ocds/releases/{}", stage.call);
    let mut visitor = house.test.visitor();
    let _ = visitor.get(&format!("/calls/{}", stage.call)).await.good().shows(&releases).shows("/calls/publication");
    let _ = visitor.get("/calls/publication").await.good().shows("ocds-213czf").shows("360G-example");
    let _ = house.test.visitor().english().get("/calls/publication").await.good().shows("Who publishes");
    let feed = visitor.get("/feeds/calls.atom").await.good();
    assert!(feed.text().contains(&format!("/calls/{}", stage.call)));
    let none = visitor.get("/feeds/calls.atom?q=%E8%88%AA%E7%A9%BA").await.good();
    assert!(!none.text().contains("<entry>"), "the feed is narrowed as the list is");
    let first = visitor.get(&releases).await.good();
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let again = visitor.get(&releases).await.good();
    assert_eq!(again.headers["etag"].to_str().unwrap(), tag, "the same bytes");
    let _ = visitor.get("/api/v1/ocds/records?limit=0").await.is(422).refused("page-limit");
    let _ = visitor.get("/api/v1/grants.json?limit=101").await.is(422).refused("page-limit");
    house.test.finish().await;
}
