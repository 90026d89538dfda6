//! Who won, what was signed, and what became of it.

use crate::fields::{Fields, Parties, checked_id, listed};
use crate::house::House;
use crate::json::Json;
use crate::parts::{self, Amendment, Document, Milestone, Period, RelatedProcess};
use crate::{AwardStatus, ContractStatus, PartyRole};
use kernel::{Fen, Instant, Refusal, Text};

/// An award. A call may have several winners: one award each. A team of several organisations is one award with several suppliers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Award {
    /// Its identifier within the process.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What is awarded, and why to them.
    pub description: Text,
    /// Where it stands: pending while it is shown to the public.
    pub status: Option<AwardStatus>,
    /// When it was decided.
    pub date: Option<Instant>,
    /// How much.
    pub value: Option<Fen>,
    /// The parties that won.
    pub suppliers: Vec<String>,
    /// When the contract is expected to run.
    pub contract_period: Option<Period>,
    /// Documents: the notice, objections and what was decided on them.
    pub documents: Vec<Document>,
    /// Formal changes.
    pub amendments: Vec<Amendment>,
}

/// A contract that follows from an award.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    /// Its identifier within the process.
    pub id: String,
    /// The award it follows from.
    pub award_id: String,
    /// Its title.
    pub title: Text,
    /// What was agreed.
    pub description: Text,
    /// Where it stands.
    pub status: Option<ContractStatus>,
    /// From when until when it runs.
    pub period: Option<Period>,
    /// How much.
    pub value: Option<Fen>,
    /// When it was signed.
    pub signed: Option<Instant>,
    /// Documents.
    pub documents: Vec<Document>,
    /// What became of it.
    pub implementation: Implementation,
    /// Processes that follow from this contract.
    pub related_processes: Vec<RelatedProcess>,
    /// Formal changes.
    pub amendments: Vec<Amendment>,
}

/// What became of a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Implementation {
    /// What was paid: a transaction for each tranche of each source.
    pub transactions: Vec<Transaction>,
    /// What was reached.
    pub milestones: Vec<Milestone>,
    /// Reports and acceptances.
    pub documents: Vec<Document>,
}

/// A payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// Its identifier within the list.
    pub id: String,
    /// Where the payment is published by whoever keeps the accounts.
    pub source: String,
    /// When it was paid.
    pub date: Option<Instant>,
    /// How much.
    pub value: Fen,
    /// The party that paid.
    pub payer: String,
    /// The party that was paid.
    pub payee: String,
    /// Where more is told about it.
    pub uri: String,
}

impl Award {
    pub(crate) fn to_json(&self, house: &House, parties: &Parties<'_>) -> Result<Json, Refusal> {
        Ok(Fields::new()
            .text("id", &self.id)
            .both("title", &house.titled(&self.title))
            .both("description", &self.description)
            .maybe("status", self.status)
            .instant("date", self.date)
            .money("value", self.value)
            .list("suppliers", parties.refer_all("awards/suppliers", &self.suppliers, PartyRole::Supplier)?)
            .object("contractPeriod", self.contract_period.unwrap_or_default().to_json())
            .list("documents", parts::documents(&self.documents)?)
            .list("amendments", parts::amendments(&self.amendments)?)
            .end())
    }
}

impl Contract {
    pub(crate) fn to_json(&self, house: &House, parties: &Parties<'_>) -> Result<Json, Refusal> {
        checked_id("contracts/awardID", &self.award_id)?;
        Ok(Fields::new()
            .text("id", &self.id)
            .text("awardID", &self.award_id)
            .both("title", &house.titled(&self.title))
            .both("description", &self.description)
            .maybe("status", self.status)
            .object("period", self.period.unwrap_or_default().to_json())
            .money("value", self.value)
            .instant("dateSigned", self.signed)
            .list("documents", parts::documents(&self.documents)?)
            .object("implementation", self.implementation.to_json(parties)?)
            .list("relatedProcesses", parts::related(&self.related_processes)?)
            .list("amendments", parts::amendments(&self.amendments)?)
            .end())
    }
}

impl Implementation {
    fn to_json(&self, parties: &Parties<'_>) -> Result<Json, Refusal> {
        let transactions =
            listed("transactions", &self.transactions, |one| &one.id, |transaction| transaction.to_json(parties))?;
        Ok(Fields::new()
            .list("transactions", transactions)
            .list("milestones", parts::milestones(&self.milestones)?)
            .list("documents", parts::documents(&self.documents)?)
            .end())
    }
}

impl Transaction {
    fn to_json(&self, parties: &Parties<'_>) -> Result<Json, Refusal> {
        Ok(Fields::new()
            .text("id", &self.id)
            .url("source", &self.source)?
            .instant("date", self.date)
            .money("value", Some(self.value))
            .put("payer", parties.refer("transactions/payer", &self.payer, PartyRole::Payer)?)
            .put("payee", parties.refer("transactions/payee", &self.payee, PartyRole::Payee)?)
            .url("uri", &self.uri)?
            .end())
    }
}
