//! One round: where it stands, how many envelopes, the list and its root once it is closed, who has given shares, what
//! came out.

use crate::actions::round::{ListLine, SeatView, View, round_view};
use crate::actions::share::share_give;
use crate::pages::SECTION;
use crate::pages::upload::file;
use crate::pages::words::{fate_tag, reason, round_tags, said};
use crate::rules::round::{OFFICE, Phase, RoundState};
use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use kernel::Refusal;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{
    Action, Cell, Column, Crumbs, Fact, Facts, Field, FieldKind, Form, Phase as Step, Phases, Table, Tag, Tone,
};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::{HistoryLine, detail, history, lines, other_side, proof, refused, status, word};

/// Lines of the list on the page; all of them are in the record that can be fetched.
const LINES_SHOWN: i64 = 500;

#[derive(Template)]
#[template(path = "envelopes/round.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    now: String,
    trust: String,
    committee_href: String,
    rules: Vec<String>,
    own: Vec<OwnLine>,
    send: Vec<Action>,
    shares: Option<Table>,
    todo: Vec<Todo>,
    list: Option<Table>,
    check: String,
    history: Vec<HistoryLine>,
}

/// What the reader's organisation has sent.
struct OwnLine {
    href: String,
    hash: String,
    when: String,
    tags: Vec<Tag>,
}

/// What a seat does next.
struct Todo {
    number: i64,
    title: String,
    command: String,
    form: Form,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = round_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &view, None)))
}

/// Takes the shares of a seat.
pub(super) async fn give(
    State(app): State<App>,
    caller: Caller,
    Path((id, number)): Path<(String, String)>,
    parts: Multipart,
) -> Result<Response, Problem> {
    let number = number.parse::<i64>().map_err(|_| Refusal::not_found())?;
    let outcome = match file(parts, "file").await? {
        Ok(bytes) => share_give(&app, &caller.ctx, &id, number, &bytes).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(done) => {
            let t = caller.visit.t;
            let links = vec![(format!("/rounds/{id}"), word(t, "round-back"))];
            Ok(SECTION.receipt(&caller, word(t, "round-share-taken"), &done, vec![word(t, "round-share-next")], links))
        }
        Err(fault) => {
            let refusal = refused(fault)?;
            let view = round_view(&app, &caller.ctx, &id).await?;
            Ok(html_with(status(&refusal), &build(&caller, &view, Some(&refusal))))
        }
    }
}

fn build(caller: &Caller, view: &View, refusal: Option<&Refusal>) -> Page {
    let t = caller.visit.t;
    let round = &view.round;
    let heading = t.pick(&round.title, &round.title_en).to_owned();
    let closed = round.state != RoundState::Open;
    // What another capability owns is sent to on its own pages.
    let senders = view.senders.iter().filter(|_| round.owner.kind == OFFICE).map(|(id, name)| {
        let href = format!("/rounds/{}/envelopes/new?organisation={}", round.id, platform::web::parts::encode(id));
        Action::new(href, t.with("round-send-for", "name", name.as_str()))
    });
    Page {
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        now: now(t, view),
        trust: t.with2("committee-trust", "threshold", round.threshold, "fewer", round.threshold - 1),
        committee_href: format!("/committees/{}", round.committee),
        rules: lines(&round.rules),
        own: view.own.iter().map(|line| own(t, line)).collect(),
        send: senders.collect(),
        shares: closed.then(|| shares(t, view)),
        todo: view.seats.iter().filter(|seat| seat.may_give).map(|seat| todo(t, view, seat)).collect(),
        list: closed.then(|| list(t, view)),
        check: if round.state == RoundState::Opened {
            format!("yilang sealing verify round-{}.json --vkey KEY", round.id)
        } else {
            String::new()
        },
        history: history(t, "round", &view.history, |key, entry| said(t, key, entry)),
        detail: frame(t, view, heading.clone()),
        shell: caller.visit.shell(heading).here("/rounds").live(format!("round/{}", round.id)),
    }
}

fn now(t: T, view: &View) -> String {
    let round = &view.round;
    let when = |ms: i64| t.datetime(ms);
    match view.phase {
        Phase::Open => t.with2("round-now-open", "when", when(round.closes_ms), "count", view.count),
        Phase::Sharing => {
            let given = view.seats.iter().filter(|seat| seat.given_ms.is_some()).count();
            let more = round.threshold - i64::try_from(given).unwrap_or(0);
            t.with2("round-now-sharing", "when", when(round.opens_by_ms), "more", more)
        }
        // Without a list it was given up by whoever owns it, before its time.
        Phase::Void if round.root.is_none() && round.state == RoundState::Void => word(t, "round-now-abandoned"),
        phase => word(t, format!("round-now-{}", phase.code())),
    }
}

fn own(t: T, line: &ListLine) -> OwnLine {
    let envelope = &line.envelope;
    let tag = match envelope.superseded_ms {
        Some(_) => Tag::new(Tone::Plain, t.msg("envelope-superseded")),
        None => fate_tag(t, line.fate.as_ref()),
    };
    OwnLine {
        href: format!("/rounds/{}/envelopes/{}", envelope.round, envelope.id),
        hash: envelope.hash.clone(),
        when: t.datetime(envelope.sent_ms),
        tags: vec![tag],
    }
}

fn shares(t: T, view: &View) -> Table {
    let columns = vec![
        Column::words(t.msg("committee-seat-number")),
        Column::words(t.msg("committee-seat-name")),
        Column::words(t.msg("round-share-given")),
    ];
    let mut table = Table::new(t, t.msg("round-shares-caption"), columns);
    table.caption_hidden = true;
    for seat in &view.seats {
        table = table.row(vec![
            Cell::Text(seat.number.to_string()),
            Cell::Text(t.pick(&seat.name, &seat.name_en).to_owned()),
            seat.given_ms.map_or(Cell::Missing, |at| Cell::Text(t.datetime(at))),
        ]);
    }
    table
}

fn todo(t: T, view: &View, seat: &SeatView) -> Todo {
    let id = &view.round.id;
    let number = seat.number;
    let name = format!("file-{number}");
    let form = Form::new(t, format!("/rounds/{id}/seats/{number}/shares"), t.msg("round-todo-send")).field(Field::new(
        t,
        FieldKind::File(".json"),
        name,
        t.msg("round-todo-file"),
    ));
    Todo {
        number,
        title: t.with2("round-todo", "number", number, "name", t.pick(&seat.name, &seat.name_en)),
        command: format!("yilang trustee share opening-{id}.json --key seat-{number}.key --out shares-{number}.json"),
        form,
    }
}

fn list(t: T, view: &View) -> Table {
    let columns = ["hash", "fate", "content"].map(|key| Column::words(t.msg(format!("round-list-{key}"))));
    let columns = [vec![Column::numbers(t.msg("round-list-number"), "")], columns.to_vec()].concat();
    let mut table = Table::new(t, t.msg("round-list-caption"), columns);
    table.caption_hidden = true;
    for (number, line) in (1..=LINES_SHOWN).zip(&view.list) {
        let hash = line.envelope.hash.chars().take(16).collect::<String>();
        let cell = if line.readable {
            Cell::Link { href: format!("/rounds/{}/envelopes/{}", view.round.id, line.envelope.id), text: hash }
        } else {
            Cell::Text(hash)
        };
        let content = line.fate.as_ref().map_or(Cell::Missing, |fate| match (&fate.reason, &fate.content_sha256) {
            (Some(code), _) => Cell::Text(reason(t, code)),
            (None, Some(hash)) => Cell::Text(hash.chars().take(16).collect()),
            _ => Cell::Missing,
        });
        table = table.row(vec![Cell::Text(t.num(number)), cell, Cell::Tag(fate_tag(t, line.fate.as_ref())), content]);
    }
    table
}

fn frame(t: T, view: &View, heading: String) -> DetailFrame {
    let round = &view.round;
    let label = |key: &str| word(t, format!("round-fact-{key}"));
    let committee = t.pick(&view.committee.name, &view.committee.name_en);
    let mut facts = vec![
        Fact::new(label("closes"), t.datetime(round.closes_ms)),
        Fact::new(label("opens-by"), t.datetime(round.opens_by_ms)),
        Fact::new(label("committee"), committee).link(format!("/committees/{}", round.committee)),
        Fact::new(label("count"), t.num(view.count)),
    ];
    facts.extend(round.root.as_ref().map(|root| Fact::new(label("root"), root)));
    facts.push(Fact::new(label("rules"), &round.rules_sha256));
    let mut actions = Vec::new();
    if round.closing_entry.is_some() {
        actions.push(Action::new(format!("/api/v1/rounds/{}/opening", round.id), t.msg("round-opening-file")));
        actions.push(Action::new(format!("/api/v1/rounds/{}/bundle", round.id), t.msg("round-bundle")));
    }
    DetailFrame {
        other_name: other_side(t, &round.title, &round.title_en).to_owned(),
        tags: round_tags(t, round, view.phase),
        phases: Some(phases(t, view)),
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        actions,
        proof: proof(t, &view.history),
        ..detail(Crumbs::new(t, &heading).over("/rounds", t.msg("round-list-title")), heading)
    }
}

fn phases(t: T, view: &View) -> Phases {
    let step = |key: &str, at: Option<i64>| Step {
        label: word(t, format!("round-step-{key}")),
        note: at.map_or(String::new(), |at| t.datetime(at)),
    };
    let present = match view.phase {
        Phase::Open => 0,
        Phase::Closing => 1,
        Phase::Sharing | Phase::Opening | Phase::Void => 2,
        Phase::Opened => 4,
    };
    let round = &view.round;
    let phases = vec![
        step("open", Some(round.created_ms)),
        step("closed", round.closed_ms.or(Some(round.closes_ms))),
        step("shares", None),
        step("opened", round.ended_ms.filter(|_| round.state == RoundState::Opened)),
    ];
    Phases { t, phases, present }
}
