//! Sealing an answer, and what its sender sees of it before the opening.

use super::answerer_resource;
use crate::actions::amendment::rounds;
use crate::actions::{call_resource, load};
use crate::rules::call::Call;
use envelopes::{Envelope, Form, RoundState, SendCommand, Sent, envelope_form, envelope_send, sent_by};
use kernel::{Refusal, RefusalKind};
use platform::{App, Ctx, Outcome};
use std::cmp::Reverse;

/// Rounds of one call whose envelopes their sender is shown.
const ROUNDS_SHOWN: usize = 20;

/// What the page that seals an answer needs.
#[derive(Debug, Clone)]
pub struct AnswerForm {
    /// The call, without its protected details.
    pub call: Call,
    /// What the envelope is bound to, and for whom somebody sends.
    pub form: Form,
    /// Cities for a choice: code, Chinese and English name.
    pub cities: Vec<(String, String, String)>,
}

/// A call that its reader may answer, and its round.
async fn open(app: &App, ctx: &Ctx, id: &str) -> Outcome<(Call, String)> {
    let call = load(&app.db().read(), id).await?;
    app.policies().require(ctx, "answer_list", &call_resource(&call, ctx.now))?;
    if ctx.actor.account.is_none() {
        return Err(Refusal::sign_in().into());
    }
    if ctx.actor.member_of(&call.owner).is_some() {
        return Err(own_call().into());
    }
    // A call that everybody may read has a round, or had one before it was released again.
    let round = call.round.clone().ok_or_else(Refusal::not_found)?;
    Ok((call, round))
}

fn own_call() -> Refusal {
    Refusal::new(
        RefusalKind::Forbidden,
        "answer-own-call",
        "您是出题方的成员，不能揭自己单位的榜。",
        "You are a member of the challenge owner; nobody answers a call of his own.",
    )
}

/// What the page that seals an answer needs. Without a choice the first organisation that may answer is taken.
///
/// # Errors
/// Not found, sign in first, `answer-own-call`, `round-closed`, `sender-mandate`.
pub async fn answer_form(app: &App, ctx: &Ctx, id: &str, organisation: Option<&str>) -> Outcome<AnswerForm> {
    let (call, round) = open(app, ctx, id).await?;
    let form = envelope_form(app, ctx, &round, organisation).await?;
    let corridor = registry::corridor::of(app);
    let cities = corridor.cities().map(|city| (city.adcode.to_string(), city.short_zh.clone(), city.short_en.clone()));
    Ok(AnswerForm { cities: cities.collect(), form, call: Call { details: String::new(), ..call } })
}

/// Takes a sealed answer for the present round of a call. Without a choice the first organisation that may answer is
/// taken.
///
/// # Errors
/// Not found, sign in first, `answer-own-call`, and as envelopes are refused: `round-closed` from the closing time on,
/// `envelope-context` for one that was sealed before an amendment, `envelope-shape` for anything that is not sealed …
pub async fn answer_send(app: &App, ctx: &Ctx, id: &str, organisation: Option<&str>, bytes: Vec<u8>) -> Outcome<Sent> {
    if let Some(first) = app.first_answer(ctx, "envelope_send").await? {
        return Ok(first);
    }
    let (call, round) = open(app, ctx, id).await?;
    let organisation = match organisation {
        Some(organisation) => organisation.to_owned(),
        None => envelope_form(app, ctx, &round, None).await?.organisation.0,
    };
    app.policies().require(ctx, "answer_send", &answerer_resource(&call, &organisation))?;
    envelope_send(app, ctx, SendCommand { round, organisation, bytes }).await
}

/// An envelope of the reader's, with what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The envelope.
    pub envelope: Envelope,
    /// Its round is the one that counts now.
    pub present: bool,
    /// Its round was given up by an amendment, so that it is never opened.
    pub given_up: bool,
}

/// What the reader's organisations have sealed for a call, the newest first: in its present round and in those that
/// amendments have given up.
///
/// # Errors
/// When the database fails.
pub async fn own_answers(app: &App, ctx: &Ctx, call: &Call) -> Outcome<Vec<Own>> {
    let organisations: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let conn = app.db().read();
    let mut own = Vec::new();
    for round in rounds(&conn, call).await?.into_iter().take(ROUNDS_SHOWN) {
        let present = call.round.as_deref() == Some(round.id.as_str());
        let given_up = round.state == RoundState::Void;
        let sent = sent_by(&conn, &round.id, &organisations).await?;
        own.extend(sent.into_iter().map(|envelope| Own { envelope, present, given_up }));
    }
    // What counts now comes first, also where two rounds were begun in one millisecond.
    own.sort_by_key(|own| (Reverse(own.present), Reverse(own.envelope.sent_ms), Reverse(own.envelope.number)));
    Ok(own)
}
