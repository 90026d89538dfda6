//! Cutting a folded text into runs: Chinese, other words, numbers with their units.

use crate::{fold::is_cjk, measure::measure};

/// A stretch of a folded text, in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    /// Characters of a script without spaces.
    Cjk { start: usize, len: usize },
    /// A word in letters and digits.
    Word { start: usize, len: usize },
    /// A number, perhaps with a unit.
    Measure { start: usize, len: usize, number: String, with_unit: Option<String> },
}

/// The runs of a folded text in order; everything else separates them.
pub(crate) fn runs(chars: &[char]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        if is_cjk(chars[at]) {
            while at < chars.len() && is_cjk(chars[at]) {
                at += 1;
            }
            runs.push(Run::Cjk { start, len: at - start });
        } else if chars[at].is_ascii_digit()
            && let Some(found) = measure(&chars[at..])
        {
            at += found.len;
            runs.push(Run::Measure { start, len: found.len, number: found.number, with_unit: found.with_unit });
        } else if chars[at].is_alphanumeric() {
            while at < chars.len() && chars[at].is_alphanumeric() && !is_cjk(chars[at]) {
                at += 1;
            }
            runs.push(Run::Word { start, len: at - start });
        } else {
            at += 1;
        }
    }
    runs
}
