//! Texts in two languages: the same keys with the same variables, and every key that a template uses.

use super::{Tree, Violation};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};

/// A key's variables and its line.
type Keys = BTreeMap<String, (BTreeSet<String>, usize)>;

/// Checks Fluent files in pairs, then the keys that templates and pages name.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in tree.with_extension("ftl").filter(|(path, _)| path.contains("/zh-CN")) {
        let twin = path.replace("/zh-CN", "/en");
        let keys = read(path, text, &mut found);
        let english = tree.get(&twin).map(|text| read(&twin, text, &mut found));
        match &english {
            Some(english) => compare(path, &keys, &twin, english, &mut found),
            None => found.push(Violation::new(path, 0, "texts", format!("its English twin {twin} is missing"))),
        }
        punctuation(path, text, &mut found);
        for (key, (_, line)) in keys {
            if let Some(first) = known.insert(key.clone(), path.to_owned()) {
                found.push(Violation::new(path, line, "texts", format!("{key} is already defined in {first}")));
            }
        }
    }
    // With the folder: a crate's own name may begin like a language's.
    for (path, _) in tree.with_extension("ftl").filter(|(path, _)| path.contains("/locales/en")) {
        if tree.get(&path.replace("/locales/en", "/locales/zh-CN")).is_none() {
            found.push(Violation::new(path, 0, "texts", "its Chinese twin is missing"));
        }
    }
    uses(tree, &known, &mut found);
    found
}

fn read(path: &str, text: &str, found: &mut Vec<Violation>) -> Keys {
    let resource = fluent_syntax::parser::parse(text).unwrap_or_else(|(resource, errors)| {
        for error in &errors {
            let line = text[..error.pos.start.min(text.len())].lines().count().max(1);
            found.push(Violation::new(path, line, "texts", format!("not Fluent: {}", error.kind)));
        }
        resource
    });
    let mut keys = Keys::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else { continue };
        let mut variables = BTreeSet::new();
        if let Some(pattern) = &message.value {
            pattern_variables(pattern, &mut variables);
        }
        let start = format!("{} ", message.id.name);
        let line = text.lines().position(|line| line.starts_with(&start)).map_or(0, |index| index + 1);
        if keys.insert(message.id.name.to_owned(), (variables, line)).is_some() {
            found.push(Violation::new(path, line, "texts", format!("{} is defined twice", message.id.name)));
        }
    }
    keys
}

fn pattern_variables(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            expression_variables(expression, variables);
        }
    }
}

fn expression_variables(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => inline_variables(inline, variables),
        Expression::Select { selector, variants } => {
            inline_variables(selector, variables);
            variants.iter().for_each(|variant| pattern_variables(&variant.value, variables));
        }
    }
}

fn inline_variables(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => expression_variables(expression, variables),
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| inline_variables(argument, variables));
            arguments.named.iter().for_each(|argument| inline_variables(&argument.value, variables));
        }
        _ => {}
    }
}

fn compare(path: &str, chinese: &Keys, twin: &str, english: &Keys, found: &mut Vec<Violation>) {
    for (key, (variables, line)) in chinese {
        match english.get(key) {
            None => found.push(Violation::new(path, *line, "texts", format!("{key} is missing in {twin}"))),
            Some((other, _)) if other != variables => {
                let message = format!("{key} uses {variables:?} in Chinese and {other:?} in English");
                found.push(Violation::new(path, *line, "texts", message));
            }
            Some(_) => {}
        }
    }
    for (key, (_, line)) in english.iter().filter(|(key, _)| !chinese.contains_key(*key)) {
        found.push(Violation::new(twin, *line, "texts", format!("{key} is missing in {path}")));
    }
}

/// Chinese sentences take full-width marks: a half-width comma after a Chinese character is a slip.
fn punctuation(path: &str, text: &str, found: &mut Vec<Violation>) {
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let slip = line.chars().zip(line.chars().skip(1)).find(|(c, mark)| is_chinese(*c) && ",;!?:".contains(*mark));
        if let Some((_, mark)) = slip {
            found.push(Violation::new(
                path,
                index + 1,
                "punctuation",
                format!("half-width {mark} in a Chinese sentence"),
            ));
        }
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// How templates and pages ask for a text.
const CALLS: &[&str] = &["t.msg(\"", "t.n(\"", "t.with(\"", "t.args(\""];

fn uses(tree: &Tree, known: &BTreeMap<String, String>, found: &mut Vec<Violation>) {
    let sources =
        tree.with_extension("html").chain(tree.with_extension("rs").filter(|(path, _)| path.starts_with("crates/")));
    for (path, text) in sources.filter(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/")) {
        let html = path.ends_with(".html");
        let code = text.split("#[cfg(test)]").next().unwrap_or(text);
        for (index, line) in code.lines().enumerate() {
            let comment = line.trim_start().starts_with("//") || line.trim_start().starts_with("{#");
            if comment {
                continue;
            }
            for key in keys_in(line).filter(|key| !known.contains_key(*key)) {
                found.push(Violation::new(path, index + 1, "text-key", format!("{key} is in no Fluent file")));
            }
            if html && line.chars().any(is_chinese) {
                found.push(Violation::new(path, index + 1, "text-key", "Chinese text belongs in a Fluent file"));
            }
        }
    }
}

fn keys_in(line: &str) -> impl Iterator<Item = &str> {
    CALLS.iter().flat_map(move |call| line.match_indices(call).map(move |(at, _)| (at, call.len()))).filter_map(
        move |(at, length)| {
            let alone = line[..at].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
            let (key, after) = line[at + length..].split_once('"')?;
            // A key that is put together at run time is checked by the tests that render the page.
            (alone && after.starts_with([')', ','])).then_some(key)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::tree::assert_rules;
    use super::*;

    const ZH: &str = "crates/x/locales/zh-CN/need.ftl";
    const EN: &str = "crates/x/locales/en/need.ftl";

    fn pair(zh: &str, en: &str, expected: &[&str]) {
        assert_rules(check, &[(ZH, zh), (EN, en)], expected);
    }

    #[test]
    fn both_languages_have_the_same_keys_and_variables() {
        pair("need-title = 需求 { $n }\n", "need-title = { $n ->\n    [one] Need\n   *[other] Needs\n}\n", &[]);
        pair("need-title = 需求\nneed-more = 更多\n", "need-title = Need\n", &["texts"]);
        pair("need-title = 需求\n", "need-title = Need\nneed-more = More\n", &["texts"]);
        pair("need-title = { $n } 项\n", "need-title = { $count }\n", &["texts"]);
        assert_rules(check, &[(ZH, "a = 甲\n")], &["texts"]);
        assert_rules(check, &[(EN, "a = A\n")], &["texts"]);
    }

    #[test]
    fn a_key_is_defined_once() {
        pair("a = 甲\na = 乙\n", "a = A\n", &["texts"]);
        let other = ("crates/y/locales/zh-CN.ftl", "a = 甲\n");
        assert_rules(
            check,
            &[(ZH, "a = 甲\n"), (EN, "a = A\n"), other, ("crates/y/locales/en.ftl", "a = A\n")],
            &["texts"],
        );
    }

    #[test]
    fn broken_fluent_is_found() {
        pair("a = { $n\n", "a = { $n }\n", &["texts", "texts"]);
    }

    #[test]
    fn chinese_sentences_take_full_width_marks() {
        pair("a = 请稍后,再试\n", "a = Later\n", &["punctuation"]);
        pair("a = 请稍后，再试 { $n }\n", "a = Later { $n }\n", &[]);
    }

    #[test]
    fn templates_use_keys_that_exist() {
        let files = |html| [(ZH, "a-b = 甲\n"), (EN, "a-b = A\n"), ("crates/x/templates/p.html", html)];
        assert_rules(check, &files("{{ shell.t.msg(\"a-b\") }} {{ t.n(\"a-b\", 1) }}\n"), &[]);
        assert_rules(check, &files("{{ t.msg(\"a-c\") }}\n"), &["text-key"]);
        assert_rules(check, &files("{{ t.msg(\"a-\".to_owned() + x) }}\n"), &[]);
        assert_rules(check, &files("<p>需求</p>\n"), &["text-key"]);
    }

    #[test]
    fn pages_use_keys_that_exist() {
        let files = |code| [(ZH, "a-b = 甲\n"), (EN, "a-b = A\n"), ("crates/x/src/pages.rs", code)];
        assert_rules(check, &files("fn f(t: T) { t.msg(\"a-c\"); }\n"), &["text-key"]);
        assert_rules(check, &files("fn f(t: T) { t.msg(\"a-b\"); }\n#[cfg(test)]\nmod tests { t.msg(\"z\") }\n"), &[]);
    }
}
