//! The public API as programs know it. A change of it is a change of the two snapshots, to be reviewed like code.

use crate::stage::demo;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use testkit::Client;

/// The form of a refusal, which goes without saying.
const PROBLEM: &str = "application/problem+json";

fn document() -> Value {
    serde_json::to_value(platform::document::openapi(&yilang::capabilities())).expect("JSON")
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// (method, path, operation), by path.
fn operations(document: &Value) -> Vec<(String, &String, &Value)> {
    let of = |(path, item)| object(item).map(move |(method, operation)| (method.to_uppercase(), path, operation));
    object(&document["paths"]).flat_map(of).collect()
}

/// What a schema stands for, on one line.
fn kind(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for (word, sign) in [("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")] {
        if schema[word].is_array() {
            return list(&schema[word]).map(kind).collect::<Vec<_>>().join(sign);
        }
    }
    let one = |word: &str| match word {
        "array" => format!("[{}]", kind(&schema["items"])),
        "object" if schema["properties"].is_object() => format!("{{ {} }}", fields(schema).join(", ")),
        word => word.to_owned(),
    };
    let mut kind = match &schema["type"] {
        Value::String(word) => one(word),
        words => list(words).map(|word| one(text(word))).collect::<Vec<_>>().join(" | "),
    };
    for bound in ["format", "minimum", "maximum", "minLength", "maxLength", "pattern", "enum"] {
        if let Some(value) = schema.get(bound) {
            write!(kind, " {bound} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)).expect("text");
        }
    }
    kind
}

/// The properties of an object; a question mark stands behind what may be left out.
fn fields(schema: &Value) -> Vec<String> {
    let required: BTreeSet<&str> = list(&schema["required"]).map(text).collect();
    let mark = |name: &String| if required.contains(name.as_str()) { "" } else { "?" };
    object(&schema["properties"]).map(|(name, of)| format!("{name}{}: {}", mark(name), kind(of))).collect()
}

/// Who may ask, as the document says.
fn ways_in(operation: &Value) -> Vec<&str> {
    let way = |requirement| object(requirement).next().map_or("anybody", |(name, _)| name.as_str());
    list(&operation["security"]).map(way).collect()
}

fn operations_shown(document: &Value) -> String {
    let mut shown = String::new();
    for (method, path, operation) in operations(document) {
        let mut line = |text: String| writeln!(shown, "{text}").expect("text");
        line(format!("{method} {path}"));
        line(format!("  {} for {}", text(&operation["operationId"]), ways_in(operation).join(", ")));
        for parameter in list(&operation["parameters"]) {
            let mark = if parameter["required"] == true { "" } else { "?" };
            let (place, name) = (text(&parameter["in"]), text(&parameter["name"]));
            line(format!("  {place} {name}{mark}: {}", kind(&parameter["schema"])));
        }
        for (media, content) in object(&operation["requestBody"]["content"]) {
            line(format!("  body {} ({media})", kind(&content["schema"])));
        }
        let mut refusals = Vec::new();
        for (status, response) in object(&operation["responses"]) {
            let plain = object(&response["content"]).all(|(media, _)| media == PROBLEM);
            if plain && status.starts_with(['4', '5']) {
                refusals.push(status.as_str());
                continue;
            }
            let contents = object(&response["content"]).map(|(media, of)| format!("{} ({media})", kind(&of["schema"])));
            let headers = object(&response["headers"]).map(|(name, _)| format!("with {name}"));
            line(format!("  {status} {}", contents.chain(headers).collect::<Vec<_>>().join(", ")));
        }
        line(format!("  refused with {}\n", refusals.join(" ")));
    }
    shown
}

fn shapes_shown(document: &Value) -> String {
    let mut shown = String::new();
    for (name, schema) in object(&document["components"]["schemas"]) {
        let closed = if schema["additionalProperties"] == false { " and nothing else" } else { "" };
        let (head, fields) = match schema["type"].as_str() {
            Some("object") => (closed.to_owned(), fields(schema)),
            _ => (format!(" = {}", kind(schema)), Vec::new()),
        };
        writeln!(shown, "{name}{head}").expect("text");
        for field in fields {
            writeln!(shown, "  {field}").expect("text");
        }
    }
    shown
}

#[test]
fn the_public_api_changes_only_with_its_snapshots() {
    let document = document();
    insta::assert_snapshot!("operations", operations_shown(&document));
    insta::assert_snapshot!("shapes", shapes_shown(&document));
}

#[test]
fn no_shape_hides_another_of_the_same_name() {
    let parts = yilang::capabilities().into_iter().flat_map(|capability| (capability.openapi)());
    let mut seen = BTreeMap::<String, Value>::new();
    for part in parts.chain([platform::identity::openapi()]) {
        let part = serde_json::to_value(part).expect("JSON");
        for (name, schema) in object(&part["components"]["schemas"]) {
            let first = seen.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(first, schema, "two shapes are called {name}");
        }
    }
}

#[test]
fn whatever_the_document_refers_to_is_there() {
    let document = document();
    let mut open = vec![&document];
    let mut references = BTreeSet::new();
    while let Some(value) = open.pop() {
        references.extend(value["$ref"].as_str());
        open.extend(list(value).chain(object(value).map(|(_, inner)| inner)));
    }
    assert!(references.len() > 50, "the walk finds references");
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
}

async fn ask(client: &mut Client, method: &str, path: &str) -> u16 {
    let answer = if method == "GET" { client.get(path).await } else { client.json(path, &json!({})).await };
    answer.status.as_u16()
}

#[tokio::test]
async fn visitors_are_answered_where_the_document_says_so_and_nowhere_else() {
    let house = demo().await;
    let mut visitor = house.visitor();
    for (method, path, operation) in operations(&document()) {
        let open = ways_in(operation).contains(&"anybody");
        let address = path.replace("{id}", "none").replace("{step}", "none").replace("{adcode}", "310117");
        let status = ask(&mut visitor, &method, &address).await;
        match (open, method.as_str(), path.contains('{')) {
            (true, ..) => assert_ne!(status, 401, "{method} {path} is said to be open"),
            (false, "GET", false) => assert_eq!(status, 401, "{method} {path} is said to need a sign-in"),
            // What is not there is not there for anybody, and a body is looked at before its sender.
            (false, ..) => assert!([401, 404, 422].contains(&status), "{method} {path} answers a visitor {status}"),
        }
    }
    house.finish().await;
}
