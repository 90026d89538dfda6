//! Committees: setting one up, what its seats hand in, giving up, retiring.

pub use crate::store::committee::Filter;

use super::{computed, seat_resource};
use crate::rules::ceremony;
use crate::rules::committee::{self as rules, Committee, CommitteeDraft, CommitteeState, Follows, Seat, SeatStep};
use crate::store;
use kernel::{Adcode, Refusal};
use platform::db::{Conn, Txn};
use platform::journal::{Entry, Recorded, log};
use platform::policy::Resource;
use platform::web::page::Page;
use platform::{App, Ctx, Fault, Outcome};
use proof::note::Signs;
use registry::corridor;
use rooms::actions::{Done, by, check, cut, from, history};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How often a document is checked again because another seat was quicker.
const TRIES: usize = 8;

/// A committee as policies see it.
pub fn committee_resource(committee: &Committee) -> Resource {
    Resource::new("Committee", &committee.id).with("state", committee.state.code())
}

/// A committee with its seats, for capabilities whose rounds it opens.
///
/// # Errors
/// When the database fails.
pub async fn committee_of(conn: &Conn, id: &str) -> Outcome<Option<Committee>> {
    store::committee::by_id(conn, id).await
}

pub(super) async fn load(conn: &Conn, id: &str) -> Outcome<Committee> {
    Ok(store::committee::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?)
}

/// A public entry about a committee.
async fn note(tx: &Txn, kind: &'static str, committee: &Committee, mut data: Value) -> Outcome<Done> {
    data["name"] = json!(committee.name);
    let entry = Entry::new(kind, "committee", &committee.id).demo(committee.demo).public().data(data);
    let entry = tx.journal(entry).await?;
    Ok(Done::new(tx, &committee.id, entry))
}

/// Sets up a committee: its seats are asked for their registrations.
///
/// # Errors
/// Not the joint office, or the first field that breaks a rule.
pub async fn committee_draft(app: &App, ctx: &Ctx, draft: CommitteeDraft) -> Outcome<Done> {
    let input = (app.clone(), draft, platform::random::id());
    app.in_txn(ctx, "committee_draft", input, |tx, (app, draft, id)| {
        Box::pin(async move {
            app.policies().require(tx.ctx(), "committee_draft", &Resource::house())?;
            let log = log::newest(tx).await?;
            let origin = log.ok_or_else(|| Fault::Internal("there is no log".into()))?.origin;
            let corridor = corridor::of(app);
            let names = |city: Adcode| corridor.city(city).map(|city| (city.short_zh.clone(), city.short_en.clone()));
            let committee = rules::draft(id, &origin, draft, &names, by(tx))?;
            store::committee::save(tx, &committee, None).await?;
            let data = json!({ "seats": committee.seats.len(), "threshold": committee.threshold });
            note(tx, "committee.drafted", &committee, data).await
        })
    })
    .await
}

/// Takes what a seat hands in: its registration, its deal, its acceptance or complaint. Everything is checked before
/// the transaction; when another seat was quicker meanwhile, it is checked again.
///
/// # Errors
/// Not found, not the seat's officer, `trustee-secret-refused`, `committee-step`, `seat-done`, or what the engine says
/// of the document.
pub async fn seat_hand_in(
    app: &App,
    ctx: &Ctx,
    id: &str,
    number: i64,
    step: SeatStep,
    document: Vec<u8>,
) -> Outcome<Done> {
    if let Some(first) = app.first_answer(ctx, "seat_hand_in").await? {
        return Ok(first);
    }
    for _ in 0..TRIES {
        let seen = load(&app.db().read(), id).await?;
        app.policies().require(ctx, "seat_keep", &seat_resource(&seen.id, seen.seat(number)?))?;
        rules::awaited(&seen, number, step)?;
        let (committee, bytes) = (seen.clone(), document.clone());
        let (text, follows) = computed(move || ceremony::checked(&committee, number, step, &bytes)).await??;
        let checked = Checked { seen, number, step, text, follows };
        match handed_in(app, ctx, checked).await {
            Err(Fault::Refused(refusal)) if refusal.code == MOVED => {}
            outcome => return outcome,
        }
    }
    Err(moved().into())
}

/// A document with what was known when it was checked.
struct Checked {
    seen: Committee,
    number: i64,
    step: SeatStep,
    text: String,
    follows: Follows,
}

const MOVED: &str = "committee-moved";

fn moved() -> Refusal {
    Refusal::conflict(
        MOVED,
        "其他席位刚刚同时提交，请再提交一次。",
        "Other seats have handed in at the same moment; send it once more.",
    )
}

async fn handed_in(app: &App, ctx: &Ctx, checked: Checked) -> Outcome<Done> {
    app.in_txn(ctx, "seat_hand_in", (app.clone(), checked), |tx, (app, checked)| {
        Box::pin(async move {
            let Checked { seen, number, step, text, follows } = checked;
            let old = load(tx, &seen.id).await?;
            app.policies().require(tx.ctx(), "seat_keep", &seat_resource(&old.id, old.seat(*number)?))?;
            if old != *seen {
                rules::awaited(&old, *number, *step)?;
                return Err(moved().into());
            }
            let next = rules::hand_in(&old, *number, *step, text, follows, tx.ctx().now)?;
            store::committee::save(tx, &next, Some(&old)).await?;
            told(tx, &next, checked).await
        })
    })
    .await
}

/// What happened, as one or two public entries: what the seat handed in, and what follows from it.
async fn told(tx: &Txn, committee: &Committee, checked: &Checked) -> Outcome<Done> {
    let hash = hex::encode(Sha256::digest(checked.text.as_bytes()));
    let kind = match (checked.step, &checked.follows) {
        (SeatStep::Registration, _) => "committee.registered",
        (SeatStep::Deal, _) => "committee.dealt",
        (SeatStep::Answer, Follows::Liar(_)) => "committee.complained",
        (SeatStep::Answer, _) => "committee.accepted",
    };
    let done = note(tx, kind, committee, json!({ "seat": checked.number, "sha256": hash })).await?;
    match &checked.follows {
        Follows::Waits | Follows::Dealt => {}
        Follows::Planned(plan) => {
            let data = json!({ "plan_sha256": hex::encode(Sha256::digest(plan.as_bytes())) });
            note(tx, "committee.planned", committee, data).await?;
        }
        Follows::Ready { key, transcript } => {
            let data = json!({ "key": key, "transcript": transcript });
            note(tx, "committee.ready", committee, data).await?;
        }
        Follows::Liar(seat) => {
            note(tx, "committee.voided", committee, json!({ "liar": seat })).await?;
        }
    }
    Ok(done)
}

/// Gives up a ceremony that does not come to its end.
///
/// # Errors
/// Not found, not the joint office, `committee-settled`, `needed`.
pub async fn committee_give_up(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), reason.to_owned());
    app.in_txn(ctx, "committee_give_up", input, |tx, (app, id, reason)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "committee_give_up", &committee_resource(&old))?;
            let next = rules::give_up(&old, reason, tx.ctx().now)?;
            store::committee::save(tx, &next, Some(&old)).await?;
            note(tx, "committee.voided", &next, json!({ "reason": next.reason })).await
        })
    })
    .await
}

/// Retires a committee: no further round is sealed to it.
///
/// # Errors
/// Not found, not the joint office, `committee-not-ready`, `committee-in-use`, `needed`.
pub async fn committee_retire(app: &App, ctx: &Ctx, id: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), id.to_owned(), reason.to_owned());
    app.in_txn(ctx, "committee_retire", input, |tx, (app, id, reason)| {
        Box::pin(async move {
            let old = load(tx, id).await?;
            app.policies().require(tx.ctx(), "committee_retire", &committee_resource(&old))?;
            let next = rules::retire(&old, reason, tx.ctx().now)?;
            if store::round::unfinished(tx, id).await? > 0 {
                return Err(Refusal::conflict(
                    "committee-in-use",
                    "还有未结束的轮次使用该委员会，不能停用。请在轮次开启或作废后再停用。",
                    "Rounds that are not over rest on this committee. Retire it once they are opened or void.",
                )
                .into());
            }
            store::committee::save(tx, &next, Some(&old)).await?;
            note(tx, "committee.retired", &next, json!({ "reason": next.reason })).await
        })
    })
    .await
}

/// A page of committees.
#[derive(Debug, Clone)]
pub struct Committees {
    /// Its items, the newest change first.
    pub items: Vec<Committee>,
    /// Committees in the whole list.
    pub total: i64,
    /// Cursor of the next page.
    pub next: Option<String>,
    /// How many are in each state.
    pub states: Vec<(String, i64)>,
}

/// A page of committees.
///
/// # Errors
/// `filter-values`, `query-too-long`, or a cursor that is not ours.
pub async fn committee_list(app: &App, ctx: &Ctx, filter: &Filter, page: &Page) -> Outcome<Committees> {
    app.policies().require(ctx, "committee_list", &Resource::house())?;
    check(&filter.text, &[&filter.states])?;
    let conn = app.db().read();
    let cursor = page.cursor.as_deref();
    let start = from(cursor, store::committee::position(&conn, cursor.unwrap_or_default()).await?)?;
    let states = store::committee::states(&conn, filter).await?;
    let (found, total) = store::committee::list(&conn, filter, start.as_ref(), page.limit + 1).await?;
    let (items, next) = cut(found, page, |committee| &committee.id);
    Ok(Committees { items, total, next, states })
}

/// A committee with everything its page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// The committee.
    pub committee: Committee,
    /// Numbers of the seats that the reader answers for.
    pub own_seats: Vec<i64>,
    /// The reader may give it up or retire it.
    pub may_end: bool,
    /// The key that the journal is signed with now, for trustees to pin; empty where there is none.
    pub log_key: String,
    /// Its public entries in the journal, the newest first.
    pub history: Vec<Recorded>,
}

/// One committee.
///
/// # Errors
/// Not found.
pub async fn committee_view(app: &App, ctx: &Ctx, id: &str) -> Outcome<View> {
    let conn = app.db().read();
    let committee = load(&conn, id).await?;
    let resource = committee_resource(&committee);
    app.policies().require(ctx, "committee_view", &resource)?;
    let own = |seat: &&Seat| app.policies().allows(ctx, "seat_keep", &seat_resource(id, seat));
    let may_end = match committee.state {
        CommitteeState::Ready => app.policies().allows(ctx, "committee_retire", &resource),
        state => state.in_ceremony() && app.policies().allows(ctx, "committee_give_up", &resource),
    };
    Ok(View {
        own_seats: committee.seats.iter().filter(own).map(|seat| seat.number).collect(),
        may_end,
        log_key: log::keys(&conn, &committee.origin, Signs::Log).await?.into_iter().last().unwrap_or_default(),
        history: history(&conn, "committee", id, false).await?,
        committee,
    })
}

/// Which file of a ceremony is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CeremonyFile {
    /// The plan, once every seat has registered.
    Plan,
    /// Plan and everything dealt and answered so far.
    Transcript,
}

/// A file of a ceremony, for `yilang trustee` and for whoever checks it.
///
/// # Errors
/// Not found, `ceremony-not-yet` while it is not there.
pub async fn ceremony_file(app: &App, ctx: &Ctx, id: &str, file: CeremonyFile) -> Outcome<String> {
    let committee = load(&app.db().read(), id).await?;
    app.policies().require(ctx, "committee_view", &committee_resource(&committee))?;
    let text = match file {
        CeremonyFile::Plan => committee.plan.clone(),
        CeremonyFile::Transcript => ceremony::transcript(&committee)?,
    };
    Ok(text.ok_or_else(|| {
        Refusal::conflict(
            "ceremony-not-yet",
            "密钥仪式尚未进行到这一步，文件还不存在。请等待其他席位提交后再下载。",
            "The ceremony has not come so far; the file is not there yet. Fetch it when the other seats have handed in.",
        )
    })?)
}

/// Committees that a new round can be sealed to.
///
/// # Errors
/// Not somebody who may begin a round.
pub async fn committee_choices(app: &App, ctx: &Ctx) -> Outcome<Vec<Committee>> {
    app.policies().require(ctx, "round_begin", &Resource::house())?;
    store::committee::ready(&app.db().read(), ctx.actor.demo).await
}
