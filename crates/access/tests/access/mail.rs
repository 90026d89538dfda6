//! New passwords and invitations by mail.

use crate::house::{PASSWORD, house, link};
use access::actions::mail::PAUSE_MS;
use platform::Role;
use platform::identity::rules::RESET_MAIL_MS;
use serde_json::json;

const NEW: &str = "entirely new words";

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_mailed_link() {
    let house = house().await;
    let id = house.account("li.wei", None).await;
    let mut stolen = house.browser("li.wei").await;
    let mut visitor = house.0.visitor();
    visitor.get("/sign-in").await.good().shows("/password-resets/new");
    visitor.get("/password-resets/new").await.good().shows("设定新密码");
    visitor.form("/password-resets", &[("login", " ")]).await.is(422).shows("请填写登录名或邮箱");
    let known = visitor.form("/password-resets", &[("login", "LI.wei@example.com")]).await.good().text();
    let unknown = visitor.form("/password-resets", &[("login", "nobody@example.com")]).await.good().text();
    assert_eq!(known, unknown, "nobody learns which accounts exist");
    let mails = house.mails_to("li.wei@example.com").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("申请设定新密码"));
    let path = link(&mails[0]);
    assert_eq!(house.number("SELECT COUNT(*) AS n FROM letter").await, 0, "the link is forgotten once it was sent");
    assert!(house.mails_to("nobody@example.com").await.is_empty());
    // Asking again at once mails nothing new, and the first link goes on working.
    visitor.form("/password-resets", &[("login", "li.wei")]).await.good();
    assert_eq!(house.mails_to("li.wei@example.com").await.len(), 1);
    visitor.get(&path).await.good().shows("设定新密码");
    visitor.form(&path, &[("password", "short")]).await.is(422);
    assert_eq!(visitor.form(&path, &[("password", NEW)]).await.redirect(), "/desk");
    stolen.get("/account").await.is(401);
    house.0.visitor().form(&path, &[("password", NEW)]).await.is(404);
    house.0.visitor().form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await.is(422);
    let kinds = house.kinds(&id).await;
    assert!(kinds.contains(&"password.reset".to_owned()), "{kinds:?}");
    house.0.finish().await;
}

#[tokio::test]
async fn a_mailed_link_is_good_for_an_hour_and_a_later_one_takes_its_place() {
    let house = house().await;
    house.account("li.wei", None).await;
    let mut visitor = house.0.visitor();
    let ask = json!({ "login": "li.wei" });
    visitor.json("/api/v1/password-resets", &ask).await.is(202);
    visitor.json("/api/v1/password-resets", &json!({ "login": "nobody" })).await.is(202);
    visitor.json("/api/v1/password-resets", &json!({ "login": "" })).await.is(422).refused("login-missing");
    let first = link(&house.mails_to("li.wei@example.com").await[0]);
    house.wait(PAUSE_MS / 1000);
    visitor.json("/api/v1/password-resets", &ask).await.is(202);
    let mails = house.mails_to("li.wei@example.com").await;
    let second = mails.iter().map(|mail| link(mail)).find(|path| *path != first).expect("another link");
    visitor.get(&first).await.is(404);
    visitor.get(&second).await.good();
    house.wait(RESET_MAIL_MS / 1000);
    visitor.get(&second).await.is(404);
    house.0.finish().await;
}

#[tokio::test]
async fn asking_for_others_does_not_harm_them() {
    let house = house().await;
    house.account("root-user", Some(Role::Administrator)).await;
    let id = house.account("li.wei", None).await;
    let mut admin = house.browser("root-user").await;
    let made = admin.json(&format!("/api/v1/accounts/{id}/resets"), &json!({})).await.is(201).value();
    let handed = link(made["link"].as_str().expect("a link"));
    let mut stranger = house.0.visitor();
    stranger.json("/api/v1/password-resets", &json!({ "login": "li.wei" })).await.is(202);
    assert_eq!(house.mails_to("li.wei@example.com").await.len(), 1);
    stranger.get(&handed).await.good();
    // Whoever keeps asking waits; the account does not.
    let mut last = 0;
    for _ in 0..6 {
        last = stranger.json("/api/v1/password-resets", &json!({ "login": "li.wei" })).await.status.as_u16();
    }
    assert_eq!(last, 429);
    house.browser("li.wei").await;
    admin.form(&format!("/admin/accounts/{id}/disablings"), &[]).await.is(303);
    house.wait(3600);
    stranger.json("/api/v1/password-resets", &json!({ "login": "li.wei" })).await.is(202);
    assert_eq!(house.mails_to("li.wei@example.com").await.len(), 1, "nothing for a disabled account");
    house.0.finish().await;
}

#[tokio::test]
async fn a_mailed_link_does_not_pass_the_second_factor() {
    let house = house().await;
    house.account("li.wei", None).await;
    let (app, _) = house.enrol(&mut house.browser("li.wei").await).await;
    let mut visitor = house.0.visitor();
    visitor.form("/password-resets", &[("login", "li.wei")]).await.good();
    let path = link(&house.mails_to("li.wei@example.com").await[0]);
    house.wait(30);
    let next = visitor.form(&path, &[("password", NEW)]).await.redirect();
    assert_eq!(next, "/sign-in/codes?next=%2Fdesk");
    visitor.get("/account").await.is(401);
    let code = house.code(&app);
    assert_eq!(visitor.form("/sign-in/codes", &[("code", &code), ("next", "/desk")]).await.redirect(), "/desk");
    visitor.get("/account").await.good();
    house.0.finish().await;
}

#[tokio::test]
async fn an_invitation_is_mailed_where_an_address_is_given() {
    let house = house().await;
    house.account("root-user", Some(Role::Administrator)).await;
    let mut admin = house.browser("root-user").await;
    let typed = [("name", "示例员"), ("email", "guest@example.com"), ("role", ""), ("city", "")];
    let shown = link(&admin.form("/admin/invites", &typed).await.good().text());
    let mails = house.mails_to("guest@example.com").await;
    assert!(mails.len() == 1 && mails[0].contains("示例员，邀请您在一廊开通账号"), "{mails:?}");
    assert_eq!(link(&mails[0]), shown, "the link that is shown is the one that is mailed");
    let typed = [("login", "guest"), ("name", "示例员"), ("email", "guest@example.com"), ("password", PASSWORD)];
    assert_eq!(house.0.visitor().form(&shown, &typed).await.redirect(), "/desk");
    let body = json!({ "name": "示例乙" });
    assert!(admin.json("/api/v1/invites", &body).await.is(201).value()["link"].is_string(), "without an address too");
    assert_eq!(house.mails_to("guest@example.com").await.len(), 1);
    house.0.finish().await;
}
