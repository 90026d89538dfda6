//! The JSON shapes of proof-of-concept projects and centres, in and out.

use crate::actions::poc::{Basis, Card, Centre, View};
use crate::api::city::PlaceRef;
use crate::api::listing::{OrganisationRef, organisation_ref};
use crate::corridor::Corridor;
use crate::rules::decision::DeclineCommand;
use crate::rules::poc::{Answer, Completion, ProjectDraft, Reason, Step, StepDraft, path, stage_reached};
use kernel::Adcode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A proof-of-concept project as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocProjectItem {
    /// Opaque id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// What the result is, Chinese.
    pub about: String,
    /// What the result is, English; may be empty.
    pub about_en: String,
    /// `draft`, `published` or `closed`.
    pub state: String,
    /// Whose result it is.
    pub organisation: Option<OrganisationRef>,
    /// The centre that has agreed to look after it.
    pub centre: Option<OrganisationRef>,
    /// The centre that was asked and has not answered.
    pub centre_asked: Option<OrganisationRef>,
    /// Segment ids.
    pub segments: Vec<String>,
    /// The furthest stage that is done: `lab`, `proof`, `pilot`, `production` or `capital`.
    pub stage: Option<String>,
    /// Cities of the path in order, done and planned.
    pub cities: Vec<PlaceRef>,
    /// When it last changed.
    pub updated_ms: i64,
    /// Invented for the demonstration.
    pub demo: bool,
}

/// A project with its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocProjectDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: PocProjectItem,
    /// The path in order: what is done by day, then what is planned.
    pub steps: Vec<PocStepItem>,
    /// Proposals that wait or were declined; only those the caller may see.
    pub proposals: Vec<PocStepItem>,
    /// The centre that has declined; only for the owner and the centre.
    pub centre_declined: Option<PocCentreRefusal>,
    /// What happened, newest first; what is between two parties only for its own people.
    pub history: Vec<PocEventItem>,
}

/// Something that happened to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocEventItem {
    /// Kind of the journal entry, such as `poc.step_done`.
    pub kind: String,
    /// When.
    pub at_ms: i64,
    /// Number of the journal entry.
    pub entry: i64,
}

/// A centre that does not look after a project, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocCentreRefusal {
    /// The centre.
    pub organisation: Option<OrganisationRef>,
    /// `early`, `fit`, `taken`, `capacity`, `terms` or `other`.
    pub reason: Option<String>,
    /// What it adds; may be empty.
    pub remark: String,
    /// When it answered.
    pub answered_ms: i64,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocStepItem {
    /// Opaque id.
    pub id: String,
    /// `done`, `planned`, `proposed` or `declined`.
    pub state: String,
    /// The stage it reaches.
    pub stage: String,
    /// Where.
    pub city: Option<PlaceRef>,
    /// With whom.
    pub organisation: Option<OrganisationRef>,
    /// The organisation was named by others and has not said so itself.
    pub unconfirmed: bool,
    /// When it happened or is planned, `YYYY-MM-DD`.
    pub day: Option<String>,
    /// What, Chinese.
    pub note: String,
    /// What, English; may be empty.
    pub note_en: String,
    /// What shows that it happened.
    pub evidence: String,
    /// Why the proposal was declined: `early`, `fit`, `taken`, `capacity`, `terms` or `other`.
    pub reason: Option<String>,
    /// What was added to that; may be empty.
    pub remark: String,
    /// When the proposal was answered; null for what the project's own people entered.
    pub answered_ms: Option<i64>,
    /// The organisation that entered or proposed it.
    pub entered_by: Option<OrganisationRef>,
    /// When it was entered.
    pub created_ms: i64,
}

/// A proof-of-concept centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocCentreItem {
    /// The organisation.
    pub organisation: OrganisationRef,
    /// Its kind.
    pub kind: String,
    /// Its city.
    pub city: Option<PlaceRef>,
    /// Why it is listed: `kind`, `segment` or `chosen` by a project.
    pub basis: String,
    /// What sources say of it as a centre.
    pub honours: Vec<PocHonourItem>,
    /// Open projects that it looks after or takes part in, at most 20.
    pub projects: Vec<PocProjectItem>,
    /// Invented for the demonstration.
    pub demo: bool,
}

/// What a source says of a centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PocHonourItem {
    /// Chinese words.
    pub value: String,
    /// English words.
    pub value_en: String,
    /// As of when, as written.
    pub as_of: String,
    /// Id of the source.
    pub source: String,
    /// Whether an office has confirmed it.
    pub verified: bool,
}

/// A project to begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PocProjectBody {
    /// For which organisation; may be left out by members of exactly one.
    pub organisation: Option<String>,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
    /// What the result is, Chinese.
    pub about: String,
    /// What the result is, English.
    pub about_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Id of the proof-of-concept centre that is asked to look after it.
    pub centre: String,
}

impl PocProjectBody {
    pub(super) fn draft(&self) -> ProjectDraft {
        ProjectDraft {
            title: self.title.clone(),
            title_en: self.title_en.clone(),
            about: self.about.clone(),
            about_en: self.about_en.clone(),
            segments: self.segments.clone(),
            centre: self.centre.clone(),
        }
    }
}

/// A step to add or to propose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PocStepBody {
    /// Proposals: in the name of which organisation; may be left out by members of exactly one.
    pub acting: Option<String>,
    /// `lab`, `proof`, `pilot`, `production` or `capital`.
    pub stage: String,
    /// City code; left out, the city of the organisation.
    pub city: String,
    /// Id or full name of the organisation that takes it; proposals leave it out.
    pub organisation: String,
    /// `YYYY-MM-DD`; needed for what is done.
    pub day: String,
    /// What, Chinese.
    pub note: String,
    /// What, English.
    pub note_en: String,
    /// What shows that it happened; needed for what is done.
    pub evidence: String,
    /// Whether it has happened.
    pub done: bool,
}

impl PocStepBody {
    pub(super) fn draft(&self) -> StepDraft {
        StepDraft {
            stage: self.stage.clone(),
            city: self.city.clone(),
            organisation: self.organisation.clone(),
            day: self.day.clone(),
            note: self.note.clone(),
            note_en: self.note_en.clone(),
            evidence: self.evidence.clone(),
            done: self.done,
        }
    }
}

/// A step as it is to be from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PocStepEditBody {
    /// `lab`, `proof`, `pilot`, `production` or `capital`.
    pub stage: String,
    /// City code; left out, the city of the organisation.
    pub city: String,
    /// Id or full name of the organisation that takes it; proposals leave it out.
    pub organisation: String,
    /// `YYYY-MM-DD`; needed for what is done.
    pub day: String,
    /// What, Chinese.
    pub note: String,
    /// What, English.
    pub note_en: String,
    /// What shows that it happened; needed for what is done.
    pub evidence: String,
}

impl PocStepEditBody {
    pub(super) fn draft(self) -> StepDraft {
        StepDraft {
            stage: self.stage,
            city: self.city,
            organisation: self.organisation,
            day: self.day,
            note: self.note,
            note_en: self.note_en,
            evidence: self.evidence,
            // Where a step stands is not changed by writing it again.
            done: false,
        }
    }
}

/// How a planned step ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PocCompletionBody {
    /// The day on which it was done, `YYYY-MM-DD`.
    pub day: String,
    /// What shows it.
    pub evidence: String,
    /// City code; needed when the plan did not name one.
    pub city: String,
}

impl PocCompletionBody {
    pub(super) fn completion(&self) -> Completion {
        Completion { day: self.day.clone(), evidence: self.evidence.clone(), city: self.city.clone() }
    }
}

/// An answer to a proposal, or to a project that asks a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PocAnswerBody {
    /// `accept` or `decline`.
    #[schema(pattern = "^(accept|decline)$")]
    pub decision: String,
    /// Needed to decline: `early`, `fit`, `taken`, `capacity`, `terms` or `other`.
    pub reason: String,
    /// What is added; needed for `other`.
    pub remark: String,
}

impl PocAnswerBody {
    pub(super) fn answer(self) -> Answer {
        Answer { decision: self.decision, why: DeclineCommand { reason: self.reason, remark: self.remark } }
    }
}

/// A centre to ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PocAskBody {
    /// Id of the centre.
    pub centre: String,
}

fn party(card: &Card, id: Option<&(impl AsRef<str> + ?Sized)>) -> Option<OrganisationRef> {
    card.organisations.get(id?.as_ref()).map(organisation_ref)
}

/// A project as lists show it.
pub(super) fn item(corridor: &Corridor, card: &Card) -> PocProjectItem {
    let project = &card.project;
    let mut cities: Vec<Adcode> = path(&card.steps).into_iter().filter_map(|step| step.city).collect();
    cities.dedup();
    PocProjectItem {
        id: project.id.clone(),
        title: project.title.clone(),
        title_en: project.title_en.clone(),
        about: project.about.clone(),
        about_en: project.about_en.clone(),
        state: project.state.code().to_owned(),
        organisation: party(card, Some(&project.organisation)),
        centre: party(card, project.centre_agreed()),
        centre_asked: party(card, project.centre_asked()),
        segments: project.segments.clone(),
        stage: stage_reached(&card.steps).map(|stage| stage.code().to_owned()),
        cities: cities.into_iter().map(|city| PlaceRef::of(corridor, city)).collect(),
        updated_ms: project.updated_ms,
        demo: project.demo,
    }
}

fn step(corridor: &Corridor, card: &Card, step: &Step) -> PocStepItem {
    PocStepItem {
        id: step.id.clone(),
        state: step.state.code().to_owned(),
        stage: step.stage.code().to_owned(),
        city: step.city.map(|city| PlaceRef::of(corridor, city)),
        organisation: party(card, step.organisation.as_ref()),
        unconfirmed: step.unconfirmed(),
        day: step.day.map(|day| day.to_string()),
        note: step.note.clone(),
        note_en: step.note_en.clone(),
        evidence: step.evidence.clone(),
        reason: step.reason.map(|reason| reason.code().to_owned()),
        remark: step.remark.clone(),
        answered_ms: step.answered_ms,
        entered_by: party(card, Some(&step.entered_by)),
        created_ms: step.created_ms,
    }
}

/// A project with everything the caller may see.
pub(super) fn detail(corridor: &Corridor, view: &View) -> PocProjectDetail {
    let card = &view.card;
    let declined = view.centre_declined.as_ref().map(|centre| PocCentreRefusal {
        organisation: party(card, Some(&centre.organisation)),
        reason: centre.reason.map(Reason::code).map(str::to_owned),
        remark: centre.remark.clone(),
        answered_ms: centre.since_ms,
    });
    PocProjectDetail {
        centre_declined: declined,
        history: view
            .history
            .iter()
            .map(|entry| PocEventItem { kind: entry.kind.clone(), at_ms: entry.at_ms, entry: entry.entry_id })
            .collect(),
        item: item(corridor, card),
        steps: path(&card.steps).into_iter().map(|one| step(corridor, card, one)).collect(),
        proposals: card.steps.iter().filter(|one| !one.on_path()).map(|one| step(corridor, card, one)).collect(),
    }
}

/// A centre with its projects.
pub(super) fn centre(corridor: &Corridor, centre: &Centre) -> PocCentreItem {
    let organisation = &centre.organisation;
    PocCentreItem {
        organisation: organisation_ref(organisation),
        kind: organisation.kind.code().to_owned(),
        city: organisation.city.map(|city| PlaceRef::of(corridor, city)),
        basis: match centre.basis {
            Basis::Kind => "kind",
            Basis::Segment => "segment",
            Basis::Chosen => "chosen",
        }
        .to_owned(),
        honours: centre
            .honours
            .iter()
            .map(|honour| PocHonourItem {
                value: honour.value_zh.clone(),
                value_en: honour.value_en.clone(),
                as_of: honour.as_of.clone(),
                source: honour.source.clone(),
                verified: honour.verified,
            })
            .collect(),
        projects: centre.projects.iter().map(|card| item(corridor, card)).collect(),
        demo: organisation.demo,
    }
}
