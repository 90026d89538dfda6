//! One committee: what its trustees can and cannot do, how far its ceremony has come, and what each seat does next.

use crate::actions::committee::{View, committee_give_up, committee_retire, committee_view};
use crate::pages::SECTION;
use crate::pages::words::{committee_tags, said};
use crate::rules::committee::{Committee, CommitteeState, Seat, SeatStep};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Action, Cell, Column, Crumbs, Fact, Facts, Field, FieldKind, Form, Table, Tag, Tone};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::Typed;
use rooms::pages::{HistoryLine, detail, history, other_side, proof, refused, status, word};

#[derive(Template)]
#[template(path = "envelopes/committee.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    trust: String,
    now: String,
    seats: Table,
    todo: Vec<Todo>,
    end: Option<Form>,
    end_title: String,
    end_text: String,
    history: Vec<HistoryLine>,
}

/// What one seat does next.
struct Todo {
    number: i64,
    title: String,
    text: String,
    file_href: String,
    file: String,
    command: String,
    form: Form,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = committee_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view, None)))
}

/// The page once more, with what was refused.
pub(super) async fn again(app: &App, caller: &Caller, id: &str, refusal: &Refusal) -> Result<Response, Problem> {
    let view = committee_view(app, &caller.ctx, id).await?;
    Ok(html_with(status(refusal), &build(caller, &view, Some(refusal))))
}

/// Gives the ceremony up.
pub(super) async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = committee_give_up(&app, &caller.ctx, &id, typed.get("reason")).await;
    ended(&app, &caller, &id, outcome, "committee-given-up").await
}

/// Retires the committee.
pub(super) async fn retire(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = committee_retire(&app, &caller.ctx, &id, typed.get("reason")).await;
    ended(&app, &caller, &id, outcome, "committee-retired").await
}

async fn ended(app: &App, caller: &Caller, id: &str, outcome: Outcome<Done>, title: &str) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match outcome {
        Ok(done) => {
            let links = vec![(format!("/committees/{id}"), word(t, "committee-back"))];
            Ok(SECTION.receipt(caller, word(t, title), &done, vec![word(t, "committee-ended-next")], links))
        }
        Err(fault) => again(app, caller, id, &refused(fault)?).await,
    }
}

fn build(caller: &Caller, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let committee = &view.committee;
    let own = committee.seats.iter().filter(|seat| view.own_seats.contains(&seat.number) && committee.waits_for(seat));
    let heading = t.pick(&committee.name, &committee.name_en).to_owned();
    let retiring = committee.state == CommitteeState::Ready;
    let words = if retiring { "committee-retire" } else { "committee-give-up" };
    Page {
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        trust: t.with2("committee-trust", "threshold", committee.threshold, "fewer", committee.threshold - 1),
        now: now(t, committee),
        seats: seats(t, committee),
        todo: committee.step().map_or(Vec::new(), |step| own.map(|seat| todo(t, view, seat, step)).collect()),
        end: view.may_end.then(|| end_form(t, &committee.id, retiring)),
        end_title: word(t, words),
        end_text: word(t, format!("{words}-text")),
        history: history(t, "committee", &view.history, |key, entry| said(t, key, entry)),
        detail: frame(t, view, heading.clone()),
        shell: caller.visit.shell(heading).here("/rounds").live(format!("committee/{}", committee.id)),
    }
}

fn end_form(t: T, id: &str, retiring: bool) -> Form {
    let (path, words) =
        if retiring { ("retirements", "committee-retire") } else { ("abandonments", "committee-give-up") };
    Form::new(t, format!("/committees/{id}/{path}"), t.msg(words)).idempotency_key(new_key()).field(Field::lines(
        t,
        "reason",
        t.msg("committee-reason"),
        3,
    ))
}

fn now(t: T, committee: &Committee) -> String {
    match (committee.state, committee.liar) {
        (CommitteeState::Void, Some(liar)) => {
            let seat = committee.seats.iter().find(|seat| seat.number == liar);
            t.with("committee-now-liar", "seat", seat.map_or("", |seat| t.pick(&seat.name, &seat.name_en)))
        }
        (CommitteeState::Void | CommitteeState::Retired, _) => {
            t.with(format!("committee-now-{}", committee.state.code()), "reason", committee.reason.as_str())
        }
        (state, _) => word(t, format!("committee-now-{}", state.code())),
    }
}

fn seats(t: T, committee: &Committee) -> Table {
    let columns =
        ["name", "registration", "deal", "answer"].map(|key| Column::words(t.msg(format!("committee-seat-{key}"))));
    let columns = [vec![Column::words(t.msg("committee-seat-number"))], columns.to_vec()].concat();
    let mut table = Table::new(t, t.msg("committee-seats-caption"), columns);
    table.caption_hidden = true;
    for seat in &committee.seats {
        let done = |step: SeatStep| match seat.handed_in(step) {
            Some(_) => Cell::Tag(Tag::new(Tone::Pine, t.msg("committee-handed-in"))),
            None if committee.step() == Some(step) => Cell::Tag(Tag::new(Tone::Gold, t.msg("committee-awaited"))),
            None => Cell::Missing,
        };
        table = table.row(vec![
            Cell::Text(seat.number.to_string()),
            Cell::Text(t.pick(&seat.name, &seat.name_en).to_owned()),
            done(SeatStep::Registration),
            done(SeatStep::Deal),
            done(SeatStep::Answer),
        ]);
    }
    table
}

/// A word of a shell command, in quotes where it needs them.
pub(in crate::pages) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:+=@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The very command that a seat's trustee types.
fn command(view: &View, seat: &Seat, step: SeatStep) -> String {
    let Committee { id, origin, .. } = &view.committee;
    let number = seat.number;
    match step {
        SeatStep::Registration => {
            let (origin, name, log) = (quoted(origin), quoted(&seat.name), quoted(&view.log_key));
            format!(
                "yilang trustee init --origin {origin} --committee {id} --seat {number} --name {name} --vkey {log} --key seat-{number}.key --out registration-{number}.json"
            )
        }
        SeatStep::Deal => {
            format!("yilang trustee deal plan-{id}.json --key seat-{number}.key --out deal-{number}.json")
        }
        SeatStep::Answer => {
            format!("yilang trustee accept transcript-{id}.json --key seat-{number}.key --out answer-{number}.json")
        }
    }
}

fn todo(t: T, view: &View, seat: &Seat, step: SeatStep) -> Todo {
    let id = &view.committee.id;
    let (path, file) = match step {
        SeatStep::Registration => ("registrations", ""),
        SeatStep::Deal => ("deals", "plan"),
        SeatStep::Answer => ("answers", "transcript"),
    };
    let field = Field::new(t, FieldKind::File(".json"), "file", t.msg(format!("committee-todo-{}-file", step.code())));
    let form = Form::new(
        t,
        format!("/committees/{id}/seats/{}/{path}", seat.number),
        t.msg(format!("committee-todo-{}-send", step.code())),
    );
    Todo {
        number: seat.number,
        title: t.with2(
            format!("committee-todo-{}", step.code()),
            "number",
            seat.number,
            "name",
            t.pick(&seat.name, &seat.name_en),
        ),
        text: word(t, format!("committee-todo-{}-text", step.code())),
        file_href: if file.is_empty() { String::new() } else { format!("/api/v1/committees/{id}/{file}") },
        file: if file.is_empty() { String::new() } else { format!("{file}-{id}.json") },
        command: command(view, seat, step),
        form: form.field(Field { name: format!("file-{}", seat.number), ..field }),
    }
}

fn frame(t: T, view: &View, heading: String) -> DetailFrame {
    let committee = &view.committee;
    let label = |key: &str| word(t, format!("committee-fact-{key}"));
    let mut facts = vec![
        Fact::new(
            label("threshold"),
            t.with2("committee-row", "threshold", committee.threshold, "seats", committee.seats.len()),
        ),
        Fact::new(label("origin"), &committee.origin),
        Fact::new(label("id"), &committee.id),
    ];
    facts.extend(committee.key.as_ref().map(|key| Fact::new(label("key"), key)));
    facts.extend(committee.transcript_hash.as_ref().map(|hash| Fact::new(label("transcript"), hash)));
    facts.extend(committee.ready_ms.map(|at| Fact::new(label("ready"), t.datetime(at))));
    let mut actions = Vec::new();
    if committee.plan.is_some() {
        actions.push(Action::new(format!("/api/v1/committees/{}/plan", committee.id), t.msg("committee-plan")));
    }
    if committee.seats.iter().all(|seat| seat.deal.is_some()) {
        let href = format!("/api/v1/committees/{}/transcript", committee.id);
        actions.push(Action::new(href, t.msg("committee-transcript")));
    }
    DetailFrame {
        other_name: other_side(t, &committee.name, &committee.name_en).to_owned(),
        tags: committee_tags(t, committee),
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        actions,
        proof: proof(t, &view.history),
        ..detail(Crumbs::new(t, &heading).over("/committees", t.msg("committee-list-title")), heading)
    }
}
