//! A WHERE clause that is put together from filters, the same text for both databases.

use super::rows::{all, get};
use platform::db::{Conn, Outcome};
use sea_orm::Value;

/// Values of one filter that are counted.
const FACET_VALUES_MAX: usize = 60;
/// Words of a question that count; the rest only makes it slower.
const WORDS_MAX: usize = 8;

/// A condition with its values, `$1` first.
#[derive(Debug, Clone, Default)]
pub struct Where {
    /// The condition.
    pub text: String,
    /// Its values.
    pub values: Vec<Value>,
}

impl Where {
    /// Begins with a condition that has no values.
    pub fn new(text: &str) -> Where {
        Where { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds a value; returns its place.
    pub fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Narrows it.
    pub fn and(&mut self, condition: &str) {
        self.text.push_str(" AND ");
        self.text.push_str(condition);
    }

    /// One of several values; none means any.
    pub fn any(&mut self, column: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let places: Vec<String> = values.iter().map(|value| self.place(value.as_str())).collect();
        self.and(&format!("{column} IN ({})", places.join(", ")));
    }

    /// Every word stands in one of the columns, in whatever case.
    pub fn words(&mut self, text: &str, columns: &[&str]) {
        for word in text.split_whitespace().take(WORDS_MAX) {
            let place = self.place(format!("%{}%", escaped(&word.to_lowercase())));
            let sides: Vec<String> =
                columns.iter().map(|column| format!("LOWER({column}) LIKE {place} ESCAPE '!'")).collect();
            self.and(&format!("({})", sides.join(" OR ")));
        }
    }
}

/// A text in which the signs of a pattern stand for themselves.
pub fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| if matches!(c, '%' | '_' | '!') { vec!['!', c] } else { vec![c] }).collect()
}

/// How many rows have each value, the most frequent first.
pub async fn counted(conn: &Conn, column: &str, tables: &str, clause: Where) -> Outcome<Vec<(String, i64)>> {
    let text = format!(
        "SELECT {column} AS v, COUNT(*) AS n FROM {tables} WHERE {} AND {column} IS NOT NULL
         GROUP BY {column} ORDER BY n DESC, v LIMIT {FACET_VALUES_MAX}",
        clause.text
    );
    let rows = all(conn, &text, clause.values).await?;
    rows.iter().map(|row| Ok((get(row, "v")?, get(row, "n")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_and_signs_of_patterns_stand_for_themselves() {
        let mut clause = Where::new("1 = 1");
        clause.any("a", &["x".into(), "y".into()]);
        clause.any("b", &[]);
        clause.words("100% 茶", &["c", "d"]);
        let side = |n: u32| format!("(LOWER(c) LIKE ${n} ESCAPE '!' OR LOWER(d) LIKE ${n} ESCAPE '!')");
        assert_eq!(clause.text, format!("1 = 1 AND a IN ($1, $2) AND {} AND {}", side(3), side(4)));
        assert_eq!(clause.values[2], Value::from("%100!%%"));
    }
}
