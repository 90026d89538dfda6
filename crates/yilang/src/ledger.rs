//! `yilang ledger`: what an operator and an auditor do with the money that is written down here.

use crate::files::NewFile;
use crate::house::{Opening, start};
use crate::serve::is_demo;
use crate::{Ended, Place};
use clap::{Subcommand, ValueEnum};
use kernel::Refusal;
use ledger::actions::export::ledger_export;
use ledger::actions::period::{period_close, year_end};
use ledger::actions::statement::{Import, statement_import_by_house};
use ledger::actions::verify::ledger_verify;
use ledger::rules::export::Format;
use ledger::rules::period::Month;
use platform::indexer::Mode;
use platform::{App, Ctx};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum LedgerCommand {
    /// Check the whole ledger: every entry, pending transfer, balance and closed period. Exit code 1 if anything does not
    /// hold; the first bad row is named.
    Verify,
    /// Write the whole ledger, in fen and with every balance asserted, for another program to check.
    Export {
        /// Which program is to read it.
        #[arg(long)]
        format: FormatArg,
        /// The file; an existing one is not overwritten. Standard output if left out.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Take the statement of a bank or treasury, whole or not at all, and pair its lines with payments.
    ImportStatement {
        /// The file: CSV in UTF-8. The format is described in docs/ledger-format.md.
        file: PathBuf,
        /// The account of the ledger whose bank wrote it.
        #[arg(long)]
        account: String,
    },
    /// Close a month: nothing that happened in it is written down or changed any more.
    ClosePeriod {
        /// The month, such as 2026-03.
        month: String,
    },
    /// End a budget year by the rule of each of its accounts: what is left returns or is carried over.
    EndYear {
        /// The year, such as 2026.
        year: i32,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum FormatArg {
    /// For `hledger -f FILE check`.
    Hledger,
    /// For `bean-check FILE`.
    Beancount,
}

pub async fn ledger(place: &Place, command: LedgerCommand) -> Result<(), Ended> {
    let app = house(place).await?;
    match command {
        LedgerCommand::Verify => verify(&app).await,
        LedgerCommand::Export { format, out } => export(&app, format, out.as_deref()).await,
        LedgerCommand::ImportStatement { file, account } => import(&app, &file, account).await,
        LedgerCommand::ClosePeriod { month } => {
            let closed = period_close(&app, &system(&app), Month::parse(&month)?).await?;
            println!(
                "{} closed, {} balances written down, journal entry {}",
                closed.month, closed.accounts, closed.entry
            );
            Ok(())
        }
        LedgerCommand::EndYear { year } => {
            let ended = year_end(&app, &system(&app), year).await?;
            println!("{year}: {} accounts ended", ended.ended);
            for (account, code) in &ended.kept {
                println!("- {account} stays open: {code}");
            }
            Ok(())
        }
    }
}

/// Opens the house in its own world: a folder of the demo stays one.
async fn house(place: &Place) -> Result<App, Ended> {
    start(place, &Opening { demo: is_demo(&place.data), ..Opening::command(Mode::Read) }).await
}

/// The house acting by itself, in its own world.
fn system(app: &App) -> Ctx {
    let mut ctx = Ctx::system(app.clock().now());
    ctx.actor.demo = app.settings().demo;
    ctx
}

async fn verify(app: &App) -> Result<(), Ended> {
    let report = ledger_verify(app.db()).await?;
    println!(
        "accounts {}, transfers {}, entries {}, pending {}, closed balances {}",
        report.accounts, report.transfers, report.entries, report.pendings, report.closed_balances
    );
    let Some(first) = report.problems.first() else {
        println!("everything holds");
        return Ok(());
    };
    for problem in &report.problems {
        println!("- {problem}");
    }
    Err(Refusal::conflict(
        "ledger-does-not-hold",
        format!("账目核对不通过：{first}。请停止收付、保留现场，从备份或导出文件核对，并联系审计人员。"),
        format!("The ledger does not hold: {first}. Stop payments, keep everything as it is, compare with a backup or an export, and call the auditors."),
    )
    .into())
}

async fn export(app: &App, format: FormatArg, out: Option<&Path>) -> Result<(), Ended> {
    let format = match format {
        FormatArg::Hledger => Format::Hledger,
        FormatArg::Beancount => Format::Beancount,
    };
    match out {
        None => {
            ledger_export(app.db(), format, BufWriter::new(std::io::stdout())).await?;
        }
        Some(file) => {
            let new = NewFile::create(file)?;
            let done = ledger_export(app.db(), format, BufWriter::new(&new.out)).await?;
            new.keep()?;
            println!(
                "{} accounts, {} transfers, {} balances asserted, written to {}",
                done.accounts,
                done.transfers,
                done.assertions,
                file.display()
            );
        }
    }
    Ok(())
}

async fn import(app: &App, file: &Path, account: String) -> Result<(), Ended> {
    let bytes = crate::import::bytes(file)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let report = statement_import_by_house(app, Import { account, file: name, bytes }).await?;
    if report.statement.is_none() {
        let shown = file.display();
        let mut lines: Vec<String> = report
            .problems
            .listed
            .iter()
            .map(|p| format!("{shown}:{}:{}: {}: {} / {}", p.line, p.column, p.code, p.zh, p.en))
            .collect();
        lines.push(format!(
            "{shown}: 未作任何更改；请改正后重新导入。 / Nothing was changed; correct the file and import it again."
        ));
        return Err(Ended::Refused(lines.join("\n")));
    }
    println!("{} 行 lines, 已对上 matched {}, 存证编号 journal entry {}", report.lines, report.matched, report.entry);
    Ok(())
}
