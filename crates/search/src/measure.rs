//! A number and its unit are one word: `300 毫米`, `300mm`, `300 mm` and the
//! `12英寸` of a wafer all read `300mm`.
//!
//! Wafer diameters in inches are names, not measurements (SEMI M1 lists the
//! metric diameters); those eight inch figures become the metric diameter,
//! other inch figures stay inches.

/// Characters of a number that is looked at; longer digit runs are identifiers.
const DIGITS_MAX: usize = 12;

/// Wafer diameters: inches and the millimetres they stand for.
const WAFER_INCHES: [(&str, &str); 8] = [
    ("2", "50mm"),
    ("3", "75mm"),
    ("4", "100mm"),
    ("5", "125mm"),
    ("6", "150mm"),
    ("8", "200mm"),
    ("12", "300mm"),
    ("18", "450mm"),
];

/// Spellings (folded) and the symbol they become. Longer spellings of the same beginning come first.
const UNITS: &[(&str, &str)] = &[
    ("平方公里", "km2"),
    ("平方千米", "km2"),
    ("平方米", "m2"),
    ("立方米", "m3"),
    ("平米", "m2"),
    ("毫米", "mm"),
    ("厘米", "cm"),
    ("微米", "um"),
    ("纳米", "nm"),
    ("奈米", "nm"),
    ("公里", "km"),
    ("千米", "km"),
    ("英寸", "inch"),
    ("英吋", "inch"),
    ("吋", "inch"),
    ("寸", "inch"),
    ("公斤", "kg"),
    ("千克", "kg"),
    ("毫克", "mg"),
    ("微克", "ug"),
    ("毫升", "ml"),
    ("微升", "ul"),
    ("兆瓦时", "mwh"),
    ("千瓦时", "kwh"),
    ("兆瓦", "mw"),
    ("千瓦", "kw"),
    ("吉瓦", "gw"),
    ("千伏", "kv"),
    ("毫伏", "mv"),
    ("伏", "v"),
    ("毫安", "ma"),
    ("安培", "a"),
    ("千赫兹", "khz"),
    ("兆赫兹", "mhz"),
    ("吉赫兹", "ghz"),
    ("太赫兹", "thz"),
    ("千赫", "khz"),
    ("兆赫", "mhz"),
    ("吉赫", "ghz"),
    ("太赫", "thz"),
    ("赫兹", "hz"),
    ("摄氏度", "°c"),
    ("兆帕", "mpa"),
    ("千帕", "kpa"),
    ("帕", "pa"),
    ("吨", "t"),
    ("万元", "万元"),
    ("亿元", "亿元"),
    ("°c", "°c"),
    ("inches", "inch"),
    ("inch", "inch"),
    ("\"", "inch"),
    ("″", "inch"),
    ("mm", "mm"),
    ("cm", "cm"),
    ("μm", "um"),
    ("um", "um"),
    ("nm", "nm"),
    ("km2", "km2"),
    ("km", "km"),
    ("m2", "m2"),
    ("m3", "m3"),
    ("kg", "kg"),
    ("mg", "mg"),
    ("μg", "ug"),
    ("ug", "ug"),
    ("ml", "ml"),
    ("μl", "ul"),
    ("ul", "ul"),
    ("mwh", "mwh"),
    ("kwh", "kwh"),
    ("mw", "mw"),
    ("kw", "kw"),
    ("gw", "gw"),
    ("kv", "kv"),
    ("mv", "mv"),
    ("ma", "ma"),
    ("khz", "khz"),
    ("mhz", "mhz"),
    ("ghz", "ghz"),
    ("thz", "thz"),
    ("hz", "hz"),
    ("mpa", "mpa"),
    ("kpa", "kpa"),
    ("pa", "pa"),
];

/// A number, with or without a unit, at a place of a folded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The bare number, without thousands separators and trailing zeros after the point.
    pub number: String,
    /// The number with its unit in one spelling, if a known unit follows.
    pub with_unit: Option<String>,
    /// Characters it takes in the text.
    pub len: usize,
}

/// Reads a number with its unit at the beginning of folded characters.
///
/// `None` if there is no number or if it runs on into letters that are no unit (`3d`, `5g`): such a run is a word.
#[must_use]
pub fn measure(chars: &[char]) -> Option<Measure> {
    let (number, digits) = number(chars)?;
    let spaces = chars[digits..].iter().take_while(|c| **c == ' ').count().min(2);
    for gap in [spaces, 0] {
        if let Some((symbol, len)) = unit(&chars[digits + gap..]) {
            let with_unit = Some(spell(&number, symbol));
            return Some(Measure { number, with_unit, len: digits + gap + len });
        }
    }
    if chars.get(digits).is_some_and(|c| c.is_alphanumeric() && !crate::fold::is_cjk(*c)) {
        return None;
    }
    Some(Measure { number, with_unit: None, len: digits })
}

fn spell(number: &str, symbol: &str) -> String {
    if symbol == "inch"
        && let Some((_, metric)) = WAFER_INCHES.iter().find(|(inches, _)| *inches == number)
    {
        return (*metric).to_owned();
    }
    format!("{number}{symbol}")
}

fn number(chars: &[char]) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = 0;
    let mut fraction = false;
    while let Some(c) = chars.get(at) {
        let digit_follows = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        match c {
            '0'..='9' => text.push(*c),
            ',' if !fraction && at > 0 && thousands_follow(&chars[at + 1..]) => {}
            '.' if !fraction && at > 0 && digit_follows => {
                fraction = true;
                text.push('.');
            }
            _ => break,
        }
        at += 1;
    }
    if text.is_empty() || text.len() > DIGITS_MAX {
        return None;
    }
    if fraction {
        let kept = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(kept);
    }
    Some((text, at))
}

fn thousands_follow(chars: &[char]) -> bool {
    chars.len() >= 3 && chars[..3].iter().all(char::is_ascii_digit) && !chars.get(3).is_some_and(char::is_ascii_digit)
}

fn unit(chars: &[char]) -> Option<(&'static str, usize)> {
    UNITS
        .iter()
        .filter_map(|(spelling, symbol)| {
            let len = spelling.chars().count();
            let fits = chars.len() >= len && spelling.chars().zip(chars).all(|(a, b)| a == *b);
            (fits && !runs_on(spelling, chars.get(len))).then_some((*symbol, len))
        })
        .max_by_key(|(_, len)| *len)
}

/// A unit in letters must end there: `300mmol` is no length.
fn runs_on(spelling: &str, next: Option<&char>) -> bool {
    let letters = spelling.chars().last().is_some_and(|c| c.is_ascii_alphanumeric());
    letters && next.is_some_and(|c| c.is_alphanumeric() && !crate::fold::is_cjk(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, Option<String>, usize)> {
        let chars: Vec<char> = text.chars().collect();
        measure(&chars).map(|found| (found.number, found.with_unit, found.len))
    }

    #[test]
    fn spellings_of_one_measure_agree() {
        for text in ["300mm", "300 mm", "300毫米", "300 毫米硅片", "12英寸", "12寸晶圆", "12 inch", "12\"", "300.0mm"]
        {
            assert_eq!(read(text).and_then(|found| found.1).as_deref(), Some("300mm"), "{text}");
        }
        for (text, becomes) in [
            ("7英寸", "7inch"),
            ("28纳米", "28nm"),
            ("0.50μm", "0.5um"),
            ("1,200 千瓦", "1200kw"),
            ("1500万元", "1500万元"),
            ("5.6ghz", "5.6ghz"),
        ] {
            assert_eq!(read(text).and_then(|found| found.1).as_deref(), Some(becomes), "{text}");
        }
    }

    #[test]
    fn words_that_begin_with_digits_are_no_measures() {
        for text in ["3d打印", "5g", "300mmol", "2d/3d", "9999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2026年"), Some(("2026".to_owned(), None, 4)));
        assert_eq!(read("1,23"), Some(("1".to_owned(), None, 1)));
        assert_eq!(read("3.14.15"), Some(("3.14".to_owned(), None, 4)));
        assert_eq!(read("毫米"), None);
    }
}
