//! The centre of a project: it is asked, and it answers.

use super::{load, note, party, poc_resource};
use crate::actions::organisation::load as organisation;
use crate::rules::poc::{self as rules, Answer, CentreState, Project};
use crate::store;
use kernel::Refusal;
use platform::db::Txn;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;

/// Asks a centre to look after a project: the first, or another one while none has agreed.
///
/// # Errors
/// Not found, `poc-state`, `poc-centre`, `poc-centre-agreed`, `poc-centre-asked`.
pub async fn poc_centre_ask(app: &App, ctx: &Ctx, id: &str, centre: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), centre.trim().to_owned());
    app.in_txn(ctx, "poc_centre_ask", input, |tx, (app, id, centre)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_centre_ask", &poc_resource(&old))?;
            let centre = check(tx, centre, old.demo).await?;
            kept(tx, rules::centre_ask(&old, &centre, tx.ctx().now.ms())?).await
        })
    })
    .await
}

/// The centre that a project names agrees to look after it, or declines and says why.
///
/// # Errors
/// Not found, `poc-state`, `poc-centre-answered`, `decision-unknown`, `reason-needed`, `remark-needed`.
pub async fn poc_centre_answer(app: &App, ctx: &Ctx, id: &str, answer: Answer) -> Outcome<Done> {
    app.in_txn(ctx, "poc_centre_answer", (app.clone(), id.to_owned(), answer), |tx, (app, id, answer)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "poc_centre_answer", &poc_resource(&old))?;
            kept(tx, rules::centre_answer(&old, answer, tx.ctx().actor.id(), tx.ctx().now.ms())?).await
        })
    })
    .await
}

async fn kept(tx: &Txn, project: Project) -> Outcome<Done> {
    store::poc::save(tx, &project).await?;
    let owner = organisation(tx, &project.organisation).await?;
    let centre = project.centre.as_ref().ok_or_else(Refusal::not_found)?;
    let (kind, open) = match centre.state {
        CentreState::Asked => ("poc.centre_asked", false),
        CentreState::Agreed => ("poc.centre_agreed", true),
        CentreState::Declined => ("poc.centre_declined", false),
    };
    let data = json!({ "centre": centre.organisation, "reason": centre.reason.map(rules::Reason::code) });
    note(tx, kind, &project, &owner, data, open).await
}

/// The id of a centre that a project may name.
pub(super) async fn check(tx: &Txn, centre: &str, demo: bool) -> Outcome<String> {
    let found = party(tx, centre, demo, "centre").await?;
    if !store::poc::is_centre(tx, &found.id).await? {
        return Err(no_centre().into());
    }
    Ok(found.id)
}

fn no_centre() -> Refusal {
    Refusal::invalid(
        "poc-centre",
        "这家机构不是概念验证中心。请从概念验证中心列表中选择，或留空。",
        "This organisation is no proof-of-concept centre. Choose one from the list of centres, or leave it empty.",
    )
    .at("centre")
}
