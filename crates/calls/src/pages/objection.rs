//! Objections: what everybody may know of them, the form that files one, and one objection for those who work on it.

use super::award::{Again, Block, Panel, page};
use super::words::dashed;
use super::{form_page, lines, read, receipt_of, refused, status, word, write};
use crate::actions::call::call_view;
use crate::actions::objection::{
    Listed, View, objection_admit, objection_file, objection_list, objection_view, objection_withdraw,
    panel_candidates, panel_name, panel_vote,
};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::call::Call;
use crate::rules::objection::{Objection, ObjectionDraft, ObjectionState, Verdict};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Refusal;
use kernel::limits::ABSTRACT_CHARS_MAX;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Choice, Column, Fact, Field, FieldKind, Form, Table, Tag, Tone};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::Typed;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/objections", "call_view", get(list)),
        read("/calls/{id}/objections/new", "call_object", get(new)),
        write("/calls/{id}/objections", "call_object", "call.objection_filed", post(file)),
        read("/calls/{id}/objections/{one}", "objection_view", get(shown_plain)),
        write("/calls/{id}/objections/{one}/admissions", "objection_admit", "call.objection_admitted", post(admit)),
        write("/calls/{id}/objections/{one}/panels", "panel_name", "call.panel_named", post(name)),
        write("/calls/{id}/objections/{one}/votes", "panel_vote", "call.panel_voted", post(vote)),
        write(
            "/calls/{id}/objections/{one}/withdrawals",
            "objection_withdraw",
            "call.objection_withdrawn",
            post(withdraw),
        ),
    ]
}

fn tag(t: T, one: &Objection) -> Tag {
    let tone = match one.state {
        ObjectionState::Filed | ObjectionState::Admitted | ObjectionState::Judged => Tone::Gold,
        ObjectionState::Decided if one.verdict != Some(Verdict::Dismiss) => Tone::Cinnabar,
        _ => Tone::Plain,
    };
    Tag::new(tone, t.msg(format!("objection-state-{}", one.state.code())))
}

async fn list(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = call_view(&app, &caller.ctx, &id).await?;
    let found = objection_list(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    let mut block = Block::new("list-title", word(t, "objection-list-title"));
    if found.items.is_empty() {
        block.text.push(word(t, "objection-none"));
    } else {
        block.tables.push(table(t, &view.call, &found));
    }
    if found.may_file {
        block.links.push(Action::new(format!("/calls/{id}/objections/new"), t.msg("objection-new")));
    }
    let heading = (word(t, "objection-list-title"), Vec::new());
    let notes = vec![word(t, "objection-list-text")];
    Ok(html(&page(&caller, &view.call, heading, Vec::new(), (notes, vec![block]), None)))
}

fn table(t: T, call: &Call, found: &Listed) -> Table {
    let columns = ["number", "kind", "filed", "state", "admission", "verdict", "due"];
    let columns = columns.iter().map(|key| Column::words(t.msg(format!("objection-col-{key}")))).collect();
    let mut table = Table::new(t, t.msg("objection-caption"), columns);
    for one in &found.items {
        let number = t.n("objection-number", one.ord);
        let first = if found.readable.contains(&one.id) {
            Cell::Link { href: format!("/calls/{}/objections/{}", call.id, one.id), text: number }
        } else {
            Cell::Text(number)
        };
        let kind = if one.organisation.is_some() { "objection-by-organisation" } else { "objection-by-person" };
        let verdict = one.verdict.map(|verdict| word(t, format!("objection-verdict-{}", dashed(verdict.code()))));
        table = table.row(vec![
            first,
            Cell::Text(word(t, kind)),
            Cell::Text(t.date(one.filed_ms)),
            Cell::Tag(tag(t, one)),
            if one.admission.is_empty() { Cell::Missing } else { Cell::Text(one.admission.clone()) },
            verdict.map_or(Cell::Missing, Cell::Text),
            one.due_ms.filter(|_| one.state.is_open()).map_or(Cell::Missing, |due| Cell::Text(t.date(due))),
        ]);
    }
    table
}

fn file_form(caller: &Caller, id: &str) -> Form {
    let t = caller.visit.t;
    let own = std::iter::once(Choice::new("", t.msg("objection-form-person")));
    let organisations = caller.ctx.actor.memberships.iter().map(|one| Choice::new(&one.organisation, &one.name));
    let whose = Field::new(
        t,
        FieldKind::Select(own.chain(organisations).collect()),
        "organisation",
        t.msg("objection-form-for"),
    );
    Form::new(t, format!("/calls/{id}/objections"), t.msg("objection-form-send"))
        .idempotency_key(new_key())
        .field(whose.hint(t.msg("objection-form-for-hint")).optional())
        .field(
            Field::lines(t, "text", t.msg("objection-form-text"), 8)
                .hint(t.msg("objection-form-text-hint"))
                .chars_max(ABSTRACT_CHARS_MAX),
        )
        .field(
            Field::lines(t, "links", t.msg("objection-form-links"), 3)
                .hint(t.msg("objection-form-links-hint"))
                .optional(),
        )
        .cancel(format!("/calls/{id}"), t.msg("call-cancel"))
}

async fn new(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.signed_in()?;
    let view = call_view(&app, &caller.ctx, &id).await?;
    let resource = crate::actions::call_resource(&view.call, caller.ctx.now);
    app.policies().require(&caller.ctx, "call_object", &resource)?;
    let task = word(caller.visit.t, "objection-new");
    Ok(html(&form_page(&caller, task, format!("/calls/{id}"), file_form(&caller, &id))))
}

async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let text = |name: &str| typed.get(name).to_owned();
    let draft = ObjectionDraft { organisation: text("organisation"), text: text("text"), links: text("links") };
    match objection_file(&app, &caller.ctx, &id, draft).await {
        Ok(done) => Ok(receipt_of(&caller, "objection", "filed", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let form = file_form(&caller, &id).fill(typed.pairs()).refuse(&refusal);
            let task = word(caller.visit.t, "objection-new");
            Ok(html_with(status(&refusal), &form_page(&caller, task, format!("/calls/{id}"), form)))
        }
    }
}

/// Where an objection is: its call and its id.
type At = (String, String);

async fn shown_plain(State(app): State<App>, caller: Caller, Path(at): Path<At>) -> Result<Response, Problem> {
    shown(&app, &caller, &at, None).await
}

async fn shown(app: &App, caller: &Caller, at: &At, again: Option<Again<'_>>) -> Result<Response, Problem> {
    let (call, id) = at;
    let view = objection_view(app, &caller.ctx, call, id).await?;
    let t = caller.visit.t;
    let mut block = Block::new("text-title", word(t, "objection-text-title"));
    block.text = lines(&view.objection.text);
    block.links = view.objection.links.iter().map(|link| Action::new(link.clone(), link.clone())).collect();
    let mut blocks = vec![block];
    blocks.extend(votes(t, &view));
    blocks.extend(next(app, caller, &view, again).await?);
    let heading = (t.n("objection-number", view.objection.ord), vec![tag(t, &view.objection)]);
    let refusal = again.map(|again| again.refusal);
    let made = page(caller, &view.call, heading, facts(t, &view), (notes(t, &view), blocks), refusal);
    Ok(match refusal {
        Some(refusal) => html_with(status(refusal), &made),
        None => html(&made),
    })
}

fn facts(t: T, view: &View) -> Vec<Fact> {
    let one = &view.objection;
    let kind = if one.organisation.is_some() { "objection-by-organisation" } else { "objection-by-person" };
    let mut facts = vec![
        Fact::new(word(t, "objection-col-kind"), word(t, kind)),
        Fact::new(word(t, "objection-col-filed"), t.datetime(one.filed_ms)),
    ];
    if view.inside {
        facts.push(Fact::new(word(t, "objection-filer"), &one.by_name));
    }
    if let Some(due) = one.due_ms.filter(|_| one.state.is_open()) {
        facts.push(Fact::new(word(t, "objection-col-due"), t.date(due)));
    }
    if view.seats.0 > 0 {
        facts.push(Fact::new(
            word(t, "objection-panel"),
            t.with2("objection-seats", "seats", view.seats.0, "voted", view.seats.1),
        ));
    }
    facts
}

fn notes(t: T, view: &View) -> Vec<String> {
    let one = &view.objection;
    let mut notes = Vec::new();
    if !one.admission.is_empty() {
        let key = if one.state == ObjectionState::Refused { "objection-not-admitted" } else { "objection-admitted" };
        notes.push(t.with(key, "reason", one.admission.as_str()));
    }
    if let Some(verdict) = one.verdict {
        notes.push(word(t, format!("objection-verdict-{}", dashed(verdict.code()))));
    }
    if one.due_provisional && one.state.is_open() {
        notes.push(word(t, "objection-provisional"));
    }
    notes
}

fn votes(t: T, view: &View) -> Option<Block> {
    let mut block = Block::new("votes-title", word(t, "objection-votes"));
    for (verdict, reason) in &view.votes {
        let verdict = word(t, format!("objection-verdict-{}", dashed(verdict.code())));
        block.text.push(t.with2("objection-vote-line", "verdict", verdict, "reason", reason.as_str()));
    }
    (!block.text.is_empty()).then_some(block)
}

fn reason(t: T, hint: &str) -> Field {
    Field::lines(t, "reason", t.msg("award-reason"), 4).hint(t.msg(hint)).chars_max(REASON_CHARS_MAX)
}

async fn next(app: &App, caller: &Caller, view: &View, again: Option<Again<'_>>) -> Result<Option<Block>, Problem> {
    let t = caller.visit.t;
    let at = format!("/calls/{}/objections/{}", view.call.id, view.objection.id);
    let mut block = Block::new("next-title", word(t, "objection-next"));
    if view.may_admit {
        let choices = ["admit", "refuse"].map(|code| Choice::new(code, t.msg(format!("objection-admit-{code}"))));
        let form = Form::new(t, format!("{at}/admissions"), t.msg("objection-admit-send"))
            .idempotency_key(new_key())
            .field(Field::new(t, FieldKind::Radio(choices.to_vec()), "word", t.msg("objection-admit-word")))
            .field(reason(t, "objection-admit-hint"));
        block.panels.push(Panel::new(word(t, "objection-admit-open"), word(t, "objection-admit-text"), form, again));
    }
    if view.may_name {
        match panel_candidates(app, &caller.ctx, &view.objection.id).await {
            Ok(found) => {
                let choice =
                    |one: &crate::actions::objection::Candidate| Choice::new(&one.id, &one.name).hint(&one.institution);
                let choices = found.iter().map(choice).collect();
                let form = Form::new(t, format!("{at}/panels"), t.msg("objection-panel-send"))
                    .idempotency_key(new_key())
                    .field(
                        Field::new(t, FieldKind::Check(choices), "experts", t.msg("objection-panel-experts"))
                            .hint(t.msg("objection-panel-hint")),
                    );
                let text = word(t, "objection-panel-text");
                block.panels.push(Panel::new(word(t, "objection-panel-open"), text, form, again));
            }
            Err(fault) => block.text.push(refused(fault)?.sentence(t.locale).to_owned()),
        }
    }
    if view.may_vote {
        let choice =
            |one: &Verdict| Choice::new(one.code(), t.msg(format!("objection-verdict-{}", dashed(one.code()))));
        let choices = Verdict::ALL.iter().map(choice).collect();
        let form = Form::new(t, format!("{at}/votes"), t.msg("objection-vote-send"))
            .idempotency_key(new_key())
            .field(Field::new(t, FieldKind::Radio(choices), "vote", t.msg("objection-vote-word")))
            .field(reason(t, "objection-vote-hint"));
        block.panels.push(Panel::new(word(t, "objection-vote-open"), word(t, "objection-vote-text"), form, again));
    }
    if view.may_withdraw {
        let form =
            Form::new(t, format!("{at}/withdrawals"), t.msg("objection-withdraw-send")).idempotency_key(new_key());
        block.panels.push(Panel::new(word(t, "objection-withdraw-open"), String::new(), form, again));
    }
    let anything = !block.panels.is_empty() || !block.text.is_empty();
    Ok(anything.then_some(block))
}

async fn answered(
    app: &App,
    caller: &Caller,
    at: &At,
    (what, form, typed): (&str, &str, &Typed),
    outcome: Outcome<Done>,
) -> Result<Response, Problem> {
    match outcome {
        Ok(done) => Ok(receipt_of(caller, "objection", what, &at.0, &done)),
        Err(fault) => {
            let refusal: Refusal = refused(fault)?;
            shown(app, caller, at, Some(Again { form, typed, refusal: &refusal })).await
        }
    }
}

async fn admit(State(app): State<App>, caller: Caller, Path(at): Path<At>, typed: Typed) -> Result<Response, Problem> {
    let outcome = objection_admit(&app, &caller.ctx, &at.1, typed.get("word"), typed.get("reason")).await;
    answered(&app, &caller, &at, ("admission", "/admissions", &typed), outcome).await
}

async fn name(State(app): State<App>, caller: Caller, Path(at): Path<At>, typed: Typed) -> Result<Response, Problem> {
    let outcome = panel_name(&app, &caller.ctx, &at.1, typed.all("experts")).await;
    answered(&app, &caller, &at, ("named", "/panels", &typed), outcome).await
}

async fn vote(State(app): State<App>, caller: Caller, Path(at): Path<At>, typed: Typed) -> Result<Response, Problem> {
    let outcome = panel_vote(&app, &caller.ctx, &at.1, typed.get("vote"), typed.get("reason")).await;
    answered(&app, &caller, &at, ("voted", "/votes", &typed), outcome).await
}

async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(at): Path<At>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = objection_withdraw(&app, &caller.ctx, &at.1).await;
    answered(&app, &caller, &at, ("withdrawn", "/withdrawals", &typed), outcome).await
}
