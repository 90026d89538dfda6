//! Importing organisations, needs and offers: check the whole file, stage it in chunks, publish it by one flip.
//!
//! New records are written with the batch's id and stay invisible until the batch is published, which is one row
//! (see `store::visibility`). Changes of records that are visible already are put aside and applied after the flip by
//! a job, chunk by chunk. A batch whose process died is given up and removed by another job. So nobody who writes
//! waits longer than for one chunk, and a file counts as a whole or not at all.

mod apply;
mod clean;
mod plan;
mod stage;

pub use apply::apply_job;
pub use clean::clean_job;

use crate::corridor;
use crate::rules::import::{Format, Noun, Parsed, Problem, Problems, Reading, read};
use crate::rules::organisation::Known;
use crate::store;
pub use crate::store::import::{Batch, State};
use kernel::Refusal;
use platform::policy::{Attr, Resource};
use platform::{App, Ctx, Fault, Outcome};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Name of the job that applies changes after the flip.
pub const APPLY_JOB: &str = "registry.import_apply";
/// Name of the job that removes a batch nobody finished.
pub const CLEAN_JOB: &str = "registry.import_clean";

/// A file to import.
#[derive(Debug, Clone)]
pub struct Import {
    /// What it holds.
    pub noun: Noun,
    /// How it is written.
    pub format: Format,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its name, for the list of imports.
    pub file: String,
    /// Check and compare only.
    pub dry_run: bool,
    /// Needs and offers are published at once, without a review; for the operator's own command only.
    pub publish: bool,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Nothing was stored because only a check was asked for.
    pub dry_run: bool,
    /// Rows of the file.
    pub rows: usize,
    /// New records.
    pub created: usize,
    /// Records that change; they follow shortly after the new ones.
    pub updated: usize,
    /// Rows that say what the house holds already.
    pub unchanged: usize,
    /// Rows left alone, because their record is claimed, edited or came another way.
    pub kept: usize,
    /// What is wrong; while there is anything, nothing is stored.
    pub problems: Vec<Problem>,
    /// How many problems there are; the list may be shorter.
    pub problems_total: usize,
    /// What was accepted all the same, and which rows were left alone.
    pub warnings: Vec<Problem>,
    /// How many of these there are; the list may be shorter.
    pub warnings_total: usize,
    /// The batch, if something was stored.
    pub batch: Option<String>,
}

impl Report {
    /// Whether the file was refused.
    pub fn refused(&self) -> bool {
        self.problems_total > 0
    }

    fn with_problems(mut self, problems: Problems) -> Report {
        (self.problems, self.problems_total) = (problems.listed, problems.total);
        self
    }
}

fn resource(noun: Noun, publish: bool, offices: BTreeSet<String>) -> Resource {
    let new = Resource::new("Import", noun.code()).with("noun", noun.code()).with("publish", publish);
    new.with("offices", Attr::Set(offices.into_iter().collect()))
}

/// Imports a file, or says everything that is wrong with it. All or nothing.
///
/// # Errors
/// As the policy says; `import-running` while another import is being stored; `import-dropped` when this one was given
/// up meanwhile. What is wrong with the file is no error but in the report.
pub async fn import_create(app: &App, ctx: &Ctx, import: Import) -> Outcome<Report> {
    app.policies().require(ctx, "import_create", &resource(import.noun, import.publish, BTreeSet::new()))?;
    if let Some(report) = app.first_answer(ctx, stage::PUBLISH).await? {
        return Ok(report);
    }
    let Import { noun, format, bytes, file, dry_run, publish } = import;
    let parsed = parse(app, ctx, noun, format, publish, bytes).await?;
    let mut report = Report { dry_run, rows: parsed.count, ..Report::default() };
    if !parsed.problems.is_empty() {
        (report.warnings, report.warnings_total) = (parsed.warnings.listed, parsed.warnings.total);
        return Ok(report.with_problems(parsed.problems));
    }
    if !dry_run {
        apply::apply_waiting(app, ctx).await?;
    }
    let (plan, problems) = plan::plan(app, noun, parsed.rows, parsed.warnings).await?;
    app.policies().require(ctx, "import_create", &resource(noun, publish, plan.offices.clone()))?;
    report.created = plan.creates.len();
    report.updated = plan.changes.len();
    (report.unchanged, report.kept) = (plan.unchanged, plan.kept);
    (report.warnings, report.warnings_total) = (plan.remarks.listed.clone(), plan.remarks.total);
    if !problems.is_empty() || dry_run || plan.is_empty() {
        return Ok(report.with_problems(problems));
    }
    stage::store(app, ctx, stage::Job { noun, publish, file: file_name(&file) }, plan, report).await
}

/// Reads a file beside the runtime: a large one takes a second.
async fn parse(app: &App, ctx: &Ctx, noun: Noun, format: Format, publish: bool, bytes: Vec<u8>) -> Outcome<Parsed> {
    let corridor = corridor::of(app);
    let (today, demo) = (ctx.now.date(), ctx.actor.demo);
    let work = move || {
        let known =
            Known { city: &|code| corridor.place(code).is_some(), segment: &|id| corridor.segment(id).is_some() };
        read(&bytes, &Reading { noun, format, known: &known, today, publish, demo })
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Internal(format!("import: {error}")))
}

/// The last part of a path, without what no list can show.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(120).collect()
}

/// The newest imports one may see, and how many there are.
pub async fn import_list(app: &App, ctx: &Ctx, before: Option<String>, limit: usize) -> Outcome<(Vec<Batch>, i64)> {
    app.policies().require(ctx, "import_list", &Resource::house())?;
    let conn = app.db().read();
    let allowed = app.policies().filter(ctx, "import_view", "ImportBatch", &store::import::POLICY_COLUMNS, 1)?;
    let before = match before {
        None => None,
        Some(id) => {
            let last = store::import::by_id(&conn, &id).await?.ok_or_else(platform::web::page::cursor_refused)?;
            Some((last.started_ms, last.id))
        }
    };
    store::import::list(&conn, allowed, before, i64::try_from(limit).unwrap_or(i64::MAX)).await
}

/// One import with its report.
///
/// # Errors
/// 404 when there is none, or it is not for this person to see.
pub async fn import_by_id(app: &App, ctx: &Ctx, id: &str) -> Outcome<(Batch, Report)> {
    let batch = store::import::by_id(&app.db().read(), id).await?.ok_or_else(Refusal::not_found)?;
    let seen = Resource::new("ImportBatch", id).with("by", batch.started_by.as_str());
    app.policies().require(ctx, "import_view", &seen)?;
    let report = serde_json::from_str(&batch.report).unwrap_or_default();
    Ok((batch, report))
}

#[cfg(test)]
mod tests;
