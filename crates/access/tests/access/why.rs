//! Why was this refused: policies and facts, by request number, account and action.

use crate::house::house;
use platform::Role;
use serde_json::json;

#[tokio::test]
async fn a_refusal_is_looked_up_by_the_number_on_its_page() {
    let house = house().await;
    house.account("root-user", Some(Role::Administrator)).await;
    let id = house.account("li.wei", None).await;
    let (mut admin, mut person) = (house.browser("root-user").await, house.browser("li.wei").await);
    let refused = person.get("/api/v1/accounts").await.is(403).value();
    let number = refused["request_id"].as_str().expect("a number").to_owned();
    let found = admin.get(&format!("/api/v1/decisions?request={number}")).await.good().value();
    let one = &found["items"][0];
    assert_eq!((found["total"].as_i64(), one["request_id"].as_str()), (Some(1), Some(number.as_str())));
    assert_eq!((one["action"].as_str(), one["code"].as_str()), (Some("account_list"), Some("forbidden")));
    assert_eq!((one["principal"]["id"].as_str(), one["principal"]["roles"].as_str()), (Some(id.as_str()), Some("")));
    assert!(one["policies"].as_array().unwrap().iter().any(|policy| policy["id"] == "platform#3"), "{one}");
    let page = admin.get(&format!("/admin/why?request={number}")).await.good().shows("拒绝：forbidden");
    page.shows("platform#3").shows("principal.roles").shows("account_list");
    let by_account = admin.get("/admin/why?account=li.wei").await.good().shows("account_list");
    assert!(by_account.text().contains(&number));
    admin.get("/admin/why?request=unknown-number").await.good().shows("近期没有这样的拒绝");
    admin.get("/admin/why").await.good().hides("近期没有这样的拒绝");
    house.0.finish().await;
}

#[tokio::test]
async fn a_decision_names_the_policies_that_made_it() {
    let house = house().await;
    let root = house.account("root-user", Some(Role::Administrator)).await;
    let other = house.account("li.wei", None).await;
    let mut admin = house.browser("root-user").await;
    let ask = async |admin: &mut testkit::Client, query: &str| {
        admin.get(&format!("/api/v1/decisions?{query}")).await.good().value()["items"][0].clone()
    };
    let decided = |item: &serde_json::Value| -> Vec<String> {
        let policies = item["policies"].as_array().unwrap().iter().filter(|policy| policy["decided"] == true);
        policies.map(|policy| policy["id"].as_str().unwrap().to_owned()).collect()
    };
    let allowed = ask(&mut admin, "account=root-user&action=role_grant&about=li.wei").await;
    assert_eq!((allowed["allowed"].as_bool(), &allowed["resource"]["account"]), (Some(true), &json!(other)));
    let own = ask(&mut admin, &format!("account={root}&action=role_grant")).await;
    assert_eq!((own["allowed"].as_bool(), own["code"].as_str()), (Some(false), Some("forbidden")));
    assert_ne!(decided(&allowed), decided(&own), "four eyes is a policy of its own");
    assert!(!decided(&own).is_empty());
    let erase = ask(&mut admin, "account=root-user&action=journal_erase_decide").await;
    assert_eq!((erase["allowed"].as_bool(), erase["step_up"].as_bool()), (Some(false), Some(true)));
    let visitor = ask(&mut admin, "action=account_list").await;
    assert_eq!((visitor["code"].as_str(), decided(&visitor)), (Some("sign-in"), Vec::<String>::new()));
    admin.get("/admin/why?account=root-user&action=role_grant").await.good().shows("principal.id == resource.account");
    for (query, code) in [
        ("account=nobody", "why-account"),
        ("action=role_grant&about=nobody", "why-account"),
        ("action=fly", "why-action"),
        ("action=listing_view", "why-action"),
    ] {
        admin.get(&format!("/api/v1/decisions?{query}")).await.is(422).refused(code);
        admin.get(&format!("/admin/why?{query}")).await.is(422).shows("role=\"alert\"");
    }
    house.browser("li.wei").await.get("/admin/why").await.is(403);
    house.browser("li.wei").await.get("/api/v1/decisions").await.is(403);
    house.0.visitor().get("/api/v1/decisions").await.is(401);
    house.0.finish().await;
}
