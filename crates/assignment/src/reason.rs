//! Why there is no complete assignment: as few proposals, or experts, as the reason can be shown with.

use crate::flow::{Network, index};
use crate::terms::{Quota, Terms};
use kernel::Refusal;

/// Numbers that a sentence names at most.
const NAMED_MAX: usize = 12;

/// Why nobody can make a complete assignment. Every part of the reason is needed: without any one of the named proposals (or
/// the least loads of any one of the named experts) the rest could be assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Infeasible {
    /// These proposals need more than there is for them: a set that breaks Hall's condition.
    Places {
        /// The proposals, smallest number first.
        proposals: Vec<usize>,
        /// The reviewers they need together.
        needed: u64,
        /// The places there are for them, with conflicts, loads and quotas.
        free: u64,
        /// Whether it would go without quotas.
        by_quotas: bool,
        /// Whether it would go without the cap on each pair's probability; the places are then rounded down.
        by_cap: bool,
    },
    /// These experts cannot get what they must have at least.
    Loads {
        /// The experts, smallest number first.
        reviewers: Vec<usize>,
        /// What they must have together.
        needed: u64,
        /// What can be given to them, with everybody else's bounds.
        possible: u64,
    },
}

impl Infeasible {
    /// The reason in both languages, with what to do. Codes: `assignment-places`, `assignment-loads`.
    pub fn refusal(&self) -> Refusal {
        match self {
            Infeasible::Places { proposals, needed, free, by_quotas, by_cap } => {
                let (count, named) = (proposals.len(), named(proposals));
                let (zh_why, en_why) = match (by_quotas, by_cap) {
                    (false, false) => ("", ""),
                    (true, false) => ("按名额规则", " under the quotas"),
                    (false, true) => ("在概率上限下", " under the cap on probabilities"),
                    (true, true) => ("按名额规则和概率上限", " under quotas and the cap on probabilities"),
                };
                let zh_do = "请增加专家、提高其份数上限、放宽规则或减少每份所需人数。";
                let en_do = "Add experts, let them take more, relax the rules or ask for fewer experts a proposal.";
                let (zh, en) = if count == 1 {
                    (
                        format!("第 {named} 号揭榜方案{zh_why}只有 {free} 个可用名额，需要 {needed} 个。{zh_do}"),
                        format!(
                            "Proposal {named} has free places for only {free} of the {needed} experts it needs{en_why}. {en_do}"
                        ),
                    )
                } else {
                    (
                        format!(
                            "这 {count} 份揭榜方案（{named}）{zh_why}一共只有 {free} 个可用名额，需要 {needed} 个。{zh_do}"
                        ),
                        format!(
                            "These {count} proposals ({named}) share only {free} free places{en_why} and need {needed}. {en_do}"
                        ),
                    )
                };
                Refusal::conflict("assignment-places", zh, en)
            }
            Infeasible::Loads { reviewers, needed, possible } => {
                let (count, named) = (reviewers.len(), named(reviewers));
                Refusal::conflict(
                    "assignment-loads",
                    format!(
                        "这 {count} 位专家（{named}）一共至少要承担 {needed} 份，但最多只能分给他们 {possible} 份。请降低最少份数。"
                    ),
                    format!(
                        "These {count} experts ({named}) must take at least {needed} proposals together, but only {possible} can be given to them. Lower the least load."
                    ),
                )
            }
        }
    }
}

impl std::fmt::Display for Infeasible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.refusal().en)
    }
}

impl std::error::Error for Infeasible {}

impl From<Infeasible> for Refusal {
    fn from(reason: Infeasible) -> Refusal {
        reason.refusal()
    }
}

fn named(numbers: &[usize]) -> String {
    let mut text = numbers.iter().take(NAMED_MAX).map(usize::to_string).collect::<Vec<_>>().join(", ");
    if numbers.len() > NAMED_MAX {
        text.push_str(", …");
    }
    text
}

/// How finely places are cut: the parts of a whole one, and the parts that one pair may have.
pub(crate) type Parts = (i64, i64);

/// The reason why the terms cannot be met; they cannot be.
pub(crate) fn why(terms: &Terms, parts: Parts) -> Infeasible {
    places(terms, parts).unwrap_or_else(|| loads(terms, parts))
}

/// A network in which nothing costs.
fn free_network(terms: &Terms, parts: Parts, low: impl Fn(usize) -> u32) -> Network {
    let loads = terms.load_max.iter().enumerate().map(|(reviewer, max)| (low(reviewer), *max));
    Network::new(terms.trees(), loads, parts, |_, _| 0)
}

/// The proposals that are left of a network, and the parts of places that they lack.
struct Left {
    net: Network,
    proposals: Vec<usize>,
    lacking: i64,
}

/// A flow that can be put back: its pairs, and what nodes and loads carry.
type Kept = (Vec<Vec<(u32, i64)>>, Vec<i64>, Vec<i64>, Vec<i64>);

impl Left {
    fn keep(&self) -> Kept {
        let net = &self.net;
        let with_flow = |pairs: &Vec<u32>| pairs.iter().map(|pair| (*pair, net.flow[*pair as usize])).collect();
        (net.held.iter().map(with_flow).collect(), net.inflow.clone(), net.load.clone(), net.excess.clone())
    }

    fn put_back(&mut self, (held, inflow, load, excess): Kept) {
        let net = &mut self.net;
        for pair in net.held.iter().flatten() {
            net.flow[*pair as usize] = 0;
        }
        for (pair, flow) in held.iter().flatten() {
            net.flow[*pair as usize] = *flow;
        }
        net.held = held.iter().map(|pairs| pairs.iter().map(|(pair, _)| *pair).collect()).collect();
        (net.inflow, net.load, net.excess) = (inflow, load, excess);
    }

    /// Sends what can be sent. Where something cannot, only the proposals it competes with are left.
    fn settle(&mut self) -> bool {
        self.net.reopen();
        let mut reached: Option<Vec<bool>> = None;
        for node in self.proposals.iter().flat_map(|proposal| self.net.nodes_of(*proposal)).collect::<Vec<_>>() {
            if !self.net.settle(index(node)) && reached.is_none() {
                let mut marks = vec![false; self.net.excess.len()];
                self.net.reached().iter().for_each(|node| marks[*node as usize] = true);
                reached = Some(marks);
            }
        }
        self.lacking = 0;
        let Some(reached) = reached else { return true };
        for proposal in std::mem::take(&mut self.proposals) {
            if self.net.nodes_of(proposal).any(|node| reached[node]) {
                self.lacking += self.net.nodes_of(proposal).map(|node| self.net.excess[node].max(0)).sum::<i64>();
                self.proposals.push(proposal);
            } else {
                self.net.withdraw(proposal);
            }
        }
        false
    }
}

/// The smallest set of proposals that has not enough places, loads from below left out of account.
fn places(terms: &Terms, parts: Parts) -> Option<Infeasible> {
    let net = free_network(terms, parts, |_| 0);
    let mut left = Left { net, proposals: (0..terms.proposals).collect(), lacking: 0 };
    if left.settle() {
        return None;
    }
    thin_out(&mut left, terms, parts);
    let mut at = 0;
    // With a single part lacking, each proposal that is left could hand its place to the one that lacks it: all are needed.
    while left.lacking > 1 && at < left.proposals.len() {
        let (kept, proposals, lacking) = (left.keep(), left.proposals.clone(), left.lacking);
        let proposal = left.proposals.remove(at);
        left.net.withdraw(proposal);
        if left.settle() {
            left.put_back(kept);
            (left.proposals, left.lacking) = (proposals, lacking);
            at += 1;
        } else {
            // Who was needed among more is needed among fewer, if he is still there.
            at = proposals[..at].iter().filter(|one| left.proposals.contains(one)).count();
        }
    }
    let needed: u64 = left.proposals.iter().map(|proposal| u64::from(terms.per_proposal[*proposal])).sum();
    let free = needed - left.lacking.unsigned_abs().div_ceil(parts.0.unsigned_abs());
    let by_quotas = !terms.quotas.is_empty() && goes_without_quotas(terms, &left.proposals, parts);
    let by_cap = parts.0 > parts.1 && places(&only(terms, &left.proposals), (1, 1)).is_none();
    Some(Infeasible::Places { proposals: left.proposals, needed, free, by_quotas, by_cap })
}

/// Where very much is lacking, many proposals go at once: one that goes makes good no more than what it needs and lacks.
fn thin_out(left: &mut Left, terms: &Terms, (unit, _): Parts) {
    loop {
        let mut lacking = left.lacking;
        let mut gone = vec![false; terms.proposals];
        for proposal in left.proposals.iter().rev() {
            let lacks: i64 = left.net.nodes_of(*proposal).map(|node| left.net.excess[node].max(0)).sum();
            let own = i64::from(terms.per_proposal[*proposal]) * unit + lacks;
            if lacking > own {
                lacking -= own;
                gone[*proposal] = true;
            }
        }
        if !gone.contains(&true) {
            return;
        }
        for proposal in left.proposals.iter().filter(|proposal| gone[**proposal]) {
            left.net.withdraw(*proposal);
        }
        left.proposals.retain(|proposal| !gone[*proposal]);
        left.settle();
    }
}

fn goes_without_quotas(terms: &Terms, proposals: &[usize], parts: Parts) -> bool {
    places(&Terms { quotas: Vec::new(), ..only(terms, proposals) }, parts).is_none()
}

/// The terms of some of the proposals.
fn only(terms: &Terms, proposals: &[usize]) -> Terms {
    let quota = |quota: &Quota| match quota {
        Quota::Elsewhere { proposal, reviewer, min } => {
            let proposal = proposals.iter().map(|at| proposal[*at]).collect();
            Quota::Elsewhere { proposal, reviewer: reviewer.clone(), min: *min }
        }
        other => other.clone(),
    };
    Terms {
        proposals: proposals.len(),
        per_proposal: proposals.iter().map(|at| terms.per_proposal[*at]).collect(),
        allowed: proposals.iter().flat_map(|at| terms.eligible(*at)).copied().collect(),
        quotas: terms.quotas.iter().map(quota).collect(),
        reviewers: terms.reviewers,
        load_min: terms.load_min.clone(),
        load_max: terms.load_max.clone(),
    }
}

/// The parts that reviewers lack of their least loads, when only those of `wanting` count, and who lacks them.
fn lacking(terms: &Terms, parts: Parts, wanting: &[usize]) -> (i64, Vec<usize>) {
    let mut counts = vec![false; terms.reviewers];
    wanting.iter().for_each(|reviewer| counts[*reviewer] = true);
    let mut net = free_network(terms, parts, |reviewer| if counts[reviewer] { terms.load_min[reviewer] } else { 0 });
    net.run_on();
    let first = net.parent.len();
    let lacks = |reviewer: &usize| -net.excess[first + *reviewer];
    let short: Vec<usize> = (0..terms.reviewers).filter(|reviewer| lacks(reviewer) > 0).collect();
    (short.iter().map(lacks).sum(), short)
}

/// The smallest set of reviewers whose least loads cannot be met; the proposals can be.
fn loads(terms: &Terms, parts: Parts) -> Infeasible {
    let mut wanting: Vec<usize> = (0..terms.reviewers).filter(|reviewer| terms.load_min[*reviewer] > 0).collect();
    let (mut short, who) = lacking(terms, parts, &wanting);
    // Often those that lack something are reason enough.
    let (alone, _) = lacking(terms, parts, &who);
    if alone > 0 {
        (short, wanting) = (alone, who);
    }
    let mut size = wanting.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < wanting.len() {
            let mut fewer = wanting.clone();
            fewer.drain(at..(at + size).min(wanting.len()));
            match lacking(terms, parts, &fewer) {
                (0, _) => at += size,
                (still, _) => (short, wanting) = (still, fewer),
            }
        }
        if size == 1 {
            break;
        }
        size = size.div_ceil(2);
    }
    let needed: u64 = wanting.iter().map(|reviewer| u64::from(terms.load_min[*reviewer])).sum();
    let possible = needed - short.unsigned_abs().div_ceil(parts.0.unsigned_abs());
    Infeasible::Loads { reviewers: wanting, needed, possible }
}
