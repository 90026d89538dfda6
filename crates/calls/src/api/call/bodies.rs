//! Calls as they come in.

use crate::rules::call::{CriterionDraft, HeadDraft, MoneyDraft, Patch, ProblemDraft, Review, ReviewDraft};
use kernel::{Fen, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Groups of a draft; a group that is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallBody {
    /// Who poses what; needed to begin.
    pub head: Option<CallHeadBody>,
    /// The problem.
    pub problem: Option<CallProblemBody>,
    /// Awards and money.
    pub money: Option<CallMoneyBody>,
    /// The review.
    pub review: Option<CallReviewBody>,
}

/// Who poses what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallHeadBody {
    /// Id of the organisation that poses it; fixed once begun.
    pub owner: String,
    /// The owner stays unnamed until the award.
    pub unnamed: bool,
    /// Chinese title.
    pub title: String,
    /// English title.
    pub title_en: String,
}

/// The problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallProblemBody {
    /// What everybody reads, Chinese.
    pub summary: String,
    /// English.
    pub summary_en: String,
    /// What only those read who have signed.
    pub details: String,
    /// The non-disclosure agreement; needed where there are details.
    pub nda: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// A reference to a choke point.
    pub choke_point: String,
    /// Who may answer.
    pub eligibility: String,
    /// How intellectual property is shared.
    pub ip: String,
}

/// Awards and money.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallMoneyBody {
    /// `one`, `several` or `race`.
    pub mode: String,
    /// Awards at most; not read with `one`.
    pub winners_max: i64,
    /// All the money for awards, in fen.
    pub budget_fen: i64,
}

/// One criterion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallCriterionBody {
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Whole per cent, in basis points.
    pub weight_bp: i64,
}

/// The review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CallReviewBody {
    /// What reviewers judge, 1 to 8; their weights come to 10,000.
    pub criteria: Vec<CallCriterionBody>,
    /// Reviewers of each answer.
    pub per_answer: i64,
    /// Answers of one reviewer at most.
    pub load_max: i64,
    /// `draw`, `optimal`, `max-min` or `capped`.
    pub choosing: String,
    /// With `capped`: whole per cent, in basis points.
    pub pair_cap_bp: i64,
    /// Authors are hidden from reviewers.
    pub blind: bool,
    /// There are interviews.
    pub interview: bool,
    /// Whole points, in hundredths.
    pub apart_hundredths: i64,
    /// Answers on the shortlist at most.
    pub shortlist_max: i64,
    /// Working days of public notice.
    pub notice_workdays: i64,
}

impl Default for CallReviewBody {
    fn default() -> CallReviewBody {
        let usual = Review::default();
        CallReviewBody {
            criteria: Vec::new(),
            per_answer: usual.per_answer,
            load_max: usual.load_max,
            choosing: usual.choosing,
            pair_cap_bp: usual.pair_cap_bp,
            blind: usual.blind,
            interview: usual.interview,
            apart_hundredths: usual.apart_hundredths,
            shortlist_max: usual.shortlist_max,
            notice_workdays: usual.notice_workdays,
        }
    }
}

/// An amount as the forms read it.
pub(in crate::api) fn yuan(fen: i64, field: &'static str) -> Result<String, Refusal> {
    Fen::new(fen).ok().filter(|fen| fen.get() >= 0).map(|fen| fen.to_string()).ok_or_else(|| {
        Refusal::invalid(
            "amount-shape",
            "金额为不小于 0 的整数，单位分。",
            "An amount is a whole number of fen, not below 0.",
        )
        .at(field)
    })
}

/// Hundredths as whole numbers people type; what is not whole stays as it is and is refused as such.
fn hundredth(number: i64) -> String {
    if number % 100 == 0 { (number / 100).to_string() } else { format!("{number}/100") }
}

impl CallBody {
    /// As the action reads it; amounts become yuan as people type them, so that one rule reads both.
    pub(super) fn patch(self) -> Result<Patch, Refusal> {
        let money = self.money.map(|money| {
            Ok::<MoneyDraft, Refusal>(MoneyDraft {
                mode: money.mode,
                winners_max: money.winners_max.to_string(),
                budget_yuan: yuan(money.budget_fen, "budget_fen")?,
            })
        });
        Ok(Patch {
            head: self.head.map(|head| HeadDraft {
                owner: head.owner,
                unnamed: head.unnamed,
                title: head.title,
                title_en: head.title_en,
            }),
            problem: self.problem.map(|problem| ProblemDraft {
                summary: problem.summary,
                summary_en: problem.summary_en,
                details: problem.details,
                nda: problem.nda,
                segments: problem.segments,
                choke_point: problem.choke_point,
                eligibility: problem.eligibility,
                ip: problem.ip,
            }),
            money: money.transpose()?,
            review: self.review.map(CallReviewBody::draft),
        })
    }
}

impl CallReviewBody {
    fn draft(self) -> ReviewDraft {
        let criterion = |criterion: CallCriterionBody| CriterionDraft {
            name: criterion.name,
            name_en: criterion.name_en,
            weight: hundredth(criterion.weight_bp),
        };
        ReviewDraft {
            criteria: self.criteria.into_iter().map(criterion).collect(),
            per_answer: self.per_answer.to_string(),
            load_max: self.load_max.to_string(),
            choosing: self.choosing,
            pair_cap: hundredth(self.pair_cap_bp),
            blind: self.blind,
            interview: self.interview,
            apart: hundredth(self.apart_hundredths),
            shortlist_max: self.shortlist_max.to_string(),
            notice_workdays: self.notice_workdays.to_string(),
        }
    }
}

/// Why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReasonBody {
    /// The reason that people read.
    pub reason: String,
}

/// What an office thinks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OpinionBody {
    /// Its opinion.
    pub opinion: String,
}
