//! One payment instruction: where it stands, what happened to it, what can be done.

use crate::actions::payment::{View, payment_submit, payment_view, payment_withdraw};
use crate::pages::SECTION;
use crate::pages::words::{line_tag, money, payment_tag};
use crate::rules::payment::{PaymentState, Step, masked};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Crumbs, Fact, Facts, Form, Phase, Phases, Tag};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::actions::Done;
use rooms::pages::{detail, refused, status, word};

#[derive(Template)]
#[template(path = "ledger/payment.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notice: String,
    submit: Option<Form>,
    withdraw: Option<Form>,
    lines: Vec<LineRow>,
    steps: Vec<StepRow>,
}

struct LineRow {
    href: String,
    title: String,
    tag: Tag,
    amount: String,
}

struct StepRow {
    text: String,
    remark: String,
    by: String,
    at_ms: i64,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = payment_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view, String::new())))
}

/// Puts it before the checkers.
pub(super) async fn submit(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let outcome = payment_submit(&app, &caller.ctx, &id).await;
    then(&app, &caller, &id, outcome).await
}

/// Takes it back.
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let outcome = payment_withdraw(&app, &caller.ctx, &id).await;
    then(&app, &caller, &id, outcome).await
}

async fn then(app: &App, caller: &Caller, id: &str, outcome: Result<Done, Fault>) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/payments/{id}")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = payment_view(app, &caller.ctx, id).await?;
            let sentence = refusal.sentence(caller.visit.t.locale).to_owned();
            Ok(html_with(status(&refusal), &build(caller, &view, sentence)))
        }
    }
}

fn build(caller: &Caller, view: &View, refusal: String) -> Page {
    let t = caller.visit.t;
    let payment = &view.payment;
    let button = |may: bool, path: &str, key: &str| {
        let form = || Form::new(t, format!("/payments/{}/{path}", payment.id), t.msg(key)).idempotency_key(new_key());
        may.then(form)
    };
    let line = |line: &crate::store::line::Line| LineRow {
        href: format!("/statement-lines/{}", line.open.id),
        title: t.with2("line-title", "date", line.open.day.to_string(), "serial", line.serial.as_str()),
        tag: line_tag(t, line),
        amount: money(t, line.open.amount),
    };
    Page {
        shell: SECTION.shell(caller, payment.number.clone()),
        notice: notice(t, view),
        submit: button(view.may_edit, "submissions", "payment-submit"),
        withdraw: button(view.may_withdraw, "withdrawals", "payment-withdraw"),
        lines: view.lines.iter().map(line).collect(),
        steps: view.steps.iter().rev().map(|step| step_row(t, step)).collect(),
        detail: frame(t, view),
        refusal,
    }
}

fn notice(t: T, view: &View) -> String {
    let key = match view.payment.state {
        PaymentState::Drafted if view.may_edit => "payment-notice-drafted",
        PaymentState::Submitted if view.may_check => "payment-notice-check",
        PaymentState::Submitted => "payment-notice-submitted",
        PaymentState::Approved => "payment-notice-approved",
        PaymentState::Exported => "payment-notice-exported",
        _ => return String::new(),
    };
    word(t, key)
}

fn step_row(t: T, step: &Step) -> StepRow {
    let kind = match step.state {
        PaymentState::Returned => "return",
        _ => "reject",
    };
    let reason = match step.reason.as_str() {
        "" => String::new(),
        code => word(t, format!("payment-{kind}-{code}")),
    };
    let remark = [reason, step.remark.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    StepRow {
        text: word(t, format!("payment-step-{}", step.state.code())),
        remark: remark.join(&word(t, "ledger-separator")),
        by: step.by_name.clone(),
        at_ms: step.at_ms,
    }
}

fn frame(t: T, view: &View) -> DetailFrame {
    let payment = &view.payment;
    let mut tags = vec![payment_tag(t, payment.state)];
    if payment.demo {
        tags.push(Tag::demo(t));
    }
    let action = |may: bool, path: &str, key: &str| {
        may.then(|| Action::new(format!("/payments/{}/{path}", payment.id), t.msg(key)))
    };
    let actions = [
        action(view.may_check, "check", "payment-check"),
        action(view.may_edit, "draft", "payment-edit"),
        action(view.may_return, "return", "payment-return"),
    ];
    DetailFrame {
        tags,
        lede: payment.purpose.clone(),
        phases: phases(t, payment.state),
        facts: vec![facts(t, view)],
        actions: actions.into_iter().flatten().collect(),
        ..detail(
            Crumbs::new(t, &payment.number).over("/payments", t.msg("payment-list-title")),
            t.with2("payment-heading", "payee", payment.payee.name.as_str(), "amount", money(t, payment.amount)),
        )
    }
}

/// The straight way; a payment that left it shows none.
fn phases(t: T, state: PaymentState) -> Option<Phases> {
    let way = [
        PaymentState::Drafted,
        PaymentState::Submitted,
        PaymentState::Approved,
        PaymentState::Exported,
        PaymentState::Settled,
    ];
    let present = way.iter().position(|step| *step == state)?;
    let present = if state == PaymentState::Settled { way.len() } else { present };
    let phase =
        |step: &PaymentState| Phase { label: word(t, format!("payment-phase-{}", step.code())), note: String::new() };
    Some(Phases { t, phases: way.iter().map(phase).collect(), present })
}

fn facts(t: T, view: &View) -> Facts {
    let payment = &view.payment;
    let label = |key: &str| word(t, format!("payment-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("number"), payment.number.clone()),
        Fact::new(label("account"), view.account.name.clone()).link(format!("/accounts/{}", payment.account)),
        Fact::new(label("payee"), payment.payee.name.clone()),
        Fact::new(label("bank"), payment.payee.bank.clone()),
        Fact::new(label("payee-account"), masked(&payment.payee.account)),
        Fact::new(label("amount"), money(t, payment.amount)),
    ];
    if let Some(file) = &view.file {
        facts.push(Fact::new(label("file"), file.number.clone()).link(format!("/payment-files/{}", file.id)));
    }
    Facts { title: word(t, "side-facts"), facts }
}
