//! Scores that lie too far apart, and the proposals that need one more reviewer for it.

use std::collections::BTreeMap;

use crate::Review;

/// Whether the highest and the lowest score differ by more than a threshold, in hundredths of a point.
///
/// A difference of exactly the threshold is not yet a disagreement. Fewer than two scores never disagree.
pub fn disagreement(scores: &[i64], threshold_hundredths: i64) -> bool {
    match (scores.iter().max(), scores.iter().min()) {
        (Some(high), Some(low)) => high.saturating_sub(*low) > threshold_hundredths && scores.len() > 1,
        _ => false,
    }
}

/// The proposals whose reviewers disagree and that have fewer than `reviews_max` reviews, in the order of their numbers.
///
/// With two reviewers each and `reviews_max` 3, a disagreement calls a third, and the third is the last.
pub fn further_reviewer(reviews: &[Review], threshold_hundredths: i64, reviews_max: usize) -> Vec<u32> {
    let mut scores: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for review in reviews {
        scores.entry(review.proposal).or_default().push(review.score);
    }
    let called = |scores: &[i64]| scores.len() < reviews_max && disagreement(scores, threshold_hundredths);
    scores.into_iter().filter(|(_, scores)| called(scores)).map(|(proposal, _)| proposal).collect()
}
