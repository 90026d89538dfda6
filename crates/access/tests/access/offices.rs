//! Offices are told to have a second factor, and may have to.

use crate::house::house;
use platform::Role;
use serde_json::json;

#[tokio::test]
async fn an_office_is_told_and_rests_where_it_must_have_one() {
    let house = house().await;
    house.account("root-user", Some(Role::Administrator)).await;
    let officer = house.account("officer", Some(Role::CityOfficer)).await;
    house.account("person", None).await;
    let (mut admin, mut office) = (house.browser("root-user").await, house.browser("officer").await);
    office.get("/desk").await.good().shows("为管理账号启用第二重验证");
    house.browser("person").await.get("/desk").await.good().hides("第二重验证");
    office.get("/admin/access").await.is(403);
    office.form("/admin/access", &[("second_factor", "offered")]).await.is(403);
    admin.form("/admin/access", &[("second_factor", "always")]).await.is(422).shows("请选择");
    admin.form("/admin/access", &[("second_factor", "required")]).await.is(409).shows("请先为您自己的账号");
    house.enrol(&mut admin).await;
    admin.get("/admin").await.good().shows("/admin/access");
    assert_eq!(admin.form("/admin/access", &[("second_factor", "required")]).await.redirect(), "/admin/access");
    let shown = admin.get("/admin/access").await.good();
    shown.shows("未启用，权限暂停").shows(&format!("/admin/accounts/{officer}")).hides("人员 person");
    // The office rests at once: the role, its city, and what a token of it may do.
    let me = office.get("/api/v1/me").await.good().value();
    assert_eq!((&me["roles"], &me["cities"]), (&json!([]), &json!([])));
    office.get("/desk").await.good().shows("启用第二重验证之前，管理权限暂停");
    office.get("/account/factors").await.good().shows("您的管理权限暂停");
    assert!(house.ctx(&officer).await.actor.roles.is_empty());
    house.enrol(&mut office).await;
    let me = office.get("/api/v1/me").await.good().value();
    assert_eq!((&me["roles"], &me["cities"]), (&json!(["city-officer"]), &json!(["990100"])));
    office.get("/desk").await.good().hides("第二重验证");
    house.0.finish().await;
}

#[tokio::test]
async fn another_administrator_lifts_what_was_lost() {
    let house = house().await;
    let first = house.account("root-user", Some(Role::Administrator)).await;
    let lost = house.account("officer", Some(Role::CityOfficer)).await;
    let (mut admin, mut office) = (house.browser("root-user").await, house.browser("officer").await);
    let path = |id: &str| format!("/api/v1/accounts/{id}/factor-removals");
    admin.json(&path(&lost), &json!({})).await.is(409).refused("factor-none");
    house.enrol(&mut office).await;
    house.enrol(&mut admin).await;
    office.json(&path(&first), &json!({})).await.is(404);
    admin.json(&path(&first), &json!({})).await.is(403).refused("forbidden");
    assert_eq!(admin.form(&format!("/admin/accounts/{lost}/factor-removals"), &[]).await.redirect(), "/admin/access");
    house.browser("officer").await;
    assert!(house.kinds(&lost).await.contains(&"factor.lifted".to_owned()));
    house.wait(600);
    admin.json(&path(&lost), &json!({})).await.is(403).refused("step-up");
    house.0.finish().await;
}
