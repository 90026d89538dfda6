//! Cells with their places, and the checks that every noun needs.

use super::{KEY_CHARS_MAX, Problem, Problems};
use crate::rules::organisation;
use kernel::{Refusal, Text};
use std::borrow::Cow;
use std::collections::HashMap;

/// Where a cell stands in the text: its line, and byte positions of that line's and its own beginning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub line: usize,
    pub start: usize,
    pub at: usize,
}

impl Place {
    /// Line and column in characters, both from 1. Counted only when there is something to report.
    pub fn of(self, text: &str) -> (usize, usize) {
        (self.line, text.get(self.start..self.at).map_or(0, |before| before.chars().count()) + 1)
    }
}

/// What a cell says.
#[derive(Debug, Clone)]
pub(super) enum Said<'a> {
    Text(Cow<'a, str>),
    List(Vec<String>),
}

impl Said<'_> {
    /// The text, or a list in one line.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Said::Text(text) => Cow::Borrowed(text),
            Said::List(items) => Cow::Owned(items.join(";")),
        }
    }
}

/// A cell of a row.
#[derive(Debug, Clone)]
pub(super) struct Cell<'a> {
    pub place: Place,
    pub said: Said<'a>,
}

/// A row as it was read, in the order of the noun's columns.
#[derive(Debug)]
pub(super) struct Raw<'a> {
    /// The whole file.
    pub text: &'a str,
    pub line: usize,
    pub names: &'static [&'static str],
    pub cells: Vec<Option<Cell<'a>>>,
}

/// What earlier rows of the file have taken, with their lines.
#[derive(Debug, Default)]
pub(super) struct Seen {
    keys: HashMap<String, usize>,
    codes: HashMap<String, usize>,
}

/// One row under examination.
pub(super) struct Check<'a, 'b> {
    pub raw: &'a Raw<'a>,
    pub problems: &'b mut Problems,
    pub warnings: &'b mut Problems,
    pub seen: &'b mut Seen,
}

/// A problem at a line and column.
pub(super) fn problem(
    (line, column): (usize, usize),
    code: &str,
    field: &str,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Problem {
    Problem { line, column, code: code.to_owned(), field: field.to_owned(), zh: zh.into(), en: en.into() }
}

impl Check<'_, '_> {
    fn cell(&self, field: &str) -> Option<&Cell<'_>> {
        let column = self.raw.names.iter().position(|name| *name == field)?;
        self.raw.cells[column].as_ref()
    }

    /// Line and column of a field; of the line, where the field is missing.
    pub fn place(&self, field: &str) -> (usize, usize) {
        self.cell(field).map_or((self.raw.line, 1), |cell| cell.place.of(self.raw.text))
    }

    /// What a field says, without blanks around it; empty when it is missing.
    pub fn text(&self, field: &str) -> String {
        self.cell(field).map_or_else(String::new, |cell| cell.said.text().trim().to_owned())
    }

    /// Several values: a list, or a text separated by `;`. Blanks and empties fall away, repeats are kept once.
    pub fn list(&self, field: &str) -> Vec<String> {
        let items: Vec<String> = match self.cell(field).map(|cell| &cell.said) {
            None => Vec::new(),
            Some(Said::List(items)) => items.clone(),
            Some(Said::Text(text)) => text.split([';', '；']).map(str::to_owned).collect(),
        };
        let mut kept: Vec<String> = Vec::with_capacity(items.len());
        for item in items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()) {
            if kept.iter().all(|had| had != item) {
                kept.push(item.to_owned());
            }
        }
        kept
    }

    /// Reports a problem of a field.
    pub fn wrong(&mut self, field: &'static str, code: &str, zh: impl Into<String>, en: impl Into<String>) {
        let found = problem(self.place(field), code, field, zh, en);
        self.problems.add(found);
    }

    /// Reports a refusal of another rule, at the field it names.
    pub fn refused(&mut self, refusal: &Refusal, field: &'static str) {
        let field = refusal
            .field
            .as_deref()
            .and_then(|name| self.raw.names.iter().find(|known| **known == name))
            .unwrap_or(&field);
        self.wrong(field, refusal.code, refusal.zh.clone(), refusal.en.clone());
    }

    /// Remarks on something that is accepted.
    pub fn odd(&mut self, field: &'static str, code: &str, text: &Text) {
        let found =
            problem(self.place(field), code, field, text.get(kernel::Locale::ZhCn), text.get(kernel::Locale::En));
        self.warnings.add(found);
    }

    /// A text of one line or more within a limit of characters; reported and empty when it is not.
    pub fn line(&mut self, field: &'static str, chars_max: usize) -> String {
        match organisation::line(&self.text(field), chars_max, field) {
            Ok(text) => text,
            Err(refusal) => {
                self.refused(&refusal, field);
                String::new()
            }
        }
    }

    /// The key of the row, which no earlier row has.
    pub fn key(&mut self) -> String {
        let key = self.text("key");
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if key.is_empty() || key.len() > KEY_CHARS_MAX || !key.chars().all(plain) {
            self.wrong(
                "key",
                "key-shape",
                format!("key 须为 1–{KEY_CHARS_MAX} 个字符，只用字母、数字、点、下划线和连字符。"),
                format!("A key has 1–{KEY_CHARS_MAX} characters: letters, digits, dot, underscore, hyphen."),
            );
            return key;
        }
        if let Some(first) = self.seen.keys.insert(key.clone(), self.raw.line) {
            self.wrong(
                "key",
                "key-duplicate",
                format!("key “{key}”在第 {first} 行已经用过。同一个文件里每个 key 只能出现一次。"),
                format!("The key “{key}” is used on line {first} already. A key stands once in a file."),
            );
        }
        key
    }

    /// A unified social credit code, if one is given; a wrong check character is named with the right one.
    pub fn uscc(&mut self, field: &'static str) -> Option<String> {
        match organisation::uscc(&self.text(field)) {
            Err(refusal) => {
                self.wrong(field, refusal.code, refusal.zh.clone(), refusal.en.clone());
                None
            }
            Ok((code, warnings)) => {
                for warning in warnings {
                    self.odd(field, "uscc-organisation-check", &organisation::uscc_warning(warning));
                }
                code.map(|code| code.to_string())
            }
        }
    }

    /// Notes the code of an organisation, which no earlier row of the file has.
    pub fn code_once(&mut self, code: &str) {
        if let Some(first) = self.seen.codes.insert(code.to_owned(), self.raw.line) {
            self.wrong(
                "uscc",
                "uscc-duplicate",
                format!("统一社会信用代码 {code} 在第 {first} 行已经出现。一家机构只写一行。"),
                format!("The code {code} is on line {first} already. An organisation has one row."),
            );
        }
    }
}
