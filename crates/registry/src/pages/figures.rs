//! Figures and facts as parts of pages: worded, dated, with their sources.

use crate::actions::fact::Former;
use crate::corridor::Corridor;
use crate::rules::fact::{Group, as_of_text, bounds, reading, value_text};
use kernel::Locale;
use pack::words::DateBasis;
use platform::charts::{Caption, Claim, Ranges};
use platform::web::T;
use platform::web::parts::{Cell, Column, Source, Table, encode};

/// Where a fact was said: date with its basis, source; one line. The table or chart around it names the area.
pub(super) fn source_of(t: T, corridor: &Corridor, fact: &pack::Fact) -> Source {
    Source {
        t,
        area: String::new(),
        as_of: as_of_text(&fact.as_of),
        basis: basis(t, fact),
        title: corridor.source_title(&fact.source, t.locale),
        href: source_href(&fact.source),
        unverified: false,
    }
}

/// A source's place in the list of sources.
pub(super) fn source_href(id: &str) -> String {
    format!("/sources#{}", encode(id))
}

/// A fact's page.
pub(super) fn fact_href(id: &str) -> String {
    format!("/facts/{}", encode(id))
}

/// How the date of a fact is known.
fn basis(t: T, fact: &pack::Fact) -> String {
    let note = t.pick(&fact.as_of_note_zh, &fact.as_of_note_en);
    if note.is_empty() { basis_word(t, fact.as_of_basis) } else { note.to_owned() }
}

/// The plain word for how a date is known.
pub(super) fn basis_word(t: T, basis: DateBasis) -> String {
    t.msg(format!("fact-basis-{}", basis.code())).into_owned()
}

/// What a fact is about: subject and indicator. Where the area itself is the subject, the indicator says it all.
pub(super) fn heading(t: T, corridor: &Corridor, fact: &pack::Fact) -> String {
    let subject = t.pick(&fact.subject_zh, &fact.subject_en);
    let indicator = t.pick(&fact.indicator_zh, &fact.indicator_en);
    let area_itself = fact.subject_zh == corridor.area_name(&fact.area, Locale::ZhCn);
    if subject.is_empty() || area_itself { indicator.to_owned() } else { format!("{subject} · {indicator}") }
}

/// The unit in the reader's language; English often needs none where Chinese has a counting word.
fn unit(t: T, fact: &pack::Fact) -> &str {
    if t.zh() { &fact.unit_zh } else { &fact.unit_en }
}

/// The columns of every table and file of facts.
fn columns(t: T) -> [String; 4] {
    ["fact-column-indicator", "fact-column-value", "fact-column-source", "fact-column-note"]
        .map(|key| t.msg(key).into_owned())
}

/// Facts as a table, the values of one indicator below each other.
pub(super) fn table(t: T, corridor: &Corridor, caption: String, groups: &[Group<'_>]) -> Table {
    let [indicator, value, source, note] = columns(t);
    let columns =
        vec![Column::words(indicator), Column::numbers(value, ""), Column::words(source), Column::words(note)];
    let facts = groups.iter().flat_map(|group| &group.facts);
    facts.fold(Table::new(t, caption, columns), |table, fact| {
        let note = t.pick(&fact.note_zh, &fact.note_en);
        table.row(vec![
            Cell::Link { href: fact_href(&fact.id), text: heading(t, corridor, fact) },
            Cell::Text(reading(fact, t.locale)),
            Cell::Source(source_of(t, corridor, fact)),
            Cell::Text(note.to_owned()),
        ])
    })
}

/// What facts said before, each with the date and source it had; none where nothing was replaced.
pub(super) fn former_table(t: T, corridor: &Corridor, caption: String, former: &[Former]) -> Option<Table> {
    let [indicator, value, source, _] = columns(t);
    let columns = vec![
        Column::words(indicator),
        Column::numbers(value, ""),
        Column::words(source),
        Column::words(t.msg("fact-former-replaced")),
    ];
    let row = |table: Table, former: &Former| {
        let fact = &former.fact;
        table.row(vec![
            Cell::Link { href: fact_href(&fact.id), text: heading(t, corridor, fact) },
            Cell::Text(reading(fact, t.locale)),
            Cell::Source(source_of(t, corridor, fact)),
            Cell::Text(t.with2("fact-former-by", "date", t.date(former.replaced_ms), "version", &former.version)),
        ])
    };
    (!former.is_empty()).then(|| former.iter().fold(Table::new(t, caption, columns), row))
}

/// The values of one indicator on one axis, each with its own date and source; none when they cannot share one.
pub(super) fn chart(t: T, corridor: &Corridor, group: &Group<'_>) -> Option<Ranges> {
    if !group.chartable() {
        return None;
    }
    let first = group.facts.first()?;
    let title = t.args(
        "fact-chart-title",
        &[
            ("indicator", heading(t, corridor, first).as_str()),
            ("area", corridor.area_name(group.area, t.locale).as_str()),
        ],
    );
    let claim = |fact: &&pack::Fact| {
        let (low, high) = bounds(fact)?;
        let label = fact.qualifier.label();
        let text = [label.get(t.locale), &value_text(&fact.value)].join(" ");
        Some(Claim { low, high, text: text.trim().to_owned(), source: source_of(t, corridor, fact) })
    };
    let claims: Vec<Claim> = group.facts.iter().filter_map(claim).collect();
    let unit = unit(t, first);
    Some(Ranges { caption: Caption::new(t, title, unit), claims })
}

/// Headings of a CSV file of facts.
pub(super) const CSV_COLUMNS: [&str; 16] = [
    "id",
    "area",
    "area_name",
    "subject",
    "indicator_id",
    "indicator",
    "qualifier",
    "value",
    "unit",
    "as_of",
    "as_of_basis",
    "as_of_note",
    "source",
    "source_title",
    "note",
    "kind",
];

/// A fact as a row of such a file, in the reader's language where there are two.
pub(super) fn csv_row(t: T, corridor: &Corridor, fact: &pack::Fact) -> [String; 16] {
    let pick = |zh: &str, en: &str| t.pick(zh, en).to_owned();
    [
        fact.id.clone(),
        fact.area.clone(),
        corridor.area_name(&fact.area, t.locale),
        pick(&fact.subject_zh, &fact.subject_en),
        fact.indicator_id.clone(),
        pick(&fact.indicator_zh, &fact.indicator_en),
        fact.qualifier.code().to_owned(),
        fact.value.clone(),
        unit(t, fact).to_owned(),
        fact.as_of.clone(),
        fact.as_of_basis.code().to_owned(),
        pick(&fact.as_of_note_zh, &fact.as_of_note_en),
        fact.source.clone(),
        corridor.source_title(&fact.source, t.locale),
        pick(&fact.note_zh, &fact.note_en),
        fact.kind.code().to_owned(),
    ]
}
