//! Typed access to the rows of a CSV file: every cell is checked where it is read, so each problem knows
//! its line and column.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use kernel::Adcode;

use crate::decode::decode;
use crate::moment::{is_moment, moment_end};
use crate::problem::{At, Problems};
use crate::table::{Cell, Record, records};

/// What a CSV file looks like.
pub(crate) struct FileSpec {
    /// Name inside the pack.
    pub name: &'static str,
    /// Every column; all must be there, in any order, and no others.
    pub columns: &'static [&'static str],
    /// Whether the pack is refused without it.
    pub required: bool,
    /// Columns that together occur once; empty when rows may repeat.
    pub key: &'static [&'static str],
}

/// The ids each file has declared so far, by file name.
pub(crate) type Known = BTreeMap<&'static str, BTreeSet<String>>;

/// The pack while it is being read.
pub(crate) struct Reader<'f> {
    pub files: &'f BTreeMap<String, Vec<u8>>,
    pub problems: Problems,
    pub warnings: Problems,
    pub known: Known,
}

/// A value with the line it stood on.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    pub line: u32,
    pub value: T,
}

impl<'f> Reader<'f> {
    pub fn new(files: &'f BTreeMap<String, Vec<u8>>) -> Self {
        Reader { files, problems: Problems::default(), warnings: Problems::default(), known: Known::new() }
    }

    /// The text of a file; a missing required file is a problem.
    pub fn text(&mut self, name: &'static str, required: bool) -> Option<&'f str> {
        match self.files.get(name) {
            Some(bytes) => decode(name, bytes, &mut self.problems),
            None => {
                if required {
                    self.problems.add(
                        name,
                        At::default(),
                        "file-missing",
                        format!("缺少文件 {name}。"),
                        format!("The file {name} is missing."),
                    );
                }
                None
            }
        }
    }

    /// Reads every row of a file with `read`; a row for which it gives `None` has its problem recorded.
    pub fn rows<T>(&mut self, spec: &FileSpec, mut read: impl FnMut(&mut Row<'_>) -> Option<T>) -> Vec<Placed<T>> {
        self.known.entry(spec.name).or_default();
        let Some(text) = self.text(spec.name, spec.required) else {
            return Vec::new();
        };
        let Some(list) = records(spec.name, text, &mut self.problems) else {
            return Vec::new();
        };
        let Some((head, body)) = list.split_first() else {
            self.problems.add(
                spec.name,
                At::default(),
                "file-empty",
                "文件是空的，至少要有表头一行。",
                "The file is empty; it needs at least its header.",
            );
            return Vec::new();
        };
        let Some(places) = header(spec, head, &mut self.problems) else {
            return Vec::new();
        };
        self.collect_keys(spec, &places, body);
        let mut values = Vec::new();
        for record in body {
            if record.len() != spec.columns.len() {
                wrong_width(spec, record, &mut self.problems);
                continue;
            }
            let mut row = Row { spec, places: &places, record, problems: &mut self.problems, known: &self.known };
            let line = row.line();
            values.extend(read(&mut row).map(|value| Placed { line, value }));
        }
        values
    }

    /// Remembers the first key column of each row, so that a row refused for another reason does not
    /// make every reference to it a problem as well; finds repeated keys.
    fn collect_keys(&mut self, spec: &FileSpec, places: &[usize], body: &[Record]) {
        let key_places: Vec<usize> =
            spec.key.iter().filter_map(|name| column_of(spec, name).map(|i| places[i])).collect();
        let Some(&first) = key_places.first() else {
            return;
        };
        let mut seen: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        for record in body.iter().filter(|r| r.len() == spec.columns.len()) {
            let key: Vec<&str> = key_places.iter().map(|&i| record[i].text.trim()).collect();
            ids.insert(key[0].to_owned());
            let at = record[first].at;
            if let Some(earlier) = seen.get(&key) {
                let shown = key.join(" + ");
                self.problems.add(
                    spec.name,
                    at,
                    "duplicate",
                    format!("“{shown}”与第 {earlier} 行重复。请删除或改名。"),
                    format!("“{shown}” repeats line {earlier}. Remove or rename one."),
                );
            } else {
                seen.insert(key, at.line);
            }
        }
        self.known.entry(spec.name).or_default().extend(ids);
    }
}

/// The codes for a message; an empty code reads as "empty".
fn listed(codes: &[&str]) -> String {
    let shown = codes.iter().map(|c| if c.is_empty() { "(空/empty)" } else { c });
    shown.collect::<Vec<_>>().join(", ")
}

fn column_of(spec: &FileSpec, name: &str) -> Option<usize> {
    spec.columns.iter().position(|column| *column == name)
}

/// For each column of the spec its place in the record; `None` after recording what is wrong.
fn header(spec: &FileSpec, head: &Record, problems: &mut Problems) -> Option<Vec<usize>> {
    let mut fine = true;
    for (index, cell) in head.iter().enumerate() {
        let name = cell.text.trim();
        if column_of(spec, name).is_none() {
            fine = false;
            let all = spec.columns.join(", ");
            problems.add(
                spec.name,
                cell.at,
                "column-unknown",
                format!("未知的列“{name}”。可用的列：{all}。"),
                format!("Unknown column “{name}”. The columns are: {all}."),
            );
        } else if head[..index].iter().any(|c| c.text.trim() == name) {
            fine = false;
            problems.add(
                spec.name,
                cell.at,
                "column-repeated",
                format!("列“{name}”出现了两次。"),
                format!("The column “{name}” occurs twice."),
            );
        }
    }
    let mut places = Vec::new();
    for name in spec.columns {
        match head.iter().position(|cell| cell.text.trim() == *name) {
            Some(place) => places.push(place),
            None => {
                fine = false;
                problems.add(
                    spec.name,
                    At { line: 1, column: 0 },
                    "column-missing",
                    format!("缺少列“{name}”。"),
                    format!("The column “{name}” is missing."),
                );
            }
        }
    }
    fine.then_some(places)
}

fn wrong_width(spec: &FileSpec, record: &Record, problems: &mut Problems) {
    let (found, wanted) = (record.len(), spec.columns.len());
    problems.add(
        spec.name,
        At { line: record[0].at.line, column: 0 },
        "row-width",
        format!("本行有 {found} 个单元格，应为 {wanted} 个。含逗号的内容要加引号。"),
        format!("This row has {found} cells instead of {wanted}. Quote cells that contain commas."),
    );
}

/// One row; each accessor trims blanks and records what is wrong with the cell.
pub(crate) struct Row<'r> {
    spec: &'r FileSpec,
    places: &'r [usize],
    record: &'r Record,
    problems: &'r mut Problems,
    known: &'r Known,
}

impl<'r> Row<'r> {
    pub fn line(&self) -> u32 {
        self.record[0].at.line
    }

    fn cell(&self, column: &str) -> &'r Cell {
        // Readers only name columns of their own spec; a slip of the pen falls back to the first cell
        // and shows in the first test that reads the file.
        let index = column_of(self.spec, column).unwrap_or_default();
        &self.record[self.places[index]]
    }

    /// Records a problem at a column.
    pub fn refuse(&mut self, column: &str, code: &str, zh: impl Into<String>, en: impl Into<String>) {
        let at = self.cell(column).at;
        self.problems.add(self.spec.name, at, code, zh, en);
    }

    /// The text, possibly empty.
    pub fn text(&self, column: &str) -> String {
        self.cell(column).text.trim().to_owned()
    }

    /// The text, `None` when empty.
    pub fn optional(&self, column: &str) -> Option<String> {
        let text = self.text(column);
        (!text.is_empty()).then_some(text)
    }

    /// A text that must be there.
    pub fn needed(&mut self, column: &str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.refuse(
                column,
                "cell-empty",
                format!("“{column}”不能为空。"),
                format!("“{column}” must not be empty."),
            );
        }
        text
    }

    /// An identifier: ASCII letters, digits and `-_./:`.
    pub fn id(&mut self, column: &str) -> String {
        let text = self.needed(column);
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
        if !text.chars().all(allowed) {
            self.refuse(
                column,
                "id-shape",
                format!("标识“{text}”只能含英文字母、数字和 - _ . / :"),
                format!("The identifier “{text}” may hold only ASCII letters, digits and - _ . / :"),
            );
        }
        text
    }

    /// A word of a closed list.
    pub fn word<T>(&mut self, column: &str, codes: &[&str], parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(column);
        let value = parse(&text);
        if value.is_none() {
            let all = listed(codes);
            self.refuse(
                column,
                "word-unknown",
                format!("“{column}”的值“{text}”不在词表内：{all}。"),
                format!("“{text}” is no word of “{column}”: {all}."),
            );
        }
        value
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, column: &str) -> bool {
        self.word(column, &["true", "false"], |t| bool::from_str(t).ok()).unwrap_or_default()
    }

    /// A number that may be left out.
    pub fn number<T: FromStr>(&mut self, column: &str) -> Option<T> {
        let text = self.optional(column)?;
        let value = text.parse().ok();
        if value.is_none() {
            self.refuse(
                column,
                "number",
                format!("“{text}”不是可用的数字。"),
                format!("“{text}” is no usable number."),
            );
        }
        value
    }

    /// Six digits; whether the place exists is not asked.
    pub fn new_adcode(&mut self, column: &str) -> Option<Adcode> {
        let text = self.text(column);
        let code = Adcode::parse(&text).ok();
        if code.is_none() {
            self.refuse(
                column,
                "adcode-shape",
                format!("“{text}”不是六位行政区划代码，例如 310117。"),
                format!("“{text}” is no six-digit division code such as 310117."),
            );
        }
        code
    }

    /// The code of a jurisdiction of this pack, or nothing.
    pub fn adcode(&mut self, column: &str) -> Option<Adcode> {
        self.optional(column)?;
        let code = self.new_adcode(column)?;
        self.known_adcode(column, code);
        Some(code)
    }

    /// Codes separated by semicolons.
    pub fn adcodes(&mut self, column: &str) -> Vec<Adcode> {
        let mut codes = Vec::new();
        for part in self.list(column) {
            match Adcode::parse(&part) {
                Ok(code) => {
                    self.known_adcode(column, code);
                    codes.push(code);
                }
                Err(_) => self.refuse(
                    column,
                    "adcode-shape",
                    format!("“{part}”不是六位行政区划代码。"),
                    format!("“{part}” is no six-digit division code."),
                ),
            }
        }
        codes
    }

    fn known_adcode(&mut self, column: &str, code: Adcode) {
        if !self.declared("jurisdictions.csv", &code.to_string()) {
            self.refuse(
                column,
                "adcode-unknown",
                format!("行政区划代码 {code} 不在 jurisdictions.csv 中。请先补充该地区。"),
                format!("The division code {code} is not in jurisdictions.csv. Add the place first."),
            );
        }
    }

    /// Whether a file declared an id.
    pub fn declared(&self, file: &str, id: &str) -> bool {
        self.known.get(file).is_some_and(|ids| ids.contains(id))
    }

    /// A reference that must lead somewhere.
    pub fn reference(&mut self, column: &str, file: &'static str, code: &str) -> String {
        let id = self.needed(column);
        if !id.is_empty() && !self.declared(file, &id) {
            self.refuse(
                column,
                code,
                format!("“{id}”没有在 {file} 中登记。"),
                format!("“{id}” is not declared in {file}."),
            );
        }
        id
    }

    /// The source of a row.
    pub fn source(&mut self) -> String {
        self.reference("source", "sources.csv", "source-unknown")
    }

    /// The segment of a row.
    pub fn segment(&mut self, column: &str) -> String {
        self.reference(column, "segments.csv", "segment-unknown")
    }

    /// A division code or an area id.
    pub fn area(&mut self, column: &str) -> String {
        let id = self.needed(column);
        let known = self.declared("jurisdictions.csv", &id) || self.declared("areas.csv", &id);
        if !id.is_empty() && !known {
            self.refuse(
                column,
                "area-unknown",
                format!("地区“{id}”既不在 jurisdictions.csv，也不在 areas.csv 中。"),
                format!("The area “{id}” is neither in jurisdictions.csv nor in areas.csv."),
            );
        }
        id
    }

    /// Texts separated by semicolons.
    pub fn list(&self, column: &str) -> Vec<String> {
        let text = self.text(column);
        let parts = text.split(';').map(str::trim);
        parts.filter(|p| !p.is_empty()).map(String::from).collect()
    }

    /// A year, month or day; empty only where allowed.
    pub fn moment(&mut self, column: &str, may_be_empty: bool) -> String {
        let text = self.text(column);
        if !(is_moment(&text) || (may_be_empty && text.is_empty())) {
            self.refuse(
                column,
                "date",
                format!("“{text}”不是日期。可写 2022、2022-09 或 2022-09-01。"),
                format!("“{text}” is no date. Write 2022, 2022-09 or 2022-09-01."),
            );
        }
        text
    }

    /// A year, month, day or span of years.
    pub fn period(&mut self, column: &str) -> String {
        let text = self.text(column);
        if moment_end(&text).is_none() {
            self.refuse(
                column,
                "date",
                format!("“{text}”不是日期或期间。可写 2022、2022-09、2022-09-01 或 2016/2020。"),
                format!("“{text}” is no date or span. Write 2022, 2022-09, 2022-09-01 or 2016/2020."),
            );
        }
        text
    }
}
