//! Images for rows that were written without one: by a version before images were kept, or by a migration.

use super::Entry;
use crate::ctx::Ctx;
use crate::db::images::{Rows, Table};
use crate::db::{Db, Migration, Outcome};
use crate::settings;
use kernel::Instant;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The setting that names the steps of the schema whose rows have their images.
const DONE: &str = "journal.baseline";

/// Lets entries commit to the rows of every table that steps of the schema have made, altered or written since this was
/// last done. Nothing happens where those tables are empty.
///
/// # Errors
/// Database faults.
pub(crate) async fn after_migration(db: &Db, steps: &[Migration], now: Instant) -> Outcome<()> {
    let done = settings::get(&db.read(), DONE).await?.unwrap_or_default();
    let done: BTreeSet<&str> = done.split(',').collect();
    let new: Vec<&Migration> = steps.iter().filter(|step| !done.contains(step.name)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let touched: BTreeSet<&str> = new.iter().flat_map(|step| touched(step.sql)).collect();
    let tables = db.recorded().map(|tables| tables.all()).unwrap_or_default();
    for table in tables.into_iter().filter(|table| touched.contains(table.name.as_str())) {
        rows(db, &table, now).await?;
    }
    let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
    db.in_txn(&Ctx::system(now), "journal_baselined", names.join(","), |tx, names| {
        Box::pin(settings::set(tx, DONE, names))
    })
    .await
}

/// The tables that the statements of a step make, alter or write.
fn touched(sql: &str) -> impl Iterator<Item = &str> {
    let statements = sql.split(";\n").map(str::trim);
    statements.filter_map(|statement| {
        let mut words = statement.split([' ', '\n', '(']).filter(|word| !word.is_empty());
        match words.next()? {
            "UPDATE" => words.next(),
            "CREATE" | "ALTER" | "INSERT" | "DELETE" => words.nth(1),
            _ => None,
        }
    })
}

/// One entry for each page of a table's rows.
async fn rows(db: &Db, table: &Arc<Table>, now: Instant) -> Outcome<()> {
    let mut after = Some(Vec::new());
    while let Some(key) = after {
        let input = (table.clone(), key);
        after = db
            .in_txn(&Ctx::system(now), "journal_baseline", input, |tx, (table, key)| {
                Box::pin(async move {
                    let mut pages = Rows::after(table.clone(), key.clone());
                    let Some(rows) = pages.next(tx).await? else { return Ok(None) };
                    if let Some(recorder) = tx.recorder() {
                        rows.iter().for_each(|row| recorder.row(table, false, row.columns()));
                    }
                    tx.journal(Entry::new("journal.baseline", "table", &table.name)).await?;
                    Ok(pages.last())
                })
            })
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_names_the_tables_it_touches() {
        let sql = "
CREATE TABLE need (id TEXT PRIMARY KEY);
CREATE INDEX need_city ON need (city);
ALTER TABLE offer ADD COLUMN x TEXT;
UPDATE claim SET x = 1;
INSERT INTO fact (id) VALUES ('1');
";
        let touched: Vec<&str> = touched(sql).collect();
        assert_eq!(touched, ["need", "need_city", "offer", "claim", "fact"]);
    }
}
