//! The answers of a draft to check, what is still missing, and the button that poses it.

use crate::actions::call::{call_form, call_pose, posers};
use crate::pages::words::title;
use crate::pages::{receipt_of, refused, status, word};
use crate::rules::call::{Call, missing};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Fen, Refusal};
use platform::identity::idempotency::new_key;
use platform::web::kinds::CheckFrame;
use platform::web::parts::{Answer, Answers, Form};
use platform::web::{Problem, Shell, T, html_with};
use platform::{App, Caller};
use registry::corridor;

#[derive(Template)]
#[template(path = "calls/check.html")]
pub(super) struct Page {
    shell: Shell,
    check: CheckFrame,
    reason: String,
}

pub(super) fn page(app: &App, caller: &Caller, call: &Call, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let mut form = Form::new(t, format!("/calls/{}/poses", call.id), t.msg("call-pose"))
        .idempotency_key(new_key())
        .cancel(format!("/calls/{}", call.id), t.msg("call-later"));
    if let Some(refusal) = refusal {
        form = form.refuse(refusal);
    }
    let task = word(t, "call-check-open");
    Page {
        shell: caller.visit.shell(task.clone()).private().here("/calls"),
        check: CheckFrame {
            task,
            answers: Answers { t, answers: answers(app, caller, call) },
            meaning: meaning(t, call),
            form,
            back_href: format!("/calls/{}", call.id),
        },
        reason: call.reason.clone(),
    }
}

fn meaning(t: T, call: &Call) -> String {
    let gaps = missing(call);
    if gaps.is_empty() {
        return word(t, "call-pose-meaning");
    }
    let names: Vec<&str> = gaps.iter().map(|gap| if t.zh() { gap.zh } else { gap.en }).collect();
    t.with("call-pose-missing", "names", names.join(&t.msg("call-separator")))
}

fn answers(app: &App, caller: &Caller, call: &Call) -> Vec<Answer> {
    let (t, corridor, review) = (caller.visit.t, corridor::of(app), &call.review);
    let answer = |step: &str, label: &str, value: String| Answer {
        label: word(t, format!("call-{label}")),
        value,
        change_href: format!("/calls/{}/steps/{step}", call.id),
    };
    let yes = |on: bool, key: &str| word(t, format!("call-{key}-{}", if on { "yes" } else { "no" }));
    let chars = |text: &str| match text.chars().count() {
        0 => String::new(),
        count => t.n("call-chars", count),
    };
    let separator = word(t, "call-separator");
    let owner = posers(app, &caller.ctx).into_iter().find(|(id, _)| *id == call.owner).map(|(_, name)| name);
    let segments: Vec<String> = call.segments.iter().map(|id| corridor.segment_name(id, t.locale)).collect();
    let criterion =
        |c: &crate::rules::call::Criterion| format!("{} {}%", t.pick(&c.name, &c.name_en), c.weight_bp / 100);
    let criteria: Vec<String> = review.criteria.iter().map(criterion).collect();
    let budget = if call.budget == Fen::ZERO { String::new() } else { t.fen(call.budget) };
    let mut answers = vec![
        Answer { label: word(t, "call-form-owner"), value: owner.unwrap_or_default(), change_href: String::new() },
        answer("head", "form-title", title(t, call)),
        answer("head", "form-unnamed", yes(call.unnamed, "form-unnamed")),
        answer("problem", "form-summary", chars(&call.summary)),
        answer("problem", "form-details", chars(&call.details)),
        answer("problem", "form-nda", chars(&call.nda)),
        answer("problem", "form-eligibility", call.eligibility.clone()),
        answer("problem", "form-ip", call.ip.clone()),
        answer("problem", "form-segments", segments.join(&separator)),
        answer("money", "form-budget", budget),
        answer("money", "form-mode", t.n(format!("call-mode-{}-n", call.mode.code()), call.winners_max)),
        answer("review", "form-criteria", criteria.join(&separator)),
    ];
    if !criteria.is_empty() {
        answers.extend([
            answer("review", "form-choosing", word(t, format!("call-choosing-{}", call.choosing().code()))),
            answer("review", "form-per-answer", t.n("call-review-people", review.per_answer)),
            answer("review", "form-blind", yes(review.blind, "review-blind")),
            answer("review", "form-interview", yes(review.interview, "review-interview")),
            answer("review", "form-notice-workdays", t.n("call-review-workdays", review.notice_workdays)),
        ]);
    }
    answers
}

/// Poses it; what is missing is said above the button.
pub(in crate::pages::call) async fn pose(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    match call_pose(&app, &caller.ctx, &id).await {
        Ok(done) => Ok(receipt_of(&caller, "call", "posed", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            match call_form(&app, &caller.ctx, &id).await {
                Ok(call) => Ok(html_with(status(&refusal), &page(&app, &caller, &call, Some(&refusal)))),
                // Posed already: the call itself says where it stands.
                Err(fault) => {
                    refused(fault)?;
                    Ok(Redirect::to(&format!("/calls/{id}")).into_response())
                }
            }
        }
    }
}
