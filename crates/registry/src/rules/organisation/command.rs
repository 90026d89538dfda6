//! Registering and editing an organisation.

use super::{
    Dossier, Kind, NAMES_MAX, Name, NameKind, Organisation, SEGMENTS_MAX, SOURCE_OWN, STATEMENTS_MAX, SegmentPlace,
    State, Statement, WEBSITE_CHARS_MAX, name_english, name_shown,
};
use crate::rules::status::period;
pub(crate) use kernel::input::line;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use kernel::{Adcode, Refusal, Uscc, UsccError, UsccWarning, named_as_example};

/// Lines of capabilities in one form.
pub const CAPABILITIES_MAX: usize = 30;

/// An organisation's record as typed: for registering and for editing alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Draft {
    /// Registered Chinese name; may be empty if there is an English one.
    pub name: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Further names in use, Chinese or not.
    pub aliases: Vec<String>,
    /// Code of the kind.
    pub kind: String,
    /// Code of the city; empty when not known.
    pub city: String,
    /// Unified social credit code; may be empty.
    pub uscc: String,
    /// Web address; may be empty.
    pub website: String,
    /// Year, month or day of foundation; may be empty.
    pub founded: String,
    /// Segment ids.
    pub segments: Vec<String>,
    /// What it is, Chinese.
    pub profile_zh: String,
    /// What it is, English.
    pub profile_en: String,
    /// What it can do, one a line.
    pub capabilities: Vec<String>,
}

/// What the corridor knows, for checks.
pub struct Known<'a> {
    /// Whether there is such a place.
    pub city: &'a dyn Fn(Adcode) -> bool,
    /// Whether there is such a segment.
    pub segment: &'a dyn Fn(&str) -> bool,
}

/// Who acts and when, and where ids come from.
pub struct By<'a> {
    /// The account.
    pub account: &'a str,
    /// True for an account of the demonstration.
    pub demo: bool,
    /// When.
    pub now_ms: i64,
    /// Fresh ids.
    pub ids: &'a mut (dyn FnMut() -> String + Send),
}

/// Reads a unified social credit code; empty is none.
///
/// # Errors
/// `uscc-length`, `uscc-character`, or `uscc-check` with the right last character named.
pub fn uscc(text: &str) -> Result<(Option<Uscc>, Vec<UsccWarning>), Refusal> {
    if text.trim().is_empty() {
        return Ok((None, Vec::new()));
    }
    match Uscc::parse(text) {
        Ok((code, warnings)) => Ok((Some(code), warnings)),
        Err(error) => Err(uscc_refused(text, &error)),
    }
}

fn uscc_refused(text: &str, error: &UsccError) -> Refusal {
    let refusal = match error {
        UsccError::Length(count) => Refusal::invalid(
            "uscc-length",
            format!("统一社会信用代码为 18 位，您填写了 {count} 位，请核对后重填。"),
            format!("A unified social credit code has 18 characters, you gave {count}. Check it and fill it in again."),
        ),
        UsccError::Character { position, character } => Refusal::invalid(
            "uscc-character",
            format!("统一社会信用代码第 {position} 位“{character}”不在允许的字符之内（不用 I、O、S、V、Z），请核对。"),
            format!(
                "Character “{character}” at position {position} cannot be in the code (no I, O, S, V, Z). Check it."
            ),
        ),
        UsccError::Check { expected, found } => {
            let right = right_code(text, *expected);
            Refusal::invalid(
                "uscc-check",
                format!("统一社会信用代码第 18 位应为 {expected}，您填写的是 {found}。若前 17 位无误，应为 {right}。"),
                format!(
                    "Position 18 of the code should be {expected}, not {found}. If the first 17 are right, the code is {right}."
                ),
            )
        }
    };
    refusal.at("uscc")
}

/// What was typed, with the right last character.
fn right_code(text: &str, expected: char) -> String {
    let mut code: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    code.pop();
    code.push(expected);
    code.into_iter().collect::<String>().to_uppercase()
}

/// What a person is told of an odd code that is accepted all the same.
pub fn uscc_warning(warning: UsccWarning) -> kernel::Text {
    let UsccWarning::OrganisationCheck { expected } = warning;
    kernel::Text::new(
        format!(
            "统一社会信用代码第 17 位按组织机构代码规则应为 {expected}；部分新发代码不同，已照您填写的收下，请再核对一次。"
        ),
        format!(
            "By the rule of organisation codes position 17 should be {expected}. Some newer codes differ, so yours was accepted; please check it once more."
        ),
    )
}

/// A first record, which only its people and the city office see until the office confirms it.
///
/// # Errors
/// The first field that breaks a rule.
pub fn register(draft: &Draft, known: &Known<'_>, by: &mut By<'_>) -> Result<(Dossier, Vec<UsccWarning>), Refusal> {
    let id = (by.ids)();
    let empty = Dossier {
        organisation: Organisation {
            id,
            pack_key: None,
            kind: Kind::Enterprise,
            state: State::Draft,
            city: None,
            area: None,
            uscc: None,
            website: None,
            founded: None,
            name: String::new(),
            name_en: None,
            source: SOURCE_OWN.to_owned(),
            note: String::new(),
            claimed_ms: None,
            verified_ms: None,
            registered_by: Some(by.account.to_owned()),
            edited_ms: None,
            demo: by.demo,
            batch: None,
            created_ms: by.now_ms,
            updated_ms: by.now_ms,
        },
        names: Vec::new(),
        segments: Vec::new(),
        statements: Vec::new(),
        statuses: Vec::new(),
    };
    edit(&empty, draft, known, by)
}

/// A changed record. Names, segments and statements that stay keep their source; what is new is the organisation's own word.
///
/// # Errors
/// The first field that breaks a rule.
pub fn edit(
    old: &Dossier,
    draft: &Draft,
    known: &Known<'_>,
    by: &mut By<'_>,
) -> Result<(Dossier, Vec<UsccWarning>), Refusal> {
    let names = names(old, draft)?;
    named_as_example(
        old.organisation.demo,
        name_shown(&names),
        "name",
        [
            "演示账号登记的机构，名称必须以“示例”开头。",
            "An organisation registered by a demo account must have a name that begins with 示例.",
        ],
    )?;
    let (uscc, warnings) = uscc(&draft.uscc)?;
    let kind = Kind::parse(&draft.kind).ok_or_else(|| {
        Refusal::invalid("organisation-kind", "请选择机构类型。", "Choose what kind of organisation it is.").at("kind")
    })?;
    let organisation = Organisation {
        kind,
        city: city(&draft.city, known)?,
        uscc: uscc.map(|code| code.to_string()),
        website: website(&draft.website)?,
        founded: founded(&draft.founded)?,
        name: name_shown(&names).to_owned(),
        name_en: name_english(&names).map(str::to_owned),
        edited_ms: Some(by.now_ms),
        updated_ms: by.now_ms,
        ..old.organisation.clone()
    };
    let segments = segments(old, draft, known)?;
    let statements = statements(old, draft, by)?;
    Ok((Dossier { organisation, names, segments, statements, statuses: old.statuses.clone() }, warnings))
}

fn names(old: &Dossier, draft: &Draft) -> Result<Vec<Name>, Refusal> {
    let mut typed: Vec<(String, &'static str, NameKind)> = Vec::new();
    for (text, field, lang) in [(&draft.name, "name", "zh"), (&draft.name_en, "name_en", "en")] {
        let name = line(text, TITLE_CHARS_MAX, field)?;
        if !name.is_empty() {
            typed.push((name, lang, NameKind::Official));
        }
    }
    if typed.is_empty() {
        return Err(Refusal::invalid(
            "organisation-name",
            "请填写机构的登记名称；没有中文名称的，填写英文名称。",
            "Fill in the registered name; an organisation without a Chinese name gives its English one.",
        )
        .at("name"));
    }
    for alias in &draft.aliases {
        let alias = line(alias, TITLE_CHARS_MAX, "aliases")?;
        let lang = if alias.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c)) { "zh" } else { "en" };
        if !alias.is_empty() && typed.iter().all(|(name, _, _)| *name != alias) {
            typed.push((alias, lang, NameKind::Alias));
        }
    }
    if typed.len() > NAMES_MAX {
        return Err(Refusal::invalid(
            "too-many-names",
            format!("一家机构最多 {NAMES_MAX} 个名称，请保留常用的。"),
            format!("An organisation has {NAMES_MAX} names at most; keep those in use."),
        )
        .at("aliases"));
    }
    Ok(typed.into_iter().map(|(name, lang, kind)| kept_name(old, name, lang, kind)).collect())
}

/// A name that was there keeps its sort, note and source.
fn kept_name(old: &Dossier, name: String, lang: &str, kind: NameKind) -> Name {
    match old.names.iter().find(|had| had.name == name) {
        Some(had) => had.clone(),
        None => Name {
            name,
            lang: lang.to_owned(),
            kind,
            flagged: false,
            note: String::new(),
            source: SOURCE_OWN.to_owned(),
        },
    }
}

pub(crate) fn city(text: &str, known: &Known<'_>) -> Result<Option<Adcode>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match Adcode::parse(text) {
        Ok(code) if (known.city)(code) => Ok(Some(code)),
        _ => Err(Refusal::invalid(
            "city-unknown",
            "没有这个城市代码，请从列表中选择；确实不在列表中的，请留空。",
            "There is no such city code; choose from the list, or leave it empty if it is not there.",
        )
        .at("city")),
    }
}

pub(crate) fn website(text: &str) -> Result<Option<String>, Refusal> {
    let text = line(text, WEBSITE_CHARS_MAX, "website")?;
    if text.is_empty() {
        return Ok(None);
    }
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| host.contains('.') && !host.chars().any(|c| c.is_whitespace() || "\"'<>\\".contains(c));
    match host {
        Some(host) if plain(host) => Ok(Some(text)),
        _ => Err(Refusal::invalid(
            "website-shape",
            "网址须以 http:// 或 https:// 开头，如 https://www.example.cn。",
            "A web address begins with http:// or https://, such as https://www.example.cn.",
        )
        .at("website")),
    }
}

fn founded(text: &str) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match period(text) {
        Some(_) => Ok(Some(text.to_owned())),
        None => Err(Refusal::invalid(
            "period-shape",
            "请写年份、年月或日期，如 2016、2016-03、2016-03-01。",
            "Write a year, a month or a day: 2016, 2016-03, 2016-03-01.",
        )
        .at("founded")),
    }
}

fn segments(old: &Dossier, draft: &Draft, known: &Known<'_>) -> Result<Vec<SegmentPlace>, Refusal> {
    let own =
        |segment: &str| SegmentPlace { segment: segment.to_owned(), basis: "own".into(), source: SOURCE_OWN.into() };
    let place = |segment: String| match old.segments.iter().find(|had| had.segment == segment) {
        Some(had) => had.clone(),
        None => own(&segment),
    };
    Ok(segment_ids(&draft.segments, SEGMENTS_MAX, known)?.into_iter().map(place).collect())
}

/// Known segments, each once, in the order given.
pub(crate) fn segment_ids(typed: &[String], count_max: usize, known: &Known<'_>) -> Result<Vec<String>, Refusal> {
    let mut ids: Vec<String> = Vec::new();
    for segment in typed.iter().map(|segment| segment.trim()).filter(|segment| !segment.is_empty()) {
        if !(known.segment)(segment) {
            return Err(Refusal::invalid(
                "segment-unknown",
                format!("没有“{}”这个环节，请从列表中选择。", segment.chars().take(40).collect::<String>()),
                "There is no such segment; choose from the list.",
            )
            .at("segments"));
        }
        if ids.iter().all(|had| had != segment) {
            ids.push(segment.to_owned());
        }
    }
    if ids.len() > count_max {
        return Err(Refusal::invalid(
            "too-many-segments",
            format!("最多选择 {count_max} 个环节，请保留主要的。"),
            format!("Choose {count_max} segments at most; keep the main ones."),
        )
        .at("segments"));
    }
    Ok(ids)
}

/// What the form says replaces profile and capabilities; everything else that is stated stays.
fn statements(old: &Dossier, draft: &Draft, by: &mut By<'_>) -> Result<Vec<Statement>, Refusal> {
    let mut wanted: Vec<(&str, String, String)> = Vec::new();
    let profile_zh = line(&draft.profile_zh, ABSTRACT_CHARS_MAX, "profile")?;
    let profile_en = line(&draft.profile_en, ABSTRACT_CHARS_MAX, "profile_en")?;
    if !profile_zh.is_empty() || !profile_en.is_empty() {
        wanted.push(("profile", profile_zh, profile_en));
    }
    for capability in &draft.capabilities {
        let capability = line(capability, 300, "capabilities")?;
        if !capability.is_empty() {
            wanted.push(("capability", capability, String::new()));
        }
    }
    if wanted.len() > CAPABILITIES_MAX {
        return Err(Refusal::invalid(
            "too-many-capabilities",
            format!("能力最多写 {CAPABILITIES_MAX} 行，请合并相近的。"),
            format!("Write {CAPABILITIES_MAX} lines of capabilities at most; merge similar ones."),
        )
        .at("capabilities"));
    }
    let edited = |field: &str| field == "profile" || field == "capability";
    let mut kept: Vec<Statement> = Vec::new();
    for (field, zh, en) in wanted {
        let same = |had: &&Statement| {
            had.field == field && had.value_zh == zh && (had.value_en == en || field == "capability")
        };
        match old.statements.iter().find(same) {
            Some(had) => kept.push(had.clone()),
            None => kept.push(own_statement(field, zh, en, by)),
        }
    }
    kept.extend(old.statements.iter().filter(|had| !edited(&had.field)).cloned());
    kept.truncate(STATEMENTS_MAX);
    Ok(kept)
}

fn own_statement(field: &str, zh: String, en: String, by: &mut By<'_>) -> Statement {
    Statement {
        id: (by.ids)(),
        field: field.to_owned(),
        value_zh: zh,
        value_en: en,
        as_of: kernel::Instant::from_ms(by.now_ms).date().to_string(),
        as_of_basis: "printed".to_owned(),
        source: SOURCE_OWN.to_owned(),
        verified_ms: None,
        edited_ms: Some(by.now_ms),
    }
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
