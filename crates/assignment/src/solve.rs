//! The best sum.

use crate::flow::Network;
use crate::reason::{Infeasible, why};
use crate::terms::Problem;

/// Who reviews what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// For each proposal its reviewers, smallest number first.
    pub reviewers: Vec<Vec<usize>>,
    /// Sum of the scores of all pairs, in units of 10⁻¹².
    pub sum: i128,
    /// The smallest sum of scores that a proposal has, in units of 10⁻¹².
    pub minimum: i64,
}

impl Assignment {
    /// What an assignment is worth: of reviewers for each proposal, as [`crate::draw`] gives them.
    ///
    /// # Panics
    /// For a number beyond the problem's.
    pub fn new(problem: &Problem, reviewers: Vec<Vec<usize>>) -> Assignment {
        let mut sums: Vec<i64> = Vec::with_capacity(reviewers.len());
        for (proposal, own) in reviewers.iter().enumerate() {
            sums.push(own.iter().map(|reviewer| problem.score(proposal, *reviewer)).sum());
        }
        let sum = sums.iter().map(|sum| i128::from(*sum)).sum();
        Assignment { reviewers, sum, minimum: sums.into_iter().min().unwrap_or(0) }
    }
}

/// The reviewers of each proposal in a network whose pairs are whole.
pub(crate) fn chosen(net: &Network) -> Vec<Vec<usize>> {
    let of = |proposal| net.given(proposal).into_iter().map(|(reviewer, _)| reviewer as usize).collect();
    (0..net.roots.len()).map(of).collect()
}

/// An assignment with the largest sum of scores, exactly.
///
/// The same problem always gives the same assignment, also where several are equally good.
///
/// # Errors
/// [`Infeasible`] with a minimal reason when there is no complete assignment.
pub fn solve(problem: &Problem) -> Result<Assignment, Infeasible> {
    let terms = problem.terms();
    let mut net =
        Network::new(terms.trees(), terms.loads(), (1, 1), |proposal, reviewer| -problem.score(proposal, reviewer));
    if net.run() { Ok(Assignment::new(problem, chosen(&net))) } else { Err(why(terms, (1, 1))) }
}
