//! Rows of payment instructions, their steps, and the files they left in.

use crate::rules::payment::{Payee, Payment, PaymentFile, PaymentState, Step};
use kernel::{Date, Fen};
use platform::db::{Conn, Migration, Outcome};
use rooms::store::browse::{Where, counted};
use rooms::store::rows::{all, first, get, put, run};
use rooms::store::{Allowed, Position, after, allowed, bad, date};
use sea_orm::{QueryResult, Value};

/// Tables of payments. `ledger_number` counts the numbers given on a day; the unique keys hold them to it.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "ledger-0011-payment",
    sql: "
CREATE TABLE ledger_number (
  kind TEXT NOT NULL, day TEXT NOT NULL, demo BOOLEAN NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (kind, day, demo));
CREATE TABLE payment_file (
  id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES ledger_account (id), count BIGINT NOT NULL,
  total_fen BIGINT NOT NULL, csv TEXT NOT NULL, csv_sha256 TEXT NOT NULL, json TEXT NOT NULL, json_sha256 TEXT NOT NULL,
  demo BOOLEAN NOT NULL, by_account TEXT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL);
CREATE INDEX payment_file_account ON payment_file (account, at_ms);
CREATE TABLE payment (
  id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, account TEXT NOT NULL REFERENCES ledger_account (id),
  payee_name TEXT NOT NULL, payee_bank TEXT NOT NULL, payee_account TEXT NOT NULL, amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
  purpose TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('drafted', 'submitted', 'approved', 'rejected', 'withdrawn', 'exported', 'settled', 'returned')),
  maker TEXT NOT NULL, round BIGINT NOT NULL, file TEXT REFERENCES payment_file (id), exported TEXT, demo BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, updated_ms BIGINT NOT NULL);
CREATE INDEX payment_list ON payment (state, updated_ms, id);
CREATE INDEX payment_account ON payment (account, state);
CREATE TABLE payment_step (
  payment TEXT NOT NULL REFERENCES payment (id), ord BIGINT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, remark TEXT NOT NULL,
  by_account TEXT NOT NULL, by_name TEXT NOT NULL, at_ms BIGINT NOT NULL, PRIMARY KEY (payment, ord));
",
}];

const COLUMNS: [&str; 16] = [
    "id",
    "number",
    "account",
    "payee_name",
    "payee_bank",
    "payee_account",
    "amount_fen",
    "purpose",
    "state",
    "maker",
    "round",
    "file",
    "exported",
    "demo",
    "created_ms",
    "updated_ms",
];
/// Steps of one instruction that are shown.
const STEPS_MAX: usize = 100;
/// Payments one desk, one file or one form is shown at once.
pub const PAYMENTS_MAX: usize = 1_000;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words in number, payee and purpose.
    pub text: String,
    /// Codes of states.
    pub states: Vec<String>,
    /// Ids of accounts.
    pub accounts: Vec<String>,
}

/// How many instructions each value of each filter would give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By state.
    pub states: Vec<(String, i64)>,
    /// By account.
    pub accounts: Vec<(String, i64)>,
}

fn payment(row: &QueryResult) -> Outcome<Payment> {
    Ok(Payment {
        id: get(row, "id")?,
        number: get(row, "number")?,
        account: get(row, "account")?,
        payee: Payee {
            name: get(row, "payee_name")?,
            bank: get(row, "payee_bank")?,
            account: get(row, "payee_account")?,
        },
        amount: Fen::new(get(row, "amount_fen")?).map_err(|_| bad("payment", "amount"))?,
        purpose: get(row, "purpose")?,
        state: PaymentState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("payment", "state"))?,
        maker: get(row, "maker")?,
        round: get(row, "round")?,
        file: get(row, "file")?,
        exported: get::<Option<String>>(row, "exported")?.map(|day| date(&day, "payment")).transpose()?,
        demo: get(row, "demo")?,
        created_ms: get(row, "created_ms")?,
        updated_ms: get(row, "updated_ms")?,
    })
}

/// Stores an instruction; one that was there is replaced.
pub async fn save(conn: &Conn, p: &Payment) -> Outcome<()> {
    save_all(conn, std::slice::from_ref(p)).await
}

/// Stores several.
pub async fn save_all(conn: &Conn, payments: &[Payment]) -> Outcome<()> {
    let row = |p: &Payment| -> Vec<Value> {
        vec![
            p.id.clone().into(),
            p.number.clone().into(),
            p.account.clone().into(),
            p.payee.name.clone().into(),
            p.payee.bank.clone().into(),
            p.payee.account.clone().into(),
            p.amount.get().into(),
            p.purpose.clone().into(),
            p.state.code().into(),
            p.maker.clone().into(),
            p.round.into(),
            p.file.clone().into(),
            p.exported.map(|day| day.to_string()).into(),
            p.demo.into(),
            p.created_ms.into(),
            p.updated_ms.into(),
        ]
    };
    put(conn, "payment", &COLUMNS, &["id"], payments.iter().map(row).collect()).await
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Payment>> {
    let columns: Vec<String> = COLUMNS.iter().map(|column| format!("p.{column}")).collect();
    let text = format!("SELECT {} FROM payment p JOIN ledger_account a ON a.id = p.account {tail}", columns.join(", "));
    all(conn, &text, values).await?.iter().map(payment).collect()
}

/// One instruction.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Payment>> {
    Ok(select(conn, "WHERE p.id = $1", vec![id.into()]).await?.pop())
}

/// Several, in order of their numbers.
pub async fn by_ids(conn: &Conn, ids: &[String]) -> Outcome<Vec<Payment>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut clause = Where::new("1 = 1");
    clause.any("p.id", ids);
    select(conn, &format!("WHERE {} ORDER BY p.number LIMIT {PAYMENTS_MAX}", clause.text), clause.values).await
}

/// The next number of a kind (`payment`, `file`) on a day in one world, from 1, without gaps. On PostgreSQL two who take
/// one at once meet at its row, and the later one runs again.
pub async fn next_number(conn: &Conn, kind: &str, day: Date, demo: bool) -> Outcome<i64> {
    let key = || vec![kind.into(), day.to_string().into(), demo.into()];
    let text = "INSERT INTO ledger_number (kind, day, demo, n) VALUES ($1, $2, $3, 1)
      ON CONFLICT (kind, day, demo) DO UPDATE SET n = ledger_number.n + 1";
    run(conn, text, key()).await?;
    let text = "SELECT n FROM ledger_number WHERE kind = $1 AND day = $2 AND demo = $3";
    first(conn, text, key()).await?.map_or(Ok(1), |row| get(&row, "n"))
}

/// Adds steps, each to its instruction, after those that are there.
pub async fn steps_add(conn: &Conn, steps: &[(String, Step)]) -> Outcome<()> {
    let mut rows = Vec::new();
    for (payment, step) in steps {
        let text = "SELECT COALESCE(MAX(ord), -1) + 1 AS n FROM payment_step WHERE payment = $1";
        let row = first(conn, text, vec![payment.as_str().into()]).await?;
        let ord: i64 = row.map(|row| get(&row, "n")).transpose()?.unwrap_or(0);
        rows.push(vec![
            payment.clone().into(),
            ord.into(),
            step.state.code().into(),
            step.reason.clone().into(),
            step.remark.clone().into(),
            step.by.clone().into(),
            step.by_name.clone().into(),
            step.at_ms.into(),
        ]);
    }
    let columns = ["payment", "ord", "state", "reason", "remark", "by_account", "by_name", "at_ms"];
    put(conn, "payment_step", &columns, &[], rows).await
}

/// The steps of an instruction, in order.
pub async fn steps(conn: &Conn, payment: &str) -> Outcome<Vec<Step>> {
    let text = format!(
        "SELECT state, reason, remark, by_account, by_name, at_ms FROM payment_step WHERE payment = $1 ORDER BY ord LIMIT {STEPS_MAX}"
    );
    let step = |row: &QueryResult| {
        Ok(Step {
            state: PaymentState::parse(&get::<String>(row, "state")?).ok_or_else(|| bad("payment_step", "state"))?,
            reason: get(row, "reason")?,
            remark: get(row, "remark")?,
            by: get(row, "by_account")?,
            by_name: get(row, "by_name")?,
            at_ms: get(row, "at_ms")?,
        })
    };
    all(conn, &text, vec![payment.into()]).await?.iter().map(step).collect()
}

fn narrowed(by_policy: Allowed, filter: &Filter, but: &str) -> Where {
    let mut clause = allowed(by_policy);
    clause.words(&filter.text, &["p.number", "p.payee_name", "p.purpose"]);
    if but != "state" {
        clause.any("p.state", &filter.states);
    }
    if but != "account" {
        clause.any("p.account", &filter.accounts);
    }
    clause
}

/// One page of the instructions that a policy allows, the newest change first, and how many there are in all.
pub async fn list(
    conn: &Conn,
    by_policy: Allowed,
    filter: &Filter,
    from: Option<&Position>,
    limit: usize,
) -> Outcome<(Vec<Payment>, i64)> {
    let mut clause = narrowed(by_policy, filter, "");
    let text =
        format!("SELECT COUNT(*) AS n FROM payment p JOIN ledger_account a ON a.id = p.account WHERE {}", clause.text);
    let total = first(conn, &text, clause.values.clone()).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    after(&mut clause, from, "p.updated_ms", "p.id");
    let tail = format!("WHERE {} ORDER BY p.updated_ms DESC, p.id DESC LIMIT {limit}", clause.text);
    Ok((select(conn, &tail, clause.values).await?, total))
}

/// The place of one instruction in the list.
pub async fn position(conn: &Conn, id: &str) -> Outcome<Option<Position>> {
    let row = first(conn, "SELECT updated_ms FROM payment WHERE id = $1", vec![id.into()]).await?;
    row.map(|row| Ok(Position { at: get(&row, "updated_ms")?, id: id.to_owned() })).transpose()
}

/// What the filters would give.
pub async fn facets(conn: &Conn, by_policy: &Allowed, filter: &Filter) -> Outcome<Facets> {
    let tables = "payment p JOIN ledger_account a ON a.id = p.account";
    Ok(Facets {
        states: counted(conn, "p.state", tables, narrowed(by_policy.clone(), filter, "state")).await?,
        accounts: counted(conn, "p.account", tables, narrowed(by_policy.clone(), filter, "account")).await?,
    })
}

/// Instructions in a state that a policy allows, the oldest first.
pub async fn waiting(conn: &Conn, by_policy: Allowed, state: PaymentState) -> Outcome<Vec<Payment>> {
    let mut clause = allowed(by_policy);
    let place = clause.place(state.code());
    clause.and(&format!("p.state = {place}"));
    let tail = format!("WHERE {} ORDER BY p.updated_ms, p.id LIMIT {PAYMENTS_MAX}", clause.text);
    select(conn, &tail, clause.values).await
}

/// Instructions of one owner and world in some states, in order of their numbers: what a line of the owner's bank can be.
pub async fn of_owner(
    conn: &Conn,
    (owner_kind, owner, demo): (&str, &str, bool),
    state: PaymentState,
) -> Outcome<Vec<Payment>> {
    let tail = format!(
        "WHERE a.owner_kind = $1 AND a.owner_id = $2 AND p.demo = $3 AND p.state = $4 ORDER BY p.number LIMIT {PAYMENTS_MAX}"
    );
    select(conn, &tail, vec![owner_kind.into(), owner.into(), demo.into(), state.code().into()]).await
}

/// The payments of a file, in order of their numbers.
pub async fn of_file(conn: &Conn, file: &str) -> Outcome<Vec<Payment>> {
    select(conn, &format!("WHERE p.file = $1 ORDER BY p.number LIMIT {PAYMENTS_MAX}"), vec![file.into()]).await
}

const FILE_COLUMNS: [&str; 13] = [
    "id",
    "number",
    "account",
    "count",
    "total_fen",
    "csv",
    "csv_sha256",
    "json",
    "json_sha256",
    "demo",
    "by_account",
    "by_name",
    "at_ms",
];
/// Files one page shows.
const FILES_MAX: usize = 200;

/// Keeps a file.
pub async fn file_add(conn: &Conn, f: &PaymentFile) -> Outcome<()> {
    let row = vec![
        f.id.clone().into(),
        f.number.clone().into(),
        f.account.clone().into(),
        f.count.into(),
        f.total.get().into(),
        f.csv.clone().into(),
        f.csv_sha256.clone().into(),
        f.json.clone().into(),
        f.json_sha256.clone().into(),
        f.demo.into(),
        f.by.clone().into(),
        f.by_name.clone().into(),
        f.at_ms.into(),
    ];
    put(conn, "payment_file", &FILE_COLUMNS, &[], vec![row]).await
}

async fn files(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<PaymentFile>> {
    let columns: Vec<String> = FILE_COLUMNS.iter().map(|column| format!("p.{column}")).collect();
    let text =
        format!("SELECT {} FROM payment_file p JOIN ledger_account a ON a.id = p.account {tail}", columns.join(", "));
    let file = |row: &QueryResult| {
        Ok(PaymentFile {
            id: get(row, "id")?,
            number: get(row, "number")?,
            account: get(row, "account")?,
            count: get(row, "count")?,
            total: Fen::new(get(row, "total_fen")?).map_err(|_| bad("payment_file", "total"))?,
            csv: get(row, "csv")?,
            csv_sha256: get(row, "csv_sha256")?,
            json: get(row, "json")?,
            json_sha256: get(row, "json_sha256")?,
            demo: get(row, "demo")?,
            by: get(row, "by_account")?,
            by_name: get(row, "by_name")?,
            at_ms: get(row, "at_ms")?,
        })
    };
    all(conn, &text, values).await?.iter().map(file).collect()
}

/// One file.
pub async fn file_by_id(conn: &Conn, id: &str) -> Outcome<Option<PaymentFile>> {
    Ok(files(conn, "WHERE p.id = $1", vec![id.into()]).await?.pop())
}

/// The newest files that a policy allows.
pub async fn file_list(conn: &Conn, by_policy: Allowed) -> Outcome<Vec<PaymentFile>> {
    let clause = allowed(by_policy);
    let tail = format!("WHERE {} ORDER BY p.at_ms DESC, p.id LIMIT {FILES_MAX}", clause.text);
    files(conn, &tail, clause.values).await
}
