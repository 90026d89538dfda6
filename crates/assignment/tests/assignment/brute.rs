//! Every complete assignment of a small problem, by trying them all; and how small problems are made up.

use assignment::{Problem, Quota, SCORE_UNIT, Terms};
use proptest::prelude::*;

/// Whether quotas hold for a proposal, straight from what they say.
pub fn quotas_hold(terms: &Terms, proposal: usize, own: &[usize]) -> bool {
    terms.quotas.iter().all(|quota| match quota {
        Quota::PerGroup { group, max } => own.iter().all(|one| {
            let same = own.iter().filter(|other| group[**other] == group[*one]).count();
            same <= *max as usize
        }),
        Quota::Elsewhere { proposal: place, reviewer, min } => {
            own.iter().filter(|one| reviewer[**one] != place[proposal]).count() >= *min as usize
        }
        Quota::Among { member, min, max } => {
            let count = own.iter().filter(|one| member[**one]).count();
            (*min as usize..=*max as usize).contains(&count)
        }
    })
}

/// The sets of reviewers that a proposal may have.
pub fn choices(terms: &Terms, proposal: usize) -> Vec<Vec<usize>> {
    let sets = (0_u32..1 << terms.reviewers).map(|bits| (0..terms.reviewers).filter(|r| bits & 1 << r != 0).collect());
    sets.filter(|own: &Vec<usize>| {
        own.len() == terms.per_proposal[proposal] as usize
            && own.iter().all(|reviewer| terms.may(proposal, *reviewer))
            && quotas_hold(terms, proposal, own)
    })
    .collect()
}

/// Calls for every complete assignment of these proposals; loads from below only where they count.
pub fn each(terms: &Terms, proposals: &[usize], lows: &[bool], found: &mut dyn FnMut(&[Vec<usize>])) {
    let choices: Vec<Vec<Vec<usize>>> = proposals.iter().map(|proposal| choices(terms, *proposal)).collect();
    let mut loads = vec![0; terms.reviewers];
    descend(terms, &choices, lows, &mut loads, &mut Vec::new(), found);
}

fn descend(
    terms: &Terms,
    choices: &[Vec<Vec<usize>>],
    lows: &[bool],
    loads: &mut Vec<u32>,
    so_far: &mut Vec<Vec<usize>>,
    found: &mut dyn FnMut(&[Vec<usize>]),
) {
    let Some((first, rest)) = choices.split_first() else {
        if (0..terms.reviewers).all(|reviewer| !lows[reviewer] || loads[reviewer] >= terms.load_min[reviewer]) {
            found(so_far);
        }
        return;
    };
    for own in first {
        own.iter().for_each(|reviewer| loads[*reviewer] += 1);
        if own.iter().all(|reviewer| loads[*reviewer] <= terms.load_max[*reviewer]) {
            so_far.push(own.clone());
            descend(terms, rest, lows, loads, so_far, found);
            so_far.pop();
        }
        own.iter().for_each(|reviewer| loads[*reviewer] -= 1);
    }
}

/// Every complete assignment.
pub fn all(terms: &Terms) -> Vec<Vec<Vec<usize>>> {
    let mut found = Vec::new();
    let proposals: Vec<usize> = (0..terms.proposals).collect();
    each(terms, &proposals, &vec![true; terms.reviewers], &mut |one| found.push(one.to_vec()));
    found
}

/// The sum of each proposal, in units.
pub fn sums(problem: &Problem, one: &[Vec<usize>]) -> Vec<i64> {
    let sum = |(proposal, own): (usize, &Vec<usize>)| own.iter().map(|r| problem.score(proposal, *r)).sum();
    one.iter().enumerate().map(sum).collect()
}

/// A problem without quotas: few proposals and reviewers, some conflicts, any loads, scores of twelve decimals or of few steps.
pub fn problems() -> impl Strategy<Value = Problem> {
    (1..=4_usize, 1..=5_usize, any::<bool>()).prop_flat_map(|(proposals, reviewers, coarse)| {
        let score =
            if coarse { (0..=4_i64).prop_map(|step| step * SCORE_UNIT / 4).boxed() } else { (0..=SCORE_UNIT).boxed() };
        (
            prop::collection::vec(1..=3_u32, proposals),
            prop::collection::vec((0..=1_u32, 0..=3_u32), reviewers),
            prop::collection::vec(prop::bool::weighted(0.85), proposals * reviewers),
            prop::collection::vec(score, proposals * reviewers),
        )
            .prop_map(move |(per_proposal, loads, allowed, scores)| {
                let terms = Terms {
                    proposals,
                    reviewers,
                    per_proposal,
                    load_min: loads.iter().map(|(low, _)| *low).collect(),
                    load_max: loads.iter().map(|(low, more)| low + more).collect(),
                    allowed,
                    quotas: Vec::new(),
                };
                Problem::new(terms, scores).expect("a problem that is none")
            })
    })
}

/// The same with institutions that lie in cities, one from each institution at most, some from elsewhere, and a stratum.
pub fn problems_with_quotas() -> impl Strategy<Value = Problem> {
    (problems(), prop::collection::vec(0..3_u32, 5), prop::collection::vec(0..2_u32, 4), 0..=1_u32, 1..=2_u32)
        .prop_filter_map("quotas that contradict", |(problem, institutions, cities, elsewhere, per_group)| {
            let mut terms = problem.terms().clone();
            // Institution 0 lies in city 0, institutions 1 and 2 lie in city 1.
            let group: Vec<u32> = institutions[..terms.reviewers].to_vec();
            let city = |institution: &u32| (*institution).min(1);
            let elsewhere = Quota::Elsewhere {
                proposal: cities[..terms.proposals].to_vec(),
                reviewer: group.iter().map(city).collect(),
                min: elsewhere,
            };
            let member = group.iter().map(|institution| *institution > 0).collect();
            terms = terms.with(Quota::Among { member, min: 0, max: 2 });
            terms = terms.with(elsewhere).with(Quota::PerGroup { group, max: per_group });
            let (proposals, reviewers) = (terms.proposals, terms.reviewers);
            let scores = (0..proposals * reviewers).map(|at| problem.score(at / reviewers, at % reviewers)).collect();
            Problem::new(terms, scores).ok()
        })
}
