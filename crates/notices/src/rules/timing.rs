//! When a mail is due, and when a failed one is tried again.

use super::message::{Tab, Topic};
use kernel::{Instant, Refusal};
use serde::{Deserialize, Serialize};

/// The hour, in Shanghai, at which collected mails leave.
pub const DIGEST_HOUR: i64 = 8;
/// Tries before a delivery has failed for good.
pub const ATTEMPTS_MAX: i64 = 10;
/// Pauses after the first, second … failed try, in minutes.
const PAUSES_MINUTES: [i64; 9] = [1, 5, 15, 60, 180, 360, 720, 1_440, 1_440];

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1_440;

/// How often somebody wants mails of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frequency {
    /// As soon as possible.
    AtOnce,
    /// Collected, every day.
    Daily,
    /// Collected, every Monday.
    Weekly,
    /// No mail; the inbox has it all the same.
    Never,
}

impl Frequency {
    /// All, in the order forms show them.
    pub const ALL: [Frequency; 4] = [Frequency::AtOnce, Frequency::Daily, Frequency::Weekly, Frequency::Never];

    /// The code in rows, forms and the API.
    pub fn code(self) -> &'static str {
        match self {
            Frequency::AtOnce => "at-once",
            Frequency::Daily => "daily",
            Frequency::Weekly => "weekly",
            Frequency::Never => "never",
        }
    }

    /// Reads a code.
    ///
    /// # Errors
    /// `frequency-unknown`.
    pub fn parse(code: &str) -> Result<Frequency, Refusal> {
        Frequency::ALL.into_iter().find(|one| one.code() == code).ok_or_else(|| {
            Refusal::invalid(
                "frequency-unknown",
                "请从“尽快、每天、每周、不发”中选择一项。",
                "Choose one of: at once, daily, weekly, never.",
            )
        })
    }

    /// What holds for whoever has chosen nothing: one's own matters at once, subscriptions once a day.
    pub fn default_of(topic: Topic) -> Frequency {
        match topic.tab() {
            Tab::Process => Frequency::AtOnce,
            Tab::Subscriptions => Frequency::Daily,
        }
    }
}

/// Hours without mails, in minutes of the day in Shanghai; they may lie around midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// The first quiet minute.
    pub from: i64,
    /// The first minute after them.
    pub to: i64,
}

impl Quiet {
    /// Reads `22:00` and `07:30`; two empty texts are no quiet hours.
    ///
    /// # Errors
    /// `quiet-hours` for what is no time of day, only one of the two, or two equal ones.
    pub fn parse(from: &str, to: &str) -> Result<Option<Quiet>, Refusal> {
        let refused = |field: &'static str| {
            Refusal::invalid(
                "quiet-hours",
                "请按 22:00 的格式填写免打扰的开始与结束时间，两者都填且不相同；不需要则都留空。",
                "Enter the beginning and the end of the quiet hours as 22:00, both and different; leave both empty for none.",
            )
            .at(field)
        };
        if from.is_empty() && to.is_empty() {
            return Ok(None);
        }
        let from = minute_of_day(from).ok_or_else(|| refused("quiet_from"))?;
        let to = minute_of_day(to).filter(|to| *to != from).ok_or_else(|| refused("quiet_to"))?;
        Ok(Some(Quiet { from, to }))
    }

    /// A minute of the day as people write it.
    pub fn words(minute: i64) -> String {
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }

    /// The end of the quiet hours that hold at this time; the time itself when none do.
    fn after(self, at: Instant) -> Instant {
        let (hour, minute) = at.hour_minute();
        let now = hour * 60 + minute;
        let length = (self.to - self.from).rem_euclid(DAY_MINUTES);
        let since = (now - self.from).rem_euclid(DAY_MINUTES);
        if since >= length {
            return at;
        }
        let left = length - since;
        Instant::from_ms(at.ms() - at.ms().rem_euclid(MINUTE_MS) + left * MINUTE_MS)
    }
}

fn minute_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, most: i64| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| plain && *number <= most)
    };
    Some(number(hour, 23)? * 60 + number(minute, 59)?)
}

/// When a mail about something that is told now is due; none for no mail.
pub fn mail_at(now: Instant, frequency: Frequency, high: bool, quiet: Option<Quiet>) -> Option<Instant> {
    if high {
        return Some(now);
    }
    let due = match frequency {
        Frequency::AtOnce => now,
        Frequency::Daily => next_digest(now),
        Frequency::Weekly => next_week(now),
        Frequency::Never => return None,
    };
    Some(quiet.map_or(due, |quiet| quiet.after(due)))
}

/// The next 08:00 in Shanghai after a time.
fn next_digest(now: Instant) -> Instant {
    let hour = |day: kernel::Date| day.start().plus_ms(DIGEST_HOUR * 60 * MINUTE_MS);
    let today = hour(now.date());
    if now.ms() < today.ms() { today } else { hour(now.date().plus_days(1)) }
}

/// The next Monday, 08:00 in Shanghai.
fn next_week(now: Instant) -> Instant {
    let next = next_digest(now);
    next.plus_days((7 - i64::from(next.date().weekday())) % 7)
}

/// When to try again after this many failed tries; none when that is enough.
pub fn next_try(now: Instant, attempts: i64) -> Option<Instant> {
    let index = usize::try_from(attempts - 1).ok()?;
    PAUSES_MINUTES.get(index).filter(|_| attempts < ATTEMPTS_MAX).map(|minutes| now.plus_ms(minutes * MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Date;

    fn at(day: &str, hour: i64, minute: i64) -> Instant {
        Date::parse(day).unwrap().start().plus_ms((hour * 60 + minute) * MINUTE_MS)
    }

    #[test]
    fn mails_leave_when_their_reader_wants_them() {
        // 2026-03-16 is a Monday.
        let night = Quiet::parse("22:00", "07:00").unwrap();
        let noon = Quiet::parse("12:00", "14:00").unwrap();
        let late = Quiet::parse("20:00", "09:30").unwrap();
        use Frequency::{AtOnce, Daily, Never, Weekly};
        let table = [
            (at("2026-03-16", 9, 0), AtOnce, false, None, Some(at("2026-03-16", 9, 0))),
            (at("2026-03-16", 23, 30), AtOnce, false, night, Some(at("2026-03-17", 7, 0))),
            (at("2026-03-16", 6, 59), AtOnce, false, night, Some(at("2026-03-16", 7, 0))),
            (at("2026-03-16", 7, 0), AtOnce, false, night, Some(at("2026-03-16", 7, 0))),
            (at("2026-03-16", 12, 0), AtOnce, false, noon, Some(at("2026-03-16", 14, 0))),
            (at("2026-03-16", 23, 30), AtOnce, true, night, Some(at("2026-03-16", 23, 30))),
            (at("2026-03-16", 23, 30), Never, true, night, Some(at("2026-03-16", 23, 30))),
            (at("2026-03-16", 9, 0), Never, false, None, None),
            (at("2026-03-16", 7, 59), Daily, false, None, Some(at("2026-03-16", 8, 0))),
            (at("2026-03-16", 8, 0), Daily, false, None, Some(at("2026-03-17", 8, 0))),
            (at("2026-03-16", 9, 0), Daily, false, late, Some(at("2026-03-17", 9, 30))),
            (at("2026-03-16", 7, 0), Weekly, false, None, Some(at("2026-03-16", 8, 0))),
            (at("2026-03-16", 9, 0), Weekly, false, None, Some(at("2026-03-23", 8, 0))),
            (at("2026-03-22", 23, 0), Weekly, false, None, Some(at("2026-03-23", 8, 0))),
        ];
        for (now, frequency, high, quiet, expected) in table {
            assert_eq!(mail_at(now, frequency, high, quiet), expected, "{now:?} {frequency:?} {high} {quiet:?}");
        }
    }

    #[test]
    fn quiet_hours_are_two_different_times_of_day() {
        assert_eq!(Quiet::parse("", "").unwrap(), None);
        assert_eq!(Quiet::parse("00:00", "23:59").unwrap(), Some(Quiet { from: 0, to: 1_439 }));
        for (from, to, field) in [
            ("22:00", "", "quiet_to"),
            ("", "07:00", "quiet_from"),
            ("22:00", "22:00", "quiet_to"),
            ("24:00", "07:00", "quiet_from"),
            ("7:00", "08:00", "quiet_from"),
            ("+1:00", "08:00", "quiet_from"),
            ("22:00", "07:60", "quiet_to"),
        ] {
            let refusal = Quiet::parse(from, to).unwrap_err();
            assert_eq!((refusal.code, refusal.field.as_deref()), ("quiet-hours", Some(field)), "{from} {to}");
        }
    }

    #[test]
    fn tries_are_further_and_further_apart_and_come_to_an_end() {
        let now = at("2026-03-16", 9, 0);
        let pauses: Vec<i64> =
            (1..).map_while(|n| next_try(now, n)).map(|next| (next.ms() - now.ms()) / MINUTE_MS).collect();
        assert_eq!(pauses, PAUSES_MINUTES);
        assert!(pauses.is_sorted());
        assert_eq!((next_try(now, 0), next_try(now, ATTEMPTS_MAX)), (None, None));
    }
}
