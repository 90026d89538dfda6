//! Organisations and the four files that hang on them: names, segments, statements, statuses.

use std::collections::BTreeMap;

use kernel::Uscc;

use crate::model::{Name, Organisation, OrganisationSegment, OrganisationStatus, Segment, Statement};
use crate::near::report_near_duplicates;
use crate::problem::At;
use crate::row::{FileSpec, Placed, Reader, Row};
use crate::words::{DateBasis, NameKind, OrganisationKind};

const ORGANISATIONS: FileSpec = FileSpec {
    name: "organisations.csv",
    columns: &[
        "id",
        "kind",
        "source_kind",
        "city",
        "city_basis",
        "area",
        "uscc",
        "website",
        "founded",
        "source",
        "verified",
        "seed_ids",
        "note",
    ],
    required: false,
    key: &["id"],
};

const NAMES: FileSpec = FileSpec {
    name: "organisation_names.csv",
    columns: &["organisation", "name", "lang", "kind", "flagged", "note", "source"],
    required: false,
    key: &["organisation", "name"],
};

const SEGMENTS: FileSpec = FileSpec {
    name: "organisation_segments.csv",
    columns: &["organisation", "segment", "basis", "source"],
    required: false,
    key: &["organisation", "segment"],
};

const STATEMENTS: FileSpec = FileSpec {
    name: "statements.csv",
    columns: &["organisation", "field", "value_zh", "value_en", "as_of", "as_of_basis", "source", "verified"],
    required: false,
    key: &[],
};

const STATUSES: FileSpec = FileSpec {
    name: "statuses.csv",
    columns: &["organisation", "status", "issuer", "valid_from", "valid_to", "source", "verified"],
    required: false,
    key: &["organisation", "status", "valid_from"],
};

const CITY_BASES: &[&str] = &["", "text", "name", "context", "dataset"];
const SEGMENT_BASES: &[&str] = &["text", "industry", "name"];
const FIELDS: &[&str] = &["role", "product", "achievement", "industry", "listing", "customer", "honour"];

pub(crate) fn organisations(reader: &mut Reader<'_>, segments: &[Segment]) -> Vec<Organisation> {
    let mut codes = Codes::default();
    let mut rows = reader.rows(&ORGANISATIONS, |row| organisation(row, &mut codes));
    for (line, wanted) in codes.odd {
        reader.warnings.add(
            ORGANISATIONS.name,
            At { line, column: 0 },
            "uscc-organisation-digit",
            format!("统一社会信用代码第 17 位按组织机构代码规则应为 {wanted}，请核对。"),
            format!("Position 17 of the code should be {wanted} by the organisation-code rule; please check."),
        );
    }
    let mut names = grouped(reader.rows(&NAMES, name));
    let mut places = grouped(reader.rows(&SEGMENTS, place));
    let mut statements = grouped(reader.rows(&STATEMENTS, statement));
    let mut statuses = grouped(reader.rows(&STATUSES, status));
    for row in &mut rows {
        let id = &row.value.id;
        row.value.names = names.remove(id).unwrap_or_default();
        row.value.names.sort_by_key(|n| (n.lang != "zh", n.kind));
        row.value.segments = places.remove(id).unwrap_or_default();
        row.value.statements = statements.remove(id).unwrap_or_default();
        row.value.statuses = statuses.remove(id).unwrap_or_default();
    }
    check_names(reader, &rows);
    check_segments(reader, &rows, segments);
    report_near_duplicates(&mut reader.warnings, &rows);
    rows.into_iter().map(|row| row.value).collect()
}

/// Credit codes seen so far, and those whose 17th position is odd.
#[derive(Default)]
struct Codes {
    seen: BTreeMap<String, u32>,
    odd: Vec<(u32, char)>,
}

fn organisation(row: &mut Row<'_>, codes: &mut Codes) -> Option<Organisation> {
    let city = row.adcode("city");
    let city_basis = row.word("city_basis", CITY_BASES, |t| one_of(CITY_BASES, t))?;
    if row.text("city").is_empty() != city_basis.is_empty() {
        row.refuse(
            "city_basis",
            "city-basis",
            "填写了城市就要写明依据；没有城市则依据留空。",
            "A city needs its basis, and no city has none.",
        );
    }
    Some(Organisation {
        id: row.id("id"),
        kind: row.word("kind", OrganisationKind::CODES, OrganisationKind::from_code)?,
        source_kind: row.text("source_kind"),
        city,
        city_basis,
        area: row.optional("area").map(|_| row.area("area")),
        uscc: uscc(row, codes),
        website: website(row),
        founded: row.optional("founded").map(|_| row.moment("founded", false)),
        source: row.source(),
        verified: row.boolean("verified"),
        seed_ids: row.list("seed_ids"),
        note: row.text("note"),
        names: Vec::new(),
        segments: Vec::new(),
        statements: Vec::new(),
        statuses: Vec::new(),
    })
}

fn one_of(words: &[&str], text: &str) -> Option<String> {
    words.contains(&text).then(|| text.to_owned())
}

fn uscc(row: &mut Row<'_>, codes: &mut Codes) -> Option<String> {
    let text = row.optional("uscc")?;
    match Uscc::parse(&text) {
        Ok((code, warnings)) => {
            let code = code.as_str().to_owned();
            for warning in warnings {
                let kernel::UsccWarning::OrganisationCheck { expected } = warning;
                codes.odd.push((row.line(), expected));
            }
            if let Some(earlier) = codes.seen.insert(code.clone(), row.line()) {
                row.refuse(
                    "uscc",
                    "uscc-duplicate",
                    format!("统一社会信用代码与第 {earlier} 行相同，同一机构应合并为一行。"),
                    format!("The credit code is that of line {earlier}; merge the two rows."),
                );
            }
            Some(code)
        }
        Err(error) => {
            let remedy = match &error {
                kernel::UsccError::Check { expected, .. } => {
                    format!("校验位应为 {expected}，请核对证照。")
                }
                kernel::UsccError::Length(found) => {
                    format!("应为 18 位，现为 {found} 位。")
                }
                kernel::UsccError::Character { position, .. } => {
                    format!("第 {position} 位含有不允许的字符。")
                }
            };
            row.refuse(
                "uscc",
                "uscc-check",
                format!("统一社会信用代码有误：{remedy}"),
                format!("The unified social credit code is wrong: {error}."),
            );
            None
        }
    }
}

fn website(row: &mut Row<'_>) -> Option<String> {
    let text = row.optional("website")?;
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|r| r.split(['/', '?', '#']).next());
    let fine = host.is_some_and(|h| h.contains('.') && !h.contains('@'))
        && !text.contains(|c: char| c.is_whitespace() || "\"'<>".contains(c));
    if !fine {
        row.refuse(
            "website",
            "website",
            format!("“{text}”不是 http 或 https 网址。"),
            format!("“{text}” is no http or https address."),
        );
    }
    Some(text)
}

fn owner(row: &mut Row<'_>) -> String {
    row.reference("organisation", ORGANISATIONS.name, "organisation-unknown")
}

fn name(row: &mut Row<'_>) -> Option<(String, Name)> {
    let owner = owner(row);
    let lang = row.word("lang", &["zh", "en"], |t| one_of(&["zh", "en"], t))?;
    let kind = row.word("kind", NameKind::CODES, NameKind::from_code)?;
    let flagged = row.boolean("flagged");
    let note = row.text("note");
    if flagged && note.is_empty() {
        row.refuse(
            "note",
            "flag-without-note",
            "存疑的名称必须写明原因。",
            "A doubtful name needs a note that says why.",
        );
    }
    Some((owner, Name { name: row.needed("name"), lang, kind, flagged, note, source: row.source() }))
}

fn place(row: &mut Row<'_>) -> Option<(String, OrganisationSegment)> {
    Some((
        owner(row),
        OrganisationSegment {
            segment: row.segment("segment"),
            basis: row.word("basis", SEGMENT_BASES, |t| one_of(SEGMENT_BASES, t))?,
            source: row.source(),
        },
    ))
}

fn statement(row: &mut Row<'_>) -> Option<(String, Statement)> {
    Some((
        owner(row),
        Statement {
            field: row.word("field", FIELDS, |t| one_of(FIELDS, t))?,
            value_zh: row.needed("value_zh"),
            value_en: row.needed("value_en"),
            as_of: row.moment("as_of", false),
            as_of_basis: row.word("as_of_basis", DateBasis::CODES, DateBasis::from_code)?,
            source: row.source(),
            verified: row.boolean("verified"),
        },
    ))
}

fn status(row: &mut Row<'_>) -> Option<(String, OrganisationStatus)> {
    Some((
        owner(row),
        OrganisationStatus {
            status: row.id("status"),
            issuer: row.needed("issuer"),
            valid_from: row.moment("valid_from", false),
            valid_to: row.moment("valid_to", true),
            source: row.source(),
            verified: row.boolean("verified"),
        },
    ))
}

fn grouped<T>(rows: Vec<Placed<(String, T)>>) -> BTreeMap<String, Vec<T>> {
    let mut groups: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for row in rows {
        let (owner, value) = row.value;
        groups.entry(owner).or_default().push(value);
    }
    groups
}

fn check_names(reader: &mut Reader<'_>, rows: &[Placed<Organisation>]) {
    for row in rows.iter().filter(|row| row.value.names.is_empty()) {
        let id = &row.value.id;
        reader.problems.add(
            ORGANISATIONS.name,
            At { line: row.line, column: 0 },
            "organisation-without-name",
            format!("机构“{id}”在 organisation_names.csv 中没有名称。"),
            format!("The organisation “{id}” has no name in organisation_names.csv."),
        );
    }
}

/// A chain beside one of its own segments says the same twice; the closer one is enough.
fn check_segments(reader: &mut Reader<'_>, rows: &[Placed<Organisation>], segments: &[Segment]) {
    for row in rows {
        let own = &row.value.segments;
        let repeated = segments.iter().find(|segment| {
            let has = |id: &str| own.iter().any(|s| s.segment == id);
            has(&segment.id) && segment.parent.as_deref().is_some_and(has)
        });
        if let Some(segment) = repeated {
            let (id, chain) = (&row.value.id, segment.parent.clone().unwrap_or_default());
            reader.warnings.add(
                SEGMENTS.name,
                At::default(),
                "segment-and-parent",
                format!("机构“{id}”同时列在“{}”及其上级“{chain}”，留前者即可。", segment.id),
                format!("“{id}” is in “{}” and in its parent “{chain}”; the former is enough.", segment.id),
            );
        }
    }
}
