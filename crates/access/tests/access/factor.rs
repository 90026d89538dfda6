//! Second factors: set up, asked for, used once, removed.

use crate::house::{PASSWORD, house};
use access::actions::enter::{STEP_MS, second_step_take};
use axum::body::Body;
use axum::http::Method;
use platform::identity::actions::{Entered, SignIn, Visitor, sign_in};
use platform::{Actor, Ctx};
use serde_json::json;

#[tokio::test]
async fn a_code_is_asked_for_after_the_password_and_works_once() {
    let house = house().await;
    let id = house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    client.get("/account").await.good().shows("/account/factors");
    client.get("/account/factors").await.good().shows("您还没有启用第二重验证");
    let page = client.form("/account/factors", &[]).await.good().shows("<svg").shows("otpauth://totp/").text();
    client
        .form("/account/factors/confirmations", &[("code", "000000")])
        .await
        .is(422)
        .shows("验证码不正确")
        .hides("otpauth:");
    assert!(!page.contains("恢复码</h1>"));
    // Not confirmed, it is not asked for, and another secret takes its place.
    house.browser("li.wei").await;
    house.wait(30);
    let (app, codes) = house.enrol(&mut client).await;
    assert_eq!(codes.len(), 10);
    client.get("/account/factors").await.good().shows("还有 10 个恢复码");
    client.json("/api/v1/me/factors", &json!({})).await.is(409).refused("factor-there");
    client.json("/api/v1/me/factors/confirmations", &json!({ "code": house.code(&app) })).await.is(409);

    let mut other = house.before_code("li.wei").await;
    other.get("/account").await.is(401);
    other.get("/sign-in/codes?next=%2Faccount").await.good().shows("autocomplete=\"one-time-code\"");
    other.form("/sign-in/codes", &[("code", "000000"), ("next", "/account")]).await.is(422).shows("验证码不正确");
    // The code that confirmed is used up.
    other.form("/sign-in/codes", &[("code", &house.code(&app))]).await.is(422).shows("已经用过");
    other.get("/account").await.is(401);
    house.wait(30);
    let code = house.code(&app);
    let answer = other.form("/sign-in/codes", &[("code", &code), ("next", "/account")]).await;
    assert_eq!(answer.redirect(), "/account");
    other.get("/account").await.good();
    let mut replay = house.before_code("li.wei").await;
    replay.form("/sign-in/codes", &[("code", &code)]).await.is(422).shows("已经用过");
    // The browser's half way in is over once it has led to a session.
    other.form("/sign-in/codes", &[("code", &code)]).await.is(404);
    // A recovery code does too, once.
    let typed = codes[3].to_uppercase();
    assert_eq!(replay.form("/sign-in/codes", &[("code", &typed), ("next", "/account")]).await.redirect(), "/account");
    replay.get("/account/factors").await.good().shows("还有 9 个恢复码");
    let mut again = house.before_code("li.wei").await.english();
    again.form("/sign-in/codes", &[("code", &codes[3])]).await.is(422).shows("The code is wrong");
    let kinds = house.kinds(&id).await;
    for kind in ["factor.begun", "factor.confirmed", "factor.code_spent", "session.created", "session.refused"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind}: {kinds:?}");
    }
    house.0.finish().await;
}

#[tokio::test]
async fn no_secret_of_a_second_step_is_stored_readable() {
    let house = house().await;
    house.account("li.wei", None).await;
    let (_, codes) = house.enrol(&mut house.browser("li.wei").await).await;
    let mut client = house.0.visitor();
    let answer = client.form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await;
    let cookie = answer.headers.get("set-cookie").expect("a cookie").to_str().unwrap().to_owned();
    assert!(cookie.starts_with("step=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    let secret = cookie["step=".len()..].split(';').next().unwrap().to_owned();
    let kept = house.everything("sign_in_step", "token_hash || account || login || mark").await
        + &house.everything("recovery_code", "account || code_hash").await
        + &house.everything("journal_entry", "data || object_id || kind").await;
    assert!(!kept.contains(&secret) && !kept.contains(PASSWORD));
    assert!(codes.iter().all(|code| !kept.contains(code) && !kept.contains(&code.replace('-', ""))));
    house.0.finish().await;
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_taken_over() {
    let house = house().await;
    house.account("li.wei", None).await;
    let (app, _) = house.enrol(&mut house.browser("li.wei").await).await;
    house.wait(30);
    let planted = "a".repeat(64);
    let mut client = house.0.visitor();
    let step = client.form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await;
    let step = step.headers.get("set-cookie").unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
    let body = format!("code={}&next=/account", house.code(&app));
    let cookies = format!("session={planted}; {step}");
    let form = Some("application/x-www-form-urlencoded");
    let mut bare = house.0.visitor();
    let answer =
        bare.send(Method::POST, "/sign-in/codes", form, Body::from(body), &[("cookie", cookies.as_str())]).await;
    assert_eq!(answer.redirect(), "/account");
    let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    let session = set.iter().find(|c| c.starts_with("session=")).expect("a session of its own");
    assert!(!session.contains(&planted));
    assert!(set.iter().any(|c| c.starts_with("step=;")), "the half way in is taken back: {set:?}");
    let cookie = format!("session={planted}");
    let mut thief = house.0.visitor();
    thief.send(Method::GET, "/account", None, Body::empty(), &[("cookie", cookie.as_str())]).await.is(401);
    house.0.finish().await;
}

#[tokio::test]
async fn the_way_from_password_to_code_is_short() {
    let house = house().await;
    house.account("li.wei", None).await;
    let (app, _) = house.enrol(&mut house.browser("li.wei").await).await;
    house.wait(30);
    house.0.visitor().form("/sign-in/codes", &[("code", &house.code(&app))]).await.is(404);
    assert_eq!(house.0.visitor().get("/sign-in/codes").await.redirect(), "/sign-in");
    let mut late = house.before_code("li.wei").await;
    house.wait(STEP_MS / 1000);
    late.form("/sign-in/codes", &[("code", &house.code(&app))]).await.is(404).shows("重新输入登录名和密码");
    assert_eq!(late.get("/sign-in/codes").await.redirect(), "/sign-in");
    // A right password is not worth more than five codes.
    let mut guessing = house.before_code("li.wei").await;
    for _ in 0..4 {
        guessing.form("/sign-in/codes", &[("code", "000000")]).await.is(422);
    }
    guessing.form("/sign-in/codes", &[("code", "000000")]).await;
    assert_eq!(guessing.get("/sign-in/codes").await.redirect(), "/sign-in");
    // Nor does another password give this address more of them at once.
    let mut again = house.before_code("li.wei").await;
    again.form("/sign-in/codes", &[("code", &house.code(&app))]).await.is(429).shows("分钟后再试");
    house.0.finish().await;
}

#[tokio::test]
async fn what_a_password_has_opened_ends_with_it() {
    let house = house().await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let (app, _) = house.enrol(&mut client).await;
    let mut thief = house.before_code("li.wei").await;
    let new = "entirely new words";
    let typed = [("password", PASSWORD), ("new_password", new)];
    assert_eq!(client.form("/account/passwords", &typed).await.redirect(), "/account");
    house.wait(30);
    thief.form("/sign-in/codes", &[("code", &house.code(&app))]).await.is(404);
    house.0.finish().await;
}

#[tokio::test]
async fn who_guesses_codes_waits_but_the_owner_does_not() {
    let house = house().await;
    house.account("li.wei", None).await;
    let visitor = Ctx { actor: Actor::visitor(), ..house.0.system() };
    let from = |ip: &str| Visitor { ip: ip.into(), user_agent: String::new() };
    let passed = async |ip: &str| {
        let (login, password) = ("li.wei".to_owned(), PASSWORD.to_owned());
        let attempt = SignIn { login, password, visitor: from(ip), next: "/".into() };
        sign_in(house.app(), &visitor, attempt).await
    };
    let step_of = |entered| match entered {
        Entered::Step(step) => {
            let text = step.cookie.to_str().unwrap().to_owned();
            text["step=".len()..].split(';').next().unwrap().to_owned()
        }
        Entered::Session(_) => panic!("a second step is asked for"),
    };
    passed("10.0.0.1").await.expect("the owner at home, before there is a second factor");
    let (app, _) = house.enrol(&mut house.browser("li.wei").await).await;
    let mut waited = false;
    for n in 0..40 {
        let Ok(entered) = passed(&format!("10.8.{n}.1")).await else {
            waited = true;
            break;
        };
        let (step, place) = (step_of(entered), from(&format!("10.8.{n}.1")));
        let fault = second_step_take(house.app(), &visitor, &step, "000000", place).await.unwrap_err();
        waited |= fault.refusal().unwrap().code == "sign-in-wait";
    }
    assert!(waited, "guessing from many addresses is slowed");
    house.wait(30);
    let now = Ctx { now: house.app().clock().now(), ..visitor.clone() };
    let step = step_of(passed("10.0.0.1").await.expect("the owner is not locked out"));
    let code = house.code(&app);
    second_step_take(house.app(), &now, &step, &code, from("10.0.0.1")).await.expect("the owner is not locked out");
    house.0.finish().await;
}

#[tokio::test]
async fn removing_takes_both_password_and_code() {
    let house = house().await;
    let id = house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let typed = [("password", PASSWORD), ("code", "000000")];
    client.form("/account/factors/removals", &typed).await.is(409).shows("没有启用");
    let (app, codes) = house.enrol(&mut client).await;
    house.wait(30);
    let code = house.code(&app);
    client
        .form("/account/factors/removals", &[("password", "wrong"), ("code", &code)])
        .await
        .is(422)
        .shows("密码不正确");
    client.form("/account/factors/removals", &typed).await.is(422).shows("验证码不正确").hides(PASSWORD);
    let made = client.json("/api/v1/me/recovery-codes", &json!({})).await.is(201).value();
    assert_ne!(made["codes"][0], codes[0].as_str());
    let old = json!({ "password": PASSWORD, "code": codes[0] });
    client.json("/api/v1/me/factors/removals", &old).await.is(422).refused("code-wrong");
    let body = json!({ "password": PASSWORD, "code": made["codes"][0] });
    client.json("/api/v1/me/factors/removals", &body).await.is(204);
    assert_eq!(client.get("/api/v1/me/factors").await.good().value()["since_ms"], json!(null));
    client.form("/account/recovery-codes", &[]).await.is(409);
    house.browser("li.wei").await;
    assert_eq!(house.number("SELECT COUNT(*) AS n FROM recovery_code").await, 0);
    assert!(house.kinds(&id).await.contains(&"factor.removed".to_owned()));
    house.0.finish().await;
}

#[tokio::test]
async fn a_token_sees_and_changes_no_second_factor() {
    let house = house().await;
    house.account("li.wei", None).await;
    let mut client = house.browser("li.wei").await;
    let body = json!({ "name": "t", "scopes": ["read", "write"], "days": 3 });
    let secret = client.json("/api/v1/tokens", &body).await.is(201).value()["secret"].as_str().unwrap().to_owned();
    let mut program = house.0.visitor().bearer(&secret);
    program.get("/api/v1/me/factors").await.is(403).refused("token-scope");
    for path in ["factors", "factors/confirmations", "factors/removals", "recovery-codes", "proofs"] {
        let body = match path {
            "factors/confirmations" => json!({ "code": "1" }),
            "factors/removals" => json!({ "password": PASSWORD, "code": "1" }),
            "proofs" => json!({ "password": PASSWORD }),
            _ => json!({}),
        };
        program.json(&format!("/api/v1/me/{path}"), &body).await.is(403).refused("token-scope");
        house.0.visitor().json(&format!("/api/v1/me/{path}"), &body).await.is(401);
    }
    house.0.finish().await;
}
