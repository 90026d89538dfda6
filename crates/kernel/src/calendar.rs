use crate::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the published calendar says of a day that is not as its weekday would have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayKind {
    /// A weekday on which offices rest (调休或法定节假日).
    Holiday,
    /// A weekend day on which offices work (调休上班).
    Workday,
}

/// Working days of a corridor: weekends, holidays and make-up days as published year by year.
#[derive(Debug, Clone, Default)]
pub struct WorkCalendar {
    exceptions: BTreeMap<Date, DayKind>,
    years: BTreeSet<i32>,
}

/// A deadline in working days, with how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last day of the period.
    pub date: Date,
    /// True if a year on the way has no published calendar yet, so the day may still move.
    pub provisional: bool,
}

impl WorkCalendar {
    /// Builds the calendar from the exceptions of the years it names; other years are unknown.
    pub fn new(years: impl IntoIterator<Item = i32>, exceptions: impl IntoIterator<Item = (Date, DayKind)>) -> Self {
        WorkCalendar { exceptions: exceptions.into_iter().collect(), years: years.into_iter().collect() }
    }

    /// Whether offices work on this day.
    pub fn is_workday(&self, date: Date) -> bool {
        match self.exceptions.get(&date) {
            Some(kind) => *kind == DayKind::Workday,
            None => date.weekday() < 5,
        }
    }

    /// Whether the year of this day has been published.
    pub fn knows(&self, date: Date) -> bool {
        self.years.contains(&date.year())
    }

    /// The day that is `days` working days after `from` (the day itself does not count).
    pub fn after(&self, from: Date, days: u32) -> Due {
        let mut date = from;
        let mut left = days;
        let mut provisional = !self.knows(from);
        while left > 0 {
            date = date.plus_days(1);
            provisional |= !self.knows(date);
            if self.is_workday(date) {
                left -= 1;
            }
        }
        Due { date, provisional }
    }

    /// Working days after `from` up to and including `to`; zero if `to` is not later.
    pub fn between(&self, from: Date, to: Date) -> u32 {
        let mut count = 0;
        let mut date = from;
        while date < to {
            date = date.plus_days(1);
            count += u32::from(self.is_workday(date));
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn holidays_and_make_up_days_count_as_published() {
        // National Day 2026: Thursday 1 October to Wednesday 7 October rest, Saturday 10 October works.
        let holidays = (1..=7).map(|d| (day(&format!("2026-10-0{d}")), DayKind::Holiday));
        let calendar = WorkCalendar::new([2026], holidays.chain([(day("2026-10-10"), DayKind::Workday)]));
        assert_eq!(calendar.after(day("2026-09-30"), 3), Due { date: day("2026-10-10"), provisional: false });
        assert_eq!(calendar.between(day("2026-09-30"), day("2026-10-10")), 3);
    }

    #[test]
    fn an_unpublished_year_is_provisional_never_guessed() {
        let calendar = WorkCalendar::new([2026], []);
        assert!(!calendar.after(day("2026-12-01"), 2).provisional);
        assert!(calendar.after(day("2026-12-31"), 2).provisional);
    }
}
