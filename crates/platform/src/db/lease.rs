//! Leases: one node at a time does what only one may do.
//!
//! A lease is a row. Whoever works under it renews it in the very transaction that does the work, so a node that has
//! lost it changes nothing; the number grows with every change of hands.

use crate::clock::Clock;
use crate::db::{Migration, Outcome, Txn};
use sea_orm::{ConnectionTrait, Statement};

/// The table of leases.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "lease-0001",
    sql: "CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence BIGINT NOT NULL, until_ms BIGINT NOT NULL);\n",
}];

/// How long a node that says nothing more keeps a lease.
const LEASE_MS: i64 = 3_000;
/// A lease that ends later than this was given by a clock that has been set back since.
const LEASE_MS_MAX: i64 = 60_000;

/// Takes or renews a lease for a node; false when another node holds it. `at_once` takes it from whoever holds it.
///
/// Held against the machine's own time, never a request's: a lease is about who works now.
///
/// # Errors
/// Database faults.
pub(crate) async fn hold(tx: &Txn, name: &str, node: &str, at_once: bool) -> Outcome<bool> {
    let now_ms = Clock::system().now().ms();
    let until_ms = now_ms + LEASE_MS;
    let renew =
        "UPDATE lease SET fence = CASE WHEN holder = $2 THEN fence ELSE fence + 1 END, holder = $2, until_ms = $3
        WHERE name = $1 AND (holder = $2 OR until_ms < $4 OR until_ms > $5 OR $6)";
    let values: Vec<sea_orm::Value> =
        vec![name.into(), node.into(), until_ms.into(), now_ms.into(), (now_ms + LEASE_MS_MAX).into(), at_once.into()];
    let backend = tx.get_database_backend();
    if tx.execute_raw(Statement::from_sql_and_values(backend, renew, values)).await?.rows_affected() > 0 {
        return Ok(true);
    }
    let first =
        "INSERT INTO lease (name, holder, fence, until_ms) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO NOTHING";
    let values = [name.into(), node.into(), until_ms.into()];
    Ok(tx.execute_raw(Statement::from_sql_and_values(backend, first, values)).await?.rows_affected() > 0)
}
