//! One page for each thing the office does in a review.

use super::office::waiver_key;
use super::{Block, Page};
use crate::actions::conflict::{conflict_set, waiver_ask, waiver_decide};
use crate::actions::reviewer::{View, WaiverLine, review_begin, review_rival, review_view, reviewer_invite};
use crate::actions::shortlist::{interview_set, shortlist_set};
use crate::pages::words::title;
use crate::pages::{form_page, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::conflict::OfficerDraft;
use crate::rules::reviewer::SittingDraft;
use crate::rules::shortlist::{InterviewDraft, ListDraft, by_rank};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::{Typed, half_width};

/// Experts that one form offers.
const OFFERED_MAX: usize = 100;

/// The form of one thing; none for a code that names nothing.
fn form(t: T, view: &View, code: &str) -> Option<Form> {
    let to = |path: &str| {
        Form::new(t, format!("/calls/{}/{path}", view.call.id), t.msg(format!("review-form-{code}-send")))
            .idempotency_key(new_key())
            .cancel(format!("/calls/{}/review", view.call.id), t.msg("review-cancel"))
    };
    let label = |key: &str| t.msg(format!("review-field-{key}"));
    let reason = || Field::lines(t, "reason", label("reason"), 3).chars_max(REASON_CHARS_MAX);
    let party = |form: Form| {
        form.field(Field::line(t, "name", label("name")).chars_max(TITLE_CHARS_MAX).optional())
            .field(Field::line(t, "uscc", label("uscc")).optional())
    };
    let expert = || Field::new(t, FieldKind::Select(experts(view)), "expert", label("expert"));
    let answer = || Field::new(t, FieldKind::Select(numbers(t, view)), "answer", label("answer"));
    Some(match code {
        "begin" => to("sittings")
            .field(Field::new(t, FieldKind::Line("date"), "due", label("due")).hint(label("due-hint")))
            .field(Field::new(t, FieldKind::Number, "fee", label("fee")).unit(t.msg("call-yuan")).optional())
            .field(Field::new(t, FieldKind::Select(accounts(t, view)), "account", label("account")).optional()),
        "invite" => to("reviewers").field(
            Field::new(t, FieldKind::Check(suggested(t, view)), "experts", label("experts"))
                .hint(label("experts-hint")),
        ),
        "rivals" => party(to("rivals")),
        "conflicts" => {
            let one =
                Field::new(t, FieldKind::Select(any(t, view)), "answer", label("answer")).hint(label("answer-hint"));
            party(to("conflicts").field(expert()).field(one.optional())).field(reason())
        }
        "waivers" => to("waivers").field(expert()).field(answer()).field(reason()),
        "shortlist" => to("shortlists")
            .field(Field::line(t, "numbers", label("numbers")).hint(t.with(
                "review-field-numbers-hint",
                "most",
                view.call.review.shortlist_max,
            )))
            .field(reason().hint(label("departure-hint")).optional()),
        "interview" => to("interviews")
            .field(Field::new(t, FieldKind::Select(listed(t, view)), "number", label("answer")))
            .field(Field::line(t, "at", label("at")).hint(label("at-hint")))
            .field(Field::line(t, "place", label("place")).chars_max(TITLE_CHARS_MAX))
            .field(Field::lines(t, "notes", label("notes"), 5).chars_max(ABSTRACT_CHARS_MAX).optional()),
        _ => return None,
    })
}

fn experts(view: &View) -> Vec<Choice> {
    view.pool.iter().map(|person| Choice::new(&person.reviewer.expert, &person.name)).collect()
}

fn numbered(t: T, number: i64, title: &str) -> Choice {
    Choice::new(number.to_string(), t.with2("review-answer-titled", "number", number, "title", title))
}

fn numbers(t: T, view: &View) -> Vec<Choice> {
    view.answers.iter().map(|line| numbered(t, line.answer.number, &line.answer.title)).collect()
}

fn any(t: T, view: &View) -> Vec<Choice> {
    let none = Choice::new("", t.msg("review-answer-any"));
    std::iter::once(none).chain(numbers(t, view)).collect()
}

fn listed(t: T, view: &View) -> Vec<Choice> {
    let on = view.ranks.iter().filter(|rank| rank.place.is_some());
    let title =
        |number: i64| view.answers.iter().find(|l| l.answer.number == number).map_or("", |l| l.answer.title.as_str());
    on.map(|rank| numbered(t, rank.number, title(rank.number))).collect()
}

fn accounts(t: T, view: &View) -> Vec<Choice> {
    let none = Choice::new("", t.msg("review-account-none"));
    std::iter::once(none).chain(view.accounts.iter().map(|(id, name)| Choice::new(id, name))).collect()
}

fn suggested(t: T, view: &View) -> Vec<Choice> {
    let of = |one: &crate::actions::reviewer::Suggestion| {
        let expert = &one.expert;
        let hint = if one.specialist {
            format!("{} · {}", expert.institution, t.msg("review-specialist"))
        } else {
            expert.institution.clone()
        };
        Choice::new(&expert.id, &expert.name).hint(hint)
    };
    view.suggestions.iter().take(OFFERED_MAX).map(of).collect()
}

/// What stands in a form before anybody has typed.
fn held(view: &View, code: &str) -> Vec<(&'static str, String)> {
    match code {
        "shortlist" => {
            let numbers = by_rank(&view.ranks, view.call.review.shortlist_max);
            vec![("numbers", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))]
        }
        _ => Vec::new(),
    }
}

/// The page of one form.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    Path((id, code)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = review_view(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    let held = held(&view, &code);
    let form = form(t, &view, &code).filter(|_| view.runs).ok_or_else(Refusal::not_found)?;
    let form = form.fill(held.iter().map(|(name, value)| (*name, value.as_str())));
    Ok(html(&form_page(&caller, word(t, format!("review-form-{code}")), format!("/calls/{id}/review"), form)))
}

async fn ended(
    app: &App,
    caller: &Caller,
    (id, code): (&str, &str),
    typed: &Typed,
    outcome: Outcome<Done>,
) -> Result<Response, Problem> {
    let back = format!("/calls/{id}/review");
    let fault = match outcome {
        Ok(_) => return Ok(Redirect::to(&back).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    let view = review_view(app, &caller.ctx, id).await?;
    let t = caller.visit.t;
    let form = form(t, &view, code).ok_or_else(Refusal::not_found)?.fill(typed.pairs()).refuse(&refusal);
    Ok(html_with(status(&refusal), &form_page(caller, word(t, format!("review-form-{code}")), back, form)))
}

/// Begins the review.
pub(super) async fn begin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let draft = SittingDraft {
        due: typed.get("due").to_owned(),
        fee: half_width(typed.get("fee")),
        account: typed.get("account").to_owned(),
    };
    let outcome = review_begin(&app, &caller.ctx, &id, draft).await;
    ended(&app, &caller, (&id, "begin"), &typed, outcome).await
}

/// Asks experts.
pub(super) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = reviewer_invite(&app, &caller.ctx, &id, typed.all("experts")).await;
    ended(&app, &caller, (&id, "invite"), &typed, outcome).await
}

/// Names a competitor.
pub(super) async fn rival(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = review_rival(&app, &caller.ctx, &id, typed.get("name"), typed.get("uscc")).await;
    ended(&app, &caller, (&id, "rivals"), &typed, outcome).await
}

fn officer(typed: &Typed) -> OfficerDraft {
    OfficerDraft {
        expert: typed.get("expert").to_owned(),
        answer: typed.get("answer").to_owned(),
        name: typed.get("name").to_owned(),
        uscc: typed.get("uscc").to_owned(),
        reason: typed.get("reason").to_owned(),
    }
}

/// Sets a conflict.
pub(super) async fn conflict(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = conflict_set(&app, &caller.ctx, &id, officer(&typed)).await;
    ended(&app, &caller, (&id, "conflicts"), &typed, outcome).await
}

/// Asks for a waiver.
pub(super) async fn waiver(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = waiver_ask(&app, &caller.ctx, &id, officer(&typed)).await;
    ended(&app, &caller, (&id, "waivers"), &typed, outcome).await
}

/// Sets the shortlist.
pub(super) async fn shortlist(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let text = half_width(typed.get("numbers"));
    let parts = text.split([',', '、', ' ', '\t']).filter(|part| !part.is_empty());
    // What is no number is none of any answer, and is refused as such.
    let numbers = parts.map(|part| part.parse().unwrap_or(0)).collect();
    let draft = ListDraft { numbers, reason: typed.get("reason").to_owned() };
    let outcome = shortlist_set(&app, &caller.ctx, &id, draft).await;
    ended(&app, &caller, (&id, "shortlist"), &typed, outcome).await
}

/// Sets an interview.
pub(super) async fn interview(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let draft = InterviewDraft {
        at: half_width(typed.get("at")),
        place: typed.get("place").to_owned(),
        notes: typed.get("notes").to_owned(),
    };
    let number = typed.get("number").parse().unwrap_or(0);
    let outcome = interview_set(&app, &caller.ctx, &id, number, draft).await;
    ended(&app, &caller, (&id, "interview"), &typed, outcome).await
}

/// The page of a waiver: who asked, why, and what was decided.
pub(super) async fn waiver_page(
    State(app): State<App>,
    caller: Caller,
    Path((id, waiver)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = review_view(&app, &caller.ctx, &id).await?;
    let line = view.waivers.iter().find(|line| line.waiver.id == waiver).ok_or_else(Refusal::not_found)?;
    Ok(html(&waiver_show(&caller, &view, line, None)))
}

fn waiver_show(caller: &Caller, view: &View, line: &WaiverLine, again: Option<(&Typed, &Refusal)>) -> Page {
    let t = caller.visit.t;
    let waiver = &line.waiver;
    let number = view.answers.iter().find(|one| one.answer.id == waiver.answer).map_or(0, |one| one.answer.number);
    let heading = word(t, "review-waiver");
    let kinds: Vec<String> = waiver.kinds.iter().map(|kind| super::office::kind_name(t, *kind)).collect();
    let mut block = Block::new("waiver", word(t, waiver_key(waiver.granted)))
        .text(t.with2("review-waiver-pair", "name", view.name(&waiver.expert), "number", number))
        .text(kinds.join(if t.zh() { "、" } else { ", " }))
        .text(t.with2("review-waiver-asked", "name", line.asker.as_str(), "when", t.datetime(waiver.asked_ms)))
        .text(waiver.reason.clone());
    if let Some(decided) = waiver.decided_ms {
        block = block
            .text(t.with2("review-waiver-decided", "name", line.decider.as_str(), "when", t.datetime(decided)))
            .text(waiver.remark.clone());
    }
    if line.may_decide {
        let choices = ["granted", "refused"].map(|code| Choice::new(code, t.msg(format!("review-waiver-{code}"))));
        let mut form = Form::new(
            t,
            format!("/calls/{}/waivers/{}/decisions", view.call.id, waiver.id),
            t.msg("review-waiver-send"),
        )
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Radio(choices.to_vec()), "decision", t.msg("review-waiver-decision")))
        .field(Field::lines(t, "remark", t.msg("review-waiver-remark"), 3).chars_max(REASON_CHARS_MAX));
        if let Some((typed, refusal)) = again {
            form = form.fill(typed.pairs()).refuse(refusal);
        }
        block.forms.push(form);
    }
    block.links.push(Action::new(format!("/calls/{}/review", view.call.id), t.msg("review-back")));
    let refusal = again.filter(|_| !line.may_decide).map(|(_, refusal)| refusal.sentence(t.locale).to_owned());
    Page {
        back: format!("/calls/{}/review", view.call.id),
        above: title(t, &view.call),
        lede: String::new(),
        refusal: refusal.unwrap_or_default(),
        blocks: vec![block],
        shell: caller.visit.shell(heading.clone()).private().here("/calls"),
        heading,
    }
}

/// Decides about a waiver.
pub(super) async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path((id, waiver)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = match typed.get("decision") {
        "granted" => waiver_decide(&app, &caller.ctx, &waiver, true, typed.get("remark")).await,
        "refused" => waiver_decide(&app, &caller.ctx, &waiver, false, typed.get("remark")).await,
        _ => Err(undecided().into()),
    };
    let fault = match outcome {
        Ok(_) => return Ok(Redirect::to(&format!("/calls/{id}/waivers/{waiver}")).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    let view = review_view(&app, &caller.ctx, &id).await?;
    let line = view.waivers.iter().find(|line| line.waiver.id == waiver).ok_or_else(Refusal::not_found)?;
    Ok(html_with(status(&refusal), &waiver_show(&caller, &view, line, Some((&typed, &refusal)))))
}

fn undecided() -> Refusal {
    Refusal::invalid("waiver-decision", "请选择同意或不同意。", "Choose whether to grant or to refuse it.")
        .at("decision")
}
