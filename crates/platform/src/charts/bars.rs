//! Bars: lying (one row each, words in front) and standing (few, in order of time).

use askama::Template;

use super::{Caption, Scale, percent};
use crate::web::html_safe;
use crate::web::parts::{Cell, Column, Table, Tone};

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// A page about it; empty for none.
    pub href: String,
    /// Its length; none draws no bar and says "no data".
    pub value: Option<f64>,
    /// The value as shown, with its qualifier ("more than …") but without the unit.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

impl Bar {
    /// A bar in the primary colour.
    pub fn new(label: impl Into<String>, value: f64, text: impl Into<String>) -> Self {
        Self { label: label.into(), href: String::new(), value: Some(value), text: text.into(), tone: Tone::Pine }
    }

    /// What can be drawn: a value that is no number counts as none.
    fn length(&self) -> Option<f64> {
        self.value.filter(|value| value.is_finite())
    }
}

fn table(caption: &Caption, bars: &[Bar]) -> Table {
    let t = caption.t;
    let columns =
        vec![Column::words(t.msg("chart-series")), Column::numbers(t.msg("chart-value"), caption.unit.clone())];
    bars.iter().fold(caption.table(columns), |table, bar| {
        let value = if bar.length().is_some() { Cell::Text(bar.text.clone()) } else { Cell::Missing };
        table.row(vec![Cell::Text(bar.label.clone()), value])
    })
}

/// Lying bars from a common zero; negative values go left of it.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/bars.html")]
pub struct Bars {
    /// Title, unit, source.
    pub caption: Caption,
    /// The bars, drawn as given.
    pub bars: Vec<Bar>,
}

impl Bars {
    /// There are no ticks to read, so the longest bar takes all the room.
    fn scale(&self) -> Scale {
        let values = || self.bars.iter().filter_map(Bar::length);
        let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        Scale { low, high: if high > low { high } else { low + 1.0 }, step: high - low }
    }

    /// Left end and width of a bar.
    fn stretch(&self, scale: &Scale, value: &f64) -> (String, String) {
        let (zero, end) = (scale.place(0.0), scale.place(*value));
        (percent(zero.min(end) * 100.0), percent((end - zero).abs() * 100.0))
    }

    fn zero(&self, scale: &Scale) -> String {
        percent(scale.place(0.0) * 100.0)
    }

    fn table(&self) -> Table {
        table(&self.caption, &self.bars)
    }
}

/// Standing bars with the value above each.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/columns.html")]
pub struct Columns {
    /// Title, unit, source.
    pub caption: Caption,
    /// The bars, from left to right.
    pub bars: Vec<Bar>,
}

/// Pixels above and below the plot, and its height.
pub(super) const TOP: f64 = 24.0;
pub(super) const PLOT: f64 = 180.0;

pub(super) fn pixel(scale: &Scale, value: f64) -> f64 {
    TOP + PLOT * (1.0 - scale.place(value))
}

/// A standing bar as drawn.
struct Drawn<'a> {
    bar: &'a Bar,
    x: String,
    middle: String,
    width: String,
    y: String,
    height: String,
    text_y: String,
}

impl Columns {
    fn scale(&self) -> Scale {
        Scale::round(self.bars.iter().filter_map(Bar::length), true, 4)
    }

    fn grid(&self, scale: &Scale) -> Vec<(String, String)> {
        scale.ticks().into_iter().map(|tick| (format!("{:.1}", pixel(scale, tick)), scale.label(tick))).collect()
    }

    fn drawn(&self, scale: &Scale) -> Vec<Drawn<'_>> {
        let left = 8.0;
        let slot = (100.0 - left) / self.bars.len().max(1) as f64;
        let zero = pixel(scale, 0.0);
        self.bars
            .iter()
            .enumerate()
            .map(|(index, bar)| {
                let end = bar.length().map_or(zero, |value| pixel(scale, value));
                let start = left + slot * index as f64;
                Drawn {
                    bar,
                    x: percent(start + slot * 0.2),
                    middle: percent(start + slot * 0.5),
                    width: percent(slot * 0.6),
                    y: format!("{:.1}", zero.min(end)),
                    height: format!("{:.1}", (zero - end).abs()),
                    text_y: format!("{:.1}", zero.min(end) - 6.0),
                }
            })
            .collect()
    }

    fn table(&self) -> Table {
        table(&self.caption, &self.bars)
    }
}

html_safe!(Bars, Columns);
