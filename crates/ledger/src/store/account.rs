//! Rows of accounts, and what stands on them.

use super::fen;
use crate::rules::account::{Account, Owner, OwnerKind, Purpose, Standing, YearEnd};
use kernel::{Adcode, Fen};
use platform::Outcome;
use platform::db::{Conn, Migration};
use rooms::store::bad;
use rooms::store::rows::{all, first, get, put};
use sea_orm::{QueryResult, Value};

/// Tables of accounts. `ledger_balance` is derived from transfers, changes with each of them, and is the row that
/// PostgreSQL locks.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger-0001-account",
    sql: "
CREATE TABLE ledger_account (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, owner_kind TEXT NOT NULL, owner_id TEXT NOT NULL, purpose TEXT NOT NULL, reference TEXT NOT NULL,
  currency TEXT NOT NULL, city TEXT, budget_year BIGINT, budget_subject TEXT, floor_fen BIGINT,
  year_end TEXT NOT NULL, returns_to TEXT REFERENCES ledger_account (id), demo BOOLEAN NOT NULL, opened_ms BIGINT NOT NULL, opened_by TEXT NOT NULL);
CREATE INDEX ledger_account_owner ON ledger_account (owner_kind, owner_id, id);
CREATE INDEX ledger_account_city ON ledger_account (city, id);
CREATE INDEX ledger_account_year ON ledger_account (budget_year, id);
CREATE TABLE ledger_account_closed (
  account TEXT PRIMARY KEY REFERENCES ledger_account (id), at_ms BIGINT NOT NULL, by_account TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE ledger_balance (
  account TEXT PRIMARY KEY REFERENCES ledger_account (id), balance_fen BIGINT NOT NULL, held_fen BIGINT NOT NULL, version BIGINT NOT NULL);
",
}];

const COLUMNS: [&str; 16] = [
    "id",
    "name",
    "owner_kind",
    "owner_id",
    "purpose",
    "reference",
    "currency",
    "city",
    "budget_year",
    "budget_subject",
    "floor_fen",
    "year_end",
    "returns_to",
    "demo",
    "opened_ms",
    "opened_by",
];

/// What [`account`] and [`standing`] read, as columns of `ledger_account a`, `ledger_balance b` and
/// `ledger_account_closed c` in [`FROM`]: for lists that are filtered by whoever asks.
pub const SELECT: &str =
    "a.id, a.name, a.owner_kind, a.owner_id, a.purpose, a.reference, a.currency, a.city, a.budget_year,
  a.budget_subject, a.floor_fen, a.year_end, a.returns_to, a.demo, a.opened_ms, a.opened_by, c.at_ms AS closed_ms,
  b.balance_fen, b.held_fen, b.version";
/// The tables of [`SELECT`].
pub const FROM: &str = "ledger_account a JOIN ledger_balance b ON b.account = a.id
  LEFT JOIN ledger_account_closed c ON c.account = a.id";

/// An account out of a row of [`SELECT`].
pub fn account(row: &QueryResult) -> Outcome<Account> {
    let code = |column: &str| get::<String>(row, column);
    let wrong = |column: &str| bad("ledger_account", column);
    let city: Option<String> = get(row, "city")?;
    let year: Option<i64> = get(row, "budget_year")?;
    let floor: Option<i64> = get(row, "floor_fen")?;
    Ok(Account {
        id: get(row, "id")?,
        name: get(row, "name")?,
        owner: Owner {
            kind: OwnerKind::parse(&code("owner_kind")?).ok_or_else(|| wrong("owner_kind"))?,
            id: get(row, "owner_id")?,
        },
        purpose: Purpose::parse(&code("purpose")?).ok_or_else(|| wrong("purpose"))?,
        reference: get(row, "reference")?,
        currency: get(row, "currency")?,
        city: city.map(|city| Adcode::parse(&city).map_err(|_| wrong("city"))).transpose()?,
        budget_year: year.map(|year| i32::try_from(year).map_err(|_| wrong("budget_year"))).transpose()?,
        budget_subject: get(row, "budget_subject")?,
        floor: floor.map(|floor| Fen::new(floor).map_err(|_| wrong("floor_fen"))).transpose()?,
        year_end: YearEnd::parse(&code("year_end")?).ok_or_else(|| wrong("year_end"))?,
        returns_to: get(row, "returns_to")?,
        demo: get(row, "demo")?,
        opened_ms: get(row, "opened_ms")?,
        opened_by: get(row, "opened_by")?,
        closed_ms: get(row, "closed_ms")?,
    })
}

/// What stands on the account of a row of [`SELECT`].
pub fn standing(row: &QueryResult) -> Outcome<Standing> {
    Ok(Standing { balance: fen(row, "balance_fen")?, held: fen(row, "held_fen")?, version: get(row, "version")? })
}

/// Opens an account with nothing on it.
pub async fn insert(conn: &Conn, a: &Account) -> Outcome<()> {
    let row: Vec<Value> = vec![
        a.id.clone().into(),
        a.name.clone().into(),
        a.owner.kind.code().into(),
        a.owner.id.clone().into(),
        a.purpose.code().into(),
        a.reference.clone().into(),
        a.currency.clone().into(),
        a.city.map(|city| city.to_string()).into(),
        a.budget_year.map(i64::from).into(),
        a.budget_subject.clone().into(),
        a.floor.map(Fen::get).into(),
        a.year_end.code().into(),
        a.returns_to.clone().into(),
        a.demo.into(),
        a.opened_ms.into(),
        a.opened_by.clone().into(),
    ];
    put(conn, "ledger_account", &COLUMNS, &[], vec![row]).await?;
    put(conn, "ledger_balance", &BALANCE, &[], vec![balance(&a.id, Standing::default())]).await
}

/// Columns of `ledger_balance`.
pub const BALANCE: [&str; 4] = ["account", "balance_fen", "held_fen", "version"];

/// A row of `ledger_balance`.
pub fn balance(account: &str, standing: Standing) -> Vec<Value> {
    vec![account.into(), standing.balance.get().into(), standing.held.get().into(), standing.version.into()]
}

/// Closes an account.
pub async fn close(conn: &Conn, id: &str, at_ms: i64, by: &str, reason: &str) -> Outcome<()> {
    let row = vec![id.into(), at_ms.into(), by.into(), reason.into()];
    put(conn, "ledger_account_closed", &["account", "at_ms", "by_account", "reason"], &[], vec![row]).await
}

/// One account with what stands on it.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<(Account, Standing)>> {
    let text = format!("SELECT {SELECT} FROM {FROM} WHERE a.id = $1");
    let row = first(conn, &text, vec![id.into()]).await?;
    row.map(|row| Ok((account(&row)?, standing(&row)?))).transpose()
}

/// Accounts of a budget year that are open and have a rule for its end, in the order of their ids, after one of them.
pub async fn of_year(
    conn: &Conn,
    demo: bool,
    year: i32,
    after: &str,
    limit: usize,
) -> Outcome<Vec<(Account, Standing)>> {
    let text = format!(
        "SELECT {SELECT} FROM {FROM} WHERE a.budget_year = $1 AND a.id > $2 AND a.demo = $3 AND a.year_end <> 'keeps' AND c.account IS NULL
         ORDER BY a.id LIMIT {limit}"
    );
    let rows = all(conn, &text, vec![i64::from(year).into(), after.into(), demo.into()]).await?;
    rows.iter().map(|row| Ok((account(row)?, standing(row)?))).collect()
}
