//! Lines over time. A gap in the data is a gap in the line.

use std::fmt::Write;

use askama::Template;

use super::bars::pixel;
use super::{Caption, Scale, percent};
use crate::web::html_safe;
use crate::web::parts::{Cell, Column, Table, Tone};

/// Labels under the axis at most; more would collide on a phone.
const X_LABELS_MAX: usize = 6;
/// Margins left and right, in percent of the width.
const LEFT: f64 = 9.0;
const RIGHT: f64 = 97.0;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Value and its text for every place on the axis; none for a gap.
    pub points: Vec<Option<(f64, String)>>,
}

/// Lines over common places on the axis.
#[derive(Debug, Clone, Template)]
#[template(path = "charts/line.html")]
pub struct LineChart {
    /// Title, unit, source.
    pub caption: Caption,
    /// Heading of the axis in the table, such as 年份.
    pub axis: String,
    /// Places on the axis.
    pub x: Vec<String>,
    /// The lines; more than five share colours and differ by dash.
    pub series: Vec<Series>,
    /// True makes the axis start at zero.
    pub from_zero: bool,
}

struct Dot {
    x: String,
    y: String,
    text: String,
    last: bool,
}

struct Tick {
    x: String,
    anchor: &'static str,
    label: String,
}

impl LineChart {
    fn scale(&self) -> Scale {
        let values = self.series.iter().flat_map(|series| series.points.iter().flatten().map(|point| point.0));
        Scale::round(values, self.from_zero, 4)
    }

    fn grid(&self, scale: &Scale) -> Vec<(String, String)> {
        scale.ticks().into_iter().map(|tick| (format!("{:.1}", pixel(scale, tick)), scale.label(tick))).collect()
    }

    fn place(&self, index: usize) -> f64 {
        match self.x.len() {
            0 | 1 => (LEFT + RIGHT) / 2.0,
            count => LEFT + (RIGHT - LEFT) * index as f64 / (count - 1) as f64,
        }
    }

    /// Path in a box of 100 by the plot's pixels; the box is stretched to the width, the stroke is not.
    fn path(&self, scale: &Scale, series: &Series) -> String {
        let mut path = String::new();
        let mut drawing = false;
        for (index, point) in series.points.iter().enumerate().take(self.x.len()) {
            match point {
                Some((value, _)) => {
                    let letter = if drawing { 'L' } else { 'M' };
                    // Writing into a String cannot fail.
                    let _ = write!(path, "{letter}{:.2} {:.1}", self.place(index), pixel(scale, *value));
                    drawing = true;
                }
                None => drawing = false,
            }
        }
        path
    }

    fn dots(&self, scale: &Scale, series: &Series) -> Vec<Dot> {
        let last = series.points.iter().rposition(Option::is_some);
        let points = series.points.iter().enumerate().take(self.x.len());
        points
            .filter_map(|(index, point)| {
                point.as_ref().map(|(value, text)| Dot {
                    x: percent(self.place(index)),
                    y: format!("{:.1}", pixel(scale, *value)),
                    text: format!("{} {}: {text}", series.name, self.x[index]),
                    last: Some(index) == last,
                })
            })
            .collect()
    }

    fn ticks(&self) -> Vec<Tick> {
        let every = self.x.len().div_ceil(X_LABELS_MAX).max(1);
        let last = self.x.len().saturating_sub(1);
        // Counting from the end keeps the latest date labelled.
        let shown = self.x.iter().enumerate().filter(|(index, _)| (last - index).is_multiple_of(every));
        shown
            .map(|(index, label)| Tick {
                x: percent(self.place(index)),
                anchor: if index == last && last > 0 { "end" } else { "middle" },
                label: label.clone(),
            })
            .collect()
    }

    fn tone(&self, index: &usize) -> &'static str {
        Tone::nth(*index).class()
    }

    fn dash(&self, index: &usize) -> usize {
        index % 4
    }

    fn table(&self) -> Table {
        let mut columns = vec![Column::words(self.axis.clone())];
        columns
            .extend(self.series.iter().map(|series| Column::numbers(series.name.clone(), self.caption.unit.clone())));
        self.x.iter().enumerate().fold(self.caption.table(columns), |table, (index, x)| {
            let mut row = vec![Cell::Text(x.clone())];
            row.extend(self.series.iter().map(|series| match series.points.get(index) {
                Some(Some((_, text))) => Cell::Text(text.clone()),
                _ => Cell::Missing,
            }));
            table.row(row)
        })
    }
}

html_safe!(LineChart);
