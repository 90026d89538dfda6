//! The draw by lot: always the least lots, always allowed, the same from the same seed, and even.

use crate::brute::{all, problems, problems_with_quotas};
use assignment::{Lots, Quota, Terms, draw};
use proptest::prelude::*;

fn lots(seed: &[u8], one: &[Vec<usize>]) -> u64 {
    let lots = Lots::new(seed);
    let pairs = (0..).zip(one).flat_map(|(proposal, own)| own.iter().map(move |reviewer| (proposal, *reviewer)));
    pairs.map(|(proposal, reviewer)| lots.of(proposal, u32::try_from(reviewer).unwrap())).sum()
}

fn is_least(terms: &Terms, seed: &[u8]) -> Result<(), TestCaseError> {
    let every = all(terms);
    match draw(terms, seed) {
        Ok(drawn) => prop_assert_eq!(Some(&drawn), every.iter().min_by_key(|one| lots(seed, one))),
        Err(why) => prop_assert!(every.is_empty(), "{}", why),
    }
    Ok(())
}

proptest! {
    #[test]
    fn the_least_lots_are_drawn(problem in problems(), seed: [u8; 4]) {
        is_least(problem.terms(), &seed)?;
    }

    #[test]
    fn the_least_lots_are_drawn_within_quotas(problem in problems_with_quotas(), seed: [u8; 4]) {
        is_least(problem.terms(), &seed)?;
    }
}

/// What anybody can replay: the lots were worked out with `hashlib` in Python, as docs/assignment.md shows.
#[test]
fn a_draw_can_be_replayed_by_others() {
    let seed = b"2026-11-30 close 3391.88";
    let lots = Lots::new(seed);
    assert_eq!(
        [lots.of(0, 0), lots.of(0, 1), lots.of(3, 5)],
        [94_082_422_330_722, 246_730_974_922_051, 140_595_607_242_837]
    );
    let terms = Terms::plain(4, 6, 2, 2).without(0, 0).without(2, 5);
    assert_eq!(draw(&terms, seed).unwrap(), [[2, 5], [1, 4], [1, 4], [0, 3]]);
}

#[test]
fn lots_that_do_not_compete_are_even() {
    let terms = Terms::plain(1, 4, 2, 1);
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..6_000_u32 {
        *counts.entry(draw(&terms, &seed.to_be_bytes()).unwrap()).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 6, "every pair of reviewers comes");
    // A thousand are expected of each; the seeds are fixed.
    assert!(counts.values().all(|count| (900..1_100).contains(count)), "{counts:?}");
}

#[test]
fn lots_that_compete_are_even_too() {
    // As many places as are needed: the loads bind.
    let terms = Terms::plain(3, 3, 2, 2);
    let mut counts = vec![0; 9];
    for seed in 0..3_000_u32 {
        for (proposal, own) in draw(&terms, &seed.to_be_bytes()).unwrap().iter().enumerate() {
            own.iter().for_each(|reviewer| counts[proposal * 3 + reviewer] += 1);
        }
    }
    assert!(counts.iter().all(|count| (1_900..2_100).contains(count)), "{counts:?}");
}

#[test]
fn conflicts_always_hold_and_strata_are_filled() {
    let member: Vec<bool> = (0..12).map(|reviewer| reviewer < 4).collect();
    let strata = Quota::Among { member, min: 1, max: 1 };
    let mut terms = Terms::plain(9, 12, 3, 3).with(strata);
    for proposal in 0..9 {
        terms = terms.without(proposal, proposal).without(proposal, (proposal * 5 + 2) % 12);
    }
    for seed in 0..500_u32 {
        let drawn = draw(&terms, &seed.to_be_bytes()).unwrap();
        for (proposal, own) in drawn.iter().enumerate() {
            assert!(own.iter().all(|reviewer| terms.may(proposal, *reviewer)));
            assert_eq!(own.iter().filter(|reviewer| **reviewer < 4).count(), 1);
        }
        assert_eq!(drawn, draw(&terms, &seed.to_be_bytes()).unwrap());
    }
}

#[test]
fn a_draw_that_has_one_outcome_finds_it() {
    // Everything but the diagonal is in conflict.
    let mut terms = Terms::plain(20, 20, 1, 1);
    for (proposal, reviewer) in (0..400).map(|at| (at / 20, at % 20)).filter(|(p, r)| p != r) {
        terms = terms.without(proposal, reviewer);
    }
    let drawn = draw(&terms, b"any").unwrap();
    assert!(drawn.iter().enumerate().all(|(at, own)| own == &[at]));
    let refusal = draw(&terms.without(7, 7), b"any").unwrap_err();
    assert_eq!(refusal.code, "assignment-places");
}
