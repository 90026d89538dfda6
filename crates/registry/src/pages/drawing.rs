//! The pack's picture of the corridor, with live figures at its stations.

use crate::actions::home::{CityFigures, Figures, Tally};
use crate::corridor::Corridor;
use kernel::{Adcode, Text};
use platform::web::corridor::{Anchor, Line, Station};
use platform::web::parts::Tone;
use platform::web::{self, T};

/// The picture for a reader; none while no pack is loaded. `current` marks the city of the page.
pub(super) fn drawing(
    t: T,
    id: &'static str,
    corridor: &Corridor,
    figures: &Figures,
    current: Option<Adcode>,
) -> Option<web::Corridor> {
    let drawing = corridor.drawing.as_ref()?;
    let (width, height) = size(&drawing.view_box)?;
    let mut stations: Vec<Station> = Vec::new();
    for station in drawing.lines.iter().flat_map(|line| &line.stations) {
        let adcode = station.adcode.to_string();
        // The hub is on every line and drawn once.
        if stations.iter().any(|drawn| drawn.adcode == adcode) {
            continue;
        }
        let below = station.label_y >= station.y - 4.0;
        stations.push(Station {
            name: corridor.place_name(station.adcode, t.locale),
            x: whole(station.x),
            y: whole(station.y),
            label_dx: whole(station.label_x - station.x),
            label_dy: whole(station.label_y - station.y),
            anchor: anchor(&station.anchor),
            href: format!("/cities/{adcode}"),
            figures: figures.cities.get(&station.adcode).map(|city| words_below(t, city, below)).unwrap_or_default(),
            source: station.adcode == drawing.hub,
            current: current == Some(station.adcode),
            adcode,
        });
    }
    let lines = drawing.lines.iter().map(|line| Line {
        name: Text::new(&line.name_zh, &line.name_en),
        tone: if line.colour == "indigo" { Tone::Indigo } else { Tone::Pine },
        d: line.path.clone(),
        stations: line.stations.iter().map(|station| station.adcode.to_string()).collect(),
    });
    Some(web::Corridor { t, id, width, height, lines: lines.collect(), stations, legend: Some((10, height * 13 / 25)) })
}

/// The figures under a station's name: its needs, once there are some, and its organisations.
///
/// English words are longer: where there is room below the name, each figure gets a line of its own.
fn words_below(t: T, city: &CityFigures, below: bool) -> Vec<String> {
    let organisations = t.n("home-station-organisations", city.organisations);
    if city.needs.shown().0 == 0 {
        return vec![organisations];
    }
    let needs = counted(t, "home-station-needs", city.needs);
    if below && !t.zh() { vec![needs, organisations] } else { vec![format!("{needs} · {organisations}")] }
}

/// A number with its word; what was invented for the demonstration says so.
fn counted(t: T, key: &str, tally: Tally) -> String {
    let (number, demo) = tally.shown();
    let text = t.n(key, number);
    if demo { t.with("home-station-demo", "text", text) } else { text }
}

/// Width and height of an SVG view box that starts at the origin.
fn size(view_box: &str) -> Option<(i32, i32)> {
    let numbers: Vec<f64> = view_box.split_whitespace().filter_map(|part| part.parse().ok()).collect();
    let [_, _, width, height] = numbers[..] else { return None };
    Some((whole(width), whole(height)))
}

/// Coordinates are drawn on whole units; a picture's are far below the limits of the type.
fn whole(number: f64) -> i32 {
    number.round() as i32
}

fn anchor(word: &str) -> Anchor {
    match word {
        "start" => Anchor::Start,
        "end" => Anchor::End,
        _ => Anchor::Middle,
    }
}
