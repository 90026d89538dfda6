//! Questions: asking without a name, answering for everybody, leaving one unanswered.

use super::{by, call_resource, load};
use crate::rules::call::Call;
use crate::rules::question::{self as rules, Question, QuestionState, Voice};
use crate::store;
use crate::store::question::Reader;
use kernel::Refusal;
use platform::ctx::Mandate;
use platform::db::Txn;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use registry::lookup;
use rooms::actions::Done;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The object kind of a question in the journal. Its entries do not say who asked.
pub(crate) const OBJECT: &str = "call_question";

/// An organisation that would ask, as policies see it.
pub fn asker_resource(organisation: &str) -> Resource {
    Resource::new("CallAsker", organisation).with("organisation", organisation)
}

/// A question as policies see it.
pub fn question_resource(call: &Call, question: &Question) -> Resource {
    Resource::new("CallQuestion", &question.id)
        .with("asker", question.organisation.as_str())
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
}

/// A question of nobody: whether the actor is of the owner or the office at all.
pub(super) fn question_resource_of(call: &Call) -> Resource {
    Resource::new("CallQuestion", "")
        .with("asker", "")
        .with("owner", call.owner.as_str())
        .with("office", call.office.as_str())
}

async fn note(tx: &Txn, kind: &'static str, call: &Call, question: &Question, mut data: Value) -> Outcome<Done> {
    data["call"] = json!(call.id);
    data["number"] = json!(question.number);
    let mut entry = Entry::new(kind, OBJECT, &question.id).demo(question.demo);
    if question.state == QuestionState::Answered {
        data["title"] = json!(call.title);
        entry = entry.public().city(call.office_city());
    }
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &question.id, entry))
}

/// What somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskCommand {
    /// The organisation he asks for.
    pub organisation: String,
    /// The question.
    pub text: String,
}

/// Asks a question about an open call.
///
/// # Errors
/// Not found, forbidden without a mandate, `question-closed`, `question-owner`, `question-waiting`, `question-many`,
/// `needed`, or a text rule.
pub async fn question_ask(app: &App, ctx: &Ctx, call: &str, command: AskCommand) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "question_ask", input, |tx, (app, call, command, id)| {
        Box::pin(async move {
            let call = load(tx, call).await?;
            app.policies().require(tx.ctx(), "question_list", &call_resource(&call, tx.ctx().now))?;
            app.policies().require(tx.ctx(), "question_ask", &asker_resource(&command.organisation))?;
            if call.demo != tx.ctx().actor.demo {
                return Err(Refusal::forbidden().into());
            }
            let before = store::question::before(tx, &call.id, &command.organisation).await?;
            let question = rules::ask(id, &call, &command.organisation, &command.text, before, by(tx))?;
            store::question::save(tx, &question).await?;
            note(tx, "question.asked", &call, &question, json!({})).await
        })
    })
    .await
}

async fn load_for(app: &App, tx: &Txn, action: &str, call: &str, id: &str) -> Outcome<(Call, Question)> {
    let call = load(tx, call).await?;
    app.policies().require(tx.ctx(), "question_list", &call_resource(&call, tx.ctx().now))?;
    let question = store::question::by_id(tx, &call.id, id).await?.ok_or_else(Refusal::not_found)?;
    // Who may not know of the question is told of none.
    if !app.policies().allows(tx.ctx(), action, &question_resource(&call, &question)) {
        let own = tx.ctx().actor.member_of(&question.organisation).is_some();
        let known = own || question.state == QuestionState::Answered;
        return Err(if known { Refusal::forbidden() } else { Refusal::not_found() }.into());
    }
    Ok((call, question))
}

/// Answers a question: it becomes public with its answer, and without whoever asked.
///
/// # Errors
/// Not found, `question-over`, `question-closed`, `needed`, or a text rule.
pub async fn question_answer(app: &App, ctx: &Ctx, call: &str, id: &str, text: &str) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), id.to_owned(), text.to_owned());
    app.in_txn(ctx, "question_answer", input, |tx, (app, call, id, text)| {
        Box::pin(async move {
            let (call, old) = load_for(app, tx, "question_answer", call, id).await?;
            let own = tx.ctx().actor.member_of(&call.owner).is_some();
            let voice = if own { Voice::Owner } else { Voice::Office };
            let next = rules::answer(&call, &old, text, voice, by(tx))?;
            store::question::save(tx, &next).await?;
            note(tx, "question.answered", &call, &next, json!({ "voice": voice.code() })).await
        })
    })
    .await
}

/// Leaves a question without an answer; whoever asked reads the reason.
///
/// # Errors
/// Not found, `question-over`, `question-closed`, `needed`, or a text rule.
pub async fn question_dismiss(app: &App, ctx: &Ctx, call: &str, id: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), id.to_owned(), reason.to_owned());
    app.in_txn(ctx, "question_dismiss", input, |tx, (app, call, id, reason)| {
        Box::pin(async move {
            let (call, old) = load_for(app, tx, "question_dismiss", call, id).await?;
            let next = rules::dismiss(&call, &old, reason, by(tx))?;
            store::question::save(tx, &next).await?;
            note(tx, "question.dismissed", &call, &next, json!({})).await
        })
    })
    .await
}

/// A question as one reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The question; without whoever asked unless the reader may know him.
    pub question: Question,
    /// The names of whoever asked, for the office: Chinese and English.
    pub asker: Option<(String, String)>,
    /// An organisation of the reader asked.
    pub own: bool,
    /// The reader may answer it.
    pub may_answer: bool,
    /// The reader may leave it unanswered.
    pub may_dismiss: bool,
}

/// A page of questions.
#[derive(Debug, Clone)]
pub struct Questions {
    /// The call.
    pub call: Call,
    /// Its items, the newest first.
    pub items: Vec<Item>,
    /// Questions in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// Organisations for which the reader may ask: id and name.
    pub askers: Vec<(String, String)>,
}

/// A page of the questions of a call: the answered ones for everybody, the others for the owner and the office, and for
/// each organisation its own.
///
/// # Errors
/// Not found, or a cursor that is not ours.
pub async fn question_list(app: &App, ctx: &Ctx, call: &str, page: &Page) -> Outcome<Questions> {
    let conn = app.db().read();
    let call = load(&conn, call).await?;
    app.policies().require(ctx, "question_list", &call_resource(&call, ctx.now))?;
    let organisations: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
    let nobody = question_resource_of(&call);
    let reader = Reader { inside: app.policies().allows(ctx, "question_answer", &nobody), organisations };
    let before =
        page.cursor.as_deref().map(|cursor| cursor.parse::<i64>().map_err(|_| cursor_refused())).transpose()?;
    let (found, total) = store::question::list(&conn, &call.id, &reader, before, page.limit + 1).await?;
    let more = found.len() > page.limit;
    let shown: Vec<Question> = found.into_iter().take(page.limit).collect();
    let next = shown.last().filter(|_| more).map(|last| last.number.to_string());
    let office = app.policies().allows(ctx, "question_asker", &nobody);
    let ids: Vec<String> = if office { shown.iter().map(|one| one.organisation.clone()).collect() } else { Vec::new() };
    let names = lookup::names(&conn, &ids).await?;
    let items = shown.into_iter().map(|question| item(app, ctx, &call, question, &names)).collect();
    Ok(Questions { askers: askers(app, ctx, &call), items, total, next, call })
}

fn item(app: &App, ctx: &Ctx, call: &Call, question: Question, names: &BTreeMap<String, (String, String)>) -> Item {
    let resource = question_resource(call, &question);
    let allows = |action: &str| app.policies().allows(ctx, action, &resource);
    let waits = question.state == QuestionState::Asked && rules_open(call, ctx);
    let own = ctx.actor.member_of(&question.organisation).is_some();
    let known = allows("question_asker");
    Item {
        own,
        asker: names.get(&question.organisation).cloned().filter(|_| known),
        may_answer: waits && allows("question_answer"),
        may_dismiss: waits && allows("question_dismiss"),
        question: Question {
            organisation: if own || known { question.organisation.clone() } else { String::new() },
            by: String::new(),
            reply_by: String::new(),
            ..question
        },
    }
}

fn rules_open(call: &Call, ctx: &Ctx) -> bool {
    use crate::rules::call::CallState;
    matches!(call.state_at(ctx.now), CallState::Open | CallState::Closed)
}

/// Organisations for which somebody may ask about a call now: id and name.
fn askers(app: &App, ctx: &Ctx, call: &Call) -> Vec<(String, String)> {
    let open = call.state_at(ctx.now) == crate::rules::call::CallState::Open && call.demo == ctx.actor.demo;
    let may = |m: &&platform::ctx::Membership| {
        open && m.organisation != call.owner
            && (m.mandates.contains(&Mandate::Bid) || m.mandates.contains(&Mandate::Publish))
            && app.policies().allows(ctx, "question_ask", &asker_resource(&m.organisation))
    };
    ctx.actor.memberships.iter().filter(may).map(|m| (m.organisation.clone(), m.name.clone())).collect()
}

/// The answered questions of a call, the first first, for publication: without whoever asked.
///
/// # Errors
/// When the database fails.
pub async fn questions_public(app: &App, call: &str) -> Outcome<Vec<Question>> {
    let found = store::question::answered(&app.db().read(), call).await?;
    let bare = |question: Question| Question {
        organisation: String::new(),
        by: String::new(),
        reply_by: String::new(),
        ..question
    };
    Ok(found.into_iter().map(bare).collect())
}
