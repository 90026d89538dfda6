//! One contact request: what was said, and what can be done.

use super::list::state_tag;
use crate::actions::contact::{
    ContactView, Message, Reply, contact_answer, contact_open, contact_revoke, contact_say, contact_view,
    contact_withdraw,
};
use crate::api::contact::AnswerBody;
use crate::pages::listing::day_before;
use crate::rules::contact::{MESSAGE_CHARS_MAX, Reason, State};
use askama::Template;
use axum::extract::{Path, State as Here};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Choice, Crumbs, Fact, Facts, Field, FieldKind, Form, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault, Outcome};
use rooms::pages::status;
use rooms::pages::typed::Typed;

#[derive(Template)]
#[template(path = "registry/contact_thread.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    messages: Vec<Said>,
    reason: String,
    answer: Option<Form>,
    say: Option<Form>,
    open: Option<Form>,
    revoke: Option<Form>,
    withdraw: Option<Form>,
    openings: Option<Vec<String>>,
    opened: String,
    opened_note: String,
}

struct Said {
    voice: String,
    name: String,
    at_ms: i64,
    text: String,
}

/// The thread.
pub(super) async fn page(Here(app): Here<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = contact_view(&app, &caller.ctx, &id).await?;
    Ok(html(&thread(&caller, &view)))
}

fn thread(caller: &Caller, view: &ContactView) -> Page {
    let t = caller.visit.t;
    let contact = &view.card.contact;
    let title = t.args("contact-row", &[("from", view.card.from.as_str()), ("to", view.card.to.as_str())]);
    let post = |what: &str, label: &str| Form::new(t, format!("/contacts/{}/{what}", contact.id), t.msg(label));
    let said = |m: &Message| Said {
        voice: t.msg(format!("contact-voice-{}", m.voice.code())).into_owned(),
        name: m.name.clone(),
        at_ms: m.at_ms,
        text: m.body.clone(),
    };
    let reason = contact.reason.map(|reason| t.msg(format!("contact-reason-{}", reason.code())));
    let opening =
        |(at, name): &(i64, String)| t.args("contact-opening", &[("date", t.datetime(*at)), ("name", name.clone())]);
    Page {
        shell: caller.visit.shell(title.clone()).private().here("/contacts"),
        detail: frame(t, view, title),
        messages: view.messages.iter().map(said).collect(),
        reason: reason
            .map_or(String::new(), |reason| t.with("contact-declined-because", "reason", reason.into_owned())),
        answer: view.can.answer.then(|| answer_form(t, view)),
        say: view.can.say.then(|| say_form(t, view)),
        open: view.can.open.then(|| post("openings", "contact-open")),
        revoke: view.can.revoke.then(|| post("revocations", "contact-revoke")),
        withdraw: view.can.withdraw.then(|| post("withdrawals", "contact-withdraw")),
        openings: (contact.asks_detail && view.can.revoke).then(|| view.openings.iter().map(opening).collect()),
        opened: String::new(),
        opened_note: String::new(),
    }
}

fn frame(t: T, view: &ContactView, title: String) -> DetailFrame {
    let contact = &view.card.contact;
    let mut tags = vec![state_tag(t, contact.state)];
    if contact.demo {
        tags.insert(0, Tag::demo(t));
    }
    if contact.office.is_some() {
        tags.push(Tag::new(Tone::Plain, t.msg("contact-by-office")));
    }
    let heading = match &view.card.about {
        Some(listing) => t.pick(&listing.content.title, &listing.content.title_en).to_owned(),
        None => title.clone(),
    };
    DetailFrame {
        crumbs: Crumbs::new(t, title.clone()).over("/contacts", t.msg("contact-title")),
        lede: if heading == title { String::new() } else { title },
        heading,
        other_name: String::new(),
        tags,
        phases: None,
        facts: vec![Facts { title: String::new(), facts: facts(t, view) }],
        actions: Vec::new(),
        source: None,
        proof: None,
    }
}

fn facts(t: T, view: &ContactView) -> Vec<Fact> {
    let (card, contact) = (&view.card, &view.card.contact);
    let mut facts = vec![
        Fact::new(t.msg("contact-from"), &card.from).link(format!("/organisations/{}", contact.from)),
        Fact::new(t.msg("contact-to"), &card.to).link(format!("/organisations/{}", contact.to)),
    ];
    if let Some(listing) = &card.about {
        let title = t.pick(&listing.content.title, &listing.content.title_en);
        facts.push(Fact::new(t.msg(format!("listing-{}", listing.side.code())), title).link(format!(
            "{}/{}",
            listing.side.path(),
            listing.id
        )));
    }
    facts.push(Fact::new(t.msg("contact-fact-sent"), t.datetime(contact.created.ms())));
    if contact.state == State::Open {
        facts.push(Fact::new(t.msg("contact-fact-due"), contact.due.date.to_string()));
    }
    if contact.state.is_waiting() {
        facts.push(Fact::new(t.msg("contact-fact-expires"), day_before(contact.expires).to_string()));
    }
    let detail = match (contact.consent, contact.asks_detail) {
        (true, _) => "contact-detail-open",
        (false, true) => "contact-detail-asked",
        (false, false) => "contact-detail-not-asked",
    };
    facts.push(Fact::new(t.msg("contact-fact-detail"), t.msg(detail)));
    facts
}

fn answer_form(t: T, view: &ContactView) -> Form {
    let choice = |code: &str| {
        Choice::new(code, t.msg(format!("contact-answer-{code}"))).hint(t.msg(format!("contact-answer-{code}-hint")))
    };
    let answers = FieldKind::Radio(["accept", "question", "decline"].map(choice).to_vec());
    let mut form = Form::new(t, format!("/contacts/{}/answers", view.card.contact.id), t.msg("contact-answer-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, answers, "answer", t.msg("contact-answer")));
    if view.can.consent {
        let yes = vec![Choice::new("1", t.msg("contact-consent-yes")).hint(t.msg("contact-consent-hint"))];
        form = form.field(Field::new(t, FieldKind::Check(yes), "consent", t.msg("contact-consent")).optional());
    }
    let reasons = Reason::ALL.map(|r| Choice::new(r.code(), t.msg(format!("contact-reason-{}", r.code())))).to_vec();
    let words = Field::lines(t, "message", t.msg("contact-answer-message"), 4);
    form.field(Field::new(t, FieldKind::Select(reasons), "reason", t.msg("contact-reason")).optional())
        .field(words.hint(t.msg("contact-answer-message-hint")).chars_max(MESSAGE_CHARS_MAX).optional())
}

/// The message has another name than the answer's, since both forms stand on one page.
fn say_form(t: T, view: &ContactView) -> Form {
    Form::new(t, format!("/contacts/{}/messages", view.card.contact.id), t.msg("contact-say-send"))
        .idempotency_key(new_key())
        .field(Field::lines(t, "words", t.msg("contact-say"), 4).chars_max(MESSAGE_CHARS_MAX))
}

/// A refused form comes back in its place with what was written.
async fn again(
    app: &App,
    caller: &Caller,
    id: &str,
    refusal: Refusal,
    refill: impl FnOnce(&mut Page, &Refusal),
) -> Result<Response, Problem> {
    let view = contact_view(app, &caller.ctx, id).await?;
    let mut page = thread(caller, &view);
    refill(&mut page, &refusal);
    Ok(html_with(status(&refusal), &page))
}

/// Answers the request.
pub(super) async fn answer(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match answered(&app, &caller, &id, &typed).await {
        Ok(entry) => Ok(Redirect::to(&format!("/contacts/{id}/receipts/{entry}")).into_response()),
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            again(&app, &caller, &id, refusal, |page, refusal| {
                page.answer = page.answer.take().map(|form| form.fill(typed.pairs()).refuse(refusal));
            })
            .await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn answered(app: &App, caller: &Caller, id: &str, typed: &Typed) -> Outcome<i64> {
    let body = AnswerBody {
        answer: typed.get("answer").to_owned(),
        consent: typed.get("consent") == "1",
        reason: Some(typed.get("reason").to_owned()).filter(|code| !code.is_empty()),
        message: typed.raw("message").unwrap_or_default().to_owned(),
    };
    let answer = body.answer()?;
    let reply = Reply { id: id.to_owned(), answer, text: body.message };
    Ok(contact_answer(app, &caller.ctx, reply).await?.entry)
}

/// Adds a message.
pub(super) async fn say(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let words = typed.raw("words").unwrap_or_default();
    match contact_say(&app, &caller.ctx, &id, words).await {
        Ok(_) => Ok(Redirect::to(&format!("/contacts/{id}#words")).into_response()),
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            again(&app, &caller, &id, refusal.at("words"), |page, refusal| {
                page.say = page.say.take().map(|form| form.fill(typed.pairs()).refuse(refusal));
            })
            .await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Takes the request back.
pub(super) async fn withdraw(
    Here(app): Here<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let done = contact_withdraw(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(&format!("/contacts/{id}/receipts/{}", done.entry)).into_response())
}

/// Shows the protected part. It is the answer to the press itself and has no address of its own, since each
/// showing is recorded.
pub(super) async fn open(Here(app): Here<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (detail, done) = contact_open(&app, &caller.ctx, &id).await?;
    let view = contact_view(&app, &caller.ctx, &id).await?;
    let mut page = thread(&caller, &view);
    page.opened = detail;
    page.opened_note = caller.visit.t.with("contact-opened-note", "entry", done.entry.to_string());
    Ok(html(&page))
}

/// Closes the protected part again.
pub(super) async fn revoke(Here(app): Here<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    contact_revoke(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(&format!("/contacts/{id}")).into_response())
}
