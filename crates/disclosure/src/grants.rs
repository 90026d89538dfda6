//! Who gave how much to whom: packages of the 360Giving standard 1.4.
//!
//! The standard describes what one funder gives. An award that several have paid for is one row for each of them.

use crate::award::Award;
use crate::fields::{Fields, Parties, checked_id, checked_url, listed};
use crate::house::{House, Issue};
use crate::json::Json;
use crate::party::Party;
use crate::planning::{Share, total};
use crate::{PartyRole, refusals, time};
use kernel::{Date, Fen, Instant, Locale, Refusal, Text};

/// One row: one funder, one award. The standard's `recipientIndividual` is left out: money goes to organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier within the house; the house's prefix is put before.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What it is for.
    pub description: Text,
    /// How much this funder gives.
    pub amount: Fen,
    /// When it was awarded.
    pub awarded: Date,
    /// Who gives.
    pub funder: Party,
    /// Who receives.
    pub recipients: Vec<Party>,
    /// From when until when it is planned to run.
    pub planned: Option<(Date, Date)>,
    /// The programme it belongs to.
    pub programme: Option<Programme>,
    /// Whether anybody could apply.
    pub from_open_call: Option<bool>,
    /// What this funder has paid so far.
    pub paid: Vec<Payment>,
    /// The page about it.
    pub url: String,
    /// Processes it belongs to: the ocid.
    pub related: Vec<String>,
    /// Where the data was first published.
    pub data_source: String,
    /// When this row last changed.
    pub modified: Option<Instant>,
}

/// A programme of grants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programme {
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: Text,
    /// The page about it.
    pub url: String,
}

/// A payment on a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its identifier.
    pub id: String,
    /// When it was paid.
    pub date: Date,
    /// How much.
    pub amount: Fen,
}

impl Grant {
    /// The rows of an award: one for each funder, with what all its shares come to. What an award does not say is left for the caller
    /// to fill in.
    ///
    /// # Errors
    /// `disclosure-shares` where the shares do not come to the award's value, `disclosure-missing` without a date or a supplier,
    /// `disclosure-party` and `disclosure-role` for a party that is not listed as what it is here.
    pub fn per_funder(award: &Award, shares: &[Share], parties: &[Party]) -> Result<Vec<Grant>, Refusal> {
        let parties = Parties(parties);
        let sum = total(shares)?.unwrap_or_default();
        if Some(sum) != award.value {
            let value = award.value.unwrap_or_default().to_string();
            return Err(refusals::shares("grants", &sum.to_string(), &value));
        }
        let awarded = award.date.ok_or_else(|| refusals::missing("awards/date"))?.date();
        let suppliers =
            award.suppliers.iter().map(|id| parties.find("awards/suppliers", id, PartyRole::Supplier).cloned());
        let recipients: Vec<Party> = suppliers.collect::<Result<_, Refusal>>()?;
        let mut grants: Vec<Grant> = Vec::new();
        for share in shares {
            if let Some(grant) = grants.iter_mut().find(|grant| grant.funder.id == share.funder) {
                // The sum of all has been taken above, so that of some fits.
                grant.amount = grant.amount.plus(share.amount).unwrap_or(sum);
                continue;
            }
            let funder = parties.find("grants", &share.funder, PartyRole::Funder)?.clone();
            grants.push(Grant {
                id: format!("{}-{}", award.id, funder.id),
                title: award.title.clone(),
                description: if award.description == Text::default() {
                    award.title.clone()
                } else {
                    award.description.clone()
                },
                amount: share.amount,
                awarded,
                funder,
                recipients: recipients.clone(),
                planned: None,
                programme: None,
                from_open_call: None,
                paid: Vec::new(),
                url: String::new(),
                related: Vec::new(),
                data_source: String::new(),
                modified: None,
            });
        }
        Ok(grants)
    }

    /// The row in one language, as it stands in a package.
    ///
    /// # Errors
    /// `disclosure-missing` without a recipient, `disclosure-id`, `disclosure-url`, `disclosure-shares`.
    pub fn to_json(&self, house: &House, locale: Locale) -> Result<Json, Refusal> {
        checked_id("grants", &self.id)?;
        if self.recipients.is_empty() {
            return Err(refusals::missing("recipientOrganization"));
        }
        let paid = self.paid.iter().try_fold(Fen::ZERO, |sum, payment| sum.plus(payment.amount));
        let paid = paid.map_err(|_| refusals::shares("amountDisbursed", "> 2^53", "≤ 2^53"))?;
        let number = |amount: Fen| Json::Number(amount.into());
        let dates = self.planned.map(|(from, until)| {
            Fields::new().text("startDate", &from.to_string()).text("endDate", &until.to_string()).end()
        });
        let programme = self.programme.as_ref().map(|programme| programme.to_json(locale)).transpose()?;
        let payments =
            listed("disbursementTransaction", &self.paid, |one| &one.id, |one| Ok(self.payment(house, one)))?;
        let recipients = self.recipients.iter().map(|party| organisation(house, party, locale)).collect();
        Ok(Fields::new()
            .text("id", &format!("{}-{}", house.grant_prefix, self.id))
            .put("title", house.titled(&self.title).get(locale).into())
            .put("description", self.description.get(locale).into())
            .text("currency", "CNY")
            .put("amountAwarded", number(self.amount))
            .maybe("amountDisbursed", (!self.paid.is_empty()).then(|| number(paid)))
            .text("awardDate", &self.awarded.to_string())
            .url("url", &self.url)?
            .list("plannedDates", dates.into_iter().collect())
            .list("recipientOrganization", recipients)
            .list("fundingOrganization", vec![organisation(house, &self.funder, locale)])
            .list("grantProgramme", programme.into_iter().collect())
            .text("fromOpenCall", self.from_open_call.map_or("", |open| if open { "Yes" } else { "No" }))
            .list("disbursementTransaction", payments)
            .list("relatedActivity", self.related.iter().map(|ocid| ocid.as_str().into()).collect())
            .instant("dateModified", self.modified)
            .url("dataSource", &self.data_source)?
            .end())
    }

    fn payment(&self, house: &House, payment: &Payment) -> Json {
        let recipient = self.recipients.first().map(|party| organisation_id(house, party)).unwrap_or_default();
        Fields::new()
            .text("id", &payment.id)
            .text("transactionDate", &payment.date.to_string())
            .text("currency", "CNY")
            .put("value", Json::Number(payment.amount.into()))
            .text("provider", &organisation_id(house, &self.funder))
            .text("recipient", &recipient)
            .end()
    }
}

impl Programme {
    fn to_json(&self, locale: Locale) -> Result<Json, Refusal> {
        Ok(Fields::new().text("code", &self.code).text("title", self.title.get(locale)).url("url", &self.url)?.end())
    }
}

/// The number in a public register where there is one, otherwise the house's own.
fn organisation_id(house: &House, party: &Party) -> String {
    match &party.identifier {
        Some(identifier) => format!("{}-{}", identifier.scheme, identifier.id),
        None => format!("{}-{}", house.grant_prefix, party.id),
    }
}

fn organisation(house: &House, party: &Party, locale: Locale) -> Json {
    let place = party.place.clone().unwrap_or_default();
    let other = if locale == Locale::ZhCn { &party.name.en } else { &party.name.zh };
    let name = party.name.get(locale);
    Fields::new()
        .text("id", &organisation_id(house, party))
        .put("name", name.into())
        .text("alternateName", if other == name { "" } else { other })
        .text("addressLocality", &place.locality)
        .text("addressRegion", &place.region)
        .text("addressCountry", place.country.get(locale))
        .end()
}

impl House {
    /// A package of grants in one language: the standard knows no variants of its texts.
    ///
    /// # Errors
    /// `disclosure-prefix`, `disclosure-id`, `disclosure-url`, `disclosure-missing`.
    pub fn grants_package(&self, issue: Issue<'_>, grants: &[Grant], locale: Locale) -> Result<Json, Refusal> {
        let rows = listed("grants", grants, |grant| &grant.id, |grant| grant.to_json(self, locale))?;
        self.grants_package_of(issue, rows, locale)
    }

    /// A package of rows that were written before ([`Grant::to_json`]), each with an identifier of its own.
    ///
    /// # Errors
    /// `disclosure-prefix`, `disclosure-url`, `disclosure-missing` where there is no row.
    pub fn grants_package_of(&self, issue: Issue<'_>, rows: Vec<Json>, locale: Locale) -> Result<Json, Refusal> {
        let name = self.grant_prefix.strip_prefix("360G-").unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(refusals::prefix(&self.grant_prefix));
        }
        if rows.is_empty() {
            return Err(refusals::missing("grants"));
        }
        checked_url("downloadURL", issue.uri)?;
        let title = Text::new("拨款", "Grants");
        let publisher =
            Fields::new().put("name", self.publisher.name.as_str().into()).url("website", &self.publisher.uri)?;
        Ok(Fields::new()
            .text("version", "1.4")
            .text("title", self.titled(&title).get(locale))
            .text("issued", &issue.published.date().to_string())
            .text("modified", &time::written(issue.published))
            .put("publisher", publisher.end())
            .text("downloadURL", issue.uri)
            .url("license", &self.license)?
            .list("grants", rows)
            .end())
    }
}
