//! Decisions: values in, a yes or a clear no out. No database, clock or chance.

pub mod ceremony;
pub mod committee;
pub mod documents;
pub mod opening;
pub mod round;

use kernel::Refusal;

fn named_as_example(demo: bool, title: &str, field: &'static str) -> Result<(), Refusal> {
    let says = ["演示中的内容，名称必须以“示例”开头。", "In the demo a name must begin with 示例."];
    kernel::named_as_example(demo, title, field, says)
}
