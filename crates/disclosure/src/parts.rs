//! What stands in several sections: periods, documents, milestones, amendments, related processes.

use crate::fields::{Fields, listed};
use crate::house::checked_ocid;
use crate::json::Json;
use crate::{DocumentType, MilestoneStatus, MilestoneType, Relationship};
use kernel::{Instant, Refusal, Text};

/// From when until when; either end may be open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// Its start.
    pub start: Option<Instant>,
    /// Its end.
    pub end: Option<Instant>,
}

impl Period {
    pub(crate) fn to_json(self) -> Json {
        Fields::new().instant("startDate", self.start).instant("endDate", self.end).end()
    }
}

/// A document that everybody may read. Take out who wrote it before it is published (crate `stripping`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Its identifier within the list.
    pub id: String,
    /// What it is.
    pub kind: Option<DocumentType>,
    /// Its title.
    pub title: Text,
    /// What it says, in short.
    pub description: Text,
    /// Where it lies.
    pub url: String,
    /// When it was published.
    pub published: Option<Instant>,
    /// When it was changed last.
    pub modified: Option<Instant>,
    /// Its media type, such as `text/html`.
    pub format: String,
    /// Its language, such as `zh`.
    pub language: String,
}

impl Document {
    fn to_json(&self) -> Result<Json, Refusal> {
        Ok(Fields::new()
            .text("id", &self.id)
            .maybe("documentType", self.kind)
            .both("title", &self.title)
            .both("description", &self.description)
            .url("url", &self.url)?
            .instant("datePublished", self.published)
            .instant("dateModified", self.modified)
            .text("format", &self.format)
            .text("language", &self.language)
            .end())
    }
}

/// A point that something is to reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Milestone {
    /// Its identifier within the list.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What kind it is.
    pub kind: Option<MilestoneType>,
    /// What is to be shown, and for a partial acceptance what was not.
    pub description: Text,
    /// A code of the house's own.
    pub code: String,
    /// When it is due.
    pub due: Option<Instant>,
    /// When it was reached.
    pub met: Option<Instant>,
    /// When somebody looked at it last.
    pub modified: Option<Instant>,
    /// What became of it.
    pub status: Option<MilestoneStatus>,
}

impl Milestone {
    fn to_json(&self) -> Json {
        Fields::new()
            .text("id", &self.id)
            .both("title", &self.title)
            .maybe("type", self.kind)
            .both("description", &self.description)
            .text("code", &self.code)
            .instant("dueDate", self.due)
            .instant("dateMet", self.met)
            .instant("dateModified", self.modified)
            .maybe("status", self.status)
            .end()
    }
}

/// A formal change, with the release before it and the one that shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amendment {
    /// Its identifier within the list.
    pub id: String,
    /// When it was made.
    pub date: Option<Instant>,
    /// Why.
    pub rationale: Text,
    /// What changed. The standard knows no variants of this text.
    pub description: String,
    /// The release that shows how it was before.
    pub amends_release: String,
    /// The release that shows how it is since.
    pub release: String,
}

impl Amendment {
    fn to_json(&self) -> Json {
        Fields::new()
            .instant("date", self.date)
            .both("rationale", &self.rationale)
            .text("id", &self.id)
            .text("description", &self.description)
            .text("amendsReleaseID", &self.amends_release)
            .text("releaseID", &self.release)
            .end()
    }
}

/// Another process that has to do with this one, such as the auction of what a call has yielded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelatedProcess {
    /// Its identifier within the list.
    pub id: String,
    /// How it relates to this one.
    pub relationships: Vec<Relationship>,
    /// Its title.
    pub title: String,
    /// Its ocid.
    pub ocid: String,
    /// Where its record lies.
    pub uri: String,
}

impl RelatedProcess {
    fn to_json(&self) -> Result<Json, Refusal> {
        checked_ocid(&self.ocid)?;
        Ok(Fields::new()
            .text("id", &self.id)
            .list("relationship", self.relationships.iter().map(|code| Json::from(*code)).collect())
            .text("title", &self.title)
            .text("scheme", "ocid")
            .text("identifier", &self.ocid)
            .url("uri", &self.uri)?
            .end())
    }
}

pub fn documents(documents: &[Document]) -> Result<Vec<Json>, Refusal> {
    listed("documents", documents, |one| &one.id, Document::to_json)
}

pub fn milestones(milestones: &[Milestone]) -> Result<Vec<Json>, Refusal> {
    listed("milestones", milestones, |one| &one.id, |one| Ok(one.to_json()))
}

pub fn amendments(amendments: &[Amendment]) -> Result<Vec<Json>, Refusal> {
    listed("amendments", amendments, |one| &one.id, |one| Ok(one.to_json()))
}

pub fn related(processes: &[RelatedProcess]) -> Result<Vec<Json>, Refusal> {
    listed("relatedProcesses", processes, |one| &one.id, RelatedProcess::to_json)
}
