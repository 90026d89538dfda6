//! The rules of the house that a program can check.
//!
//! Each rule reads a [`Tree`], so that a test can plant a violation and see it
//! found. Exceptions stand in `xtask/tidy-allow.toml`; an exception that is no
//! longer needed is itself a violation, so the list can only shrink.

mod allow;
mod documents;
mod floors;
mod lines;
mod rooms;
mod source;
mod texts;
mod tree;

use std::fmt;
use std::path::Path;
pub use tree::Tree;

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path from the top of the repository.
    pub path: String,
    /// Line, counted from 1; 0 when it is about the whole file.
    pub line: usize,
    /// Short name of the rule, as the allow-list uses it.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: String,
    /// The measured size for rules that have one, such as lines of a file.
    pub size: usize,
}

impl Violation {
    fn new(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Violation {
        Violation { path: path.to_owned(), line, rule, message: message.into(), size: 0 }
    }

    fn sized(mut self, size: usize) -> Violation {
        self.size = size;
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}: {}", self.path, self.rule, self.message),
            line => write!(f, "{}:{line}: {}: {}", self.path, self.rule, self.message),
        }
    }
}

type Rule = fn(&Tree) -> Vec<Violation>;

const RULES: &[Rule] = &[
    lines::check,
    rooms::check,
    source::check,
    floors::check,
    texts::check,
    documents::heads,
    documents::decisions,
    documents::bad_input,
];

/// Every violation of a tree, without the allow-list.
fn violations(tree: &Tree) -> Vec<Violation> {
    let mut found: Vec<Violation> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    found.sort();
    found
}

/// Checks the repository at `root` and prints what it finds.
///
/// # Errors
/// A sentence with the number of violations, or why the files could not be read.
pub fn run(root: &Path) -> Result<(), String> {
    let tree = Tree::read(root)?;
    let left = allow::apply(&tree, violations(&tree))?;
    for violation in &left {
        println!("{violation}");
    }
    match left.len() {
        0 => {
            println!("tidy: {} files, no violations", tree.len());
            Ok(())
        }
        count => Err(format!("tidy: {count} violations in {} files", tree.len())),
    }
}
