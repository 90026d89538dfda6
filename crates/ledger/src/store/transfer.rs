//! Rows of transfers: one row says both entries. See docs/adr/0012.

use super::account::{BALANCE, balance};
use super::{IN_MAX, fen, texts};
use crate::rules::account::Standing;
use crate::rules::book::{Book, Line};
use crate::rules::period::Month;
use crate::rules::transfer::{Ask, Entered, Made, Side, TransferKind};
use kernel::{Fen, Instant};
use platform::Outcome;
use platform::db::{Conn, Migration, Txn};
use rooms::store::bad;
use rooms::store::rows::{all, get, places, put, run};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Value};
use std::collections::BTreeSet;

/// Tables of transfers. A transfer's row holds both of its entries: version and balance before, on either side.
///
/// Guards: `id` makes a transfer happen once, `target` ends a pending transfer once and reverses one once, and the two
/// keys of account and version take each version once a side; the row of `ledger_balance`, locked on PostgreSQL in the
/// order of accounts, gives out versions and balances.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger-0002-transfer",
    sql: "
CREATE TABLE ledger_transfer (
  seq {id}, id TEXT NOT NULL, kind TEXT NOT NULL, target TEXT,
  from_account TEXT NOT NULL REFERENCES ledger_account (id), from_version BIGINT, from_before_fen BIGINT,
  to_account TEXT NOT NULL REFERENCES ledger_account (id), to_version BIGINT, to_before_fen BIGINT,
  amount_fen BIGINT NOT NULL CHECK (amount_fen > 0), code TEXT NOT NULL, reference TEXT NOT NULL,
  event_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL, expires_ms BIGINT);
CREATE UNIQUE INDEX ledger_transfer_id ON ledger_transfer (id);
CREATE UNIQUE INDEX ledger_transfer_target ON ledger_transfer (target) WHERE target IS NOT NULL;
CREATE UNIQUE INDEX ledger_transfer_from ON ledger_transfer (from_account, from_version) WHERE from_version IS NOT NULL;
CREATE UNIQUE INDEX ledger_transfer_to ON ledger_transfer (to_account, to_version) WHERE to_version IS NOT NULL;
CREATE INDEX ledger_transfer_event ON ledger_transfer (event_ms);
CREATE TABLE ledger_pending (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES ledger_account (id), to_account TEXT NOT NULL, amount_fen BIGINT NOT NULL,
  event_ms BIGINT NOT NULL, expires_ms BIGINT);
CREATE INDEX ledger_pending_account ON ledger_pending (account, event_ms);
CREATE INDEX ledger_pending_event ON ledger_pending (event_ms);
CREATE INDEX ledger_pending_due ON ledger_pending (expires_ms) WHERE expires_ms IS NOT NULL;
",
}];

const COLUMNS: [&str; 15] = [
    "id",
    "kind",
    "target",
    "from_account",
    "from_version",
    "from_before_fen",
    "to_account",
    "to_version",
    "to_before_fen",
    "amount_fen",
    "code",
    "reference",
    "event_ms",
    "created_ms",
    "expires_ms",
];
const SELECT: &str =
    "id, kind, target, from_account, from_version, from_before_fen, to_account, to_version, to_before_fen,
  amount_fen, code, reference, event_ms, created_ms, expires_ms";

/// A transfer that still holds money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub id: String,
    /// The account on which it holds.
    pub account: String,
    /// The account that will get it.
    pub to: String,
    /// How much.
    pub amount: Fen,
    /// When it happened.
    pub event_ms: i64,
    /// Until when it holds.
    pub expires_ms: Option<i64>,
}

/// A transfer out of its row.
pub(super) fn made(row: &QueryResult) -> Outcome<Made> {
    Ok(Made { code: get(row, "code")?, reference: get(row, "reference")?, ..wordless(row)? })
}

/// The same without its code and reference, for whoever only counts.
pub(super) fn wordless(row: &QueryResult) -> Outcome<Made> {
    let side = |account: &str, version: &str, before: &str| {
        let entry = match (get::<Option<i64>>(row, version)?, get::<Option<i64>>(row, before)?) {
            (Some(version), Some(fen)) => {
                Some(Entered { version, before: Fen::new(fen).map_err(|_| bad("ledger_transfer", before))? })
            }
            _ => None,
        };
        Outcome::Ok(Side { account: get(row, account)?, entry })
    };
    let kind: String = get(row, "kind")?;
    let expires: Option<i64> = get(row, "expires_ms")?;
    Ok(Made {
        id: get(row, "id")?,
        kind: TransferKind::parse(&kind).ok_or_else(|| bad("ledger_transfer", "kind"))?,
        target: get(row, "target")?,
        from: side("from_account", "from_version", "from_before_fen")?,
        to: side("to_account", "to_version", "to_before_fen")?,
        amount: fen(row, "amount_fen")?,
        code: String::new(),
        reference: String::new(),
        event_at: Instant::from_ms(get(row, "event_ms")?),
        created_at: Instant::from_ms(get(row, "created_ms")?),
        expires_at: expires.map(Instant::from_ms),
    })
}

fn row(made: &Made) -> Vec<Value> {
    let version = |side: &Side| side.entry.map(|entry| entry.version);
    let before = |side: &Side| side.entry.map(|entry| entry.before.get());
    vec![
        made.id.clone().into(),
        made.kind.code().into(),
        made.target.clone().into(),
        made.from.account.clone().into(),
        version(&made.from).into(),
        before(&made.from).into(),
        made.to.account.clone().into(),
        version(&made.to).into(),
        before(&made.to).into(),
        made.amount.get().into(),
        made.code.clone().into(),
        made.reference.clone().into(),
        made.event_at.ms().into(),
        made.created_at.ms().into(),
        made.expires_at.map(Instant::ms).into(),
    ]
}

/// Transfers by a column, `id` or `target`.
async fn by(conn: &Conn, column: &str, values: &[&str]) -> Outcome<Vec<Made>> {
    let mut found = Vec::new();
    for some in values.chunks(IN_MAX) {
        let text = format!("SELECT {SELECT} FROM ledger_transfer WHERE {column} IN ({})", places(1, some.len()));
        for row in &all(conn, &text, texts(some)).await? {
            found.push(made(row)?);
        }
    }
    Ok(found)
}

/// Transfers by their ids, in no order.
pub async fn by_ids(conn: &Conn, ids: &[&str]) -> Outcome<Vec<Made>> {
    by(conn, "id", ids).await
}

/// Opens the book at everything that these asks are about, with its accounts locked in the order of their ids.
pub async fn book<'a>(tx: &Txn, asks: impl Iterator<Item = &'a Ask> + Clone) -> Outcome<Book> {
    let mut book = Book::new(tx.ctx().now);
    let mut ids: Vec<&str> = asks.clone().map(|ask| ask.id.as_str()).collect();
    let targets: Vec<&str> = asks.clone().filter_map(Ask::target).collect();
    ids.extend(&targets);
    ids.sort_unstable();
    ids.dedup();
    let mut known = by(tx, "id", &ids).await?;
    known.extend(by(tx, "target", &targets).await?);
    let named = asks.filter_map(Ask::accounts).flat_map(|(from, to)| [from, to]);
    let found = known.iter().flat_map(|made| [made.from.account.as_str(), made.to.account.as_str()]);
    let accounts: BTreeSet<&str> = named.chain(found).collect();
    let accounts: Vec<&str> = accounts.into_iter().collect();
    for some in accounts.chunks(IN_MAX) {
        lines(tx, &mut book, some).await?;
    }
    known.into_iter().for_each(|made| book.made(made));
    Ok(book)
}

/// Locks accounts on PostgreSQL, in the order given; SQLite has one writer anyway.
pub async fn lock(tx: &Txn, accounts: &[&str]) -> Outcome<()> {
    lines(tx, &mut Book::new(tx.ctx().now), accounts).await
}

/// Reads lines of the book. Chunks come in order, so that all transactions lock in the same order.
async fn lines(tx: &Txn, book: &mut Book, accounts: &[&str]) -> Outcome<()> {
    // By bytes, as the chunks are cut, whatever the database's own order of letters is.
    let lock = if tx.get_database_backend() == DbBackend::Postgres { " COLLATE \"C\" FOR UPDATE OF b" } else { "" };
    let text = format!(
        "SELECT a.id, a.floor_fen, a.demo, b.balance_fen, b.held_fen, b.version,
         (SELECT c.at_ms FROM ledger_account_closed c WHERE c.account = a.id) AS closed_ms,
         (SELECT MAX(p.month) FROM ledger_period p WHERE p.demo = a.demo) AS month
         FROM ledger_balance b JOIN ledger_account a ON a.id = b.account
         WHERE b.account IN ({}) ORDER BY b.account{lock}",
        places(1, accounts.len())
    );
    for row in &all(tx, &text, texts(accounts)).await? {
        let month: Option<String> = get(row, "month")?;
        let floor: Option<i64> = get(row, "floor_fen")?;
        let line = Line {
            floor: floor.map(|floor| Fen::new(floor).map_err(|_| bad("ledger_account", "floor_fen"))).transpose()?,
            demo: get(row, "demo")?,
            closed: get::<Option<i64>>(row, "closed_ms")?.is_some(),
            first_open: month.map(|month| Month::parse(&month).map(|month| month.next().first())).transpose()?,
            standing: Standing {
                balance: fen(row, "balance_fen")?,
                held: fen(row, "held_fen")?,
                version: get(row, "version")?,
            },
        };
        book.line(get(row, "id")?, line);
    }
    Ok(())
}

/// Writes down what a book has decided, with few statements.
pub async fn save(conn: &Conn, book: &Book) -> Outcome<()> {
    let fresh = book.fresh();
    if fresh.is_empty() {
        return Ok(());
    }
    put(conn, "ledger_transfer", &COLUMNS, &[], fresh.iter().map(row).collect()).await?;
    let standings = book.changed().into_iter().map(|(account, standing)| balance(account, standing)).collect();
    put(conn, "ledger_balance", &BALANCE, &["account"], standings).await?;
    let ended: BTreeSet<&str> =
        fresh.iter().filter(|made| made.kind.resolves()).filter_map(|made| made.target.as_deref()).collect();
    let opened = fresh.iter().filter(|made| made.kind == TransferKind::Pending && !ended.contains(made.id.as_str()));
    let columns = ["id", "account", "to_account", "amount_fen", "event_ms", "expires_ms"];
    let rows = opened.map(|made| {
        vec![
            made.id.clone().into(),
            made.from.account.clone().into(),
            made.to.account.clone().into(),
            made.amount.get().into(),
            made.event_at.ms().into(),
            made.expires_at.map(Instant::ms).into(),
        ]
    });
    put(conn, "ledger_pending", &columns, &[], rows.collect()).await?;
    let ended: Vec<&str> = ended.into_iter().collect();
    for some in ended.chunks(IN_MAX) {
        let text = format!("DELETE FROM ledger_pending WHERE id IN ({})", places(1, some.len()));
        run(conn, &text, texts(some)).await?;
    }
    Ok(())
}

/// A pending transfer out of its row.
pub(super) fn pending(row: &QueryResult) -> Outcome<Pending> {
    Ok(Pending {
        id: get(row, "id")?,
        account: get(row, "account")?,
        to: get(row, "to_account")?,
        amount: fen(row, "amount_fen")?,
        event_ms: get(row, "event_ms")?,
        expires_ms: get(row, "expires_ms")?,
    })
}

const PENDING: &str = "SELECT id, account, to_account, amount_fen, event_ms, expires_ms FROM ledger_pending";

/// Transfers that hold money on an account, the oldest first.
pub async fn pendings_of(conn: &Conn, account: &str, limit: usize) -> Outcome<Vec<Pending>> {
    let text = format!("{PENDING} WHERE account = $1 ORDER BY event_ms, id LIMIT {limit}");
    all(conn, &text, vec![account.into()]).await?.iter().map(pending).collect()
}

/// Transfers that hold longer than they may, the oldest first.
pub async fn pendings_due(conn: &Conn, now: Instant, limit: usize) -> Outcome<Vec<Pending>> {
    let text = format!("{PENDING} WHERE expires_ms <= $1 ORDER BY expires_ms, id LIMIT {limit}");
    all(conn, &text, vec![now.ms().into()]).await?.iter().map(pending).collect()
}
