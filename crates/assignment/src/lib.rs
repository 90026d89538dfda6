//! Exact assignment of reviewers to proposals, without I/O, without a clock and without randomness of its own.
//!
//! Every proposal needs a number of reviewers, every reviewer takes at least and at most so many proposals, conflicts of interest
//! keep pairs apart whatever else is wanted, and quotas hold for the reviewers of each proposal. Proposals and reviewers are
//! numbered from 0. Within these [`Terms`]:
//!
//! - [`solve`]: the largest sum of scores, exactly.
//! - [`solve_max_min`]: the largest minimum of what a proposal gets, with a proof or with an upper bound.
//! - [`solve_randomised`]: the largest expected sum when no pair may be likelier than a cap, exactly, and one draw.
//! - [`draw`]: by lot (随机抽取), in strata if quotas say so, replayable from a seed.
//!
//! What cannot be done has a minimal reason in plain words ([`Infeasible`]): "these 7 proposals share only 12 free places".
//! [`matrix`] reads tables of scores.
//!
//! # What is exact
//! Scores are whole numbers of 10⁻¹²; sums are of 128 bits, and everything in between stays within 64 bits by the limits below: a
//! path has at most as many scores as there are proposals or reviewers (5,000), of at most 10¹⁴ units or 2⁴⁸ for lots.
//! Nothing is rounded after a score has been read.
//!
//! # Which quotas
//! For one proposal, the sets of eligible reviewers that two quotas speak of must be apart, or one within the other: one from an
//! institution and one from another city go together where every institution lies in one city. Then the constraints are two
//! laminar families over the pairs (groups within proposals; loads), whose matrix is totally unimodular, and the flow is exact.
//! Sets that cross are refused (`quota-crossing`).
//!
//! # Sources
//! Network flow with lower bounds: Ahuja, Magnanti and Orlin 1993, "Network Flows", chapters 6 and 9. Laminar pairs: Edmonds 1970;
//! Budish, Che, Kojima and Milgrom 2013. Capped probabilities: Jecmen et al. 2020. Dependent rounding: Gandhi et al. 2006.
//! Max–min fairness of paper assignment: Garg, Kavitha, Kumar, Mehlhorn and Mestre 2010; Stelmakh, Shah and Singh 2021 (PR4A).

mod chance;
mod fair;
mod flow;
mod groups;
mod lot;
pub mod matrix;
mod reason;
mod solve;
mod terms;

pub use chance::{Randomised, solve_randomised};
pub use fair::{Fair, PROVEN_PROPOSALS, solve_max_min};
pub use lot::{Lots, draw};
pub use matrix::Matrix;
pub use reason::Infeasible;
pub use solve::{Assignment, solve};
pub use terms::{Problem, Quota, Terms};

/// A score of 1, and a probability of 1, in units.
pub const SCORE_UNIT: i64 = 1_000_000_000_000;
/// The largest score.
pub const SCORE_MAX: i64 = 100;
/// Proposals at most.
pub const PROPOSALS_MAX: usize = 5_000;
/// Reviewers at most.
pub const REVIEWERS_MAX: usize = 5_000;
/// Pairs of a proposal and a reviewer at most.
pub const CELLS_MAX: usize = 10_000_000;
/// Reviewers of one proposal at most.
pub const PER_PROPOSAL_MAX: u32 = 100;
/// Proposals of one reviewer at most.
pub const LOAD_MAX: u32 = 5_000;
/// Quotas at most.
pub const QUOTAS_MAX: usize = 8;
/// Bytes of a table at most.
pub const MATRIX_BYTES_MAX: usize = 256 * 1024 * 1024;
