//! The house of these tests: the small example pack, organisations that are open, and people who act.

use kernel::Adcode;
use pack::Pack;
use platform::ctx::{Actor, Role};
use platform::{App, Ctx, Fault};
use registry::actions::claim::{claim_decide, claim_own};
use registry::actions::listing::{Create, Done, listing_create, listing_submit, listing_view};
use registry::actions::membership::memberships;
use registry::actions::organisation::{Register, organisation_register};
use registry::actions::review::{Decide, listing_review};
use registry::rules::claim::DecisionCommand;
use registry::rules::listing::{Kind, Patch, Side};
use registry::rules::organisation::Draft;
use registry::rules::review::Verdict;
use testkit::TestApp;

/// The first member city of the example pack.
pub const TOWN_A: &str = "990100";
/// The second.
pub const TOWN_B: &str = "990200";
/// A place that is no member.
pub const PROVINCE: &str = "990000";

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

    fn ctx(&self, actor: Actor) -> Ctx {
        Ctx { actor, ..self.0.system() }
    }

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

    /// An open organisation in a city, with `account` as its first member.
    pub async fn firm(&self, account: &str, name: &str, city: &str) -> String {
        let person = self.person(account).await;
        let draft = Draft { name: name.into(), kind: "enterprise".into(), city: city.into(), ..Draft::default() };
        let command = Register {
            draft, evidence: "我是该单位办公室主任，可致电总机核实。".into(), once: None
        };
        let id = organisation_register(self.app(), &person, command).await.expect("it is registered").id;
        let claims = claim_own(self.app(), &person).await.expect("own claims");
        let claim = claims.iter().find(|card| card.organisation.id == id).expect("a claim was filed");
        let office =
            if city == PROVINCE { self.joint("registrar").await } else { self.officer("registrar", city).await };
        let yes = DecisionCommand { decision: "approve".into(), ..DecisionCommand::default() };
        claim_decide(self.app(), &office, &claim.filed.claim.id, yes).await.expect("the office agrees");
        id
    }

    /// A segment of the example pack.
    pub fn segment(&self) -> String {
        registry::corridor::of(self.app()).segments[0].id.clone()
    }

    /// Complete answers.
    pub fn answers(&self, side: Side, title: &str) -> Patch {
        let offer = side == Side::Offer;
        Patch {
            kind: Some(offer.then_some(Kind::Service)),
            title: Some(title.into()),
            summary: Some("每月需要五万片抛光硅片，缺陷密度低于每平方厘米零点零五。".into()),
            detail: Some("机密：供货价格与工艺窗口".into()),
            segments: Some(vec![self.segment()]),
            ..Patch::default()
        }
    }

    pub async fn draft(&self, ctx: &Ctx, side: Side, title: &str) -> String {
        let command = Create { side, organisation: None, patch: self.answers(side, title), once: None };
        listing_create(self.app(), ctx, command).await.expect("the draft is saved").id
    }

    pub async fn submitted(&self, ctx: &Ctx, side: Side, title: &str) -> String {
        let id = self.draft(ctx, side, title).await;
        listing_submit(self.app(), ctx, side, &id, None).await.expect("it is submitted");
        id
    }

    pub async fn decide(&self, office: &Ctx, side: Side, id: &str, verdict: Verdict) -> Result<Done, Fault> {
        let version =
            listing_view(self.app(), &self.0.system(), side, id).await.expect("the house sees it").listing.version;
        let note = "请看理由".to_owned();
        listing_review(self.app(), office, Decide { side, id: id.into(), version, verdict, note, once: None }).await
    }

    /// Something published by a member of an organisation in town A.
    pub async fn published(&self, ctx: &Ctx, side: Side, title: &str) -> String {
        let id = self.submitted(ctx, side, title).await;
        self.decide(&self.officer("reviewer", TOWN_A).await, side, &id, Verdict::Publish)
            .await
            .expect("it is published");
        id
    }
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

/// What needs, offers and requests put on somebody's desk: kind and title.
pub async fn desk(house: &House, ctx: &Ctx) -> Vec<(&'static str, String)> {
    let items = registry::actions::desk::items(house.app(), ctx).await.expect("the desk is read");
    items.into_iter().map(|item| (item.kind, item.title)).collect()
}
