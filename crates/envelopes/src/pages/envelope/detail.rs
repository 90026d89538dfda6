//! An envelope: its hash and receipt for whoever sent it, and after the opening what was in it.

use crate::actions::content::document_view;
use crate::actions::envelope::{View, envelope_bytes, envelope_view};
use crate::pages::SECTION;
use crate::pages::words::{bytes, content, fate_tag, reason};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Cell, Column, Crumbs, Fact, Facts, Proofs, Table, Tag, Tone};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use rooms::pages::{detail, word};

#[derive(Template)]
#[template(path = "envelopes/envelope.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    now: String,
    fields: Option<Facts>,
    files: Option<Table>,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    Path((round, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = envelope_view(&app, &caller.ctx, &round, &id).await?;
    Ok(html(&build(&caller, &view)?))
}

/// The envelope as it was sent.
pub(super) async fn sealed(
    State(app): State<App>,
    caller: Caller,
    Path((round, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (envelope, bytes) = envelope_bytes(&app, &caller.ctx, &round, &id).await?;
    Ok(attachment("application/octet-stream", &format!("{}.ylse", envelope.hash), bytes))
}

/// One document of an opened envelope.
pub(super) async fn document(
    State(app): State<App>,
    caller: Caller,
    Path((round, id, number)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let number = number.parse::<usize>().map_err(|_| Refusal::not_found())?;
    let document = document_view(&app, &caller.ctx, &round, &id, number).await?;
    Ok(attachment(&document.media_type, &document.name, document.bytes))
}

/// A file to be kept, never shown: what a stranger has sent must not run here.
pub fn attachment(media_type: &str, name: &str, bytes: Vec<u8>) -> Response {
    let name = platform::web::parts::encode(name);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}

fn build(caller: &Caller, view: &View) -> platform::Outcome<Page> {
    let t = caller.visit.t;
    let heading = t.n("envelope-heading", view.envelope.number);
    let manifest = content(view.fate.as_ref())?;
    let here = format!("/rounds/{}/envelopes/{}", view.round.id, view.envelope.id);
    let fields = manifest.as_ref().filter(|manifest| !manifest.fields.is_empty()).map(|manifest| Facts {
        title: word(t, "envelope-fields"),
        facts: manifest.fields.iter().map(|(name, value)| Fact::new(field_name(t, name), value)).collect(),
    });
    let files = manifest.as_ref().filter(|manifest| !manifest.files.is_empty()).map(|manifest| {
        let columns = vec![
            Column::words(t.msg("envelope-file-name")),
            Column::numbers(t.msg("envelope-file-bytes"), ""),
            Column::words("SHA-256"),
        ];
        let mut table = Table::new(t, t.msg("envelope-files-caption"), columns);
        table.caption_hidden = true;
        for (number, file) in (1..).zip(&manifest.files) {
            table = table.row(vec![
                Cell::Link { href: format!("{here}/files/{number}"), text: file.name.clone() },
                Cell::Text(bytes(t, file.bytes)),
                Cell::Text(file.sha256.chars().take(16).collect()),
            ]);
        }
        table
    });
    Ok(Page {
        now: now(t, view),
        fields,
        files,
        detail: frame(t, view, heading.clone(), &here),
        shell: SECTION.shell(caller, heading).live(format!("round/{}", view.round.id)),
    })
}

/// The questions of plain rounds have names in both languages; others keep theirs.
fn field_name(t: T, name: &str) -> String {
    let key = format!("envelope-field-{name}");
    if t.texts.has(&key) { word(t, key) } else { name.to_owned() }
}

fn now(t: T, view: &View) -> String {
    match (&view.fate, view.envelope.superseded_ms) {
        (Some(fate), _) => match &fate.reason {
            Some(code) => t.with("envelope-now-unopenable", "reason", reason(t, code)),
            None => word(t, "envelope-now-opened"),
        },
        (None, Some(_)) => word(t, "envelope-now-superseded"),
        (None, None) => word(t, "envelope-now-sealed"),
    }
}

fn frame(t: T, view: &View, heading: String, here: &str) -> DetailFrame {
    let envelope = &view.envelope;
    let label = |key: &str| word(t, format!("envelope-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("hash"), &envelope.hash),
        Fact::new(label("pseudonym"), &envelope.pseudonym),
        Fact::new(label("sent"), t.datetime(envelope.sent_ms)),
        Fact::new(label("bytes"), bytes(t, envelope.bytes)),
    ];
    let content = view.fate.as_ref().and_then(|fate| fate.content_sha256.as_ref());
    facts.extend(content.map(|hash| Fact::new(label("content"), hash)));
    facts.push(
        Fact::new(label("organisation"), t.msg("envelope-organisation-look"))
            .link(format!("/organisations/{}", envelope.organisation)),
    );
    let title = t.pick(&view.round.title, &view.round.title_en);
    let tag = match envelope.superseded_ms {
        Some(_) => Tag::new(Tone::Plain, t.msg("envelope-superseded")),
        None => fate_tag(t, view.fate.as_ref()),
    };
    DetailFrame {
        tags: vec![tag],
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        actions: vec![Action::new(format!("{here}/sealed"), t.msg("envelope-sealed"))],
        proof: view.entry.map(|entry| Proofs::of(t, entry, envelope.sent_ms)),
        ..detail(
            Crumbs::new(t, &heading)
                .over("/rounds", t.msg("round-list-title"))
                .over(format!("/rounds/{}", view.round.id), title),
            heading,
        )
    }
}
