//! The house of these tests: the small example pack with its two towns, and the people who act.

use accords::actions::accord::{accord_circulate, accord_draft, accord_say};
use accords::actions::item::item_begin;
use accords::actions::meeting::meeting_keep;
use accords::rules::accord::{
    HeadDraft, MoneyDraft, OuterDraft, PartiesDraft, Patch, SayCommand, TextDraft, ValidityDraft,
};
use accords::rules::item::ItemDraft;
use accords::rules::meeting::{Attendance, MeetingHead, MeetingPatch, Record};
use kernel::{Adcode, Locale};
use pack::Pack;
use platform::ctx::{Actor, Presence, Role};
use platform::desk::desk_view;
use platform::identity::Grant;
use platform::identity::actions::{NewAccount, account_create};
use platform::{App, Ctx, Fault};
use testkit::{Client, TestApp};

/// The first member city of the example pack.
pub const TOWN_A: &str = "990100";
/// The second.
pub const TOWN_B: &str = "990200";
/// A place that is no member.
pub const PROVINCE: &str = "990000";
/// Of every account that signs in.
const PASSWORD: &str = "a long password of this test";

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../pack/tests/packs/twotowns");
    let pack = Pack::load_dir(std::path::Path::new(folder)).expect("the example pack is valid");
    let test = TestApp::start(vec![registry::capability(), accords::capability()]).await;
    registry::pack_load(test.app(), &test.system(), &pack).await.expect("the pack loads");
    test.open_index().await;
    test.settle().await;
    House(test)
}

impl House {
    pub fn app(&self) -> &App {
        self.0.app()
    }

    pub fn ctx(&self, account: &str, roles: Vec<Role>, cities: &[&str]) -> Ctx {
        let cities = cities.iter().map(|code| Adcode::parse(code).expect("a city code")).collect();
        let name = format!("人员 {account}");
        let ctx = self.0.system();
        // Whoever acts here has just signed in.
        let presence = Some(Presence { session: String::new(), proved_ms: ctx.now.ms() });
        let actor = Actor { account: Some(account.into()), name, roles, cities, presence, ..Actor::default() };
        Ctx { actor, ..ctx }
    }

    pub fn visitor(&self) -> Ctx {
        Ctx { actor: Actor::visitor(), ..self.0.system() }
    }

    /// An officer of the joint office.
    pub fn joint(&self, account: &str) -> Ctx {
        self.ctx(account, vec![Role::JointOffice], &[])
    }

    /// An officer of a city.
    pub fn officer(&self, city: &str) -> Ctx {
        self.ctx(&format!("officer-{city}"), vec![Role::CityOfficer], &[city])
    }

    /// A day some days from now.
    pub fn day(&self, days: i64) -> String {
        self.app().clock().now().date().plus_days(days).to_string()
    }

    /// A draft of the office; returns its id.
    pub async fn drafted(&self, patch: Patch) -> String {
        accord_draft(self.app(), &self.joint("drafter"), patch).await.expect("it is drafted").id
    }

    /// The same before its parties for ten days.
    pub async fn circulated(&self, patch: Patch) -> String {
        let id = self.drafted(patch).await;
        accord_circulate(self.app(), &self.joint("drafter"), &id, &self.day(10)).await.expect("it is circulated");
        id
    }

    /// The same with the consent of both towns, which it takes.
    pub async fn in_force(&self, number: &str) -> String {
        let id = self.circulated(patch(number, "members")).await;
        self.agree(&id, TOWN_A).await;
        self.agree(&id, TOWN_B).await;
        id
    }

    pub async fn agree(&self, id: &str, city: &str) {
        accord_say(self.app(), &self.officer(city), id, says(city, "agrees")).await.expect("the city consents");
    }

    /// The record of a meeting, ready to be published.
    pub async fn meeting(&self) -> String {
        let patch = MeetingPatch {
            head: Some(MeetingHead {
                title: "第一次联席会议".into(),
                title_en: "First meeting".into(),
                day: self.day(-1),
                place: "示例甲市".into(),
                chair: TOWN_A.into(),
            }),
            attendance: Some(Attendance { attendees: vec![TOWN_A.into(), TOWN_B.into()], guests: String::new() }),
            record: Some(Record { agenda: "一、平台互通".into(), minutes: "会议通过一项决议".into() }),
        };
        meeting_keep(self.app(), &self.joint("keeper"), patch).await.expect("the record is kept").id
    }

    /// An item of a meeting, led by the first town with the second as partner, due in twenty days.
    pub async fn item(&self, meeting: &str) -> String {
        item_begin(self.app(), &self.joint("keeper"), self.task(meeting)).await.expect("the item is entered").id
    }

    pub fn task(&self, meeting: &str) -> ItemDraft {
        ItemDraft {
            meeting: meeting.into(),
            title: "平台互通".into(),
            title_en: "Connect the platforms".into(),
            target: "两个平台接入".into(),
            lead: TOWN_A.into(),
            partners: vec![TOWN_B.into()],
            deadline: self.day(20),
            ..ItemDraft::default()
        }
    }

    /// An account with a role, and its signed-in client.
    pub async fn client(&self, login: &str, role: Option<(Role, Option<&str>)>) -> Client {
        let grant =
            |(role, city): (Role, Option<&str>)| Grant { role, city: city.map(|c| Adcode::parse(c).expect("a city")) };
        let new = NewAccount {
            login: login.into(),
            email: String::new(),
            name: format!("人员 {login}"),
            password: PASSWORD.into(),
            roles: role.map(grant).into_iter().collect(),
            locale: Locale::ZhCn,
            demo: false,
        };
        account_create(self.app(), &self.0.system(), new).await.expect("the account is made");
        let mut client = self.0.visitor();
        client.form("/sign-in", &[("login", login), ("password", PASSWORD)]).await.redirect();
        client
    }

    /// What waits on somebody's desk: kind and title.
    pub async fn desk(&self, ctx: &Ctx) -> Vec<(&'static str, String)> {
        let items = desk_view(self.app(), ctx).await.expect("the desk is read");
        items.into_iter().map(|item| (item.kind, item.title)).collect()
    }

    /// The kinds of a thing's entries, oldest first, with whether everybody may read each.
    pub async fn journal(&self, object: &str, id: &str) -> Vec<(String, bool)> {
        let entries =
            platform::journal::of_object(&self.app().db().read(), object, id, 50).await.expect("the journal is read");
        entries.into_iter().rev().map(|entry| (entry.kind, entry.public)).collect()
    }
}

/// An agreement of both towns, the joint office and an outer party.
pub fn patch(number: &str, assent: &str) -> Patch {
    let outer = OuterDraft { name: "某省".into(), name_en: "A Province".into(), level: "province".into() };
    Patch {
        head: Some(HeadDraft {
            kind: "agreement".into(),
            number: number.into(),
            title: "共建协议".into(),
            title_en: "Agreement".into(),
            assent: assent.into(),
            supersedes: String::new(),
        }),
        text: Some(TextDraft { text: "第一条 共建。".into(), text_en: "Article 1.".into() }),
        parties: Some(PartiesDraft { cities: vec![TOWN_A.into(), TOWN_B.into()], joint: true, outer: vec![outer] }),
        money: Some(MoneyDraft {
            total_yuan: "100".into(),
            shares: vec![(TOWN_A.into(), "60".into()), (TOWN_B.into(), "40".into())],
        }),
        validity: Some(ValidityDraft::default()),
    }
}

/// What a party says of the first version.
pub fn says(party: &str, word: &str) -> SayCommand {
    SayCommand {
        party: party.into(),
        version: 1,
        word: word.into(),
        text: if word == "agrees" { String::new() } else { "按年度预算拨付".into() },
        letter: if party == "x1" { "某函〔2026〕3号".into() } else { String::new() },
    }
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> &'static str {
    outcome.expect_err("a refusal").refusal().expect("no failure of the house").code
}
