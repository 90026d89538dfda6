//! `$2` as PostgreSQL means it, for SQLite.
//!
//! SQLite takes `$2` for a *name*, gives names numbers by their first appearance, and finds each by walking the list
//! of all: a statement with thousands of values would spend its time there. So numbers that come in order become plain
//! `?`; only where they do not, names stay and the order of the values is told apart.

use std::borrow::Cow;

/// The text for SQLite, and for each of its places the number of its value; empty when they are the same.
pub(super) fn places(sql: &str) -> (Cow<'_, str>, Vec<usize>) {
    let found = numbers(sql);
    if found.is_empty() {
        return (Cow::Borrowed(sql), Vec::new());
    }
    if found.iter().zip(1..).any(|(place, number)| place.number != number) {
        let mut order: Vec<usize> = Vec::new();
        for place in found {
            if !order.contains(&place.number) {
                order.push(place.number);
            }
        }
        return (Cow::Borrowed(sql), order);
    }
    let mut text = String::with_capacity(sql.len());
    let mut from = 0;
    for place in found {
        text.push_str(&sql[from..place.start]);
        text.push('?');
        from = place.end;
    }
    text.push_str(&sql[from..]);
    (Cow::Owned(text), Vec::new())
}

/// A `$n` in a statement.
struct Place {
    start: usize,
    end: usize,
    number: usize,
}

/// Every `$n` that is not inside a string, a quoted name or a comment.
fn numbers(sql: &str) -> Vec<Place> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"') => at = after(bytes, at + 1, &[quote]),
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = after(bytes, at + 2, b"\n"),
            b'/' if bytes.get(at + 1) == Some(&b'*') => at = after(bytes, at + 2, b"*/"),
            b'$' => {
                let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let end = at + 1 + digits;
                if let Ok(number) = sql[at + 1..end].parse() {
                    found.push(Place { start: at, end, number });
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Where it goes on after the next `end`. A doubled quote ends one string and begins the next: the same in effect.
fn after(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let rest = &bytes[from.min(bytes.len())..];
    rest.windows(end.len()).position(|window| window == end).map_or(bytes.len(), |at| from + at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_order_become_plain_places() {
        assert_eq!(places("SELECT 1"), (Cow::Borrowed("SELECT 1"), vec![]));
        assert_eq!(places("a = $1 AND b = $2").0, "a = ? AND b = ?");
        assert_eq!(places("($1, $2), ($3, $10)").1, [1, 2, 3, 10], "a gap keeps its names");
        let long: Vec<String> = (1..=12).map(|n| format!("${n}")).collect();
        assert_eq!(places(&long.join(",")).0, ["?"; 12].join(","));
    }

    #[test]
    fn numbers_out_of_order_or_repeated_keep_their_names() {
        assert_eq!(places("b = $2 AND a = $1"), (Cow::Borrowed("b = $2 AND a = $1"), vec![2, 1]));
        assert_eq!(places("a = $1 OR b = $1"), (Cow::Borrowed("a = $1 OR b = $1"), vec![1]));
    }

    #[test]
    fn strings_names_and_comments_are_left_alone() {
        for text in ["x = '$1 it''s $2'", "\"$1\"", "-- $1\nSELECT 1", "/* $1 */ SELECT '费用：$'", "'open $1"] {
            assert_eq!(places(text), (Cow::Borrowed(text), vec![]), "{text}");
        }
        assert_eq!(places("x = '$9' AND y = $1 -- $2").0, "x = '$9' AND y = ? -- $2");
    }
}
