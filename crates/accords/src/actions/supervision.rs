//! Supervision: issuing, answering, closing, asking again.

use super::item::{load as load_item, load_for as item_for};
use crate::rules::item::ActionItem;
use crate::rules::supervision::{self as rules, IssueCommand, Supervision, Tally};
use crate::store;
use kernel::{Adcode, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome, Role};
use registry::corridor;
use rooms::actions::{Done, by, seen};
use serde_json::{Value, json};

/// A round as policies see it.
pub fn supervision_resource(round: &Supervision) -> Resource {
    Resource::new("Supervision", &round.id).with("city", round.city.to_string())
}

async fn load(conn: &Conn, id: &str) -> Outcome<Supervision> {
    Ok(store::supervision::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

async fn load_for(app: &App, tx: &Txn, action: &str, id: &str) -> Outcome<Supervision> {
    let round = load(tx, id).await?;
    app.policies().require(tx.ctx(), action, &supervision_resource(&round))?;
    Ok(round)
}

/// What is asked and answered is between the joint office and the city.
async fn kept(tx: &Txn, kind: &'static str, round: &Supervision, mut data: Value) -> Outcome<Done> {
    store::supervision::save(tx, round).await?;
    data["item"] = json!(round.item);
    let entry = Entry::new(kind, "supervision", &round.id).city(Some(round.city)).demo(round.demo);
    let entry = tx.journal(entry.data(data)).await?;
    Ok(Done::new(tx, &round.id, entry))
}

/// The joint office asks a city about an item; the term is counted in the corridor's working days.
///
/// # Errors
/// Not found, `item-closed`, `item-city`, `supervision-running`, `workdays-shape`, or a text rule.
pub async fn supervision_issue(app: &App, ctx: &Ctx, item: &str, command: IssueCommand) -> Outcome<Done> {
    let input = (app.clone(), item.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "supervision_issue", input, |tx, (app, item, command, id)| {
        Box::pin(async move {
            let (item, _) = item_for(app, tx, "item_supervise", item).await?;
            let before = store::supervision::of_item(tx, &item.id).await?;
            let round = rules::issue(id, &item, &before, command, &corridor::of(app).calendar, by(tx))?;
            kept(tx, "supervision.issued", &round, json!({ "due_ms": round.due_ms })).await
        })
    })
    .await
}

/// The city answers.
///
/// # Errors
/// Not found for every other city, `supervision-answered`, `needed`.
pub async fn supervision_answer(app: &App, ctx: &Ctx, id: &str, text: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), text.to_owned());
    app.in_txn(ctx, "supervision_answer", input, |tx, (app, id, text)| {
        Box::pin(async move {
            let old = load_for(app, tx, "supervision_answer", id).await?;
            let next = rules::answer(&old, text, by(tx))?;
            kept(tx, "supervision.answered", &next, json!({ "late": next.late_at(tx.ctx().now) })).await
        })
    })
    .await
}

/// The joint office is satisfied.
///
/// # Errors
/// Not found, `supervision-closed`, `supervision-unanswered`.
pub async fn supervision_close(app: &App, ctx: &Ctx, id: &str, remark: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), remark.to_owned());
    app.in_txn(ctx, "supervision_close", input, |tx, (app, id, remark)| {
        Box::pin(async move {
            let old = load_for(app, tx, "supervision_close", id).await?;
            let next = rules::close(&old, remark, tx.ctx().now)?;
            kept(tx, "supervision.closed", &next, json!({})).await
        })
    })
    .await
}

/// The joint office asks again; the receipt names the new round.
///
/// # Errors
/// Not found, `supervision-closed`, `supervision-unanswered`, and those of [`supervision_issue`].
pub async fn supervision_repeat(app: &App, ctx: &Ctx, id: &str, command: IssueCommand) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "supervision_repeat", input, |tx, (app, id, command, fresh)| {
        Box::pin(async move {
            let old = load_for(app, tx, "supervision_close", id).await?;
            let (item, _) = load_item(tx, &old.item).await?;
            let before = store::supervision::of_item(tx, &item.id).await?;
            let calendar = &corridor::of(app).calendar;
            let (over, next) = rules::repeat(fresh, &old, &item, &before, command, calendar, by(tx))?;
            kept(tx, "supervision.repeated", &over, json!({ "next": next.id })).await?;
            kept(tx, "supervision.issued", &next, json!({ "due_ms": next.due_ms })).await
        })
    })
    .await
}

/// A round with the item it is about.
#[derive(Debug, Clone)]
pub struct Card {
    /// The round.
    pub round: Supervision,
    /// The item.
    pub item: ActionItem,
}

/// The rounds that the actor may see, and how each city has answered.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Rounds, those that run first.
    pub cards: Vec<Card>,
    /// Counts by city; for a city's officer that of his own.
    pub tallies: Vec<(Adcode, Tally)>,
}

/// Every round that the actor may see.
///
/// # Errors
/// Only the joint office and cities' officers have such a list.
pub async fn supervision_list(app: &App, ctx: &Ctx) -> Outcome<Overview> {
    app.policies().require(ctx, "supervision_list", &Resource::house())?;
    let conn = app.db().read();
    let allowed = seen(app, ctx, "supervision_view", "Supervision", &store::supervision::ATTRIBUTES)?;
    let rounds = store::supervision::list(&conn, allowed).await?;
    let all = ctx.actor.has(Role::JointOffice) || ctx.actor.has(Role::System);
    let cities: Vec<Adcode> = corridor::of(app)
        .cities()
        .map(|place| place.adcode)
        .filter(|city| all || ctx.actor.cities.contains(city))
        .collect();
    let tallies = rules::tally(&cities, &rounds, ctx.now);
    Ok(Overview { cards: cards(&conn, rounds).await?, tallies })
}

async fn cards(conn: &Conn, rounds: Vec<Supervision>) -> Outcome<Vec<Card>> {
    let mut ids: Vec<String> = rounds.iter().map(|round| round.item.clone()).collect();
    ids.sort();
    ids.dedup();
    let items = store::item::by_ids(conn, &ids).await?;
    let card = |round: Supervision| {
        let item = items.iter().find(|item| item.id == round.item)?.clone();
        Some(Card { round, item })
    };
    Ok(rounds.into_iter().filter_map(card).collect())
}

/// A round with what the reader may do about it.
#[derive(Debug, Clone)]
pub struct View {
    /// The round and its item.
    pub card: Card,
    /// The reader may answer for the city.
    pub may_answer: bool,
    /// The reader may close it.
    pub may_close: bool,
    /// The reader may ask again.
    pub may_repeat: bool,
}

/// One round.
///
/// # Errors
/// Not found.
pub async fn supervision_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let round = load(&conn, id).await?;
    let resource = supervision_resource(&round);
    app.policies().require(ctx, "supervision_view", &resource)?;
    let may = |action: &str| app.policies().allows(ctx, action, &resource);
    let answered = round.state == rules::SupervisionState::Answered;
    let issued = round.state == rules::SupervisionState::Issued;
    let (item, _) = load_item(&conn, &round.item).await?;
    Ok(View {
        may_answer: issued && may("supervision_answer"),
        may_close: answered && may("supervision_close"),
        may_repeat: (answered || (issued && round.late_at(ctx.now))) && may("supervision_close"),
        card: Card { round, item },
    })
}
