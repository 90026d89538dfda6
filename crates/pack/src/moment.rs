//! Partial dates: a year, a month, a day, or a span of years.

use kernel::Date;

/// The last day a partial date may mean, for sorting; `None` when the text is no partial date.
///
/// `2022` gives 31 December 2022, `2022-02` the last of February, `2016/2020` 31 December 2020.
#[must_use]
pub fn moment_end(text: &str) -> Option<Date> {
    if let Some((from, to)) = text.split_once('/') {
        let (first, last) = (year(from)?, year(to)?);
        return (first <= last).then(|| Date::new(last, 12, 31).ok()).flatten();
    }
    match text.len() {
        4 => Date::new(year(text)?, 12, 31).ok(),
        7 => {
            let (y, m) = text.split_once('-')?;
            let month = two_digits(m)?;
            (28..=31).rev().find_map(|day| Date::new(year(y)?, month, day).ok())
        }
        10 => Date::parse(text).ok(),
        _ => None,
    }
}

/// Whether a text is a year, month or day (no span).
pub(crate) fn is_moment(text: &str) -> bool {
    !text.contains('/') && moment_end(text).is_some()
}

fn year(text: &str) -> Option<i32> {
    let digits = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn two_digits(text: &str) -> Option<u8> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_ends_on_its_last_day() {
        let cases = [
            ("2022", "2022-12-31"),
            ("2024-02", "2024-02-29"),
            ("2023-02", "2023-02-28"),
            ("2021-08-04", "2021-08-04"),
            ("2016/2020", "2020-12-31"),
        ];
        for (text, end) in cases {
            assert_eq!(moment_end(text), Date::parse(end).ok(), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in ["", "22", "2022-13", "2022-00", "2021-02-30", "2020/2016", "二〇二二", "2022-1", "+022"] {
            assert_eq!(moment_end(text), None, "{text}");
        }
        assert!(!is_moment("2016/2020"));
    }
}
