//! The JSON shapes of workstations, in and out.

use crate::actions::workstation::{Card, Seat, View};
use crate::api::city::PlaceRef;
use crate::api::expert::{ExpertItem, item as expert};
use crate::api::organisation::place;
use crate::corridor::Corridor;
use crate::rules::workstation::{Project, ProjectDraft, Reason, WorkstationDraft};
use kernel::{Fen, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The enterprise of a workstation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnerRef {
    /// Opaque id.
    pub id: String,
    /// Name.
    pub name: String,
    /// English name, if it has one.
    pub name_en: Option<String>,
}

/// A workstation as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkstationItem {
    /// Opaque id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// What it works on, Chinese.
    pub about: String,
    /// What it works on, English; may be empty.
    pub about_en: String,
    /// The enterprise.
    pub organisation: OwnerRef,
    /// City of the enterprise.
    pub city: Option<PlaceRef>,
    /// `proposed`, `listed`, `refused` or `ended`.
    pub state: String,
    /// Year, month or day since when it exists; may be empty.
    pub since: String,
    /// How many projects it has.
    pub projects: i64,
    /// What they come to, in fen.
    pub amount_fen: i64,
    /// Invented for the demonstration.
    pub demo: bool,
    /// Its page on this site.
    pub url: String,
}

/// An expert's place in a workstation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeatItem {
    /// The expert; null for one who does not want to be named.
    pub expert: Option<ExpertItem>,
    /// When the expert agreed; null while the request waits.
    pub joined_ms: Option<i64>,
    /// When the expert said no, or left.
    pub left_ms: Option<i64>,
    /// Why: `time`, `field`, `interest`, `institution`, `finished` or `other`.
    pub left_reason: Option<String>,
    /// What the expert adds to it; may be empty.
    pub left_remark: String,
    /// Whether the caller may answer for the expert.
    pub may_answer: bool,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectItem {
    /// Opaque id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What the enterprise pays, in fen; null if it is not told.
    pub amount_fen: Option<i64>,
    /// First day.
    pub starts: String,
    /// Last day; null while it runs on.
    pub ends: Option<String>,
    /// What came out; may be empty.
    pub results: String,
    /// The same in English; may be empty.
    pub results_en: String,
}

/// A workstation with everything the reader may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkstationDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: WorkstationItem,
    /// The office that recognises it: a city's code or `joint`.
    pub office: String,
    /// End of the office's last day.
    pub due_ms: i64,
    /// True if a year on the way has no published calendar yet.
    pub due_provisional: bool,
    /// When the office decided.
    pub decided_ms: Option<i64>,
    /// Reason code of a refusal.
    pub reason: Option<String>,
    /// What the office added; for the enterprise and the office.
    pub remark: String,
    /// Who takes part; for the enterprise and the office also who was asked and who said no.
    pub experts: Vec<SeatItem>,
    /// Its projects, the latest first.
    pub project_items: Vec<ProjectItem>,
    /// Whether the caller may decide about it.
    pub may_decide: bool,
    /// When it was proposed.
    pub created_ms: i64,
}

/// A workstation as proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WorkstationBody {
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
    /// Ids of the experts, 1 to 30.
    pub experts: Vec<String>,
}

impl WorkstationBody {
    pub(super) fn draft(self) -> WorkstationDraft {
        WorkstationDraft {
            name: self.name,
            name_en: self.name_en,
            about: self.about,
            about_en: self.about_en,
            since: self.since,
            experts: self.experts,
        }
    }
}

/// For whom somebody answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SeatAnswerBody {
    /// Id of the expert.
    pub expert: String,
}

/// For whom somebody says no, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LeavingBody {
    /// Id of the expert.
    pub expert: String,
    /// `time`, `field`, `interest`, `institution`, `other`, or `finished` for one who took part.
    pub reason: String,
    /// What is added; needed for `other`.
    pub remark: String,
}

/// A project as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectBody {
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What the enterprise pays, in fen; null if it is not told.
    pub amount_fen: Option<i64>,
    /// First day.
    pub starts: String,
    /// Last day; may be empty while it runs on.
    pub ends: String,
    /// What came out; may be empty.
    pub results: String,
    /// The same in English; may be empty.
    pub results_en: String,
}

impl ProjectBody {
    /// As the rules read it.
    ///
    /// # Errors
    /// `amount-range` for a negative amount, or one that is no exact number for every reader.
    pub(super) fn draft(self) -> Result<ProjectDraft, Refusal> {
        Ok(ProjectDraft {
            title: self.title,
            title_en: self.title_en,
            amount_yuan: self.amount_fen.map(yuan).transpose()?.unwrap_or_default(),
            starts: self.starts,
            ends: self.ends,
            results: self.results,
            results_en: self.results_en,
        })
    }
}

/// Fen as yuan with two decimals, the way people type them.
fn yuan(fen: i64) -> Result<String, Refusal> {
    if fen < 0 || Fen::new(fen).is_err() {
        return Err(Refusal::invalid(
            "amount-range",
            "金额须为不小于 0 的整数分，且小于 2 的 53 次方。请检查后重发。",
            "The amount must be a whole number of fen from 0 to below 2^53. Check it and send it again.",
        )
        .at("amount_fen"));
    }
    Ok(format!("{}.{:02}", fen / 100, fen % 100))
}

/// A workstation for a list.
pub(super) fn item(corridor: &Corridor, card: &Card) -> WorkstationItem {
    let (w, o) = (&card.workstation, &card.organisation);
    WorkstationItem {
        id: w.id.clone(),
        name: w.name.clone(),
        name_en: w.name_en.clone(),
        about: w.about.clone(),
        about_en: w.about_en.clone(),
        organisation: OwnerRef { id: o.id.clone(), name: o.name.clone(), name_en: o.name_en.clone() },
        city: place(corridor, o.city),
        state: w.state.code().to_owned(),
        since: w.since.clone(),
        projects: card.projects,
        amount_fen: card.amount_fen,
        demo: w.demo,
        url: format!("/workstations/{}", w.id),
    }
}

fn seat(corridor: &Corridor, seat: &Seat) -> SeatItem {
    SeatItem {
        expert: seat.known.then(|| expert(corridor, &seat.expert)),
        joined_ms: seat.joined_ms,
        left_ms: seat.left_ms,
        left_reason: seat.left_reason.map(|reason| reason.code().to_owned()),
        left_remark: seat.left_remark.clone(),
        may_answer: seat.may_answer,
    }
}

fn project(project: &Project) -> ProjectItem {
    ProjectItem {
        id: project.id.clone(),
        title: project.title.clone(),
        title_en: project.title_en.clone(),
        amount_fen: project.amount.map(Fen::get),
        starts: project.starts.to_string(),
        ends: project.ends.map(|day| day.to_string()),
        results: project.results.clone(),
        results_en: project.results_en.clone(),
    }
}

/// A workstation with everything the reader may know.
pub(super) fn detail(corridor: &Corridor, view: &View) -> WorkstationDetail {
    let w = &view.card.workstation;
    WorkstationDetail {
        item: item(corridor, &view.card),
        office: w.office.clone(),
        due_ms: w.due_ms,
        due_provisional: w.due_provisional,
        decided_ms: w.decided_ms,
        reason: w.reason.map(Reason::code).map(str::to_owned),
        remark: if view.inside { w.remark.clone() } else { String::new() },
        experts: view.experts.iter().map(|one| seat(corridor, one)).collect(),
        project_items: view.projects.iter().map(project).collect(),
        may_decide: view.may_decide,
        created_ms: w.created_ms,
    }
}
