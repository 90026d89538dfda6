//! Scores adjusted for reviewers' habits by a linear mixed model.
//!
//! # The model
//! y = proposal + reviewer + error. Reviewers and errors are random: independent, normal, with mean 0 and variances of their
//! own. The score of a proposal is what it would get from a reviewer neither strict nor mild. Proposals are either
//!
//! - [`Effect::Fixed`], the default and the one to rank by: best linear unbiased estimates (BLUE). Nothing is assumed about
//!   proposals, and none is pulled towards the others because fewer have read it; or
//! - [`Effect::Random`]: drawn from a normal distribution around a common mean; best linear unbiased predictions (BLUP). They
//!   are nearer to the mean, the more so the fewer have read them, and are the better guess when all proposals come from one
//!   field. Probabilities of places are better calibrated by these: fixed ones take every difference at its face value.
//!
//! Estimates solve Henderson's mixed model equations; the variances are those of restricted maximum likelihood (REML), which for
//! balanced designs are the classical ones of the analysis of variance wherever these are not negative. The crate's
//! `equations.rs` holds the formulas. Standard errors are those of the equations' inverse times the error's variance: for
//! what is random, of the prediction's error. They take the variances as known, so that with few reviews they are too small.
//!
//! Only a connected design is adjusted: between any two proposals there is a chain of proposals each of which shares a reviewer
//! with the next. Otherwise a difference of two groups could be one of their reviewers only.
//!
//! # Why
//! Habits of reviewers decide where much is at stake: Johnson 2008 (Statistical analysis of the National Institutes of Health
//! peer review system, PNAS 105, doi:10.1073/pnas.0804538105) modelled reviewers' scores of one year's proposals and found
//! that accounting for their habits changes about a quarter of what is funded. That model is Bayesian and has more parts; this
//! one is the plain core of it. Scores and both ranks are shown together, see [`crate::side_by_side`]; the adjusted ranking
//! informs those who decide and does not replace them.

use crate::design::Design;
use crate::equations::{Equations, Fit, Form, Ratios};
use crate::linear::{Cholesky, Square};
use crate::ranking::{Place, placed};
use crate::reml::minimise;
use crate::{NotAdjustable, Review};

/// The mean square, in hundredths of a point squared, below which effects explain the scores to the last digit.
const EXACT_MEAN_SQUARE: f64 = 1e-6;

/// A ratio of standard deviations at which reviewers' effects are as good as fixed.
const RATIO_FREE: f64 = 1e4;

/// What is assumed about proposals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Fixed,
    /// That they are drawn from a normal distribution.
    Random,
}

/// An estimate and how well it is known, both in hundredths of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number of the proposal or reviewer.
    pub number: u32,
    /// A proposal's score; or how much milder (above 0) or stricter (below 0) a reviewer is than the average of all.
    pub value: f64,
    /// The standard error.
    pub standard_error: f64,
}

/// The variances that REML has found, in hundredths of a point squared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Variances {
    /// Of proposals; none when they are fixed.
    pub proposals: Option<f64>,
    /// Of reviewers.
    pub reviewers: f64,
    /// Of the error: what neither explains.
    pub error: f64,
}

/// Scores adjusted for reviewers.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// The proposals' scores, in the order of their numbers. Their standard errors contain what all share, the uncertain
    /// standard of the reviewers as a whole; to compare two, ask [`Adjusted::difference`].
    pub proposals: Vec<Estimate>,
    /// The reviewers' effects, in the order of their numbers. Not for publication: they tell of persons.
    pub reviewers: Vec<Estimate>,
    /// The variances.
    pub variances: Variances,
    /// Minus twice the logarithm of the restricted likelihood; none when effects explain the scores exactly.
    pub criterion: Option<f64>,
    /// Steps that the search for the variances took.
    pub iterations: usize,
    /// Whether the search has come to its end. When not, the figures rest on the best variances seen and are not to be used
    /// without a look by an expert.
    pub converged: bool,
    pub(crate) spread: Spread,
}

/// The joint normal distribution of the proposals' errors.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spread {
    /// σ.
    pub scale: f64,
    pub factor: Cholesky,
    pub inverse: Square,
    pub forms: Vec<Form>,
}

impl Spread {
    /// The covariance of two proposals' errors.
    fn covariance(&self, one: usize, two: usize) -> f64 {
        let own = if one == two { self.forms[one].own.powi(2) } else { 0.0 };
        self.scale * self.scale * (own + self.forms[one].shared(&self.forms[two], &self.inverse))
    }
}

/// Adjusts scores for reviewers, with proposals fixed. See the [module](self).
///
/// # Errors
/// [`NotAdjustable`], in particular when the design is not connected.
pub fn adjust(reviews: &[Review]) -> Result<Adjusted, NotAdjustable> {
    adjust_as(reviews, Effect::Fixed)
}

/// Adjusts scores for reviewers. See the [module](self).
///
/// # Errors
/// [`NotAdjustable`], in particular when the design is not connected.
pub fn adjust_as(reviews: &[Review], effect: Effect) -> Result<Adjusted, NotAdjustable> {
    let design = Design::of(reviews)?;
    let equations = Equations::of(&design);
    let random = effect == Effect::Random;
    let saturated = equations.fit(Ratios { proposals: None, reviewers: RATIO_FREE });
    if saturated.residual <= EXACT_MEAN_SQUARE * design.rows.len() as f64 {
        return Ok(exact(&design, &saturated, random));
    }
    let found = minimise(&equations, random);
    let fit = equations.fit(found.ratios);
    let error = fit.variance();
    let variances = Variances {
        proposals: found.ratios.proposals.map(|ratio| ratio * ratio * error),
        reviewers: found.ratios.reviewers * found.ratios.reviewers * error,
        error,
    };
    let criterion = Some(fit.criterion);
    let (proposals, reviewers) = fit.estimates();
    let (forms, reviewer_forms) = fit.forms();
    let factor = fit.into_factor();
    let inverse = factor.inverse();
    let spread = Spread { scale: error.sqrt(), factor, inverse, forms };
    let error_of = |form: &Form| (error * (form.own * form.own + form.shared(form, &spread.inverse))).max(0.0).sqrt();
    Ok(Adjusted {
        proposals: estimates(&design.proposals, &proposals, spread.forms.iter().map(error_of)),
        reviewers: estimates(&design.reviewers, &reviewers, reviewer_forms.iter().map(error_of)),
        variances,
        criterion,
        iterations: found.iterations,
        converged: found.converged,
        spread,
    })
}

fn estimates(numbers: &[u32], values: &[f64], errors: impl Iterator<Item = f64>) -> Vec<Estimate> {
    let all = numbers.iter().zip(values).zip(errors);
    all.map(|((number, value), standard_error)| Estimate { number: *number, value: *value, standard_error }).collect()
}

/// Proposals and reviewers explain every score to the last digit. The likelihood then has no maximum, but nothing is left to
/// estimate either: differences are known without error, and the reviewers' variance is that of their effects.
fn exact(design: &Design, fit: &Fit, random: bool) -> Adjusted {
    let (proposals, reviewers) = fit.estimates();
    let variance = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        // Below a millionth it is what rounding has left.
        if squares <= EXACT_MEAN_SQUARE { 0.0 } else { squares / (values.len() - 1) as f64 }
    };
    let variances =
        Variances { proposals: random.then(|| variance(&proposals)), reviewers: variance(&reviewers), error: 0.0 };
    // What remains uncertain is the level: the mean of these reviewers against that of all.
    let level = (variances.reviewers / reviewers.len() as f64).sqrt();
    let mut one = Square::zero(1);
    one.add(0, 0, 1.0);
    let form = Form { terms: vec![(0, level)], own: 0.0 };
    let factor = Cholesky::of(&one);
    let spread = Spread { scale: 1.0, factor, inverse: one, forms: vec![form; proposals.len()] };
    let same = |count: usize| std::iter::repeat_n(level, count);
    Adjusted {
        proposals: estimates(&design.proposals, &proposals, same(proposals.len())),
        reviewers: estimates(&design.reviewers, &reviewers, same(reviewers.len())),
        variances,
        criterion: None,
        iterations: 0,
        converged: true,
        spread,
    }
}

impl Adjusted {
    /// Ranks proposals by their adjusted scores in whole hundredths of a point, as they are shown; equals share a rank.
    pub fn ranking(&self) -> Vec<Place> {
        // Scores are a few times SCORE_MAX at most, whatever the data.
        let mut shown: Vec<(u32, i64)> =
            self.proposals.iter().map(|estimate| (estimate.number, estimate.value.round() as i64)).collect();
        shown.sort_by_key(|(number, hundredths)| (-hundredths, *number));
        placed(&shown, |a, b| a.1.cmp(&b.1), |row| *row)
    }

    /// By how much one proposal is better than another, with the standard error of the difference; none for a proposal that
    /// has no reviews. The number is that of the better one as asked for, the first.
    pub fn difference(&self, one: u32, other: u32) -> Option<Estimate> {
        let place = |number: u32| self.proposals.binary_search_by_key(&number, |estimate| estimate.number).ok();
        let (i, j) = (place(one)?, place(other)?);
        let value = self.proposals[i].value - self.proposals[j].value;
        let covariance = |a: usize, b: usize| self.spread.covariance(a, b);
        let variance = if i == j { 0.0 } else { covariance(i, i) + covariance(j, j) - 2.0 * covariance(i, j) };
        Some(Estimate { number: one, value, standard_error: variance.max(0.0).sqrt() })
    }
}
