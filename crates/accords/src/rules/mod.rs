//! Decisions: values in, a yes or a clear no out. No database, clock or chance.

pub mod accord;
pub mod item;
pub mod meeting;
pub mod supervision;

use kernel::{Date, Instant, Refusal};

/// The last moment of a day, at which a term of days ends.
pub fn end_of(day: Date) -> Instant {
    day.plus_days(1).start().plus_ms(-1)
}

fn named_as_example(demo: bool, title: &str) -> Result<(), Refusal> {
    let says = ["演示中的内容，标题必须以“示例”开头。", "In the demo a title must begin with 示例."];
    kernel::named_as_example(demo, title, "title", says)
}

fn deadline_past(field: &'static str) -> Refusal {
    Refusal::invalid(
        "deadline-past",
        "截止日期须在今天之后，请重新填写。",
        "The deadline must lie after today; write another day.",
    )
    .at(field)
}
