//! Rules about documents: every crate says what it is, every decision is listed, every bad input has its test.

use super::{Tree, Violation};

const DECISIONS: &str = "docs/adr/";
const BAD_INPUT: &str = "docs/bad-input.md";

/// Every crate starts with a page of rustdoc.
pub fn heads(tree: &Tree) -> Vec<Violation> {
    let roots = tree.files().filter(|(path, _)| path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs"));
    roots
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| Violation::new(path, 1, "head", "the first lines say what this crate is (//!)"))
        .collect()
}

/// Every decision record is listed in the index, has a number of its own and the parts of a record.
pub fn decisions(tree: &Tree) -> Vec<Violation> {
    let index_path = format!("{DECISIONS}README.md");
    let index = tree.get(&index_path).unwrap_or_default();
    let mut found = Vec::new();
    let mut numbers: Vec<&str> = Vec::new();
    for (path, text) in tree.with_extension("md").filter(|(path, _)| path.starts_with(DECISIONS) && *path != index_path)
    {
        let name = &path[DECISIONS.len()..];
        let number = name.split('-').next().unwrap_or_default();
        if number.len() != 4 || !number.bytes().all(|b| b.is_ascii_digit()) {
            found.push(Violation::new(path, 0, "adr", "a record is named NNNN-title.md"));
        }
        if numbers.contains(&number) {
            found.push(Violation::new(path, 0, "adr", format!("the number {number} is taken")));
        }
        numbers.push(number);
        if !index.contains(&format!("({name})")) {
            found.push(Violation::new(path, 0, "adr", format!("not listed in {index_path}")));
        }
        for part in ["## Context", "## Decision", "## Consequences"] {
            if !text.lines().any(|line| line == part) {
                found.push(Violation::new(path, 0, "adr", format!("has no part \"{part}\"")));
            }
        }
    }
    found
}

/// Every test that the list of bad inputs names exists: `crate::test_name`, or `browser: title of the story`.
pub fn bad_input(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let rows = tree.get(BAD_INPUT).unwrap_or_default().lines().enumerate();
    for (index, row) in
        rows.filter(|(_, row)| row.starts_with('|') && !row.starts_with("| Input") && !row.starts_with("| ---"))
    {
        let names: Vec<&str> = row.split('`').skip(1).step_by(2).filter(|name| is_test_name(name)).collect();
        if names.is_empty() {
            found.push(Violation::new(BAD_INPUT, index + 1, "bad-input", "the row names no test"));
        }
        for name in names.into_iter().filter(|name| !exists(tree, name)) {
            found.push(Violation::new(BAD_INPUT, index + 1, "bad-input", format!("there is no test {name}")));
        }
    }
    found
}

fn is_test_name(name: &str) -> bool {
    name.split_once("::").is_some_and(|(owner, _)| super::floors::is_crate(owner)) || name.starts_with("browser: ")
}

fn exists(tree: &Tree, name: &str) -> bool {
    if let Some(title) = name.strip_prefix("browser: ") {
        return tree
            .with_extension("mjs")
            .any(|(path, text)| path.starts_with("tests-browser/") && text.contains(title));
    }
    let (owner, test) = name.split_once("::").unwrap_or_default();
    let folder = if owner == "xtask" { "xtask/".to_owned() } else { format!("crates/{owner}/") };
    let head = format!("fn {test}(");
    tree.with_extension("rs").any(|(path, text)| path.starts_with(&folder) && text.contains(&head))
}

#[cfg(test)]
mod tests {
    use super::super::tree::assert_rules;
    use super::*;

    #[test]
    fn a_crate_says_what_it_is() {
        assert_rules(heads, &[("crates/a/src/lib.rs", "//! Words.\n")], &[]);
        assert_rules(heads, &[("crates/a/src/lib.rs", "pub mod a;\n")], &["head"]);
    }

    #[test]
    fn decisions_are_listed_and_complete() {
        let whole = "# x\n\n## Context\n\n## Decision\n\n## Consequences\n";
        let index = ("docs/adr/README.md", "- [x](0001-x.md)\n");
        assert_rules(decisions, &[index, ("docs/adr/0001-x.md", whole)], &[]);
        assert_rules(decisions, &[index, ("docs/adr/0002-y.md", whole)], &["adr"]);
        assert_rules(decisions, &[index, ("docs/adr/0001-x.md", "# x\n## Context\n## Decision\n")], &["adr"]);
        let twins = "- (0001-x.md) (0001-y.md)\n";
        assert_rules(
            decisions,
            &[("docs/adr/README.md", twins), ("docs/adr/0001-x.md", whole), ("docs/adr/0001-y.md", whole)],
            &["adr"],
        );
    }

    #[test]
    fn every_bad_input_has_a_test_that_exists() {
        let code = ("crates/kernel/src/uscc.rs", "#[test]\nfn wrong_code() {}\n");
        let row = |name: &str| format!("| Input | Answer | Test |\n| --- | --- | --- |\n| code | no | `{name}` |\n");
        assert_rules(bad_input, &[code, (BAD_INPUT, &row("kernel::wrong_code"))], &[]);
        assert_rules(bad_input, &[code, (BAD_INPUT, &row("kernel::other"))], &["bad-input"]);
        assert_rules(bad_input, &[code, (BAD_INPUT, &row("nothing"))], &["bad-input"]);
        let story = ("tests-browser/a.mjs", "test('posts a need', …)\n");
        assert_rules(bad_input, &[story, (BAD_INPUT, &row("browser: posts a need"))], &[]);
    }
}
