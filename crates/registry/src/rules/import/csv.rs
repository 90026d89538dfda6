//! Comma-separated values as RFC 4180 writes them, with the place of every cell.

use super::cells::{Cell, Place, Raw, Said, problem};
use super::{Noun, Sink};
use std::borrow::Cow;

/// Reads a table: a line of column names, then one row after the other.
pub(super) fn read(text: &str, noun: Noun, sink: &mut Sink<'_>) {
    let mut scanner = Scanner { text, at: 0, line: 1, start: 0 };
    let Some(header) = scanner.row(sink) else { return };
    let Some(order) = columns(&header, text, noun, sink) else { return };
    while let Some(cells) = scanner.row(sink) {
        let line = cells.first().map_or(0, |cell| cell.place.line);
        if !sink.room(line) {
            return;
        }
        if cells.len() != order.len() {
            wrong_width(&cells, text, order.len(), sink);
            continue;
        }
        let mut row: Vec<Option<Cell<'_>>> = noun.columns().iter().map(|_| None).collect();
        for (cell, column) in cells.into_iter().zip(&order) {
            row[*column] = Some(cell);
        }
        sink.take(&Raw { text, line, names: noun.columns(), cells: row });
    }
}

/// Which known column each column of the file is.
fn columns(header: &[Cell<'_>], text: &str, noun: Noun, sink: &mut Sink<'_>) -> Option<Vec<usize>> {
    let before = sink.problems.total;
    let mut order = Vec::new();
    for cell in header {
        let name = cell.said.text().trim().to_owned();
        let place = cell.place.of(text);
        match noun.columns().iter().position(|known| *known == name) {
            Some(column) if order.contains(&column) => sink.problems.add(problem(
                place,
                "column-twice",
                "",
                format!("列名“{name}”出现了两次。请只留一列。"),
                format!("The column “{name}” is there twice. Keep one."),
            )),
            Some(column) => order.push(column),
            None => sink.problems.add(unknown(place, &name, header.len(), noun)),
        }
    }
    for name in noun.required().iter().filter(|name| !order.iter().any(|at| noun.columns()[*at] == **name)) {
        sink.problems.add(problem(
            (1, 1),
            "column-missing",
            name,
            format!("缺少必填列“{name}”。第一行要写列名：{}。", noun.columns().join(",")),
            format!(
                "The required column “{name}” is missing. The first line names the columns: {}.",
                noun.columns().join(",")
            ),
        ));
    }
    (sink.problems.total == before).then_some(order)
}

fn unknown(place: (usize, usize), name: &str, columns: usize, noun: Noun) -> super::Problem {
    if columns == 1 && (name.contains(';') || name.contains('\t')) {
        return problem(
            place,
            "csv-separator",
            "",
            "各列要用英文逗号分隔，这个文件用的是分号或制表符。请另存为逗号分隔的 CSV。",
            "Columns are separated by commas; this file uses semicolons or tabs. Save it as comma-separated CSV.",
        );
    }
    let shown: String = name.chars().take(40).collect();
    problem(
        place,
        "column-unknown",
        "",
        format!("没有“{shown}”这一列。可用的列名：{}。请改正列名或删去此列。", noun.columns().join(",")),
        format!(
            "There is no column “{shown}”. Columns are: {}. Correct its name or remove it.",
            noun.columns().join(",")
        ),
    )
}

fn wrong_width(cells: &[Cell<'_>], text: &str, expected: usize, sink: &mut Sink<'_>) {
    let (found, place) = (cells.len(), cells.last().map_or((0, 0), |cell| cell.place.of(text)));
    sink.problems.add(problem(
        place,
        "csv-width",
        "",
        format!("这一行有 {found} 格，列名有 {expected} 个。内容含逗号的格子要用英文双引号括起来；空的格子也要留出逗号。"),
        format!("This row has {found} cells and the header {expected}. Quote cells that hold a comma, and keep the commas of empty cells."),
    ));
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// Where the present line begins.
    start: usize,
}

impl<'a> Scanner<'a> {
    /// The next row that is not blank; rows with a broken quote are reported and passed over.
    fn row(&mut self, sink: &mut Sink<'_>) -> Option<Vec<Cell<'a>>> {
        while self.at < self.text.len() {
            let mut cells = Vec::new();
            match self.cells(&mut cells) {
                Ok(()) if cells.len() == 1 && cells[0].said.text().trim().is_empty() => {}
                Ok(()) => return Some(cells),
                Err(problem) => {
                    sink.problems.add(*problem);
                    sink.count += 1;
                    self.skip_line();
                }
            }
        }
        None
    }

    fn cells(&mut self, cells: &mut Vec<Cell<'a>>) -> Result<(), Box<super::Problem>> {
        loop {
            let place = Place { line: self.line, start: self.start, at: self.at };
            let quoted = self.text[self.at..].starts_with('"');
            let text = if quoted { self.quoted(place)? } else { self.plain(place)? };
            cells.push(Cell { place, said: Said::Text(text) });
            match self.text.as_bytes().get(self.at) {
                Some(b',') => self.at += 1,
                _ => {
                    self.end_line();
                    return Ok(());
                }
            }
        }
    }

    fn plain(&mut self, place: Place) -> Result<Cow<'a, str>, Box<super::Problem>> {
        let rest = &self.text[self.at..];
        let length = rest.find([',', '\n', '\r', '"']).unwrap_or(rest.len());
        if rest[length..].starts_with('"') {
            let here = Place { at: self.at + length, ..place };
            return Err(Box::new(problem(
                here.of(self.text),
                "csv-quote",
                "",
                "格子中间出现了英文双引号。请把整格用双引号括起来，里面的每个双引号写成两个。",
                "There is a double quote inside a cell. Put the whole cell in double quotes and double each quote inside.",
            )));
        }
        self.at += length;
        Ok(Cow::Borrowed(&rest[..length]))
    }

    fn quoted(&mut self, opened: Place) -> Result<Cow<'a, str>, Box<super::Problem>> {
        let bytes = self.text.as_bytes();
        let first = self.at + 1;
        let (mut at, mut doubled) = (first, false);
        let (mut line, mut start) = (self.line, self.start);
        loop {
            match bytes.get(at) {
                None => return Err(Box::new(unclosed(opened.of(self.text)))),
                Some(b'\n') => {
                    line += 1;
                    start = at + 1;
                }
                Some(b'"') if bytes.get(at + 1) == Some(&b'"') => {
                    doubled = true;
                    at += 1;
                }
                Some(b'"') => break,
                Some(_) => {}
            }
            at += 1;
        }
        let inside = &self.text[first..at];
        match bytes.get(at + 1) {
            None | Some(b',' | b'\n' | b'\r') => {
                (self.at, self.line, self.start) = (at + 1, line, start);
                Ok(if doubled { Cow::Owned(inside.replace("\"\"", "\"")) } else { Cow::Borrowed(inside) })
            }
            Some(_) => Err(Box::new(after_quote(Place { line, start, at }.of(self.text), opened.of(self.text)))),
        }
    }

    /// Goes past the end of the present line: LF, CR LF or a lone CR.
    fn end_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        self.line += 1;
        self.start = self.at;
    }

    /// Leaves a broken row at the end of its first line.
    fn skip_line(&mut self) {
        self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at);
        self.end_line();
    }
}

fn unclosed(place: (usize, usize)) -> super::Problem {
    problem(
        place,
        "csv-quote",
        "",
        "这里的英文双引号一直没有配对。请补上结尾的双引号；内容里的双引号要写成两个。",
        "The double quote opened here is never closed. Add the closing quote; a quote inside a cell is written twice.",
    )
}

fn after_quote(place: (usize, usize), opened: (usize, usize)) -> super::Problem {
    let (line, column) = opened;
    problem(
        place,
        "csv-quote",
        "",
        format!(
            "双引号（开始于第 {line} 行第 {column} 列）在这里结束，后面却不是逗号或换行。内容里的双引号要写成两个。"
        ),
        format!(
            "The quote opened at line {line}, column {column} ends here, but no comma or line end follows. A quote inside a cell is written twice."
        ),
    )
}
