//! The contract of an award: its words, the form that writes it, the signatures, its registration.

use super::award::{Again, Block, Panel, named, page};
use super::{lines, read, receipt_of, refused, status, word, write};
use crate::actions::contract::{View, contract_register, contract_sign, contract_view, contract_write};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::contract::{Contract, ContractDraft, NUMBER_CHARS_MAX, RIGHTS_MAX, RightDraft, Side};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::limits::{ABSTRACT_CHARS_MAX, TITLE_CHARS_MAX};
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Cell, Column, Fact, Field, Form, Table};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::{Typed, half_width};

/// Lines for rights in the form; more come by the API.
const RIGHTS_SHOWN: usize = 4;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/awards/{award}/contract", "contract_view", get(shown_plain)),
        write("/calls/{id}/awards/{award}/contracts", "contract_write", "call.contract_written", post(save)),
        write("/calls/{id}/awards/{award}/signatures/{side}", "contract_sign", "call.contract_signed", post(sign)),
        write(
            "/calls/{id}/awards/{award}/registrations",
            "contract_register",
            "call.contract_registered",
            post(register),
        ),
    ]
}

async fn shown_plain(
    State(app): State<App>,
    caller: Caller,
    Path((call, award)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.signed_in()?;
    shown(&app, &caller, (&call, &award), None).await
}

async fn shown(
    app: &App,
    caller: &Caller,
    (call, award): (&str, &str),
    again: Option<Again<'_>>,
) -> Result<Response, Problem> {
    let view = contract_view(app, &caller.ctx, call, award).await?;
    let t = caller.visit.t;
    let mut blocks = Vec::new();
    if let Some(contract) = &view.contract {
        blocks.push(text(t, &view, contract));
        blocks.push(signatures(t, &view, contract, again));
    }
    if view.may_write {
        let mut block = Block::new("write-title", word(t, "contract-write-title"));
        let note = if view.signatures.is_empty() { "contract-write-text" } else { "contract-write-anew" };
        block.panels.push(Panel::new(word(t, "contract-write-open"), word(t, note), form(t, &view), again));
        blocks.push(block);
    }
    blocks.extend(further(t, &view, again));
    let [owner, lead] = &view.names;
    let facts = vec![
        Fact::new(word(t, "award-fact-owner"), named(t, owner)),
        Fact::new(word(t, "award-fact-lead"), named(t, lead)),
        Fact::new(word(t, "award-col-amount"), t.fen(view.award.amount)),
        Fact::new(word(t, "award-title"), t.n("award-number", view.award.ord))
            .link(format!("/calls/{}/awards/{}", view.call.id, view.award.id)),
    ];
    let heading = (word(t, "contract-title"), Vec::new());
    let notes = if view.contract.is_none() { vec![word(t, "contract-none")] } else { Vec::new() };
    let refusal = again.map(|again| again.refusal);
    let made = page(caller, &view.call, heading, facts, (notes, blocks), refusal);
    Ok(match refusal {
        Some(refusal) => html_with(status(refusal), &made),
        None => html(&made),
    })
}

fn share(bp: i64) -> String {
    let text = format!("{}.{:02}", bp / 100, bp % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn text(t: T, view: &View, contract: &Contract) -> Block {
    let mut block = Block::new("text-title", t.with("contract-heading", "number", contract.number.as_str()));
    block.text = lines(&contract.summary);
    let columns = vec![
        Column::words(t.msg("contract-right-party")),
        Column::numbers(t.msg("contract-right-share"), "%"),
        Column::words(t.msg("contract-right-note")),
    ];
    let mut rights = Table::new(t, t.msg("contract-rights"), columns);
    for right in &contract.rights {
        let part = if right.share_bp == 0 { Cell::Missing } else { Cell::Text(share(right.share_bp)) };
        rights = rights.row(vec![Cell::Text(right.party.clone()), part, Cell::Text(right.note.clone())]);
    }
    let columns = vec![
        Column::words(t.msg("award-col-milestone")),
        Column::words(t.msg("contract-indicators")),
        Column::numbers(t.msg("award-col-months"), t.msg("award-months")),
        Column::numbers(t.msg("award-col-amount"), t.msg("call-yuan")),
    ];
    let mut stages = Table::new(t, t.msg("award-stages-caption"), columns);
    for one in &view.milestones {
        stages = stages.row(vec![
            Cell::Text(t.with2("milestone-heading", "number", one.ord, "title", one.title.as_str())),
            Cell::Text(one.indicators.clone()),
            Cell::Text(t.num(one.months)),
            Cell::Text(one.amount.to_string()),
        ]);
    }
    block.tables = vec![rights, stages];
    block
}

fn signatures(t: T, view: &View, contract: &Contract, again: Option<Again<'_>>) -> Block {
    let mut block = Block::new("sign-title", word(t, "contract-signatures"));
    block.text.push(t.with2("contract-version", "version", contract.version, "hash", contract.hash.as_str()));
    block.code.clone_from(&view.words);
    for one in &view.signatures {
        let side = word(t, format!("contract-side-{}", one.side.code()));
        let values = [("side", side), ("name", one.by_name.clone()), ("when", t.datetime(one.at_ms))];
        block.text.push(t.args("contract-signature", &values));
    }
    for side in &view.may_sign {
        let action = format!("/calls/{}/awards/{}/signatures/{}", view.call.id, view.award.id, side.code());
        let form = Form::new(t, action, t.msg("contract-sign-send"))
            .idempotency_key(new_key())
            .hidden("hash", contract.hash.clone());
        let heading = word(t, format!("contract-sign-{}", side.code()));
        block.panels.push(Panel::new(heading, word(t, "contract-sign-text"), form, again));
    }
    block
}

fn form(t: T, view: &View) -> Form {
    let old = view.contract.as_ref();
    let filled = |field: Field, value: Option<String>| match value {
        Some(value) if !value.is_empty() => field.value(value),
        _ => field,
    };
    let number = Field::line(t, "number", t.msg("contract-number")).chars_max(NUMBER_CHARS_MAX);
    let summary = Field::lines(t, "summary", t.msg("contract-summary"), 8)
        .hint(t.msg("contract-summary-hint"))
        .chars_max(ABSTRACT_CHARS_MAX);
    let mut form = Form::new(
        t,
        format!("/calls/{}/awards/{}/contracts", view.call.id, view.award.id),
        t.msg("contract-write-send"),
    )
    .field(filled(number, old.map(|one| one.number.clone())))
    .field(filled(summary, old.map(|one| one.summary.clone())));
    for at in 1..=RIGHTS_SHOWN {
        let right = old.and_then(|one| one.rights.get(at - 1));
        let party = Field::line(t, format!("party_{at}"), t.n("contract-right-party-n", at)).chars_max(TITLE_CHARS_MAX);
        let part = Field::line(t, format!("share_{at}"), t.n("contract-right-share-n", at)).unit("%").optional();
        let note = Field::line(t, format!("note_{at}"), t.n("contract-right-note-n", at))
            .chars_max(REASON_CHARS_MAX)
            .optional();
        let party = if at == 1 { party } else { party.optional() };
        form = form
            .field(filled(party, right.map(|one| one.party.clone())))
            .field(filled(part, right.filter(|one| one.share_bp > 0).map(|one| share(one.share_bp))))
            .field(filled(note, right.map(|one| one.note.clone())));
    }
    form.field(filled(registration(t).optional(), old.map(|one| one.registration.clone())))
}

fn registration(t: T) -> Field {
    Field::line(t, "registration", t.msg("contract-registration")).hint(t.msg("contract-registration-hint"))
}

fn further(t: T, view: &View, again: Option<Again<'_>>) -> Option<Block> {
    let at = format!("/calls/{}/awards/{}", view.call.id, view.award.id);
    let mut block = Block::new("further-title", word(t, "contract-further"));
    if view.may_register {
        let form = Form::new(t, format!("{at}/registrations"), t.msg("contract-register-send"))
            .idempotency_key(new_key())
            .field(registration(t));
        block.panels.push(Panel::new(word(t, "contract-register-open"), String::new(), form, again));
    }
    if view.may_drop {
        let form = Form::new(t, format!("{at}/drops"), t.msg("award-drop-send")).idempotency_key(new_key()).field(
            Field::lines(t, "reason", t.msg("award-reason"), 3)
                .hint(t.msg("award-reason-hint"))
                .chars_max(REASON_CHARS_MAX),
        );
        block.panels.push(Panel::new(word(t, "award-drop-open"), word(t, "award-drop-text"), form, again));
    }
    (!block.panels.is_empty()).then_some(block)
}

fn draft(typed: &Typed) -> ContractDraft {
    let right = |at: usize| RightDraft {
        party: typed.get(&format!("party_{at}")).to_owned(),
        share: half_width(typed.get(&format!("share_{at}"))),
        note: typed.get(&format!("note_{at}")).to_owned(),
    };
    ContractDraft {
        number: typed.get("number").to_owned(),
        summary: typed.get("summary").to_owned(),
        rights: (1..=RIGHTS_MAX).map(right).collect(),
        registration: half_width(typed.get("registration")),
    }
}

async fn answered(
    app: &App,
    caller: &Caller,
    (call, award): (&str, &str),
    (form, typed): (&str, &Typed),
    outcome: Outcome<Done>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{call}/awards/{award}/contract")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            shown(app, caller, (call, award), Some(Again { form, typed, refusal: &refusal })).await
        }
    }
}

async fn save(
    State(app): State<App>,
    caller: Caller,
    Path((call, award)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = contract_write(&app, &caller.ctx, &award, draft(&typed)).await;
    answered(&app, &caller, (&call, &award), ("/contracts", &typed), outcome).await
}

async fn sign(
    State(app): State<App>,
    caller: Caller,
    Path((call, award, side)): Path<(String, String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = contract_sign(&app, &caller.ctx, &award, &side, typed.get("hash")).await;
    match outcome {
        Ok(done) => Ok(receipt_of(&caller, "contract", "signed", &call, &done)),
        Err(fault) => {
            let form = format!("/signatures/{}", Side::parse(&side).map_or("", Side::code));
            answered(&app, &caller, (&call, &award), (&form, &typed), Err(fault)).await
        }
    }
}

async fn register(
    State(app): State<App>,
    caller: Caller,
    Path((call, award)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = contract_register(&app, &caller.ctx, &award, &half_width(typed.get("registration"))).await;
    answered(&app, &caller, (&call, &award), ("/registrations", &typed), outcome).await
}
