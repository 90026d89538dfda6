//! The people of a test: whoever acts, with or without a browser, what waits for them and what is written of it.

use crate::{Client, TestApp};
use kernel::{Adcode, Locale};
use platform::ctx::{Actor, Membership, Presence};
use platform::desk::desk_view;
use platform::identity::Grant;
use platform::identity::actions::{NewAccount, account_create};
use platform::journal::of_object;
use platform::{Ctx, Mandate, Role};

/// The password of every account that signs in.
pub const PASSWORD: &str = "a long password of this test";

/// An account that can sign in, without an address, in Chinese; its name follows from its login.
pub fn new_account(login: &str, roles: Vec<Grant>) -> NewAccount {
    NewAccount {
        login: login.into(),
        email: String::new(),
        name: format!("人员 {login}"),
        password: PASSWORD.into(),
        roles,
        locale: Locale::ZhCn,
        demo: false,
    }
}

/// A role, in a city if it has one.
pub fn grant((role, city): (Role, Option<&str>)) -> Grant {
    Grant { role, city: city.map(|code| Adcode::parse(code).expect("a city code")) }
}

/// Somebody with a role, in a city if it has one, as policies see him.
pub fn with_role(account: &str, role: Role, city: Option<&str>) -> Actor {
    let cities = city.map(|code| Adcode::parse(code).expect("a city code")).into_iter().collect();
    Actor { account: Some(account.into()), roles: vec![role], cities, ..Actor::default() }
}

/// Somebody who belongs to an organisation, as policies see him.
pub fn member(account: &str, organisation: &str, mandates: &[Mandate]) -> Actor {
    let (id, name, mandates) = (organisation.into(), organisation.into(), mandates.to_vec());
    let membership = Membership { organisation: id, name, city: None, mandates };
    Actor { account: Some(account.into()), memberships: vec![membership], ..Actor::default() }
}

impl TestApp {
    /// Somebody who has just signed in, with these roles in these cities.
    pub fn acting(&self, account: &str, roles: Vec<Role>, cities: &[&str]) -> Ctx {
        let cities = cities.iter().map(|code| Adcode::parse(code).expect("a city code")).collect();
        let name = format!("人员 {account}");
        let ctx = self.system();
        let presence = Some(Presence { session: String::new(), proved_ms: ctx.now.ms() });
        let actor = Actor { account: Some(account.into()), name, roles, cities, presence, ..Actor::default() };
        Ctx { actor, ..ctx }
    }

    /// Somebody who has not signed in, without a browser.
    pub fn stranger(&self) -> Ctx {
        Ctx { actor: Actor::visitor(), ..self.system() }
    }

    /// Makes an account; returns its id.
    pub async fn account(&self, new: NewAccount) -> String {
        account_create(self.app(), &self.system(), new).await.expect("the account is made")
    }

    /// A browser in which an account with the password of these tests has signed in.
    pub async fn signed_in(&self, login: &str) -> Client {
        let mut client = self.visitor();
        client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
        client
    }

    /// Makes an account with at most one role; returns its signed-in browser.
    pub async fn client(&self, login: &str, role: Option<(Role, Option<&str>)>) -> Client {
        self.account(new_account(login, role.map(grant).into_iter().collect())).await;
        self.signed_in(login).await
    }

    /// A day some days from now.
    pub fn day(&self, days: i64) -> String {
        self.app().clock().now().date().plus_days(days).to_string()
    }

    /// What waits on somebody's desk: kind and title.
    pub async fn desk(&self, ctx: &Ctx) -> Vec<(&'static str, String)> {
        let items = desk_view(self.app(), ctx).await.expect("the desk is read");
        items.into_iter().map(|item| (item.kind, item.title)).collect()
    }

    /// The kinds of a thing's entries, oldest first, with whether everybody may read each.
    pub async fn journal(&self, object: &str, id: &str) -> Vec<(String, bool)> {
        let entries = of_object(&self.app().db().read(), object, id, 50).await.expect("the journal is read");
        entries.into_iter().rev().map(|entry| (entry.kind, entry.public)).collect()
    }
}
