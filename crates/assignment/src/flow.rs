//! Min-cost flow from proposals through their groups to reviewers, exact in whole numbers.
//!
//! The network is
//!
//! ```text
//! proposal ─→ group ─→ group … ─→ reviewer ─→ end
//!   needs k    low ≤ flow ≤ high    ≤ cap a pair    low ≤ load ≤ high
//! ```
//!
//! Groups of one proposal form a tree, reviewers' bounds are disjoint: two laminar families over the pairs. Their matrix is a
//! network matrix and so totally unimodular: with whole bounds, the best flow is whole (Edmonds 1970; Budish, Che, Kojima and
//! Milgrom 2013, "Designing random allocation mechanisms", call it a bihierarchy).
//!
//! The method is that of successive shortest paths with potentials (Tomizawa 1971; Edmonds and Karp 1972), with lower bounds as
//! flow that is there from the beginning and leaves an excess behind it and a need before it. Two things make it fast on dense
//! tables: a search ends at the first need it meets, and the pairs of a node are sorted by cost, so that a row is read
//! no further than to the first reviewer nobody competes for: what comes later in the row costs more, and no reviewer's
//! potential is above the ceiling that the search knows.

use crate::groups::{NOWHERE, Tree};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// It is where the search began.
    Source,
    /// From its parent.
    Down,
    /// From this child, whose flow would shrink.
    Up(u32),
    /// Over this pair.
    Pair(u32),
    /// Back over this pair, whose flow would shrink.
    Back(u32),
    /// From this reviewer to the end.
    Leave(u32),
    /// From the end back to a reviewer, whose load would shrink.
    Return,
}

/// What one search knows; kept between searches so that nothing is allocated anew.
#[derive(Debug, Clone, Default)]
struct Search {
    distance: Vec<i64>,
    step: Vec<Step>,
    /// In which search the two above were written.
    written: Vec<u32>,
    number: u32,
    later: BinaryHeap<Reverse<(i64, u32)>>,
    /// Nodes at the distance the search has come to.
    now: Vec<u32>,
    reached: Vec<u32>,
    at: i64,
    best: i64,
    target: Option<u32>,
}

/// The network and a flow in it that costs least for what it carries.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// The first node of each proposal.
    pub roots: Vec<u32>,
    pub parent: Vec<u32>,
    children: Vec<Range<u32>>,
    low: Vec<i64>,
    high: Vec<i64>,
    /// Flow from the parent.
    pub inflow: Vec<i64>,
    pairs: Vec<Range<u32>>,
    cost: Vec<i64>,
    pub reviewer: Vec<u32>,
    pub node: Vec<u32>,
    pub flow: Vec<i64>,
    cap: i64,
    load_low: Vec<i64>,
    load_high: Vec<i64>,
    pub load: Vec<i64>,
    /// The pairs with flow of each reviewer.
    pub held: Vec<Vec<u32>>,
    potential: Vec<i64>,
    pub excess: Vec<i64>,
    /// What no excess can leave.
    closed: Vec<bool>,
    /// No reviewer's potential is above.
    ceiling: i64,
    search: Search,
    searches: u32,
}

/// Searches after which the ceiling is looked for again.
const CEILING_EVERY: u32 = 32;

impl Network {
    /// A network without flow but the lower bounds. Bounds of trees and loads are multiplied by `unit`, the parts that one
    /// reviewer on one proposal consists of; a pair carries at most `cap` of them.
    pub fn new(
        trees: impl Iterator<Item = Tree>,
        loads: impl Iterator<Item = (u32, u32)>,
        (unit, cap): (i64, i64),
        cost: impl Fn(usize, usize) -> i64,
    ) -> Network {
        let mut net = Network { cap, ..Network::default() };
        for (proposal, tree) in trees.enumerate() {
            net.add_proposal(&tree, unit, |reviewer| cost(proposal, reviewer));
        }
        net.add_reviewers(loads, unit);
        net
    }

    fn add_proposal(&mut self, tree: &Tree, unit: i64, cost: impl Fn(usize) -> i64) {
        let base = index(self.parent.len());
        self.roots.push(base);
        // Equal costs begin with another reviewer for each proposal, so that not all compete for the first ones.
        let count = tree.place.len();
        let turn = self.roots.len() * 7 % count;
        let mut rows: Vec<Vec<(i64, u32)>> = vec![Vec::new(); tree.nodes.len()];
        for reviewer in (turn..count).chain(0..turn).filter(|reviewer| tree.place[*reviewer] != NOWHERE) {
            rows[tree.place[reviewer] as usize].push((cost(reviewer), index(reviewer)));
        }
        // No reduced cost may be negative: a node's potential is the largest gain below it.
        let mut gain: Vec<i64> = rows.iter().map(|row| row.iter().map(|(cost, _)| -cost).max().unwrap_or(0)).collect();
        for at in (1..tree.nodes.len()).rev() {
            let parent = tree.nodes[at].parent as usize;
            gain[parent] = gain[parent].max(gain[at]);
        }
        let mut children = vec![0..0; tree.nodes.len()];
        for (at, node) in (base..).zip(&tree.nodes).skip(1) {
            let of_parent: &mut Range<u32> = &mut children[node.parent as usize];
            let start = if of_parent.end == 0 { at } else { of_parent.start };
            *of_parent = start..at + 1;
        }
        self.children.extend(children);
        for (at, (node, mut row)) in (0..).zip(tree.nodes.iter().zip(rows)) {
            self.parent.push(if at == 0 { NOWHERE } else { base + node.parent });
            let (low, high) = (i64::from(node.low) * unit, i64::from(node.high) * unit);
            self.low.push(low);
            self.high.push(high);
            self.inflow.push(low);
            self.excess.push(low);
            if at > 0 {
                self.excess[(base + node.parent) as usize] -= low;
            }
            self.potential.push(gain[at as usize]);
            row.sort_by_key(|(cost, _)| *cost);
            let start = index(self.cost.len());
            for (cost, reviewer) in row {
                self.cost.push(cost);
                self.reviewer.push(reviewer);
                self.node.push(base + at);
            }
            self.pairs.push(start..index(self.cost.len()));
        }
    }

    fn add_reviewers(&mut self, loads: impl Iterator<Item = (u32, u32)>, unit: i64) {
        self.flow = vec![0; self.cost.len()];
        let first = self.parent.len();
        let wanted: i64 = self.roots.iter().map(|root| self.low[*root as usize]).sum();
        let mut forced = 0;
        for (low, high) in loads {
            let low = i64::from(low) * unit;
            self.load_low.push(low);
            self.load_high.push(i64::from(high) * unit);
            self.load.push(low);
            self.excess.push(-low);
            forced += low;
        }
        self.held = vec![Vec::new(); self.load.len()];
        self.excess.push(forced - wanted);
        let nodes = self.excess.len();
        self.potential.resize(nodes, 0);
        self.closed = vec![false; nodes];
        let search = &mut self.search;
        search.distance = vec![0; nodes];
        search.step = vec![Step::Source; nodes];
        search.written = vec![0; nodes];
        debug_assert_eq!(first + self.load.len() + 1, nodes);
    }

    fn reviewer_node(&self, reviewer: u32) -> u32 {
        index(self.parent.len()) + reviewer
    }

    fn end(&self) -> u32 {
        index(self.excess.len() - 1)
    }

    /// Sends every excess to a need at least cost. False as soon as some of it can go nowhere.
    pub fn run(&mut self) -> bool {
        (0..index(self.excess.len())).all(|node| self.settle(node))
    }

    /// Sends what can be sent.
    pub fn run_on(&mut self) {
        for node in 0..index(self.excess.len()) {
            self.settle(node);
        }
    }

    /// Sends the excess of one node. False when some of it can go nowhere; then no more is sent over what it can reach, which
    /// nothing else could leave either.
    pub fn settle(&mut self, source: u32) -> bool {
        while self.excess[source as usize] > 0 {
            if self.closed[source as usize] {
                return false;
            }
            let Some(target) = self.shortest(source) else {
                for node in &self.search.reached {
                    self.closed[*node as usize] = true;
                }
                return false;
            };
            self.augment(source, target);
        }
        true
    }

    /// Lets flow again over everything.
    pub fn reopen(&mut self) {
        self.closed.fill(false);
    }

    /// The nodes of the last search: what an excess that goes nowhere can reach.
    pub fn reached(&self) -> &[u32] {
        &self.search.reached
    }

    fn shortest(&mut self, source: u32) -> Option<u32> {
        if self.searches.is_multiple_of(CEILING_EVERY) {
            let reviewers = self.parent.len()..self.potential.len() - 1;
            self.ceiling = self.potential[reviewers].iter().copied().max().unwrap_or(0);
        }
        self.searches = self.searches.wrapping_add(1);
        let search = &mut self.search;
        search.number = search.number.wrapping_add(1);
        if search.number == 0 {
            search.written.fill(0);
            search.number = 1;
        }
        search.later.clear();
        search.now.clear();
        search.reached.clear();
        (search.at, search.best, search.target) = (0, i64::MAX, None);
        self.label(source, 0, Step::Source);
        while let Some(node) = self.search.next() {
            self.search.reached.push(node);
            self.expand(node);
            if self.search.best <= self.search.at {
                break;
            }
        }
        let target = self.search.target?;
        for node in &self.search.reached {
            let short = self.search.distance[*node as usize] - self.search.best;
            self.potential[*node as usize] += short.min(0);
        }
        Some(target)
    }

    fn label(&mut self, node: u32, distance: i64, step: Step) {
        let at = node as usize;
        let search = &mut self.search;
        if distance >= search.best
            || self.closed[at]
            || (search.written[at] == search.number && search.distance[at] <= distance)
        {
            return;
        }
        search.written[at] = search.number;
        search.distance[at] = distance;
        search.step[at] = step;
        if self.excess[at] < 0 {
            search.best = distance;
            search.target = Some(node);
        } else if distance == search.at {
            search.now.push(node);
        } else {
            search.later.push(Reverse((distance, node)));
        }
    }

    fn expand(&mut self, node: u32) {
        let tree = index(self.parent.len());
        let distance = self.search.distance[node as usize] + self.potential[node as usize];
        if node < tree {
            self.expand_group(node, distance);
        } else if node < self.end() {
            let reviewer = (node - tree) as usize;
            self.leave(reviewer, distance);
            for at in 0..self.held[reviewer].len() {
                let pair = self.held[reviewer][at];
                let to = self.node[pair as usize];
                self.label(to, distance - self.cost[pair as usize] - self.potential[to as usize], Step::Back(pair));
            }
        } else {
            for reviewer in 0..self.load.len() {
                if self.load[reviewer] > self.load_low[reviewer] {
                    let to = tree as usize + reviewer;
                    self.label(index(to), distance - self.potential[to], Step::Return);
                }
            }
        }
    }

    fn expand_group(&mut self, node: u32, distance: i64) {
        let at = node as usize;
        let parent = self.parent[at];
        if parent != NOWHERE && self.inflow[at] > self.low[at] {
            self.label(parent, distance - self.potential[parent as usize], Step::Up(node));
        }
        for child in self.children[at].clone() {
            if self.inflow[child as usize] < self.high[child as usize] {
                self.label(child, distance - self.potential[child as usize], Step::Down);
            }
        }
        for pair in self.pairs[at].clone() {
            let there = distance + self.cost[pair as usize];
            if there - self.ceiling >= self.search.best {
                break;
            }
            if self.flow[pair as usize] < self.cap {
                let reviewer = self.reviewer[pair as usize];
                let to = self.reviewer_node(reviewer);
                let there_reduced = there - self.potential[to as usize];
                if there_reduced < self.search.best {
                    self.label(to, there_reduced, Step::Pair(pair));
                    // A reviewer with room ends the search early.
                    self.leave(reviewer as usize, there);
                }
            }
        }
    }

    /// From a reviewer with room to the end.
    fn leave(&mut self, reviewer: usize, distance: i64) {
        if self.load[reviewer] < self.load_high[reviewer] {
            let end = self.end();
            self.label(end, distance - self.potential[end as usize], Step::Leave(index(reviewer)));
        }
    }

    /// Where a step came from, and how much more it can carry.
    fn before(&self, node: u32) -> Option<(u32, i64)> {
        let at = node as usize;
        Some(match self.search.step[at] {
            Step::Source => return None,
            Step::Down => (self.parent[at], self.high[at] - self.inflow[at]),
            Step::Up(child) => (child, self.inflow[child as usize] - self.low[child as usize]),
            Step::Pair(pair) => (self.node[pair as usize], self.cap - self.flow[pair as usize]),
            Step::Back(pair) => (self.reviewer_node(self.reviewer[pair as usize]), self.flow[pair as usize]),
            Step::Leave(reviewer) => {
                (self.reviewer_node(reviewer), self.load_high[reviewer as usize] - self.load[reviewer as usize])
            }
            Step::Return => {
                let reviewer = at - self.parent.len();
                (self.end(), self.load[reviewer] - self.load_low[reviewer])
            }
        })
    }

    fn augment(&mut self, source: u32, target: u32) {
        let mut amount = self.excess[source as usize].min(-self.excess[target as usize]);
        let mut node = target;
        while let Some((before, room)) = self.before(node) {
            amount = amount.min(room);
            node = before;
        }
        let mut node = target;
        while let Some((before, _)) = self.before(node) {
            self.carry(node, amount);
            node = before;
        }
        self.excess[source as usize] -= amount;
        self.excess[target as usize] += amount;
    }

    fn carry(&mut self, node: u32, amount: i64) {
        match self.search.step[node as usize] {
            Step::Source => {}
            Step::Down => self.inflow[node as usize] += amount,
            Step::Up(child) => self.inflow[child as usize] -= amount,
            Step::Pair(pair) => {
                if self.flow[pair as usize] == 0 {
                    self.held[self.reviewer[pair as usize] as usize].push(pair);
                }
                self.flow[pair as usize] += amount;
            }
            Step::Back(pair) => {
                self.flow[pair as usize] -= amount;
                if self.flow[pair as usize] == 0 {
                    self.let_go(pair);
                }
            }
            Step::Leave(reviewer) => self.load[reviewer as usize] += amount,
            Step::Return => self.load[node as usize - self.parent.len()] -= amount,
        }
    }

    fn let_go(&mut self, pair: u32) {
        let held = &mut self.held[self.reviewer[pair as usize] as usize];
        if let Some(at) = held.iter().position(|other| *other == pair) {
            held.swap_remove(at);
        }
    }

    /// The nodes of a proposal.
    pub fn nodes_of(&self, proposal: usize) -> Range<usize> {
        let end = self.roots.get(proposal + 1).map_or(self.parent.len(), |root| *root as usize);
        self.roots[proposal] as usize..end
    }

    /// The pairs of a proposal that have flow: how much, the reviewer, and the node that it comes from.
    pub fn pairs_of(&self, proposal: usize) -> impl Iterator<Item = (i64, u32, u32)> {
        let nodes = self.nodes_of(proposal);
        let pairs = self.pairs[nodes.start].start as usize..self.pairs[nodes.end - 1].end as usize;
        let all = pairs.map(|pair| (self.flow[pair], self.reviewer[pair], self.node[pair]));
        all.filter(|(flow, ..)| *flow > 0)
    }

    /// The reviewers of a proposal, each with the parts of the flow he has, smallest number first.
    pub fn given(&self, proposal: usize) -> Vec<(u32, i64)> {
        let mut given: Vec<(u32, i64)> = self.pairs_of(proposal).map(|(flow, reviewer, _)| (reviewer, flow)).collect();
        given.sort_unstable();
        given
    }

    /// Takes a proposal out, with whatever it has. Only for a network in which nothing costs.
    pub fn withdraw(&mut self, proposal: usize) {
        let end = self.end() as usize;
        for node in self.nodes_of(proposal) {
            for pair in self.pairs[node].clone() {
                let flow = std::mem::take(&mut self.flow[pair as usize]);
                if flow > 0 {
                    self.let_go(pair);
                    self.load[self.reviewer[pair as usize] as usize] -= flow;
                    self.excess[end] -= flow;
                }
            }
            self.excess[node] = 0;
        }
    }
}

/// A position as it is stored; limits keep it within 32 bits.
pub fn index(at: usize) -> u32 {
    u32::try_from(at).expect("limits keep positions within 32 bits")
}

impl Search {
    fn next(&mut self) -> Option<u32> {
        while let Some(node) = self.now.pop() {
            if self.distance[node as usize] == self.at {
                return Some(node);
            }
        }
        while let Some(Reverse((distance, node))) = self.later.pop() {
            if distance >= self.best {
                return None;
            }
            if self.distance[node as usize] == distance {
                self.at = distance;
                return Some(node);
            }
        }
        None
    }
}
