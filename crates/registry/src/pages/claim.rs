//! Claims: the office's desk, one claim with its decision, and filing one.

use super::listing::office_name;
use super::organisation::words::{city_name, name};
use crate::actions::claim::{ClaimCard, ClaimView, claim_decide, claim_file, claim_list, claim_view, claim_withdraw};
use crate::actions::organisation::organisation_view;
use crate::corridor::{self, Corridor};
use crate::rules::claim::{CLAIM_WORKDAYS, Claim, ClaimState, DecisionCommand, REMARK_CHARS_MAX, Reason};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Instant;
use platform::capability::Route;
use platform::web::kinds::{DetailFrame, StepFrame};
use platform::web::parts::{Choice, Crumbs, Empty, Fact, Facts, Field, FieldKind, Form, Proofs, Receipt, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use rooms::pages::frames::{ReceiptPage, StepPage};
use rooms::pages::typed::Typed;
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/claims", "claim_list", get(list)),
        read("/claims/{id}", "claim_view", get(page)),
        write("/organisations/{id}/claims", "organisation_claim", "claim.filed", post(file)),
        write("/claims/{id}/decisions", "claim_decide", "claim.approved", post(decide)),
        write("/claims/{id}/withdrawals", "claim_withdraw", "claim.withdrawn", post(withdraw)),
    ]
}

#[derive(Template)]
#[template(path = "registry/organisation_claims.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    empty: Empty,
}

struct Row {
    href: String,
    name: String,
    about: String,
    due: String,
    late: bool,
    demo: bool,
}

#[derive(Template)]
#[template(path = "registry/organisation_claim.html")]
struct ClaimPage {
    shell: Shell,
    detail: DetailFrame,
    evidence: Vec<String>,
    answer: String,
    decide_form: Option<Form>,
    withdraw_form: Option<Form>,
}

/// Where a claim stands, as a label and in a sentence.
pub(crate) fn claim_words(t: T, claim: &Claim) -> (Tag, String) {
    let tone = match claim.state {
        ClaimState::Open => Tone::Indigo,
        ClaimState::Approved => Tone::Pine,
        ClaimState::Refused => Tone::Cinnabar,
        ClaimState::Withdrawn => Tone::Plain,
    };
    let tag = Tag::new(tone, t.msg(format!("claim-state-{}", claim.state.code())));
    let about = match claim.state {
        ClaimState::Open => due(t, claim),
        ClaimState::Refused => claim.reason.map_or(String::new(), |reason| reason_name(t, reason)),
        ClaimState::Approved | ClaimState::Withdrawn => claim.decided_ms.map_or(String::new(), |ms| t.date(ms)),
    };
    (tag, about)
}

fn reason_name(t: T, reason: Reason) -> String {
    t.msg(format!("claim-reason-{}", reason.code())).into_owned()
}

/// Until when the office has time; says so where the calendar may still move.
fn due(t: T, claim: &Claim) -> String {
    let key = if claim.due_provisional { "claim-due-provisional" } else { "claim-due" };
    t.with(key, "date", Instant::from_ms(claim.due_ms).date().to_string())
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let cards = claim_list(&app, &caller.ctx).await?;
    let (t, corridor) = (caller.visit.t, corridor::of(&app));
    let row = |card: &ClaimCard| {
        let claim = &card.filed.claim;
        let city = city_name(t, &corridor, card.organisation.city);
        Row {
            href: format!("/claims/{}", claim.id),
            name: name(t, &card.organisation),
            about: t.args(
                "claim-row",
                &[("kind", kind_name(t, claim)), ("who", claim.account_name.clone()), ("city", city)],
            ),
            due: due(t, claim),
            late: claim.due_ms < caller.ctx.now.ms(),
            demo: claim.demo,
        }
    };
    let page = ListPage {
        shell: caller.visit.shell(t.msg("claim-list")).private(),
        rows: cards.iter().map(row).collect(),
        empty: Empty::new(t.msg("claim-empty"), t.msg("claim-empty-text")),
    };
    Ok(html(&page))
}

fn kind_name(t: T, claim: &Claim) -> String {
    t.msg(format!("claim-kind-{}", claim.kind.code())).into_owned()
}

async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = claim_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, |form| form)))
}

fn build(caller: &Caller, corridor: &Corridor, view: &ClaimView, fill: impl Fn(Form) -> Form) -> ClaimPage {
    let t = caller.visit.t;
    let claim = &view.card.filed.claim;
    let organisation = &view.card.organisation;
    let title = t.with2("claim-title", "kind", kind_name(t, claim), "name", name(t, organisation));
    let (tag, _) = claim_words(t, claim);
    let mut tags = vec![tag];
    if claim.demo {
        tags.push(Tag::demo(t));
    }
    ClaimPage {
        shell: caller.visit.shell(title.clone()).private(),
        evidence: claim.evidence.lines().map(str::to_owned).collect(),
        answer: answer(t, claim),
        decide_form: view.may_decide.then(|| fill(decide_form(t, &claim.id))),
        withdraw_form: view
            .may_withdraw
            .then(|| Form::new(t, format!("/claims/{}/withdrawals", claim.id), t.msg("claim-withdraw"))),
        detail: DetailFrame {
            crumbs: Crumbs::new(t, &title).over("/my/organisation", t.msg("organisation-mine")),
            other_name: String::new(),
            tags,
            lede: String::new(),
            phases: None,
            facts: vec![facts(t, corridor, view)],
            actions: Vec::new(),
            source: None,
            proof: None,
            heading: title,
        },
    }
}

fn facts(t: T, corridor: &Corridor, view: &ClaimView) -> Facts {
    let claim = &view.card.filed.claim;
    let organisation = &view.card.organisation;
    let label = |key: &str| t.msg(format!("claim-fact-{key}")).into_owned();
    let mut facts = vec![
        Fact::new(label("organisation"), name(t, organisation)).link(format!("/organisations/{}", organisation.id)),
        Fact::new(label("city"), city_name(t, corridor, organisation.city)),
        Fact::new(label("who"), &claim.account_name),
        Fact::new(label("office"), office_name(t, corridor, view.card.filed.office)),
        Fact::new(label("filed"), t.datetime(claim.created_ms)),
    ];
    if claim.state == ClaimState::Open {
        facts.push(Fact::new(label("due"), due(t, claim)));
    }
    if let Some(uscc) = &organisation.uscc {
        facts.push(Fact::new(t.msg("organisation-fact-uscc"), uscc));
    }
    Facts { title: t.msg("side-facts").into_owned(), facts }
}

/// What the office said, and what comes next.
fn answer(t: T, claim: &Claim) -> String {
    let remark =
        if claim.remark.is_empty() { String::new() } else { t.with("claim-remark-said", "remark", &claim.remark) };
    match claim.state {
        ClaimState::Open => String::new(),
        ClaimState::Approved => t.msg("claim-answer-approved").into_owned(),
        ClaimState::Withdrawn => t.msg("claim-answer-withdrawn").into_owned(),
        ClaimState::Refused => {
            let reason = claim.reason.map_or(String::new(), |reason| reason_name(t, reason));
            t.with2("claim-answer-refused", "reason", reason, "remark", remark)
        }
    }
}

/// The form by which an office says yes or no; other nouns of this capability use it too.
pub(crate) fn decision_form(t: T, action: String, reasons: Vec<Choice>) -> Form {
    let choice = |code: &str| Choice::new(code, t.msg(format!("claim-decision-{code}")));
    Form::new(t, action, t.msg("claim-decide"))
        .field(Field::new(
            t,
            FieldKind::Radio(vec![choice("approve"), choice("refuse")]),
            "decision",
            t.msg("claim-decision"),
        ))
        .field(
            Field::new(t, FieldKind::Select(reasons), "reason", t.msg("claim-reason"))
                .hint(t.msg("claim-reason-hint"))
                .optional(),
        )
        .field(Field::lines(t, "remark", t.msg("claim-remark"), 3).chars_max(REMARK_CHARS_MAX).optional())
}

fn decide_form(t: T, id: &str) -> Form {
    let reasons = Reason::ALL.iter().map(|reason| Choice::new(reason.code(), reason_name(t, *reason))).collect();
    decision_form(t, format!("/claims/{id}/decisions"), reasons)
}

/// The office's word as a form says it.
pub(crate) fn decision(typed: &Typed) -> DecisionCommand {
    DecisionCommand {
        decision: typed.get("decision").to_owned(),
        reason: typed.get("reason").to_owned(),
        remark: typed.get("remark").to_owned(),
    }
}

async fn decide(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match claim_decide(&app, &caller.ctx, &id, decision(&typed)).await {
        Ok(_) => Ok(Redirect::to(&format!("/claims/{id}")).into_response()),
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            let view = claim_view(&app, &caller.ctx, &id).await?;
            let again = |form: Form| form.fill(typed.pairs()).refuse(&refusal);
            let page = build(&caller, &corridor::of(&app), &view, again);
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn withdraw(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    claim_withdraw(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(&format!("/claims/{id}")).into_response())
}

async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let evidence = typed.get("evidence");
    match claim_file(&app, &caller.ctx, &id, evidence).await {
        Ok(done) => Ok(receipt(&caller, &done.id, done.entry, done.at_ms)),
        Err(Fault::Refused(refusal)) if refusal.field.is_some() => {
            let view = organisation_view(&app, &caller.ctx, &id).await?;
            let organisation = &view.dossier.organisation;
            let t = caller.visit.t;
            let form = super::organisation::claim_form(t, organisation).fill(typed.pairs()).refuse(&refusal);
            let task = t.with("claim-of", "name", name(t, organisation));
            let step =
                StepFrame { form, task: task.clone(), step: 0, steps: 0, back_href: format!("/organisations/{id}") };
            Ok(html_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &StepPage { shell: caller.visit.shell(task).private(), step },
            ))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn receipt(caller: &Caller, id: &str, entry: i64, at_ms: i64) -> Response {
    let t = caller.visit.t;
    let title = t.msg("claim-receipt").into_owned();
    let receipt = Receipt {
        t,
        title: title.clone(),
        number: entry.to_string(),
        at_ms,
        next: vec![t.with("claim-receipt-office", "n", CLAIM_WORKDAYS), t.msg("claim-receipt-then").into_owned()],
        links: vec![(format!("/claims/{id}"), t.msg("claim-receipt-look").into_owned())],
        proof: Some(Proofs::of(t, entry, at_ms)),
    };
    html(&ReceiptPage::new(caller.visit.shell(title).private(), receipt))
}
