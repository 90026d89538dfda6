//! Pages of answers: sealing one, the list, one answer with its documents, and the formal check.

mod check;
mod detail;
mod list;
mod names;
mod section;
mod send;

pub(crate) use list::AnswerQuery;
pub(crate) use section::section;

use super::{read, write};
use crate::rules::call::{Call, CallState};
use axum::routing::{get, post};
use platform::Caller;
use platform::capability::Route;
use platform::ctx::Mandate;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/answers", "answer_list", get(list::page)),
        read("/calls/{id}/answers/new", "answer_send", get(send::page)),
        write("/calls/{id}/answers/envelopes", "answer_send", "envelope.sent", post(send::take)),
        read("/calls/{id}/answers/{answer}", "answer_view", get(detail::page)),
        read("/calls/{id}/answers/{answer}/files/{number}", "answer_read", get(detail::file)),
        write("/calls/{id}/answers/{answer}/checks", "answer_check", "answer.checked", post(check::check)),
        write("/calls/{id}/answers/{answer}/rechecks", "answer_recheck", "answer.rechecked", post(check::recheck)),
        write("/calls/{id}/answers/{answer}/objections", "answer_again", "answer.again_asked", post(check::again)),
        write("/calls/{id}/checks", "answer_finish", "call.checked", post(check::finish)),
    ]
}

/// Whether the reader is offered the form: he may bid for somebody, and is not of the challenge owner's people.
fn may_answer(caller: &Caller, call: &Call, state: CallState) -> bool {
    let actor = &caller.ctx.actor;
    let bids = actor.memberships.iter().any(|member| member.mandates.contains(&Mandate::Bid));
    state == CallState::Open && bids && actor.member_of(&call.owner).is_none()
}
