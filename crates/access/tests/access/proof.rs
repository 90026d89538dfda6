//! A fresh proof before what cannot be taken back; nothing that was typed is lost.

use crate::house::{PASSWORD, house};
use platform::Role;
use platform::ctx::PROOF_MS;
use serde_json::json;

/// Hidden fields of a page's form: name and value.
fn hidden(page: &str) -> Vec<(String, String)> {
    let field = |part: &str| {
        let (name, rest) = part.split_once('"')?;
        let value = rest.split("value=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), value.replace("&amp;", "&").replace("&#38;", "&").replace("&#x2F;", "/")))
    };
    page.split("<input type=\"hidden\" name=\"").skip(1).filter_map(field).collect()
}

#[tokio::test]
async fn what_was_typed_is_kept_until_the_proof_is_right() {
    let house = house().await;
    house.account("root-user", Some(Role::Administrator)).await;
    let mut client = house.browser("root-user").await;
    house.enrol(&mut client).await;
    house.wait(PROOF_MS / 1000);
    let asked = client.form("/admin/access", &[("second_factor", "required")]).await.is(403);
    let asked = asked.shows("请确认是您本人").shows("name=\"code\"").hides("name=\"password\"");
    let fields = hidden(&asked.text());
    assert!(fields.contains(&("back".into(), "/admin/access".into())), "{fields:?}");
    assert!(fields.contains(&("held".into(), "second_factor=required".into())), "{fields:?}");
    assert_eq!(client.get("/api/v1/access").await.good().value()["second_factor"], "offered");
    let mut typed: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    typed.push(("code", "000000"));
    let page = client.form("/account/proofs", &typed).await.is(422).shows("验证码不正确").text();
    assert_eq!(hidden(&page), fields);
    house.0.visitor().form("/account/proofs", &typed).await.is(401);
    house.0.finish().await;
}

#[tokio::test]
async fn a_password_proves_for_ten_minutes_in_this_session_only() {
    let house = house().await;
    house.account("root-user", Some(Role::Administrator)).await;
    let mut client = house.browser("root-user").await;
    let mut phone = house.browser("root-user").await;
    client.form("/admin/access", &[("second_factor", "offered")]).await.is(303);
    house.wait(PROOF_MS / 1000);
    let asked = client.form("/admin/access", &[("second_factor", "offered")]).await.is(403).shows("name=\"password\"");
    let fields = hidden(&asked.text());
    let mut typed: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    typed.push(("password", "wrong password"));
    client.form("/account/proofs", &typed).await.is(422).shows("密码不正确").hides("wrong password");
    typed.pop();
    typed.push(("password", PASSWORD));
    let again = client.form("/account/proofs", &typed).await.good().shows("继续提交").text();
    assert!(again.contains("action=\"/admin/access\"") && !again.contains(PASSWORD));
    let resend = hidden(&again);
    let resend: Vec<(&str, &str)> = resend.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(resend, [("second_factor", "offered")]);
    client.form("/admin/access", &resend).await.is(303);
    // The proof is this session's, not the account's.
    phone.form("/admin/access", &resend).await.is(403).shows("请确认是您本人");
    let body = json!({ "second_factor": "offered" });
    phone.json("/api/v1/access", &body).await.is(403).refused("step-up");
    phone.json("/api/v1/me/proofs", &json!({ "password": "wrong" })).await.is(422).refused("password-wrong");
    phone.json("/api/v1/me/proofs", &json!({ "password": PASSWORD })).await.is(204);
    phone.json("/api/v1/access", &body).await.is(204);
    house.wait(PROOF_MS / 1000);
    phone.json("/api/v1/access", &body).await.is(403).refused("step-up");
    // A way back leads nowhere else.
    let typed = [("password", PASSWORD), ("back", "//evil.example")];
    assert_eq!(client.form("/account/proofs", &typed).await.redirect(), "/desk");
    house.0.finish().await;
}

#[tokio::test]
async fn whoever_has_a_second_factor_proves_by_it() {
    let house = house().await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let (app, codes) = house.enrol(&mut client).await;
    house.wait(PROOF_MS / 1000);
    client.json("/api/v1/me/recovery-codes", &json!({})).await.is(403).refused("step-up");
    client.json("/api/v1/me/proofs", &json!({ "password": PASSWORD })).await.is(422).refused("proof-code");
    client.json("/api/v1/me/proofs", &json!({ "code": house.code(&app) })).await.is(204);
    client.json("/api/v1/me/proofs", &json!({ "code": house.code(&app) })).await.is(422).refused("code-used");
    client.json("/api/v1/me/proofs", &json!({ "code": codes[0] })).await.is(204);
    client.json("/api/v1/me/proofs", &json!({ "code": codes[0] })).await.is(422).refused("code-wrong");
    client.json("/api/v1/me/recovery-codes", &json!({})).await.is(201);
    house.0.finish().await;
}

#[tokio::test]
async fn who_guesses_at_a_stolen_session_waits() {
    let house = house().await;
    house.account("li.wei", None).await;
    let mut thief = house.browser("li.wei").await;
    let mut last = 0;
    for _ in 0..7 {
        last = thief.json("/api/v1/me/proofs", &json!({ "password": "guess after guess" })).await.status.as_u16();
    }
    assert_eq!(last, 429);
    // The owner signs in and has proved it by that.
    let mut owner = house.browser("li.wei").await;
    owner.json("/api/v1/me/factors", &json!({})).await.is(201);
    house.0.finish().await;
}
