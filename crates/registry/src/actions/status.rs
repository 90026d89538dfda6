//! Statuses and statements: declared by the organisation, issued or confirmed by its city office.

use super::membership::told;
use super::organisation::{load, resource};
use crate::rules::listing::Office;
use crate::rules::organisation::StatusCode;
use crate::rules::status::{self as rules, StatusCommand};
use crate::store;
use kernel::{Refusal, RefusalKind};
use platform::{App, Ctx, Outcome, Role};
use rooms::actions::Done;
use serde_json::json;

/// Statuses one organisation may have.
const STATUSES_MAX: usize = 60;

/// Codes that forms offer.
pub fn codes() -> Vec<&'static str> {
    StatusCode::ALL.iter().map(|code| code.code()).collect()
}

/// Declares a status, or, by the city office, issues it: then it is confirmed at once.
///
/// # Errors
/// No mandate, `statuses-many`, or the first field that breaks a rule.
pub async fn status_declare(app: &App, ctx: &Ctx, organisation: &str, command: StatusCommand) -> Outcome<Done> {
    let input = (app.clone(), organisation.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "status_declare", input, |tx, (app, organisation, command, id)| {
        Box::pin(async move {
            let organisation = load(tx, organisation).await?;
            app.policies().require(tx.ctx(), "status_declare", &resource(app, &organisation))?;
            let rest = store::organisation::rest(tx, &organisation.id).await?;
            if rest.statuses.len() >= STATUSES_MAX {
                return Err(many().into());
            }
            let (actor, now) = (&tx.ctx().actor, tx.ctx().now.ms());
            let mut status = rules::declare(id, command, actor.id(), now, &codes())?;
            let issued =
                is_office(ctx_office(app, &organisation), actor) && actor.member_of(&organisation.id).is_none();
            if issued {
                status.verified_ms = Some(now);
                status.verified_by = Some(actor.id().to_owned());
            }
            store::organisation::add_status(tx, &organisation.id, &status, now).await?;
            let kind = if issued { "organisation.status_issued" } else { "organisation.status_declared" };
            let data = json!({ "status": status.status, "valid_from": status.valid_from, "valid_to": status.valid_to });
            let entry = told(tx, kind, &organisation, data).await?;
            Ok(Done::new(tx, id, entry))
        })
    })
    .await
}

fn ctx_office(app: &App, organisation: &crate::rules::organisation::Organisation) -> Office {
    super::organisation::office_of(app, organisation)
}

fn is_office(office: Office, actor: &platform::Actor) -> bool {
    match office {
        Office::City(city) => actor.has(Role::CityOfficer) && actor.cities.contains(&city),
        Office::Joint => actor.has(Role::JointOffice),
    }
}

fn many() -> Refusal {
    Refusal::invalid(
        "statuses-many",
        format!("一家机构最多登记 {STATUSES_MAX} 项资质。"),
        format!("An organisation has {STATUSES_MAX} statuses at most."),
    )
}

/// The city office confirms a declared status; gives the organisation's id too.
///
/// # Errors
/// Not found, `status-confirmed`, `four-eyes`.
pub async fn status_confirm(app: &App, ctx: &Ctx, id: &str) -> Outcome<(Done, String)> {
    app.in_txn(ctx, "status_confirm", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let (organisation, status) =
                store::organisation::status_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let organisation = load(tx, &organisation).await?;
            app.policies().require(tx.ctx(), "status_confirm", &resource(app, &organisation))?;
            let next = rules::confirm(&status, tx.ctx().actor.id(), tx.ctx().now.ms())?;
            store::organisation::save_status(tx, &next).await?;
            let data = json!({ "status": next.status, "valid_to": next.valid_to });
            let entry = told(tx, "organisation.status_confirmed", &organisation, data).await?;
            Ok((Done::new(tx, id, entry), organisation.id))
        })
    })
    .await
}

/// The city office confirms one statement; it is no longer shown as 未核验. Gives the organisation's id too.
///
/// # Errors
/// Not found, `statement-confirmed`, forbidden for the organisation's own members.
pub async fn statement_confirm(app: &App, ctx: &Ctx, id: &str) -> Outcome<(Done, String)> {
    app.in_txn(ctx, "statement_confirm", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let (organisation, statement) =
                store::organisation::statement_by_id(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let organisation = load(tx, &organisation).await?;
            app.policies().require(tx.ctx(), "statement_confirm", &resource(app, &organisation))?;
            if statement.verified_ms.is_some() {
                return Err(Refusal::new(
                    RefusalKind::Conflict,
                    "statement-confirmed",
                    "这一条已经核验过，无需重复办理。",
                    "This statement is confirmed already; there is nothing left to do.",
                )
                .into());
            }
            store::organisation::confirm_statement(tx, id, tx.ctx().actor.id(), tx.ctx().now.ms()).await?;
            let entry =
                told(tx, "organisation.statement_confirmed", &organisation, json!({ "field": statement.field }))
                    .await?;
            Ok((Done::new(tx, id, entry), organisation.id))
        })
    })
    .await
}
