//! Passkeys: added, shown instead of a password, after it and as a proof, removed.

use crate::device::{ADDRESS, Device, asked};
use crate::house::{House, PASSWORD, house, house_at};
use access::webauthn::WAIT_MS;
use axum::body::Body;
use axum::http::Method;
use platform::Role;
use platform::ctx::PROOF_MS;
use serde_json::json;
use testkit::Client;

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

/// Adds a passkey; gives recovery codes where there were none.
async fn add(client: &mut Client, device: &mut Device, name: &str) -> Vec<String> {
    let options = client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(201).value();
    let body = json!({ "name": name, "credential": device.make(&options) });
    let added = client.json("/api/v1/me/passkeys", &body).await.is(201).value();
    assert_eq!(added["passkey"]["name"], name);
    added["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// A browser that is asked for a passkey, and what for.
async fn at_the_door(house: &House) -> (Client, serde_json::Value) {
    let mut client = house.0.visitor();
    let page = client.form("/sign-in/passkeys", &[("next", "/account")]).await.good().text();
    (client, asked(&page))
}

async fn shown(client: &mut Client, credential: &str) -> testkit::Answer {
    client.form("/sign-in/passkeys/answers", &[("credential", credential), ("next", "/account")]).await
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_name_and_is_asked_for_after_the_password() {
    let house = house_at(ADDRESS).await;
    let id = house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    client.get("/account").await.good().shows("/account/passkeys");
    client.get("/account/passkeys").await.good().shows("您还没有通行密钥").shows("添加通行密钥");
    let page = client.form("/account/passkeys", &[]).await.good().shows("data-passkey=\"create\"").text();
    let mut device = Device::new();
    let options = asked(&page);
    assert_eq!((&options["rp"]["id"], &options["user"]["name"]), (&json!("localhost"), &json!("li.wei")));
    let credential = device.make(&options);
    let typed = [("name", " 办公电脑 "), ("credential", credential.as_str())];
    let page = client.form("/account/passkeys/confirmations", &typed).await.good().shows("恢复码").text();
    let codes: Vec<&str> = page.split("<li><code>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    assert_eq!(codes.len(), 10);
    client.get("/account/passkeys").await.good().shows("办公电脑").shows("尚未使用");
    client.get("/account/factors").await.good().shows("您有 1 个通行密钥").shows("还有 10 个恢复码");

    house.0.visitor().get("/sign-in").await.good().shows("action=\"/sign-in/passkeys\"").shows("用通行密钥登录");
    let (mut other, options) = at_the_door(&house).await;
    assert_eq!(options["allowCredentials"], json!([]), "nobody learns who has a passkey");
    let credential = device.show(&options);
    assert_eq!(shown(&mut other, &credential).await.redirect(), "/account");
    other.get("/account").await.good().shows("li.wei");
    client.get("/account/passkeys").await.good().hides("尚未使用");

    // A password alone opens nothing any more.
    let mut third = house.before_code("li.wei").await;
    third.get("/account").await.is(401);
    let page = third.get("/sign-in/codes?next=%2Faccount").await.good().shows("改用通行密钥").text();
    assert!(page.contains("action=\"/sign-in/passkeys\"") && page.contains("value=\"/account\""));
    let page = third.form("/sign-in/passkeys", &[("next", "/account")]).await.good().text();
    let credential = device.show(&asked(&page));
    let answer = shown(&mut third, &credential).await;
    assert_eq!(answer.redirect(), "/account");
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(set.iter().any(|c| c.starts_with("step=;")) && set.iter().any(|c| c.starts_with("passkey=;")), "{set:?}");
    let mut lost = house.before_code("li.wei").await;
    assert_eq!(lost.form("/sign-in/codes", &[("code", codes[0]), ("next", "/account")]).await.redirect(), "/account");
    let kinds = house.kinds(&id).await;
    assert!(kinds.contains(&"passkey.added".to_owned()) && kinds.contains(&"session.created".to_owned()), "{kinds:?}");
    house.0.finish().await;
}

#[tokio::test]
async fn devices_with_either_kind_of_key_and_counter_sign_in_again_and_again() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let mut counting = Device { count: Some(0), ..Device::edwards() };
    let mut plain = Device::new();
    assert_eq!(add(&mut client, &mut counting, "安全密钥").await.len(), 10);
    assert_eq!(add(&mut client, &mut plain, "手机").await.len(), 0, "recovery codes are told once");
    for device in [&mut counting, &mut plain] {
        for _ in 0..2 {
            let (mut door, options) = at_the_door(&house).await;
            let credential = device.show(&options);
            assert_eq!(shown(&mut door, &credential).await.redirect(), "/account");
        }
    }
    let list = client.get("/api/v1/me/passkeys").await.good().value();
    assert_eq!((list["total"].as_i64(), list["items"][0]["doubted_ms"].is_null()), (Some(2), true));
    house.0.finish().await;
}

#[tokio::test]
async fn an_answer_is_taken_once_in_time_and_from_the_browser_that_was_asked() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let mut device = Device::new();
    // A question for a new passkey is this session's, and answered once.
    let options = client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(201).value();
    let body = json!({ "name": "a", "credential": device.make(&options) });
    let mut phone = house.browser("li.wei").await;
    phone.json("/api/v1/me/passkeys", &body).await.is(422).refused("passkey-over");
    client.json("/api/v1/me/passkeys", &body).await.is(201);
    client.json("/api/v1/me/passkeys", &body).await.is(422).refused("passkey-over");
    let options = client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(201).value();
    let body = json!({ "name": "a", "credential": device.make(&options) });
    client.json("/api/v1/me/passkeys", &body).await.is(409).refused("passkey-there");
    let options = client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(201).value();
    let late = json!({ "name": "b", "credential": Device::new().make(&options) });
    house.wait(WAIT_MS / 1000);
    client.json("/api/v1/me/passkeys", &late).await.is(422).refused("passkey-over");

    let (mut door, options) = at_the_door(&house).await;
    let credential = device.show(&options);
    shown(&mut house.0.visitor(), &credential).await.is(422).shows("属于另一个浏览器");
    let (mut thief, _) = at_the_door(&house).await;
    shown(&mut thief, &credential).await.is(422).shows("属于另一个浏览器");
    assert_eq!(shown(&mut door, &credential).await.redirect(), "/account");
    // The browser has no question any more; with its old cookie the answer is used up all the same.
    shown(&mut door, &credential).await.is(422);
    let (mut late, options) = at_the_door(&house).await;
    let credential = device.show(&options);
    house.wait(WAIT_MS / 1000);
    shown(&mut late, &credential).await.is(422).shows("已超时");
    late.get("/account").await.is(401);
    house.0.finish().await;
}

#[tokio::test]
async fn an_answer_is_used_up_also_when_its_cookie_is_kept() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut device = Device::new();
    add(&mut house.browser("li.wei").await, &mut device, "a").await;
    let mut door = house.0.visitor();
    let page = door.form("/sign-in/passkeys", &[]).await.good();
    let cookie = page.headers.get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
    let credential = device.show(&asked(&page.text()));
    let body = format!("credential={}&next=/account", testkit::encode(&credential));
    let planted = format!("session={}; {cookie}", "a".repeat(64));
    let send = async |cookies: &str, site: &str| {
        let headers = [("cookie", cookies), ("sec-fetch-site", site)];
        let mut bare = house.0.visitor();
        bare.send(Method::POST, "/sign-in/passkeys/answers", FORM, Body::from(body.clone()), &headers).await
    };
    let answer = send(&planted, "same-origin").await;
    assert_eq!(answer.redirect(), "/account");
    let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert!(set.iter().any(|c| c.starts_with("session=") && !c.contains("aaaaaaaa")), "a new session: {set:?}");
    send(&planted, "same-origin").await.is(422).shows("已用过");
    house.0.finish().await;
}

#[tokio::test]
async fn an_answer_for_another_page_site_or_person_is_refused() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let mut device = Device::new();
    add(&mut client, &mut device, "a").await;
    for (origin, rp_id, verifies, said) in [
        ("http://localhost:9999", "localhost", true, "来自另一个网址"),
        ("https://localhost:8060", "localhost", true, "来自另一个网址"),
        (ADDRESS, "localhost.evil.example", true, "来自另一个网址"),
        (ADDRESS, "localhost", false, "没有确认是您本人"),
    ] {
        (device.origin, device.rp_id, device.verifies) = (origin.into(), rp_id.into(), verifies);
        let (mut door, options) = at_the_door(&house).await;
        let credential = device.show(&options);
        shown(&mut door, &credential).await.is(422).shows(said);
        door.get("/account").await.is(401);
        let options = client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(201).value();
        let (origin, rp_id) = (device.origin.clone(), device.rp_id.clone());
        let credential = Device { origin, rp_id, verifies, ..Device::new() }.make(&options);
        client.json("/api/v1/me/passkeys", &json!({ "name": "b", "credential": credential })).await.is(422);
    }
    (device.origin, device.rp_id, device.verifies) = (ADDRESS.into(), "localhost".into(), true);
    let (mut door, options) = at_the_door(&house).await;
    let credential = Device::new().show(&options);
    shown(&mut door, &credential).await.is(422).shows("不认识这个通行密钥");
    let (mut door, options) = at_the_door(&house).await;
    let mut forged: serde_json::Value = serde_json::from_str(&device.show(&options)).unwrap();
    let other: serde_json::Value = serde_json::from_str(&Device::new().show(&options)).unwrap();
    forged["response"]["signature"] = other["response"]["signature"].clone();
    shown(&mut door, &forged.to_string()).await.is(422).shows("不认识这个通行密钥");
    let (mut door, options) = at_the_door(&house).await;
    let handle = device.handle.replace("AAAA".into());
    let credential = device.show(&options);
    shown(&mut door, &credential).await.is(422).shows("不认识这个通行密钥");
    device.handle = handle;
    let (mut door, _) = at_the_door(&house).await;
    for text in ["", "{}", "null", "x"] {
        shown(&mut door, text).await.is(422).shows("无法读取");
    }
    let typed = [("name", ""), ("credential", "{}")];
    client.form("/account/passkeys/confirmations", &typed).await.is(422).shows("1 至 40 字的名称");
    house.0.finish().await;
}

#[tokio::test]
async fn a_passkey_that_counts_backwards_is_refused_and_its_owner_told() {
    let house = house_at(ADDRESS).await;
    let id = house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let mut device = Device { count: Some(40), ..Device::new() };
    add(&mut client, &mut device, "安全密钥").await;
    device.count = Some(12);
    let (mut door, options) = at_the_door(&house).await;
    let credential = device.show(&options);
    shown(&mut door, &credential).await.is(422).shows("可能被复制");
    door.get("/account").await.is(401);
    client.get("/account/passkeys").await.good().shows("可能被复制");
    assert!(house.kinds(&id).await.contains(&"passkey.doubted".to_owned()));
    house.0.settle().await;
    client.get("/inbox").await.good().shows("未予接受");
    house.0.finish().await;
}

#[tokio::test]
async fn a_passkey_proves_who_sits_there() {
    let house = house_at(ADDRESS).await;
    house.account("root-user", Some(Role::Administrator)).await;
    house.account("li.wei", None).await;
    let mut client = house.browser("root-user").await;
    let (mut device, mut other) = (Device::new(), Device::new());
    client.json("/api/v1/me/proofs/passkeys", &json!({})).await.is(409).refused("passkey-none");
    add(&mut client, &mut device, "a").await;
    add(&mut house.browser("li.wei").await, &mut other, "b").await;
    house.wait(PROOF_MS / 1000);
    let asking = client.form("/admin/access", &[("second_factor", "offered")]).await.is(403);
    asking.shows("改用通行密钥").shows("action=\"/account/proofs/passkeys\"").hides("name=\"password\"");
    let held = [("back", "/admin/access"), ("send", "again"), ("held", "second_factor=offered")];
    let page = client.form("/account/proofs/passkeys", &held).await.good().shows("value=\"second_factor=offered\"");
    let options = asked(&page.text());
    assert_eq!(options["allowCredentials"].as_array().map(Vec::len), Some(1));
    let mut give = async |credential: &str| {
        let typed = [held.as_slice(), &[("credential", credential)]].concat();
        client.form("/account/proofs", &typed).await
    };
    give(&other.show(&options)).await.is(422).shows("不认识这个通行密钥");
    give(&device.show(&options)).await.is(422).shows("已用过");
    let page = house_page(&mut client).await;
    let credential = device.show(&asked(&page));
    let typed = [held.as_slice(), &[("credential", credential.as_str())]].concat();
    client.form("/account/proofs", &typed).await.good().shows("继续提交").shows("action=\"/admin/access\"");
    client.form("/admin/access", &[("second_factor", "offered")]).await.is(303);
    house.wait(PROOF_MS / 1000);
    client.json("/api/v1/access", &json!({ "second_factor": "offered" })).await.is(403).refused("step-up");
    let options = client.json("/api/v1/me/proofs/passkeys", &json!({})).await.is(201).value();
    client.json("/api/v1/me/proofs", &json!({ "credential": device.show(&options) })).await.is(204);
    // A passkey is a second factor as good as another for an office that must have one.
    client.json("/api/v1/access", &json!({ "second_factor": "required" })).await.is(204);
    client.get("/admin/access").await.good().shows("已启用");
    house.0.finish().await;
}

async fn house_page(client: &mut Client) -> String {
    client.form("/account/proofs/passkeys", &[("back", "/admin/access")]).await.good().text()
}

#[tokio::test]
async fn removing_takes_a_fresh_proof_and_ends_what_was_stolen() {
    let house = house_at(ADDRESS).await;
    let id = house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let mut device = Device::new();
    add(&mut client, &mut device, "丢失的手机").await;
    let (mut thief, options) = at_the_door(&house).await;
    let credential = device.show(&options);
    assert_eq!(shown(&mut thief, &credential).await.redirect(), "/account");
    let passkey = client.get("/api/v1/me/passkeys").await.good().value()["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/account/passkeys/{passkey}/removals");
    house.wait(PROOF_MS / 1000);
    client.form(&path, &[]).await.is(403).shows("请确认是您本人");
    client.form("/account/passkeys", &[]).await.is(403).shows("请确认是您本人");
    client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(403).refused("step-up");
    let options = client.json("/api/v1/me/proofs/passkeys", &json!({})).await.is(201).value();
    client.json("/api/v1/me/proofs", &json!({ "credential": device.show(&options) })).await.is(204);
    house.browser_of_somebody_else("wang.fang").await.form(&path, &[]).await.is(404);
    assert_eq!(client.form(&path, &[]).await.redirect(), "/account/passkeys");
    thief.get("/account").await.is(401);
    client.get("/account/passkeys").await.good().shows("您还没有通行密钥");
    let (mut door, options) = at_the_door(&house).await;
    let credential = device.show(&options);
    shown(&mut door, &credential).await.is(422).shows("可能已被移除");
    assert_eq!(house.number("SELECT COUNT(*) AS n FROM recovery_code").await, 0, "there is nothing left to recover");
    house.browser("li.wei").await;
    assert!(house.kinds(&id).await.contains(&"passkey.removed".to_owned()));
    house.0.finish().await;
}

#[tokio::test]
async fn an_administrator_lifts_the_passkeys_of_whoever_lost_them() {
    let house = house_at(ADDRESS).await;
    let id = house.account("li.wei", None).await;
    house.account("root-user", Some(Role::Administrator)).await;
    let mut client = house.browser("li.wei").await;
    add(&mut client, &mut Device::new(), "a").await;
    let mut admin = house.browser("root-user").await;
    admin.json(&format!("/api/v1/accounts/{id}/factor-removals"), &json!({})).await.is(204);
    client.get("/account").await.is(401);
    house.browser("li.wei").await.get("/account/passkeys").await.good().shows("您还没有通行密钥");
    house.0.finish().await;
}

#[tokio::test]
async fn an_address_without_passkeys_offers_none() {
    let house = house().await;
    house.account("li.wei", None).await;
    house.0.visitor().get("/sign-in").await.good().hides("/sign-in/passkeys");
    house.0.visitor().form("/sign-in/passkeys", &[]).await.is(409).shows("此网址不能使用通行密钥");
    let mut client = house.browser("li.wei").await;
    client.get("/account/passkeys?lang=en").await.good().shows("This address has no passkeys").hides("Add a passkey");
    client.form("/account/passkeys", &[]).await.is(409);
    client.json("/api/v1/me/passkeys/questions", &json!({})).await.is(409).refused("passkey-place");
    house.0.finish().await;
}

#[tokio::test]
async fn a_token_and_a_stranger_have_no_passkeys_and_forms_from_elsewhere_are_refused() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let body = json!({ "name": "t", "scopes": ["read", "write"], "days": 3 });
    let secret = client.json("/api/v1/tokens", &body).await.is(201).value()["secret"].as_str().unwrap().to_owned();
    let mut program = house.0.visitor().bearer(&secret);
    for path in ["passkeys", "identities"] {
        program.get(&format!("/api/v1/me/{path}")).await.is(403).refused("token-scope");
        house.0.visitor().get(&format!("/api/v1/me/{path}")).await.is(401);
    }
    let new = json!({ "name": "a", "credential": "{}" });
    for (path, body) in [
        ("passkeys/questions", json!({})),
        ("passkeys", new),
        ("passkeys/x/removals", json!({})),
        ("proofs/passkeys", json!({})),
        ("identities/x/removals", json!({})),
    ] {
        program.json(&format!("/api/v1/me/{path}"), &body).await.is(403);
        house.0.visitor().json(&format!("/api/v1/me/{path}"), &body).await.is(401);
    }
    for path in ["/sign-in/passkeys", "/sign-in/passkeys/answers", "/account/passkeys", "/sign-in/returns/x"] {
        let headers = [("sec-fetch-site", "cross-site")];
        let mut elsewhere = house.0.visitor();
        // The last header of a name is what a browser sends; the helper's own comes first.
        elsewhere.send(Method::POST, path, FORM, Body::empty(), &headers).await.is(403);
    }
    house.0.finish().await;
}

#[tokio::test]
async fn who_asks_and_guesses_waits() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut device = Device::new();
    add(&mut house.browser("li.wei").await, &mut device, "a").await;
    let mut last = 0;
    for _ in 0..40 {
        let mut door = house.0.visitor();
        let answer = door.form("/sign-in/passkeys", &[]).await;
        last = answer.status.as_u16();
        if last == 429 {
            break;
        }
        last = shown(&mut door, &Device::new().show(&asked(&answer.text()))).await.status.as_u16();
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    house.0.finish().await;
}

#[tokio::test]
async fn of_passkeys_and_questions_no_secret_is_stored() {
    let house = house_at(ADDRESS).await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let mut device = Device::new();
    add(&mut client, &mut device, "a").await;
    let mut door = house.0.visitor();
    let page = door.form("/sign-in/passkeys", &[]).await.good();
    let cookie = page.headers.get("set-cookie").unwrap().to_str().unwrap().to_owned();
    assert!(cookie.starts_with("passkey=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let secret = cookie["passkey=".len()..].split(';').next().unwrap();
    let challenge = asked(&page.text())["challenge"].as_str().unwrap().to_owned();
    let kept = house.everything("passkey_question", "challenge_hash || purpose || holder").await
        + &house.everything("journal_entry", "data || object_id || kind").await;
    assert!(!kept.contains(secret) && !kept.contains(&challenge) && !kept.contains(PASSWORD));
    house.0.finish().await;
}
