//! Claims: filing, deciding, withdrawing, and what of them waits on desks.

use super::organisation::{entry, file, load, resource};
use crate::rules::claim::{self as rules, Claim, ClaimKind, ClaimState, DecisionCommand, Reason};
use crate::rules::membership;
use crate::rules::organisation::{Organisation, State};
use crate::store;
use crate::store::claim::Filed;
use kernel::Refusal;
use platform::capability::DeskItem;
use platform::db::{Conn, Txn};
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use serde_json::json;
use std::collections::HashMap;

/// A claim as policies see it.
pub fn claim_resource(filed: &Filed) -> Resource {
    Resource::new("Claim", &filed.claim.id)
        .with("organisation", filed.claim.organisation.as_str())
        .with("account", filed.claim.account.as_str())
        .with("office", filed.office.to_string())
}

/// In which columns of `claim` the attributes of [`claim_resource`] stand.
const COLUMNS: [(&str, &str); 3] = [("organisation", "organisation"), ("account", "account"), ("office", "office")];

/// Says that one speaks for an organisation, or sends a refused registration again.
///
/// # Errors
/// Not found, `claim-member`, `claim-open`, `claim-claimed`, `claim-demo`, `claim-many`, `claim-evidence`.
pub async fn claim_file(app: &App, ctx: &Ctx, organisation: &str, evidence: &str) -> Outcome<Done> {
    let input = (app.clone(), organisation.to_owned(), evidence.to_owned(), platform::random::id());
    app.in_txn(ctx, "claim_file", input, |tx, (app, organisation, evidence, id)| {
        Box::pin(async move {
            let organisation = load(tx, organisation).await?;
            app.policies().require(tx.ctx(), "organisation_claim", &resource(app, &organisation))?;
            let claim = file(app, tx, &organisation, id, evidence).await?;
            if organisation.state == State::Refused {
                store::organisation::set_state(tx, &organisation.id, State::Draft, None, tx.ctx().now.ms()).await?;
            }
            let entry =
                tx.journal(entry("organisation.claim_filed", &organisation).data(json!({ "claim": claim }))).await?;
            Ok(Done::new(tx, &claim, entry))
        })
    })
    .await
}

/// A claim with the organisation it is for.
#[derive(Debug, Clone)]
pub struct ClaimCard {
    /// The claim and its office.
    pub filed: Filed,
    /// The organisation.
    pub organisation: Organisation,
}

async fn cards(conn: &Conn, filed: Vec<Filed>) -> Outcome<Vec<ClaimCard>> {
    let mut ids: Vec<String> = filed.iter().map(|f| f.claim.organisation.clone()).collect();
    ids.sort();
    ids.dedup();
    let found = store::organisation::by_ids(conn, &ids).await?;
    let by_id: HashMap<String, Organisation> = found.into_iter().map(|o| (o.id.clone(), o)).collect();
    let card = |filed: Filed| {
        let organisation = by_id.get(&filed.claim.organisation).cloned()?;
        Some(ClaimCard { filed, organisation })
    };
    Ok(filed.into_iter().filter_map(card).collect())
}

/// The claims that wait for the actor's offices, the most urgent first.
///
/// # Errors
/// The actor works for no office.
pub async fn claim_list(app: &App, ctx: &Ctx) -> Outcome<Vec<ClaimCard>> {
    app.policies().require(ctx, "claim_list", &Resource::house())?;
    waiting(app, ctx).await
}

async fn waiting(app: &App, ctx: &Ctx) -> Outcome<Vec<ClaimCard>> {
    let (condition, values) = app.policies().filter(ctx, "claim_decide", "Claim", &COLUMNS, 1)?;
    let conn = app.db().read();
    let filed = store::claim::waiting(&conn, &condition, values).await?;
    cards(&conn, filed).await
}

/// The actor's own claims, newest first.
///
/// # Errors
/// Nobody is signed in.
pub async fn claim_own(app: &App, ctx: &Ctx) -> Outcome<Vec<ClaimCard>> {
    app.policies().require(ctx, "member_own_list", &Resource::house())?;
    let conn = app.db().read();
    let filed = store::claim::of_account(&conn, ctx.actor.id()).await?;
    cards(&conn, filed).await
}

/// What a claim's page shows.
#[derive(Debug, Clone)]
pub struct ClaimView {
    /// The claim with its organisation.
    pub card: ClaimCard,
    /// The reader may decide it now.
    pub may_decide: bool,
    /// The reader may take it back now.
    pub may_withdraw: bool,
}

async fn filed(conn: &Conn, id: &str) -> Outcome<Filed> {
    Ok(store::claim::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// One claim, for the claimant and the office.
///
/// # Errors
/// Not found, also for everybody else.
pub async fn claim_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<ClaimView> {
    let conn = app.db().read();
    let filed = filed(&conn, id).await?;
    let target = claim_resource(&filed);
    app.policies().require(ctx, "claim_view", &target)?;
    let open = filed.claim.state == ClaimState::Open;
    let may_decide = open && app.policies().allows(ctx, "claim_decide", &target);
    let may_withdraw = open && app.policies().allows(ctx, "claim_withdraw", &target);
    let card = cards(&conn, vec![filed]).await?.pop().ok_or_else(Refusal::not_found)?;
    Ok(ClaimView { card, may_decide, may_withdraw })
}

/// The office decides: the claimant becomes a member with every mandate, or gets a coded reason.
///
/// # Errors
/// Not found, `claim-decided`, `four-eyes`, `decision-unknown`, `reason-needed`, `remark-needed`, `claim-claimed`.
pub async fn claim_decide(app: &App, ctx: &Ctx, id: &str, command: DecisionCommand) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), command, platform::random::id());
    app.in_txn(ctx, "claim_decide", input, |tx, (app, id, command, member)| {
        Box::pin(async move {
            let filed = filed(tx, id).await?;
            app.policies().require(tx.ctx(), "claim_decide", &claim_resource(&filed))?;
            let organisation = load(tx, &filed.claim.organisation).await?;
            let actor = &tx.ctx().actor;
            let party = actor.member_of(&organisation.id).is_some();
            let next = rules::decide(&filed.claim, &organisation, command, actor.id(), party, tx.ctx().now.ms())?;
            store::claim::save(tx, &next).await?;
            let entry = if next.state == ClaimState::Approved {
                approve(tx, &next, &organisation, member).await?
            } else {
                refuse(tx, &next, &organisation).await?
            };
            Ok(Done::new(tx, id, entry))
        })
    })
    .await
}

async fn approve(tx: &Txn, claim: &Claim, organisation: &Organisation, member: &str) -> Outcome<i64> {
    let (now, officer) = (tx.ctx().now.ms(), tx.ctx().actor.id());
    // Whoever was only asked by an earlier manager becomes a member with every mandate now.
    let had = store::membership::of(tx, &organisation.id, &claim.account).await?;
    let id = had.as_ref().map_or(member, |had| had.id.as_str());
    let member = membership::first(id, &organisation.id, &claim.account, &claim.account_name, officer, now);
    store::membership::save(tx, &member).await?;
    store::organisation::set_claimed(tx, &organisation.id, now).await?;
    if claim.kind == ClaimKind::Registration {
        store::organisation::set_state(tx, &organisation.id, State::Listed, Some(officer), now).await?;
    }
    close_rivals(tx, claim, organisation).await?;
    let listed = Organisation { state: State::Listed, ..organisation.clone() };
    let kind = match claim.kind {
        ClaimKind::Takeover => "organisation.claimed",
        ClaimKind::Registration => "organisation.verified",
    };
    let data = json!({ "name": organisation.name, "claim": claim.id });
    tx.journal(Entry::new("claim.approved", "claim", &claim.id).city(organisation.city).demo(claim.demo)).await?;
    tx.journal(entry(kind, &listed).data(data)).await
}

/// Whoever else asked for the same organisation is told that it is taken, and may ask its manager.
async fn close_rivals(tx: &Txn, claim: &Claim, organisation: &Organisation) -> Outcome<()> {
    for rival in store::claim::rivals(tx, claim).await? {
        let lost = Claim {
            state: ClaimState::Refused,
            reason: Some(Reason::Claimed),
            decided_by: claim.decided_by.clone(),
            decided_ms: claim.decided_ms,
            ..rival.claim
        };
        store::claim::save(tx, &lost).await?;
        let data = json!({ "reason": Reason::Claimed.code() });
        tx.journal(Entry::new("claim.refused", "claim", &lost.id).city(organisation.city).demo(lost.demo).data(data))
            .await?;
    }
    Ok(())
}

async fn refuse(tx: &Txn, claim: &Claim, organisation: &Organisation) -> Outcome<i64> {
    if claim.kind == ClaimKind::Registration {
        store::organisation::set_state(tx, &organisation.id, State::Refused, None, tx.ctx().now.ms()).await?;
    }
    let data = json!({ "reason": claim.reason.map(Reason::code), "organisation": organisation.id });
    tx.journal(Entry::new("claim.refused", "claim", &claim.id).city(organisation.city).demo(claim.demo).data(data))
        .await
}

/// The claimant takes a claim back.
///
/// # Errors
/// Not found, `claim-decided`.
pub async fn claim_withdraw(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "claim_withdraw", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            let filed = filed(tx, id).await?;
            app.policies().require(tx.ctx(), "claim_withdraw", &claim_resource(&filed))?;
            let next = rules::withdraw(&filed.claim, tx.ctx().now.ms())?;
            store::claim::save(tx, &next).await?;
            let entry = tx.journal(Entry::new("claim.withdrawn", "claim", id).demo(next.demo)).await?;
            Ok(Done::new(tx, id, entry))
        })
    })
    .await
}

/// How long a decision stays on the claimant's desk.
const NEWS_DAYS: i64 = 14;

/// What waits: claims for the offices, and fresh answers for the claimants.
pub async fn desk(app: &App, ctx: &Ctx) -> Outcome<Vec<DeskItem>> {
    if ctx.actor.account.is_none() {
        return Ok(Vec::new());
    }
    let mut items: Vec<DeskItem> = waiting(app, ctx).await?.iter().map(|card| item(card, "desk-claim")).collect();
    let since = ctx.now.plus_days(-NEWS_DAYS).ms();
    for card in claim_own(app, ctx).await? {
        let claim = &card.filed.claim;
        if claim.decided_ms.is_none_or(|at| at < since) {
            continue;
        }
        match claim.state {
            ClaimState::Approved => items.push(item(&card, "desk-claim-approved")),
            ClaimState::Refused => items.push(item(&card, "desk-claim-refused")),
            ClaimState::Open | ClaimState::Withdrawn => {}
        }
    }
    Ok(items)
}

fn item(card: &ClaimCard, kind: &'static str) -> DeskItem {
    let claim = &card.filed.claim;
    DeskItem {
        kind,
        title: card.organisation.name.clone(),
        href: format!("/claims/{}", claim.id),
        since_ms: claim.decided_ms.unwrap_or(claim.created_ms),
        due_ms: (claim.state == ClaimState::Open).then_some(claim.due_ms),
        demo: claim.demo,
    }
}
