//! `yilang import …`

use crate::house::{Opening, lock, open};
use crate::{Ended, Place};
use clap::{Args, ValueEnum};
use platform::ctx::Ctx;
use platform::indexer::Mode;
use platform::{App, Fault, Outcome, follower};
use registry::actions::import::{Import, Report, import_create};
use registry::rules::import::{Format, Noun, Problem, too_large};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct ImportArgs {
    /// What the file holds.
    noun: NounArg,
    /// The file: CSV or JSON Lines, UTF-8. The format is described in docs/import-format.md.
    file: PathBuf,
    /// Check everything and say what would happen; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// How the file is written, if its name does not tell.
    #[arg(long)]
    format: Option<FormatArg>,
    /// Publish needs and offers at once, without the city office's review: for data an office has published elsewhere.
    #[arg(long)]
    publish: bool,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum NounArg {
    Organisations,
    Needs,
    Offers,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    Csv,
    Jsonl,
}

/// Runs the command. Beside a running server the server indexes what was imported; otherwise this command does.
pub async fn import(place: &Place, args: ImportArgs) -> Result<(), Ended> {
    let noun = match args.noun {
        NounArg::Organisations => Noun::Organisations,
        NounArg::Needs => Noun::Needs,
        NounArg::Offers => Noun::Offers,
    };
    let format = format(&args)?;
    let bytes = bytes(&args.file)?;
    let (app, alone) = house(place, args.dry_run).await?;
    let file = args.file.display().to_string();
    let import = Import { noun, format, bytes, file: file.clone(), dry_run: args.dry_run, publish: args.publish };
    let follows = alone.is_some() && !args.dry_run;
    let report = if follows { import_and_follow(&app, import).await? } else { import_now(&app, import).await? };
    tell(&file, noun, &report, args.json)
}

async fn import_now(app: &App, import: Import) -> Outcome<Report> {
    import_create(app, &Ctx::system(app.clock().now()), import).await
}

/// Imports while the index takes in what has been written, and returns when it is found.
async fn import_and_follow(app: &App, import: Import) -> Outcome<Report> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let following = tokio::spawn(follower::run(app.clone(), stopped));
    let report = import_now(app, import).await;
    stop.send_replace(true);
    following.await.map_err(|error| Fault::Internal(error.to_string()))?;
    follower::settle(app).await?;
    report
}

fn format(args: &ImportArgs) -> Result<Format, Ended> {
    let told = args.format.map(|format| match format {
        FormatArg::Csv => Format::Csv,
        FormatArg::Jsonl => Format::JsonLines,
    });
    told.or_else(|| Format::of_name(&args.file.to_string_lossy())).ok_or_else(|| {
        let file = args.file.display();
        Ended::Refused(format!(
            "{file}: import-format: 文件名看不出格式，请加 --format csv 或 --format jsonl。 / \
             The name does not tell the format; add --format csv or --format jsonl."
        ))
    })
}

/// The bytes of the file; a file that is too large is refused before it is read.
pub fn bytes(file: &Path) -> Result<Vec<u8>, Ended> {
    let unreadable = |error: std::io::Error| {
        Ended::Refused(format!(
            "{}: file-unreadable: 不能读取文件：{error}。请检查路径和权限。 / Cannot read the file: {error}. Check its path and permissions.",
            file.display()
        ))
    };
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    if size > kernel::limits::IMPORT_BYTES_MAX as u64 {
        return Err(Ended::Refused(line(&file.display().to_string(), &too_large(size))));
    }
    std::fs::read(file).map_err(unreadable)
}

/// Opens the house; with the lock in hand when no server uses the data folder.
async fn house(place: &Place, dry_run: bool) -> Result<(App, Option<crate::house::Lock>), Ended> {
    match lock(&place.data) {
        // A trial needs no index of its own, but a fresh data folder has none to ask either.
        Ok(held) => Ok((open(place, Opening::command(Mode::Write)).await?, Some(held))),
        Err(_) if place.data.join("serve.lock").exists() => {
            tracing::debug!(dry_run, "import.beside a running server");
            Ok((open(place, Opening::command(Mode::Read)).await?, None))
        }
        Err(ended) => Err(ended),
    }
}

/// One line a problem, in the form editors understand: `file:line:column: code: …`.
fn line(file: &str, p: &Problem) -> String {
    format!("{file}:{}:{}: {}: {} / {}", p.line, p.column, p.code, p.zh, p.en)
}

fn tell(file: &str, noun: Noun, report: &Report, json: bool) -> Result<(), Ended> {
    for warning in &report.warnings {
        eprintln!("{}", line(file, warning));
    }
    if report.warnings_total > report.warnings.len() {
        let more = report.warnings_total - report.warnings.len();
        eprintln!("{file}: 另有 {more} 条提示未列出 / {more} more remarks are not listed");
    }
    if json {
        println!("{}", serde_json::to_string_pretty(report).map_err(|error| Ended::Refused(error.to_string()))?);
    }
    if report.refused() {
        return Err(Ended::Refused(refusal(file, report)));
    }
    if !json {
        let Report { rows, created, updated, unchanged, kept, .. } = report;
        let trial = if report.dry_run { "试运行，未作更改 dry run, nothing was changed: " } else { "" };
        println!(
            "{trial}{} {rows} 行 rows: 新增 created {created}, 更改 updated {updated}, 没有变化 unchanged {unchanged}, 保持原样 left alone {kept}",
            noun.code()
        );
    }
    Ok(())
}

fn refusal(file: &str, report: &Report) -> String {
    let mut lines: Vec<String> = report.problems.iter().map(|problem| line(file, problem)).collect();
    let (total, listed) = (report.problems_total, report.problems.len());
    if total > listed {
        lines.push(format!(
            "{file}: 共 {total} 处问题，列出前 {listed} 处 / {total} problems, the first {listed} are listed"
        ));
    }
    lines.push(format!(
        "{file}: 未作任何更改；请改正后重新导入。 / Nothing was changed; correct the file and import it again."
    ));
    lines.join("\n")
}
