//! Imports of organisations, needs and offers: from the bytes of a file to checked rows, or to a list of everything
//! that is wrong with it, each with line, column and what to do.
//!
//! The format is described in `docs/import-format.md`. Reading is strict where a guess could lose something: an
//! unknown column, a doubled key, a text in another encoding and a broken quote are refused, never mended.

mod cells;
mod csv;
mod json;
mod listing;
mod organisation;
mod plan;
mod text;

pub use listing::{ListingRow, Owner, begin_listing, change_listing};
pub use organisation::{OrganisationRow, change_organisation, create_organisation};
pub use plan::{Fate, Holder, digest, fate};
pub use text::{decode, too_large};

use super::listing::Side;
use super::organisation::Known;
use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};

/// Rows of one file.
pub const ROWS_MAX: usize = 200_000;
/// Problems that a report lists; further ones are counted.
pub const PROBLEMS_MAX: usize = 1_000;
/// Characters of a key.
pub const KEY_CHARS_MAX: usize = 64;
/// Source code of everything that only an import says.
pub const SOURCE_IMPORT: &str = "import";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noun {
    /// Organisations.
    Organisations,
    /// Needs.
    Needs,
    /// Offers.
    Offers,
}

impl Noun {
    /// All of them.
    pub const ALL: [Noun; 3] = [Noun::Organisations, Noun::Needs, Noun::Offers];

    /// The word on the command line and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Noun::Organisations => "organisations",
            Noun::Needs => "needs",
            Noun::Offers => "offers",
        }
    }

    /// Reads a word.
    pub fn parse(code: &str) -> Option<Noun> {
        Noun::ALL.into_iter().find(|noun| noun.code() == code)
    }

    /// The object kind of one row, as in the journal.
    pub fn object(self) -> &'static str {
        match self {
            Noun::Organisations => "organisation",
            Noun::Needs => Side::Need.code(),
            Noun::Offers => Side::Offer.code(),
        }
    }

    /// The side of the market, for needs and offers.
    pub fn side(self) -> Option<Side> {
        match self {
            Noun::Organisations => None,
            Noun::Needs => Some(Side::Need),
            Noun::Offers => Some(Side::Offer),
        }
    }

    /// The columns a file may have.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Noun::Organisations => organisation::COLUMNS,
            Noun::Needs | Noun::Offers => listing::COLUMNS,
        }
    }

    /// The columns a file must have.
    fn required(self) -> &'static [&'static str] {
        match self {
            Noun::Organisations => &["key", "name", "city", "kind"],
            Noun::Needs => &["key", "title", "abstract"],
            Noun::Offers => &["key", "type", "title", "abstract"],
        }
    }
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl Format {
    /// Reads `csv` or `jsonl`.
    pub fn parse(word: &str) -> Option<Format> {
        match word {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" => Some(Format::JsonLines),
            _ => None,
        }
    }

    /// The format that a file's name tells.
    pub fn of_name(name: &str) -> Option<Format> {
        Format::parse(&name.rsplit_once('.')?.1.to_ascii_lowercase())
    }
}

/// Something about one place of the file: a refusal, a warning or a remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// Column in characters, from 1; 0 for the line as a whole.
    pub column: usize,
    /// Stable code, such as `uscc-check`.
    pub code: String,
    /// The column of the table, or empty.
    pub field: String,
    /// What to do, in Chinese.
    pub zh: String,
    /// What to do, in English.
    pub en: String,
}

/// The problems of one file, as many as are listed, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// The first [`PROBLEMS_MAX`].
    pub listed: Vec<Problem>,
    /// All of them.
    pub total: usize,
}

impl Problems {
    /// Adds one; beyond the limit it is only counted.
    pub fn add(&mut self, problem: Problem) {
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

/// Checked rows of one noun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rows {
    /// Organisations.
    Organisations(Vec<OrganisationRow>),
    /// Needs or offers.
    Listings(Vec<ListingRow>),
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Rows::Organisations(rows) => rows.len(),
            Rows::Listings(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The rows that are right. Nothing may be stored while there is a problem.
    pub rows: Rows,
    /// Rows of the file, right or wrong.
    pub count: usize,
    /// What is wrong.
    pub problems: Problems,
    /// What is odd and accepted all the same.
    pub warnings: Problems,
}

/// What reading depends on.
pub struct Reading<'a> {
    /// What the file holds.
    pub noun: Noun,
    /// How it is written.
    pub format: Format,
    /// What the corridor knows.
    pub known: &'a Known<'a>,
    /// The day on which it is read.
    pub today: Date,
    /// Needs and offers must be complete, because they are published at once.
    pub publish: bool,
    /// Only names of the demonstration are accepted.
    pub demo: bool,
}

/// With what new rows arrive.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The batch.
    pub batch: &'a str,
    /// The account.
    pub by: &'a str,
    /// Needs and offers are published at once, without a review.
    pub publish: bool,
    /// Invented for the demonstration.
    pub demo: bool,
    /// When.
    pub now: Instant,
}

/// Reads a file. Never fails: whatever the bytes are, the answer says what is wrong with them.
pub fn read(bytes: &[u8], reading: &Reading<'_>) -> Parsed {
    let mut sink = Sink::new(reading);
    match text::decode(bytes) {
        Err(problem) => sink.problems.add(*problem),
        Ok(text) => match reading.format {
            Format::Csv => csv::read(text, reading.noun, &mut sink),
            Format::JsonLines => json::read(text, reading.noun, &mut sink),
        },
    }
    sink.finish()
}

/// Takes one raw row after the other.
struct Sink<'a> {
    reading: &'a Reading<'a>,
    rows: Rows,
    count: usize,
    problems: Problems,
    warnings: Problems,
    seen: cells::Seen,
}

impl<'a> Sink<'a> {
    fn new(reading: &'a Reading<'a>) -> Sink<'a> {
        let rows = match reading.noun {
            Noun::Organisations => Rows::Organisations(Vec::new()),
            Noun::Needs | Noun::Offers => Rows::Listings(Vec::new()),
        };
        Sink {
            reading,
            rows,
            count: 0,
            problems: Problems::default(),
            warnings: Problems::default(),
            seen: cells::Seen::default(),
        }
    }

    /// Whether there is room for another row; the first one too many is a problem.
    fn room(&mut self, line: usize) -> bool {
        self.count += 1;
        if self.count == ROWS_MAX + 1 {
            self.problems.add(cells::problem(
                (line, 0),
                "rows-max",
                "",
                format!("一个文件最多 {ROWS_MAX} 行。请拆成几个文件，依次导入。"),
                format!("A file has {ROWS_MAX} rows at most. Split it and import the parts one after another."),
            ));
        }
        self.count <= ROWS_MAX
    }

    fn take(&mut self, raw: &cells::Raw<'_>) {
        let mut check =
            cells::Check { raw, problems: &mut self.problems, warnings: &mut self.warnings, seen: &mut self.seen };
        match &mut self.rows {
            Rows::Organisations(rows) => rows.extend(organisation::row(&mut check, self.reading)),
            Rows::Listings(rows) => rows.extend(listing::row(&mut check, self.reading)),
        }
    }

    fn finish(mut self) -> Parsed {
        if self.count == 0 && self.problems.is_empty() {
            self.problems.add(cells::problem(
                (0, 0),
                "file-empty",
                "",
                "文件里没有一行数据。请核对是否选对了文件；第一行是列名，数据从第二行开始。",
                "The file holds no row. Check that it is the right file; in CSV the first line names the columns.",
            ));
        }
        Parsed { rows: self.rows, count: self.count, problems: self.problems, warnings: self.warnings }
    }
}

#[cfg(test)]
mod tests;
