//! Rows of organisations, and the records they become.

use super::cells::Check;
use super::{Arrival, Reading, SOURCE_IMPORT};
use crate::rules::organisation::{
    Dossier, Kind, NAMES_MAX, Name, NameKind, Organisation, SEGMENTS_MAX, SegmentPlace, State, Statement, StatusCode,
    segment_ids, website,
};
use crate::rules::status::Status;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, DEMO_PREFIX, Instant};
use serde::{Deserialize, Serialize};

pub(super) const COLUMNS: &[&str] =
    &["key", "name", "name_en", "aliases", "uscc", "city", "kind", "segments", "website", "capabilities", "statuses"];
/// Characters a registered name has at least.
const NAME_CHARS_MIN: usize = 2;

/// A checked row. What is empty says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationRow {
    /// Its line in the file.
    #[serde(skip)]
    pub line: usize,
    /// The owner's key.
    pub key: String,
    /// Registered Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Other names in use.
    pub aliases: Vec<String>,
    /// Unified social credit code.
    pub uscc: Option<String>,
    /// Where it is.
    pub city: Adcode,
    /// Code of its kind.
    pub kind: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// Web address.
    pub website: Option<String>,
    /// What it can do.
    pub capabilities: String,
    /// Status codes.
    pub statuses: Vec<String>,
}

/// Checks one row; none when something is wrong with it.
pub(super) fn row(check: &mut Check<'_, '_>, reading: &Reading<'_>) -> Option<OrganisationRow> {
    let before = check.problems.total;
    let key = check.key();
    let name = name(check, reading.demo);
    let name_en = check.line("name_en", TITLE_CHARS_MAX);
    let aliases = aliases(check);
    let uscc = check.uscc("uscc");
    if let Some(code) = &uscc {
        check.code_once(code);
    }
    let city = city(check, reading);
    let kind = kind(check);
    let segments = segments(check, reading, SEGMENTS_MAX);
    let website = website(&check.text("website")).unwrap_or_else(|refusal| {
        check.refused(&refusal, "website");
        None
    });
    let capabilities = check.line("capabilities", ABSTRACT_CHARS_MAX);
    let statuses = statuses(check);
    if check.problems.total > before {
        return None;
    }
    let line = check.raw.line;
    Some(OrganisationRow {
        line,
        key,
        name,
        name_en,
        aliases,
        uscc,
        city: city?,
        kind,
        segments,
        website,
        capabilities,
        statuses,
    })
}

fn name(check: &mut Check<'_, '_>, demo: bool) -> String {
    let before = check.problems.total;
    let name = check.line("name", TITLE_CHARS_MAX);
    if check.problems.total == before && name.chars().count() < NAME_CHARS_MIN {
        check.wrong(
            "name",
            "name-short",
            "请填写登记名称，至少 2 个字。",
            "Fill in the registered name, 2 characters at least.",
        );
    } else if demo && !name.starts_with(DEMO_PREFIX) {
        check.wrong(
            "name",
            "demo-name",
            "演示账号导入的机构，名称必须以“示例”开头。",
            "An organisation imported by a demo account must have a name that begins with 示例.",
        );
    }
    name
}

fn aliases(check: &mut Check<'_, '_>) -> Vec<String> {
    let aliases = check.list("aliases");
    if aliases.len() + 2 > NAMES_MAX {
        check.wrong(
            "aliases",
            "too-many-names",
            format!("别名最多 {} 个，请保留常用的。", NAMES_MAX - 2),
            format!("{} other names at most; keep those in use.", NAMES_MAX - 2),
        );
    }
    for alias in &aliases {
        if let Err(refusal) = crate::rules::organisation::line(alias, TITLE_CHARS_MAX, "aliases") {
            check.refused(&refusal, "aliases");
        }
    }
    aliases
}

fn city(check: &mut Check<'_, '_>, reading: &Reading<'_>) -> Option<Adcode> {
    let text = check.text("city");
    let code = Adcode::parse(&text).ok().filter(|code| (reading.known.city)(*code));
    if code.is_none() {
        let shown: String = text.chars().take(20).collect();
        check.wrong(
            "city",
            "city-unknown",
            format!("“{shown}”不是走廊数据包认识的行政区划代码。请填六位代码，如松江 310117；区县不认识的填所属地级市。"),
            format!("“{shown}” is no division code that the pack knows. Fill in six digits, such as 310117 for Songjiang, or the city above it."),
        );
    }
    code
}

fn kind(check: &mut Check<'_, '_>) -> String {
    let text = check.text("kind");
    if Kind::parse(&text).is_none() {
        let all: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        let shown: String = text.chars().take(40).collect();
        check.wrong(
            "kind",
            "kind-unknown",
            format!("没有“{shown}”这种机构类型。可用：{}。", all.join("、")),
            format!("There is no kind “{shown}”. Kinds are: {}.", all.join(", ")),
        );
    }
    text
}

/// Known segments; every unknown one is reported by name.
pub(super) fn segments(check: &mut Check<'_, '_>, reading: &Reading<'_>, count_max: usize) -> Vec<String> {
    let ids = check.list("segments");
    for id in ids.iter().filter(|id| !(reading.known.segment)(id)) {
        let shown: String = id.chars().take(60).collect();
        check.wrong(
            "segments",
            "segment-unknown",
            format!("没有“{shown}”这个产业链环节。环节编号形如 ic/wafer，见 GET /api/v1/segments；多个之间用分号。"),
            format!("There is no segment “{shown}”. Ids look like ic/wafer, see GET /api/v1/segments; separate several by semicolons."),
        );
    }
    let known: Vec<String> = ids.into_iter().filter(|id| (reading.known.segment)(id)).collect();
    segment_ids(&known, count_max, reading.known).unwrap_or_else(|refusal| {
        check.refused(&refusal, "segments");
        Vec::new()
    })
}

fn statuses(check: &mut Check<'_, '_>) -> Vec<String> {
    let codes = check.list("statuses");
    for code in codes.iter().filter(|code| StatusCode::parse(code).is_none()) {
        let all: Vec<&str> = StatusCode::ALL.iter().map(|status| status.code()).collect();
        let shown: String = code.chars().take(40).collect();
        check.wrong(
            "statuses",
            "status-unknown",
            format!("没有“{shown}”这项资质。可用：{}；多项之间用分号。", all.join("、")),
            format!("There is no status “{shown}”. Statuses are: {}; separate several by semicolons.", all.join(", ")),
        );
    }
    codes
}

/// The record a new row becomes: listed, unclaimed, nothing confirmed.
pub fn create_organisation(
    row: &OrganisationRow,
    id: &str,
    arrival: &Arrival<'_>,
    ids: &mut dyn FnMut() -> String,
) -> Dossier {
    let now = arrival.now;
    let empty = Dossier {
        organisation: Organisation {
            id: id.to_owned(),
            pack_key: None,
            kind: Kind::Enterprise,
            state: State::Listed,
            city: None,
            area: None,
            uscc: None,
            website: None,
            founded: None,
            name: String::new(),
            name_en: None,
            source: SOURCE_IMPORT.to_owned(),
            note: String::new(),
            claimed_ms: None,
            verified_ms: None,
            registered_by: None,
            edited_ms: None,
            demo: arrival.demo,
            batch: Some(arrival.batch.to_owned()),
            created_ms: now.ms(),
            updated_ms: now.ms(),
        },
        names: Vec::new(),
        segments: Vec::new(),
        statements: Vec::new(),
        statuses: Vec::new(),
    };
    change_organisation(&empty, row, now, ids)
}

/// The record after a row was laid over it. What the row leaves empty stays as it was.
pub fn change_organisation(
    old: &Dossier,
    row: &OrganisationRow,
    now: Instant,
    ids: &mut dyn FnMut() -> String,
) -> Dossier {
    let mut next = old.clone();
    let o = &mut next.organisation;
    o.kind = Kind::parse(&row.kind).unwrap_or(o.kind);
    o.city = Some(row.city);
    o.name.clone_from(&row.name);
    if !row.name_en.is_empty() {
        o.name_en = Some(row.name_en.clone());
    }
    o.uscc = row.uscc.clone().or(o.uscc.take());
    o.website = row.website.clone().or(o.website.take());
    o.updated_ms = now.ms();
    next.names = names(old, row);
    if !row.segments.is_empty() {
        let place =
            |id: &String| SegmentPlace { segment: id.clone(), basis: "text".into(), source: SOURCE_IMPORT.into() };
        next.segments = row.segments.iter().map(place).collect();
    }
    if !row.capabilities.is_empty() && !old.statements.iter().any(|s| s.value_zh == row.capabilities) {
        next.statements.retain(|statement| statement.field != "capability");
        next.statements.push(capability(row, now, ids()));
    }
    if !row.statuses.is_empty() {
        next.statuses.retain(|status| row.statuses.contains(&status.status));
        let come = row.statuses.iter().filter(|code| old.statuses.iter().all(|had| had.status != **code));
        next.statuses.extend(come.map(|code| status(code, ids())));
    }
    next
}

fn names(old: &Dossier, row: &OrganisationRow) -> Vec<Name> {
    let name = |name: &str, lang: &str, kind| Name {
        name: name.to_owned(),
        lang: lang.to_owned(),
        kind,
        flagged: false,
        note: String::new(),
        source: SOURCE_IMPORT.to_owned(),
    };
    let english = if row.name_en.is_empty() { old.organisation.name_en.as_deref().unwrap_or("") } else { &row.name_en };
    let mut names = vec![name(&row.name, "zh", NameKind::Official)];
    if !english.is_empty() {
        names.push(name(english, "en", NameKind::Official));
    }
    if row.aliases.is_empty() {
        names.extend(old.names.iter().filter(|had| had.kind != NameKind::Official).cloned());
    }
    for alias in &row.aliases {
        if names.iter().all(|had| had.name != *alias) {
            let chinese = alias.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c));
            names.push(name(alias, if chinese { "zh" } else { "en" }, NameKind::Alias));
        }
    }
    names
}

fn capability(row: &OrganisationRow, now: Instant, id: String) -> Statement {
    Statement {
        id,
        field: "capability".to_owned(),
        value_zh: row.capabilities.clone(),
        value_en: String::new(),
        as_of: now.date().to_string(),
        as_of_basis: "dataset".to_owned(),
        source: SOURCE_IMPORT.to_owned(),
        verified_ms: None,
        edited_ms: None,
    }
}

fn status(code: &str, id: String) -> Status {
    Status {
        id,
        status: code.to_owned(),
        issuer: String::new(),
        valid_from: String::new(),
        valid_to: String::new(),
        source: SOURCE_IMPORT.to_owned(),
        verified_ms: None,
        verified_by: None,
        declared_by: None,
        edited_ms: None,
    }
}
