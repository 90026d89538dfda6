//! The draw of reviewers: commitments of the office and the seats, the fixed input, the opened values, and the result.

mod input;
mod run;
mod view;

pub use run::{draw_lapse, draw_run};
pub(super) use view::seat_waits;
pub use view::{DrawView, SeatLine, draw_file, draw_list};

use super::reviewer::{aside, load_review, race, reviewing, sitting};
use super::{by, clock, load, note};
use crate::rules::call::{Call, CallState};
use crate::rules::draw::{self as rules, Draw, DrawState, OFFICE_SEAT, OPEN_WORKDAYS, Part, Quotas, needs_seed};
use crate::rules::reviewer::{Sitting, going};
use crate::rules::{REASON_CHARS_MAX, whole};
use crate::store;
use envelopes::{Committee, Seat, committee_of};
use kernel::{Instant, Refusal};
use platform::db::{Conn, Txn};
use platform::policy::Resource;
use platform::{App, Ctx, Outcome};
use registry::corridor;
use rooms::actions::Done;
use serde_json::{Value, json};

/// Reviewers that a quota may ask for.
const QUOTA_MAX: i64 = 20;

/// How the office begins a draw, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct BeginDraft {
    /// The number that the draw will have; the commitment is bound to it.
    pub number: i64,
    /// The office's commitment; empty where no seed is needed.
    pub commitment: String,
    /// Reviewers of one institution at most; 0 for any number.
    pub institution_max: String,
    /// Reviewers from another city at least.
    pub away_min: String,
    /// Reviewers from the call's segments at least.
    pub specialists_min: String,
}

impl BeginDraft {
    fn quotas(&self) -> Result<Quotas, Refusal> {
        let read = |text: &str, usual: u32, field: &'static str| match text.trim() {
            "" => Ok(usual),
            text => whole(text, 0, QUOTA_MAX, field).map(|number| u32::try_from(number).unwrap_or(usual)),
        };
        let usual = Quotas::default();
        Ok(Quotas {
            institution_max: read(&self.institution_max, usual.institution_max, "institution_max")?,
            away_min: read(&self.away_min, usual.away_min, "away_min")?,
            specialists_min: read(&self.specialists_min, usual.specialists_min, "specialists_min")?,
        })
    }
}

/// A seat of a draw as policies see it.
fn seat_resource(draw: &Draw, seat: &Seat) -> Resource {
    Resource::new("DrawSeat", format!("{}/{}", draw.id, seat.number))
        .with("kind", seat.kind.code())
        .with_some("city", seat.city.map(|city| city.to_string()))
}

/// The number that the next draw of a call has.
///
/// # Errors
/// Not found, `review-none`.
pub async fn draw_next(app: &App, ctx: &Ctx, call: &str) -> Outcome<(Call, i64)> {
    let conn = app.db().read();
    let call = load_review(app, &conn, ctx, "draw_begin", call).await?;
    sitting(&conn, &call.id).await?;
    Ok((call.clone(), next_number(&conn, &call.id).await?))
}

async fn next_number(conn: &Conn, call: &str) -> Outcome<i64> {
    Ok(store::draw::of_call(conn, call).await?.first().map_or(1, |draw| draw.number + 1))
}

/// The office begins a draw with its own commitment. Where the call's way of choosing needs no seed, reviewers are assigned
/// at once.
///
/// # Errors
/// Not found, `review-stage`, `review-none`, `review-closed`, `draw-under-way`, `draw-number`, `draw-nothing`,
/// `draw-committee`, `draw-hex`, `number-range`; without a seed also the reason why nobody can be assigned.
pub async fn draw_begin(app: &App, ctx: &Ctx, call: &str, draft: BeginDraft) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), draft, platform::random::id(), platform::random::secret());
    app.in_txn(ctx, "draw_begin", input, |tx, (app, call, draft, id, salt)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "draw_begin", call).await?;
            reviewing(&call, &[CallState::Review], tx.ctx().now)?;
            let sitting = sitting(tx, &call.id).await?;
            going(&sitting)?;
            let number = next_number(tx, &call.id).await?;
            if number != draft.number {
                return Err(stale().into());
            }
            let draw = begun(tx, &call, &sitting, (id, number), draft).await?;
            if !needs_seed(draw.choosing) {
                let fixed = input::fix(tx, &call, &sitting, &draw, salt).await?;
                return run::assign(app, tx, &call, &Draw { state: DrawState::Opened, ..fixed }, None).await;
            }
            store::draw::save(tx, &draw).await.map_err(|fault| race(fault, under_way))?;
            let part = rules::commit(&draw, &[], OFFICE_SEAT, &draft.commitment, by(tx))?;
            store::draw::add_part(tx, &part).await?;
            let data = json!({
                "draw": number, "choosing": draw.choosing.code(), "quotas": draw.quotas, "seats_min": draw.seats_min,
                "commitment": part.commitment,
            });
            note(tx, "call.draw_begun", &call, data).await
        })
    })
    .await
}

fn stale() -> Refusal {
    Refusal::conflict(
        "draw-number",
        "抽取的次序已变化，请刷新页面，重新生成承诺。",
        "Another draw was begun meanwhile. Load the page again and commit anew.",
    )
}

fn under_way() -> Refusal {
    Refusal::conflict("draw-under-way", "已有一次抽取正在进行。", "A draw is under way already.")
}

async fn begun(
    tx: &Txn,
    call: &Call,
    sitting: &Sitting,
    (id, number): (&str, i64),
    draft: &BeginDraft,
) -> Outcome<Draw> {
    let live = |draw: &Draw| matches!(draw.state, DrawState::Committing | DrawState::Opening | DrawState::Opened);
    if store::draw::of_call(tx, &call.id).await?.iter().any(live) {
        return Err(under_way().into());
    }
    input::lacking(tx, call, sitting).await?;
    let choosing = call.choosing();
    let committee = if needs_seed(choosing) { Some(committee(tx, call).await?) } else { None };
    Ok(Draw {
        id: id.to_owned(),
        call: call.id.clone(),
        attempt: sitting.attempt,
        number,
        choosing,
        quotas: draft.quotas()?,
        state: DrawState::Committing,
        seats_min: committee.as_ref().map_or(0, |committee| committee.threshold),
        committee: committee.map(|committee| committee.id),
        input: None,
        input_sha256: None,
        seed: None,
        result: None,
        due_ms: None,
        reason: String::new(),
        by: tx.ctx().actor.id().to_owned(),
        demo: call.demo,
        created_ms: tx.ctx().now.ms(),
        ended_ms: None,
    })
}

async fn committee(conn: &Conn, call: &Call) -> Outcome<Committee> {
    let found = match &call.committee {
        Some(id) => committee_of(conn, id).await?,
        None => None,
    };
    Ok(found.ok_or_else(|| {
        Refusal::conflict(
            "draw-committee",
            "该榜单没有开启委员会，无法随机抽取。",
            "This call has no opening committee whose seats could take part in a draw.",
        )
    })?)
}

/// The draw of a call that is under way.
async fn live(conn: &Conn, call: &str) -> Outcome<Draw> {
    let draws = store::draw::of_call(conn, call).await?;
    let found = draws.into_iter().find(|draw| matches!(draw.state, DrawState::Committing | DrawState::Opening));
    Ok(found.ok_or_else(|| Refusal::conflict("draw-none", "目前没有正在进行的抽取。", "No draw is under way."))?)
}

/// The draw, its call and one of its seats, for whoever answers for the seat.
async fn seated(app: &App, conn: &Conn, ctx: &Ctx, action: &str, (id, seat): (&str, i64)) -> Outcome<(Call, Draw)> {
    let draw = store::draw::by_id(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let call = load(conn, &draw.call).await?;
    if seat == OFFICE_SEAT {
        app.policies().require(ctx, "draw_begin", &super::reviewer::review_resource(&call, ctx.now))?;
        return Ok((call, draw));
    }
    let committee = match &draw.committee {
        Some(committee) => committee_of(conn, committee).await?,
        None => None,
    };
    let committee = committee.ok_or_else(Refusal::not_found)?;
    let seat = committee.seats.iter().find(|one| one.number == seat).ok_or_else(Refusal::not_found)?;
    app.policies().require(ctx, action, &seat_resource(&draw, seat))?;
    Ok((call, draw))
}

/// A seat commits to its value.
///
/// # Errors
/// Not found, forbidden for others than the seat's officers, `draw-step`, `draw-hex`, `draw-committed`.
pub async fn draw_commit(app: &App, ctx: &Ctx, draw: &str, seat: i64, commitment: &str) -> Outcome<Done> {
    let input = (app.clone(), draw.to_owned(), seat, commitment.to_owned());
    app.in_txn(ctx, "draw_commit", input, |tx, (app, draw, seat, commitment)| {
        Box::pin(async move {
            let (call, draw) = seated(app, tx, tx.ctx(), "draw_commit", (draw, *seat)).await?;
            let parts = store::draw::parts(tx, &draw.id).await?;
            let part = rules::commit(&draw, &parts, *seat, commitment, by(tx))?;
            store::draw::add_part(tx, &part).await.map_err(|fault| race(fault, rules::committed))?;
            let data = json!({ "draw": draw.number, "seat": seat, "commitment": part.commitment });
            note(tx, "call.draw_committed", &call, data).await
        })
    })
    .await
}

/// The office fixes the draw: who may review what is written down and hashed, and stands in one public entry with all
/// commitments. From now on values are opened.
///
/// # Errors
/// Not found, `draw-none`, `draw-step`, `draw-seats-few`, `draw-nothing`, or the smallest reason why it cannot be met.
pub async fn draw_fix(app: &App, ctx: &Ctx, call: &str) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), platform::random::secret());
    app.in_txn(ctx, "draw_fix", input, |tx, (app, call, salt)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "draw_fix", call).await?;
            let sitting = sitting(tx, &call.id).await?;
            going(&sitting)?;
            let draw = live(tx, &call.id).await?;
            rules::in_state(&draw, DrawState::Committing)?;
            let parts = store::draw::parts(tx, &draw.id).await?;
            rules::enough(&draw, &parts)?;
            let fixed = input::fix(tx, &call, &sitting, &draw, salt).await?;
            let due = end(corridor::of(app).calendar.after(tx.ctx().now.date(), OPEN_WORKDAYS).date);
            let next = Draw { state: DrawState::Opening, due_ms: Some(due.ms()), ..fixed };
            store::draw::save(tx, &next).await?;
            clock::order_lapse(tx, &next.id, due.plus_ms(1)).await?;
            let data = json!({
                "draw": next.number, "input_sha256": next.input_sha256, "commitments": commitments(&parts), "due_ms": due.ms(),
            });
            note(tx, "call.draw_fixed", &call, data).await
        })
    })
    .await
}

fn end(day: kernel::Date) -> Instant {
    day.plus_days(1).start().plus_ms(-1)
}

fn commitments(parts: &[Part]) -> Value {
    parts.iter().map(|part| json!({ "seat": part.seat, "commitment": part.commitment })).collect()
}

/// A seat opens its value. With the last one the seed is there, and the house draws.
///
/// # Errors
/// Not found, forbidden for others than the seat's officers, `draw-step`, `draw-late`, `draw-hex`, `draw-value`,
/// `draw-open`, `draw-uncommitted`.
pub async fn draw_open(app: &App, ctx: &Ctx, draw: &str, seat: i64, value: &str) -> Outcome<Done> {
    let input = (app.clone(), draw.to_owned(), seat, value.to_owned());
    app.in_txn(ctx, "draw_open", input, |tx, (app, draw, seat, value)| {
        Box::pin(async move {
            let (call, draw) = seated(app, tx, tx.ctx(), "draw_open", (draw, *seat)).await?;
            let mut parts = store::draw::parts(tx, &draw.id).await?;
            let part = parts.iter_mut().find(|part| part.seat == *seat).ok_or_else(uncommitted)?;
            *part = rules::open(&draw, part, value, by(tx))?;
            store::draw::save_part(tx, part).await?;
            let data = json!({ "draw": draw.number, "seat": seat, "value": part.value });
            if rules::withheld(&parts).is_empty() {
                let values: Vec<(i64, &str)> =
                    parts.iter().filter_map(|part| Some((part.seat, part.value.as_deref()?))).collect();
                let input = draw.input_sha256.clone().unwrap_or_default();
                let seed = hex::encode(rules::seed(&call.id, draw.number, &input, &values));
                let next = Draw { state: DrawState::Opened, seed: Some(seed), ..draw };
                store::draw::save(tx, &next).await?;
                clock::order_draw(tx, &next.id).await?;
            }
            note(tx, "call.draw_opened", &call, data).await
        })
    })
    .await
}

fn uncommitted() -> Refusal {
    Refusal::conflict("draw-uncommitted", "该席位未参加本次抽取。", "This seat has no part in this draw.")
}

/// The office gives a draw up, publicly and with the reason.
///
/// # Errors
/// Not found, `draw-none`, `needed`.
pub async fn draw_give_up(app: &App, ctx: &Ctx, call: &str, reason: &str) -> Outcome<Done> {
    let input = (app.clone(), call.to_owned(), reason.to_owned());
    app.in_txn(ctx, "draw_give_up", input, |tx, (app, call, reason)| {
        Box::pin(async move {
            let call = load_review(app, tx, tx.ctx(), "draw_give_up", call).await?;
            let draw = live(tx, &call.id).await?;
            let reason = kernel::input::needed(reason, REASON_CHARS_MAX, "reason")?;
            let next = rules::void(&draw, reason.clone(), by(tx));
            store::draw::save(tx, &next).await?;
            aside(tx, "review.draw_given_up", &call, json!({ "draw": draw.number })).await?;
            note(tx, "call.draw_void", &call, json!({ "draw": draw.number, "reason": reason })).await
        })
    })
    .await
}
