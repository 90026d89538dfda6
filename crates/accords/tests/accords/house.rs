//! The house of these tests: the small example pack with its two towns, and the people who act.

pub use testkit::{PROVINCE, TOWN_A, TOWN_B, code};

use accords::actions::accord::{accord_circulate, accord_draft, accord_say};
use accords::actions::item::item_begin;
use accords::actions::meeting::meeting_keep;
use accords::rules::accord::{
    HeadDraft, MoneyDraft, OuterDraft, PartiesDraft, Patch, SayCommand, TextDraft, ValidityDraft,
};
use accords::rules::item::ItemDraft;
use accords::rules::meeting::{Attendance, MeetingHead, MeetingPatch, Record};
use platform::Ctx;
use platform::ctx::Role;
use testkit::TestApp;

pub struct House(pub TestApp);

/// A house with the example pack loaded.
pub async fn house() -> House {
    House(TestApp::with_pack(vec![registry::capability(), accords::capability()], registry::pack_load).await)
}

impl std::ops::Deref for House {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.0
    }
}

impl House {
    pub fn visitor(&self) -> Ctx {
        self.stranger()
    }

    /// An officer of the joint office.
    pub fn joint(&self, account: &str) -> Ctx {
        self.acting(account, vec![Role::JointOffice], &[])
    }

    /// An officer of a city.
    pub fn officer(&self, city: &str) -> Ctx {
        self.acting(&format!("officer-{city}"), vec![Role::CityOfficer], &[city])
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
