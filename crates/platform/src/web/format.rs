//! Numbers, money and dates as people read them. Pure functions; times are epoch milliseconds UTC.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// Asia/Shanghai has had no daylight saving since 1991, before any record here; a fixed offset needs no zone file.
const SHANGHAI: Offset = jiff::tz::offset(8);
const FEN_PER_YUAN: u64 = 100;

/// `1234567` → `1,234,567`.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Exact amount with its unit.
pub fn fen(fen: i64, zh: bool) -> String {
    let amount = amount(fen);
    if zh { format!("{amount} 元") } else { format!("CNY {amount}") }
}

fn amount(fen: i64) -> String {
    let whole = i64::try_from(fen.unsigned_abs() / FEN_PER_YUAN).unwrap_or(i64::MAX);
    let rest = fen.unsigned_abs() % FEN_PER_YUAN;
    let sign = if fen < 0 { "−" } else { "" };
    if rest == 0 { format!("{sign}{}", grouped(whole)) } else { format!("{sign}{}.{rest:02}", grouped(whole)) }
}

/// Amount in 万元, 亿元, million or billion when at most two decimals say it exactly; otherwise the full amount.
pub fn fen_short(value: i64, zh: bool) -> String {
    let units: [(i64, &str); 2] = if zh {
        [(10_000_000_000, "亿元"), (1_000_000, "万元")]
    } else {
        [(100_000_000_000, "billion"), (100_000_000, "million")]
    };
    for (unit, name) in units {
        if value.unsigned_abs() >= unit.unsigned_abs() && value % (unit / 100) == 0 {
            let amount = trim_decimals(&amount(value / (unit / 100)));
            return if zh { format!("{amount} {name}") } else { format!("CNY {amount} {name}") };
        }
    }
    fen(value, zh)
}

fn trim_decimals(amount: &str) -> String {
    if amount.contains('.') { amount.trim_end_matches('0').trim_end_matches('.').to_owned() } else { amount.to_owned() }
}

fn shanghai(ms: i64, pattern: &str) -> String {
    match Timestamp::from_millisecond(ms) {
        Ok(instant) => instant.to_zoned(TimeZone::fixed(SHANGHAI)).strftime(pattern).to_string(),
        // Outside years -9999..9999: nothing a record here can hold, and no reason to fail a page.
        Err(_) => "—".to_owned(),
    }
}

/// `YYYY-MM-DD` in Asia/Shanghai.
pub fn date(ms: i64) -> String {
    shanghai(ms, "%Y-%m-%d")
}

/// `YYYY-MM-DD HH:MM` in Asia/Shanghai.
pub fn datetime(ms: i64) -> String {
    shanghai(ms, "%Y-%m-%d %H:%M")
}

/// `YYYY-MM-DDTHH:MM:SS+08:00`.
pub fn rfc3339(ms: i64) -> String {
    shanghai(ms, "%Y-%m-%dT%H:%M:%S+08:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (-1_234_567, "−1,234,567"),
            (i64::MIN, "−9,223,372,036,854,775,808"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn money_is_never_rounded() {
        for (value, zh, en) in [
            (0, "0 元", "CNY 0"),
            (5, "0.05 元", "CNY 0.05"),
            (-150, "−1.50 元", "CNY −1.50"),
            (1_984_000_000, "1,984 万元", "CNY 19.84 million"),
            (126_000_000_000, "12.6 亿元", "CNY 1.26 billion"),
            (1_984_000_001, "19,840,000.01 元", "CNY 19,840,000.01"),
        ] {
            assert_eq!(fen_short(value, true), zh);
            assert_eq!(fen_short(value, false), en);
        }
        assert_eq!(fen(1_984_000_000, true), "19,840,000 元");
    }

    #[test]
    fn times_are_shown_in_shanghai() {
        // 2026-11-21T16:30:00Z is the next day there.
        let ms = 1_795_278_600_000;
        assert_eq!(date(ms), "2026-11-22");
        assert_eq!(datetime(ms), "2026-11-22 00:30");
        assert_eq!(rfc3339(ms), "2026-11-22T00:30:00+08:00");
        assert_eq!(date(i64::MAX), "—");
    }
}
