//! Facts and figures: tables, side facts, big numbers, shares of money, phases, sources.

use askama::Template;

use super::trust::{Tag, Tone};
use crate::web::html_safe;
use crate::web::texts::T;

/// A step on the way to this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Address.
    pub href: String,
    /// Words.
    pub label: String,
}

/// The way to this page; the last step is the page itself and has no link.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/crumbs.html")]
pub struct Crumbs {
    /// Texts.
    pub t: T,
    /// Pages above this one.
    pub above: Vec<Crumb>,
    /// Name of this page.
    pub here: String,
}

impl Crumbs {
    /// A way that starts at the site's home.
    pub fn new(t: T, here: impl Into<String>) -> Self {
        Self { t, above: Vec::new(), here: here.into() }
    }

    /// Adds the next page above this one.
    pub fn over(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.above.push(Crumb { href: href.into(), label: label.into() });
        self
    }
}

/// One big number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// The number as shown.
    pub value: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// Area, date or qualifier; may be empty.
    pub note: String,
    /// The list behind it; empty for none.
    pub href: String,
}

/// A band of big numbers.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/figures.html")]
pub struct Figures {
    /// The numbers.
    pub figures: Vec<Figure>,
}

/// Where a figure comes from, in one line: area, as-of date, title of the source.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/source.html")]
pub struct Source {
    /// Texts.
    pub t: T,
    /// The area a figure is about; empty when it goes without saying.
    pub area: String,
    /// As-of date as written, such as `2021-09` or `2019`.
    pub as_of: String,
    /// Basis of that date, such as "date of the article"; may be empty.
    pub basis: String,
    /// Name of the source.
    pub title: String,
    /// Where to read it; empty for none.
    pub href: String,
    /// True if no authority has confirmed the statement.
    pub unverified: bool,
}

/// One side fact of a record.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
    /// A page about it; empty for none.
    pub href: String,
    /// Labels after the value.
    pub tags: Vec<Tag>,
    /// Its source.
    pub source: Option<Source>,
}

impl Fact {
    /// A plain fact.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), href: String::new(), tags: Vec::new(), source: None }
    }

    /// Links the value.
    pub fn link(mut self, href: impl Into<String>) -> Self {
        self.href = href.into();
        self
    }

    /// Adds a label.
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tags.push(tag);
        self
    }

    /// Adds the source.
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }
}

/// The side facts of a detail page.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/facts.html")]
pub struct Facts {
    /// Heading; empty for none.
    pub title: String,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// One share of a sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who gives it.
    pub label: String,
    /// How much, in the unit of the whole; negative counts as nothing.
    pub amount: i64,
    /// The amount as shown.
    pub text: String,
}

/// Joint money as a bar with its words below.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/shares.html")]
pub struct ShareBar {
    /// Sentence before the shares, such as 经费 800 万元; may be empty.
    pub lead: String,
    /// The shares in order.
    pub shares: Vec<Share>,
}

/// A drawn stretch of a share bar, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    x: i64,
    width: i64,
    tone: Tone,
}

const WHOLE: i64 = 10_000;
/// The first share is the challenge owner's own: ink.
const SHARE_TONES: [Tone; 5] = [Tone::Plain, Tone::Pine, Tone::Indigo, Tone::Gold, Tone::Cinnabar];

impl ShareBar {
    /// Where each share is drawn; the last one ends exactly at the end.
    fn stretches(&self) -> Vec<Stretch> {
        let sum: i128 = self.shares.iter().map(|share| i128::from(share.amount.max(0))).sum();
        let mut before: i128 = 0;
        let mut drawn = Vec::new();
        for (index, share) in self.shares.iter().enumerate() {
            let start = place(before, sum);
            before += i128::from(share.amount.max(0));
            let end = place(before, sum);
            drawn.push(Stretch { x: start, width: end - start, tone: SHARE_TONES[index % SHARE_TONES.len()] });
        }
        drawn
    }

    fn tone(&self, index: &usize) -> &'static str {
        SHARE_TONES[*index % SHARE_TONES.len()].class()
    }
}

fn place(part: i128, whole: i128) -> i64 {
    if whole == 0 { 0 } else { i64::try_from(part * i128::from(WHOLE) / whole).unwrap_or(WHOLE) }
}

impl Stretch {
    fn x_percent(self) -> String {
        percent(self.x)
    }
    fn width_percent(self) -> String {
        percent(self.width)
    }
}

fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// A phase of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub label: String,
    /// A date or a term below it; may be empty.
    pub note: String,
}

/// The phases of a process, with the one it is in.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/phases.html")]
pub struct Phases {
    /// Texts.
    pub t: T,
    /// The phases in order.
    pub phases: Vec<Phase>,
    /// Index of the present one; the number of phases when all are done.
    pub present: usize,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// Unit of its numbers; may be empty.
    pub unit: String,
    /// True puts it to the right.
    pub number: bool,
}

impl Column {
    /// A column of words.
    pub fn words(label: impl Into<String>) -> Self {
        Self { label: label.into(), unit: String::new(), number: false }
    }

    /// A column of numbers in one unit.
    pub fn numbers(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { label: label.into(), unit: unit.into(), number: true }
    }
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Words or a number, as shown.
    Text(String),
    /// Words that lead somewhere.
    Link {
        /// Address.
        href: String,
        /// Words.
        text: String,
    },
    /// A label.
    Tag(Tag),
    /// A source line.
    Source(Source),
    /// Not known; shown as a dash, read aloud as such.
    Missing,
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A table with a caption and scoped headings; the first column heads its row.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/table.html")]
pub struct Table {
    /// Texts.
    pub t: T,
    /// What the table shows.
    pub caption: String,
    /// True keeps the caption for readers who cannot see the heading above.
    pub caption_hidden: bool,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows; each has one cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// Where to get the same as CSV; empty for none.
    pub csv_href: String,
}

impl Table {
    /// An empty table.
    pub fn new(t: T, caption: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { t, caption: caption.into(), caption_hidden: false, columns, rows: Vec::new(), csv_href: String::new() }
    }

    /// Adds a row.
    pub fn row(mut self, cells: Vec<Cell>) -> Self {
        self.rows.push(cells);
        self
    }

    fn is_number(&self, index: &usize) -> bool {
        self.columns.get(*index).is_some_and(|column| column.number)
    }
}

html_safe!(Crumbs, Figures, Source, Facts, ShareBar, Phases, Table);

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(amounts: &[i64]) -> Vec<(i64, i64)> {
        let shares =
            amounts.iter().map(|amount| Share { label: "x".into(), amount: *amount, text: String::new() }).collect();
        ShareBar { lead: String::new(), shares }.stretches().iter().map(|s| (s.x, s.width)).collect()
    }

    #[test]
    fn shares_fill_the_bar_exactly() {
        assert_eq!(bar(&[40, 30, 20, 10]), [(0, 4000), (4000, 3000), (7000, 2000), (9000, 1000)]);
        assert_eq!(bar(&[1, 1, 1]).iter().map(|(_, width)| width).sum::<i64>(), WHOLE);
        assert_eq!(bar(&[i64::MAX, i64::MAX]), [(0, 5000), (5000, 5000)]);
        assert_eq!(bar(&[0, -5]), [(0, 0), (0, 0)]);
    }
}
