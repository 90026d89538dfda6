//! The merge routine against cases written by hand from the words of the standard (`tests/merging.json`), which the judge gives to
//! another implementation as well. A case leaves out what it does not speak of: the releases' own fields are put in, and `{"@1": x}`
//! stands for the value x as it came in release 1.

use disclosure::{Json, Object, compiled, versioned};

const CASES: &str = include_str!("../merging.json");
const OCID: &str = "ocds-213czf-1";

fn object<const N: usize>(pairs: [(&str, Json); N]) -> Object {
    pairs.into_iter().collect()
}

fn with(mut head: Object, body: &Json) -> Json {
    for (key, value) in body.as_object().unwrap().iter() {
        head.set(key, value.clone());
    }
    Json::Object(head)
}

fn date(number: usize) -> String {
    format!("2026-01-{number:02}T00:00:00Z")
}

fn release(number: usize, body: &Json) -> Json {
    let head = object([
        ("ocid", OCID.into()),
        ("id", number.to_string().as_str().into()),
        ("date", Json::Text(date(number))),
        ("tag", Json::List(vec!["tender".into()])),
    ]);
    with(head, body)
}

/// Puts the versioned values where the case abbreviates them.
fn spelt(value: &Json) -> Json {
    match value {
        Json::List(items) => Json::List(items.iter().map(spelt).collect()),
        Json::Object(object) if object.iter().any(|(key, _)| key.starts_with('@')) => {
            Json::List(object.iter().map(|(key, value)| stamped(&key[1..], value)).collect())
        }
        Json::Object(fields) => Json::Object(fields.iter().map(|(key, value)| (key, spelt(value))).collect()),
        other => other.clone(),
    }
}

fn stamped(id: &str, value: &Json) -> Json {
    Json::Object(object([
        ("releaseID", id.into()),
        ("releaseDate", Json::Text(date(id.parse().unwrap()))),
        ("releaseTag", Json::List(vec!["tender".into()])),
        ("value", value.clone()),
    ]))
}

/// Releases with what they come to, for the judge.
pub fn case(releases: &[Json]) -> Json {
    Json::Object(object([
        ("releases", Json::List(releases.to_vec())),
        ("compiled", compiled(releases).unwrap()),
        ("versioned", versioned(releases).unwrap()),
    ]))
}

#[test]
fn the_rules_of_the_standard_hold() {
    for case in Json::parse(CASES).unwrap().items() {
        let rule = case.at("/rule").and_then(Json::as_text).unwrap();
        let bodies = case.at("/releases").unwrap().items();
        let releases: Vec<Json> = bodies.iter().enumerate().map(|(at, body)| release(at + 1, body)).collect();
        let last = date(releases.len());
        let head = object([
            ("ocid", OCID.into()),
            ("id", Json::Text(format!("{OCID}-{last}"))),
            ("date", Json::Text(last)),
            ("tag", Json::List(vec!["compiled".into()])),
        ]);
        assert_eq!(compiled(&releases).unwrap(), with(head, case.at("/compiled").unwrap()), "{rule}");
        let history = with(object([("ocid", OCID.into())]), &spelt(case.at("/versioned").unwrap()));
        assert_eq!(versioned(&releases).unwrap(), history, "{rule}");
    }
}

fn dated(id: &str, date: &str, body: &str) -> Json {
    let body = body.trim_start_matches('{');
    Json::parse(&format!(r#"{{"ocid":"{OCID}","id":"{id}","date":"{date}","tag":["tender"],{body}"#)).unwrap()
}

/// By the time, not by the text: seven in the morning in Shanghai is before midnight of Greenwich. Of one time, as they are given.
#[test]
fn releases_are_merged_in_the_order_of_their_times() {
    let later = dated("2", "2026-01-01T00:00:00Z", r#"{"language":"en"}"#);
    let earlier = dated("1", "2026-01-01T07:00:00+08:00", r#"{"language":"zh"}"#);
    let now = compiled(&[later.clone(), earlier]).unwrap();
    assert_eq!(now.at("/language"), Some(&"en".into()));
    assert_eq!(now.at("/date"), Some(&"2026-01-01T00:00:00Z".into()));
    let same = dated("3", "2026-01-01T08:00:00+08:00", r#"{"language":"zh"}"#);
    assert_eq!(compiled(&[later.clone(), same.clone()]).unwrap().at("/language"), Some(&"zh".into()));
    assert_eq!(compiled(&[same, later]).unwrap().at("/language"), Some(&"en".into()));
}

/// No valid release does so; the words of the standard hold. The versioned form has no place for it.
#[test]
fn null_takes_a_whole_object_away() {
    let first = dated("1", "2026-01-01T00:00:00Z", r#"{"tender":{"title":"甲"},"language":"zh"}"#);
    let second = dated("2", "2026-01-02T00:00:00Z", r#"{"tender":null}"#);
    let releases = [first, second];
    assert_eq!(compiled(&releases).unwrap().at("/tender"), None);
    assert_eq!(versioned(&releases).unwrap().at("/tender/title/0/value"), Some(&"甲".into()));
}

#[test]
fn releases_that_contradict_each_other_in_shape_are_refused() {
    for (before, after) in [
        (r#"{"tender":{"title":"甲"}}"#, r#"{"tender":"甲"}"#),
        (r#"{"tender":"甲"}"#, r#"{"tender":{"title":"甲"}}"#),
        (r#"{"odd":["甲"]}"#, r#"{"odd":[{"id":"1"}]}"#),
    ] {
        let releases = [dated("1", "2026-01-01T00:00:00Z", before), dated("2", "2026-01-02T00:00:00Z", after)];
        assert_eq!(compiled(&releases).unwrap_err().code, "disclosure-shape", "{before} {after}");
        assert_eq!(versioned(&releases).unwrap_err().code, "disclosure-shape", "{before} {after}");
    }
}

#[test]
fn releases_of_no_process_are_refused() {
    let one = dated("1", "2026-01-01T00:00:00Z", r#"{"language":"zh"}"#);
    for releases in [vec![], vec![one.clone(), Json::Null], vec![dated("1", "yesterday", r#"{"language":"zh"}"#)]] {
        assert_eq!(compiled(&releases).unwrap_err().code, "disclosure-releases");
        assert_eq!(versioned(&releases).unwrap_err().code, "disclosure-releases");
    }
}
