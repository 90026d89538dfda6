//! Decisions: values in, a yes or a clear no out. No database, clock or chance.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;

use kernel::{Date, Instant, Refusal};

/// What every title of the demo begins with.
pub const DEMO_PREFIX: &str = "示例";

/// Who does it, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account.
    pub account: &'a str,
    /// Its name at that time.
    pub name: &'a str,
    /// An account of the demo.
    pub demo: bool,
    /// When.
    pub now: Instant,
}

impl By<'_> {
    fn today(&self) -> Date {
        self.now.date()
    }
}

/// The last moment of a day, at which a term of days ends.
pub fn end_of(day: Date) -> Instant {
    day.plus_days(1).start().plus_ms(-1)
}

fn named_as_example(demo: bool, title: &str) -> Result<(), Refusal> {
    if !demo || title.starts_with(DEMO_PREFIX) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "demo-name",
        "演示中的内容，标题必须以“示例”开头。",
        "In the demo a title must begin with 示例.",
    )
    .at("title"))
}

fn deadline_past(field: &'static str) -> Refusal {
    Refusal::invalid(
        "deadline-past",
        "截止日期须在今天之后，请重新填写。",
        "The deadline must lie after today; write another day.",
    )
    .at(field)
}

fn city_unknown(field: &'static str) -> Refusal {
    Refusal::invalid(
        "city-not-member",
        "所选城市不是走廊成员，请从列表中选择。",
        "This city is no member of the corridor; choose one of the list.",
    )
    .at(field)
}
