//! What is kept about people: every column has a class, every personal one a rule, and the documents say the same.

use crate::stage;
use platform::journal::verify;
use platform::privacy::{Kept, columns, kept};
use std::collections::BTreeMap;
use testkit::TestApp;

fn is_personal(rules: &[&Kept], table: &str, column: &str) -> bool {
    rules.iter().any(|kept| kept.table == table && kept.columns.contains(&column))
}

/// A new column is a difference here: say of it whether it tells of a person, and if so, for how long, beside the rules
/// of its capability.
#[tokio::test]
async fn every_column_has_a_class() {
    let house = TestApp::start(yilang::capabilities()).await;
    let rules = kept(house.app());
    let mut classes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let columns = columns(house.app()).await.unwrap();
    for (table, column) in &columns {
        let mark = if is_personal(&rules, table, column) { "*" } else { "" };
        classes.entry(table.clone()).or_default().push(format!("{column}{mark}"));
    }
    let lines: Vec<String> = classes.iter().map(|(table, columns)| format!("{table}: {}", columns.join(" "))).collect();
    insta::assert_snapshot!("columns", lines.join("\n"));
    for rule in &rules {
        for column in rule.columns {
            let there = columns.iter().any(|(t, c)| t == rule.table && c == column);
            assert!(there, "{}.{column} is in a rule and not in the database", rule.table);
        }
    }
}

#[tokio::test]
async fn the_documents_list_what_is_kept() {
    let house = TestApp::start(yilang::capabilities()).await;
    let document = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security.md");
    let document = std::fs::read_to_string(document).unwrap();
    let beginning = "| Table: columns | For | Kept | Then |\n| --- | --- | --- | --- |\n";
    let listed = document.split_once(beginning).expect("docs/security.md has the table").1;
    let listed: Vec<&str> = listed.lines().take_while(|line| line.starts_with('|')).collect();
    let lines: Vec<String> = kept(house.app()).iter().map(|kept| kept.line()).collect();
    assert_eq!(listed, lines, "write it again:\n{beginning}{}", lines.join("\n"));
}

/// Every rule is a statement that both databases take, and after ten years of nights everything still holds.
#[tokio::test]
async fn the_rules_are_carried_out_and_the_record_holds() {
    let house = stage::demo().await;
    let app = house.app();
    for days in [1, 400, 3_700] {
        house.days_pass(days).await;
    }
    let done = platform::jobs::list(&app.db().read(), "done", 1_000).await.unwrap();
    assert!(done.iter().any(|job| job.name == "platform.forget"), "{done:?}");
    assert_eq!(verify::verify(app.db(), None).await.unwrap().problems, Vec::<String>::new());
    house.finish().await;
}
