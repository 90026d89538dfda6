//! Decisions: values in, a yes or a clear no out. No database, clock or chance.

pub mod ceremony;
pub mod committee;
pub mod documents;
pub mod opening;
pub mod round;

use kernel::{Instant, Refusal};

/// What every title of the demo begins with.
pub const DEMO_PREFIX: &str = "示例";

/// Who does it, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account.
    pub account: &'a str,
    /// An account of the demo.
    pub demo: bool,
    /// When.
    pub now: Instant,
}

fn named_as_example(demo: bool, title: &str, field: &'static str) -> Result<(), Refusal> {
    if !demo || title.starts_with(DEMO_PREFIX) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "demo-name",
        "演示中的内容，名称必须以“示例”开头。",
        "In the demo a name must begin with 示例.",
    )
    .at(field))
}
