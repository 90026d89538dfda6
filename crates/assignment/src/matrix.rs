//! The text form of a table of scores.
//!
//! The first line has two numbers, of proposals and of reviewers; then follows one line a proposal with one score a reviewer,
//! between blanks. A score of 0 is a conflict: the pair is never assigned. Lines without anything are passed over.

use crate::terms::{Problem, Terms, score_range, sizes, units};
use crate::{MATRIX_BYTES_MAX, SCORE_MAX, SCORE_UNIT};
use kernel::{Refusal, RefusalKind};

/// A table of scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// Number of proposals.
    pub proposals: usize,
    /// Number of reviewers.
    pub reviewers: usize,
    /// Whether each pair is allowed, row by row.
    pub allowed: Vec<bool>,
    /// Scores in units of 10⁻¹², row by row.
    pub scores: Vec<i64>,
}

impl Matrix {
    /// Reads a table.
    ///
    /// # Errors
    /// A [`Refusal`] that names line and column: `matrix-bytes`, `matrix-encoding`, `matrix-head`, `size-limits`, `matrix-row`,
    /// `matrix-rows`, `matrix-value`, `score-range`.
    pub fn parse(bytes: &[u8]) -> Result<Matrix, Refusal> {
        if bytes.len() > MATRIX_BYTES_MAX {
            return Err(too_large());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| encoding())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let head =
            lines.next().map(|(_, line)| line.split_whitespace().map(str::parse).collect::<Result<Vec<usize>, _>>());
        let Some(Ok(head)) = head else { return Err(bad_head()) };
        let [proposals, reviewers] = head[..] else { return Err(bad_head()) };
        sizes(proposals, reviewers)?;
        let mut matrix = Matrix { proposals, reviewers, allowed: Vec::new(), scores: Vec::new() };
        let mut rows = 0;
        for (line, text) in lines {
            if rows < proposals {
                matrix.row(rows, line, text)?;
            }
            rows += 1;
        }
        if rows == proposals { Ok(matrix) } else { Err(bad_rows(rows, proposals)) }
    }

    fn row(&mut self, proposal: usize, line: usize, text: &str) -> Result<(), Refusal> {
        let before = self.scores.len();
        for (reviewer, word) in text.split_whitespace().enumerate() {
            if reviewer < self.reviewers {
                let score = decimal(word).ok_or_else(|| bad_value(line, reviewer + 1, word))?;
                if !(0..=SCORE_MAX * SCORE_UNIT).contains(&score) {
                    return Err(score_range(proposal, reviewer));
                }
                // What is only nearly nothing is worth nothing, but it is no conflict.
                self.allowed.push(
                    score > 0 || word.bytes().take_while(|b| !b"eE".contains(b)).any(|b| (b'1'..=b'9').contains(&b)),
                );
                self.scores.push(score);
            }
        }
        let found = text.split_whitespace().count();
        debug_assert!(self.scores.len() - before <= self.reviewers);
        if found == self.reviewers { Ok(()) } else { Err(bad_row(line, found, self.reviewers)) }
    }

    /// The problem that this table is, with the same numbers for everybody.
    ///
    /// # Errors
    /// A [`Refusal`] as from [`Problem::new`].
    pub fn problem(self, per_proposal: u32, load_min: u32, load_max: u32) -> Result<Problem, Refusal> {
        let terms = Terms {
            allowed: self.allowed,
            load_min: vec![load_min; self.reviewers],
            ..Terms::plain(self.proposals, self.reviewers, per_proposal, load_max)
        };
        Problem::new(terms, self.scores)
    }
}

/// A decimal number in units of 10⁻¹²: twelve decimals exactly, what follows rounded. Nothing for what is no number; numbers
/// out of every range come out as −1 or as more than the largest score.
pub fn decimal(word: &str) -> Option<i64> {
    if let Some(positive) = word.strip_prefix('-') {
        let size = if positive.starts_with('-') { None } else { decimal(positive) };
        return size.map(|size| if size == 0 { 0 } else { -1 });
    }
    if !word.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let beyond = (SCORE_MAX + 1) * SCORE_UNIT;
    if word.contains(['e', 'E']) {
        let value: f64 = word.parse().ok()?;
        return Some(units(value).unwrap_or(beyond));
    }
    let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 3 {
        return Some(beyond);
    }
    let digit = |at: usize| i64::from(fraction.as_bytes().get(at).map_or(0, |byte| byte - b'0'));
    let part = (0..12).fold(0, |part, at| part * 10 + digit(at)) + i64::from(digit(12) >= 5);
    Some(whole.parse::<i64>().unwrap_or(0) * SCORE_UNIT + part)
}

fn too_large() -> Refusal {
    let mebibytes = MATRIX_BYTES_MAX / 1024 / 1024;
    Refusal::new(
        RefusalKind::TooLarge,
        "matrix-bytes",
        format!("文件超过 {mebibytes} MiB。请减少小数位数或分批分配。"),
        format!("The file is larger than {mebibytes} MiB. Write fewer decimals or assign in several parts."),
    )
}

fn encoding() -> Refusal {
    Refusal::invalid(
        "matrix-encoding",
        "文件不是文本。请提供 UTF-8 文本文件。",
        "This is no text. Give a text file in UTF-8.",
    )
}

fn bad_head() -> Refusal {
    Refusal::invalid(
        "matrix-head",
        "第一行应为两个整数：揭榜方案份数和专家人数，以空格分开。",
        "The first line has two whole numbers with a blank between: of proposals and of experts. Add it.",
    )
    .at("line 1")
}

fn bad_row(line: usize, found: usize, wanted: usize) -> Refusal {
    Refusal::invalid(
        "matrix-row",
        format!("第 {line} 行有 {found} 个数，应为每位专家一个，共 {wanted} 个。请改正。"),
        format!("Line {line} has {found} scores and needs {wanted}, one for each expert. Correct it."),
    )
    .at(format!("line {line}"))
}

fn bad_rows(found: usize, wanted: usize) -> Refusal {
    Refusal::invalid(
        "matrix-rows",
        format!("文件有 {found} 行契合度，第一行写的是 {wanted} 份揭榜方案。请改正其中之一。"),
        format!("There are {found} lines of scores and {wanted} proposals in the first line. Correct one of the two."),
    )
}

fn bad_value(line: usize, column: usize, word: &str) -> Refusal {
    let shown: String = word.chars().take(20).collect();
    Refusal::invalid(
        "matrix-value",
        format!("第 {line} 行第 {column} 个数“{shown}”不是数字。请写 0 至 {SCORE_MAX} 的十进制数。"),
        format!("Line {line}, score {column}: {shown} is no number. Write a decimal number from 0 to {SCORE_MAX}."),
    )
    .at(format!("line {line}"))
}
