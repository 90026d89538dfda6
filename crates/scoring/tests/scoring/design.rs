//! Designs that cannot be adjusted, and why.

use scoring::{NotAdjustable, PROPOSALS_MAX, REVIEWERS_MAX, REVIEWS_MAX, Review, adjust};

use crate::review;

fn why(reviews: &[Review]) -> NotAdjustable {
    let why = adjust(reviews).expect_err("not adjustable");
    let refusal = why.refusal();
    assert_eq!(refusal.code, why.code());
    assert_eq!(refusal.field.as_deref(), Some("reviews"));
    assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{why}");
    why
}

#[test]
fn groups_without_a_common_reviewer_are_named() {
    let first = (1..=3).flat_map(|p| [1, 2, 3].map(|r| review(p, r, 5_000)));
    let second = (4..=7).flat_map(|p| [4, 5].map(|r| review(p, r, 6_000)));
    let mut reviews: Vec<Review> = first.chain(second).collect();
    let found = why(&reviews);
    assert_eq!(found, NotAdjustable::Apart(vec![vec![1, 2, 3], vec![4, 5, 6, 7]]));
    let refusal = found.refusal();
    assert!(
        refusal.en.starts_with("Answers 1–3 and 4–7 share no reviewer, so that they cannot be compared."),
        "{}",
        refusal.en
    );
    assert!(refusal.zh.starts_with("应答（1–3）（4–7）之间没有共同的评审人，无法相互比较。"), "{}", refusal.zh);
    // One reviewer who reads on the other side connects them.
    reviews.push(review(4, 1, 5_500));
    assert!(adjust(&reviews).is_ok());
}

#[test]
fn many_groups_are_told_in_a_short_sentence() {
    let pairs = (1..=40).flat_map(|p| [review(10 * p, p, 1), review(10 * p, p + 100, 2)]);
    let refusal = why(&pairs.collect::<Vec<_>>()).refusal();
    assert!(refusal.en.starts_with("Answers 10; 20; 30; 40; 50; 60 and 34 more groups share"), "{}", refusal.en);
    assert!(refusal.zh.contains("（60）等 40 组之间"), "{}", refusal.zh);
    let scattered = (1..=20).flat_map(|p| [review(2 * p, 1, 1), review(2 * p, 2, 1)]);
    let reviews: Vec<Review> = scattered.chain([review(99, 3, 1), review(99, 4, 1)]).collect();
    let refusal = why(&reviews).refusal();
    assert!(refusal.en.starts_with("Answers 2, 4, 6, 8, 10, 12 and others and 99 share"), "{}", refusal.en);
}

#[test]
fn too_little_to_compare_is_said() {
    assert_eq!(why(&[]), NotAdjustable::OneProposal);
    assert_eq!(why(&[review(1, 1, 5), review(1, 2, 6)]), NotAdjustable::OneProposal);
    assert_eq!(why(&[review(1, 1, 5), review(2, 1, 6), review(3, 1, 7)]), NotAdjustable::OneReviewer);
    let tree = [review(1, 1, 5), review(1, 2, 6), review(2, 2, 7)];
    assert_eq!(why(&tree), NotAdjustable::Few { have: 3, need: 4 });
    assert!(adjust(&[tree[0], tree[1], tree[2], review(2, 1, 8)]).is_ok());
}

#[test]
fn wrong_reviews_are_refused() {
    assert_eq!(why(&[review(1, 1, 5), review(1, 1, 6)]), NotAdjustable::Twice(1));
    assert_eq!(why(&[review(1, 1, 5), review(7, 1, 10_001)]), NotAdjustable::Range(7));
    assert_eq!(why(&[review(1, 1, 5), review(7, 1, -1)]), NotAdjustable::Range(7));
    assert_eq!(why(&vec![review(1, 1, 5); REVIEWS_MAX + 1]), NotAdjustable::Many);
    let proposals: Vec<Review> = (0..=PROPOSALS_MAX).map(|p| review(p, 1, 5)).collect();
    assert_eq!(why(&proposals), NotAdjustable::Many);
    let reviewers: Vec<Review> = (0..=REVIEWERS_MAX).map(|r| review(r % 2, r, 5)).collect();
    assert_eq!(why(&reviewers), NotAdjustable::Many);
}
