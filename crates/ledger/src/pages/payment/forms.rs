//! Forms about payments: making and changing one, checking it, noting that it came back.

use crate::actions::payment::{
    View, payment_decide, payment_draft, payment_edit, payment_form, payment_return, payment_view,
};
use crate::pages::SECTION;
use crate::pages::words::{account_choices, available, money};
use crate::rules::account::{Account, Standing};
use crate::rules::payment::{
    Draft, NAME_CHARS_MAX, PURPOSE_CHARS_MAX, PaymentState, REMARK_CHARS_MAX, RejectReason, ReturnReason, Word,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::policy::Resource;
use platform::web::kinds::StepFrame;
use platform::web::parts::{Choice, Fact, Facts, Field, FieldKind, Form};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{refused, status, word};
use serde::Deserialize;

/// The account from which is to be paid, as links of other pages name it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    account: String,
}

fn draft_form(t: T, action: &str, send: &str, accounts: &[(Account, Standing)]) -> Form {
    Form::new(t, action, t.msg(send))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Select(account_choices(t, accounts)), "account", t.msg("payment-fact-account")))
        .field(
            Field::line(t, "payee_name", t.msg("payment-fact-payee"))
                .hint(t.msg("payment-form-payee-hint"))
                .chars_max(NAME_CHARS_MAX),
        )
        .field(
            Field::line(t, "payee_bank", t.msg("payment-fact-bank"))
                .hint(t.msg("payment-form-bank-hint"))
                .chars_max(NAME_CHARS_MAX),
        )
        .field(Field::line(t, "payee_account", t.msg("payment-fact-payee-account")))
        .field(Field::new(t, FieldKind::Number, "amount_yuan", t.msg("payment-fact-amount")).unit(t.msg("ledger-unit")))
        .field(
            Field::line(t, "purpose", t.msg("payment-fact-purpose"))
                .hint(t.msg("payment-form-purpose-hint"))
                .chars_max(PURPOSE_CHARS_MAX),
        )
}

fn typed_draft(typed: &Typed) -> Draft {
    let text = |name: &str| typed.get(name).to_owned();
    Draft {
        account: text("account"),
        payee_name: text("payee_name"),
        payee_bank: text("payee_bank"),
        payee_account: half_width(typed.get("payee_account")),
        amount_yuan: half_width(typed.get("amount_yuan")),
        purpose: text("purpose"),
    }
}

/// The empty form.
pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<NewQuery>,
) -> Result<Response, Problem> {
    app.policies().require(&caller.ctx, "payment_list", &Resource::house())?;
    let accounts = payment_form(&app, &caller.ctx).await?;
    if accounts.is_empty() {
        return Err(Refusal::forbidden().into());
    }
    let t = caller.visit.t;
    let chosen = match accounts.as_slice() {
        [(only, _)] => only.id.as_str(),
        _ => query.account.as_str(),
    };
    let form = draft_form(t, "/payments", "payment-draft-send", &accounts)
        .fill([("account", chosen)])
        .cancel("/payments", t.msg("ledger-cancel"));
    Ok(html(&SECTION.form(&caller, word(t, "payment-new"), "/payments", form)))
}

/// Makes it; a refused form comes back as it was typed.
pub(super) async fn create(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    match payment_draft(&app, &caller.ctx, typed_draft(&typed)).await {
        Ok(done) => Ok(Redirect::to(&format!("/payments/{}", done.id)).into_response()),
        Err(fault) => {
            let (refusal, t) = (refused(fault)?, caller.visit.t);
            let accounts = payment_form(&app, &caller.ctx).await?;
            let form =
                draft_form(t, "/payments", "payment-draft-send", &accounts).cancel("/payments", t.msg("ledger-cancel"));
            Ok(SECTION.again(&caller, word(t, "payment-new"), "/payments", form, &typed, &refusal))
        }
    }
}

fn edit_form(t: T, view: &View, accounts: &[(Account, Standing)]) -> Form {
    let at = format!("/payments/{}", view.payment.id);
    draft_form(t, &format!("{at}/drafts"), "payment-edit-send", accounts).cancel(at, t.msg("ledger-cancel"))
}

/// The form with what the draft says.
pub(super) async fn edit(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = payment_view(&app, &caller.ctx, &id).await?;
    if !view.may_edit {
        return Ok(Redirect::to(&format!("/payments/{id}")).into_response());
    }
    let (t, payment) = (caller.visit.t, &view.payment);
    let amount = payment.amount.to_string();
    let form = edit_form(t, &view, &payment_form(&app, &caller.ctx).await?).fill([
        ("account", payment.account.as_str()),
        ("payee_name", &payment.payee.name),
        ("payee_bank", &payment.payee.bank),
        ("payee_account", &payment.payee.account),
        ("amount_yuan", &amount),
        ("purpose", &payment.purpose),
    ]);
    Ok(html(&SECTION.form(&caller, word(t, "payment-edit"), format!("/payments/{id}"), form)))
}

/// Changes it.
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match payment_edit(&app, &caller.ctx, &id, typed_draft(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/payments/{id}")).into_response()),
        Err(fault) => {
            let (refusal, t) = (refused(fault)?, caller.visit.t);
            let view = payment_view(&app, &caller.ctx, &id).await?;
            let form = edit_form(t, &view, &payment_form(&app, &caller.ctx).await?);
            Ok(SECTION.again(&caller, word(t, "payment-edit"), format!("/payments/{id}"), form, &typed, &refusal))
        }
    }
}

/// What is to be checked, in full, and the form below it.
#[derive(Template)]
#[template(path = "ledger/payment_check.html")]
struct CheckPage {
    shell: Shell,
    step: StepFrame,
    facts: Facts,
}

fn check_page(caller: &Caller, view: &View, task: &str, form: Form) -> CheckPage {
    let (t, payment) = (caller.visit.t, &view.payment);
    let label = |key: &str| word(t, format!("payment-fact-{key}"));
    let mut facts = vec![
        Fact::new(label("number"), payment.number.clone()),
        Fact::new(label("account"), view.account.name.clone()).link(format!("/accounts/{}", payment.account)),
        Fact::new(label("payee"), payment.payee.name.clone()),
        Fact::new(label("bank"), payment.payee.bank.clone()),
        // Whoever checks answers for the number, so he sees all of it.
        Fact::new(label("payee-account"), payment.payee.account.clone()),
        Fact::new(label("amount"), money(t, payment.amount)),
        Fact::new(label("purpose"), payment.purpose.clone()),
    ];
    let free = available(t, &view.account, view.standing);
    if !free.is_empty() {
        facts.push(Fact::new(word(t, "ledger-available"), free));
    }
    let made = view.steps.iter().rev().find(|step| step.state == PaymentState::Submitted);
    facts.extend(made.map(|step| Fact::new(label("maker"), step.by_name.clone())));
    let at = format!("/payments/{}", payment.id);
    let form = form.cancel(&at, t.msg("ledger-cancel"));
    let task = word(t, task);
    let step = StepFrame { form, task: task.clone(), step: 0, steps: 0, back_href: at };
    CheckPage { shell: SECTION.shell(caller, task), step, facts: Facts { title: String::new(), facts } }
}

fn check_form(t: T, view: &View) -> Form {
    let decision = ["approve", "reject"].map(|code| {
        let key = format!("payment-decide-{code}");
        Choice::new(code, t.msg(&key)).hint(t.msg(format!("{key}-hint")))
    });
    let reasons = RejectReason::ALL.iter().map(|reason| reason.code());
    let reasons = reasons.map(|code| Choice::new(code, t.msg(format!("payment-reject-{code}")))).collect();
    Form::new(t, format!("/payments/{}/decisions", view.payment.id), t.msg("payment-decide-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Radio(decision.to_vec()), "decision", t.msg("payment-decide")))
        .field(
            Field::new(t, FieldKind::Select(reasons), "reason", t.msg("payment-decide-reason"))
                .hint(t.msg("payment-decide-reason-hint"))
                .optional(),
        )
        .field(remark_field(t))
}

fn remark_field(t: T) -> Field {
    Field::lines(t, "remark", t.msg("payment-remark"), 3).chars_max(REMARK_CHARS_MAX).optional()
}

fn return_form(t: T, view: &View) -> Form {
    let reasons = ReturnReason::ALL.iter().map(|reason| reason.code());
    let reasons = reasons.map(|code| Choice::new(code, t.msg(format!("payment-return-{code}")))).collect();
    Form::new(t, format!("/payments/{}/returns", view.payment.id), t.msg("payment-return-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Radio(reasons), "reason", t.msg("payment-return-reason")))
        .field(remark_field(t))
}

/// A form about one instruction, what it is called, and whether the reader may have it.
struct About {
    task: &'static str,
    form: fn(T, &View) -> Form,
    may: fn(&View) -> bool,
}

const CHECK: About = About { task: "payment-check", form: check_form, may: |view| view.may_check };
const RETURN: About = About { task: "payment-return", form: return_form, may: |view| view.may_return };

async fn show(app: &App, caller: &Caller, id: &str, about: About) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = payment_view(app, &caller.ctx, id).await?;
    if !(about.may)(&view) {
        return Ok(Redirect::to(&format!("/payments/{id}")).into_response());
    }
    Ok(html(&check_page(caller, &view, about.task, (about.form)(caller.visit.t, &view))))
}

async fn again(
    app: &App,
    caller: &Caller,
    id: &str,
    about: About,
    typed: &Typed,
    fault: platform::Fault,
) -> Result<Response, Problem> {
    let refusal = refused(fault)?;
    let view = payment_view(app, &caller.ctx, id).await?;
    let form = (about.form)(caller.visit.t, &view).fill(typed.pairs()).refuse(&refusal);
    Ok(html_with(status(&refusal), &check_page(caller, &view, about.task, form)))
}

fn typed_word(typed: &Typed) -> Word {
    let text = |name: &str| typed.get(name).to_owned();
    Word { decision: text("decision"), reason: text("reason"), remark: text("remark") }
}

/// The form for a checker.
pub(super) async fn check(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    show(&app, &caller, &id, CHECK).await
}

/// Decides.
pub(super) async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match payment_decide(&app, &caller.ctx, &id, typed_word(&typed)).await {
        Ok(done) => {
            let approved = typed.get("decision") == "approve";
            let (title, next) = match approved {
                true => ("payment-approved-title", "payment-approved-next"),
                false => ("payment-rejected-title", "payment-rejected-next"),
            };
            let mut links = vec![(format!("/payments/{id}"), word(t, "payment-look"))];
            if approved {
                links.insert(0, ("/payment-files/new".to_owned(), word(t, "payment-file-new")));
            }
            Ok(SECTION.receipt(&caller, word(t, title), &done, vec![word(t, next)], links))
        }
        Err(fault) => again(&app, &caller, &id, CHECK, &typed, fault).await,
    }
}

/// The form that notes a return.
pub(super) async fn back(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    show(&app, &caller, &id, RETURN).await
}

/// Notes it.
pub(super) async fn give_back(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match payment_return(&app, &caller.ctx, &id, typed_word(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/payments/{id}")).into_response()),
        Err(fault) => again(&app, &caller, &id, RETURN, &typed, fault).await,
    }
}
