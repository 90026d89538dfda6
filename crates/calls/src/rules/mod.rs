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

use kernel::{Instant, Refusal};

/// What every title of the demo begins with.
pub const DEMO_PREFIX: &str = "示例";
/// The code of the joint office where an office is named.
pub const JOINT: &str = "joint";
/// A whole in basis points.
pub const WHOLE_BP: i64 = 10_000;
/// Characters of a reason that people read.
pub const REASON_CHARS_MAX: usize = 1_000;

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

pub(crate) fn named_as_example(demo: bool, text: &str, field: &'static str) -> Result<(), Refusal> {
    if !demo || text.starts_with(DEMO_PREFIX) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "demo-name",
        "演示中的内容，标题必须以“示例”开头。",
        "In the demo a title must begin with 示例.",
    )
    .at(field))
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
