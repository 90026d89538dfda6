//! The route table against policies, journal kinds and the API document.

use crate::stage::demo;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Actions that change nothing that is anybody's: they are asked by POST because their input is long or personal.
const QUESTIONS: [&str; 1] = ["match_view"];

/// (method, path) of every operation of the document, with its operation id.
fn operations(document: &Value) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
            found.insert((method.to_uppercase(), path.clone()), id);
        }
    }
    found
}

#[tokio::test]
async fn the_route_table_the_policies_the_journal_and_the_api_document_agree() {
    let house = demo().await;
    let app = house.app();
    let table = platform::server::routes(app);
    let name = |route: &platform::capability::Route| format!("{} {} ({})", route.method, route.path, route.action);

    let unknown: Vec<String> = table.iter().filter(|r| !app.policies().knows(r.action)).map(name).collect();
    assert_eq!(unknown, Vec::<String>::new(), "routes whose action no policy declares");

    let silent = table.iter().filter(|r| r.method == "POST" && r.journal.is_none() && !QUESTIONS.contains(&r.action));
    assert_eq!(silent.map(name).collect::<Vec<_>>(), Vec::<String>::new(), "routes that change something unrecorded");
    let loud: Vec<String> = table.iter().filter(|r| r.method == "GET" && r.journal.is_some()).map(name).collect();
    assert_eq!(loud, Vec::<String>::new(), "a question that writes");

    let texts = app.site().texts;
    let nameless: BTreeSet<&str> = table
        .iter()
        .filter_map(|r| r.journal)
        .filter(|kind| !texts.has(&format!("entry-{}", kind.replace(['.', '_'], "-"))))
        .collect();
    assert_eq!(nameless, BTreeSet::new(), "kinds of entries that the journal's pages show as codes");

    let mut seen = BTreeSet::new();
    let twice: Vec<String> = table.iter().filter(|r| !seen.insert((r.method.clone(), r.path))).map(name).collect();
    assert_eq!(twice, Vec::<String>::new(), "addresses given twice");

    let document = serde_json::to_value(platform::document::openapi(app.capabilities())).expect("JSON");
    let documented = operations(&document);
    let api: BTreeSet<(String, String)> = table
        .iter()
        .filter(|r| r.path.starts_with("/api/"))
        .map(|r| (r.method.to_string(), r.path.to_owned()))
        .collect();
    let keys: BTreeSet<(String, String)> = documented.keys().cloned().collect();
    assert_eq!(api.difference(&keys).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "undocumented operations");
    assert_eq!(keys.difference(&api).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "documented, not served");
    let mut ids = BTreeMap::<&str, Vec<&(String, String)>>::new();
    for (key, id) in &documented {
        ids.entry(id).or_default().push(key);
    }
    let clashing: Vec<_> = ids.into_iter().filter(|(id, keys)| id.is_empty() || keys.len() > 1).collect();
    assert_eq!(clashing, Vec::new(), "operation ids that do not name one operation");
    house.finish().await;
}
