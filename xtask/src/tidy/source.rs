//! Rules about single functions: they fit a screen, and nothing in them may stop the program without saying why.

use super::rooms::{TestFiles, for_tests};
use super::{Tree, Violation};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Lines of a function at most, from its name to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// Checks every Rust file.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let test_files = TestFiles::of(tree);
    for (path, text) in tree.with_extension("rs") {
        let Ok(file) = syn::parse_file(text) else { continue };
        let mut functions = Functions { path, found: &mut found, tests: test_files.hold(path) };
        functions.visit_file(&file);
    }
    found
}

struct Functions<'a> {
    path: &'a str,
    found: &'a mut Vec<Violation>,
    tests: bool,
}

impl Functions<'_> {
    /// A test is a story told from top to bottom and may be longer; its helpers may not.
    fn measure(&mut self, attributes: &[syn::Attribute], signature: &syn::Signature, body: &syn::Block) {
        let is_test = attributes.iter().any(|a| a.path().segments.last().is_some_and(|s| s.ident == "test"));
        let lines = body.span().end().line + 1 - signature.span().start().line;
        if !is_test && lines > FUNCTION_LINES_MAX {
            let message = format!("{} has {lines} lines; a function has at most {FUNCTION_LINES_MAX}", signature.ident);
            let line = signature.span().start().line;
            self.found.push(Violation::new(self.path, line, "function-length", message).sized(lines));
        }
    }

    fn within_tests(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let before = self.tests;
        let test = attributes.iter().any(|a| a.path().segments.last().is_some_and(|s| s.ident == "test"));
        self.tests = before || test || for_tests(attributes);
        visit(self);
        self.tests = before;
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.within_tests(&item.attrs, |this| visit::visit_item_mod(this, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.attrs, &item.sig, &item.block);
        self.within_tests(&item.attrs, |this| visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.attrs, &item.sig, &item.block);
        self.within_tests(&item.attrs, |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if !self.tests && call.method == "unwrap" {
            let line = call.method.span().start().line;
            let message = "handle it, or use expect with the reason why it cannot happen";
            self.found.push(Violation::new(self.path, line, "unwrap", message));
        }
        visit::visit_expr_method_call(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::assert_rules;
    use super::*;

    fn function(lines: usize, before: &str) -> String {
        format!("{before}fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_fits_a_screen() {
        assert_rules(check, &[("a.rs", &function(FUNCTION_LINES_MAX, ""))], &[]);
        assert_rules(check, &[("a.rs", &function(FUNCTION_LINES_MAX + 1, ""))], &["function-length"]);
        assert_rules(check, &[("a.rs", &function(FUNCTION_LINES_MAX + 1, "#[tokio::test]\nasync "))], &[]);
        let method = format!("impl A {{\n{}}}\n", function(FUNCTION_LINES_MAX + 1, "/// Says.\npub "));
        assert_rules(check, &[("a.rs", &method)], &["function-length"]);
    }

    #[test]
    fn unwrap_belongs_to_tests() {
        assert_rules(check, &[("a.rs", "fn f() { g().unwrap(); }\n")], &["unwrap"]);
        assert_rules(check, &[("a.rs", "#[cfg(test)]\nmod tests { fn f() { g().unwrap(); } }\n")], &[]);
        assert_rules(check, &[("a.rs", "#[test]\nfn f() { g().unwrap(); }\n")], &[]);
        assert_rules(check, &[("crates/x/tests/a.rs", "fn f() { g().unwrap(); }\n")], &[]);
    }
}
