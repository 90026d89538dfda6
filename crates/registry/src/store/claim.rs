//! Rows of claims.

use crate::rules::claim::{Claim, ClaimKind, ClaimState, Reason};
use crate::rules::listing::Office;
use platform::Fault;
use platform::db::{Conn, Migration, Outcome};
use rooms::store::rows::{all, first, get, put, run};
use sea_orm::{QueryResult, Value};

/// Tables of claims.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "registry-0102-claim",
    sql: "
CREATE TABLE claim (
  id TEXT PRIMARY KEY, organisation TEXT NOT NULL REFERENCES organisation (id), kind TEXT NOT NULL,
  account TEXT NOT NULL, account_name TEXT NOT NULL, evidence TEXT NOT NULL, office TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'withdrawn')), reason TEXT, remark TEXT NOT NULL,
  decided_by TEXT, decided_ms BIGINT, due_ms BIGINT NOT NULL, due_provisional BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL, demo BOOLEAN NOT NULL);
CREATE UNIQUE INDEX claim_open_once ON claim (organisation, account) WHERE state = 'open';
CREATE INDEX claim_waiting ON claim (office, due_ms, id) WHERE state = 'open';
CREATE INDEX claim_account ON claim (account, created_ms);
CREATE INDEX claim_organisation ON claim (organisation, created_ms);
",
}];

const COLUMNS: [&str; 16] = [
    "id",
    "organisation",
    "kind",
    "account",
    "account_name",
    "evidence",
    "office",
    "state",
    "reason",
    "remark",
    "decided_by",
    "decided_ms",
    "due_ms",
    "due_provisional",
    "created_ms",
    "demo",
];
/// Claims in one list.
const CLAIMS_MAX: usize = 200;

/// A claim with the office that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// The claim.
    pub claim: Claim,
    /// The office.
    pub office: Office,
}

fn filed(row: &QueryResult) -> Outcome<Filed> {
    let word = |column: &str| get::<String>(row, column);
    let unknown = |column: &str| Fault::Internal(format!("claim: unknown {column}"));
    let reason: Option<String> = get(row, "reason")?;
    let claim = Claim {
        id: get(row, "id")?,
        organisation: get(row, "organisation")?,
        kind: ClaimKind::parse(&word("kind")?).ok_or_else(|| unknown("kind"))?,
        account: get(row, "account")?,
        account_name: get(row, "account_name")?,
        evidence: get(row, "evidence")?,
        state: ClaimState::parse(&word("state")?).ok_or_else(|| unknown("state"))?,
        reason: reason.as_deref().and_then(Reason::parse),
        remark: get(row, "remark")?,
        decided_by: get(row, "decided_by")?,
        decided_ms: get(row, "decided_ms")?,
        due_ms: get(row, "due_ms")?,
        due_provisional: get(row, "due_provisional")?,
        created_ms: get(row, "created_ms")?,
        demo: get(row, "demo")?,
    };
    Ok(Filed { claim, office: Office::parse(&word("office")?) })
}

/// Stores a new claim.
pub async fn insert(conn: &Conn, claim: &Claim, office: Office) -> Outcome<()> {
    let row = vec![
        claim.id.clone().into(),
        claim.organisation.clone().into(),
        claim.kind.code().into(),
        claim.account.clone().into(),
        claim.account_name.clone().into(),
        claim.evidence.clone().into(),
        office.to_string().into(),
        claim.state.code().into(),
        claim.reason.map(Reason::code).into(),
        claim.remark.clone().into(),
        claim.decided_by.clone().into(),
        claim.decided_ms.into(),
        claim.due_ms.into(),
        claim.due_provisional.into(),
        claim.created_ms.into(),
        claim.demo.into(),
    ];
    put(conn, "claim", &COLUMNS, &[], vec![row]).await
}

/// Writes what was decided.
pub async fn save(conn: &Conn, claim: &Claim) -> Outcome<()> {
    let text = "UPDATE claim SET state = $1, reason = $2, remark = $3, decided_by = $4, decided_ms = $5 WHERE id = $6";
    let values = vec![
        claim.state.code().into(),
        claim.reason.map(Reason::code).into(),
        claim.remark.clone().into(),
        claim.decided_by.clone().into(),
        claim.decided_ms.into(),
        claim.id.clone().into(),
    ];
    run(conn, text, values).await?;
    Ok(())
}

async fn select(conn: &Conn, tail: &str, values: Vec<Value>) -> Outcome<Vec<Filed>> {
    let text = format!("SELECT {} FROM claim {tail} LIMIT {CLAIMS_MAX}", COLUMNS.join(", "));
    all(conn, &text, values).await?.iter().map(filed).collect()
}

/// One claim.
pub async fn by_id(conn: &Conn, id: &str) -> Outcome<Option<Filed>> {
    Ok(select(conn, "WHERE id = $1", vec![id.into()]).await?.pop())
}

/// What waits, as an SQL condition over `office` says (from the policy), the most urgent first.
pub async fn waiting(conn: &Conn, condition: &str, values: Vec<Value>) -> Outcome<Vec<Filed>> {
    select(conn, &format!("WHERE state = 'open' AND ({condition}) ORDER BY due_ms, id"), values).await
}

/// The claims of one account, newest first.
pub async fn of_account(conn: &Conn, account: &str) -> Outcome<Vec<Filed>> {
    select(conn, "WHERE account = $1 ORDER BY created_ms DESC, id", vec![account.into()]).await
}

/// Other open claims for the same organisation.
pub async fn rivals(conn: &Conn, claim: &Claim) -> Outcome<Vec<Filed>> {
    let tail = "WHERE organisation = $1 AND state = 'open' AND id <> $2 ORDER BY created_ms, id";
    select(conn, tail, vec![claim.organisation.clone().into(), claim.id.clone().into()]).await
}

/// Open claims of an account: all, and those for one organisation.
pub async fn open_counts(conn: &Conn, account: &str, organisation: &str) -> Outcome<(i64, i64)> {
    let text =
        "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN organisation = $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS here
        FROM claim WHERE account = $2 AND state = 'open'";
    match first(conn, text, vec![organisation.into(), account.into()]).await? {
        Some(row) => Ok((get(&row, "n")?, get(&row, "here")?)),
        None => Ok((0, 0)),
    }
}
