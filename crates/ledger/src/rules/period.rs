//! Periods: months that are closed one after the other, and what becomes of a budget year.

use super::account::{Account, Standing, YearEnd, next_year};
use super::transfer::Ask;
use kernel::{Date, Fen, Instant, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A month of the calendar in Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    /// Its first day.
    first: Date,
}

impl Month {
    /// Reads `YYYY-MM`.
    ///
    /// # Errors
    /// `period-shape`.
    pub fn parse(text: &str) -> Result<Month, Refusal> {
        Date::parse(&format!("{}-01", text.trim())).map(|first| Month { first }).map_err(|_| {
            Refusal::invalid(
                "period-shape",
                "会计期间写作年份和月份，如 2026-03。",
                "A period is written as year and month, such as 2026-03.",
            )
            .at("period")
        })
    }

    /// The month of a day.
    pub fn of(day: Date) -> Month {
        Month { first: day.plus_days(1 - i64::from(day.day())) }
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// The month after it.
    pub fn next(self) -> Month {
        // 31 days after the first of a month lies in the next one, whatever its length.
        Month::of(self.first.plus_days(31))
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.next().first.plus_days(-1)
    }

    /// Midnight at its beginning.
    pub fn start(self) -> Instant {
        self.first.start()
    }

    /// Midnight at its end: the first instant that does not belong to it.
    pub fn end(self) -> Instant {
        self.next().start()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl TryFrom<String> for Month {
    type Error = Refusal;
    fn try_from(text: String) -> Result<Month, Refusal> {
        Month::parse(&text)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

/// What stands in the way of closing a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blocks {
    /// Statement lines and payments up to its end that match nothing yet.
    pub unmatched: i64,
    /// Pending transfers up to its end that are neither posted nor given back.
    pub pendings: i64,
}

/// A month may be closed when it is over, follows the last closed one, and nothing of it is open.
///
/// # Errors
/// `period-runs`, `period-already-closed`, `period-order`, `period-unmatched`, `period-pendings`.
pub fn close(last: Option<Month>, month: Month, blocks: Blocks, now: Instant) -> Result<(), Refusal> {
    let refused = |code, zh: String, en: String| Err(Refusal::conflict(code, zh, en).at("period"));
    if month.end() > now {
        let day = month.next().first();
        return refused(
            "period-runs",
            format!("{month} 尚未结束，请在 {day} 之后再结账。"),
            format!("{month} is not over; close it on or after {day}."),
        );
    }
    match last {
        Some(last) if month <= last => {
            return refused(
                "period-already-closed",
                format!("{month} 已经结账，不能再次结账或改动。更正请在 {} 之后的期间冲销。", last.next()),
                format!(
                    "{month} is closed already and stays as it is. Correct it by a reversal in {} or later.",
                    last.next()
                ),
            );
        }
        Some(last) if month != last.next() => {
            return refused(
                "period-order",
                format!("请先结账 {}：会计期间须逐月结账。", last.next()),
                format!("Close {} first: periods are closed one after the other.", last.next()),
            );
        }
        _ => {}
    }
    if blocks.unmatched > 0 {
        return refused(
            "period-unmatched",
            format!("{month} 还有 {} 项未对账。请先逐项对账，再结账。", blocks.unmatched),
            format!("{} items of {month} match nothing yet. Reconcile them, then close it.", blocks.unmatched),
        );
    }
    if blocks.pendings > 0 {
        return refused(
            "period-pendings",
            format!("{month} 还有 {} 笔冻结未了结。请先入账或解冻，再结账。", blocks.pendings),
            format!("{} pending transfers of {month} are open. Post or release them, then close it.", blocks.pendings),
        );
    }
    Ok(())
}

/// What is written into a closed period is refused, with the first day that is open.
pub(crate) fn closed(first_open: Date) -> Refusal {
    Refusal::conflict(
        "period-closed",
        format!("该日期所在的会计期间已结账。请把业务日期改为 {first_open} 或之后。"),
        format!("The period of that day is closed. Give {first_open} or a later day."),
    )
    .at("event_at")
}

/// What happens to one account when its budget year is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearEndStep {
    /// The account to open for the next year, if it carries over.
    pub opened: Option<Account>,
    /// The transfer of what is left; none if nothing is.
    pub moved: Option<Ask>,
}

/// A budget year may be ended once it is over.
///
/// # Errors
/// `year-runs`.
pub fn year_is_over(year: i32, now: Instant) -> Result<Date, Refusal> {
    let shape = || {
        Refusal::invalid(
            "budget-year",
            "预算年度应为四位年份，如 2026。",
            "A budget year is a year of four digits, such as 2026.",
        )
        .at("year")
    };
    let last = Date::new(year, 12, 31).map_err(|_| shape())?;
    if last >= now.date() {
        return Err(Refusal::conflict(
            "year-runs",
            format!("{year} 年度尚未结束，请在次年 1 月 1 日之后办理年终结转。"),
            format!("The year {year} is not over; end it on or after 1 January of the next."),
        )
        .at("year"));
    }
    Ok(last)
}

/// The last moment of a day, at which year-end transfers happen.
pub fn last_moment(day: Date) -> Instant {
    day.plus_days(1).start().plus_ms(-1)
}

/// Decides what happens to an account of a budget year that is over.
///
/// # Errors
/// `year-held` while something on it is held.
pub fn year_end(
    account: &Account,
    standing: Standing,
    last: Date,
    now: Instant,
    by: &str,
) -> Result<Option<YearEndStep>, Refusal> {
    let opened = match account.year_end {
        YearEnd::Keeps => return Ok(None),
        YearEnd::Returns => None,
        YearEnd::Carries => next_year(account, now.ms(), by),
    };
    if standing.held != Fen::ZERO {
        return Err(Refusal::conflict(
            "year-held",
            format!("账户 {} 还有冻结 {} 元，请先入账或解冻，再办理年终结转。", account.id, standing.held),
            format!(
                "{} yuan on account {} are held; post or release them before the year is ended.",
                standing.held, account.id
            ),
        ));
    }
    let to = opened.as_ref().map(|next| next.id.clone()).or_else(|| account.returns_to.clone());
    let ask = |to: String, amount: Fen| {
        let id = format!("y{}:{}", last.year(), account.id);
        let (from, to) = if standing.balance > Fen::ZERO { (account.id.clone(), to) } else { (to, account.id.clone()) };
        Ask::plain(id, "year-end", from, to, amount).about(last.year().to_string()).happened(last_moment(last))
    };
    let amount = Fen::new(standing.balance.get().abs()).unwrap_or(Fen::MAX);
    let moved = to.filter(|_| amount != Fen::ZERO).map(|to| ask(to, amount));
    Ok(Some(YearEndStep { opened, moved }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_over_the_year() {
        let month = Month::parse("2026-12").unwrap();
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(Month::parse("2028-02").unwrap().last().to_string(), "2028-02-29");
        assert_eq!(Month::of(Date::parse("2026-03-31").unwrap()).to_string(), "2026-03");
        assert!(month.end().date() == Date::parse("2027-01-01").unwrap());
        for wrong in ["2026", "2026-13", "2026-3", "2026-03-01", "", "三月"] {
            assert_eq!(Month::parse(wrong).unwrap_err().code, "period-shape", "{wrong}");
        }
    }

    #[test]
    fn a_month_closes_once_in_order_when_it_is_over_and_nothing_of_it_is_open() {
        let month = |text: &str| Month::parse(text).unwrap();
        let now = Date::parse("2026-06-10").unwrap().start();
        let close = |last: Option<&str>, text: &str, unmatched, pendings| {
            close(last.map(month), month(text), Blocks { unmatched, pendings }, now).map_err(|refusal| refusal.code)
        };
        assert_eq!(close(None, "2026-05", 0, 0), Ok(()));
        assert_eq!(close(Some("2026-04"), "2026-05", 0, 0), Ok(()));
        assert_eq!(close(Some("2026-03"), "2026-05", 0, 0), Err("period-order"));
        assert_eq!(close(Some("2026-05"), "2026-05", 0, 0), Err("period-already-closed"));
        assert_eq!(close(Some("2026-05"), "2026-04", 0, 0), Err("period-already-closed"));
        assert_eq!(close(None, "2026-06", 0, 0), Err("period-runs"));
        assert_eq!(close(None, "2026-05", 1, 0), Err("period-unmatched"));
        assert_eq!(close(None, "2026-05", 0, 1), Err("period-pendings"));
    }
}
