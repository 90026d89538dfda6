//! Criteria with weights, and a reviewer's scores as one figure.

use kernel::Refusal;

use crate::SCORE_MAX;

/// What the weights of all criteria sum to: basis points in a whole.
pub const WEIGHTS_SUM: i64 = 10_000;
/// Criteria of a review, at most.
pub const CRITERIA_MAX: usize = 50;

/// What is judged, and how much it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Short and stable, such as `novelty`.
    pub code: String,
    /// The weight in basis points, 1 to [`WEIGHTS_SUM`].
    pub weight: i64,
}

/// A reviewer's score for one criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The criterion's code.
    pub code: String,
    /// Hundredths of a point, 0 to [`SCORE_MAX`].
    pub hundredths: i64,
}

/// Checks the criteria of a call before anybody scores by them.
///
/// # Errors
/// `criteria-none`, `criteria-many`, `criteria-weight`, `criteria-twice` and `criteria-sum`, at `criteria` or at
/// `weight_<code>`.
pub fn check(criteria: &[Criterion]) -> Result<(), Refusal> {
    if criteria.is_empty() {
        return Err(
            Refusal::invalid("criteria-none", "请至少设一项评分标准。", "Set at least one criterion.").at("criteria")
        );
    }
    if criteria.len() > CRITERIA_MAX {
        let zh = format!("评分标准最多 {CRITERIA_MAX} 项。请合并一些。");
        let en = format!("There are at most {CRITERIA_MAX} criteria. Put some together.");
        return Err(Refusal::invalid("criteria-many", zh, en).at("criteria"));
    }
    for (index, criterion) in criteria.iter().enumerate() {
        let field = format!("weight_{}", criterion.code);
        if !(1..=WEIGHTS_SUM).contains(&criterion.weight) {
            return Err(Refusal::invalid(
                "criteria-weight",
                "每项权重须在 0.01% 与 100% 之间。请改正。",
                "A weight is between 0.01% and 100%. Correct it.",
            )
            .at(field));
        }
        if criteria[..index].iter().any(|earlier| earlier.code == criterion.code) {
            let zh = format!("评分标准“{}”出现了两次。请删去一项。", criterion.code);
            let en = format!("The criterion “{}” is there twice. Take one away.", criterion.code);
            return Err(Refusal::invalid("criteria-twice", zh, en).at(field));
        }
    }
    let sum: i64 = criteria.iter().map(|criterion| criterion.weight).sum();
    if sum != WEIGHTS_SUM {
        let zh = format!("各项权重之和须为 100%，现为 {}。请调整。", percent(sum));
        let en = format!("The weights sum to {}; they must sum to 100%. Change them.", percent(sum));
        return Err(Refusal::invalid("criteria-sum", zh, en).at("criteria"));
    }
    Ok(())
}

/// A reviewer's scores as one figure in hundredths of a point: the sum of weight times score over 10,000, in whole numbers,
/// rounded half away from zero. The order of the scores does not matter.
///
/// # Errors
/// As [`check`]; and `score-missing`, `score-unknown`, `score-twice`, `score-range`, at `score_<code>`.
pub fn weighted(criteria: &[Criterion], scores: &[Score]) -> Result<i64, Refusal> {
    check(criteria)?;
    for (index, score) in scores.iter().enumerate() {
        known(criteria, &scores[..index], score)?;
    }
    let mut sum = 0;
    for criterion in criteria {
        let Some(score) = scores.iter().find(|score| score.code == criterion.code) else {
            return Err(Refusal::invalid(
                "score-missing",
                "这一项还没有打分。请补上。",
                "This criterion has no score yet. Add it.",
            )
            .at(format!("score_{}", criterion.code)));
        };
        sum += criterion.weight * score.hundredths;
    }
    Ok(rounded(sum, WEIGHTS_SUM))
}

/// Refuses a score for no criterion, a second one for the same, or one that no scale has.
fn known(criteria: &[Criterion], earlier: &[Score], score: &Score) -> Result<(), Refusal> {
    let refusal = if criteria.iter().all(|criterion| criterion.code != score.code) {
        Refusal::invalid(
            "score-unknown",
            "评分标准里没有这一项。请刷新页面后重新打分。",
            "There is no such criterion. Load the page anew and score again.",
        )
    } else if earlier.iter().any(|other| other.code == score.code) {
        Refusal::invalid(
            "score-twice",
            "这一项打了两次分。请只留一个。",
            "This criterion is scored twice. Keep one score.",
        )
    } else if !(0..=SCORE_MAX).contains(&score.hundredths) {
        Refusal::invalid("score-range", "分数须在 0 与 100 之间。请改正。", "A score is between 0 and 100. Correct it.")
    } else {
        return Ok(());
    };
    Err(refusal.at(format!("score_{}", score.code)))
}

/// A quotient, rounded half away from zero. The divisor is positive.
pub(crate) fn rounded(dividend: i64, divisor: i64) -> i64 {
    let (whole, rest) = (dividend / divisor, dividend % divisor);
    if 2 * rest.abs() >= divisor { whole + rest.signum() } else { whole }
}

fn percent(basis_points: i64) -> String {
    match (basis_points / 100, basis_points % 100) {
        (whole, 0) => format!("{whole}%"),
        (whole, part) => format!("{whole}.{part:02}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (dividend, divisor, quotient) in
            [(5, 10, 1), (4, 10, 0), (-5, 10, -1), (-4, 10, 0), (15, 10, 2), (10, 3, 3), (11, 3, 4), (1, 2, 1)]
        {
            assert_eq!(rounded(dividend, divisor), quotient, "{dividend}/{divisor}");
        }
    }
}
