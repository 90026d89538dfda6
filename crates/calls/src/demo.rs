//! The demo scenario: calls of an invented firm, all of them named 示例.
//!
//! It leaves a call that takes answers, with the money of its owner, two cities and the joint office; one whose funders
//! are asked; one that waits for its office; one that was sent back, and a draft.
//!
//! It plays in the G60 corridor only, after the scenarios of registry, ledger, accords and envelopes, whose people, accounts
//! and committee it uses.

use crate::actions::call::{call_draft, call_pose, call_send_back, call_vet, call_view};
use crate::actions::release::{
    InviteDraft, call_circulate, call_open, committee_choices, funder_invite, pledge_decline, pledge_give,
};
use crate::rules::JOINT;
use crate::rules::call::{CriterionDraft, HeadDraft, MoneyDraft, Patch, ProblemDraft, ReviewDraft};
use crate::rules::pledge::{FunderKind, PledgeDraft};
use crate::rules::release::OpenDraft;
use accords::actions::accord::accord_say;
use accords::rules::accord::SayCommand;
use futures_util::future::BoxFuture;
use kernel::{Adcode, Refusal};
use ledger::Owner;
use ledger::actions::holding::ledger_open;
use ledger::rules::opening::OpenDraft as AccountDraft;
use platform::demo::{Cast, Part};
use platform::{App, Ctx, Outcome};
use registry::corridor;

const SONGJIANG: &str = "310117";
const JIAXING: &str = "330400";
/// Days in which the open call takes answers, and in which its committee opens them.
const OPEN_DAYS: i64 = 45;
const OPENING_DAYS: i64 = 7;

/// Plays the scenario.
///
/// # Errors
/// An action refused what the script asks for, which a test of this crate would show first.
pub fn run<'a>(app: &'a App, cast: &'a Cast) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        let here = |code: &str| Adcode::parse(code).is_ok_and(|city| corridor::of(app).city(city).is_some());
        if here(SONGJIANG) && here(JIAXING) { Stage { app, cast }.play().await } else { Ok(()) }
    })
}

struct Stage<'a> {
    app: &'a App,
    cast: &'a Cast,
}

/// What a firm poses.
struct Problem {
    title: &'static str,
    title_en: &'static str,
    summary: &'static str,
    summary_en: &'static str,
    details: &'static str,
    mode: &'static str,
    winners: &'static str,
    budget: &'static str,
    unnamed: bool,
}

/// What a funder gives: kind, code, yuan, condition, ratio.
type Gift = (FunderKind, &'static str, &'static str, &'static str, &'static str);

impl Stage<'_> {
    async fn play(&self) -> Outcome<()> {
        let firm = self.as_(Part::Enterprise).await?;
        let Some(owner) = firm.actor.memberships.first().map(|membership| membership.organisation.clone()) else {
            return Ok(());
        };
        self.jiaxing_account().await?;
        self.open(&owner).await?;
        self.pledging(&owner).await?;
        self.posed(&owner, &ANALYSIS).await?;
        let back = self.posed(&owner, &FILLING).await?;
        let reason = "示例：请补充可考核的指标，例如泄漏率的上限和检测方法。";
        call_send_back(self.app, &self.as_(Part::OfficerSongjiang).await?, &back, reason).await?;
        let begun = Patch { head: Some(head(&owner, &BEGUN)), ..Patch::default() };
        call_draft(self.app, &self.as_(Part::Enterprise).await?, begun).await.map(|_| ())
    }

    async fn as_(&self, part: Part) -> Outcome<Ctx> {
        self.cast.ctx(part).await
    }

    async fn posed(&self, owner: &str, problem: &Problem) -> Outcome<String> {
        let firm = self.as_(Part::Enterprise).await?;
        let id = call_draft(self.app, &firm, patch(self.app, owner, problem)).await?.id;
        call_pose(self.app, &firm, &id).await?;
        Ok(id)
    }

    async fn vetted(&self, owner: &str, problem: &Problem) -> Outcome<String> {
        let id = self.posed(owner, problem).await?;
        let opinion = "示例：需求来自在研型号，指标可以在试验台上考核，金额与同类项目相当。";
        call_vet(self.app, &self.as_(Part::OfficerSongjiang).await?, &id, opinion).await?;
        Ok(id)
    }

    /// Jiaxing's money for calls; the others have their accounts from the ledger's scenario.
    async fn jiaxing_account(&self) -> Outcome<()> {
        let draft = AccountDraft {
            owner: format!("city:{JIAXING}"),
            name: "示例：嘉兴联合攻关专项".into(),
            purpose: "fund".into(),
            ..AccountDraft::default()
        };
        ledger_open(self.app, &self.as_(Part::OfficerJiaxing).await?, draft).await.map(|_| ())
    }

    /// Who speaks for a funder.
    async fn giver(&self, kind: FunderKind, code: &str) -> Outcome<Ctx> {
        self.as_(match (kind, code) {
            (FunderKind::Owner | FunderKind::Organisation, _) => Part::Enterprise,
            (FunderKind::City, JIAXING) => Part::OfficerJiaxing,
            (FunderKind::City, _) => Part::OfficerSongjiang,
            _ => Part::JointOffice,
        })
        .await
    }

    async fn invite(&self, call: &str, kind: FunderKind, code: &str) -> Outcome<String> {
        let office = self.as_(Part::JointOffice).await?;
        let draft = InviteDraft { kind: kind.code().into(), code: code.into(), ..InviteDraft::default() };
        funder_invite(self.app, &office, call, draft).await?;
        let view = call_view(self.app, &office, call).await?;
        let asked = view.pledges.into_iter().find(|p| p.kind == kind && (code.is_empty() || p.code == code));
        Ok(asked.ok_or_else(Refusal::not_found)?.id)
    }

    async fn gives(&self, call: &str, owner: &str, (kind, code, yuan, condition, ratio): Gift) -> Outcome<()> {
        let id = self.invite(call, kind, code).await?;
        let payer = match kind {
            FunderKind::City => Owner { kind: ledger::OwnerKind::City, id: code.to_owned() },
            FunderKind::Owner | FunderKind::Organisation => Owner::organisation(owner),
            _ => Owner::joint_office(),
        };
        let accounts = ledger::accounts_of(&self.app.db().read(), &payer, true).await?;
        let (account, _) = accounts.into_iter().next().ok_or_else(Refusal::not_found)?;
        let draft = PledgeDraft {
            cap_yuan: yuan.into(),
            condition: condition.into(),
            ratio: ratio.into(),
            account: account.id,
            note: String::new(),
        };
        pledge_give(self.app, &self.giver(kind, code).await?, &id, draft).await.map(|_| ())
    }

    /// A call that takes answers.
    async fn open(&self, owner: &str) -> Outcome<()> {
        let call = self.vetted(owner, &DRIFT).await?;
        for gift in [
            (FunderKind::Owner, "", "1200000", "none", ""),
            (FunderKind::City, SONGJIANG, "1000000", "none", ""),
            (FunderKind::City, JIAXING, "800000", "matched", "0.6"),
            (FunderKind::Joint, "", "300000", "none", ""),
        ] {
            self.gives(&call, owner, gift).await?;
        }
        let office = self.as_(Part::JointOffice).await?;
        let deadline = self.cast.clock().now().date().plus_days(14).to_string();
        call_circulate(self.app, &office, &call, &deadline).await?;
        let view = call_view(self.app, &office, &call).await?;
        let act = view.call.accord.clone().ok_or_else(Refusal::not_found)?;
        for (party, part) in
            [(SONGJIANG, Part::OfficerSongjiang), (JIAXING, Part::OfficerJiaxing), (JOINT, Part::JointOffice)]
        {
            let says = SayCommand { party: party.into(), version: 1, word: "agrees".into(), ..SayCommand::default() };
            accord_say(self.app, &self.as_(part).await?, &act, says).await?;
        }
        let committees = committee_choices(self.app, &office, &view.call).await?;
        let Some((committee, _, _)) = committees.into_iter().next() else { return Ok(()) };
        let closes = self.cast.clock().now().date().plus_days(OPEN_DAYS).start().plus_ms(17 * 3_600_000);
        let draft = OpenDraft { committee, closes_ms: closes.ms(), opens_by_ms: closes.plus_days(OPENING_DAYS).ms() };
        call_open(self.app, &office, &call, draft).await.map(|_| ())
    }

    /// A call whose funders are asked: one has pledged, one has declined, two are to answer.
    async fn pledging(&self, owner: &str) -> Outcome<()> {
        let call = self.vetted(owner, &BOTTLE).await?;
        self.gives(&call, owner, (FunderKind::City, SONGJIANG, "500000", "local", "")).await?;
        self.invite(&call, FunderKind::Owner, "").await?;
        self.invite(&call, FunderKind::City, JIAXING).await?;
        let joint = self.invite(&call, FunderKind::Joint, "").await?;
        let office = self.as_(Part::JointOffice).await?;
        pledge_decline(self.app, &office, &joint, "示例：本年度共同资金已安排完毕。").await.map(|_| ())
    }
}

fn head(owner: &str, problem: &Problem) -> HeadDraft {
    HeadDraft {
        owner: owner.to_owned(),
        unnamed: problem.unnamed,
        title: problem.title.into(),
        title_en: problem.title_en.into(),
    }
}

fn patch(app: &App, owner: &str, problem: &Problem) -> Patch {
    let corridor = corridor::of(app);
    let segments = ["ic/sensor"].into_iter().filter(|id| corridor.segment(id).is_some());
    let criterion = |name: &str, name_en: &str, weight: &str| CriterionDraft {
        name: name.into(),
        name_en: name_en.into(),
        weight: weight.into(),
    };
    Patch {
        head: Some(head(owner, problem)),
        problem: Some(ProblemDraft {
            summary: problem.summary.into(),
            summary_en: problem.summary_en.into(),
            details: problem.details.into(),
            nda: if problem.details.is_empty() { String::new() } else { NDA.into() },
            segments: segments.map(str::to_owned).collect(),
            choke_point: String::new(),
            eligibility: "示例：不限地域，可以组成联合体。".into(),
            ip: "示例：背景知识产权归各自所有；前景知识产权由出题方与揭榜方共有，揭榜方可以自行实施。".into(),
        }),
        money: Some(MoneyDraft {
            mode: problem.mode.into(),
            winners_max: problem.winners.into(),
            budget_yuan: problem.budget.into(),
        }),
        review: Some(ReviewDraft {
            criteria: vec![
                criterion("示例：技术路线", "Example: approach", "40"),
                criterion("示例：团队与条件", "Example: team and means", "30"),
                criterion("示例：进度与经费", "Example: time and money", "30"),
            ],
            per_answer: "3".into(),
            load_max: "8".into(),
            choosing: "draw".into(),
            pair_cap: String::new(),
            blind: true,
            interview: false,
            apart: "20".into(),
            shortlist_max: "3".into(),
            notice_workdays: "5".into(),
        }),
    }
}

const NDA: &str = "示例：揭榜方对查阅到的保密内容承担五年保密义务，不用于本榜单以外的目的。";

const DRIFT: Problem = Problem {
    title: "示例：高精度压力传感器温漂补偿",
    title_en: "Example: compensating the drift of precision pressure sensors",
    summary: "示例：零下 40 摄氏度至 125 摄氏度全温区，温漂不超过满量程的万分之二，补偿算法可以在 8 位单片机上运行。现有方案在低温段超差三倍。",
    summary_en: "Example: drift of at most 0.02 % of full scale from −40 °C to 125 °C, with a compensation that runs on an 8-bit controller. Today's is three times worse in the cold.",
    details: "示例：现用芯片的版图、标定数据与失效样本清单。",
    mode: "several",
    winners: "2",
    budget: "3000000",
    unnamed: true,
};

const BOTTLE: Problem = Problem {
    title: "示例：储氢瓶在线泄漏检测",
    title_en: "Example: leak detection on hydrogen bottles in use",
    summary: "示例：在加注和行驶中检出百万分之五的泄漏，响应不超过两秒，误报每千小时不超过一次。",
    summary_en: "Example: detect leaks of five parts per million while filling and driving, within two seconds, with at most one false alarm in a thousand hours.",
    details: "",
    mode: "race",
    winners: "3",
    budget: "2000000",
    unnamed: false,
};

const ANALYSIS: Problem = Problem {
    title: "示例：车规级敏感芯片失效分析方法",
    title_en: "Example: failure analysis of sensing chips for vehicles",
    summary: "示例：不开封即可定位键合层失效，分辨率优于五微米，单件分析不超过一小时。",
    summary_en: "Example: locate failures of the bonding layer without opening the package, better than five micrometres, within an hour apiece.",
    details: "",
    mode: "one",
    winners: "1",
    budget: "800000",
    unnamed: false,
};

const FILLING: Problem = Problem {
    title: "示例：传感器充油工艺改进",
    title_en: "Example: a better way to fill sensors with oil",
    summary: "示例：提高充油一致性。",
    summary_en: "Example: fill sensors more evenly.",
    details: "",
    mode: "one",
    winners: "1",
    budget: "400000",
    unnamed: false,
};

const BEGUN: Problem = Problem {
    title: "示例：陶瓷封装应力仿真（起草中）",
    title_en: "Example: simulating stress in ceramic packages, being drafted",
    summary: "",
    summary_en: "",
    details: "",
    mode: "one",
    winners: "1",
    budget: "0",
    unnamed: false,
};
