//! Several statements about one thing, side by side: a dot for a value, an open line for "more than", each with its date
//! and source. Nothing is picked, merged or averaged.

use askama::Template;

use super::{Caption, Scale, percent};
use crate::web::html_safe;
use crate::web::parts::{Cell, Column, Source, Table};

/// What one source says.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Lower end; none for "less than …".
    pub low: Option<f64>,
    /// Upper end; none for "more than …". Equal to `low` for a plain value.
    pub high: Option<f64>,
    /// The statement as shown, with its qualifier and without the unit.
    pub text: String,
    /// Area, date, source.
    pub source: Source,
}

impl Claim {
    /// A plain value.
    pub fn value(value: f64, text: impl Into<String>, source: Source) -> Self {
        Self { low: Some(value), high: Some(value), text: text.into(), source }
    }

    /// "More than".
    pub fn more_than(value: f64, text: impl Into<String>, source: Source) -> Self {
        Self { low: Some(value), high: None, text: text.into(), source }
    }

    /// "Less than".
    pub fn less_than(value: f64, text: impl Into<String>, source: Source) -> Self {
        Self { low: None, high: Some(value), text: text.into(), source }
    }
}

/// Statements side by side on one axis.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/ranges.html")]
pub struct Ranges {
    /// Title, unit. The sources are the claims' own.
    pub caption: Caption,
    /// The statements, in the order of their dates.
    pub claims: Vec<Claim>,
}

struct Mark {
    from: String,
    to: String,
    /// Filled dots: ends that the source states.
    dots: Vec<String>,
    /// Arrow at an open end.
    open: Option<(String, bool)>,
}

impl Ranges {
    fn scale(&self) -> Scale {
        let values: Vec<f64> = self.claims.iter().flat_map(|claim| [claim.low, claim.high]).flatten().collect();
        // Shares and indices lie close together: an axis from zero would hide the difference; the ticks say where it starts.
        Scale::round(values, false, 3)
    }

    fn ticks(&self, scale: &Scale) -> Vec<(String, String, &'static str)> {
        let ticks = scale.ticks();
        let last = ticks.len().saturating_sub(1);
        let anchor = |index| match index {
            0 => "start",
            _ if index == last => "end",
            _ => "middle",
        };
        let label = |(index, tick): (usize, f64)| (place(scale, tick), scale.label(tick), anchor(index));
        ticks.into_iter().enumerate().map(label).collect()
    }

    fn mark(&self, scale: &Scale, claim: &Claim) -> Mark {
        let at = |value: f64| place(scale, value);
        match (claim.low, claim.high) {
            (Some(low), Some(high)) if low == high => {
                Mark { from: at(low), to: at(high), dots: vec![at(low)], open: None }
            }
            (Some(low), Some(high)) => Mark { from: at(low), to: at(high), dots: vec![at(low), at(high)], open: None },
            (Some(low), None) => {
                Mark { from: at(low), to: percent(98.0), dots: vec![at(low)], open: Some((percent(99.0), true)) }
            }
            (None, Some(high)) => {
                Mark { from: percent(2.0), to: at(high), dots: vec![at(high)], open: Some((percent(1.0), false)) }
            }
            (None, None) => Mark { from: percent(0.0), to: percent(0.0), dots: Vec::new(), open: None },
        }
    }

    fn table(&self) -> Table {
        let t = self.caption.t;
        let columns = vec![
            Column::words(t.msg("chart-source")),
            Column::words(t.msg("chart-as-of")),
            Column::numbers(t.msg("chart-value"), self.caption.unit.clone()),
        ];
        self.claims.iter().fold(self.caption.table(columns), |table, claim| {
            let source = &claim.source;
            let title = if source.href.is_empty() {
                Cell::Text(source.title.clone())
            } else {
                Cell::Link { href: source.href.clone(), text: source.title.clone() }
            };
            let as_of = if source.as_of.is_empty() { Cell::Missing } else { Cell::Text(source.as_of.clone()) };
            table.row(vec![title, as_of, Cell::Text(claim.text.clone())])
        })
    }
}

/// Within the axis' inner part, so that dots at its ends are whole.
fn place(scale: &Scale, value: f64) -> String {
    percent(2.0 + 96.0 * scale.place(value))
}

html_safe!(Ranges);
