//! Pages of protected details: the agreement, signing it, and the details once it is signed.

use super::{Section, read, receipt, refused, status, word, write};
use crate::actions::call::View as CallView;
use crate::actions::nda::{Event, SignCommand, Signer, View, details_open, nda_sign, nda_standing, nda_view};
use crate::pages::words::title;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use kernel::Refusal;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Column, Form, Proofs, Table, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::Typed;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/agreement", "nda_view", get(page)),
        write("/calls/{id}/agreement/signatures", "nda_sign", "call.nda_signed", post(sign)),
        write("/calls/{id}/details/openings", "details_open", "call.details_opened", post(open)),
    ]
}

#[derive(Template)]
#[template(path = "calls/agreement.html")]
struct Page {
    shell: Shell,
    back: String,
    heading: String,
    refusal: String,
    agreement: Vec<String>,
    hash: String,
    signers: Vec<Line>,
    open: Option<Form>,
    events: Option<Table>,
}

/// An organisation of the reader.
struct Line {
    name: String,
    tag: Tag,
    about: String,
    form: Option<Form>,
}

#[derive(Template)]
#[template(path = "calls/details.html")]
struct DetailsPage {
    shell: Shell,
    back: String,
    heading: String,
    lines: Vec<String>,
    proof: Proofs,
}

async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = nda_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view, None)))
}

async fn sign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let command = SignCommand {
        organisation: typed.get("organisation").to_owned(),
        agreement_sha256: typed.get("agreement").to_owned(),
    };
    let t = caller.visit.t;
    match nda_sign(&app, &caller.ctx, &id, command).await {
        Ok(done) => {
            let links = vec![
                (format!("/calls/{id}/agreement"), word(t, "nda-open-go")),
                (format!("/calls/{id}"), word(t, "call-back")),
            ];
            Ok(receipt(&caller, word(t, "nda-signed-title"), &done, vec![word(t, "nda-signed-next")], links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = nda_view(&app, &caller.ctx, &id).await?;
            Ok(html_with(status(&refusal), &build(&caller, &view, Some(&refusal))))
        }
    }
}

/// Opens the details: a form and no link, since every opening is an entry.
async fn open(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (done, details) = details_open(&app, &caller.ctx, &id).await?;
    let view = nda_view(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    Ok(html(&DetailsPage {
        back: format!("/calls/{id}"),
        heading: title(t, &view.call),
        lines: super::lines(&details),
        proof: Proofs::of(t, done.entry, done.at_ms),
        shell: caller.visit.shell(t.msg("nda-details")).private().here("/calls"),
    }))
}

fn build(caller: &Caller, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let id = &view.call.id;
    let open = || Form::new(t, format!("/calls/{id}/details/openings"), t.msg("nda-open"));
    Page {
        back: format!("/calls/{id}"),
        heading: title(t, &view.call),
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        agreement: super::lines(&view.call.nda),
        hash: view.agreement_sha256.clone(),
        signers: view.signers.iter().map(|signer| line(t, view, signer)).collect(),
        open: view.may_open.then(open),
        events: (!view.events.is_empty()).then(|| events(t, view)),
        shell: caller.visit.shell(t.msg("nda-title")).private().here("/calls").live(format!("call/{id}")),
    }
}

fn line(t: T, view: &View, signer: &Signer) -> Line {
    let tag = match (&signer.signature, signer.holds) {
        (Some(_), true) => Tag::new(Tone::Pine, t.msg("nda-state-signed")),
        (Some(_), false) => Tag::new(Tone::Cinnabar, t.msg("nda-state-outdated")),
        (None, _) => Tag::new(Tone::Plain, t.msg("nda-state-unsigned")),
    };
    let about = match &signer.signature {
        Some(one) => t.with2("nda-signed-by", "name", one.by_name.as_str(), "when", t.datetime(one.at_ms)),
        None if signer.may_sign => word(t, "nda-sign-text"),
        None => word(t, "nda-sign-who"),
    };
    let form = || {
        Form::new(
            t,
            format!("/calls/{}/agreement/signatures", view.call.id),
            t.with("nda-sign", "name", signer.name.as_str()),
        )
        .hidden("organisation", &signer.organisation)
        .hidden("agreement", &view.agreement_sha256)
        .idempotency_key(new_key())
    };
    Line { name: signer.name.clone(), tag, about, form: signer.may_sign.then(form) }
}

fn events(t: T, view: &View) -> Table {
    let columns = ["when", "what", "who"].map(|key| Column::words(t.msg(format!("nda-col-{key}")))).to_vec();
    let mut table = Table::new(t, t.msg("nda-events-caption"), columns);
    table.caption_hidden = true;
    for event in &view.events {
        let name = event.organisation.as_ref().and_then(|id| view.names.get(id));
        let who = name.map_or_else(|| word(t, "nda-inside"), |(zh, en)| t.pick(zh, en).to_owned());
        table = table.row(vec![
            Cell::Text(t.datetime(event.entry.at_ms)),
            Cell::Text(t.entry_kind(&event.entry.kind).into_owned()),
            Cell::Text(who_of(event, who)),
        ]);
    }
    table
}

/// An organisation that the registry no longer knows is shown by its id.
fn who_of(event: &Event, name: String) -> String {
    event.organisation.clone().filter(|_| name.is_empty()).unwrap_or(name)
}

#[derive(Template)]
#[template(path = "calls/nda_section.html")]
struct Body {
    t: T,
    text: String,
    href: String,
    outdated: bool,
}

/// What the page of a call says of its protected details.
pub(crate) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a CallView,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(async move {
        let standing = nda_standing(app, &caller.ctx, &view.call).await?;
        if !standing.protected || !view.state.is_open() {
            return Ok(None);
        }
        let t = caller.visit.t;
        let href = format!("/calls/{}/agreement", view.call.id);
        let key = match (standing.may_open, standing.may_sign) {
            (true, _) => "nda-section-open",
            (false, true) => "nda-section-sign",
            (false, false) => "nda-section-closed",
        };
        let body = Body { t, text: word(t, key), href: href.clone(), outdated: standing.outdated };
        let acts = if standing.may_sign { vec![Action::new(href, t.msg("nda-go-sign"))] } else { Vec::new() };
        Section::of("nda-title", word(t, "nda-details"), &body, acts).map(Some)
    })
}
