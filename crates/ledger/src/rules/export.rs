//! The ledger as text that other programs check: hledger and beancount, in whole fen.
//!
//! Whole fen, because beancount lets half a cent pass in amounts with decimals. Every balance is asserted: at the end of
//! each closed period as it was closed, and at the end of the file as it stands.

use super::account::{Account, OwnerKind};
use kernel::{Date, Fen};
use std::fmt::Write;

/// Which program is to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `hledger -f FILE check`.
    Hledger,
    /// `bean-check FILE`.
    Beancount,
}

/// A transfer that moved money.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a> {
    /// The day on which it happened.
    pub day: Date,
    /// Its id.
    pub id: &'a str,
    /// Why.
    pub code: &'a str,
    /// What it refers to.
    pub reference: &'a str,
    /// Name of the account from which it goes, as [`name`] gives it.
    pub from: &'a str,
    /// Name of the account to which it goes.
    pub to: &'a str,
    /// How much.
    pub amount: Fen,
    /// Of the demo.
    pub demo: bool,
}

/// What the account is called there. Ids are such that different ones have different names.
pub fn name(format: Format, account: &Account) -> String {
    if format == Format::Hledger {
        return account.id.clone();
    }
    let mut name = String::from(if account.owner.kind == OwnerKind::Outside { "Equity" } else { "Assets" });
    for part in account.id.split(':') {
        name.push(':');
        let mut chars = part.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    name
}

/// The beginning of the file.
pub fn head(format: Format, out: &mut String) {
    out.push_str("; Yilang ledger; amounts in fen (1 CNY = 100 FEN)\n");
    if format == Format::Hledger {
        out.push_str("commodity 1000. FEN\n");
    }
    out.push('\n');
}

/// Says that there is an account. `first` is a day before anything happens.
pub fn account(format: Format, out: &mut String, name: &str, first: Date) {
    // Writing to a String cannot fail, here and below.
    let _ = match format {
        Format::Hledger => writeln!(out, "account {name}"),
        Format::Beancount => writeln!(out, "{first} open {name} FEN"),
    };
}

/// A transfer.
pub fn transfer(format: Format, out: &mut String, moved: &Moved<'_>) {
    let Moved { day, id, code, from, to, amount, .. } = moved;
    let demo = if moved.demo { "demo" } else { "" };
    let amount = amount.get();
    let _ = match format {
        Format::Hledger => {
            let _ = write!(out, "\n{day} * ({id}) {code}");
            let comment = [plain(moved.reference), demo.to_owned()].join(" ");
            let comment = comment.trim();
            if !comment.is_empty() {
                let _ = write!(out, "  ; {comment}");
            }
            writeln!(out, "\n    {from}  -{amount} FEN\n    {to}  {amount} FEN")
        }
        Format::Beancount => {
            let reference = plain(moved.reference).replace('\\', "\\\\").replace('"', "\\\"");
            let tag = if moved.demo { " #demo" } else { "" };
            writeln!(
                out,
                "\n{day} * \"{code}\" \"{reference}\"{tag}\n  id: \"{id}\"\n  {from}  -{amount} FEN\n  {to}  {amount} FEN"
            )
        }
    };
}

/// Begins to assert balances at the end of a day.
pub fn assertions(format: Format, out: &mut String, day: Date, what: &str) {
    let _ = match format {
        Format::Hledger => writeln!(out, "\n{day} * {what}"),
        Format::Beancount => writeln!(out, "\n; {what}"),
    };
}

/// The balance of one account at the end of the day.
pub fn assertion(format: Format, out: &mut String, day: Date, name: &str, balance: Fen) {
    let balance = balance.get();
    let _ = match format {
        Format::Hledger => writeln!(out, "    {name}  0 FEN = {balance} FEN"),
        // beancount asserts at the beginning of a day.
        Format::Beancount => writeln!(out, "{} balance {name} {balance} FEN", day.plus_days(1)),
    };
}

/// One line, without what would end it or begin something else.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == ';' { ' ' } else { c }).collect()
}
