//! Many rows in few statements, the same text for both databases.

use platform::Outcome;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};

/// Rows in one statement: few enough that the statement's text stays small and its cached form is used again.
const ROWS_MAX: usize = 200;

/// Writes rows; a row whose key is already there is replaced, or refused when `key` is empty.
///
/// Table, columns and key come from the program, never from input.
pub async fn put(
    conn: &impl ConnectionTrait,
    table: &str,
    columns: &[&str],
    key: &[&str],
    rows: Vec<Vec<Value>>,
) -> Outcome<()> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<Vec<Value>> = rows.by_ref().take(ROWS_MAX).collect();
        let text = insert_text(table, columns, key, chunk.len());
        let values: Vec<Value> = chunk.into_iter().flatten().collect();
        conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, values)).await?;
    }
    Ok(())
}

fn insert_text(table: &str, columns: &[&str], key: &[&str], rows: usize) -> String {
    let mut text = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
    for row in 0..rows {
        let first = row * columns.len() + 1;
        let places: Vec<String> = (first..first + columns.len()).map(|n| format!("${n}")).collect();
        text.push_str(if row == 0 { "(" } else { ", (" });
        text.push_str(&places.join(", "));
        text.push(')');
    }
    if !key.is_empty() {
        let others = columns.iter().filter(|column| !key.contains(column));
        let changes: Vec<String> = others.map(|column| format!("{column} = excluded.{column}")).collect();
        let then = if changes.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", changes.join(", ")) };
        text.push_str(&format!(" ON CONFLICT ({}) DO {then}", key.join(", ")));
    }
    text
}

/// Runs one statement with values; returns how many rows it changed.
pub async fn run(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<u64> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.execute_raw(statement).await?.rows_affected())
}

/// All rows of a query. The caller's text bounds them, by its WHERE, its LIMIT or the table's nature.
pub async fn all(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_all_raw(statement).await?)
}

/// The first row of a query.
pub async fn first(conn: &impl ConnectionTrait, text: &str, values: Vec<Value>) -> Outcome<Option<QueryResult>> {
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, values);
    Ok(conn.query_one_raw(statement).await?)
}

/// One column of a row.
pub fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Outcome<T> {
    Ok(row.try_get("", column)?)
}

/// Placeholders for values from a place on: `$3, $4`; one that matches nothing for none.
pub fn places(first: usize, values: usize) -> String {
    match values {
        0 => "NULL".to_owned(),
        _ => (first..first + values).map(|n| format!("${n}")).collect::<Vec<_>>().join(", "),
    }
}

/// A list kept in one text column, as a JSON array.
pub fn join(items: &[String]) -> String {
    // A list of strings always has a JSON form.
    serde_json::to_string(items).unwrap_or_default()
}

/// The inverse of [`join`].
pub fn split(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_numbers_its_values_and_replaces_by_key() {
        assert_eq!(
            insert_text("t", &["a", "b"], &["a"], 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT (a) DO UPDATE SET b = excluded.b"
        );
        assert_eq!(insert_text("t", &["a"], &["a"], 1), "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING");
        assert_eq!(insert_text("t", &["a"], &[], 1), "INSERT INTO t (a) VALUES ($1)");
    }

    #[test]
    fn places_are_numbered_and_none_matches_nothing() {
        assert_eq!(places(3, 2), "$3, $4");
        assert_eq!(places(3, 0), "NULL");
    }

    #[test]
    fn lists_come_back_as_they_went() {
        for list in [vec![], vec!["a".to_owned()], vec!["硅片；wafer".to_owned(), "b".to_owned()]] {
            assert_eq!(split(&join(&list)), list);
        }
    }
}
