//! One milestone: what was reported, what the office judged, and the forms of whoever is next.

use super::award::{Again, Block, Panel, named, page, state_tag};
use super::{lines, read, receipt_of, refused, status, word, write};
use crate::actions::accounts::{AwardView, award_view};
use crate::actions::milestone::{milestone_confirm, milestone_judge, milestone_report, milestone_return};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::milestone::{Judgement, Milestone, MilestoneState, OpinionDraft, Report, ReportDraft};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Refusal;
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Choice, Column, Fact, Field, FieldKind, Form, Table};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::{Typed, half_width};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/awards/{award}/milestones/{number}", "award_view", get(shown_plain)),
        write(
            "/calls/{id}/awards/{award}/milestones/{number}/reports",
            "milestone_report",
            "call.milestone_reported",
            post(report),
        ),
        write(
            "/calls/{id}/awards/{award}/milestones/{number}/opinions",
            "milestone_judge",
            "call.milestone_judged",
            post(judge),
        ),
        write(
            "/calls/{id}/awards/{award}/milestones/{number}/confirmations",
            "milestone_confirm",
            "call.milestone_paid",
            post(confirm),
        ),
        write(
            "/calls/{id}/awards/{award}/milestones/{number}/returns",
            "milestone_return",
            "call.milestone_returned",
            post(send_back),
        ),
    ]
}

/// Where a milestone is: its call, its award, its number.
type At = (String, String, String);

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

async fn shown_plain(State(app): State<App>, caller: Caller, Path(at): Path<At>) -> Result<Response, Problem> {
    shown(&app, &caller, &at, None).await
}

async fn shown(app: &App, caller: &Caller, at: &At, again: Option<Again<'_>>) -> Result<Response, Problem> {
    let (call, award, ord) = at;
    let view = award_view(app, &caller.ctx, call, award).await?;
    let ord = number(ord)?;
    let one = view.milestones.iter().find(|one| one.ord == ord).ok_or_else(Refusal::not_found)?;
    let t = caller.visit.t;
    let mut blocks = vec![about(t, &view, one)];
    if view.inside || one.state.is_over() {
        blocks.extend(one.report.as_ref().map(|report| reported(t, one, report)));
        blocks.extend(opinion(t, one));
    }
    blocks.extend(next(t, &view, one, again));
    let [_, lead] = &view.names;
    let facts = vec![
        Fact::new(word(t, "award-title"), t.n("award-number", view.award.ord))
            .link(format!("/calls/{call}/awards/{award}")),
        Fact::new(word(t, "award-fact-lead"), named(t, lead)),
        Fact::new(word(t, "award-col-amount"), t.fen(one.amount)),
        Fact::new(
            word(t, "milestone-due-label"),
            one.due_ms.map_or_else(|| t.n("milestone-months", one.months), |due| t.date(due)),
        ),
    ];
    let title = t.with2("milestone-heading", "number", one.ord, "title", one.title.as_str());
    let refusal = again.map(|again| again.refusal);
    let made = page(caller, &view.call, (title, vec![state_tag(t, one.state)]), facts, (Vec::new(), blocks), refusal);
    Ok(match refusal {
        Some(refusal) => html_with(status(refusal), &made),
        None => html(&made),
    })
}

fn about(t: T, view: &AwardView, one: &Milestone) -> Block {
    let mut block = Block::new("about-title", word(t, "milestone-indicators-title"));
    block.text = lines(&one.indicators);
    if one.refused > 0 {
        block.text.push(t.n("milestone-refused-n", one.refused));
    }
    let columns = vec![
        Column::words(t.msg("award-money-source")),
        Column::numbers(t.msg("award-money-awarded"), t.msg("call-yuan")),
        Column::numbers(t.msg("award-money-paid"), t.msg("call-yuan")),
        Column::numbers(t.msg("award-money-returned"), t.msg("call-yuan")),
    ];
    let mut table = Table::new(t, t.msg("milestone-tranches"), columns);
    for (tranche, flow) in view.tranches.iter().filter(|(tranche, _)| tranche.milestone == one.ord) {
        let at = usize::try_from(tranche.source - 1).unwrap_or(usize::MAX);
        let name = view.sources.get(at).map_or_else(String::new, |name| named(t, name));
        let fen = |amount: i64| Cell::Text(kernel::Fen::new(amount).unwrap_or_default().to_string());
        table = table.row(vec![Cell::Text(name), fen(flow.awarded), fen(flow.paid), fen(flow.returned)]);
    }
    block.tables.push(table);
    block
}

fn reported(t: T, one: &Milestone, report: &Report) -> Block {
    let mut block = Block::new("report-title", word(t, "milestone-report-title"));
    block.text = lines(&report.text);
    if !report.test.is_empty() {
        block.text.push(t.with("milestone-test-said", "number", report.test.as_str()));
    }
    if let Some(at) = one.reported_ms {
        block.text.push(t.with("milestone-reported-on", "when", t.datetime(at)));
    }
    block.links = report.links.iter().map(|link| Action::new(link.clone(), link.clone())).collect();
    let files: Vec<String> = report.files.iter().map(|file| format!("{}  {}", file.sha256, file.name)).collect();
    block.code = files.join("\n");
    block
}

fn opinion(t: T, one: &Milestone) -> Option<Block> {
    let opinion = one.opinion.as_ref()?;
    let mut block = Block::new("opinion-title", word(t, "milestone-opinion-title"));
    let key = format!("milestone-judged-{}", opinion.judgement);
    block.text.push(t.with2(key, "amount", t.fen(opinion.amount), "reason", opinion.reason.as_str()));
    if let Some(due) = opinion.due_ms {
        block.text.push(t.with("milestone-due", "date", t.date(due)));
    }
    Some(block)
}

fn next(t: T, view: &AwardView, one: &Milestone, again: Option<Again<'_>>) -> Option<Block> {
    let at = format!("/calls/{}/awards/{}/milestones/{}", view.call.id, view.award.id, one.ord);
    let mut block = Block::new("next-title", word(t, "milestone-next"));
    match one.state {
        MilestoneState::Open if view.may.report => {
            let form = report_form(t, &at);
            block.panels.push(Panel::new(
                word(t, "milestone-report-open"),
                word(t, "milestone-report-text"),
                form,
                again,
            ));
        }
        MilestoneState::Reported if view.may.judge => {
            let form = judge_form(t, &at);
            block.panels.push(Panel::new(
                word(t, "milestone-judge-open"),
                word(t, "milestone-judge-text"),
                form,
                again,
            ));
        }
        MilestoneState::Judged if view.may.confirm => {
            let form =
                Form::new(t, format!("{at}/confirmations"), t.msg("milestone-confirm-send")).idempotency_key(new_key());
            block.panels.push(Panel::new(
                word(t, "milestone-confirm-open"),
                word(t, "milestone-confirm-text"),
                form,
                again,
            ));
            let form = Form::new(t, format!("{at}/returns"), t.msg("milestone-return-send"))
                .idempotency_key(new_key())
                .field(Field::lines(t, "reason", t.msg("award-reason"), 3).chars_max(REASON_CHARS_MAX));
            block.panels.push(Panel::new(
                word(t, "milestone-return-open"),
                word(t, "milestone-return-text"),
                form,
                again,
            ));
        }
        _ => return None,
    }
    Some(block)
}

fn report_form(t: T, at: &str) -> Form {
    Form::new(t, format!("{at}/reports"), t.msg("milestone-report-send"))
        .idempotency_key(new_key())
        .field(
            Field::lines(t, "text", t.msg("milestone-form-text"), 6)
                .hint(t.msg("milestone-form-text-hint"))
                .chars_max(ABSTRACT_CHARS_MAX),
        )
        .field(
            Field::lines(t, "links", t.msg("milestone-form-links"), 3)
                .hint(t.msg("milestone-form-links-hint"))
                .optional(),
        )
        .field(
            Field::lines(t, "files", t.msg("milestone-form-files"), 3)
                .hint(t.msg("milestone-form-files-hint"))
                .optional(),
        )
        .field(
            Field::line(t, "test", t.msg("milestone-form-test"))
                .hint(t.msg("milestone-form-test-hint"))
                .chars_max(TITLE_CHARS_MAX)
                .optional(),
        )
}

fn judge_form(t: T, at: &str) -> Form {
    let choice = |one: &Judgement| {
        let key = format!("milestone-judgement-{}", one.code());
        Choice::new(one.code(), t.msg(&key)).hint(t.msg(format!("{key}-hint")))
    };
    let choices = Judgement::ALL.iter().map(choice).collect();
    Form::new(t, format!("{at}/opinions"), t.msg("milestone-judge-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Radio(choices), "judgement", t.msg("milestone-judgement")))
        .field(
            Field::new(t, FieldKind::Number, "amount_yuan", t.msg("milestone-form-part"))
                .hint(t.msg("milestone-form-part-hint"))
                .unit(t.msg("call-yuan"))
                .optional(),
        )
        .field(Field::lines(t, "reason", t.msg("award-reason"), 4).chars_max(REASON_CHARS_MAX))
        .field(
            Field::new(t, FieldKind::Line("date"), "due", t.msg("milestone-form-due"))
                .hint(t.msg("milestone-form-due-hint"))
                .optional(),
        )
}

async fn answered(
    app: &App,
    caller: &Caller,
    at: &At,
    (what, form, typed): (&str, &str, &Typed),
    outcome: Outcome<Done>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(done) => Ok(receipt_of(caller, "milestone", what, &at.0, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            shown(app, caller, at, Some(Again { form, typed, refusal: &refusal })).await
        }
    }
}

async fn report(State(app): State<App>, caller: Caller, Path(at): Path<At>, typed: Typed) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let draft = ReportDraft { text: text("text"), links: text("links"), files: text("files"), test: text("test") };
    let outcome = milestone_report(&app, &caller.ctx, &at.1, number(&at.2)?, draft).await;
    answered(&app, &caller, &at, ("reported", "/reports", &typed), outcome).await
}

async fn judge(State(app): State<App>, caller: Caller, Path(at): Path<At>, typed: Typed) -> Result<Response, Problem> {
    let draft = OpinionDraft {
        judgement: typed.get("judgement").to_owned(),
        amount_yuan: half_width(typed.get("amount_yuan")),
        reason: typed.get("reason").to_owned(),
        due: typed.get("due").to_owned(),
    };
    let outcome = milestone_judge(&app, &caller.ctx, &at.1, number(&at.2)?, draft).await;
    answered(&app, &caller, &at, ("judged", "/opinions", &typed), outcome).await
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<At>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = milestone_confirm(&app, &caller.ctx, &at.1, number(&at.2)?).await;
    answered(&app, &caller, &at, ("confirmed", "/confirmations", &typed), outcome).await
}

async fn send_back(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<At>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = milestone_return(&app, &caller.ctx, &at.1, number(&at.2)?, typed.get("reason")).await;
    answered(&app, &caller, &at, ("returned", "/returns", &typed), outcome).await
}
