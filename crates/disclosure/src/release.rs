//! What is published when something has happened.

use crate::award::{Award, Contract};
use crate::fields::{Fields, Parties, checked_id, listed};
use crate::house::{House, checked_ocid};
use crate::json::{Json, Object};
use crate::parts::{self, RelatedProcess};
use crate::party::Party;
use crate::planning::Planning;
use crate::tender::Tender;
use crate::{PartyRole, ReleaseTag, refusals};
use kernel::{Instant, Refusal};

/// A release of OCDS 1.1: what an event has added or changed.
///
/// It is never edited once it is out; the next one says what is different. It need not repeat what an earlier one has said: what it leaves out stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// The process: made by [`House::ocid`].
    pub ocid: String,
    /// Its identifier within the process, such as the number of the journal entry.
    pub id: String,
    /// When it happened; later releases have later dates.
    pub date: Instant,
    /// What happened.
    pub tags: Vec<ReleaseTag>,
    /// The organisations that this release speaks of, each with all its roles so far.
    pub parties: Vec<Party>,
    /// The party whose budget pays: of several funders the one that leads.
    pub buyer: Option<String>,
    /// The plan.
    pub planning: Option<Planning>,
    /// The call.
    pub tender: Option<Tender>,
    /// Awards.
    pub awards: Vec<Award>,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Processes that have to do with this one.
    pub related_processes: Vec<RelatedProcess>,
    /// Values of earlier releases that are taken away, as paths (RFC 6901) whose steps within arrays are identifiers, such as
    /// `/tender/awardPeriod/endDate` or `/awards/A-2/description`. Only single values and lists of codes: to take an object away, name
    /// each of its fields; the standard has no way to take an item out of an array.
    pub removed: Vec<String>,
}

impl Release {
    /// The release as it is published.
    ///
    /// # Errors
    /// A [`Refusal`] for what would not be valid, or would speak of a party that is not listed with the role it has there.
    pub fn to_json(&self, house: &House) -> Result<Json, Refusal> {
        checked_ocid(&self.ocid)?;
        checked_id("id", &self.id)?;
        if self.tags.is_empty() {
            return Err(refusals::missing("tag"));
        }
        let parties = &Parties(&self.parties);
        let awards = listed("awards", &self.awards, |award| &award.id, |award| award.to_json(house, parties))?;
        let contracts = listed("contracts", &self.contracts, |one| &one.id, |one| one.to_json(house, parties))?;
        let planning = self.planning.as_ref().map(|planning| planning.to_json(house, parties)).transpose()?;
        let tender = self.tender.as_ref().map(|tender| tender.to_json(house, parties)).transpose()?;
        let mut release = Fields::new()
            .text("ocid", &self.ocid)
            .text("id", &self.id)
            .instant("date", Some(self.date))
            .list("tag", self.tags.iter().map(|tag| Json::from(*tag)).collect())
            .text("initiationType", "tender")
            .text("language", "zh")
            .list("parties", listed("parties", &self.parties, |party| &party.id, Party::to_json)?)
            .maybe("buyer", parties.refer_maybe("buyer", self.buyer.as_ref(), PartyRole::Buyer)?)
            .object("planning", planning.unwrap_or_else(|| Fields::new().end()))
            .maybe("tender", tender)
            .list("awards", awards)
            .list("contracts", contracts)
            .list("relatedProcesses", parts::related(&self.related_processes)?)
            .into_object();
        for path in &self.removed {
            remove(&mut release, path)?;
        }
        Ok(Json::Object(release))
    }
}

/// Arrays whose items have identifiers.
const LISTS: &[&str] = &[
    "parties",
    "awards",
    "contracts",
    "documents",
    "milestones",
    "amendments",
    "tenderers",
    "suppliers",
    "transactions",
    "relatedProcesses",
    "budgetBreakdown",
];

/// What nobody may set to `null`: objects, and what every item must have.
const FIXED: &[&str] = &[
    "address",
    "awardID",
    "awardPeriod",
    "budget",
    "contractPeriod",
    "enquiryPeriod",
    "id",
    "identifier",
    "implementation",
    "minValue",
    "payee",
    "payer",
    "period",
    "procuringEntity",
    "sourceParty",
    "tenderPeriod",
    "value",
];

/// Objects in which `amount` is a number. In a budget it is an object itself.
const VALUES: &[&str] = &["amount", "minValue", "value"];

/// Writes `null` at a path.
fn remove(release: &mut Object, path: &str) -> Result<(), Refusal> {
    let steps: Vec<String> = path.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let found = match steps.as_slice() {
        [root, way @ .., last] if root.is_empty() && removable(way, last) => walk(release, way),
        _ => None,
    };
    match (found, steps.last()) {
        (Some(place), Some(last)) if place.get(last).is_none() => place.set(last, Json::Null),
        _ => return Err(refusals::removal(path)),
    }
    Ok(())
}

fn removable(way: &[String], last: &str) -> bool {
    let above = way.last().map_or("", String::as_str);
    let fixed = last.is_empty() || FIXED.contains(&last) || LISTS.contains(&last);
    // What stands at the top is never taken away: a process keeps its tender.
    !way.is_empty() && !fixed && (last != "amount" || VALUES.contains(&above))
}

/// The object that a way of names and identifiers leads to, made where this release does not hold it.
fn walk<'a>(mut place: &'a mut Object, way: &[String]) -> Option<&'a mut Object> {
    let mut way = way.iter();
    while let Some(name) = way.next() {
        place = if LISTS.contains(&name.as_str()) {
            item(place.get_or_set(name, || Json::List(Vec::new())), way.next()?)?
        } else {
            place.get_or_set(name, || Json::Object(Object::default())).as_object_mut()?
        };
    }
    Some(place)
}

fn item<'a>(list: &'a mut Json, id: &str) -> Option<&'a mut Object> {
    let Json::List(items) = list else { return None };
    let known = |item: &Json| item.as_object().and_then(|item| item.get("id")).and_then(Json::as_text) == Some(id);
    let at = items.iter().position(known).unwrap_or_else(|| {
        items.push(Fields::new().text("id", id).end());
        items.len() - 1
    });
    items.get_mut(at)?.as_object_mut()
}
