//! The TOML files: the head of the pack, the drawing and the clusters.

use kernel::Adcode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::FORMAT_SUPPORTED;
use crate::model::{Cluster, Drawing, Line, Meta, Station};
use crate::moment::is_moment;
use crate::problem::{At, Problems};
use crate::row::Reader;
use crate::words::{ClusterKind, DateBasis};

const PACK: &str = "pack.toml";
const LINES: &str = "lines.toml";
const CLUSTERS: &str = "clusters.toml";

/// Only the format; keys of a newer format must not stand in the way of saying that it is newer.
#[derive(Deserialize)]
struct RawFormat {
    format: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMeta {
    id: Spanned<String>,
    format: Spanned<i64>,
    version: String,
    name_zh: String,
    name_en: String,
    short_zh: String,
    short_en: String,
    locale: Spanned<String>,
    area: String,
    fictional: bool,
    description_zh: String,
    description_en: String,
    licence: String,
    calendar_years: Vec<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDrawing {
    view_box: String,
    hub: Spanned<String>,
    alt_zh: String,
    alt_en: String,
    note_zh: String,
    note_en: String,
    source: Spanned<String>,
    lines: Vec<RawLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    id: String,
    name_zh: String,
    name_en: String,
    colour: Spanned<String>,
    path: Spanned<String>,
    stations: Spanned<Vec<RawStation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStation {
    adcode: Spanned<String>,
    x: f64,
    y: f64,
    label_x: f64,
    label_y: f64,
    figure_y: f64,
    anchor: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClusters {
    #[serde(default)]
    clusters: Vec<RawCluster>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCluster {
    id: Spanned<String>,
    area: Spanned<String>,
    name_zh: String,
    name_en: String,
    kind: Spanned<String>,
    segments: Vec<Spanned<String>>,
    as_of: Spanned<String>,
    as_of_basis: Spanned<String>,
    source: Spanned<String>,
    #[serde(default)]
    note_zh: String,
    #[serde(default)]
    note_en: String,
}

/// What the head says of the format, read before anything else so that a newer pack is told apart from
/// a broken one. `true` means: go on reading.
pub(crate) fn format_is_readable(reader: &mut Reader<'_>) -> bool {
    let Some(text) = reader.text(PACK, true) else {
        return true;
    };
    let Ok(head) = toml::from_str::<RawFormat>(text) else {
        return true;
    };
    let format = *head.format.get_ref();
    let newer = format > i64::from(FORMAT_SUPPORTED);
    if newer {
        let at = At::offset(text, head.format.span().start);
        reader.problems.add(
            PACK,
            at,
            "pack-newer",
            format!("此包的格式版本是 {format}，本程序只支持到 {FORMAT_SUPPORTED}。请升级程序；现有数据未作任何改动。"),
            format!("The pack is of format {format}; this program reads up to {FORMAT_SUPPORTED}. Upgrade the program; nothing was changed."),
        );
    }
    !newer
}

/// The head; `None` after recording what is wrong.
pub(crate) fn meta(reader: &mut Reader<'_>) -> Option<Meta> {
    // A missing file was reported by `format_is_readable`.
    let text = reader.text(PACK, false)?;
    let raw: RawMeta = parse(PACK, text, &mut reader.problems)?;
    let mut check = Checker { file: PACK, text, problems: &mut reader.problems };
    check.that(
        &raw.id,
        is_slug(raw.id.get_ref()),
        "id-shape",
        "id 只能含小写字母、数字和连字符。",
        "“id” may hold only lower-case letters, digits and hyphens.",
    );
    let known = (1..=i64::from(FORMAT_SUPPORTED)).contains(raw.format.get_ref());
    check.that(&raw.format, known, "format", "format 应为 1。", "“format” must be 1.");
    let locale = ["zh-CN", "en"].contains(&raw.locale.get_ref().as_str());
    check.that(&raw.locale, locale, "locale", "locale 只能是 zh-CN 或 en。", "“locale” must be zh-CN or en.");
    Some(Meta {
        id: raw.id.into_inner(),
        format: u32::try_from(raw.format.into_inner()).unwrap_or_default(),
        version: raw.version,
        name_zh: raw.name_zh,
        name_en: raw.name_en,
        short_zh: raw.short_zh,
        short_en: raw.short_en,
        locale: raw.locale.into_inner(),
        description_zh: raw.description_zh,
        description_en: raw.description_en,
        licence: raw.licence,
        area: raw.area,
        calendar_years: raw.calendar_years,
        fictional: raw.fictional,
    })
}

/// The drawing. Stations must be members; members that no line passes are a warning.
pub(crate) fn drawing(reader: &mut Reader<'_>, members: &[Adcode]) -> Option<Drawing> {
    let text = reader.text(LINES, true)?;
    let raw: RawDrawing = parse(LINES, text, &mut reader.problems)?;
    let sources = reader.known.get("sources.csv").cloned().unwrap_or_default();
    let mut check = Checker { file: LINES, text, problems: &mut reader.problems };
    let hub = check.member(&raw.hub, members);
    check.known(&raw.source, &sources, "source-unknown", "sources.csv");
    let mut lines = Vec::new();
    for line in raw.lines {
        lines.extend(check.line(line, hub, members));
    }
    let drawn = |code: &Adcode| lines.iter().any(|l: &Line| l.stations.iter().any(|s| s.adcode == *code));
    for code in members.iter().filter(|code| !drawn(code)) {
        reader.warnings.add(
            LINES,
            At::default(),
            "member-not-drawn",
            format!("成员城市 {code} 不在示意图的任何一条线上。"),
            format!("The member {code} is on no line of the drawing."),
        );
    }
    Some(Drawing {
        view_box: raw.view_box,
        hub: hub?,
        alt_zh: raw.alt_zh,
        alt_en: raw.alt_en,
        note_zh: raw.note_zh,
        note_en: raw.note_en,
        source: raw.source.into_inner(),
        lines,
    })
}

/// The clusters; the file may be missing.
pub(crate) fn clusters(reader: &mut Reader<'_>) -> Vec<Cluster> {
    let Some(text) = reader.text(CLUSTERS, false) else {
        return Vec::new();
    };
    let Some(raw) = parse::<RawClusters>(CLUSTERS, text, &mut reader.problems) else {
        return Vec::new();
    };
    let ids = |file: &str| reader.known.get(file).cloned().unwrap_or_default();
    let (sources, segments) = (ids("sources.csv"), ids("segments.csv"));
    let mut areas = ids("areas.csv");
    areas.extend(ids("jurisdictions.csv"));
    let mut check = Checker { file: CLUSTERS, text, problems: &mut reader.problems };
    let mut list: Vec<Cluster> = Vec::new();
    for cluster in raw.clusters {
        let fresh = list.iter().all(|c| c.id != *cluster.id.get_ref());
        check.that(&cluster.id, fresh, "duplicate", "集群标识重复。", "The cluster id occurs twice.");
        check.known(&cluster.area, &areas, "area-unknown", "areas.csv");
        check.known(&cluster.source, &sources, "source-unknown", "sources.csv");
        for segment in &cluster.segments {
            check.known(segment, &segments, "segment-unknown", "segments.csv");
        }
        let dated = is_moment(cluster.as_of.get_ref());
        check.that(
            &cluster.as_of,
            dated,
            "date",
            "不是日期。可写 2022、2022-09 或 2022-09-01。",
            "This is no date. Write 2022, 2022-09 or 2022-09-01.",
        );
        list.extend(check.cluster(cluster));
    }
    list
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn parse<T: DeserializeOwned>(file: &str, text: &str, problems: &mut Problems) -> Option<T> {
    match toml::from_str(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let at = error.span().map_or(At::default(), |span| At::offset(text, span.start));
            let message = error.message();
            problems.add(
                file,
                at,
                "toml",
                format!("TOML 无法读取：{message}"),
                format!("The TOML cannot be read: {message}"),
            );
            None
        }
    }
}

/// Checks values of one TOML file and knows where they stand.
struct Checker<'c> {
    file: &'static str,
    text: &'c str,
    problems: &'c mut Problems,
}

impl Checker<'_> {
    fn that<T>(&mut self, place: &Spanned<T>, holds: bool, code: &str, zh: &str, en: &str) {
        if !holds {
            let at = At::offset(self.text, place.span().start);
            self.problems.add(self.file, at, code, zh, en);
        }
    }

    fn known(&mut self, id: &Spanned<String>, ids: &std::collections::BTreeSet<String>, code: &str, file: &str) {
        let name = id.get_ref();
        self.that(
            id,
            ids.contains(name),
            code,
            &format!("“{name}”没有在 {file} 中登记。"),
            &format!("“{name}” is not declared in {file}."),
        );
    }

    fn word<T>(&mut self, word: &Spanned<String>, codes: &[&str], parse: fn(&str) -> Option<T>) -> Option<T> {
        let value = parse(word.get_ref());
        let all = codes.join(", ");
        self.that(
            word,
            value.is_some(),
            "word-unknown",
            &format!("“{}”不在词表内：{all}。", word.get_ref()),
            &format!("“{}” is none of: {all}.", word.get_ref()),
        );
        value
    }

    fn member(&mut self, code: &Spanned<String>, members: &[Adcode]) -> Option<Adcode> {
        let found = Adcode::parse(code.get_ref()).ok().filter(|c| members.contains(c));
        self.that(
            code,
            found.is_some(),
            "station-not-member",
            "站点必须是成员城市的行政区划代码。",
            "A station must be the division code of a member.",
        );
        found
    }

    fn line(&mut self, raw: RawLine, hub: Option<Adcode>, members: &[Adcode]) -> Option<Line> {
        let colour = ["indigo", "pine"].contains(&raw.colour.get_ref().as_str());
        self.that(
            &raw.colour,
            colour,
            "word-unknown",
            "colour 只能是 indigo 或 pine。",
            "“colour” must be indigo or pine.",
        );
        let safe = |c: char| c.is_ascii_digit() || " .,-MmLlHhVvCcSsQqTtAaZz".contains(c);
        let drawable = raw.path.get_ref().starts_with(['M', 'm']) && raw.path.get_ref().chars().all(safe);
        self.that(
            &raw.path,
            drawable,
            "path-data",
            "path 只能是以 M 开头的 SVG 路径数据。",
            "“path” must be SVG path data that starts with M.",
        );
        let span = Spanned::new(raw.stations.span(), ());
        let mut stations = Vec::new();
        for station in raw.stations.into_inner() {
            stations.extend(self.station(station, members));
        }
        let first = stations.first().map(|s: &Station| s.adcode);
        self.that(
            &span,
            hub.is_none() || first == hub,
            "line-hub",
            "每条线的第一个站点必须是枢纽城市。",
            "The first station of each line must be the hub.",
        );
        Some(Line {
            id: raw.id,
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            colour: raw.colour.into_inner(),
            path: raw.path.into_inner(),
            stations,
        })
    }

    fn station(&mut self, raw: RawStation, members: &[Adcode]) -> Option<Station> {
        let anchor = ["start", "middle", "end"].contains(&raw.anchor.get_ref().as_str());
        self.that(
            &raw.anchor,
            anchor,
            "word-unknown",
            "anchor 只能是 start、middle 或 end。",
            "“anchor” must be start, middle or end.",
        );
        Some(Station {
            adcode: self.member(&raw.adcode, members)?,
            x: raw.x,
            y: raw.y,
            label_x: raw.label_x,
            label_y: raw.label_y,
            figure_y: raw.figure_y,
            anchor: raw.anchor.into_inner(),
        })
    }

    fn cluster(&mut self, raw: RawCluster) -> Option<Cluster> {
        let kind = self.word(&raw.kind, ClusterKind::CODES, ClusterKind::from_code);
        let basis = self.word(&raw.as_of_basis, DateBasis::CODES, DateBasis::from_code);
        Some(Cluster {
            id: raw.id.into_inner(),
            area: raw.area.into_inner(),
            name_zh: raw.name_zh,
            name_en: raw.name_en,
            kind: kind?,
            segments: raw.segments.into_iter().map(Spanned::into_inner).collect(),
            as_of: raw.as_of.into_inner(),
            as_of_basis: basis?,
            source: raw.source.into_inner(),
            note_zh: raw.note_zh,
            note_en: raw.note_en,
        })
    }
}
