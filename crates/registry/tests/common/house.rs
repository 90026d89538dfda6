//! The house of these tests: the small example pack, organisations that are open, and people who act.

use kernel::Adcode;
use pack::Pack;
use platform::ctx::{Actor, Role};
use platform::{App, Ctx, Fault};
use registry::actions::claim::{claim_decide, claim_own};
use registry::actions::membership::memberships;
use registry::actions::organisation::{Register, organisation_register};
use registry::rules::claim::DecisionCommand;
use registry::rules::organisation::Draft;
use testkit::TestApp;

/// The first member city of the example pack.
pub const TOWN_A: &str = "990100";
/// The second.
pub const TOWN_B: &str = "990200";
/// A place that is no member.
pub const PROVINCE: &str = "990000";
pub const EVIDENCE: &str = "我是该单位办公室主任，可致电总机核实。";

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/tests/packs/twotowns");
    let pack = Pack::load_dir(std::path::Path::new(folder)).expect("the example pack is valid");
    let test = TestApp::start(vec![registry::capability()]).await;
    registry::pack_load(test.app(), &test.system(), &pack).await.expect("the pack loads");
    test.open_index().await;
    test.settle().await;
    House(test)
}

impl House {
    pub fn app(&self) -> &App {
        self.0.app()
    }

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

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}

/// The kinds of a thing's entries, oldest first, with whether everybody may read each.
pub async fn journal(house: &House, object: &str, id: &str) -> Vec<(String, bool)> {
    let entries =
        platform::journal::of_object(&house.app().db().read(), object, id, 50).await.expect("the journal is read");
    entries.into_iter().rev().map(|entry| (entry.kind, entry.public)).collect()
}
