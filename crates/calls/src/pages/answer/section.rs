//! What the page of a call says of its answers.

use super::list::{OwnLine, own_line};
use super::may_answer;
use crate::actions::answer::{Filter, answer_list};
use crate::actions::call::View;
use crate::pages::{Section, word};
use crate::rules::call::CallState;
use askama::Template;
use futures_util::future::BoxFuture;
use platform::web::page::Page;
use platform::web::parts::Action;
use platform::web::{Problem, T};
use platform::{App, Caller};

#[derive(Template)]
#[template(path = "calls/answer_section.html")]
struct Body {
    t: T,
    text: String,
    href: String,
    round_href: String,
    own: Vec<OwnLine>,
}

/// How many there are once they are opened, what the reader's organisations have sealed, and the way to answer.
pub(crate) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a View,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(async move {
        let call = &view.call;
        let Some(round) = call.round.as_ref().filter(|_| view.state.is_open()) else { return Ok(None) };
        let page = Page { limit: 1, cursor: None };
        let found = answer_list(app, &caller.ctx, &call.id, &Filter::default(), &page).await?;
        let t = caller.visit.t;
        let text = match (found.state, found.count) {
            (CallState::Open, _) => word(t, "answer-section-open"),
            (_, None) => word(t, "answer-section-closed"),
            (_, Some(count)) => t.n("answer-count", count),
        };
        let mut acts = Vec::new();
        if may_answer(caller, call, found.state) {
            acts.push(Action::new(format!("/calls/{}/answers/new", call.id), t.msg("answer-go")));
        }
        if found.state == CallState::Checking && found.may_finish {
            acts.push(Action::new(format!("/calls/{}/answers", call.id), t.msg("answer-go-check")));
        }
        let body = Body {
            t,
            text,
            href: format!("/calls/{}/answers", call.id),
            round_href: format!("/rounds/{round}"),
            own: found.own.iter().map(|own| own_line(t, own)).collect(),
        };
        Section::of("answers-title", word(t, "answer-list-title"), &body, acts).map(Some)
    })
}
