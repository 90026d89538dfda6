//! What these tests need beside the house of all: experts, refusals, and the whole desk.

pub use crate::common::{EVIDENCE, House, PROVINCE, TOWN_A, TOWN_B, approve, code, draft, house};

use platform::Ctx;
use platform::ctx::Role;
use registry::rules::claim::DecisionCommand;
use testkit::new_account;

impl House {
    /// An account that was given the role of expert.
    pub async fn expert(&self, account: &str) -> Ctx {
        let mut ctx = self.person(account).await;
        ctx.actor.roles = vec![Role::Expert];
        ctx
    }

    /// An account that can sign in; returns its id.
    pub async fn account(&self, login: &str) -> String {
        self.0.account(new_account(login, Vec::new())).await
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
