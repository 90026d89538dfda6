//! The floor plan: which crate may stand on which.

use super::{Tree, Violation};

/// A crate and the crates of ours it may depend on. A new crate gets a row here and a place in ARCHITECTURE.md.
const FLOORS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("pack", &["kernel"]),
    ("search", &["kernel"]),
    ("proof", &[]),
    ("sealing", &["proof"]),
    ("stripping", &["kernel"]),
    ("assignment", &["kernel"]),
    ("disclosure", &["kernel"]),
    ("scoring", &["kernel"]),
    ("witness", &["proof"]),
    ("platform", &["kernel", "pack", "search", "proof", "witness", "stripping"]),
    ("rooms", &["kernel", "pack", "search", "proof", "platform"]),
    ("registry", &["kernel", "pack", "search", "proof", "platform", "rooms"]),
    ("ledger", &["kernel", "pack", "search", "proof", "platform", "rooms", "registry"]),
    ("notices", &["kernel", "pack", "search", "proof", "platform", "rooms", "registry"]),
    ("access", &["kernel", "pack", "search", "proof", "platform", "rooms", "registry", "notices"]),
    ("accords", &["kernel", "pack", "search", "proof", "platform", "rooms", "registry"]),
    ("envelopes", &["kernel", "pack", "search", "proof", "sealing", "stripping", "platform", "rooms", "registry"]),
    (
        "calls",
        &[
            "kernel",
            "pack",
            "search",
            "proof",
            "sealing",
            "stripping",
            "assignment",
            "scoring",
            "disclosure",
            "platform",
            "rooms",
            "registry",
            "ledger",
            "accords",
            "envelopes",
        ],
    ),
    ("testkit", &["kernel", "pack", "search", "proof", "platform", "registry"]),
    (
        "yilang",
        &[
            "kernel",
            "pack",
            "search",
            "proof",
            "sealing",
            "stripping",
            "assignment",
            "platform",
            "rooms",
            "registry",
            "ledger",
            "notices",
            "access",
            "accords",
            "envelopes",
            "calls",
            "witness",
        ],
    ),
    ("xtask", &["kernel", "pack", "search", "proof", "sealing", "assignment", "platform", "registry", "ledger"]),
];

/// The pure floors, and what would make them impure.
const PURE: &[&str] =
    &["kernel", "pack", "search", "proof", "sealing", "stripping", "assignment", "disclosure", "scoring"];
const IMPURE: &[&str] = &["sea-orm", "sqlx", "rusqlite", "tokio", "axum", "reqwest", "rand", "getrandom"];

/// Whether this is one of our crates.
pub fn is_crate(name: &str) -> bool {
    FLOORS.iter().any(|(known, _)| *known == name)
}

/// Checks the dependencies that each Cargo.toml names.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found: Vec<Violation> = runs(tree).into_iter().collect();
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with("/Cargo.toml")) {
        match text.parse::<toml::Table>() {
            Ok(manifest) => edges(path, text, &manifest, &mut found),
            Err(error) => found.push(Violation::new(path, 0, "floor", format!("not TOML: {error}"))),
        }
    }
    found
}

/// The README's first command is `cargo run`: it must know which program is meant.
const ROOT: &str = "Cargo.toml";
const DEFAULT_MEMBERS: &str = "default-members = [\"crates/yilang\"]";

fn runs(tree: &Tree) -> Option<Violation> {
    let (_, text) = tree.files().find(|(path, _)| *path == ROOT)?;
    let said = text.lines().any(|line| line == DEFAULT_MEMBERS);
    (!said).then(|| Violation::new(ROOT, 0, "floor", format!("`cargo run` needs the line {DEFAULT_MEMBERS}")))
}

fn edges(path: &str, text: &str, manifest: &toml::Table, found: &mut Vec<Violation>) {
    let package = manifest.get("package").and_then(|p| p.get("name")).and_then(toml::Value::as_str).unwrap_or_default();
    let Some((_, below)) = FLOORS.iter().find(|(name, _)| *name == package) else {
        found.push(Violation::new(path, 0, "floor", format!("{package} has no place in the floor plan of xtask tidy")));
        return;
    };
    let line_of = |name: &str| text.lines().position(|line| line.starts_with(name)).map_or(0, |index| index + 1);
    for name in names(manifest, "dependencies") {
        if name == "testkit" {
            found.push(Violation::new(path, line_of(name), "floor", "testkit is for dev-dependencies only"));
        } else if is_crate(name) && !below.contains(&name) {
            found.push(Violation::new(path, line_of(name), "floor", format!("{package} may not stand on {name}")));
        } else if PURE.contains(&package) && IMPURE.contains(&name) {
            found.push(Violation::new(
                path,
                line_of(name),
                "floor",
                format!("{package} is pure and does without {name}"),
            ));
        }
    }
    for name in names(manifest, "dev-dependencies") {
        if is_crate(name) && name != "testkit" && !below.contains(&name) {
            found.push(Violation::new(
                path,
                line_of(name),
                "floor",
                format!("tests of {package} may not stand on {name}"),
            ));
        }
    }
    let lints = manifest.get("lints").and_then(|l| l.get("workspace")).and_then(toml::Value::as_bool);
    if lints != Some(true) {
        found.push(Violation::new(path, 0, "floor", "the workspace's lints are missing: [lints] workspace = true"));
    }
}

fn names<'a>(manifest: &'a toml::Table, section: &str) -> impl Iterator<Item = &'a str> {
    manifest.get(section).and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::super::tree::assert_rules;
    use super::*;

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{rest}\n")
    }

    fn edge(name: &str, rest: &str, expected: &[&str]) {
        assert_rules(check, &[("crates/x/Cargo.toml", &manifest(name, rest))], expected);
    }

    #[test]
    fn lower_floors_are_allowed_and_higher_ones_are_not() {
        edge("registry", "[dependencies]\nplatform.workspace = true\nkernel.workspace = true", &[]);
        edge("platform", "[dependencies]\nregistry.workspace = true", &["floor"]);
        edge("search", "[dependencies]\npack.workspace = true", &["floor"]);
    }

    #[test]
    fn pure_crates_do_without_io() {
        edge("pack", "[dependencies]\ntokio = \"1\"", &["floor"]);
        edge("platform", "[dependencies]\ntokio = \"1\"", &[]);
    }

    #[test]
    fn testkit_is_for_tests() {
        edge("registry", "[dev-dependencies]\ntestkit.workspace = true", &[]);
        edge("registry", "[dependencies]\ntestkit.workspace = true", &["floor"]);
    }

    #[test]
    fn every_crate_has_a_place_and_the_lints() {
        edge("attic", "", &["floor"]);
        assert_rules(check, &[("crates/k/Cargo.toml", "[package]\nname = \"kernel\"\n")], &["floor"]);
    }
}
