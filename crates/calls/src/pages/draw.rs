//! The public page of a call's draws: commitments, values, seed, and how to replay them; and the forms of the seats.

use super::reviewer::{Block, Page};
use super::words::title;
use super::{form_page, read, refused, status, word, write};
use crate::actions::call::View as CallView;
use crate::actions::draw::{
    BeginDraft, DrawView, SeatLine, draw_begin, draw_commit, draw_fix, draw_give_up, draw_list, draw_next, draw_open,
};
use crate::actions::reviewer::review_resource;
use crate::actions::shortlist::review_aggregate;
use crate::pages::Section;
use crate::rules::REASON_CHARS_MAX;
use crate::rules::call::Call;
use crate::rules::draw::{Draw, DrawState, OFFICE_SEAT, commitment, needs_seed};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::future::BoxFuture;
use kernel::Refusal;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Action, Cell, Column, Field, FieldKind, Form, Table, Tag, Tone};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller, Outcome};
use rooms::actions::Done;
use rooms::pages::typed::{Typed, half_width};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/calls/{id}/draws", "draw_list", get(page)),
        read("/calls/{id}/draws/new", "draw_begin", get(new)),
        write("/calls/{id}/draws", "draw_begin", "call.draw_begun", post(begin)),
        read("/calls/{id}/draws/{draw}/seats/{seat}", "draw_list", get(seat)),
        write("/calls/{id}/draws/{draw}/seats/{seat}/commitments", "draw_commit", "call.draw_committed", post(commit)),
        write("/calls/{id}/draws/{draw}/seats/{seat}/openings", "draw_open", "call.draw_opened", post(open)),
        write("/calls/{id}/draw-fixings", "draw_fix", "call.draw_fixed", post(fix)),
        read("/calls/{id}/draw-abandonments", "review_view", get(abandon)),
        write("/calls/{id}/draw-abandonments", "draw_give_up", "call.draw_void", post(give_up)),
    ]
}

fn over(id: &str) -> String {
    format!("/calls/{id}/draws")
}

/// The page.
async fn page(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(html(&load(&app, &caller, &id, None).await?))
}

async fn load(app: &App, caller: &Caller, id: &str, refusal: Option<&Refusal>) -> Result<Page, Problem> {
    let t = caller.visit.t;
    let (call, views) = draw_list(app, &caller.ctx, id).await?;
    let review = review_resource(&call, caller.ctx.now);
    let runs = app.policies().allows(&caller.ctx, "draw_begin", &review);
    let inside = app.policies().allows(&caller.ctx, "draw_file", &review);
    let heading = word(t, "draw-title");
    let mut blocks = vec![how(t, &call, runs && views.iter().all(|view| view.draw.ended_ms.is_some()))];
    blocks.extend(views.iter().map(|view| block(t, view, runs, inside)));
    let shell = caller.visit.shell(heading.clone()).here("/calls").live(format!("call/{id}"));
    Ok(Page {
        back: format!("/calls/{id}"),
        above: title(t, &call),
        lede: String::new(),
        refusal: refusal.map_or(String::new(), |refusal| refusal.sentence(t.locale).to_owned()),
        blocks,
        heading,
        shell,
    })
}

fn how(t: T, call: &Call, begin: bool) -> Block {
    let choosing = call.choosing();
    let mut block = Block::new("how", word(t, format!("draw-choosing-{}", choosing.code())))
        .text(word(t, format!("draw-choosing-{}-text", choosing.code())));
    if needs_seed(choosing) {
        block = block.text(word(t, "draw-seed-text"));
    }
    block.links.extend(begin.then(|| Action::new(format!("/calls/{}/draws/new", call.id), t.msg("draw-begin"))));
    block
}

fn state_tag(t: T, draw: &Draw) -> Tag {
    let tone = match draw.state {
        DrawState::Drawn => Tone::Pine,
        DrawState::Void => Tone::Cinnabar,
        _ => Tone::Gold,
    };
    Tag::new(tone, t.msg(format!("draw-state-{}", draw.state.code())))
}

fn block(t: T, view: &DrawView, runs: bool, inside: bool) -> Block {
    let draw = &view.draw;
    let mut block = Block::new(format!("draw-{}", draw.number), t.with("draw-number", "number", draw.number));
    block.tags.push(state_tag(t, draw));
    block.texts.push(t.args(
        "draw-quotas",
        &[
            ("institution", i64::from(draw.quotas.institution_max)),
            ("away", i64::from(draw.quotas.away_min)),
            ("specialists", i64::from(draw.quotas.specialists_min)),
        ],
    ));
    block.texts.extend(draw.due_ms.map(|due| t.with("draw-due", "when", t.datetime(due))));
    block.texts.extend(draw.input_sha256.as_ref().map(|hash| t.with("draw-input", "hash", hash.as_str())));
    block.texts.extend(draw.seed.as_ref().map(|seed| t.with("draw-seed", "seed", seed.as_str())));
    if draw.state == DrawState::Void {
        block.texts.push(void(t, view));
    }
    if !view.seats.is_empty() {
        block.table = Some(seats(t, view));
    }
    for seat in view.seats.iter().filter(|seat| seat.may) {
        let key = if draw.state == DrawState::Committing { "draw-commit-for" } else { "draw-open-for" };
        let href = format!("/calls/{}/draws/{}/seats/{}", draw.call, draw.id, seat.number);
        block.links.push(Action::new(href, t.with(key, "name", seat_name(t, seat))));
    }
    if runs && draw.state == DrawState::Committing {
        let form = Form::new(t, format!("/calls/{}/draw-fixings", draw.call), t.msg("draw-fix"));
        block.forms.push(form.idempotency_key(new_key()));
    }
    if runs && matches!(draw.state, DrawState::Committing | DrawState::Opening) {
        block.links.push(Action::new(format!("/calls/{}/draw-abandonments", draw.call), t.msg("draw-give-up")));
    }
    if inside && draw.state == DrawState::Drawn {
        let href = format!("/api/v1/calls/{}/draws/{}/file", draw.call, draw.id);
        block.links.push(Action::new(href, t.msg("draw-file")));
    }
    block
}

fn void(t: T, view: &DrawView) -> String {
    if !view.draw.reason.is_empty() {
        return t.with("draw-void-reason", "why", view.draw.reason.as_str());
    }
    let withheld = view.seats.iter().filter(|seat| seat.part.as_ref().is_some_and(|part| part.value.is_none()));
    let names: Vec<String> = withheld.map(|seat| seat_name(t, seat)).collect();
    t.with("draw-void-withheld", "names", names.join(if t.zh() { "、" } else { ", " }))
}

fn seat_name(t: T, seat: &SeatLine) -> String {
    if seat.number == OFFICE_SEAT { word(t, "draw-office") } else { t.pick(&seat.name, &seat.name_en).to_owned() }
}

fn seats(t: T, view: &DrawView) -> Table {
    let columns = ["seat", "name", "commitment", "value"].map(|key| Column::words(t.msg(format!("draw-seat-{key}"))));
    let mut table = Table::new(t, t.msg("draw-seats"), columns.to_vec());
    table.caption_hidden = true;
    for seat in &view.seats {
        let shown = |text: Option<&String>| text.map_or(Cell::Missing, |text| Cell::Text(text.clone()));
        let part = seat.part.as_ref();
        table = table.row(vec![
            Cell::Text(seat.number.to_string()),
            Cell::Text(seat_name(t, seat)),
            shown(part.map(|part| &part.commitment)),
            shown(part.and_then(|part| part.value.as_ref())),
        ]);
    }
    table
}

/// A fresh value with its commitment, shown once: only the commitment is sent, and the house keeps no value.
fn fresh(t: T, form: Form, (call, number, seat): (&str, i64, i64)) -> Form {
    let value = platform::random::secret();
    let promise = commitment(call, number, seat, &value);
    form.field(
        Field::line(t, "commitment", t.msg("draw-field-commitment"))
            .hint(t.with("draw-field-commitment-hint", "value", value.as_str()))
            .value(promise),
    )
}

fn begin_form(t: T, call: &Call, number: i64) -> Form {
    let count = |name: &'static str, usual: &str| {
        Field::new(t, FieldKind::Number, name, t.msg(format!("draw-field-{}", name.replace('_', "-")))).value(usual)
    };
    let mut form = Form::new(t, over(&call.id), t.msg("draw-begin-send"))
        .idempotency_key(new_key())
        .cancel(over(&call.id), t.msg("review-cancel"))
        .hidden("number", number.to_string())
        .field(count("institution_max", "1").hint(t.msg("draw-field-institution-max-hint")))
        .field(count("away_min", "0"))
        .field(count("specialists_min", "0"));
    if needs_seed(call.choosing()) {
        form = fresh(t, form, (&call.id, number, OFFICE_SEAT));
    }
    form
}

/// The form that begins a draw.
async fn new(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let (call, number) = draw_next(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    Ok(html(&form_page(&caller, word(t, "draw-begin"), over(&id), begin_form(t, &call, number))))
}

/// Begins a draw.
async fn begin(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let draft = BeginDraft {
        number: typed.get("number").parse().unwrap_or(0),
        commitment: typed.get("commitment").to_owned(),
        institution_max: half_width(typed.get("institution_max")),
        away_min: half_width(typed.get("away_min")),
        specialists_min: half_width(typed.get("specialists_min")),
    };
    match draw_begin(&app, &caller.ctx, &id, draft).await {
        Ok(_) => Ok(Redirect::to(&over(&id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let (call, number) = draw_next(&app, &caller.ctx, &id).await?;
            let t = caller.visit.t;
            // A refused commitment was not kept: a fresh value takes its place.
            let mut form = begin_form(t, &call, number).refuse(&refusal);
            for field in form.fields.iter_mut().filter(|field| field.name != "commitment") {
                field.values = vec![typed.get(&field.name).to_owned()];
            }
            Ok(html_with(status(&refusal), &form_page(&caller, word(t, "draw-begin"), over(&id), form)))
        }
    }
}

async fn ended(app: &App, caller: &Caller, id: &str, outcome: Outcome<Done>) -> Result<Response, Problem> {
    match outcome {
        Ok(_) => Ok(Redirect::to(&over(id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            Ok(html_with(status(&refusal), &load(app, caller, id, Some(&refusal)).await?))
        }
    }
}

type Seat = Path<(String, String, String)>;

fn number(text: &str) -> Result<i64, Refusal> {
    text.parse().map_err(|_| Refusal::not_found())
}

/// The form of a seat: its commitment, or its value.
async fn seat(State(app): State<App>, caller: Caller, Path((id, draw, seat)): Seat) -> Result<Response, Problem> {
    let t = caller.visit.t;
    let (_, views) = draw_list(&app, &caller.ctx, &id).await?;
    let view = views.iter().find(|view| view.draw.id == draw).ok_or_else(Refusal::not_found)?;
    let number = number(&seat)?;
    let line = view.seats.iter().find(|line| line.number == number && line.may).ok_or_else(Refusal::not_found)?;
    let (key, form) = seat_form(t, &view.draw, line);
    Ok(html(&form_page(&caller, t.with(key, "name", seat_name(t, line)), over(&id), form)))
}

fn seat_form(t: T, draw: &Draw, line: &SeatLine) -> (&'static str, Form) {
    let base = format!("/calls/{}/draws/{}/seats/{}", draw.call, draw.id, line.number);
    if draw.state == DrawState::Committing {
        let form = Form::new(t, format!("{base}/commitments"), t.msg("draw-commit-send"));
        return ("draw-commit-for", fresh(t, form, (&draw.call, draw.number, line.number)));
    }
    let form = Form::new(t, format!("{base}/openings"), t.msg("draw-open-send"))
        .field(Field::line(t, "value", t.msg("draw-field-value")).hint(t.msg("draw-field-value-hint")));
    ("draw-open-for", form)
}

/// Takes a commitment.
async fn commit(
    State(app): State<App>,
    caller: Caller,
    Path((id, draw, seat)): Seat,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = draw_commit(&app, &caller.ctx, &draw, number(&seat)?, typed.get("commitment")).await;
    ended(&app, &caller, &id, outcome).await
}

/// Takes a value.
async fn open(
    State(app): State<App>,
    caller: Caller,
    Path((id, draw, seat)): Seat,
    typed: Typed,
) -> Result<Response, Problem> {
    let outcome = draw_open(&app, &caller.ctx, &draw, number(&seat)?, typed.get("value")).await;
    ended(&app, &caller, &id, outcome).await
}

/// Fixes the draw.
async fn fix(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    let outcome = draw_fix(&app, &caller.ctx, &id).await;
    ended(&app, &caller, &id, outcome).await
}

fn abandon_form(t: T, id: &str) -> Form {
    Form::new(t, format!("/calls/{id}/draw-abandonments"), t.msg("draw-give-up-send"))
        .cancel(over(id), t.msg("review-cancel"))
        .field(Field::lines(t, "reason", t.msg("review-field-reason"), 3).chars_max(REASON_CHARS_MAX))
}

/// The form that gives a draw up.
async fn abandon(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    draw_next(&app, &caller.ctx, &id).await?;
    let t = caller.visit.t;
    Ok(html(&form_page(&caller, word(t, "draw-give-up"), over(&id), abandon_form(t, &id))))
}

/// Gives a draw up.
async fn give_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    match draw_give_up(&app, &caller.ctx, &id, typed.get("reason")).await {
        Ok(_) => Ok(Redirect::to(&over(&id)).into_response()),
        Err(fault) => {
            let refusal = refused(fault)?;
            let t = caller.visit.t;
            let form = abandon_form(t, &id).fill(typed.pairs()).refuse(&refusal);
            Ok(html_with(status(&refusal), &form_page(&caller, word(t, "draw-give-up"), over(&id), form)))
        }
    }
}

#[derive(Template)]
#[template(path = "calls/review_section.html")]
struct SectionBody {
    t: T,
    texts: Vec<String>,
    href: String,
}

/// The review on the page of its call: where the draws can be checked, and figures after the award. It says the same whether
/// or not there are conflicts and scores.
pub(super) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a CallView,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(shown(app, caller, view))
}

async fn shown(app: &App, caller: &Caller, view: &CallView) -> Result<Option<Section>, Problem> {
    let t = caller.visit.t;
    let call = &view.call;
    let inside = app.policies().allows(&caller.ctx, "review_view", &review_resource(call, caller.ctx.now));
    let open = app.policies().allows(&caller.ctx, "draw_list", &crate::actions::call_resource(call, caller.ctx.now));
    if !open && !inside {
        return Ok(None);
    }
    let mut texts = vec![word(t, format!("draw-choosing-{}-text", call.choosing().code()))];
    if let Some(all) = review_aggregate(&app.db().read(), call).await? {
        texts.push(t.with2("review-aggregate", "reviewers", all.reviewers, "scores", all.scores));
        let (mean, spread) = (super::reviewer::points(all.mean), super::reviewer::points(all.spread));
        texts.push(t.with2("review-aggregate-figures", "mean", mean, "spread", spread));
    }
    let body = SectionBody { t, texts, href: if open { over(&call.id) } else { String::new() } };
    let body = body.render().map_err(|error| platform::Fault::Internal(error.to_string()))?;
    let acts = if inside {
        vec![Action::new(format!("/calls/{}/review", call.id), t.msg("review-page-title"))]
    } else {
        Vec::new()
    };
    Ok(Some(Section { anchor: "reviewing", heading: word(t, "review-section"), body, acts }))
}
