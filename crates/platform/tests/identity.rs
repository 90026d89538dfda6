//! Accounts as people meet them: over HTTP where there is a page, by actions where there is a race.
#![allow(unused_must_use, reason = "an answer that a test has insisted on needs no further look")]

use axum::body::Body;
use axum::http::Method;
use kernel::{Adcode, Locale};
use platform::demo::{Cast, DEMO_PASSWORD, Part};
use platform::identity::actions::{self, NewAccount, SignIn, Visitor};
use platform::identity::{self, Grant, rules};
use platform::journal;
use platform::{App, Ctx, Role};
use testkit::{Client, TestApp};

const PASSWORD: &str = "correct horse battery";

fn new_account(login: &str, roles: Vec<Grant>) -> NewAccount {
    NewAccount {
        login: login.into(),
        email: format!("{login}@example.com"),
        name: format!("人员 {login}"),
        password: PASSWORD.into(),
        roles,
        locale: Locale::ZhCn,
        demo: false,
    }
}

fn administrator() -> Grant {
    Grant { role: Role::Administrator, city: None }
}

async fn account(test: &TestApp, login: &str, roles: Vec<Grant>) -> String {
    actions::account_create(test.app(), &test.system(), new_account(login, roles)).await.expect("the account is made")
}

async fn ctx_of(test: &TestApp, id: &str) -> Ctx {
    let actor = identity::actor_for_account(test.app(), id).await.unwrap().expect("the account may sign in");
    Ctx { actor, ..test.system() }
}

async fn signed_in(test: &TestApp, login: &str) -> Client {
    let mut client = test.visitor();
    let answer = client.form("/sign-in", &[("login", login), ("password", PASSWORD), ("next", "/account")]).await;
    assert_eq!(answer.redirect(), "/account");
    client
}

async fn kinds_of(app: &App, object_kind: &str, id: &str) -> Vec<String> {
    let entries = journal::of_object(&app.db().read(), object_kind, id, 50).await.unwrap();
    entries.into_iter().rev().map(|entry| entry.kind).collect()
}

fn code(fault: platform::Fault) -> &'static str {
    fault.refusal().unwrap_or_else(|| panic!("not a refusal: {fault:?}")).code
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    let test = TestApp::start(vec![]).await;
    let path = actions::first_link(test.app()).await.unwrap().expect("nobody is there yet").path.expect("told");
    let other = actions::first_link(test.app()).await.unwrap().expect("each start prints one").path.expect("told");
    let mut client = test.visitor();
    client.get(&path).await.good().shows("创建第一位系统管理员");
    client.get(&path.replace("/first/", "/invite/")).await.is(404);
    let typed = [("login", "root-user"), ("name", "管理员"), ("email", ""), ("password", "short")];
    client.form(&path, &typed).await.is(422).shows("密码至少").shows("root-user").shows("管理员");
    let typed = [("login", "root-user"), ("name", "管理员"), ("email", ""), ("password", PASSWORD)];
    assert_eq!(client.form(&path, &typed).await.redirect(), "/admin");
    client.get("/admin").await.good().shows("账号").shows("存证日志");
    client.get("/admin/journal").await.good();
    test.visitor().get(&path).await.is(404);
    test.visitor().get(&other).await.is(404);
    test.visitor().form(&other, &[("login", "second"), ("name", "x"), ("password", PASSWORD)]).await.is(404);
    assert!(actions::first_link(test.app()).await.unwrap().is_none());
}

#[tokio::test]
async fn signing_in_and_out() {
    let test = TestApp::start(vec![]).await;
    let id = account(&test, "li.wei", vec![]).await;
    let mut client = test.visitor();
    client.get("/account").await.is(401);
    client.get("/sign-in?next=//evil.example").await.good().shows("value=\"/desk\"");
    let wrong = client.form("/sign-in", &[("login", "li.wei"), ("password", "wrong password")]).await;
    let wrong = wrong.is(422).shows("登录名或密码不正确").shows("value=\"li.wei\"").hides("wrong password");
    let unknown = client.form("/sign-in", &[("login", "nobody"), ("password", "wrong password")]).await.is(422);
    assert_eq!(wrong.text().replace("li.wei", "nobody"), unknown.text(), "nobody learns which names exist");
    let answer = client
        .form("/sign-in", &[("login", " LI.wei@example.com"), ("password", PASSWORD), ("next", "/account")])
        .await;
    assert_eq!(answer.redirect(), "/account");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap().to_owned()).collect();
    let session = cookies.iter().find(|c| c.starts_with("session=")).expect("a session cookie");
    assert!(
        session.contains("HttpOnly") && session.contains("SameSite=Lax") && !session.contains("Secure"),
        "{session}"
    );
    client.get("/account").await.good().shows("人员 li.wei").shows("本设备");
    let copied = client.clone();
    assert_eq!(client.form("/sign-out", &[]).await.redirect(), "/");
    client.get("/account").await.is(401);
    copied.clone().get("/account").await.is(401);
    let kinds = kinds_of(test.app(), "account", &id).await;
    assert_eq!(kinds, ["account.created", "session.refused", "session.created", "session.ended"]);
}

#[tokio::test]
async fn only_hashes_of_secrets_are_stored() {
    use sea_orm::{ConnectionTrait, Statement};
    let test = TestApp::start(vec![]).await;
    let id = account(&test, "li.wei", vec![administrator()]).await;
    let ctx = ctx_of(&test, &id).await;
    let attempt =
        SignIn { login: "li.wei".into(), password: PASSWORD.into(), visitor: Visitor::default(), next: String::new() };
    let entered = actions::sign_in(test.app(), &test.system(), attempt).await.unwrap();
    let actions::Entered::Session(session) = entered else { panic!("no second step") };
    let token = actions::NewToken { name: "t".into(), scopes: vec!["read".into()], days: 3 };
    let token = actions::token_create(test.app(), &ctx, token).await.unwrap();
    let invite = actions::NewInvite { name: "x".into(), email: String::new(), roles: vec![] };
    let invite = actions::invite_create(test.app(), &ctx, invite).await.unwrap();
    let link = invite.path.expect("told once").rsplit('/').next().unwrap().to_owned();
    let secrets = [session.secret, token.secret.expect("told once"), link, PASSWORD.to_owned()];
    let conn = test.app().db().read();
    for (table, columns) in [
        ("account", "id || password_hash || login"),
        ("session", "token_hash || id || account"),
        ("api_token", "token_hash || id || name"),
        ("invite", "token_hash || id || name || roles"),
        ("journal_entry", "data || object_id || kind"),
    ] {
        let text = format!("SELECT {columns} AS everything FROM {table}");
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        for row in rows {
            let everything: String = row.try_get("", "everything").unwrap();
            assert!(secrets.iter().all(|secret| !everything.contains(secret.as_str())), "{table}: {everything}");
        }
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_slides_when_it_is() {
    let test = TestApp::start(vec![]).await;
    account(&test, "li.wei", vec![]).await;
    let mut client = signed_in(&test, "li.wei").await;
    for _ in 0..12 {
        test.app().clock().advance_ms(rules::SESSION_IDLE_MS - 1);
        if client.get("/account").await.status != 200 {
            break;
        }
    }
    let lived = test.app().clock().now().ms() - testkit::beginning().ms();
    assert!(lived >= rules::SESSION_LIFE_MS - rules::SESSION_IDLE_MS, "use kept it alive for {lived} ms");
    client.get("/account").await.is(401);
    let mut client = signed_in(&test, "li.wei").await;
    test.app().clock().advance_ms(rules::SESSION_IDLE_MS);
    client.get("/account").await.is(401);
}

#[tokio::test]
async fn who_keeps_guessing_waits_but_the_owner_does_not() {
    let test = TestApp::start(vec![]).await;
    account(&test, "li.wei", vec![]).await;
    let ctx = Ctx { actor: platform::Actor::visitor(), ..test.system() };
    let attempt = |ip: &str, password: &str| SignIn {
        login: "li.wei".into(),
        password: password.into(),
        visitor: Visitor { ip: ip.into(), user_agent: String::new() },
        next: String::new(),
    };
    actions::sign_in(test.app(), &ctx, attempt("10.0.0.1", PASSWORD)).await.expect("the owner at home");
    for _ in 0..rules::PATIENCE_PAIR.tries {
        assert_eq!(
            code(actions::sign_in(test.app(), &ctx, attempt("10.9.9.9", "x")).await.unwrap_err()),
            "sign-in-wrong"
        );
    }
    let refused = actions::sign_in(test.app(), &ctx, attempt("10.9.9.9", PASSWORD)).await.unwrap_err();
    assert_eq!(code(refused), "sign-in-wait", "even with the right password");
    actions::sign_in(test.app(), &ctx, attempt("10.0.0.1", PASSWORD)).await.expect("the owner is not locked out");
    // The same from ever new addresses: strangers wait, the known address does not.
    let mut waited = false;
    for n in 0..rules::PATIENCE_STRANGERS.tries + 2 {
        let fault = actions::sign_in(test.app(), &ctx, attempt(&format!("10.8.{n}.1"), "x")).await.unwrap_err();
        waited |= code(fault) == "sign-in-wait";
    }
    assert!(waited, "guessing from many addresses is slowed too");
    actions::sign_in(test.app(), &ctx, attempt("10.0.0.1", PASSWORD)).await.expect("the owner is not locked out");
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_each() {
    let test = TestApp::start(vec![]).await;
    account(&test, "li.wei", vec![]).await;
    let ctx = Ctx { actor: platform::Actor::visitor(), ..test.system() };
    let guesses = (0..12).map(|n| {
        let (app, ctx) = (test.app().clone(), ctx.clone());
        let visitor = Visitor { ip: "10.9.9.9".into(), user_agent: String::new() };
        let attempt = SignIn { login: "li.wei".into(), password: format!("guess {n}"), visitor, next: String::new() };
        tokio::spawn(async move { code(actions::sign_in(&app, &ctx, attempt).await.unwrap_err()) })
    });
    let mut answers = Vec::new();
    for guess in guesses.collect::<Vec<_>>() {
        answers.push(guess.await.unwrap());
    }
    let looked_at = answers.iter().filter(|code| **code == "sign-in-wrong").count();
    assert_eq!(looked_at as i64, rules::PATIENCE_PAIR.tries, "{answers:?}");
}

#[tokio::test]
async fn devices_and_passwords() {
    let test = TestApp::start(vec![]).await;
    let id = account(&test, "li.wei", vec![]).await;
    let (mut here, mut phone, mut tablet) =
        (signed_in(&test, "li.wei").await, signed_in(&test, "li.wei").await, signed_in(&test, "li.wei").await);
    let ctx = ctx_of(&test, &id).await;
    let sessions = actions::session_list(test.app(), &ctx, None).await.unwrap();
    assert_eq!(sessions.len(), 3);
    let stranger = account(&test, "stranger", vec![]).await;
    let theirs = ctx_of(&test, &stranger).await;
    let refused = actions::session_end(test.app(), &theirs, sessions[0].0.id.clone()).await.unwrap_err();
    assert_eq!(code(refused), "not-found");
    assert_eq!(here.form("/account/sessions/endings", &[]).await.redirect(), "/account");
    here.get("/account").await.good();
    phone.get("/account").await.is(401);
    tablet.get("/account").await.is(401);
    let mut phone = signed_in(&test, "li.wei").await;
    let new = "a much better one";
    here.form("/account/passwords", &[("password", "wrong"), ("new_password", new)])
        .await
        .is(422)
        .shows("当前密码不正确");
    here.form("/account/passwords", &[("password", PASSWORD), ("new_password", "short")])
        .await
        .is(422)
        .shows("密码至少");
    assert_eq!(
        here.form("/account/passwords", &[("password", PASSWORD), ("new_password", new)]).await.redirect(),
        "/account"
    );
    here.get("/account").await.good();
    phone.get("/account").await.is(401);
    phone.form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await.is(422);
    assert_eq!(phone.form("/sign-in", &[("login", "li.wei"), ("password", new)]).await.redirect(), "/desk");
    assert!(kinds_of(test.app(), "account", &id).await.contains(&"password.changed".to_owned()));
    assert_eq!(here.form("/account/languages", &[("lang", "en")]).await.redirect(), "/account");
    here.get("/account").await.good().shows("Signed-in devices");
}

#[tokio::test]
async fn an_account_that_is_disabled_is_out_at_once() {
    let test = TestApp::start(vec![]).await;
    let admin = account(&test, "admin1", vec![administrator()]).await;
    let id = account(&test, "li.wei", vec![]).await;
    let (mut client, ctx) = (signed_in(&test, "li.wei").await, ctx_of(&test, &admin).await);
    let own = ctx_of(&test, &id).await;
    let token = actions::NewToken { name: "t".into(), scopes: vec!["read".into()], days: 3 };
    let secret = actions::token_create(test.app(), &own, token).await.unwrap().secret.unwrap();
    test.visitor().bearer(&secret).get("/api/v1/tokens").await.good();
    actions::account_disable(test.app(), &ctx, id.clone()).await.unwrap();
    client.get("/account").await.is(401);
    test.visitor().bearer(&secret).get("/api/v1/tokens").await.is(401).refused("token-invalid");
    let refused = client.form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await;
    refused.is(403).shows("已停用");
    client.form("/sign-in", &[("login", "li.wei"), ("password", "wrong password")]).await.is(422).hides("已停用");
    assert_eq!(code(actions::account_disable(test.app(), &ctx, id.clone()).await.unwrap_err()), "already-disabled");
    actions::account_enable(test.app(), &ctx, id).await.unwrap();
    assert_eq!(client.form("/sign-in", &[("login", "li.wei"), ("password", PASSWORD)]).await.redirect(), "/desk");
}

#[tokio::test]
async fn roles_take_another_administrator_and_the_last_one_stays() {
    let test = TestApp::start(vec![]).await;
    let first = account(&test, "admin1", vec![administrator()]).await;
    let ctx = ctx_of(&test, &first).await;
    let officer = Grant { role: Role::CityOfficer, city: Adcode::parse("310117").ok() };
    let own = actions::role_grant(test.app(), &ctx, first.clone(), officer.clone()).await.unwrap_err();
    assert_eq!(code(own), "forbidden", "nobody gives himself a role");
    let last = actions::role_revoke(test.app(), &ctx, first.clone(), administrator()).await.unwrap_err();
    assert_eq!(code(last), "last-administrator");
    let second = account(&test, "admin2", vec![]).await;
    let stranger = ctx_of(&test, &second).await;
    let refused = actions::role_grant(test.app(), &stranger, first.clone(), officer.clone()).await.unwrap_err();
    assert_eq!(code(refused), "not-found", "a stranger may not know of the account");
    actions::role_grant(test.app(), &ctx, second.clone(), administrator()).await.unwrap();
    let second_ctx = ctx_of(&test, &second).await;
    actions::role_grant(test.app(), &second_ctx, first.clone(), officer.clone()).await.unwrap();
    let again = actions::role_grant(test.app(), &second_ctx, first.clone(), officer).await.unwrap_err();
    assert_eq!(code(again), "role-held");
    assert_eq!(ctx_of(&test, &first).await.actor.cities, [Adcode::parse("310117").unwrap()]);
    // Both leave at the same moment: one must stay.
    let leave = |ctx: Ctx, who: String| {
        let app = test.app().clone();
        tokio::spawn(async move { actions::role_revoke(&app, &ctx, who, administrator()).await })
    };
    let (one, two) = (leave(ctx.clone(), second.clone()), leave(second_ctx, first.clone()));
    let gone = [one.await.unwrap(), two.await.unwrap()].into_iter().filter(Result::is_ok).count();
    assert_eq!(gone, 1);
    assert!(kinds_of(test.app(), "account", &second).await.contains(&"role.granted".to_owned()));
}

#[tokio::test]
async fn invited_people_get_what_the_invitation_says() {
    let test = TestApp::start(vec![]).await;
    account(&test, "admin1", vec![administrator()]).await;
    let mut admin = signed_in(&test, "admin1").await;
    let typed = [("name", "王芳"), ("email", ""), ("role", "city-officer"), ("city", "")];
    admin.form("/admin/invites", &typed).await.is(422).shows("王芳").shows("行政区划代码");
    let typed = [("name", "王芳"), ("email", "wang@example.com"), ("role", "city-officer"), ("city", "330400")];
    let page = admin.form("/admin/invites", &typed).await.good().text();
    let start = page.find("/invite/").expect("the link is shown");
    let path: String = page[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
    admin.get("/admin/accounts").await.good().shows("王芳").hides(&path);
    let mut guest = test.visitor().english();
    guest.get(&path).await.good().shows("Accept the invitation").shows("王芳").shows("wang@example.com");
    let typed = [("login", "admin1"), ("name", "王芳"), ("email", ""), ("password", PASSWORD)];
    guest.form(&path, &typed).await.is(422).shows("taken");
    let typed = [("login", "wangfang"), ("name", "王芳"), ("email", ""), ("password", PASSWORD)];
    assert_eq!(guest.form(&path, &typed).await.redirect(), "/desk");
    let me = guest.get("/api/v1/me").await.good().value();
    assert_eq!((me["roles"][0].as_str(), me["cities"][0].as_str()), (Some("city-officer"), Some("330400")));
    guest.form(&path, &[("login", "again"), ("name", "x"), ("password", PASSWORD)]).await.is(404);
    guest.get("/admin").await.is(403);
    guest.get("/admin/accounts").await.is(403);
    guest.form("/admin/invites", &[("name", "x")]).await.is(403);
    // A forgotten password: the link ends the sessions.
    let id = me["id"].as_str().unwrap().to_owned();
    let page = admin.form(&format!("/admin/accounts/{id}/resets"), &[]).await.good().text();
    let start = page.find("/invite/").expect("the link is shown");
    let path: String = page[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
    let mut elsewhere = test.visitor();
    elsewhere.get(&path).await.good().shows("设定新密码").hides("name=\"login\"");
    assert_eq!(elsewhere.form(&path, &[("password", "entirely new words")]).await.redirect(), "/desk");
    guest.get("/account").await.is(401);
}

#[tokio::test]
async fn a_link_ends_with_time_and_when_it_is_taken_back() {
    let test = TestApp::start(vec![]).await;
    let admin = account(&test, "admin1", vec![administrator()]).await;
    let ctx = ctx_of(&test, &admin).await;
    let new = || actions::NewInvite { name: "x".into(), email: String::new(), roles: vec![] };
    let path = |link: &actions::OneTimeLink| link.path.clone().expect("told");
    let link = actions::invite_create(test.app(), &ctx, new()).await.unwrap();
    actions::invite_revoke(test.app(), &ctx, link.invite.id.clone()).await.unwrap();
    test.visitor().get(&path(&link)).await.is(404);
    assert_eq!(code(actions::invite_revoke(test.app(), &ctx, link.invite.id).await.unwrap_err()), "link-over");
    let link = actions::invite_create(test.app(), &ctx, new()).await.unwrap();
    test.visitor().get(&path(&link)).await.good();
    test.app().clock().advance_ms(rules::INVITE_MS);
    test.visitor().get(&path(&link)).await.is(404);
}

#[tokio::test]
async fn tokens_do_what_they_are_for() {
    let test = TestApp::start(vec![]).await;
    account(&test, "li.wei", vec![]).await;
    let mut client = signed_in(&test, "li.wei").await;
    let body = serde_json::json!({ "name": "夜间导入", "scopes": ["read"], "days": 30 });
    let made = client.json("/api/v1/tokens", &body).await.is(201).value();
    let (secret, id) = (made["secret"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned());
    assert!(secret.starts_with("yl_"));
    let mut program = test.visitor().bearer(&secret);
    let list = program.get("/api/v1/tokens").await.good().value();
    assert_eq!((list["total"].as_i64(), list["items"][0]["name"].as_str()), (Some(1), Some("夜间导入")));
    assert!(list["items"][0].get("secret").is_none());
    program.json("/api/v1/tokens", &body).await.is(403).refused("token-scope");
    program
        .json(&format!("/api/v1/tokens/{id}/revocations"), &serde_json::json!({}))
        .await
        .is(403)
        .refused("token-scope");
    for (body, code) in [
        (serde_json::json!({ "name": "x", "scopes": ["all"], "days": 30 }), "token-scopes"),
        (serde_json::json!({ "name": "x", "scopes": ["admin"], "days": 30 }), "token-scope-admin"),
        (serde_json::json!({ "name": "x", "scopes": ["read"], "days": 366 }), "token-days"),
        (serde_json::json!({ "name": " ", "scopes": ["read"], "days": 30 }), "name-empty"),
    ] {
        client.json("/api/v1/tokens", &body).await.is(422).refused(code);
    }
    let other = account(&test, "other1", vec![]).await;
    let theirs = ctx_of(&test, &other).await;
    assert_eq!(code(actions::token_revoke(test.app(), &theirs, id.clone()).await.unwrap_err()), "not-found");
    client.form(&format!("/account/tokens/{id}/revocations"), &[]).await.is(303).hides("令牌无效");
    program.get("/api/v1/tokens").await.is(401).refused("token-invalid");
    test.visitor().bearer("yl_made-up").get("/api/v1/tokens").await.is(401).refused("token-invalid");
    let body = serde_json::json!({ "name": "short", "scopes": ["read"], "days": 1 });
    let made = client.json("/api/v1/tokens", &body).await.is(201).value();
    let mut program = test.visitor().bearer(made["secret"].as_str().unwrap());
    test.app().clock().advance_ms(86_400_000);
    program.get("/api/v1/tokens").await.is(401);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let test = TestApp::start(vec![]).await;
    account(&test, "li.wei", vec![]).await;
    let mut client = signed_in(&test, "li.wei").await;
    let body = |name: &str| {
        axum::body::Body::from(serde_json::json!({ "name": name, "scopes": ["read"], "days": 30 }).to_string())
    };
    let mut send = async |key: &str, name: &str| {
        let headers = [("idempotency-key", key)];
        client.send(axum::http::Method::POST, "/api/v1/tokens", Some("application/json"), body(name), &headers).await
    };
    let first = send("key-1", "a").await.is(201).value();
    let again = send("key-1", "a").await.is(201).value();
    assert_eq!(first["id"], again["id"]);
    assert!(first["secret"].is_string() && again["secret"].is_null());
    send("key-1", "b").await.is(422).refused("idempotency-body");
    let second = send("key-2", "a").await.is(201).value();
    assert_ne!(first["id"], second["id"]);
    send("钥匙", "a").await.is(422).refused("idempotency-key");
    send("key-3", " ").await.is(422).refused("name-empty");
    assert!(send("key-3", "c").await.is(201).value()["secret"].is_string(), "what was refused stored nothing");
    test.app().clock().advance_ms(identity::idempotency::KEPT_MS - 1);
    let mut client = signed_in(&test, "li.wei").await;
    let headers = [("idempotency-key", "key-2")];
    let kept =
        client.send(axum::http::Method::POST, "/api/v1/tokens", Some("application/json"), body("a"), &headers).await;
    assert_eq!(kept.is(201).value()["id"], second["id"]);
    test.app().clock().advance_ms(2);
    let fresh =
        client.send(axum::http::Method::POST, "/api/v1/tokens", Some("application/json"), body("a"), &headers).await;
    assert_ne!(fresh.is(201).value()["id"], second["id"]);
}

#[tokio::test]
async fn repeats_at_the_same_moment_make_one() {
    let test = TestApp::start(vec![]).await;
    let id = account(&test, "li.wei", vec![]).await;
    let ctx = ctx_of(&test, &id).await;
    let new = actions::NewToken { name: "t".into(), scopes: vec!["read".into()], days: 3 };
    let repeats = (0..8).map(|_| {
        let once = identity::idempotency::Once::new("one", &[b"t"]).unwrap();
        let (app, ctx, new) = (test.app().clone(), platform::Ctx { once: Some(once), ..ctx.clone() }, new.clone());
        tokio::spawn(async move { actions::token_create(&app, &ctx, new).await.unwrap() })
    });
    let (mut ids, mut secrets) = (std::collections::BTreeSet::new(), 0);
    for made in repeats.collect::<Vec<_>>() {
        let made = made.await.unwrap();
        ids.insert(made.token.id);
        secrets += usize::from(made.secret.is_some());
    }
    assert_eq!((ids.len(), secrets), (1, 1));
    assert_eq!(actions::token_list(test.app(), &ctx).await.unwrap().len(), 1);
}

#[tokio::test]
async fn everybody_of_the_demo_can_sign_in_and_is_marked() {
    let test = TestApp::start(vec![]).await;
    let cast = Cast::create(test.app()).await.unwrap();
    for card in platform::demo::SIGN_INS {
        let mut client = test.visitor();
        let answer = client.form("/sign-in", &[("login", card.login), ("password", DEMO_PASSWORD)]).await;
        assert_eq!(answer.redirect(), "/desk", "{}", card.login);
        let ctx = cast.ctx(card.part).await.unwrap();
        assert!(ctx.actor.demo && ctx.actor.name.starts_with("示例"), "{}", card.login);
    }
    assert!(Cast::sign_ins().lines().count() == platform::demo::SIGN_INS.len());
    let jiaxing = cast.ctx(Part::OfficerJiaxing).await.unwrap();
    assert_eq!(jiaxing.actor.cities, [Adcode::parse("330400").unwrap()]);
    let again = Cast::create(test.app()).await.unwrap();
    assert_eq!(
        again.account(Part::Expert).unwrap(),
        cast.account(Part::Expert).unwrap(),
        "a later start finds them again"
    );
}

#[tokio::test]
async fn whoever_opens_a_closed_page_signs_in_and_is_led_back() {
    let test = TestApp::start(vec![]).await;
    account(&test, "li.wei", vec![]).await;
    let mut browser = test.visitor();
    let page = [("accept", "text/html,application/xhtml+xml")];
    let asked = browser.send(Method::GET, "/account?tab=tokens", None, Body::empty(), &page).await.is(303);
    let place = asked.redirect();
    assert_eq!(place, "/sign-in?next=%2Faccount%3Ftab%3Dtokens");
    browser.get(&place).await.good().shows("value=\"/account?tab=tokens\"");
    browser.form("/account/sessions/endings", &[]).await.is(401);
    browser.get("/api/v1/me").await.is(401).refused("sign-in");
    let told = browser.get("/api/v1/me").await.headers;
    assert_eq!(told["www-authenticate"], "Bearer", "a 401 says how one may sign in");
    let fields = [("login", "li.wei"), ("password", PASSWORD), ("next", "/account?tab=tokens")];
    assert_eq!(browser.form("/sign-in", &fields).await.redirect(), "/account?tab=tokens");
}
