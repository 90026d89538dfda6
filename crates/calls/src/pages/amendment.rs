//! Pages of amendments: the list with what has changed, and the form that amends.

use super::{Section, form_page, lines, read, receipt_of, refused, status, word, write};
use crate::actions::amendment::{Amendments, amendment_form, amendment_list, call_amend};
use crate::actions::call::View as CallView;
use crate::pages::words::title;
use crate::rules::amendment::{AmendDraft, Amendment, Change};
use crate::rules::call::Call;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use envelopes::rules::round::moment;
use futures_util::future::BoxFuture;
use kernel::limits::{ABSTRACT_CHARS_MAX, DETAIL_CHARS_MAX};
use kernel::{Instant, Refusal};
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Field, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::Typed;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/amendments", "amendment_list", get(list)),
        read("/calls/{id}/amendments/new", "call_amend", get(new)),
        write("/calls/{id}/amendments", "call_amend", "call.amended", post(amend)),
    ]
}

#[derive(Template)]
#[template(path = "calls/amendment_list.html")]
struct Page {
    shell: Shell,
    back: String,
    heading: String,
    amend_href: String,
    seal_again: String,
    items: Vec<Item>,
}

struct Item {
    title: String,
    when: String,
    notice: Vec<String>,
    changes: Vec<Changed>,
    rounds: Vec<(String, String)>,
}

struct Changed {
    label: String,
    old: Vec<String>,
    new: Vec<String>,
    hidden: bool,
}

async fn list(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = amendment_list(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    Ok(html(&Page {
        back: format!("/calls/{id}"),
        heading: title(t, &found.call),
        amend_href: if found.may_amend { format!("/calls/{id}/amendments/new") } else { String::new() },
        seal_again: if found.seal_again { format!("/calls/{id}/answers/new") } else { String::new() },
        items: found.items.iter().map(|one| item(t, one)).collect(),
        shell: caller.visit.shell(t.msg("amendment-title")).here("/calls").live(format!("call/{id}")),
    }))
}

fn item(t: T, amendment: &Amendment) -> Item {
    let round = |id: &str, key: &str| (format!("/rounds/{id}"), word(t, key));
    Item {
        title: t.n("amendment-version", amendment.version),
        when: t.datetime(amendment.at_ms),
        notice: lines(&amendment.notice),
        changes: amendment.changes.iter().map(|change| changed(t, change)).collect(),
        rounds: vec![
            round(&amendment.round_old, "amendment-round-old"),
            round(&amendment.round_new, "amendment-round-new"),
        ],
    }
}

fn changed(t: T, change: &Change) -> Changed {
    let shown = |text: &str| match (change.field.as_str(), text.parse::<i64>()) {
        ("closes_ms", Ok(ms)) => vec![t.datetime(ms)],
        _ => lines(text),
    };
    Changed {
        label: word(t, format!("amendment-field-{}", change.field.replace('_', "-"))),
        old: shown(&change.old),
        new: shown(&change.new),
        hidden: matches!(change.field.as_str(), "details" | "nda"),
    }
}

async fn new(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let call = amendment_form(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    Ok(html(&form_page(&caller, word(t, "amendment-new"), format!("/calls/{id}"), form(t, &call, None))))
}

/// The texts that may change, as they stand or as they were typed.
fn form(t: T, call: &Call, typed: Option<&Typed>) -> Form {
    let text = |name: &'static str, stands: &str, rows: u8, max: usize| {
        let field = Field::lines(t, name, t.msg(format!("amendment-field-{}", name.replace('_', "-"))), rows);
        let field = field.chars_max(max).value(typed.and_then(|typed| typed.raw(name)).unwrap_or(stands));
        if matches!(name, "notice" | "summary" | "ip") { field } else { field.optional() }
    };
    let closes = call.closes_ms.map_or(String::new(), |ms| Instant::from_ms(ms).to_minute());
    let closes = typed.and_then(|typed| typed.raw("closes")).map_or(closes, str::to_owned);
    Form::new(t, format!("/calls/{}/amendments", call.id), t.msg("amendment-send"))
        .field(text("notice", "", 4, ABSTRACT_CHARS_MAX).hint(t.msg("amendment-notice-hint")))
        .field(
            Field::line(t, "closes", t.msg("amendment-field-closes-ms"))
                .hint(t.msg("amendment-closes-hint"))
                .value(closes),
        )
        .field(text("summary", &call.summary, 6, ABSTRACT_CHARS_MAX))
        .field(text("summary_en", &call.summary_en, 4, ABSTRACT_CHARS_MAX))
        .field(text("eligibility", &call.eligibility, 3, ABSTRACT_CHARS_MAX))
        .field(text("ip", &call.ip, 3, ABSTRACT_CHARS_MAX))
        .field(text("details", &call.details, 6, DETAIL_CHARS_MAX).hint(t.msg("amendment-details-hint")))
        .field(text("nda", &call.nda, 6, DETAIL_CHARS_MAX))
        .idempotency_key(new_key())
}

fn draft(call: &Call, typed: &Typed) -> Result<AmendDraft, Refusal> {
    let text = |name: &str| typed.raw(name).map(str::to_owned);
    // The minute that stands there is not the millisecond it stands for: only a changed one is read.
    let stands = call.closes_ms.map(|ms| Instant::from_ms(ms).to_minute());
    let closes = typed.get("closes");
    let closes_ms = if stands.as_deref() == Some(closes) { None } else { Some(moment(closes, "closes")?) };
    Ok(AmendDraft {
        summary: text("summary"),
        summary_en: text("summary_en"),
        details: text("details"),
        nda: text("nda"),
        eligibility: text("eligibility"),
        ip: text("ip"),
        closes_ms,
        opens_by_ms: None,
        notice: typed.get("notice").to_owned(),
    })
}

async fn amend(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let call = amendment_form(&app, &caller.ctx, &id).await?;
    let outcome = match draft(&call, &typed) {
        Ok(draft) => call_amend(&app, &caller.ctx, &id, draft).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(done) => Ok(receipt_of(&caller, "amendment", "done", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let t = caller.visit.t;
            let form = form(t, &call, Some(&typed)).refuse(&refusal);
            let page = form_page(&caller, word(t, "amendment-new"), format!("/calls/{id}"), form);
            Ok(html_with(status(&refusal), &page))
        }
    }
}

#[derive(Template)]
#[template(path = "calls/amendment_section.html")]
struct Body {
    t: T,
    text: String,
    href: String,
    seal_again: String,
}

/// What the page of a call says of its amendments; whoever has to seal again is told so.
pub(crate) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a CallView,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(async move {
        if !view.state.is_open() {
            return Ok(None);
        }
        let t = caller.visit.t;
        let Amendments { items, may_amend, seal_again, .. } = amendment_list(app, &caller.ctx, &view.call.id).await?;
        let amend = format!("/calls/{}/amendments/new", view.call.id);
        let again = format!("/calls/{}/answers/new", view.call.id);
        let mut acts = Vec::new();
        if seal_again {
            acts.push(Action::new(&again, t.msg("amendment-seal-again")));
        }
        if may_amend {
            acts.push(Action::new(amend, t.msg("amendment-new")));
        }
        let text = match items.first() {
            None if !may_amend => return Ok(None),
            None => word(t, "amendment-none"),
            Some(last) => t.with2("amendment-last", "count", items.len(), "when", t.datetime(last.at_ms)),
        };
        let href = if items.is_empty() { String::new() } else { format!("/calls/{}/amendments", view.call.id) };
        let body = Body { t, text, href, seal_again: if seal_again { again } else { String::new() } };
        Section::of("amendments-title", word(t, "amendment-title"), &body, acts).map(Some)
    })
}
