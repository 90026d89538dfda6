//! Pages of supervision: every round with the counts of each city, and one round with its answer.

use super::words::{city, supervision_tags};
use crate::actions::supervision::{
    Overview, View, supervision_answer, supervision_close, supervision_list, supervision_repeat, supervision_view,
};
use crate::pages::SECTION;
use crate::rules::supervision::{IssueCommand, REMARK_CHARS_MAX, Supervision, WORKDAYS_DEFAULT, WORKDAYS_MAX};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use kernel::limits::ABSTRACT_CHARS_MAX;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Cell, Column, Crumbs, Empty, Fact, Facts, Field, FieldKind, Form, Table, Tag};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::{Typed, half_width};
use rooms::pages::{detail, refused, status, word};
use rooms::routes::{read, write};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/supervisions", "supervision_list", get(list)),
        read("/supervisions/{id}", "supervision_view", get(page)),
        write("/supervisions/{id}/answers", "supervision_answer", "supervision.answered", post(answer)),
        write("/supervisions/{id}/closures", "supervision_close", "supervision.closed", post(close)),
        write("/supervisions/{id}/repeats", "supervision_close", "supervision.repeated", post(repeat)),
    ]
}

#[derive(Template)]
#[template(path = "accords/supervision_list.html")]
struct ListPage {
    shell: Shell,
    office: bool,
    tallies: Table,
    rows: Vec<Row>,
    empty: Empty,
}

struct Row {
    href: String,
    title: String,
    about: String,
    tags: Vec<Tag>,
    due: String,
    late: bool,
}

#[derive(Template)]
#[template(path = "accords/supervision.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    asked: Vec<String>,
    answer: Vec<String>,
    answered: String,
    remark: String,
    answer_form: Option<Form>,
    close_form: Option<Form>,
    repeat_form: Option<Form>,
}

/// The question of what is asked.
pub(super) fn asked(t: T) -> Field {
    Field::lines(t, "text", t.msg("supervision-text"), 5)
        .hint(t.msg("supervision-text-hint"))
        .chars_max(ABSTRACT_CHARS_MAX)
}

/// The question of the term.
pub(super) fn term(t: T, usual: u32, most: u32) -> Field {
    Field::new(t, FieldKind::Number, "workdays", t.msg("supervision-workdays"))
        .hint(t.with2("supervision-workdays-hint", "usual", usual, "most", most))
        .unit(t.msg("supervision-days"))
        .optional()
}

async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let found = supervision_list(&app, &caller.ctx).await?;
    let (t, corridor) = (caller.visit.t, corridor::of(&app));
    let row = |card: &crate::actions::supervision::Card| {
        let round = &card.round;
        Row {
            href: format!("/supervisions/{}", round.id),
            title: t.pick(&card.item.title, &card.item.title_en).to_owned(),
            about: t.with2("supervision-round", "city", city(t, &corridor, round.city), "n", round.round),
            tags: supervision_tags(t, round, caller.ctx.now),
            due: t.with("supervision-until", "date", t.date(round.due_ms)),
            late: round.runs() && round.late_at(caller.ctx.now),
        }
    };
    let page = ListPage {
        shell: SECTION.shell(&caller, t.msg("supervision-list-title")),
        office: true,
        tallies: tallies(t, &corridor, &found),
        rows: found.cards.iter().map(row).collect(),
        empty: Empty::new(t.msg("supervision-empty"), t.msg("supervision-empty-text"))
            .action("/action-items", t.msg("item-list-title")),
    };
    Ok(html(&page))
}

fn tallies(t: T, corridor: &Corridor, found: &Overview) -> Table {
    let numbers = |key: &str| Column::numbers(word(t, format!("supervision-count-{key}")), String::new());
    let columns =
        vec![Column::words(t.msg("supervision-city")), numbers("issued"), numbers("waiting"), numbers("late")];
    let mut table = Table::new(t, t.msg("supervision-counts"), columns);
    for (code, tally) in &found.tallies {
        table = table.row(vec![
            Cell::Text(city(t, corridor, *code)),
            Cell::Text(t.num(tally.issued)),
            Cell::Text(t.num(tally.waiting)),
            Cell::Text(t.num(tally.late)),
        ]);
    }
    table
}

/// Which of a page's forms was refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Answer,
    Close,
    Repeat,
}

struct Again<'a> {
    which: Which,
    refusal: &'a Refusal,
    typed: &'a Typed,
}

async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let view = supervision_view(&app, &caller.ctx, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, None)))
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, again: Option<&Again<'_>>) -> Page {
    let t = caller.visit.t;
    let (round, item) = (&view.card.round, &view.card.item);
    let id = &round.id;
    let dress = |which: Which, form: Form| match again {
        Some(again) if again.which == which => form.fill(again.typed.pairs()).refuse(again.refusal),
        _ => form,
    };
    let form = |path: &str, key: &str| {
        Form::new(t, format!("/supervisions/{id}/{path}"), t.msg(key)).idempotency_key(new_key())
    };
    let answer = || {
        form("answers", "supervision-answer-send").field(
            Field::lines(t, "answer", t.msg("supervision-answer"), 6)
                .hint(t.msg("supervision-answer-hint"))
                .chars_max(ABSTRACT_CHARS_MAX),
        )
    };
    let close = || {
        form("closures", "supervision-close-send")
            .field(Field::lines(t, "remark", t.msg("supervision-remark"), 3).chars_max(REMARK_CHARS_MAX).optional())
    };
    let repeat =
        || form("repeats", "supervision-repeat-send").field(asked(t)).field(term(t, WORKDAYS_DEFAULT, WORKDAYS_MAX));
    // A refusal whose form has gone meanwhile is said above everything.
    let gone = again.filter(|again| match again.which {
        Which::Answer => !view.may_answer,
        Which::Close => !view.may_close,
        Which::Repeat => !view.may_repeat,
    });
    let task = t.with("supervision-of", "title", t.pick(&item.title, &item.title_en));
    Page {
        refusal: gone.map_or(String::new(), |again| again.refusal.sentence(t.locale).to_owned()),
        asked: rooms::pages::lines(&round.text),
        answer: rooms::pages::lines(&round.answer),
        answered: round.answered_ms.map_or(String::new(), |at| {
            t.with2("supervision-answered-by", "name", round.answered_by.as_str(), "time", t.datetime(at))
        }),
        remark: round.remark.clone(),
        answer_form: view.may_answer.then(|| dress(Which::Answer, answer())),
        close_form: view.may_close.then(|| dress(Which::Close, close())),
        repeat_form: view.may_repeat.then(|| dress(Which::Repeat, repeat())),
        detail: frame(caller, corridor, round, view, task.clone()),
        shell: SECTION.shell(caller, task),
    }
}

fn frame(caller: &Caller, corridor: &Corridor, round: &Supervision, view: &View, heading: String) -> DetailFrame {
    let t = caller.visit.t;
    let item = &view.card.item;
    let label = |key: &str| word(t, format!("supervision-fact-{key}"));
    let mut due = t.date(round.due_ms);
    if round.due_provisional {
        due = t.with("supervision-due-provisional", "date", due);
    }
    let mut facts = vec![
        Fact::new(label("city"), city(t, corridor, round.city)),
        Fact::new(label("item"), t.pick(&item.title, &item.title_en)).link(format!("/action-items/{}", item.id)),
        Fact::new(label("round"), t.num(round.round)),
        Fact::new(label("issued"), t.datetime(round.issued_ms)),
        Fact::new(label("due"), due),
    ];
    facts.extend(round.closed_ms.map(|at| Fact::new(label("closed"), t.datetime(at))));
    let mut tags = supervision_tags(t, round, caller.ctx.now);
    if round.demo {
        tags.push(Tag::demo(t));
    }
    DetailFrame {
        tags,
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        ..detail(Crumbs::new(t, &heading).over("/supervisions", t.msg("supervision-list-title")), heading)
    }
}

async fn refuse(
    app: &App,
    caller: &Caller,
    id: &str,
    which: Which,
    typed: &Typed,
    fault: platform::Fault,
) -> Result<Response, Problem> {
    let refusal = refused(fault)?;
    let view = supervision_view(app, &caller.ctx, id).await?;
    let again = Again { which, refusal: &refusal, typed };
    Ok(html_with(status(&refusal), &build(caller, &corridor::of(app), &view, Some(&again))))
}

async fn answer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let t = caller.visit.t;
    match supervision_answer(&app, &caller.ctx, &id, typed.get("answer")).await {
        Ok(done) => {
            let links = vec![(format!("/supervisions/{id}"), word(t, "supervision-look"))];
            Ok(SECTION.receipt(
                &caller,
                word(t, "supervision-answered-title"),
                &done,
                vec![word(t, "supervision-answered-next")],
                links,
            ))
        }
        Err(fault) => refuse(&app, &caller, &id, Which::Answer, &typed, fault).await,
    }
}

async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match supervision_close(&app, &caller.ctx, &id, typed.get("remark")).await {
        Ok(_) => Ok(Redirect::to(&format!("/supervisions/{id}")).into_response()),
        Err(fault) => refuse(&app, &caller, &id, Which::Close, &typed, fault).await,
    }
}

async fn repeat(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let command = IssueCommand {
        city: String::new(),
        text: typed.get("text").to_owned(),
        workdays: half_width(typed.get("workdays")),
    };
    match supervision_repeat(&app, &caller.ctx, &id, command).await {
        Ok(done) => Ok(Redirect::to(&format!("/supervisions/{}", done.id)).into_response()),
        Err(fault) => refuse(&app, &caller, &id, Which::Repeat, &typed, fault).await,
    }
}
