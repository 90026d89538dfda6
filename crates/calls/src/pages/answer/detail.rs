//! One answer: what it proposes, its team, its milestones, its documents, and the formal check.

use super::check::{again_form, check_form};
use super::names::{bytes, fault_tag, heading, percent, reason, state_tag};
use crate::actions::answer::{View, answer_file, answer_view};
use crate::pages::words::{city_of_code, title};
use crate::pages::{HistoryLine, history, lines, word};
use crate::rules::answer::check::Look;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use envelopes::attachment;
use kernel::Refusal;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Cell, Column, Crumbs, Fact, Facts, Form, Table, Tag};
use platform::web::{Problem, Shell, T, html};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::Typed;

#[derive(Template)]
#[template(path = "calls/answer.html")]
pub(super) struct Page {
    shell: Shell,
    detail: DetailFrame,
    faults: Vec<Tag>,
    looks: Vec<LookLine>,
    asked: Vec<String>,
    plan: Vec<String>,
    members: Option<Table>,
    stages: Option<Table>,
    papers: Option<Table>,
    check: Option<Form>,
    check_title: String,
    again: Option<Form>,
    again_open: bool,
    history: Vec<HistoryLine>,
}

struct LookLine {
    title: String,
    words: Vec<String>,
}

/// What came back with the page: the refusal, and what was typed.
pub(super) struct Again<'a> {
    pub(super) refusal: &'a Refusal,
    pub(super) typed: &'a Typed,
}

/// The page.
pub(super) async fn page(
    State(app): State<App>,
    caller: Caller,
    Path((call, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let view = answer_view(&app, &caller.ctx, &call, &id).await?;
    Ok(html(&build(&caller, &corridor::of(&app), &view, None)))
}

/// One document.
pub(super) async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((call, id, number)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let number = number.parse::<usize>().map_err(|_| Refusal::not_found())?;
    let document = answer_file(&app, &caller.ctx, &call, &id, number).await?;
    Ok(attachment(&document.media_type, &document.name, document.bytes))
}

pub(super) fn build(caller: &Caller, corridor: &Corridor, view: &View, again: Option<&Again<'_>>) -> Page {
    let t = caller.visit.t;
    let answer = &view.item.answer;
    let check = view.may_check || view.may_recheck;
    let heading = heading(t, answer);
    Page {
        faults: answer.faults.iter().map(|fault| fault_tag(t, *fault)).collect(),
        looks: view.looks.iter().map(|look| look_line(t, look)).collect(),
        asked: view.asked.as_ref().map_or(Vec::new(), |asked| lines(&asked.words)),
        plan: lines(&answer.plan),
        members: (!answer.members.is_empty()).then(|| members(t, corridor, view)),
        stages: (!answer.stages.is_empty()).then(|| stages(t, view)),
        papers: (!answer.papers.is_empty()).then(|| papers(t, view)),
        check: check.then(|| check_form(t, view, again)),
        check_title: word(t, if view.may_recheck { "answer-recheck-title" } else { "answer-check-title" }),
        again: view.may_again.then(|| again_form(t, view, again)),
        again_open: again.is_some(),
        history: history(t, &view.history),
        detail: frame(t, view, heading.clone()),
        shell: caller.visit.shell(heading).private().here("/calls").live(format!("call/{}", view.call.id)),
    }
}

fn look_line(t: T, look: &Look) -> LookLine {
    let key = match (look.admitted, look.ord) {
        (true, 1) => "answer-look-admitted",
        (true, _) => "answer-look-admitted-again",
        (false, 1) => "answer-look-refused",
        (false, _) => "answer-look-refused-again",
    };
    let code = look.code.map_or(String::new(), |code| word(t, format!("answer-check-{}", code.code())));
    let title = t.with2(key, "when", t.datetime(look.at_ms), "code", code);
    LookLine { title, words: lines(&look.words) }
}

fn members(t: T, corridor: &Corridor, view: &View) -> Table {
    let columns = vec![
        Column::words(t.msg("answer-col-member")),
        Column::numbers(t.msg("answer-col-share"), ""),
        Column::words(t.msg("answer-col-city")),
        Column::words(t.msg("answer-col-task")),
    ];
    let mut table = Table::new(t, t.msg("answer-members"), columns);
    table.caption_hidden = true;
    for member in &view.item.answer.members {
        let name = match member.organisation.as_ref().filter(|id| view.names.contains_key(*id)) {
            Some(id) => Cell::Link { href: format!("/organisations/{id}"), text: member.name.clone() },
            None => Cell::Text(member.name.clone()),
        };
        table = table.row(vec![
            name,
            Cell::Text(percent(member.share_bp)),
            member.city.map_or(Cell::Missing, |city| Cell::Text(city_of_code(t, corridor, &city.to_string()))),
            if member.task.is_empty() { Cell::Missing } else { Cell::Text(member.task.clone()) },
        ]);
    }
    table
}

fn stages(t: T, view: &View) -> Table {
    let columns = vec![
        Column::words(t.msg("answer-col-stage")),
        Column::words(t.msg("answer-col-indicators")),
        Column::numbers(t.msg("answer-col-months"), ""),
        Column::numbers(t.msg("answer-col-amount"), ""),
    ];
    let mut table = Table::new(t, t.msg("answer-stages"), columns);
    table.caption_hidden = true;
    for stage in &view.item.answer.stages {
        table = table.row(vec![
            Cell::Text(stage.title.clone()),
            Cell::Text(stage.indicators.clone()),
            Cell::Text(t.num(stage.months)),
            Cell::Text(t.fen(stage.amount)),
        ]);
    }
    table
}

fn papers(t: T, view: &View) -> Table {
    let columns = vec![
        Column::words(t.msg("answer-col-paper")),
        Column::numbers(t.msg("answer-col-bytes"), ""),
        Column::words("SHA-256"),
    ];
    let mut table = Table::new(t, t.msg("answer-papers"), columns);
    table.caption_hidden = true;
    let here = format!("/calls/{}/answers/{}/files", view.call.id, view.item.answer.id);
    for (number, paper) in (1..).zip(&view.item.answer.papers) {
        table = table.row(vec![
            Cell::Link { href: format!("{here}/{number}"), text: paper.name.clone() },
            Cell::Text(bytes(t, paper.bytes)),
            Cell::Text(paper.sha256.chars().take(16).collect()),
        ]);
    }
    table
}

fn frame(t: T, view: &View, heading: String) -> DetailFrame {
    let answer = &view.item.answer;
    let label = |key: &str| word(t, format!("answer-fact-{key}"));
    let mut facts = vec![Fact::new(label("number"), t.num(answer.number))];
    if !answer.title.is_empty() {
        facts.push(Fact::new(label("total"), t.fen(answer.total)));
    }
    if let Some((zh, en)) = view.names.get(&answer.organisation) {
        facts.push(Fact::new(label("lead"), t.pick(zh, en)).link(format!("/organisations/{}", answer.organisation)));
    }
    facts.extend(answer.content_sha256.as_ref().map(|hash| Fact::new(label("content"), hash)));
    facts.push(Fact::new(label("opened"), t.datetime(answer.opened_ms)));
    facts.push(Fact::new(label("round"), t.msg("answer-round-look")).link(format!("/rounds/{}", answer.round)));
    let lede = match reason(t, answer) {
        why if why.is_empty() => answer.summary.clone(),
        why => t.with("answer-because", "reason", why),
    };
    let call = title(t, &view.call);
    DetailFrame {
        crumbs: Crumbs::new(t, &heading)
            .over("/calls", t.msg("call-list-title"))
            .over(format!("/calls/{}", view.call.id), call)
            .over(format!("/calls/{}/answers", view.call.id), t.msg("answer-list-title")),
        other_name: String::new(),
        tags: vec![state_tag(t, answer.state)],
        lede,
        phases: None,
        facts: vec![Facts { title: word(t, "side-facts"), facts }],
        actions: Vec::new(),
        source: None,
        proof: None,
        heading,
    }
}
