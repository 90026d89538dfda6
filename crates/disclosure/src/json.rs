//! JSON whose numbers are exact and whose keys keep their place.
//!
//! `serde_json::Value` holds a number as a float and orders keys as the features of the whole build say. What is published must be
//! the same bytes in every build, and 90071992547409.91 yuan is no float.

use crate::refusals;
use kernel::{Fen, Refusal};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A value of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`: in a release of OCDS it takes a field away.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, exactly as it is written.
    Number(Number),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A number in its shortest form: no zeros at the end, no point where nothing follows. Equal numbers are equal texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Number {
        Number(number.to_string())
    }
}

/// Yuan, exact to the fen: `50000`, `12.5`, `0.01`.
impl From<Fen> for Number {
    fn from(amount: Fen) -> Number {
        let text = amount.to_string();
        Number(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    }
}

/// An object: keys in the order in which they were set. Two objects are equal whatever their order.
#[derive(Debug, Clone, Default, Eq)]
pub struct Object(Vec<(String, Json)>);

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.0.len() == other.0.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl Object {
    /// Without keys.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json> {
        self.0.iter_mut().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The value of a key, made where there is none.
    pub fn get_or_set(&mut self, key: &str, make: impl FnOnce() -> Json) -> &mut Json {
        let at = self.0.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
            self.0.push((key.to_owned(), make()));
            self.0.len() - 1
        });
        &mut self.0[at].1
    }

    /// Sets a key in its place, or as the last.
    pub fn set(&mut self, key: &str, value: Json) {
        *self.get_or_set(key, || Json::Null) = value;
    }

    /// Takes a key away.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(known, _)| known != key);
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl<'a> FromIterator<(&'a str, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (&'a str, Json)>>(pairs: I) -> Object {
        let mut object = Object::default();
        pairs.into_iter().for_each(|(key, value)| object.set(key, value));
        object
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}

impl Json {
    /// Reads JSON. Numbers pass through a float on the way: below 2^46 yuan, seventy million million, every amount has a float of its
    /// own and comes out as it went in; a larger one is exact only until it is read back.
    ///
    /// # Errors
    /// `disclosure-json` for a text that is none.
    pub fn parse(text: &str) -> Result<Json, Refusal> {
        serde_json::from_str(text).map_err(|error| refusals::json(&error.to_string()))
    }

    /// The object, where it is one.
    pub fn as_object(&self) -> Option<&Object> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    pub(crate) fn as_object_mut(&mut self) -> Option<&mut Object> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    /// Puts an item behind a list; anything else is no list and stays as it is.
    pub(crate) fn push(&mut self, item: Json) {
        if let Json::List(items) = self {
            items.push(item);
        }
    }

    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Json::Text(text) = self { Some(text) } else { None }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> &[Json] {
        if let Json::List(items) = self { items } else { &[] }
    }

    /// What lies at a path such as `/awards/0/value/amount` (RFC 6901, without escapes).
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('/').skip(1).try_fold(self, |value, step| match value {
            Json::Object(object) => object.get(step),
            Json::List(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// On one line, without blanks.
    pub fn to_line(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// Indented by two blanks, with a line end: as files are published.
    pub fn to_pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, depth: Option<usize>) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
            Json::Number(number) => out.push_str(&number.0),
            Json::Text(text) => quote(text, out),
            Json::List(items) => {
                within(out, depth, ['[', ']'], items.iter(), |out, item, depth| item.write(out, depth))
            }
            Json::Object(object) => within(out, depth, ['{', '}'], object.0.iter(), |out, (key, value), depth| {
                quote(key, out);
                out.push_str(if depth.is_some() { ": " } else { ":" });
                value.write(out, depth);
            }),
        }
    }
}

fn within<T>(
    out: &mut String,
    depth: Option<usize>,
    brackets: [char; 2],
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T, Option<usize>),
) {
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    let inner = depth.map(|depth| depth + 1);
    out.push(brackets[0]);
    let mut empty = true;
    for item in items {
        if !empty {
            out.push(',');
        }
        empty = false;
        line(out, inner);
        write(out, item, inner);
    }
    if !empty {
        line(out, depth);
    }
    out.push(brackets[1]);
}

/// A text in quotes (RFC 8259 §7); nothing is escaped that need not be.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Json, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Json, E> {
        Ok(Json::Bool(is))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(Number(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        let text = serde_json::Number::from_f64(number).ok_or_else(|| E::custom("not a number"))?.to_string();
        let short = text.strip_suffix(".0").unwrap_or(&text);
        Ok(Json::Number(Number(if short == "-0" { "0" } else { short }.to_owned())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut object = Object::default();
        while let Some((key, value)) = from.next_entry::<String, Json>()? {
            object.set(&key, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn yuan(fen: i64) -> Number {
        Number::from(Fen::new(fen).unwrap())
    }

    #[test]
    fn amounts_are_exact_to_the_fen() {
        for (fen, text) in [
            (1, "0.01"),
            (10, "0.1"),
            (100, "1"),
            (0, "0"),
            (-5, "-0.05"),
            (1250, "12.5"),
            (5_000_000, "50000"),
            (9_007_199_254_740_991, "90071992547409.91"),
            (9_007_199_254_740_990, "90071992547409.9"),
        ] {
            assert_eq!(yuan(fen).as_str(), text);
        }
    }

    /// Why amounts are not floats: near the largest one, two of them would be written alike.
    #[test]
    fn floats_would_merge_large_amounts() {
        let float = |fen: i64| fen as f64 / 100.0;
        let twins = (9_007_199_254_740_000..9_007_199_254_740_100).filter(|fen| float(*fen) == float(fen + 1)).count();
        assert!(twins > 0);
        assert_ne!(yuan(9_007_199_254_740_001), yuan(9_007_199_254_740_002));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = r#"{"b":[1,0.5,-2,true,null,{}],"a":"\"\\\n\u0001示例","b2":[]}"#;
        let read = Json::parse(text).unwrap();
        assert_eq!(read.to_line(), text);
        assert_eq!(Json::parse(&read.to_pretty()), Ok(read));
        assert_eq!(Json::parse("[1.0, 50000.00, -0.0, 1e2]").unwrap().to_line(), "[1,50000,0,100]");
        assert_eq!(Json::parse("{").unwrap_err().code, "disclosure-json");
    }

    #[test]
    fn order_of_keys_makes_no_difference() {
        assert_eq!(Json::parse(r#"{"a":1,"b":2}"#), Json::parse(r#"{"b":2,"a":1}"#));
        assert_ne!(Json::parse(r#"{"a":1,"b":2}"#), Json::parse(r#"{"a":1,"c":2}"#));
    }

    proptest! {
        /// Goal: amounts survive being stored as text. Method: those below 2^46 yuan are written and read.
        #[test]
        fn amounts_round_trip(fen in -7_036_874_417_766_400i64..7_036_874_417_766_400) {
            let number = Json::Number(yuan(fen));
            prop_assert_eq!(Json::parse(&number.to_line()), Ok(number));
        }
    }
}
