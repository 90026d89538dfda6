//! The randomised mode: the best probabilities under a cap, and one assignment drawn with exactly these.

use crate::SCORE_UNIT;
use crate::flow::Network;
use crate::lot::Stream;
use crate::reason::{Infeasible, why};
use crate::solve::Assignment;
use crate::terms::Problem;
use kernel::Refusal;

/// Probabilities, and one assignment drawn with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Randomised {
    /// Parts that a probability of 1 has.
    pub parts: i64,
    /// For each proposal the reviewers it may get, each with his probability in parts.
    pub probabilities: Vec<Vec<(usize, i64)>>,
    /// The expected sum of scores: units of 10⁻¹² times parts.
    pub expected: i128,
    /// What was drawn.
    pub drawn: Assignment,
}

impl Randomised {
    /// The expected sum of scores, as near as a float comes.
    pub fn expected_sum(&self) -> f64 {
        self.expected as f64 / (self.parts as f64 * SCORE_UNIT as f64)
    }
}

/// Probabilities with the largest expected sum of scores, none above the cap; and an assignment drawn by the seed with exactly
/// these probabilities.
///
/// That no pair is likelier than the cap keeps anybody who arranges scores from being sure of his reviewer (Jecmen et al. 2020,
/// "Mitigating manipulation in peer review via randomized reviewer assignments"). The probabilities are a flow with
/// fractions: the cap is p/q in lowest terms, every bound is multiplied by q, and the flow is solved in whole numbers, so
/// that the expected sum is exact.
///
/// The draw follows fractions round a cycle and shifts them, one way or the other with chances that keep every
/// expectation, until one of them is whole (Gandhi, Khuller, Parthasarathy and Srinivasan 2006; with groups Budish et al. 2013).
/// Loads, quotas and the number of reviewers hold in every draw, between the whole numbers next to their expectation. Its
/// numbers are those of SHA-256 in counter mode from the seed; the same problem, cap and seed give the same draw.
///
/// The cap is in units of 10⁻¹² ([`SCORE_UNIT`] is 1).
///
/// # Errors
/// `pair-cap` for a cap that is not above 0 and at most 1; [`Infeasible::refusal`] when probabilities under the cap cannot
/// give every proposal its reviewers.
pub fn solve_randomised(problem: &Problem, cap: i64, seed: &[u8]) -> Result<Randomised, Refusal> {
    if !(1..=SCORE_UNIT).contains(&cap) {
        return Err(Refusal::invalid(
            "pair-cap",
            "概率上限应大于 0 且不超过 1，最多 12 位小数。",
            "The cap on probabilities is above 0 and at most 1, with up to 12 decimals. Choose such a number.",
        )
        .at("pair_cap"));
    }
    Ok(randomised(problem, cap, seed)?)
}

fn randomised(problem: &Problem, cap: i64, seed: &[u8]) -> Result<Randomised, Infeasible> {
    let terms = problem.terms();
    let common = gcd(cap, SCORE_UNIT);
    let (unit, cap) = (SCORE_UNIT / common, cap / common);
    let score = |proposal, reviewer| -problem.score(proposal, reviewer);
    let mut net = Network::new(terms.trees(), terms.loads(), (unit, cap), score);
    if !net.run() {
        return Err(why(terms, (unit, cap)));
    }
    let whole = |(reviewer, flow): (u32, i64)| (reviewer as usize, flow);
    let of = |proposal| net.given(proposal).into_iter().map(whole).collect();
    let probabilities: Vec<Vec<(usize, i64)>> = (0..terms.proposals).map(of).collect();
    let mut expected = 0;
    for (proposal, own) in probabilities.iter().enumerate() {
        for (reviewer, parts) in own {
            expected += i128::from(problem.score(proposal, *reviewer)) * i128::from(*parts);
        }
    }
    let reviewers = Rounding::new(&net, unit).round(&mut Stream::new("round", seed));
    Ok(Randomised { parts: unit, probabilities, expected, drawn: Assignment::new(problem, reviewers) })
}

pub(crate) fn gcd(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// An arc whose flow is not whole.
struct Arc {
    tail: u32,
    head: u32,
    /// What it has above the whole number below, in parts: between 0 and a whole one, both excluded until it is settled.
    fraction: i64,
    /// The pair that it is, by proposal and reviewer.
    pair: Option<(usize, usize)>,
}

/// Fractions on their way to whole numbers.
struct Rounding {
    unit: i64,
    arcs: Vec<Arc>,
    /// The arcs at each node; settled ones are dropped when they come up.
    at: Vec<Vec<u32>>,
    /// The reviewers that each proposal has for certain.
    certain: Vec<Vec<usize>>,
}

impl Rounding {
    fn new(net: &Network, unit: i64) -> Rounding {
        let nodes = net.excess.len();
        let mut rounding = Rounding { unit, arcs: Vec::new(), at: vec![Vec::new(); nodes], certain: Vec::new() };
        let first = crate::flow::index(net.parent.len());
        let end = crate::flow::index(nodes - 1);
        for proposal in 0..net.roots.len() {
            let mut certain = Vec::new();
            for (pair, reviewer, node) in net.pairs_of(proposal) {
                if pair == unit {
                    certain.push(reviewer as usize);
                }
                rounding.add(node, first + reviewer, pair, Some((proposal, reviewer as usize)));
            }
            rounding.certain.push(certain);
            for node in net.nodes_of(proposal).skip(1) {
                rounding.add(net.parent[node], crate::flow::index(node), net.inflow[node], None);
            }
        }
        for (reviewer, load) in (first..).zip(&net.load) {
            rounding.add(reviewer, end, *load, None);
        }
        rounding
    }

    fn add(&mut self, tail: u32, head: u32, flow: i64, pair: Option<(usize, usize)>) {
        let fraction = flow % self.unit;
        if fraction > 0 {
            let own = crate::flow::index(self.arcs.len());
            self.at[tail as usize].push(own);
            self.at[head as usize].push(own);
            self.arcs.push(Arc { tail, head, fraction, pair });
        }
    }

    /// An arc of a node that is not settled, another than the one given.
    fn next(&mut self, node: u32, but: Option<u32>) -> Option<u32> {
        let Rounding { arcs, at, unit, .. } = self;
        let open = |arc: u32| (1..*unit).contains(&arcs[arc as usize].fraction);
        let list = &mut at[node as usize];
        list.retain(|arc| open(*arc));
        list.iter().rev().copied().find(|arc| Some(*arc) != but)
    }

    fn round(mut self, stream: &mut Stream) -> Vec<Vec<usize>> {
        let nodes = self.at.len();
        let mut place: Vec<Option<usize>> = vec![None; nodes];
        for start in 0..crate::flow::index(nodes) {
            // Nodes on the way, each with the arc that led to it; whatever enters a node in fractions leaves it in fractions.
            let mut way: Vec<(u32, Option<u32>)> = vec![(start, None)];
            place[start as usize] = Some(0);
            while let Some((node, came)) = way.last().copied() {
                let Some(arc) = self.next(node, came) else { break };
                let ends = &self.arcs[arc as usize];
                let to = if ends.tail == node { ends.head } else { ends.tail };
                let Some(back) = place[to as usize] else {
                    place[to as usize] = Some(way.len());
                    way.push((to, Some(arc)));
                    continue;
                };
                let round = way.drain(back + 1..).map(|(node, came)| {
                    place[node as usize] = None;
                    (node, came)
                });
                let mut cycle: Vec<(u32, u32)> = round.filter_map(|(node, came)| Some((node, came?))).collect();
                cycle.push((to, arc));
                self.shift(&cycle, stream);
            }
            way.iter().for_each(|(node, _)| place[*node as usize] = None);
        }
        for arc in self.arcs.iter().filter(|arc| arc.fraction == self.unit) {
            if let Some((proposal, reviewer)) = arc.pair {
                self.certain[proposal].push(reviewer);
            }
        }
        self.certain.iter_mut().for_each(|reviewers| reviewers.sort_unstable());
        self.certain
    }

    /// Shifts fractions round a cycle, given by its arcs and the node that each leads to.
    fn shift(&mut self, cycle: &[(u32, u32)], stream: &mut Stream) {
        let (mut more, mut less) = (self.unit, self.unit);
        for (to, arc) in cycle {
            let arc = &self.arcs[*arc as usize];
            let (up, down) = (self.unit - arc.fraction, arc.fraction);
            let (up, down) = if arc.head == *to { (up, down) } else { (down, up) };
            (more, less) = (more.min(up), less.min(down));
        }
        // By `more` with the chance less ÷ (more + less), by −`less` otherwise: nothing is shifted on average.
        let number = stream.below((more + less).unsigned_abs());
        let by = if number < less.unsigned_abs() { more } else { -less };
        for (to, arc) in cycle {
            let arc = &mut self.arcs[*arc as usize];
            arc.fraction += if arc.head == *to { by } else { -by };
        }
    }
}
