//! Accounts as lists show them: those that a policy allows, with what stands on each.

use super::account::{FROM, SELECT, account, standing};
use crate::rules::account::{Account, Owner, Standing};
use platform::db::{Conn, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get};
use rooms::store::{Allowed, allowed};
use std::collections::BTreeMap;

/// Accounts one form or one desk is shown at once.
const ACCOUNTS_MAX: usize = 500;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in name, id and reference.
    pub text: String,
    /// Codes of purposes.
    pub purposes: Vec<String>,
    /// Budget years.
    pub years: Vec<String>,
    /// `open` or `closed`.
    pub states: Vec<String>,
}

/// How many accounts each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By purpose.
    pub purposes: Vec<(String, i64)>,
    /// By budget year.
    pub years: Vec<(String, i64)>,
    /// Open or closed.
    pub states: Vec<(String, i64)>,
}

const YEAR: &str = "CAST(a.budget_year AS TEXT)";
const STATE: &str = "CASE WHEN c.account IS NULL THEN 'open' ELSE 'closed' END";

fn narrowed(by_policy: Allowed, filter: &Filter, but: &str) -> Where {
    let mut clause = allowed(by_policy);
    clause.words(&filter.text, &["a.name", "a.id", "a.reference"]);
    for (name, column, values) in
        [("purpose", "a.purpose", &filter.purposes), ("year", YEAR, &filter.years), ("state", STATE, &filter.states)]
    {
        if name != but {
            clause.any(column, values);
        }
    }
    clause
}

async fn select(conn: &Conn, clause: Where, limit: usize) -> Outcome<Vec<(Account, Standing)>> {
    let text = format!("SELECT {SELECT} FROM {FROM} WHERE {} ORDER BY a.id LIMIT {limit}", clause.text);
    all(conn, &text, clause.values).await?.iter().map(|row| Ok((account(row)?, standing(row)?))).collect()
}

/// The accounts that a policy allows, in the order of their ids.
pub async fn visible(conn: &Conn, by_policy: Allowed) -> Outcome<Vec<(Account, Standing)>> {
    select(conn, allowed(by_policy), ACCOUNTS_MAX).await
}

/// The open accounts of an owner in one world, in the order of their ids.
pub async fn of_owner(conn: &Conn, owner: &Owner, demo: bool) -> Outcome<Vec<(Account, Standing)>> {
    let mut clause = Where::new("c.account IS NULL");
    let (kind, id, world) = (clause.place(owner.kind.code()), clause.place(owner.id.as_str()), clause.place(demo));
    clause.and(&format!("a.owner_kind = {kind} AND a.owner_id = {id} AND a.demo = {world}"));
    select(conn, clause, ACCOUNTS_MAX).await
}

/// One page of the accounts that a policy allows, in the order of their ids, after one of them; and how many there are
/// in all.
pub async fn list(
    conn: &Conn,
    by_policy: Allowed,
    filter: &Filter,
    after: Option<&str>,
    limit: usize,
) -> Outcome<(Vec<(Account, Standing)>, i64)> {
    let mut clause = narrowed(by_policy, filter, "");
    let text = format!("SELECT COUNT(*) AS n FROM {FROM} WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    if let Some(after) = after {
        let place = clause.place(after);
        clause.and(&format!("a.id > {place}"));
    }
    Ok((select(conn, clause, limit).await?, total))
}

/// What the filters would give.
pub async fn facets(conn: &Conn, by_policy: &Allowed, filter: &Filter) -> Outcome<Facets> {
    let clause = |but| narrowed(by_policy.clone(), filter, but);
    Ok(Facets {
        purposes: counted(conn, "a.purpose", FROM, clause("purpose")).await?,
        years: counted(conn, YEAR, FROM, clause("year")).await?,
        states: counted(conn, STATE, FROM, clause("state")).await?,
    })
}

/// The names of organisations, by id.
pub async fn organisations(conn: &Conn, ids: &[String]) -> Outcome<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    if ids.is_empty() {
        return Ok(names);
    }
    let mut clause = Where::new("1 = 1");
    clause.any("id", ids);
    let text = format!("SELECT id, name FROM organisation WHERE {} LIMIT {ACCOUNTS_MAX}", clause.text);
    for row in &all(conn, &text, clause.values).await? {
        names.insert(get(row, "id")?, get(row, "name")?);
    }
    Ok(names)
}
