//! Who has reviewed what: the design behind the equations, and whether it holds together.

use std::collections::BTreeMap;

use crate::problem::{NotAdjustable, sorted};
use crate::{PROPOSALS_MAX, REVIEWERS_MAX, Review};

/// A review by positions instead of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub proposal: usize,
    pub reviewer: usize,
    /// The score less [`Design::centre`].
    pub score: f64,
}

/// Reviews that can be adjusted: sorted, connected, and more of them than effects.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    /// Numbers of the proposals, rising.
    pub proposals: Vec<u32>,
    /// Numbers of the reviewers, rising.
    pub reviewers: Vec<u32>,
    pub rows: Vec<Row>,
    /// The mean of all scores in whole hundredths. Taken off before and put back after, it keeps sums small; being whole, it
    /// makes scores that are all higher by the same amount give estimates that are higher by exactly that.
    pub centre: f64,
}

impl Design {
    pub fn of(reviews: &[Review]) -> Result<Design, NotAdjustable> {
        let reviews = sorted(reviews)?;
        let proposals = numbers(reviews.iter().map(|review| review.proposal));
        let reviewers = numbers(reviews.iter().map(|review| review.reviewer));
        if proposals.len() > PROPOSALS_MAX || reviewers.len() > REVIEWERS_MAX {
            return Err(NotAdjustable::Many);
        }
        if proposals.len() < 2 {
            return Err(NotAdjustable::OneProposal);
        }
        if reviewers.len() < 2 {
            return Err(NotAdjustable::OneReviewer);
        }
        // Scores are at most 10⁴ and reviews at most 10⁵: sums and counts are exact in a float.
        let centre =
            crate::criteria::rounded(reviews.iter().map(|review| review.score).sum(), reviews.len() as i64) as f64;
        let place = |numbers: &[u32], number: u32| numbers.partition_point(|known| *known < number);
        let row = |review: &Review| Row {
            proposal: place(&proposals, review.proposal),
            reviewer: place(&reviewers, review.reviewer),
            score: review.score as f64 - centre,
        };
        let rows = reviews.iter().map(row).collect();
        let design = Design { proposals, reviewers, rows, centre };
        design.held_together()?;
        Ok(design)
    }

    fn held_together(&self) -> Result<(), NotAdjustable> {
        let groups = self.groups();
        if groups.len() > 1 {
            return Err(NotAdjustable::Apart(groups));
        }
        let (have, need) = (self.rows.len(), self.proposals.len() + self.reviewers.len());
        if have < need { Err(NotAdjustable::Few { have, need }) } else { Ok(()) }
    }

    /// Proposals that a chain of common reviewers connects: the components of the graph of reviews.
    fn groups(&self) -> Vec<Vec<u32>> {
        // Each proposal points to an earlier one of its group, or to itself; each reviewer to a proposal he has read.
        let mut parent: Vec<usize> = (0..self.proposals.len()).collect();
        let mut read: Vec<Option<usize>> = vec![None; self.reviewers.len()];
        for row in &self.rows {
            let other = *read[row.reviewer].get_or_insert(row.proposal);
            let (one, two) = (root(&mut parent, row.proposal), root(&mut parent, other));
            parent[one.max(two)] = one.min(two);
        }
        let mut groups: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for (index, number) in self.proposals.iter().enumerate() {
            groups.entry(root(&mut parent, index)).or_default().push(*number);
        }
        groups.into_values().collect()
    }
}

fn root(parent: &mut [usize], mut index: usize) -> usize {
    while parent[index] != index {
        parent[index] = parent[parent[index]];
        index = parent[index];
    }
    index
}

fn numbers(all: impl Iterator<Item = u32>) -> Vec<u32> {
    all.collect::<std::collections::BTreeSet<u32>>().into_iter().collect()
}
