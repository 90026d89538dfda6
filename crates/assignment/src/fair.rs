//! The max–min mode: nobody's proposal is reviewed by people who know little of it.
//!
//! Wanted is the assignment in which the smallest sum of scores that a proposal has is as large as can be. That is hard in general
//! (NP-hard from two reviewers a proposal on), so that a search with a proof does it:
//!
//! - **A bound from weights** (Lagrange): for any weights, the best weighted sum divided by the sum of weights is at least the
//!   best minimum, and a flow finds it. Weights that go up where little was got come near the bound of linear programming.
//! - **A bound from counts**: whoever is to reach a sum needs at least i reviewers with at least some score. The sets of reviewers
//!   above a score hold one another, so that these counts are groups of the flow ([`crate::flow`]).
//! - **Branching by counts**: a proposal that got scores c₁ ≥ c₂ ≥ … with too small a sum needs, for some i, at least i reviewers
//!   above cᵢ: k branches, each a smaller flow.

use crate::chance::gcd;
use crate::flow::{Network, index};
use crate::groups::{NOWHERE, Node, Tree};
use crate::reason::Infeasible;
use crate::solve::{Assignment, chosen, solve};
use crate::terms::Problem;

/// Proposals up to which the search goes on for long.
pub const PROVEN_PROPOSALS: usize = 60;
/// Flows of the search for problems up to that size.
const FLOWS_SMALL: usize = 5_000;
/// Flows of the search for larger ones, at most.
const FLOWS_LARGE: usize = 100;
/// Rounds of weights for problems up to that size.
const ROUNDS_SMALL: usize = 300;
/// Rounds of weights for larger ones, at most.
const ROUNDS_LARGE: usize = 40;
/// Pairs that are looked at in all rounds of weights, and in all flows of the search, for larger ones.
const PAIRS_LARGE: usize = 20_000_000;
/// Flows of the search after which exchanges are tried again.
const EXCHANGE_EVERY: usize = 8;
/// Exchanges of one try.
const EXCHANGES_MAX: usize = 2_000;
/// The largest weight; the best scores of large tables allow for less.
const WEIGHT_MAX: i64 = 1 << 20;

/// An assignment with a large minimum, and what is known of the largest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fair {
    /// What was found. Among assignments with this minimum its sum is good, but not shown to be the best.
    pub assignment: Assignment,
    /// No assignment has a larger minimum than this, in units of 10⁻¹².
    pub upper: i64,
    /// Whether the minimum is shown to be the largest: it is `upper`.
    pub optimal: bool,
}

/// An assignment whose worst-off proposal has as large a sum of scores as can be.
///
/// Up to [`PROVEN_PROPOSALS`] the search goes on until the optimum is shown or 5,000 flows have been looked at, which are counted and
/// not timed, so that the same problem always gives the same answer. It is enough for scores in quarters, as reviewers'
/// bids are, and for scores that differ by proposal; with many steps, loads that leave no room and reviewers who are good or bad for
/// all alike, and for larger problems, the answer may be the best assignment found and an upper bound. With
/// quotas, counts and quotas would cross: there only weights give bounds.
///
/// # Errors
/// [`Infeasible`] with a minimal reason when there is no complete assignment.
pub fn solve_max_min(problem: &Problem) -> Result<Fair, Infeasible> {
    let mut search = Search::new(problem, solve(problem)?);
    search.weigh();
    if problem.terms().quotas.is_empty() {
        search.branch();
        search.polish();
    }
    let (assignment, upper) = (search.best, search.upper * search.grain);
    Ok(Fair { optimal: assignment.minimum >= upper, assignment, upper })
}

/// Scores here are whole grains: what all scores are multiples of.
struct Search<'a> {
    problem: &'a Problem,
    grain: i64,
    /// The different scores of each proposal, smallest first.
    steps: Vec<Vec<i64>>,
    best: Assignment,
    upper: i64,
    /// The weights that gave the smallest bound.
    weights: Vec<i64>,
    weight_max: i64,
}

/// What is known of the scores of a proposal's reviewers, the best first: each is at least, and at most.
#[derive(Debug, Clone)]
struct Known {
    low: Vec<i64>,
    high: Vec<i64>,
}

/// A place of the worst-off, who comes there, and the proposal and the place that he comes from, if any.
type Exchange = (usize, usize, Option<(usize, usize)>);

impl<'a> Search<'a> {
    fn new(problem: &'a Problem, best: Assignment) -> Search<'a> {
        let terms = problem.terms();
        let allowed = |proposal: usize| (0..terms.reviewers).filter(move |reviewer| terms.may(proposal, *reviewer));
        let scores = |proposal: usize| allowed(proposal).map(move |reviewer| problem.score(proposal, reviewer));
        let grain = (0..terms.proposals).flat_map(scores).fold(0, gcd).max(1);
        let mut steps = Vec::with_capacity(terms.proposals);
        for proposal in 0..terms.proposals {
            let mut own: Vec<i64> = scores(proposal).map(|score| score / grain).collect();
            own.sort_unstable();
            own.dedup();
            steps.push(own);
        }
        let largest = steps.iter().filter_map(|own| own.last()).max().copied().unwrap_or(0).max(1);
        let length = i64::from(index(terms.proposals.min(terms.reviewers))) + 2;
        let weight_max = (i64::MAX / 8 / length / largest).clamp(1, WEIGHT_MAX);
        let weights = vec![1; terms.proposals];
        let mut search = Search { problem, grain, steps, best, upper: i64::MAX, weights, weight_max };
        search.upper = (0..terms.proposals).map(|proposal| search.top(proposal).iter().sum()).min().unwrap_or(0);
        search
    }

    fn score(&self, proposal: usize, reviewer: usize) -> i64 {
        self.problem.score(proposal, reviewer) / self.grain
    }

    /// The best scores that a proposal could get.
    fn top(&self, proposal: usize) -> Vec<i64> {
        let terms = self.problem.terms();
        let allowed = (0..terms.reviewers).filter(|reviewer| terms.may(proposal, *reviewer));
        let mut scores: Vec<i64> = allowed.map(|reviewer| self.score(proposal, reviewer)).collect();
        scores.sort_unstable_by(|one, other| other.cmp(one));
        scores.truncate(terms.per_proposal[proposal] as usize);
        scores
    }

    fn minimum(&self) -> i64 {
        self.best.minimum / self.grain
    }

    /// Takes an assignment if it is better; gives the sum of each proposal.
    fn consider(&mut self, net: &Network) -> Vec<i64> {
        let found = Assignment::new(self.problem, chosen(net));
        let sum = |(proposal, own): (usize, &Vec<usize>)| own.iter().map(|r| self.score(proposal, *r)).sum();
        let sums = found.reviewers.iter().enumerate().map(sum).collect();
        if (found.minimum, found.sum) > (self.best.minimum, self.best.sum) {
            self.best = found;
        }
        sums
    }

    /// The best weighted sum of proposals with these trees.
    fn flow(&self, trees: impl Iterator<Item = Tree>, weights: &[i64]) -> Option<Network> {
        let cost = |proposal: usize, reviewer| -weights[proposal] * self.score(proposal, reviewer);
        let mut net = Network::new(trees, self.problem.terms().loads(), (1, 1), cost);
        net.run().then_some(net)
    }

    fn budget(&self, small: usize, large: usize) -> usize {
        let terms = self.problem.terms();
        let some = PAIRS_LARGE / (terms.proposals * terms.reviewers);
        if terms.proposals <= PROVEN_PROPOSALS { small } else { some.clamp(3, large) }
    }

    /// Tries weights: each gives a bound, and an assignment.
    fn weigh(&mut self) {
        let rounds = self.budget(ROUNDS_SMALL, ROUNDS_LARGE);
        let mut shares = vec![1.0_f64; self.problem.terms().proposals];
        let mut bound = i128::MAX;
        for round in 0..rounds {
            if self.minimum() >= self.upper {
                return;
            }
            let largest = shares.iter().copied().fold(0.0, f64::max);
            let whole = |share: &f64| ((share / largest * self.weight_max as f64) as i64).max(1);
            let weights: Vec<i64> = shares.iter().map(whole).collect();
            let Some(net) = self.flow(self.problem.terms().trees(), &weights) else { return };
            let sums = self.consider(&net);
            self.exchange(chosen(&net), &net.load);
            let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            // Compared more finely than in grains.
            let value = weighted(&weights, &sums) * 1024 / total;
            if value < bound {
                bound = value;
                self.upper = self.upper.min(i64::try_from(value / 1024).unwrap_or(i64::MAX));
                self.weights = weights;
            }
            let mean = value as f64 / 1024.0;
            let step = 1.0 / (1.0 + round as f64 / 10.0);
            for (share, sum) in shares.iter_mut().zip(&sums) {
                let short = (mean - *sum as f64) / mean.max(1.0);
                *share = (*share * (1.0 + step * short).clamp(0.5, 2.0)).max(largest * 1e-6);
            }
        }
    }

    /// Lets the worst-off exchange a reviewer with another proposal, or for one who has room, as long as that helps.
    fn exchange(&mut self, mut own: Vec<Vec<usize>>, loads: &[i64]) {
        if !self.problem.terms().quotas.is_empty() {
            return;
        }
        let mut loads = loads.to_vec();
        let sum = |proposal: usize, own: &[usize]| own.iter().map(|r| self.score(proposal, *r)).sum::<i64>();
        let mut sums: Vec<i64> = own.iter().enumerate().map(|(proposal, own)| sum(proposal, own)).collect();
        for _ in 0..EXCHANGES_MAX {
            let Some(worst) = (0..own.len()).min_by_key(|proposal| sums[*proposal]) else { return };
            let Some(swap) = self.best_exchange(worst, &own, &sums, &loads) else { break };
            let (at, other, with) = swap;
            let gone = own[worst][at];
            if let Some((proposal, place)) = with {
                own[proposal][place] = gone;
                sums[proposal] = sum(proposal, &own[proposal]);
            } else {
                loads[gone] -= 1;
                loads[other] += 1;
            }
            own[worst][at] = other;
            sums[worst] = sum(worst, &own[worst]);
        }
        own.iter_mut().for_each(|reviewers| reviewers.sort_unstable());
        let found = Assignment::new(self.problem, own);
        if (found.minimum, found.sum) > (self.best.minimum, self.best.sum) {
            self.best = found;
        }
    }

    /// Which of the worst-off's reviewers goes, who comes, and from which place; the smaller of both sums becomes the largest.
    fn best_exchange(&self, worst: usize, own: &[Vec<usize>], sums: &[i64], loads: &[i64]) -> Option<Exchange> {
        let terms = self.problem.terms();
        let mut best: Option<(i64, Exchange)> = None;
        let mut offer = |least: i64, exchange: Exchange| {
            if least > best.as_ref().map_or(sums[worst], |(least, _)| *least) {
                best = Some((least, exchange));
            }
        };
        for (at, gone) in own[worst].iter().enumerate() {
            let rest = sums[worst] - self.score(worst, *gone);
            let comes = |other: usize| terms.may(worst, other) && !own[worst].contains(&other);
            for other in (0..terms.reviewers).filter(|other| comes(*other)) {
                if loads[other] < i64::from(terms.load_max[other]) && loads[*gone] > i64::from(terms.load_min[*gone]) {
                    offer(rest + self.score(worst, other), (at, other, None));
                }
            }
            for (proposal, theirs) in own.iter().enumerate() {
                if proposal == worst || !terms.may(proposal, *gone) || theirs.contains(gone) {
                    continue;
                }
                for (place, other) in theirs.iter().enumerate().filter(|(_, other)| comes(**other)) {
                    let after = sums[proposal] - self.score(proposal, *other) + self.score(proposal, *gone);
                    offer(after.min(rest + self.score(worst, *other)), (at, *other, Some((proposal, place))));
                }
            }
        }
        best.map(|(_, exchange)| exchange)
    }

    /// Searches until the optimum is shown or enough flows have been looked at: first for what is probably too much, which is
    /// soon shown, then for anything better than what there is.
    fn branch(&mut self) {
        let mut flows = self.budget(FLOWS_SMALL, FLOWS_LARGE);
        let mut unknown = self.minimum() + 1;
        while unknown <= self.upper && flows > 0 {
            let target = unknown + (self.upper - unknown) / 2;
            let mut few = (flows / 20).max(1);
            flows -= few;
            match self.reach(target, &mut few) {
                Some(false) => self.upper = target - 1,
                Some(true) => unknown = self.minimum() + 1,
                None => unknown = target + 1,
            }
            flows += few;
        }
        while self.minimum() < self.upper {
            let target = self.minimum() + 1;
            match self.reach(target, &mut flows) {
                Some(false) => self.upper = target - 1,
                Some(true) => {}
                None => return,
            }
        }
    }

    /// Whether every proposal can reach a target; nothing when the flows do not last.
    fn reach(&mut self, target: i64, flows: &mut usize) -> Option<bool> {
        let terms = self.problem.terms();
        let total: i128 = self.weights.iter().map(|weight| i128::from(*weight)).sum();
        let known = |proposal| {
            let high = self.top(proposal);
            Known { low: vec![0; high.len()], high }
        };
        let mut open: Vec<Vec<Known>> = vec![(0..terms.proposals).map(known).collect()];
        while let Some(mut node) = open.pop() {
            if (0..terms.proposals).any(|proposal| !self.tighten(proposal, &mut node[proposal], target)) {
                continue;
            }
            *flows = flows.checked_sub(1)?;
            let trees = (0..terms.proposals).map(|proposal| self.tree(proposal, &node[proposal].low));
            let Some(net) = self.flow(trees, &self.weights) else { continue };
            let sums = self.consider(&net);
            if flows.is_multiple_of(EXCHANGE_EVERY) {
                self.exchange(chosen(&net), &net.load);
            }
            if self.minimum() >= target {
                return Some(true);
            }
            if weighted(&self.weights, &sums) >= i128::from(target) * total {
                let worst = (0..terms.proposals).min_by_key(|proposal| sums[*proposal]).unwrap_or(0);
                let mut got: Vec<i64> = net.given(worst).iter().map(|(r, _)| self.score(worst, *r as usize)).collect();
                got.sort_unstable_by(|one, other| other.cmp(one));
                self.divide(&node, worst, &got, &mut open);
            }
        }
        Some(false)
    }

    /// The branches of a node in which a proposal got too little.
    fn divide(&self, node: &[Known], proposal: usize, got: &[i64], open: &mut Vec<Vec<Known>>) {
        let steps = &self.steps[proposal];
        let mut before = node.to_vec();
        for (at, score) in got.iter().enumerate() {
            let above = steps.partition_point(|step| step <= score);
            if let Some(next) = steps.get(above) {
                let mut branch = before.clone();
                let low = &mut branch[proposal].low;
                low[..=at].iter_mut().for_each(|one| *one = (*one).max(*next));
                open.push(branch);
            }
            let high = &mut before[proposal].high;
            high[at..].iter_mut().for_each(|one| *one = (*one).min(*score));
        }
    }

    /// Raises what is known from below, given that the sum reaches the target. False when it cannot.
    fn tighten(&self, proposal: usize, known: &mut Known, target: i64) -> bool {
        let count = known.high.len();
        for at in 0..count {
            let before: i64 = known.high[..at].iter().sum();
            let most = |score: i64| before + known.high[at..].iter().map(|high| score.min(*high)).sum::<i64>();
            let steps = &self.steps[proposal];
            let Some(least) = steps.get(steps.partition_point(|step| most(*step) < target)) else { return false };
            known.low[at] = known.low[at].max(*least);
        }
        for at in (1..count).rev() {
            known.low[at - 1] = known.low[at - 1].max(known.low[at]);
        }
        known.low.iter().zip(&known.high).all(|(low, high)| low <= high)
    }

    /// At least i reviewers with at least the i-th score: sets that hold one another.
    fn tree(&self, proposal: usize, low: &[i64]) -> Tree {
        let terms = self.problem.terms();
        let demand = terms.per_proposal[proposal];
        let last = low.last().copied().unwrap_or(0);
        let mut bars = vec![last];
        let mut nodes = vec![Node { parent: NOWHERE, low: demand, high: demand }];
        for (at, bar) in low.iter().enumerate().rev() {
            if bars.last().is_some_and(|outer| bar > outer) {
                nodes.push(Node { parent: index(nodes.len() - 1), low: index(at + 1), high: demand });
                bars.push(*bar);
            }
        }
        let place = |reviewer| {
            let score = self.score(proposal, reviewer);
            let above = bars.partition_point(|bar| *bar <= score);
            if above > 0 && terms.may(proposal, reviewer) { index(above - 1) } else { NOWHERE }
        };
        Tree { place: (0..terms.reviewers).map(place).collect(), nodes }
    }

    /// A better sum with the same minimum, by what the proposals can do without.
    fn polish(&mut self) {
        let ones = vec![1; self.problem.terms().proposals];
        loop {
            let before = self.best.clone();
            let mut lows = Vec::with_capacity(ones.len());
            for (proposal, own) in before.reviewers.iter().enumerate() {
                let mut low: Vec<i64> = own.iter().map(|reviewer| self.score(proposal, *reviewer)).collect();
                low.sort_unstable_by(|one, other| other.cmp(one));
                let mut spare = low.iter().sum::<i64>() - self.minimum();
                for one in low.iter_mut().rev() {
                    let steps = &self.steps[proposal];
                    let least = steps[steps.partition_point(|step| *step < *one - spare)];
                    spare -= *one - least;
                    *one = least;
                }
                lows.push(low);
            }
            let trees = (0..ones.len()).map(|proposal| self.tree(proposal, &lows[proposal]));
            let Some(net) = self.flow(trees, &ones) else { return };
            self.consider(&net);
            if self.best == before {
                return;
            }
        }
    }
}

fn weighted(weights: &[i64], sums: &[i64]) -> i128 {
    weights.iter().zip(sums).map(|(weight, sum)| i128::from(*weight) * i128::from(*sum)).sum()
}
