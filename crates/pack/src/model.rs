//! The pack as plain values: what a corridor's files say, after they were checked.
//!
//! Every struct is data without behaviour worth hiding; fields are public and serialise with serde.
//! Cross references (an organisation's city, a fact's source) have been verified by [`crate::Pack::parse`],
//! so a reader may look them up without expecting a miss.

use kernel::{Adcode, Date, DayKind, Qualifier};
use serde::{Deserialize, Serialize};

use crate::words::{
    AreaKind, ClusterKind, DateBasis, EdgeKind, FactKind, Level, NameKind, OrganisationKind, SynonymKind, TermKind,
};

/// A whole corridor pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// Who the pack is: identity, version and names.
    pub meta: Meta,
    /// Where each row comes from.
    pub sources: Vec<Source>,
    /// Nation, provinces, cities and districts; members of the corridor are marked.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Areas a figure may name that are no jurisdictions: the corridor, the delta, "five districts".
    pub areas: Vec<Area>,
    /// The schematic picture of the corridor.
    pub drawing: Drawing,
    /// Strategic clusters and chains that a source names for an area.
    pub clusters: Vec<Cluster>,
    /// Industry chains and their segments, a forest.
    pub segments: Vec<Segment>,
    /// Directed edges upstream → downstream between segments, free of cycles.
    pub edges: Vec<SegmentEdge>,
    /// Organisations with their names, segments and dated statements.
    pub organisations: Vec<Organisation>,
    /// Figures; several may share an `indicator_id` and are shown side by side, never merged.
    pub facts: Vec<Fact>,
    /// Words for the tokeniser's user dictionary.
    pub terms: Vec<Term>,
    /// Pairs of words a search treats as one.
    pub synonyms: Vec<Synonym>,
    /// Days whose kind differs from the plain week.
    pub calendar: Vec<CalendarDay>,
    /// What the source material named and the pack left out, each with the reason.
    pub left_outs: Vec<LeftOut>,
    /// What a person should look at; nothing here stops the pack from being used.
    pub warnings: Vec<PackProblem>,
    /// SHA-256 over all files in name order, as 64 hexadecimal digits.
    pub digest: String,
}

/// The head of a pack (`pack.toml`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Short identifier, lower-case letters, digits and hyphens: `g60`.
    pub id: String,
    /// Version of the file format, [`crate::FORMAT_SUPPORTED`] at most.
    pub format: u32,
    /// Version of the content, as its publisher counts: `2026.1`.
    pub version: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Short Chinese name for narrow places.
    pub short_zh: String,
    /// Short English name for narrow places.
    pub short_en: String,
    /// Locale a visitor sees first, `zh-CN` or `en`.
    pub locale: String,
    /// Chinese description, one or two sentences.
    pub description_zh: String,
    /// English description, one or two sentences.
    pub description_en: String,
    /// Licence and provenance of the content.
    pub licence: String,
    /// Id of the area whose members are the corridor.
    pub area: String,
    /// Years for which the calendar is final; other years are provisional.
    pub calendar_years: Vec<i32>,
    /// Whether every organisation in the pack is invented (example packs).
    pub fictional: bool,
}

/// A source (`sources.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Identifier other rows name: `article:000`.
    pub id: String,
    /// Descriptive Chinese title.
    pub title_zh: String,
    /// Descriptive English title.
    pub title_en: String,
    /// `article`, `dataset` or `own`.
    pub kind: String,
    /// Year, month or day: `2022-06-16`, `2024`. Empty when it makes no sense.
    pub date: String,
    /// How the date is known; `None` when there is no date.
    pub date_basis: Option<DateBasis>,
    /// Whether the source covers its subject only in part.
    pub partial: bool,
    /// Licence of the source, empty for bare facts.
    pub licence: String,
    /// Chinese remark.
    pub note_zh: String,
    /// English remark.
    pub note_en: String,
}

/// A place with an administrative division code (`jurisdictions.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Jurisdiction {
    /// Six-digit division code of GB/T 2260.
    pub adcode: Adcode,
    /// Division it belongs to; `None` for the nation.
    pub parent: Option<Adcode>,
    /// Nation, province, city or district.
    pub level: Level,
    /// Statutory Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Chinese name as people say it.
    pub short_zh: String,
    /// English name as people say it.
    pub short_en: String,
    /// Whether it is a member city of the corridor (Songjiang is a district and a member).
    pub member: bool,
    /// Place in the corridor's own order, 1 first; `None` for non-members.
    pub member_order: Option<u32>,
    /// Year of joining where a source says so.
    pub joined: Option<i32>,
    /// Source of the year of joining.
    pub joined_source: Option<String>,
    /// Degrees east, for schematic use (datum not stated).
    pub longitude: Option<f64>,
    /// Degrees north, for schematic use (datum not stated).
    pub latitude: Option<f64>,
    /// Source of the row.
    pub source: String,
}

/// A named area that is no jurisdiction (`areas.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Identifier, never six digits: `g60`, `delta`.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What sort of area.
    pub kind: AreaKind,
    /// Division codes it consists of; empty when the source does not list them.
    pub members: Vec<Adcode>,
    /// Source of the row.
    pub source: String,
}

/// The schematic picture (`lines.toml`): not a map, not to scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// SVG view box, `"0 0 660 425"`.
    pub view_box: String,
    /// Division code of the station the lines leave from.
    pub hub: Adcode,
    /// Chinese text alternative of the whole picture.
    pub alt_zh: String,
    /// English text alternative of the whole picture.
    pub alt_en: String,
    /// Chinese remark printed in the picture.
    pub note_zh: String,
    /// English remark printed in the picture.
    pub note_en: String,
    /// Source of the drawing.
    pub source: String,
    /// The lines, first drawn first.
    pub lines: Vec<Line>,
}

/// One line of the picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Identifier.
    pub id: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Role of the colour in the stylesheet: `indigo` or `pine`.
    pub colour: String,
    /// SVG path data.
    pub path: String,
    /// Stations from the hub outwards; the hub is the first station of each line.
    pub stations: Vec<Station>,
}

/// One station of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Station {
    /// Division code of a member.
    pub adcode: Adcode,
    /// Horizontal place in the view box.
    pub x: f64,
    /// Vertical place in the view box.
    pub y: f64,
    /// Horizontal place of the name.
    pub label_x: f64,
    /// Baseline of the name.
    pub label_y: f64,
    /// Baseline of the figure under the name.
    pub figure_y: f64,
    /// SVG text anchor: `start`, `middle` or `end`.
    pub anchor: String,
}

/// A strategic cluster or chain (`clusters.toml`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Identifier.
    pub id: String,
    /// Division code as text, or an area id.
    pub area: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// How the source presents it.
    pub kind: ClusterKind,
    /// Segments it is made of.
    pub segments: Vec<String>,
    /// Year, month or day for which the source says so.
    pub as_of: String,
    /// How that date is known.
    pub as_of_basis: DateBasis,
    /// Source.
    pub source: String,
    /// Chinese remark.
    pub note_zh: String,
    /// English remark.
    pub note_en: String,
}

/// A chain or a segment of one (`segments.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Path from the chain: `ic`, `ic/wafer`.
    pub id: String,
    /// Segment above; `None` for a chain.
    pub parent: Option<String>,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Other words for it, either language.
    pub aliases: Vec<String>,
    /// Source of the row.
    pub source: String,
}

/// An edge between segments (`segment_edges.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentEdge {
    /// Segment that delivers.
    pub upstream: String,
    /// Segment that receives.
    pub downstream: String,
    /// Said by a source, or domain knowledge that nobody has verified.
    pub kind: EdgeKind,
    /// Source of the row.
    pub source: String,
}

/// An organisation or platform (`organisations.csv` and the three files that hang on it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    /// Stable identifier in every later version of this pack: `g60-e001`.
    pub id: String,
    /// Kind in the glossary's words.
    pub kind: OrganisationKind,
    /// Type as the source material called it, kept as evidence.
    pub source_kind: String,
    /// Division code; may be a non-member such as 310000. `None` when not known.
    pub city: Option<Adcode>,
    /// How the city is known: `text`, `name`, `context`, `dataset`, or empty with no city.
    pub city_basis: String,
    /// Area it acts for when that is no single division (`g60`, `delta`).
    pub area: Option<String>,
    /// Unified social credit code, checked.
    pub uscc: Option<String>,
    /// Web address of the organisation, `http` or `https`.
    pub website: Option<String>,
    /// Year, month or day of foundation, where a source says so.
    pub founded: Option<String>,
    /// Source of the row.
    pub source: String,
    /// Whether somebody in charge has confirmed the row; `false` is shown as 未核验.
    pub verified: bool,
    /// Rows of the source material this organisation accounts for.
    pub seed_ids: Vec<String>,
    /// Remark, for instance why two rows were merged.
    pub note: String,
    /// Names, the one to show first at the front; never empty.
    pub names: Vec<Name>,
    /// Segments it works in.
    pub segments: Vec<OrganisationSegment>,
    /// Dated statements.
    pub statements: Vec<Statement>,
    /// Recognised statuses with their validity.
    pub statuses: Vec<OrganisationStatus>,
}

/// A name of an organisation (`organisation_names.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Name {
    /// The name.
    pub name: String,
    /// `zh` or `en`.
    pub lang: String,
    /// Which sort of name.
    pub kind: NameKind,
    /// A doubtful name: usable for search, shown with its note.
    pub flagged: bool,
    /// Remark in the language of the source.
    pub note: String,
    /// Source of the name.
    pub source: String,
}

/// An organisation's place in a chain (`organisation_segments.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrganisationSegment {
    /// Segment id.
    pub segment: String,
    /// `text` (a source says so), `industry` (from an industry label), `name` (the name says so).
    pub basis: String,
    /// Source of the row.
    pub source: String,
}

/// Something a source says about an organisation (`statements.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// What is stated: `role`, `product`, `achievement`, `industry`, `listing`, `customer`, `honour`.
    pub field: String,
    /// Chinese wording.
    pub value_zh: String,
    /// English wording.
    pub value_en: String,
    /// Year, month or day for which it holds.
    pub as_of: String,
    /// How that date is known.
    pub as_of_basis: DateBasis,
    /// Source.
    pub source: String,
    /// Whether somebody in charge has confirmed it; `false` is shown as 未核验.
    pub verified: bool,
}

/// A recognised status (`statuses.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrganisationStatus {
    /// Code: `high_tech`, `little_giant`, `gazelle`, `unicorn` or the pack's own.
    pub status: String,
    /// Issuer as the source names it.
    pub issuer: String,
    /// First day or year of validity.
    pub valid_from: String,
    /// Last day or year of validity; empty when open or unknown.
    pub valid_to: String,
    /// Source.
    pub source: String,
    /// Whether somebody in charge has confirmed it.
    pub verified: bool,
}

/// A figure with everything needed to read it rightly (`facts.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Identifier: `F001`.
    pub id: String,
    /// Count, amount, ratio …
    pub kind: FactKind,
    /// What the figure is about, Chinese.
    pub subject_zh: String,
    /// What the figure is about, English.
    pub subject_en: String,
    /// What is measured, Chinese.
    pub indicator_zh: String,
    /// What is measured, English.
    pub indicator_en: String,
    /// Facts with equal `indicator_id` and `area` are values of one indicator: shown side by side,
    /// each with its date and source, never picked from, merged or summed.
    pub indicator_id: String,
    /// The value as text: `36000`, `1/7`, `1+7+N`, `1.1e16`, `2018-09`.
    pub value: String,
    /// More than, nearly, about …
    pub qualifier: Qualifier,
    /// Unit in Chinese; may be empty.
    pub unit_zh: String,
    /// Unit in English; may be empty.
    pub unit_en: String,
    /// Year, month, day, or a span `2016/2020`.
    pub as_of: String,
    /// How that date is known.
    pub as_of_basis: DateBasis,
    /// Chinese words for how the date is known.
    pub as_of_note_zh: String,
    /// English words for how the date is known.
    pub as_of_note_en: String,
    /// Division code as text, or an area id.
    pub area: String,
    /// Source.
    pub source: String,
    /// Chinese remark.
    pub note_zh: String,
    /// English remark.
    pub note_en: String,
}

/// A word for the tokeniser's user dictionary (`terms.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Chinese word.
    pub zh: String,
    /// English word, empty when there is none worth having.
    pub en: String,
    /// Which sort of word.
    pub kind: TermKind,
    /// Source of the row.
    pub source: String,
}

/// Two words that a search treats as one (`synonyms.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Synonym {
    /// The word as somebody may type it.
    pub a: String,
    /// The word the pack uses.
    pub b: String,
    /// Why they are one.
    pub kind: SynonymKind,
    /// Source of the row.
    pub source: String,
}

/// A day that differs from the plain week (`calendar.csv`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    /// The day.
    pub date: Date,
    /// A weekday off, or a weekend day worked.
    pub kind: DayKind,
    /// Chinese name of the holiday it belongs to.
    pub name_zh: String,
    /// English name of the holiday it belongs to.
    pub name_en: String,
    /// Source of the row.
    pub source: String,
}

/// A row of the source material that became no organisation (`left_outs.csv`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Rows of the source material.
    pub seed_ids: Vec<String>,
    /// Name as the material gives it.
    pub name: String,
    /// Chinese reason.
    pub reason_zh: String,
    /// English reason.
    pub reason_en: String,
    /// Source.
    pub source: String,
}

/// Something wrong (or, as a warning, worth a look) at one place of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackProblem {
    /// File inside the pack, forward slashes.
    pub file: String,
    /// Line, 1 first; 0 when it concerns the whole file.
    pub line: u32,
    /// Column in characters, 1 first; 0 when it concerns the whole line.
    pub column: u32,
    /// Stable code: `uscc-check`, `pack-newer`, …
    pub code: String,
    /// Chinese sentence that says what to do.
    pub zh: String,
    /// English sentence that says what to do.
    pub en: String,
}

impl std::fmt::Display for PackProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}: {}", self.file, self.line, self.column, self.code, self.en)
    }
}
