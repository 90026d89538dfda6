//! The ranking by raw means, and both rankings side by side.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use kernel::Refusal;

use crate::Review;
use crate::criteria::rounded;
use crate::problem::{runs, sorted};

/// Reviews that each proposal needs for [`Trim::HighAndLow`].
pub const TRIM_REVIEWS_MIN: usize = 4;

/// Whether outlying scores count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trim {
    /// Every score counts.
    None,
    /// The highest and the lowest score of each proposal do not count.
    HighAndLow,
}

/// A proposal's place in a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The proposal.
    pub proposal: u32,
    /// 1 for the best; equals share a rank and the ranks after them are left out: 1, 2, 2, 4.
    pub rank: usize,
    /// The score it was ranked by, in whole hundredths of a point, rounded half away from zero.
    pub hundredths: i64,
}

/// Ranks proposals by the mean of their scores, best first; equals in the order of their numbers.
///
/// Means are compared as fractions, so that two are equal exactly when they are. With [`Trim::HighAndLow`] every proposal
/// loses its highest and its lowest score; when one has too few reviews for that, none does, since rules are the same for all.
///
/// # Errors
/// `reviews-many`, `review-range`, `review-twice` as [`crate::NotAdjustable`]; `trim-few`.
pub fn raw_ranking(reviews: &[Review], trim: Trim) -> Result<Vec<Place>, Refusal> {
    let mut scores: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for review in sorted(reviews).map_err(|why| why.refusal())? {
        scores.entry(review.proposal).or_default().push(review.score);
    }
    if trim == Trim::HighAndLow {
        let few: Vec<u32> = scores
            .iter()
            .filter(|(_, scores)| scores.len() < TRIM_REVIEWS_MIN)
            .map(|(proposal, _)| *proposal)
            .collect();
        if !few.is_empty() {
            return Err(trim_few(&few));
        }
    }
    let mut means: Vec<Mean> = scores.into_iter().map(|(proposal, scores)| Mean::of(proposal, scores, trim)).collect();
    means.sort_by(|a, b| b.order(a));
    Ok(placed(&means, |a, b| a.order(b), |mean| (mean.proposal, rounded(mean.sum, mean.count))))
}

fn trim_few(few: &[u32]) -> Refusal {
    let (zh, en) = runs(few);
    Refusal::invalid(
        "trim-few",
        format!("去掉最高分和最低分，每份应答至少需要 {TRIM_REVIEWS_MIN} 份评审；应答 {zh} 不足。请补评，或不去掉高低分。"),
        format!(
            "Dropping the highest and the lowest score takes at least {TRIM_REVIEWS_MIN} reviews each; answers {en} have fewer. Add reviews, or keep all scores."
        ),
    )
    .at("trim")
}

struct Mean {
    proposal: u32,
    sum: i64,
    count: i64,
}

impl Mean {
    fn of(proposal: u32, mut scores: Vec<i64>, trim: Trim) -> Mean {
        scores.sort_unstable();
        let kept = match trim {
            Trim::None => &scores[..],
            Trim::HighAndLow => &scores[1..scores.len() - 1],
        };
        // At most REVIEWS_MAX scores: the count fits.
        Mean { proposal, sum: kept.iter().sum(), count: kept.len() as i64 }
    }

    /// Compares fractions by cross multiplication: sums are below 10⁹ and counts below 10⁶, so nothing overflows.
    fn order(&self, other: &Mean) -> Ordering {
        (self.sum * other.count).cmp(&(other.sum * self.count))
    }
}

/// Ranks what is sorted already, best first.
pub(crate) fn placed<T>(
    best_first: &[T],
    order: impl Fn(&T, &T) -> Ordering,
    shown: impl Fn(&T) -> (u32, i64),
) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(best_first.len());
    for (index, item) in best_first.iter().enumerate() {
        let tied = index > 0 && order(&best_first[index - 1], item) == Ordering::Equal;
        let rank = if tied { places[index - 1].rank } else { index + 1 };
        let (proposal, hundredths) = shown(item);
        places.push(Place { proposal, rank, hundredths });
    }
    places
}

/// A proposal's ranks in both rankings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BothRanks {
    /// The proposal.
    pub proposal: u32,
    /// By the means of the scores as given.
    pub raw_rank: usize,
    /// The mean of the scores as given, in hundredths of a point.
    pub raw_hundredths: i64,
    /// After adjusting for reviewers.
    pub adjusted_rank: usize,
    /// The adjusted score in hundredths of a point; it may lie a little outside of 0 to 10,000.
    pub adjusted_hundredths: i64,
}

/// Both rankings of the proposals that are in both, in the order of the raw one.
pub fn side_by_side(raw: &[Place], adjusted: &[Place]) -> Vec<BothRanks> {
    let by_proposal: BTreeMap<u32, &Place> = adjusted.iter().map(|place| (place.proposal, place)).collect();
    let both = raw.iter().filter_map(|place| {
        let other = by_proposal.get(&place.proposal)?;
        Some(BothRanks {
            proposal: place.proposal,
            raw_rank: place.rank,
            raw_hundredths: place.hundredths,
            adjusted_rank: other.rank,
            adjusted_hundredths: other.hundredths,
        })
    });
    both.collect()
}
