//! People of these tests who sign in and speak HTTP.

use crate::house::House;
use platform::Role;
use testkit::{Client, grant, new_account};

/// An account with at most one role, and its signed-in client.
pub async fn account(house: &House, login: &str, role: Option<(Role, Option<&str>)>) -> (String, Client) {
    let id = house.0.account(new_account(login, role.map(grant).into_iter().collect())).await;
    (id, house.signed_in(login).await)
}

/// The address after the last slash of something a page links to, such as `/experts/`.
#[track_caller]
pub fn id_after(text: &str, prefix: &str) -> String {
    let marker = format!("href=\"{prefix}");
    let ids = text.split(&marker).skip(1).filter_map(|rest| rest.split(['"', '/', '#', '?']).next());
    let id = ids.into_iter().find(|id| id.len() > 12).unwrap_or_else(|| panic!("no link to {prefix}: {text}"));
    id.to_owned()
}
