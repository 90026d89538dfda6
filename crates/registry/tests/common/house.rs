//! The house of these tests: the small example pack, organisations that are open, and people who act.

pub use testkit::{PROVINCE, TOWN_A, TOWN_B, code};

use kernel::Adcode;
use platform::Ctx;
use platform::ctx::{Actor, Role};
use registry::actions::claim::{claim_decide, claim_own};
use registry::actions::membership::memberships;
use registry::actions::organisation::{Register, organisation_register};
use registry::rules::claim::DecisionCommand;
use registry::rules::organisation::Draft;
use testkit::TestApp;

pub const EVIDENCE: &str = "我是该单位办公室主任，可致电总机核实。";

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    House(TestApp::with_pack(vec![registry::capability()], registry::pack_load).await)
}

impl std::ops::Deref for House {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.0
    }
}

impl House {
    pub fn ctx(&self, actor: Actor) -> Ctx {
        Ctx { actor, ..self.0.system() }
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Ctx {
        self.ctx(Actor::visitor())
    }

    /// An account with the memberships it has now.
    pub async fn person(&self, account: &str) -> Ctx {
        let memberships = memberships(&self.app().db().read(), account).await.expect("memberships are read");
        let actor =
            Actor { account: Some(account.into()), name: format!("人员 {account}"), memberships, ..Actor::default() };
        self.ctx(actor)
    }

    /// An account of the office of a city.
    pub async fn officer(&self, account: &str, city: &str) -> Ctx {
        let mut ctx = self.person(account).await;
        ctx.actor.roles = vec![Role::CityOfficer];
        ctx.actor.cities = vec![Adcode::parse(city).expect("a city code")];
        ctx
    }

    /// An account of the joint office.
    pub async fn joint(&self, account: &str) -> Ctx {
        let mut ctx = self.person(account).await;
        ctx.actor.roles = vec![Role::JointOffice];
        ctx
    }

    /// Registers an organisation; returns its id and that of the claim.
    pub async fn register(&self, ctx: &Ctx, draft: Draft) -> (String, String) {
        let command = Register { draft, evidence: EVIDENCE.into() };
        let done = organisation_register(self.app(), ctx, command).await.expect("it is registered");
        let claims = claim_own(self.app(), ctx).await.expect("own claims");
        let claim = claims.iter().find(|card| card.organisation.id == done.id).expect("a claim was filed");
        (done.id, claim.filed.claim.id.clone())
    }

    /// An open organisation in a city, with `account` as its first member.
    pub async fn listed(&self, account: &str, name: &str, city: &str) -> String {
        self.opened(account, draft(name, city)).await
    }

    /// An open organisation as its draft says, with `account` as its first member.
    pub async fn opened(&self, account: &str, draft: Draft) -> String {
        let city = draft.city.clone();
        let (id, claim) = self.register(&self.person(account).await, draft).await;
        let office =
            if city == PROVINCE { self.joint("registrar").await } else { self.officer("registrar", &city).await };
        claim_decide(self.app(), &office, &claim, approve()).await.expect("the office agrees");
        id
    }
}

pub fn draft(name: &str, city: &str) -> Draft {
    Draft { name: name.into(), kind: "enterprise".into(), city: city.into(), ..Draft::default() }
}

pub fn approve() -> DecisionCommand {
    DecisionCommand { decision: "approve".into(), ..DecisionCommand::default() }
}
