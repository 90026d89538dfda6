//! Rounds: beginning one, closing it, looking at it, and the file that its trustees need.

pub use crate::store::round::Filter;

use super::{LISTED_MAX, clock, committee, seat_resource};
use crate::rules::ceremony;
use crate::rules::committee::{self as committees, Committee};
use crate::rules::documents::{CLOSED, Closing, ClosingData, OBJECT, OPENING, Opening};
use crate::rules::opening::Binding;
use crate::rules::round::{self as rules, CLOSING_MS, Envelope, NewRound, Owner, Phase, Round, Sealed};
use crate::store;
use kernel::{Instant, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::{Entry, Recorded, journal_entry};
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Fault, Outcome};
use rooms::actions::{Done, by, check, cut, from, history};
use serde_json::{Value, json};
use std::collections::HashMap;

/// A round as policies see it.
pub fn round_resource(round: &Round) -> Resource {
    Resource::new("SealedRound", &round.id).with("owner", round.owner.kind.as_str()).with("state", round.state.code())
}

pub(super) async fn load(conn: &Conn, id: &str) -> Outcome<Round> {
    Ok(store::round::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// A public entry about a round.
pub(super) async fn note(tx: &Txn, kind: &'static str, round: &Round, data: Value) -> Outcome<Done> {
    let entry = Entry::new(kind, OBJECT, &round.id).demo(round.demo).public().data(data);
    let entry = tx.journal(entry).await?;
    Ok(Done::new(tx, &round.id, entry))
}

/// How a round is bound into contexts.
pub(crate) fn binding(round: &Round) -> Binding<'_> {
    Binding {
        origin: &round.origin,
        round: &round.id,
        committee: &round.committee,
        key: &round.key,
        rules_sha256: &round.rules_sha256,
        closes_ms: round.closes_ms,
    }
}

/// Begins a round inside the caller's transaction: how other capabilities stand on this one. Who may do so is theirs to
/// decide before.
///
/// # Errors
/// `committee-not-ready`, `committee-demo`, or the first field that breaks a rule.
pub async fn round_open(tx: &Txn, new: &NewRound) -> Outcome<(Round, Done)> {
    let committee = store::committee::by_id(tx, &new.committee).await?;
    let committee = committee.ok_or_else(unknown_committee)?;
    let key = committees::ready(&committee)?;
    if committee.demo != tx.ctx().actor.demo {
        return Err(unknown_committee().into());
    }
    let sealed = Sealed { key, threshold: committee.threshold, origin: &committee.origin };
    let round = rules::begin(&platform::random::id(), &platform::random::secret(), new, sealed, by(tx))?;
    store::round::save(tx, &round).await?;
    clock::order_close(tx, &round.id, Instant::from_ms(round.closes_ms + CLOSING_MS)).await?;
    clock::order_void(tx, &round.id, Instant::from_ms(round.opens_by_ms)).await?;
    let data = json!({
        "title": round.title, "rules_sha256": round.rules_sha256, "committee": round.committee, "key": round.key,
        "closes_ms": round.closes_ms, "opens_by_ms": round.opens_by_ms
    });
    let done = note(tx, "round.begun", &round, data).await?;
    Ok((round, done))
}

/// Gives a round up inside the caller's transaction: it takes no envelope any more, and none of it is ever opened. Who may
/// do so is the caller's to decide before.
///
/// # Errors
/// Not found, `round-office` for a plain round, `round-over`, `round-shares-given`.
pub async fn round_abandon(tx: &Txn, id: &str) -> Outcome<Done> {
    let old = load(tx, id).await?;
    let given = i64::try_from(store::share::seats(tx, id).await?.len()).unwrap_or(i64::MAX);
    let next = rules::abandon(&old, given, tx.ctx().now)?;
    store::round::save(tx, &next).await?;
    note(tx, "round.voided", &next, json!({ "given": given, "needed": next.threshold, "abandoned": true })).await
}

fn unknown_committee() -> Refusal {
    Refusal::invalid(
        "committee-unknown",
        "请从列表中选择一个已就绪的开启委员会。",
        "Choose an opening committee of the list that is ready.",
    )
    .at("committee")
}

/// Begins a plain round of the joint office.
///
/// # Errors
/// Not the joint office, and as [`round_open`].
pub async fn round_begin(app: &App, ctx: &Ctx, new: NewRound) -> Outcome<Done> {
    let new = NewRound { owner: Owner::office(), ..new };
    app.in_txn(ctx, "round_begin", (app.clone(), new), |tx, (app, new)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "round_begin", &Resource::house())?;
            Ok(round_open(tx, new).await?.1)
        })
    })
    .await
}

/// Writes the list of a round that is over: the hashes of the envelopes that count, in their order, and their root, as
/// public entries, before any share.
///
/// # Errors
/// Not the house, or a conflict where there is nothing to write down.
pub(super) async fn round_close(app: &App, ctx: &Ctx, id: &str) -> Outcome<Done> {
    app.in_txn(ctx, "round_close", (app.clone(), id.to_owned()), |tx, (app, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "round_close", &Resource::house())?;
            let old = load(tx, id).await?;
            if !old.closes_now(tx.ctx().now) {
                return Err(not_due().into());
            }
            let listed = store::envelope::hashes(tx, id).await?;
            let hashes = listed.iter().map(|hash| digest(hash)).collect::<Outcome<Vec<_>>>()?;
            let root = hex::encode(sealing::list::root(&hashes));
            for (part, hashes) in listed.chunks(LISTED_MAX).enumerate() {
                let data = json!({ "from": part * LISTED_MAX + 1, "envelopes": hashes });
                note(tx, "round.listed", &old, data).await?;
            }
            let count = i64::try_from(listed.len()).unwrap_or(i64::MAX);
            let next = rules::close(&old, count, &root, tx.ctx().now);
            let data =
                ClosingData { committee: next.committee.clone(), closes_ms: next.closes_ms, count, root: root.clone() };
            let data = serde_json::to_value(data).map_err(|error| Fault::Internal(error.to_string()))?;
            let done = note(tx, CLOSED, &next, data).await?;
            store::round::save(tx, &Round { closing_entry: Some(done.entry), ..next }).await?;
            if count == 0 {
                clock::order_open(tx, id).await?;
            }
            Ok(done)
        })
    })
    .await
}

fn not_due() -> Refusal {
    Refusal::conflict(
        "round-not-due",
        "本轮尚未截止，或清单已经写入。",
        "The round has not closed yet, or its list is written already.",
    )
}

pub(super) fn digest(text: &str) -> Outcome<[u8; 32]> {
    crate::rules::documents::digest(text).map_err(|_| Fault::Internal("a stored digest is none".into()))
}

/// A round as it stands now: if its time is up and nobody has written its list, that is done first.
///
/// # Errors
/// Not found, and when the database fails.
pub async fn settled(app: &App, now: Instant, id: &str) -> Outcome<Round> {
    let round = load(&app.db().read(), id).await?;
    if !round.closes_now(now) {
        return Ok(round);
    }
    clock::done(round_close(app, &Ctx::system(now), id).await)?;
    load(&app.db().read(), id).await
}

/// A page of rounds.
#[derive(Debug, Clone)]
pub struct Rounds {
    /// Its items, the newest change first.
    pub items: Vec<Round>,
    /// Rounds in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many are in each state.
    pub states: Vec<(String, i64)>,
}

/// A page of rounds.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn round_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Rounds> {
    app.policies().require(ctx, "round_list", &Resource::house())?;
    check(&filter.text, &[&filter.states])?;
    let conn = app.db().read();
    let cursor = page.cursor.as_deref();
    let start = from(cursor, store::round::position(&conn, cursor.unwrap_or_default()).await?)?;
    let states = store::round::states(&conn, filter).await?;
    let (found, total) = store::round::list(&conn, filter, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |round| &round.id);
    Ok(Rounds { items, total, next, states })
}

/// A seat with when it gave its shares and whether the reader may give them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatView {
    /// Its number.
    pub number: i64,
    /// Chinese name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// When it gave.
    pub given_ms: Option<i64>,
    /// The reader answers for it and it has not given.
    pub may_give: bool,
}

/// A line of the list, once it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// The envelope.
    pub envelope: Envelope,
    /// What became of it.
    pub fate: Option<store::outcome::Fate>,
    /// The reader may read it.
    pub readable: bool,
}

/// A round with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The round.
    pub round: Round,
    /// Its committee.
    pub committee: Committee,
    /// Where it stands.
    pub phase: Phase,
    /// Envelopes that count.
    pub count: i64,
    /// The committee's seats.
    pub seats: Vec<SeatView>,
    /// The list; empty before closing.
    pub list: Vec<ListLine>,
    /// What the reader's organisations have sent, the newest first, each with its fate.
    pub own: Vec<ListLine>,
    /// Organisations for which the reader may send, while the round is open: id and name.
    pub senders: Vec<(String, String)>,
    /// Its public entries, the newest first.
    pub history: Vec<Recorded>,
}

/// One round. Before the opening nobody learns who has sent, and before the closing not even the hashes.
///
/// # Errors
/// Not found.
pub async fn round_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let round = settled(app, ctx.now, id).await?;
    app.policies().require(ctx, "round_view", &round_resource(&round))?;
    let conn = app.db().read();
    let committee = committee::load(&conn, &round.committee).await?;
    let given = store::share::seats(&conn, id).await?;
    let phase = round.phase(i64::try_from(given.len()).unwrap_or(i64::MAX), ctx.now);
    let seats = committee.seats.iter().map(|seat| SeatView {
        number: seat.number,
        name: seat.name.clone(),
        name_en: seat.name_en.clone(),
        given_ms: given.iter().find(|(number, _)| *number == seat.number).map(|(_, at)| *at),
        may_give: phase == Phase::Sharing
            && !given.iter().any(|(number, _)| *number == seat.number)
            && app.policies().allows(ctx, "share_give", &seat_resource(&committee.id, seat)),
    });
    let organisations: Vec<String> = ctx.actor.memberships.iter().map(|m| m.organisation.clone()).collect();
    let own = store::envelope::of_senders(&conn, id, &organisations).await?;
    // A round that was given up before its closing has no list.
    let list = match round.root {
        None => Vec::new(),
        Some(_) => store::envelope::listed(&conn, id).await?,
    };
    let fates = store::outcome::told(&conn, id).await?;
    let fates: HashMap<&str, &store::outcome::Fate> = fates.iter().map(|fate| (fate.envelope.as_str(), fate)).collect();
    let line = |envelope: Envelope| ListLine {
        fate: fates.get(envelope.id.as_str()).map(|fate| (*fate).clone()),
        readable: super::envelope::readable(app, ctx, &round, &envelope),
        envelope,
    };
    Ok(View {
        count: store::envelope::count(&conn, id).await?,
        seats: seats.collect(),
        list: list.into_iter().map(line).collect(),
        own: own.into_iter().map(line).collect(),
        senders: super::envelope::senders(app, ctx, &round),
        history: history(&conn, OBJECT, id, false).await?,
        phase,
        committee,
        round,
    })
}

/// The file that trustees need to give their shares, once the closing is proven to be in the journal.
///
/// # Errors
/// Not found, `opening-not-yet` before the list is written, `opening-pending` until a checkpoint holds it.
pub async fn opening_file(app: &App, ctx: &Ctx, id: &str) -> Outcome<Opening> {
    let round = settled(app, ctx.now, id).await?;
    app.policies().require(ctx, "round_view", &round_resource(&round))?;
    let (Some(root), Some(entry)) = (round.root.clone(), round.closing_entry) else {
        return Err(Refusal::conflict(
            "opening-not-yet",
            "本轮尚未截止，或信封清单尚未写入日志。请在截止后再下载开启文件。",
            "The round has not closed, or its list is not in the journal yet. Fetch the opening file after closing.",
        )
        .into());
    };
    let conn = app.db().read();
    let committee = committee::load(&conn, &round.committee).await?;
    let (standing, _) = journal_entry(app, ctx, entry).await?;
    let (Some(index), Some(proof)) = (standing.index, standing.proof) else {
        return Err(Refusal::conflict(
            "opening-pending",
            "截止条目正在写入校验点，请几秒后再下载开启文件。",
            "The entry of the closing is on its way into a checkpoint. Fetch the opening file in a few seconds.",
        )
        .into());
    };
    let lids = store::envelope::current(&conn, id).await?;
    Ok(Opening {
        format: OPENING.to_owned(),
        origin: round.origin,
        round: round.id,
        title: round.title,
        rules_sha256: round.rules_sha256,
        closes_ms: round.closes_ms,
        opens_by_ms: round.opens_by_ms,
        committee: round.committee,
        key: round.key,
        transcript: transcript(&committee)?,
        root,
        lids: lids.iter().map(|envelope| hex::encode(&envelope.head)).collect(),
        closing: Closing { entry, leaf: standing.leaf, index, hashes: proof.hashes, checkpoint: proof.checkpoint },
    })
}

/// A committee's transcript as JSON.
fn transcript(committee: &Committee) -> Outcome<Value> {
    let text = ceremony::transcript(committee)?.unwrap_or_default();
    serde_json::from_str(&text).map_err(|error| Fault::Internal(format!("transcript: {error}")))
}

/// Rounds of another capability's record, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn rounds_of(conn: &Conn, owner: &Owner) -> Outcome<Vec<Round>> {
    store::round::of_owner(conn, owner).await
}

/// What some organisations have sent for a round, the newest first: for the owner's pages, which show everybody his own.
///
/// # Errors
/// When the database fails.
pub async fn sent_by(conn: &Conn, round: &str, organisations: &[String]) -> Outcome<Vec<Envelope>> {
    store::envelope::of_senders(conn, round, organisations).await
}
