//! One award: its money by source, its milestones, and what ends it or brings money back.

use super::{Again, Block, Panel, frame, named, party};
use crate::actions::accounts::{self as accounts, AwardView, award_stop, award_view, claw_back_pay, claw_back_second};
use crate::actions::award::award_drop;
use crate::pages::{receipt_of, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::accounts::{Flow, PairState, StopKind};
use crate::rules::award::AwardState;
use crate::rules::milestone::{Milestone, MilestoneState};
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Fen;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Choice, Column, Fact, Field, FieldKind, Form, Table, Tag, Tone};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::{Typed, half_width};

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    shown(&app, &caller, (&call, &id), None).await
}

async fn shown(
    app: &App,
    caller: &Caller,
    (call, id): (&str, &str),
    again: Option<Again<'_>>,
) -> Result<Response, Problem> {
    let view = award_view(app, &caller.ctx, call, id).await?;
    let t = caller.visit.t;
    let mut blocks = vec![money(t, &view)];
    blocks.extend(view.milestones.iter().map(|one| milestone(t, &view, one)));
    blocks.extend(ends(t, &view, caller.ctx.actor.id(), again));
    blocks.extend(backs(t, &view, caller.ctx.actor.id(), again));
    let heading = (t.n("award-number", view.award.ord), tags(t, &view));
    let refusal = again.map(|again| again.refusal);
    let made = frame::page(caller, &view.call, heading, facts(t, &view), (notes(t, &view), blocks), refusal);
    Ok(match refusal {
        Some(refusal) => html_with(status(refusal), &made),
        None => html(&made),
    })
}

fn tags(t: T, view: &AwardView) -> Vec<Tag> {
    let tone = match view.award.state {
        AwardState::Named => Tone::Gold,
        AwardState::Running => Tone::Pine,
        AwardState::Done => Tone::Indigo,
        AwardState::Stopped | AwardState::Void => Tone::Cinnabar,
    };
    let mut tags = vec![Tag::new(tone, t.msg(format!("award-state-{}", view.award.state.code())))];
    if view.award.demo {
        tags.push(Tag::demo(t));
    }
    tags
}

fn notes(t: T, view: &AwardView) -> Vec<String> {
    let mut notes = Vec::new();
    if !view.award.reason.is_empty() {
        notes.push(t.with("award-ended", "reason", view.award.reason.as_str()));
    }
    for back in view.backs.iter().filter(|back| back.state == PairState::Owed) {
        let since = back.other_ms.map_or(String::new(), |at| t.date(at));
        notes.push(t.with2("award-owed", "amount", t.fen(back.amount), "since", since));
    }
    notes
}

fn facts(t: T, view: &AwardView) -> Vec<Fact> {
    let [owner, lead] = &view.names;
    let mut facts = vec![
        party(word(t, "award-fact-owner"), named(t, owner)),
        party(word(t, "award-fact-lead"), named(t, lead)).link(format!("/organisations/{}", view.award.organisation)),
        Fact::new(word(t, "award-col-amount"), t.fen(view.award.amount)),
    ];
    if let Some((number, registration, signed_ms)) = &view.contract {
        facts.push(Fact::new(word(t, "contract-number"), number));
        facts.push(Fact::new(word(t, "contract-signed-on"), t.date(*signed_ms)));
        if !registration.is_empty() {
            facts.push(Fact::new(word(t, "contract-registration"), registration));
        }
    }
    if view.may.contract {
        let href = format!("/calls/{}/awards/{}/contract", view.call.id, view.award.id);
        facts.push(Fact::new(word(t, "contract-title"), word(t, "contract-open")).link(href));
    }
    facts
}

fn yuan(amount: i64) -> Cell {
    Cell::Text(Fen::new(amount).map_or_else(|_| String::new(), |fen| fen.to_string()))
}

fn money(t: T, view: &AwardView) -> Block {
    let money = |key: &str| Column::numbers(t.msg(format!("award-money-{key}")), t.msg("call-yuan"));
    let columns = ["awarded", "held", "paid", "returned", "clawed"].map(money);
    let columns = [vec![Column::words(t.msg("award-money-source"))], columns.to_vec()].concat();
    let mut table = Table::new(t, t.msg("award-money-caption"), columns);
    let cells = |name: String, flow: Flow| {
        let numbers = [flow.awarded, flow.held, flow.paid, flow.returned, flow.clawed];
        [Cell::Text(name)].into_iter().chain(numbers.map(yuan)).collect()
    };
    for (source, _) in &view.shares {
        let own = view.tranches.iter().filter(|(tranche, _)| tranche.source == *source);
        let at = usize::try_from(*source - 1).unwrap_or(usize::MAX);
        let name = view.sources.get(at).map_or_else(String::new, |name| named(t, name));
        table = table.row(cells(name, Flow::sum(own.map(|(_, flow)| flow))));
    }
    let total = Flow::sum(view.tranches.iter().map(|(_, flow)| flow));
    table = table.row(cells(word(t, "award-money-total"), total));
    let mut block = Block::new("money-title", word(t, "award-money-here"));
    block.tables.push(table);
    block.links.push(Action::new(format!("/calls/{}/money", view.call.id), t.msg("award-money-all")));
    block
}

fn milestone(t: T, view: &AwardView, one: &Milestone) -> Block {
    let heading = t.with2("milestone-heading", "number", one.ord, "title", one.title.as_str());
    let mut block = Block::new(format!("milestone-{}", one.ord), heading);
    block.tags = vec![state_tag(t, one.state)];
    block.text.push(t.with("milestone-indicators", "text", one.indicators.as_str()));
    let due = one
        .due_ms
        .map_or_else(|| t.n("milestone-months", one.months), |due| t.with("milestone-due", "date", t.date(due)));
    block.text.push(t.with2("milestone-money", "amount", t.fen(one.amount), "due", due));
    let shown = one.opinion.as_ref().filter(|_| one.state.is_over());
    if let Some(opinion) = shown {
        let key = format!("milestone-judged-{}", opinion.judgement);
        block.text.push(t.with2(key, "amount", t.fen(opinion.amount), "reason", opinion.reason.as_str()));
    }
    if view.inside || view.may.report {
        let href = format!("/calls/{}/awards/{}/milestones/{}", view.call.id, view.award.id, one.ord);
        block.links.push(Action::new(href, t.msg("milestone-open")));
    }
    block
}

/// Where a milestone stands, as a label.
pub(in crate::pages) fn state_tag(t: T, state: MilestoneState) -> Tag {
    let tone = match state {
        MilestoneState::Waiting => Tone::Plain,
        MilestoneState::Open => Tone::Indigo,
        MilestoneState::Reported | MilestoneState::Judged => Tone::Gold,
        MilestoneState::Accepted | MilestoneState::Partly => Tone::Pine,
        MilestoneState::Ended => Tone::Cinnabar,
    };
    Tag::new(tone, t.msg(format!("milestone-state-{}", state.code())))
}

fn reason(t: T) -> Field {
    Field::lines(t, "reason", t.msg("award-reason"), 3).hint(t.msg("award-reason-hint")).chars_max(REASON_CHARS_MAX)
}

fn second_form(t: T, action: String) -> Form {
    let choices = ["confirm", "refuse"].map(|code| Choice::new(code, t.msg(format!("award-second-{code}"))));
    Form::new(t, action, t.msg("award-second-send")).idempotency_key(new_key()).field(Field::new(
        t,
        FieldKind::Radio(choices.to_vec()),
        "word",
        t.msg("award-second-word"),
    ))
}

fn ends(t: T, view: &AwardView, reader: &str, again: Option<Again<'_>>) -> Option<Block> {
    let at = format!("/calls/{}/awards/{}", view.call.id, view.award.id);
    let mut block = Block::new("stop-title", word(t, "award-stop-title"));
    for stop in &view.stops {
        let key = format!("award-stop-{}-{}", stop.kind.code(), stop.state.code());
        block.text.push(t.with(key, "reason", stop.reason.as_str()));
        if view.may.stop_second && stop.state == PairState::Proposed && stop.by != reader {
            let form = second_form(t, format!("{at}/stops/{}/decisions", stop.id));
            let text = word(t, "award-stop-second-text");
            block.panels.push(Panel::new(word(t, "award-stop-second"), text, form, again));
        }
    }
    if view.may.stop {
        let kind = |kind: &StopKind| Choice::new(kind.code(), t.msg(format!("award-stop-kind-{}", kind.code())));
        let kinds = StopKind::ALL.iter().map(kind).collect();
        let form = Form::new(t, format!("{at}/stops"), t.msg("award-stop-send"))
            .idempotency_key(new_key())
            .field(Field::new(t, FieldKind::Radio(kinds), "kind", t.msg("award-stop-kind")))
            .field(reason(t));
        block.panels.push(Panel::new(word(t, "award-stop-open"), word(t, "award-stop-text"), form, again));
    }
    let anything = !block.text.is_empty() || !block.panels.is_empty();
    anything.then_some(block)
}

fn backs(t: T, view: &AwardView, reader: &str, again: Option<Again<'_>>) -> Option<Block> {
    let at = format!("/calls/{}/awards/{}", view.call.id, view.award.id);
    let mut block = Block::new("back-title", word(t, "award-back-title"));
    for back in &view.backs {
        let key = format!("award-back-{}", back.state.code());
        block.text.push(t.with2(key, "amount", t.fen(back.amount), "reason", back.reason.as_str()));
        if view.may.back_second && back.state == PairState::Proposed && back.by != reader {
            let form = second_form(t, format!("{at}/claw-backs/{}/decisions", back.id));
            let text = word(t, "award-back-second-text");
            block.panels.push(Panel::new(word(t, "award-back-second"), text, form, again));
        }
        if view.may.pay && back.state == PairState::Owed {
            let action = format!("{at}/claw-backs/{}/payments", back.id);
            let form = Form::new(t, action, t.msg("award-back-pay-send")).idempotency_key(new_key());
            block.panels.push(Panel::new(word(t, "award-back-pay"), word(t, "award-back-pay-text"), form, again));
        }
    }
    if view.may.claw_back {
        let amount =
            Field::new(t, FieldKind::Number, "amount_yuan", t.msg("award-back-amount")).unit(t.msg("call-yuan"));
        let form = Form::new(t, format!("{at}/claw-backs"), t.msg("award-back-send"))
            .idempotency_key(new_key())
            .field(amount)
            .field(reason(t));
        block.panels.push(Panel::new(word(t, "award-back-open"), word(t, "award-back-text"), form, again));
    }
    let anything = !block.text.is_empty() || !block.panels.is_empty();
    anything.then_some(block)
}

/// A receipt, or the page with the form as it was typed.
async fn answered(
    app: &App,
    caller: &Caller,
    (call, id): (&str, &str),
    (what, form, typed): (&str, &str, &Typed),
    outcome: Outcome<Done>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(done) => Ok(receipt_of(caller, "award", what, call, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            shown(app, caller, (call, id), Some(Again { form, typed, refusal: &refusal })).await
        }
    }
}

/// Gives the award up before its contract is signed.
pub(super) async fn drop(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = award_drop(&app, &caller.ctx, &id, typed.get("reason")).await;
    answered(&app, &caller, (&call, &id), ("dropped", "/drops", &typed), outcome).await
}

/// Proposes to end it.
pub(super) async fn stop(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = award_stop(&app, &caller.ctx, &id, typed.get("kind"), typed.get("reason")).await;
    answered(&app, &caller, (&call, &id), ("proposed", "/stops", &typed), outcome).await
}

/// Confirms what another has proposed to end.
pub(super) async fn stop_second(
    State(app): State<App>,
    caller: Caller,
    Path((call, id, one)): Path<(String, String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = accounts::stop_second(&app, &caller.ctx, &one, typed.get("word")).await;
    let form = format!("/stops/{one}/decisions");
    answered(&app, &caller, (&call, &id), ("seconded", &form, &typed), outcome).await
}

/// Proposes to get money back.
pub(super) async fn claw_back(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let amount = half_width(typed.get("amount_yuan"));
    let outcome = accounts::claw_back(&app, &caller.ctx, &id, &amount, typed.get("reason")).await;
    answered(&app, &caller, (&call, &id), ("proposed", "/claw-backs", &typed), outcome).await
}

/// Confirms what another has proposed to get back.
pub(super) async fn back_second(
    State(app): State<App>,
    caller: Caller,
    Path((call, id, one)): Path<(String, String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = claw_back_second(&app, &caller.ctx, &one, typed.get("word")).await;
    let form = format!("/claw-backs/{one}/decisions");
    answered(&app, &caller, (&call, &id), ("seconded", &form, &typed), outcome).await
}

/// Pays what is owed.
pub(super) async fn back_pay(
    State(app): State<App>,
    caller: Caller,
    Path((call, id, one)): Path<(String, String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = claw_back_pay(&app, &caller.ctx, &one).await;
    let form = format!("/claw-backs/{one}/payments");
    answered(&app, &caller, (&call, &id), ("paid-back", &form, &typed), outcome).await
}
