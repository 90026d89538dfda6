//! Tools of the store: conditions, rows, and places in lists. The same text for both databases.

pub mod browse;
pub mod rows;

use browse::Where;
use kernel::{Adcode, Date};
use platform::{Fault, Outcome};
use sea_orm::{ConnectionTrait, Value};

/// A condition that a policy became: its text with places, and the values for them.
pub type Allowed = (String, Vec<Value>);

/// Begins a condition with what a policy allows; its places are numbered from 1.
pub fn allowed((text, values): Allowed) -> Where {
    Where { text: format!("({text})"), values }
}

/// The place of a row in a list that has its newest change first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// When it last changed, or its day as a number.
    pub at: i64,
    /// Its id.
    pub id: String,
}

/// Narrows a clause to what comes after a position; `at` and `id` are its columns.
pub fn after(clause: &mut Where, position: Option<&Position>, at: &str, id: &str) {
    if let Some(position) = position {
        let when = clause.place(position.at);
        let key = clause.place(position.id.as_str());
        clause.and(&format!("({at} < {when} OR ({at} = {when} AND {id} < {key}))"));
    }
}

/// A row that holds what no rule lets through.
pub fn bad(table: &str, column: &str) -> Fault {
    Fault::Internal(format!("{table}.{column} holds what no rule lets through"))
}

/// A day of a row.
///
/// # Errors
/// The table holds something else.
pub fn date(text: &str, table: &str) -> Outcome<Date> {
    Date::parse(text).map_err(|_| bad(table, "date"))
}

/// A place of a row.
///
/// # Errors
/// The table holds something else.
pub fn adcode(text: &str, table: &str) -> Outcome<Adcode> {
    Adcode::parse(text).map_err(|_| bad(table, "city"))
}

/// One number that a query gives under the name `n`.
///
/// # Errors
/// The database failed.
pub async fn number(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<i64> {
    rows::first(conn, text, values).await?.map_or(Ok(0), |row| rows::get(&row, "n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_after_a_position() {
        let mut clause = allowed(("t.city = $1".to_owned(), vec!["990100".into()]));
        after(&mut clause, None, "t.at", "t.id");
        assert_eq!(clause.text, "(t.city = $1)");
        after(&mut clause, Some(&Position { at: 5, id: "x".to_owned() }), "t.at", "t.id");
        assert_eq!(clause.text, "(t.city = $1) AND (t.at < $2 OR (t.at = $2 AND t.id < $3))");
        assert_eq!(clause.values, ["990100".into(), Value::from(5_i64), "x".into()]);
    }
}
