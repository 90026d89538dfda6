//! Taking over: once the round of a call is opened, what was in its envelopes becomes answers, all in one transaction.

use crate::actions::{Move, OBJECT, call as calls, clock, load, stepped};
use crate::rules::answer::{Answer, AnswerState, Content, Lead, Member, Paper, faults, read};
use crate::rules::call::{Call, CallState, Step};
use crate::store;
use envelopes::{FileLine, Opened, RoundState, contents};
use kernel::{Fen, Instant, Refusal};
use platform::db::Conn;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use registry::lookup;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Unreadable answers that one public entry names: a leaf has less than 64 KiB.
const TOLD_MAX: usize = 500;

/// A call as it stands now.
///
/// If its time is up, that is written down; if its round is opened, its answers are taken over; if its round is void, it
/// can be released again. Whoever needs it first does it, and a job where nobody does.
///
/// # Errors
/// Not found, and when the database fails.
pub async fn settled(app: &App, now: Instant, id: &str) -> Outcome<Call> {
    let call = load(&app.db().read(), id).await?;
    if call.state_at(now) != CallState::Closed {
        return Ok(call);
    }
    let house = Ctx::system(now);
    if call.state == CallState::Open {
        clock::done(calls::call_close(app, &house, id).await)?;
    }
    let Some(round) = call.round.clone() else { return Ok(call) };
    match envelopes::settled(app, now, &round).await?.state {
        RoundState::Opened => clock::done(taken_over(app, &house, &call, &round).await)?,
        RoundState::Void => clock::done(missed(app, &house, id, &round).await)?,
        RoundState::Open | RoundState::Closed => {}
    }
    load(&app.db().read(), id).await
}

/// The call of a transaction, if it still waits for this very round.
async fn waiting(conn: &Conn, id: &str, round: &str) -> Outcome<Call> {
    let call = load(conn, id).await?;
    if call.state == CallState::Closed && call.round.as_deref() == Some(round) {
        return Ok(call);
    }
    Err(Refusal::conflict(
        "call-step",
        "该榜单的答卷已开启，或已开始新的一轮。",
        "The answers of this call have been taken over, or a new round has begun.",
    )
    .into())
}

/// Nothing was opened in time: the call goes back to where it can be released again.
async fn missed(app: &App, house: &Ctx, id: &str, round: &str) -> Outcome<()> {
    app.in_txn(house, "call_missed", (app.clone(), id.to_owned(), round.to_owned()), |tx, (app, id, round)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "answer_settle", &Resource::house())?;
            let old = waiting(tx, id, round).await?;
            let taken =
                Move { step: Step::Miss, reason: "", kind: "call.round_missed", data: json!({ "round": round }) };
            let change = |call| Call { accord: None, round: None, closes_ms: None, ..call };
            stepped(app, tx, &old, taken, change).await.map(|_| ())
        })
    })
    .await
}

async fn taken_over(app: &App, house: &Ctx, call: &Call, round: &str) -> Outcome<()> {
    let answers = answers(app, house.now, call, round).await?;
    let input = (app.clone(), call.id.clone(), round.to_owned(), answers);
    app.in_txn(house, "answers_taken_over", input, |tx, (app, id, round, answers)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "answer_settle", &Resource::house())?;
            let old = waiting(tx, id, round).await?;
            store::answer::add(tx, answers).await?;
            let unreadable: Vec<&Answer> =
                answers.iter().filter(|answer| answer.state == AnswerState::Unreadable).collect();
            for told in unreadable.chunks(TOLD_MAX) {
                let lines: Vec<_> =
                    told.iter().map(|answer| json!({ "number": answer.number, "reason": answer.reason })).collect();
                let entry = Entry::new("call.answers_unreadable", OBJECT, id).demo(old.demo).public();
                tx.journal(entry.city(old.office_city()).data(json!({ "answers": lines }))).await?;
            }
            let data = json!({ "answers": answers.len(), "unreadable": unreadable.len(), "round": round });
            let taken = Move { step: Step::Unseal, reason: "", kind: "call.unsealed", data };
            stepped(app, tx, &old, taken, |call| call).await.map(|_| ())
        })
    })
    .await
}

/// The answers of an opened round, in the order of its list.
async fn answers(app: &App, now: Instant, call: &Call, round: &str) -> Outcome<Vec<Answer>> {
    let conn = app.db().read();
    let opened = contents(&conn, round).await?;
    let senders: Vec<String> = opened.iter().map(|one| one.envelope.organisation.clone()).collect();
    let senders = lookup::organisations(&conn, &senders).await?;
    let codes: BTreeMap<&str, &str> =
        senders.iter().map(|one| (one.id.as_str(), one.uscc.as_deref().unwrap_or_default())).collect();
    let mut read_in: Vec<(Opened, Result<Content, String>)> = Vec::with_capacity(opened.len());
    for one in opened {
        let content = content(&one);
        read_in.push((one, content));
    }
    let known = known(&conn, call, read_in.iter().filter_map(|(_, content)| content.as_ref().ok())).await?;
    let mut answers = Vec::with_capacity(read_in.len());
    for (number, (opened, content)) in (1..).zip(read_in) {
        let sender = Lead {
            uscc: codes.get(opened.envelope.organisation.as_str()).map_or(String::new(), |code| (*code).to_owned()),
            organisation: opened.envelope.organisation.clone(),
        };
        answers.push(answer(call, now, number, &opened, content, &sender, &known));
    }
    Ok(answers)
}

/// What could be read of an envelope, or why not.
fn content(opened: &Opened) -> Result<Content, String> {
    let Some(manifest) = &opened.manifest else {
        return Err(opened.reason.clone().unwrap_or_default());
    };
    let paper = |file: &FileLine| Paper {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    };
    read(&manifest.fields, manifest.files.iter().map(paper).collect()).map_err(|unread| unread.to_string())
}

/// Organisations of the call's world by the codes that members gave: few questions for the whole round.
async fn known(
    conn: &Conn,
    call: &Call,
    contents: impl Iterator<Item = &Content>,
) -> Outcome<BTreeMap<String, String>> {
    let codes: BTreeSet<String> =
        contents.flat_map(|content| &content.members).map(|member| member.uscc.clone()).collect();
    let codes: Vec<String> = codes.into_iter().filter(|code| !code.is_empty()).collect();
    let found = lookup::organisations_by_uscc(conn, &codes).await?;
    let same = found.into_iter().filter(|one| one.demo == call.demo);
    Ok(same.filter_map(|one| one.uscc.map(|code| (code, one.id))).collect())
}

fn answer(
    call: &Call,
    now: Instant,
    number: i64,
    opened: &Opened,
    content: Result<Content, String>,
    sender: &Lead,
    known: &BTreeMap<String, String>,
) -> Answer {
    let envelope = &opened.envelope;
    let bare = Answer {
        id: platform::random::id(),
        call: call.id.clone(),
        number,
        round: envelope.round.clone(),
        envelope: envelope.id.clone(),
        content_sha256: opened.content_sha256.clone(),
        organisation: envelope.organisation.clone(),
        title: String::new(),
        summary: String::new(),
        plan: String::new(),
        total: Fen::ZERO,
        members: Vec::new(),
        stages: Vec::new(),
        papers: Vec::new(),
        faults: Vec::new(),
        state: AnswerState::Unreadable,
        reason: String::new(),
        demo: call.demo,
        opened_ms: now.ms(),
        updated_ms: now.ms(),
    };
    match content {
        Err(reason) => Answer { reason, ..bare },
        Ok(mut content) => {
            for member in &mut content.members {
                member.organisation = known.get(&member.uscc).cloned();
            }
            let faults = faults(&content, sender, call);
            lead(&mut content.members, sender, faults.contains(&crate::rules::answer::Fault::Lead));
            Answer {
                title: content.title,
                summary: content.summary,
                plan: content.plan,
                total: content.total,
                members: content.members,
                stages: content.stages,
                papers: content.papers,
                faults,
                state: AnswerState::Received,
                ..bare
            }
        }
    }
}

/// The first member is the sender, unless the envelope says otherwise.
fn lead(members: &mut [Member], sender: &Lead, other: bool) {
    if let Some(first) = members.first_mut().filter(|_| !other) {
        first.organisation = Some(sender.organisation.clone());
        if first.uscc.is_empty() {
            first.uscc.clone_from(&sender.uscc);
        }
    }
}
