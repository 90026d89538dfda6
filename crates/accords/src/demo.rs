//! The demo scenario: joint acts, meetings, items and supervision, all of them invented and named 示例.
//!
//! It leaves an agreement in force with its money, an act before the parties and a draft; a published meeting with its
//! resolutions and three items, one of them reached; a supervision answered and one to answer.
//!
//! It plays in the G60 corridor only: another pack has other cities.

use crate::actions::accord::{accord_circulate, accord_draft, accord_say};
use crate::actions::item::{item_begin, item_report};
use crate::actions::meeting::{meeting_keep, meeting_publish, meeting_resolve, meeting_view};
use crate::actions::supervision::{supervision_answer, supervision_issue};
use crate::rules::accord::{
    HeadDraft, JOINT, MoneyDraft, OuterDraft, PartiesDraft, Patch, SayCommand, TextDraft, ValidityDraft,
};
use crate::rules::item::{ItemDraft, ReportDraft};
use crate::rules::meeting::{Attendance, MeetingHead, MeetingPatch, Record, ResolutionDraft};
use crate::rules::supervision::IssueCommand;
use futures_util::future::BoxFuture;
use kernel::{Adcode, Refusal};
use platform::demo::{Cast, Part};
use platform::{App, Ctx, Outcome};
use registry::corridor;

const SONGJIANG: &str = "310117";
const JIAXING: &str = "330400";
const SUZHOU: &str = "320500";
const HEFEI: &str = "340100";

/// Plays the scenario.
///
/// # Errors
/// An action refused what the script asks for, which a test of this crate would show first.
pub fn run<'a>(app: &'a App, cast: &'a Cast) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let here = |code: &str| Adcode::parse(code).is_ok_and(|city| corridor::of(app).city(city).is_some());
        if [SONGJIANG, JIAXING, SUZHOU, HEFEI].into_iter().all(here) {
            Stage { app, cast }.play().await
        } else {
            Ok(())
        }
    })
}

struct Stage<'a> {
    app: &'a App,
    cast: &'a Cast,
}

fn texts(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

impl Stage<'_> {
    async fn play(&self) -> Outcome<()> {
        let agreement = self.agreement().await?;
        self.circulated().await?;
        self.draft().await?;
        self.meeting(&agreement).await?;
        self.coming_meeting().await
    }

    async fn as_(&self, part: Part) -> Outcome<Ctx> {
        self.cast.ctx(part).await
    }

    /// The officer of a city; nobody is cast for some cities, so the house speaks behind the scene.
    async fn officer(&self, city: &str) -> Outcome<Ctx> {
        match city {
            SONGJIANG => self.as_(Part::OfficerSongjiang).await,
            JIAXING => self.as_(Part::OfficerJiaxing).await,
            _ => Ok(self.cast.house()),
        }
    }

    /// A day some days from now.
    fn day(&self, days: i64) -> String {
        self.cast.clock().now().date().plus_days(days).to_string()
    }

    async fn say(&self, ctx: &Ctx, accord: &str, party: &str, word: &str, text: &str, letter: &str) -> Outcome<()> {
        let command = SayCommand {
            party: party.to_owned(),
            version: 1,
            word: word.to_owned(),
            text: text.to_owned(),
            letter: letter.to_owned(),
        };
        accord_say(self.app, ctx, accord, command).await.map(|_| ())
    }

    /// In force: four cities, their money, one reservation.
    async fn agreement(&self) -> Outcome<String> {
        let cities = [SONGJIANG, JIAXING, SUZHOU, HEFEI];
        let shares = [("310117", "4000000"), ("330400", "2500000"), ("320500", "2000000"), ("340100", "1500000")];
        let patch = Patch {
            head: Some(HeadDraft {
                kind: "agreement".into(),
                number: "示例联协〔2026〕1号".into(),
                title: "示例：四城市联合攻关经费分担协议".into(),
                title_en: "Example: agreement of four cities on the cost of joint research".into(),
                assent: "members".into(),
                supersedes: String::new(),
            }),
            text: Some(TextDraft { text: AGREEMENT.into(), text_en: AGREEMENT_EN.into() }),
            parties: Some(PartiesDraft { cities: texts(&cities), joint: true, outer: Vec::new() }),
            money: Some(MoneyDraft {
                total_yuan: "10000000".into(),
                shares: shares.map(|(code, yuan)| (code.to_owned(), yuan.to_owned())).into(),
            }),
            validity: Some(ValidityDraft { valid_from: String::new(), valid_until: self.day(730) }),
        };
        let office = self.as_(Part::JointOffice).await?;
        let id = accord_draft(self.app, &office, patch).await?.id;
        accord_circulate(self.app, &office, &id, &self.day(14)).await?;
        self.say(&office, &id, JOINT, "agrees", "", "").await?;
        for city in [SONGJIANG, JIAXING, SUZHOU] {
            self.say(&self.officer(city).await?, &id, city, "agrees", "", "").await?;
        }
        let reservation = "示例：本市分担部分按年度预算分两期拨付。";
        self.say(&self.officer(HEFEI).await?, &id, HEFEI, "reserves", reservation, "").await?;
        Ok(id)
    }

    /// Before the parties: Songjiang has consented, Jiaxing and an invented province are asked.
    async fn circulated(&self) -> Outcome<()> {
        let patch = Patch {
            head: Some(HeadDraft {
                kind: "recognition".into(),
                number: "示例联认〔2026〕2号".into(),
                title: "示例：检验检测报告互认清单（第一批）".into(),
                title_en: "Example: mutual recognition of test reports, first list".into(),
                assent: "everybody".into(),
                supersedes: String::new(),
            }),
            text: Some(TextDraft { text: RECOGNITION.into(), text_en: RECOGNITION_EN.into() }),
            parties: Some(PartiesDraft {
                cities: texts(&[SONGJIANG, JIAXING]),
                joint: false,
                outer: vec![OuterDraft {
                    name: "示例省市场监管部门".into(),
                    name_en: "Example Provincial Market Regulator".into(),
                    level: "province".into(),
                }],
            }),
            ..Patch::default()
        };
        // Another officer of the joint office wrote it, so that the one in the cast may record the province's letter.
        let id = accord_draft(self.app, &self.cast.house(), patch).await?.id;
        accord_circulate(self.app, &self.cast.house(), &id, &self.day(12)).await?;
        self.say(&self.officer(SONGJIANG).await?, &id, SONGJIANG, "agrees", "", "").await
    }

    async fn draft(&self) -> Outcome<()> {
        let patch = Patch {
            head: Some(HeadDraft {
                kind: "plan".into(),
                title: "示例：卫星互联网产业协同行动方案（起草中）".into(),
                title_en: "Example: plan for satellite internet, being drafted".into(),
                assent: "members".into(),
                ..HeadDraft::default()
            }),
            ..Patch::default()
        };
        accord_draft(self.app, &self.as_(Part::JointOffice).await?, patch).await.map(|_| ())
    }

    fn head(&self, title: &str, title_en: &str, days: i64) -> MeetingHead {
        MeetingHead {
            title: title.to_owned(),
            title_en: title_en.to_owned(),
            day: self.day(days),
            place: "示例会议中心".into(),
            chair: SONGJIANG.into(),
        }
    }

    /// A published meeting with two resolutions and three items.
    async fn meeting(&self, agreement: &str) -> Outcome<()> {
        let office = self.as_(Part::JointOffice).await?;
        let patch = MeetingPatch {
            head: Some(self.head(
                "示例：联席会议第三次全体会议",
                "Example: third meeting of the joint conference",
                -20,
            )),
            attendance: Some(Attendance {
                attendees: texts(&[SONGJIANG, JIAXING, SUZHOU, HEFEI, JOINT]),
                guests: "示例：两家示例科研院所列席。".into(),
            }),
            record: Some(Record { agenda: AGENDA.into(), minutes: MINUTES.into() }),
        };
        let id = meeting_keep(self.app, &office, patch).await?.id;
        self.resolve(&office, &id, RESOLVED[0], agreement).await?;
        self.resolve(&office, &id, RESOLVED[1], "").await?;
        let first = meeting_view(self.app, &office, &id).await?.resolutions;
        let first = first.first().map(|(resolution, _)| resolution.id.clone()).ok_or_else(Refusal::not_found)?;
        meeting_publish(self.app, &office, &id).await?;
        let reached = self.item(&office, &id, &first, &ITEMS[0], 60).await?;
        self.report(SONGJIANG, &reached, -15, "20", "示例：接口规范征求意见稿完成。").await?;
        self.report(JIAXING, &reached, -8, "60", "示例：两家平台完成联调。").await?;
        self.report(SONGJIANG, &reached, -1, "100", "示例：四城市平台全部接入，验收报告已提交。").await?;
        let running = self.item(&office, &id, &first, &ITEMS[1], 40).await?;
        self.report(JIAXING, &running, -10, "30", "示例：完成首批 6 台仪器的共享目录。").await?;
        self.report(JIAXING, &running, -2, "35", "示例：第二批目录因设备搬迁推迟。").await?;
        self.supervise(&office, &running, JIAXING, "示例：进度低于计划，请说明原因并提出补救措施。").await?;
        let started = self.item(&office, &id, "", &ITEMS[2], 120).await?;
        let round = self.supervise(&office, &started, SONGJIANG, "示例：请说明牵头分工与时间安排。").await?;
        let answer = "示例：已成立工作组，分三阶段推进，首份报告将于下月提交。";
        supervision_answer(self.app, &self.officer(SONGJIANG).await?, &round, answer).await.map(|_| ())
    }

    async fn resolve(&self, office: &Ctx, meeting: &str, words: [&str; 4], accord: &str) -> Outcome<()> {
        let [title, title_en, text, text_en] = words.map(str::to_owned);
        let draft = ResolutionDraft { title, title_en, text, text_en, accord: accord.to_owned() };
        meeting_resolve(self.app, office, meeting, draft).await.map(|_| ())
    }

    async fn item(&self, office: &Ctx, meeting: &str, resolution: &str, task: &Task, days: i64) -> Outcome<String> {
        let draft = ItemDraft {
            meeting: meeting.to_owned(),
            resolution: resolution.to_owned(),
            accord: String::new(),
            title: task.title.to_owned(),
            title_en: task.title_en.to_owned(),
            target: task.target.to_owned(),
            target_en: task.target_en.to_owned(),
            lead: task.lead.to_owned(),
            partners: texts(task.partners),
            deadline: self.day(days),
        };
        Ok(item_begin(self.app, office, draft).await?.id)
    }

    async fn report(&self, city: &str, item: &str, days: i64, percent: &str, text: &str) -> Outcome<()> {
        let draft = ReportDraft {
            city: city.to_owned(),
            day: self.day(days),
            percent: percent.to_owned(),
            text: text.to_owned(),
        };
        item_report(self.app, &self.officer(city).await?, item, draft).await.map(|_| ())
    }

    async fn supervise(&self, office: &Ctx, item: &str, city: &str, text: &str) -> Outcome<String> {
        let command = IssueCommand { city: city.to_owned(), text: text.to_owned(), workdays: "10".into() };
        Ok(supervision_issue(self.app, office, item, command).await?.id)
    }

    /// One that is being prepared.
    async fn coming_meeting(&self) -> Outcome<()> {
        let head = self.head("示例：联席会议第四次全体会议（筹备中）", "Example: fourth meeting, being prepared", 30);
        let patch = MeetingPatch { head: Some(head), ..MeetingPatch::default() };
        meeting_keep(self.app, &self.as_(Part::JointOffice).await?, patch).await.map(|_| ())
    }
}

/// An invented item.
struct Task {
    title: &'static str,
    title_en: &'static str,
    target: &'static str,
    target_en: &'static str,
    lead: &'static str,
    partners: &'static [&'static str],
}

const ITEMS: [Task; 3] = [
    Task {
        title: "示例：四城市科创平台接口互通",
        title_en: "Example: connect the research platforms of four cities",
        target: "示例：四个平台全部接入，检索响应不超过 2 秒。",
        target_en: "Example: all four platforms connected, searches answered within 2 seconds.",
        lead: SONGJIANG,
        partners: &[JIAXING, SUZHOU, HEFEI],
    },
    Task {
        title: "示例：大型仪器共享目录",
        title_en: "Example: a shared catalogue of large instruments",
        target: "示例：纳入 20 台大型仪器并开放预约。",
        target_en: "Example: 20 large instruments listed and open for booking.",
        lead: JIAXING,
        partners: &[SONGJIANG],
    },
    Task {
        title: "示例：量子通信应用示范",
        title_en: "Example: a pilot of quantum communication",
        target: "示例：建成 3 个跨城市应用示范点。",
        target_en: "Example: three pilots across cities in operation.",
        lead: SONGJIANG,
        partners: &[HEFEI],
    },
];

const RESOLVED: [[&str; 4]; 2] = [
    [
        "示例：审议通过联合攻关经费分担协议",
        "Example: the agreement on the cost of joint research is adopted",
        "示例：会议同意四城市联合攻关经费分担协议，由联席会议办公室组织实施。",
        "Example: the meeting adopts the agreement; the joint office sees to its execution.",
    ],
    [
        "示例：启动量子通信应用示范",
        "Example: a pilot of quantum communication is begun",
        "示例：由松江牵头、合肥参与，开展跨城市量子通信应用示范。",
        "Example: Songjiang leads and Hefei takes part.",
    ],
];

const AGREEMENT: &str = "示例：第一条 四城市共同出资设立联合攻关经费，总额一千万元，按本协议列明的份额分担。\n\
第二条 经费专项用于四城市联合发榜的攻关项目，由联席会议办公室按季公布使用情况。\n\
第三条 本协议自各成员城市全部同意之日起生效，有效期两年。";
const AGREEMENT_EN: &str = "Example: Article 1. Four cities fund joint research with ten million yuan, shared as this agreement states.\n\
Article 2. The money is spent on calls released jointly; the joint office publishes its use every quarter.\n\
Article 3. The agreement enters into force once every member city has consented and holds for two years.";
const RECOGNITION: &str = "示例：一、列入清单的检验检测报告，在各方行政办理中相互认可，不再要求重复检测。\n\
二、对报告有疑义的，由受理方向出具方所在城市核实，五个工作日内答复。";
const RECOGNITION_EN: &str = "Example: 1. Test reports on the list are accepted by all parties without a second test.\n\
2. Doubts are checked with the city that issued the report, which answers within five working days.";
const AGENDA: &str = "示例：一、审议联合攻关经费分担协议\n二、研究量子通信应用示范\n三、通报行动计划进展";
const MINUTES: &str = "示例：会议听取了联席会议办公室关于行动计划进展的通报，审议并通过两项决议，明确三项行动计划事项的牵头城市、目标与期限。";
