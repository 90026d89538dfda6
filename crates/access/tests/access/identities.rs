//! Signing in by another house that vouches for people.

use crate::house::{House, house};
use crate::other_house::{CLIENT, OtherHouse};
use access::actions::trip::TRIP_MS;
use access::provider::{Gate, Providers};
use axum::body::Body;
use axum::http::Method;
use platform::ctx::PROOF_MS;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use testkit::{Answer, Client};

/// Lets people sign in by these houses from now on.
fn names(house: &House, others: &[(&str, &OtherHouse)], more: &str) {
    let row = |(id, other): &(&str, &OtherHouse)| {
        let issuer = other.issuer();
        format!(
            "[[provider]]\nid = \"{id}\"\nissuer = \"{issuer}\"\nclient-id = \"{CLIENT}\"\nname = \"示例政务登录\"\nname-en = \"Example staff\"\nprivate = true\n{more}"
        )
    };
    let text: String = others.iter().map(row).collect();
    let providers = Providers::parse(&text, Path::new(".")).expect("the file is right");
    house.app().extend(Arc::new(Gate::new(providers)));
}

/// A house and another one that vouches for its people, with somebody.
async fn two_houses() -> (House, OtherHouse, String) {
    let (house, other) = (house().await, OtherHouse::open().await);
    let id = house.account("li.wei", None).await;
    names(&house, &[("one", &other)], "");
    (house, other, id)
}

/// The address that a page leads to.
fn door(page: &str) -> String {
    let href = page.split("http-equiv=\"refresh\" content=\"0; url=").nth(1).expect("it leads away");
    href.split('"').next().expect("an end").replace("&amp;", "&").replace("&#38;", "&")
}

/// Out to the other house, signed in there; what to come back with.
async fn there(client: &mut Client, other: &OtherHouse, path: &str) -> Vec<(String, String)> {
    let page = client.form(path, &[("next", "/account")]).await.good().text();
    other.sign_in(&door(&page))
}

/// Comes back.
async fn back(client: &mut Client, id: &str, brought: &[(String, String)]) -> Answer {
    let path = format!("/sign-in/returns/{id}");
    let query: Vec<String> = brought.iter().map(|(name, value)| format!("{name}={}", testkit::encode(value))).collect();
    // Opening the address changes nothing, however often it is done.
    for _ in 0..2 {
        client.get(&format!("{path}?{}", query.join("&"))).await.good().shows("data-onward").shows(&brought[0].1);
    }
    let fields: Vec<(&str, &str)> = brought.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    client.form(&path, &fields).await
}

/// Links the identity that the other house vouches for.
async fn link(house: &House, other: &OtherHouse, login: &str) -> Client {
    let mut client = house.browser(login).await;
    let brought = there(&mut client, other, "/account/identities/one/links").await;
    assert_eq!(back(&mut client, "one", &brought).await.redirect(), "/account/identities");
    client
}

/// Signs in by the other house in a fresh browser.
async fn enter(house: &House, other: &OtherHouse) -> (Client, Answer) {
    let mut client = house.0.visitor();
    let brought = there(&mut client, other, "/sign-in/providers/one").await;
    let answer = back(&mut client, "one", &brought).await;
    (client, answer)
}

#[tokio::test]
async fn somebody_links_an_identity_and_signs_in_by_it() {
    let (house, other, id) = two_houses().await;
    house.0.visitor().get("/sign-in").await.good().shows("用“示例政务登录”登录").shows("/sign-in/providers/one");
    house.0.visitor().english().get("/sign-in").await.good().shows("Sign in with Example staff");
    // Nobody is linked by an address, however well it is vouched for.
    let (mut stranger, answer) = enter(&house, &other).await;
    answer.is(422).shows("还没有关联本站账号");
    stranger.get("/account").await.is(401);
    let mut client = link(&house, &other, "li.wei").await;
    client.get("/account/identities").await.good().shows("示例政务登录").shows("subject-of-li").shows("尚未使用");
    let list = client.get("/api/v1/me/identities").await.good().value();
    assert_eq!((&list["items"][0]["provider"], &list["total"]), (&json!("one"), &json!(1)));
    let (mut other_browser, answer) = enter(&house, &other).await;
    assert_eq!(answer.redirect(), "/account");
    other_browser.get("/account").await.good().shows("li.wei");
    client.get("/account/identities").await.good().hides("尚未使用");
    other.subject("subject-of-wang");
    enter(&house, &other).await.1.is(422).shows("还没有关联本站账号");
    let kinds = house.kinds(&id).await;
    assert!(
        kinds.contains(&"identity.linked".to_owned()) && kinds.contains(&"session.created".to_owned()),
        "{kinds:?}"
    );
    house.0.settle().await;
    client.get("/inbox").await.good().shows("关联了其他单位的一个身份");
    house.0.finish().await;
}

#[tokio::test]
async fn a_return_counts_once_in_time_and_in_its_own_browser() {
    let (house, other, _) = two_houses().await;
    link(&house, &other, "li.wei").await;
    let mut client = house.0.visitor();
    let brought = there(&mut client, &other, "/sign-in/providers/one").await;
    // Somebody lures another browser back with his own answer.
    let mut lured = house.0.visitor();
    back(&mut lured, "one", &brought).await.is(422).shows("不是从这个浏览器开始的");
    there(&mut lured, &other, "/sign-in/providers/one").await;
    back(&mut lured, "one", &brought).await.is(422).shows("不是从这个浏览器开始的");
    lured.get("/account").await.is(401);
    assert_eq!(back(&mut client, "one", &brought).await.redirect(), "/account");
    back(&mut client, "one", &brought).await.is(422);
    let mut late = house.0.visitor();
    let brought = there(&mut late, &other, "/sign-in/providers/one").await;
    house.wait(TRIP_MS / 1000);
    back(&mut late, "one", &brought).await.is(422).shows("已超时");
    let mut bare = house.0.visitor();
    bare.form("/sign-in/returns/one", &[]).await.is(422).shows("已超时");
    house.0.finish().await;
}

#[tokio::test]
async fn a_return_is_used_up_also_when_its_cookie_is_kept() {
    let (house, other, _) = two_houses().await;
    link(&house, &other, "li.wei").await;
    let mut client = house.0.visitor();
    let page = client.form("/sign-in/providers/one", &[("next", "/account")]).await.good();
    let cookie = page.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(cookie.starts_with("trip=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let brought = other.sign_in(&door(&page.text()));
    let body: Vec<String> = brought.iter().map(|(k, v)| format!("{k}={}", testkit::encode(v))).collect();
    let body = body.join("&");
    let planted = format!("session={}; {cookie}", "a".repeat(64));
    let send = async |site: &str| {
        let headers = [("cookie", planted.as_str()), ("sec-fetch-site", site)];
        let form = Some("application/x-www-form-urlencoded");
        house.0.visitor().send(Method::POST, "/sign-in/returns/one", form, Body::from(body.clone()), &headers).await
    };
    send("cross-site").await.is(403);
    let answer = send("same-origin").await;
    assert_eq!(answer.redirect(), "/account");
    let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(set.iter().any(|c| c.starts_with("session=") && !c.contains("aaaaaaaa")), "a new session: {set:?}");
    send("same-origin").await.is(422).shows("已用过");
    let kept = house.everything("sign_in_trip", "state_hash || cookie_hash || provider || next").await
        + &house.everything("journal_entry", "data || object_id || kind").await;
    assert!(!kept.contains(&cookie["trip=".len()..]) && !kept.contains(&brought[1].1));
    house.0.finish().await;
}

/// Changes a statement that another house is about to sign.
type Lie = fn(&mut serde_json::Value);

#[tokio::test]
async fn what_does_not_hold_is_not_believed() {
    let (house, other, _) = two_houses().await;
    link(&house, &other, "li.wei").await;
    let lies: [(&str, Lie); 9] = [
        ("issuer", |claims| claims["iss"] = json!("https://evil.example")),
        ("audience", |claims| claims["aud"] = json!("another-site")),
        ("several audiences", |claims| claims["aud"] = json!([CLIENT, "another-site"])),
        ("authorised party", |claims| claims["azp"] = json!("another-site")),
        ("expired", |claims| claims["exp"] = json!(claims["exp"].as_i64().unwrap() - 300 - 61)),
        ("from tomorrow", |claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 86_400)),
        ("nonce", |claims| claims["nonce"] = json!("replayed")),
        ("no nonce", |claims| _ = claims.as_object_mut().unwrap().remove("nonce")),
        ("no subject", |claims| claims["sub"] = json!("")),
    ];
    for (what, lie) in lies {
        other.lie(lie);
        let (mut client, answer) = enter(&house, &other).await;
        assert_eq!(answer.status.as_u16(), 422, "{what}: {}", answer.text());
        answer.shows("未予接受");
        client.get("/account").await.is(401);
        house.wait(3_600);
        other.set_clock(&house.0);
    }
    other.lie(|_| {});
    let headers =
        [json!({ "alg": "none" }), json!({ "alg": "HS256", "kid": "k0" }), json!({ "alg": "RS256", "kid": "k0" })];
    for header in headers {
        other.header(Some(header.clone()));
        let answer = enter(&house, &other).await.1;
        assert_eq!(answer.status.as_u16(), 422, "{header}: {}", answer.text());
        house.wait(3_600);
        other.set_clock(&house.0);
    }
    other.header(None);
    assert_eq!(enter(&house, &other).await.1.redirect(), "/account");
    // A code that was used there is worth nothing, and a no is a no.
    let mut client = house.0.visitor();
    let mut brought = there(&mut client, &other, "/sign-in/providers/one").await;
    brought[0].1 = "used-before".into();
    back(&mut client, "one", &brought).await.is(422).shows("对方没有同意这次登录");
    let brought = there(&mut client, &other, "/sign-in/providers/one").await;
    let no = [("error".to_owned(), "access_denied".to_owned()), brought[1].clone()];
    back(&mut client, "one", &no).await.is(422).shows("对方没有同意这次登录");
    house.0.finish().await;
}

#[tokio::test]
async fn the_answer_of_one_house_is_not_taken_for_anothers() {
    let (house, one, _) = two_houses().await;
    let two = OtherHouse::open().await;
    two.names_issuer(true);
    names(&house, &[("one", &one), ("two", &two)], "");
    link(&house, &one, "li.wei").await;
    let mut client = house.0.visitor();
    let brought = there(&mut client, &one, "/sign-in/providers/one").await;
    back(&mut client, "two", &brought).await.is(422).shows("请回到登录页重新开始");
    let mut brought = there(&mut client, &one, "/sign-in/providers/one").await;
    brought.push(("iss".into(), two.issuer()));
    back(&mut client, "one", &brought).await.is(422).shows("未予接受");
    // Who says that his answers name him is held to it.
    let mut brought = there(&mut client, &two, "/sign-in/providers/two").await;
    brought.retain(|(name, _)| name != "iss");
    back(&mut client, "two", &brought).await.is(422).shows("未予接受");
    // The same subject there is somebody else.
    let brought = there(&mut client, &two, "/sign-in/providers/two").await;
    back(&mut client, "two", &brought).await.is(422).shows("还没有关联本站账号");
    client.form("/sign-in/providers/three", &[]).await.is(404);
    client.get("/sign-in/returns/three").await.is(404);
    house.0.finish().await;
}

#[tokio::test]
async fn a_new_key_is_asked_for_once() {
    let (house, other, _) = two_houses().await;
    link(&house, &other, "li.wei").await;
    assert_eq!(enter(&house, &other).await.1.redirect(), "/account");
    assert_eq!((other.asked("/metadata"), other.asked("/jwks")), (1, 1), "what is known is not asked for again");
    other.new_key(true);
    assert_eq!(enter(&house, &other).await.1.redirect(), "/account");
    assert_eq!(other.asked("/jwks"), 2);
    other.new_key(false);
    enter(&house, &other).await.1.is(422).shows("未予接受");
    assert_eq!(other.asked("/jwks"), 3, "once, not again and again");
    house.0.finish().await;
}

#[tokio::test]
async fn a_house_that_is_away_leaves_the_password() {
    let house = house().await;
    house.account("li.wei", None).await;
    let text = "[[provider]]\nid = \"one\"\nissuer = \"http://127.0.0.1:9\"\nclient-id = \"x\"\nname = \"示例\"\nprivate = true\n";
    let gate = |text: &str| Arc::new(Gate::new(Providers::parse(text, Path::new(".")).expect("right")));
    house.app().extend(gate(text));
    house.0.visitor().form("/sign-in/providers/one", &[]).await.is(503).shows("请用密码登录");
    house.0.visitor().english().form("/sign-in/providers/one", &[]).await.is(503).shows("Sign in by password");
    // A name that leads inside is not called unless the operator says so.
    let inside = text.replace("http://127.0.0.1:9", "https://localhost.localdomain:9").replace("private = true\n", "");
    house.app().extend(gate(&inside));
    house.0.visitor().form("/sign-in/providers/one", &[]).await.is(503);
    let mut client = house.browser("li.wei").await;
    client.form("/account/identities/one/links", &[]).await.is(503);
    house.0.finish().await;
}

#[tokio::test]
async fn the_second_factor_of_this_house_still_holds() {
    let (house, other, _) = two_houses().await;
    let mut client = link(&house, &other, "li.wei").await;
    let (app, _) = house.enrol(&mut client).await;
    other.lie(|claims| claims["amr"] = json!(["pwd", "mfa"]));
    let (mut door, answer) = enter(&house, &other).await;
    assert_eq!(answer.redirect(), "/sign-in/codes?next=%2Faccount", "nobody has said that its word counts");
    door.get("/account").await.is(401);
    house.wait(30);
    let code = house.code(&app);
    assert_eq!(door.form("/sign-in/codes", &[("code", &code), ("next", "/account")]).await.redirect(), "/account");
    names(&house, &[("one", &other)], "second-factor = [\"mfa\"]\n");
    assert_eq!(enter(&house, &other).await.1.redirect(), "/account");
    other.lie(|claims| claims["amr"] = json!(["pwd"]));
    assert_eq!(enter(&house, &other).await.1.redirect(), "/sign-in/codes?next=%2Faccount");
    other.lie(|claims| claims["acr"] = json!("mfa"));
    assert_eq!(enter(&house, &other).await.1.redirect(), "/account");
    house.0.finish().await;
}

#[tokio::test]
async fn linking_is_an_act_of_one_session_that_has_proved_who_sits_there() {
    let (house, other, _) = two_houses().await;
    let mut client = house.browser("li.wei").await;
    house.0.visitor().form("/account/identities/one/links", &[]).await.is(401);
    let brought = there(&mut client, &other, "/account/identities/one/links").await;
    // Signed in as somebody else meanwhile, in the same browser.
    client.form("/sign-out", &[]).await;
    house.account("wang.fang", None).await;
    let fields = [("login", "wang.fang"), ("password", crate::house::PASSWORD), ("next", "/account")];
    assert_eq!(client.form("/sign-in", &fields).await.redirect(), "/account");
    back(&mut client, "one", &brought).await.is(422).shows("请回到登录页重新开始");
    link(&house, &other, "li.wei").await;
    let brought = there(&mut client, &other, "/account/identities/one/links").await;
    back(&mut client, "one", &brought).await.is(409).shows("已关联一个账号");
    house.wait(PROOF_MS / 1000);
    client.form("/account/identities/one/links", &[]).await.is(403).shows("请确认是您本人");
    house.0.finish().await;
}

#[tokio::test]
async fn unlinking_takes_a_fresh_proof_and_ends_what_was_opened() {
    let (house, other, id) = two_houses().await;
    let mut client = link(&house, &other, "li.wei").await;
    let (mut thief, answer) = enter(&house, &other).await;
    assert_eq!(answer.redirect(), "/account");
    let list = client.get("/api/v1/me/identities").await.good().value();
    let path = format!("/account/identities/{}/removals", list["items"][0]["id"].as_str().unwrap());
    house.browser_of_somebody_else("wang.fang").await.form(&path, &[]).await.is(404);
    house.wait(PROOF_MS / 1000);
    client.form(&path, &[]).await.is(403).shows("请确认是您本人");
    client.json(&format!("/api/v1{}", path.replace("/account/", "/me/")), &json!({})).await.is(403).refused("step-up");
    client.json("/api/v1/me/proofs", &json!({ "password": crate::house::PASSWORD })).await.is(204);
    assert_eq!(client.form(&path, &[]).await.redirect(), "/account/identities");
    thief.get("/account").await.is(401);
    other.set_clock(&house.0);
    enter(&house, &other).await.1.is(422).shows("还没有关联本站账号");
    assert!(house.kinds(&id).await.contains(&"identity.removed".to_owned()));
    house.0.finish().await;
}
