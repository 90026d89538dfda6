//! What these tests need beside the house of all: experts, refusals, and the whole desk.

pub use crate::common::{EVIDENCE, House, PROVINCE, TOWN_A, TOWN_B, approve, code, draft, house, journal};

use kernel::Locale;
use platform::Ctx;
use platform::ctx::Role;
use platform::identity::actions::{NewAccount, account_create};
use registry::rules::claim::DecisionCommand;
use testkit::Client;

/// Of every account that signs in.
const PASSWORD: &str = "correct horse battery";

impl House {
    /// An account that was given the role of expert.
    pub async fn expert(&self, account: &str) -> Ctx {
        let mut ctx = self.person(account).await;
        ctx.actor.roles = vec![Role::Expert];
        ctx
    }

    /// An account that can sign in; returns its id.
    pub async fn account(&self, login: &str) -> String {
        let new = NewAccount {
            login: login.into(),
            email: String::new(),
            name: format!("人员 {login}"),
            password: PASSWORD.into(),
            roles: Vec::new(),
            locale: Locale::ZhCn,
            demo: false,
        };
        account_create(self.app(), &self.0.system(), new).await.expect("the account is made")
    }

    /// A browser in which an account has signed in.
    pub async fn signed_in(&self, login: &str) -> Client {
        let mut client = self.0.visitor();
        let answer = client.form("/sign-in", &[("login", login), ("password", PASSWORD), ("next", "/desk")]).await;
        assert_eq!(answer.redirect(), "/desk");
        client
    }
}

pub fn refuse(reason: &str, remark: &str) -> DecisionCommand {
    DecisionCommand { decision: "refuse".into(), reason: reason.into(), remark: remark.into() }
}

/// What waits on somebody's desk: kind and title.
pub async fn desk(house: &House, ctx: &Ctx) -> Vec<(&'static str, String)> {
    let source = registry::capability().desk.expect("the registry has a desk");
    let items = source(house.app(), ctx).await.expect("the desk is read");
    items.into_iter().map(|item| (item.kind, item.title)).collect()
}
