//! A strict CSV reader that knows the line and column of every cell.
//!
//! Forgiving readers swallow the rest of a file after one stray quote; here the quote itself is named,
//! because a person has to find it.

use crate::limits::{CELL_CHARS_MAX, ROWS_MAX};
use crate::problem::{At, Problems};

/// One cell with the place of its first character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub text: String,
    pub at: At,
}

/// One record; records may span lines when a quoted cell contains a line break.
pub(crate) type Record = Vec<Cell>;

/// Splits a text into records. Blank lines are skipped. `None` after a broken quote or a limit,
/// with the problem recorded.
pub(crate) fn records(file: &str, text: &str, problems: &mut Problems) -> Option<Vec<Record>> {
    let mut scanner = Scanner::new(text);
    let mut list = Vec::new();
    while scanner.peek().is_some() {
        match scanner.record() {
            Ok(record) => {
                if record.len() > 1 || !record[0].text.is_empty() {
                    list.push(record);
                }
            }
            Err((at, fault)) => {
                fault.report(file, at, problems);
                return None;
            }
        }
        if list.len() > ROWS_MAX + 1 {
            let at = scanner.at();
            Fault::TooManyRows.report(file, at, problems);
            return None;
        }
    }
    Some(list)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    QuoteOpen,
    QuoteInside,
    QuoteTail,
    CellTooLong,
    TooManyRows,
}

impl Fault {
    fn report(self, file: &str, at: At, problems: &mut Problems) {
        let (code, zh, en) = match self {
            Fault::QuoteOpen => (
                "quote-open",
                "此处的引号没有配对的结束引号。请补上结束引号，或把引号写成两个。".to_owned(),
                "The quote here is never closed. Close it, or double it if it is part of the text.".to_owned(),
            ),
            Fault::QuoteInside => (
                "quote-inside",
                "未加引号的单元格中出现英文引号。请给整个单元格加引号，并把其中的引号写成两个。".to_owned(),
                "A quote stands inside an unquoted cell. Quote the whole cell and double the quotes in it.".to_owned(),
            ),
            Fault::QuoteTail => (
                "quote-tail",
                "结束引号之后应是逗号或换行。".to_owned(),
                "After a closing quote a comma or a line end must follow.".to_owned(),
            ),
            Fault::CellTooLong => (
                "cell-too-long",
                format!("单元格超过 {CELL_CHARS_MAX} 个字符。请缩短内容；也可能是前面缺少结束引号。"),
                format!(
                    "The cell is longer than {CELL_CHARS_MAX} characters. Shorten it; perhaps a closing quote is missing."
                ),
            ),
            Fault::TooManyRows => (
                "too-many-rows",
                format!("行数超过 {ROWS_MAX}。请拆分或改用导入功能。"),
                format!("More than {ROWS_MAX} rows. Split the file or use the import instead."),
            ),
        };
        problems.add(file, at, code, zh, en);
    }
}

struct Scanner<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    at: At,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Scanner { rest: text.chars().peekable(), at: At { line: 1, column: 1 } }
    }

    fn at(&self) -> At {
        self.at
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn step(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        if character == '\n' {
            self.at = At { line: self.at.line.saturating_add(1), column: 1 };
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        Some(character)
    }

    fn record(&mut self) -> Result<Record, (At, Fault)> {
        let mut record = Vec::new();
        loop {
            let at = self.at();
            let text = if self.peek() == Some('"') { self.quoted()? } else { self.plain()? };
            record.push(Cell { text, at });
            match self.step() {
                Some(',') => {}
                Some('\r') if self.peek() == Some('\n') => {
                    self.step();
                    return Ok(record);
                }
                _ => return Ok(record),
            }
        }
    }

    fn plain(&mut self) -> Result<String, (At, Fault)> {
        let start = self.at();
        let mut text = String::new();
        let mut length = 0;
        while let Some(character) = self.peek() {
            match character {
                ',' | '\n' | '\r' => break,
                '"' => return Err((self.at(), Fault::QuoteInside)),
                _ => text.push(character),
            }
            length += 1;
            if length > CELL_CHARS_MAX {
                return Err((start, Fault::CellTooLong));
            }
            self.step();
        }
        Ok(text)
    }

    fn quoted(&mut self) -> Result<String, (At, Fault)> {
        let open = self.at();
        self.step();
        let mut text = String::new();
        let mut length = 0;
        loop {
            match self.step() {
                None => return Err((open, Fault::QuoteOpen)),
                Some('"') if self.peek() == Some('"') => {
                    self.step();
                    text.push('"');
                }
                Some('"') => break,
                Some(character) => text.push(character),
            }
            length += 1;
            if length > CELL_CHARS_MAX {
                return Err((open, Fault::CellTooLong));
            }
        }
        match self.peek() {
            None | Some(',' | '\n' | '\r') => Ok(text),
            Some(_) => Err((self.at(), Fault::QuoteTail)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault_of(text: &str) -> (String, u32, u32) {
        let mut problems = Problems::default();
        assert!(records("a.csv", text, &mut problems).is_none());
        let problem = &problems.finish()[0];
        (problem.code.clone(), problem.line, problem.column)
    }

    #[test]
    fn broken_quotes_are_named_with_line_and_column() {
        assert_eq!(fault_of("a,b\n1,\"x\n2,y\n"), ("quote-open".into(), 2, 3));
        assert_eq!(fault_of("a,b\n松江,x\"y\n"), ("quote-inside".into(), 2, 5));
        assert_eq!(fault_of("a,b\n\"x\"y,z\n"), ("quote-tail".into(), 2, 4));
        let long = format!("a\n{}\n", "长".repeat(CELL_CHARS_MAX + 1));
        assert_eq!(fault_of(&long), ("cell-too-long".into(), 2, 1));
    }

    #[test]
    fn line_breaks_inside_quotes_keep_later_lines_right() {
        let mut problems = Problems::default();
        let list = records("a.csv", "a,b\r\n\"x\ny\",2\n\n3,4", &mut problems).unwrap();
        assert_eq!(list.len(), 3);
        assert_eq!(list[1][0].text, "x\ny");
        assert_eq!((list[2][1].at.line, list[2][1].at.column), (5, 3));
    }

    proptest! {
        /// Goal: what a writer quotes, the reader gives back. Method: write random cells fully quoted.
        #[test]
        fn quoted_cells_round_trip(cells in prop::collection::vec("[a-z\"，,\n 中]{0,12}", 2..5)) {
            let line: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
            let mut problems = Problems::default();
            let list = records("a.csv", &line.join(","), &mut problems).unwrap();
            let back: Vec<String> = list[0].iter().map(|c| c.text.clone()).collect();
            prop_assert_eq!(back, cells);
        }
    }
}
