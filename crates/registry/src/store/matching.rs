//! What people say about answers, kept for tuning.

use crate::rules::matching::Feedback;
use platform::db::{Conn, Migration, Outcome, Txn};
use sea_orm::{ConnectionTrait, Statement};

/// The table of remarks.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0001-matching",
    sql: "
CREATE TABLE match_feedback (
  id TEXT PRIMARY KEY, asker TEXT, text TEXT NOT NULL, kind TEXT NOT NULL, answer TEXT NOT NULL, code TEXT NOT NULL,
  note TEXT NOT NULL, account TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX match_feedback_answer ON match_feedback (answer);
",
}];

/// Keeps one remark.
pub async fn feedback_add(tx: &Txn, id: &str, feedback: &Feedback) -> Outcome<()> {
    let text = "INSERT INTO match_feedback (id, asker, text, kind, answer, code, note, account, at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        id.into(),
        feedback.asker.clone().into(),
        feedback.text.clone().into(),
        feedback.kind.clone().into(),
        feedback.answer.clone().into(),
        feedback.code.clone().into(),
        feedback.note.clone().into(),
        tx.ctx().actor.id().into(),
        tx.ctx().now.ms().into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), text, values)).await?;
    Ok(())
}

/// Chinese names of the pack's organisations, for the dictionary.
pub async fn pack_names(conn: &Conn) -> Outcome<Vec<String>> {
    let text = "SELECT DISTINCT n.name AS name FROM organisation_name n JOIN organisation o ON o.id = n.organisation
        WHERE o.pack_key IS NOT NULL AND n.lang = 'zh' ORDER BY n.name";
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), text)).await?;
    rows.iter().map(|row| Ok(row.try_get("", "name")?)).collect()
}
