//! Uploading a file: which noun, the file, check only or import. A refused file comes back with every bad row.

use super::{counts_of, problems};
use crate::actions::import::{Import, Report, import_create};
use crate::rules::import::{Format, Noun};
use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::policy::Resource;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Facts, Field, FieldKind, Form, Table};
use platform::web::{Problem as WebProblem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::typed::Typed;

/// File names that the browser offers.
const ACCEPTED: &str = ".csv,.jsonl,.ndjson";

#[derive(Template)]
#[template(path = "registry/import_new.html")]
struct Page {
    shell: Shell,
    step: StepFrame,
    result: Option<Outcome>,
}

/// What became of the file that was sent.
struct Outcome {
    heading: String,
    text: String,
    refused: bool,
    counts: Facts,
    problems: Option<Table>,
    more: i64,
}

fn form(t: T, typed: &Typed) -> Form {
    let nouns = Noun::ALL.map(|noun| Choice::new(noun.code(), t.msg(format!("import-noun-{}", noun.code())))).to_vec();
    let check = vec![Choice::new("1", t.msg("import-q-check-only")).hint(t.msg("import-q-check-hint"))];
    let file = FieldKind::File(ACCEPTED);
    Form::new(t, "/admin/imports", t.msg("import-submit"))
        .cancel("/admin/imports", t.msg("contact-cancel"))
        .field(Field::new(t, FieldKind::Radio(nouns), "noun", t.msg("import-q-noun")))
        .field(Field::new(t, file, "file", t.msg("import-q-file")).hint(t.msg("import-q-file-hint")))
        .field(Field::new(t, FieldKind::Check(check), "dry_run", t.msg("import-q-check")).optional())
        .fill(typed.pairs())
}

fn page_of(caller: &Caller, form: Form, result: Option<Outcome>) -> Page {
    let task = caller.visit.t.msg("import-new").into_owned();
    let step = StepFrame { form, task: task.clone(), step: 0, steps: 0, back_href: "/admin/imports".to_owned() };
    Page { shell: caller.visit.shell(task).here("/admin").private(), step, result }
}

/// The empty form; the check comes ticked, because whoever is new to this should begin with it.
pub(super) async fn page(State(app): State<App>, caller: Caller) -> Result<Response, WebProblem> {
    app.policies().require(&caller.ctx, "import_list", &Resource::house())?;
    let begin: Typed =
        [("noun", "organisations"), ("dry_run", "1")].map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect();
    Ok(html(&page_of(&caller, form(caller.visit.t, &begin), None)))
}

/// What a browser sent: the words of the form, and the file with its name.
struct Sent {
    typed: Typed,
    name: String,
    bytes: Vec<u8>,
}

async fn read(mut parts: Multipart) -> Result<Sent, WebProblem> {
    let unreadable = |error: axum::extract::multipart::MultipartError| WebProblem::bare(error.status());
    let mut sent = Sent { typed: Typed::default(), name: String::new(), bytes: Vec::new() };
    let mut words = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            sent.name = part.file_name().unwrap_or_default().to_owned();
            sent.bytes = part.bytes().await.map_err(unreadable)?.to_vec();
        } else {
            words.push((name, part.text().await.map_err(unreadable)?));
        }
    }
    sent.typed = words.into_iter().collect();
    Ok(sent)
}

fn command(sent: Sent) -> Result<Import, Refusal> {
    let noun = Noun::parse(sent.typed.get("noun")).ok_or_else(|| {
        Refusal::invalid("import-noun", "请选择文件里是机构、需求还是供给。", "Choose what is in the file.").at("noun")
    })?;
    let format = Format::of_name(&sent.name).ok_or_else(|| {
        Refusal::invalid(
            "import-format",
            "请选择文件名以 .csv 或 .jsonl 结尾的文件。",
            "Choose a file whose name ends in .csv or .jsonl.",
        )
        .at("file")
    })?;
    let dry_run = !sent.typed.get("dry_run").is_empty();
    Ok(Import { noun, format, bytes: sent.bytes, file: sent.name, dry_run, publish: false })
}

/// Takes the file: stored, checked, or refused with every bad row.
pub(super) async fn send(State(app): State<App>, caller: Caller, parts: Multipart) -> Result<Response, WebProblem> {
    let sent = read(parts).await?;
    let form = form(caller.visit.t, &sent.typed);
    let report = match command(sent) {
        Err(refusal) => Err(Fault::from(refusal)),
        Ok(import) => {
            let ctx = caller.ctx.clone();
            // A task of its own: a browser that goes away does not stop it half-way.
            let task = tokio::spawn(async move { import_create(&app, &ctx, import).await });
            task.await.map_err(|error| Fault::Internal(format!("import: {error}")))?
        }
    };
    match report {
        Ok(Report { batch: Some(batch), .. }) => Ok(Redirect::to(&format!("/admin/imports/{batch}")).into_response()),
        Ok(report) => {
            let status = if report.refused() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let result = outcome(caller.visit.t, &report);
            Ok(html_with(status, &page_of(&caller, form, Some(result))))
        }
        Err(Fault::Refused(refusal)) if refusal.kind.status() == 422 => {
            let page = page_of(&caller, form.refuse(&refusal), None);
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn outcome(t: T, report: &Report) -> Outcome {
    let word = match (report.refused(), report.dry_run) {
        (true, _) => "refused",
        (false, true) => "checked",
        (false, false) => "nothing",
    };
    let (rows, total) = match report.refused() {
        true => (&report.problems, report.problems_total),
        false => (&report.warnings, report.warnings_total),
    };
    let title = t.msg(if report.refused() { "import-problems" } else { "import-remarks" });
    Outcome {
        heading: t.msg(format!("import-{word}")).into_owned(),
        text: t.msg(format!("import-{word}-text")).into_owned(),
        refused: report.refused(),
        counts: Facts { title: t.msg("import-report").into_owned(), facts: counts_of(t, report).to_vec() },
        problems: (!rows.is_empty()).then(|| problems(t, &title, rows)),
        more: i64::try_from(total - rows.len()).unwrap_or(i64::MAX),
    }
}
