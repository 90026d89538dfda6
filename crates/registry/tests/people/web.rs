//! People of these tests who sign in and speak HTTP.

use crate::house::House;
use kernel::{Adcode, Locale};
use platform::Role;
use platform::identity::Grant;
use platform::identity::actions::{NewAccount, account_create};
use testkit::Client;

const PASSWORD: &str = "a long password of this test";

/// An account with at most one role, and its signed-in client.
pub async fn account(house: &House, login: &str, role: Option<(Role, Option<&str>)>) -> (String, Client) {
    let grant = |(role, city): (Role, Option<&str>)| Grant { role, city: city.map(|c| Adcode::parse(c).unwrap()) };
    let new = NewAccount {
        login: login.into(),
        email: String::new(),
        name: format!("人员 {login}"),
        password: PASSWORD.into(),
        roles: role.map(grant).into_iter().collect(),
        locale: Locale::ZhCn,
        demo: false,
    };
    let id = account_create(house.app(), &house.0.system(), new).await.expect("the account is made");
    let mut client = house.0.visitor();
    client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
    (id, client)
}

/// The address after the last slash of something a page links to, such as `/experts/`.
#[track_caller]
pub fn id_after(text: &str, prefix: &str) -> String {
    let marker = format!("href=\"{prefix}");
    let ids = text.split(&marker).skip(1).filter_map(|rest| rest.split(['"', '/', '#', '?']).next());
    let id = ids.into_iter().find(|id| id.len() > 12).unwrap_or_else(|| panic!("no link to {prefix}: {text}"));
    id.to_owned()
}
