//! Comparing a newer pack with what is there: what may be replaced, and what a person must decide.
//!
//! A newer pack never overwrites what an organisation has claimed or somebody has edited. For those it compares
//! three things, field by field: what the pack said before, what it says now, what the record holds. Only a field
//! whose text in the pack has changed and is not in the record already becomes a proposal.

mod accept;

pub use accept::accept;

use super::organisation::Dossier;
use kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The fields of an organisation as lines that people can compare; a field without lines is empty.
pub type Fields = BTreeMap<String, Vec<String>>;

/// What somebody decides about a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The pack's text takes the place of the record's.
    Accept,
    /// The record stays as it is.
    Decline,
}

impl Decision {
    /// Reads a form's or the API's word.
    pub fn parse(code: &str) -> Option<Decision> {
        match code {
            "accept" => Some(Decision::Accept),
            "decline" => Some(Decision::Decline),
            _ => None,
        }
    }
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProposalState {
    /// Waits for a decision.
    Open,
    /// The pack's text was taken over.
    Accepted,
    /// The record stayed as it was.
    Declined,
    /// A later pack said something else, or the record came to say the same.
    Superseded,
}

impl ProposalState {
    /// The code in the database and the API.
    pub fn code(self) -> &'static str {
        match self {
            ProposalState::Open => "open",
            ProposalState::Accepted => "accepted",
            ProposalState::Declined => "declined",
            ProposalState::Superseded => "superseded",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<ProposalState> {
        [ProposalState::Open, ProposalState::Accepted, ProposalState::Declined, ProposalState::Superseded]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// What a newer pack would change in a record that it may not overwrite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Opaque id.
    pub id: String,
    /// Id of the organisation.
    pub object: String,
    /// Key of the organisation in the pack.
    pub pack_key: String,
    /// Which field.
    pub field: String,
    /// What the record holds.
    pub current: Vec<String>,
    /// What the pack says.
    pub proposed: Vec<String>,
    /// Version of the pack that says so.
    pub pack_version: String,
    /// Where it stands.
    pub state: ProposalState,
    /// When it was made, epoch milliseconds UTC.
    pub created_ms: i64,
    /// When it was decided.
    pub decided_ms: Option<i64>,
    /// The account that decided.
    pub decided_by: Option<String>,
}

impl Proposal {
    /// Decides an open proposal.
    ///
    /// # Errors
    /// `proposal-decided` when it is not open any more.
    pub fn decide(&self, decision: Decision, by: &str, now: Instant) -> Result<Proposal, Refusal> {
        if self.state != ProposalState::Open {
            return Err(Refusal::conflict(
                "proposal-decided",
                "这条更新建议已经处理，或已被更新的数据包取代。请刷新后查看。",
                "This proposal has been decided already, or a later pack has replaced it. Refresh to see it.",
            ));
        }
        let state = match decision {
            Decision::Accept => ProposalState::Accepted,
            Decision::Decline => ProposalState::Declined,
        };
        Ok(Proposal { state, decided_ms: Some(now.ms()), decided_by: Some(by.to_owned()), ..self.clone() })
    }
}

/// What a newer pack does to one organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The pack says what it said before.
    Same,
    /// It is new.
    Add,
    /// Nobody has touched the record: it may be replaced.
    Replace,
    /// The record is somebody's: these fields wait for a decision, as field, current and proposed lines.
    Propose(Vec<(String, Vec<String>, Vec<String>)>),
}

/// Decides what a newer pack does to one organisation.
///
/// `before` is what the last pack said, `held` what the record holds (only needed when it was touched).
pub fn compare(before: Option<&pack::Organisation>, now: &pack::Organisation, record: Record<'_>) -> Change {
    match record {
        Record::Missing => Change::Add,
        _ if before == Some(now) => Change::Same,
        Record::Untouched => Change::Replace,
        Record::Touched(held) => {
            let before = before.map(fields).unwrap_or_default();
            let (now, held) = (fields(now), fields_held(held));
            // A statement that the pack has dropped is a change as well: to no line at all.
            let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
            let lines = |of: &Fields, field: &str| of.get(field).cloned().unwrap_or_default();
            let proposals: Vec<_> = keys
                .into_iter()
                .filter(|field| lines(&before, field) != lines(&now, field))
                .map(|field| (field.clone(), lines(&held, field), lines(&now, field)))
                .filter(|(_, current, proposed)| current != proposed)
                .collect();
            if proposals.is_empty() { Change::Same } else { Change::Propose(proposals) }
        }
    }
}

/// The record of an organisation of the pack, as far as loading needs to know.
#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    /// There is none.
    Missing,
    /// As a pack left it.
    Untouched,
    /// Claimed or edited by people.
    Touched(&'a Dossier),
}

/// Fields of the head record, in the order of the admin page. Their lines are single values.
pub const HEAD_FIELDS: [&str; 6] = ["kind", "city", "area", "uscc", "website", "founded"];

/// What a pack says of an organisation, field by field. Statements are one field for each of their kinds.
pub fn fields(o: &pack::Organisation) -> Fields {
    let one = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
    let mut fields = Fields::from([
        ("kind".to_owned(), vec![o.kind.code().to_owned()]),
        ("city".to_owned(), one(o.city.map(|city| city.to_string()))),
        ("area".to_owned(), one(o.area.clone())),
        ("uscc".to_owned(), one(o.uscc.clone())),
        ("website".to_owned(), one(o.website.clone())),
        ("founded".to_owned(), one(o.founded.clone())),
        ("names".to_owned(), o.names.iter().map(|n| name_line(&n.name, &n.lang, n.kind.code(), n.flagged)).collect()),
        ("segments".to_owned(), o.segments.iter().map(|s| s.segment.clone()).collect()),
    ]);
    let statuses = o.statuses.iter().map(|s| status_line(&s.status, &s.issuer, &s.valid_from, &s.valid_to));
    fields.insert("statuses".to_owned(), statuses.collect());
    for s in &o.statements {
        let line = statement_line(&s.value_zh, &s.value_en, &s.as_of, &s.source);
        fields.entry(statement_field(&s.field)).or_default().push(line);
    }
    fields
}

/// What a record holds of what packs say, in the same lines. What people added themselves is left out.
pub fn fields_held(held: &Dossier) -> Fields {
    let o = &held.organisation;
    let own = super::organisation::SOURCE_OWN;
    let one = |value: Option<String>| value.into_iter().collect::<Vec<_>>();
    let names = held.names.iter().filter(|n| n.source != own);
    let segments = held.segments.iter().filter(|s| s.source != own);
    let statuses = held.statuses.iter().filter(|s| s.source != own && s.declared_by.is_none());
    let mut fields = Fields::from([
        ("kind".to_owned(), vec![o.kind.code().to_owned()]),
        ("city".to_owned(), one(o.city.map(|city| city.to_string()))),
        ("area".to_owned(), one(o.area.clone())),
        ("uscc".to_owned(), one(o.uscc.clone())),
        ("website".to_owned(), one(o.website.clone())),
        ("founded".to_owned(), one(o.founded.clone())),
        ("names".to_owned(), names.map(|n| name_line(&n.name, &n.lang, n.kind.code(), n.flagged)).collect()),
        ("segments".to_owned(), segments.map(|s| s.segment.clone()).collect()),
    ]);
    let statuses = statuses.map(|s| status_line(&s.status, &s.issuer, &s.valid_from, &s.valid_to));
    fields.insert("statuses".to_owned(), statuses.collect());
    for s in held.statements.iter().filter(|s| s.source != own) {
        let line = statement_line(&s.value_zh, &s.value_en, &s.as_of, &s.source);
        fields.entry(statement_field(&s.field)).or_default().push(line);
    }
    fields
}

/// The field name under which statements of one kind are compared.
fn statement_field(field: &str) -> String {
    format!("statement.{field}")
}

/// The kind of statement a field stands for; `None` for other fields.
pub fn statement_kind(field: &str) -> Option<&str> {
    field.strip_prefix("statement.")
}

fn name_line(name: &str, lang: &str, kind: &str, flagged: bool) -> String {
    let doubt = if flagged { " ?" } else { "" };
    format!("{name} [{lang} {kind}{doubt}]")
}

fn status_line(status: &str, issuer: &str, from: &str, to: &str) -> String {
    format!("{status} · {issuer} · {from}–{to}")
}

fn statement_line(zh: &str, en: &str, as_of: &str, source: &str) -> String {
    let said: Vec<&str> = [zh, en].into_iter().filter(|text| !text.is_empty()).collect();
    format!("{} ({as_of}, {source})", said.join(" / "))
}

#[cfg(test)]
mod tests;
