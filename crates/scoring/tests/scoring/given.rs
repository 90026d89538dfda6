//! Scores as given: weights, raw ranking, disagreement.

use scoring::ranking::TRIM_REVIEWS_MIN;
use scoring::{Criterion, Score, Trim, criteria, disagreement, further_reviewer, raw_ranking, side_by_side, weighted};

use crate::review;

fn criterion(code: &str, weight: i64) -> Criterion {
    Criterion { code: code.to_owned(), weight }
}

fn score(code: &str, hundredths: i64) -> Score {
    Score { code: code.to_owned(), hundredths }
}

#[test]
fn weights_make_one_figure_in_whole_numbers() {
    let criteria = [criterion("novelty", 3_333), criterion("use", 6_667)];
    assert_eq!(weighted(&criteria, &[score("use", 10_000), score("novelty", 10_000)]), Ok(10_000));
    assert_eq!(weighted(&criteria, &[score("novelty", 8_000), score("use", 7_000)]), Ok(7_333));
    assert_eq!(weighted(&criteria, &[score("novelty", 0), score("use", 0)]), Ok(0));
    // 0.5 and 1.5 hundredths: halves go away from zero.
    let halves = [criterion("a", 5_000), criterion("b", 5_000)];
    assert_eq!(weighted(&halves, &[score("a", 1), score("b", 0)]), Ok(1));
    assert_eq!(weighted(&halves, &[score("a", 1), score("b", 2)]), Ok(2));
    assert_eq!(weighted(&[criterion("a", 10_000)], &[score("a", 4_321)]), Ok(4_321));
}

#[test]
fn what_does_not_fit_the_criteria_is_refused_at_its_field() {
    let good = [criterion("a", 4_000), criterion("b", 6_000)];
    let both = [score("a", 1), score("b", 2)];
    let many: Vec<Criterion> = (0..=criteria::CRITERIA_MAX).map(|i| criterion(&i.to_string(), 1)).collect();
    let cases: Vec<(Vec<Criterion>, Vec<Score>, &str, &str)> = vec![
        (vec![], vec![], "criteria-none", "criteria"),
        (many, vec![], "criteria-many", "criteria"),
        (vec![criterion("a", 4_000), criterion("b", 5_999)], both.to_vec(), "criteria-sum", "criteria"),
        (vec![criterion("a", 0), criterion("b", 10_000)], both.to_vec(), "criteria-weight", "weight_a"),
        (vec![criterion("a", i64::MAX), criterion("b", i64::MAX)], both.to_vec(), "criteria-weight", "weight_a"),
        (vec![criterion("a", 4_000), criterion("a", 6_000)], both.to_vec(), "criteria-twice", "weight_a"),
        (good.to_vec(), vec![score("a", 1)], "score-missing", "score_b"),
        (good.to_vec(), vec![score("a", 1), score("b", 1), score("c", 1)], "score-unknown", "score_c"),
        (good.to_vec(), vec![score("a", 1), score("b", 1), score("a", 1)], "score-twice", "score_a"),
        (good.to_vec(), vec![score("a", 1), score("b", 10_001)], "score-range", "score_b"),
        (good.to_vec(), vec![score("a", -1), score("b", 1)], "score-range", "score_a"),
        (good.to_vec(), vec![score("a", i64::MIN), score("b", i64::MAX)], "score-range", "score_a"),
    ];
    for (criteria, scores, code, field) in cases {
        let refusal = weighted(&criteria, &scores).expect_err(code);
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, Some(field)));
        assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{code}");
    }
    let refusal = weighted(&[criterion("a", 4_000), criterion("b", 5_950)], &both).expect_err("sum");
    assert!(refusal.en.contains("99.50%") && refusal.zh.contains("99.50%"), "{}", refusal.en);
}

#[test]
fn equal_means_share_a_rank_exactly() {
    // 1/3 as a mean of three and of six, which a float would not always see as equal.
    let mut reviews = vec![review(1, 1, 9_000), review(2, 1, 1), review(2, 2, 0), review(2, 3, 0), review(4, 1, 0)];
    reviews.extend((1..=6).map(|reviewer| review(3, reviewer, i64::from(reviewer <= 2))));
    let places = raw_ranking(&reviews, Trim::None).unwrap();
    let ranks: Vec<(u32, usize, i64)> = places.iter().map(|p| (p.proposal, p.rank, p.hundredths)).collect();
    assert_eq!(ranks, [(1, 1, 9_000), (2, 2, 0), (3, 2, 0), (4, 4, 0)]);
    assert_eq!(raw_ranking(&[], Trim::None), Ok(vec![]));
    assert_eq!(raw_ranking(&[review(1, 1, 1), review(1, 1, 2)], Trim::None).unwrap_err().code, "review-twice");
    assert_eq!(raw_ranking(&[review(1, 1, 10_001)], Trim::None).unwrap_err().code, "review-range");
}

#[test]
fn highest_and_lowest_go_for_all_or_for_none() {
    let mut reviews = vec![review(1, 1, 0), review(1, 2, 5_000), review(1, 3, 5_101), review(1, 4, 10_000)];
    reviews.extend((1..=4).map(|reviewer| review(2, reviewer, 5_050)));
    let trimmed = raw_ranking(&reviews, Trim::HighAndLow).unwrap();
    assert_eq!(
        trimmed.iter().map(|p| (p.proposal, p.rank, p.hundredths)).collect::<Vec<_>>(),
        [(1, 1, 5_051), (2, 2, 5_050)]
    );
    assert_eq!(raw_ranking(&reviews, Trim::None).unwrap()[0].proposal, 2);
    reviews.pop();
    let refusal = raw_ranking(&reviews, Trim::HighAndLow).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), ("trim-few", Some("trim")));
    assert!(
        refusal.en.contains(&format!("at least {TRIM_REVIEWS_MIN}")) && refusal.en.contains("answers 2 "),
        "{}",
        refusal.en
    );
}

#[test]
fn both_rankings_stand_side_by_side() {
    let reviews = [review(1, 1, 5_000), review(2, 1, 6_000)];
    let raw = raw_ranking(&reviews, Trim::None).unwrap();
    let other = raw_ranking(&[review(1, 1, 7_000), review(2, 1, 6_500), review(3, 1, 0)], Trim::None).unwrap();
    let both = side_by_side(&raw, &other);
    assert_eq!(both.len(), 2);
    assert_eq!((both[0].proposal, both[0].raw_rank, both[0].adjusted_rank), (2, 1, 2));
    assert_eq!((both[1].raw_hundredths, both[1].adjusted_hundredths), (5_000, 7_000));
}

#[test]
fn a_disagreement_calls_one_more_reviewer_and_then_no_other() {
    assert!(disagreement(&[5_000, 7_001], 2_000));
    assert!(!disagreement(&[5_000, 7_000], 2_000), "exactly the threshold is none");
    assert!(!disagreement(&[], 0) && !disagreement(&[5_000], 0) && !disagreement(&[5_000], -1));
    assert!(disagreement(&[i64::MIN, i64::MAX], 0));
    let mut reviews = vec![review(1, 1, 5_000), review(1, 2, 8_000), review(2, 1, 5_000), review(2, 3, 5_500)];
    assert_eq!(further_reviewer(&reviews, 2_000, 3), [1]);
    reviews.push(review(1, 3, 6_000));
    assert_eq!(further_reviewer(&reviews, 2_000, 3), [0_u32; 0]);
}
