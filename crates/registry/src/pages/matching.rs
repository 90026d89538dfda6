//! Answers to a need: ranked, each with its reasons.

use crate::actions::matching::{ANSWERS_DEFAULT, Match, Matches, listing_matches, match_feedback, match_preview};
use crate::api::matching::{admit, segment_names, why};
use crate::corridor::{self, Corridor};
use crate::pages::search::tags;
use crate::rules::listing::Side;
use crate::rules::matching::{FEEDBACK_CODES, Feedback};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use platform::capability::Route;
use platform::web::parts::{Marked, Tag, Why, WhyReason, encode};
use platform::web::{Problem, Shell, T, html, html_with};
use platform::{App, Caller, Fault};
use serde::Deserialize;

/// Routes of matching.
pub fn routes() -> Vec<Route> {
    let view = |path, handler| Route { method: Method::GET, path, action: "match_view", journal: None, handler };
    vec![
        view("/match", get(asked)),
        view("/needs/{id}/matches", get(of_need)),
        view("/offers/{id}/matches", get(of_offer)),
        Route {
            method: Method::POST,
            path: "/match/remarks",
            action: "match_feedback_create",
            journal: Some("match.marked"),
            handler: post(remark),
        },
    ]
}

/// The words that ask.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    text: String,
    thanks: Option<String>,
}

#[derive(Template)]
#[template(path = "registry/match.html")]
struct MatchPage {
    shell: Shell,
    /// The question as it stands in the box.
    text: String,
    /// What is wrong with it.
    error: String,
    /// The need or offer that asks; empty for a question in the box.
    listing_href: String,
    heading: String,
    lede: String,
    segments: Vec<String>,
    rows: Vec<Row>,
    answered: bool,
    thanks: bool,
    codes: Vec<(&'static str, String)>,
    back: String,
    asker: String,
}

struct Row {
    href: String,
    title: String,
    other_name: String,
    kind: String,
    id: String,
    tags: Vec<Tag>,
    why: Why,
    contact_href: String,
}

async fn asked(State(app): State<App>, caller: Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut page = blank(&caller, &asked);
    if asked.text.trim().is_empty() {
        return Ok(html(&page));
    }
    admit(&app, &caller)?;
    match match_preview(&app, &caller.ctx, &asked.text, None, ANSWERS_DEFAULT).await {
        Ok(matches) => {
            fill(&mut page, &corridor::of(&app), &matches);
            Ok(html(&page))
        }
        Err(Fault::Refused(refusal)) if refusal.field.as_deref() == Some("text") => {
            page.error = refusal.sentence(caller.ctx.locale).to_owned();
            Ok(html_with(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn blank(caller: &Caller, asked: &Asked) -> MatchPage {
    let t = caller.visit.t;
    let codes = FEEDBACK_CODES.map(|code| (code, t.msg(format!("match-code-{code}")).into_owned()));
    let mut shell = caller.visit.shell(t.msg("match-title")).here("/needs");
    shell.private = true;
    MatchPage {
        shell,
        text: asked.text.clone(),
        error: String::new(),
        listing_href: String::new(),
        heading: t.msg("match-heading").into_owned(),
        lede: t.msg("match-lede").into_owned(),
        segments: Vec::new(),
        rows: Vec::new(),
        answered: false,
        thanks: asked.thanks.is_some(),
        codes: codes.to_vec(),
        back: caller.visit.href_with("thanks", "1"),
        asker: String::new(),
    }
}

fn fill(page: &mut MatchPage, corridor: &Corridor, matches: &Matches) {
    let t = page.shell.t;
    page.answered = true;
    page.segments = matches.segments.iter().map(|id| segment_names(corridor, id, t.locale)).collect();
    page.rows = matches.items.iter().map(|found| row(t, corridor, found)).collect();
    let considered = t.num(i64::try_from(matches.considered).unwrap_or(i64::MAX));
    let found = t.num(i64::try_from(matches.items.len()).unwrap_or(i64::MAX));
    page.lede = t.args("match-found", &[("considered", considered), ("found", found)]);
}

fn row(t: T, corridor: &Corridor, found: &Match) -> Row {
    let hit = &found.hit;
    let reasons = found.reasons.iter().map(|reason| {
        let item = why(corridor, reason, t);
        let words = item.kind == "terms";
        let separator = if t.zh() { "、" } else { ", " };
        let text: Marked = match words {
            true => item.text.split(separator).flat_map(|w| [(w.to_owned(), true), (" ".to_owned(), false)]).collect(),
            false => Marked::plain(item.text),
        };
        WhyReason::new(t.msg(format!("match-why-{}", item.kind)), text)
    });
    let contact = match hit.kind.as_str() {
        "organisation" => format!("/contacts/new?organisation={}", hit.id),
        _ => format!("/contacts/new?listing={}", hit.id),
    };
    Row {
        href: hit.url.clone(),
        title: hit.title.clone(),
        other_name: hit.name_en.clone().filter(|name| *name != hit.title).unwrap_or_default(),
        kind: hit.kind.clone(),
        id: hit.id.clone(),
        tags: tags(t, corridor, &hit.kind, hit.city.as_deref(), &hit.segments, &hit.statuses, hit.demo),
        why: Why { t, reasons: reasons.collect() },
        contact_href: contact,
    }
}

async fn of_need(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    of_listing(&app, &caller, Side::Need, &id, &asked).await
}

async fn of_offer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    of_listing(&app, &caller, Side::Offer, &id, &asked).await
}

async fn of_listing(app: &App, caller: &Caller, side: Side, id: &str, asked: &Asked) -> Result<Response, Problem> {
    let (listing, matches) = listing_matches(app, &caller.ctx, side, id, ANSWERS_DEFAULT).await?;
    let mut page = blank(caller, asked);
    page.listing_href = format!("{}/{}", side.path(), listing.id);
    let content = &listing.content;
    page.heading = caller.visit.t.pick(&content.title, &content.title_en).to_owned();
    page.text = content.title.clone();
    page.asker = listing.id.clone();
    fill(&mut page, &corridor::of(app), &matches);
    Ok(html(&page))
}

/// A remark as the form sends it.
#[derive(Debug, Deserialize)]
pub struct Remark {
    #[serde(default)]
    asker: String,
    #[serde(default)]
    text: String,
    kind: String,
    answer: String,
    code: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    back: String,
}

async fn remark(State(app): State<App>, caller: Caller, Form(form): Form<Remark>) -> Result<Response, Problem> {
    let local = form.back.starts_with('/') && !form.back.starts_with("//") && !form.back.contains('\\');
    let back = if local { form.back } else { format!("/match?text={}", encode(&form.text)) };
    if caller.actor().account.is_none() {
        return Ok(Redirect::to(&format!("/sign-in?next={}", encode(&back))).into_response());
    }
    let feedback = Feedback {
        asker: Some(form.asker).filter(|asker| !asker.is_empty()),
        text: form.text,
        kind: form.kind,
        answer: form.answer,
        code: form.code,
        note: form.note,
    };
    match_feedback(&app, &caller.ctx, feedback).await?;
    Ok(Redirect::to(&back).into_response())
}
