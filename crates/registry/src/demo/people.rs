//! The experts and workstations of the demo: one that runs, one that has ended, one that waits for its office and one
//! that waits for an expert.

use super::{DAY_MS, Firms, Stage, script};
use crate::actions::expert::{expert_keep, expert_register, expert_seat};
use crate::actions::workstation::{
    workstation_decide, workstation_end, workstation_join, workstation_project_add, workstation_project_edit,
    workstation_propose, workstation_view,
};
use crate::rules::decision::DecisionCommand;
use crate::rules::expert::ExpertDraft;
use crate::rules::workstation::{ProjectDraft, WorkstationDraft};
use platform::Outcome;
use platform::demo::Part;

/// Days before the last that the first two workstations take to be recognised and to begin.
const SEASON_DAYS: [i64; 3] = [6, 4, 7];

/// An invented workstation.
struct Station {
    name: &'static str,
    name_en: &'static str,
    about: &'static str,
    about_en: &'static str,
    since: &'static str,
}

const RUNNING: Station = Station {
    name: "示例高温敏感芯片专家工作站",
    name_en: "Example workstation for high-temperature sensing chips",
    about: "示例：与专家团队共同解决碳化硅敏感芯片在 400 ℃ 下的漂移问题，专家指导薄膜应力与欧姆接触方案，企业承担流片与试验。",
    about_en: "Example: works with its experts on the drift of silicon carbide chips at 400 °C; they guide films and contacts, the enterprise makes and tests.",
    since: "",
};

const ENDED: Station = Station {
    name: "示例深硅刻蚀专家工作站",
    name_en: "Example workstation for deep silicon etching",
    about: "示例：联合开发高深宽比刻蚀工艺，目标已完成，双方同意撤站。",
    about_en: "Example: developed etching at a high aspect ratio; the aim was reached and both sides ended it.",
    since: "2022-03",
};

const AT_THE_OFFICE: Station = Station {
    name: "示例传感器可靠性专家工作站",
    name_en: "Example workstation for the reliability of sensors",
    about: "示例：请专家指导 600 ℃ 老化试验方法与寿命模型，专家已同意进站，等待松江区主管部门认定。",
    about_en: "Example: methods and models for ageing at 600 °C; an expert has agreed and the office of Songjiang is asked.",
    since: "",
};

const AT_THE_EXPERT: Station = Station {
    name: "示例压阻薄膜专家工作站",
    name_en: "Example workstation for piezoresistive films",
    about: "示例：希望专家指导压阻薄膜从实验室到 150 mm 产线的转移，等待专家本人答复。",
    about_en: "Example: the transfer of a film from the laboratory to a 150 mm line; waits for the expert’s answer.",
    since: "",
};

fn adviser() -> ExpertDraft {
    ExpertDraft {
        name: "示例专家甲".into(),
        name_en: "Example Expert A".into(),
        consent: true,
        title: "研究员".into(),
        institution: "示例大学传感薄膜实验室".into(),
        city: "340100".into(),
        fields: "示例：压阻薄膜、碳化硅器件、薄膜应力分析".into(),
        fields_en: "Example: piezoresistive films, silicon carbide devices, stress in thin films".into(),
        availability: "open".into(),
        ..ExpertDraft::default()
    }
}

fn academician() -> ExpertDraft {
    ExpertDraft {
        name: "示例院士乙".into(),
        name_en: "Example Academician B".into(),
        consent: true,
        academician: true,
        title: "教授".into(),
        institution: "示例微系统研究院".into(),
        city: "310117".into(),
        fields: "示例：微机电系统、高温传感器、可靠性物理".into(),
        fields_en: "Example: microsystems, high-temperature sensors, physics of reliability".into(),
        availability: "limited".into(),
        ..ExpertDraft::default()
    }
}

/// The experts of the play, by id.
struct People {
    adviser: String,
    academician: String,
}

impl Stage<'_> {
    /// Lets days pass; meanwhile experts register, and enterprises found workstations with them.
    pub(super) async fn pass_with_people(&self, firms: &Firms, days: i64) -> Outcome<()> {
        let people = self.experts().await?;
        let running =
            self.propose(Part::Enterprise, &firms.sensor, &RUNNING, &[&people.academician, &people.adviser]).await?;
        let ended = self.propose(Part::Provider, &firms.maker, &ENDED, &[&people.adviser]).await?;
        let [answer, decide, work] = SEASON_DAYS;
        self.pass(answer);
        self.agree(Part::Expert, &running, &people.adviser).await?;
        self.agree(Part::OfficerSongjiang, &running, &people.academician).await?;
        self.agree(Part::Expert, &ended, &people.adviser).await?;
        self.pass(decide);
        self.recognise(script::SENSOR.city, &running).await?;
        self.recognise(script::MAKER.city, &ended).await?;
        let drift = self.drift();
        self.project(Part::Enterprise, &running, drift.clone()).await?;
        self.project(Part::Provider, &ended, self.etching()).await?;
        self.pass(work);
        self.first_results(&running, drift).await?;
        workstation_end(self.app, &self.as_(Part::Provider).await?, &ended).await?;
        self.pass(days - answer - decide - work);
        let waiting = self.propose(Part::Enterprise, &firms.sensor, &AT_THE_OFFICE, &[&people.academician]).await?;
        self.agree(Part::OfficerSongjiang, &waiting, &people.academician).await?;
        self.propose(Part::Provider, &firms.maker, &AT_THE_EXPERT, &[&people.adviser]).await?;
        Ok(())
    }

    /// One who enters himself, one whose record an office keeps and who sits on the advisory committee.
    async fn experts(&self) -> Outcome<People> {
        let segments = self.known(&["ic/sensor", "ic/materials"]);
        let draft = ExpertDraft { segments: segments.clone(), ..adviser() };
        let adviser = expert_register(self.app, &self.as_(Part::Expert).await?, draft).await?.id;
        let draft = ExpertDraft { segments, ..academician() };
        let academician = expert_keep(self.app, &self.as_(Part::OfficerSongjiang).await?, draft).await?.id;
        expert_seat(self.app, &self.as_(Part::JointOffice).await?, &academician).await?;
        Ok(People { adviser, academician })
    }

    async fn propose(&self, part: Part, firm: &str, station: &Station, experts: &[&str]) -> Outcome<String> {
        let draft = WorkstationDraft {
            name: station.name.to_owned(),
            name_en: station.name_en.to_owned(),
            about: station.about.to_owned(),
            about_en: station.about_en.to_owned(),
            since: station.since.to_owned(),
            experts: experts.iter().map(|id| (*id).to_owned()).collect(),
        };
        Ok(workstation_propose(self.app, &self.as_(part).await?, firm, draft).await?.id)
    }

    async fn agree(&self, part: Part, station: &str, expert: &str) -> Outcome<()> {
        workstation_join(self.app, &self.as_(part).await?, station, expert).await.map(|_| ())
    }

    async fn recognise(&self, city: &str, station: &str) -> Outcome<()> {
        let yes = DecisionCommand { decision: "approve".into(), ..DecisionCommand::default() };
        workstation_decide(self.app, &self.office(city).await?, station, yes).await.map(|_| ())
    }

    async fn project(&self, part: Part, station: &str, draft: ProjectDraft) -> Outcome<()> {
        workstation_project_add(self.app, &self.as_(part).await?, station, draft).await.map(|_| ())
    }

    /// The project of a workstation again, now with what came out of it so far.
    async fn first_results(&self, station: &str, draft: ProjectDraft) -> Outcome<()> {
        let enterprise = self.as_(Part::Enterprise).await?;
        let view = workstation_view(self.app, &enterprise, station).await?;
        let project = view.projects.first().ok_or_else(kernel::Refusal::not_found)?;
        let draft = ProjectDraft {
            results: "示例：第一轮欧姆接触样片 12 片，比接触电阻降低三成".into(),
            results_en: "Example: twelve samples of a first round, contact resistance lower by a third".into(),
            ..draft
        };
        workstation_project_edit(self.app, &enterprise, station, &project.id, draft).await.map(|_| ())
    }

    fn day(&self, days: i64) -> String {
        self.cast.clock().now().plus_ms(days * DAY_MS).date().to_string()
    }

    fn drift(&self) -> ProjectDraft {
        ProjectDraft {
            title: "示例：400 ℃ 敏感芯片漂移机理与欧姆接触".into(),
            title_en: "Example: drift and ohmic contacts of chips at 400 °C".into(),
            amount_yuan: "1800000".into(),
            starts: self.day(0),
            ..ProjectDraft::default()
        }
    }

    fn etching(&self) -> ProjectDraft {
        ProjectDraft {
            title: "示例：深宽比 20:1 刻蚀工艺".into(),
            title_en: "Example: etching at an aspect ratio of 20:1".into(),
            amount_yuan: "960000".into(),
            starts: self.day(-700),
            ends: self.day(-60),
            results: "示例：工艺文件一套，已用于小批量加工".into(),
            results_en: "Example: a set of process documents, in use for small batches".into(),
        }
    }
}
