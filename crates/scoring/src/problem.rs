//! Why reviews cannot be adjusted, in plain words.

use kernel::Refusal;

use crate::{PROPOSALS_MAX, REVIEWERS_MAX, REVIEWS_MAX, Review, SCORE_MAX};

/// Runs of numbers and groups that a sentence names before it says "and others".
const SHOWN_MAX: usize = 6;

/// Why reviews cannot be adjusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdjustable {
    /// More than [`PROPOSALS_MAX`], [`REVIEWERS_MAX`] or [`REVIEWS_MAX`].
    Many,
    /// A score outside of 0 to [`SCORE_MAX`], for this proposal.
    Range(u32),
    /// A reviewer has scored this proposal twice.
    Twice(u32),
    /// Fewer than two proposals: there is nothing to compare.
    OneProposal,
    /// Fewer than two reviewers: everybody was judged by the same standard already.
    OneReviewer,
    /// Groups of proposals without a chain of common reviewers between them, each in the order of numbers.
    Apart(Vec<Vec<u32>>),
    /// As many unknown effects as reviews, so that habits cannot be told from chance.
    Few {
        /// Reviews there are.
        have: usize,
        /// Reviews it takes at least: proposals and reviewers together.
        need: usize,
    },
}

impl NotAdjustable {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            NotAdjustable::Many => "reviews-many",
            NotAdjustable::Range(_) => "review-range",
            NotAdjustable::Twice(_) => "review-twice",
            NotAdjustable::OneProposal => "adjust-one-proposal",
            NotAdjustable::OneReviewer => "adjust-one-reviewer",
            NotAdjustable::Apart(_) => "adjust-apart",
            NotAdjustable::Few { .. } => "adjust-few",
        }
    }

    /// What to do, in both languages.
    pub fn refusal(&self) -> Refusal {
        let (zh, en) = match self {
            NotAdjustable::Many => (
                format!("一次最多比较 {PROPOSALS_MAX} 份应答、{REVIEWERS_MAX} 位评审人、{REVIEWS_MAX} 份评审。请分批进行。"),
                format!(
                    "At most {PROPOSALS_MAX} answers, {REVIEWERS_MAX} reviewers and {REVIEWS_MAX} reviews are compared at once. Split them."
                ),
            ),
            NotAdjustable::Range(proposal) => (
                format!("应答 {proposal} 有一个分数不在 0 与 100 之间。请改正。"),
                format!("A score of answer {proposal} is not between 0 and 100. Correct it."),
            ),
            NotAdjustable::Twice(proposal) => (
                format!("同一位评审人给应答 {proposal} 打了两次分。请每轮只留一次。"),
                format!("One reviewer has scored answer {proposal} twice. Keep one score for each round."),
            ),
            NotAdjustable::OneProposal => (
                "评审过的应答不足两份，无需校正。请使用原始分。".to_owned(),
                "Fewer than two answers have been reviewed, so there is nothing to adjust. Use the raw scores.".to_owned(),
            ),
            NotAdjustable::OneReviewer => (
                "只有一位评审人，宽严一致，无需校正。请使用原始分排名。".to_owned(),
                "There is only one reviewer, equally strict with all, so there is nothing to adjust. Use the raw ranking.".to_owned(),
            ),
            NotAdjustable::Apart(groups) => apart(groups),
            NotAdjustable::Few { have, need } => (
                format!("共有 {have} 份评审；要分清评审人的宽严，至少需要 {need} 份。请补评，或使用原始分排名。"),
                format!(
                    "There are {have} reviews; it takes at least {need} to tell how strict reviewers are. Add reviews, or use the raw ranking."
                ),
            ),
        };
        Refusal::invalid(self.code(), zh, en).at("reviews")
    }
}

impl std::fmt::Display for NotAdjustable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.refusal().fmt(f)
    }
}

impl std::error::Error for NotAdjustable {}

fn apart(groups: &[Vec<u32>]) -> (String, String) {
    let (zh, en): (Vec<String>, Vec<String>) = groups.iter().take(SHOWN_MAX).map(|group| runs(group)).unzip();
    let more = groups.len().saturating_sub(SHOWN_MAX);
    let (zh_more, en_more) = match more {
        0 => (String::new(), String::new()),
        more => (format!("等 {} 组", groups.len()), format!(" and {more} more groups")),
    };
    let zh_list = zh.iter().map(|group| format!("（{group}）")).collect::<String>();
    let en_list = match en.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) if more == 0 => format!("{} and {last}", first.join("; ")),
        _ => en.join("; "),
    };
    (
        format!(
            "应答{zh_list}{zh_more}之间没有共同的评审人，无法相互比较。请让评过其中一组的评审人，再评另一组的一份。"
        ),
        format!(
            "Answers {en_list}{en_more} share no reviewer, so that they cannot be compared. Ask a reviewer of one group to review an answer of the other."
        ),
    )
}

/// Numbers in order as people write them, in Chinese and in English: "1–3、5" and "1–3, 5".
pub(crate) fn runs(numbers: &[u32]) -> (String, String) {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match found.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => found.push((*number, *number)),
        }
    }
    let written = |(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        _ => format!("{first}–{last}"),
    };
    let shown: Vec<String> = found.iter().take(SHOWN_MAX).map(written).collect();
    let (zh_more, en_more) = if found.len() > SHOWN_MAX { ("等", " and others") } else { ("", "") };
    (format!("{}{zh_more}", shown.join("、")), format!("{}{en_more}", shown.join(", ")))
}

/// Reviews in the order of proposals and reviewers, so that the order they came in changes nothing.
///
/// # Errors
/// [`NotAdjustable::Many`], [`NotAdjustable::Range`], [`NotAdjustable::Twice`].
pub(crate) fn sorted(reviews: &[Review]) -> Result<Vec<Review>, NotAdjustable> {
    if reviews.len() > REVIEWS_MAX {
        return Err(NotAdjustable::Many);
    }
    if let Some(review) = reviews.iter().find(|review| !(0..=SCORE_MAX).contains(&review.score)) {
        return Err(NotAdjustable::Range(review.proposal));
    }
    let mut sorted = reviews.to_vec();
    sorted.sort_unstable_by_key(|review| (review.proposal, review.reviewer));
    let same = |pair: &&[Review]| (pair[0].proposal, pair[0].reviewer) == (pair[1].proposal, pair[1].reviewer);
    match sorted.windows(2).find(same) {
        Some(pair) => Err(NotAdjustable::Twice(pair[0].proposal)),
        None => Ok(sorted),
    }
}
