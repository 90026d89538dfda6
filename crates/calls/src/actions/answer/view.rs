//! How answers are read: by whom, and how much of each.

use super::{Filter, Own, answer_resource, check_resource, own_answers, settled};
use crate::actions::{by_ctx, call_resource, cut, history, load, seen};
use crate::rules::answer::check::{Again, Look, again_until};
use crate::rules::answer::{Answer, AnswerState};
use crate::rules::call::{Call, CallState, Step, may_step};
use crate::store;
use envelopes::{Document, document_of};
use kernel::Refusal;
use platform::journal::Recorded;
use platform::web::page::{Page, cursor_refused};
use platform::{App, Ctx, Outcome};
use registry::{corridor, lookup};
use rooms::actions::check as check_filter;
use std::collections::BTreeMap;

/// Names of organisations by id: Chinese and English.
type Names = BTreeMap<String, (String, String)>;

/// An answer as one reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The answer; without what the reader may not read.
    pub answer: Answer,
    /// The reader may read it whole.
    pub readable: bool,
    /// An organisation of the reader sent it.
    pub own: bool,
}

/// A page of the answers of a call.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The call, without its protected details.
    pub call: Call,
    /// Where it stands by the clock.
    pub state: CallState,
    /// Its items, by number.
    pub items: Vec<Item>,
    /// Answers in the list that the reader may see.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// All answers there are; none before they are opened.
    pub count: Option<i64>,
    /// What the filter would give.
    pub states: Vec<(String, i64)>,
    /// What the reader's organisations have sealed, the newest first.
    pub own: Vec<Own>,
    /// The reader may end the formal check.
    pub may_finish: bool,
    /// Names of the senders that the reader may know, by id.
    pub names: Names,
}

/// Takes away what a reader may not read.
fn shown(app: &App, ctx: &Ctx, call: &Call, answer: Answer) -> Item {
    let readable = app.policies().allows(ctx, "answer_read", &answer_resource(call, &answer, ctx.now));
    let own = ctx.actor.member_of(&answer.organisation).is_some();
    if readable {
        return Item { answer, readable, own };
    }
    let awarded = answer.state == AnswerState::Awarded;
    let bare = Answer {
        summary: String::new(),
        plan: String::new(),
        stages: Vec::new(),
        papers: Vec::new(),
        faults: Vec::new(),
        ..answer
    };
    let answer = if awarded {
        bare
    } else {
        // Of what cannot be opened or read everybody learns the number and the reason, and not whose it was.
        Answer { organisation: String::new(), title: String::new(), members: Vec::new(), ..bare }
    };
    Item { answer, readable, own }
}

/// A page of the answers of a call.
///
/// Everybody learns how many there are once they are opened, which could not be read and, from the notice on, which are
/// awarded; the rest is for the offices, later for the owner, and each sender sees his own.
///
/// # Errors
/// Not found, `filter-values`, or a cursor that is not ours.
pub async fn answer_list(app: &App, ctx: &Ctx, id: &str, filter: &Filter, page: &Page) -> Outcome<Answers> {
    let call = settled(app, ctx.now, id).await?;
    let resource = call_resource(&call, ctx.now);
    app.policies().require(ctx, "answer_list", &resource)?;
    check_filter("", &[&filter.states])?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "answer_view", "CallAnswer", &store::answer::ATTRIBUTES)?;
    let after = match page.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(store::answer::position(&conn, id, cursor).await?.ok_or_else(cursor_refused)?),
    };
    let states = store::answer::facets(&conn, allowed.clone(), id).await?;
    let (found, total) = store::answer::list(&conn, allowed, (id, filter), after, page.limit + 1).await?;
    let (found, next) = cut(found, page, |answer| &answer.id);
    let items: Vec<Item> = found.into_iter().map(|answer| shown(app, ctx, &call, answer)).collect();
    let ids: Vec<String> = items.iter().map(|item| item.answer.organisation.clone()).collect();
    let opened = !matches!(call.state_at(ctx.now), CallState::Open | CallState::Closed);
    let all: i64 = store::answer::states(&conn, id).await?.iter().map(|(_, count)| count).sum();
    Ok(Answers {
        state: call.state_at(ctx.now),
        count: opened.then_some(all),
        names: lookup::names(&conn, &ids).await?,
        own: own_answers(app, ctx, &call).await?,
        may_finish: may_step(&call, Step::Check, by_ctx(ctx)) && app.policies().allows(ctx, "answer_finish", &resource),
        items,
        total,
        next,
        states,
        call: Call { details: String::new(), ..call },
    })
}

/// An answer with what its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The call, without its protected details.
    pub call: Call,
    /// The answer as the reader sees it.
    pub item: Item,
    /// Names of its organisations that the registry knows, by id.
    pub names: Names,
    /// What officers found; empty for whoever may not read it.
    pub looks: Vec<Look>,
    /// What the sender asked for after a refusal.
    pub asked: Option<Again>,
    /// Until when he may ask; none where he cannot.
    pub again_until_ms: Option<i64>,
    /// The reader may decide its form.
    pub may_check: bool,
    /// The reader may look again.
    pub may_recheck: bool,
    /// The reader may ask for another look.
    pub may_again: bool,
    /// Its entries, the newest first; empty for whoever may not read it.
    pub history: Vec<Recorded>,
}

/// One answer.
///
/// # Errors
/// Not found, also for whoever may not know of it.
pub async fn answer_view(app: &App, ctx: &Ctx, call: &str, id: &str) -> Outcome<View> {
    let call = settled(app, ctx.now, call).await?;
    app.policies().require(ctx, "answer_list", &call_resource(&call, ctx.now))?;
    let conn = app.db().read();
    let answer = store::answer::by_id(&conn, &call.id, id).await?.ok_or_else(Refusal::not_found)?;
    let resource = answer_resource(&call, &answer, ctx.now);
    if !app.policies().allows(ctx, "answer_view", &resource) {
        return Err(Refusal::not_found().into());
    }
    let readable = app.policies().allows(ctx, "answer_read", &resource);
    let looks = if readable { store::answer::check::of_answer(&conn, id).await? } else { Vec::new() };
    let asked = if readable { store::answer::check::asked(&conn, id).await? } else { None };
    let checker = looks.first().map_or("", |look| look.by.as_str());
    let checking = call.state == CallState::Checking;
    let allows = |action: &str| app.policies().allows(ctx, action, &check_resource(&call, &answer, checker));
    let refused = checking && answer.state == AnswerState::Refused && looks.len() == 1;
    let calendar = &corridor::of(app).calendar;
    let until = looks.first().filter(|_| refused && asked.is_none()).map(|look| again_until(look, calendar));
    let may_again =
        until.is_some_and(|until| ctx.now <= until) && app.policies().allows(ctx, "answer_again", &resource);
    let item = shown(app, ctx, &call, answer.clone());
    Ok(View {
        may_check: checking && answer.state == AnswerState::Received && allows("answer_check"),
        may_recheck: refused && asked.is_some() && allows("answer_recheck"),
        again_until_ms: until.map(|until| until.ms()),
        history: if readable { history(&conn, super::OBJECT, id, true).await? } else { Vec::new() },
        names: lookup::names(&conn, &item.answer.organisations()).await?,
        item,
        call: Call { details: String::new(), ..call },
        looks,
        asked,
        may_again,
    })
}

/// One document of an answer, metadata stripped where that can be done.
///
/// # Errors
/// Not found, also for whoever may not read the answer.
pub async fn answer_file(app: &App, ctx: &Ctx, call: &str, id: &str, number: usize) -> Outcome<Document> {
    let conn = app.db().read();
    let call = load(&conn, call).await?;
    let answer = store::answer::by_id(&conn, &call.id, id).await?.ok_or_else(Refusal::not_found)?;
    if !app.policies().allows(ctx, "answer_read", &answer_resource(&call, &answer, ctx.now)) {
        return Err(Refusal::not_found().into());
    }
    document_of(&conn, &answer.round, &answer.envelope, number).await
}
