//! The corridor as a drawing: lines and stations as data, an accessible SVG with links as result.

use askama::Template;
use kernel::Text;

use super::html_safe;
use super::parts::Tone;
use super::texts::T;

/// A line of the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name, such as G60 高速.
    pub name: Text,
    /// Its colour.
    pub tone: Tone,
    /// SVG path data in the drawing's units. Comes from the pack; anything but path letters and numbers is dropped.
    pub d: String,
    /// Adcodes of its stations, in order, for readers who cannot see it.
    pub stations: Vec<String>,
}

impl Line {
    /// The path without anything that does not belong into one.
    pub(super) fn safe_path(&self) -> String {
        self.d.chars().filter(|c| c.is_ascii_digit() || "MmLlHhVvCcSsQqTtAaZz ,.-".contains(*c)).collect()
    }
}

/// Where a label is anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// Begins at its point.
    Start,
    /// Centred on its point.
    #[default]
    Middle,
    /// Ends at its point.
    End,
}

impl Anchor {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A city of the drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Administrative code; also its id in the drawing.
    pub adcode: String,
    /// Its name in the reader's language.
    pub name: String,
    /// Centre.
    pub x: i32,
    /// Centre.
    pub y: i32,
    /// Where the name stands, relative to the centre.
    pub label_dx: i32,
    /// Where the name's baseline stands, relative to the centre.
    pub label_dy: i32,
    /// How the name is anchored.
    pub anchor: Anchor,
    /// The city's page.
    pub href: String,
    /// Small figures under the name, one line each; hidden on phones.
    pub figures: Vec<String>,
    /// True for the place where the lines begin.
    pub source: bool,
    /// True for the city of this page.
    pub current: bool,
}

impl Station {
    pub(super) fn label_x(&self) -> i32 {
        self.x + self.label_dx
    }
    pub(super) fn label_y(&self) -> i32 {
        self.y + self.label_dy
    }
    fn figure_y(&self, index: &usize) -> i32 {
        self.label_y() + 17 + 16 * i32::try_from(*index).unwrap_or(0)
    }
    fn radius(&self) -> i32 {
        if self.source { 12 } else { 8 }
    }
}

/// The whole drawing. Print it in a page: `{{ corridor }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/corridor.html")]
pub struct Corridor {
    /// Texts.
    pub t: T,
    /// Makes ids unique where a page has two drawings.
    pub id: &'static str,
    /// Width of the drawing in its own units.
    pub width: i32,
    /// Height of the drawing in its own units.
    pub height: i32,
    /// The lines, drawn in this order.
    pub lines: Vec<Line>,
    /// The stations.
    pub stations: Vec<Station>,
    /// Left end of the legend; none for no legend.
    pub legend: Option<(i32, i32)>,
}

impl Corridor {
    /// The drawing's width, or more where a name in large type (phones) would stick out on the right.
    fn view_width(&self) -> i32 {
        let starts = self.stations.iter().filter(|station| station.anchor == Anchor::Start);
        let ends = starts.map(|station| {
            let units: i32 = station.name.chars().map(|c| if c.is_ascii() { 11 } else { 27 }).sum();
            station.label_x() + units
        });
        ends.max().unwrap_or(0).max(self.width)
    }

    fn path(&self, line: &Line) -> String {
        line.safe_path()
    }

    fn spoken(&self, line: &Line) -> String {
        let names: Vec<&str> = line
            .stations
            .iter()
            .filter_map(|adcode| self.stations.iter().find(|station| station.adcode == *adcode))
            .map(|station| station.name.as_str())
            .collect();
        let stations = names.join(&self.t.msg("corridor-list-separator"));
        self.t.with2("corridor-desc-line", "line", self.t.text(&line.name), "stations", stations)
    }

    fn legend_y(&self, index: &usize) -> i32 {
        self.legend.map_or(0, |(_, y)| y) + 22 * i32::try_from(*index).unwrap_or(0)
    }

    fn scale_y(&self) -> i32 {
        self.legend_y(&self.lines.len())
    }
}

html_safe!(Corridor);
