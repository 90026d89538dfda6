use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. People see Asia/Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

const DAY_MS: i64 = 86_400_000;
/// China has kept UTC+8 without summer time since 1991.
const SHANGHAI_OFFSET_MS: i64 = 8 * 3_600_000;

impl Instant {
    /// From epoch milliseconds.
    pub const fn from_ms(ms: i64) -> Instant {
        Instant(ms)
    }

    /// Epoch milliseconds.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Some milliseconds later (or earlier, if negative); saturates at the ends of time.
    pub const fn plus_ms(self, ms: i64) -> Instant {
        Instant(self.0.saturating_add(ms))
    }

    /// Some whole days later.
    pub const fn plus_days(self, days: i64) -> Instant {
        self.plus_ms(days.saturating_mul(DAY_MS))
    }

    /// The calendar day in Shanghai.
    pub fn date(self) -> Date {
        Date::from_epoch_day((self.0 + SHANGHAI_OFFSET_MS).div_euclid(DAY_MS))
    }

    /// Hour and minute in Shanghai.
    pub fn hour_minute(self) -> (i64, i64) {
        let minute = (self.0 + SHANGHAI_OFFSET_MS).rem_euclid(DAY_MS) / 60_000;
        (minute / 60, minute % 60)
    }

    /// `2026-11-21 23:05`, in Shanghai.
    pub fn to_minute(self) -> String {
        let (hour, minute) = self.hour_minute();
        format!("{} {hour:02}:{minute:02}", self.date())
    }
}

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a date is written YYYY-MM-DD and must exist")]
pub struct DateError;

impl Date {
    /// A day that exists between the years 1900 and 2200.
    pub fn new(year: i32, month: u8, day: u8) -> Result<Date, DateError> {
        let fits = (1900..=2200).contains(&year) && (1..=12).contains(&month);
        if fits && day >= 1 && day <= days_in_month(year, month) {
            Ok(Date { year, month, day })
        } else {
            Err(DateError)
        }
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Result<Date, DateError> {
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else {
            return Err(DateError);
        };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return Err(DateError);
        }
        let number = |part: &str| part.parse::<i32>().map_err(|_| DateError);
        Date::new(number(year)?, number(month)? as u8, number(day)? as u8)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Midnight in Shanghai at the start of this day.
    pub fn start(self) -> Instant {
        Instant(self.epoch_day() * DAY_MS - SHANGHAI_OFFSET_MS)
    }

    /// Days since 1970-01-01 (the civil-from-days arithmetic of the proleptic Gregorian calendar).
    pub fn epoch_day(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The inverse of [`Date::epoch_day`].
    pub fn from_epoch_day(days: i64) -> Date {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month + 2) / 5 + 1) as u8;
        let month = if month < 10 { month + 3 } else { month - 9 } as u8;
        let year = (year_of_era + era * 400) as i32 + i32::from(month <= 2);
        Date { year, month, day }
    }

    /// Some days later.
    pub fn plus_days(self, days: i64) -> Date {
        Date::from_epoch_day(self.epoch_day() + days)
    }

    /// Monday is 0, Sunday is 6.
    pub fn weekday(self) -> u8 {
        (self.epoch_day() + 3).rem_euclid(7) as u8
    }
}

fn days_in_month(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        Date::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        assert_eq!(Date::parse("1970-01-01").unwrap().epoch_day(), 0);
        assert_eq!(Date::parse("2026-11-21").unwrap().weekday(), 5, "a Saturday");
        assert_eq!(Instant::from_ms(1_655_308_800_000).to_minute(), "2022-06-16 00:00");
        for wrong in ["2025-02-29", "2025-13-01", "2025-1-01", "2025/01/01", "+025-01-01", "1700-01-01"] {
            assert_eq!(Date::parse(wrong), Err(DateError), "{wrong}");
        }
    }

    proptest! {
        /// Goal: the two directions agree. Method: every day from 1900 to 2200 is drawn.
        #[test]
        fn days_round_trip(day in -25_567i64..84_370) {
            let date = Date::from_epoch_day(day);
            prop_assert_eq!(date.epoch_day(), day);
            prop_assert_eq!(Date::parse(&date.to_string()), Ok(date));
            prop_assert_eq!(date.start().date(), date);
        }
    }
}
