//! Who does something, and when: what rules are told of it.

use crate::{Date, Instant, Refusal};

/// What every name and title of the demo begins with.
pub const DEMO_PREFIX: &str = "示例";

/// Who does it, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// The account of the person.
    pub account: &'a str,
    /// Its name at that time.
    pub name: &'a str,
    /// An account of the demo.
    pub demo: bool,
    /// When.
    pub now: Instant,
}

impl By<'_> {
    /// The day on which it is done.
    pub fn today(&self) -> Date {
        self.now.date()
    }
}

/// Refuses a name of the demo that does not say that it is made up; `says` is the refusal's sentence in Chinese and English.
///
/// # Errors
/// `demo-name`.
pub fn named_as_example(demo: bool, name: &str, field: &'static str, says: [&'static str; 2]) -> Result<(), Refusal> {
    if !demo || name.starts_with(DEMO_PREFIX) {
        return Ok(());
    }
    let [zh, en] = says;
    Err(Refusal::invalid("demo-name", zh, en).at(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_demo_say_that_they_are_made_up() {
        let check = |demo, name| named_as_example(demo, name, "name", ["以“示例”开头。", "Begin with 示例."]);
        assert_eq!(check(false, "某公司"), Ok(()));
        assert_eq!(check(true, "示例公司"), Ok(()));
        let refusal = check(true, "某公司").unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), ("demo-name", Some("name")));
    }
}
