//! Terms and problems that are none.

use assignment::{Problem, Quota, Terms, draw};
use kernel::Refusal;

fn code(outcome: Result<impl std::fmt::Debug, Refusal>) -> &'static str {
    let refusal = outcome.expect_err("refused");
    assert!(refusal.zh.ends_with('。') && refusal.en.ends_with('.'), "{refusal}");
    refusal.code
}

#[test]
fn sizes_and_bounds_are_checked() {
    assert_eq!(code(Terms::plain(0, 3, 1, 1).check()), "size-limits");
    assert_eq!(code(Terms::plain(3, 5_001, 1, 1).check()), "size-limits");
    assert_eq!(code(Terms::plain(usize::MAX, usize::MAX, 1, 1).check()), "size-limits");
    assert_eq!(code(Terms::plain(2, 2, 0, 1).check()), "demand-limits");
    assert_eq!(code(Terms::plain(2, 2, 101, 1).check()), "demand-limits");
    assert_eq!(code(Terms::plain(2, 2, 1, 5_001).check()), "load-limits");
    let mut terms = Terms::plain(2, 2, 1, 1);
    terms.load_min = vec![0, 2];
    assert_eq!(code(terms.check()), "load-bounds");
    terms.load_min = vec![0];
    assert_eq!(code(terms.check()), "size-mismatch");
    assert_eq!(code(Problem::new(Terms::plain(2, 2, 1, 1), vec![0; 3])), "size-mismatch");
    assert_eq!(code(draw(&Terms::plain(2, 2, 0, 1), b"")), "demand-limits");
}

#[test]
fn scores_are_numbers_in_range() {
    for score in [f64::NAN, f64::INFINITY, -0.1, 100.5] {
        let refusal = Problem::from_f64(Terms::plain(1, 2, 1, 1), &[0.5, score]).unwrap_err();
        assert_eq!(refusal.code, "score-range");
        assert!(refusal.en.contains("expert 1"), "{refusal}");
    }
    assert!(Problem::from_f64(Terms::plain(1, 2, 1, 1), &[0.0, 100.0]).is_ok());
}

#[test]
fn quotas_that_cross_are_refused() {
    // An institution in two cities, and one from another city.
    let institutions = Quota::PerGroup { group: vec![0, 0, 1], max: 1 };
    let elsewhere = Quota::Elsewhere { proposal: vec![5], reviewer: vec![5, 6, 6], min: 1 };
    let terms = Terms::plain(1, 3, 2, 1).with(institutions).with(elsewhere);
    assert_eq!(code(terms.check()), "quota-crossing");
    // A conflict may take away what crosses.
    assert_eq!(terms.without(0, 0).check(), Ok(()));
}

#[test]
fn quotas_that_contradict_are_refused() {
    let among = |member: [bool; 3], min, max| Quota::Among { member: member.to_vec(), min, max };
    let terms = Terms::plain(1, 3, 2, 1);
    assert_eq!(code(terms.clone().with(among([true, true, false], 2, 1)).check()), "quota-bounds");
    assert_eq!(code(terms.clone().with(among([true, true, false], 3, 3)).check()), "quota-contradiction");
    let two = terms.clone().with(among([true, true, false], 2, 2)).with(among([false, false, true], 1, 1));
    assert_eq!(code(two.check()), "quota-contradiction");
    let many = (0..9).fold(terms.clone(), |terms, _| terms.with(among([true; 3], 0, 2)));
    assert_eq!(code(many.check()), "quota-bounds");
    assert_eq!(code(terms.with(Quota::PerGroup { group: vec![0], max: 1 }).check()), "size-mismatch");
}
