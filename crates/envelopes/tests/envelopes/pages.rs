//! The same by people in a browser.

use crate::house::{TOWN_A, TOWN_B, house};
use axum::body::Body;
use axum::http::Method;
use platform::Role;
use testkit::{Answer, Client};

pub const LINE: &str = "the-line-between-parts";

/// Sends one file as a browser does.
pub async fn upload(client: &mut Client, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let head = format!(
        "--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, format!("\r\n--{LINE}--\r\n").as_bytes()].concat();
    let kind = format!("multipart/form-data; boundary={LINE}");
    client.send(Method::POST, path, Some(&kind), Body::from(body), &[("accept", "text/html")]).await
}

#[tokio::test]
async fn a_committee_by_pages() {
    let house = house().await;
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let mut town = house.client("town-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let _ = house.0.visitor().get("/committees").await.good().shows("还没有开启委员会");
    let _ = office.get("/committees/new").await.good().shows("开启所需席位数");
    let _ = town.get("/committees/new").await.is(403);
    let fields = |threshold: &'static str| {
        [("name", "开启委员会"), ("cities", TOWN_A), ("cities", TOWN_B), ("joint", "1"), ("threshold", threshold)]
    };
    let back = office.form("/committees", &fields("1")).await.is(422);
    let _ = back.shows("threshold-error").shows("value=\"开启委员会\"");
    let path = office.form("/committees", &fields("2")).await.redirect();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let secrets = house.secrets(&id).await;
    let page = town.get(&path).await.good();
    let _ = page.shows("yilang trustee init").shows("--seat 1").shows("任意 2 席联合起来").hides("--seat 2");
    let registrations = format!("{path}/seats/1/registrations");
    let _ = upload(&mut town, &registrations, "file-1", b"").await.is(422).shows("请选择一个文件");
    let _ = upload(&mut town, &registrations, "file-1", b"plain").await.is(422).shows("没有通过核对");
    let file = secrets[0].registration().unwrap().to_json();
    let _ = upload(&mut house.0.visitor(), &registrations, "file-1", &file).await.is(401);
    let _ = upload(&mut office, &registrations, "file-1", &file).await.is(403);
    let _ = upload(&mut town, &registrations, "file-1", &file).await.good().shows("登记已收到");
    let _ = town.get(&path).await.good().hides("yilang trustee init").shows("第 1 席登记");
    let mut english = house.0.visitor().english();
    let _ = english.get(&path).await.good().shows("any 2 seats").shows("Seat 1 registered");
    let _ = office.form(&format!("{path}/abandonments"), &[("reason", "")]).await.is(422);
    let _ = office.form(&format!("{path}/abandonments"), &[("reason", "换人")]).await.good().shows("密钥仪式已中止");
    let _ = english.get(&path).await.good().shows("The ceremony was given up");
    let _ = english.get("/committees?state=void").await.good().shows("/committees/");
    let _ = english.get("/committees?format=csv").await.good().shows("seats to open");
    house.0.finish().await;
}

#[tokio::test]
async fn a_round_by_pages() {
    let house = house().await;
    let committee = house.committee().await;
    let mut office = house.client("office", Some((Role::JointOffice, None))).await;
    let mut town = house.client("town-a", Some((Role::CityOfficer, Some(TOWN_A)))).await;
    let _ = office.get("/rounds/new").await.good().shows("三席开启委员会");
    let fields = |closes: &'static str| {
        vec![
            ("title", "联合采购"),
            ("rules", "第一条 一轮密封报价。"),
            ("committee", committee.id.as_str()),
            ("closes", closes),
            ("opens_by", "2026-03-20T09:00"),
        ]
    };
    let _ = office.form("/rounds", &fields("tomorrow")).await.is(422).shows("closes-error").shows("联合采购");
    let _ = office.form("/rounds", &fields("2026-03-15T09:00")).await.is(422).shows("closes-error");
    let path = office.form("/rounds", &fields("2026-03-16T10:00")).await.redirect();
    let round = path.rsplit('/').next().unwrap().to_owned();
    let _ = office.get(&path).await.good().shows("已收到 0 个信封").hides("org-a");
    let _ = house.0.visitor().get(&format!("{path}/envelopes/new")).await.is(401).shows("请先登录");
    let _ = office.get(&format!("{path}/envelopes/new")).await.is(403).shows("授权");
    let sent = house.sent(&round, "org-a", "100").await;
    let _ = office.get(&path).await.good().shows("已收到 1 个信封").hides(&sent.hash);
    let _ = office.get(&format!("{path}/envelopes/{}", sent.done.id)).await.is(404);
    let _ = office.get(&format!("/api/v1{path}/opening")).await.is(409).refused("opening-not-yet");
    house.close().await;
    let opening = house.opening(&round).await;
    let _ = town.get(&path).await.good().shows("yilang trustee share").shows("还需 2 个席位").shows(&opening.root);
    for (client, seat) in [(&mut town, 0), (&mut office, 2)] {
        let file = serde_json::to_vec(&house.shares(&opening, &committee.secrets[seat])).unwrap();
        let path = format!("{path}/seats/{}/shares", seat + 1);
        let _ = upload(client, &path, "file-1", b"{}").await.is(422);
        let _ = upload(client, &path, "file-1", &file).await.good().shows("开启份额已收到");
    }
    house.0.settle().await;
    let _ = house.0.visitor().get(&path).await.good().shows("本轮已开启").hides(&sent.done.id);
    let envelope = format!("{path}/envelopes/{}", sent.done.id);
    let _ = office.get(&path).await.good().shows(&envelope);
    let _ = office.get(&envelope).await.good().shows("信封已开启").shows("100").shows("报价.txt").shows(&sent.hash);
    let document = office.get(&format!("{envelope}/files/1")).await.good();
    assert_eq!(document.bytes, b"100");
    assert!(document.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let _ = office.get(&format!("{envelope}/files/9")).await.is(404);
    let _ = office.get(&format!("{envelope}/sealed")).await.good();
    let _ = house.0.visitor().get("/rounds?state=opened").await.good().shows("联合采购");
    let _ = house.0.visitor().get("/rounds?format=csv").await.good().shows("清单的根");
    house.0.finish().await;
}
