//! JSON Lines: one object a line, with the columns of the table as its members.

use super::cells::{Cell, Place, Raw, Said, problem};
use super::{Noun, Problem, Sink};
use kernel::limits::JSON_DEPTH_MAX;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// Reads one object after the other; blank lines are passed over.
pub(super) fn read(text: &str, noun: Noun, sink: &mut Sink<'_>) {
    let mut start = 0;
    for (index, whole) in text.split('\n').enumerate() {
        let line = whole.trim();
        let place = Place { line: index + 1, start, at: start };
        start += whole.len() + 1;
        if line.is_empty() {
            continue;
        }
        if !sink.room(place.line) {
            return;
        }
        match row(text, whole, place, noun, sink) {
            Ok(raw) => sink.take(&raw),
            Err(None) => {}
            Err(Some(problem)) => sink.problems.add(*problem),
        }
    }
}

fn row<'a>(
    text: &'a str,
    line: &'a str,
    place: Place,
    noun: Noun,
    sink: &mut Sink<'_>,
) -> Result<Raw<'a>, Option<Box<Problem>>> {
    if let Some(at) = too_deep(line) {
        let place = Place { at: place.start + at, ..place };
        return Err(Some(Box::new(deep(place.of(text)))));
    }
    let Members(members) = serde_json::from_str(line).map_err(|error| Some(Box::new(broken(line, place, &error))))?;
    let mut cells: Vec<Option<Cell<'a>>> = noun.columns().iter().map(|_| None).collect();
    let before = sink.problems.total;
    for (name, value) in members {
        let at = line.find(&format!("\"{name}\"")).unwrap_or(0);
        let place = Place { at: place.start + at, ..place };
        let Some(column) = noun.columns().iter().position(|known| *known == name) else {
            sink.problems.add(unknown(place.of(text), &name, noun));
            continue;
        };
        match said(value) {
            None => sink.problems.add(wrong_type(place.of(text), noun.columns()[column])),
            Some(_) if cells[column].is_some() => sink.problems.add(twice(place.of(text), noun.columns()[column])),
            Some(said) => cells[column] = Some(Cell { place, said }),
        }
    }
    if sink.problems.total > before {
        return Err(None);
    }
    Ok(Raw { text, line: place.line, names: noun.columns(), cells })
}

/// What a member says: text, a whole number as text, a list of texts, or nothing. Anything else is none of these.
fn said<'a>(value: Value) -> Option<Said<'a>> {
    match value {
        Value::Null => Some(Said::Text(Cow::Borrowed(""))),
        Value::String(text) => Some(Said::Text(Cow::Owned(text))),
        Value::Number(number) if number.is_i64() => Some(Said::Text(Cow::Owned(number.to_string()))),
        Value::Array(items) => {
            let text = |item: Value| if let Value::String(text) = item { Some(text) } else { None };
            items.into_iter().map(text).collect::<Option<Vec<String>>>().map(Said::List)
        }
        _ => None,
    }
}

/// Where a line is nested deeper than any of ours; counted before parsing, so that depth costs nothing.
fn too_deep(line: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                if depth > JSON_DEPTH_MAX {
                    return Some(at);
                }
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The members of an object in their order, doubled names kept.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

fn broken(line: &str, place: Place, error: &serde_json::Error) -> Problem {
    let first = line.trim_start().chars().next().unwrap_or(' ');
    if error.is_data() || (first != '{' && "[\"-0123456789tfn".contains(first)) {
        return problem(
            (place.line, 1),
            "json-object",
            "",
            "每一行要是一个 JSON 对象，如 {\"key\": \"a-1\", \"name\": \"…\"}。整个文件不要放在方括号里。",
            "Every line is one JSON object such as {\"key\": \"a-1\", \"name\": \"…\"}. Do not wrap the file in brackets.",
        );
    }
    // The parser counts bytes; people count characters.
    let bytes = error.column().saturating_sub(1).min(line.len());
    let column = String::from_utf8_lossy(&line.as_bytes()[..bytes]).chars().count() + 1;
    problem(
        (place.line, column),
        "json-syntax",
        "",
        "这一行不是完整的 JSON：请检查引号、逗号和括号。一个对象要写在同一行里。",
        "This line is not well-formed JSON: check quotes, commas and braces. One object stands on one line.",
    )
}

fn deep(place: (usize, usize)) -> Problem {
    problem(
        place,
        "json-depth",
        "",
        format!("嵌套超过 {JSON_DEPTH_MAX} 层。每一行只要一层对象，值是文字、数字或文字的列表。"),
        format!(
            "Nested more than {JSON_DEPTH_MAX} levels deep. A line is one flat object; values are texts, numbers or lists of texts."
        ),
    )
}

fn unknown(place: (usize, usize), name: &str, noun: Noun) -> Problem {
    let shown: String = name.chars().take(40).collect();
    problem(
        place,
        "field-unknown",
        "",
        format!("没有“{shown}”这个字段。可用的字段：{}。请改正名称或删去。", noun.columns().join(",")),
        format!(
            "There is no field “{shown}”. Fields are: {}. Correct its name or remove it.",
            noun.columns().join(",")
        ),
    )
}

fn twice(place: (usize, usize), name: &'static str) -> Problem {
    problem(
        place,
        "field-twice",
        name,
        format!("字段“{name}”在这一行出现了两次。请只留一个。"),
        format!("The field “{name}” is there twice on this line. Keep one."),
    )
}

fn wrong_type(place: (usize, usize), name: &'static str) -> Problem {
    problem(
        place,
        "field-type",
        name,
        format!("“{name}”的值要是文字；多个值可以写成文字的列表。"),
        format!("The value of “{name}” is a text; several values may be a list of texts."),
    )
}
