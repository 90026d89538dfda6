//! Small charts as inline SVG: colours are the stylesheet's, words keep their size at every width, and each chart is a
//! `<figure>` with its data table.
//!
//! Positions are percentages of the width, so nothing is scaled and nothing needs JavaScript. Values are `f64` only for
//! drawing; what a reader sees as a number is the text given with it.

mod bars;
mod line;
mod range;
mod scale;
#[cfg(test)]
mod tests;

pub use bars::{Bar, Bars, Columns};
pub use line::{LineChart, Series};
pub use range::{Claim, Ranges};
pub use scale::Scale;

use crate::web::parts::{Column, Source, Table};
use crate::web::texts::T;

/// What every chart says around its drawing.
#[derive(Debug, Clone)]
pub struct Caption {
    /// Texts.
    pub t: T,
    /// What is shown, with area and period.
    pub title: String,
    /// Unit of the values; may be empty.
    pub unit: String,
    /// Where the values come from.
    pub source: Option<Source>,
}

impl Caption {
    /// A caption without a source.
    pub fn new(t: T, title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { t, title: title.into(), unit: unit.into(), source: None }
    }

    /// Adds the source.
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    fn table(&self, columns: Vec<Column>) -> Table {
        Table::new(self.t, self.t.with("chart-table", "title", &self.title), columns)
    }
}

/// A percentage as an SVG attribute, two decimals, never outside 0 to 100.
fn percent(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(0.0, 100.0) } else { 0.0 };
    format!("{value:.2}%")
}
