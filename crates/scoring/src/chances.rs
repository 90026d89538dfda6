//! How probable each place is.
//!
//! The estimates of proposals have errors that are jointly normal. [`DRAWS`] possible true scores are drawn from that
//! distribution and ranked; the share of draws in which a proposal has a rank is the probability of that rank. The draws come
//! from `SplitMix64` with a constant seed, through the polar method for normal numbers, in pairs of opposite sign: the same
//! reviews give the same probabilities, wherever and however often they are asked. In nineteen cases of
//! twenty a probability is off by less than 1.1 percentage points, mostly by much less. (Logarithms come from the machine's
//! library; where their last digit differs, a draw may change sides, which is a basis point at most.) The variances are taken
//! as known, so that with few reviews the probabilities are too sure.
//!
//! Sources: Steele, Lea and Flood 2014 (Fast splittable pseudorandom number generators, OOPSLA) for the generator, Marsaglia and
//! Bray 1964 (SIAM Review 6, 260–264) for the polar method.

use crate::adjust::{Adjusted, Spread};

/// Draws, half of them mirrored.
pub const DRAWS: usize = 32_768;
/// The seed. It is part of the rule: another one would change probabilities by a few basis points.
pub const SEED: u64 = 0x5949_4c41_4e47_2031;
/// Scores that differ by less, in hundredths of a point, are equal, and share the ranks they take.
const EQUAL: f64 = 1e-6;
/// Basis points in a whole.
const WHOLE_BP: f64 = 10_000.0;

/// A proposal's probabilities, in basis points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance {
    /// The proposal.
    pub proposal: u32,
    /// Of being first, second and so on; they sum to 10,000.
    pub ranks_bp: Vec<u32>,
}

impl Chance {
    /// Of being among the best so many.
    pub fn best_bp(&self, places: usize) -> u32 {
        self.ranks_bp.iter().take(places).sum()
    }
}

impl Adjusted {
    /// The probabilities of all places, in the order of the proposals' numbers. See the [module](self).
    ///
    /// For 1,000 proposals this takes a few seconds and some ten megabytes.
    pub fn chances(&self) -> Vec<Chance> {
        let scores: Vec<f64> = self.proposals.iter().map(|estimate| estimate.value).collect();
        let mut counts = vec![vec![0.0; scores.len()]; scores.len()];
        let mut normal = Normal::seeded(SEED);
        let mut order: Vec<(i64, usize)> = Vec::with_capacity(scores.len());
        for _ in 0..DRAWS / 2 {
            let errors = errors(&self.spread, &mut normal);
            for sign in [-1.0, 1.0] {
                // Whole numbers are equal when they are, and sort fast. Negative, since the best comes first.
                let drawn =
                    scores.iter().zip(&errors).map(|(score, error)| ((sign * error - score) / EQUAL).round() as i64);
                order.clear();
                order.extend(drawn.zip(0..));
                order.sort_unstable();
                count(&order, &mut counts);
            }
        }
        let chance = |(estimate, counts): (&crate::Estimate, &Vec<f64>)| Chance {
            proposal: estimate.number,
            ranks_bp: basis_points(counts),
        };
        self.proposals.iter().zip(&counts).map(chance).collect()
    }
}

/// One draw of the proposals' errors.
fn errors(spread: &Spread, normal: &mut Normal) -> Vec<f64> {
    let mut kept: Vec<f64> = (0..spread.factor.size()).map(|_| normal.next()).collect();
    spread.factor.solve_transposed(&mut kept);
    let error = |form: &crate::equations::Form| {
        let shared: f64 = form.terms.iter().map(|(at, factor)| factor * kept[*at]).sum();
        let own = if form.own == 0.0 { 0.0 } else { form.own * normal.next() };
        spread.scale * (shared + own)
    };
    spread.forms.iter().map(error).collect()
}

/// Counts one order of proposals, best first. Equals share the ranks they take evenly.
fn count(order: &[(i64, usize)], counts: &mut [Vec<f64>]) {
    let mut first = 0;
    for equals in order.chunk_by(|a, b| a.0 == b.0) {
        for (_, proposal) in equals {
            counts[*proposal][first..first + equals.len()]
                .iter_mut()
                .for_each(|cell| *cell += 1.0 / equals.len() as f64);
        }
        first += equals.len();
    }
}

/// Counts as basis points that sum to 10,000: the probabilities of "so good or better" are rounded, and their steps taken.
fn basis_points(counts: &[f64]) -> Vec<u32> {
    let all: f64 = counts.iter().sum();
    let mut so_far = 0.0;
    let mut before = 0;
    let step = |count: &f64| {
        so_far += count;
        // Between 0 and 10,000, and never falling.
        let now = (so_far / all * WHOLE_BP).round() as u32;
        let step = now - before;
        before = now;
        step
    };
    counts.iter().map(step).collect()
}

/// Independent standard normal numbers.
struct Normal {
    state: u64,
    spare: Option<f64>,
}

impl Normal {
    fn seeded(seed: u64) -> Normal {
        Normal { state: seed, spare: None }
    }

    /// `SplitMix64`, as a float from −1 to below 1 in steps of 2⁻⁵².
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (self.uniform(), self.uniform());
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let stretch = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * stretch);
                return x * stretch;
            }
        }
    }
}
