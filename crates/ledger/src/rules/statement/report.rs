//! What is wrong with a file, place by place.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Problems that a report lists; further ones are counted.
pub const PROBLEMS_MAX: usize = 1_000;

/// What is wrong at one place of the file, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// Column of the table, from 1; 0 for the line as a whole.
    pub column: usize,
    /// Stable code.
    pub code: Cow<'static, str>,
    /// Name of the column; may be empty.
    pub field: String,
    /// What to do, in Chinese.
    pub zh: String,
    /// What to do, in English.
    pub en: String,
}

/// The problems of one file: as many as are listed, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems {
    /// The first [`PROBLEMS_MAX`].
    pub listed: Vec<Problem>,
    /// All of them.
    pub total: usize,
}

impl Problems {
    /// A file with one problem.
    pub fn one(problem: Problem) -> Problems {
        Problems { listed: vec![problem], total: 1 }
    }

    pub(super) fn add(&mut self, problem: Problem) {
        self.total += 1;
        if self.listed.len() < PROBLEMS_MAX {
            self.listed.push(problem);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

pub(super) fn problem(
    (line, column): (usize, usize),
    (code, field): (&'static str, &str),
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Problem {
    Problem { line, column, code: Cow::Borrowed(code), field: field.to_owned(), zh: zh.into(), en: en.into() }
}
