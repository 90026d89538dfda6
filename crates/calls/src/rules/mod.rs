//! Decisions: values in, a yes or a clear no out. No database, clock or chance.

pub mod accounts;
pub mod amendment;
pub mod answer;
pub mod award;
pub mod call;
pub mod conflict;
pub mod contract;
pub mod draw;
pub mod milestone;
pub mod nda;
pub mod objection;
pub mod pledge;
pub mod publication;
pub mod question;
pub mod release;
pub mod reviewer;
pub mod score;
pub mod shortlist;

use kernel::Refusal;
pub use kernel::{By, DEMO_PREFIX};

/// The code of the joint office where an office is named.
pub const JOINT: &str = "joint";
/// A whole in basis points.
pub const WHOLE_BP: i64 = 10_000;
/// Characters of a reason that people read.
pub const REASON_CHARS_MAX: usize = 1_000;

pub(crate) fn named_as_example(demo: bool, text: &str, field: &'static str) -> Result<(), Refusal> {
    let says = ["演示中的内容，标题必须以“示例”开头。", "In the demo a title must begin with 示例."];
    kernel::named_as_example(demo, text, field, says)
}

/// A whole number within bounds, as typed.
pub(crate) fn whole(text: &str, from: i64, to: i64, field: &'static str) -> Result<i64, Refusal> {
    let number = text.trim().parse::<i64>().ok().filter(|number| (from..=to).contains(number));
    number.ok_or_else(|| {
        Refusal::invalid(
            "number-range",
            format!("请填写 {from} 到 {to} 之间的整数。"),
            format!("Write a whole number from {from} to {to}."),
        )
        .at(field)
    })
}
