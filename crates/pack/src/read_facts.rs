//! Figures, words, working days and what was left out.

use kernel::{Date, DayKind, Qualifier};

use crate::model::{CalendarDay, Fact, LeftOut, Synonym, Term};
use crate::moment::moment_end;
use crate::row::{FileSpec, Placed, Reader, Row};
use crate::words::{DateBasis, FactKind, SynonymKind, TermKind};

const FACTS: FileSpec = FileSpec {
    name: "facts.csv",
    columns: &[
        "id",
        "kind",
        "subject_zh",
        "subject_en",
        "indicator_zh",
        "indicator_en",
        "indicator_id",
        "value",
        "qualifier",
        "unit_zh",
        "unit_en",
        "as_of",
        "as_of_basis",
        "as_of_note_zh",
        "as_of_note_en",
        "area",
        "source",
        "note_zh",
        "note_en",
    ],
    required: false,
    key: &["id"],
};

const TERMS: FileSpec =
    FileSpec { name: "terms.csv", columns: &["zh", "en", "kind", "source"], required: false, key: &["zh"] };

const SYNONYMS: FileSpec =
    FileSpec { name: "synonyms.csv", columns: &["a", "b", "kind", "source"], required: false, key: &["a", "b"] };

const CALENDAR: FileSpec = FileSpec {
    name: "calendar.csv",
    columns: &["date", "kind", "name_zh", "name_en", "source"],
    required: false,
    key: &["date"],
};

const LEFT_OUTS: FileSpec = FileSpec {
    name: "left_outs.csv",
    columns: &["seed_ids", "name", "reason_zh", "reason_en", "source"],
    required: false,
    key: &[],
};

const DAY_KINDS: &[&str] = &["holiday", "workday"];

pub(crate) fn facts(reader: &mut Reader<'_>) -> Vec<Fact> {
    values(reader.rows(&FACTS, fact))
}

fn fact(row: &mut Row<'_>) -> Option<Fact> {
    let kind = row.word("kind", FactKind::CODES, FactKind::from_code)?;
    let codes = Qualifier::ALL.map(Qualifier::code);
    Some(Fact {
        id: row.id("id"),
        kind,
        subject_zh: row.needed("subject_zh"),
        subject_en: row.needed("subject_en"),
        indicator_zh: row.needed("indicator_zh"),
        indicator_en: row.needed("indicator_en"),
        indicator_id: row.id("indicator_id"),
        value: value(row, kind),
        qualifier: row.word("qualifier", &codes, Qualifier::parse)?,
        unit_zh: row.text("unit_zh"),
        unit_en: row.text("unit_en"),
        as_of: row.period("as_of"),
        as_of_basis: row.word("as_of_basis", DateBasis::CODES, DateBasis::from_code)?,
        as_of_note_zh: row.text("as_of_note_zh"),
        as_of_note_en: row.text("as_of_note_en"),
        area: row.area("area"),
        source: row.source(),
        note_zh: row.text("note_zh"),
        note_en: row.text("note_en"),
    })
}

fn value(row: &mut Row<'_>, kind: FactKind) -> String {
    let text = row.needed("value");
    let fine = match kind {
        FactKind::Date => moment_end(&text).is_some(),
        _ => number_of(&text).is_some() || is_sum(&text),
    };
    if !fine && !text.is_empty() {
        row.refuse(
            "value",
            "fact-value",
            format!("“{text}”不是可用的数值。可写 36000、2.75、1/7、1+7+N；日期类写 2018-09。"),
            format!("“{text}” is no usable value. Write 36000, 2.75, 1/7 or 1+7+N; for dates 2018-09."),
        );
    }
    text
}

/// A plain number, scientific notation, or a fraction of whole numbers.
pub(crate) fn number_of(text: &str) -> Option<f64> {
    if let Some((above, below)) = text.split_once('/') {
        let (above, below): (u32, u32) = (above.parse().ok()?, below.parse().ok()?);
        return (below != 0).then(|| f64::from(above) / f64::from(below));
    }
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    number.is_finite().then_some(number)
}

/// A structure such as `1+7+N`: parts joined by plus signs, whole numbers or one letter.
fn is_sum(text: &str) -> bool {
    text.contains('+')
        && text
            .split('+')
            .all(|part| part == "N" || part == "X" || (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())))
}

pub(crate) fn terms(reader: &mut Reader<'_>) -> Vec<Term> {
    values(reader.rows(&TERMS, |row| {
        Some(Term {
            zh: row.needed("zh"),
            en: row.text("en"),
            kind: row.word("kind", TermKind::CODES, TermKind::from_code)?,
            source: row.source(),
        })
    }))
}

pub(crate) fn synonyms(reader: &mut Reader<'_>) -> Vec<Synonym> {
    values(reader.rows(&SYNONYMS, |row| {
        let (a, b) = (row.needed("a"), row.needed("b"));
        if a == b && !a.is_empty() {
            row.refuse("b", "synonym-same", "两个词相同，不必登记。", "Both words are the same; leave the row out.");
        }
        Some(Synonym {
            a,
            b,
            kind: row.word("kind", SynonymKind::CODES, SynonymKind::from_code)?,
            source: row.source(),
        })
    }))
}

pub(crate) fn calendar(reader: &mut Reader<'_>, years: &[i32]) -> Vec<CalendarDay> {
    values(reader.rows(&CALENDAR, |row| {
        let text = row.needed("date");
        let Ok(date) = Date::parse(&text) else {
            row.refuse(
                "date",
                "date",
                format!("“{text}”不是日期，应写 2026-10-01。"),
                format!("“{text}” is no date; write 2026-10-01."),
            );
            return None;
        };
        if !years.contains(&date.year()) {
            row.refuse(
                "date",
                "calendar-year",
                format!("{} 年不在 pack.toml 的 calendar_years 中。", date.year()),
                format!("The year {} is not among calendar_years of pack.toml.", date.year()),
            );
        }
        Some(CalendarDay {
            date,
            kind: row.word("kind", DAY_KINDS, day_kind)?,
            name_zh: row.needed("name_zh"),
            name_en: row.needed("name_en"),
            source: row.source(),
        })
    }))
}

fn day_kind(code: &str) -> Option<DayKind> {
    match code {
        "holiday" => Some(DayKind::Holiday),
        "workday" => Some(DayKind::Workday),
        _ => None,
    }
}

pub(crate) fn left_outs(reader: &mut Reader<'_>) -> Vec<LeftOut> {
    values(reader.rows(&LEFT_OUTS, |row| {
        Some(LeftOut {
            seed_ids: row.list("seed_ids"),
            name: row.needed("name"),
            reason_zh: row.needed("reason_zh"),
            reason_en: row.needed("reason_en"),
            source: row.source(),
        })
    }))
}

fn values<T>(rows: Vec<Placed<T>>) -> Vec<T> {
    rows.into_iter().map(|row| row.value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_fractions_or_sums() {
        assert_eq!(number_of("36000"), Some(36_000.0));
        assert_eq!(number_of("1/8"), Some(0.125));
        assert_eq!(number_of("1.1e16"), Some(1.1e16));
        for wrong in ["", "1/0", "nan", "inf", "百", "1,000", "1e999"] {
            assert_eq!(number_of(wrong), None, "{wrong}");
        }
        assert!(is_sum("1+7+N") && is_sum("15+1"));
        assert!(!is_sum("1+") && !is_sum("17") && !is_sum("1+七"));
    }
}
