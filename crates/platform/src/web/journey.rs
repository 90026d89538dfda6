//! A way through the corridor: numbered steps at its stations, done solid, planned dashed.

use askama::Template;

use super::corridor::{Anchor, Line, Station};
use super::html_safe;
use super::texts::T;

/// Units a name takes per Chinese character in the largest type (phones), and per Latin one.
const UNITS_WIDE: i32 = 27;
const UNITS_NARROW: i32 = 12;
/// How far a leg bends away from the straight line, as a share of its length, and at most, in units.
const BEND_SHARE: f64 = 0.2;
const BEND_MAX: f64 = 56.0;
/// What a leg bends further for each earlier one between the same two stations, in units.
const BEND_MORE: f64 = 20.0;

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Where; none when it is not on the drawing, which breaks the line there.
    pub adcode: Option<String>,
    /// Whether it has happened.
    pub done: bool,
}

/// The drawing. Print it in a page: `{{ journey }}`. The words below it are the page's own.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/journey.html")]
pub struct Journey {
    /// Texts.
    pub t: T,
    /// Makes ids unique where a page has two drawings.
    pub id: &'static str,
    /// Title for readers who cannot see it.
    pub title: String,
    /// The way in words for readers who cannot see it.
    pub spoken: String,
    /// Words for a done stretch and for a planned one.
    pub legend: (String, String),
    /// Width of the drawing in its own units.
    pub width: i32,
    /// Height of the drawing in its own units.
    pub height: i32,
    /// The corridor's lines.
    pub lines: Vec<Line>,
    /// The corridor's stations.
    pub stations: Vec<Station>,
    /// The steps in order; the first has number 1.
    pub stops: Vec<Stop>,
}

/// A stretch between two steps.
struct Leg {
    d: String,
    head: String,
    done: bool,
}

impl Journey {
    fn numbers(&self, station: &Station) -> String {
        let here = self.stops.iter().enumerate().filter(|(_, stop)| stop.adcode.as_deref() == Some(&station.adcode));
        here.map(|(index, _)| circled(index + 1)).collect()
    }

    /// `done`, `planned`, or `far` for a station the way does not touch.
    fn class(&self, station: &Station) -> &'static str {
        let here: Vec<bool> = self
            .stops
            .iter()
            .filter(|stop| stop.adcode.as_deref() == Some(&station.adcode))
            .map(|stop| stop.done)
            .collect();
        match here.iter().any(|done| *done) {
            _ if here.is_empty() => "far",
            true => "done",
            false => "planned",
        }
    }

    fn legs(&self) -> Vec<Leg> {
        let station =
            |stop: &Stop| self.stations.iter().find(|station| stop.adcode.as_deref() == Some(&station.adcode));
        let mut drawn: Vec<(&str, &str)> = Vec::new();
        let mut legs = Vec::new();
        for pair in self.stops.windows(2) {
            let (Some(from), Some(to)) = (station(&pair[0]), station(&pair[1])) else { continue };
            if from.adcode == to.adcode {
                continue;
            }
            let before = drawn.iter().filter(|leg| **leg == (from.adcode.as_str(), to.adcode.as_str())).count();
            drawn.push((&from.adcode, &to.adcode));
            legs.push(leg((from.x, from.y), (to.x, to.y), before, pair[1].done));
        }
        legs
    }

    fn view_width(&self) -> i32 {
        let ends = self.stations.iter().filter(|station| station.anchor == Anchor::Start).map(|station| {
            let units = |c: char| if c.is_ascii() { UNITS_NARROW } else { UNITS_WIDE };
            let label: i32 = station.name.chars().chain(self.numbers(station).chars()).map(units).sum();
            station.label_x() + label + UNITS_NARROW
        });
        ends.max().unwrap_or(0).max(self.width)
    }
}

/// A curve that always bends to its left, so that the way back does not lie on the way there, and its arrow head.
fn leg(from: (i32, i32), to: (i32, i32), before: usize, done: bool) -> Leg {
    let (x0, y0, x1, y1) = (f64::from(from.0), f64::from(from.1), f64::from(to.0), f64::from(to.1));
    let (dx, dy) = (x1 - x0, y1 - y0);
    let length = dx.hypot(dy).max(1.0);
    let bend = (length * BEND_SHARE).min(BEND_MAX) + BEND_MORE * before.min(8) as f64;
    let (ux, uy) = (dx / length, dy / length);
    // The normal to the left in a picture whose y grows downwards.
    let (nx, ny) = (uy, -ux);
    let (cx, cy) = ((x0 + x1) / 2.0 + nx * bend * 2.0, (y0 + y1) / 2.0 + ny * bend * 2.0);
    // The middle of a quadratic curve lies half-way to its control point and runs along the chord.
    let (mx, my) = ((x0 + x1) / 2.0 + nx * bend, (y0 + y1) / 2.0 + ny * bend);
    let corner = |along: f64, aside: f64| (mx + ux * along + nx * aside, my + uy * along + ny * aside);
    let [a, b, c] = [corner(9.0, 0.0), corner(-7.0, 7.0), corner(-7.0, -7.0)];
    Leg {
        d: format!("M{x0:.0} {y0:.0}Q{cx:.1} {cy:.1} {x1:.0} {y1:.0}"),
        head: format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z", a.0, a.1, b.0, b.1, c.0, c.1),
        done,
    }
}

/// A number in a circle, ① to ㊿; larger ones in brackets.
pub fn circled(n: usize) -> String {
    let code = match n {
        1..=20 => 0x2460 + n - 1,
        21..=35 => 0x3251 + n - 21,
        36..=50 => 0x32B1 + n - 36,
        _ => return format!("({n})"),
    };
    u32::try_from(code).ok().and_then(char::from_u32).map_or_else(|| format!("({n})"), String::from)
}

html_safe!(Journey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_in_circles() {
        let shown: Vec<String> = [1, 20, 21, 35, 36, 50, 51].into_iter().map(circled).collect();
        assert_eq!(shown, ["①", "⑳", "㉑", "㉟", "㊱", "㊿", "(51)"]);
    }

    #[test]
    fn the_way_back_does_not_lie_on_the_way_there() {
        let (there, back) = (leg((0, 0), (100, 0), 0, true), leg((100, 0), (0, 0), 0, true));
        assert_eq!(there.d, "M0 0Q50.0 -40.0 100 0");
        assert_eq!(back.d, "M100 0Q50.0 40.0 0 0");
        assert_eq!(there.head, "M59.0 -20.0L43.0 -27.0L43.0 -13.0Z");
        assert_ne!(there.d, leg((0, 0), (100, 0), 1, true).d, "a second leg beside the first");
    }
}
