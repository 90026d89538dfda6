//! Small facts about this installation that every node must agree on.

use crate::db::{Conn, Migration, Outcome};
use sea_orm::{ConnectionTrait, Statement};

/// The table of settings.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "settings-0001", sql: "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);\n" }];

/// The value of a setting.
pub async fn get(conn: &Conn, name: &str) -> Outcome<Option<String>> {
    let text = "SELECT value FROM setting WHERE name = $1";
    let row =
        conn.query_one_raw(Statement::from_sql_and_values(conn.get_database_backend(), text, [name.into()])).await?;
    Ok(row.map(|r| r.try_get("", "value")).transpose()?)
}

/// Sets a setting, within the caller's transaction.
pub async fn set(conn: &Conn, name: &str, value: &str) -> Outcome<()> {
    let text =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), text, [name.into(), value.into()]);
    conn.execute_raw(statement).await?;
    Ok(())
}
