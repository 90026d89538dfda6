//! What the page of a call says of its awards.

use super::named;
use crate::actions::accounts::call_money;
use crate::actions::award::may_choose;
use crate::actions::call::View;
use crate::actions::objection::objection_list;
use crate::pages::{Section, word};
use crate::rules::call::CallState;
use askama::Template;
use futures_util::future::BoxFuture;
use platform::web::Problem;
use platform::web::parts::{Action, Cell, Column, Table, Tag, Tone};
use platform::{App, Caller};

#[derive(Template)]
#[template(path = "calls/award_section.html")]
struct Body {
    notes: Vec<String>,
    table: Option<Table>,
    lines: Vec<String>,
}

/// The section; none before the owner chooses.
pub(crate) fn section<'a>(
    app: &'a App,
    caller: &'a Caller,
    view: &'a View,
) -> BoxFuture<'a, Result<Option<Section>, Problem>> {
    Box::pin(async move { build(app, caller, view).await })
}

async fn build(app: &App, caller: &Caller, view: &View) -> Result<Option<Section>, Problem> {
    let (t, call) = (caller.visit.t, &view.call);
    let link = |path: &str, key: &str| Action::new(format!("/calls/{}{path}", call.id), t.msg(key));
    if call.state == CallState::Selection {
        if !may_choose(app, &caller.ctx, call) {
            return Ok(None);
        }
        let body = Body { notes: vec![word(t, "award-section-choose")], table: None, lines: Vec::new() };
        let acts = vec![link("/selection", "award-choose-title")];
        return Section::of("award-title", word(t, "award-section-title"), &body, acts).map(Some);
    }
    let after = [CallState::Notice, CallState::Contracting, CallState::Running, CallState::Finished];
    if !after.contains(&call.state) {
        return Ok(None);
    }
    let money = call_money(app, &caller.ctx, &call.id).await?;
    let objections = objection_list(app, &caller.ctx, &call.id).await?;
    let columns = vec![
        Column::words(t.msg("award-col-number")),
        Column::words(t.msg("award-col-lead")),
        Column::numbers(t.msg("award-col-amount"), t.msg("call-yuan")),
        Column::words(t.msg("award-col-state")),
    ];
    let mut table = Table::new(t, t.msg("award-section-caption"), columns);
    for one in &money.awards {
        let href = format!("/calls/{}/awards/{}", call.id, one.award.id);
        table = table.row(vec![
            Cell::Link { href, text: t.n("award-number", one.award.ord) },
            Cell::Text(named(t, &one.name)),
            Cell::Text(one.award.amount.to_string()),
            Cell::Tag(Tag::new(Tone::Indigo, t.msg(format!("award-state-{}", one.award.state.code())))),
        ]);
    }
    let mut notes = Vec::new();
    if call.state == CallState::Notice {
        let until = call.due_ms.map_or(String::new(), |due| t.date(due));
        let key = if call.due_provisional { "award-notice-provisional" } else { "award-notice" };
        notes.push(t.with(key, "date", until));
    }
    let open = objections.items.iter().filter(|one| one.state.is_open()).count();
    if open > 0 {
        notes.push(t.n("award-objections-open", open));
    }
    let mut acts = vec![link("/money", "award-money-title")];
    if objections.may_file {
        acts.insert(0, link("/objections/new", "objection-new"));
    }
    if !objections.items.is_empty() {
        acts.push(link("/objections", "objection-list-title"));
    }
    let body = Body { notes, table: Some(table), lines: vec![word(t, "award-section-money")] };
    Section::of("award-title", word(t, "award-section-title"), &body, acts).map(Some)
}
