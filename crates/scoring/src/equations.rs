//! Henderson's mixed model equations for proposals crossed with reviewers, solved by blocks.
//!
//! With ratios a and b of the standard deviations of proposals and reviewers to that of the error, the model of a score is
//! y = μ + a·u + b·v + e, where u, v and e have the same variance σ². The unknowns (μ, u, v) minimise
//! |y − μ − a·u − b·v|² + |u|² + |v|²: with a = 0 or b = 0 nothing is divided by zero. When proposals are fixed there is no μ,
//! a is 1, and u goes without its penalty. The matrix of the equations is
//!
//! ```text
//!     proposals    reviewers    μ
//! ⎡ a²·P + 1     a·b·N        a·p ⎤      P, R  diagonal: reviews of each proposal, of each reviewer
//! ⎢ a·b·Nᵀ       b²·R + 1     b·r ⎥      N     reviews of each pair: 1 or 0
//! ⎣ a·pᵀ         b·rᵀ         n   ⎦      p, r  the diagonals as columns; n all reviews
//! ```
//!
//! The block of the larger side is diagonal and is eliminated first, review by review; what is left, the Schur complement,
//! has the smaller side and μ, and is factored densely. With 1,000 proposals and 500 reviewers that is a matrix of 501 rows.
//!
//! REML's criterion, minus twice the logarithm of the restricted likelihood with σ² profiled out, is
//! ln|C| + f·(1 + ln(2π·m/f)), where C is the matrix above, m the minimum, f the reviews less the fixed effects. Sources:
//! Patterson and Thompson 1971 (Biometrika 58, 545–554) for REML, Henderson 1975 (Biometrics 31, 423–447) for the equations,
//! Bates, Mächler, Bolker and Walker 2015 (Journal of Statistical Software 67(1)) for this way of profiling.

use crate::design::Design;
use crate::linear::{Cholesky, Square};

/// Standard deviations of effects in units of the error's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratios {
    /// Of proposals; none when they are fixed.
    pub proposals: Option<f64>,
    /// Of reviewers.
    pub reviewers: f64,
}

/// What a side of the equations contributes: the factor of its effects, and their penalty (0 when fixed).
#[derive(Debug, Clone, Copy)]
struct Side {
    factor: f64,
    penalty: f64,
}

/// The part of the equations that does not depend on the ratios.
pub(crate) struct Equations<'a> {
    pub design: &'a Design,
    keeps_reviewers: bool,
    /// For each of the eliminated side, the places of the kept side and the scores.
    groups: Vec<Vec<(usize, f64)>>,
    kept_counts: Vec<f64>,
}

impl<'a> Equations<'a> {
    pub fn of(design: &'a Design) -> Equations<'a> {
        let keeps_reviewers = design.reviewers.len() <= design.proposals.len();
        let (eliminated, kept) = match keeps_reviewers {
            true => (design.proposals.len(), design.reviewers.len()),
            false => (design.reviewers.len(), design.proposals.len()),
        };
        let mut groups = vec![Vec::new(); eliminated];
        let mut kept_counts = vec![0.0; kept];
        for row in &design.rows {
            let (e, k) = if keeps_reviewers { (row.proposal, row.reviewer) } else { (row.reviewer, row.proposal) };
            groups[e].push((k, row.score));
            kept_counts[k] += 1.0;
        }
        Equations { design, keeps_reviewers, groups, kept_counts }
    }

    /// The eliminated side and the kept side.
    fn sides(&self, ratios: Ratios) -> (Side, Side) {
        let proposals = match ratios.proposals {
            Some(ratio) => Side { factor: ratio, penalty: 1.0 },
            None => Side { factor: 1.0, penalty: 0.0 },
        };
        let reviewers = Side { factor: ratios.reviewers, penalty: 1.0 };
        if self.keeps_reviewers { (proposals, reviewers) } else { (reviewers, proposals) }
    }

    /// Solves the equations at some ratios.
    pub fn fit(&self, ratios: Ratios) -> Fit<'_> {
        let (out, kept) = self.sides(ratios);
        let size = self.kept_counts.len();
        let mean = ratios.proposals.is_some().then_some(size);
        let rows = size + usize::from(mean.is_some());
        let (mut matrix, mut right) = (Square::zero(rows), vec![0.0; rows]);
        for k in 0..size {
            matrix.add(k, k, kept.penalty);
        }
        let mut pivots = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let count = group.len() as f64;
            let pivot = out.factor * out.factor * count + out.penalty;
            // What a group's own effect explains is taken off here already, so that large numbers never cancel: of each score
            // its share of the group's total, and of the group's mean all but this rest.
            let share = out.factor * out.factor / pivot;
            let rest = out.penalty / pivot;
            let total: f64 = group.iter().map(|(_, score)| score).sum();
            for (index, (k, score)) in group.iter().enumerate() {
                let weight = kept.factor * kept.factor;
                matrix.add(*k, *k, weight * (1.0 - share));
                group[..index].iter().for_each(|(other, _)| matrix.add(*k, *other, -weight * share));
                right[*k] += kept.factor * (score - share * total);
                if let Some(at) = mean {
                    matrix.add(at, *k, kept.factor * rest);
                }
            }
            if let Some(at) = mean {
                matrix.add(at, at, rest * count);
                right[at] += rest * total;
            }
            pivots.push(pivot);
        }
        let factor = Cholesky::of(&matrix);
        factor.solve(&mut right);
        let mean = mean.and_then(|_| right.pop());
        Fit::of(self, ratios, Solved { pivots, factor, mean, kept: right })
    }
}

struct Solved {
    pivots: Vec<f64>,
    factor: Cholesky,
    mean: Option<f64>,
    kept: Vec<f64>,
}

/// The solution at some ratios.
pub(crate) struct Fit<'a> {
    equations: &'a Equations<'a>,
    pub ratios: Ratios,
    solved: Solved,
    eliminated: Vec<f64>,
    /// The sum of squares of what the effects leave unexplained.
    pub residual: f64,
    /// [`Fit::residual`] and the penalties: what the solution minimises.
    penalised: f64,
    /// Reviews less fixed effects.
    pub free: f64,
    /// REML's criterion; smaller is better.
    pub criterion: f64,
}

impl<'a> Fit<'a> {
    fn of(equations: &'a Equations<'a>, ratios: Ratios, solved: Solved) -> Fit<'a> {
        let (out, kept) = equations.sides(ratios);
        let mean = solved.mean.unwrap_or(0.0);
        let eliminated = equations.groups.iter().zip(&solved.pivots).map(|(group, pivot)| {
            let open: f64 = group.iter().map(|(k, score)| score - mean - kept.factor * solved.kept[*k]).sum();
            out.factor * open / pivot
        });
        let fixed = if ratios.proposals.is_some() { 1 } else { equations.design.proposals.len() };
        let mut fit = Fit {
            equations,
            ratios,
            eliminated: eliminated.collect(),
            solved,
            residual: 0.0,
            penalised: 0.0,
            free: (equations.design.rows.len() - fixed) as f64,
            criterion: 0.0,
        };
        fit.residual = fit.residuals().map(|(_, _, left)| left * left).sum();
        let squares = |effects: &[f64]| effects.iter().map(|effect| effect * effect).sum::<f64>();
        fit.penalised =
            fit.residual + out.penalty * squares(&fit.eliminated) + kept.penalty * squares(&fit.solved.kept);
        let determinant: f64 = fit.solved.pivots.iter().map(|pivot| pivot.ln()).sum();
        fit.criterion = determinant
            + fit.solved.factor.log_determinant()
            + fit.free * (1.0 + (2.0 * std::f64::consts::PI * fit.variance()).ln());
        fit
    }

    /// σ², the variance of the error, at these ratios.
    pub fn variance(&self) -> f64 {
        (self.penalised / self.free).max(f64::MIN_POSITIVE)
    }

    /// For each review: its places on the eliminated and the kept side, and what is left of its score.
    fn residuals(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let (out, kept) = self.equations.sides(self.ratios);
        let mean = self.solved.mean.unwrap_or(0.0);
        self.equations.groups.iter().enumerate().flat_map(move |(e, group)| {
            group.iter().map(move |(k, score)| {
                (e, *k, score - mean - out.factor * self.eliminated[e] - kept.factor * self.solved.kept[*k])
            })
        })
    }

    /// The derivatives of the criterion by the ratios of proposals (0 when fixed) and of reviewers.
    ///
    /// That of ln|C| is the trace of C⁻¹ times the derivative of C; that of the minimum is, at the minimum, its derivative
    /// with the unknowns held still.
    pub fn gradient(&self) -> [f64; 2] {
        let (out, kept) = self.equations.sides(self.ratios);
        let inverse = self.solved.factor.inverse();
        let mean = self.solved.mean.map(|_| self.solved.kept.len());
        let (mut out_trace, mut kept_trace) = (0.0, 0.0);
        for (k, count) in self.equations.kept_counts.iter().enumerate() {
            kept_trace += count * (kept.factor * inverse.at(k, k) + mean.map_or(0.0, |at| inverse.at(at, k)));
        }
        for (group, pivot) in self.equations.groups.iter().zip(&self.solved.pivots) {
            let count = group.len() as f64;
            let along = along(&inverse, group, kept.factor, mean);
            out_trace += count / pivot - along.both / (pivot * pivot);
            kept_trace -= out.factor * out.factor * along.kept / pivot;
        }
        let (mut out_fit, mut kept_fit) = (0.0, 0.0);
        for (e, k, left) in self.residuals() {
            out_fit += left * self.eliminated[e];
            kept_fit += left * self.solved.kept[k];
        }
        let slope = |trace: f64, fit: f64| 2.0 * (trace - fit / self.variance());
        let (out_slope, kept_slope) = (slope(out.factor * out_trace, out_fit), slope(kept_trace, kept_fit));
        let (proposals, reviewers) =
            if self.equations.keeps_reviewers { (out_slope, kept_slope) } else { (kept_slope, out_slope) };
        [if mean.is_some() { proposals } else { 0.0 }, reviewers]
    }

    /// The estimates: proposals' scores and reviewers' effects.
    pub fn estimates(&self) -> (Vec<f64>, Vec<f64>) {
        let (out, kept) = self.equations.sides(self.ratios);
        let scaled = |effects: &[f64], side: Side| effects.iter().map(|x| side.factor * x).collect::<Vec<f64>>();
        let (eliminated, kept) = (scaled(&self.eliminated, out), scaled(&self.solved.kept, kept));
        let (mut proposals, reviewers) =
            if self.equations.keeps_reviewers { (eliminated, kept) } else { (kept, eliminated) };
        let base = self.equations.design.centre + self.solved.mean.unwrap_or(0.0);
        proposals.iter_mut().for_each(|score| *score += base);
        (proposals, reviewers)
    }

    /// How the errors of the estimates hang together: those of proposals and those of reviewers.
    pub fn forms(&self) -> (Vec<Form>, Vec<Form>) {
        let (out, kept) = self.equations.sides(self.ratios);
        let mean = self.solved.mean.map(|_| self.solved.kept.len());
        let eliminated = self.equations.groups.iter().zip(&self.solved.pivots).map(|(group, pivot)| {
            let share = out.factor * out.factor / pivot;
            let mut terms: Vec<(usize, f64)> = group.iter().map(|(k, _)| (*k, -share * kept.factor)).collect();
            terms.extend(mean.map(|at| (at, -share * group.len() as f64)));
            Form { terms, own: out.factor / pivot.sqrt() }
        });
        let eliminated: Vec<Form> = eliminated.collect();
        let kept = (0..self.solved.kept.len()).map(|k| Form { terms: vec![(k, kept.factor)], own: 0.0 }).collect();
        let (mut proposals, reviewers) =
            if self.equations.keeps_reviewers { (eliminated, kept) } else { (kept, eliminated) };
        if let Some(at) = mean {
            proposals.iter_mut().for_each(|form: &mut Form| form.terms.push((at, 1.0)));
        }
        (proposals, reviewers)
    }

    /// The factor of what is left after elimination; with σ it makes the covariance of what [`Form`] calls kept unknowns.
    pub fn into_factor(self) -> Cholesky {
        self.solved.factor
    }
}

/// An estimate's error as a sum over errors of the kept unknowns, and an independent part of its own, in units of σ.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub terms: Vec<(usize, f64)>,
    pub own: f64,
}

impl Form {
    /// The covariance of two errors by the inverse of what is left after elimination; without the parts of their own.
    pub fn shared(&self, other: &Form, inverse: &Square) -> f64 {
        let row = |i: usize| other.terms.iter().map(|(j, b)| b * inverse.at(i, *j)).sum::<f64>();
        self.terms.iter().map(|(i, a)| a * row(*i)).sum()
    }
}

/// Products of the inverse with the row of one of the eliminated side.
struct Along {
    /// Summed over the kept side's places in the row.
    kept: f64,
    /// With the row again.
    both: f64,
}

fn along(inverse: &Square, group: &[(usize, f64)], factor: f64, mean: Option<usize>) -> Along {
    let count = group.len() as f64;
    let product = |at: usize| {
        let kept: f64 = group.iter().map(|(k, _)| inverse.at(at, *k)).sum();
        factor * kept + mean.map_or(0.0, |mean| count * inverse.at(at, mean))
    };
    let kept: f64 = group.iter().map(|(k, _)| product(*k)).sum();
    Along { kept, both: factor * kept + mean.map_or(0.0, |mean| count * product(mean)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Review;

    fn reviews(proposals: u32, reviewers: u32) -> Vec<Review> {
        let all = (0..proposals).flat_map(|p| (0..reviewers).map(move |r| (p, r)));
        let some = all.filter(|(p, r)| (p + 2 * r) % 3 != 1);
        some.map(|(p, r)| Review {
            proposal: p,
            reviewer: r,
            score: i64::from(5000 + 311 * p + 97 * r * r + (p * r * 733) % 500),
        })
        .collect()
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_criterion() {
        for (proposals, reviewers) in [(7, 4), (4, 7), (5, 5)] {
            let design = Design::of(&reviews(proposals, reviewers)).expect("connected");
            let equations = Equations::of(&design);
            for ratios in [(None, 0.7), (None, 3.0), (Some(1.3), 0.4), (Some(0.2), 2.5)] {
                let at =
                    |dp: f64, dr: f64| Ratios { proposals: ratios.0.map(|ratio| ratio + dp), reviewers: ratios.1 + dr };
                let slope = |dp: f64, dr: f64| {
                    (equations.fit(at(dp, dr)).criterion - equations.fit(at(-dp, -dr)).criterion) / 2e-5
                };
                let gradient = equations.fit(at(0.0, 0.0)).gradient();
                let expected = [slope(1e-5, 0.0), slope(0.0, 1e-5)];
                for (found, expected) in gradient.iter().zip(expected) {
                    assert!((found - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{found} {expected}");
                }
            }
        }
    }
}
