//! Loading a pack, and deciding what a newer pack proposes.

use crate::corridor;
use crate::rules::pack::{Change, Decision, Proposal, ProposalState, Record, accept, compare};
use crate::store;
pub use crate::store::pack::{Loaded, Summary};
use kernel::Refusal;
use pack::Pack;
use platform::db::Txn;
use platform::journal::Entry;
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// What became of a pack that was to be loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PackLoad {
    /// It was the loaded one already, byte for byte; nothing was done.
    Same,
    /// It was loaded once and a newer one since; nothing was done.
    Older,
    /// It is the loaded one now.
    Done(Box<Loaded>),
}

/// Loads a pack: all of it on the first time, the differences later, in one transaction. Afterwards the corridor
/// and the figures of this node are ready to be shown.
///
/// A newer pack replaces what nobody has touched. For organisations that are claimed or edited it proposes,
/// field by field; see [`compare`]. Facts are added or replaced by id, and what was replaced is kept.
///
/// # Errors
/// `pack-other` when the database belongs to another corridor.
pub async fn pack_load(app: &App, ctx: &Ctx, pack: &Pack) -> Outcome<PackLoad> {
    app.policies().require(ctx, "pack_load", &Resource::house())?;
    // Every start asks this; most find the pack loaded and need no writer.
    let newest = store::pack::newest(&app.db().read()).await?;
    if newest.is_some_and(|newest| newest.digest == pack.digest) {
        corridor::ready(app, false).await?;
        return Ok(PackLoad::Same);
    }
    let done = app
        .in_txn(ctx, "pack_load", (app.clone(), pack.clone()), |tx, (app, pack)| {
            Box::pin(async move {
                app.policies().require(tx.ctx(), "pack_load", &Resource::house())?;
                let newest = store::pack::newest(tx).await?;
                if let Some(newest) = &newest {
                    if newest.digest == pack.digest {
                        return Ok(PackLoad::Same);
                    }
                    if newest.meta.id != pack.meta.id {
                        return Err(other_corridor(&newest.meta, &pack.meta).into());
                    }
                    if store::pack::by_digest(tx, &pack.digest).await?.is_some() {
                        return Ok(PackLoad::Older);
                    }
                }
                Ok(PackLoad::Done(Box::new(load(tx, pack).await?)))
            })
        })
        .await?;
    corridor::ready(app, matches!(done, PackLoad::Done(_))).await?;
    Ok(done)
}

fn other_corridor(loaded: &pack::Meta, offered: &pack::Meta) -> Refusal {
    Refusal::conflict(
        "pack-other",
        format!(
            "此数据库属于“{}”，不能装入“{}”的数据包。请为另一条走廊另建数据目录。",
            loaded.name_zh, offered.name_zh
        ),
        format!(
            "This database belongs to “{}” and cannot load the pack of “{}”. Give the other corridor a data folder of its own.",
            loaded.name_en, offered.name_en
        ),
    )
}

async fn load(tx: &Txn, pack: &Pack) -> Outcome<Loaded> {
    store::corridor::save(tx, pack).await?;
    load_facts(tx, pack).await?;
    let summary = load_organisations(tx, pack).await?;
    let loaded = Loaded {
        id: platform::random::id(),
        meta: pack.meta.clone(),
        digest: pack.digest.clone(),
        loaded_ms: tx.ctx().now.ms(),
        loaded_by: tx.ctx().actor.id().to_owned(),
        summary,
    };
    store::pack::save_load(tx, &loaded).await?;
    let Summary { added, replaced, proposed, absent } = summary;
    let data = json!({
        "pack": pack.meta.id, "version": pack.meta.version, "digest": pack.digest, "added": added, "replaced": replaced,
        "proposed": proposed, "absent": absent, "facts": pack.facts.len(),
    });
    tx.journal(Entry::new("pack.loaded", "pack", &pack.meta.id).public().data(data)).await?;
    Ok(loaded)
}

/// Adds and replaces facts by id. Facts that a newer pack no longer holds stay: a source has said them.
async fn load_facts(tx: &Txn, pack: &Pack) -> Outcome<()> {
    let before = store::fact::load(tx).await?;
    let replaced: Vec<&pack::Fact> =
        before.iter().filter(|old| pack.facts.iter().any(|new| new.id == old.id && new != *old)).collect();
    if !replaced.is_empty() {
        let version = store::pack::newest(tx).await?.map_or_else(String::new, |loaded| loaded.meta.version);
        store::fact::keep_former(tx, &version, &replaced).await?;
    }
    store::fact::save(tx, &pack.facts).await
}

async fn load_organisations(tx: &Txn, pack: &Pack) -> Outcome<Summary> {
    let now = tx.ctx().now;
    let held = store::organisation::held(tx).await?;
    let kept = store::pack::kept(tx).await?;
    let mut summary = Summary::default();
    let (mut added, mut changed, mut proposals, mut spoken) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut taken = Vec::new();
    for organisation in &pack.organisations {
        let before = kept.get(&organisation.id);
        let record = held.get(&organisation.id);
        if record.is_some() && before == Some(organisation) {
            continue;
        }
        changed.push(organisation);
        let mut stored = organisation.clone();
        if code_taken(tx, organisation).await? {
            stored.uscc = None;
            taken.push(organisation);
        }
        match record {
            None => added.push(stored),
            Some(record) if record.untouched() => {
                store::organisation::replace_pack(tx, &record.id, &stored, now).await?;
                summary.replaced += 1;
            }
            Some(record) => {
                spoken.push(record.id.as_str());
                proposals.extend(propose(tx, pack, &record.id, before, organisation).await?);
            }
        }
    }
    store::organisation::insert_pack(tx, &added, now).await?;
    store::pack::keep(tx, &pack.meta.version, &changed).await?;
    proposals.extend(propose_codes(tx, pack, &taken, &spoken).await?);
    store::pack::supersede(tx, &spoken).await?;
    store::pack::save_proposals(tx, &proposals).await?;
    let named: BTreeSet<&str> = pack.organisations.iter().map(|o| o.id.as_str()).collect();
    summary.added = count(added.len());
    summary.proposed = count(proposals.len());
    summary.absent = count(held.keys().filter(|key| !named.contains(key.as_str())).count());
    Ok(summary)
}

/// A number of things as the database keeps it.
fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}

/// Whether another record, perhaps one that its people registered themselves, already has this organisation's code.
async fn code_taken(tx: &Txn, organisation: &pack::Organisation) -> Outcome<bool> {
    let Some(code) = &organisation.uscc else { return Ok(false) };
    let holder = store::organisation::by_uscc(tx, code).await?;
    Ok(holder.is_some_and(|holder| holder.pack_key.as_deref() != Some(organisation.id.as_str())))
}

/// A code that another record has is not stored twice: a person finds out which record is the right one.
async fn propose_codes(
    tx: &Txn,
    pack: &Pack,
    taken: &[&pack::Organisation],
    spoken: &[&str],
) -> Outcome<Vec<Proposal>> {
    let mut proposals = Vec::new();
    for organisation in taken {
        let record = store::organisation::by_key(tx, &organisation.id).await?;
        let Some(record) = record.filter(|record| !spoken.contains(&record.id.as_str())) else { continue };
        let lines = organisation.uscc.iter().cloned().collect();
        proposals.push(proposal(tx, pack, &record.id, organisation, ("uscc".to_owned(), Vec::new(), lines)));
    }
    Ok(proposals)
}

async fn propose(
    tx: &Txn,
    pack: &Pack,
    id: &str,
    before: Option<&pack::Organisation>,
    organisation: &pack::Organisation,
) -> Outcome<Vec<Proposal>> {
    let Some(dossier) = store::organisation::dossier(tx, id).await? else { return Ok(Vec::new()) };
    let Change::Propose(fields) = compare(before, organisation, Record::Touched(&dossier)) else {
        return Ok(Vec::new());
    };
    Ok(fields.into_iter().map(|change| proposal(tx, pack, id, organisation, change)).collect())
}

fn proposal(
    tx: &Txn,
    pack: &Pack,
    id: &str,
    organisation: &pack::Organisation,
    (field, current, proposed): (String, Vec<String>, Vec<String>),
) -> Proposal {
    Proposal {
        id: platform::random::id(),
        object: id.to_owned(),
        pack_key: organisation.id.clone(),
        field,
        current,
        proposed,
        pack_version: pack.meta.version.clone(),
        state: ProposalState::Open,
        created_ms: tx.ctx().now.ms(),
        decided_ms: None,
        decided_by: None,
    }
}

/// Decides one proposal of a newer pack: takes its text over, or leaves the record as it is.
///
/// # Errors
/// 404 when there is none; `proposal-decided` when it is not open any more.
pub async fn pack_proposal_decide(app: &App, ctx: &Ctx, id: String, decision: Decision) -> Outcome<Proposal> {
    app.in_txn(ctx, "pack_proposal_decide", (app.clone(), id, decision), |tx, (app, id, decision)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "pack_proposal_decide", &Resource::house())?;
            let open = store::pack::proposal(tx, id).await?.ok_or_else(Refusal::not_found)?;
            let decided = open.decide(*decision, tx.ctx().actor.id(), tx.ctx().now)?;
            if *decision == Decision::Accept {
                take_over(tx, &decided).await?;
            }
            store::pack::save_proposals(tx, std::slice::from_ref(&decided)).await?;
            let data = json!({ "proposal": decided.id, "field": decided.field, "state": decided.state.code(), "version": decided.pack_version });
            tx.journal(Entry::new("pack.proposal-decided", "organisation", &decided.object).data(data)).await?;
            Ok(decided)
        })
    })
    .await
}

async fn take_over(tx: &Txn, proposal: &Proposal) -> Outcome<()> {
    let from = store::pack::kept_one(tx, &proposal.pack_key).await?.ok_or_else(Refusal::not_found)?;
    let held = store::organisation::dossier(tx, &proposal.object).await?.ok_or_else(Refusal::not_found)?;
    let next = accept(&held, &proposal.field, &from, tx.ctx().now, &mut platform::random::id);
    store::organisation::save_edit(tx, &next).await?;
    if proposal.field == "statuses" {
        store::pack::replace_statuses(tx, &held, &next).await?;
    }
    Ok(())
}

/// Loaded packs, the newest first, at most `limit`.
pub async fn pack_list(app: &App, ctx: &Ctx, limit: i64) -> Outcome<Vec<Loaded>> {
    app.policies().require(ctx, "pack_view", &Resource::house())?;
    store::pack::loads(&app.db().read(), limit).await
}

/// A proposal with the name of the organisation it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposalView {
    /// The proposal.
    pub proposal: Proposal,
    /// The organisation's name, and its English name if it has one.
    pub organisation: (String, Option<String>),
}

/// Proposals in one state, the oldest first, after the last one of the page before; and how many there are in all.
///
/// # Errors
/// A refusal where the policy closes the list.
pub async fn pack_proposal_list(
    app: &App,
    ctx: &Ctx,
    state: ProposalState,
    after: Option<(i64, String)>,
    limit: usize,
) -> Outcome<(Vec<ProposalView>, i64)> {
    app.policies().require(ctx, "pack_view", &Resource::house())?;
    let conn = app.db().read();
    let proposals = store::pack::proposals(&conn, state, after, count(limit)).await?;
    let mut ids: Vec<String> = proposals.iter().map(|proposal| proposal.object.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let heads = store::organisation::by_ids(&conn, &ids).await?;
    let view = |proposal: Proposal| {
        let head = heads.iter().find(|head| head.id == proposal.object);
        let organisation = head.map(|head| (head.name.clone(), head.name_en.clone())).unwrap_or_default();
        ProposalView { proposal, organisation }
    };
    Ok((proposals.into_iter().map(view).collect(), store::pack::proposals_count(&conn, state).await?))
}
