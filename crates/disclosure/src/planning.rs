//! The plan, and who pays for it.

use crate::fields::{Fields, Parties, listed};
use crate::house::House;
use crate::json::Json;
use crate::parts::{self, Document, Milestone, Period};
use crate::{PartyRole, refusals};
use kernel::{Fen, Locale, Refusal, Text};

/// Why there is a call, and with what money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planning {
    /// Why it is needed.
    pub rationale: Text,
    /// The money.
    pub budget: Option<Budget>,
    /// Documents of the planning.
    pub documents: Vec<Document>,
    /// Milestones of the planning.
    pub milestones: Vec<Milestone>,
}

/// The money that is set aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Budget {
    /// Its number in the budget of the house that keeps it.
    pub id: String,
    /// What it is for. The split by [`Budget::shares`] is put behind it unless the extension says it.
    pub description: Text,
    /// Where the shares are given, their sum, or nothing.
    pub amount: Option<Fen>,
    /// The project it belongs to.
    pub project: Text,
    /// That project's number.
    pub project_id: String,
    /// Where the budget is published.
    pub uri: String,
    /// Who gives how much.
    pub shares: Vec<Share>,
}

/// The part that one funder gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    /// Its identifier within the list.
    pub id: String,
    /// The party that gives; its roles name it as a funder.
    pub funder: String,
    /// How much.
    pub amount: Fen,
    /// On what condition. The extension knows no variants of this text.
    pub description: String,
    /// For which time.
    pub period: Option<Period>,
}

impl Planning {
    pub(crate) fn to_json(&self, house: &House, parties: &Parties<'_>) -> Result<Json, Refusal> {
        let budget = self.budget.as_ref().map(|budget| budget.to_json(house, parties)).transpose()?;
        Ok(Fields::new()
            .both("rationale", &self.rationale)
            .maybe("budget", budget)
            .list("documents", parts::documents(&self.documents)?)
            .list("milestones", parts::milestones(&self.milestones)?)
            .end())
    }
}

impl Budget {
    fn to_json(&self, house: &House, parties: &Parties<'_>) -> Result<Json, Refusal> {
        let amount = match (self.amount, total(&self.shares)?) {
            (Some(amount), Some(total)) if amount != total => {
                return Err(refusals::shares("planning/budget", &total.to_string(), &amount.to_string()));
            }
            (amount, total) => amount.or(total),
        };
        let extended = house.budget_breakdown;
        let description = if extended { self.description.clone() } else { self.told(parties)? };
        let shares = listed("budgetBreakdown", &self.shares, |share| &share.id, |share| share.to_json(parties))?;
        Ok(Fields::new()
            .text("id", &self.id)
            .both("description", &description)
            .money("amount", amount)
            .both("project", &house.titled(&self.project))
            .text("projectID", &self.project_id)
            .url("uri", &self.uri)?
            .list("budgetBreakdown", if extended { shares } else { Vec::new() })
            .end())
    }

    /// The description with the split in words, for the core of the standard has no other place for it.
    fn told(&self, parties: &Parties<'_>) -> Result<Text, Refusal> {
        if self.shares.is_empty() {
            return Ok(self.description.clone());
        }
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for share in &self.shares {
            let name = &parties.find("planning/budget", &share.funder, PartyRole::Funder)?.name;
            zh.push(format!("{} {} 元", name.get(Locale::ZhCn), share.amount));
            en.push(format!("{} CNY {}", name.get(Locale::En), share.amount));
        }
        let behind = |before: &str, gap: &str, split: String| match before {
            "" => split,
            before => format!("{before}{gap}{split}"),
        };
        Ok(Text::new(
            behind(self.description.get(Locale::ZhCn), "", format!("资金来源：{}。", zh.join("；"))),
            behind(self.description.get(Locale::En), " ", format!("Funded by {}.", en.join("; "))),
        ))
    }
}

impl Share {
    fn to_json(&self, parties: &Parties<'_>) -> Result<Json, Refusal> {
        Ok(Fields::new()
            .text("id", &self.id)
            .text("description", &self.description)
            .money("amount", Some(self.amount))
            .object("period", self.period.unwrap_or_default().to_json())
            .put("sourceParty", parties.refer("planning/budget", &self.funder, PartyRole::Funder)?)
            .end())
    }
}

/// What shares come to; nothing where there are none.
pub fn total(shares: &[Share]) -> Result<Option<Fen>, Refusal> {
    if shares.is_empty() {
        return Ok(None);
    }
    let sum = shares.iter().try_fold(Fen::ZERO, |sum, share| sum.plus(share.amount));
    sum.map(Some).map_err(|_| refusals::shares("planning/budget", "> 2^53", "≤ 2^53"))
}
