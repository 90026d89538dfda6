//! The call itself: what is asked for, of whom, until when, and what decides.

use crate::fields::{Fields, Parties, checked_id};
use crate::house::House;
use crate::json::{Json, Number};
use crate::parts::{self, Amendment, Document, Milestone, Period};
use crate::{AwardCriteria, Category, Method, PartyRole, SubmissionMethod, TenderStatus};
use kernel::{Fen, Refusal, Text};

/// A call, or an auction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tender {
    /// Its identifier: the number of the call.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What is asked for.
    pub description: Text,
    /// Where it stands.
    pub status: Option<TenderStatus>,
    /// The party that runs it.
    pub procuring_entity: Option<String>,
    /// What it may cost at most, or bring in an auction.
    pub value: Option<Fen>,
    /// What it costs at least: the starting price of an auction.
    pub value_min: Option<Fen>,
    /// How those who may take part are found.
    pub method: Option<Method>,
    /// What the procedure is called at home, such as `揭榜挂帅`. The standard knows no variants of this text.
    pub method_details: String,
    /// Why this method.
    pub method_rationale: Text,
    /// What is mainly asked for.
    pub category: Option<Category>,
    /// What decides.
    pub award_criteria: Option<AwardCriteria>,
    /// What decides, in words: criteria and weights.
    pub award_criteria_details: Text,
    /// How proposals come in.
    pub submission_methods: Vec<SubmissionMethod>,
    /// How, in words: sealed, and opened by whom.
    pub submission_details: Text,
    /// When proposals are taken.
    pub period: Option<Period>,
    /// When questions are taken.
    pub enquiry_period: Option<Period>,
    /// Whether there were questions.
    pub has_enquiries: Option<bool>,
    /// Who may take part.
    pub eligibility: Text,
    /// When it is decided.
    pub award_period: Option<Period>,
    /// When the contract is expected to run.
    pub contract_period: Option<Period>,
    /// How many took part; may be told where their names are not.
    pub tenderers_count: Option<u32>,
    /// The parties that took part. To be given only once envelopes are open and the rules let them be named.
    pub tenderers: Vec<String>,
    /// Documents: the call, answers, the shortlist, aggregate scores, objections.
    pub documents: Vec<Document>,
    /// Milestones of the call: opening, review, interview.
    pub milestones: Vec<Milestone>,
    /// Formal changes.
    pub amendments: Vec<Amendment>,
}

impl Tender {
    pub(crate) fn to_json(&self, house: &House, parties: &Parties<'_>) -> Result<Json, Refusal> {
        checked_id("tender", &self.id)?;
        let entity = self.procuring_entity.as_ref();
        let fields = Fields::new()
            .text("id", &self.id)
            .both("title", &house.titled(&self.title))
            .both("description", &self.description)
            .maybe("status", self.status)
            .maybe(
                "procuringEntity",
                parties.refer_maybe("tender/procuringEntity", entity, PartyRole::ProcuringEntity)?,
            )
            .money("value", self.value)
            .money("minValue", self.value_min)
            .maybe("procurementMethod", self.method)
            .text("procurementMethodDetails", &self.method_details)
            .both("procurementMethodRationale", &self.method_rationale)
            .maybe("mainProcurementCategory", self.category)
            .maybe("awardCriteria", self.award_criteria)
            .both("awardCriteriaDetails", &self.award_criteria_details)
            .list("submissionMethod", self.submission_methods.iter().map(|code| Json::from(*code)).collect())
            .both("submissionMethodDetails", &self.submission_details);
        self.people_and_times(fields, parties)
    }

    fn people_and_times(&self, fields: Fields, parties: &Parties<'_>) -> Result<Json, Refusal> {
        let period = |period: Option<Period>| period.unwrap_or_default().to_json();
        let count = self.tenderers_count.map(|count| Json::Number(Number::from(i64::from(count))));
        Ok(fields
            .object("tenderPeriod", period(self.period))
            .object("enquiryPeriod", period(self.enquiry_period))
            .maybe("hasEnquiries", self.has_enquiries.map(Json::Bool))
            .both("eligibilityCriteria", &self.eligibility)
            .object("awardPeriod", period(self.award_period))
            .object("contractPeriod", period(self.contract_period))
            .maybe("numberOfTenderers", count)
            .list("tenderers", parties.refer_all("tender/tenderers", &self.tenderers, PartyRole::Tenderer)?)
            .list("documents", parts::documents(&self.documents)?)
            .list("milestones", parts::milestones(&self.milestones)?)
            .list("amendments", parts::amendments(&self.amendments)?)
            .end())
    }
}
