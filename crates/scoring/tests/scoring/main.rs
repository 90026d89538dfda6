//! What scores become: weighted, ranked, adjusted, and judged by others.

mod balanced;
mod design;
mod given;
mod planted;
mod probable;
mod properties;
mod vectors;

use scoring::{Adjusted, Review};

/// `SplitMix64` of the tests' own, so that data are the same everywhere.
pub struct Random(pub u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.bits() % count as u64).unwrap()
    }

    /// Nearly normal with variance 1: twelve uniform numbers.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| (self.bits() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
    }
}

/// A panel with known truth.
pub struct Panel {
    pub truth: Vec<f64>,
    pub reviews: Vec<Review>,
}

/// How a panel is made: counts, and standard deviations in hundredths of a point.
#[derive(Clone, Copy)]
pub struct Plan {
    pub proposals: usize,
    pub reviewers: usize,
    pub each: usize,
    pub merit: f64,
    pub habit: f64,
    pub error: f64,
}

impl Plan {
    /// Reviewers are drawn for each proposal, and drawn again until the design is connected.
    pub fn panel(self, seed: u64) -> Panel {
        let mut random = Random(seed);
        loop {
            let panel = self.draw(&mut random);
            if scoring::adjust(&panel.reviews).is_ok() {
                return panel;
            }
        }
    }

    fn draw(self, random: &mut Random) -> Panel {
        let truth: Vec<f64> = (0..self.proposals).map(|_| 6_000.0 + self.merit * random.normal()).collect();
        let habits: Vec<f64> = (0..self.reviewers).map(|_| self.habit * random.normal()).collect();
        let mut reviews = Vec::new();
        for (proposal, merit) in truth.iter().enumerate() {
            let mut panel: Vec<usize> = (0..self.reviewers).collect();
            for seat in 0..self.each {
                let chosen = seat + random.below(self.reviewers - seat);
                panel.swap(seat, chosen);
                let score = (merit + habits[panel[seat]] + self.error * random.normal()).round().clamp(0.0, 10_000.0);
                reviews.push(review(proposal + 1, panel[seat] + 1, score as i64));
            }
        }
        Panel { truth, reviews }
    }
}

pub fn review(proposal: usize, reviewer: usize, score: i64) -> Review {
    Review { proposal: u32::try_from(proposal).unwrap(), reviewer: u32::try_from(reviewer).unwrap(), score }
}

/// Reviews of a full table: a row for each proposal, a column for each reviewer.
pub fn table(rows: &[Vec<i64>]) -> Vec<Review> {
    let row = |(p, row): (usize, &Vec<i64>)| -> Vec<Review> {
        row.iter().enumerate().map(|(r, score)| review(p + 1, r + 1, *score)).collect()
    };
    rows.iter().enumerate().flat_map(row).collect()
}

pub fn scores(adjusted: &Adjusted) -> Vec<f64> {
    adjusted.proposals.iter().map(|estimate| estimate.value).collect()
}

#[track_caller]
pub fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected} to {tolerance}");
}
