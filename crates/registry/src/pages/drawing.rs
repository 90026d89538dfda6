//! The pack's picture of the corridor, with live figures at its stations or a way from station to station.

use crate::actions::home::{CityFigures, Figures, Tally};
use crate::corridor::Corridor;
use kernel::{Adcode, Text};
use platform::web::corridor::{Anchor, Line, Station};
use platform::web::journey::Stop;
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
    let mut stations = stations(t, corridor, drawing);
    for (station, place) in &mut stations {
        station.figures =
            figures.cities.get(place).map(|city| words_below(t, city, station.label_dy >= -4)).unwrap_or_default();
        station.current = current == Some(*place);
    }
    let stations = stations.into_iter().map(|(station, _)| station).collect();
    Some(web::Corridor { t, id, width, height, lines: lines(drawing), stations, legend: Some((10, height * 13 / 25)) })
}

/// A way through the corridor on the same picture; none while no pack is loaded. Places that are not on it break the
/// line, so the page must name them in words.
pub(super) fn journey(
    t: T,
    id: &'static str,
    corridor: &Corridor,
    stops: Vec<Stop>,
    title: String,
    spoken: String,
    legend: (String, String),
) -> Option<web::Journey> {
    let drawing = corridor.drawing.as_ref()?;
    let (width, height) = size(&drawing.view_box)?;
    let stations = stations(t, corridor, drawing).into_iter().map(|(station, _)| station).collect();
    let lines = lines(drawing);
    Some(web::Journey { t, id, title, spoken, legend, width, height, lines, stations, stops })
}

/// The stations of every line, the hub once, each with its place.
fn stations(t: T, corridor: &Corridor, drawing: &pack::Drawing) -> Vec<(Station, Adcode)> {
    let mut stations: Vec<(Station, Adcode)> = Vec::new();
    for station in drawing.lines.iter().flat_map(|line| &line.stations) {
        if stations.iter().any(|(_, drawn)| *drawn == station.adcode) {
            continue;
        }
        let adcode = station.adcode.to_string();
        let drawn = Station {
            name: corridor.place_name(station.adcode, t.locale),
            x: whole(station.x),
            y: whole(station.y),
            label_dx: whole(station.label_x - station.x),
            label_dy: whole(station.label_y - station.y),
            anchor: anchor(&station.anchor),
            href: format!("/cities/{adcode}"),
            figures: Vec::new(),
            source: station.adcode == drawing.hub,
            current: false,
            adcode,
        };
        stations.push((drawn, station.adcode));
    }
    stations
}

fn lines(drawing: &pack::Drawing) -> Vec<Line> {
    let line = |line: &pack::Line| Line {
        name: Text::new(&line.name_zh, &line.name_en),
        tone: if line.colour == "indigo" { Tone::Indigo } else { Tone::Pine },
        d: line.path.clone(),
        stations: line.stations.iter().map(|station| station.adcode.to_string()).collect(),
    };
    drawing.lines.iter().map(line).collect()
}

/// The figures under a station's name: its needs, once there are some, and its organisations.
///
/// Where there is room below the name, each figure gets a line of its own: beside the last stop a long one would leave
/// the picture.
fn words_below(t: T, city: &CityFigures, below: bool) -> Vec<String> {
    let organisations = t.n("home-station-organisations", city.organisations);
    if city.needs.shown().0 == 0 {
        return vec![organisations];
    }
    let needs = counted(t, "home-station-needs", city.needs);
    if below { vec![needs, organisations] } else { vec![format!("{needs} · {organisations}")] }
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
