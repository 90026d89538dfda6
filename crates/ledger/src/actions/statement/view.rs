//! Statements and open lines as pages read them.

use super::{Line, Statement, load, statement_resource};
use crate::actions::treasury::account_resource;
use crate::rules::account::{Account, Standing};
use crate::store;
use crate::store::list::OWNED;
use kernel::Fen;
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Outcome};
use rooms::actions::{cut, from, seen};
use std::collections::BTreeMap;

/// Open lines that one page shows.
const LINES_MAX: usize = 200;

/// A page of statements.
#[derive(Debug, Clone)]
pub struct Statements {
    /// Its items, the newest first.
    pub items: Vec<Statement>,
    /// Statements in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Lines that nothing explains yet, the oldest first.
    pub unmatched: Vec<Line>,
    /// How many of them there are in all.
    pub unmatched_total: i64,
    /// Names of the accounts whose statements the reader may load.
    pub names: BTreeMap<String, String>,
}

/// A page of the statements that the actor may read, of one account if it is named, and the lines that nothing explains.
///
/// # Errors
/// Sign in; a cursor that is not ours.
pub async fn statement_list(app: &App, ctx: &Ctx, account: &str, page: &Page) -> Outcome<Statements> {
    app.policies().require(ctx, "statement_list", &Resource::house())?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "statement_view", "BankStatement", &OWNED)?;
    let cursor = page.cursor.as_deref();
    let start = from(cursor, store::statement::position(&conn, cursor.unwrap_or_default()).await?)?;
    let (found, total) =
        store::statement::list(&conn, allowed.clone(), account, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |statement| &statement.id);
    let (unmatched, unmatched_total) = store::line::unmatched(&conn, allowed, LINES_MAX).await?;
    let names = statement_form(app, ctx).await?.into_iter().map(|(account, _)| (account.id, account.name)).collect();
    Ok(Statements { items, total, next, unmatched, unmatched_total, names })
}

/// Lines that nothing explains and that the actor may read, the oldest first, and how many there are in all.
///
/// # Errors
/// Sign in.
pub async fn unmatched_list(app: &App, ctx: &Ctx) -> Outcome<(Vec<Line>, i64)> {
    app.policies().require(ctx, "statement_list", &Resource::house())?;
    let allowed = seen(app, ctx, "statement_view", "BankStatement", &OWNED)?;
    store::line::unmatched(&app.db().read(), allowed, LINES_MAX).await
}

/// The accounts whose statements the actor may load.
///
/// # Errors
/// When the database fails.
pub async fn statement_form(app: &App, ctx: &Ctx) -> Outcome<Vec<(Account, Standing)>> {
    let allowed = seen(app, ctx, "ledger_view", "LedgerAccount", &OWNED)?;
    let mut found = store::holding::visible(&app.db().read(), allowed).await?;
    found.retain(|(account, _)| {
        account.demo == ctx.actor.demo && app.policies().allows(ctx, "statement_import", &account_resource(account))
    });
    Ok(found)
}

/// A statement with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The statement.
    pub statement: Statement,
    /// The account whose bank wrote it.
    pub account: Account,
    /// Its lines, in order, with what they were found to be.
    pub lines: Vec<Line>,
    /// What the ledger has on this account at the end of the statement's last day.
    pub book: Fen,
    /// The sum of the lines that nothing explains yet.
    pub open: Fen,
    /// The reader may match its lines.
    pub may_match: bool,
}

/// One statement.
///
/// # Errors
/// Not found.
pub async fn statement_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let (statement, account) = load(&conn, id).await?;
    let resource = statement_resource(id, &account);
    app.policies().require(ctx, "statement_view", &resource)?;
    let lines = store::line::of_statement(&conn, id).await?;
    let open = lines.iter().filter(|line| line.matched.is_none());
    let open = open.fold(Fen::ZERO, |sum, line| sum.plus(line.open.amount).unwrap_or(sum));
    let end = statement.to.plus_days(1).start();
    Ok(View {
        book: store::entry::balance_at(&conn, &account.id, end).await?,
        open,
        lines,
        may_match: app.policies().allows(ctx, "line_match", &resource),
        statement,
        account,
    })
}
