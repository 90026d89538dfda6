use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// The text files of the repository, by path from its top.
pub struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Reads every file that git tracks or would track. Files that are not UTF-8 are left out.
    ///
    /// # Errors
    /// A sentence when git cannot list the files.
    pub fn read(root: &Path) -> Result<Tree, String> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|e| format!("tidy: git could not be started: {e}"))?;
        if !listed.status.success() {
            return Err(format!("tidy: git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr).trim()));
        }
        let names = String::from_utf8_lossy(&listed.stdout);
        let files = names
            .split('\0')
            .filter(|name| !name.is_empty())
            // A file that git still lists but that was deleted is no longer there to read.
            .filter_map(|name| Some((name.to_owned(), std::fs::read_to_string(root.join(name)).ok()?)))
            .collect();
        Ok(Tree(files))
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Every file, in the order of its path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose name ends in `.extension`.
    pub fn with_extension<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| path.rsplit_once('.').is_some_and(|(_, found)| found == extension))
    }

    /// The text of one file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// A tree made up for a test.
    #[cfg(test)]
    pub fn plant(files: &[(&str, &str)]) -> Tree {
        Tree(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }
}

/// What a test expects: the planted files break exactly these rules.
#[cfg(test)]
pub fn assert_rules(check: fn(&Tree) -> Vec<super::Violation>, files: &[(&str, &str)], expected: &[&str]) {
    let found = check(&Tree::plant(files));
    let rules: Vec<&str> = found.iter().map(|violation| violation.rule).collect();
    assert_eq!(rules, expected, "{found:#?}");
}
