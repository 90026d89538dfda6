//! Organisations that may be one: equal or nested name cores, or one web host.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Organisation;
use crate::problem::{At, Problems};
use crate::row::Placed;

/// Legal forms and company words that do not tell two organisations apart.
const ZH_FORMS: &[&str] = &["股份有限公司", "有限责任公司", "集团有限公司", "有限公司", "股份", "集团"];
const EN_FORMS: &[&str] = &[
    "co",
    "ltd",
    "inc",
    "corp",
    "corporation",
    "company",
    "limited",
    "group",
    "plc",
    "llc",
    "holding",
    "holdings",
    "the",
];

/// Characters a Chinese core needs before its being the start of another name means something.
const ZH_CORE_CHARS_MIN: usize = 2;
/// Words an English core needs before its being the start of another name means something.
const EN_CORE_WORDS_MIN: usize = 2;

/// Two organisations that may be one, for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NearDuplicate {
    /// Id of the one that sorts first.
    pub first: String,
    /// Id of the other.
    pub second: String,
    /// What they share: a core of a name, or a web host.
    pub shared: String,
}

/// Every pair of organisations that may be one, each pair once, sorted by ids.
#[must_use]
pub fn near_duplicates(organisations: &[Organisation]) -> Vec<NearDuplicate> {
    pairs_of(&organisations.iter().collect::<Vec<_>>())
}

fn pairs_of(organisations: &[&Organisation]) -> Vec<NearDuplicate> {
    let mut pairs: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut cores: Vec<(String, &str)> = Vec::new();
    for organisation in organisations {
        for name in &organisation.names {
            let core = core(&name.name, &name.lang);
            if !core.is_empty() {
                cores.push((core, &organisation.id));
            }
        }
    }
    cores.sort();
    for (index, (core, id)) in cores.iter().enumerate() {
        for (other, second) in &cores[index + 1..] {
            if !other.starts_with(core.as_str()) {
                break;
            }
            if id != second && (other == core || nests(core, other)) {
                note_pair(&mut pairs, id, second, core);
            }
        }
    }
    by_host(organisations, &mut pairs);
    pairs.into_iter().map(|((first, second), shared)| NearDuplicate { first, second, shared }).collect()
}

fn note_pair(pairs: &mut BTreeMap<(String, String), String>, a: &str, b: &str, shared: &str) {
    let (first, second) = if a < b { (a, b) } else { (b, a) };
    pairs.entry((first.to_owned(), second.to_owned())).or_insert_with(|| shared.to_owned());
}

/// Whether a core is long enough that a name starting with it is suspicious.
fn nests(core: &str, longer: &str) -> bool {
    if core.is_ascii() {
        core.split(' ').count() >= EN_CORE_WORDS_MIN && longer[core.len()..].starts_with(' ')
    } else {
        core.chars().count() >= ZH_CORE_CHARS_MIN
    }
}

/// A name without place, legal form and punctuation.
fn core(name: &str, lang: &str) -> String {
    if lang == "en" {
        let cleaned = name.to_lowercase().replace("co.,ltd", "co ltd");
        let words = cleaned.split(|c: char| !c.is_alphanumeric());
        let kept: Vec<&str> = words.filter(|w| !w.is_empty() && !EN_FORMS.contains(w)).collect();
        return kept.join(" ");
    }
    let mut text: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    for form in ZH_FORMS {
        if let Some(rest) = text.strip_suffix(form) {
            text = rest.to_owned();
        }
    }
    match text.strip_prefix("上海") {
        Some(rest) if rest.chars().count() >= ZH_CORE_CHARS_MIN => rest.to_owned(),
        _ => text,
    }
}

fn by_host(organisations: &[&Organisation], pairs: &mut BTreeMap<(String, String), String>) {
    let mut hosts: BTreeMap<String, &str> = BTreeMap::new();
    for organisation in organisations {
        let Some(address) = organisation.website.as_deref() else {
            continue;
        };
        let host = address.split('/').nth(2).unwrap_or_default().to_lowercase();
        let host = host.trim_start_matches("www.").to_owned();
        if let Some(earlier) = hosts.get(&host) {
            note_pair(pairs, earlier, &organisation.id, &host);
        } else {
            hosts.insert(host, &organisation.id);
        }
    }
}

/// One warning for each pair, at the row of the second.
pub(crate) fn report_near_duplicates(warnings: &mut Problems, rows: &[Placed<Organisation>]) {
    let organisations: Vec<&Organisation> = rows.iter().map(|row| &row.value).collect();
    let lines: BTreeMap<&str, u32> = rows.iter().map(|row| (row.value.id.as_str(), row.line)).collect();
    for pair in pairs_of(&organisations) {
        let NearDuplicate { first, second, shared } = &pair;
        let line = lines.get(second.as_str()).copied().unwrap_or_default();
        warnings.add(
            "organisations.csv",
            At { line, column: 0 },
            "near-duplicate",
            format!("“{first}”与“{second}”可能是同一机构（共同点：{shared}），请人工判断。"),
            format!("“{first}” and “{second}” may be one organisation (both: {shared}); please decide."),
        );
    }
}
