//! Shares: what each seat gives after the closing, and what happens when too few do.

use super::committee;
use super::round::{digest, load, note, settled};
use super::{clock, computed, seat_resource};
use crate::rules::ceremony;
use crate::rules::documents::{SHARES, Shares, read};
use crate::rules::opening::{check_shares, shares_for};
use crate::rules::round::{self as rules, Phase, RoundState};
use crate::store;
use crate::store::share::Given;
use kernel::Refusal;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use rooms::actions::Done;
use sealing::envelope::Lid;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Takes the shares of a seat: one for every envelope of the list, each checked before the transaction. With as many
/// seats as the committee needs the round is opened.
///
/// # Errors
/// Not found, not the seat's officer, `share-early`, `share-late`, `share-given`, `round-over`, `trustee-secret-refused`,
/// `document-shape`, `document-format`, `share-foreign`, `share-seat`, `share-count`, `share-proof`.
pub async fn share_give(app: &App, ctx: &Ctx, id: &str, number: i64, file: &[u8]) -> Outcome<Done> {
    if let Some(first) = app.first_answer(ctx, "share_give").await? {
        return Ok(first);
    }
    let round = settled(app, ctx.now, id).await?;
    let conn = app.db().read();
    let committee = committee::load(&conn, &round.committee).await?;
    app.policies().require(ctx, "share_give", &seat_resource(&committee.id, committee.seat(number)?))?;
    let seats: Vec<i64> = store::share::seats(&conn, id).await?.into_iter().map(|(seat, _)| seat).collect();
    rules::takes_shares(&round, &seats, number, ctx.now)?;
    let file: Shares = read(file, SHARES)?;
    let root = round.root.clone().unwrap_or_default();
    let shares = shares_for(&file, &round.id, &round.committee, &root, number)?;
    let envelopes = store::envelope::current(&conn, id).await?;
    let checked = shares.clone();
    computed(move || {
        let made = ceremony::made(&committee)?;
        let lids = envelopes.iter().map(|envelope| Lid::parse(&envelope.head)).collect::<Result<Vec<_>, _>>();
        let lids = lids.map_err(|error| ceremony::refusal(&error))?;
        check_shares(&made, &lids, &checked, number)
    })
    .await??;
    let given = Given {
        seat: number,
        sha256: hex::encode(Sha256::digest(&shares)),
        shares,
        given_by: ctx.actor.id().to_owned(),
        given_ms: ctx.now.ms(),
    };
    app.in_txn(ctx, "share_give", (app.clone(), id.to_owned(), given), |tx, (app, id, given)| {
        Box::pin(async move {
            let round = load(tx, id).await?;
            let committee = committee::load(tx, &round.committee).await?;
            app.policies().require(
                tx.ctx(),
                "share_give",
                &seat_resource(&committee.id, committee.seat(given.seat)?),
            )?;
            let seats: Vec<i64> = store::share::seats(tx, id).await?.into_iter().map(|(seat, _)| seat).collect();
            rules::takes_shares(&round, &seats, given.seat, tx.ctx().now)?;
            store::share::add(tx, id, given).await?;
            let done = note(tx, "round.shared", &round, json!({ "seat": given.seat, "sha256": given.sha256 })).await?;
            let count = i64::try_from(seats.len() + 1).unwrap_or(i64::MAX);
            if count >= round.threshold {
                clock::order_open(tx, id).await?;
            }
            Ok(done)
        })
    })
    .await
}

/// Writes down that too few shares came in time: nothing of the round is ever opened here.
///
/// # Errors
/// Not the house, or a conflict where there is nothing to write down.
pub(super) async fn round_void(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    settled(app, ctx.now, id).await?;
    app.in_txn(ctx, "round_void", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "round_void", &Resource::house())?;
            let old = load(tx, id).await?;
            let given = i64::try_from(store::share::seats(tx, id).await?.len()).unwrap_or(i64::MAX);
            if old.state != RoundState::Closed || old.phase(given, tx.ctx().now) != Phase::Void {
                return Err(not_due().into());
            }
            let next = rules::end(&old, RoundState::Void, tx.ctx().now);
            store::round::save(tx, &next).await?;
            note(tx, "round.voided", &next, json!({ "given": given, "needed": next.threshold })).await
        })
    })
    .await
}

fn not_due() -> Refusal {
    Refusal::conflict(
        "round-not-due",
        "本轮的开启期限未过，或已经开启。",
        "The opening deadline has not passed, or the round has been opened.",
    )
}

/// The shares given for a round once it is over, seat by seat, as files.
///
/// # Errors
/// When the database fails.
pub(super) async fn share_files(app: &App, round: &rules::Round) -> Outcome<Vec<Shares>> {
    let root = round.root.clone().unwrap_or_default();
    digest(&root)?;
    let given = store::share::given(&app.db().read(), &round.id).await?;
    let file = |given: Given| Shares {
        format: SHARES.to_owned(),
        round: round.id.clone(),
        committee: round.committee.clone(),
        seat: given.seat,
        root: root.clone(),
        shares: given.shares.chunks(sealing::share::SHARE_BYTES).map(hex::encode).collect(),
    };
    Ok(given.into_iter().map(file).collect())
}
