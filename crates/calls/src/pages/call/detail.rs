//! One call: its problem, its money, its review, what every noun adds, and what happened.

use super::head::{acts, frame, notice};
use crate::actions::call::{View, call_rerelease, call_view, call_withdraw};
use crate::pages::words::{condition, funder, money, pledge_tag, title};
use crate::pages::{HistoryLine, SECTIONS, Section, history, lines, other_side, receipt_of, refused, status, word};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::call::{Choosing, Review};
use crate::rules::pledge::{Pledge, PledgeState};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Refusal;
use platform::identity::idempotency::new_key;
use platform::web::kinds::DetailFrame;
use platform::web::parts::{Cell, Column, Fact, Facts, Field, Form, ShareBar, Table};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller};
use registry::corridor::{self, Corridor};
use rooms::pages::typed::Typed;

#[derive(Template)]
#[template(path = "calls/call.html")]
struct Page {
    shell: Shell,
    detail: DetailFrame,
    refusal: String,
    notice: String,
    problem: Vec<Text>,
    details: Vec<Text>,
    money: ShareBar,
    pledges: Option<Table>,
    cover: String,
    criteria: Option<Table>,
    review: Facts,
    sections: Vec<Section>,
    withdraw: Option<Form>,
    rerelease: Option<Form>,
    history: Vec<HistoryLine>,
}

/// A text with its heading, and the same in the other language.
struct Text {
    heading: String,
    lines: Vec<String>,
    other: Vec<String>,
}

/// The page.
pub(super) async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(html(&load(&app, &caller, &id, Again::default()).await?))
}

/// What came back with the page: the refusal, and what was typed.
#[derive(Default)]
struct Again<'a> {
    refusal: Option<&'a Refusal>,
    typed: Option<&'a Typed>,
}

async fn load(app: &App, caller: &Caller, id: &str, again: Again<'_>) -> Result<Page, Problem> {
    let view = call_view(app, &caller.ctx, id).await?;
    let mut sections = Vec::new();
    for section in SECTIONS {
        sections.extend(section(app, caller, &view).await?);
    }
    Ok(build(caller, &corridor::of(app), &view, sections, again))
}

fn build(caller: &Caller, corridor: &Corridor, view: &View, sections: Vec<Section>, again: Again<'_>) -> Page {
    let (t, now, call) = (caller.visit.t, caller.ctx.now, &view.call);
    let mut shell = caller.visit.shell(title(t, call)).here("/calls").live(format!("call/{}", call.id));
    if !view.state.is_open() {
        shell = shell.private();
    }
    let mut all = acts(t, corridor, view);
    all.extend(sections.iter().flat_map(|section| section.acts.iter().cloned()));
    let given: Vec<&Pledge> = view.pledges.iter().filter(|pledge| pledge.state == PledgeState::Given).collect();
    Page {
        detail: frame(t, corridor, view, now, all),
        refusal: again.refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        notice: notice(t, corridor, view, now),
        problem: problem(t, view),
        details: details(t, view),
        money: money(t, corridor, &view.names, call, &given),
        pledges: (!view.pledges.is_empty()).then(|| pledges(t, corridor, view)),
        cover: cover(t, view),
        criteria: (!call.review.criteria.is_empty()).then(|| criteria(t, &call.review)),
        review: review(t, view),
        sections,
        withdraw: view.may.withdraw.then(|| withdraw_form(t, &call.id, &again)),
        rerelease: view.may.rerelease.then(|| {
            Form::new(t, format!("/calls/{}/rereleases", call.id), t.msg("call-rerelease")).idempotency_key(new_key())
        }),
        history: history(t, &view.history),
        shell,
    }
}

fn text(t: T, key: &str, zh: &str, en: &str) -> Option<Text> {
    let lines_ = lines(t.pick(zh, en));
    let other = if en.is_empty() { Vec::new() } else { lines(other_side(t, zh, en)) };
    (!lines_.is_empty()).then(|| Text { heading: word(t, format!("call-{key}")), lines: lines_, other })
}

fn problem(t: T, view: &View) -> Vec<Text> {
    let call = &view.call;
    [
        text(t, "summary", &call.summary, &call.summary_en),
        text(t, "eligibility", &call.eligibility, ""),
        text(t, "ip", &call.ip, ""),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What those inside read of what is protected; teams read it after they have signed.
fn details(t: T, view: &View) -> Vec<Text> {
    if !view.inside {
        return Vec::new();
    }
    let call = &view.call;
    [text(t, "details", &call.details, ""), text(t, "nda", &call.nda, "")].into_iter().flatten().collect()
}

fn pledges(t: T, corridor: &Corridor, view: &View) -> Table {
    let label = |key: &str| word(t, format!("pledge-col-{key}"));
    let columns = vec![
        Column::words(label("funder")),
        Column::numbers(label("cap"), String::new()),
        Column::words(label("condition")),
        Column::words(label("note")),
        Column::words(label("state")),
    ];
    let mut table = Table::new(t, word(t, "call-pledges-caption"), columns);
    table.caption_hidden = true;
    for pledge in &view.pledges {
        let name = funder(t, corridor, &view.names, pledge);
        let given = pledge.state == PledgeState::Given;
        let own = view.may_pledge.contains(&pledge.id);
        let href = format!("/calls/{}/pledges/{}", pledge.call, pledge.id);
        table = table.row(vec![
            if own { Cell::Link { href, text: name } } else { Cell::Text(name) },
            if given { Cell::Text(t.fen(pledge.cap)) } else { Cell::Missing },
            if given { Cell::Text(condition(t, pledge)) } else { Cell::Missing },
            if pledge.note.is_empty() { Cell::Missing } else { Cell::Text(pledge.note.clone()) },
            Cell::Tag(pledge_tag(t, pledge.state)),
        ]);
    }
    table
}

/// Whether the money is there whoever wins, in a sentence.
fn cover(t: T, view: &View) -> String {
    if view.pledges.is_empty() {
        return word(t, "call-cover-none");
    }
    let (cover, budget) = (&view.cover, view.call.budget);
    let missing = budget.minus(cover.sure).ok().filter(|missing| missing.get() > 0);
    let amounts = [
        ("sure", t.fen_short(cover.sure)),
        ("possible", t.fen_short(cover.possible)),
        ("missing", missing.map_or(String::new(), |missing| t.fen_short(missing))),
    ];
    t.args(if missing.is_some() { "call-cover-short" } else { "call-cover-full" }, &amounts)
}

fn criteria(t: T, review: &Review) -> Table {
    let columns =
        vec![Column::words(t.msg("call-col-criterion")), Column::numbers(t.msg("call-col-weight"), String::new())];
    let mut table = Table::new(t, word(t, "call-criteria-caption"), columns);
    table.caption_hidden = true;
    for criterion in &review.criteria {
        let name = t.pick(&criterion.name, &criterion.name_en).to_owned();
        table = table.row(vec![Cell::Text(name), Cell::Text(format!("{}%", criterion.weight_bp / 100))]);
    }
    table
}

fn review(t: T, view: &View) -> Facts {
    let review = &view.call.review;
    let label = |key: &str| word(t, format!("call-review-{key}"));
    let choosing = view.call.choosing();
    let mut how = word(t, format!("call-choosing-{}", choosing.code()));
    if choosing == Choosing::Capped {
        how = t.with2("call-choosing-cap", "how", how, "percent", review.pair_cap_bp / 100);
    }
    let yes = |on: bool, key: &str| word(t, format!("call-review-{key}-{}", if on { "yes" } else { "no" }));
    Facts {
        title: String::new(),
        facts: vec![
            Fact::new(label("choosing"), how),
            Fact::new(label("per-answer"), t.n("call-review-people", review.per_answer)),
            Fact::new(label("blind"), yes(review.blind, "blind")),
            Fact::new(label("apart"), t.n("call-review-points", review.apart_hundredths / 100)),
            Fact::new(label("shortlist"), t.n("call-review-answers", review.shortlist_max)),
            Fact::new(label("interview"), yes(review.interview, "interview")),
            Fact::new(label("notice"), t.n("call-review-workdays", review.notice_workdays)),
        ],
    }
}

fn withdraw_form(t: T, id: &str, again: &Again<'_>) -> Form {
    let form =
        Form::new(t, format!("/calls/{id}/withdrawals"), t.msg("call-withdraw")).idempotency_key(new_key()).field(
            Field::lines(t, "reason", t.msg("call-form-reason"), 3)
                .hint(t.msg("call-withdraw-hint"))
                .chars_max(REASON_CHARS_MAX),
        );
    let form = again.typed.map_or(form.clone(), |typed| form.fill(typed.pairs()));
    again.refusal.map_or(form.clone(), |refusal| form.refuse(refusal))
}

/// Takes it back; a refused form comes back as it was typed.
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match call_withdraw(&app, &caller.ctx, &id, typed.get("reason")).await {
        Ok(done) => Ok(receipt_of(&caller, "call", "withdrawn", &id, &done)),
        Err(fault) => {
            let refusal = refused(fault)?;
            let again = Again { refusal: Some(&refusal), typed: Some(&typed) };
            Ok(html_with(status(&refusal), &load(&app, &caller, &id, again).await?))
        }
    }
}

/// Begins it again as a draft.
pub(super) async fn rerelease(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    match call_rerelease(&app, &caller.ctx, &id).await {
        Ok(_) => Ok(Redirect::to(&format!("/calls/{id}/steps/check")).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let again = Again { refusal: Some(&refusal), typed: None };
            Ok(html_with(status(&refusal), &load(&app, &caller, &id, again).await?))
        }
    }
}
