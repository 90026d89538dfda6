use super::{Tree, Violation};
use serde::Deserialize;

const PATH: &str = "xtask/tidy-allow.toml";

#[derive(Deserialize)]
struct AllowList {
    #[serde(default)]
    allow: Vec<Exception>,
}

/// One exception: a rule that one file may break, and why.
#[derive(Deserialize)]
struct Exception {
    rule: String,
    path: String,
    /// For rules with a size, the largest allowed; lower it when the file shrinks.
    max: Option<usize>,
    reason: String,
}

/// Takes the allowed violations out and adds one for every exception that is stale, too generous or without a reason.
///
/// # Errors
/// A sentence when the list cannot be read.
pub fn apply(tree: &Tree, found: Vec<Violation>) -> Result<Vec<Violation>, String> {
    let text = tree.get(PATH).unwrap_or_default();
    let list: AllowList = toml::from_str(text).map_err(|e| format!("{PATH}: {e}"))?;
    let mut left: Vec<Violation> =
        found.iter().filter(|violation| !list.allow.iter().any(|e| e.covers(violation))).cloned().collect();
    for exception in &list.allow {
        if exception.reason.trim().is_empty() {
            left.push(exception.complaint("has no reason"));
        }
        let covered = found.iter().filter(|violation| exception.covers(violation));
        match (covered.map(|violation| violation.size).max(), exception.max) {
            (None, _) => left.push(exception.complaint("is no longer needed; take it out")),
            (Some(size), Some(max)) if size < max => {
                left.push(exception.complaint(&format!("allows {max}, {size} is enough; lower it")));
            }
            _ => {}
        }
    }
    left.sort();
    Ok(left)
}

impl Exception {
    fn covers(&self, violation: &Violation) -> bool {
        let within = self.max.is_none_or(|max| violation.size <= max);
        violation.rule == self.rule && violation.path == self.path && within
    }

    fn complaint(&self, what: &str) -> Violation {
        Violation::new(PATH, 0, "allow-list", format!("the exception {} for {} {what}", self.rule, self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long_file(size: usize) -> Vec<Violation> {
        vec![Violation::new("a.rs", 0, "file-length", "long").sized(size)]
    }

    fn left(list: &str, found: Vec<Violation>) -> Vec<String> {
        let tree = Tree::plant(&[(PATH, list)]);
        apply(&tree, found).unwrap().into_iter().map(|v| v.to_string()).collect()
    }

    const LIST: &str = "[[allow]]\nrule = \"file-length\"\npath = \"a.rs\"\nmax = 600\nreason = \"a table\"\n";

    #[test]
    fn an_exception_covers_up_to_its_size() {
        assert!(left(LIST, long_file(600)).is_empty());
        assert_eq!(left(LIST, long_file(601)).len(), 2, "the file itself and an exception that covers nothing");
    }

    #[test]
    fn the_list_can_only_shrink() {
        assert!(left(LIST, long_file(550))[0].contains("550 is enough"));
        assert!(left(LIST, Vec::new())[0].contains("no longer needed"));
    }

    #[test]
    fn an_exception_needs_a_reason() {
        assert!(left(&LIST.replace("a table", " "), long_file(600))[0].contains("no reason"));
    }
}
