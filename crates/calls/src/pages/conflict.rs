//! An expert's own ties: declared once, used for every call.

use super::reviewer::{Block, Page, kind_name};
use super::{read, refused, status, word, write};
use crate::actions::conflict::{tie_declare, tie_end, tie_list};
use crate::rules::REASON_CHARS_MAX;
use crate::rules::conflict::{ConflictKind, Tie, TieDraft};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Refusal;
use kernel::limits::TITLE_CHARS_MAX;
use platform::capability::Route;
use platform::identity::idempotency::new_key;
use platform::web::parts::{Choice, Field, FieldKind, Form};
use platform::web::{Problem, T, html, html_with};
use platform::{App, Caller};
use rooms::pages::typed::{Typed, half_width};

const TIES: &str = "/reviewing/ties";

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        read("/reviewing/ties", "tie_view", get(page)),
        write("/reviewing/ties", "tie_declare", "review.tie_declared", post(declare)),
        write("/reviewing/ties/{id}/endings", "tie_end", "review.tie_ended", post(end)),
    ]
}

async fn page(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let ties = tie_list(&app, &caller.ctx).await?;
    Ok(html(&build(&caller, &ties, None)))
}

fn build(caller: &Caller, ties: &[Tie], again: Option<(&Typed, &Refusal)>) -> Page {
    let t = caller.visit.t;
    let heading = word(t, "review-ties");
    let mut form = form(t);
    if let Some((typed, refusal)) = again {
        form = form.fill(typed.pairs()).refuse(refusal);
    }
    let mut new = Block::new("declare", word(t, "review-tie-new"));
    new.forms.push(form);
    let mut blocks = vec![new];
    blocks.extend(ties.iter().map(|tie| block(t, tie)));
    Page {
        back: "/reviewing".into(),
        above: word(t, "review-own"),
        lede: word(t, "review-ties-lede"),
        refusal: String::new(),
        blocks,
        shell: caller.visit.shell(heading.clone()).private().here("/desk"),
        heading,
    }
}

fn block(t: T, tie: &Tie) -> Block {
    let name = if tie.party.name.is_empty() { &tie.party.uscc } else { &tie.party.name };
    let mut block = Block::new(format!("tie-{}", tie.id), name.clone()).text(kind_name(t, tie.kind));
    if let Some(left) = tie.left_ms {
        block = block.text(t.with("review-tie-left-on", "when", t.date(left)));
    }
    if !tie.reason.is_empty() {
        block = block.text(tie.reason.clone());
    }
    block.forms.push(Form::new(
        t,
        format!("{TIES}/{}/endings", tie.id),
        t.with("review-tie-end", "name", name.as_str()),
    ));
    block
}

fn form(t: T) -> Form {
    let kinds = ConflictKind::DECLARED.map(|kind| Choice::new(kind.code(), kind_name(t, kind)));
    Form::new(t, TIES, t.msg("review-tie-send"))
        .idempotency_key(new_key())
        .field(Field::new(t, FieldKind::Radio(kinds.to_vec()), "kind", t.msg("review-tie-kind")))
        .field(Field::line(t, "name", t.msg("review-field-name")).chars_max(TITLE_CHARS_MAX).optional())
        .field(Field::line(t, "uscc", t.msg("review-field-uscc")).optional())
        .field(
            Field::new(t, FieldKind::Line("date"), "left", t.msg("review-tie-left"))
                .hint(t.msg("review-tie-left-hint"))
                .optional(),
        )
        .field(Field::lines(t, "reason", t.msg("review-tie-reason"), 2).chars_max(REASON_CHARS_MAX).optional())
}

async fn declare(State(app): State<App>, caller: Caller, typed: Typed) -> Result<Response, Problem> {
    let draft = TieDraft {
        kind: typed.get("kind").to_owned(),
        name: typed.get("name").to_owned(),
        uscc: half_width(typed.get("uscc")),
        left: half_width(typed.get("left")),
        reason: typed.get("reason").to_owned(),
    };
    let fault = match tie_declare(&app, &caller.ctx, draft).await {
        Ok(_) => return Ok(Redirect::to(TIES).into_response()),
        Err(fault) => fault,
    };
    let refusal = refused(fault)?;
    let ties = tie_list(&app, &caller.ctx).await?;
    Ok(html_with(status(&refusal), &build(&caller, &ties, Some((&typed, &refusal)))))
}

async fn end(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    tie_end(&app, &caller.ctx, &id).await?;
    Ok(Redirect::to(TIES).into_response())
}
