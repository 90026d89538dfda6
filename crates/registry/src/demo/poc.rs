//! Proof-of-concept projects of the demo: one closed after a way through several cities, one running with a proposal
//! that was declined and a plan that was changed, one that waits for its centre and has a proposal on its owner's desk.
//! Everything in them is invented.

use super::script::Firm;
use super::{Firms, Stage};
use crate::actions::poc::{
    Create, poc_answer, poc_centre_answer, poc_close, poc_create, poc_publish, poc_step_add, poc_step_complete,
    poc_step_edit, poc_view,
};
use crate::rules::decision::DeclineCommand;
use crate::rules::poc::{Answer, Completion, ProjectDraft, StepDraft, StepState};
use platform::Outcome;
use platform::demo::Part;

const CENTRE: Firm = Firm {
    name: "示例合肥先进材料概念验证中心",
    name_en: "Example Hefei Proof-of-Concept Centre for Advanced Materials",
    kind: "poc_centre",
    city: "340100",
    segments: &["service/proof-of-concept", "materials"],
    profile: "示例：为高校与院所的材料成果提供工艺验证、样件试制和中试对接的中心。",
    profile_en: "Example: helps results in materials through process validation, samples and the search for a pilot line.",
    capabilities: &["薄膜工艺验证与可靠性评价", "中试线对接与合同登记辅导"],
};

/// An invented project.
struct Dossier {
    title: &'static str,
    title_en: &'static str,
    about: &'static str,
    about_en: &'static str,
    segments: &'static [&'static str],
}

const PASTE: Dossier = Dossier {
    title: "示例：耐高温银烧结浆料",
    title_en: "Example: silver sintering paste for high temperatures",
    about: "示例：用于 400 ℃ 器件互连的低压烧结银浆，从实验室配方走到小批量供货。全部名称、日期与编号均为虚构。",
    about_en: "Example: a low-pressure silver paste for joints at 400 °C, from a laboratory recipe to small batches. All names, days and numbers are invented.",
    segments: &["ic/packaging", "materials"],
};

const FILM: Dossier = Dossier {
    title: "示例：400 ℃ 压阻薄膜从实验室到中试",
    title_en: "Example: a piezoresistive film for 400 °C from the lab to a pilot line",
    about: "示例：掺杂碳化硅压阻薄膜已完成概念验证，正在准备 150 mm 晶圆中试。全部名称、日期与编号均为虚构。",
    about_en: "Example: a doped silicon carbide film has passed its proof of concept and prepares for a pilot on 150 mm wafers. All names, days and numbers are invented.",
    segments: &["ic/sensor", "ic/materials"],
};

const TEST: Dossier = Dossier {
    title: "示例：晶圆级高温在线检测方法",
    title_en: "Example: wafer-level inspection at high temperature",
    about: "示例：在 25 至 400 ℃ 逐点测试敏感芯片的方法，已有样机，寻找愿意接入产线的单位。全部名称、日期与编号均为虚构。",
    about_en: "Example: a method that tests sensing chips point by point from 25 to 400 °C; there is a prototype, and a production line to join is looked for. All names, days and numbers are invented.",
    segments: &["ic/sensor"],
};

/// An invented step: the days are counted from the day the play has reached, so that it never lies in the future.
struct Move {
    stage: &'static str,
    city: &'static str,
    with: Option<usize>,
    days_ago: i64,
    note: &'static str,
    note_en: &'static str,
    evidence: &'static str,
}

const LAB: usize = 0;
const MAKER: usize = 1;
const PACKAGER: usize = 2;
const SENSOR: usize = 3;

const PASTE_WAY: [Move; 5] = [
    Move {
        stage: "lab",
        city: "340100",
        with: Some(LAB),
        days_ago: 900,
        note: "完成银浆配方与烧结曲线，剪切强度大于 40 MPa。",
        note_en: "Recipe and sintering curve; shear strength above 40 MPa.",
        evidence: "示例检测报告 示-2401 号",
    },
    Move {
        stage: "proof",
        city: "340100",
        with: None,
        days_ago: 640,
        note: "概念验证：三批次重复，400 ℃ 500 小时强度保持率大于 90%。",
        note_en: "Proof of concept: three batches, more than 90% of the strength kept after 500 hours at 400 °C.",
        evidence: "示例概念验证结题书 示-2407 号",
    },
    Move {
        stage: "pilot",
        city: "330400",
        with: Some(MAKER),
        days_ago: 420,
        note: "在微纳加工平台完成 200 件互连中试。",
        note_en: "A pilot of 200 joints on the fabrication platform.",
        evidence: "示例中试报告 示-2502 号",
    },
    Move {
        stage: "production",
        city: "320500",
        with: Some(PACKAGER),
        days_ago: 210,
        note: "导入陶瓷封装线，月产 2 千克浆料、5,000 件封装。",
        note_en: "Taken into the ceramic packaging line: 2 kg of paste and 5,000 packages a month.",
        evidence: "示例技术合同登记 示-2509 号",
    },
    Move {
        stage: "capital",
        city: "310117",
        with: Some(SENSOR),
        days_ago: 60,
        note: "用户单位以预付款锁定两年供货。",
        note_en: "The user pays in advance for two years of supply.",
        evidence: "示例供货协议 示-2512 号",
    },
];

const FILM_WAY: [Move; 2] = [
    Move {
        stage: "lab",
        city: "340100",
        with: Some(LAB),
        days_ago: 400,
        note: "薄膜在 400 ℃ 空气中 300 小时电阻漂移小于 0.3%。",
        note_en: "Drift below 0.3% after 300 hours in air at 400 °C.",
        evidence: "示例检测报告 示-2411 号",
    },
    Move {
        stage: "proof",
        city: "340100",
        with: None,
        days_ago: 45,
        note: "概念验证：20 片样片一致性评价。",
        note_en: "Proof of concept: uniformity over 20 samples.",
        evidence: "示例概念验证结题书 示-2601 号",
    },
];

const TEST_WAY: [Move; 1] = [Move {
    stage: "lab",
    city: "330400",
    with: Some(MAKER),
    days_ago: 120,
    note: "样机完成，单片测试时间小于 40 分钟。",
    note_en: "The prototype tests a chip in less than 40 minutes.",
    evidence: "示例样机测试记录 示-2510 号",
}];

/// Plays the projects on the day the scenario has reached.
pub(super) async fn play(stage: &Stage<'_>, firms: &Firms) -> Outcome<()> {
    let centre = stage.open(Part::Expert, &CENTRE).await?;
    let play = Play { stage, firms, centre };
    play.finished().await?;
    play.running().await?;
    play.waiting().await
}

struct Play<'a> {
    stage: &'a Stage<'a>,
    firms: &'a Firms,
    centre: String,
}

impl Play<'_> {
    fn day(&self, days_ago: i64) -> String {
        self.stage.cast.clock().now().date().plus_days(-days_ago).to_string()
    }

    fn firm(&self, which: Option<usize>) -> String {
        let firms = [&self.firms.lab, &self.firms.maker, &self.firms.packager, &self.firms.sensor];
        which.map_or(&self.centre, |index| firms[index]).clone()
    }

    fn done(&self, step: &Move) -> StepDraft {
        StepDraft {
            stage: step.stage.into(),
            city: step.city.into(),
            organisation: self.firm(step.with),
            day: self.day(step.days_ago),
            note: step.note.into(),
            note_en: step.note_en.into(),
            evidence: step.evidence.into(),
            done: true,
        }
    }

    fn offered(&self, stage: &str, days: i64, note: &str, note_en: &str) -> StepDraft {
        StepDraft {
            stage: stage.into(),
            day: self.day(-days),
            note: note.into(),
            note_en: note_en.into(),
            ..StepDraft::default()
        }
    }

    /// A published project with the steps that are done.
    async fn project(&self, part: Part, owner: &str, dossier: &Dossier, way: &[Move]) -> Outcome<String> {
        let draft = ProjectDraft {
            title: dossier.title.into(),
            title_en: dossier.title_en.into(),
            about: dossier.about.into(),
            about_en: dossier.about_en.into(),
            segments: self.stage.known(dossier.segments),
            centre: self.centre.clone(),
        };
        let (app, ctx) = (self.stage.app, self.stage.as_(part).await?);
        let command = Create { organisation: Some(owner.to_owned()), draft };
        let id = poc_create(app, &ctx, command).await?.id;
        for step in way {
            poc_step_add(app, &ctx, &id, None, self.done(step)).await?;
        }
        poc_publish(app, &ctx, &id).await?;
        Ok(id)
    }

    /// The centre agrees to look after a project.
    async fn agree(&self, id: &str) -> Outcome<()> {
        poc_centre_answer(self.stage.app, &self.stage.as_(Part::Expert).await?, id, yes()).await.map(|_| ())
    }

    /// From the lab in Hefei by Jiaxing and Suzhou to a user in Songjiang, and closed.
    async fn finished(&self) -> Outcome<()> {
        let id = self.project(Part::Expert, &self.firms.lab, &PASTE, &PASTE_WAY).await?;
        self.agree(&id).await?;
        poc_close(self.stage.app, &self.stage.as_(Part::Expert).await?, &id).await.map(|_| ())
    }

    /// Two steps done; the pilot that another organisation offered is agreed and done, production is planned, and
    /// later than it was planned first. An offer that came too early was declined.
    async fn running(&self) -> Outcome<()> {
        let (app, lab) = (self.stage.app, self.stage.as_(Part::Expert).await?);
        let id = self.project(Part::Expert, &self.firms.lab, &FILM, &FILM_WAY).await?;
        self.agree(&id).await?;
        let offer = self.offered(
            "pilot",
            30,
            "可安排 150 mm 晶圆两轮流片，需贵方提供靶材与工艺窗口。",
            "Two runs on 150 mm wafers; needs targets and the process window.",
        );
        let maker = self.stage.as_(Part::Provider).await?;
        poc_step_add(app, &maker, &id, Some(&self.firms.maker), offer).await?;
        let step = self.newest(&id, StepState::Proposed).await?;
        poc_answer(app, &lab, &id, &step, yes()).await?;
        self.decline_one(&id).await?;
        let typed =
            Completion { day: self.day(0), evidence: "示例流片记录 示-2603 号".into(), city: String::new() };
        poc_step_complete(app, &lab, &id, &step, typed).await?;
        let next = StepDraft {
            organisation: self.firms.packager.clone(),
            ..self.offered(
                "production",
                240,
                "转入陶瓷封装线小批量生产。",
                "Small batches on the ceramic packaging line.",
            )
        };
        poc_step_add(app, &lab, &id, None, next.clone()).await?;
        let step = self.newest(&id, StepState::Planned).await?;
        poc_step_edit(app, &lab, &id, &step, StepDraft { day: self.day(-300), ..next }).await?;
        let last = StepDraft {
            organisation: self.firms.sensor.clone(),
            ..self.offered(
                "capital",
                400,
                "用户单位评估后投入产线资金。",
                "The user puts money into the line after its assessment.",
            )
        };
        poc_step_add(app, &lab, &id, None, last).await.map(|_| ())
    }

    /// The sensor firm offers to take the film at once; the lab says why that is too early.
    async fn decline_one(&self, id: &str) -> Outcome<()> {
        let offer = self.offered(
            "production",
            20,
            "我司可直接装入量产传感器试用，不必先做中试。",
            "We can put it into sensors in production at once, without a pilot.",
        );
        let sensor = self.stage.as_(Part::Enterprise).await?;
        poc_step_add(self.stage.app, &sensor, id, Some(&self.firms.sensor), offer).await?;
        let step = self.newest(id, StepState::Proposed).await?;
        let why = DeclineCommand {
            reason: "early".into(), remark: "请待两轮流片的一致性数据出来后再谈。".into()
        };
        let no = Answer { decision: "decline".into(), why };
        poc_answer(self.stage.app, &self.stage.as_(Part::Expert).await?, id, &step, no).await.map(|_| ())
    }

    /// The sensor firm offers the next step; the answer waits on the institute's desk, and whether the centre looks
    /// after the project on the centre's.
    async fn waiting(&self) -> Outcome<()> {
        let id = self.project(Part::Provider, &self.firms.maker, &TEST, &TEST_WAY).await?;
        let offer = self.offered(
            "pilot",
            60,
            "我司可在传感器总装线接入一台样机，试用三个月。",
            "We can take a prototype into our assembly line for three months.",
        );
        let sensor = self.stage.as_(Part::Enterprise).await?;
        poc_step_add(self.stage.app, &sensor, &id, Some(&self.firms.sensor), offer).await.map(|_| ())
    }

    /// The step of some state that was entered last.
    async fn newest(&self, id: &str, state: StepState) -> Outcome<String> {
        let view = poc_view(self.stage.app, &self.stage.as_(Part::Expert).await?, id).await?;
        let newest = view.card.steps.iter().rfind(|step| step.state == state).map(|step| step.id.clone());
        Ok(newest.ok_or_else(kernel::Refusal::not_found)?)
    }
}

fn yes() -> Answer {
    Answer { decision: "accept".into(), ..Answer::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_says_that_it_is_an_example() {
        let names = [CENTRE.name, PASTE.title, FILM.title, TEST.title];
        assert!(names.iter().all(|name| name.starts_with(kernel::DEMO_PREFIX)), "{names:?}");
        let ways = [&PASTE_WAY[..], &FILM_WAY, &TEST_WAY];
        for step in ways.into_iter().flatten() {
            assert!(step.evidence.starts_with("示例") && step.days_ago >= 0, "{}", step.evidence);
        }
    }
}
