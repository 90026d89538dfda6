//! Collecting problems: all of them, up to a limit, each with its place and both languages.

use crate::PROBLEMS_MAX;
use crate::model::PackProblem;

/// A place in a file; zero means "the whole file" or "the whole line".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct At {
    /// Line, 1 first.
    pub line: u32,
    /// Column in characters, 1 first.
    pub column: u32,
}

impl At {
    /// The place of a byte offset in a text.
    pub fn offset(text: &str, offset: usize) -> At {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count().saturating_add(1);
        At { line: count(line), column: count(column) }
    }
}

/// A count that fits a place; texts are far shorter than `u32::MAX`, and if not the place saturates.
pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Problems in the order found.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    list: Vec<PackProblem>,
    dropped: usize,
}

impl Problems {
    /// Records a problem; beyond [`PROBLEMS_MAX`] only counts it.
    pub fn add(&mut self, file: &str, at: At, code: &str, zh: impl Into<String>, en: impl Into<String>) {
        if self.list.len() >= PROBLEMS_MAX {
            self.dropped += 1;
            return;
        }
        self.list.push(PackProblem {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            code: code.to_owned(),
            zh: zh.into(),
            en: en.into(),
        });
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The list; if more were found than kept, the last entry says how many.
    pub fn finish(mut self) -> Vec<PackProblem> {
        if self.dropped > 0
            && let Some(last) = self.list.last_mut()
        {
            let more = self.dropped + 1;
            *last = PackProblem {
                file: last.file.clone(),
                line: 0,
                column: 0,
                code: "more-problems".to_owned(),
                zh: format!("另有 {more} 个问题未列出，请先修正以上各项。"),
                en: format!("{more} more problems are not listed; correct those above first."),
            };
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters_not_bytes() {
        let text = "甲乙\n丙丁";
        let at = At::offset(text, text.find('丁').unwrap());
        assert_eq!((at.line, at.column), (2, 2));
        assert_eq!(At::offset("", 9).line, 1);
    }

    #[test]
    fn the_last_entry_tells_how_many_were_dropped() {
        let mut problems = Problems::default();
        for _ in 0..PROBLEMS_MAX + 5 {
            problems.add("a.csv", At::default(), "x", "甲", "a");
        }
        let list = problems.finish();
        assert_eq!(list.len(), PROBLEMS_MAX);
        let last = &list[PROBLEMS_MAX - 1];
        assert_eq!(last.code, "more-problems");
        assert!(last.en.starts_with("6 more"), "{}", last.en);
    }
}
