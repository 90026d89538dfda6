//! Reading figures rightly: side by side, worded with their qualifier, as numbers only where a chart needs them.
//!
//! Sources give several values for one indicator (1/7 or 1/8 of the nation's high-tech enterprises) and similar
//! figures for different things. Nothing here picks, merges, averages or sums; a group only puts the values of
//! one indicator in one area next to each other.

use kernel::{Locale, Qualifier};
use pack::Fact;
use pack::words::FactKind;
use std::collections::BTreeMap;

/// The values of one indicator in one area, oldest date first; a bare year counts to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// A place's code or an area's id.
    pub area: &'a str,
    /// What is measured.
    pub indicator_id: &'a str,
    /// Every value, never empty.
    pub facts: Vec<&'a Fact>,
}

/// How the values of a group stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is one value.
    Single,
    /// Several sources or dates say the same.
    Same,
    /// They differ, by date or by source; a reader sees them all.
    Differ,
}

/// Groups facts by area and indicator, in the order in which each group first appears. Every fact is in exactly one group.
pub fn groups<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Vec<Group<'a>> {
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for fact in facts {
        let place = *places.entry((&fact.area, &fact.indicator_id)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.facts.push(fact),
            None => groups.push(Group { area: &fact.area, indicator_id: &fact.indicator_id, facts: vec![fact] }),
        }
    }
    for group in &mut groups {
        group.facts.sort_by_cached_key(|fact| (pack::moment_end(&fact.as_of), fact.source.clone(), fact.id.clone()));
    }
    groups
}

impl Group<'_> {
    /// How the values stand to each other. Equal numbers with different qualifiers or units differ.
    pub fn standing(&self) -> Standing {
        let mut readings = self.facts.iter().map(|f| (&f.value, f.qualifier, &f.unit_zh));
        let first = readings.next();
        match self.facts.len() {
            0 | 1 => Standing::Single,
            _ if readings.all(|reading| Some(reading) == first) => Standing::Same,
            _ => Standing::Differ,
        }
    }

    /// Whether the values can stand on one axis: several that differ, all numbers, all in one unit.
    pub fn chartable(&self) -> bool {
        let unit = self.facts.first().map(|fact| &fact.unit_zh);
        self.standing() == Standing::Differ
            && self.facts.iter().all(|fact| Some(&fact.unit_zh) == unit && bounds(fact).is_some())
    }
}

/// The ends between which a source says the figure lies, for charts only. `None` when the value is no number.
///
/// "More than" has no upper end, "nearly" and "up to" no lower one.
pub fn bounds(fact: &Fact) -> Option<(Option<f64>, Option<f64>)> {
    if !matches!(fact.kind, FactKind::Count | FactKind::Amount | FactKind::Ratio) {
        return None;
    }
    let number = fact.number()?;
    Some(match fact.qualifier {
        Qualifier::MoreThan | Qualifier::AtLeast => (Some(number), None),
        Qualifier::Nearly | Qualifier::UpTo => (None, Some(number)),
        _ => (Some(number), Some(number)),
    })
}

/// Digits with at most one point and one leading sign.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().filter(|b| *b == b'.').count() <= 1
}

/// A figure as people read it: qualifier, value, unit. `超过 36,000 家`, `more than 36,000`, `第 3 位`, `4.59%`.
pub fn reading(fact: &Fact, locale: Locale) -> String {
    let label = fact.qualifier.label();
    let unit = match locale {
        Locale::ZhCn => fact.unit_zh.as_str(),
        Locale::En => fact.unit_en.as_str(),
    };
    let figure = match (fact.kind, locale) {
        (FactKind::Rank, Locale::ZhCn) => format!("第 {} 位", fact.value),
        (FactKind::Rank, Locale::En) => format!("No. {}", fact.value),
        (FactKind::Date, Locale::ZhCn) if unit == "年" => format!("{} 年", fact.value),
        (FactKind::Date, _) => fact.value.clone(),
        _ if unit.is_empty() => value_text(&fact.value),
        _ if unit.starts_with('%') => format!("{}{unit}", value_text(&fact.value)),
        _ => format!("{} {unit}", value_text(&fact.value)),
    };
    match label.get(locale) {
        "" => figure,
        label => format!("{label} {figure}"),
    }
}

/// A value with thousands separators and real powers of ten; anything that is no number stays as it is.
pub fn value_text(value: &str) -> String {
    if let Some((digits, exponent)) = value.split_once(['e', 'E'])
        && is_decimal(digits)
        && exponent.parse::<i32>().is_ok()
    {
        return format!("{digits}×10{}", superscript(exponent));
    }
    if !is_decimal(value) {
        return value.to_owned();
    }
    let (sign, rest) = value.strip_prefix('-').map_or(("", value), |rest| ("−", rest));
    let (whole, decimals) = rest.split_once('.').map_or((rest, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(decimals) = decimals {
        text.push('.');
        text.push_str(decimals);
    }
    text
}

fn superscript(exponent: &str) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| match c.to_digit(10) {
        Some(digit) => Some(RAISED[digit as usize]),
        None => (c == '-').then_some('⁻'),
    };
    exponent.chars().filter_map(raise).collect()
}

/// A date as people read it: a span `2016/2020` becomes `2016–2020`.
pub fn as_of_text(as_of: &str) -> String {
    as_of.replace('/', "–")
}

/// What a list of facts is narrowed to. Empty fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A place's code or an area's id.
    pub area: String,
    /// An indicator's id.
    pub indicator: String,
    /// A source's id.
    pub source: String,
}

impl Filter {
    /// Whether a fact belongs to the list.
    pub fn takes(&self, fact: &Fact) -> bool {
        let same = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
        same(&self.area, &fact.area) && same(&self.indicator, &fact.indicator_id) && same(&self.source, &fact.source)
    }
}

#[cfg(test)]
mod tests;
