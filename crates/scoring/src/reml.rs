//! Finds the ratios of standard deviations that REML prefers.
//!
//! The criterion is even in each ratio, so it is minimised without bounds over z with ratio = sinh z: a step is absolute near
//! zero and a multiple far from it, and a ratio of zero is an ordinary stationary point. A coarse grid finds the valley,
//! quasi-Newton steps (BFGS) the bottom. Everything is bounded and in a fixed order.

use crate::equations::{Equations, Fit, Ratios};

/// Ratios of standard deviations at which the search may begin.
const GRID: [f64; 5] = [0.1, 0.3, 1.0, 3.0, 10.0];
/// The largest ratio that is looked at. Whole hundredths do not carry a larger one.
const RATIO_MAX: f64 = 1e5;
/// Quasi-Newton steps, at most.
pub(crate) const ITERATIONS_MAX: usize = 100;
/// The longest step that is tried first, and trials for one step.
const STEP_MAX: f64 = 1.0;
const TRIALS_MAX: usize = 30;
/// A ratio below this is compared with zero at the end.
const RATIO_SMALL: f64 = 0.02;
/// The slope by z, for each free observation, at which the search ends, and at which it counts as converged when rounding lets
/// it go no further: ratios are then known to about five digits.
const SLOPE_FINE: f64 = 1e-11;
const SLOPE_ENOUGH: f64 = 1e-5;

/// What the search has found.
pub(crate) struct Found {
    pub ratios: Ratios,
    pub iterations: usize,
    /// Whether the slope has vanished. When not, the ratios are the best that were seen.
    pub converged: bool,
}

/// Searches for the minimum of the criterion, with proposals random or fixed.
pub(crate) fn minimise(equations: &Equations, random: bool) -> Found {
    let search = Search { equations, random };
    let mut here = search.start();
    let mut inverse = search.first_guess(&here);
    let mut iterations = 0;
    let mut stuck = false;
    while !stuck && iterations < ITERATIONS_MAX && here.steepness() > SLOPE_FINE * here.free {
        iterations += 1;
        match search.step(&here, inverse) {
            Some(next) => {
                inverse = updated(inverse, &here, &next);
                here = next;
            }
            None => stuck = true,
        }
    }
    let converged = here.steepness() <= SLOPE_ENOUGH * here.free;
    Found { ratios: search.without_traces(&here), iterations, converged }
}

type Pair = [f64; 2];

fn product(a: Pair, b: Pair) -> f64 {
    a[0] * b[0] + a[1] * b[1]
}

/// A place of the search, with the criterion there and its slope by z.
struct Spot {
    z: Pair,
    criterion: f64,
    slope: Pair,
    free: f64,
}

impl Spot {
    fn steepness(&self) -> f64 {
        self.slope[0].abs().max(self.slope[1].abs())
    }
}

struct Search<'a> {
    equations: &'a Equations<'a>,
    random: bool,
}

impl<'a> Search<'a> {
    fn ratios(&self, z: Pair) -> Ratios {
        Ratios { proposals: self.random.then(|| z[0].sinh().abs()), reviewers: z[1].sinh().abs() }
    }

    fn fit(&self, z: Pair) -> Fit<'a> {
        self.equations.fit(self.ratios(z))
    }

    fn spot(&self, z: Pair, fit: &Fit) -> Spot {
        let gradient = fit.gradient();
        // Ratios are absolute values: the slope changes sign with z.
        let slope = [0, 1].map(|axis| gradient[axis] * z[axis].cosh() * z[axis].signum());
        Spot { z, criterion: fit.criterion, slope, free: fit.free }
    }

    /// The best place of the grid.
    fn start(&self) -> Spot {
        let proposals: &[f64] = if self.random { &GRID } else { &[0.0] };
        let grid = proposals.iter().flat_map(|a| GRID.iter().map(|b| [a.asinh(), b.asinh()]));
        let seen = grid.map(|z| (z, self.fit(z)));
        let best = seen.min_by(|(_, a), (_, b)| a.criterion.total_cmp(&b.criterion));
        let (z, fit) = best.unwrap_or_else(|| ([0.0, 1.0], self.fit([0.0, 1.0])));
        self.spot(z, &fit)
    }

    /// A first inverse of the curvature, as if each free observation added one.
    fn first_guess(&self, here: &Spot) -> [Pair; 2] {
        [[1.0 / here.free, 0.0], [0.0, 1.0 / here.free]]
    }

    /// A step that lowers the criterion enough and leaves the slope clearly flatter (the weak conditions of Wolfe), found by
    /// doubling and halving, so that the curvature along it is positive; none when rounding hides every gain.
    fn step(&self, here: &Spot, inverse: [Pair; 2]) -> Option<Spot> {
        let mut way = [-product(inverse[0], here.slope), -product(inverse[1], here.slope)];
        let length = product(way, way).sqrt();
        if length > STEP_MAX {
            way = way.map(|part| part * STEP_MAX / length);
        }
        let downhill = product(way, here.slope);
        // Near the bottom the gain is smaller than what rounding leaves of the criterion.
        let slack = 1e-13 * here.criterion.abs();
        let (mut short, mut long, mut share) = (0.0, None, 1.0);
        let mut found: Option<Spot> = None;
        for _ in 0..TRIALS_MAX {
            let z = [0, 1].map(|axis| (here.z[axis] + share * way[axis]).clamp(-RATIO_MAX.asinh(), RATIO_MAX.asinh()));
            let fit = self.fit(z);
            if fit.criterion > here.criterion + 1e-4 * share * downhill + slack {
                long = Some(share);
            } else {
                let next = self.spot(z, &fit);
                let flat = product(next.slope, way) >= 0.9 * downhill;
                short = share;
                // Where the criterion no longer tells, the slope must.
                if next.criterion < here.criterion - slack || next.steepness() < here.steepness() {
                    found = Some(next);
                }
                if flat {
                    break;
                }
            }
            share = long.map_or(2.0 * share, |long| (short + long) / 2.0);
        }
        found
    }

    /// Sets a ratio to zero where zero is as good: what is left of it then is rounding.
    fn without_traces(&self, here: &Spot) -> Ratios {
        let mut z = here.z;
        let mut best = here.criterion;
        for axis in [0, 1] {
            if z[axis] != 0.0 && z[axis].sinh().abs() < RATIO_SMALL {
                let mut other = z;
                other[axis] = 0.0;
                let criterion = self.fit(other).criterion;
                if criterion <= best + 1e-12 * best.abs() {
                    (z, best) = (other, criterion);
                }
            }
        }
        self.ratios(z)
    }
}

/// The BFGS update of the inverse curvature; unchanged where the slope has not grown along the step.
fn updated(inverse: [Pair; 2], from: &Spot, to: &Spot) -> [Pair; 2] {
    let step = [to.z[0] - from.z[0], to.z[1] - from.z[1]];
    let bend = [to.slope[0] - from.slope[0], to.slope[1] - from.slope[1]];
    let curve = product(step, bend);
    if curve <= 1e-12 * (product(step, step) * product(bend, bend)).sqrt() {
        return inverse;
    }
    let bent = [product(inverse[0], bend), product(inverse[1], bend)];
    let along = 1.0 + product(bend, bent) / curve;
    let cell = |i: usize, j: usize| {
        inverse[i][j] + (along * step[i] * step[j] - bent[i] * step[j] - step[i] * bent[j]) / curve
    };
    [[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]]
}
