//! Who may know what: rules stay pure, `SeaORM` stops at the store.

use super::{Tree, Violation};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Crates that rules may name. Pure engines are added here when they are born.
const PURE: &[&str] = &[
    "std",
    "core",
    "alloc",
    "crate",
    "self",
    "super",
    "Self",
    "kernel",
    "pack",
    "proof",
    "sealing",
    "stripping",
    "assignment",
    "disclosure",
    "scoring",
    "search",
    "serde",
    "serde_json",
    "thiserror",
    "hex",
    "sha2",
];

/// Modules of the standard library that reach outside.
const OUTSIDE: &[&str] = &["time", "fs", "net", "env", "process", "thread", "io"];

/// Checks rules for purity and every other room for `sea_orm`.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let tests = TestFiles::of(tree);
    for (path, text) in tree.with_extension("rs").filter(|(path, _)| path.starts_with("crates/") && !tests.hold(path)) {
        // A file that does not parse is the compiler's to complain about.
        let Ok(file) = syn::parse_file(text) else { continue };
        if in_room(path, "rules") {
            let mut purity = Purity { path, local: local_names(&file), found: &mut found };
            purity.visit_file(&file);
        } else if !may_use_orm(path) {
            let mut orm = Orm { path, found: &mut found, done: false };
            orm.visit_file(&file);
        }
    }
    found
}

/// Whether a path lies in a room, be it a file or a folder, of a crate or of a noun.
fn in_room(path: &str, room: &str) -> bool {
    path.contains(&format!("/{room}/")) || path.ends_with(&format!("/{room}.rs"))
}

/// Modules and macros that a file itself declares.
fn local_names(file: &syn::File) -> Vec<String> {
    let declared = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) => Some(&module.ident),
        syn::Item::Macro(definition) => definition.ident.as_ref(),
        syn::Item::Enum(definition) => Some(&definition.ident),
        _ => None,
    });
    declared.map(ToString::to_string).collect()
}

/// What `#[path = "…"]` names.
fn named_file(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(syn::MetaNameValue { path, value: syn::Expr::Lit(literal), .. })
            if path.is_ident("path") =>
        {
            match &literal.lit {
                syn::Lit::Str(name) => Some(name.value()),
                _ => None,
            }
        }
        _ => None,
    })
}

/// The files that are compiled for tests only.
pub struct TestFiles(Vec<String>);

impl TestFiles {
    /// Finds every `#[cfg(test)] mod name;` of a tree.
    pub fn of(tree: &Tree) -> TestFiles {
        let mut found = Vec::new();
        for (path, text) in tree.with_extension("rs").filter(|(_, text)| text.contains("cfg(test)")) {
            let Ok(file) = syn::parse_file(text) else { continue };
            let stem = path.trim_end_matches(".rs");
            let folder = match stem.rsplit_once('/') {
                Some((folder, "mod" | "lib" | "main")) => folder,
                _ => stem,
            };
            let own_folder = path.rsplit_once('/').map_or("", |(own, _)| own);
            let modules = file.items.iter().filter_map(|item| match item {
                syn::Item::Mod(module) if module.content.is_none() && for_tests(&module.attrs) => Some(module),
                _ => None,
            });
            found.extend(modules.map(|module| match named_file(&module.attrs) {
                // A named file lies beside the file that names it.
                Some(name) => format!("{own_folder}/{}", name.trim_end_matches(".rs")),
                None => format!("{folder}/{}", module.ident),
            }));
        }
        TestFiles(found)
    }

    /// Whether a file is one of them, or lies in a folder of tests.
    pub fn hold(&self, path: &str) -> bool {
        let below =
            |own: &String| path.strip_prefix(own.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'));
        path.contains("/tests/") || path.starts_with("crates/testkit/") || self.0.iter().any(below)
    }
}

fn may_use_orm(path: &str) -> bool {
    in_room(path, "store") || path.starts_with("crates/platform/src/db/")
}

/// Whether an item is compiled for tests only.
pub fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg")
            && list.tokens.to_string().split_whitespace().any(|word| word.trim_matches(['(', ')', ',']) == "test")
    })
}

struct Purity<'a> {
    path: &'a str,
    local: Vec<String>,
    found: &'a mut Vec<Violation>,
}

impl Purity<'_> {
    fn refuse(&mut self, span: proc_macro2::Span, message: String) {
        self.found.push(Violation::new(self.path, span.start().line, "purity", message));
    }

    /// Looks at one imported path, given as its names from the root.
    fn imported(&mut self, names: &[String], span: proc_macro2::Span) {
        let root = names.first().map(String::as_str).unwrap_or_default();
        let next = names.get(1).map(String::as_str).unwrap_or_default();
        if !PURE.contains(&root) && !self.local.iter().any(|name| name == root) {
            self.refuse(span, format!("rules import kernel and pure engines only, not {root}"));
        } else if root == "std" && OUTSIDE.contains(&next) {
            self.refuse(span, format!("std::{next} reaches outside; give rules the value as an argument"));
        } else if root == "crate" && next != "rules" {
            self.refuse(span, format!("rules know no other room, so not crate::{next}"));
        } else if root == "super" && self.path.ends_with("/rules.rs") {
            self.refuse(span, "rules know no other room, so not the crate's root".to_owned());
        }
    }

    fn use_tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(&path.tree, before);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.use_tree(item, before)),
            syn::UseTree::Name(syn::UseName { ident }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.push(ident.to_string());
                self.imported(before, ident.span());
                before.pop();
            }
            syn::UseTree::Glob(glob) => self.imported(before, glob.span()),
        }
    }
}

impl<'ast> Visit<'ast> for Purity<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&item.tree, &mut Vec::new());
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(keyword) = signature.asyncness {
            self.refuse(keyword.span(), "rules decide at once; nothing in them is async".to_owned());
        }
        visit::visit_signature(self, signature);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let root = names.first().map(String::as_str).unwrap_or_default();
        // A path of two names or more that starts like a crate, not like a type or a local module.
        let forbidden =
            ["sea_orm", "tokio", "platform", "axum", "rusqlite", "getrandom", "rand", "tantivy", "cedar_policy"];
        let reaches = root == "std" && names.get(1).is_some_and(|next| OUTSIDE.contains(&next.as_str()));
        if names.len() > 1 && (forbidden.contains(&root) || reaches || (root == "crate" && names[1] != "rules")) {
            self.imported(&names, path.span());
        }
        visit::visit_path(self, path);
    }
}

struct Orm<'a> {
    path: &'a str,
    found: &'a mut Vec<Violation>,
    done: bool,
}

impl Orm<'_> {
    fn seen(&mut self, ident: &syn::Ident) {
        if !self.done && (ident == "sea_orm" || ident == "sqlx" || ident == "rusqlite") {
            self.done = true;
            let message = format!("{ident} stops at store.rs and platform::db; ask the store for a domain value");
            self.found.push(Violation::new(self.path, ident.span().start().line, "orm", message));
        }
    }
}

impl<'ast> Visit<'ast> for Orm<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        self.seen(&path.ident);
        visit::visit_use_path(self, path);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let Some(first) = path.segments.first().filter(|_| path.segments.len() > 1) {
            self.seen(&first.ident);
        }
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::assert_rules;
    use super::*;

    const RULES: &str = "crates/registry/src/rules/listing.rs";

    fn purity(body: &str, expected: usize) {
        assert_rules(check, &[(RULES, body)], &vec!["purity"; expected]);
    }

    #[test]
    fn rules_may_know_the_kernel_and_each_other() {
        purity(
            "use kernel::{Fen, Instant};\nuse super::claim::Claim;\nuse crate::rules::words;\nuse std::collections::BTreeMap;\n",
            0,
        );
    }

    #[test]
    fn rules_may_not_import_the_outside() {
        purity("use sea_orm::EntityTrait;\n", 1);
        purity("use platform::Ctx;\n", 1);
        purity("use std::{fmt, time::SystemTime};\n", 1);
        purity("use crate::store::listing;\n", 1);
        purity("use rand::Rng;\n", 1);
    }

    #[test]
    fn rules_may_not_name_the_outside_in_passing() {
        purity("fn f() -> i64 { let _ = std::time::Instant::now(); 1 }\n", 1);
        purity("fn f() { let _ = crate::store::load(); }\n", 1);
        purity("async fn f() {}\n", 1);
    }

    #[test]
    fn tests_inside_rules_are_free() {
        purity("#[cfg(test)]\nmod tests { use proptest::prelude::*; }\n", 0);
    }

    #[test]
    fn rules_may_use_their_own_parts() {
        purity("mod words;\npub use words::Kind;\nuse Side::Need;\nenum Side { Need }\n", 0);
    }

    #[test]
    fn files_of_tests_are_free() {
        let parent = ("crates/registry/src/rules/mod.rs", "#[cfg(test)]\nmod listing_tests;\n");
        let tests = ("crates/registry/src/rules/listing_tests.rs", "use proptest::prelude::*;\n");
        assert_rules(check, &[parent, tests], &[]);
        let named =
            ("crates/registry/src/rules/listing.rs", "#[cfg(test)]\n#[path = \"listing_tests.rs\"]\nmod tests;\n");
        assert_rules(check, &[named, tests], &[]);
        assert_rules(check, &[tests], &["purity"]);
    }

    #[test]
    fn the_orm_stops_at_the_store() {
        let text = "use sea_orm::EntityTrait;\nuse sea_orm::QueryFilter;\n";
        assert_rules(check, &[("crates/registry/src/store/listing.rs", text)], &[]);
        assert_rules(check, &[("crates/platform/src/db/conn.rs", text)], &[]);
        assert_rules(check, &[("crates/registry/src/actions.rs", text)], &["orm"]);
        assert_rules(check, &[("crates/registry/src/api.rs", "fn f(e: sea_orm::DbErr) {}\n")], &["orm"]);
        assert_rules(check, &[("crates/registry/tests/stories.rs", text)], &[]);
    }
}
