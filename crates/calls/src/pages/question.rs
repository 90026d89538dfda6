//! Pages of questions: the list, asking, and answering one.

use super::{Section, form_page, read, receipt, receipt_of, refused, status, word, write};
use crate::actions::call::View as CallView;
use crate::actions::question::{
    AskCommand, Item, Questions, question_answer, question_ask, question_dismiss, question_list,
};
use crate::api::question::listed;
use crate::pages::words::title;
use crate::rules::REASON_CHARS_MAX;
use crate::rules::question::{QuestionState, Voice};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use kernel::Refusal;
use kernel::limits::ABSTRACT_CHARS_MAX;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::page::{Form as Wanted, Page as Paging, PageQuery, wants};
use platform::web::parts::{Action, Choice, Field, FieldKind, Form, Pager, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::Typed;

/// Questions that the page of a call shows.
const SHOWN: usize = 3;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/questions", "question_list", get(list)),
        read("/calls/{id}/questions/new", "question_ask", get(new)),
        write("/calls/{id}/questions", "question_ask", "question.asked", post(ask)),
        write("/calls/{id}/questions/{question}/answers", "question_answer", "question.answered", post(answer)),
        write("/calls/{id}/questions/{question}/dismissals", "question_dismiss", "question.dismissed", post(dismiss)),
    ]
}

#[derive(Template)]
#[template(path = "calls/question_list.html")]
struct Page {
    shell: Shell,
    back: String,
    heading: String,
    ask_href: String,
    lines: Vec<Line>,
    pager: Pager,
}

/// A question as it is shown.
struct Line {
    number: String,
    text: Vec<String>,
    about: String,
    tags: Vec<Tag>,
    reply_head: String,
    reply: Vec<String>,
    anchor: String,
    answer: Option<Form>,
    dismiss: Option<Form>,
    open: bool,
}

/// What came back with the page.
struct Again<'a> {
    question: &'a str,
    dismissing: bool,
    refusal: &'a Refusal,
    typed: &'a Typed,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(paging): Query<PageQuery>,
) -> Result<Response, Problem> {
    if wants(&caller.visit.query, &caller.visit.path, &headers) == Wanted::Json {
        return Ok(axum::Json(listed(&app, &caller, &id, &paging).await?).into_response());
    }
    let found = question_list(&app, &caller.ctx, &id, &paging.page()?).await?;
    Ok(html(&build(&caller, &found, paging.cursor.is_some(), None)))
}

fn build(caller: &Caller, found: &Questions, later: bool, again: Option<&Again<'_>>) -> Page {
    let t = caller.visit.t;
    let here = format!("/calls/{}/questions", found.call.id);
    Page {
        back: format!("/calls/{}", found.call.id),
        heading: title(t, &found.call),
        ask_href: if found.askers.is_empty() { String::new() } else { format!("{here}/new") },
        lines: found.items.iter().map(|item| line(t, &here, item, again)).collect(),
        pager: Pager {
            t,
            total: found.total,
            shown: found.items.len(),
            first_href: if later { here.clone() } else { String::new() },
            next_href: found.next.as_ref().map_or(String::new(), |next| format!("{here}?cursor={next}")),
        },
        shell: caller.visit.shell(t.msg("question-title")).here("/calls").live(format!("call/{}", found.call.id)),
    }
}

fn line(t: T, here: &str, item: &Item, again: Option<&Again<'_>>) -> Line {
    let question = &item.question;
    let mine = again.filter(|again| again.question == question.id);
    let filled = |form: Form, dismissing: bool| match mine.filter(|again| again.dismissing == dismissing) {
        Some(again) => {
            let field = again.refusal.field.as_deref().map(|name| format!("{name}_{}", question.id));
            let refusal = Refusal { field: field.map(Into::into), ..again.refusal.clone() };
            form.fill(again.typed.pairs()).refuse(&refusal)
        }
        None => form,
    };
    let address = |what: &str| format!("{here}/{}/{what}", question.id);
    // One page has the forms of several questions, and a field's name is its id.
    let field = |name: &str, key: &str, max: usize| {
        Field::lines(t, format!("{name}_{}", question.id), t.msg(key), 4).chars_max(max)
    };
    let answer = || {
        let form = Form::new(t, address("answers"), t.msg("question-answer"))
            .field(field("text", "question-answer-field", ABSTRACT_CHARS_MAX).hint(t.msg("question-answer-hint")));
        filled(form.idempotency_key(new_key()), false)
    };
    let dismiss = || {
        let form = Form::new(t, address("dismissals"), t.msg("question-dismiss")).field(field(
            "reason",
            "question-dismiss-field",
            REASON_CHARS_MAX,
        ));
        filled(form.idempotency_key(new_key()), true)
    };
    let mut tags = Vec::new();
    if question.state != QuestionState::Answered {
        let tone = if question.state == QuestionState::Asked { Tone::Gold } else { Tone::Plain };
        tags.push(Tag::new(tone, t.msg(format!("question-state-{}", question.state.code()))));
    }
    if item.own {
        tags.push(Tag::new(Tone::Indigo, t.msg("question-own")));
    }
    let when = t.datetime(question.asked_ms);
    let about = match &item.asker {
        Some((zh, en)) => t.with2("question-asked-by", "name", t.pick(zh, en), "when", when),
        None => t.with("question-asked", "when", when),
    };
    let replied = question.replied_ms.map_or(String::new(), |at| t.datetime(at));
    let reply_head = match (question.state, question.voice) {
        (QuestionState::Asked, _) => String::new(),
        (QuestionState::Dismissed, _) => t.with("question-dismissed-at", "when", replied),
        (QuestionState::Answered, Some(Voice::Owner)) => t.with("question-answered-owner", "when", replied),
        (QuestionState::Answered, _) => t.with("question-answered-office", "when", replied),
    };
    Line {
        number: t.n("question-number", question.number),
        text: super::lines(&question.text),
        about,
        tags,
        reply_head,
        reply: super::lines(&question.reply),
        anchor: format!("question-{}", question.number),
        answer: item.may_answer.then(answer),
        dismiss: item.may_dismiss.then(dismiss),
        open: mine.is_some_and(|again| again.dismissing),
    }
}

async fn new(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    let found = question_list(&app, &caller.ctx, &id, &Paging::default()).await?;
    Ok(html(&form_page(
        &caller,
        word(caller.visit.t, "question-new"),
        format!("/calls/{id}/questions"),
        form(&caller, &found)?,
    )))
}

/// The form that asks: for whom, if there is a choice, and what.
fn form(caller: &Caller, found: &Questions) -> Result<Form, Problem> {
    let t = caller.visit.t;
    let form = Form::new(t, format!("/calls/{}/questions", found.call.id), t.msg("question-send"));
    let form = match found.askers.as_slice() {
        [] => return Err(nobody().into()),
        [(id, _)] => form.hidden("organisation", id),
        several => {
            let choices = several.iter().map(|(id, name)| Choice::new(id, name)).collect();
            form.field(Field::new(t, FieldKind::Radio(choices), "organisation", t.msg("question-for")))
        }
    };
    let text = Field::lines(t, "text", t.msg("question-field"), 5);
    Ok(form.field(text.hint(t.msg("question-hint")).chars_max(ABSTRACT_CHARS_MAX)).idempotency_key(new_key()))
}

fn nobody() -> Refusal {
    Refusal::new(
        kernel::RefusalKind::Forbidden,
        "question-mandate",
        "揭榜期内，由具有“投标/揭榜”或“发布”授权的单位成员提问；出题方不能就自己的榜单提问。",
        "While a call is open, members whose mandate covers bidding or publishing ask, and nobody about a call of his own.",
    )
}

async fn ask(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    let t = caller.visit.t;
    let command = AskCommand { organisation: typed.get("organisation").to_owned(), text: typed.get("text").to_owned() };
    match question_ask(&app, &caller.ctx, &id, command).await {
        Ok(done) => {
            let links = vec![
                (format!("/calls/{id}/questions"), word(t, "question-look")),
                (format!("/calls/{id}"), word(t, "call-back")),
            ];
            Ok(receipt(&caller, word(t, "question-asked-title"), &done, vec![word(t, "question-asked-next")], links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let found = question_list(&app, &caller.ctx, &id, &Paging::default()).await?;
            let form = form(&caller, &found)?.fill(typed.pairs()).refuse(&refusal);
            let page = form_page(&caller, word(t, "question-new"), format!("/calls/{id}/questions"), form);
            Ok(html_with(status(&refusal), &page))
        }
    }
}

async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path((id, question)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    match question_answer(&app, &caller.ctx, &id, &question, typed.get(&format!("text_{question}"))).await {
        Ok(done) => Ok(receipt_of(&caller, "question", "answered", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let again = Again { question: &question, dismissing: false, refusal: &refusal, typed: &typed };
            shown_again(&app, &caller, &id, &again).await
        }
    }
}

async fn dismiss(
    State(app): State<App>,
    caller: Caller,
    Path((id, question)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    match question_dismiss(&app, &caller.ctx, &id, &question, typed.get(&format!("reason_{question}"))).await {
        Ok(done) => Ok(receipt_of(&caller, "question", "dismissed", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let again = Again { question: &question, dismissing: true, refusal: &refusal, typed: &typed };
            shown_again(&app, &caller, &id, &again).await
        }
    }
}

/// The list with what was wrong; where the question is on another page, the plain refusal.
async fn shown_again(app: &App, caller: &Caller, id: &str, again: &Again<'_>) -> Result<Response, Problem> {
    let paging = Paging { limit: kernel::limits::PAGE_ITEMS_MAX, cursor: None };
    let found = question_list(app, &caller.ctx, id, &paging).await?;
    let waits = |item: &Item| item.question.id == again.question && item.may_answer;
    if !found.items.iter().any(waits) {
        return Err(again.refusal.clone().into());
    }
    Ok(html_with(status(again.refusal), &build(caller, &found, false, Some(again))))
}

#[derive(Template)]
#[template(path = "calls/question_section.html")]
struct Body {
    t: T,
    lines: Vec<Line>,
    total: i64,
    href: String,
    ask_href: String,
}

/// The newest questions on the page of a call.
pub(crate) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a CallView,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(async move {
        if !view.state.is_open() {
            return Ok(None);
        }
        let paging = Paging { limit: SHOWN, cursor: None };
        let found = question_list(app, &caller.ctx, &view.call.id, &paging).await?;
        let t = caller.visit.t;
        let href = format!("/calls/{}/questions", view.call.id);
        let bare = |item: &Item| Item { may_answer: false, may_dismiss: false, ..item.clone() };
        let body = Body {
            t,
            lines: found.items.iter().map(|item| line(t, &href, &bare(item), None)).collect(),
            total: found.total,
            ask_href: if found.askers.is_empty() { String::new() } else { format!("{href}/new") },
            href: href.clone(),
        };
        let waiting = found.items.iter().any(|item| item.may_answer);
        let acts = if waiting { vec![Action::new(href, t.msg("question-go-answer"))] } else { Vec::new() };
        Section::of("questions-title", word(t, "question-title"), &body, acts).map(Some)
    })
}
