//! Bank statements: taking a file, pairing its lines with payments, and looking at it.

mod view;

pub use crate::store::line::{Line, Match};
pub use crate::store::statement::Statement;
pub use view::{Statements, View, statement_form, statement_list, statement_view, unmatched_list};

use super::payment::settle;
use super::treasury::{account_resource, load_account, owned, sha256};
use crate::rules::account::Account;
use crate::rules::payment::{Payment, PaymentState};
use crate::rules::reconcile::{OpenLine, Pair, pair};
use crate::rules::statement::{self as rules, Problems, Read, Row};
use crate::store;
use kernel::{Date, Refusal};
use platform::db::Txn;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Fault, Outcome};
use registry::rules::import::Problem as FileProblem;
use rooms::actions::by;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A file to take.
#[derive(Debug, Clone)]
pub struct Import {
    /// The account of the ledger whose bank wrote it.
    pub account: String,
    /// Name of the file; may be empty.
    pub file: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The statement; none where the file was refused.
    pub statement: Option<String>,
    /// Number of the journal entry; 0 where the file was refused.
    pub entry: i64,
    /// When.
    pub at_ms: i64,
    /// Lines of the file.
    pub lines: usize,
    /// Lines that were found to be payments, of this file and of earlier ones.
    pub matched: usize,
    /// What is wrong with the file. While there is anything, nothing is kept.
    pub problems: Problems,
}

impl Report {
    fn refused(ctx: &Ctx, problems: Problems) -> Report {
        Report { statement: None, entry: 0, at_ms: ctx.now.ms(), lines: 0, matched: 0, problems }
    }
}

/// A statement as policies see it.
pub(super) fn statement_resource(id: &str, account: &Account) -> Resource {
    owned("BankStatement", id, account)
}

/// Takes a statement, whole or not at all, and pairs its lines with payments that have left.
///
/// # Errors
/// `account-unknown`, `statement-known` when the same file was taken before. What is wrong in the file stands in the
/// report.
pub async fn statement_import(app: &App, ctx: &Ctx, import: Import) -> Outcome<Report> {
    let account = load_account(&app.db().read(), &import.account).await?.0;
    app.policies().require(ctx, "statement_import", &account_resource(&account))?;
    // Reading and hashing a file is no work for a transaction.
    let digest = sha256(&import.bytes);
    if let Some(before) = store::statement::by_digest(&app.db().read(), &account.id, &digest).await? {
        return Err(known(&before).into());
    }
    let read = match scan(&import.bytes).and_then(|rows| rules::read(&rows)) {
        Ok(read) => read,
        Err(problems) => return Ok(Report::refused(ctx, problems)),
    };
    let ids: Vec<String> = read.lines.iter().map(|_| platform::random::id()).collect();
    let input = (app.clone(), import.account, (import.file, digest), read, ids, platform::random::id());
    app.in_txn(ctx, "statement_import", input, |tx, (app, account, file, read, ids, id)| {
        Box::pin(async move {
            let account = load_account(tx, account).await?.0;
            app.policies().require(tx.ctx(), "statement_import", &account_resource(&account))?;
            take(tx, &account, file, read, ids, id).await
        })
    })
    .await
}

async fn take(
    tx: &Txn,
    account: &Account,
    (file, digest): &(String, String),
    read: &Read,
    ids: &[String],
    id: &str,
) -> Outcome<Report> {
    if let Some(before) = store::statement::by_digest(tx, &account.id, digest).await? {
        return Err(known(&before).into());
    }
    let serials: Vec<String> = read.lines.iter().map(|line| line.serial.clone()).collect();
    let told = store::statement::known(tx, &account.id, &serials).await?;
    let last = store::statement::last(tx, &account.id).await?;
    if let Err(problems) = rules::continues(read, last, &told, tx.ctx().now.date()) {
        return Ok(Report::refused(tx.ctx(), problems));
    }
    let by = by(tx);
    let statement = Statement {
        id: id.to_owned(),
        account: account.id.clone(),
        file: file.chars().take(120).collect(),
        sha256: digest.clone(),
        from: read.from,
        to: read.to,
        opening: read.opening,
        closing: read.closing,
        lines: i64::try_from(read.lines.len()).unwrap_or(i64::MAX),
        demo: account.demo,
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    };
    store::statement::add(tx, &statement, read, ids).await?;
    let matched = reconcile(tx, account).await?;
    let data = json!({
        "account": account.id, "from": read.from.to_string(), "to": read.to.to_string(), "lines": read.lines.len(),
        "matched": matched, "opening_fen": read.opening.get(), "closing_fen": read.closing.get(), "sha256": digest,
    });
    let entry = Entry::new("statement.imported", "bank_statement", id).city(account.city).demo(account.demo).data(data);
    let entry = tx.journal(entry).await?;
    Ok(Report {
        statement: Some(id.to_owned()),
        entry,
        at_ms: by.now.ms(),
        lines: read.lines.len(),
        matched,
        problems: Problems::default(),
    })
}

fn known(before: &Statement) -> Refusal {
    let day = kernel::Instant::from_ms(before.at_ms).date();
    Refusal::conflict(
        "statement-known",
        format!("这份对账单已在 {day} 导入过。请核对文件，需要的是下一份对账单。"),
        format!("This statement was loaded on {day} already. Check the file: what is wanted is the next one."),
    )
    .at("file")
}

/// Pairs what is open of an account's bank with what has left of its owner's payments; returns how many pairs there were.
async fn reconcile(tx: &Txn, account: &Account) -> Outcome<usize> {
    let lines = store::line::open_of(tx, &account.id, rules::LINES_MAX).await?;
    let owner = (account.owner.kind.code(), account.owner.id.as_str(), account.demo);
    let sent = store::payment::of_owner(tx, owner, PaymentState::Exported).await?;
    let lines: Vec<OpenLine> = lines.into_iter().filter(|line| line.proposed.is_none()).map(|line| line.open).collect();
    let pairs = pair(&lines, &sent);
    if pairs.is_empty() {
        return Ok(0);
    }
    let days: BTreeMap<&str, Date> = lines.iter().map(|line| (line.id.as_str(), line.day)).collect();
    let sent: BTreeMap<&str, &Payment> = sent.iter().map(|payment| (payment.id.as_str(), payment)).collect();
    let settled: Vec<(Payment, Date)> = pairs
        .iter()
        .filter_map(|pair| Some(((*sent.get(pair.payment.as_str())?).clone(), *days.get(pair.line.as_str())?)))
        .collect();
    settle(tx, &settled).await?;
    let found: Vec<(String, Match)> = pairs.iter().map(|pair| (pair.line.clone(), found(tx, pair))).collect();
    store::line::matches_add(tx, &found).await?;
    Ok(pairs.len())
}

fn found(tx: &Txn, pair: &Pair) -> Match {
    let by = by(tx);
    Match {
        id: platform::random::id(),
        payment: Some(pair.payment.clone()),
        entry: None,
        rule: pair.rule,
        returned: false,
        reason: String::new(),
        by: by.account.to_owned(),
        by_name: by.name.to_owned(),
        at_ms: by.now.ms(),
    }
}

/// The rows of a CSV, with the line of each.
fn scan(bytes: &[u8]) -> Result<Vec<Row>, Problems> {
    let text = registry::rules::import::decode(bytes).map_err(|problem| Problems::one(as_told(*problem)))?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        // The text is UTF-8 and rows may have any width: nothing is left that could be wrong.
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(usize::MAX));
        rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
        if rows.len() > rules::LINES_MAX + 3 {
            break;
        }
    }
    Ok(rows)
}

fn as_told(problem: FileProblem) -> rules::Problem {
    rules::Problem {
        line: problem.line,
        column: problem.column,
        code: Cow::Owned(problem.code),
        field: problem.field,
        zh: problem.zh,
        en: problem.en,
    }
}

/// A statement that is there, with its account.
pub(super) async fn load(conn: &platform::db::Conn, id: &str) -> Outcome<(Statement, Account)> {
    let statement = store::statement::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let account = load_account(conn, &statement.account).await?.0;
    Ok((statement, account))
}

/// For the command line: the same, with a sentence for every problem.
///
/// # Errors
/// As [`statement_import`].
pub async fn statement_import_by_house(app: &App, import: Import) -> Result<Report, Fault> {
    let mut ctx = Ctx::system(app.clock().now());
    ctx.actor.demo = app.settings().demo;
    statement_import(app, &ctx, import).await
}
