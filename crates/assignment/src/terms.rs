//! Who may review what, and how many: the terms of an assignment. And the scores that go with them.

use crate::groups::Tree;
use crate::{CELLS_MAX, LOAD_MAX, PER_PROPOSAL_MAX, PROPOSALS_MAX, QUOTAS_MAX, REVIEWERS_MAX, SCORE_MAX, SCORE_UNIT};
use kernel::Refusal;

/// A rule on the reviewers of each single proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// At most `max` reviewers from one group, such as one from an institution; `group` has a number for every reviewer.
    PerGroup {
        /// The group of each reviewer.
        group: Vec<u32>,
        /// Reviewers of one group on one proposal, at most.
        max: u32,
    },
    /// At least `min` reviewers from another place than the proposal's, such as one from another city.
    Elsewhere {
        /// The place of each proposal.
        proposal: Vec<u32>,
        /// The place of each reviewer.
        reviewer: Vec<u32>,
        /// Reviewers from elsewhere on one proposal, at least.
        min: u32,
    },
    /// Between `min` and `max` reviewers of a set, such as those who come from industry, or a stratum of a draw.
    Among {
        /// Whether each reviewer belongs to it.
        member: Vec<bool>,
        /// Reviewers of the set on one proposal, at least.
        min: u32,
        /// Reviewers of the set on one proposal, at most.
        max: u32,
    },
}

/// Who may review what, and how many. Proposals and reviewers are numbered from 0.
///
/// The fields may be filled by hand; [`Terms::check`] is asked by everything that takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Number of proposals.
    pub proposals: usize,
    /// Number of reviewers.
    pub reviewers: usize,
    /// Reviewers that each proposal needs, exactly.
    pub per_proposal: Vec<u32>,
    /// Proposals that each reviewer takes at least.
    pub load_min: Vec<u32>,
    /// Proposals that each reviewer takes at most.
    pub load_max: Vec<u32>,
    /// Whether a reviewer may have a proposal, row by row; a conflict of interest is a false that nothing overrides.
    pub allowed: Vec<bool>,
    /// What holds besides for the reviewers of each proposal.
    pub quotas: Vec<Quota>,
}

impl Terms {
    /// The same numbers for everybody, nobody in conflict, no quotas.
    pub fn plain(proposals: usize, reviewers: usize, per_proposal: u32, load_max: u32) -> Terms {
        Terms {
            proposals,
            reviewers,
            // Beyond the limits nothing is made room for; the check refuses them.
            per_proposal: vec![per_proposal; proposals.min(PROPOSALS_MAX)],
            load_min: vec![0; reviewers.min(REVIEWERS_MAX)],
            load_max: vec![load_max; reviewers.min(REVIEWERS_MAX)],
            allowed: vec![true; proposals.saturating_mul(reviewers).min(CELLS_MAX)],
            quotas: Vec::new(),
        }
    }

    /// Keeps a pair apart. Numbers beyond the table are ignored.
    #[must_use]
    pub fn without(mut self, proposal: usize, reviewer: usize) -> Terms {
        if reviewer < self.reviewers
            && let Some(cell) = self.allowed.get_mut(proposal * self.reviewers + reviewer)
        {
            *cell = false;
        }
        self
    }

    /// Adds a quota.
    #[must_use]
    pub fn with(mut self, quota: Quota) -> Terms {
        self.quotas.push(quota);
        self
    }

    /// Whether a reviewer may have a proposal.
    pub fn may(&self, proposal: usize, reviewer: usize) -> bool {
        self.allowed[proposal * self.reviewers + reviewer]
    }

    pub(crate) fn eligible(&self, proposal: usize) -> &[bool] {
        &self.allowed[proposal * self.reviewers..(proposal + 1) * self.reviewers]
    }

    /// Checks sizes, bounds and quotas.
    ///
    /// # Errors
    /// A [`Refusal`] with one of the codes `size-limits`, `size-mismatch`, `demand-limits`, `load-bounds`, `load-limits`,
    /// `quota-bounds`, `quota-crossing`, `quota-contradiction`. That the terms cannot be met is no error of theirs; the
    /// functions that assign find it out ([`crate::Infeasible`]).
    pub fn check(&self) -> Result<(), Refusal> {
        sizes(self.proposals, self.reviewers)?;
        let lengths = [
            (self.per_proposal.len(), self.proposals, "per_proposal"),
            (self.load_min.len(), self.reviewers, "load_min"),
            (self.load_max.len(), self.reviewers, "load_max"),
            (self.allowed.len(), self.proposals * self.reviewers, "allowed"),
        ];
        for (found, wanted, field) in lengths {
            length(found, wanted, field)?;
        }
        if !self.per_proposal.iter().all(|demand| (1..=PER_PROPOSAL_MAX).contains(demand)) {
            return Err(demand());
        }
        for (reviewer, (min, max)) in self.load_min.iter().zip(&self.load_max).enumerate() {
            if min > max {
                return Err(bounds(reviewer, *min, *max));
            }
            if *max > LOAD_MAX {
                return Err(load());
            }
        }
        self.check_quotas()
    }

    fn check_quotas(&self) -> Result<(), Refusal> {
        for quota in &self.quotas {
            match quota {
                Quota::PerGroup { group, .. } => length(group.len(), self.reviewers, "quotas")?,
                Quota::Elsewhere { proposal, reviewer, .. } => {
                    length(proposal.len(), self.proposals, "quotas")?;
                    length(reviewer.len(), self.reviewers, "quotas")?;
                }
                Quota::Among { member, min, max } => {
                    length(member.len(), self.reviewers, "quotas")?;
                    if min > max {
                        return Err(quota_bounds());
                    }
                }
            }
        }
        if self.quotas.len() > QUOTAS_MAX {
            return Err(quota_bounds());
        }
        // Where there are none, no tree can fail.
        let trees = if self.quotas.is_empty() { 0 } else { self.proposals };
        (0..trees).try_for_each(|proposal| Tree::of(self, proposal).map(drop))
    }

    /// The trees of all proposals; the terms have been checked.
    pub(crate) fn trees(&self) -> impl Iterator<Item = Tree> {
        (0..self.proposals).map(|proposal| {
            if self.quotas.is_empty() {
                Tree::flat(self.eligible(proposal), self.per_proposal[proposal])
            } else {
                Tree::of(self, proposal).expect("the terms have been checked")
            }
        })
    }

    pub(crate) fn loads(&self) -> impl Iterator<Item = (u32, u32)> {
        self.load_min.iter().copied().zip(self.load_max.iter().copied())
    }
}

/// Terms that hold, and what each pair is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    terms: Terms,
    scores: Vec<i64>,
}

impl Problem {
    /// Checks terms and scores. Scores are whole numbers of units of 10⁻¹² ([`SCORE_UNIT`] is 1), row by row.
    ///
    /// # Errors
    /// A [`Refusal`] as from [`Terms::check`], or `size-mismatch`, or `score-range` for a score below 0 or above [`SCORE_MAX`].
    pub fn new(terms: Terms, scores: Vec<i64>) -> Result<Problem, Refusal> {
        terms.check()?;
        length(scores.len(), terms.allowed.len(), "scores")?;
        match scores.iter().position(|score| !(0..=SCORE_MAX * SCORE_UNIT).contains(score)) {
            Some(at) => Err(score_range(at / terms.reviewers, at % terms.reviewers)),
            None => Ok(Problem { terms, scores }),
        }
    }

    /// The same from floating-point scores, rounded to 12 decimals; every decimal of up to 12 digits after the point is met
    /// exactly.
    ///
    /// # Errors
    /// As [`Problem::new`]; a score that is no number is out of range.
    pub fn from_f64(terms: Terms, scores: &[f64]) -> Result<Problem, Refusal> {
        let units = scores.iter().map(|score| units(*score).unwrap_or(-1)).collect();
        Problem::new(terms, units)
    }

    /// The terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What a pair is worth, in units of 10⁻¹².
    pub fn score(&self, proposal: usize, reviewer: usize) -> i64 {
        self.scores[proposal * self.terms.reviewers + reviewer]
    }
}

/// A score in units, if it is in range.
pub(crate) fn units(score: f64) -> Option<i64> {
    // The largest is 10¹⁴, which f64 holds exactly.
    (0.0..=SCORE_MAX as f64).contains(&score).then(|| (score * SCORE_UNIT as f64).round() as i64)
}

pub(crate) fn sizes(proposals: usize, reviewers: usize) -> Result<(), Refusal> {
    let within = (1..=PROPOSALS_MAX).contains(&proposals) && (1..=REVIEWERS_MAX).contains(&reviewers);
    if within && proposals * reviewers <= CELLS_MAX {
        return Ok(());
    }
    Err(Refusal::invalid(
        "size-limits",
        format!(
            "揭榜方案 {proposals} 份、专家 {reviewers} 位，超出范围：各为 1 至 {PROPOSALS_MAX} 份、1 至 {REVIEWERS_MAX} 位，乘积不超过 {CELLS_MAX}。请分批分配。"
        ),
        format!(
            "{proposals} proposals and {reviewers} experts are out of range: 1 to {PROPOSALS_MAX}, 1 to {REVIEWERS_MAX}, and at most {CELLS_MAX} pairs. Assign in several parts."
        ),
    ))
}

fn length(found: usize, wanted: usize, field: &'static str) -> Result<(), Refusal> {
    if found == wanted {
        return Ok(());
    }
    Err(Refusal::invalid(
        "size-mismatch",
        format!("{field} 有 {found} 项，应为 {wanted} 项。请核对数据。"),
        format!("{field} has {found} entries and needs {wanted}. Check the data."),
    )
    .at(field))
}

fn demand() -> Refusal {
    Refusal::invalid(
        "demand-limits",
        format!("每份揭榜方案的专家人数应为 1 至 {PER_PROPOSAL_MAX}。"),
        format!("Each proposal needs between 1 and {PER_PROPOSAL_MAX} experts. Choose a number in this range."),
    )
    .at("per_proposal")
}

fn load() -> Refusal {
    Refusal::invalid(
        "load-limits",
        format!("每位专家最多可承担 {LOAD_MAX} 份。请减小上限。"),
        format!("An expert takes at most {LOAD_MAX} proposals. Choose a smaller load."),
    )
    .at("load_max")
}

fn bounds(reviewer: usize, min: u32, max: u32) -> Refusal {
    Refusal::invalid(
        "load-bounds",
        format!("第 {reviewer} 号专家的最少份数 {min} 大于最多份数 {max}。请修改其中一个。"),
        format!("Expert {reviewer} would take at least {min} and at most {max} proposals. Change one of the two."),
    )
    .at("load_min")
}

fn quota_bounds() -> Refusal {
    Refusal::invalid(
        "quota-bounds",
        format!("名额规则最多 {QUOTAS_MAX} 条，且最少人数不能大于最多人数。请修改。"),
        format!("There are at most {QUOTAS_MAX} quotas, and none wants more experts than it allows. Change them."),
    )
    .at("quotas")
}

pub(crate) fn score_range(proposal: usize, reviewer: usize) -> Refusal {
    Refusal::invalid(
        "score-range",
        format!("第 {proposal} 号揭榜方案与第 {reviewer} 号专家的契合度不在 0 至 {SCORE_MAX} 之间。请改正。"),
        format!("The score of proposal {proposal} and expert {reviewer} is not between 0 and {SCORE_MAX}. Correct it."),
    )
    .at("scores")
}
