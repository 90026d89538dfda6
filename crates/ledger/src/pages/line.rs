//! One line of a statement: what it is, saying so by hand, entering it to an account, and taking that back.

use crate::actions::line::{View, line_entry_decide, line_match, line_propose, line_unmatch, line_view};
use crate::pages::SECTION;
use crate::pages::words::{account_choices, entry_tag, line_tag, money, payment_choices, signed};
use crate::rules::payment::{REMARK_CHARS_MAX, masked};
use crate::rules::reconcile::{EntryDraft, LineEntry};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Choice, Crumbs, Fact, Facts, Field, FieldKind, Form, Tag};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::actions::Done;
use rooms::pages::typed::Typed;
use rooms::pages::{detail, refused, status, word};
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/statement-lines/{id}", "statement_view", get(page)),
        write("/statement-lines/{id}/matches", "line_match", "line.matched", post(matches)),
        write("/statement-lines/{id}/unmatchings", "line_unmatch", "line.unmatched", post(unmatch)),
        write("/statement-lines/{id}/entries", "line_propose", "line.proposed", post(propose)),
        write("/statement-lines/{id}/decisions", "line_entry_check", "line.entered", post(decide)),
    ]
}

#[derive(Template)]
#[template(path = "ledger/line.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    found: String,
    check: Option<Form>,
    check_text: String,
    matching: Option<Form>,
    propose: Option<Form>,
    unmatch: Option<Form>,
    entries: Vec<EntryRow>,
}

struct EntryRow {
    text: String,
    tag: Tag,
    about: String,
    at_ms: i64,
}

/// The forms of the page; what was typed goes back into the one that was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Match,
    Unmatch,
    Propose,
    Decide,
}

async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = line_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view, None)))
}

async fn matches(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let (payment, reason) = (typed.get("payment").to_owned(), typed.get("reason").to_owned());
    let outcome = line_match(&app, &caller.ctx, &id, payment, reason).await;
    then(&app, &caller, &id, (Sent::Match, &typed), outcome).await
}

async fn unmatch(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = line_unmatch(&app, &caller.ctx, &id, typed.get("undo_reason").to_owned()).await;
    then(&app, &caller, &id, (Sent::Unmatch, &typed), outcome).await
}

async fn propose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let draft = EntryDraft { account: typed.get("account").to_owned(), purpose: typed.get("purpose").to_owned() };
    let outcome = line_propose(&app, &caller.ctx, &id, draft).await;
    then(&app, &caller, &id, (Sent::Propose, &typed), outcome).await
}

/// Decides the proposal that the form names.
async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let (decision, remark) = (typed.get("decision").to_owned(), typed.get("remark").to_owned());
    let outcome = line_entry_decide(&app, &caller.ctx, typed.get("entry"), decision, remark).await;
    then(&app, &caller, &id, (Sent::Decide, &typed), outcome).await
}

async fn then(
    app: &App,
    caller: &Caller,
    id: &str,
    sent: (Sent, &Typed),
    outcome: Result<Done, Fault>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/statement-lines/{id}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = line_view(app, &caller.ctx, id).await?;
            Ok(html_with(status(&refusal), &build(caller, &view, Some((sent.0, sent.1, &refusal)))))
        }
    }
}

fn build(caller: &Caller, view: &View, sent: Option<(Sent, &Typed, &Refusal)>) -> Page {
    let (t, line) = (caller.visit.t, &view.line);
    // A refusal goes to the form it came from, if that is still there.
    let mut left = sent.map(|(_, _, refusal)| refusal.sentence(t.locale).to_owned()).unwrap_or_default();
    let mut dress = |which: Sent, form: Form| match sent {
        Some((own, typed, refusal)) if own == which => {
            left.clear();
            // The page has two reasons; each field has a name of its own.
            let refusal = match (which, refusal.field.as_deref()) {
                (Sent::Unmatch, Some("reason")) => refusal.clone().at("undo_reason"),
                _ => refusal.clone(),
            };
            form.fill(typed.pairs()).refuse(&refusal)
        }
        _ => form,
    };
    let waiting = view.waiting.as_ref().filter(|_| view.may_check);
    let check = waiting.map(|(entry, _)| dress(Sent::Decide, check_form(t, &line.open.id, entry)));
    let matching = (view.may_match && !view.candidates.is_empty()).then(|| dress(Sent::Match, match_form(t, view)));
    let propose = view.may_match.then(|| dress(Sent::Propose, propose_form(t, view)));
    let unmatch = view.may_unmatch.then(|| dress(Sent::Unmatch, unmatch_form(t, &line.open.id)));
    let row = |entry: &LineEntry| EntryRow {
        text: t.with2("line-entry-row", "purpose", entry.purpose.as_str(), "account", entry.account.as_str()),
        tag: entry_tag(t, entry),
        about: about(t, entry),
        at_ms: entry.decided_ms.unwrap_or(entry.created_ms),
    };
    let check_text = waiting.map(|(entry, account)| {
        let words = [("name", &entry.maker_name), ("account", &account.name), ("purpose", &entry.purpose)];
        t.args("line-entry-check-text", &words)
    });
    Page {
        shell: SECTION.shell(caller, title(t, view)),
        detail: frame(t, view),
        found: found(t, view),
        check,
        check_text: check_text.unwrap_or_default(),
        matching,
        propose,
        unmatch,
        entries: view.entries.iter().map(row).collect(),
        refusal: left,
    }
}

fn about(t: T, entry: &LineEntry) -> String {
    let names = [entry.maker_name.as_str(), entry.checker_name.as_str(), entry.remark.as_str()];
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    names.join(&word(t, "ledger-separator"))
}

fn title(t: T, view: &View) -> String {
    let line = &view.line;
    t.with2("line-heading", "date", line.open.day.to_string(), "amount", signed(line.open.amount))
}

/// What the line was found to be, in one sentence.
fn found(t: T, view: &View) -> String {
    let Some(told) = &view.line.matched else {
        let key = if view.line.proposed.is_some() { "line-found-proposed" } else { "line-found-open" };
        return word(t, key);
    };
    let number = view.payment.as_ref().map_or("", |payment| payment.number.as_str());
    let key = match (&told.payment, told.returned) {
        (Some(_), true) => "line-found-returned",
        (Some(_), false) => "line-found-paid",
        (None, _) => "line-found-entered",
    };
    let said = t.args(key, &[("number", number), ("name", told.by_name.as_str()), ("reason", told.reason.as_str())]);
    said.trim().to_owned()
}

fn match_form(t: T, view: &View) -> Form {
    let choices = FieldKind::Radio(payment_choices(t, &view.candidates));
    Form::new(t, format!("/statement-lines/{}/matches", view.line.open.id), t.msg("line-match-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, choices, "payment", t.msg("line-match-payment")))
        .field(Field::line(t, "reason", t.msg("line-match-reason")).chars_max(REMARK_CHARS_MAX))
}

fn propose_form(t: T, view: &View) -> Form {
    let choices = FieldKind::Select(account_choices(t, &view.accounts));
    Form::new(t, format!("/statement-lines/{}/entries", view.line.open.id), t.msg("line-propose-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, choices, "account", t.msg("line-propose-account")))
        .field(
            Field::line(t, "purpose", t.msg("line-propose-purpose"))
                .hint(t.msg("line-propose-purpose-hint"))
                .chars_max(REMARK_CHARS_MAX),
        )
}

fn unmatch_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/statement-lines/{id}/unmatchings"), t.msg("line-unmatch-send"))
        .idempotency_key(new_key())
        .field(Field::line(t, "undo_reason", t.msg("line-unmatch-reason")).chars_max(REMARK_CHARS_MAX))
}

fn check_form(t: T, line: &str, entry: &LineEntry) -> Form {
    let decision = ["approve", "reject"].map(|code| Choice::new(code, t.msg(format!("line-entry-decide-{code}"))));
    Form::new(t, format!("/statement-lines/{line}/decisions"), t.msg("line-entry-decide-send"))
        .idempotency_key(new_key())
        .hidden("entry", &entry.id)
        .field(Field::new(t, FieldKind::Radio(decision.to_vec()), "decision", t.msg("line-entry-decide")))
        .field(
            Field::lines(t, "remark", t.msg("line-entry-remark"), 2)
                .hint(t.msg("line-entry-remark-hint"))
                .chars_max(REMARK_CHARS_MAX)
                .optional(),
        )
}

fn frame(t: T, view: &View) -> DetailFrame {
    let line = &view.line;
    let days = t.with2("ledger-days", "from", view.statement.from.to_string(), "to", view.statement.to.to_string());
    let mut tags = vec![line_tag(t, line)];
    if line.demo {
        tags.push(Tag::demo(t));
    }
    DetailFrame {
        tags,
        lede: line.summary.clone(),
        facts: vec![facts(t, view)],
        ..detail(
            Crumbs::new(t, title(t, view))
                .over("/statements", t.msg("statement-title"))
                .over(format!("/statements/{}", line.statement), days),
            title(t, view),
        )
    }
}

fn facts(t: T, view: &View) -> Facts {
    let line = &view.line;
    let label = |key: &str| word(t, format!("line-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("account"), view.account.name.clone()).link(format!("/accounts/{}", line.account)),
        Fact::new(label("serial"), line.serial.clone()),
        Fact::new(label("amount"), money(t, line.open.amount)),
        Fact::new(label("balance"), money(t, line.balance)),
    ];
    for (key, value) in [("counterparty", &line.open.counterparty), ("reference", &line.reference)] {
        if !value.is_empty() {
            facts.push(Fact::new(label(key), value.clone()));
        }
    }
    if !line.open.counterparty_account.is_empty() {
        facts.push(Fact::new(label("counterparty-account"), masked(&line.open.counterparty_account)));
    }
    if let Some(payment) = &view.payment {
        facts.push(Fact::new(label("payment"), payment.number.clone()).link(format!("/payments/{}", payment.id)));
    }
    Facts { title: word(t, "side-facts"), facts }
}
