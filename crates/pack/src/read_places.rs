//! Sources, jurisdictions and areas: what every other file refers to.

use std::collections::BTreeMap;

use kernel::Adcode;

use crate::model::{Area, Jurisdiction, Meta, Source};
use crate::problem::At;
use crate::row::{FileSpec, Placed, Reader, Row};
use crate::words::{AreaKind, DateBasis, Level};

const SOURCES: FileSpec = FileSpec {
    name: "sources.csv",
    columns: &["id", "title_zh", "title_en", "kind", "date", "date_basis", "partial", "licence", "note_zh", "note_en"],
    required: true,
    key: &["id"],
};

const JURISDICTIONS: FileSpec = FileSpec {
    name: "jurisdictions.csv",
    columns: &[
        "adcode",
        "parent",
        "level",
        "name_zh",
        "name_en",
        "short_zh",
        "short_en",
        "member",
        "member_order",
        "joined",
        "joined_source",
        "longitude",
        "latitude",
        "source",
    ],
    required: true,
    key: &["adcode"],
};

const AREAS: FileSpec = FileSpec {
    name: "areas.csv",
    columns: &["id", "name_zh", "name_en", "kind", "members", "source"],
    required: true,
    key: &["id"],
};

const SOURCE_KINDS: &[&str] = &["article", "dataset", "own"];

pub(crate) fn sources(reader: &mut Reader<'_>) -> Vec<Source> {
    let rows = reader.rows(&SOURCES, |row| {
        let date = row.moment("date", true);
        Some(Source {
            id: row.id("id"),
            title_zh: row.needed("title_zh"),
            title_en: row.needed("title_en"),
            kind: row.word("kind", SOURCE_KINDS, |t| SOURCE_KINDS.contains(&t).then(|| t.to_owned()))?,
            date_basis: if date.is_empty() {
                None
            } else {
                Some(row.word("date_basis", DateBasis::CODES, DateBasis::from_code)?)
            },
            date,
            partial: row.boolean("partial"),
            licence: row.text("licence"),
            note_zh: row.text("note_zh"),
            note_en: row.text("note_en"),
        })
    });
    rows.into_iter().map(|row| row.value).collect()
}

pub(crate) fn jurisdictions(reader: &mut Reader<'_>) -> Vec<Placed<Jurisdiction>> {
    let rows = reader.rows(&JURISDICTIONS, |row| {
        Some(Jurisdiction {
            adcode: row.new_adcode("adcode")?,
            parent: row.adcode("parent"),
            level: row.word("level", Level::CODES, Level::from_code)?,
            name_zh: row.needed("name_zh"),
            name_en: row.needed("name_en"),
            short_zh: row.needed("short_zh"),
            short_en: row.needed("short_en"),
            member: row.boolean("member"),
            member_order: row.number("member_order"),
            joined: row.number("joined"),
            joined_source: joined_source(row),
            longitude: degrees(row, "longitude", 180.0),
            latitude: degrees(row, "latitude", 90.0),
            source: row.source(),
        })
    });
    check_tree(reader, &rows);
    check_order(reader, &rows);
    rows
}

fn joined_source(row: &mut Row<'_>) -> Option<String> {
    let year_given = row.optional("joined").is_some();
    let source_given = row.optional("joined_source").is_some();
    (year_given || source_given).then(|| row.reference("joined_source", "sources.csv", "source-unknown"))
}

fn degrees(row: &mut Row<'_>, column: &str, most: f64) -> Option<f64> {
    let value: f64 = row.number(column)?;
    if !(-most..=most).contains(&value) {
        row.refuse(
            column,
            "coordinate",
            format!("坐标 {value} 超出 ±{most} 度。"),
            format!("The coordinate {value} lies outside ±{most} degrees."),
        );
    }
    Some(value)
}

/// Every parent chain must end at a row without parent.
fn check_tree(reader: &mut Reader<'_>, rows: &[Placed<Jurisdiction>]) {
    let parents: BTreeMap<Adcode, Option<Adcode>> = rows.iter().map(|r| (r.value.adcode, r.value.parent)).collect();
    for row in rows {
        let mut steps = 0;
        let mut place = row.value.parent;
        while let Some(code) = place {
            steps += 1;
            if code == row.value.adcode || steps > parents.len() {
                let code = row.value.adcode;
                reader.problems.add(
                    JURISDICTIONS.name,
                    At { line: row.line, column: 0 },
                    "jurisdiction-cycle",
                    format!("{code} 的上级链条绕回自身。请改正 parent。"),
                    format!("The parents of {code} lead back to itself. Correct “parent”."),
                );
                break;
            }
            place = parents.get(&code).copied().flatten();
        }
    }
}

/// Members are numbered 1, 2, 3 … and nobody else is.
fn check_order(reader: &mut Reader<'_>, rows: &[Placed<Jurisdiction>]) {
    let mut orders: Vec<u32> = rows.iter().filter_map(|r| r.value.member_order).collect();
    orders.sort_unstable();
    let members = rows.iter().filter(|r| r.value.member).count();
    for row in rows {
        if row.value.member != row.value.member_order.is_some() {
            reader.problems.add(
                JURISDICTIONS.name,
                At { line: row.line, column: 0 },
                "member-order",
                "成员城市必须有 member_order，非成员必须留空。",
                "Members need a member_order, others must not have one.",
            );
            return;
        }
    }
    if orders.iter().enumerate().any(|(i, o)| *o as usize != i + 1) || orders.len() != members {
        reader.problems.add(
            JURISDICTIONS.name,
            At::default(),
            "member-order",
            "member_order 应为从 1 开始的连续编号。",
            "“member_order” must run 1, 2, 3 … without gaps.",
        );
    }
}

pub(crate) fn areas(reader: &mut Reader<'_>) -> Vec<Placed<Area>> {
    reader.rows(&AREAS, |row| {
        let id = row.id("id");
        if Adcode::parse(&id).is_ok() {
            row.refuse(
                "id",
                "id-shape",
                "区域标识不能是六位数字，以免与行政区划代码混淆。",
                "An area id must not be six digits, or it would read as a division code.",
            );
        }
        Some(Area {
            id,
            name_zh: row.needed("name_zh"),
            name_en: row.needed("name_en"),
            kind: row.word("kind", AreaKind::CODES, AreaKind::from_code)?,
            members: row.adcodes("members"),
            source: row.source(),
        })
    })
}

/// The corridor's own area must exist and consist of exactly the members.
pub(crate) fn check_corridor(
    reader: &mut Reader<'_>,
    meta: &Meta,
    jurisdictions: &[Placed<Jurisdiction>],
    areas: &[Placed<Area>],
) {
    let mut members: Vec<Adcode> =
        jurisdictions.iter().filter(|row| row.value.member).map(|row| row.value.adcode).collect();
    members.sort_unstable();
    let corridor = areas.iter().find(|row| row.value.id == meta.area);
    let same = corridor.is_some_and(|row| {
        let mut listed = row.value.members.clone();
        listed.sort_unstable();
        listed == members && row.value.kind == AreaKind::Corridor
    });
    if !same || members.is_empty() {
        let at = At { line: corridor.map_or(0, |row| row.line), column: 0 };
        reader.problems.add(
            AREAS.name,
            at,
            "corridor-members",
            format!(
                "走廊区域“{}”须存在、类型为 corridor，且成员与 jurisdictions.csv 中 member=true 的城市一致。",
                meta.area
            ),
            format!(
                "The corridor area “{}” must exist, be of kind corridor and list exactly the places with member=true.",
                meta.area
            ),
        );
    }
}
