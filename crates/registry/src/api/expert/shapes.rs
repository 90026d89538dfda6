//! The JSON shapes of experts, in and out.

use crate::actions::expert::ExpertView;
use crate::api::city::PlaceRef;
use crate::api::organisation::place;
use crate::corridor::Corridor;
use crate::rules::expert::{Expert, ExpertDraft};
use crate::rules::workstation::Workstation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An expert as lists show him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExpertItem {
    /// Opaque id.
    pub id: String,
    /// Name; null unless its bearer agrees to be named or the reader keeps the record.
    pub name: Option<String>,
    /// Name in Latin letters, on the same terms.
    pub name_en: Option<String>,
    /// Title; may be empty.
    pub title: String,
    /// Where the expert works.
    pub institution: String,
    /// City; null when not given.
    pub city: Option<PlaceRef>,
    /// A member of an academy.
    pub academician: bool,
    /// Since when the expert sits on the corridor's advisory committee; null for no seat.
    pub committee_since_ms: Option<i64>,
    /// Fields, Chinese.
    pub fields: String,
    /// Fields, English; may be empty.
    pub fields_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// `open`, `limited` or `closed`.
    pub availability: String,
    /// Invented for the demonstration.
    pub demo: bool,
    /// The page on this site.
    pub url: String,
}

/// A workstation in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkstationRef {
    /// Opaque id.
    pub id: String,
    /// Chinese name.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// `proposed`, `listed`, `refused` or `ended`.
    pub state: String,
    /// Its page on this site.
    pub url: String,
}

/// An expert with everything the reader may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExpertDetail {
    /// What lists show.
    #[serde(flatten)]
    pub item: ExpertItem,
    /// `listed` or `withdrawn`.
    pub state: String,
    /// Workstations where the expert takes part; empty when he does not want to be named.
    pub workstations: Vec<WorkstationRef>,
    /// Workstations that wait for an answer; for the expert and the office that keeps the record.
    pub asked: Vec<WorkstationRef>,
    /// Whether the reader may change the record.
    pub may_edit: bool,
    /// When the record last changed.
    pub updated_ms: i64,
}

/// A record as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExpertBody {
    /// Name.
    pub name: String,
    /// Name in Latin letters; may be empty.
    pub name_en: String,
    /// The expert agrees that the name is shown.
    pub consent: bool,
    /// Title; may be empty.
    pub title: String,
    /// A member of an academy.
    pub academician: bool,
    /// Where the expert works.
    pub institution: String,
    /// Code of the city; may be empty for one's own record.
    pub city: String,
    /// Fields, Chinese.
    pub fields: String,
    /// Fields, English; may be empty.
    pub fields_en: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// `open`, `limited` or `closed`.
    pub availability: String,
}

impl ExpertBody {
    pub(super) fn draft(self) -> ExpertDraft {
        ExpertDraft {
            name: self.name,
            name_en: self.name_en,
            consent: self.consent,
            title: self.title,
            academician: self.academician,
            institution: self.institution,
            city: self.city,
            fields: self.fields,
            fields_en: self.fields_en,
            segments: self.segments,
            availability: self.availability,
        }
    }
}

/// An expert for a list; an empty name is one that may not be shown.
pub(crate) fn item(corridor: &Corridor, e: &Expert) -> ExpertItem {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    ExpertItem {
        id: e.id.clone(),
        name: given(&e.name),
        name_en: given(&e.name_en),
        title: e.title.clone(),
        institution: e.institution.clone(),
        city: place(corridor, e.city),
        academician: e.academician,
        committee_since_ms: e.committee_ms,
        fields: e.fields.clone(),
        fields_en: e.fields_en.clone(),
        segments: e.segments.clone(),
        availability: e.availability.code().to_owned(),
        demo: e.demo,
        url: format!("/experts/{}", e.id),
    }
}

fn station(w: &Workstation) -> WorkstationRef {
    WorkstationRef {
        id: w.id.clone(),
        name: w.name.clone(),
        name_en: w.name_en.clone(),
        state: w.state.code().to_owned(),
        url: format!("/workstations/{}", w.id),
    }
}

/// An expert with everything the reader may know.
pub(super) fn detail(corridor: &Corridor, view: &ExpertView) -> ExpertDetail {
    ExpertDetail {
        item: item(corridor, &view.expert),
        state: view.expert.state.code().to_owned(),
        workstations: view.workstations.iter().map(station).collect(),
        asked: view.asked.iter().map(station).collect(),
        may_edit: view.may_edit,
        updated_ms: view.expert.updated_ms,
    }
}
