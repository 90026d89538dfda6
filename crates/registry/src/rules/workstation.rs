//! Expert workstations (院士(专家)工作站): a standing co-operation between an enterprise and experts, with projects.

use super::decision::{Clock, DecisionCommand, DeclineCommand, Word, decided, four_eyes, why, word};
use super::expert::needed;
use super::organisation::{codes, line};
use super::status::period;
pub(crate) use kernel::input::day;
use kernel::input::yuan;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Date, Fen, Refusal, named_as_example};

/// Working days the city office has for a new workstation.
pub const WORKSTATION_WORKDAYS: u32 = 10;
/// Experts of one workstation.
pub const EXPERTS_MAX: usize = 30;
/// Projects of one workstation.
pub const PROJECTS_MAX: usize = 500;

codes! {
    /// Where a workstation stands.
    WorkstationState {
        /// The city office has it.
        Proposed = "proposed",
        /// Recognised and in the list.
        Listed = "listed",
        /// The office has said no, with a reason.
        Refused = "refused",
        /// Brought to an end.
        Ended = "ended",
    }
}

codes! {
    /// Why the office says no.
    Reason {
        /// No expert has agreed yet.
        Experts = "experts-missing",
        /// The co-operation is not shown.
        Evidence = "evidence-insufficient",
        /// There is such a workstation already.
        Duplicate = "duplicate",
        /// The data is wrong or incomplete; the remark says where.
        Data = "data-wrong",
    }
}

codes! {
    /// Why an expert says no, or leaves.
    Parting {
        /// No time for it.
        Time = "time",
        /// Not what the expert works on.
        Field = "field",
        /// Bound to a competitor, or otherwise not free.
        Interest = "interest",
        /// The expert's institution does not agree.
        Institution = "institution",
        /// The work is done; only for one who took part.
        Finished = "finished",
        /// Something else; the remark says what.
        Other = "other",
    }
}

impl Parting {
    /// Whether it can be the reason of one who has `joined`, or of one who was only asked.
    pub fn fits(self, joined: bool) -> bool {
        joined || self != Parting::Finished
    }
}

/// A workstation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workstation {
    /// Opaque id.
    pub id: String,
    /// The enterprise.
    pub organisation: String,
    /// The office that recognises it: a city's code or `joint`.
    pub office: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// What it works on, Chinese.
    pub about: String,
    /// What it works on, English; may be empty.
    pub about_en: String,
    /// Year, month or day since when it exists.
    pub since: String,
    /// Where it stands.
    pub state: WorkstationState,
    /// Why not.
    pub reason: Option<Reason>,
    /// What the office adds.
    pub remark: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_ms: Option<i64>,
    /// End of the office's last day.
    pub due_ms: i64,
    /// True if a year on the way has no published calendar yet.
    pub due_provisional: bool,
    /// From the demonstration.
    pub demo: bool,
    /// When it was proposed.
    pub created_ms: i64,
    /// When it last changed.
    pub updated_ms: i64,
}

/// A workstation as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct WorkstationDraft {
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// What it works on, Chinese.
    pub about: String,
    /// What it works on, English; may be empty.
    pub about_en: String,
    /// Year, month or day since when it exists; may be empty.
    pub since: String,
    /// Ids of the experts.
    pub experts: Vec<String>,
}

/// Where a new workstation belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The enterprise.
    pub organisation: &'a str,
    /// Its office.
    pub office: &'a str,
    /// The office's clock.
    pub due: Clock,
    /// From the demonstration.
    pub demo: bool,
    /// Who proposes.
    pub account: &'a str,
    /// When.
    pub now_ms: i64,
}

/// Proposes a workstation. The experts are asked; each agrees for himself.
///
/// # Errors
/// `workstation-experts`, or the first field that breaks a rule.
pub fn propose(id: &str, draft: &WorkstationDraft, place: Place<'_>) -> Result<Workstation, Refusal> {
    if draft.experts.is_empty() || draft.experts.len() > EXPERTS_MAX {
        return Err(Refusal::invalid(
            "workstation-experts",
            format!("请选择 1 至 {EXPERTS_MAX} 位进站专家。"),
            format!("Choose 1 to {EXPERTS_MAX} experts."),
        )
        .at("experts"));
    }
    let name = needed(&draft.name, TITLE_CHARS_MAX, "name")?;
    named_as_example(
        place.demo,
        &name,
        "name",
        ["演示中的工作站，名称必须以“示例”开头。", "A workstation of the demo must have a name that begins with 示例."],
    )?;
    let since = line(&draft.since, 10, "since")?;
    if !since.is_empty() && period(&since).is_none() {
        return Err(Refusal::invalid(
            "period-shape",
            "请写年份、年月或日期，如 2020、2020-03、2020-03-01。",
            "Write a year, a month or a day: 2020, 2020-03, 2020-03-01.",
        )
        .at("since"));
    }
    Ok(Workstation {
        id: id.to_owned(),
        organisation: place.organisation.to_owned(),
        office: place.office.to_owned(),
        name,
        name_en: line(&draft.name_en, TITLE_CHARS_MAX, "name_en")?,
        about: needed(&draft.about, ABSTRACT_CHARS_MAX, "about")?,
        about_en: line(&draft.about_en, ABSTRACT_CHARS_MAX, "about_en")?,
        since,
        state: WorkstationState::Proposed,
        reason: None,
        remark: String::new(),
        proposed_by: place.account.to_owned(),
        decided_by: None,
        decided_ms: None,
        due_ms: place.due.due_ms,
        due_provisional: place.due.provisional,
        demo: place.demo,
        created_ms: place.now_ms,
        updated_ms: place.now_ms,
    })
}

/// The city office's word. `joined` is how many experts have agreed, `party` whether the officer belongs to the enterprise.
///
/// # Errors
/// `workstation-decided`, `four-eyes`, `decision-unknown`, `reason-needed`, `remark-needed`, `experts-missing`.
pub fn decide(
    old: &Workstation,
    command: &DecisionCommand,
    joined: usize,
    officer: &str,
    party: bool,
    now_ms: i64,
) -> Result<Workstation, Refusal> {
    if old.state != WorkstationState::Proposed {
        return Err(decided("workstation-decided"));
    }
    four_eyes(party || old.proposed_by == officer)?;
    let word = word(command, Reason::parse, Reason::Data)?;
    if word.reason.is_none() && joined == 0 {
        return Err(Refusal::conflict(
            "experts-missing",
            "还没有专家同意进站，暂不能认定。请等专家答复，或以“尚无专家同意进站”为由不通过。",
            "No expert has agreed yet, so it cannot be recognised. Wait for an answer, or refuse for that reason.",
        )
        .at("decision"));
    }
    let state = if word.reason.is_none() { WorkstationState::Listed } else { WorkstationState::Refused };
    Ok(Workstation {
        state,
        reason: word.reason,
        remark: word.remark,
        decided_by: Some(officer.to_owned()),
        decided_ms: Some(now_ms),
        updated_ms: now_ms,
        ..old.clone()
    })
}

/// Brings a workstation to an end.
///
/// # Errors
/// `workstation-not-listed`.
pub fn end(old: &Workstation, now_ms: i64) -> Result<Workstation, Refusal> {
    listed(old)?;
    Ok(Workstation { state: WorkstationState::Ended, updated_ms: now_ms, ..old.clone() })
}

fn listed(workstation: &Workstation) -> Result<(), Refusal> {
    if workstation.state == WorkstationState::Listed {
        return Ok(());
    }
    Err(Refusal::conflict(
        "workstation-not-listed",
        "工作站尚未认定或已撤站，不能办理此事。",
        "The workstation is not recognised, or has come to an end.",
    ))
}

/// Why an expert who was asked says no, or one who has `joined` leaves again.
///
/// # Errors
/// `reason-needed`, `remark-needed`, or a text rule.
pub fn part(command: &DeclineCommand, joined: bool) -> Result<Word<Parting>, Refusal> {
    why(command, |code| Parting::parse(code).filter(|reason| reason.fits(joined)), Parting::Other)
}

/// A project of a workstation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Opaque id.
    pub id: String,
    /// The workstation.
    pub workstation: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What the enterprise pays, in fen; none if it is not told.
    pub amount: Option<Fen>,
    /// First day.
    pub starts: Date,
    /// Last day; none while it runs on.
    pub ends: Option<Date>,
    /// What came out; may be empty.
    pub results: String,
    /// The same in English; may be empty.
    pub results_en: String,
    /// When it was added.
    pub created_ms: i64,
}

/// A project as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ProjectDraft {
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Yuan; may be empty.
    pub amount_yuan: String,
    /// First day.
    pub starts: String,
    /// Last day; may be empty.
    pub ends: String,
    /// What came out; may be empty.
    pub results: String,
    /// The same in English; may be empty.
    pub results_en: String,
}

/// Adds a project to a recognised workstation.
///
/// # Errors
/// `workstation-not-listed`, or the first field that breaks a rule.
pub fn project(id: &str, workstation: &Workstation, draft: &ProjectDraft, now_ms: i64) -> Result<Project, Refusal> {
    listed(workstation)?;
    let starts = day(&draft.starts, "starts")?;
    let ends = if draft.ends.trim().is_empty() { None } else { Some(day(&draft.ends, "ends")?) };
    if ends.is_some_and(|ends| ends < starts) {
        return Err(Refusal::invalid(
            "project-period",
            "结束日期不能早于开始日期，请检查。",
            "The last day is before the first; check both.",
        )
        .at("ends"));
    }
    Ok(Project {
        id: id.to_owned(),
        workstation: workstation.id.clone(),
        title: needed(&draft.title, TITLE_CHARS_MAX, "title")?,
        title_en: line(&draft.title_en, TITLE_CHARS_MAX, "title_en")?,
        amount: yuan(&draft.amount_yuan, "amount_yuan")?,
        starts,
        ends,
        results: line(&draft.results, ABSTRACT_CHARS_MAX, "results")?,
        results_en: line(&draft.results_en, ABSTRACT_CHARS_MAX, "results_en")?,
        created_ms: now_ms,
    })
}

/// A project again, as it is to be from now on: the same one, added when it was added.
///
/// # Errors
/// As [`project`].
pub fn project_revised(old: &Project, workstation: &Workstation, draft: &ProjectDraft) -> Result<Project, Refusal> {
    project(&old.id, workstation, draft, old.created_ms)
}

#[cfg(test)]
#[path = "workstation_tests.rs"]
mod tests;
