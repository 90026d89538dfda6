//! The groups of one proposal's reviewers, as a tree.

use crate::terms::{Quota, Terms};
use kernel::Refusal;

/// No node: the pair is not allowed, or the node has no parent.
pub const NOWHERE: u32 = u32::MAX;

/// A group and how many of it a proposal takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The group around it; [`NOWHERE`] for the first.
    pub parent: u32,
    /// At least.
    pub low: u32,
    /// At most.
    pub high: u32,
}

/// The first node stands for the proposal itself. Children come after their parents and stand together.
#[derive(Debug, Clone)]
pub struct Tree {
    pub nodes: Vec<Node>,
    /// For each reviewer the smallest group that he is in.
    pub place: Vec<u32>,
}

impl Tree {
    /// Without groups.
    pub fn flat(eligible: &[bool], demand: u32) -> Tree {
        let root = Node { parent: NOWHERE, low: demand, high: demand };
        Tree { nodes: vec![root], place: eligible.iter().map(|may| if *may { 0 } else { NOWHERE }).collect() }
    }

    /// With the groups that quotas make for a proposal.
    pub fn of(terms: &Terms, proposal: usize) -> Result<Tree, Refusal> {
        let mut tree = Tree::flat(terms.eligible(proposal), terms.per_proposal[proposal]);
        let mut sets = sets(terms, proposal);
        // Whatever may hold another comes before it.
        sets.sort_by_key(|set| std::cmp::Reverse(set.members.len()));
        let mut sizes = vec![tree.place.iter().filter(|place| **place != NOWHERE).count()];
        for set in sets {
            tree.add(&set, &mut sizes).ok_or_else(|| crossing(proposal))?;
        }
        tree.raise().ok_or_else(|| impossible(proposal))?;
        Ok(tree.in_levels())
    }

    fn add(&mut self, set: &Set, sizes: &mut Vec<usize>) -> Option<()> {
        let around = set.members.first().map_or(0, |reviewer| self.place[*reviewer]);
        if set.members.iter().any(|reviewer| self.place[*reviewer] != around) {
            return None;
        }
        let outer = &mut self.nodes[around as usize];
        if sizes[around as usize] == set.members.len() {
            outer.low = outer.low.max(set.low);
            outer.high = outer.high.min(set.high);
            return Some(());
        }
        let own = crate::flow::index(self.nodes.len());
        self.nodes.push(Node { parent: around, low: set.low, high: set.high });
        sizes.push(set.members.len());
        for reviewer in &set.members {
            self.place[*reviewer] = own;
        }
        Some(())
    }

    /// What is needed within a group is needed of it.
    fn raise(&mut self) -> Option<()> {
        let mut within = vec![0; self.nodes.len()];
        for at in (0..self.nodes.len()).rev() {
            let node = &mut self.nodes[at];
            node.low = node.low.max(within[at]);
            if node.low > node.high {
                return None;
            }
            let (low, parent) = (node.low, node.parent);
            if parent != NOWHERE {
                within[parent as usize] += low;
            }
        }
        Some(())
    }

    fn in_levels(self) -> Tree {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate().skip(1) {
            children[node.parent as usize].push(at);
        }
        let (mut order, mut number) = (vec![0], vec![0; self.nodes.len()]);
        let mut next = 0;
        while next < order.len() {
            let at: usize = order[next];
            number[at] = crate::flow::index(next);
            order.extend(&children[at]);
            next += 1;
        }
        let renumbered = |old: u32| if old == NOWHERE { NOWHERE } else { number[old as usize] };
        let nodes = order.iter().map(|at| Node { parent: renumbered(self.nodes[*at].parent), ..self.nodes[*at] });
        Tree { nodes: nodes.collect(), place: self.place.iter().map(|place| renumbered(*place)).collect() }
    }
}

struct Set {
    members: Vec<usize>,
    low: u32,
    high: u32,
}

/// The sets of eligible reviewers that quotas speak of, those that say nothing left out.
fn sets(terms: &Terms, proposal: usize) -> Vec<Set> {
    let eligible: Vec<usize> = (0..terms.reviewers).filter(|reviewer| terms.may(proposal, *reviewer)).collect();
    let demand = terms.per_proposal[proposal];
    let mut sets = Vec::new();
    for quota in &terms.quotas {
        match quota {
            Quota::PerGroup { group, max } => {
                let mut sorted = eligible.clone();
                sorted.sort_by_key(|reviewer| group[*reviewer]);
                for members in sorted.chunk_by(|one, other| group[*one] == group[*other]) {
                    sets.push(Set { members: members.to_vec(), low: 0, high: *max });
                }
            }
            Quota::Elsewhere { proposal: own, reviewer: of, min } => {
                let members = eligible.iter().copied().filter(|reviewer| of[*reviewer] != own[proposal]).collect();
                sets.push(Set { members, low: *min, high: demand });
            }
            Quota::Among { member, min, max } => {
                let members = eligible.iter().copied().filter(|reviewer| member[*reviewer]).collect();
                sets.push(Set { members, low: *min, high: *max });
            }
        }
    }
    sets.retain(|set| set.low > 0 || (set.high < demand && set.members.len() > set.high as usize));
    for set in &mut sets {
        set.high = set.high.min(demand);
    }
    sets
}

fn crossing(proposal: usize) -> Refusal {
    Refusal::invalid(
        "quota-crossing",
        format!(
            "对第 {proposal} 号揭榜方案，有两条名额规则所说的专家组相互交叉（既不包含也不分离），不能精确求解。请改用相互包含或互不重叠的分组，例如把跨城市的机构按城市分开。"
        ),
        format!(
            "For proposal {proposal}, two quotas speak of groups that cross: neither holds the other, and they share experts. Use groups that hold one another or are apart; for example, divide an institution in two cities by city."
        ),
    )
    .at("quotas")
}

fn impossible(proposal: usize) -> Refusal {
    Refusal::invalid(
        "quota-contradiction",
        format!("对第 {proposal} 号揭榜方案，名额规则相互矛盾：至少要的人数多于允许的人数。请放宽其中一条。"),
        format!("For proposal {proposal}, the quotas contradict each other: they want more experts than they allow. Relax one of them."),
    )
    .at("quotas")
}
