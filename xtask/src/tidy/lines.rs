//! Rules about lines of text: white space, unfinished marks, places that exist on one machine only.

use super::{Tree, Violation};

/// Lines of a file at most.
const FILE_LINES_MAX: usize = 500;

/// Marks of unfinished work. Written in two parts, so that this file does not hold them.
const MARKS: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK"), concat!("WI", "P")];
const MACROS: &[&str] = &[concat!("unimple", "mented!"), concat!("to", "do!("), concat!("#[igno", "re")];

/// Folders that exist on one machine only, and the folder beside the repository.
const PLACES: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Use", "rs/"),
    concat!("../sha", "red"),
];

/// Hosts of package registries: a lock file or a script that names one ties the build to it.
const HOSTS: &[&str] = &[
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("registry.npmjs", ".org"),
    concat!("registry.yarnpkg", ".com"),
    concat!("registry.npmmirror", ".com"),
    concat!("pypi", ".org"),
    concat!("files.pythonhosted", ".org"),
    concat!("deb.debian", ".org"),
    concat!("proxy.golang", ".org"),
];

/// The only source of crates that a lock file may name.
const LOCK_SOURCE: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// Checks every text file.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in tree.files() {
        white_space(path, text, &mut found);
        for (index, line) in text.lines().enumerate() {
            words(path, index + 1, line, &mut found);
        }
        length(path, text, &mut found);
    }
    found
}

fn white_space(path: &str, text: &str, found: &mut Vec<Violation>) {
    // Snapshots repeat what a program printed, to the blank.
    if path.ends_with(".snap") {
        return;
    }
    if text.contains('\r') {
        found.push(Violation::new(path, 0, "line-end", "lines end with LF only"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        found.push(Violation::new(path, text.lines().count(), "line-end", "the last line has no line end"));
    }
    for (index, line) in text.lines().enumerate() {
        if line.ends_with([' ', '\t']) {
            found.push(Violation::new(path, index + 1, "white-space", "white space at the end of the line"));
        }
    }
}

fn words(path: &str, line_number: usize, line: &str, found: &mut Vec<Violation>) {
    for mark in MARKS.iter().filter(|mark| holds_word(line, mark)) {
        found.push(Violation::new(path, line_number, "mark", format!("unfinished work: {mark}")));
    }
    if path.ends_with(".rs") {
        for name in MACROS.iter().filter(|name| line.contains(**name)) {
            found.push(Violation::new(path, line_number, "mark", format!("unfinished work: {name}")));
        }
    }
    for place in PLACES.iter().filter(|place| starts_path(line, place)) {
        found.push(Violation::new(path, line_number, "machine-path", format!("{place} exists on one machine only")));
    }
    for host in HOSTS.iter().filter(|host| line.contains(**host)) {
        found.push(Violation::new(
            path,
            line_number,
            "registry-host",
            format!("{host} ties the build to one registry"),
        ));
    }
    if path.ends_with("Cargo.lock") && line.starts_with("source = ") && line != LOCK_SOURCE {
        found.push(Violation::new(path, line_number, "registry-host", "a crate from elsewhere than the public index"));
    }
}

fn length(path: &str, text: &str, found: &mut Vec<Violation>) {
    let code = ["rs", "mjs", "js", "css", "html", "ftl", "cedar"].iter().any(|e| path.ends_with(&format!(".{e}")));
    let lines = text.lines().count();
    if code && lines > FILE_LINES_MAX {
        let message = format!("{lines} lines; split it by noun into files of at most {FILE_LINES_MAX}");
        found.push(Violation::new(path, 0, "file-length", message).sized(lines));
    }
}

/// Whether the word stands alone, not inside a longer one.
fn holds_word(line: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !inside(before) && !inside(after)
    })
}

/// Whether a path starts here: `/workshops/…` on this site or `a/root/b` are none.
fn starts_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=:[,".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::assert_rules;
    use super::*;

    #[test]
    fn white_space_and_line_ends_are_found() {
        assert_rules(check, &[("a.md", "one \ntwo\n")], &["white-space"]);
        assert_rules(check, &[("a.md", "one\r\n")], &["line-end"]);
        assert_rules(check, &[("a.md", "one")], &["line-end"]);
        assert_rules(check, &[("a.snap", "one \ntwo")], &[]);
    }

    #[test]
    fn unfinished_marks_are_found_but_not_words_that_hold_them() {
        assert_rules(check, &[("a.rs", &format!("// {}: later\n", MARKS[0]))], &["mark"]);
        assert_rules(check, &[("a.rs", &format!("{}later)\n", MACROS[1]))], &["mark"]);
        assert_rules(check, &[("a.rs", &format!("{}]\n", MACROS[2]))], &["mark"]);
        assert_rules(check, &[("a.md", &format!("{}LOCK and {}_DONE\n", MARKS[0], MARKS[0]))], &[]);
    }

    #[test]
    fn places_of_one_machine_and_registries_are_found() {
        assert_rules(check, &[("a.sh", &format!("cd {}x\n", PLACES[0]))], &["machine-path"]);
        assert_rules(check, &[("a.rs", &format!("read(\"{}\")\n", PLACES[4]))], &["machine-path"]);
        assert_rules(check, &[("a.rs", "\"/workstations/{id}\" and data/root/x\n")], &[]);
        assert_rules(check, &[("package.json", &format!("\"https://{}/a\"\n", HOSTS[2]))], &["registry-host"]);
        assert_rules(check, &[("Cargo.lock", "source = \"registry+https://example.org/index\"\n")], &["registry-host"]);
        assert_rules(check, &[("Cargo.lock", &format!("{LOCK_SOURCE}\n"))], &[]);
    }

    #[test]
    fn long_files_are_found_with_their_length() {
        let text = "x\n".repeat(FILE_LINES_MAX + 1);
        assert_eq!(check(&Tree::plant(&[("a.rs", &text)]))[0].size, FILE_LINES_MAX + 1);
        assert_rules(check, &[("a.rs", &text[2..]), ("data.csv", &text)], &[]);
    }
}
