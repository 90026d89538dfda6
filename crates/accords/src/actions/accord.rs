//! Joint acts: drafting, asking the parties, their word, taking back, ending.

mod inside;
mod view;

pub use crate::store::accord::{Facets, Filter, Version};
pub use inside::{NewAct, accord_circulate_in, accord_state_in, accord_take_back_in};
pub use view::{
    Accords, InForce, View, accord_choices, accord_form, accord_in_force, accord_list, accord_version, accord_view,
    accords_in_force,
};

use super::{clock, looked_through, members};
use crate::rules::accord::{self as rules, Accord, AccordState, Patch, SayCommand};
use crate::store;
use kernel::Refusal;
use platform::db::{Conn, DbFault, Txn, classify};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{Actor, App, Ctx, Fault, Outcome};
use rooms::actions::clock::after_midnight;
use rooms::actions::{Done, by};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An act as policies see it when this actor looks at it.
pub fn accord_resource(accord: &Accord, actor: &Actor) -> Resource {
    Resource::new("Accord", &accord.id)
        .with("state", accord.state.code())
        .with("author", accord.drafted_by.as_str())
        .with_some("city", looked_through(accord.parties.iter().filter_map(|party| party.city), actor))
}

/// One of its parties as policies see it.
pub fn party_resource(accord: &Accord, party: &rules::Party) -> Resource {
    Resource::new("AccordParty", format!("{}/{}", accord.id, party.code))
        .with("kind", party.kind.code())
        .with("author", accord.drafted_by.as_str())
        .with_some("city", party.city.map(|city| city.to_string()))
        .with("money", accord.total.is_some())
}

async fn load(conn: &Conn, id: &str) -> Outcome<Accord> {
    Ok(store::accord::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One act for somebody who may do this with it.
async fn load_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<Accord> {
    let accord = load(tx, id).await?;
    app.policies().require(tx.ctx(), action, &accord_resource(&accord, &tx.ctx().actor))?;
    Ok(accord)
}

/// An entry about an act, public once everybody may read it.
async fn note(tx: &Txn, kind: &'static str, accord: &Accord, mut data: Value) -> Outcome<i64> {
    data["version"] = json!(accord.version);
    let mut entry = Entry::new(kind, "accord", &accord.id).demo(accord.demo);
    if accord.state.is_open() {
        data["title"] = json!(accord.title);
        data["number"] = json!(accord.number);
        entry = entry.public();
    }
    tx.journal(entry.data(data)).await
}

async fn kept(tx: &Txn, kind: &'static str, accord: &Accord, data: Value) -> Outcome<Done> {
    store::accord::save(tx, accord).await.map_err(number_race)?;
    let entry = note(tx, kind, accord, data).await?;
    Ok(Done::new(tx, &accord.id, entry))
}

/// Two who give one number at once: the unique index tells the second.
fn number_race(fault: Fault) -> Fault {
    match &fault {
        Fault::Db(error) if matches!(classify(error), DbFault::Unique(_)) => number_taken().into(),
        _ => fault,
    }
}

fn number_taken() -> Refusal {
    Refusal::conflict(
        "accord-number-taken",
        "这个文号已用于另一份共同决定，请核对后改用其他文号。",
        "Another joint act has this number; check it and use another one.",
    )
    .at("number")
}

/// What the draft names must be there: a free number, and in whose place it stands.
async fn linked(conn: &Conn, accord: &Accord, ctx: &Ctx) -> Outcome<()> {
    if store::accord::number_taken(conn, &accord.number, &accord.id).await? {
        return Err(number_taken().into());
    }
    let Some(old) = &accord.supersedes else { return Ok(()) };
    let found = store::accord::by_id(conn, old).await?;
    let fits =
        |old: &Accord| old.id != accord.id && old.demo == accord.demo && old.state_at(ctx.now) == AccordState::InForce;
    if found.as_ref().is_some_and(fits) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "supersedes-not-in-force",
        "只能替代目前有效的共同决定，请重新选择。",
        "Only a joint act that is in force can be replaced; choose again.",
    )
    .at("supersedes")
    .into())
}

/// Begins a draft; the head is needed, the other groups may follow.
///
/// # Errors
/// Not the joint office, `accord-number-taken`, `supersedes-not-in-force`, or the first field that breaks a rule.
pub async fn accord_draft(app: &App, ctx: &Ctx, patch: Patch) -> Outcome<Done> {
    let input = (app.clone(), patch, platform::random::id());
    app.in_txn(ctx, "accord_draft", input, |tx, (app, patch, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "accord_draft", &Resource::house())?;
            let head = patch.head.clone().unwrap_or_default();
            let begun = rules::begin(id, &head, by(tx))?;
            let accord = rules::revise(&begun, patch, &members(app), by(tx))?;
            linked(tx, &accord, tx.ctx()).await?;
            kept(tx, "accord.drafted", &accord, json!({})).await
        })
    })
    .await
}

/// Changes groups of a draft.
///
/// # Errors
/// Not found, `accord-not-draft`, `accord-number-taken`, `supersedes-not-in-force`, or the first field that breaks a rule.
pub async fn accord_edit(app: &App, ctx: &Ctx, id: &str, patch: Patch) -> Outcome<Done> {
    app.in_txn(ctx, "accord_edit", (app.clone(), id.to_owned(), patch), |tx, (app, id, patch)| {
        Box::pin(async move {
            let old = load_for(app, tx, "accord_edit", id).await?;
            let next = rules::revise(&old, patch, &members(app), by(tx))?;
            linked(tx, &next, tx.ctx()).await?;
            kept(tx, "accord.revised", &next, json!({})).await
        })
    })
    .await
}

/// Circulates the draft as a new version and asks the parties until the end of a day.
///
/// # Errors
/// Not found, `accord-not-draft`, `accord-incomplete`, `money-shares`, `validity-over`, `deadline-past`, `date-shape`.
pub async fn accord_circulate(app: &App, ctx: &Ctx, id: &str, deadline: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), deadline.to_owned());
    app.in_txn(ctx, "accord_circulate", input, |tx, (app, id, deadline)| {
        Box::pin(async move {
            let old = load_for(app, tx, "accord_circulate", id).await?;
            linked(tx, &old, tx.ctx()).await?;
            let next = rules::circulate(&old, deadline, tx.ctx().now)?;
            store::accord::freeze(tx, &next).await?;
            tx.job(after_midnight(clock::NAME, tx.ctx().now)).await?;
            kept(tx, "accord.circulated", &next, json!({ "deadline_ms": next.deadline_ms })).await
        })
    })
    .await
}

/// Takes the text back into drafting.
///
/// # Errors
/// Not found, `accord-settled`.
pub async fn accord_take_back(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "accord_take_back", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let old = load_for(app, tx, "accord_take_back", id).await?;
            let next = rules::take_back(&old, tx.ctx().now)?;
            kept(tx, "accord.taken_back", &next, json!({})).await
        })
    })
    .await
}

/// What came of a party's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The receipt.
    pub done: Done,
    /// The act is in force by it.
    pub in_force: bool,
}

/// A party says what it thinks of the present version.
///
/// A city speaks by its officer, the joint office for itself and, with the number of a letter, for an outer party. The
/// last consent it takes brings the act into force, in this transaction.
///
/// # Errors
/// Not found, forbidden for another city's officer and for the author of the text, `accord-not-circulated`,
/// `accord-version`, `consent-late`, `consent-none`, `consent-same`, `consent-word`, `reservation-needed`,
/// `reason-needed`, `letter-needed`.
pub async fn accord_say(app: &App, ctx: &Ctx, id: &str, command: SayCommand) -> Outcome<Said> {
    let input = (app.clone(), id.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "accord_say", input, |tx, (app, id, command, fresh)| {
        Box::pin(async move {
            let accord = load_for(app, tx, "accord_view", id).await?;
            let party = accord.party(&command.party).ok_or_else(Refusal::not_found)?;
            app.policies().require(tx.ctx(), "accord_say", &party_resource(&accord, party))?;
            let mut said = store::accord::said(tx, id).await?;
            let consent = rules::say(fresh, &accord, &said, command, by(tx))?;
            store::accord::say(tx, &consent, said.len()).await?;
            said.push(consent.clone());
            let data = json!({ "party": consent.party, "word": consent.word.code() });
            let entry = note(tx, "accord.said", &accord, data).await?;
            let reached = rules::settle(&accord, &said, tx.ctx().now);
            if let Some(next) = &reached {
                into_force(tx, next).await?;
            }
            Ok(Said { done: Done::new(tx, id, entry), in_force: reached.is_some() })
        })
    })
    .await
}

/// The act holds from now on; the one in whose place it stands is over.
async fn into_force(tx: &Txn, accord: &Accord) -> Outcome<()> {
    kept(tx, "accord.in_force", accord, json!({})).await?;
    let Some(old) = &accord.supersedes else { return Ok(()) };
    let old = load(tx, old).await?;
    if let Some(over) = rules::supersede(&old, tx.ctx().now) {
        kept(tx, "accord.superseded", &over, json!({ "by": accord.id })).await?;
    }
    Ok(())
}

/// Ends an act that is in force.
///
/// # Errors
/// Not found, `accord-not-in-force`, `needed` without a reason.
pub async fn accord_end(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), reason.to_owned());
    app.in_txn(ctx, "accord_end", input, |tx, (app, id, reason)| {
        Box::pin(async move {
            let old = load_for(app, tx, "accord_end", id).await?;
            let next = rules::end(&old, reason, tx.ctx().now)?;
            kept(tx, "accord.ended", &next, json!({ "reason": next.end_reason })).await
        })
    })
    .await
}

/// Writes down what the clock has made of an act: failed or expired.
///
/// # Errors
/// Not the house, or a conflict where there is nothing to write down.
pub(super) async fn accord_lapse(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "accord_lapse", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "accord_lapse", &Resource::house())?;
            let old = load(tx, id).await?;
            let next = rules::lapse(&old, tx.ctx().now).ok_or_else(rules::not_in_force)?;
            let kind = if next.state == AccordState::Failed { "accord.failed" } else { "accord.expired" };
            kept(tx, kind, &next, json!({})).await
        })
    })
    .await
}
