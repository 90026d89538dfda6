//! Scores of a review: weighted, ranked as given, and adjusted for strict and mild reviewers. Without I/O.
//!
//! - [`criteria`]: criteria with weights; a reviewer's scores become one figure, in whole numbers throughout.
//! - [`ranking`]: the ranking by raw means, exactly; and both rankings side by side.
//! - [`adjust`](mod@adjust): the ranking after a mixed model has taken reviewers' habits out, with standard errors.
//! - [`chances`]: how probable each place is, given how well the scores tell the proposals apart.
//! - [`disagreement`](mod@disagreement): which proposals need one more reviewer.
//!
//! A review is a [`Review`]: one reviewer's weighted score of one proposal, in hundredths of a point. Proposals and reviewers
//! are numbers that the caller gives; the numbers of proposals appear in refusals ("answers 1–3"), those of reviewers never
//! do. Two rounds, before and after a discussion, are two calls with two sets of reviews; both results are kept by the caller.
//!
//! ```
//! use scoring::{Review, adjust, raw_ranking, side_by_side, Trim};
//! // Reviewer 1 is strict, reviewer 3 is mild; proposal 12 was read by the strict one.
//! let reviews: Vec<Review> = [
//!     (11, 2, 7000), (11, 3, 8000), (12, 1, 6800), (12, 2, 7900), (13, 3, 7500), (13, 1, 5500), (14, 2, 6900), (14, 3, 8200),
//! ].map(|(proposal, reviewer, score)| Review { proposal, reviewer, score }).to_vec();
//! let raw = raw_ranking(&reviews, Trim::None)?;
//! let adjusted = adjust(&reviews).map_err(|why| why.refusal())?;
//! let both = side_by_side(&raw, &adjusted.ranking());
//! let twelve = both.iter().find(|row| row.proposal == 12).expect("it was reviewed");
//! assert_eq!((twelve.raw_rank, twelve.adjusted_rank), (3, 1));
//! # Ok::<(), kernel::Refusal>(())
//! ```

pub mod adjust;
pub mod chances;
pub mod criteria;
pub mod disagreement;
pub mod ranking;

mod design;
mod equations;
mod linear;
mod problem;
mod reml;

pub use adjust::{Adjusted, Effect, Estimate, adjust, adjust_as};
pub use chances::Chance;
pub use criteria::{Criterion, Score, weighted};
pub use disagreement::{disagreement, further_reviewer};
pub use problem::NotAdjustable;
pub use ranking::{BothRanks, Place, Trim, raw_ranking, side_by_side};

/// Hundredths in a point.
pub const POINT: i64 = 100;
/// The best score there is, in hundredths of a point; the worst is 0.
pub const SCORE_MAX: i64 = 100 * POINT;
/// Proposals that are ranked together, at most.
pub const PROPOSALS_MAX: usize = 1_000;
/// Reviewers whose scores are ranked together, at most.
pub const REVIEWERS_MAX: usize = 500;
/// Reviews that are ranked together, at most.
pub const REVIEWS_MAX: usize = 100_000;

/// One reviewer's score of one proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Review {
    /// The number of the proposal, as people know it.
    pub proposal: u32,
    /// The number of the reviewer.
    pub reviewer: u32,
    /// The score in hundredths of a point, 0 to [`SCORE_MAX`].
    pub score: i64,
}
